"""Which of the countries that a report names belong to what it tells."""

import pytest

from streams.stages.countries import named_countries, of_the_story
from tests.reading import KNOWLEDGE, read

LONG = "The ministry gave no reason. Traders were surprised. Prices rose at once. Stocks are low. Buyers wait. "


def told(title, text=""):
    enriched = read(title, text)
    return list(dict.fromkeys(item.code for item in of_the_story(named_countries(enriched, KNOWLEDGE), enriched)))


@pytest.mark.parametrize(
    ("title", "text", "codes"),
    [
        ("China bans antimony exports", LONG + "Prices in Poland rose.", ["CN"]),  # once, behind the lead
        ("China bans antimony exports", LONG + "Poland waits. Poland has stocks.", ["CN", "PL"]),  # twice
        ("China bans antimony exports", "Prices in Poland rose.", ["CN", "PL"]),  # a short text has no background
        ("Prices rise", LONG + "Prices in Poland rose.", ["PL"]),  # nobody else is told
        ("US duties on Hanwha Malaysia Sdn. Bhd.", "", ["US", "MY"]),  # the firm's country is all there is
        ("US duties on goods of Hanwha Malaysia Sdn. Bhd. from China", "", ["US", "CN"]),
        (
            "Commerce Department finds foil completed in Thailand is circumventing the antidumping duty order on foil from China",
            "",
            ["US", "CN"],
        ),  # the order is on China's goods; Thailand is the way round it
        ("Antidumping duty orders on foil from China and Thailand", "", ["CN", "TH"]),
    ],
)  # fmt: skip
def test_countries_of_the_story(title, text, codes):
    assert told(title, text) == codes


def test_an_office_stands_for_its_country():
    assert told("MOFCOM tightens controls") == ["CN"]
