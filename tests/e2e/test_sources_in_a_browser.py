"""The page of sources in a real browser: a token is typed, buttons are pressed, and another site tries to press them."""

import pytest

from tests.browser import CHROMIUM, LAN_HOST, visit
from tests.e2e.asking import asker
from tests.processes import Server
from tests.publisher import Page, Publisher, a_source

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no chromium: the page of sources is not seen in a real browser"
)
ID = "own-folder"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dropped")
    file = tmp_path_factory.mktemp("own") / "own.toml"
    file.write_text(a_source(ID, folder, "folder", title="Dropped", cadence=60))
    server = Server("--no-history", data=tmp_path_factory.mktemp("browser"))
    server.environment["TOCSIN_SOURCES__FILE"] = str(file)
    with server:
        yield server


@pytest.fixture
def browser(server):
    with visit() as browser:
        browser.open(f"http://127.0.0.1:{server.port}/sources")
        yield browser


def sign_in(browser, server):
    browser.click("summary")
    browser.fill("#token", (server.data / "admin-token").read_text().strip())
    browser.press("details button")


def is_on(server):
    with asker(server) as api:
        return api.get(f"/v1/sources/{ID}").json()["enabled"]


@pytest.mark.parametrize("host", ["127.0.0.1", LAN_HOST])
def test_an_operator_signs_in_and_switches_with_no_script(server, browser, host):
    browser.open(f"http://{host}:{server.port}/sources")
    sign_in(browser, server)
    (cookie,) = browser.do("Network.getCookies")["cookies"]
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", "/sources")
    browser.press(f"#{ID} button")
    assert is_on(server)
    assert browser.read("location.pathname + location.hash") == f"/sources#{ID}"
    assert browser.read(f"document.querySelector('#{ID} button').innerText").startswith("Disable")
    browser.press(f"#{ID} button")
    assert not is_on(server)
    browser.press("form.sign button")
    assert browser.do("Network.getCookies")["cookies"] == []
    assert browser.read("document.querySelectorAll('form').length") == 1
    told = [one for one in browser.complaints if "Opener-Policy" not in one]  # it asks for HTTPS
    assert told == []


def test_a_page_on_another_port_of_the_same_host_presses_nothing(server, browser):
    # To a browser it is the same site, so it gets the cookie: that it is another origin is all that holds it off.
    sign_in(browser, server)
    form = f"<form method=post action=http://127.0.0.1:{server.port}/sources/{ID}/enable><button>Win</button></form>"
    publisher = Publisher()
    publisher.pages["/"] = Page(form.encode(), Content_Type="text/html")
    browser.open(publisher.url("/"))
    browser.press("button")
    publisher.close()
    assert "Another site asked for this" in browser.read("document.body.innerText")
    assert not is_on(server)


def test_the_operators_page_is_drawn_and_fits(server, browser, tmp_path):
    sign_in(browser, server)
    for width, height in ((1440, 900), (390, 844)):
        for theme in ("light", "dark"):
            picture = tmp_path / f"operator-{width}-{theme}.png"
            browser.draw(picture, width=width, height=height, dark=theme == "dark")
            assert picture.stat().st_size > 20_000
            assert browser.read("document.documentElement.scrollWidth") <= width
    assert browser.complaints == []
