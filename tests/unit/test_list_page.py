"""Lists of notices, Chinese ones too, by declared selectors; what is no such list to one clear error."""

from contextlib import suppress
from datetime import UTC, datetime
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.connectors.list_page import MAX_ITEMS, MAX_PAGE_BYTES, Selectors, parse_list_page
from streams.errors import InvalidInput

ADDRESS = "https://ministry.example/zwgk/gonggao/index.html"

CHINESE = """<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}">
<title>公告</title></head><body><div class="nav"><li><a href="/">首页</a></li></div>
<ul class="txtList_01">
<li><a href="../art/2025/art_61.html"
 title="关于对境外相关稀土物项实施出口管制的决定">关于对境外相关稀土物项实施…</a><span>[2025-10-09]</span></li>
<li><a href="/zwgk/art_62.html;jsessionid=AB12?x=1#top">关于对稀土相关技术实施出口管制的决定</a><span>2025年10月9日</span></li>
<li><a href="/zwgk/art_62.html?x=1">关于对稀土相关技术实施出口管制的决定</a></li>
<li><a href="javascript:void(0)">更多</a></li>
<li><img src="x.png"></li>
</ul></body></html>"""

TABLE = """<table><tr><th>Date<th>Title</tr>
<tr class=n><td><time datetime="2025-11-07">7 Nov</time><td class=t>Import licences for manganese
<td><a href="notice?id=7">PDF</a><td class=s>Applies   to ore.</tr></table>"""

ITEMS = Selectors.of({"item": "ul.txtList_01 li"})


def parsed(page, selectors=ITEMS, **more):
    return parse_list_page(
        page if isinstance(page, bytes) else page.encode(), address=ADDRESS, selectors=selectors, **more
    )


@pytest.mark.parametrize(
    ("charset", "encoding", "content_type"),
    [
        ("utf-8", "utf-8", None),
        ("gb2312", "gb18030", None),  # said by the page alone
        ("", "gbk", "text/html; charset=GBK"),  # said by the transport alone
        ("gbk", "utf-8", None),  # the page is wrong
    ],
)
def test_a_chinese_list_gives_titles_links_and_days(charset, encoding, content_type):
    entries = parsed(CHINESE.format(charset=charset).encode(encoding), content_type=content_type)
    first, second, more = entries
    assert first.title == "关于对境外相关稀土物项实施出口管制的决定", "the whole title, not the half that is printed"
    assert first.link == first.guid == "https://ministry.example/zwgk/art/2025/art_61.html"
    assert first.published_at == second.published_at == datetime(2025, 10, 9, tzinfo=UTC)
    assert second.link == "https://ministry.example/zwgk/art_62.html?x=1", "without what changes at every fetch"
    assert (more.title, more.link) == ("更多", None)


def test_every_part_may_have_its_selector():
    selectors = Selectors.of({"item": "tr.n", "title": "td.t", "date": "time", "summary": "td.s", "link": "a"})
    entry = parsed(TABLE, selectors)[0]
    assert (entry.title, entry.content) == ("Import licences for manganese", "Applies to ore.")
    assert entry.link == "https://ministry.example/zwgk/gonggao/notice?id=7"
    assert entry.published_at == datetime(2025, 11, 7, tzinfo=UTC)


def test_an_item_may_be_the_link_itself():
    assert parsed("<a class=n href=/1>Nickel 09.10.2025</a>", Selectors("a.n"))[0].link == "https://ministry.example/1"


def test_american_pages_print_the_month_first():
    selectors = Selectors.of({"item": "p", "date_order": "month-first"})
    assert parsed("<p><a href=1>Quota</a> 10/09/2025", selectors)[0].published_at == datetime(2025, 10, 9, tzinfo=UTC)


@pytest.mark.parametrize("day", ["1970-01-01", "2099-12-31"])
def test_days_that_nobody_believes_are_passed_on(day):
    entry = parsed(f"<p><a href=1>Quota</a> {day}", Selectors("p"))[0]
    assert entry.published_at.date().isoformat() == day


@pytest.mark.parametrize(
    "href", ["http://[1", "mailto:a@b.example", "data:text/html,x", "ftp://h.example/x", "#", "index.html"]
)
def test_a_link_that_leads_to_no_page_is_none(href):
    assert parsed(f"<p><a href='{href}'>Quota</a>", Selectors("p"))[0].link is None


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({}, "item is missing"),
        ({"item": "li:("}, "item is no CSS selector"),
        ({"item": "li", "date": "]"}, "date is no CSS selector"),
        ({"item": "li", "titel": "a"}, "unknown option 'titel'"),
        ({"item": "li", "date_order": "any"}, "month-first"),
    ],
)
def test_options_that_are_wrong_are_named(options, reason):
    with pytest.raises(InvalidInput, match=reason):
        Selectors.of(options)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b" \n", "empty"),
        (b"<li>" * (MAX_PAGE_BYTES // 4 + 1), "bytes"),
        (b"<div>" * 100_000, "deeper"),
        (b"<html><body><h1>503 Service Unavailable</h1></body></html>", "finds no notice"),
        (b"<ul class=txtList_01><li></li></ul>", "finds no notice"),
        (b'{"json": true}', "finds no notice"),
        (b"\x00\xff\xfe" * 1_000, "finds no notice"),
    ],
)
def test_what_is_no_list_costs_one_clear_error(content, reason):
    with pytest.raises(InvalidInput, match=reason):
        parsed(content)


def test_items_and_fields_are_bounded():
    many = "<p><a href=?{}>" + "t" * 5_000 + "</a>"
    entries = parsed("".join(many.format(number) for number in range(MAX_ITEMS + 50)), Selectors("p"))
    assert len(entries) == MAX_ITEMS
    assert len(entries[0].title) == 1_000


def test_items_within_items_take_no_long_time():
    nested = "".join(f"<div class=n><a href=?{number}>Tin</a>" for number in range(1_500)) + "x" * 3_000_000
    began = process_time()
    parsed(nested, Selectors("div.n"))
    assert process_time() - began < 20


@settings(max_examples=100)
@given(st.text(alphabet="<>/=\"' liaulhref2025-10.&;#x\x00年", max_size=400))
def test_any_page_is_entries_or_an_error(page):
    with suppress(InvalidInput):
        assert parsed(page, Selectors("li"))
