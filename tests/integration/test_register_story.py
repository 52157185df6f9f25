"""Autumn 2025 by a test clock: six notices, their suspension, what stayed in force, what lapses in November 2026, who is woken."""

from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pytest

from schemas.alert import ChannelIn, ChannelKind
from schemas.ledger import Tick
from schemas.measure import Status
from schemas.projection import Kind
from schemas.raw import SignalIn, SourceKind
from schemas.rule import RuleIn
from schemas.topics import LEDGER
from services.intake import Arrival
from services.partners.calendar import calendar
from services.records.access import OPERATOR
from services.register import all_measures
from services.settings import Settings
from services.wiring import open_node
from streams.ports import Outgoing

OCTOBER = {
    55: ("superhard materials", "8 November 2025"),
    56: ("certain rare earth equipment and raw materials", "8 November 2025"),
    57: ("holmium, erbium, thulium, europium and ytterbium", "8 November 2025"),
    58: ("lithium batteries and artificial graphite anode materials", "8 November 2025"),
    61: ("foreign-made goods that contain rare earths of Chinese origin", "1 December 2025"),
    62: ("rare earth technologies", "9 October 2025"),
}
REPORTS = (
    (
        date(2024, 12, 3),
        "China bans gallium, germanium and antimony exports to the United States",
        """The Ministry of Commerce said in Announcement No. 46 of 2024 of 3 December 2024, effective the same day, that
        exports of gallium, germanium, antimony and superhard materials to the United States are banned.""",
    ),
    (
        date(2025, 4, 4),
        "China puts seven medium and heavy rare earths under export licences",
        """By Announcement No. 18 of 2025 of 4 April 2025, in force from 4 April 2025, MOFCOM requires export licences for
        samarium, gadolinium, terbium, dysprosium, lutetium, scandium and yttrium.""",
    ),
    *(
        (
            date(2025, 10, 9),
            f"China places {what} under export control",
            f"""MOFCOM Announcement No. {number} of 2025 of 9 October 2025 places {what} under export licensing. It takes
            effect on {day}.""",
        )
        for number, (what, day) in OCTOBER.items()
    ),
    (
        date(2025, 11, 7),
        "China suspends the rare earth export controls of 9 October",
        """By Announcement No. 70 of 2025 of 7 November 2025 MOFCOM suspends Announcements No. 55, 56, 57, 58, 61 and 62 of
        2025 with immediate effect until 10 November 2026.""",
    ),
    (
        date(2025, 11, 9),
        "China suspends its ban on gallium, germanium and antimony exports to the United States",
        """MOFCOM Announcement No. 72 of 2025 of 9 November 2025 suspends clause 2 of Announcement No. 46 of 2024 until
        27 November 2026.""",
    ),
)


class Desk:
    """An installation whose clock is the test's."""

    def __init__(self, folder):
        self.at = datetime(2024, 12, 1, tzinfo=UTC)
        self.node = open_node(Settings(data_dir=folder), now=lambda: self.at)

    def close(self):
        self.node.close()

    def go(self, at):
        """Let time pass, hour by hour."""
        while self.at < at:
            self.at = min(self.at + timedelta(hours=8), at)
            self.node.log.append([Outgoing(LEDGER, Tick(at=self.at))])
        self.node.pipeline.drain()

    def post(self, number, title, text):
        post = SignalIn(
            id=f"r{number}", title=title, text=" ".join(text.split()), source="mofcom-desk", published_at=self.at
        )
        self.node.intake.take([post], Arrival(by=OPERATOR, source_kind=SourceKind.OFFICIAL))
        self.node.pipeline.drain()

    def stands(self, day):
        """The state of each measure on a day, by reference."""
        page = self.node.search.search(Kind.MEASURE, "*", by=OPERATOR, limit=100, at=day)
        return {item.ref: item.status_at for item in page.items if item.ref}

    def alerts(self):
        return {
            (alert.rule_id, alert.thing_id): alert.at
            for alert in self.node.outbox.alerts(party=OPERATOR.party, limit=100)
        }


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    desk = Desk(tmp_path_factory.mktemp("story"))
    channel = desk.node.channels.create(ChannelIn(kind=ChannelKind.FILE, title="f", url="f.jsonl"), by=OPERATOR)
    for title, query in (("soon", "status:suspended expires:<7d"), ("over", "status:unknown")):
        desk.node.rules.create(RuleIn(title=title, query=query, channels=(channel.id,)), by=OPERATOR)
    for number, (day, title, text) in enumerate(REPORTS):
        desk.go(datetime(day.year, day.month, day.day, 4, tzinfo=UTC))
        desk.post(number, title, text)
    with closing(desk):
        yield desk


def refs(*numbers, year=2025):
    return {f"CN-MOFCOM-{year}-{number}" for number in numbers}


def test_each_notice_begins_on_its_day_and_is_suspended_on_one(desk):
    october, november, december = (
        desk.stands(day) for day in (date(2025, 10, 20), date(2025, 11, 6), date(2025, 12, 2))
    )
    assert {october[ref] for ref in refs(55, 56, 57, 58, 61)} == {Status.ANNOUNCED}
    assert october["CN-MOFCOM-2025-62"] is Status.IN_FORCE
    assert november["CN-MOFCOM-2025-61"] is Status.ANNOUNCED
    assert {december[ref] for ref in refs(*OCTOBER)} == {Status.SUSPENDED}


def test_what_stayed_in_force_stayed(desk):
    summer = desk.stands(date(2026, 6, 1))
    assert {summer[ref] for ref in (*refs(18), *refs(46, year=2024))} == {Status.IN_FORCE}
    assert summer["CN-MOFCOM-2024-46/2"] is Status.SUSPENDED


def test_what_lapses_in_november_2026_is_known_before(desk):
    ends = {item.ref: item.until for item in all_measures(desk.node, "status:suspended", by=OPERATOR)}
    assert ends == dict.fromkeys(refs(*OCTOBER), date(2026, 11, 10)) | {"CN-MOFCOM-2024-46/2": date(2026, 11, 27)}
    told = calendar(all_measures(desk.node, "*", by=OPERATOR), base_url="http://x", now=desk.at).decode()
    assert told.count("DTSTART;VALUE=DATE:20261110") == len(OCTOBER) + 1  # the act that suspends ends on it too
    assert told.count("DTSTART;VALUE=DATE:20261127") == 2


def test_who_asked_is_woken_before_and_when_nobody_knows_what_follows(desk):
    desk.go(datetime(2026, 12, 1, tzinfo=UTC))
    rules = {rule.title: rule.id for rule in desk.node.rules.all(party=OPERATOR.party)}
    found = {title: {} for title in rules}
    for (rule, thing), at in desk.alerts().items():
        title = next(name for name, rule_id in rules.items() if rule_id == rule)
        record = desk.node.history.latest(Kind.MEASURE, thing, party=OPERATOR.party).measure
        found[title][record.ref] = (at + timedelta(hours=8)).date()  # the day in Beijing
    before = dict.fromkeys(refs(*OCTOBER), date(2026, 11, 3)) | {"CN-MOFCOM-2024-46/2": date(2026, 11, 20)}
    after = dict.fromkeys(refs(*OCTOBER), date(2026, 11, 11)) | {"CN-MOFCOM-2024-46/2": date(2026, 11, 28)}
    assert found == {"soon": before, "over": after}
    assert set(desk.stands(date(2026, 12, 1)).values()) >= {Status.UNKNOWN, Status.IN_FORCE}
