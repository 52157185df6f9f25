"""Things as JSON lines (NDJSON): each as `/v1` gives it, without highlights."""

from collections.abc import Iterable, Iterator

from services.wire import Item


def ndjson_of(pages: Iterable[Iterable[Item]]) -> Iterator[str]:
    """Yield the lines of each page."""
    for page in pages:
        yield "".join(f"{item.model_dump_json()}\n" for item in page)
