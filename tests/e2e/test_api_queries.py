"""Kept searches as programs and the console use them."""

import pytest

from tests.e2e.asking import asker, is_problem


def keep(client, name, query="source:probe pier", **facts):
    answer = client.post("/v1/queries", json={"name": name, "query": query, **facts})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_one_s_own_search_is_kept_changed_and_deleted(client):
    made = keep(client, "mine", kind="signal", sort="-severity")
    path = f"/v1/queries/{made['id']}"
    assert made["mine"]
    assert client.get(path).json() == made
    assert made in client.get("/v1/queries").json()["items"]
    changed = client.put(path, json={"query": "tin"}).json()
    assert (changed["name"], changed["query"], changed["kind"]) == ("mine", "tin", "event")
    assert client.get(changed["permalink"][changed["permalink"].index("/?") :]).status_code == 200
    assert client.delete(path).status_code == 204
    is_problem(client.get(path), 404)


def test_another_party_sees_what_is_shared_and_nothing_else(server, client, token_of):
    hidden, shared = keep(client, "hidden"), keep(client, "shared", marking={"tlp": "AMBER", "release": ["EU"]})
    with (
        asker(server, token_of("EU", "read", "write")["token"]) as eu,
        asker(server, token_of("JP", "read")["token"]) as jp,
    ):
        assert [one["name"] for one in eu.get("/v1/queries").json()["items"]] == ["shared"]
        assert not eu.get(f"/v1/queries/{shared['id']}").json()["mine"]
        assert jp.get("/v1/queries").json()["items"] == []
        never = is_problem(eu.get("/v1/queries/none"), 404)
        there = is_problem(eu.get(f"/v1/queries/{hidden['id']}"), 404)
        assert there["detail"].replace(hidden["id"], "none") == never["detail"]
        is_problem(eu.delete(f"/v1/queries/{hidden['id']}"), 404)
        is_problem(eu.delete(f"/v1/queries/{shared['id']}"), 403)
        is_problem(jp.post("/v1/queries", json={"name": "x", "query": "y"}), 403)  # it may read only
        theirs = keep(eu, "hidden")  # a name is one's own
        assert theirs["id"] != hidden["id"]
    with asker(server, "") as nobody:
        is_problem(nobody.get("/v1/queries"), 401)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"query": "materal:x"}, "materal"),
        ({"query": ""}, "query"),
        ({"sort": "size"}, "sort"),
        ({"marking": {"tlp": "RED"}}, "marking"),
        ({"marking": {"tlp": "GREEN", "embargo_until": "2027-01-01T00:00:00Z"}}, "marking"),
        ({"name": ""}, "name"),
        ({"owner": "eva"}, "owner"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_name(client, facts, field):
    problem = is_problem(client.post("/v1/queries", json={"name": "bad", "query": "tin", **facts}), 422)
    assert problem["field"] == field


def test_the_console_shows_a_public_search_under_its_address_and_no_other(server, client):
    public = keep(client, "Pier watch", "source:probe", kind="signal", marking={"tlp": "CLEAR"})
    group = keep(client, "For the group", marking={"tlp": "GREEN"})
    with asker(server, "") as reader:
        page = reader.get("/", params={"view": public["id"]})
        assert page.status_code == 200
        assert 'value="source:probe"' in page.text
        assert "signals" in page.text
        assert "Pier watch" in reader.get("/").text
        assert "For the group" not in page.text
        assert reader.get("/", params={"view": group["id"]}).status_code == 404
        narrowed = reader.get("/", params={"view": public["id"], "q": "source:nobody"})
        assert 'value="source:nobody"' in narrowed.text
    assert client.delete(f"/v1/queries/{public['id']}").status_code == 204
