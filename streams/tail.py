"""What this process wrote or read last, decoded: three steps read each projection, and most of what is read was written here."""

from collections import OrderedDict
from threading import Lock

from schemas.base import Keyed
from schemas.codec import decode
from streams.ports import Record

MAX_RECORDS = 4_096
MAX_RECORD_BYTES = 65_536
"""A larger record is decoded anew each time: thousands of the largest would not fit in memory."""

Place = tuple[str, int, int]
"""Topic, partition, position."""


class Tail:
    """Items by their place, as many as fit; items are frozen, so all steps share them. Safe between threads."""

    def __init__(self) -> None:
        self._items: OrderedDict[Place, Keyed] = OrderedDict()
        self._changing = Lock()

    def keep(self, place: Place, item: Keyed, *, size_bytes: int) -> None:
        """Remember the item of a record."""
        if size_bytes > MAX_RECORD_BYTES:
            return
        with self._changing:
            self._items[place] = item
            if len(self._items) > MAX_RECORDS:
                self._items.popitem(last=False)

    def item(self, topic: str, record: Record) -> Keyed | None:
        """Return the record's item, or null where its bytes are none: whoever handles it says what is wrong with them."""
        place = (topic, record.partition, record.position)
        held = self._items.get(place)
        if held is None:
            try:
                held = decode(record.type, record.value)
            except ValueError:
                return None
            self.keep(place, held, size_bytes=len(record.value))
        return held
