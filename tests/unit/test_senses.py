"""A word that names several things names the one that the words around it, or elsewhere in the report, point to."""

import pytest

from streams.stages.enrich import Named
from tests.reading import read


def named(title, text="", *, kind=Named.PLACE, language="en"):
    enriched = read(title, text, language=language)
    return [value for part in enriched.parts for item in part.mentions if item.named is kind for value in item.values]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Georgia halts manganese exports", ["GE"]),
        ("Georgia kaolin mines near Macon, Alabama border", ["US", "US"]),  # a state, by its neighbours
        ("Guinea suspends bauxite exports", ["GN"]),
        ("Guinea pigs and guinea fowl", []),
        ("Congo halts cobalt exports", ["CD"]),
        ("Congo and its capital Brazzaville", ["CG", "CG"]),  # the other Congo, by its capital
        ("Turkey bans antimony exports", ["TR"]),
        ("Turkey farmers cull flocks", []),  # the bird
        ("Jordan raises potash prices", ["JO"]),
        ("Michael Jordan opens a shop", []),
        ("Mr Jordan resigned", []),  # a person, by the honorific
        ("Chad grants gold permits", ["TD"]),
        ("Hanging chad counted", []),
        ("Niger revokes a uranium permit", ["NE"]),
        ("Niger delta oil", []),
        ("A settlement of 3 mln Canadian dollars", []),  # money is no country
        ("U.S. dlrs and Swiss francs", []),
        ("The Uruguay Round begins", []),
        ("Soviet Union and Zaire", ["RU", "CD"]),  # states of the past stand for their heirs
        ("West German zinc", ["DE"]),
    ],
)
def test_a_place_is_meant_by_its_context(text, codes):
    assert named(text) == codes


@pytest.mark.parametrize(
    ("text", "materials"),
    [
        ("Lead stocks rise", ["lead"]),
        ("500,000 lbs of lead", ["lead"]),
        ("Ministers lead the talks", []),
        ("The deal may lead to a ban", []),
        ("She took the lead", []),
        ("Steel quotas stay", ["steel"]),
        ("Nerves of steel", []),
        ("Alloys that harden steel", []),  # what it is used in, not what is told of
    ],
)
def test_a_metal_is_meant_by_its_context(text, materials):
    assert named(text, kind=Named.MATERIAL) == materials


@pytest.mark.parametrize(
    ("text", "language", "codes"),
    [
        ("至2025年11月14日。本站转载", "zh", []),  # the end of a date and the next word are not Japan
        ("日本的出口", "zh", ["JP"]),
        ("chinesische Ausfuhren", "de", ["CN"]),  # written small
        ("les exportations indonésiennes", "fr", ["ID"]),
        ("las exportaciones chilenas", "es", ["CL"]),
        ("eksport z Chin", "pl", ["CN"]),  # a case of the name
        ("экспорт из Китая", "ru", ["CN"]),
        ("米国と中国", "ja", ["US", "CN"]),
        ("A fish called Cina", "en", []),  # an Italian name in an English text
    ],
)
def test_a_place_is_named_in_the_texts_language(text, language, codes):
    assert named(text, language=language) == codes


def test_a_name_does_not_reach_over_the_end_of_a_sentence():
    assert named("The ban hits South China. Sea freight stopped") == ["CN"]


@pytest.mark.parametrize(
    ("text", "language", "materials"),
    [
        ("China beschränkt Galliumexporte", "de", ["gallium"]),  # German glues its words
        ("ガリウムと重希土類の輸出", "ja", ["gallium", "ree-heavy"]),
        ("ウランバートルのスズキ", "ja", []),  # Ulaanbaatar is no uranium, Suzuki no tin
        ("kontrola eksportu galu i germanu", "pl", ["gallium", "germanium"]),
        ("Gal Gadot", "pl", []),  # gallium, and a name
        ("экспорт галлия и сурьмы", "ru", ["gallium", "antimony"]),
        ("terre rare e grafite", "it", ["ree-light", "ree-heavy", "graphite"]),
        ("lo stagno del parco", "it", []),  # tin, and a pond
        ("exportações de lítio e estanho", "pt", ["lithium", "tin"]),
        ("el río de la Plata", "es", []),
        ("producción de plata", "es", ["silver"]),
        ("mines d'or et d'étain", "fr", ["gold", "tin"]),
        ("l'un ou l'autre, or non", "fr", []),  # gold, and a conjunction
        ("钕铁硼和仲钨酸铵", "zh", ["neodymium", "tungsten"]),
    ],
)
def test_a_material_is_named_in_many_languages(text, language, materials):
    assert named(text, kind=Named.MATERIAL, language=language) == materials


@pytest.mark.parametrize(
    ("text", "materials"),
    [
        ("NdFeB magnets", ["neodymium"]),
        ("black mass", ["cobalt", "lithium", "nickel"]),
        ("FeNi and MHP from nickel plants", ["nickel", "nickel", "cobalt", "nickel"]),
        ("Feni is a town", []),  # the very letters
        ("fridge magnets", []),
        ("battery cells", ["lithium"]),
    ],
)
def test_products_and_trade_names_stand_for_materials(text, materials):
    assert sorted(named(text, kind=Named.MATERIAL)) == sorted(materials)
