"""A material's profile as a page for a terminal."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

_MOST_COUNTRIES = 6
_LANGUAGES = ("en", "de", "fr", "es", "it", "pl", "pt", "zh", "ja", "ru")
_LISTS = {
    "eu_critical_2023": "EU critical 2023",
    "eu_strategic": "EU strategic",
    "us_2022": "US 2022",
    "us_2025": "US 2025",
}
_METRICS = {
    "world_share": "share of the world's output",
    "eu_supply_share": "share of EU supply",
    "us_import_reliance": "US net import reliance",
    "us_import_share": "share of US imports",
    "us_import_rank": "place among the sources of US imports",
    "stock_months": "months of consumption in stock",
    "substitute_months": "months until a substitute",
}
_UNITS = {"us_import_rank": "", "stock_months": " months", "substitute_months": " months"}


def material_page(told: dict[str, Any]) -> str:
    """Return the page: heading, codes, names, each metric with the preferred figure first, and the sources."""
    parts = (_heading(told), _codes(told), _names(told), _figures(told), _sources(told))
    return "\n\n".join("\n".join(lines) for lines in map(list, parts) if lines)


def _heading(told: dict[str, Any]) -> Iterator[str]:
    yield f"{told['id']}: {told['label']}" + (f" ({told['element']})" if told["element"] else "")
    lists = [name for key, name in _LISTS.items() if told["lists"][key]]
    yield f"lists: {', '.join(lists) or 'none'}"
    for key, text in (("members", "members"), ("by_product_of", "won with"), ("host_of", "host of")):
        if told[key]:
            yield f"{text}: {', '.join(told[key])}"
    if told["group"]:
        yield f"group: {told['group']}"


def _codes(told: dict[str, Any]) -> Iterator[str]:
    for code in told["hs"]:
        shared = f", with {', '.join(code['shared_with'])}" if code["shared_with"] else ""
        yield f"HS {code['hs6']}" + (f"  basket: other goods share it{shared}" if code["basket"] else "")


def _names(told: dict[str, Any]) -> Iterator[str]:
    for language in _LANGUAGES:
        texts = [name["text"] for name in told["names"] if name["language"] == language]
        if texts:
            yield f"{language}  {', '.join(texts)}"


def _figures(told: dict[str, Any]) -> Iterator[str]:
    for (metric, stage), group in groupby(told["figures"], key=lambda item: (item["metric"], item["stage"])):
        known = list(group)
        of = known[0]["material"]
        yield f"{_METRICS[metric]}{f', {stage}' if stage else ''}{f' (of {of})' if of != told['id'] else ''}"
        unit = _UNITS.get(metric, " %")
        for item in known[:_MOST_COUNTRIES]:
            yield from _lines(item, unit)
        if len(known) > _MOST_COUNTRIES:
            yield f"      {len(known) - _MOST_COUNTRIES} more countries (all when piped)"


def _lines(item: dict[str, Any], unit: str) -> Iterator[str]:
    yield f"  {item['country'] or '':<3} {_figure(item['preferred'], unit)}"
    for other in item["others"]:
        yield f"      {_figure(other, unit)}"


def _figure(figure: dict[str, Any], unit: str) -> str:
    value = f"{figure['bound']}{figure['value']:g}{unit}"
    scope = f"; {figure['scope']}" if figure["scope"] else ""
    unchecked = "" if figure["verified"] else "  NOT CHECKED"
    return f"{value:>8}  {figure['year']}  {figure['source']}{scope}{unchecked}"


def _sources(told: dict[str, Any]) -> Iterator[str]:
    """Give the sources of the figures that are shown and of those left out, by id."""
    figures = (figure for item in told["figures"] for figure in (item["preferred"], *item["others"]))
    sources = {figure["source"]: f"{figure['source_title']} ({figure['licence']})" for figure in figures}
    for source, text in sorted(sources.items()):
        yield f"{source}  {text}"
