"""The history pack as a set: its labels lie beside the tests, its reports in the package."""

from functools import cache

import orjson

from schemas.raw import SignalIn
from services.evaluate.asking import Case
from services.evaluate.labelled import asked
from services.evaluate.labels import Labels
from services.evaluate.naive import Tagger
from services.evaluate.row import Row
from services.history import pack


class _Named(Row):
    id: str


def history_label(line: bytes, tagger: Tagger) -> Case:
    """Ask for the labels of a report of the history pack."""
    del tagger
    named = _Named.model_validate_json(line)
    labels = {name: value for name, value in orjson.loads(line).items() if name != "id"}
    post = next((report for report in _reports() if report.id == named.id), None)
    if post is None:
        raise ValueError(f"the history pack has no report {named.id}")
    return asked(post, Labels.model_validate(labels))


@cache
def _reports() -> tuple[SignalIn, ...]:
    return pack()
