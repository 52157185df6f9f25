"""What fails alone leaves the rest at work."""

from contextlib import closing

from schemas.party import Scope
from schemas.raw import SignalIn, SourceKind
from schemas.rule import RuleIn
from services.intake import Arrival
from services.records.access import OPERATOR
from services.settings import Settings
from services.wiring import open_node
from streams.errors import Unavailable


def test_an_index_that_is_unavailable_does_not_silence_alerts(tmp_path):
    def refuse(_items, positions):
        raise Unavailable(f"no disk for {positions}")

    with closing(open_node(Settings(data_dir=tmp_path))) as node:
        node.rules.create(RuleIn(title="all", query="*"), by=OPERATOR)
        node.intake.take(
            [SignalIn(id="1", title="China places gallium exports under licence", source="wire")],
            Arrival(by=OPERATOR, source_kind=SourceKind.PRESS),
        )
        node.index.put = refuse
        failures = []

        def note(step, _exc):
            failures.append(step.name)
            if len(failures) == 2:
                node.pipeline.stop()

        node.pipeline.drain(on_failure=note)
        assert set(failures) == {"index"}
        assert len(node.outbox.alerts(party=OPERATOR.party, limit=10)) == 1


def test_a_revoked_token_is_open_no_more(tmp_path):
    with closing(open_node(Settings(data_dir=tmp_path))) as node:
        token, _ = node.access.create_token("EU", "desk", (Scope.READ,), by=OPERATOR)
        assert node.access.is_open(token.id)
        node.access.revoke_token(token.id, by=OPERATOR)
        assert not node.access.is_open(token.id)
        assert not node.access.is_open(None)
