import gzip
import hashlib
import json
import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from markupsafe import Markup

from schemas.marking import Audience
from schemas.projection import Kind
from services.api.app import create_app
from services.console import assets, pages, switching
from services.console.listening import every
from services.console.rendering import CONTENT_SECURITY_POLICY, coded
from services.records.access import OPERATOR
from services.settings import Settings
from services.wiring import open_node
from streams.errors import Unavailable
from tests.builders import a_judgement, a_projection, a_report, a_severity
from tests.outline import Outline

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>\u202egnp'


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    node = open_node(Settings(data_dir=tmp_path_factory.mktemp("console")))
    things = [
        a_projection(
            f"e{number}",
            kind=Kind.EVENT,
            severity=a_severity(us=number * 2, eu=50),
            title=f"Report {number} on gallium exports",
        )
        for number in range(40)
    ]
    hostile = a_report("h1", title=HOSTILE, text=f"{HOSTILE} cobalt", url="javascript:alert(1)", language="en")
    things.append(a_projection("h1", kind=Kind.EVENT, reports=(hostile,), judgement=a_judgement(materials=("cobalt",))))
    hidden = a_report("x1", title="Tantalum known to one party only")
    things.append(
        a_projection("x1", kind=Kind.EVENT, reports=(hidden,), audience=Audience(base=False, parties=("EU",)))
    )
    node.index.put(things, {0: 1})
    yield node
    node.close()


@pytest.fixture
def client(node):
    return TestClient(create_app(node))


def rows_of(text):
    return re.findall(r'<li class="row">.*?</li>', text, re.DOTALL)


def test_the_page_lists_what_the_public_may_see(client):
    answer = client.get("/")
    assert answer.status_code == 200
    assert "<b>41</b> events" in answer.text
    assert "one party only" not in answer.text
    assert len(rows_of(answer.text)) == 30


def test_the_next_page_goes_on_where_this_one_ends(client):
    first = client.get("/?q=gallium").text
    following = re.search(r'<a rel="next" href="([^"]+)"', first).group(1).replace("&amp;", "&")
    second = client.get(following).text
    titles = [re.findall(r"Report (\d+) on", re.sub(r"<[^>]+>", "", page)) for page in (first, second)]
    assert sorted(int(number) for number in {*titles[0], *titles[1]}) == list(range(40))
    assert 'rel="next"' not in second


def test_a_facet_narrows_the_page_to_its_count(client):
    text = client.get("/").text
    href, count = re.search(r'<a href="([^"]+material:cobalt)"><bdi>cobalt</bdi>.*?<span>(\d+)</span>', text).groups()
    assert count == "1"
    assert len(rows_of(client.get(href).text)) == 1


def test_found_words_are_marked(client):
    assert "Report 39 on <mark>gallium</mark> exports" in client.get("/?q=gallium&sort=-severity.us").text


def test_the_twins_ask_the_same_question(client):
    text = client.get("/?q=material:cobalt&kind=events").text
    twins = {link["type"]: link["href"] for link in Outline(text).all("link") if link.get("rel") == "alternate"}
    assert twins["application/json"].startswith("/v1/events?q=material:cobalt&")
    assert twins["text/csv"] == "/v1/events.csv?q=material:cobalt"
    assert twins["application/atom+xml"] == "/feeds/public.atom"


def test_an_empty_answer_says_what_was_asked_and_offers_less(client):
    text = client.get("/?q=gallium+actor:ZZ").text
    assert "<bdi>gallium actor:ZZ</bdi>" in text
    assert '<a href="/?q=gallium">' in text
    assert "40 events" in text


def test_a_bad_query_keeps_the_page_and_points_at_the_place(client):
    answer = client.get("/?q=actor:CN+mater:gallium")
    assert answer.status_code == 422
    assert 'value="actor:CN mater:gallium"' in answer.text
    assert "actor:CN <mark>mater</mark>:gallium" in answer.text
    assert 'href="/?q=actor:CN+material:gallium"' in answer.text


# Bad parts of an address; each is told on the page, none is a fault of the server.
@pytest.mark.parametrize(
    "address",
    ["/?kind=parties", "/?sort=weight", "/?cursor=forged", "/?q=%22open", "/?q=" + "x" * 5_000, "/?q=%00%ed%a0%80%3A"],
)
def test_a_bad_address_is_told_on_the_page(client, address):
    answer = client.get(address)
    assert answer.status_code in (200, 422)
    Outline(answer.text)


def test_a_search_that_is_away_is_told_on_the_page(client, node, monkeypatch):
    def away(*_, **__):
        raise Unavailable("the index is being opened")

    monkeypatch.setattr(type(node.search), "search", away)
    answer = client.get("/?q=gallium")
    assert answer.status_code == 503
    assert "the index is being opened" in answer.text


def test_a_hostile_item_stays_text(client):
    text = client.get("/?q=material:cobalt").text
    outline = Outline(text)
    assert outline.all("script") == outline.all("img") == []
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "⟨U+202E⟩gnp" in text
    assert "javascript:" not in text


def test_a_hostile_query_stays_text(client):
    text = client.get("/", params={"q": f'"{HOSTILE}"'}).text
    assert Outline(text).all("script") == []
    assert "<img" not in text


def test_links_out_tell_nobody_where_they_were(client):
    links = [link for link in Outline(client.get("/").text).all("a") if link["href"].startswith("http")]
    assert len(links) > 20
    assert all(link["rel"] == "noopener noreferrer nofollow" for link in links)


@pytest.mark.parametrize("address", ["/", "/?q=mater:x", "/?q=tin", "/sources", "/docs", "/docs/query"])
def test_pages_run_no_script_and_load_only_our_own(client, address):
    answer = client.get(address)
    outline = Outline(answer.text)
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert "script" not in CONTENT_SECURITY_POLICY
    assert outline.open == []
    assert outline.all("script") == outline.all("style") == []
    assert not [name for _, attrs in outline.tags for name in attrs if name == "style" or name.startswith("on")]
    loaded = [link["href"] for link in outline.all("link") if link["rel"] in ("stylesheet", "preload", "icon")]
    assert loaded
    assert all(client.get(href).status_code == 200 for href in loaded)


@pytest.mark.parametrize("address", ["/", "/sources", "/docs", "/docs/query"])
def test_every_page_has_landmarks_one_heading_and_labels(client, address):
    outline = Outline(client.get(address).text)
    assert [len(outline.all(tag)) for tag in ("header", "main", "h1", "title")] == [1, 1, 1, 1]
    labelled = {label["for"] for label in outline.all("label")}
    asked = [one for one in outline.all("input") if one.get("type") != "hidden" and "hidden" not in one]
    assert all(one["id"] in labelled for one in asked)
    ids = [attrs["id"] for _, attrs in outline.tags if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_the_sources_are_listed_and_none_tells_how_it_goes(client, node):
    before = client.get("/sources").text
    node.sources.enable("us-federal-register-bis", by=OPERATOR)
    node.sources.records.note_verified("us-federal-register-bis")
    assert client.get("/sources").text == before
    outline = Outline(before)
    assert len([one for one in outline.all("th") if one.get("scope") == "row"]) == len(node.sources.all()) >= 60
    assert "<code>us-federal-register-bis</code>" in before


# A cadence -> as people say it.
@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (1, "every second"),
        (90, "every 90 seconds"),
        (900, "every 15 minutes"),
        (3_600, "every hour"),
        (172_800, "every 2 days"),
    ],
)
def test_a_cadence_is_told_in_words(seconds, said):
    assert every(timedelta(seconds=seconds)) == said


def test_weights_stay_within_their_bounds(client):
    page = client.get("/").text
    assert len(gzip.compress(page.encode())) <= 12_000
    assert len(Outline(page).tags) <= 1_200
    for name in ("console.css", "docs.css", "sources.css"):
        assert len(assets.assets()[name].packed) <= 10_000
    fonts = [len(asset.body) for name, asset in assets.assets().items() if name.endswith(".woff2")]
    assert sum(fonts) <= 65_000


def test_a_page_is_packed_for_who_can_unpack_it(client):
    assert client.get("/", headers={"accept-encoding": "gzip"}).headers["content-encoding"] == "gzip"
    assert "content-encoding" not in client.get("/", headers={"accept-encoding": "identity"}).headers


def test_static_files_are_kept_for_ever_under_their_version_only(client):
    kept = client.get(assets.href("console.css"))
    older = client.get("/static/0123456789abcdef/console.css")
    assert "immutable" in kept.headers["cache-control"]
    assert kept.headers["content-type"] == "text/css; charset=utf-8"
    assert (older.status_code, older.headers["cache-control"]) == (200, "no-cache")


@pytest.mark.parametrize("name", ["../pages.py", "..%2fpages.py", "%2e%2e/pages.py", "none.css", "/etc/passwd"])
def test_only_files_that_are_there_are_given(client, name):
    assert client.get(f"/static/{assets.version()}/{name}").status_code == 404


def test_vendored_files_are_those_of_the_manifest():
    manifest = json.loads(assets.assets()["vendor/manifest.json"].body)
    for entry in manifest:
        body = assets.assets()[f"vendor/{entry['file']}"].body
        assert hashlib.sha256(body).hexdigest() == entry["sha256"]
        assert len(body) <= 100_000
        assert b"SIL Open Font License" in assets.assets()[f"vendor/{entry['licence_file']}"].body
    listed = {entry[key] for entry in manifest for key in ("file", "licence_file")} | {"manifest.json"}
    assert {name.removeprefix("vendor/") for name in assets.assets() if name.startswith("vendor/")} == listed


def test_the_pages_are_no_part_of_the_interface():
    assert not any(route.include_in_schema for module in (pages, switching) for route in module.router.routes)


# Text with backticks -> what is written; everything else is escaped.
@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("no `mater`: `a < b`?", "no <code>mater</code>: <code>a &lt; b</code>?"),
        ("<b> and one ` alone", "&lt;b&gt; and one ` alone"),
        ("", ""),
    ],
)
def test_backticks_become_code(text, written):
    assert coded(text) == Markup(written)
