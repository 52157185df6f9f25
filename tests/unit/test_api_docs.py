import re
import shlex

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from services.api.app import create_app
from services.api.query_help import query_help
from services.api.reference import METHODS, reference_of, type_of
from services.settings import Settings
from services.wiring import open_node
from streams.query.fields import FIELDS
from streams.query.parse import parse


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    node = open_node(Settings(data_dir=tmp_path_factory.mktemp("docs")))
    yield TestClient(create_app(node))
    node.close()


@pytest.fixture(scope="module")
def document(client):
    return client.app.openapi()


@pytest.fixture(scope="module")
def page(document):
    return reference_of(document, base_url="http://127.0.0.1:8080")


def calls_of(page):
    return [call for _, calls in page.groups for call in calls]


def test_every_operation_is_on_the_page(client, document, page):
    promised = {
        (method.upper(), path) for path, item in document["paths"].items() for method in METHODS if method in item
    }
    assert {(call.method, call.path) for call in calls_of(page)} == promised
    text = client.get("/docs").text
    assert all(path in text for path in document["paths"])


def test_every_parameter_and_answer_is_told(document, page):
    for call in calls_of(page):
        operation = document["paths"][call.path][call.method.lower()]
        assert [one.name for one in call.parameters] == [one["name"] for one in operation.get("parameters", [])]
        assert [one.name for one in call.answers] == list(operation["responses"])
        assert (call.body is not None) == ("requestBody" in operation)


def test_every_schema_is_told_and_every_link_leads_somewhere(client, document, page):
    assert {one.name for one in page.schemas} == set(document["components"]["schemas"])
    text = client.get("/docs").text
    ids = set(re.findall(r' id="([^"]+)"', text))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= ids


def test_each_get_has_a_line_for_the_shell(page):
    for call in calls_of(page):
        if call.method != "GET":
            assert call.curl == ""
            continue
        words = shlex.split(call.curl)
        assert words[0] == "curl"
        assert words[-1].startswith("http://127.0.0.1:8080/")
        assert "{" not in words[-1]
        assert ("-H" in words) == call.needs_token


# A schema of OpenAPI 3.1 -> how its type is read.
@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({"type": "string", "format": "date-time"}, "string (date-time)"),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Item"}}, "list of Item"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "string or null"),
        ({"enum": ["a", 1]}, '"a" or 1'),
        ({"const": "x"}, '"x"'),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "object of integer"),
        ({"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}]}, "[integer, string]"),
        ({}, "anything"),
    ],
)
def test_a_type_is_read_as_text(schema, text):
    api = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {}}
    page = reference_of({**api, "components": {"schemas": {"One": schema, "Item": {"type": "object"}}}}, base_url="")
    assert "".join(piece.text for piece in page.schemas[0].type) == text


def test_what_is_no_schema_is_anything():
    assert [piece.text for piece in type_of(None)] == ["anything"]


def test_an_empty_interface_has_an_empty_page():
    assert reference_of(FastAPI().openapi(), base_url="").groups == ()


def test_every_field_is_told_and_every_example_is_a_query():
    page = query_help()
    assert [field.name for field in page.fields] == list(FIELDS)
    for example in (*page.examples, *(field.example for field in page.fields)):
        parse(example.query)


def test_the_help_shows_them(client):
    text = client.get("/docs/query").text
    assert all(f"<code>{name}</code>" in text for name in FIELDS)


def references_of(schema):
    """Yield every reference that a document makes."""
    parts = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    for part in parts:
        yield from references_of(part)
    if isinstance(schema, dict) and isinstance(schema.get("$ref"), str):
        yield schema["$ref"]


def test_every_reference_of_the_document_leads_somewhere(document):
    for reference in set(references_of(document)):
        place = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]
