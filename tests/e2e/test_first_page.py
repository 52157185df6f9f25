"""The first page in a real browser: what a person's Chromium makes of it, with no script to help."""

import re
import time

import pytest

from services.history import pack
from tests.browser import CHROMIUM, browse
from tests.processes import Server

DEADLINE_SECONDS = 60
HOSTILE = "<script>document.title='owned'</script> Gallium export ban <img src=http://127.0.0.1:9/x.png>"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium: the first page is not seen in a real browser")


def wait_for(ask, wanted):
    """Ask until the answer is there, or the deadline has passed."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while (answer := ask()) != wanted:
        assert time.monotonic() < deadline, answer
        time.sleep(0.05)


@pytest.fixture(scope="module")
def server():
    with Server() as server:
        signal = {"id": "h1", "source": "probe", "title": HOSTILE, "url": "javascript:alert(1)"}
        server.post("/v1/intake", {**signal, "marking": {"tlp": "CLEAR"}})
        wait_for(lambda: server.get("/v1/signals?limit=1")["total"], len(pack()) + 1)
        wait_for(lambda: server.get("/v1/events?q=source:probe&limit=1")["total"], 1)
        yield server


def test_a_browser_shows_the_history_newest_first(server):
    page, complaints = browse(f"http://127.0.0.1:{server.port}/", switches=["--dump-dom"])
    days = re.findall(r'<h2><time datetime="([^"]+)">', page)
    assert len(re.findall(r'<li class="row">', page)) == 30
    assert days == sorted(days, reverse=True)
    assert len(days) > 10
    assert complaints == []


def test_a_search_is_a_plain_address(server):
    page, complaints = browse(f"http://127.0.0.1:{server.port}/?q=gallium+actor:CN", switches=["--dump-dom"])
    total = server.get("/v1/events?q=gallium+actor:CN&limit=1")["total"]
    assert f"<b>{total}</b> event" in page
    assert re.search("<mark>[Gg]allium</mark>", page)
    assert complaints == []


def test_a_hostile_title_does_nothing(server):
    page, complaints = browse(f"http://127.0.0.1:{server.port}/?kind=signals&q=source:probe", switches=["--dump-dom"])
    assert "<title>source:probe · Signals · Tocsin</title>" in page
    assert "Gallium export ban" in re.sub(r"</?mark>", "", page)
    assert "<script" not in page
    assert "<img" not in page
    assert "javascript:" not in page
    assert complaints == []


# What a person's screen is -> a picture of the page on it, as it would be looked at.
@pytest.mark.parametrize(
    ("name", "switches"),
    [
        ("desk", ["--window-size=1440,900"]),
        ("desk-dark", ["--window-size=1440,900", "--blink-settings=preferredColorScheme=0"]),
        ("telephone", ["--window-size=390,844"]),
        ("reference", ["--window-size=1440,900"]),
    ],
)
def test_the_page_is_drawn(server, tmp_path, name, switches):
    address = f"http://127.0.0.1:{server.port}{'/docs' if name == 'reference' else '/?q=gallium'}"
    _, complaints = browse(address, switches=[*switches, f"--screenshot={name}.png"], folder=tmp_path)
    assert (tmp_path / f"{name}.png").stat().st_size > 20_000
    assert complaints == []
