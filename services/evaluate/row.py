"""A line of a set: only the keys that are asked for are read, whatever else is there."""

from pydantic import BaseModel, ConfigDict


class Row(BaseModel):
    """A frozen value that passes over unknown keys: the sets are other people's."""

    model_config = ConfigDict(frozen=True, extra="ignore")
