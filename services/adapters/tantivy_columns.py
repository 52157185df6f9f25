"""The columns by which a tantivy index counts values and days, and what a thing has in each of them."""

from typing import Final

from tantivy import Document, SchemaBuilder

from streams.query.document import Document as Fields
from streams.query.fields import FACETS, FieldKind, names_of
from streams.query.times import DAY_MS

_FACETS: Final = "_facet"
_SINGLE: Final = 4
"""So many columns hold one value of each thing: the first, the second and so on. One more holds all values after those."""

_VALUE: Final = "="
"""Stands before a value: without it the index would take some for numbers and times."""

_NONE: Final = "-"
"""Stands among the second values for a thing that has but one."""


_COLUMNS: Final = {name: tuple(f"{name}{place}" for place in range(1, _SINGLE + 2)) for name in FACETS}


def value_columns(facet: str) -> tuple[str, ...]:
    """Return the columns with the values of a keyword as they are shown.

    Measured among 233,000 hits: to count a column of one value each takes 0.7 ms where all things have one, 2.4 where 40 % do and
    0.8 where 4 % do; a column of several takes 2.2 and more even where one thing in a thousand has any, and nothing where none has.
    """
    return tuple(f"{_FACETS}.{name}" for name in _COLUMNS[facet])


def day_column(time: str) -> str:
    """Return the column with the days of a time field, each as the number of days since 1970."""
    return f"_day.{time}"


def value_in(key: str) -> str | None:
    """Return the value that was counted, null where things without a value were."""
    return key.removeprefix(_VALUE) if key.startswith(_VALUE) else None


def add_columns(builder: SchemaBuilder) -> None:
    """Add the columns to the schema of an index; all values share one field, as a commit costs by the fields that have terms."""
    builder.add_json_field(_FACETS, tokenizer_name="raw", index_option="basic", fast=True)
    for name in names_of(FieldKind.TIME):
        builder.add_integer_field(day_column(name), indexed=False, fast=True)


def fill_columns(entry: Document, document: Fields) -> None:
    """Add to an entry what is counted of its thing."""
    values: dict[str, str | list[str]] = {}
    for name, columns in _COLUMNS.items():
        if not (held := [_VALUE + value for value in document.keywords.get(name, ())]):
            continue
        values.update(zip(columns, held, strict=False))
        if len(held) == 1:
            values[columns[1]] = _NONE
        elif len(held) > _SINGLE:
            values[columns[_SINGLE]] = held[_SINGLE:]
    entry.add_json(_FACETS, values)
    for name, instants in document.times.items():
        for instant in instants:
            entry.add_integer(day_column(name), instant // DAY_MS)
