"""What ministries, wires and traders say in other words than the class's own name."""

from datetime import UTC, datetime

import pytest

from tests.reading import judged

TELLINGS = (
    # A stop without a term is a ban, one with a term or asked of one company a suspension.
    ("Gabon stops exports of raw manganese", "", "export_ban"),
    ("Gabon halts exports of raw manganese until further notice", "", "export_suspension"),
    # "may not", "no longer" and "shall not" with goods and a border.
    ("Tin ore", "Unprocessed tin ore may no longer be sold overseas, the mines ministry said.", "export_ban"),
    # The mines ministry is no mine.
    ("Briefing", "The Minister of Mines said that the state would stop exports of lithium ore.", "export_ban"),
    # A dateline is no lead.
    ("Notice", "Harare, 3 May 2025. The export of chrome ore is prohibited.", "export_ban"),
    # Consent before sale is licensing, also where a ban is the other side of it.
    ("Gallium", "Nobody shall export gallium without permission of the ministry.", "export_licensing"),
    ("Beijing puts germanium under permits", "", "export_licensing"),
    ("Know-how of magnet making may not leave China without a permit", "", "technology_export_control"),
    # An instrument comes before the pact or the policy that it is part of.
    ("Agency and miner sign partnership", "The agency guarantees a floor price of $90 per kilogram.", "price_floor_or_benchmark"),
    ("Cabinet approves minerals policy", "Under it raw lithium shall not be exported from the country.", "export_ban"),
    # What lost in court is the measure's own news.
    ("China scraps export duties on tungsten after losing WTO case", "", "export_tax"),
    # Goods that leave a country by name are exported.
    ("Graphite needs approval before it can leave China", "", "export_licensing"),
    # No sentence says it all: title and lead do.
    ("Cobalt desk note", "The tap is off. Nothing moves for four months.", "export_suspension"),
    # What traders say.
    ("Tungsten", "Each producer may send out a limited amount of ammonium paratungstate this year.", "export_quota"),
    ("Manganese", "Shippers pay the treasury four per cent of the value of manganese ore sold abroad.", "export_tax"),
    ("Nickel", "The state will own all nickel deposits and hold a majority of each mine.", "nationalisation"),
    ("Uranium", "The junta has taken over the uranium mine of the French group.", "nationalisation"),
    ("Copper", "Two furnaces of the copper smelter are cold after a transformer burst.", "mine_or_plant_outage"),
    ("Magnets", "Carmakers have waited months for permits; officials keep asking for more documents.", "licence_friction"),
    # A flooded market is no flood.
    ("Cobalt stays in the warehouse for three months", "The market is flooded.", "export_suspension"),
    ("Mines ordered to stop work for checks", "All tin mines must stop while inspectors visit.", "production_quota_or_halt"),
)  # fmt: skip


@pytest.mark.parametrize(("title", "text", "primary"), TELLINGS)
def test_other_words_tell_the_same_class(title, text, primary):
    assert judged(title, text).event_classes[0] == primary


MATURITIES = (
    # A day to come: adopted. A far year without an act: announced. A day that has come: in force.
    ("China to require licences for exports of indium from 8 November 2025", "adopted"),
    ("Gabon to ban exports of raw manganese from 2029", "announced"),
    ("Congo suspended exports of cobalt from 1 October 2025", "in_force"),
    # Told as done.
    ("China bars shipments of antimony to American buyers", "in_force"),
    ("China plans licences for exports of indium", "announced"),
)


@pytest.mark.parametrize(("title", "maturity"), MATURITIES)
def test_the_start_tells_how_firm_a_measure_is(title, maturity):
    assert judged(title, published_at=datetime(2025, 10, 9, 8, tzinfo=UTC)).maturity == maturity


def test_a_ruling_against_a_curb_eases():
    assert judged("WTO panel rules against export duties on nickel ore").direction == "easing"


def test_a_duty_that_spares_minerals_tightens_nothing():
    assert judged("New tariffs spare lithium and cobalt").direction == "neutral"


def test_a_rule_put_off_and_suspended_is_suspended():
    told = judged("US delays affiliates rule for listed firms", "The department suspended it for one year.")
    assert (told.direction, told.maturity) == ("easing", "suspended")


def test_what_is_suspended_may_stand_far_from_the_verb():
    told = judged(
        "Notice", "The application of notice 7 on export controls for gallium, indium and bismuth is suspended."
    )
    assert (told.direction, told.maturity) == ("easing", "suspended")
