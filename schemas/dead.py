"""What could not be processed: its bytes, where it stood, and why."""

from schemas.base import Keyed


class DeadLetter(Keyed):
    """A record that a stage refused; replaying appends the same bytes to its origin again."""

    stage: str
    topic: str
    position: int
    record_key: str
    record_type: str
    value: bytes
    error: str
    detail: str

    @property
    def key(self) -> str:
        """Its origin."""
        return f"{self.topic}/{self.position}"
