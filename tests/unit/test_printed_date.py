"""Days in the forms that lists of notices print."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.connectors.printed_date import moment_of, printed_day

NINTH = date(2025, 10, 9)


@pytest.mark.parametrize(
    "text",
    [
        "2025-10-09", "[2025/10/9]", "2025.10.09", "20251009", "./t20251009_1.html",
        "2025年10月9日", "２０２５年１０月０９日", "令和7年10月9日", "2025년 10월 9일",
        "09.10.2025", "9/10/2025", "9-10-2025",
        "9 October 2025", "Thu, 09 Oct 2025", "October 9th, 2025", "Oct. 9, 2025",
        "9. Oktober 2025", "9 octobre 2025", "9 de octubre de 2025", "9 ottobre 2025", "9 de outubro de 2025",
        "9 października 2025", "9 октября 2025", "9 oktober 2025",
        "商务部公告2025年第61号 2025-10-09",  # the number of an act is no day
        "31.02.2025, put right on 2025-10-09",  # a day that is none is passed over
    ],
)  # fmt: skip
def test_one_day_in_the_forms_of_many_pages(text):
    assert printed_day(text) == NINTH


@pytest.mark.parametrize(
    ("text", "month_first", "expected"),
    [
        ("10/09/2025", True, NINTH),
        ("10/09/2025", False, date(2025, 9, 10)),
        ("10/23/2025", False, date(2025, 10, 23)),  # only one order makes a day
        ("from 1 December 2025, told on 2025-10-09", False, date(2025, 12, 1)),  # the first that is printed
        ("1er août 2025", False, date(2025, 8, 1)),
        ("12 juin 2025", False, date(2025, 6, 12)),
        ("12 juillet 2025", False, date(2025, 7, 12)),
        ("令和元年5月1日", False, date(2019, 5, 1)),
        ("1970-01-01", False, date(1970, 1, 1)),
        ("31.12.2099", False, date(2099, 12, 31)),
        ("10-09", False, None),  # whose year nobody knows
        ("99/99/9999", False, None),
        ("2025-10", False, None),
        ("12 apples 2025", False, None),
        ("", False, None),
    ],
)
def test_the_order_of_day_and_month_and_what_is_no_day(text, month_first, expected):
    assert printed_day(text, month_first=month_first) == expected


@given(st.text(alphabet="0123456789-/.年月日 octmay", max_size=60))
def test_any_text_is_a_day_or_none(text):
    assert isinstance(printed_day(text), date | None)


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_every_day_is_read_as_it_is_printed(day):
    assert printed_day(f"({day.isoformat()})") == printed_day(f"{day.year}年{day.month}月{day.day}日") == day
    assert printed_day(f"{day:%d.%m.%Y}") == printed_day(f"{day:%d %B %Y}") == day


def test_a_day_begins_in_utc():
    assert moment_of(NINTH) == datetime(2025, 10, 9, tzinfo=UTC)
    assert moment_of(None) is None
