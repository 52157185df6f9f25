"""Small stand-ins that keep the ports' promises in memory."""

from schemas.codec import encode, type_of
from streams.errors import Unavailable
from streams.ports import Outgoing, Ports, Record


class MemoryLog:
    """AtomicLog in memory. `poison` appends bytes that no model wrote; `failures` are settlings that will not succeed;
    `away` refuses every append.
    """

    def __init__(self):
        self.topics, self.offsets, self.states = {}, {}, {}
        self.failures, self.away = 0, False

    def poison(self, topic, *, key="k", record_type="Signal/1", value=b"{"):
        records = self.topics.setdefault(topic.name, [])
        records.append(Record(len(records) + 1, key, record_type, value))
        return len(records)

    def append(self, records):
        if self.away:
            raise Unavailable("the log is away")
        positions = []
        for outgoing in records:
            assert isinstance(outgoing.item, outgoing.topic.carries), outgoing
            kept = self.topics.setdefault(outgoing.topic.name, [])
            kept.append(Record(len(kept) + 1, outgoing.item.key, type_of(outgoing.item), encode(outgoing.item)))
            positions.append(len(kept))
        return positions

    def tell(self, topic, *items):
        return self.append([Outgoing(topic, item) for item in items])

    def read(self, topic, group, *, limit):
        return self.after(topic, self.committed(topic, group), limit=limit)

    def after(self, topic, position, *, limit):
        return self.topics.get(topic.name, [])[position : position + limit]

    def commit(self, topic, group, position):
        self.offsets[topic.name, group] = position

    seek = commit

    def committed(self, topic, group):
        return self.offsets.get((topic.name, group), 0)

    def end(self, topic):
        return len(self.topics.get(topic.name, []))

    def lag(self, topic, group):
        return self.end(topic) - self.committed(topic, group)

    def get(self, fold, key):
        return self.states.get((fold, key))

    def scan(self, fold, prefix=""):
        found = sorted((key, value) for (name, key), value in self.states.items() if name == fold)
        return iter([(key, value) for key, value in found if key.startswith(prefix)])

    def settle(self, topic, group, position, *, outputs, puts):
        if self.failures:
            self.failures -= 1
            raise Unavailable("the log's disk is full")
        self.append(outputs)
        for put in puts:
            if put.value is None:
                self.states.pop((put.fold, put.key), None)
            else:
                self.states[put.fold, put.key] = put.value
        self.commit(topic, group, position)


class MemoryStore:
    """Store in memory; `failures` are puts that will not succeed."""

    def __init__(self):
        self.items, self.positions, self.failures = [], {}, 0

    def put(self, items, positions):
        if self.failures:
            self.failures -= 1
            raise Unavailable("the store is away")
        self.items.extend(items)
        self.positions |= positions

    def cursor(self, partition=0):
        return self.positions.get(partition, 0)


def memory_ports():
    return Ports(index=MemoryStore(), history=MemoryStore(), outbox=MemoryStore())
