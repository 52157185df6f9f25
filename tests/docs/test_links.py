"""Links lead somewhere, every decision is in the index, and no file knows the machine it was written on."""

import re

import pytest

from tests.docs.documents import PAGES, ROOT, page

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
TEXTS = {".py", ".md", ".toml", ".in", ".lock", ".yml", ".html", ".css", ".csv", ".jsonl", ".mako", ".cfg", ""}
ROOMS = ("schemas", "streams", "services", "tests", "docs", "deploy", ".ci")


def anchors(text):
    """Return the anchors of a document's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def files():
    """Yield every text file of the project."""
    yield from (path for path in ROOT.iterdir() if path.is_file() and path.suffix in TEXTS)
    for room in ROOMS:
        for path in (ROOT / room).rglob("*"):
            if (
                path.is_file()
                and path.suffix in TEXTS
                and "__pycache__" not in path.parts
                and "vendor" not in path.parts
            ):
                yield path


@pytest.mark.parametrize("name", PAGES)
def test_relative_links_resolve(name):
    for link in LINK.findall(page(name)):
        if "://" in link:
            continue
        target, _, anchor = link.partition("#")
        path = ((ROOT / name).parent / target).resolve() if target else ROOT / name
        assert path.is_relative_to(ROOT), link
        assert path.exists(), link
        assert not anchor or anchor in anchors(path.read_text("utf-8")), link


def test_every_decision_is_in_the_index_under_its_title():
    told = dict(re.findall(r"^- \[\d{4}\]\((\S+)\) (.+)$", page("docs/adr/README.md"), re.MULTILINE))
    titles = {
        path.name: path.read_text("utf-8").splitlines()[0].partition(" ")[2].partition(" ")[2]
        for path in (ROOT / "docs/adr").glob("[0-9]*.md")
    }

    assert told == titles


def test_every_page_of_the_documentation_is_reached_from_the_readme():
    linked = {
        link.partition("#")[0] for name in ("README.md", "docs/operating.md") for link in LINK.findall(page(name))
    }
    linked |= {f"docs/{link}" for link in linked}

    assert [name for name in PAGES if name.startswith("docs/") and "/adr/" not in name and name not in linked] == []


def machine():
    """Return what the checkout's path and people's homes look like, written so that this file holds none itself."""
    homes = [f"/{folder}/" for folder in ("home", "Users", "root")]
    checkout = (
        [str(ROOT)] if len(ROOT.parts) > 2 else []
    )  # a path of one part, such as a container's, could be any word
    return re.compile(rf"(?<![\w.}}])({'|'.join(map(re.escape, homes + checkout))})")


def test_no_file_knows_the_machine_it_was_written_on():
    told = machine()

    assert [str(path) for path in files() if told.search(path.read_text("utf-8", "replace"))] == []
