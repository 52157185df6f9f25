"""What softens a cut: the figures that ship, and what a wrong one is called."""

from dataclasses import replace

from streams.knowledge.check import check
from streams.knowledge.load import load
from streams.knowledge.model import Metric, Side
from streams.stages.modifiers import modifiers

RELIEF = [item for item in load().observations if item.metric in {Metric.STOCK_MONTHS, Metric.SUBSTITUTE_MONTHS}]


def test_stocks_are_a_side_s_and_lead_times_everybody_s():
    sides = {side.name for side in Side}
    assert RELIEF
    assert all((item.country in sides) == (item.metric is Metric.STOCK_MONTHS) for item in RELIEF)


def test_a_wrong_figure_is_named_by_its_file_and_line():
    knowledge = load()
    wrong = replace(RELIEF[0], value=-1.0)
    spoilt = replace(knowledge, observations=(*(item for item in knowledge.observations if item not in RELIEF), wrong))
    assert check(spoilt) == (f"relief.csv line 2 ({wrong.material}): -1 is not between 0 and 100",)


def test_no_modifier_takes_more_than_half_and_none_adds():
    values = [
        term.value for material in load().materials for side in Side for term in modifiers(load(), side, material)
    ]
    assert all(0.5 <= value <= 1 for value in values)


def test_a_single_rare_earth_has_its_group_s_lead_time():
    assert modifiers(load(), Side.EU, "dysprosium")[2].value == modifiers(load(), Side.EU, "ree-heavy")[2].value
