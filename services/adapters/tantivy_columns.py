"""The columns of a tantivy index: what things are compared, ordered and counted by.

A column in which every entry has one value is read several times as fast as one in which a single entry has none. Measured among
233,000 hits, values of a facet are counted in 0.5 ms where each entry has one, in 1.8 where one in a thousand has none, in about 1
where few have any, and in 4 and more where some have several. So every entry has something in the columns that are asked for most,
also one that nobody can find.
"""

from collections.abc import Iterator
from typing import Final

from tantivy import Document, SchemaBuilder

from streams.query.document import Document as Fields
from streams.query.fields import FACETS, FieldKind, names_of
from streams.query.order import SORTS
from streams.query.times import DAY_MS

NOTHING: Final = Fields(
    keywords={},
    numbers=dict.fromkeys(names_of(FieldKind.NUMBER), (0.0,)),
    times={name: (0,) for name in names_of(FieldKind.TIME) if name in SORTS},
    parts=(),
    order=dict.fromkeys(SORTS, 0),
)
"""What the entries have that are no things: a value where each thing has one."""

_FACETS: Final = "_facet"

_FULL: Final = {"material": 2, "actor": 2, "class": 2, "level": 1, "maturity": 1, "status": 1, "language": 1}
"""How many columns of the facets that are counted most have something in every entry: a first and a second value, or none."""

_SINGLE: Final = 4
"""So many of a facet's columns hold one value of a thing each; one more holds all values after those."""

_COLUMNS: Final = {name: tuple(f"{name}{place}" for place in range(1, _SINGLE + 2)) for name in FACETS}

_NAMED: Final = {name: tuple(f"{_FACETS}.{column}" for column in columns) for name, columns in _COLUMNS.items()}

_VALUE: Final = "="
"""Stands before a value: without it the index would take some for numbers and times."""

_NONE: Final = "-"
"""Stands where there is no value."""

_BLANK: Final = {column: _NONE for name, full in _FULL.items() for column in _COLUMNS[name][:full]}


def order_column(sort: str) -> str:
    """Return the column with the number to order by."""
    return f"_order.{sort}"


def day_column(time: str) -> str:
    """Return the column with the days of a time field, each as the number of days since 1970."""
    return f"_day.{time}"


def usual_columns(facet: str) -> tuple[str, ...]:
    """Return the columns with values of a keyword, as they are shown, that are always counted."""
    return _NAMED[facet][: _usual(facet)]


def rare_columns(facet: str) -> tuple[str, ...]:
    """Return the other columns with values of a keyword, which are counted where a thing has something in them."""
    return _NAMED[facet][_usual(facet) :]


def rare_columns_of(document: Fields) -> Iterator[str]:
    """Yield those of them in which the thing has something."""
    for name, held in document.keywords.items():
        if len(held) > 1 and name in _NAMED:
            yield from _NAMED[name][_usual(name) : len(held)]


def facet_of(column: str) -> str | None:
    """Return the keyword whose values stand in the column, null where there are none."""
    return next((name for name, columns in _NAMED.items() if column in columns), None)


def value_in(key: str) -> str | None:
    """Return the value that was counted, null where there was none."""
    return key.removeprefix(_VALUE) if key.startswith(_VALUE) else None


def add_columns(builder: SchemaBuilder) -> None:
    """Add the columns to the schema of an index; all facets share one field, as a commit costs by the fields that have terms."""
    builder.add_json_field(_FACETS, tokenizer_name="raw", index_option="basic", fast=True)
    for name in names_of(FieldKind.NUMBER):
        builder.add_float_field(name, indexed=False, fast=True)
    times = names_of(FieldKind.TIME)
    for name in (*times, *map(day_column, times), *map(order_column, SORTS)):
        builder.add_integer_field(name, indexed=False, fast=True)


def fill_columns(entry: Document, document: Fields) -> None:
    """Add to an entry what its thing is compared, ordered and counted by."""
    entry.add_json(_FACETS, _values(document))
    for name, numbers in document.numbers.items():
        for value in numbers:
            entry.add_float(name, value)
    for name, instants in document.times.items():
        for instant in instants:
            entry.add_integer(name, instant)
            entry.add_integer(day_column(name), instant // DAY_MS)
    for sort, place in document.order.items():
        entry.add_integer(order_column(sort), place)


def _values(document: Fields) -> dict[str, str | list[str]]:
    values: dict[str, str | list[str]] = dict(_BLANK)
    for name, held in document.keywords.items():
        if (columns := _COLUMNS.get(name)) is None:
            continue
        for column, value in zip(columns, held[:_SINGLE], strict=False):
            values[column] = _VALUE + value
        if len(held) > _SINGLE:
            values[columns[_SINGLE]] = [_VALUE + value for value in held[_SINGLE:]]
    return values


def _usual(facet: str) -> int:
    return _FULL.get(facet, 1)
