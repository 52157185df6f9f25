"""A source as the catalogue describes it: where it is, how it is read, how far it is trusted."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from pathlib import PurePath
from typing import Annotated, Final, Self
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from schemas.base import Model
from schemas.marking import CLEAR, Marking
from schemas.raw import MAX_URL_LETTERS, SourceId, SourceKind

NEVER: Final = "never"
OFFICIAL_GRADE: Final = "A"
"""The grade of those who make the news themselves: gazettes, ministries, authorities."""


class Kind(StrEnum):
    """How a source is fetched and read."""

    FEED = "feed"
    FEDERAL_REGISTER = "federal_register"
    LIST_PAGE = "list_page"
    GDELT = "gdelt"
    USGS = "usgs"
    CAP = "cap"
    TAXII = "taxii"
    FOLDER = "folder"


_HAZARDS: Final = frozenset({Kind.USGS, Kind.CAP})


def _labelled(given: object) -> object:
    return {"tlp": given} if isinstance(given, str) else given


def _checked(given: object) -> object:
    return None if given == NEVER else given


class Source(Model):
    """A source. `address` is a web address, for a folder its path; `cadence` is how often it is asked, in seconds where written.

    `verified` is the day on which somebody last reached it, null (written `never`) before. `options` are what its kind
    needs beside: the selectors of a list page.
    """

    id: SourceId
    title: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    publisher: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    kind: Kind
    address: Annotated[str, StringConstraints(min_length=1, max_length=MAX_URL_LETTERS)]
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
    grade: Annotated[str, StringConstraints(pattern=r"^[A-F]$")]
    cadence: Annotated[timedelta, Field(ge=timedelta(seconds=1), le=timedelta(days=31))]
    licence: str
    marking: Annotated[Marking, BeforeValidator(_labelled)] = CLEAR
    verified: Annotated[date | None, BeforeValidator(_checked)] = None
    options: Mapping[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if self.kind is Kind.FOLDER and not PurePath(self.address).is_absolute():
            raise ValueError("the address of a folder is its whole path, from / on")
        if self.kind is not Kind.FOLDER and urlsplit(self.address).scheme not in {"https", "http"}:
            raise ValueError("the address begins with https:// or http://")
        return self

    @property
    def source_kind(self) -> SourceKind:
        """What kind of publisher it counts as: hazards by how it is read, officials by their grade, all others as press."""
        if self.kind in _HAZARDS:
            return SourceKind.HAZARD
        return SourceKind.OFFICIAL if self.grade == OFFICIAL_GRADE else SourceKind.PRESS
