"""How hard a side is hit: a number, its band, and the terms that multiply to it."""

from enum import StrEnum

from pydantic import Field

from schemas.base import Model


class Level(StrEnum):
    """Bands of the score: 0-24 watch, 25-49 notice, 50-74 alert, 75-100 emergency."""

    WATCH = "watch"
    NOTICE = "notice"
    ALERT = "alert"
    EMERGENCY = "emergency"


class Term(Model):
    """One factor of one side's score: value 0-1 with its low and high, why it is what it is, and where its figure is from.

    `source`, `year` and `scope` (what the figure covers, where its source says) are null where no figure was published.
    `assumed` marks an input nobody published: a middle value is used and the band is widened. `reviewed` is false for a
    figure that nobody has checked.
    """

    side: str
    name: str
    value: float
    low: float
    high: float
    why: str
    source: str | None = None
    year: int | None = None
    scope: str | None = None
    assumed: bool = False
    reviewed: bool = True


class Severity(Model):
    """Scores 0-100; `joint` is the larger side. The terms of a side multiply to its score over 100."""

    us: int = Field(ge=0, le=100)
    eu: int = Field(ge=0, le=100)
    joint: int = Field(ge=0, le=100)
    us_band: tuple[int, int] = (0, 100)
    eu_band: tuple[int, int] = (0, 100)
    level: Level = Level.WATCH
    terms: tuple[Term, ...] = ()


LEVEL_FLOORS = ((75, Level.EMERGENCY), (50, Level.ALERT), (25, Level.NOTICE), (0, Level.WATCH))


def level_of(score: int) -> Level:
    """Return the level of a score 0-100."""
    return next(level for floor, level in LEVEL_FLOORS if score >= floor)
