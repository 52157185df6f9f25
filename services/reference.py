"""What stages judge by, by version: the knowledge base of this release, and rules as the reference topic tells them."""

from collections.abc import Sequence
from threading import Lock
from typing import Protocol

from schemas.codec import decode
from schemas.rule import Rule, RuleRevision
from schemas.topics import REFERENCE, Topic
from streams.knowledge.model import Knowledge
from streams.ports import Record
from streams.rules.compile import RuleSet
from streams.stage import Reference

PAGE = 1_000


class Tail(Protocol):
    """A log that can be read from any position."""

    def after(self, topic: Topic, position: int, *, limit: int) -> Sequence[Record]:
        """Return what follows a position."""
        ...


class ReferenceBook:
    """Answers "the reference as of rules version v"; keeps the last answer, because stages ask for the same one."""

    def __init__(self, log: Tail, knowledge: Knowledge) -> None:
        self._log, self._knowledge = log, knowledge
        self._revisions: list[RuleRevision] = []
        self._read_to = 0
        self._last: tuple[int, Reference] | None = None
        self._answering = Lock()

    def at(self, version: int) -> Reference:
        """Return the reference with each rule as of its last revision up to the version."""
        with self._answering:
            if self._last and self._last[0] == version:
                return self._last[1]
            self._read()
            rules: dict[str, Rule] = {}
            for revision in self._revisions:
                if revision.version <= version:
                    rules.pop(revision.rule_id, None)
                    if revision.rule is not None:
                        rules[revision.rule_id] = revision.rule
            reference = Reference(knowledge=self._knowledge, rules=RuleSet(tuple(rules.values())))
            self._last = (version, reference)
            return reference

    def _read(self) -> None:
        """Take in what the reference topic holds beyond what was read."""
        while records := self._log.after(REFERENCE, self._read_to, limit=PAGE):
            for record in records:
                revision = record.item or decode(record.type, record.value)
                assert isinstance(revision, RuleRevision)
                self._revisions.append(revision)
            self._read_to = records[-1].position
        self._revisions.sort(key=lambda revision: revision.version)
