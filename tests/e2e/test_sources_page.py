"""The page of sources over HTTP: an operator signs in and switches, and nobody else sees or changes anything."""

import pytest

from tests.e2e.asking import asker, wait_until
from tests.processes import Server
from tests.publisher import Page, Publisher, a_feed, a_source

SIGN_IN, ENABLE, DISABLE = "/sources/sign-in", "/sources/own-feed/enable", "/sources/own-feed/disable"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
FOREIGN = ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "same-site"})


@pytest.fixture(scope="module")
def publisher():
    publisher = Publisher()
    publisher.pages["/feed"] = Page(a_feed(), Content_Type="application/rss+xml")
    publisher.pages["/html"] = Page(b"<html><body>no feed</body></html>")
    yield publisher
    publisher.close()


@pytest.fixture(scope="module")
def listening(publisher, tmp_path_factory):
    told = [
        a_source("own-feed", publisher.url("/feed"), publisher="<i>p</i>"),
        a_source("own-html", publisher.url("/html"), publisher="<i>p</i>"),
        a_source("own-taxii", "https://taxii.example/", "taxii", publisher="<i>p</i>"),
    ]
    file = tmp_path_factory.mktemp("own") / "own.toml"
    file.write_text("\n".join(told))
    server = Server("--no-history", data=tmp_path_factory.mktemp("page"))
    server.environment |= {
        "TOCSIN_SOURCES__FILE": str(file),
        "TOCSIN_SOURCES__ALLOWED_HOSTS": '["127.0.0.1"]',
        "TOCSIN_SOURCES__GAP_SECONDS": "0",
    }
    with server:
        yield server


@pytest.fixture
def api(listening):
    with asker(listening) as client:
        yield client


@pytest.fixture
def anybody(listening):
    with asker(listening, "") as client:
        yield client


@pytest.fixture
def operator(listening, api):
    """A browser in which the administrator is signed in."""
    with asker(listening, "") as client:
        assert client.post(SIGN_IN, data={"token": secret_of(api)}).status_code == 303
        yield client


def secret_of(api):
    return api.headers["Authorization"].removeprefix("Bearer ")


def token_of(api, *scopes):
    return api.post("/v1/tokens", json={"party": "EU", "name": "t", "scopes": scopes}).json()


def is_on(api, name="own-feed"):
    return api.get(f"/v1/sources/{name}").json()["enabled"]


def row_of(client, name):
    """Return what the page's row of a source says."""
    text = client.get("/sources").text
    return text[text.index(f'<tr id="{name}">') :].partition("</tr>")[0]


def is_page(answer, status):
    """Check that an answer is a page of the console, and return its text."""
    assert answer.status_code == status, answer.text[:300]
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "set-cookie" not in answer.headers
    assert "/console.css" in answer.text
    return answer.text


def test_an_operator_switches_a_source_on_and_off(operator, api):
    assert "Enable" in row_of(operator, "own-feed")
    answer = operator.post(ENABLE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sources#own-feed")
    assert is_on(api)
    wait_until(lambda: "on, <b>empty</b>" in row_of(operator, "own-feed"))
    row = row_of(operator, "own-feed")
    assert "Disable" in row
    assert "<time datetime=" in row
    assert "0 last time" in row
    assert operator.post(DISABLE).headers["location"] == "/sources#own-feed"
    assert not is_on(api)
    assert "Enable" in row_of(operator, "own-feed")


def test_an_error_of_a_source_stays_text(operator):
    operator.post("/sources/own-html/enable")
    wait_until(lambda: "on, <b>failing</b>" in row_of(operator, "own-html"))
    row = row_of(operator, "own-html")
    operator.post("/sources/own-html/disable")
    assert "&lt;html&gt;" in row
    assert "<html>" not in row
    assert "&lt;i&gt;p&lt;/i&gt;" in row


def test_who_is_signed_out_sees_and_switches_nothing(operator, anybody, api):
    answer = operator.post("/sources/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sources")
    assert operator.get("/sources").text == anybody.get("/sources").text
    assert "Sign in, and do it again" in is_page(operator.post(ENABLE), 401)
    assert not is_on(api)


def test_nobody_else_learns_how_it_goes(operator, anybody, listening, api):
    before = anybody.get("/sources").text
    operator.post(ENABLE)
    wait_until(lambda: "on, <b>empty</b>" in row_of(operator, "own-feed"))
    assert anybody.get("/sources").text == before
    assert anybody.get("/sources", headers={"Cookie": "tocsin_operator=forged"}).text == before
    with asker(listening, token_of(api, "operate")["token"]) as program:
        assert program.get("/sources").text == before  # a page is for who signed in at it
    operator.post(DISABLE)


# A token as typed -> the status and the words of the page. None of them lets anybody in.
@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [
        ("toc_unknown", 401, "not known here, or was revoked"),
        ("", 422, "missing"),
        ("x" * 201, 422, "longer than 200"),
        ("a\0b\ud7ff<script>", 401, "not known here"),
    ],
)
def test_a_token_that_is_none_lets_nobody_in(anybody, typed, status, words):
    text = is_page(anybody.post(SIGN_IN, data={"token": typed}), status)
    assert words in text
    assert "<script" not in text


def test_a_token_that_does_not_operate_lets_nobody_in(anybody, api):
    token = token_of(api, "read", "write", "intake")["token"]
    text = is_page(anybody.post(SIGN_IN, data={"token": token}), 403)
    assert "lacks the scope <code>operate</code>" in text
    assert token not in text


def test_a_revoked_token_shuts_the_door_at_once(anybody, api):
    made = token_of(api, "operate")
    anybody.post(SIGN_IN, data={"token": made["token"]})
    assert "Sign out" in anybody.get("/sources").text
    assert api.delete(f"/v1/tokens/{made['id']}").status_code == 204
    assert "Sign out" not in anybody.get("/sources").text
    is_page(anybody.post(ENABLE), 401)
    assert not is_on(api)


def test_no_token_is_in_any_page(anybody, api):
    token = secret_of(api)
    answers = [anybody.post(SIGN_IN, data={"token": f" {token}\r\n"}), anybody.get("/sources"), anybody.post(ENABLE)]
    answers += [anybody.post("/sources/none/enable"), anybody.post(DISABLE), anybody.post("/sources/sign-out")]
    assert [answer.status_code for answer in answers] == [303, 200, 303, 404, 303, 303]
    assert not any(token in f"{answer.headers}{answer.text}" for answer in answers)


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("path", [SIGN_IN, ENABLE, "/sources/sign-out"])
def test_another_site_changes_nothing(operator, api, headers, path):
    text = is_page(operator.post(path, data={"token": secret_of(api)}, headers=headers), 403)
    assert "Another site asked for this" in text
    assert not is_on(api)
    assert "Sign out" in operator.get("/sources").text


# A body that no form of ours has -> the status of the page that tells so.
@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"token=" + b"x" * 3_000, FORM, 413),
        (b"token=" + b"x" * 300_000, FORM, 413),
        (iter([b"token=", b"x" * 300_000]), FORM, 413),  # its length is not told
        (b'{"token": "toc_x"}', {"Content-Type": "application/json"}, 415),
        (b"--b\r\n\r\n--b--", {"Content-Type": "multipart/form-data; boundary=b"}, 415),
        (b"", {}, 415),
        (b"\xff\xfe\x00", FORM, 422),
    ],
    ids=["large", "huge", "endless", "json", "multipart", "nothing", "noise"],
)
def test_a_body_that_is_no_form_is_told_on_a_page(anybody, body, headers, status):
    is_page(anybody.post(SIGN_IN, content=body, headers=headers), status)


def test_a_large_body_where_none_is_wanted_is_not_read(operator, api):
    assert operator.post(DISABLE, content=b"x" * 300_000).status_code == 303
    assert not is_on(api)


def test_a_source_that_cannot_be_switched_on_is_told_and_the_page_stays(operator):
    text = is_page(operator.post("/sources/own-taxii/enable"), 422)
    assert "taxii" in text
    assert "Sign out" in text
    assert "there is no source" in is_page(operator.post("/sources/%3Cb%3E/enable"), 404).lower()


@pytest.mark.parametrize("path", [SIGN_IN, "/sources/sign-out", ENABLE, DISABLE])
def test_the_address_of_a_form_leads_back_to_the_page(operator, path):
    answer = operator.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sources")
    assert "Sign out" in operator.get("/sources").text
