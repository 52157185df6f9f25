"""What each place is in the story: who acts, whom it is aimed at, where it happens, or only mentioned."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.signal import EventClass, Role, Targeting
from streams.knowledge.model import Knowledge
from streams.stages.countries import Country, named_countries, of_the_story
from streams.stages.enrich import Enriched, Mention
from streams.stages.targeting import excluded

_TITLE_WEIGHT = 3.0
_SENTENCE_WEIGHTS = (1.5, 1.0, 0.6)
_LATER_WEIGHT = 0.3
_LOOK_BACK = 3
_AIMED = frozenset(("to", "against", "targeting", "toward", "towards", "on", "for", "with"))
_PLACED = frozenset(("in", "at", "near", "across", "inside", "within", "outside", "via", "through"))
_SKIPPED = frozenset(("the", "a", "an", "all", "its", "certain", "some", "most", "any", "10", "several", "republic"))
_INWARD = frozenset(
    (EventClass.IMPORT_RESTRICTION, EventClass.SANCTIONS, EventClass.DISPUTE, EventClass.ENTITY_LISTING)
)
_CO_ACTOR = 0.7
_ACTOR_BAR = 0.6
"""A country named once near the end, a source perhaps, is nobody who acts."""

_LINKS = frozenset(("and", "und", "y", "et"))


@dataclass(slots=True)
class _Tally:
    mention: Mention
    part: str
    actor: float = 0.0
    target: float = 0.0
    location: float = 0.0
    subject: bool = False


@dataclass(frozen=True, slots=True)
class _Position:
    """Where a place is named: the word before, how much the sentence counts, whether it is the sentence's first place.

    `inward`: the event is of a class whose measure hits what comes from the place named second.
    """

    before: str
    weight: float
    leads: bool
    inward: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """A country, its role, the words that name it first, and how it is hit or left out."""

    code: str
    role: Role
    mention: Mention
    part: str
    targeting: Targeting | None = None


def roles(enriched: Enriched, primary: EventClass, knowledge: Knowledge) -> list[Placed]:
    """Return the places of a report with one role each: actors first, then in the order of the text.

    A country that the measure leaves out is mentioned, and said to be excluded; a target that is named is explicit.
    """
    named = named_countries(enriched, knowledge)
    left_out = [item for item, is_out in zip(named, excluded(named), strict=True) if is_out]
    out = set(map(id, left_out))
    tallies = _tallies(of_the_story([item for item in named if id(item) not in out], enriched), primary)
    actors = _actors(tallies)
    outside = {item.code: item for item in reversed(left_out) if item.code not in actors}
    placed = [_placed(code, tally, is_actor=code in actors) for code, tally in tallies.items() if code not in outside]
    placed += (
        Placed(item.code, Role.MENTIONED, item.mention, item.part.name, Targeting.EXCLUDED)
        for item in reversed(outside.values())
    )
    return sorted(placed, key=lambda item: item.role is not Role.ACTOR)


def _tallies(told: list[Country], primary: EventClass) -> dict[str, _Tally]:
    tallies: dict[str, _Tally] = {}
    led: set[tuple[str, int]] = set()
    for item in told:
        where = (item.part.name, item.sentence)
        tally = tallies.setdefault(item.code, _Tally(item.mention, item.part.name))
        weight = _TITLE_WEIGHT if item.part.name == "title" else _weight(item.sentence)
        before = _word_before(item.mention, item.part.tokens.x)
        _count(tally, item, _Position(before, weight, leads=where not in led, inward=primary in _INWARD))
        led.add(where)
    return tallies


def _placed(code: str, tally: _Tally, *, is_actor: bool) -> Placed:
    role = Role.ACTOR if is_actor else _lesser(tally)
    targeting = Targeting.EXPLICIT if role is Role.TARGET else None
    return Placed(code, role, tally.mention, tally.part, targeting)


def _weight(sentence: int) -> float:
    return _SENTENCE_WEIGHTS[sentence] if sentence < len(_SENTENCE_WEIGHTS) else _LATER_WEIGHT


def _count(tally: _Tally, item: Country, place: _Position) -> None:
    weight, before = place.weight, place.before
    if item.is_office:
        tally.actor += weight * (1.5 if before not in _AIMED else 0.3)
        tally.subject = tally.subject or weight == _TITLE_WEIGHT
    elif before == "by":
        tally.actor += 2 * weight
    elif before in _AIMED or (place.inward and before == "from"):
        tally.target += weight
    elif before in _PLACED or before == "from":
        tally.location += weight
        tally.actor += 0.4 * weight
    elif place.inward and not place.leads and before not in _LINKS:
        tally.target += 0.5 * weight
        tally.actor += 0.3 * weight
    else:
        is_subject = place.leads or before in _LINKS
        tally.actor += weight * (1.5 if is_subject else 0.5)
        tally.subject = tally.subject or (is_subject and weight == _TITLE_WEIGHT)


def _word_before(mention: Mention, words: Sequence[str]) -> str:
    near = reversed(words[max(0, mention.first - _LOOK_BACK) : mention.first])
    return next((word for word in near if word not in _SKIPPED), "")


def _actors(tallies: dict[str, _Tally]) -> set[str]:
    acting = {code: tally for code, tally in tallies.items() if tally.actor > max(tally.target, _ACTOR_BAR)}
    best = max((tally.actor for tally in acting.values()), default=0.0)
    return {
        code
        for code, tally in acting.items()
        if tally.actor == best or (tally.subject and tally.actor >= _CO_ACTOR * best)
    }


def _lesser(tally: _Tally) -> Role:
    if tally.target > 0 and tally.target >= tally.location:
        return Role.TARGET
    return Role.LOCATION if tally.location else Role.MENTIONED
