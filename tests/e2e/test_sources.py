"""Sources through the doors: listed, checked, switched on, listened to, switched off."""

import json

import pytest

from tests.e2e.asking import asker, is_problem, tocsin, wait_until
from tests.processes import Server
from tests.publisher import Page, Publisher, a_feed, a_source

NEWS = (("China-places-gallium-under-licence", "Exporters of gallium need a licence from 1 August."),)


@pytest.fixture(scope="module")
def publisher():
    publisher = Publisher()
    publisher.pages["/feed"] = Page(a_feed(*NEWS), Content_Type="application/rss+xml")
    publisher.pages["/html"] = Page(b"<html><body>no feed</body></html>")
    yield publisher
    publisher.close()


@pytest.fixture(scope="module")
def own(publisher, tmp_path_factory):
    """A file with sources of one's own, on the publisher."""
    file = tmp_path_factory.mktemp("own") / "own.toml"
    told = [
        a_source("own-feed", publisher.url("/feed")),
        a_source("own-html", publisher.url("/html")),
        a_source("own-taxii", "https://taxii.example/", "taxii"),
        a_source("own-amber", "/nowhere", "folder", marking="AMBER"),
    ]
    file.write_text("\n".join(told))
    return file


@pytest.fixture(scope="module")
def environment(own):
    return {
        "TOCSIN_SOURCES__FILE": str(own),
        "TOCSIN_SOURCES__ALLOWED_HOSTS": '["127.0.0.1"]',
        "TOCSIN_SOURCES__GAP_SECONDS": "0",
    }


@pytest.fixture(scope="module")
def listening(environment, tmp_path_factory):
    server = Server("--no-history", data=tmp_path_factory.mktemp("sources"))
    server.environment |= environment
    with server:
        yield server


@pytest.fixture
def client(listening):
    with asker(listening) as client:
        yield client


def source(client, name="own-feed"):
    return client.get(f"/v1/sources/{name}").json()


def test_all_sources_are_off_and_nothing_was_asked(client, publisher):
    items = client.get("/v1/sources").json()["items"]
    assert {"own-feed", "us-federal-register-bis"} <= {item["id"] for item in items}
    assert {item["state"]["health"] for item in items} == {"off"}
    assert not any(item["enabled"] for item in items)
    assert publisher.asked == []


def test_a_check_shows_what_would_come_in_and_keeps_none_of_it(client, environment, listening):
    assert source(client)["verified"] is None
    code, output, errors = tocsin("sources", "check", "own-feed", data=listening.data, **environment)
    assert code == 0, errors
    (told,) = json.loads(output)["items"]
    assert (told["error"], told["entries"], told["refused"]) == (None, 1, [])
    (item,) = told["items"]
    assert item["url"] == "https://news.example/China-places-gallium-under-licence"
    assert "gallium" in item["judgement"]["materials"]
    assert source(client)["verified"] is not None
    assert client.get("/v1/signals", params={"q": "source:own-feed"}).json()["total"] == 0


def test_a_check_that_fails_says_why(client, environment, listening):
    code, output, _ = tocsin("sources", "check", "own-html", data=listening.data, **environment)
    assert code == 1
    assert "<html>" in json.loads(output)["items"][0]["error"]
    assert source(client, "own-html")["verified"] is None


def test_a_file_is_checked_without_a_server(tmp_path, own, environment):
    document = tmp_path / "feed.xml"
    document.write_bytes(a_feed(*NEWS))
    for file, names in ((document, ["feed.xml"]), (own, ["own-feed", "own-html", "own-taxii", "own-amber"])):
        _, output, errors = tocsin("sources", "check", str(file), data=tmp_path / "none", **environment)
        items = json.loads(output)["items"]
        assert [item["source"] for item in items] == names, errors
        assert items[0]["entries"] == 1
    assert not (tmp_path / "none").exists()


def test_a_source_that_is_switched_on_is_listened_to_until_it_is_off(client, environment, listening, publisher):
    assert tocsin("sources", "enable", "own-feed", data=listening.data, **environment)[0] == 0
    wait_until(
        lambda: client.get("/v1/signals", params={"q": "source:own-feed source_kind:official"}).json()["total"] == 1
    )
    publisher.pages["/feed"] = Page(a_feed(("Congo-extends-cobalt-ban", "The ban is extended."), *NEWS))
    wait_until(lambda: client.get("/v1/signals", params={"q": "source:own-feed"}).json()["total"] == 2)
    told = wait_until(lambda: (one := source(client))["state"]["items_seen"] == 2 and one)
    assert (told["state"]["health"], told["state"]["entries"]) == ("ok", 2)
    assert 'tocsin_source_items_total{answer="new"} 2.0' in client.get("/metrics").text
    assert 'tocsin_sources{health="ok"} 1.0' in client.get("/metrics").text
    assert tocsin("sources", "disable", "own-feed", data=listening.data, **environment)[0] == 0
    assert source(client)["state"]["health"] == "off"
    before = len(publisher.asked)
    client.post("/v1/sources/own-html/enable")
    wait_until(lambda: source(client, "own-html")["state"]["health"] == "failing")
    assert {path for path, _ in publisher.asked[before + 1 :]} <= {"/html"}  # one look may have been under way


def test_a_source_that_cannot_be_read_or_shown_is_not_switched_on(client):
    assert "taxii" in is_problem(client.post("/v1/sources/own-taxii/enable"), 422)["detail"]
    assert "TLP:CLEAR" in is_problem(client.post("/v1/sources/own-amber/enable"), 422)["detail"]
    is_problem(client.post("/v1/sources/none/enable"), 404)
    is_problem(client.get("/v1/sources/none"), 404)
    is_problem(client.post("/v1/sources/none/check"), 404)


def test_a_reader_sees_sources_and_not_how_it_goes_with_them(client, listening):
    token = client.post("/v1/tokens", json={"party": "EU", "name": "t", "scopes": ["read", "intake"]}).json()["token"]
    with asker(listening, token) as reader:
        assert {item["state"] for item in reader.get("/v1/sources").json()["items"]} == {None}
        for action in ("enable", "disable", "check"):
            is_problem(reader.post(f"/v1/sources/own-feed/{action}"), 403)
        post = {"id": "1", "title": "China bans gallium", "source": "own-feed"}
        is_problem(reader.post("/v1/intake", json=post), 422)
    with asker(listening, "") as anybody:
        is_problem(anybody.get("/v1/sources"), 401)


def test_a_list_on_a_folder_at_rest_needs_no_server(environment, tmp_path):
    assert tocsin("sources", "enable", "own-feed", data=tmp_path, **environment)[0] == 0
    code, output, _ = tocsin("sources", "list", data=tmp_path, **environment)
    assert code == 0
    assert [item["id"] for item in json.loads(output)["items"] if item["enabled"]] == ["own-feed"]
