"""Traps: what is denied, rumoured, weighed or long past, and what only looks like an event of this field."""

from datetime import UTC, datetime

import pytest

from tests.reading import judged

TRAPS = (
    (
        "Indonesia has no intention of ending its nickel ore ban",
        "The energy minister said the export ban on nickel ore will stay.",
        {"primary": "export_ban"},
    ),
    ("China did not ban antimony exports, customs data suggest", "", {"assertion": "denied", "measures": 0}),
    (
        "Rumours of a Chinese magnet export ban swirl in Tokyo",
        "Traders in Tokyo are talking of a halt to magnet exports; nobody could confirm it.",
        {"assertion": "rumoured"},
    ),
    (
        "Kinshasa dismisses talk of new cobalt export ban",
        "A government spokesman called the reports baseless.",
        {"assertion": "denied", "primary": "export_ban", "measures": 0},
    ),
    (
        "DR Congo could extend cobalt export ban, minister says",
        "Congo is considering an extension of its export ban on cobalt beyond June.",
        {"assertion": "considered"},
    ),
    (
        "Five years after Indonesia's nickel ore ban: what changed",
        "Indonesia banned exports of nickel ore in January 2020. Since then smelters have multiplied.",
        {"assertion": "recalled", "measures": 0},
    ),
    (
        "Lithium prices fall for third month",
        "Lithium carbonate prices fell in November. In 2023 Zimbabwe banned exports of raw lithium ore.",
        {"measures": 0},
    ),
    (
        "The history of China's rare earth quotas",
        "China introduced export quotas on rare earths in 1999 and abolished them in January 2015.",
        {"assertion": "recalled", "measures": 0},
    ),
    (
        "Automaker opens plant in Hungary",
        "The firm said last year's Chinese export ban on gallium had not affected it.",
        {"relevant": False, "measures": 0},
    ),
    (
        "Cobalt Blue paint maker wins gold medal",
        "The company was awarded a gold medal at a design fair.",
        {"relevant": False},
    ),
    (
        "Ban on lead in petrol marks anniversary",
        "It is twenty years since leaded petrol was banned.",
        {"relevant": False, "measures": 0},
    ),
    (
        "US delays tariff on graphite until 2027",
        "The US Commerce Department postponed duties on Chinese graphite until 1 January 2027.",
        {"assertion": "asserted", "primary": "import_restriction_or_tariff", "direction": "easing"},
    ),
    (
        "China halts ban",
        "China has suspended its export ban on gallium to the United States until 27 November 2026.",
        {"assertion": "asserted", "relevant": True, "primary": "export_ban", "direction": "easing"},
    ),
    (
        "No decision yet on rare earth export curbs, says Beijing",
        "The ministry said it was still studying the matter.",
        {"asserted": False},
    ),
    (
        "Experts call for a ban on tungsten exports",
        "A think tank in Moscow urged the government to ban tungsten exports.",
        {"asserted": False},
    ),
    (
        "Chile's president rules out nationalising lithium",
        "He said there would be no nationalisation.",
        {"assertion": "denied", "primary": "nationalisation", "measures": 0},
    ),
    (
        "Strike at copper mine averted",
        "Workers accepted a wage offer and will not strike.",
        {"primary": "strike_or_unrest"},
    ),
    (
        "Force majeure at bauxite mine lifted",
        "The miner said it had lifted force majeure on bauxite shipments.",
        {"primary": "force_majeure", "direction": "easing"},
    ),
    (
        "China lifts ban on Japanese seafood",
        "China lifted its ban on seafood imports from Japan.",
        {"relevant": False, "primary": "import_restriction_or_tariff", "direction": "easing"},
    ),
    (
        "EU extends sanctions on Russian nickel trader until July 2026",
        "",
        {"assertion": "asserted", "primary": "sanctions", "direction": "tightening"},
    ),
    (
        "China repeals export duty on molybdenum",
        "",
        {"assertion": "asserted", "relevant": True, "primary": "export_tax", "direction": "easing"},
    ),
    (
        "China tightens graphite exports, Reuters reported in 2023",
        "Reuters reported in October 2023 that China would require permits for graphite.",
        {"assertion": "recalled", "measures": 0},
    ),
    (
        "China's gallium curbs explained",
        "Since August 2023 exporters of gallium need a licence.",
        {"assertion": "recalled", "measures": 0},
    ),
    (
        "Myanmar army retakes rare earth town",
        "Troops recaptured a rare earth mining town from rebels.",
        {"assertion": "asserted", "primary": "armed_conflict_or_seizure"},
    ),
    (
        "Zambia denies revoking licence of copper mine",
        "",
        {"assertion": "denied", "primary": "licence_or_permit_revocation", "measures": 0},
    ),
    (
        "India bans exports of rare earths? Ministry says no",
        "The ministry of mines said there is no ban on exports.",
        {"assertion": "denied", "measures": 0},
    ),
    ("China threatens to cut rare earth exports", "", {"assertion": "considered"}),
    ("China reportedly resumes gallium exports to US", "", {"assertion": "rumoured", "direction": "easing"}),
    (
        "Chinas Handelsministerium dementiert Exportverbot für Germanium",
        "",
        {"assertion": "denied", "primary": "export_ban", "measures": 0},
    ),
    (
        "La Chine dément avoir interdit les exportations de graphite",
        "",
        {"assertion": "denied", "primary": "export_ban", "measures": 0},
    ),
    (
        "China niega haber prohibido la exportación de galio",
        "",
        {"assertion": "denied", "primary": "export_ban", "measures": 0},
    ),
    ("商务部\uff1a没有禁止石墨出口", "", {"assertion": "denied", "measures": 0}),
    (
        "中国2010年曾停止对日出口稀土",
        "2010年9月\uff0c中国停止向日本出口稀土。",
        {"assertion": "recalled", "measures": 0},
    ),
    ("据传中国将禁止锑出口", "", {"assertion": "rumoured"}),
)


def told(found):
    return {
        "assertion": found.assertion,
        "asserted": found.asserted,
        "relevant": found.relevant,
        "primary": found.event_classes[0],
        "direction": found.direction,
        "measures": len(found.measures),
    }


@pytest.mark.parametrize(("title", "text", "wanted"), TRAPS)
def test_a_trap_is_not_walked_into(title, text, wanted):
    language = "en" if title.isascii() else "zh" if any(char > "\u3000" for char in title) else "de"
    found = told(judged(title, text, language=language, published_at=datetime(2025, 12, 1, tzinfo=UTC)))
    assert {name: found[name] for name in wanted} == wanted
