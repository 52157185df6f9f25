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


@pytest.mark.parametrize(
    ("title", "text", "actors"),
    [
        # The words of those who suffer it name them first: who did it acts.
        ("Tokyo traders fear shortage of gallium", "Japanese buyers rely on Beijing's permit rules.", {"CN"}),
        ("Cobalt up in London", "Prices rose after Congo stopped exports. Chinese refiners wait.", {"CD"}),
        # An office that many states have is that of the state that is named, and of the best known where none is.
        (
            "Notice on tungsten",
            "The Ministry of Commerce puts tungsten under licence, wherever it is of Chinese origin.",
            {"CN"},
        ),
        ("Catalogue of Technologies Prohibited or Restricted from Export", "Magnet making is added.", {"CN"}),
        ("Licences for antimony", "The Ministry of Commerce of Thailand asks for licences.", {"TH"}),
        # Nobody is said to act: the one country that it is about does.
        ("Rules on graphite", "Exports of graphite need a permit in Madagascar.", {"MG"}),
        # Both sides of a deal, with or without a class of its own.
        ("Japan seals rare earth deal with Australia", "The accord was signed.", {"JP", "AU"}),
        # Judges rule: none of the parties acts.
        ("WTO panel finds Indonesian nickel ban illegal", "The panel upheld the complaint.", set()),
    ],
)
def test_who_acts_is_told_by_the_words_around_the_name(title, text, actors):
    assert {code for code, role in roles_of(title, text).items() if role == "actor"} == actors


def test_whom_the_judges_rule_against_is_the_target():
    found = roles_of("WTO panel finds Indonesian nickel ban illegal", "GENEVA, May 4 - The panel upheld the complaint.")
    assert found == {"ID": "target", "CH": "location"}


def test_entities_that_are_listed_are_the_target():
    found = roles_of("MOFCOM adds ten Dutch entities to the export control list", "Chinese goods may not reach them.")
    assert found == {"CN": "actor", "NL": "target"}
