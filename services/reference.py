"""What stages judge by, by version: the knowledge base of this release, a classifier, and rules as the reference topic has them."""

from collections import OrderedDict
from threading import Lock

from schemas.codec import decode
from schemas.rule import Rule, RuleRevision
from schemas.topics import REFERENCE
from streams.errors import Unavailable
from streams.knowledge.model import Knowledge
from streams.ports import Classifier, EventLog
from streams.query.names import material_names
from streams.rules.compile import RuleSet
from streams.stage import Reference
from streams.stages.rule_classifier import RULES

PAGE = 1_000
MAX_ANSWERS = 4
"""Versions kept compiled: around a change of rules, partitions that are behind still ask for the one before."""


class ReferenceBook:
    """Answers "the reference as of rules version v"; keeps the last answers, because stages ask for the same ones."""

    def __init__(self, log: EventLog, knowledge: Knowledge, classifier: Classifier = RULES) -> None:
        self._log, self._knowledge, self._classifier = log, knowledge, classifier
        self._names = material_names(knowledge)
        self._revisions: list[RuleRevision] = []
        self._read_to = 0
        self._answers: OrderedDict[int, Reference] = OrderedDict()
        self._answering = Lock()

    def at(self, version: int) -> Reference:
        """Return the reference with each rule as of its last revision up to the version.

        Unavailable while the reference topic has not told of that version.
        """
        with self._answering:
            if version not in self._answers:
                self._answers[version] = Reference(self._knowledge, self._rules(version), self._classifier)
                if len(self._answers) > MAX_ANSWERS:
                    self._answers.popitem(last=False)
            return self._answers[version]

    def _rules(self, version: int) -> RuleSet:
        if version:
            self._read()
            if not self._revisions or self._revisions[-1].version < version:
                raise Unavailable(f"version {version} of the rules has not been read yet")
        rules: dict[str, Rule] = {}
        for revision in self._revisions:
            if revision.version <= version:
                rules.pop(revision.rule_id, None)
                if revision.rule is not None:
                    rules[revision.rule_id] = revision.rule
        return RuleSet(tuple(rules.values()), self._names)

    def _read(self) -> None:
        """Take in what the reference topic holds beyond what was read."""
        while records := self._log.after(REFERENCE, self._read_to, limit=PAGE):
            for record in records:
                revision = record.item or decode(record.type, record.value)
                assert isinstance(revision, RuleRevision)
                self._revisions.append(revision)
            self._read_to = records[-1].position
        self._revisions.sort(key=lambda revision: revision.version)
