"""A page as a reader's software sees it."""

from html.parser import HTMLParser
from typing import Final

VOID: Final = ("meta", "link", "input", "img", "br")


class Outline(HTMLParser):
    """Tags with their attributes, and nothing left open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """See that what was opened last is closed first."""
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of every tag of a name."""
        return [attrs for name, attrs in self.tags if name == tag]
