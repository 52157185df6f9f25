"""`tocsin learn`: gathers what people said, trains, compares, and keeps a model that beats the rules."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from schemas.base import Model
from services.adapters.maxent import fit
from services.folder import Folder
from services.learning.examples import corrections, labelled
from services.learning.model import encoded
from services.learning.train import CHANCE, LEAST_EXAMPLES, MARGIN, Comparison, learn
from services.settings import Settings
from services.wiring import ledger_of
from streams.errors import ConfigError
from streams.knowledge.load import load


class Learned(Model):
    """From how much was learned, how each decision compares with the rules, and where the model is; null where none beat them."""

    corrections: int
    labelled: int
    decisions: tuple[Comparison, ...]
    written: str | None


def learn_from(settings: Settings, files: Sequence[Path], *, now: datetime) -> Learned:
    """Learn from the ledger's corrections and from files; write the model beside the data, unless the rules are as good.

    A server that runs goes on with what it has until it is started again.
    """
    with ledger_of(settings) as log:
        corrected = list(corrections(log)) if log else []
    given = [example for file in files for example in labelled(file, now=now)]
    model, compared = learn([*corrected, *given], load(), fit)
    path = Folder(settings.data_dir.resolve()).classifier
    is_better = any(one.beats for one in compared)
    if is_better:
        _write(path, encoded(model))
    return Learned(
        corrections=len(corrected),
        labelled=len(given),
        decisions=compared,
        written=str(path) if is_better else None,
    )


def lines(told: Learned) -> Iterator[str]:
    """Yield what a person reads."""
    yield f"{told.corrections} corrections, {told.labelled} labelled texts"
    for one in told.decisions:
        yield (
            f"{one.decision:<10} {one.examples:>6} texts   rules {one.rules:6.1%}   learned {one.learned:6.1%}   "
            f"{one.mended} mended, {one.broken} broken   {'kept' if one.beats else 'the rules stay'}"
        )
    if told.written:
        yield f"written to {told.written}; set TOCSIN_CLASSIFIER=learned and start Tocsin again"
        return
    yield (
        f"nothing is written: a decision is kept with {LEAST_EXAMPLES} texts at least, {MARGIN:.0%} more right answers than "
        f"the rules on texts that were held back, and a chance of {CHANCE:.0%} at most that this is luck"
    )


def _write(path: Path, body: bytes) -> None:
    """Put the file in place whole: a server that starts meanwhile finds the one before or this one."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_bytes(body)
        fresh.replace(path)
    except OSError as exc:
        raise ConfigError(f"cannot write {path}: {exc.strerror}") from exc
