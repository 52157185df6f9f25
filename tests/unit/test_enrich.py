"""What a report names: materials by sense, places, references, codes and dates."""

from datetime import date

import pytest

from schemas.signal import DateRole, Precision, Stage
from streams.stages.dates import dates
from streams.stages.enrich import Named
from streams.stages.references import references
from tests.reading import PUBLISHED, read


def named(text, kind, **facts):
    return [
        value for mention in read(text, **facts).title.mentions if mention.named is kind for value in mention.values
    ]


@pytest.mark.parametrize(
    ("text", "materials"),
    [
        ("Lead and zinc prices fall", ["lead", "zinc"]),
        ("She will lead the talks", []),  # the verb
        ("The team took the lead in copper exports", ["copper"]),  # the noun
        ("He won a gold medal and a silver medal", []),  # sports
        ("Gold exports fall", ["gold"]),
        ("A tin can", []),
        ("Tin smelters idle", ["tin"]),
        ("The planet Mercury", []),
        ("Mercury exports are banned", ["mercury"]),
        ("Indium Corporation opens an office", []),  # a company
        ("An apt remark on ree", []),  # acronyms are capitals
        ("APT and REE", ["tungsten", "ree-light", "ree-heavy"]),
        ("ferro-niobium", ["niobium"]),
        ("heavy rare earths", ["ree-heavy"]),  # the longer name wins
        ("USA Rare Earth reports", []),  # a company whose name holds a material's
    ],
)
def test_a_material_is_named_in_its_own_sense(text, materials):
    assert named(text, Named.MATERIAL) == materials


@pytest.mark.parametrize(
    ("text", "language", "materials"),
    [
        ("镓、锗相关物项", "zh", ["gallium", "germanium"]),
        ("无锡市 银行", "zh", []),  # a city, and banks
        ("Seltene Erden und Wolfram", "de", ["ree-light", "ree-heavy", "tungsten"]),
        ("l'étain et le tungstène", "fr", ["tin", "tungsten"]),
        ("das Blei", "en", []),  # a German name in an English text is a word of something else
    ],
)
def test_a_material_is_named_in_the_texts_language(text, language, materials):
    assert named(text, Named.MATERIAL, language=language) == materials


def test_a_form_tells_the_stage():
    mentions = read("Spodumene and rare earth magnets").title.mentions
    assert [mention.stage for mention in mentions] == [Stage.MINING, Stage.COMPONENT]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Beijing and Washington", ["CN", "US"]),  # capitals act for their countries
        ("Brussels weighs in", ["EU"]),
        ("told us about the US", ["US"]),  # the pronoun is none
        ("South Korea and Papua New Guinea", ["KR", "PG"]),  # the longer name wins
        ("They polish china", []),  # the verb, and porcelain
        ("Latin America", []),
        ("Wa State and Kachin", ["MM", "MM"]),
        ("中国对美国", ["CN", "US"]),
    ],
)
def test_places_are_named_by_country(text, codes):
    assert named(text, Named.PLACE) == codes


@pytest.mark.parametrize(
    ("text", "refs"),
    [
        ("MOFCOM Announcement No. 61 of 2025", ["CN-MOFCOM-2025-61"]),
        (
            "Chinese Announcements No. 55, No. 56 and 57 of 2025",
            ["CN-MOFCOM-2025-55", "CN-MOFCOM-2025-56", "CN-MOFCOM-2025-57"],
        ),
        ("商务部 海关总署公告2025年第18号", ["CN-MOFCOM-2025-18"]),
        ("海关总署公告2025年第3号", ["CN-GACC-2025-3"]),
        ("Decision No. 004/ARECOMS/2025", ["CD-ARECOMS-2025-4"]),
        ("the panel in WT/DS592", ["WT-DS592"]),
        ("Regulation (EU) 2024/1252 and COM(2025) 945", ["EU-REG-2024-1252", "EU-COM-2025-945"]),
        ("SI 213 of 2022", ["ZW-SI-2022-213"]),
        ("Permen ESDM No. 11/2019", ["ID-MEMR-2019-11"]),
        ("Proclamation 11001", ["US-PROC-11001"]),
        ("FR Doc. 2025-16311", ["US-FR-2025-16311"]),
        ("Notice No. 5 of 2025 of the council", []),  # nobody's
    ],
)
def test_legal_references_have_one_form(text, refs):
    assert [item.ref for item in references(text)] == refs


@pytest.mark.parametrize(
    ("text", "day", "precision", "role"),
    [
        ("from 8 November 2025", date(2025, 11, 8), Precision.DAY, DateRole.EFFECTIVE),
        ("until November 10, 2026", date(2026, 11, 10), Precision.DAY, DateRole.UNTIL),
        ("from 2027", date(2027, 1, 1), Precision.YEAR, DateRole.EFFECTIVE),  # the year, not its last day
        ("in March 2026", date(2026, 3, 1), Precision.MONTH, DateRole.OCCURRED),
        ("自2025年11月8日起", date(2025, 11, 8), Precision.DAY, DateRole.EFFECTIVE),
        ("on 3 January", date(2026, 1, 3), Precision.DAY, DateRole.OCCURRED),  # the nearest to publication
        ("announced on 9 October 2025", date(2025, 10, 9), Precision.DAY, DateRole.ANNOUNCED),
        ("until the end of November 2026", date(2026, 11, 1), Precision.MONTH, DateRole.UNTIL),
        ("delayed until 1 January 2028", date(2028, 1, 1), Precision.DAY, DateRole.EFFECTIVE),  # it begins then
        ("will not apply until May 2026", date(2026, 5, 1), Precision.MONTH, DateRole.EFFECTIVE),
        ("gilt ab dem 1. Dezember 2025", date(2025, 12, 1), Precision.DAY, DateRole.EFFECTIVE),
        ("bis zum 27. November 2026", date(2026, 11, 27), Precision.DAY, DateRole.UNTIL),
        ("à compter du 1er décembre 2025", date(2025, 12, 1), Precision.DAY, DateRole.EFFECTIVE),
        ("jusqu'au 10 novembre 2026", date(2026, 11, 10), Precision.DAY, DateRole.UNTIL),
        ("a partir del 1 de diciembre de 2025", date(2025, 12, 1), Precision.DAY, DateRole.EFFECTIVE),
        ("hasta el 10 de noviembre de 2026", date(2026, 11, 10), Precision.DAY, DateRole.UNTIL),
        ("至2026年11月10日", date(2026, 11, 10), Precision.DAY, DateRole.UNTIL),
        ("2025年10月9日发布", date(2025, 10, 9), Precision.DAY, DateRole.ANNOUNCED),
        ("11月8日起实施", date(2025, 11, 8), Precision.DAY, DateRole.EFFECTIVE),  # a year is not told
        ("with effect from 2 February 2026", date(2026, 2, 2), Precision.DAY, DateRole.EFFECTIVE),
        ("First day of application: 2 February 2026", date(2026, 2, 2), Precision.DAY, DateRole.EFFECTIVE),
        ("effective upon publication on 9 October 2025", date(2025, 10, 9), Precision.DAY, DateRole.EFFECTIVE),
        ("until and including 30 June 2026", date(2026, 6, 30), Precision.DAY, DateRole.UNTIL),
        ("the smelter closed on 4 October", date(2025, 10, 4), Precision.DAY, DateRole.EFFECTIVE),
        ("all digging shall cease after 1 March 2026", date(2026, 3, 1), Precision.DAY, DateRole.EFFECTIVE),
        ("10 April 2026, from which date ore stays", date(2026, 4, 10), Precision.DAY, DateRole.EFFECTIVE),
        ("vom 1. Dezember 2025 an", date(2025, 12, 1), Precision.DAY, DateRole.EFFECTIVE),
        ("sales stop in August", date(2025, 8, 1), Precision.MONTH, DateRole.EFFECTIVE),  # the nearest one
        ("will be over in February", date(2026, 2, 1), Precision.MONTH, DateRole.OCCURRED),  # the one to come
    ],
)
def test_dates_say_how_exact_they_are_and_what_happens(text, day, precision, role):
    found = dates(text, PUBLISHED)
    assert [(item.day, item.precision, item.role) for item in found] == [(day, precision, role)]


@pytest.mark.parametrize(
    ("text", "day", "precision", "role"),
    [
        ("the ministry said on Tuesday", date(2025, 10, 7), Precision.DAY, DateRole.ANNOUNCED),
        ("miners walked out on Thursday", date(2025, 10, 9), Precision.DAY, DateRole.OCCURRED),  # the day itself
        ("from Monday", date(2025, 10, 13), Precision.DAY, DateRole.EFFECTIVE),
        ("the gates will be shut on Friday", date(2025, 10, 10), Precision.DAY, DateRole.EFFECTIVE),
        ("last Thursday", date(2025, 10, 2), Precision.DAY, DateRole.OCCURRED),
        ("from tomorrow", date(2025, 10, 10), Precision.DAY, DateRole.EFFECTIVE),
        ("yesterday", date(2025, 10, 8), Precision.DAY, DateRole.OCCURRED),
        ("from next month", date(2025, 11, 1), Precision.MONTH, DateRole.EFFECTIVE),
        ("last year", date(2024, 1, 1), Precision.YEAR, DateRole.OCCURRED),
        ("ab Montag", date(2025, 10, 13), Precision.DAY, DateRole.EFFECTIVE),
    ],
)
def test_a_day_told_by_its_distance_is_counted_from_publication(text, day, precision, role):
    found = dates(text, PUBLISHED)
    assert [(item.day, item.precision, item.role) for item in found] == [(day, precision, role)]
    assert found[0].relative


@pytest.mark.parametrize("text", ["today's price", "Monday's meeting", "a holiday", "2025年第61号"])
def test_what_only_looks_like_a_day_is_none(text):
    assert dates(text, PUBLISHED) == []


def test_two_dates_that_are_joined_are_the_first_and_the_last_day():
    found = dates("7 November 2025 to 10 November 2026", PUBLISHED)
    assert [item.role for item in found] == [DateRole.EFFECTIVE, DateRole.UNTIL]


def test_a_year_of_a_reference_is_no_date():
    assert dates("Announcement No. 61 of 2025", PUBLISHED) == []


def test_an_impossible_date_is_none():
    assert dates("on 31 June 2025", PUBLISHED) == []


def test_codes_are_found_with_their_offsets():
    part = read("HS code 8112.92 and ECCN 1C902.a").title
    assert [item.code for item in part.hs] == ["811292"]
    assert [part.text[item.start : item.end] for item in part.eccn] == ["1C902.a"]


def test_every_mention_points_at_its_words():
    part = read("Chinese gallium: Beijing's 稀土").title
    assert [part.text[item.start : item.end] for item in part.mentions] == ["Chinese", "gallium", "Beijing", "稀土"]
