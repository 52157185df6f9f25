"""What follows from the ledger can be made again from it, byte for byte; what is fed twice changes nothing."""

from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.decision import OverrideIn
from schemas.ledger import Tick
from schemas.projection import Kind
from schemas.raw import SignalIn, SourceKind
from schemas.rule import RuleIn
from schemas.topics import CLAIMS, DEAD, LEDGER, PROJECTIONS
from services import history
from services.intake import Arrival
from services.rebuild import rebuild
from services.records.access import OPERATOR
from services.settings import Settings
from services.wiring import open_node
from streams.ports import Outgoing

NOW = datetime(2025, 10, 9, 12, tzinfo=UTC)
LIVE = Arrival(by=OPERATOR, source_kind=SourceKind.PRESS)


def opened(folder):
    return closing(open_node(Settings(data_dir=folder), now=lambda: NOW))


def projections(node):
    records = node.log.after(PROJECTIONS, 0, limit=100_000)
    return [(record.key, record.type, record.value) for record in records]


def seen(node):
    """What readers can see."""
    return {
        "signals": node.search.search(Kind.SIGNAL, "*", by=OPERATOR, limit=1000).model_dump(exclude={"next"}),
        "events": node.search.search(Kind.EVENT, "*", by=OPERATOR, limit=1000).model_dump(exclude={"next"}),
        "feed": [entry.model_dump() for entry in node.history.feed("base", after=0, limit=10_000)],
        "alerts": [alert.model_dump() for alert in node.outbox.alerts(party=OPERATOR.party, limit=1000)],
    }


@pytest.fixture
def told(tmp_path):
    """History, live copies of it, ticks over forty days, a rule that comes in the middle and labels that people set."""
    with opened(tmp_path) as node:
        node.intake.take(history.pack(), Arrival(by=OPERATOR, source_kind=SourceKind.HISTORY, backfill=True))
        node.pipeline.drain()
        node.rules.create(RuleIn(title="all", query="relevant:true"), by=OPERATOR)
        node.intake.take([post.model_copy(update={"source": "wire"}) for post in history.pack()[::3]], LIVE)
        node.pipeline.drain()
        decide(node)
        for day in range(40):
            node.log.append([Outgoing(LEDGER, Tick(at=NOW + timedelta(days=day)))])
        node.pipeline.drain()
    return tmp_path


def decide(node):
    """Set labels of some signals, set them anew, and take some back."""
    found = node.search.search(Kind.SIGNAL, "relevant:true", by=OPERATOR, limit=1000, sort="published").items
    for number, one in enumerate(found[::5]):
        labels = {"relevant": False} if number % 2 else {"event_classes": ("export_quota",), "materials": ("gallium",)}
        node.decisions.override(one.id, OverrideIn(**labels, reason="read it"), by=OPERATOR)
        if number % 3 == 0:
            node.decisions.override(one.id, OverrideIn(reason="was right"), by=OPERATOR)
        if number % 4 == 0:
            node.decisions.override(one.id, OverrideIn(direction="neutral", reason="again"), by=OPERATOR)
    node.decisions.override("none", OverrideIn(relevant=True, reason="of nothing"), by=OPERATOR)
    node.pipeline.drain()


def test_a_rebuild_gives_byte_identical_projections(told):
    with opened(told) as node:
        before, world = projections(node), seen(node)
        assert node.log.end(DEAD) == 1  # the labels of a signal that is none
    rebuild(Settings(data_dir=told), say=lambda _text: None)
    with opened(told) as node:
        assert projections(node) == before
        assert seen(node) == world


def test_ticks_move_the_severity_of_dated_measures(told):
    with opened(told) as node:
        (event,) = node.search.search(Kind.EVENT, "title:holmium published:2025-10-09", by=OPERATOR).items
        versions = node.history.versions(Kind.EVENT, event.id, party=OPERATOR.party)
        scores = [version.severity.joint for version in versions]
        assert scores == sorted(scores), scores
        assert scores[-1] > scores[0]


def test_a_rebuild_that_was_interrupted_goes_on(told):
    with opened(told) as node:
        world = seen(node)
    with pytest.raises(KeyboardInterrupt):
        rebuild(Settings(data_dir=told), say=_interrupt)
    with opened(told) as node:
        node.pipeline.drain()
        assert seen(node) == world


def _interrupt(_text):
    raise KeyboardInterrupt


posts = st.lists(
    st.builds(
        SignalIn,
        id=st.sampled_from([f"s{number}" for number in range(6)]),
        title=st.sampled_from(["China bans gallium exports", "Strike at a cobalt mine in Congo", "Pool opens"]),
        text=st.sampled_from(
            ["", "Exporters must apply for a licence from 1 August 2026, the ministry in Beijing said today."]
        ),
        url=st.sampled_from([None, "https://news.example/a", "https://news.example/b"]),
        source=st.sampled_from(["one", "two"]),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(posts)
def test_the_last_version_of_each_post_fed_twice_changes_nothing(tmp_path_factory, stream):
    last = list({(post.source, post.id): post for post in stream}.values())
    with opened(tmp_path_factory.mktemp("twice")) as node:
        node.rules.create(RuleIn(title="all", query="*"), by=OPERATOR)
        node.intake.take(last, LIVE)
        node.pipeline.drain()
        ends = {topic.name: node.log.end(topic) for topic in (CLAIMS, PROJECTIONS, DEAD)}
        world = seen(node)
        node.intake.take(last, LIVE)
        node.pipeline.drain()
        assert {topic.name: node.log.end(topic) for topic in (CLAIMS, PROJECTIONS, DEAD)} == ends
        assert seen(node) == world
