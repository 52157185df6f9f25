"""The countries that a report names, and which of them belong to what it tells."""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from streams.knowledge.model import Knowledge
from streams.stages.enrich import Enriched, Mention, Named, Part
from streams.stages.names import EVERYBODY
from streams.stages.senses import FIRM

_MAX_MENTIONS = 200
_LEAD = 2
"""Sentences of the text, from the first, that count as its lead."""

_SHORT = 3
"""A text of so few sentences has no background: all that it names belongs to it."""

_OFTEN = 2
"""A country that is named once, and behind the lead, is part of the background and not of the story."""

_OFFICES = frozenset(("ministry", "agency", "government", "armed", "shared", "association"))
SHARED = "shared"
"""The kind of an office that is named without its state, as many states have one: "the Ministry of Commerce"."""

_FULL_NAME = 3
"""Words of an office's name that say enough where no state is named."""

_OF_REACH = 2
_CIRCUMVENTION = frozenset(("circumvent", "circumvented", "circumventing", "circumvention", "circumvents"))
_DUTIES = frozenset(("antidumping", "countervailing", "dumping", "duty", "duties"))
_ORDERS = frozenset(("order", "orders"))
_ORDER_REACH = 20
"""Words from an order to the country of its goods, whose name may be long."""

_LINKS = frozenset(("and", "or", "the"))
_LIST_REACH = 3


class Country(NamedTuple):
    """A country named once: where, by an office that acts for it or by its own name, or only in a firm's name.

    A named tuple, like `Mention`, because there is one for each of them.
    """

    code: str
    mention: Mention
    part: Part
    sentence: int

    @property
    def leads(self) -> bool:
        """Tell whether the title or the lead names it."""
        return self.part.name == "title" or self.sentence < _LEAD

    @property
    def is_office(self) -> bool:
        """Tell whether a ministry or agency stands for it."""
        return self.mention.named is Named.ORGANISATION

    @property
    def is_shared(self) -> bool:
        """Tell whether it is named by an office that other states have too."""
        return self.mention.kind in {SHARED, "association"}

    @property
    def is_in_a_firm(self) -> bool:
        """Tell whether it is the end of a firm's name."""
        return self.mention.kind == FIRM


def named_countries(enriched: Enriched, knowledge: Knowledge) -> list[Country]:
    """Return all countries in the order of title and text, each as often as it is named."""
    found = [item for part in enriched.parts for item in _named(part, knowledge)]
    if not any(item.is_shared for item in found):
        return found
    told = {item.code for item in found if not item.is_shared}
    return [item for item in found if not item.is_shared or _stands_for(item, found, told)]


def _stands_for(item: Country, found: Iterable[Country], told: Collection[str]) -> bool:
    """Tell whether an office that many states have is the one that is known best: its state is named, or none is.

    Not so beside another's name: `the commerce ministry of Thailand`.
    """
    if item.code not in told and (told or item.mention.last - item.mention.first < _FULL_NAME):
        return False
    others = (one for one in found if one.part is item.part and one.code != item.code and not one.is_shared)
    return not any(
        -1 <= item.mention.first - one.mention.last <= 1 or 0 <= one.mention.first - item.mention.last <= _OF_REACH
        for one in others
    )


def of_the_story(named: list[Country], enriched: Enriched) -> list[Country]:
    """Return the mentions of those countries that belong to what the report tells.

    Left out are those of the background, of firms' names where others are told, and those by which goods go round a
    duty that is on another's: `completed in X` is no place of the `order on goods from Y`.
    """
    told = _without_detours(_without_firms(named))
    return told if len(enriched.text.sentence_ends) <= _SHORT else _without_background(told)


def _named(part: Part, knowledge: Knowledge) -> Iterator[Country]:
    seen = 0
    for mention in part.mentions:
        if mention.named is Named.MATERIAL or seen >= _MAX_MENTIONS:
            continue
        code: str | None = None
        if mention.kind == EVERYBODY:
            continue
        if mention.named is Named.PLACE:
            code = mention.values[0]
        elif mention.kind in _OFFICES:
            code = knowledge.organisations[mention.values[0]].country
        if code:
            seen += 1
            yield Country(code, mention, part, part.sentence_at(mention.start))


def _without_firms(named: list[Country]) -> list[Country]:
    by_name = {item.code for item in named if not item.is_in_a_firm}
    if len(by_name) <= 1:  # nobody is told but who acts: then the firms' country is whom it is about
        return named
    return [item for item in named if not item.is_in_a_firm]


def _without_background(told: list[Country]) -> list[Country]:
    times: dict[str, int] = {}
    leading: set[str] = set()
    for item in told:
        times[item.code] = times.get(item.code, 0) + (item.part.name != "title")
        if item.leads:
            leading.add(item.code)
    kept = [item for item in told if item.code in leading or times[item.code] >= _OFTEN]
    return kept or told


def _without_detours(told: list[Country]) -> list[Country]:
    parts = {item.part.name: item.part for item in told}
    words = frozenset[str]().union(*(part.tokens.x for part in parts.values() if _may_circumvent(part)))
    if words.isdisjoint(_DUTIES):
        return told
    ordered = _ordered(told)
    kept = ordered | {item.code for item in told if item.is_office}
    return [item for item in told if item.code in kept] if ordered else told


def _may_circumvent(part: Part) -> bool:
    return not _CIRCUMVENTION.isdisjoint(part.tokens.x)


def _ordered(told: Iterable[Country]) -> set[str]:
    """Return the countries whose goods an order is on: `the orders on aluminum foil from China`."""
    ordered: set[str] = set()
    before: Country | None = None
    for item in told:
        listed = before is not None and is_listed(before, item)
        if listed or (_follows_from(item) and _follows_order(item)):
            ordered.add(item.code)
            before = item
        else:
            before = None
    return ordered


def _follows_from(item: Country) -> bool:
    words = item.part.tokens.x[max(0, item.mention.first - 2) : item.mention.first]
    return words[-1:] == ("from",) or words == ("from", "the")


def _follows_order(item: Country) -> bool:
    first = item.mention.first
    words = item.part.tokens.x[max(0, first - _ORDER_REACH) : first]
    return not _ORDERS.isdisjoint(words)


def is_listed(before: Country, item: Country) -> bool:
    """Tell whether the second follows the first in one list: `Japan, Korea and the Netherlands`."""
    if before.part is not item.part or before.sentence != item.sentence:
        return False
    between = item.part.tokens.x[before.mention.last : item.mention.first]
    return len(between) <= _LIST_REACH and _LINKS.issuperset(between)
