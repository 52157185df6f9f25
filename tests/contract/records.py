"""What the records of rules, channels and marks promise, whatever database keeps them."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from schemas.alert import ChannelIn, ChannelKind
from schemas.codec import decode
from schemas.decision import OverrideIn
from schemas.ledger import RulesChanged
from schemas.party import Principal, Scope
from schemas.rule import RuleIn, RuleRevision
from schemas.topics import LEDGER, REFERENCE
from services.records import tables
from services.records.access import OPERATOR
from services.records.channels import ChannelRecords
from services.records.decisions import DecisionRecords
from services.records.ledger_outbox import LedgerOutbox
from services.records.marks import MarkRecords
from services.records.rules import RuleRecords
from services.records.sources import MAX_ERROR_LETTERS, SourceRecords
from services.secrets import Seal
from services.sources.fetch import NO_VALIDATORS, Validators
from services.sources.harvest import Harvest
from services.sources.state import SourceState
from streams.errors import Conflict, InvalidInput, NotFound, Unavailable
from tests.builders import NOON
from tests.fakes import MemoryLog

US = Principal(party="US", name="ann", scopes=frozenset(Scope))
EU = Principal(party="EU", name="eva", scopes=frozenset(Scope))
SECRET = "whsec_" + "c2VjcmV0LXRoYXQtaXMtbG9uZy1lbm91Z2g"


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self):
        self.at = NOON

    def __call__(self):
        return self.at

    def go_on(self, **span):
        self.at += timedelta(**span)


class RulesContract:
    """Subclasses give `database`."""

    @pytest.fixture
    def log(self):
        return MemoryLog()

    @pytest.fixture
    def outbox(self, database, log):
        return LedgerOutbox(database, log)

    @pytest.fixture
    def rules(self, database, outbox, clock):
        return RuleRecords(database, outbox, now=clock)

    def test_a_rule_stands_in_the_ledger_before_it_is_answered(self, rules, log):
        rule = rules.create(RuleIn(title="t", query="gallium"), by=US)
        assert items(log, LEDGER) == [RulesChanged(version=1, at=NOON)]
        assert items(log, REFERENCE) == [RuleRevision(rule_id=rule.id, version=1, rule=rule)]
        assert rules.get(rule.id, party="US") == rule

    def test_versions_rise_with_each_change_of_any_rule(self, rules, log):
        first = rules.create(RuleIn(title="a", query="a"), by=US)
        rules.create(RuleIn(title="b", query="b"), by=EU)
        rules.delete(first.id, by=US)
        rules.create(RuleIn(title="a", query="c"), by=US)
        assert [one.version for one in items(log, LEDGER)] == [1, 2, 3, 4]
        assert [one.rule is None for one in items(log, REFERENCE)] == [False, False, True, False]

    def test_a_second_rule_of_a_title_is_a_conflict_within_the_party_alone(self, rules):
        rules.create(RuleIn(title="t", query="a"), by=US)
        with pytest.raises(Conflict, match="'t'"):
            rules.create(RuleIn(title="t", query="b"), by=US)
        assert rules.create(RuleIn(title="t", query="b"), by=EU).party == "EU"

    def test_a_party_neither_sees_nor_deletes_another_s_rule(self, rules, log):
        rule = rules.create(RuleIn(title="t", query="a"), by=US)
        for act in (lambda: rules.get(rule.id, party="EU"), lambda: rules.delete(rule.id, by=EU)):
            with pytest.raises(NotFound):
                act()
        assert rules.all(party="EU") == []
        assert len(items(log, LEDGER)) == 1

    def test_a_deleted_rule_is_gone_and_cannot_be_deleted_again(self, rules):
        rule = rules.create(RuleIn(title="t", query="a"), by=US)
        rules.delete(rule.id, by=US)
        assert rules.all(party="US") == []
        with pytest.raises(NotFound):
            rules.delete(rule.id, by=US)

    def test_a_channel_must_be_the_party_s_own(self, rules, database, clock):
        theirs = ChannelRecords(database, Seal("k"), now=clock).create(
            ChannelIn(kind=ChannelKind.FILE, title="f", url="f.jsonl"), by=EU
        )
        with pytest.raises(InvalidInput, match="channel") as refused:
            rules.create(RuleIn(title="t", query="a", channels=(theirs.id,)), by=US)
        assert refused.value.field == "channels"
        assert rules.all(party="US") == []

    def test_what_was_not_relayed_is_relayed_later(self, rules, log, database):
        log.away = True
        with pytest.raises(Unavailable):
            rules.create(RuleIn(title="t", query="a"), by=US)
        log.away = False
        assert items(log, LEDGER) == []
        LedgerOutbox(database, log).relay()
        assert [one.version for one in items(log, LEDGER)] == [1]

    def test_relaying_again_appends_nothing(self, rules, outbox, log):
        rules.create(RuleIn(title="t", query="a"), by=US)
        outbox.relay()
        outbox.relay()
        assert len(items(log, LEDGER)) == 1

    def test_an_earlier_version_never_follows_a_later_one(self, rules, log):
        """Two requests at once: while the first is appending, the second has come and gone."""
        second = threading.Thread(target=lambda: rules.create(RuleIn(title="b", query="b"), by=EU))
        append, begun = log.append, []

        def slow(records):
            if not begun:
                begun.append(True)
                second.start()
                second.join(timeout=0.5)
            return append(records)

        log.append = slow
        rules.create(RuleIn(title="a", query="a"), by=US)
        second.join()
        versions = [one.version for one in items(log, LEDGER)]
        assert versions == sorted(versions)
        assert set(versions) == {1, 2}


class DecisionsContract:
    """Subclasses give `database`."""

    @pytest.fixture
    def log(self):
        return MemoryLog()

    @pytest.fixture
    def decisions(self, database, log, clock):
        return DecisionRecords(LedgerOutbox(database, log), now=clock)

    def test_a_decision_stands_in_the_ledger_and_in_the_audit_before_it_is_answered(self, decisions, log, database):
        decision = decisions.override("s1", OverrideIn(relevant=False, reason="a football club"), by=US)
        assert items(log, LEDGER) == [decision]
        assert (decision.party, decision.by, decision.at, decision.labels.given) == (
            "US",
            "ann",
            NOON,
            {"relevant": False},
        )
        assert audited(database) == [("US", "ann", "signal.override", "s1")]

    def test_a_later_decision_is_never_dated_before_an_earlier_one(self, decisions, log, clock):
        for hours in (1, -3, 0):
            clock.go_on(hours=hours)
            decisions.override("s1", OverrideIn(reason="r"), by=US)
        assert [one.at for one in items(log, LEDGER)] == [NOON + timedelta(hours=1)] * 3

    def test_a_decision_without_labels_is_audited_as_one_that_takes_back(self, decisions, log, database):
        decisions.override("s1", OverrideIn(reason="my mistake"), by=EU)
        assert [one.labels.given for one in items(log, LEDGER)] == [{}]
        assert audited(database) == [("EU", "eva", "signal.restore", "s1")]

    def test_what_the_log_could_not_take_is_relayed_later_and_audited_once(self, decisions, log, database):
        log.away = True
        with pytest.raises(Unavailable):
            decisions.override("s1", OverrideIn(relevant=False, reason="r"), by=US)
        log.away = False
        assert items(log, LEDGER) == []
        LedgerOutbox(database, log).relay()
        assert [one.signal_id for one in items(log, LEDGER)] == ["s1"]
        assert len(audited(database)) == 1

    def test_rules_and_decisions_reach_the_ledger_in_the_order_in_which_they_were_taken(
        self, decisions, log, database, clock
    ):
        rules = RuleRecords(database, LedgerOutbox(database, log), now=clock)
        log.away = True
        for change in (
            lambda: decisions.override("s1", OverrideIn(reason="r"), by=US),
            lambda: rules.create(RuleIn(title="t", query="a"), by=US),
            lambda: decisions.override("s2", OverrideIn(reason="r"), by=US),
        ):
            with pytest.raises(Unavailable):
                change()
        log.away = False
        LedgerOutbox(database, log).relay()
        assert [one.key for one in items(log, LEDGER)] == ["s1", "rules", "s2"]


def audited(database):
    audit = tables.audit.c
    with database.reading() as connection:
        rows = connection.execute(select(audit.party, audit.actor, audit.action, audit.subject).order_by(audit.number))
        return [tuple(row) for row in rows]


def items(log, topic):
    return [decode(record.type, record.value) for record in log.after(topic, 0, limit=1000)]


class ChannelsContract:
    """Subclasses give `database`."""

    @pytest.fixture
    def channels(self, database, clock):
        return ChannelRecords(database, Seal("k"), now=clock)

    def test_a_channel_is_listed_without_its_secret_for_its_party_alone(self, channels):
        made = channels.create(
            ChannelIn(kind=ChannelKind.WEBHOOK, title="hook", url="https://h.example", secret=SECRET), by=US
        )
        assert made.secret == SECRET
        assert channels.all(party="US") == [made.model_copy(update={"secret": ""})]
        assert channels.all(party="EU") == []

    def test_a_second_channel_of_kind_and_title_is_a_conflict(self, channels):
        posted = ChannelIn(kind=ChannelKind.FILE, title="f", url="f.jsonl")
        channels.create(posted, by=US)
        with pytest.raises(Conflict, match="'f'"):
            channels.create(posted, by=US)
        assert channels.create(posted, by=EU).party == "EU"


class MarksContract:
    """Subclasses give `database`."""

    def test_a_mark_is_the_last_number_put(self, database):
        marks = MarkRecords(database)
        assert marks.get("m") is None
        marks.put("m", 1)
        marks.put("m", 0)
        assert marks.get("m") == 0


class SourcesContract:
    """Subclasses give `database` and `clock`."""

    @pytest.fixture
    def sources(self, database, clock):
        return SourceRecords(database, now=clock)

    def a_harvest(self, *items, etag='"1"', digest="d"):
        return Harvest(items, Validators(etag, None), digest)

    def test_nothing_is_due_until_a_source_is_switched_on(self, sources, clock):
        sources.note_verified("a")
        assert sources.due(at=clock.at) == []
        sources.enable("a", by=OPERATOR)
        assert [state.source_id for state in sources.due(at=clock.at)] == ["a"]
        sources.disable("a", by=OPERATOR)
        assert sources.due(at=clock.at) == []

    def test_the_longest_overdue_comes_first(self, sources, clock):
        for name in "abc":
            sources.enable(name, by=OPERATOR)
            sources.note_failure(name, "x", due_at=clock.at + timedelta(hours="cab".index(name)))
        due = sources.due(at=clock.at + timedelta(hours=1))
        assert [state.source_id for state in due] == ["c", "a"]

    def test_switching_is_audited_once(self, sources, database):
        for _ in range(2):
            sources.enable("a", by=US)
        sources.disable("a", by=US)
        sources.disable("a", by=US)
        with database.reading() as connection:
            rows = connection.execute(select(tables.audit).order_by(tables.audit.c.number)).all()
        told = [(row.party, row.actor, row.action, row.subject) for row in rows]
        assert told == [("US", "ann", "source.enable", "a"), ("US", "ann", "source.disable", "a")]

    def test_a_look_that_ended_well_is_remembered(self, sources, clock):
        sources.enable("a", by=OPERATOR)
        sources.note_failure("a", "away", due_at=clock.at)
        sources.note_failure("a", "away", due_at=clock.at)
        assert (sources.states()["a"].failures, sources.states()["a"].last_error) == (2, "away")
        clock.at += timedelta(hours=1)
        harvest = self.a_harvest("x", "y")
        due_at = clock.at + timedelta(hours=2)
        sources.note_success("a", harvest, keys={"k": "x"}, new=1, due_at=due_at)
        state = sources.states()["a"]
        assert state == SourceState(
            source_id="a",
            enabled=True,
            enabled_at=clock.at - timedelta(hours=1),
            validators=Validators('"1"', None),
            digest="d",
            verified_at=clock.at,
            last_attempt_at=clock.at,
            last_success_at=clock.at,
            last_item_at=clock.at,
            entries=2,
            items_seen=1,
            due_at=due_at,
        )

    def test_a_look_at_what_did_not_change_keeps_how_many_there_were(self, sources, clock):
        sources.note_success("a", self.a_harvest("x", "y"), keys={}, new=2, due_at=clock.at)
        seen_at, clock.at = clock.at, clock.at + timedelta(hours=1)
        sources.note_success("a", Harvest(None, NO_VALIDATORS, "d"), keys={}, new=0, due_at=clock.at)
        state = sources.states()["a"]
        assert (state.entries, state.items_seen, state.last_item_at, state.last_success_at) == (2, 2, seen_at, clock.at)

    def test_keys_are_each_source_s_own(self, sources, clock):
        keys = {f"k{number}": f"n{number}" for number in range(1_200)}
        sources.note_success("a", self.a_harvest(), keys=keys, new=0, due_at=clock.at)
        assert sources.held("a", [*keys, "other"]) == keys
        assert sources.held("b", keys) == {}
        sources.note_success("a", self.a_harvest(), keys={"k1": "later"}, new=0, due_at=clock.at)
        assert sources.held("a", ["k1"]) == {"k1": "later"}

    def test_the_oldest_keys_are_forgotten(self, sources, clock, monkeypatch):
        monkeypatch.setattr("services.records.sources.MAX_KEYS", 4)
        for number in range(5):
            clock.at += timedelta(minutes=1)
            keys = {f"{number}-{part}": "n" for part in range(2)}
            sources.note_success("a", self.a_harvest(), keys=keys, new=1, due_at=clock.at)
        held = sources.held("a", [f"{number}-{part}" for number in range(5) for part in range(2)])
        assert sorted(held) == ["3-0", "3-1", "4-0", "4-1"]

    def test_a_long_error_is_cut(self, sources, clock):
        sources.note_failure("a", "x" * 10_000, due_at=clock.at)
        assert len(sources.states()["a"].last_error) == MAX_ERROR_LETTERS

    def test_an_error_in_letters_that_no_database_keeps_is_noted(self, sources, clock):
        sources.note_failure("a", "the document is <\0\ud800>", due_at=clock.at)
        assert sources.states()["a"].last_error == "the document is <?>"
