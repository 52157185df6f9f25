"""What could not be processed: its bytes, where it stood, and why."""

from schemas.base import Keyed


class DeadLetter(Keyed):
    """A record that a stage refused; replaying appends the same bytes to its origin again."""

    stage: str
    topic: str
    position: int
    partition: int = 0
    record_key: str
    record_type: str
    value: bytes
    error: str
    detail: str

    @property
    def key(self) -> str:
        """Its origin."""
        return f"{self.topic}/{self.partition}/{self.position}"
