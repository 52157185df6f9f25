"""What every store of tokens promises; its adapter is done when a subclass is green."""

from contextlib import contextmanager

import pytest

from schemas.party import Scope
from services.records.access import OPERATOR, AccessRecords
from streams.errors import InvalidInput, NotFound
from tests.builders import NOON


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

    def test_what_was_remembered_of_a_revoked_token_is_forgotten(self, access):
        token, secret = access.create_token("EU", "script", (Scope.READ,), by=OPERATOR)
        assert access.remembered(secret) is None
        told = access.principal(secret)
        assert access.remembered(secret) in (told, None)  # null where other processes may revoke it
        access.revoke_token(token.id, by=OPERATOR)
        assert access.remembered(secret) is None

    def test_a_token_that_is_revoked_while_it_is_looked_up_is_not_remembered(self, access, database, monkeypatch):
        token, secret = access.create_token("EU", "script", (Scope.READ,), by=OPERATOR)
        reading = database.reading

        @contextmanager
        def meanwhile_revoked():
            with reading() as connection:
                yield connection
            access.revoke_token(token.id, by=OPERATOR)

        monkeypatch.setattr(database, "reading", meanwhile_revoked)
        access.principal(secret)
        assert access.remembered(secret) is None

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
