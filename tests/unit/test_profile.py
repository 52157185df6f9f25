"""A material's profile says what is known, by which source, and what conflicts with it."""

import pytest
from fastapi.testclient import TestClient

from schemas.signal import Stage
from services.api.app import create_app
from services.commands.material_page import material_page
from services.server import ensure_admin_token
from services.settings import Settings
from services.wiring import open_node
from streams.errors import NotFound
from streams.knowledge.load import load
from streams.knowledge.model import Metric
from streams.knowledge.profile import profile


def figure(material, metric, *, stage=None, country=None):
    told = profile(load(), material).figures
    return next(item for item in told if (item.metric, item.stage, item.country) == (metric, stage, country))


def test_the_preferred_figure_comes_with_those_that_conflict():
    known = figure("cobalt", Metric.WORLD_SHARE, stage=Stage.MINING, country="CD")
    assert (known.preferred.value, known.preferred.source) == (74, "S49")
    assert {(item.value, item.source) for item in known.others} >= {(76, "S01"), (67, "S02")}


def test_each_figure_names_source_year_and_whether_it_was_checked():
    known = figure("bismuth", Metric.EU_SUPPLY_SHARE, stage=Stage.REFINING, country="CN")
    unchecked = next(item for item in known.others if item.source == "S90")
    assert known.preferred.verified
    assert not unchecked.verified
    assert unchecked.source_title == "General knowledge, unchecked"


def test_a_basket_code_names_the_materials_that_share_it():
    (code,) = (item for item in profile(load(), "gallium").hs if item.hs6 == "811292")
    assert code.basket
    assert {"germanium", "indium"} <= set(code.shared_with)


def test_an_element_without_a_figure_shows_its_groups():
    known = profile(load(), "dysprosium").figures
    assert {item.material for item in known} >= {"ree-heavy"}


def test_a_host_names_what_is_won_with_it():
    assert "gallium" in profile(load(), "aluminium").host_of
    assert profile(load(), "gallium").by_product_of == ("aluminium", "zinc")


def test_what_has_no_figure_is_not_in_the_profile():
    known = profile(load(), "gallium").figures
    assert not any(item.country == "FR" and item.metric is Metric.WORLD_SHARE for item in known)


@pytest.mark.parametrize(
    ("asked", "nearest"),
    [
        ("galium", "gallium"),  # a slip
        ("镓", "gallium"),  # its Chinese name
        ("Dy", "dysprosium"),  # its symbol
        ("wolfram", "tungsten"),
        ("x" * 100_000, None),  # nothing like it, and no long search
    ],
)
def test_an_unknown_id_names_the_nearest(asked, nearest):
    with pytest.raises(NotFound) as caught:
        profile(load(), asked)
    assert caught.value.nearest == nearest


@pytest.mark.parametrize("material", sorted(load().materials))
def test_every_material_has_a_page(material):
    page = material_page(profile(load(), material).model_dump(mode="json"))
    assert page.startswith(f"{material}: ")


def test_the_page_marks_what_nobody_checked():
    page = material_page(profile(load(), "bismuth").model_dump(mode="json"))
    assert "S90  NOT CHECKED" in page
    assert "basket: other goods share it, with germanium" in material_page(
        profile(load(), "gallium").model_dump(mode="json")
    )


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    node = open_node(Settings(data_dir=tmp_path_factory.mktemp("materials")))
    ensure_admin_token(node)
    token = node.folder.admin_token.read_text().strip()
    yield TestClient(create_app(node), headers={"Authorization": f"Bearer {token}"})
    node.close()


def test_the_api_tells_the_profile(client):
    told = client.get("/v1/materials/gallium").json()
    assert told == profile(load(), "gallium").model_dump(mode="json")


def test_the_api_names_the_nearest_of_an_unknown_one(client):
    answer = client.get("/v1/materials/galium")
    assert answer.status_code == 404
    assert answer.json()["nearest"] == "gallium"


def test_the_api_tells_nothing_without_a_token(client):
    assert TestClient(client.app).get("/v1/materials/gallium").status_code == 401
