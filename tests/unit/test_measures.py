"""What a report says of measures: one claim each, with its own dates, materials and what it changes."""

from datetime import UTC, date, datetime

import pytest

from schemas.signal import EventClass, RelationKind
from tests.reading import judged

SIX = (
    "China's Ministry of Commerce issued six announcements on 9 October 2025. Announcement No. 55 of 2025 puts superhard "
    "materials under licensing, Announcement No. 56 of 2025 rare earth equipment, Announcement No. 57 of 2025 holmium and "
    "erbium, and Announcement No. 58 of 2025 lithium batteries. These four take effect on 8 November 2025. Announcement "
    "No. 61 of 2025, on foreign-made goods with Chinese rare earths, applies from 1 December 2025. Announcement No. 62 of "
    "2025 controls rare earth technology with immediate effect."
)
PAUSE = (
    "MOFCOM Announcement No. 70 of 2025 suspends the controls of Announcements No. 55 to 58, 61 and 62 of 2025 until 10 "
    "November 2026. Announcement No. 18 of 2025 remains in force."
)
CLAUSE = (
    "China suspended clause 2 of MOFCOM Announcement No. 46 of 2024, the ban on gallium exports to the United States, on "
    "9 November 2025 until 27 November 2026."
)
OCTOBER = tuple(f"CN-MOFCOM-2025-{number}" for number in (55, 56, 57, 58, 61, 62))


def claims(title, text="", *, published="2025-11-10", language="en"):
    at = datetime.fromisoformat(published).replace(tzinfo=UTC)
    return judged(title, text, published_at=at, language=language).measures


def test_six_notices_of_one_day_are_six_claims_with_three_dates():
    found = claims("China widens rare earth controls with six notices", SIX, published="2025-10-09")
    assert tuple(claim.ref for claim in found) == OCTOBER
    days = [claim.effective_from for claim in found]
    assert days == [date(2025, 11, 8)] * 4 + [date(2025, 12, 1), date(2025, 10, 9)]
    assert {claim.announced for claim in found} == {date(2025, 10, 9)}


def test_each_claim_has_its_own_materials_and_class():
    found = claims("China widens rare earth controls with six notices", SIX, published="2025-10-09")
    assert [claim.materials[:1] for claim in found[:4]] == [("superhard",), ("ree-light",), ("holmium",), ("lithium",)]
    assert (found[4].type, found[5].type) == (EventClass.REEXPORT_CONTROL, EventClass.TECHNOLOGY_CONTROL)


def test_numbers_in_brackets_belong_to_the_words_before():
    text = (
        "China's ministry of commerce put licences on gallium (Announcement No. 55 of 2025), tungsten (No. 56 of 2025) and "
        "graphite (No. 58 of 2025)."
    )
    assert [claim.materials for claim in claims("China sets export licensing", text)] == [
        ("gallium",),
        ("tungsten",),
        ("graphite",),
    ]


def test_a_notice_that_suspends_six_is_one_claim_that_names_them():
    (claim,) = claims("China suspends October export controls", PAUSE)
    assert claim.ref == "CN-MOFCOM-2025-70"
    assert (claim.relation.kind, claim.relation.of) == (RelationKind.SUSPENDS, OCTOBER)
    assert claim.effective_to == date(2026, 11, 10)  # the last day included


def test_two_notices_each_change_their_own():
    text = (
        f"{PAUSE} Announcement No. 72 of 2025 suspends clause 2 of Announcement No. 46 of 2024 until 27 November 2026."
    )
    first, second = claims("China pauses two sets of export controls", text)
    assert (first.relation.of, first.effective_to) == (OCTOBER, date(2026, 11, 10))
    assert (second.relation.of, second.effective_to) == (("CN-MOFCOM-2024-46/2",), date(2026, 11, 27))


def test_a_report_without_the_new_acts_number_still_tells_what_is_suspended():
    (claim,) = claims("China suspends ban on gallium exports to the United States", CLAUSE)
    assert (claim.ref, claim.type) == (None, EventClass.EXPORT_BAN)
    assert (claim.relation.kind, claim.relation.of) == (RelationKind.SUSPENDS, ("CN-MOFCOM-2024-46/2",))
    assert (claim.announced, claim.effective_to) == (date(2025, 11, 9), date(2026, 11, 27))


@pytest.mark.parametrize(
    ("text", "kind", "of"),
    [
        ("MOFCOM Announcement No. 70 of 2025 repeals export controls of Announcement No. 61 of 2025.", "repeals", "61"),
        ("Export controls of MOFCOM Announcement No. 61 of 2025 are suspended by Announcement No. 70 of 2025.", "suspends", "61"),
        ("MOFCOM Announcement No. 70 of 2025 amends export licensing under Announcement No. 61 of 2025.", "amends", "61"),
        ("MOFCOM Announcement No. 70 of 2025 prolongs the export controls of Announcement No. 61 of 2025.", "extends", "61"),
        ("商务部公告2025年第70号暂停实施公告2025年第61号的出口管制。", "suspends", "61"),
    ],
)  # fmt: skip
def test_what_an_act_does_to_another(text, kind, of):
    (claim,) = claims("China's export controls", text)
    assert claim.ref == "CN-MOFCOM-2025-70"
    assert (claim.relation.kind, claim.relation.of) == (kind, (f"CN-MOFCOM-2025-{of}",))


def test_an_act_that_is_not_suspended_is_not_changed():
    (claim,) = claims(
        "China bans gallium exports", "MOFCOM Announcement No. 70 of 2025 does not suspend No. 61 of 2025."
    )
    assert claim.relation is None


def test_a_day_is_given_only_where_one_is_told():
    (claim,) = claims("Indonesia bans bauxite exports from June 2027", "The ban ends in 2030.")
    assert (claim.effective_from, claim.effective_to) == (None, None)
    assert (claim.effective_from_about, claim.effective_to_about) == ("2027-06", "2030")
    assert claim.earliest_start == date(2027, 6, 1)


def test_a_plan_that_is_overtaken_gives_no_date():
    text = (
        "Zimbabwe suspended exports of lithium concentrate on 25 February 2026. The stop took effect the same day. "
        "Concentrate was to be banned only from 2027 under the plan announced last year."
    )
    (claim,) = claims("Zimbabwe suspends lithium exports", text, published="2026-02-25")
    assert (claim.effective_from, claim.effective_from_about) == (date(2026, 2, 25), None)


def test_a_delay_puts_off_the_start_and_not_the_end():
    (claim,) = claims("Indonesia delays its ban on bauxite exports until 1 January 2028")
    assert (claim.effective_from, claim.effective_to) == (date(2028, 1, 1), None)


def test_notices_are_claims_even_where_no_word_tells_their_class():
    text = (
        "MOFCOM Announcements No. 55, 56, 57, 58, 61 and 62 of 2025 were issued on 9 October 2025. Nos. 55 to 58 apply from "
        "8 November 2025, No. 61 from 1 December 2025 and No. 62 at once."
    )
    found = claims("China issues six notices", text, published="2025-10-09")
    assert tuple(claim.ref for claim in found) == OCTOBER
    days = [claim.effective_from for claim in found]
    assert days == [date(2025, 11, 8)] * 4 + [date(2025, 12, 1), date(2025, 10, 9)]
