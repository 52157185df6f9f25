"""The map of the house: every step that a signal takes, in order. To add a step, add a pure function and a line here."""

from schemas.topics import ALERTS, CLAIMS, HITS, LEDGER, PROJECTIONS, RAW
from streams.assemble.aggregate import Aggregate
from streams.stage import ONE, Fold, Sink, Step, Transform
from streams.stages.alert import Rung, alert, rule_and_group
from streams.stages.correlate import correlate
from streams.stages.match import match
from streams.stages.release import due_at, release, thing_of
from streams.stages.reports import Entry, Reports
from streams.stages.understand import understand

PIPELINE: tuple[Step, ...] = (
    Transform("classify", RAW, LEDGER, understand),  # normalise, enrich, classify
    # which reports tell of one event, and of which measures
    Fold("correlate", LEDGER, CLAIMS, correlate, state=Entry, by=ONE, view=Reports),
    # events and the register, as each audience sees them
    Fold("release", CLAIMS, PROJECTIONS, release, state=Aggregate, by=thing_of, due=due_at),
    Sink("index", PROJECTIONS, lambda ports: ports.index),  # search
    Sink("publish", PROJECTIONS, lambda ports: ports.history),  # history of every projection, and the ordered feed
    Transform("match", PROJECTIONS, HITS, match),  # rules
    Fold("alert", HITS, ALERTS, alert, state=Rung, by=rule_and_group),  # one alert a rule and thing
    Sink("deliver", ALERTS, lambda ports: ports.outbox),  # rows in an outbox; sends nothing
)
