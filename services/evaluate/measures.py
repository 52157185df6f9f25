"""Counting answers: shares, micro-averaged precision, recall and F1, exact sets, and rates per 1,000 texts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from services.evaluate.asking import Figure, How, Outcome


@dataclass(slots=True)
class Tally:
    """What the answers to one figure add up to."""

    asked: int = 0
    right: int = 0
    hits: int = 0
    extra: int = 0
    missed: int = 0

    def add(self, outcome: Outcome) -> None:
        """Count one answer."""
        self.asked += 1
        self.right += outcome.right
        self.hits += outcome.hits
        self.extra += outcome.extra
        self.missed += outcome.missed

    def share(self) -> float:
        """Share of the answers that are right as a whole."""
        return self.right / self.asked if self.asked else 1.0

    def precision(self) -> float:
        """Share of the names found that were asked for; 1 where nothing was found."""
        found = self.hits + self.extra
        return self.hits / found if found else 1.0

    def recall(self) -> float:
        """Share of the names asked for that were found; 1 where none was asked for."""
        wanted = self.hits + self.missed
        return self.hits / wanted if wanted else 1.0

    def f1(self) -> float:
        """Micro-averaged F1: all names of all texts counted together."""
        counted = 2 * self.hits + self.extra + self.missed
        return 2 * self.hits / counted if counted else 1.0


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table; `naive` is null where the keyword tagger has no notion of the figure."""

    figure: str
    ours: float
    naive: float | None
    n: int


def rows(figure: Figure, ours: Tally, naive: Tally) -> Iterator[Row]:
    """Yield the lines that a figure gets."""
    told, beside = _values(figure, ours), _values(figure, naive)
    for name, value in told.items():
        yield Row(name, round(value, 4), round(beside[name], 4) if figure.naive else None, ours.asked)


def _values(figure: Figure, tally: Tally) -> Mapping[str, float]:
    match figure.how:
        case How.OVERLAP:
            return {
                f"{figure.name}, F1": tally.f1(),
                f"{figure.name}, precision": tally.precision(),
                f"{figure.name}, recall": tally.recall(),
                f"{figure.name}, exact set": tally.share(),
            }
        case How.PER_1000:
            return {f"{figure.name}, per 1,000": 1000 * (1 - tally.share())}
        case How.SHARE:
            return {figure.name: tally.share()}
