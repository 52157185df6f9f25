"""What the records of kept searches promise, whatever database keeps them."""

import pytest
from sqlalchemy import select

from schemas.marking import PUBLIC, Marking, Tlp
from schemas.party import ANONYMOUS, Principal, Scope
from schemas.projection import Kind
from schemas.saved import SavedQueryChange, SavedQueryIn
from services.records import saved_queries, tables
from services.records.saved_queries import SavedQueryRecords
from streams.errors import Conflict, Forbidden, NotFound


def a_person(party, name):
    return Principal(party=party, name=name, scopes=frozenset(Scope), token_id=f"{party}-{name}")


ANN, BOB, EVA, JUN = a_person("US", "ann"), a_person("US", "bob"), a_person("EU", "eva"), a_person("JP", "jun")
PUBLIC_BUT_NAMED = Principal(party=PUBLIC, name="ann", scopes=frozenset())
READERS = {"ann": ANN, "bob": BOB, "eva": EVA, "jun": JUN, "public": ANONYMOUS}


def a_search(name="gallium", **changes):
    return SavedQueryIn(**{"name": name, "query": "material:gallium", **changes})


class SavedQueriesContract:
    """Subclasses give `database` and `clock`."""

    @pytest.fixture
    def kept(self, database, clock):
        return SavedQueryRecords(database, now=clock)

    @staticmethod
    def seen_by(kept, saved):
        """Return who sees it; to all others it is as if it were not."""
        seen = set()
        for name, reader in READERS.items():
            if saved in kept.all(by=reader):
                assert kept.get(saved.id, by=reader) == saved
                seen.add(name)
            else:
                with pytest.raises(NotFound):
                    kept.get(saved.id, by=reader)
        return seen

    # A marking, and who sees what ann of the US has marked so.
    @pytest.mark.parametrize(
        ("marking", "seen"),
        [
            (None, {"ann"}),
            (Marking(tlp=Tlp.RED), {"ann"}),
            (Marking(tlp=Tlp.AMBER_STRICT), {"ann", "bob"}),
            (Marking(tlp=Tlp.AMBER), {"ann", "bob"}),
            (Marking(tlp=Tlp.AMBER, release=("EU",)), {"ann", "bob", "eva"}),
            (Marking(tlp=Tlp.GREEN), {"ann", "bob", "eva", "jun"}),
            (Marking(tlp=Tlp.GREEN, release=("JP",)), {"ann", "bob", "jun"}),
            (Marking(tlp=Tlp.CLEAR), {"ann", "bob", "eva", "jun", "public"}),
            (Marking(tlp=Tlp.CLEAR, release=("EU",)), {"ann", "bob", "eva"}),
            (Marking(tlp=Tlp.CLEAR, release=("*", "+", PUBLIC)), {"ann", "bob"}),  # no parties of these names
        ],
    )
    def test_only_its_owner_and_those_it_is_shared_with_see_it(self, kept, marking, seen):
        saved = kept.create(a_search(marking=marking), by=ANN)
        assert self.seen_by(kept, saved) == seen

    def test_it_comes_back_as_it_was_kept(self, kept, clock):
        saved = kept.create(a_search(kind=Kind.MEASURE, sort="-severity", query='"a b"~2 镓'), by=ANN)
        assert kept.get(saved.id, by=ANN) == saved
        assert (saved.party, saved.owner, saved.kind, saved.sort) == ("US", "ann", Kind.MEASURE, "-severity")
        assert saved.created_at == saved.updated_at == clock()

    def test_a_name_is_kept_once_by_each_owner(self, kept):
        mine, theirs = kept.create(a_search(), by=ANN), kept.create(a_search(query="tin"), by=EVA)
        assert mine.id != theirs.id
        with pytest.raises(Conflict, match="gallium"):
            kept.create(a_search(query="zinc"), by=ANN)
        assert kept.get(mine.id, by=ANN) == mine

    def test_they_come_by_name(self, kept):
        for name in ("zinc", "antimony", "tin"):
            kept.create(a_search(name), by=ANN)
        assert [one.name for one in kept.all(by=ANN)] == ["antimony", "tin", "zinc"]

    def test_its_owner_changes_all_but_the_name(self, kept, clock):
        saved = kept.create(a_search(marking=Marking(tlp=Tlp.GREEN)), by=ANN)
        clock.go_on(hours=1)
        changed = kept.change(saved.id, SavedQueryChange(query="tin", kind=Kind.SIGNAL), by=ANN)
        assert (changed.name, changed.query, changed.kind, changed.marking) == ("gallium", "tin", Kind.SIGNAL, None)
        assert (changed.created_at, changed.updated_at) == (saved.created_at, clock())
        assert self.seen_by(kept, changed) == {"ann"}  # no longer shared

    def test_what_is_shared_is_not_the_reader_s_to_change(self, kept):
        saved = kept.create(a_search(marking=Marking(tlp=Tlp.GREEN)), by=ANN)
        for reader in (BOB, EVA, ANONYMOUS):
            expected = NotFound if reader is ANONYMOUS else Forbidden
            with pytest.raises(expected):
                kept.change(saved.id, SavedQueryChange(query="tin"), by=reader)
            with pytest.raises(expected):
                kept.delete(saved.id, by=reader)
        assert kept.get(saved.id, by=ANN) == saved

    def test_what_is_not_seen_is_not_there_to_change(self, kept):
        saved = kept.create(a_search(), by=ANN)
        for reader in (BOB, EVA, PUBLIC_BUT_NAMED):
            with pytest.raises(NotFound):
                kept.change(saved.id, SavedQueryChange(query="tin"), by=reader)
            with pytest.raises(NotFound):
                kept.delete(saved.id, by=reader)

    def test_a_deleted_one_is_gone_and_its_name_free(self, kept, database):
        saved = kept.create(a_search(marking=Marking(tlp=Tlp.CLEAR)), by=ANN)
        kept.delete(saved.id, by=ANN)
        assert self.seen_by(kept, saved) == set()
        again = kept.create(a_search(), by=ANN)
        assert self.seen_by(kept, again) == {"ann"}

    def test_every_change_is_in_the_audit(self, kept, database):
        saved = kept.create(a_search(), by=ANN)
        kept.change(saved.id, SavedQueryChange(query="tin"), by=ANN)
        kept.delete(saved.id, by=ANN)
        with database.reading() as connection:
            rows = connection.execute(select(tables.audit).where(tables.audit.c.subject == saved.id)).all()
        assert [(row.action, row.party, row.actor) for row in rows] == [
            ("query.create", "US", "ann"), ("query.change", "US", "ann"), ("query.delete", "US", "ann"),
        ]  # fmt: skip

    def test_how_many_one_keeps_is_bounded(self, kept, monkeypatch):
        monkeypatch.setattr(saved_queries, "MAX_KEPT", 2)
        for name in ("a", "b"):
            kept.create(a_search(name), by=ANN)
        with pytest.raises(Conflict, match="delete one"):
            kept.create(a_search("c"), by=ANN)
        kept.create(a_search("c"), by=BOB)
