"""What a query means, apart from how it is written and who answers it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Everything:
    """`*`: every thing."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in a row (one word is a row of one), in the title, the text, or (`field` null) either."""

    field: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """Words in this very form (case and accents aside), in order, with at most `gap` other words between them in all."""

    field: str | None
    text: str
    gap: int = 0


@dataclass(frozen=True, slots=True)
class Prefix:
    """A word, or the value of a keyword field, begins with the text; without a field a word of title or text."""

    field: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Present:
    """The field has a value, whichever it is; of a text, a word."""

    field: str


@dataclass(frozen=True, slots=True)
class Value:
    """The keyword field holds the value, compared case-folded."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Range:
    """The number or time lies between the bounds; a null bound is open. Times are milliseconds since 1970 UTC."""

    field: str
    low: float | None
    high: float | None
    low_included: bool = True
    high_included: bool = True


@dataclass(frozen=True, slots=True)
class Relative:
    """The time lies on one side of a time that is counted from now: `amount` of `unit` (s m h d w M y) ahead, or back if below 0.

    `exact` counts from the instant (`now-7d`); otherwise whole days count, and the day that is named is one of them (`<30d`).
    `operator` is one of `<`, `<=`, `>`, `>=`.
    """

    field: str
    operator: str
    amount: int
    unit: str
    exact: bool


@dataclass(frozen=True, slots=True)
class Both:
    """All of the parts hold."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of the parts holds."""

    parts: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Never:
    """The part does not hold."""

    part: "Node"


Node = Everything | Phrase | Words | Prefix | Present | Value | Range | Relative | Both | Either | Never
