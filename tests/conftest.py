"""What every test run keeps: the real servers, who runs where, and which skips are allowed.

Under CI=true any other skip fails the run.
"""

import os

import pytest
from hypothesis import settings

pytest_plugins = ("tests.servers",)

settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")  # where others work too, a pause says nothing of the code

ALLOWED_SKIPS = {
    "tests/unit/test_feed_fixtures.py": "the publishers' feeds are not ours to pass on, so a clone has none",
    "tests/unit/test_source_federal_register.py": "the API's answer is not ours to pass on, so a clone has none",
    "tests/e2e/test_first_page.py": "a machine without Chromium can still check everything else",
    "tests/e2e/test_sources_in_a_browser.py": "a machine without Chromium can still check everything else",
    "tests/servers.py": "without Java or PostgreSQL its fixtures skip who asks; CI has both, and lists none of those tests",
}
"""File -> why its tests may be skipped."""

SHARED_SERVERS = frozenset(("kafka", "elastic", "postgres"))
"""Fixtures that serve the whole run: where several processes share it, one alone has all who ask for them."""

MAX_NAMED_LETTERS = 80
"""How much of a case its test's name tells; a document of megabytes is not its own name."""

_unlisted: list[str] = []


def pytest_make_parametrize_id(val, argname):
    """Name bytes and long texts by their argument: all processes of a run must call a test alike, now and in a second."""
    return argname if isinstance(val, bytes) or (isinstance(val, str) and len(val) > MAX_NAMED_LETTERS) else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Put the tests of the run's servers first, in one process and in a row; the busy ones last, when others are done."""
    for item in items:
        if item.get_closest_marker("busy") or SHARED_SERVERS.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.xdist_group("servers"))
    items.sort(
        key=lambda item: (item.get_closest_marker("xdist_group") is None, item.get_closest_marker("busy") is not None)
    )


def pytest_runtest_logreport(report):
    """Note a test that was skipped (a strict xfail counts as skipped too, and is none)."""
    if report.skipped and not hasattr(report, "wasxfail"):
        _note(report)


def pytest_collectreport(report):
    """Note a whole module that was skipped while it was read."""
    if report.skipped:
        _note(report)


def pytest_sessionfinish(session):
    """Fail the run; the tests that ran keep their own results."""
    if _unlisted and os.environ.get("CI") == "true" and session.exitstatus in (0, pytest.ExitCode.NO_TESTS_COLLECTED):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    """Say which skips are on no list."""
    for told in _unlisted:
        terminalreporter.write_line(f"skipped and not on the list in tests/conftest.py: {told}")


def _note(report):
    path = report.nodeid.partition("::")[0]
    if path not in ALLOWED_SKIPS:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        _unlisted.append(f"{report.nodeid} ({reason})")
