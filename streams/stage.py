"""The three shapes of a step: transform, fold, sink. There is no fourth."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar

from schemas.base import Keyed, Model
from schemas.topics import Topic
from streams.knowledge.model import Knowledge
from streams.ports import Classifier, Ports, Store
from streams.rules.compile import RuleSet
from streams.stages.rule_classifier import RULES

M = TypeVar("M", bound=Model)

ONE: Final = ""
"""The key of a fold that keeps one state for all items."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An item and its position in the topic it was taken from."""

    position: int
    item: Any


@dataclass(frozen=True, slots=True)
class Reference:
    """What stages judge by, in the versions that the stream named."""

    knowledge: Knowledge
    rules: RuleSet
    classifier: Classifier = RULES


class Kept(Protocol):
    """What a fold has kept, decoded: for the view of a fold by `ONE`."""

    def get(self, key: str, model: type[Model]) -> Model | None: ...
    def scan(self, prefix: str, model: type[M]) -> Iterator[tuple[str, M]]: ...


class View(Protocol):
    """Derived in memory from what was kept; told of each change."""

    def put(self, key: str, state: Model | None) -> None: ...


@dataclass(frozen=True, slots=True)
class Folded:
    """What a fold made of one item: outputs, and the states to keep by key (null forgets)."""

    outputs: tuple[Keyed, ...] = ()
    states: Mapping[str, Model | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Transform:
    """Item by item, no memory: `apply(item, reference) -> outputs`."""

    name: str
    source: Topic
    target: Topic
    apply: Callable[[Any, Reference], Iterable[Keyed]]


@dataclass(frozen=True)
class Fold:
    """Item by item with memory: `apply(state, taken, reference) -> Folded`.

    With `by` a key function, `state` is what was kept under the item's key (null at first), and a tick is applied to
    each key whose state has fallen `due`. With `by=ONE`, `state` is the `view` of all that was kept.
    """

    name: str
    source: Topic
    target: Topic
    apply: Callable[[Any, Taken, Reference], Folded]
    state: type[Model]
    by: Callable[[Any], str] | str
    due: Callable[[Any], datetime | None] = lambda _state: None
    view: Callable[[Kept], View] | None = None


@dataclass(frozen=True)
class Sink:
    """Batch by batch, out of the stream into one of the ports, which keeps its position with the effect."""

    name: str
    source: Topic
    store: Callable[[Ports], Store]


Step = Transform | Fold | Sink
