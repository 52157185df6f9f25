"""What is asked of a judgement and how it was answered: one text brings several questions, each with its figure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from schemas.raw import SignalIn
from schemas.signal import Judgement, Role

Names = frozenset[str]
Read = Callable[[Judgement], Iterable[str]]
Ask = Callable[[Judgement], "Outcome"]


class How(StrEnum):
    """How the answers of a figure are counted together."""

    SHARE = "share"
    OVERLAP = "overlap"
    PER_1000 = "per_1000"


@dataclass(frozen=True, slots=True)
class Figure:
    """What is measured; `naive` tells whether a keyword tagger has any notion of it."""

    name: str
    how: How = How.SHARE
    naive: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """One answer: whether it is right as a whole, and how many names were hit, too many, and missed."""

    right: bool
    hits: int = 0
    extra: int = 0
    missed: int = 0
    expected: str = ""
    found: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for a figure."""

    figure: Figure
    ask: Ask


@dataclass(frozen=True, slots=True)
class Case:
    """A text as the stages get it, and what is asked of their judgement."""

    post: SignalIn
    questions: tuple[Question, ...]


def same(expected: Iterable[str], read: Read, *, ignored: Iterable[str] = ()) -> Ask:
    """Ask for exactly these names; the ignored ones are neither demanded nor faulted."""
    left_out = frozenset(ignored)
    wanted = frozenset(expected) - left_out

    def ask(judgement: Judgement) -> Outcome:
        found = frozenset(read(judgement)) - left_out
        hits = len(wanted & found)
        return Outcome(
            wanted == found, hits, len(found) - hits, len(wanted) - hits, expected=_told(wanted), found=_told(found)
        )

    return ask


def one_of(accepted: Iterable[str], read: Read) -> Ask:
    """Ask that something is found and all of it is among the accepted."""
    wanted = frozenset(accepted)
    return _judged(wanted, read, lambda found: bool(found) and found <= wanted)


def all_of(expected: Iterable[str], read: Read) -> Ask:
    """Ask that each of these is found, whatever else is."""
    wanted = frozenset(expected)
    return _judged(wanted, read, lambda found: found >= wanted)


def none_of(refused: Iterable[str], read: Read) -> Ask:
    """Ask that none of these is found."""
    wanted = frozenset(refused)
    return _judged(wanted, read, lambda found: not found & wanted, word="none of ")


def starting(expected: str, read: Read) -> Ask:
    """Ask that something found begins so: `2025-10` is answered by any day of that month."""
    return _judged(frozenset({expected}), read, lambda found: any(item.startswith(expected) for item in found))


def together(asks: Iterable[tuple[str, Ask]], *, of: str) -> Ask:
    """Ask several things, named, that count as one; what is expected and found tells those that went wrong."""
    named = tuple(asks)

    def ask(judgement: Judgement) -> Outcome:
        wrong = [(name, told) for name, one in named if not (told := one(judgement)).right]
        return Outcome(
            not wrong,
            expected="; ".join([*filter(None, (of,)), *(f"{name} {told.expected}" for name, told in wrong)]),
            found="; ".join(f"{name} {told.found}" for name, told in wrong),
        )

    return ask


def in_role(*roles: Role) -> Read:
    """Read the countries in these roles."""
    return lambda judgement: (place.code for place in judgement.places if place.role in roles)


def anywhere(judgement: Judgement) -> Iterable[str]:
    """Read all countries, whatever their role."""
    return (place.code for place in judgement.places)


def _judged(wanted: Names, read: Read, is_right: Callable[[Names], bool], *, word: str = "") -> Ask:
    def ask(judgement: Judgement) -> Outcome:
        found = frozenset(read(judgement))
        return Outcome(is_right(found), expected=word + _told(wanted), found=_told(found))

    return ask


def _told(names: Names) -> str:
    return ", ".join(sorted(names)) or "nothing"
