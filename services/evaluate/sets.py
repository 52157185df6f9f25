"""The sets that `tocsin eval` knows: by which names it finds them, and what it reads of a line."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from pydantic import ValidationError

from services.connectors.jsonl import read_lines
from services.evaluate.asking import Case
from services.evaluate.chinese import notice
from services.evaluate.history import history_label
from services.evaluate.labelled import labelled
from services.evaluate.naive import Tagger
from services.evaluate.notices import duty_notice, unrelated_text
from services.evaluate.stories import story
from services.evaluate.titles import title
from streams.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of set: the names of its files, what its lines have, and what is asked of one."""

    names: tuple[str, ...]
    expects: str
    read: Callable[[bytes, Tagger], Case]


SHAPES = {
    "adcvd": Shape(("*adcvd*",), "document_number, publication_date, abstract, label_iso2", duty_notice),
    "reuters-metal": Shape(("*reuters*metal*",), "newid, date, title, dateline, body, topics, places", story),
    "unrelated": Shape(
        ("*unrelated*", "*other_topics*"), "document_number or newid, title, abstract or body", unrelated_text
    ),
    "measures": Shape(("*intervention_titles*",), "intervention_type, title", title),
    "chinese": Shape(("*_zh",), "url, date, title, summary", notice),
    "history": Shape(("history_labels",), "id of a report of the history pack, and its labels", history_label),
    "labelled": Shape(("*reports*", "*traps*"), "the keys of a signal, and labels", labelled),
}
"""The first shape whose name fits is taken."""

_ENDING = ".jsonl"


@dataclass(frozen=True, slots=True)
class Found:
    """A file to be read as a set."""

    path: Path
    shape: str


def find(path: Path, *, shape: str | None) -> tuple[Found, ...]:
    """Return the set of a file, or those of a folder, by name; InvalidInput where there is none."""
    if shape is not None and shape not in SHAPES:
        raise InvalidInput(f"{shape} is no shape of a set; there are {', '.join(SHAPES)}")
    if path.is_dir():
        files = sorted(item for item in path.rglob(f"*{_ENDING}") if item.is_file())
        found = tuple(Found(item, told) for item in files if (told := shape or _shape_of(item)))
        if not found:
            raise InvalidInput(f"{path} has no set; their files are called {_all_names()}")
        return found
    told = shape or _shape_of(path)
    if told is None:
        raise InvalidInput(f"{path.name} is called like no set ({_all_names()}); say what it is with --as")
    return (Found(path, told),)


def read(found: Found, tagger: Tagger) -> Iterator[Case]:
    """Yield the texts of a set; InvalidInput says which line of it cannot be read, and what is expected there."""
    shape = SHAPES[found.shape]
    try:
        with found.path.open("rb") as stream:
            for number, line in enumerate(read_lines(stream), start=1):
                if line is None or line.strip():
                    yield _case(found, shape, number, line, tagger)
    except OSError as exc:
        raise InvalidInput(f"cannot read {found.path}: {exc.strerror}") from exc


def _case(found: Found, shape: Shape, number: int, line: bytes | None, tagger: Tagger) -> Case:
    try:
        return shape.read(line or b"", tagger)
    except ValueError as exc:
        raise InvalidInput(
            f"{found.path}, line {number}: a line of {found.shape} has {shape.expects}; {_why(exc)}"
        ) from exc


def _why(exc: ValueError) -> str:
    if not isinstance(exc, ValidationError):
        return str(exc)
    first = exc.errors()[0]
    return ": ".join(filter(None, (".".join(map(str, first["loc"])), first["msg"])))


def _shape_of(path: Path) -> str | None:
    if path.suffix != _ENDING:
        return None
    return next((name for name, shape in SHAPES.items() if any(fnmatch(path.stem, item) for item in shape.names)), None)


def _all_names() -> str:
    return ", ".join(f"{name}{_ENDING}" for shape in SHAPES.values() for name in shape.names)
