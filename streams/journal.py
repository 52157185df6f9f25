"""How a fold of many states is settled as one where each state is a record of its own: what was before is kept first.

A fold by `ONE` reads all of its states to judge the next item. Were half of a batch's states kept when the process dies, the
batch would be judged again by states that have partly seen it. So the journal is put before them, and the position that was
applied after them: whoever finds a journal of a position that was not applied puts back what was before.
"""

from collections.abc import Iterable, Sequence

from schemas.base import Model
from schemas.codec import encode
from streams.ports import Put, StateStore

JOURNAL = "journal"
APPLIED = "applied"


class Journal(Model):
    """The states before a batch: (fold, key, value or null) of each that the batch changes; `position` is the batch's last."""

    position: int
    before: tuple[tuple[str, str, bytes | None], ...]


def journaled(fold: str, puts: Sequence[Put], states: StateStore) -> list[Put]:
    """Return the puts in the order in which each prefix of them can be undone or stands: journal, states, position."""
    applied = [put for put in puts if (put.fold, put.key) == (fold, APPLIED)]
    if not applied or applied[0].value is None:
        return list(puts)
    changed = [put for put in puts if put not in applied]
    before = tuple((put.fold, put.key, states.get(put.fold, put.key)) for put in changed)
    journal = Journal(position=int(applied[0].value), before=before)
    return [Put(fold, JOURNAL, encode(journal)), *changed, *applied]


def undone(fold: str, states: StateStore) -> Iterable[Put]:
    """Return what puts back the states before a batch that was kept in part; nothing when the last one was kept whole."""
    kept = states.get(fold, JOURNAL)
    if kept is None:
        return ()
    journal = Journal.model_validate_json(kept)
    if int(states.get(fold, APPLIED) or 0) >= journal.position:
        return ()
    return [Put(name, key, value) for name, key, value in journal.before]
