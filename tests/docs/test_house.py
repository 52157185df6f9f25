"""The repository as a whole: what lies at its top, how long files are, what locks hold, what may be skipped."""

import ast
import os
import re
import subprocess
import sys
from fnmatch import fnmatch

import pytest

from tests.conftest import ALLOWED_SKIPS
from tests.docs.documents import ROOT

TOP = {
    ".ci", ".git", ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md", "deploy",
    "development.in", "development.lock", "docker-compose.yml", "docs", "pyproject.toml", "requirements.in",
    "requirements.lock", "schemas", "services", "streams", "tests",
}  # fmt: skip
MAX_LINES = 400
SKIPS = {"skip", "skipif", "importorskip", "skipTest"}
LOCKS = ("requirements.lock", "development.lock")


def modules():
    """Return every Python file of ours."""
    return [path for room in ("schemas", "streams", "services", "tests") for path in (ROOT / room).rglob("*.py")]


def may_skip(path):
    """Tell whether a test file names a way to skip."""
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    return any(isinstance(node, ast.Attribute) and node.attr in SKIPS for node in nodes)


def test_the_top_of_the_repository_holds_what_is_expected():
    ignored = [line.strip("/") for line in (ROOT / ".gitignore").read_text().splitlines() if line]
    there = {path.name for path in ROOT.iterdir() if not any(fnmatch(path.name, pattern) for pattern in ignored)}

    assert there - {".git"} == TOP - {".git"}


def test_no_module_is_longer_than_a_reader_bears():
    long = {str(path): lines for path in modules() if (lines := len(path.read_text("utf-8").splitlines())) > MAX_LINES}

    assert long == {}


def test_no_group_is_repeated_possessively():
    """Before 3.11.5 such a pattern matches what it should not (CPython's issue 106052), and Debian 12 has 3.11.2."""
    possessive = re.compile(r"(?<![\\(])\)(?:[*+?]|\{\d*,?\d*\})\+")
    ours = [path for path in modules() if path.name != "test_house.py"]

    assert [str(path) for path in ours if possessive.search(path.read_text("utf-8"))] == []


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_no_address_and_a_hash_for_every_requirement(name):
    text = (ROOT / name).read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]

    assert "://" not in text
    assert lines
    for line in lines:
        assert re.match(r"\s*[\w.\[\]-]+==\S+.*\s--hash=sha256:[0-9a-f]{64}", line), line


def test_every_direct_requirement_is_locked():
    wanted = re.findall(r"^([\w-]+)", (ROOT / "requirements.in").read_text(), re.MULTILINE)
    locked = re.findall(r"^([\w-]+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE)

    assert {name.lower().replace("_", "-") for name in wanted} <= set(locked)


def test_only_files_on_the_list_may_skip():
    skipping = {path.relative_to(ROOT).as_posix() for path in modules() if may_skip(path)} - {
        "tests/docs/test_house.py"
    }

    assert skipping == set(ALLOWED_SKIPS)


SKIPPING = "import pytest\n\n\n@pytest.mark.skip(reason='tired')\ndef test_one():\n    pass\n"


# In CI a skip that is on no list fails the run, elsewhere it is only told; an xfail is no skip.
@pytest.mark.parametrize(
    ("code", "ci", "status"),
    [
        (SKIPPING, "true", 1),
        (SKIPPING, "", 0),
        (SKIPPING.replace("skip(reason", "xfail(reason").replace("pass", "assert False"), "true", 0),
        ("import pytest\n\npytest.skip('all of it', allow_module_level=True)\n", "true", 1),
    ],
)
def test_a_skip_that_is_not_on_the_list_fails_in_ci(tmp_path, code, ci, status):
    (tmp_path / "test_lazy.py").write_text(code)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-p", "no:cacheprovider", str(tmp_path)]

    environment = {**os.environ, "CI": ci, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == status, done.stdout
    assert ("not on the list" in done.stdout) == ("skip" in code)
