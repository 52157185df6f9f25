"""What the program has is in the right document, and what the documents name is there."""

import re

import pytest
import typer.main
from prometheus_client.metrics import MetricWrapperBase
from pydantic import BaseModel, SecretStr

from schemas.alert import ChannelKind, DeliveryState
from schemas.party import Scope
from schemas.raw import SourceKind
from schemas.severity import LEVEL_FLOORS
from schemas.signal import Direction, EventClass, Maturity, Role, Stage
from schemas.topics import TOPICS
from services.api.app import create_app
from services.cli import app
from services.settings import Settings, names
from services.sources.source import Kind
from services.sources.state import Health
from streams import errors, metrics
from streams.dispatch import SCHEDULE_SECONDS
from streams.knowledge.load import load
from streams.query.fields import FIELDS
from streams.query.order import SORTS
from tests.docs.documents import PAGES, commands, page, rows, spans

SETTINGS = tuple(names())
DECLARED = [metric for metric in vars(metrics).values() if isinstance(metric, MetricWrapperBase)]
METRICS = {
    f"{told.name}_total" if told.type == "counter" else told.name: (labels, told.documentation)
    for metric in DECLARED
    for labels in [metric._labelnames]
    for told in metric.describe()
}
ERRORS = [name for name, item in vars(errors).items() if isinstance(item, type) and item is not errors.TocsinError]
API = create_app(None).openapi()["paths"]
PAGE_OF_TAG = {
    "intake": "docs/ingest.md",
    "search": "docs/query.md",
    "register": "docs/register.md",
    "understanding": "docs/understanding.md",
    "alerting": "docs/alerts.md",
    "feeds": "docs/feeds.md",
    "sources": "docs/sources.md",
    "operating": "docs/operating.md",
    "knowledge": "docs/understanding.md",
}


def commands_of(group, before=()):
    """Yield every command's name and its options."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands_of(command, (*before, name))
        else:
            options = {option for param in command.params for option in param.opts if option.startswith("--")}
            yield " ".join((*before, name)), options


COMMANDS = dict(commands_of(typer.main.get_command(app)))


def defaults_of(model, prefix="TOCSIN_"):
    """Yield every setting's name and default, as the table writes them."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from defaults_of(field.annotation, f"{prefix}{name.upper()}__")
        else:
            default = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
            written = "[]" if default == () else str(default)
            yield f"{prefix}{name.upper()}", f"`{written}`" if written else "empty", field.description


@pytest.mark.parametrize(("name", "default", "text"), list(defaults_of(Settings)))
def test_a_setting_is_in_the_table_with_its_default(name, default, text):
    assert [f"`{name}`", default, text] in rows("docs/operating.md")


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_is_in_the_table_with_its_labels(name):
    labels, text = METRICS[name]

    assert [f"`{name}`", ", ".join(f"`{label}`" for label in labels), text] in rows("docs/operating.md")


@pytest.mark.parametrize("field", FIELDS.values(), ids=lambda field: field.name)
def test_a_query_field_is_in_the_table_and_marked_if_it_is_counted(field):
    mark = " •" if field.facet else ""

    assert [f"`{field.name}`{mark}", field.help, field.kind.value] in rows("docs/query.md")


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_told(name):
    assert f"`tocsin {name}" in page("docs/operating.md")


@pytest.mark.parametrize("path", API)
def test_a_path_of_the_interface_is_in_the_document_of_its_tag(path):
    tag = next(iter(API[path].values()))["tags"][0]

    assert re.search(re.escape(path) + r"(?![\w./-]*[\w{])", page(PAGE_OF_TAG[tag]))


@pytest.mark.parametrize("topic", TOPICS, ids=str)
def test_a_topic_is_in_the_table_with_how_long_it_is_kept(topic):
    kept = next(cells[2] for cells in rows("docs/architecture.md") if cells[0] == f"`{topic}`")

    assert kept == ("for ever" if topic.keep_days is None else f"{topic.keep_days} days")


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_is_told_to_operators_and_developers(name):
    assert f"`{name}`" in page("docs/operating.md")
    assert f"`{name}`" in page("docs/architecture.md")


# Lists that a reader may rely on to be whole: where they stand, and what is in them.
LISTS = (
    ("docs/query.md", SORTS),
    ("docs/alerts.md", DeliveryState),
    ("docs/alerts.md", ChannelKind),
    ("docs/ingest.md", SourceKind),
    ("docs/operating.md", Scope),
    ("docs/sources.md", (*Kind, *Health)),
    ("docs/understanding.md", (*EventClass, *Role, *Stage, *Maturity, *Direction)),
    ("docs/understanding.md", [level for _, level in LEVEL_FLOORS]),
    ("docs/understanding.md", {facts.ladder for facts in load().lexicon.classes.values()} - {None}),
)


@pytest.mark.parametrize(("name", "values"), LISTS)
def test_a_list_is_whole(name, values):
    assert [value for value in values if str(value) not in spans(name)] == []


def test_the_restrictiveness_of_every_class_is_as_the_lexicon_has_it():
    told = {cells[at]: cells[at + 1] for cells in rows("docs/understanding.md") if len(cells) == 4 for at in (0, 2)}

    for name, facts in load().lexicon.classes.items():
        assert told[f"`{name}`"] == f"{facts.restrictiveness:g}"


def test_every_source_is_told_with_its_licence():
    told = rows("docs/understanding.md")

    assert [
        source.id for source in load().sources.values() if [source.id, source.title, source.licence] not in told
    ] == []


def test_the_waits_between_tries_are_those_of_the_schedule():
    words = [written(wait) for wait in SCHEDULE_SECONDS[1:]]

    assert f"{', '.join(words[:-1])} and {words[-1]}" in page("docs/alerts.md")


def written(wait_seconds):
    """Write a wait as a person would: 5 s, 30 min, 2 h."""
    unit, seconds = next(pair for pair in (("h", 3600), ("min", 60), ("s", 1)) if wait_seconds >= pair[1])
    return f"{wait_seconds // seconds} {unit}"


@pytest.mark.parametrize("name", PAGES)
def test_no_document_names_a_setting_metric_or_path_that_does_not_exist(name):
    text = page(name)
    paths = (found.rstrip(".") for found in re.findall(r"/(?:v1|feeds)/[\w./{}-]+", text) if found != "/v1/...")

    assert set(re.findall(r"\bTOCSIN_\w+", text)) - {"TOCSIN_"} <= set(SETTINGS)
    assert set(re.findall(r"\btocsin_\w+", text)) <= set(METRICS)
    assert [path for path in paths if not any(fits(path, known) for known in API)] == []


def fits(path, known):
    """Tell whether a path is one of the interface's, with its parameters named or filled in."""
    return re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(known)), path) is not None


@pytest.mark.parametrize("name", PAGES)
def test_no_document_names_a_command_or_an_option_that_does_not_exist(name):
    told = [span.split() for span in spans(name) if span.startswith("tocsin ")]
    for words in (*told, *commands(name, "tocsin")):
        command = next((known for known in COMMANDS if words[1 : 1 + len(known.split())] == known.split()), None)
        assert command, words
        options = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert options <= COMMANDS[command], words
