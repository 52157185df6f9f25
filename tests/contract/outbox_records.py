"""What the outbox promises, whatever database keeps it."""

import threading
from datetime import timedelta

import pytest

from schemas.alert import Alert, ChannelIn, ChannelKind, DeliveryState, Phase
from schemas.projection import Kind
from schemas.rule import RuleIn
from services.records.channels import ChannelRecords
from services.records.ledger_outbox import LedgerOutbox
from services.records.outbox import LEASE_SECONDS, MAX_PER_CHANNEL, OutboxRecords
from services.records.rules import RuleRecords
from services.secrets import Seal
from streams.errors import Unavailable
from tests.builders import NOON
from tests.contract.records import SECRET, US
from tests.fakes import MemoryLog


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
        return RuleRecords(database, LedgerOutbox(database, MemoryLog()), now=clock).create(posted, by=US)

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
        outbox.put([alert], {0: 3})
        (claimed,) = outbox.claim(limit=10)
        assert claimed.alert == alert
        assert claimed.channel == channel
        assert claimed.channel.secret == SECRET
        assert claimed.rule_title == "watch"
        assert (claimed.delivery.attempts, claimed.delivery.party) == (0, "US")
        assert outbox.cursor() == 3

    def test_twice_is_once(self, outbox, rule):
        for position in (1, 1, 2):
            outbox.put([self.an_alert(rule)], {0: position})
        assert len(outbox.claim(limit=10)) == 1
        outbox.put([self.an_alert(rule)], {0: 3})
        assert outbox.claim(limit=10) == []
        assert len(outbox.alerts(party="US", limit=10)) == 1

    def test_a_silent_alert_is_listed_and_makes_no_delivery(self, outbox, rule):
        outbox.put([self.an_alert(rule, silent=True)], {0: 1})
        assert len(outbox.alerts(party="US", limit=10)) == 1
        assert outbox.deliveries(party="US", limit=10) == []
        outbox.put([self.an_alert(rule)], {0: 2})
        assert [alert.silent for alert in outbox.alerts(party="US", limit=10)] == [False]
        assert len(outbox.claim(limit=10)) == 1

    def test_what_is_claimed_is_nobody_else_s_until_the_lease_ends(self, outbox, rule, clock):
        outbox.put([self.an_alert(rule)], {0: 1})
        assert len(outbox.claim(limit=10)) == 1
        assert outbox.claim(limit=10) == []
        clock.go_on(seconds=LEASE_SECONDS)
        assert outbox.claim(limit=10) == []
        clock.go_on(seconds=1)
        assert len(outbox.claim(limit=10)) == 1

    def test_a_claim_is_bounded_and_the_oldest_goes_first(self, outbox, rule, clock):
        for name in ("first", "second", "third"):
            outbox.put([self.an_alert(rule, name)], {0: 1})
            clock.go_on(seconds=1)
        assert [claimed.alert.id for claimed in outbox.claim(limit=2)] == ["first", "second"]
        assert [claimed.alert.id for claimed in outbox.claim(limit=2)] == ["third"]

    def test_claimers_at_once_never_get_the_same_row(self, outbox, another, rule, clock):
        outbox.put([self.an_alert(rule, f"a{number}") for number in range(60)], {0: 1})
        claimers = [outbox, outbox, OutboxRecords(another, Seal("k"), now=clock)]
        got, together = [], threading.Barrier(len(claimers))

        def claim(claimer):
            together.wait()
            while claimed := self.patient(claimer):
                got.extend(one.delivery.id for one in claimed)
                for one in claimed:
                    self.done(claimer, one.delivery.id)

        threads = [threading.Thread(target=claim, args=(claimer,)) for claimer in claimers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(got) == len(set(got)) == 60

    def test_a_channel_that_hangs_leaves_room_for_the_others(self, outbox, rule):
        outbox.put([self.an_alert(rule, f"a{number}") for number in range(20)], {0: 1})
        assert len(outbox.claim(limit=16)) == MAX_PER_CHANNEL
        assert outbox.claim(limit=16) == []

    @staticmethod
    def done(claimer, delivery_id):
        for _ in range(1_000):
            try:
                return claimer.done(delivery_id, "200")
            except Unavailable:
                continue
        raise AssertionError("the outbox never answered")

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
        outbox.put([self.an_alert(rule)], {0: 1})
        (claimed,) = outbox.claim(limit=1)
        outbox.done(claimed.delivery.id, "200")
        clock.go_on(days=2)
        assert outbox.claim(limit=1) == []
        (delivery,) = outbox.deliveries(party="US", limit=1)
        assert (delivery.state, delivery.attempts, delivery.last_status) == (DeliveryState.DONE, 1, "200")
        assert delivery.done_at == NOON

    def test_a_retry_comes_when_it_is_due_and_is_counted(self, outbox, rule, clock):
        outbox.put([self.an_alert(rule)], {0: 1})
        (claimed,) = outbox.claim(limit=1)
        outbox.retry(claimed.delivery.id, "503" * 1_000, due_at=NOON + timedelta(minutes=5))
        assert outbox.claim(limit=1) == []
        clock.go_on(minutes=5)
        (again,) = outbox.claim(limit=1)
        assert (again.delivery.id, again.delivery.attempts) == (claimed.delivery.id, 1)
        assert len(again.delivery.last_status) <= 500

    def test_the_dead_stay_dead(self, outbox, rule, clock):
        outbox.put([self.an_alert(rule)], {0: 1})
        outbox.dead(outbox.claim(limit=1)[0].delivery.id, "410")
        clock.go_on(days=30)
        assert outbox.claim(limit=1) == []
        assert self.states(outbox) == [DeliveryState.DEAD]

    def test_a_paused_channel_holds_what_is_due(self, outbox, rule, channel, clock):
        outbox.put([self.an_alert(rule)], {0: 1})
        outbox.pause(channel.id, until=NOON + timedelta(minutes=10))
        assert outbox.claim(limit=1) == []
        clock.go_on(minutes=10)
        assert len(outbox.claim(limit=1)) == 1

    def test_a_channel_paused_for_good_holds_until_it_is_opened(self, outbox, rule, channel, clock):
        outbox.put([self.an_alert(rule)], {0: 1})
        outbox.pause(channel.id, until=None)
        clock.go_on(days=365)
        assert outbox.claim(limit=1) == []
        assert self.states(outbox) == [DeliveryState.DUE]

    def test_another_party_sees_neither_alerts_nor_deliveries(self, outbox, rule):
        outbox.put([self.an_alert(rule)], {0: 1})
        assert outbox.alerts(party="EU", limit=10) == []
        assert outbox.deliveries(party="EU", limit=10) == []

    def test_a_channel_whose_key_is_gone_does_not_stop_the_others(self, outbox, rule, database, clock):
        outbox.put([self.an_alert(rule)], {0: 1})
        (claimed,) = OutboxRecords(database, Seal("another key"), now=clock).claim(limit=1)
        assert claimed.channel.secret == ""
