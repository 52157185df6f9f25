"""Who acts by the words behind its name: whose rule it is, who suffers it, who agrees, and nobody where only judges rule."""

import re
from collections.abc import Iterable, Sequence

from streams.stages.countries import Country
from streams.stages.enrich import Enriched

_AGREED = re.compile(
    r"\b(?:agree[ds]?|agreeing|agreement|signs?|signed|sealed?|deals?|pact|accord|memorandum|mou|truce|joint statement"
    r"|action plan|plan of action|summit|partnership|trade talks|framework|einig\w*|abkommen|accords?|entend\w*|acuerd\w*)\b"
)
_APART = frozenset(
    (
        "on", "from", "against", "to", "toward", "towards", "targeting", "in", "at", "near", "across", "off", "by", "outside",
        "than", "via", "through",
    )
)  # fmt: skip
"""Words before a country that make it no party of what is agreed: a dependence on it, a meeting in it."""

_COURT = re.compile(
    r"\b(?:appellate body|panel|arbitrators?|adjudicators|judges|highest body|dispute settlement body|wto|geneva"
    r"|world trade organi[sz]ation|organe d'appel|berufungsgremium|órgano de apelación)\b[^.;]{0,80}?"
    r"\b(?:rule[ds]?|ruling|found|finds|upheld|upholds?|confirm\w*|side[ds]? (?:with|against)|reports? of the|circulate[ds]?"
    r"|conclude[ds]?|reject(?:s|ed)|issue[ds]? (?:\w+ ){0,3}reports?|adopt(?:s|ed) (?:\w+ ){0,3}reports?|condamn\w+|bestätig\w+)\b"
    r"|\b(?:lost|loses|won|wins)\b[^.;]{0,30}\b(?:appeal|case|dispute)\b"
    r"|\b(?:ruling|verdict) (?:by|of|from) (?:the |a )?(?:wto|panel)"
)
_FILED = re.compile(
    r"\b(?:request(?:s|ed)? (?:\w+ ){0,2}(?:consultations|panel)|fil(?:es|ed|ing)|lodge[ds]?|brought|brings|sue[ds]?|takes? \w+ to"
    r"|launch(?:es|ed)|appeals? (?:the|a|against)|appealed|scraps?|lifts?|remov\w+|abolish\w*|ends? its)\b"
)
_DEEDS = frozenset(
    (
        "permit", "permits", "licence", "licences", "license", "licenses", "licensing", "rule", "rules", "control", "controls",
        "curb", "curbs", "ban", "bans", "banned", "halt", "halts", "halted", "stop", "stops", "stopped", "restrictions",
        "restriction", "quota", "quotas", "decision", "decree", "announcement", "blacklist", "ends", "ended", "suspends",
        "suspended", "suspension", "prohibits", "prohibited", "requires", "introduced", "imposed", "imposes", "ordered",
        "decided", "suppliers", "exporters", "embargo", "clampdown", "crackdown", "freeze", "froze", "tightened", "tightens",
    )
)  # fmt: skip
"""What stands behind the name of the state that does it: "Beijing's new permit rules", "Jakarta ends exports"."""

_SUFFERERS = frozenset(
    (
        "buyers", "maker", "makers", "carmakers", "automakers", "importers", "users", "traders", "customers", "smelters",
        "mills", "refiners", "utilities", "manufacturers", "consumers", "clients", "analysts", "processors", "depends",
        "depend", "relies", "rely", "imports", "buys", "battery", "chip", "carmaker", "chipmakers", "industry", "steelmakers",
    )
)  # fmt: skip
"""What stands behind the name of one that has it from others."""

_STOPS = frozenset(
    (
        "is",
        "are",
        "was",
        "were",
        "be",
        "need",
        "needs",
        "after",
        "as",
        "to",
        "on",
        "for",
        "and",
        "by",
        "under",
        "with",
        "from",
        "says",
        "said",
        "when",
    )
)
_AHEAD = 4
_WTO = "wto"
_REACH = 600


def parties(told: Iterable[Country]) -> set[str]:
    """Return the countries that agree with each other, of a report of an agreement; none where only one is named so."""
    found = {item.code for item in told if _is_party(item)}
    return found if len(found) > 1 else set()


def is_ruling(enriched: Enriched) -> bool:
    """Tell whether judges of the trade organisation decide, and none of the states files or gives way."""
    if not any(_WTO in mention.values for part in enriched.parts for mention in part.mentions):
        return False
    head = f"{enriched.title.text}. {enriched.text.text[:_REACH]}".lower()
    return _COURT.search(head) is not None and _FILED.search(head) is None


def does(item: Country) -> bool:
    """Tell whether the words behind the name say that the rule or the halt is this country's."""
    return next((word in _DEEDS for word in _behind(item, _AHEAD) if word in _DEEDS or word in _SUFFERERS), False)


def suffers(item: Country) -> bool:
    """Tell whether it is named for those who buy, or who wait for what others decide."""
    return next((word in _SUFFERERS for word in _behind(item, 2) if word in _DEEDS or word in _SUFFERERS), False)


def _behind(item: Country, reach: int) -> Sequence[str]:
    """Return the words that follow the name in its sentence, up to the next country."""
    last, part = item.mention.last, item.part
    words: Sequence[str] = part.tokens.x[last : last + reach + 1]
    words = words[1:] if words[:1] == ("s",) else words[:reach]
    ends = next((at for at, one in enumerate(words) if one in _STOPS), len(words))
    return words[:ends]


def _is_party(item: Country) -> bool:
    part, sentence = item.part, item.sentence
    begin = part.sentence_ends[sentence - 1] if sentence else 0
    end = part.sentence_ends[sentence] if sentence < len(part.sentence_ends) else len(part.text)
    if not _AGREED.search(part.text[begin:end].lower()):
        return False
    words = part.tokens.x[max(0, item.mention.first - 2) : item.mention.first]
    near = [word for word in words if word != "the"][-1:]
    return _APART.isdisjoint(near)
