"""Severity over synthetic knowledge: it never falls when one input rises, adds up, and is never certain of nothing."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from math import prod

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.signal import Assertion, Direction, EventClass, Maturity, MeasureClaim, Place, Role, Stage, Targeting
from streams.knowledge.model import Metric, Observation
from streams.stages.severity import severity
from tests.builders import a_judgement
from tests.reading import KNOWLEDGE

NOW = datetime(2025, 6, 1, tzinfo=UTC)
MATERIAL = "tin"
STAGES = (Stage.MINING, Stage.REFINING)
COUNTRIES = ("CN", "JP", "DE")
KEYS = [
    *((Metric.WORLD_SHARE, stage, country) for stage in STAGES for country in COUNTRIES),
    *((Metric.EU_SUPPLY_SHARE, stage, country) for stage in STAGES for country in COUNTRIES),
    *((Metric.US_IMPORT_SHARE, None, country) for country in COUNTRIES),
    (Metric.US_IMPORT_RELIANCE, None, None),
]
RISING = [key for key in KEYS if key[2] in {"CN", None}]
"""What speaks for the actor when it rises: its shares, and the reliance on imports."""

PER_CENT = st.floats(min_value=0, max_value=100)
FIGURES = st.dictionaries(
    st.sampled_from(KEYS), st.tuples(PER_CENT, st.sampled_from(("", "", ">", "<")), st.booleans()), max_size=len(KEYS)
)


def knowing(figures, **changes):
    """Return knowledge that has these figures of the material and nothing else about it."""
    index = {key: found for key, found in KNOWLEDGE.index.items() if key[1] != MATERIAL}
    for (metric, stage, country), (value, bound, verified) in figures.items():
        told = Observation(metric, MATERIAL, stage, country, value, bound, 2024, "S49", verified, "")
        index[metric, MATERIAL, stage, country] = (told,)
    return replace(KNOWLEDGE, index=index, **changes)


def told(**changes):
    facts = {"materials": (MATERIAL,), "direction": Direction.TIGHTENING, "maturity": Maturity.IN_FORCE}
    return a_judgement(**facts | changes)


def scores(judgement, knowledge=KNOWLEDGE, at=NOW):
    found = severity(judgement, knowledge, at=at)
    return found.us, found.eu


def never_falls(numbers):
    return all(low <= high for before, after in pairwise(numbers) for low, high in zip(before, after, strict=True))


PLACES = st.builds(
    Place,
    code=st.sampled_from((*COUNTRIES, "US", "EU", "CD", "IS")),
    role=st.sampled_from(Role),
    targeting=st.none() | st.sampled_from(Targeting),
)
DAYS = st.dates(min_value=date(2020, 1, 1), max_value=date(2035, 1, 1))
CLAIMS = st.builds(
    MeasureClaim,
    type=st.none() | st.sampled_from(EventClass),
    effective_from=st.none() | DAYS,
    effective_to=st.none() | DAYS,
    materials=st.sampled_from(((), (MATERIAL,), ("cobalt",))),
)
JUDGEMENTS = st.builds(
    a_judgement,
    relevant=st.booleans(),
    materials=st.lists(st.sampled_from((MATERIAL, "cobalt", "dysprosium", "gold", "unheard-of")), max_size=3).map(
        tuple
    ),
    places=st.lists(PLACES, max_size=4).map(tuple),
    event_classes=st.lists(st.sampled_from(EventClass), max_size=2).map(tuple),
    stage=st.lists(st.sampled_from(Stage), max_size=2).map(tuple),
    maturity=st.none() | st.sampled_from(Maturity),
    direction=st.sampled_from(Direction),
    asserted=st.booleans(),
    assertion=st.sampled_from(Assertion),
    targeting=st.none() | st.sampled_from(Targeting),
    measures=st.lists(CLAIMS, max_size=3).map(tuple),
)


@given(judgement=JUDGEMENTS, figures=FIGURES)
@settings(max_examples=200)
def test_the_terms_of_anything_told_multiply_to_its_score_within_its_band(judgement, figures):
    found = severity(judgement, knowing(figures), at=NOW)
    for side, score, band in (("us", found.us, found.us_band), ("eu", found.eu, found.eu_band)):
        terms = [term for term in found.terms if term.side == side]
        assert all(0 < term.value <= 1 and 0 <= term.low <= term.value <= term.high <= 1 for term in terms)
        assert round(100 * prod(term.value for term in terms)) == score
        assert 0 <= band[0] <= score <= band[1] <= 100
    assert found.joint == max(found.us, found.eu)


@given(figures=FIGURES, raised=st.sampled_from(RISING), pair=st.tuples(PER_CENT, PER_CENT).map(sorted))
@settings(max_examples=200)
def test_it_never_falls_when_a_share_or_the_dependence_rises(figures, raised, pair):
    _, bound, verified = figures.get(raised, (0, "", True))
    numbers = [scores(told(), knowing(figures | {raised: (value, bound, verified)})) for value in pair]
    assert never_falls(numbers)


@given(figures=FIGURES, pair=st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted), judgement=JUDGEMENTS)
@settings(max_examples=100)
def test_it_never_falls_when_a_class_restricts_more(figures, pair, judgement):
    def restricting(value):
        classes = {item: replace(facts, restrictiveness=value) for item, facts in KNOWLEDGE.lexicon.classes.items()}
        return knowing(figures, lexicon=replace(KNOWLEDGE.lexicon, classes=classes))

    assert never_falls([scores(judgement, restricting(value)) for value in pair])


@given(figures=FIGURES, pair=st.tuples(st.floats(0, 60), st.floats(0, 60)).map(sorted))
@settings(max_examples=50)
def test_it_never_rises_with_stocks(figures, pair):
    stocked = [{**figures, (Metric.STOCK_MONTHS, None, "US"): (months, "", True)} for months in reversed(pair)]
    assert never_falls([*(scores(told(), knowing(item)) for item in stocked), scores(told(), knowing(figures))])


@given(figures=FIGURES, missing=st.sampled_from(KEYS))
@settings(max_examples=50)
def test_a_figure_that_is_missing_is_never_read_as_nothing(figures, missing):
    poorer = knowing({key: value for key, value in figures.items() if key != missing})
    found = severity(told(event_classes=(EventClass.EXPORT_BAN,)), poorer, at=NOW)
    assert found.us > 0
    assert found.eu > 0


@given(figures=FIGURES, others=st.sampled_from(COUNTRIES), more=st.sampled_from((MATERIAL, "cobalt", "copper")))
@settings(max_examples=50)
def test_it_never_falls_when_another_actor_or_material_is_told(figures, others, more):
    knowledge, alone = knowing(figures), told()
    both = told(places=(*alone.places, Place(code=others, role=Role.ACTOR)))
    assert never_falls([scores(alone, knowledge), scores(both, knowledge)])
    assert never_falls([scores(alone, knowledge), scores(told(materials=(MATERIAL, more)), knowledge)])


@given(
    begins=st.integers(0, 3_000),
    days=st.lists(st.integers(0, 3_000), min_size=2, max_size=5).map(sorted),
    maturity=st.sampled_from((Maturity.ANNOUNCED, Maturity.ADOPTED, Maturity.DRAFT, Maturity.IN_FORCE)),
)
@settings(max_examples=100)
def test_it_never_falls_as_the_day_of_effect_nears_and_comes(begins, days, maturity):
    dated = told(maturity=maturity, measures=(MeasureClaim(effective_from=NOW.date() + timedelta(days=begins)),))
    assert never_falls([scores(dated, at=NOW + timedelta(days=day)) for day in days])


@given(ends=st.integers(0, 800), days=st.lists(st.integers(0, 1_000), min_size=2, max_size=5).map(sorted))
@settings(max_examples=100)
def test_it_never_falls_as_a_suspension_ends_and_stays_below_what_is_in_force(ends, days):
    until = (MeasureClaim(effective_to=NOW.date() + timedelta(days=ends)),)
    suspended = told(maturity=Maturity.SUSPENDED, direction=Direction.EASING, measures=until)
    numbers = [scores(suspended, at=NOW + timedelta(days=day)) for day in days]
    assert never_falls([*numbers, scores(told())])


@given(judgement=JUDGEMENTS)
@settings(max_examples=100)
def test_what_is_less_firmly_told_never_scores_more(judgement):
    order = (Assertion.DENIED, Assertion.RUMOURED, Assertion.CONSIDERED, Assertion.RECALLED, Assertion.ASSERTED)
    stances = [
        judgement.model_copy(update={"assertion": item, "asserted": item is Assertion.ASSERTED}) for item in order
    ]
    assert never_falls([scores(item) for item in stances])
