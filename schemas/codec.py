"""Bytes <-> model: each record names its model and version, so yesterday's bytes can be read tomorrow."""

from collections.abc import Callable, Mapping
from typing import Final

from pydantic import ValidationError

from schemas.base import Keyed, Model
from schemas.recent import Recent
from schemas.topics import TOPICS

IN_MEMORY: Final = 5
"""Bytes of memory that an item takes for each byte of its JSON: measured, 23 KB for 5 KB."""

_ROOM: Final = 25_165_824

VERSIONS: Mapping[str, int] = {}
"""Models whose shape has changed since version 1, and the version they are written in."""

UPCASTS: Mapping[tuple[str, int], Callable[[bytes], bytes]] = {}
"""(model, version) -> how its bytes become the next version's."""

_MODELS = {model.__name__: model for topic in TOPICS for model in topic.carries}


def type_of(item: Keyed) -> str:
    """Return the type header of an item: `Signal/1`."""
    name = type(item).__name__
    return f"{name}/{VERSIONS.get(name, 1)}"


def encode(item: Model) -> bytes:
    """Return the item as JSON bytes, fields in declared order, so equal items give equal bytes."""
    return _RECENT(item)


def _encoded(item: Model) -> bytes:
    return item.__pydantic_serializer__.to_json(item, exclude_defaults=True)


_RECENT: Final = Recent(_encoded, room=_ROOM, weigh=lambda _item, value: (IN_MEMORY + 1) * len(value))
"""The log, the index and the history keep the same things, one after the other."""


def decode(record_type: str, value: bytes) -> Keyed:
    """Return the item; ValueError says what is wrong with the bytes."""
    name, _, version_text = record_type.partition("/")
    model = _MODELS.get(name)
    if model is None or not version_text.isdigit():
        raise ValueError(f"unknown record type {record_type!r}")
    for version in range(int(version_text), VERSIONS.get(name, 1)):
        value = UPCASTS[name, version](value)
    try:
        return model.model_validate_json(value)
    except ValidationError as exc:
        first = exc.errors(include_url=False)[0]
        raise ValueError(f"{name}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from exc
