"""What the records promise, whatever database keeps them."""

import threading
from datetime import timedelta

import pytest

from schemas.alert import Alert, ChannelIn, ChannelKind, DeliveryState, Phase
from schemas.ledger import RulesChanged
from schemas.marking import EVERYBODY
from schemas.party import Principal, Scope
from schemas.projection import Kind, Projection, Tombstone, event_id_of_report
from schemas.rule import RuleIn, RuleRevision
from schemas.topics import LEDGER, REFERENCE
from services.records.access import OPERATOR, AccessRecords
from services.records.channels import ChannelRecords
from services.records.history import HistoryRecords
from services.records.marks import MarkRecords
from services.records.outbox import LEASE_SECONDS, OutboxRecords
from services.records.rules import RuleRecords
from services.secrets import Seal
from schemas.codec import decode
from streams.errors import Conflict, InvalidInput, NotFound, Unavailable
from tests.builders import NOON, a_projection, a_report, all_except, only_for
from tests.fakes import MemoryLog

US = Principal(party="US", name="ann", scopes=frozenset(Scope))
EU = Principal(party="EU", name="eva", scopes=frozenset(Scope))
SECRET = "whsec_" + "c2VjcmV0LXRoYXQtaXMtbG9uZy1lbm91Z2g" * 1


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self):
        self.at = NOON

    def __call__(self):
        return self.at

    def go_on(self, **span):
        self.at += timedelta(**span)


@pytest.fixture
def clock():
    return Clock()


def an_event(name="e", *, version=1, **changes):
    facts = {"kind": Kind.EVENT, "id": name, "version": version, "reports": (a_report(name),)}
    return a_projection(**facts | changes)


def a_tombstone(name="e", *, version=2, heir=None, audience=EVERYBODY):
    return Tombstone(kind=Kind.EVENT, id=name, audience=audience, version=version, updated_at=NOON, replaced_by=heir)


class HistoryContract:
    """Subclasses give `database`."""

    @pytest.fixture
    def history(self, database, clock):
        return HistoryRecords(database, now=clock)

    def test_the_newest_version_is_the_latest_whatever_order_they_came_in(self, history):
        history.put([an_event(version=3, title="new"), an_event(version=1, title="old")], position=1)
        assert history.latest(Kind.EVENT, "e", party="US").title == "new"
        assert [one.version for one in history.versions(Kind.EVENT, "e", party="US")] == [1, 3]

    def test_twice_is_once(self, history):
        items = [an_event(), an_event(version=3), a_tombstone("f"), an_event("g")]
        history.put(items, position=4)
        before = history.feed("base", after=0, limit=100)
        history.put(items, position=4)
        history.put(items[1:3], position=4)
        assert history.feed("base", after=0, limit=100) == before
        assert len(before) == 4

    def test_the_feed_is_gapless_and_its_times_rise_strictly(self, history, clock):
        history.put([an_event("a"), an_event("b")], position=1)
        history.put([an_event("b"), an_event("c")], position=2)
        clock.go_on(seconds=-3600)
        history.put([an_event("d"), an_event("d"), an_event("e")], position=3)
        clock.go_on(days=1)
        history.put([an_event("f")], position=4)
        feed = history.feed("base", after=0, limit=100)
        assert [entry.projected.id for entry in feed] == list("abcdef")
        assert [entry.sequence for entry in feed] == [1, 2, 3, 4, 5, 6]
        times = [entry.added_at for entry in feed]
        assert times == sorted(set(times))
        assert times[-1] == clock()
        assert history.last_sequence("base") == 6

    def test_the_feed_is_paged_by_sequence(self, history):
        history.put([an_event(name) for name in "abcde"], position=1)
        assert [entry.projected.id for entry in history.feed("base", after=2, limit=2)] == ["c", "d"]
        assert [entry.projected.id for entry in history.newest("base", limit=2)] == ["e", "d"]
        assert history.feed("base", after=5, limit=2) == []

    def test_each_audience_has_a_feed_of_its_own_without_gaps(self, history):
        history.put([an_event("a"), an_event("b", audience=only_for("EU")), an_event("c")], position=1)
        assert [entry.sequence for entry in history.feed("base", after=0, limit=9)] == [1, 2]
        assert [entry.projected.id for entry in history.feed("only-EU", after=0, limit=9)] == ["b"]

    def test_signals_are_left_to_the_index(self, history):
        history.put([a_projection()], position=9)
        assert history.feed("base", after=0, limit=9) == []
        assert history.cursor() == 9

    def test_the_cursor_moves_with_its_items(self, history):
        assert history.cursor() == 0
        history.put([an_event()], position=5)
        assert history.cursor() == 5
        history.put([], position=7)
        assert history.cursor() == 7

    def test_readers_are_woken_after_the_items_can_be_read(self, database, clock):
        read = []
        history = HistoryRecords(
            database, now=clock, on_published=lambda: read.append(len(history.feed("base", after=0, limit=9)))
        )
        history.put([an_event()], position=1)
        history.put([a_projection()], position=2)
        assert read == [1]

    def test_a_tombstone_leads_to_the_heir(self, history):
        history.put([an_event("old"), a_tombstone("old", heir="new"), an_event("new", version=3)], position=1)
        assert history.latest(Kind.EVENT, "old", party="US").id == "new"
        told = history.versions(Kind.EVENT, "old", party="US")
        assert [type(one) for one in told] == [Projection, Tombstone]

    def test_a_thing_renamed_twice_is_found_by_its_first_id(self, history):
        history.put([an_event("a"), a_tombstone("a", heir="b"), an_event("b", version=3)], position=1)
        history.put([a_tombstone("b", version=4, heir="c"), an_event("c", version=5)], position=2)
        assert history.latest(Kind.EVENT, "a", party="US").id == "c"

    def test_a_name_that_came_back_is_the_thing_itself(self, history):
        history.put([an_event("a"), a_tombstone("a", heir="b"), an_event("b", version=3)], position=1)
        history.put([a_tombstone("b", version=4, heir="a"), an_event("a", version=5)], position=2)
        assert history.latest(Kind.EVENT, "b", party="US").id == "a"

    def test_two_things_that_name_each_other_end_the_search(self, history):
        history.put([a_tombstone("a", heir="b"), a_tombstone("b", heir="a")], position=1)
        with pytest.raises(NotFound):
            history.latest(Kind.EVENT, "a", party="US")

    def test_a_tombstone_without_heir_is_nothing(self, history):
        history.put([an_event(), a_tombstone()], position=1)
        with pytest.raises(NotFound, match="event e"):
            history.latest(Kind.EVENT, "e", party="US")

    def test_an_alias_resolves_to_the_event(self, history):
        reports = (a_report("first"), a_report("second"))
        history.put([an_event("e", reports=reports)], position=1)
        alias = event_id_of_report(reports[1].signal_id)
        assert history.latest(Kind.EVENT, alias, party="US").id == "e"

    def test_an_alias_resolves_after_the_event_was_renamed(self, history):
        reports = (a_report("first"), a_report("second"))
        history.put([an_event("e", reports=reports)], position=1)
        history.put([a_tombstone("e", heir="f"), an_event("f", version=3, reports=reports)], position=2)
        alias = event_id_of_report(reports[1].signal_id)
        assert history.latest(Kind.EVENT, alias, party="US").id == "f"

    def test_another_audience_sees_nothing(self, history):
        reports = (a_report("first"), a_report("second"))
        history.put([an_event(audience=only_for("EU"), reports=reports)], position=1)
        for name in ("e", *(event_id_of_report(report.signal_id) for report in reports)):
            with pytest.raises(NotFound):
                history.latest(Kind.EVENT, name, party="US")
            assert history.versions(Kind.EVENT, name, party="US") == []
        assert history.feed("base", after=0, limit=9) == []
        assert history.counts(Kind.EVENT, ["e"], audience=EVERYBODY) == {}
        assert history.latest(Kind.EVENT, "e", party="EU").id == "e"

    def test_each_audience_reads_its_own_versions(self, history):
        history.put([an_event(audience=all_except("EU"), title="wide")], position=1)
        history.put([an_event(audience=only_for("EU"), title="narrow", version=3)], position=2)
        assert history.latest(Kind.EVENT, "e", party="US").title == "wide"
        assert history.latest(Kind.EVENT, "e", party="EU").title == "narrow"
        assert len(history.versions(Kind.EVENT, "e", party="US")) == 1

    def test_an_alias_of_one_audience_does_not_hide_that_of_another(self, history):
        reports = (a_report("first"), a_report("second"))
        history.put([an_event("hidden", audience=only_for("EU"), reports=reports)], position=1)
        history.put([an_event("shown", audience=all_except("EU"), reports=reports)], position=2)
        alias = event_id_of_report(reports[1].signal_id)
        assert history.latest(Kind.EVENT, alias, party="US").id == "shown"
        assert history.latest(Kind.EVENT, alias, party="EU").id == "hidden"

    def test_versions_are_counted_by_audience(self, history):
        history.put([an_event(version=number) for number in (1, 3, 5)], position=1)
        assert history.counts(Kind.EVENT, ["e", "unknown"], audience=EVERYBODY) == {"e": 3}


class RulesContract:
    """Subclasses give `database`."""

    @pytest.fixture
    def log(self):
        return MemoryLog()

    @pytest.fixture
    def rules(self, database, log, clock):
        return RuleRecords(database, log, now=clock)

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

    def test_what_was_not_relayed_is_relayed_later(self, rules, log, database, clock):
        log.away = True
        with pytest.raises(Unavailable):
            rules.create(RuleIn(title="t", query="a"), by=US)
        log.away = False
        assert items(log, LEDGER) == []
        RuleRecords(database, log, now=clock).relay()
        assert [one.version for one in items(log, LEDGER)] == [1]

    def test_relaying_again_appends_nothing(self, rules, log):
        rules.create(RuleIn(title="t", query="a"), by=US)
        rules.relay()
        rules.relay()
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


def items(log, topic):
    return [decode(record.type, record.value) for record in log.after(topic, 0, limit=1000)]


class OutboxContract:
    """Subclasses give `database`, and `another`: the same records as a second process has them."""

    @pytest.fixture
    def outbox(self, database, clock):
        return OutboxRecords(database, Seal("k"), now=clock)

    @pytest.fixture
    def channel(self, database, clock):
        posted = ChannelIn(kind=ChannelKind.WEBHOOK, title="hook", url="https://hook.example", secret=SECRET)
        return ChannelRecords(database, Seal("k"), now=clock).create(posted, by=US)

    @pytest.fixture
    def rule(self, database, clock, channel):
        posted = RuleIn(title="watch", query="gallium", channels=(channel.id,))
        return RuleRecords(database, MemoryLog(), now=clock).create(posted, by=US)

    def an_alert(self, rule, name="a", **changes):
        facts = {
            "id": name, "rule_id": rule.id, "rule_version": 1, "thing_kind": Kind.EVENT, "thing_id": f"e-{name}",
            "current_id": f"e-{name}", "version": 1, "phase": Phase.FIRE, "at": NOON, "silent": False, "reasons": (),
        }  # fmt: skip
        return Alert(**facts | changes)

    def states(self, outbox):
        return [delivery.state for delivery in outbox.deliveries(party="US", limit=100)]

    def test_an_alert_is_claimed_with_all_that_a_try_needs(self, outbox, rule, channel):
        alert = self.an_alert(rule)
        outbox.put([alert], position=3)
        (claimed,) = outbox.claim(limit=10)
        assert claimed.alert == alert
        assert claimed.channel == channel
        assert claimed.channel.secret == SECRET
        assert claimed.rule_title == "watch"
        assert (claimed.delivery.attempts, claimed.delivery.party) == (0, "US")
        assert outbox.cursor() == 3

    def test_twice_is_once(self, outbox, rule):
        for position in (1, 1, 2):
            outbox.put([self.an_alert(rule)], position=position)
        assert len(outbox.claim(limit=10)) == 1
        outbox.put([self.an_alert(rule)], position=3)
        assert outbox.claim(limit=10) == []
        assert len(outbox.alerts(party="US", limit=10)) == 1

    def test_a_silent_alert_is_listed_and_makes_no_delivery(self, outbox, rule):
        outbox.put([self.an_alert(rule, silent=True)], position=1)
        assert len(outbox.alerts(party="US", limit=10)) == 1
        assert outbox.deliveries(party="US", limit=10) == []
        outbox.put([self.an_alert(rule)], position=2)
        assert [alert.silent for alert in outbox.alerts(party="US", limit=10)] == [False]
        assert len(outbox.claim(limit=10)) == 1

    def test_what_is_claimed_is_nobody_else_s_until_the_lease_ends(self, outbox, rule, clock):
        outbox.put([self.an_alert(rule)], position=1)
        assert len(outbox.claim(limit=10)) == 1
        assert outbox.claim(limit=10) == []
        clock.go_on(seconds=LEASE_SECONDS)
        assert outbox.claim(limit=10) == []
        clock.go_on(seconds=1)
        assert len(outbox.claim(limit=10)) == 1

    def test_a_claim_is_bounded_and_the_oldest_goes_first(self, outbox, rule, clock):
        for name in ("first", "second", "third"):
            outbox.put([self.an_alert(rule, name)], position=1)
            clock.go_on(seconds=1)
        assert [claimed.alert.id for claimed in outbox.claim(limit=2)] == ["first", "second"]
        assert [claimed.alert.id for claimed in outbox.claim(limit=2)] == ["third"]

    def test_claimers_at_once_never_get_the_same_row(self, outbox, another, rule, clock):
        outbox.put([self.an_alert(rule, f"a{number}") for number in range(60)], position=1)
        claimers = [outbox, outbox, OutboxRecords(another, Seal("k"), now=clock)]
        got, together = [], threading.Barrier(len(claimers))

        def claim(claimer):
            together.wait()
            while claimed := self.patient(claimer):
                got.extend(one.delivery.id for one in claimed)

        threads = [threading.Thread(target=claim, args=(claimer,)) for claimer in claimers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(got) == len(set(got)) == 60

    @staticmethod
    def patient(claimer):
        """Claim; a database that is busy with another process says so and is asked again."""
        for _ in range(1_000):
            try:
                return claimer.claim(limit=7)
            except Unavailable:
                continue
        raise AssertionError("the outbox never answered")

    def test_done_is_done(self, outbox, rule, clock):
        outbox.put([self.an_alert(rule)], position=1)
        (claimed,) = outbox.claim(limit=1)
        outbox.done(claimed.delivery.id, "200")
        clock.go_on(days=2)
        assert outbox.claim(limit=1) == []
        (delivery,) = outbox.deliveries(party="US", limit=1)
        assert (delivery.state, delivery.attempts, delivery.last_status) == (DeliveryState.DONE, 1, "200")
        assert delivery.done_at == NOON

    def test_a_retry_comes_when_it_is_due_and_is_counted(self, outbox, rule, clock):
        outbox.put([self.an_alert(rule)], position=1)
        (claimed,) = outbox.claim(limit=1)
        outbox.retry(claimed.delivery.id, "503" * 1_000, due_at=NOON + timedelta(minutes=5))
        assert outbox.claim(limit=1) == []
        clock.go_on(minutes=5)
        (again,) = outbox.claim(limit=1)
        assert (again.delivery.id, again.delivery.attempts) == (claimed.delivery.id, 1)
        assert len(again.delivery.last_status) <= 500

    def test_the_dead_stay_dead(self, outbox, rule, clock):
        outbox.put([self.an_alert(rule)], position=1)
        outbox.dead(outbox.claim(limit=1)[0].delivery.id, "410")
        clock.go_on(days=30)
        assert outbox.claim(limit=1) == []
        assert self.states(outbox) == [DeliveryState.DEAD]

    def test_a_paused_channel_holds_what_is_due(self, outbox, rule, channel, clock):
        outbox.put([self.an_alert(rule)], position=1)
        outbox.pause(channel.id, until=NOON + timedelta(minutes=10))
        assert outbox.claim(limit=1) == []
        clock.go_on(minutes=10)
        assert len(outbox.claim(limit=1)) == 1

    def test_a_channel_paused_for_good_holds_until_it_is_opened(self, outbox, rule, channel, clock):
        outbox.put([self.an_alert(rule)], position=1)
        outbox.pause(channel.id, until=None)
        clock.go_on(days=365)
        assert outbox.claim(limit=1) == []
        assert self.states(outbox) == [DeliveryState.DUE]

    def test_another_party_sees_neither_alerts_nor_deliveries(self, outbox, rule):
        outbox.put([self.an_alert(rule)], position=1)
        assert outbox.alerts(party="EU", limit=10) == []
        assert outbox.deliveries(party="EU", limit=10) == []

    def test_a_channel_whose_key_is_gone_does_not_stop_the_others(self, outbox, rule, database, clock):
        outbox.put([self.an_alert(rule)], position=1)
        (claimed,) = OutboxRecords(database, Seal("another key"), now=clock).claim(limit=1)
        assert claimed.channel.secret == ""


class AccessContract:
    """Subclasses give `database`."""

    @pytest.fixture
    def access(self, database, clock):
        return AccessRecords(database, now=clock)

    def test_a_token_opens_for_its_party_with_its_scopes(self, access):
        token, secret = access.create_token("EU", "script", (Scope.READ, Scope.INTAKE), by=OPERATOR)
        principal = access.principal(secret)
        assert (principal.party, principal.name, principal.token_id) == ("EU", "script", token.id)
        assert principal.scopes == {Scope.READ, Scope.INTAKE}
        assert [party.id for party in access.parties()] == ["EU"]

    def test_what_is_no_token_opens_nothing(self, access):
        _, secret = access.create_token("EU", "script", (Scope.READ,), by=OPERATOR)
        for guess in ("", "toc_", secret[:-1], secret.upper(), secret + " ", "'; --", "\x00"):
            assert access.principal(guess) is None

    def test_a_revoked_token_opens_nothing_from_then_on(self, access):
        token, secret = access.create_token("EU", "script", (Scope.READ,), by=OPERATOR)
        _, other = access.create_token("EU", "script", (Scope.READ,), by=OPERATOR)
        access.revoke_token(token.id, by=OPERATOR)
        assert access.principal(secret) is None
        assert access.principal(other) is not None
        with pytest.raises(NotFound):
            access.revoke_token(token.id, by=OPERATOR)
        assert {one.id: one.revoked_at for one in access.tokens()}[token.id] == NOON

    def test_two_tokens_of_one_name_are_two(self, access):
        made = [access.create_token("EU", "script", (Scope.READ,), by=OPERATOR) for _ in range(3)]
        assert len({token.id for token, _ in made}) == 3
        assert len({secret for _, secret in made}) == 3

    # A token without a party, a name or a scope.
    @pytest.mark.parametrize(
        ("party", "name", "scopes"), [(" ", "n", ("read",)), ("EU", " ", ("read",)), ("EU", "n", ())]
    )
    def test_a_token_must_say_whose_and_what_for(self, access, party, name, scopes):
        with pytest.raises(InvalidInput):
            access.create_token(party, name, tuple(map(Scope, scopes)), by=OPERATOR)
        assert access.tokens() == []


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
