"""Whom a measure hits: a country told by name, all destinations, or all but those that it leaves out."""

from collections.abc import Iterable, Sequence

from schemas.signal import EventClass, Role, Targeting
from streams.stages.countries import Country, is_listed
from streams.stages.enrich import Enriched
from streams.stages.names import EVERYBODY

_LOOK_BACK = 6
_LOOK_AHEAD = 4
_FILLERS = frozenset(
    (
        "the", "republic", "kingdom", "for", "of", "to", "certain", "members", "von", "der", "des", "de", "du", "la", "le",
        "aux", "au", "los", "vers", "\u4e86",
    )
)  # fmt: skip
_EXCLUDERS = frozenset(
    (
        "except", "excepting", "excluding", "excludes", "exclude", "excluded", "exempting", "exempts", "exempt", "exempted",
        "exception", "exceptions", "exemption", "exemptions", "spares", "sparing",
        "sauf", "hormis", "excepte", "ausser", "ausnahme", "ausgenommen", "excepto", "salvo", "excepcion",
    )
)  # fmt: skip
_BUT = "\u9664"
"""Chinese for "except", unless the character before makes it "lift", "abolish" or the like."""

_UNDONE = frozenset((char,) for char in "\u89e3\u5e9f\u6d88\u514d\u6e05\u6392\u5220")
_PAIRS = frozenset(
    (("other", "than"), ("apart", "from"), ("aside", "from"), ("not", "apply"), ("not", "affect"), ("not", "cover"))
)
_EXCLUDED = frozenset(("exempt", "exempted", "excluded", "spared", "ausgenommen", "exemptes", "exento", "exentos"))
_CUES = _EXCLUDERS | _EXCLUDED | {_BUT} | {second for _, second in _PAIRS if second != "from"} | {"apart", "aside"}
_COPULAS = frozenset(
    ("is", "are", "was", "were", "be", "remain", "remains", "remained", "being", "sind", "ist", "sont")
)
_CONTROLS = frozenset(
    (
        EventClass.EXPORT_BAN, EventClass.EXPORT_LICENSING, EventClass.EXPORT_QUOTA, EventClass.EXPORT_TAX,
        EventClass.EXPORT_SUSPENSION, EventClass.STATE_TRADING, EventClass.TECHNOLOGY_CONTROL,
        EventClass.REEXPORT_CONTROL, EventClass.ENTITY_LISTING, EventClass.REPORTING_DUTY,
        EventClass.LOCAL_PROCESSING, EventClass.IMPORT_RESTRICTION, EventClass.SANCTIONS,
    )
)  # fmt: skip
"""Classes of measures that hit somebody; an outage and a price hit whoever buys."""


def excluded(told: Iterable[Country]) -> list[bool]:
    """Return for each mention of a country whether the measure leaves it out: `all destinations except Japan`."""
    items = list(told)
    if all(_CUES.isdisjoint(words) for words in {id(item.part): item.part.tokens.x for item in items}.values()):
        return [False] * len(items)
    before = [_is_left_out(item) for item in items]
    for at in range(1, len(items)):  # "except Japan and the Netherlands"
        before[at] = before[at] or (before[at - 1] and is_listed(items[at - 1], items[at]))
    after = [_is_said_to_be_out(item) for item in items]
    for at in range(len(items) - 2, -1, -1):  # "Japan and the Netherlands are exempt"
        after[at] = after[at] or (after[at + 1] and is_listed(items[at], items[at + 1]))
    return [one or other for one, other in zip(before, after, strict=True)]


def targeting_of(enriched: Enriched, primary: EventClass, roles: Iterable[Role]) -> Targeting | None:
    """Return how the event's target is told: `erga_omnes` only where the words say all, null where nothing says it."""
    if primary not in _CONTROLS:
        return None
    if any(item.kind == EVERYBODY for part in enriched.parts for item in part.mentions):
        return Targeting.ERGA_OMNES
    return Targeting.EXPLICIT if Role.TARGET in roles else None


def _is_left_out(item: Country) -> bool:
    words = _words_before(item)
    if not words:
        return False
    if words[-1] == _BUT:
        return words[-2:-1] not in _UNDONE
    return words[-1] in _EXCLUDERS or words[-2:] in _PAIRS


def _words_before(item: Country) -> tuple[str, ...]:
    """Return the words before a country's name without those that only lead to it."""
    first = item.mention.first
    words = item.part.tokens.x[max(0, first - _LOOK_BACK) : first]
    while words and words[-1] in _FILLERS:
        words = words[:-1]
    return words


def _is_said_to_be_out(item: Country) -> bool:
    last = item.mention.last
    words: Sequence[str] = item.part.tokens.x[last : last + _LOOK_AHEAD]
    if not words or _EXCLUDED.isdisjoint(words[:2]):
        return False
    return words[0] in _EXCLUDED or words[0] in _COPULAS
