"""What every schema shares: frozen models, aware UTC times, and ids that say what a thing is."""

from abc import abstractmethod
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID, uuid5

from pydantic import AfterValidator, BaseModel, ConfigDict

NAMESPACE = UUID("5d0f2c1e-6f0b-5a55-9b3a-70c51a0b1e55")
"""The project's namespace for UUIDv5; every id in a store or on a wire depends on it, so it never changes."""


class Model(BaseModel):
    """A frozen value that refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")


class Keyed(Model):
    """What a topic carries: records of one key stay in order."""

    @property
    @abstractmethod
    def key(self) -> str:
        """What the record is about."""


class Judged(Keyed):
    """What rules are asked about: `rules` is the version of the rules that it is judged by, whenever and wherever it is read.

    The step that reads the ledger names it, because only there do signals and changes of rules stand in one order.
    Null for what was written before things named it: the version that the stream last told holds.
    """

    rules: int | None = None


def utc(moment: datetime) -> datetime:
    """Return the moment in UTC; a naive one is taken as UTC already. ValueError where UTC has no year for it."""
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError as exc:
        raise ValueError("in UTC it lies outside of the years 1 to 9999") from exc


Utc = Annotated[datetime, AfterValidator(utc)]


def stable_id(kind: str, *parts: str) -> str:
    """UUIDv5 of a kind and its parts: the same thing gets the same id on every machine and in every replay."""
    return str(uuid5(NAMESPACE, "\x1f".join((kind, *parts))))
