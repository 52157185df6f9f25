"""Who acts and whom it is aimed at, told from the words around a country's name."""

import pytest

from tests.reading import judged


def roles_of(title, text="", language="en"):
    return {item.code: item.role.value for item in judged(title, text, language=language).places}


@pytest.mark.parametrize(
    ("title", "language", "roles"),
    [
        ("China bans gallium exports to the United States", "en", {"CN": "actor", "US": "target"}),
        ("China stoppt Lieferungen von Gallium an die USA", "de", {"CN": "actor", "US": "target"}),
        ("China suspende la venta de galio a Estados Unidos", "es", {"CN": "actor", "US": "target"}),
        ("La Chine interdit l'exportation de gallium vers les États-Unis", "fr", {"CN": "actor", "US": "target"}),
        ("中国禁止对日本出口镓", "zh", {"CN": "actor", "JP": "target"}),
        (
            "US, UK ban imports of Russian aluminium",
            "en",
            {"US": "actor", "GB": "actor", "RU": "target"},
        ),  # a list acts
        ("Xi signs an export ban on antimony", "en", {"CN": "actor"}),  # heads of government act for their countries
    ],
)
def test_a_country_acts_or_is_aimed_at(title, language, roles):
    assert roles_of(title, language=language) == roles


def test_the_town_that_a_report_begins_with_does_not_act():
    found = roles_of("Judges rule on raw materials", "GENEVA (January 30) - China lost its appeal on export quotas.")
    assert found == {"CH": "location", "CN": "actor"}


def test_both_parties_of_an_agreement_act():
    found = roles_of(
        "Brussels and Washington agree on critical minerals",
        "WASHINGTON, April 24 - The US and the EU signed a memorandum. US officials praised it. The US will host talks.",
    )
    assert found == {"EU": "actor", "US": "actor"}
