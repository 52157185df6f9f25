import json
import subprocess
import sys

import pytest

from services.folder import Folder
from services.secrets import key_from, write_private
from services.settings import Settings
from services.wiring import open_node
from streams.errors import ConfigError

HOLD = """
import sys
from pathlib import Path
from services.folder import Folder
lock = Folder(Path(sys.argv[1])).lock()
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def held(tmp_path):
    """A folder that another process has."""
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        yield tmp_path, other
        if other.poll() is None:
            other.stdin.close()
            other.wait(10)


def test_a_second_process_is_refused_and_told_what_to_do(held):
    folder, _ = held
    with pytest.raises(ConfigError, match=r"another tocsin process uses .*; stop it, or choose another"):
        Folder(folder).lock()


def test_a_killed_process_holds_nothing(held):
    folder, other = held
    other.kill()
    other.wait(10)
    Folder(folder).lock().release()


def test_a_released_folder_can_be_had_again(tmp_path):
    Folder(tmp_path).lock().release()
    Folder(tmp_path).lock().release()


def test_a_broken_database_is_named_and_the_folder_left_to_others(tmp_path):
    (tmp_path / "log.db").write_bytes(b"this is no database, and it is long enough to be looked at" * 20)
    with pytest.raises(ConfigError, match="cannot open the log database"):
        open_node(Settings(data_dir=tmp_path))
    Folder(tmp_path).lock().release()


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigError, match=r"cannot write to the data folder .*file/data: Not a directory"):
        Folder(tmp_path / "file" / "data").lock()


def test_a_folder_without_the_right_to_write_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("os.access", lambda _path, _mode: False)  # a superuser may write everywhere
    with pytest.raises(ConfigError, match="cannot write to the data folder"):
        Folder(tmp_path).lock()


def test_the_server_of_a_folder_is_who_holds_it(held):
    folder, _ = held
    assert Folder(folder).server() is None
    Folder(folder).running.write_text(json.dumps({"url": "http://127.0.0.1:1"}))
    assert Folder(folder).server() == "http://127.0.0.1:1"


# What a process that ended badly, or somebody else, left behind.
@pytest.mark.parametrize("left", ['{"url": "http://127.0.0.1:1"}', "{", "[]", "{}", ""])
def test_what_was_left_behind_is_no_server(tmp_path, left):
    Folder(tmp_path).running.write_text(left)
    assert Folder(tmp_path).server() is None


@pytest.mark.parametrize("left", ["{", "[]", "{}", "", "7"])
def test_what_cannot_be_read_is_no_server(held, left):
    folder, _ = held
    Folder(folder).running.write_text(left)
    assert Folder(folder).server() is None


def test_private_files_are_for_their_owner_alone(tmp_path):
    write_private(tmp_path / "admin-token", "one")
    write_private(tmp_path / "admin-token", "two")
    assert (tmp_path / "admin-token").read_text() == "two\n"
    assert (tmp_path / "admin-token").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["admin-token"]


def test_a_key_is_made_once_and_a_configured_one_goes_before_it(tmp_path):
    made = key_from(tmp_path, "")
    assert len(made) > 40
    assert key_from(tmp_path, "") == made
    assert key_from(tmp_path, "mine") == "mine"
