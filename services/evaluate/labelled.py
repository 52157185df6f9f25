"""Our own sets: reports and traps with labels; each label that a line has is asked for, a trap's labels together."""

from collections.abc import Iterator

from schemas.raw import SignalIn
from schemas.signal import DateRole, Judgement, Role
from services.evaluate.asking import (
    Ask,
    Case,
    Figure,
    How,
    Question,
    Read,
    all_of,
    anywhere,
    in_role,
    none_of,
    one_of,
    same,
    starting,
    together,
)
from services.evaluate.labels import Labels, Names
from services.evaluate.naive import Tagger
from services.evaluate.row import Row

PRIMARY = Figure("primary class")
MATERIALS = Figure("materials", How.OVERLAP)
ACTOR = Figure("actor", How.OVERLAP)
TARGET = Figure("target", How.OVERLAP)
REFERENCES = Figure("printed references", How.OVERLAP, naive=False)
DATES = Figure("printed dates", naive=False)
DIRECTION = Figure("direction")
MATURITY = Figure("maturity", naive=False)
RELEVANT = Figure("relevant")
ASSERTED = Figure("asserted")
TRAPS = Figure("traps")


class Labelled(Row):
    """A signal with its labels."""

    labels: Labels


def labelled(line: bytes, tagger: Tagger) -> Case:
    """Ask for each label."""
    del tagger
    labels = Labelled.model_validate_json(line).labels
    fields = {name: value for name, value in _Signal.model_validate_json(line) if value is not None}
    return asked(SignalIn.model_validate(fields), labels)


def asked(post: SignalIn, labels: Labels) -> Case:
    """Ask for each label; those of a trap count as one."""
    asks = tuple(_asks(labels))
    if labels.trap:
        named = [(word or figure.name, ask) for figure, word, ask in asks]
        return Case(post, (Question(TRAPS, together(named, of=labels.trap)),))
    return Case(
        post,
        tuple(Question(figure, together([(word, ask)], of="") if word else ask) for figure, word, ask in asks),
    )


class _Signal(Row):
    """The part of a line that is the signal."""

    id: str
    title: str = ""
    text: str = ""
    url: str | None = None
    published_at: str | None = None
    language: str | None = None
    source: str | None = None


def _asks(labels: Labels) -> Iterator[tuple[Figure, str, Ask]]:
    """Yield what is asked: its figure, what it is called where the figure has several, and the question."""
    yield from _of_class(labels)
    yield from _of_names(labels)
    for name in ("announced", "effective_from", "effective_to"):
        if expected := getattr(labels, name):
            yield DATES, name, starting(expected, _dates_named(name))


def _of_class(labels: Labels) -> Iterator[tuple[Figure, str, Ask]]:
    if labels.primary:
        yield PRIMARY, "", one_of((labels.primary, *labels.accept), lambda found: found.event_classes[:1])
    if labels.primary_absent:
        yield PRIMARY, "", none_of(labels.primary_absent, lambda found: found.event_classes[:1])
    if labels.direction:
        yield DIRECTION, "", one_of((labels.direction, *labels.direction_accept), lambda found: (found.direction,))
    if labels.direction_absent:
        yield DIRECTION, "", none_of(labels.direction_absent, lambda found: (found.direction,))
    if labels.maturity:
        wanted = (labels.maturity, *labels.maturity_accept)
        yield MATURITY, "", one_of(wanted, lambda found: filter(None, (found.maturity,)))
    if labels.relevant is not None:
        yield RELEVANT, "", one_of((f"{labels.relevant}",), lambda found: (f"{found.relevant}",))
    if labels.asserted is not None:
        yield ASSERTED, "", one_of((f"{labels.asserted}",), lambda found: (f"{found.asserted}",))
    if labels.assertion:
        yield (
            ASSERTED,
            "assertion",
            one_of((labels.assertion, *labels.assertion_accept), lambda found: (found.assertion,)),
        )


def _of_names(labels: Labels) -> Iterator[tuple[Figure, str, Ask]]:
    actor, target = in_role(Role.ACTOR), in_role(Role.TARGET)
    if labels.materials is not None:
        yield MATERIALS, "", same(labels.materials, _materials, ignored=labels.materials_accept)
    if labels.materials_include:
        yield MATERIALS, "", all_of(labels.materials_include, _materials)
    if labels.actor is not None:
        yield ACTOR, "", same(labels.actor, actor, ignored=labels.actor_accept)
    if labels.actor_absent:
        yield ACTOR, "", none_of(labels.actor_absent, actor)
    if labels.target is not None:
        yield TARGET, "", same(labels.target, target)
    if labels.target_absent:
        yield TARGET, "", none_of(labels.target_absent, target)
    if labels.places_include:
        yield TARGET, "places", all_of(labels.places_include, anywhere)
    if labels.places_absent:
        yield TARGET, "places", none_of(labels.places_absent, anywhere)
    if labels.refs is not None:
        yield REFERENCES, "", same(labels.refs, _refs, ignored=labels.refs_accept)


def _materials(judgement: Judgement) -> Names:
    return judgement.materials


def _refs(judgement: Judgement) -> Iterator[str]:
    """Read the acts; a clause counts as its act."""
    return (ref.split("/")[0] for ref in judgement.refs)


_ROLES = {
    "announced": (DateRole.ANNOUNCED, DateRole.OCCURRED),
    "effective_from": (DateRole.EFFECTIVE,),
    "effective_to": (DateRole.UNTIL,),
}
"""What answers for a labelled time: a day on which something simply occurred is its announcement and its beginning."""


def _dates_named(name: str) -> Read:
    return lambda judgement: (item.told for item in judgement.dates if item.role in _ROLES[name])


def dates_of(judgement: Judgement) -> Iterator[str]:
    """Read all dates that are told, as exactly as they are."""
    return (item.told for item in judgement.dates)
