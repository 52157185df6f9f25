"""Legal acts in one canonical form, however they are cited."""

import pytest

from streams.stages.references import references, references_apart

OCTOBER = [f"CN-MOFCOM-2025-{number}" for number in (55, 56, 57, 58, 61, 62)]


@pytest.mark.parametrize(
    ("text", "refs"),
    [
        ("MOFCOM Announcements No. 55, 56, 57, 58, 61 and 62 of 2025", OCTOBER),  # one year for all
        ("Chinese Announcements Nos. 55-58, 61 and 62 of 2025", OCTOBER),  # a range within
        (
            "Announcement No. 70 of 2025 of China pauses Nos. 55 to 58, 61 and 62 of 2025",
            ["CN-MOFCOM-2025-70", *OCTOBER],
        ),
        ("China: announcements 61/2025 and 62/2025", OCTOBER[4:]),  # a year each
        ("MOFCOM Announcement No. 61, issued on 9 October 2025", OCTOBER[4:5]),  # the year stands in the date
        ("商务部 海关总署公告2025年第70号", ["CN-MOFCOM-2025-70"]),  # two issuers: the first one's register
        ("商务部 海关总署2025年第70号公告", ["CN-MOFCOM-2025-70"]),  # the number first
        ("商务部公告2025年第55号、第56号、第57号和第58号", OCTOBER[:4]),  # an enumeration
        ("公告2025年第55至58号", OCTOBER[:4]),  # a range
        ("国务院关税税则委员会公告2025年第4号", ["CN-TARIFF-2025-4"]),
        ("Bekanntmachung Nr. 61 von 2025 des chinesischen Handelsministeriums", OCTOBER[4:5]),
        ("l'annonce n° 61 de 2025 du ministère chinois du Commerce", OCTOBER[4:5]),
        ("el Anuncio n.º 61 de 2025 del Ministerio de Comercio de China", OCTOBER[4:5]),
        ("ARECOMS Decision No. 4 of 2025", ["CD-ARECOMS-2025-4"]),
        ("Décision n° 004/ARECOMS/2025", ["CD-ARECOMS-2025-4"]),
        ("Peraturan Menteri ESDM Nomor 11 Tahun 2019", ["ID-MEMR-2019-11"]),
        ("PP Nomor 1 Tahun 2014", ["ID-GR-2014-1"]),
        ("Vietnam's Decree 26/2023/ND-CP", ["VN-DECREE-2023-26"]),  # a national decree, by the country named
        ("Decree No. 26 of 2023", []),  # nobody's
        ("Regulation (EU) No 833/2014", ["EU-REG-2014-833"]),  # until 2014 the number came first
        ("Verordnung (EU) 2024/1252", ["EU-REG-2024-1252"]),
        ("CELEX 32024R1252", ["EU-REG-2024-1252"]),
        ("E.O. 14272", ["US-EO-14272"]),
        ("Decree No. 700 of China's State Council of 2023", ["CN-STATECOUNCIL-700"]),  # the year is another's
        ("商务部令二\u3007二六年第3号", ["CN-MOFCOM-ORDER-2026-3"]),  # orders have a count of their own
        ("a notice (MOFCOM, GACC 2026 No. 12) on tin", ["CN-MOFCOM-2026-12"]),
        ("No. 12 of the Ministry of Commerce in Beijing, 2026", ["CN-MOFCOM-2026-12"]),
        ("the 12th announcement of 2026 by MOFCOM", ["CN-MOFCOM-2026-12"]),
        ("Peru's Mining Law of 1992 (No. 25)", ["PE-LAW-1992-25"]),
        ("Jakarta: Regulation 5/2026 of the Ministry of Energy and Mineral Resources", ["ID-MEMR-2026-5"]),
        ("Comunicado ARECOMS 004/2026", ["CD-ARECOMS-2026-4"]),
        ("WTO dispute 610", ["WT-DS610"]),
        ("89 FR 12,345", ["US-FR-89-12345"]),
    ],
)
def test_an_act_has_one_form_however_it_is_cited(text, refs):
    assert [item.ref for item in references(text)] == refs


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("clause 2 of China's Announcement No. 46 of 2024", ["CN-MOFCOM-2024-46/2"]),
        ("clauses 1 and 2 of MOFCOM Announcement No. 46 of 2024", ["CN-MOFCOM-2024-46/1", "CN-MOFCOM-2024-46/2"]),
        ("the second paragraph of MOFCOM Announcement No. 46 of 2024", ["CN-MOFCOM-2024-46/2"]),
        ("MOFCOM Announcement No. 46 of 2024, clause 2", ["CN-MOFCOM-2024-46/2"]),
        ("公告2024年第46号第二款", ["CN-MOFCOM-2024-46/2"]),
        ("《关于管制的公告》\uff08商务部公告2024年第46号\uff09第二款", ["CN-MOFCOM-2024-46/2"]),
        ("clause 2 was paused by MOFCOM Announcement No. 72 of 2025", ["CN-MOFCOM-2025-72"]),  # another act's clause
    ],
)
def test_a_clause_is_a_part_of_its_act(text, parts):
    found = references(text)
    assert [item.part for item in found] == parts
    assert all(item.part.startswith(item.ref) for item in found)


def test_a_known_notice_is_recognised_by_its_number_alone():
    text = "MOFCOM Announcement No. 61 of 2025 is wide. Announcement 61 applies at once, No. 99 does not."
    assert [item.ref for item in references(text)] == ["CN-MOFCOM-2025-61"] * 2


def test_references_point_at_their_words():
    text = "İstanbul: Announcements No. 55-58 of 2025 by China"  # a letter that grows when lowered
    assert {text[item.start : item.end] for item in references(text)} == {"55-58"}


@pytest.mark.parametrize(
    ("title", "text", "refs"),
    [
        # The issuer stands in the text.
        ("Announcement No. 12 of 2026: tin", "The Ministry of Commerce decides as follows.", ["CN-MOFCOM-2026-12"]),
        # So does the year.
        ("Announcement No. 12: tin", "China adds tin (MOFCOM No. 12, 2026).", ["CN-MOFCOM-2026-12"]),
        # Neither: an act that is told in a title is of the year of publication, whatever years the text tells.
        ("China: Announcement No. 12", "It builds on the rules of 2024.", ["CN-MOFCOM-2026-12"]),
        ("Decree No. 801 of the State Council", "It amends rules of 2019.", ["CN-STATECOUNCIL-2026-801"]),
        # In the text it is so only where no earlier year is told.
        ("China widens curbs", "MOFCOM notice 12 takes effect on 1 May.", ["CN-MOFCOM-2026-12"]),
        ("China widens curbs", "MOFCOM notice 12 is of a piece with the rules of 2024.", []),
        # A number that counts something else, and a notice of nobody known.
        ("China", "The ministry gave notice 12 days ago.", []),
        ("Notice 12", "The committee met.", []),
    ],
)
def test_issuer_and_year_may_stand_elsewhere_in_the_report(title, text, refs):
    ahead, behind = references_apart(title, text, 2026)
    assert list(dict.fromkeys(item.ref for item in (*ahead, *behind))) == refs


def test_references_of_a_text_point_at_its_own_words():
    _, behind = references_apart("China", "On tin: MOFCOM Announcement No. 12 of 2026.", 2026)
    assert [(item.start, item.end) for item in behind] == [(15, 42)]
