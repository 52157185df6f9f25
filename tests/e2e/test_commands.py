"""The command line, beside a running server and on a folder at rest."""

import json
import signal
import socket

import pytest

from tests.e2e.asking import a_post, asker, tocsin, wait_until
from tests.processes import Server, free_port


@pytest.fixture(scope="module", params=["beside a server", "at rest"])
def data(request, tmp_path_factory):
    """A folder, with or without a server on it."""
    folder = tmp_path_factory.mktemp("folder")
    if request.param == "at rest":
        yield folder
    else:
        with Server("--no-history", data=folder):
            yield folder


def told(*arguments, code=0, **rest):
    """Return the JSON that a command pipes."""
    left, output, errors = tocsin(*arguments, **rest)
    assert left == code, errors
    return json.loads(output)


def lines(*posts):
    return "".join(json.dumps(post) + "\n" for post in posts)


def test_files_are_taken_and_found(data, tmp_path):
    (tmp_path / "signals.jsonl").write_text(lines(*(a_post(number) for number in range(3))))
    assert told("ingest", str(tmp_path / "signals.jsonl"), data=data) == {"accepted": 3, "rejected": 0, "reasons": []}
    page = wait_until(lambda: (page := told("search", "pier", "--kind", "signals", data=data))["total"] == 3 and page)
    assert {item["source_id"] for item in page["items"]} == {"n0", "n1", "n2"}


def test_what_is_refused_is_said_with_its_line_and_the_rest_is_taken(data):
    given = lines(a_post(10)) + "{\n" + lines(a_post(11, more=1), a_post(12))
    summary = told("ingest", "-", data=data, given=given, code=1)
    assert (summary["accepted"], summary["rejected"]) == (2, 2)
    assert "line 2" in summary["reasons"][0]
    assert "more" in summary["reasons"][1]


def test_a_file_that_is_not_there_is_one_line(data):
    code, output, errors = tocsin("ingest", "/nowhere/at/all.jsonl", data=data)
    assert (code, output) == (1, "")
    assert errors == "tocsin: cannot read /nowhere/at/all.jsonl: No such file or directory\n"


def test_a_query_that_is_wrong_is_one_line_with_its_place(data):
    code, output, errors = tocsin("search", "matrial:gallium", data=data)
    assert (code, output) == (1, "")
    assert errors.count("\n") == 1
    assert "material" in errors
    assert "(at letter 0)" in errors


def test_all_hits_are_written_as_lines_or_as_a_table(data):
    told("ingest", "-", data=data, given=lines(*(a_post(number) for number in range(30, 55))))
    asked = ("search", "pier source:probe", "--kind", "signals", "--sort", "published")
    wait_until(lambda: told(*asked, data=data)["total"] >= 25)
    code, written, errors = tocsin(*asked, "--format", "ndjson", data=data)
    ids = [json.loads(line)["id"] for line in written.splitlines()]
    assert (code, errors) == (0, "")  # how far it has come is told to a terminal alone
    assert len(ids) == len(set(ids)) == told(*asked, data=data)["total"]
    code, table, _ = tocsin(*asked, "--format", "csv", "--limit", "3", data=data)
    assert (code, [line.split(",")[0] for line in table.splitlines()]) == (0, ["id", *ids[:3]])
    code, written, errors = tocsin("search", "matrial:gallium", "--format", "csv", data=data)
    assert (code, written) == (1, "")
    assert "material" in errors


def test_a_token_is_made_listed_and_revoked(data):
    made = told("token", "create", "--party", "EU", "--name", "n", "--scopes", "read,intake", data=data)
    assert made["token"].startswith("toc_")
    listed = {token["id"]: token for token in told("token", "list", data=data)["items"]}
    assert listed[made["id"]]["scopes"] == ["intake", "read"]
    assert "token" not in listed[made["id"]]
    assert "EU" in {party["id"] for party in told("party", "list", data=data)["items"]}
    assert tocsin("token", "revoke", made["id"], data=data)[0] == 0
    code, _, errors = tocsin("token", "revoke", made["id"], data=data)
    assert code == 1
    assert made["id"] in errors


def test_dead_letters_are_listed_with_their_reason_and_replayed(data):
    poison = lines(a_post(20, title="<p>&nbsp;</p>", text=""))
    assert told("ingest", "-", data=data, given=poison)["accepted"] == 1
    (letter,) = wait_until(lambda: told("dead", "list", data=data)["items"])
    assert (letter["stage"], letter["error"]) == ("classify", "InvalidInput")
    assert "no word" in letter["detail"]
    assert told("dead", "replay", "--number", str(letter["number"]), data=data) == {"replayed": 1}
    again = wait_until(lambda: len(found := told("dead", "list", data=data)["items"]) == 2 and found)
    assert again[0]["value"] == again[1]["value"]
    code, _, errors = tocsin("dead", "replay", "--number", "999", data=data)
    assert code == 1
    assert "999" in errors


def test_the_settings_in_force_are_shown_without_the_key(data):
    shown = told("check-config", TOCSIN_SECRET_KEY="hunter2", TOCSIN_DATA_DIR=str(data))
    assert shown["data_dir"] == str(data)
    assert "hunter2" not in json.dumps(shown)


# A wrong environment -> the one line that says so.
@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"TOCSIN_PROT": "1"}, "TOCSIN_PROT; did you mean TOCSIN_PORT?"),
        ({"TOCSIN_PORT": "many"}, "TOCSIN_PORT: "),
        ({"TOCSIN_INTAKE__MAX_LINE": "1"}, "TOCSIN_INTAKE__MAX_LINE"),
    ],
)
def test_a_wrong_setting_is_one_line(environment, said):
    code, output, errors = tocsin("check-config", **environment)
    assert (code, output) == (1, "")
    assert said in errors
    assert errors.count("\n") == 1


def test_a_second_server_on_the_folder_is_refused_in_one_line(tmp_path):
    with Server("--no-history", data=tmp_path):
        code, output, errors = tocsin("run", "--port", str(free_port()), data=tmp_path)
    assert (code, output) == (1, "")
    assert errors.startswith("tocsin: another tocsin process uses the data folder")
    assert errors.count("\n") == 1


def test_a_port_that_is_taken_is_one_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, output, errors = tocsin("run", "--no-history", "--port", str(port), data=tmp_path)
    assert (code, output) == (1, "")
    assert str(port) in errors
    assert "Traceback" not in errors
    assert errors.count("\n") == 1


def lag_of(server):
    """Return how many records wait, as the operator's metrics tell it."""
    _, body = server.ask("GET", "/metrics")
    return sum(float(line.split()[-1]) for line in body.decode().splitlines() if line.startswith("tocsin_lag_records{"))


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_server_ends_cleanly_and_starts_again_on_its_folder(tmp_path, how):
    server = Server("--no-history", data=tmp_path)
    for _ in range(2):
        with server:
            wait_until(lambda: lag_of(server) == 0)
            assert (tmp_path / "run.json").exists()
            assert server.stop(how) == 0
        assert not (tmp_path / "run.json").exists()
    assert "Traceback" not in (tmp_path / "output.txt").read_text()


def test_a_server_with_a_listening_stream_ends_in_time(tmp_path):
    with (
        Server("--no-history", data=tmp_path) as server,
        asker(server) as client,
        client.stream("GET", "/v1/stream") as answer,
    ):
        assert answer.status_code == 200
        assert server.stop(signal.SIGTERM) == 0


def test_a_killed_server_leaves_a_folder_that_works(tmp_path):
    with Server("--no-history", data=tmp_path) as server:
        with asker(server) as client:
            assert client.post("/v1/intake", json=a_post(1)).status_code == 202
        server.stop(signal.SIGKILL)
    assert told("search", "pier", "--kind", "signals", data=tmp_path)["total"] in (0, 1)
    assert told("dead", "list", data=tmp_path) == {"items": []}
    assert told("search", "pier", "--kind", "signals", data=tmp_path)["total"] == 1


@pytest.mark.parametrize("command", ["classify", "correlate"])
def test_judging_answers_each_line_whatever_it_is(command, tmp_path):
    (tmp_path / "in").write_text(lines(a_post(1)) + "\n{\n" + lines(a_post(2)))
    code, output, errors = tocsin(command, "--input", str(tmp_path / "in"))
    answers = [json.loads(line) for line in output.splitlines()]
    assert (code, errors) == (0, "")
    assert [answer["id"] for answer in answers] == ["n1", None, None, "n2"]
