"""What every search index promises; an adapter is done when its subclass is green."""

from datetime import UTC, date, datetime, timedelta

import pytest

from schemas.projection import Kind, Tombstone
from schemas.query import After, Search, SortKey
from schemas.signal import MeasureClaim
from streams.errors import InvalidInput
from streams.query.parse import parse
from streams.query.times import day_of
from tests.builders import NOON, a_judgement, a_projection, a_severity, all_except, an_hour_later, only_for

QUERIES = (
    # Each case: a query, and whether it finds the one signal of `a_projection()`.
    ("*", True),
    ("gallium", True),
    ("GALLIUM", True),
    ("licences", True),  # the stem of the text's licence
    ("exporter", True),  # the stem of exporters
    ("germanium", False),
    ('"end-use certificate"', True),
    ('"certificate end use"', False),
    ('"exports exporters"', False),  # the title's last word and the text's first
    ("title:exports", True),
    ("title:licence", False),
    ("text:licence", True),
    ("material:gallium", True),
    ("material:GALLIUM", True),
    ("actor:cn target:us", False),
    ("class:(export_ban OR export_licensing)", True),
    ("-material:tin", True),
    ("NOT gallium", False),
    ("gallium -tin", True),
    ('="end-use certificate"', True),
    ("=licences", False),  # the text has the other form
    ('"need certificate"~6', True),
    ('"need certificate"~5', False),
    ('"certificate need"~9', False),  # in order
    ('"gallium exports exporters"~16', False),  # never from one part into another
    ("certif*", True),
    ("CERTIF*", True),
    ("title:certif*", False),
    ("material:gal*", True),
    ("id:*", True),
    ("expires:*", False),
    ("title:*", True),
    ("ref:*", False),
    ("confidence:[* TO *]", True),
    ("severity:60", True),
    ("severity:>60", False),
    ("severity.eu:>=60", True),
    ("confidence:[0.8 TO 1]", True),
    ("confidence:{0.8 TO 1]", False),
    ("sources:1", True),
    ("published:2026-07-03", True),
    ("published:2026-07-04", False),
    ("published:<=2026-07-03", True),
    ("published:[* TO 2026-07-03}", False),
    ("published:2026-07-03T12:00:00Z", True),
    ("expires:>2020-01-01", False),  # a known field without values finds nothing
    ("grade:a", False),
    ("kind:event", False),
)


class SearchIndexContract:
    """A subclass provides the fixture `index`: empty, and open for one test."""

    @staticmethod
    def found(index, query="*", *, party="US", **asked):
        return index.search(parse(query), Search(kind=Kind.SIGNAL, **asked), party=party)

    def ids(self, index, query="*", **asked):
        return [item.id for item in self.found(index, query, **asked).items]

    @pytest.mark.parametrize(("query", "expected"), QUERIES)
    def test_a_query_finds_what_it_means(self, index, query, expected):
        index.put([a_projection()], {0: 1})
        assert self.found(index, query).total == expected

    def test_an_empty_index_answers(self, index):
        page = self.found(index, facets=("material",))
        assert (page.items, page.total, page.facets, page.after) == ((), 0, {"material": ()}, None)
        assert index.ready()
        assert index.cursor() == 0

    def test_what_was_put_comes_back_whole(self, index):
        projection = a_projection(text="氧化镓 \x00 l'été", language="fr", audience=only_for("US"))
        index.put([projection], {0: 1})
        assert self.found(index).items == (projection,)

    def test_the_cursor_is_the_position_of_the_last_put(self, index):
        index.put([a_projection()], {0: 7})
        index.put([], {0: 9})
        assert index.cursor() == 9

    def test_the_cursor_never_goes_back(self, index):
        index.put([], {0: 9})
        index.put([a_projection()], {0: 3})
        assert index.cursor() == 9

    def test_twice_is_once(self, index):
        for _ in range(2):
            index.put([a_projection(), a_projection("r2")], {0: 2})
        assert self.found(index).total == 2

    def test_a_newer_version_replaces_the_older(self, index):
        index.put([a_projection(version=1, title="tin")], {0: 1})
        index.put([a_projection(version=2, title="zinc")], {0: 2})
        assert (self.found(index, "title:tin").total, self.found(index, "title:zinc").total) == (0, 1)

    def test_an_older_version_never_replaces_a_newer(self, index):
        index.put([a_projection(version=2, title="zinc")], {0: 2})
        index.put([a_projection(version=1, title="tin")], {0: 3})
        assert (self.found(index, "title:tin").total, self.found(index, "title:zinc").total) == (0, 1)

    def test_within_a_batch_the_newest_version_wins_whatever_the_order(self, index):
        index.put([a_projection(version=2, title="zinc"), a_projection(version=1, title="tin")], {0: 2})
        assert (self.found(index, "title:tin").total, self.found(index, "title:zinc").total) == (0, 1)

    def test_of_two_with_one_version_the_later_holds(self, index):
        index.put([a_projection(version=1, title="tin"), a_projection(version=1, title="zinc")], {0: 2})
        assert (self.found(index, "title:tin").total, self.found(index, "title:zinc").total) == (0, 1)

    def test_a_tombstone_hides_and_keeps_older_versions_away(self, index):
        index.put([a_projection(version=1)], {0: 1})
        index.put([tombstone_of(a_projection(version=2))], {0: 2})
        index.put([a_projection(version=1)], {0: 3})
        assert self.found(index).total == 0

    def test_a_newer_version_comes_back_after_a_tombstone(self, index):
        index.put([tombstone_of(a_projection(version=2)), a_projection(version=3)], {0: 3})
        assert self.found(index).total == 1

    def test_a_tombstone_of_one_audience_leaves_the_others(self, index):
        index.put([a_projection(audience=only_for("US")), a_projection(audience=all_except("US"))], {0: 1})
        index.put([tombstone_of(a_projection(version=2, audience=only_for("US")))], {0: 2})
        assert (self.found(index, party="US").total, self.found(index, party="EU").total) == (0, 1)

    @pytest.mark.parametrize(
        ("audience", "readers"),
        [
            (all_except(), {"US", "EU", "public"}),
            (all_except("US"), {"EU", "public"}),
            (all_except("US", "EU"), {"public"}),
            (only_for("US"), {"US"}),
            (only_for("US", "EU"), {"US", "EU"}),
            (only_for(), set()),  # an empty group is nobody
        ],
    )
    def test_only_the_audience_reads_counts_and_facets(self, index, audience, readers):
        index.put([a_projection(audience=audience)], {0: 1})
        for party in ("US", "EU", "public"):
            page = self.found(index, "gallium", party=party, facets=("material",))
            seen = 1 if party in readers else 0
            assert (page.total, len(page.items), len(page.facets["material"])) == (seen, seen, seen), party

    def test_a_negation_does_not_reach_around_the_audience(self, index):
        index.put([a_projection(audience=only_for("US"))], {0: 1})
        assert self.found(index, "NOT tin OR *", party="EU").total == 0

    @pytest.mark.parametrize("party", ["*", "", "+US", "-US", "only-US"])
    def test_a_strange_party_reads_nothing_that_is_not_for_everybody(self, index, party):
        index.put([a_projection(audience=only_for("US"))], {0: 1})
        assert self.found(index, party=party).total == 0

    def test_kinds_are_apart(self, index):
        index.put([a_projection(), a_projection("e1", kind=Kind.EVENT)], {0: 1})
        page = index.search(parse("*"), Search(kind=Kind.EVENT), party="US")
        assert [item.kind for item in page.items] == [Kind.EVENT]

    def test_a_phrase_does_not_reach_from_one_report_into_the_next(self, index):
        first, second = a_projection("a", text="rare earth").reports[0], a_projection("b", text="metal ban").reports[0]
        index.put([a_projection("e", reports=(first, second), title="an event")], {0: 1})
        assert self.found(index, 'text:"rare earth"').total == 1
        assert self.found(index, 'text:"earth metal"').total == 0
        assert self.found(index, 'title:"an event"').total == 1

    @pytest.mark.parametrize("field", ["published", "updated", "received"])
    def test_hits_are_ordered_by_time(self, index, field):
        times = {name: an_hour_later(hours=hour) for name, hour in (("old", 1), ("new", 3), ("mid", 2))}
        attribute = {"published": "published_at", "updated": "updated_at", "received": "first_seen_at"}[field]
        things = {name: a_projection(name, **{attribute: at}) for name, at in times.items()}
        index.put(list(things.values()), {0: 1})
        newest_first = [things[name].id for name in ("new", "mid", "old")]
        assert self.ids(index, sort=SortKey(field=field)) == newest_first
        assert self.ids(index, sort=SortKey(field=field, descending=False)) == newest_first[::-1]

    def test_hits_are_ordered_by_either_side_s_severity_then_newest_first(self, index):
        things = [
            a_projection("a", severity=a_severity(us=90, eu=10)),
            a_projection("b", severity=a_severity(us=10, eu=80)),
            a_projection("c", severity=a_severity(us=10, eu=80), published_at=an_hour_later()),
        ]
        a, b, c = (thing.id for thing in things)
        index.put(things, {0: 1})
        assert self.ids(index, sort=SortKey(field="severity")) == [a, c, b]
        assert self.ids(index, sort=SortKey(field="severity.us")) == [a, c, b]
        assert self.ids(index, sort=SortKey(field="severity.eu")) == [c, b, a]

    def test_hits_are_ordered_by_confidence(self, index):
        things = [a_projection(name, judgement=a_judgement(confidence=c)) for name, c in (("a", 0.5), ("b", 0.501))]
        index.put(things, {0: 1})
        assert self.ids(index, sort=SortKey(field="confidence")) == [things[1].id, things[0].id]

    def paged(self, index, limit, **asked):
        ids, after = [], None
        while True:
            page = self.found(index, limit=limit, after=after, **asked)
            ids += [item.id for item in page.items]
            if page.after is None:
                return ids
            assert len(page.items) == limit
            after = page.after

    @pytest.mark.parametrize("descending", [True, False])
    def test_pages_neither_repeat_nor_skip_among_4000_of_one_second(self, index, descending):
        # With 14 bits to tell them apart, some 450 of them share an order number with another.
        things = [a_projection(f"r{number}", text="") for number in range(4_000)]
        index.put(things, {0: 1})
        ids = self.paged(index, 50, sort=SortKey(field="confidence", descending=descending))
        assert len(ids) == 4_000
        assert set(ids) == {thing.id for thing in things}

    def test_what_is_written_meanwhile_neither_repeats_nor_skips(self, index):
        index.put([a_projection(f"r{n}", published_at=an_hour_later(hours=n)) for n in range(6)], {0: 1})
        first = self.found(index, limit=3)
        index.put([a_projection("new", published_at=an_hour_later(hours=9))], {0: 2})
        second = self.found(index, limit=3, after=first.after)
        assert [item.reports[0].native_id for item in first.items + second.items] == [
            "r5",
            "r4",
            "r3",
            "r2",
            "r1",
            "r0",
        ]
        assert second.after is None
        assert second.total == 7

    def test_the_last_page_that_is_full_has_no_next(self, index):
        index.put([a_projection("a"), a_projection("b")], {0: 1})
        assert self.found(index, limit=2).after is None
        assert self.found(index, limit=1).after is not None

    def test_a_page_of_nothing_still_counts(self, index):
        index.put([a_projection()], {0: 1})
        page = self.found(index, limit=0, facets=("actor",))
        assert (page.items, page.total, page.after, len(page.facets["actor"])) == ((), 1, None, 1)

    def test_facets_count_every_value_of_the_hits_most_frequent_first(self, index):
        for name, materials in (("a", ("tin", "zinc")), ("b", ("zinc",)), ("c", ("antimony",))):
            index.put([a_projection(name, judgement=a_judgement(materials=materials))], {0: 1})
        page = self.found(index, "actor:CN", limit=1, facets=("material", "actor", "ref"))
        counts = {name: [(one.value, one.count) for one in values] for name, values in page.facets.items()}
        assert counts == {"material": [("zinc", 2), ("antimony", 1), ("tin", 1)], "actor": [("CN", 3)], "ref": []}

    def test_a_value_is_counted_as_it_is_whatever_its_place_and_form(self, index):
        names = ("2026-07-03T12:00:00Z", "=", "=a", "-", "a", "7", "true", "", "镓\x00\n")
        for number in range(len(names)):
            turned = (*names[number:], *names[:number])
            index.put([a_projection(f"r{number}", judgement=a_judgement(entities=turned))], {0: number + 1})
        found = self.found(index, facets=("entity",)).facets["entity"]
        assert {one.value: one.count for one in found} == dict.fromkeys(names, len(names))
        assert sorted(names) == [one.value for one in found]

    def test_hits_are_ordered_by_how_many_tell_of_them(self, index):
        things = [a_projection(name, source_count=count) for name, count in (("a", 1), ("b", 3), ("c", 2_000))]
        index.put(things, {0: 1})
        assert self.ids(index, sort=SortKey(field="sources")) == [things[2].id, things[1].id, things[0].id]

    def test_days_are_those_of_the_hits_with_their_counts_oldest_first(self, index):
        at = {"a": NOON, "b": an_hour_later(hours=11), "c": an_hour_later(hours=12), "d": an_hour_later(hours=-24_000)}
        index.put([a_projection(name, published_at=moment) for name, moment in at.items()], {0: 1})
        days = [(str(day_of(start)), count) for start, count in self.found(index, limit=1, days="published").days]
        assert days == [("2023-10-07", 1), ("2026-07-03", 2), ("2026-07-04", 1)]
        assert self.found(index, "published:<2026", days="published").days[0][1] == 1
        assert self.found(index).days == ()

    def test_days_before_1970_and_days_of_several_measures_are_counted(self, index):
        claims = tuple(MeasureClaim(effective_from=day) for day in (date(1939, 9, 1), date(2026, 7, 3)))
        index.put([a_projection(judgement=a_judgement(measures=claims))], {0: 1})
        days = self.found(index, days="effective").days
        assert [str(day_of(start)) for start, _count in days] == ["1939-09-01", "2026-07-03"]
        assert self.found(index, days="expires").days == ()

    @pytest.mark.parametrize("descending", [True, False])
    @pytest.mark.parametrize("field", ["published", "updated", "received", "severity"])
    def test_a_page_is_the_same_whether_days_are_counted_or_not(self, index, field, descending):
        midnight = datetime(2026, 7, 3, tzinfo=UTC)
        apart = (
            timedelta(),
            timedelta(seconds=-1),
            timedelta(milliseconds=-1),
            timedelta(hours=30),
            timedelta(days=-40_000),
        )
        for number, gap in enumerate(apart * 2):  # two at each time: at midnight, before it, much later, before 1970
            moments = {
                "published_at": midnight + gap,
                "updated_at": midnight - gap,
                "first_seen_at": midnight + 2 * gap,
            }
            index.put([a_projection(f"r{number}", **moments)], {0: number + 1})
        for limit in range(12):
            for query in ("*", "published:<1950"):
                asked = {"limit": limit, "sort": SortKey(field=field, descending=descending)}
                page = self.found(index, query, **asked, days=field if field != "severity" else "published")
                assert page.model_copy(update={"days": ()}) == self.found(index, query, **asked)

    def test_only_the_audience_s_days_are_counted(self, index):
        index.put([a_projection(audience=only_for("US")), a_projection("r2", audience=all_except("US"))], {0: 1})
        for party in ("US", "EU"):
            assert [count for _day, count in self.found(index, party=party, days="published").days] == [1]

    @pytest.mark.parametrize(
        ("asked", "nearest"),
        [
            ({"facets": ("materiel",)}, "material"),
            ({"facets": ("text",)}, None),  # there is such a field, but its words are not counted
            ({"facets": ("material",) * 11}, None),
            ({"sort": SortKey(field="severty")}, "severity"),
            ({"days": "publishd"}, "published"),
            ({"days": "severity"}, None),
            ({"limit": -1}, None),
            ({"limit": 1_001}, None),
        ],
    )
    def test_what_cannot_be_answered_is_refused(self, index, asked, nearest):
        with pytest.raises(InvalidInput) as refused:
            self.found(index, **asked)
        assert nearest in (None, refused.value.nearest)

    def test_a_made_up_place_in_the_pages_is_harmless(self, index):
        index.put([a_projection()], {0: 1})
        assert self.found(index, after=After(value=-5, ids=("x",) * 50)).items == ()


def tombstone_of(projection):
    return Tombstone(
        kind=projection.kind,
        id=projection.id,
        audience=projection.audience,
        version=projection.version,
        updated_at=NOON,
    )
