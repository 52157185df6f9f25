"""What is due when: things that time alone will change, found without looking at the others."""

from collections.abc import Iterable
from datetime import datetime
from heapq import heappop, heappush


class DueList:
    """Keys by the moment at which they are due; derived in memory from what was kept (key, ISO time)."""

    def __init__(self, kept: Iterable[tuple[str, bytes]] = ()) -> None:
        self._due: dict[str, datetime] = {}
        self._heap: list[tuple[datetime, str]] = []
        for key, moment in kept:
            self.put(key, datetime.fromisoformat(moment.decode()))

    def put(self, key: str, due: datetime | None) -> bool:
        """Set or (null) clear when a key is due; tell whether that changed anything."""
        if self._due.get(key) == due:
            return False
        if due is None:
            del self._due[key]
        else:
            self._due[key] = due
            heappush(self._heap, (due, key))
        return True

    def until(self, moment: datetime) -> list[str]:
        """Return the keys due at or before the moment, earliest first. They stay due until put anew."""
        found = {}
        while self._heap and self._heap[0][0] <= moment:
            due, key = heappop(self._heap)
            if self._due.get(key) == due:
                found[key] = due
        for key, due in found.items():
            heappush(self._heap, (due, key))
        return list(found)
