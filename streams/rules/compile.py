"""Many rules at once: each is looked at only when a word or value without which it cannot hold is there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from schemas.alert import Reason
from schemas.projection import Kind
from schemas.rule import Rule
from streams.query.ast import Both, Either, Never, Node, Phrase, Value, Words
from streams.query.document import Document, fold_value
from streams.query.names import NO_NAMES, MaterialNames, named
from streams.query.parse import parse
from streams.query.predicate import Predicate, Span, compile_predicate
from streams.text.analyse import alternatives

MAX_REASONS = 20
"""Reasons an alert carries; a rule of two hundred words does not need them all."""

_KINDS = frozenset(("kind", "status"))

Key = tuple[str, str]
"""(field, folded value), or ("", token) for a word."""


@dataclass(frozen=True)
class Compiled:
    """A rule, what it asks, and keys of which a document must hold at least one for the rule to hold (null: none known)."""

    rule: Rule
    matches: Predicate
    keys: frozenset[Key] | None


@dataclass(frozen=True)
class RuleSet:
    """The rules as of one version, and the names of materials that their words may be.

    Building is cheap; what is asked of documents is compiled at the first question.
    """

    rules: tuple[Rule, ...] = ()
    names: MaterialNames = NO_NAMES

    def __bool__(self) -> bool:
        return bool(self.rules)

    def matching(self, document: Document) -> Iterator[tuple[Rule, tuple[Reason, ...]]]:
        """Yield each rule that holds for the document, in the rules' order, with the clauses and words that say why."""
        for compiled in self._candidates(document):
            spans = compiled.matches(document)
            if spans is not None:
                yield compiled.rule, _reasons(spans, document)

    @cached_property
    def _compiled(self) -> tuple[Compiled, ...]:
        return tuple(_compile(rule, self.names) for rule in self.rules)

    @cached_property
    def _by_key(self) -> dict[Key, list[int]]:
        by_key: dict[Key, list[int]] = {}
        for number, compiled in enumerate(self._compiled):
            for key in compiled.keys or ():
                by_key.setdefault(key, []).append(number)
        return by_key

    @cached_property
    def _always(self) -> frozenset[int]:
        return frozenset(number for number, compiled in enumerate(self._compiled) if compiled.keys is None)

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(token for field, token in self._by_key if not field)

    def _candidates(self, document: Document) -> Iterator[Compiled]:
        numbers = set(self._always)
        for field, values in document.folded.items():
            for value in values:
                numbers.update(self._by_key.get((field, value), ()))
        if self._words:
            for part in document.parts:
                for token in self._words & part.words:
                    numbers.update(self._by_key["", token])
        for number in sorted(numbers):
            yield self._compiled[number]


def _compile(rule: Rule, names: MaterialNames) -> Compiled:
    node = named(asked_of_rule(rule.query), names)
    return Compiled(rule, compile_predicate(node), keys_of(node))


def asked_of_rule(query: str) -> Node:
    """Return what a rule asks.

    An announcement is an event and one measure or more. Unless the rule names `kind` or `status` it is asked about the event
    alone, so that one announcement rings once.
    """
    node = parse(query)
    return node if _names(node, _KINDS) else Both((node, Never(Value("kind", Kind.MEASURE.value))))


def _names(node: Node, fields: frozenset[str]) -> bool:
    match node:
        case Both(parts) | Either(parts):
            return any(_names(part, fields) for part in parts)
        case Never(part):
            return _names(part, fields)
        case Value(field, _):
            return field in fields
        case _:
            return False


def keys_of(node: Node) -> frozenset[Key] | None:
    """Return keys of which every matching document holds at least one; null where the query allows any document."""
    match node:
        case Value(field, value):
            return frozenset({(field, fold_value(value))})
        case Phrase(_, text):
            words = alternatives(text)
            return frozenset(("", phrase[0]) for phrase in (words.x, *words.s) if phrase)
        case Words(_, text):
            return frozenset(("", word) for word in alternatives(text).x[:1])
        case Both(parts):
            known = [keys for keys in map(keys_of, parts) if keys is not None]
            return min(known, key=_cost) if known else None
        case Either(parts):
            either = [keys_of(part) for part in parts]
            return None if None in either else frozenset().union(*(keys for keys in either if keys))
        case _:
            return None


def _cost(keys: frozenset[Key]) -> tuple[bool, int, list[Key]]:
    """Prefer fields to words, and few keys to many: a field's values are fewer than a text's words."""
    return any(not field for field, _ in keys), len(keys), sorted(keys)


def _reasons(spans: Sequence[Span], document: Document) -> tuple[Reason, ...]:
    """Turn spans into reasons, each clause and wording once."""
    texts = {(part.report, part.part): part.text for part in document.parts}
    told = (Reason(clause=span.clause, text=texts[span.report, span.part][span.start : span.end] if span.part else "")
            for span in spans)  # fmt: skip
    return tuple(dict.fromkeys(told))[:MAX_REASONS]
