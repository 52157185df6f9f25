"""Scores as a person reads them: a table a set, and below it the failures."""

from collections.abc import Iterator

from services.evaluate.measures import Row
from services.evaluate.run import Score


def lines(score: Score) -> Iterator[str]:
    """Yield the lines of one set."""
    width = max((len(row.figure) for row in score.figures), default=0)
    yield f"{score.set} ({score.shape}, {score.texts} texts)"
    yield f"  {'':{width}}  {'ours':>7}  {'naive':>7}  {'n':>6}"
    for row in score.figures:
        yield f"  {row.figure:{width}}  {_told(row, row.ours)}  {_told(row, row.naive)}  {row.n:>6}"
    for failure in score.failures:
        yield f"  {failure.figure}: {failure.id} {failure.title}"
        yield f"    expected {failure.expected}"
        yield f"    found    {failure.found}"


def _told(row: Row, value: float | None) -> str:
    if value is None:
        return f"{'-':>7}"
    return f"{value:>7.1f}" if row.figure.endswith("per 1,000") else f"{value:>7.3f}"
