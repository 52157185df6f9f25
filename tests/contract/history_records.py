"""What the history and the feed promise, whatever database keeps them."""

import pytest

from schemas.marking import EVERYBODY
from schemas.projection import Kind, Projection, Tombstone, event_id_of_report
from services.records.history import HistoryRecords
from streams.errors import NotFound
from tests.builders import NOON, a_projection, a_report, all_except, only_for


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
        history.put([an_event(version=3, title="new"), an_event(version=1, title="old")], {0: 1})
        assert history.latest(Kind.EVENT, "e", party="US").title == "new"
        assert [one.version for one in history.versions(Kind.EVENT, "e", party="US")] == [1, 3]

    def test_twice_is_once(self, history):
        items = [an_event(), an_event(version=3), a_tombstone("f"), an_event("g")]
        history.put(items, {0: 4})
        before = history.feed("base", after=0, limit=100)
        history.put(items, {0: 4})
        history.put(items[1:3], {0: 4})
        assert history.feed("base", after=0, limit=100) == before
        assert len(before) == 4

    def test_the_feed_is_gapless_and_its_times_rise_strictly(self, history, clock):
        history.put([an_event("a"), an_event("b")], {0: 1})
        history.put([an_event("b"), an_event("c")], {0: 2})
        clock.go_on(seconds=-3600)
        history.put([an_event("d"), an_event("d"), an_event("e")], {0: 3})
        clock.go_on(days=1)
        history.put([an_event("f")], {0: 4})
        feed = history.feed("base", after=0, limit=100)
        assert [entry.projected.id for entry in feed] == list("abcdef")
        assert [entry.sequence for entry in feed] == [1, 2, 3, 4, 5, 6]
        times = [entry.added_at for entry in feed]
        assert times == sorted(set(times))
        assert times[-1] == clock()
        assert history.last_sequence("base") == 6

    def test_the_feed_is_paged_by_sequence(self, history):
        history.put([an_event(name) for name in "abcde"], {0: 1})
        assert [entry.projected.id for entry in history.feed("base", after=2, limit=2)] == ["c", "d"]
        assert [entry.projected.id for entry in history.newest("base", limit=2)] == ["e", "d"]
        assert history.feed("base", after=5, limit=2) == []

    def test_each_audience_has_a_feed_of_its_own_without_gaps(self, history):
        history.put([an_event("a"), an_event("b", audience=only_for("EU")), an_event("c")], {0: 1})
        assert [entry.sequence for entry in history.feed("base", after=0, limit=9)] == [1, 2]
        assert [entry.projected.id for entry in history.feed("only-EU", after=0, limit=9)] == ["b"]

    def test_signals_are_left_to_the_index(self, history):
        history.put([a_projection()], {0: 9})
        assert history.feed("base", after=0, limit=9) == []
        assert history.cursor() == 9

    def test_the_cursor_moves_with_its_items(self, history):
        assert history.cursor() == 0
        history.put([an_event()], {0: 5})
        assert history.cursor() == 5
        history.put([], {0: 7})
        assert history.cursor() == 7

    def test_readers_are_woken_after_the_items_can_be_read(self, database, clock):
        read = []
        history = HistoryRecords(
            database, now=clock, on_published=lambda: read.append(len(history.feed("base", after=0, limit=9)))
        )
        history.put([an_event()], {0: 1})
        history.put([a_projection()], {0: 2})
        assert read == [1]

    def test_a_tombstone_leads_to_the_heir(self, history):
        history.put([an_event("old"), a_tombstone("old", heir="new"), an_event("new", version=3)], {0: 1})
        assert history.latest(Kind.EVENT, "old", party="US").id == "new"
        told = history.versions(Kind.EVENT, "old", party="US")
        assert [type(one) for one in told] == [Projection, Tombstone]

    def test_a_thing_renamed_twice_is_found_by_its_first_id(self, history):
        history.put([an_event("a"), a_tombstone("a", heir="b"), an_event("b", version=3)], {0: 1})
        history.put([a_tombstone("b", version=4, heir="c"), an_event("c", version=5)], {0: 2})
        assert history.latest(Kind.EVENT, "a", party="US").id == "c"

    def test_a_name_that_came_back_is_the_thing_itself(self, history):
        history.put([an_event("a"), a_tombstone("a", heir="b"), an_event("b", version=3)], {0: 1})
        history.put([a_tombstone("b", version=4, heir="a"), an_event("a", version=5)], {0: 2})
        assert history.latest(Kind.EVENT, "b", party="US").id == "a"

    def test_two_things_that_name_each_other_end_the_search(self, history):
        history.put([a_tombstone("a", heir="b"), a_tombstone("b", heir="a")], {0: 1})
        with pytest.raises(NotFound):
            history.latest(Kind.EVENT, "a", party="US")

    def test_a_tombstone_without_heir_is_nothing(self, history):
        history.put([an_event(), a_tombstone()], {0: 1})
        with pytest.raises(NotFound, match="event e"):
            history.latest(Kind.EVENT, "e", party="US")

    def test_an_alias_resolves_to_the_event(self, history):
        reports = (a_report("first"), a_report("second"))
        history.put([an_event("e", reports=reports)], {0: 1})
        alias = event_id_of_report(reports[1].signal_id)
        assert history.latest(Kind.EVENT, alias, party="US").id == "e"

    def test_an_alias_resolves_after_the_event_was_renamed(self, history):
        reports = (a_report("first"), a_report("second"))
        history.put([an_event("e", reports=reports)], {0: 1})
        history.put([a_tombstone("e", heir="f"), an_event("f", version=3, reports=reports)], {0: 2})
        alias = event_id_of_report(reports[1].signal_id)
        assert history.latest(Kind.EVENT, alias, party="US").id == "f"

    def test_another_audience_sees_nothing(self, history):
        reports = (a_report("first"), a_report("second"))
        history.put([an_event(audience=only_for("EU"), reports=reports)], {0: 1})
        for name in ("e", *(event_id_of_report(report.signal_id) for report in reports)):
            with pytest.raises(NotFound):
                history.latest(Kind.EVENT, name, party="US")
            assert history.versions(Kind.EVENT, name, party="US") == []
        assert history.feed("base", after=0, limit=9) == []
        assert history.counts(Kind.EVENT, ["e"], audience=EVERYBODY) == {}
        assert history.latest(Kind.EVENT, "e", party="EU").id == "e"

    def test_each_audience_reads_its_own_versions(self, history):
        history.put([an_event(audience=all_except("EU"), title="wide")], {0: 1})
        history.put([an_event(audience=only_for("EU"), title="narrow", version=3)], {0: 2})
        assert history.latest(Kind.EVENT, "e", party="US").title == "wide"
        assert history.latest(Kind.EVENT, "e", party="EU").title == "narrow"
        assert len(history.versions(Kind.EVENT, "e", party="US")) == 1

    def test_an_alias_of_one_audience_does_not_hide_that_of_another(self, history):
        reports = (a_report("first"), a_report("second"))
        history.put([an_event("hidden", audience=only_for("EU"), reports=reports)], {0: 1})
        history.put([an_event("shown", audience=all_except("EU"), reports=reports)], {0: 2})
        alias = event_id_of_report(reports[1].signal_id)
        assert history.latest(Kind.EVENT, alias, party="US").id == "shown"
        assert history.latest(Kind.EVENT, alias, party="EU").id == "hidden"

    def test_versions_are_counted_by_audience(self, history):
        history.put([an_event(version=number) for number in (1, 3, 5)], {0: 1})
        assert history.counts(Kind.EVENT, ["e", "unknown"], audience=EVERYBODY) == {"e": 3}
