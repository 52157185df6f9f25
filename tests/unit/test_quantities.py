"""Amounts are read as they are meant, with the material they are of."""

from time import process_time

import pytest

from streams.stages.quantities import MAX_QUANTITIES, quantities
from tests.reading import read


def amounts(text, language="en"):
    return [(item.value, item.unit, item.material) for item in quantities(read(text, language=language))]


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        ("a quota of 96,600 tonnes of cobalt", "en", [(96600, "t", "cobalt")]),
        ("1.2 million tonnes of copper", "en", [(1_200_000, "t", "copper")]),
        ("3 kt of tin", "en", [(3000, "t", "tin")]),
        ("2.5 Mt of bauxite", "en", [(2_500_000, "t", "aluminium")]),  # mega, not metric
        ("450kg of gallium", "en", [(450, "kg", "gallium")]),
        ("40,000 short tons", "en", [(40000, "short ton", None)]),
        ("25 thousand metric tons", "en", [(25000, "t", None)]),
        ("a 10% tax and 7.5 pct growth", "en", [(10, "%", None), (7.5, "%", None)]),
        ("1.500 Tonnen und 2,5 Prozent", "de", [(1500, "t", None), (2.5, "%", None)]),  # the point divides thousands
        ("20 000 tonnes", "fr", [(20000, "t", None)]),
        ("in 2025 300 tonnes", "en", [(300, "t", None)]),  # a year is no thousands
        ("出口锑1.2万吨", "zh", [(12000, "t", "antimony")]),
        ("5 tonnes of tin and 7 tonnes of zinc", "en", [(5, "t", "tin"), (7, "t", "zinc")]),
        ("No. 61 of 2025, heading 8112.92", "en", []),  # numbers without a unit
        ("version 1.2.3 % done", "en", []),
    ],
)
def test_an_amount_is_read(text, language, told):
    assert amounts(text, language) == told


def test_a_table_gives_a_bounded_number_of_amounts():
    assert len(amounts(" ".join(f"{at} tonnes," for at in range(5000)))) == MAX_QUANTITIES


@pytest.mark.parametrize("text", ["1,234 " * 30_000, "5 t of tin " + "123 " * 50_000])
def test_a_long_row_of_digits_takes_no_long_time(text):
    enriched = read(text)
    began = process_time()
    quantities(enriched)
    assert process_time() - began < 0.5
