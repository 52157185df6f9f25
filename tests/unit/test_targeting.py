"""A place says how a measure hits it, an event whether it hits all."""

import pytest

from tests.reading import judged


def hit(text, language="en"):
    return {item.code: item.targeting and item.targeting.value for item in judged(text, language=language).places}


@pytest.mark.parametrize(
    ("text", "language", "places"),
    [
        ("China bans gallium exports to the United States", "en", {"CN": None, "US": "explicit"}),
        ("China bans gallium exports except to Japan", "en", {"CN": None, "JP": "excluded"}),
        (
            "China bans gallium exports with the exception of Japan, Korea and the Netherlands",
            "en",
            {"CN": None, "JP": "excluded", "KR": "excluded", "NL": "excluded"},
        ),
        ("China's export controls do not apply to the European Union", "en", {"CN": None, "EU": "excluded"}),
        (
            "Japan and Korea are exempt from China's antimony ban",
            "en",
            {"CN": None, "JP": "excluded", "KR": "excluded"},
        ),
        ("China bans antimony exports to countries other than Japan", "en", {"CN": None, "JP": "excluded"}),
        ("除日本外,中国禁止出口锑", "zh", {"CN": None, "JP": "excluded"}),
        ("China verbietet die Ausfuhr von Gallium mit Ausnahme von Japan", "de", {"CN": None, "JP": "excluded"}),
    ],
)
def test_a_country_that_a_measure_leaves_out_is_no_target(text, language, places):
    assert hit(text, language) == places


@pytest.mark.parametrize(
    ("text", "language", "targeting"),
    [
        ("China bans gallium exports to the United States", "en", "explicit"),
        ("China bans gallium exports to all destinations", "en", "erga_omnes"),
        ("China bans gallium exports to all countries except Japan", "en", "erga_omnes"),
        ("China licenses antimony exports; the controls are not aimed at any specific country", "en", "erga_omnes"),
        ("中国对镓实施出口管制,不针对任何特定国家和地区", "zh", "erga_omnes"),
        ("Indonesia bans nickel ore exports", "en", None),  # nothing says whom it hits
        ("Miners of all countries strike", "en", None),  # no measure
    ],
)
def test_an_event_hits_all_only_where_the_words_say_so(text, language, targeting):
    assert judged(text, language=language).targeting == targeting
