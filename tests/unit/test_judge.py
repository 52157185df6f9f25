import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.judge import classify_lines, correlate_lines
from tests.builders import NOON

BAN = {
    "id": "ban",
    "title": "China bans gallium exports to the United States",
    "text": "The Ministry of Commerce in Beijing said exports of gallium to the United States are banned from Friday.",
    "published_at": "2026-07-01T08:00:00Z",
    "source": "wire",
}
# A line that is no signal -> the id it is answered under, and what is said of it.
BAD = (
    (b"", None, "signal: body"),
    (b"null", None, "signal: body"),
    (b"[]", None, "signal: body"),
    (b"{", None, "signal: body"),
    (b"\xff\xfe", None, "signal: body"),
    (b'{"id": "x"}', "x", "neither title nor text"),
    (b'{"title": "x"}', None, "signal: id"),
    (b'{"id": "x", "title": "y", "more": 1}', "x", "signal: more"),
    (b'{"id": "x", "title": "<p>&nbsp;</p>"}', "x", "no word"),
    (b'{"id": "x", "title": "\\ud800"}', None, "signal: "),
    (b'{"id": "x", "title": "y", "marking": {"tlp": "RED"}}', "x", "TLP:CLEAR"),
    (b'{"id": "x", "title": "y", "published_at": "9999-12-31T23:59:59-14:00"}', "x", "published_at"),
    (b'{"id": "x", "title": "y", "published_at": "0001-01-01T00:00:00+14:00"}', "x", "published_at"),
    (None, None, "too long"),
)


def line(**changes):
    return json.dumps({**BAN, **changes}).encode()


def classified(*lines):
    return list(classify_lines(lines, now=NOON))


def correlated(*lines):
    return list(correlate_lines(lines, now=NOON))


@pytest.mark.parametrize("judge", [classified, correlated])
@pytest.mark.parametrize(("bad", "name", "told"), BAD)
def test_a_bad_line_is_answered_and_the_others_are_too(judge, bad, name, told):
    before, answer, after = judge(line(id="a"), bad, line(id="b"))
    assert (before["id"], after["id"]) == ("a", "b")
    assert answer["id"] == name
    assert told in answer["error"]


def test_a_signal_is_told_whole():
    (told,) = classified(line())
    assert (told["id"], told["relevant"], told["language"]) == ("ban", True, "en")
    assert told["materials"] == ["gallium"]
    assert told["event_classes"][0] == "export_ban"
    assert {"code": "CN", "role": "actor", "targeting": None} in told["places"]
    assert set(told["severity"]) >= {"us", "eu", "joint", "terms"}
    assert told["measure"] == (told["measures"][0] if told["measures"] else None)


def test_an_answer_is_the_same_on_any_day_and_beside_any_other_line():
    alone = classified(line())
    assert list(classify_lines([line(id="other"), line()], now=NOON.replace(year=2031)))[1:] == alone


def test_copies_are_one_event_and_the_later_repeats_the_earlier():
    copy = line(id="copy", source="other", published_at="2026-07-01T09:00:00Z")
    apart = line(
        id="apart", title="A strike at a cobalt mine", text="Miners in Kolwezi went on strike over wages today."
    )
    first, second, third = correlated(copy, line(), apart)
    assert first["event_id"] == second["event_id"] != third["event_id"]
    assert (first["duplicate_of"], second["duplicate_of"], third["duplicate_of"]) == ("ban", None, None)


def test_the_order_of_lines_changes_no_answer():
    lines = [
        line(),
        line(id="copy", source="other", published_at="2026-07-01T09:00:00Z"),
        line(id="early", published_at="2026-06-30T09:00:00Z"),
        line(id="apart", text="Miners in Kolwezi went on strike over wages today, a union there told reporters."),
    ]
    forth = {one["id"]: one for one in correlated(*lines)}
    back = {one["id"]: one for one in correlated(*reversed(lines))}
    assert forth == back


def test_a_second_version_of_a_report_is_answered_as_the_first():
    first, second = correlated(line(), line(title="China widens its ban of gallium exports"))
    assert first == second


pieces = st.sampled_from(
    ("China bans gallium exports", "公告2025年第61号", "<b>", "\x00", "2026-12-01", "€", "")
) | st.text(max_size=30)
posts = st.fixed_dictionaries(
    {"id": pieces, "title": pieces},
    optional={
        "text": pieces,
        "url": pieces,
        "published_at": st.datetimes().map(str) | pieces | st.integers(),
        "language": st.sampled_from(("en", "zh", "xx")) | pieces,
        "source": st.just("wire") | pieces,
    },
).map(lambda post: json.dumps(post).encode())


@settings(max_examples=60)
@given(st.lists(posts | st.binary(max_size=40) | st.none(), max_size=6))
def test_whatever_the_lines_each_has_one_answer(lines):
    for judge in (classified, correlated):
        answers = judge(*lines)
        assert len(answers) == len(lines)
        json.dumps(answers)
        for given_line, answer in zip(lines, answers, strict=True):
            if "error" not in answer:
                assert answer["id"] == json.loads(given_line)["id"].strip()
