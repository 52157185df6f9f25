"""The container's files agree with each other, with the settings and with the program; no image is built."""

import json
import re
import shlex

from services.settings import names
from tests.docs.documents import ROOT, page

DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text()
_LINES = re.sub(r"\s*\\\n\s*", " ", DOCKERFILE).splitlines()
INSTRUCTIONS = [tuple(line.split(maxsplit=1)) for line in _LINES if re.match("[A-Z]+ ", line)]
LAST = INSTRUCTIONS[max(at for at, (name, _) in enumerate(INSTRUCTIONS) if name == "FROM") :]
PROBE = "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/readyz', timeout=4)"


def compose():
    """Return docker-compose.yml as nested values: the part of YAML that it is written in, and nothing else passes."""
    lines = [line for line in (ROOT / "docker-compose.yml").read_text().splitlines() if not line.startswith("#")]
    value, rest = nested(lines, 0)
    assert rest == []
    return value


def nested(lines, depth):
    """Return the mapping or list that begins here, and the lines behind it."""
    if lines and lines[0].startswith(" " * depth + "- "):
        items = []
        while lines and lines[0].startswith(" " * depth + "- "):
            items.append(scalar(lines.pop(0).strip()[2:]))
        return items, lines
    mapping = {}
    while lines and (match := re.fullmatch(rf"[ ]{{{depth}}}([\w-]+):(?: (\S.*))?", lines[0])):
        lines.pop(0)
        name, written = match.groups()
        assert name not in mapping
        if written is not None:
            mapping[name] = scalar(written)
        else:
            mapping[name], lines = nested(lines, depth + 2)
    return mapping, lines


def scalar(written):
    """Return a list in brackets, a quoted text, a truth or a plain text."""
    if written[0] in '["':
        return json.loads(written)
    return {"true": True, "false": False}.get(written, written)


SERVICE = compose()["services"]["tocsin"]


def environment():
    """Return the settings that the image sets."""
    return dict(pair.split("=", 1) for name, text in LAST if name == "ENV" for pair in shlex.split(text))


def test_the_image_is_of_a_pinned_python_and_the_lock():
    images = [text.split()[0] for name, text in INSTRUCTIONS if name == "FROM"]

    assert set(images) == {"python:3.11-slim"}
    assert "pip install --require-hashes --no-deps -r requirements.lock" in DOCKERFILE


def test_the_image_runs_as_a_numbered_user_that_is_not_root():
    assert [text for name, text in LAST if name == "USER"] == ["10001:10001"]


def test_everything_that_is_copied_is_there_and_not_ignored():
    taken = [line[1:] for line in (ROOT / "deploy/Dockerfile.dockerignore").read_text().splitlines() if line[0] == "!"]
    copied = [
        part for name, text in INSTRUCTIONS if name == "COPY" and "--from" not in text for part in text.split()[:-1]
    ]

    assert set(copied) == set(taken)
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_settings_of_the_image_and_of_the_service_exist():
    told = {*environment(), *SERVICE["environment"]}

    assert {name for name in told if name.startswith("TOCSIN_")} <= set(names())


def test_port_volume_and_health_agree_everywhere():
    told = dict(LAST)
    port, data = environment()["TOCSIN_PORT"], environment()["TOCSIN_DATA_DIR"]

    assert (told["EXPOSE"], told["VOLUME"]) == (port, data)
    assert SERVICE["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert SERVICE["volumes"] == [f"tocsin-data:{data}"]
    assert compose()["volumes"] == {"tocsin-data": {}}
    assert SERVICE["healthcheck"]["test"] == ["CMD", "python", "-c", PROBE]
    assert json.dumps(SERVICE["healthcheck"]["test"][1:]) in told["HEALTHCHECK"]
    compile(PROBE, "healthcheck", "exec")


def test_the_service_has_no_more_rights_than_it_needs():
    assert SERVICE["read_only"] is True
    assert SERVICE["cap_drop"] == ["ALL"]
    assert SERVICE["security_opt"] == ["no-new-privileges:true"]


def test_the_service_is_built_from_the_dockerfile():
    assert SERVICE["build"] == {"context": ".", "dockerfile": "deploy/Dockerfile"}
    assert "deploy/README.md" in page("docs/operating.md")
