from datetime import date

import pytest

from streams.errors import InvalidInput
from streams.query.ast import Both, Either, Everything, Never, Phrase, Prefix, Present, Range, Relative, Value, Words
from streams.query.fields import FIELDS
from streams.query.parse import MAX_CLAUSES, MAX_DEPTH, parse
from streams.query.relative import resolved
from streams.query.times import DAY_MS, day_ms, period_of
from streams.query.write import write


def word(text, field=None):
    return Phrase(field, text)


THIRD = period_of("2026-07-03")[0]
FOURTH = THIRD + DAY_MS
TEN = period_of("2026-07-03T10:00:00Z")[0]

MEANINGS = (
    ("*", Everything()),
    ("gallium", word("gallium")),
    ("gallium export", Both((word("gallium"), word("export")))),
    ("a AND b OR c d", Either((Both((word("a"), word("b"))), Both((word("c"), word("d")))))),
    ("a (b OR c)", Both((word("a"), Either((word("b"), word("c")))))),
    ("-a", Never(word("a"))),
    ("a NOT b -c", Both((word("a"), Never(word("b")), Never(word("c"))))),
    ("-(a b)", Never(Both((word("a"), word("b"))))),
    ("and or not", Both((word("and"), word("or"), word("not")))),  # operators are upper-case only
    ('"AND"', word("AND")),
    ('"a \\"b\\" \\\\"', word('a "b" \\')),
    ("rare-earth", word("rare-earth")),
    ("61/2025", word("61/2025")),
    ("12:30", word("12:30")),
    ("氧化镓", word("氧化镓")),
    ("title:tin", word("tin", "title")),
    ('text:"rare earth"', word("rare earth", "text")),
    ("title:(a OR -b)", Either((word("a", "title"), Never(word("b", "title"))))),
    ('="licence"', Words(None, "licence")),  # this form, not licences
    ("=licence", Words(None, "licence")),
    ('title:="end use"', Words("title", "end use")),
    ('"gallium ban"~3', Words(None, "gallium ban", 3)),  # in order, at most three others between
    ('text:("a b"~1 OR c)', Either((Words("text", "a b", 1), word("c", "text")))),
    ('"a b"~0', Words(None, "a b")),
    ("magn*", Prefix(None, "magn")),
    ("title:(magn* OR galli*)", Either((Prefix("title", "magn"), Prefix("title", "galli")))),
    ("hs:2805*", Prefix("hs", "2805")),
    ("ref:CN-MOFCOM-2025*", Prefix("ref", "CN-MOFCOM-2025")),
    ("出口*", Words(None, "出口")),  # a character is a whole word: these two in a row
    ("material:*", Present("material")),
    ("-expires:*", Never(Present("expires"))),
    ("severity:*", Present("severity")),
    ("title:*", Present("title")),
    ("severity:[* TO *]", Present("severity")),
    ('material:="gallium"', Value("material", "gallium")),  # a value is always compared whole
    ("severity:=60", Range("severity", 60, 60)),
    ("material:gallium", Value("material", "gallium")),
    ("ref:CN-MOFCOM-2025-61", Value("ref", "CN-MOFCOM-2025-61")),
    ("id:a:b", Value("id", "a:b")),
    ('entity:"MP Materials"', Value("entity", "MP Materials")),
    ("tlp:AMBER+STRICT", Value("tlp", "AMBER+STRICT")),
    ("class:(a OR b)", Either((Value("class", "a"), Value("class", "b")))),
    ("severity:60", Range("severity", 60, 60)),
    ("severity.eu:>=60", Range("severity.eu", 60, None)),
    ("severity.us:<60.5", Range("severity.us", None, 60.5, high_included=False)),
    ("severity:{1 TO 5]", Range("severity", 1, 5, low_included=False)),
    ("severity:[* TO -5}", Range("severity", None, -5, high_included=False)),
    ("severity:(>=60 AND <80)", Both((Range("severity", 60, None), Range("severity", None, 80, high_included=False)))),
    ("published:2026-07-03", Range("published", THIRD, FOURTH, high_included=False)),  # a day is the whole UTC day
    ("published:2026-12", Range("published", day_ms(date(2026, 12, 1)), day_ms(date(2027, 1, 1)), high_included=False)),
    ("published:<=2026", Range("published", None, day_ms(date(2027, 1, 1)), high_included=False)),  # the year included
    ("published:>2026-06", Range("published", day_ms(date(2026, 7, 1)), None)),
    ("published:>2026-07-03", Range("published", FOURTH, None)),
    ("published:>=2026-07-03", Range("published", THIRD, None)),
    ("published:<2026-07-03", Range("published", None, THIRD, high_included=False)),
    ("published:<=2026-07-03", Range("published", None, FOURTH, high_included=False)),
    ("published:[2026-07-03 TO 2026-07-03]", Range("published", THIRD, FOURTH, high_included=False)),
    ("published:{2026-07-03 TO *]", Range("published", FOURTH, None)),
    ("published:2026-07-03T12:00:00+02:00", Range("published", TEN, TEN)),
    ("published:>2026-07-03T10:00", Range("published", TEN, None, low_included=False)),
    ('published:["2026-07-03T10:00:00.000Z" TO 2026-07-04}', Range("published", TEN, FOURTH, high_included=False)),
)


@pytest.mark.parametrize(("text", "meaning"), MEANINGS)
def test_a_query_means(text, meaning):
    assert parse(text) == meaning


@pytest.mark.parametrize(("text", "meaning"), MEANINGS)
def test_what_is_written_back_means_the_same(text, meaning):
    assert parse(write(meaning)) == meaning


ERRORS = (
    # Each case: a query, then the error's position, field, nearest name, and words of its message.
    ("", 0, None, None, "everything"),
    (" ", 0, None, None, "everything"),
    ("materiel:gallium", 0, "materiel", "material", "material"),
    ("a Actor:CN", 2, "Actor", "actor", "actor"),
    ("http://x", 0, "http", None, "no field"),
    ("severity.uk:5", 0, "severity.uk", "severity.us", "severity.us"),
    ("material:", 9, "material", None, "A value is expected"),
    ("material: gallium", 9, "material", None, "A value is expected"),
    ('material:""', 9, "material", None, "needs a value"),
    ("class:(actor:CN)", 7, "class", None, "within the values of `class`"),
    ("a AND", 5, None, None, "where the query ends"),
    ("OR a", 0, None, None, "`OR` stands where"),
    ("a AND OR b", 6, None, None, "`OR` stands where"),
    ("()", 1, None, None, "before `)`"),
    ("a (b", 2, None, None, "not closed"),
    ("a) b", 1, None, None, "not opened"),
    ('a "b', 2, None, None, "not closed"),
    ("---", 2, None, None, "no letter"),
    ('"..."', 0, None, None, "no letter"),
    ("a - b", 2, None, None, "no letter"),
    ("[a TO b]", 0, None, None, "range needs a field"),
    ("actor:[A TO B]", 6, "actor", None, "range needs a field"),
    ("actor:>CN", 6, "actor", None, "no order"),
    ("severity:high", 9, "severity", None, "takes a number"),
    ("severity:nan", 9, "severity", None, "takes a number"),
    ("severity:>", 9, "severity", None, "takes a number"),
    (f"severity:{'9' * 999}", 9, "severity", None, "takes a number"),
    ("severity:[5 TO 1]", 9, "severity", None, "ends before it begins"),
    ("severity:[5 1]", 9, "severity", None, "written [a TO b]"),
    ("published:2026-02-30", 10, "published", None, "takes a year"),
    ("published:2026-13", 10, "published", None, "takes a year"),  # there is no such month
    ("published:0000-01-01", 10, "published", None, "takes a year"),
    ("published:9999-12-31", 10, "published", None, "takes a year"),
    ("published:yesterday", 10, "published", None, "takes a year"),
    ("ga*ium", 2, None, None, "at the end of a word"),
    ("a **", 2, None, None, "at the end of a word"),
    ("rare-ear*", 0, None, None, "2 words"),
    ("...*", 0, None, None, "no letter"),
    ("severity:6*", 10, "severity", None, "compared by size"),
    ("published:2026-0*", 16, "published", None, "compared by size"),
    (f"id:{'x' * 65}*", 3, "id", None, "at most 64"),
    ("actor:>C*", 6, "actor", None, "no order"),
    ("galium~1", 6, None, None, "fuzzy words"),
    ('"a b"~', 5, None, None, "near each other"),
    ('"a b"~x', 5, None, None, "near each other"),
    ('"a b"^2', 5, None, None, "near each other"),
    ('a "a b"~17', 2, None, None, "at most 16"),
    ('"a b c d e f g h"~9', 0, None, None, "Between 8 words at most 3"),
    ('entity:"a b"~2', 7, "entity", None, "has values"),
    ("=", 1, None, None, "expected after `=`"),
    ("title:=gall*", 7, "title", None, "expected after `=`"),
    ('="exact', 1, None, None, "not closed"),
    ('="..."', 0, None, None, "no letter"),
    ("published:now-7d", 10, "published", None, "behind <"),
    ("published:>now7d", 10, "published", None, "takes a year"),
    ("expires:<123456d", 8, "expires", None, "takes a year"),
    ("a \ud800", 2, None, None, "half a character"),
    ("a" * 4_001, 4_000, None, None, "4000 are allowed"),
    ("(" * (MAX_DEPTH + 1) + "a", MAX_DEPTH, None, None, "levels deep"),
    ("-" * 40 + "a", MAX_DEPTH + 1, None, None, "levels deep"),
    ("a " * (MAX_CLAUSES + 1), 2 * MAX_CLAUSES, None, None, "clauses"),
    ('"a b c"~16 ' * 100, 285, None, None, "several"),  # each counts for ten
)


@pytest.mark.parametrize(("text", "position", "field", "nearest", "words"), ERRORS)
def test_an_error_names_the_place_the_field_and_the_nearest_name(text, position, field, nearest, words):
    with pytest.raises(InvalidInput) as refused:
        parse(text)
    error = refused.value
    assert (error.position, error.field) == (position, field)
    assert words in str(error)
    assert nearest is None or error.nearest == nearest


def test_every_field_has_a_help_text():
    assert all(field.help for field in FIELDS.values())


# A time counted from now, what it is at noon of 3 July 2026, both ends as milliseconds from then on; null is open.
NOON_MS, DAY = 1_783_080_000_000, 86_400_000


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("published:>=now-7d", -7 * DAY, None),
        ("published:<now", None, 0),
        ("published:[now-1w TO now-2h]", -7 * DAY, -7_200_000),
        ("expires:<30d", -DAY // 2, 30 * DAY + DAY // 2),  # from the beginning of today to the end of the thirtieth day
        ("expires:>1M", 30 * DAY - DAY // 2, None),
        ("published:>-7d", -7 * DAY - DAY // 2, DAY // 2),  # the last seven days and today
        ("published:<-1y", None, -365 * DAY + DAY // 2),
    ],
)
def test_a_time_counted_from_now_is_resolved_when_somebody_asks(text, low, high):
    node = parse(text)
    assert parse(write(node)) == node
    found = resolved(node, NOON_MS)
    ends = found.parts if isinstance(found, Both) else (found,)
    lows, highs = [one.low for one in ends if one.low is not None], [one.high for one in ends if one.high is not None]
    assert [one - NOON_MS for one in lows] == ([] if low is None else [low])
    assert [one - NOON_MS for one in highs] == ([] if high is None else [high])


def test_a_range_may_begin_on_a_day_and_end_now():
    begins, ends = parse("published:[2026-01-01 TO now]").parts
    assert {type(begins), type(ends)} == {Range, Relative}
