"""A watched folder."""

import os
import time

import pytest

from schemas.raw import SignalIn
from services.sources.folder import collect
from services.sources.harvest import Known
from services.sources.source import Source
from streams.errors import Unavailable
from tests.publisher import a_feed


@pytest.fixture
def source(tmp_path):
    return Source(
        id="inbox",
        title="t",
        publisher="p",
        kind="folder",
        address=str(tmp_path),
        language="en",
        grade="B",
        cadence=60,
        licence="none",
    )


def put(folder, name, content, *, age_seconds=60.0):
    path = folder / name
    path.write_bytes(content)
    at = time.time() - age_seconds
    os.utime(path, (at, at))


def look(source, known=None):
    return collect(source, None, known or Known())


def titles(harvest):
    return [item.title if isinstance(item, SignalIn) else str(item) for item in harvest.items]


def test_files_of_all_known_formats_are_read_the_newest_first(source, tmp_path):
    put(tmp_path, "old.jsonl", b'{"id": "1", "title": "One"}\n{"id": "2", "title": "Two"}', age_seconds=90)
    put(tmp_path, "new.xml", a_feed(("three", "x")))
    harvest = look(source)
    assert titles(harvest) == ["three", "One", "Two"]
    assert {item.source for item in harvest.items} == {"inbox"}


def test_a_folder_that_did_not_change_has_nothing(source, tmp_path):
    put(tmp_path, "a.jsonl", b'{"id": "1", "title": "One"}')
    first = look(source)
    assert look(source, Known(digest=first.digest)).items is None
    put(tmp_path, "b.jsonl", b'{"id": "2", "title": "Two"}')
    assert len(look(source, Known(digest=first.digest)).items) == 2


def test_what_is_still_written_hidden_or_elsewhere_is_left_out(source, tmp_path):
    put(tmp_path, "half.jsonl", b'{"id": "1", "ti', age_seconds=0.0)
    put(tmp_path, ".hidden.jsonl", b'{"id": "2", "title": "Two"}')
    (tmp_path / "link.jsonl").symlink_to("/etc/hostname")
    (tmp_path / "folder").mkdir()
    assert look(source).items == ()


def test_a_file_that_is_none_is_told_and_the_others_are_read(source, tmp_path):
    put(tmp_path, "bad.xml", b"<html/>")
    put(tmp_path, "good.jsonl", b'{"id": "1", "title": "One"}', age_seconds=90)
    told, good = titles(look(source))
    assert good == "One"
    assert told.startswith("bad.xml: ")


def test_more_than_is_held_in_memory_is_told(source, tmp_path, monkeypatch):
    monkeypatch.setattr("services.sources.folder.MAX_ENTRIES", 2)
    put(tmp_path, "a.jsonl", b"".join(b'{"id": "%d", "title": "t"}\n' % n for n in range(3)))
    assert titles(look(source))[:2] == ["t", "t"]
    assert "the oldest are not read" in titles(look(source))[2]


def test_a_folder_that_is_not_there_is_tried_again(source):
    with pytest.raises(Unavailable, match="nowhere"):
        look(source.model_copy(update={"address": "/nowhere"}))
