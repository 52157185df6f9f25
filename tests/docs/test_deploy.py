"""What is deployed agrees with itself, with the settings, the metrics, the local servers and the program; no image is built."""

import json
import os
import re
import shlex
import shutil
import subprocess

import pytest
import typer
from prometheus_client import REGISTRY

import streams.metrics
from deploy.local import elastic, fetch, kafka, postgres
from deploy.local.installation import Installation
from services.cli import app
from services.settings import names
from tests.docs.documents import ROOT, page

DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text()
_LINES = re.sub(r"\s*\\\n\s*", " ", DOCKERFILE).splitlines()
INSTRUCTIONS = [tuple(line.split(maxsplit=1)) for line in _LINES if re.match("[A-Z]+ ", line)]
LAST = INSTRUCTIONS[max(at for at, (name, _) in enumerate(INSTRUCTIONS) if name == "FROM") :]
PROBE = "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/readyz', timeout=4)"
FILES = ("docker-compose.yml", "deploy/compose.embedded.yml")
OURS = ("api", "connect", "dispatch", "worker")
SERVERS = ("elasticsearch", "kafka", "postgres")
METRIC = re.compile(r"\b(tocsin_[a-z_]+)(?:\{([^}]*)\})?")


def written(path):
    """Return a YAML file as nested values: the part of YAML that ours are written in, and nothing else passes."""
    lines = [line for line in (ROOT / path).read_text().splitlines() if line.strip() and line.strip()[0] != "#"]
    value, rest = nested(lines, 0, {})
    assert rest == []
    return value


def nested(lines, depth, anchors):
    """Return the mapping or list that begins here, and the lines behind it."""
    dash = " " * depth + "- "
    if lines and lines[0].startswith(dash):
        items = []
        while lines and lines[0].startswith(dash):
            item = lines.pop(0)[len(dash) :]
            if re.match(r"[\w-]+:( |$)", item):
                value, lines = nested([f"{' ' * (depth + 2)}{item}", *lines], depth + 2, anchors)
                items.append(value)
            else:
                items.append(scalar(item))
        return items, lines
    mapping, own = {}, set()
    while lines and (match := re.fullmatch(rf"[ ]{{{depth}}}([\w.-]+|<<):(?: &(\w+))?(?: (\S.*))?", lines[0])):
        lines = lines[1:]
        name, anchor, told = match.groups()
        assert name not in own
        own.add(name)
        if told is None:
            value, lines = nested(lines, depth + 2, anchors)
        else:
            value = dict(anchors[told[1:]]) if told[0] == "*" else scalar(told)
        if anchor:
            anchors[anchor] = value
        mapping = mapping | value if name == "<<" else mapping | {name: value}
    return mapping, lines


def scalar(told):
    """Return a list in brackets, an empty mapping, a quoted text, a truth or a plain text."""
    if told[0] in '["{':
        return json.loads(told)
    return {"true": True, "false": False}.get(told, told)


DISTRIBUTED, EMBEDDED = (written(path) for path in FILES)
SERVICES = DISTRIBUTED["services"]
ALL = [*((name, service) for name, service in SERVICES.items()), *EMBEDDED["services"].items()]
RUNNING_OURS = [*(SERVICES[name] for name in OURS), EMBEDDED["services"]["tocsin"]]


def environment():
    """Return the settings that the image sets."""
    return dict(pair.split("=", 1) for name, text in LAST if name == "ENV" for pair in shlex.split(text))


def compose_command():
    """Return the command of this machine that reads compose files, if it has one."""
    for command in (["docker-compose"], ["docker", "compose"]):
        if (
            shutil.which(command[0])
            and subprocess.run([*command, "version"], capture_output=True, check=False).returncode == 0
        ):
            return command
    return None


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


@pytest.mark.parametrize("path", FILES)
def test_compose_itself_understands_the_file(path):
    command = compose_command()
    known = {**os.environ, "POSTGRES_PASSWORD": "p", "TOCSIN_SECRET_KEY": "k"}
    checking = [*(command or []), "--file", path, "config", "--quiet"]

    done = (
        subprocess.run(checking, cwd=ROOT, env=known, capture_output=True, text=True, check=False) if command else None
    )

    assert done is None or done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["POSTGRES_PASSWORD", "TOCSIN_SECRET_KEY"])
def test_a_secret_is_never_in_the_file_and_its_lack_names_the_remedy(name):
    uses = re.findall(rf"\$\{{{name}[^}}]*\}}", (ROOT / FILES[0]).read_text())

    assert set(uses) == {f"${{{name}:?make .env as deploy/README.md says}}"}
    assert name in page("deploy/README.md")
    assert ".env" in (ROOT / ".gitignore").read_text().splitlines()


def test_settings_of_the_image_and_of_the_services_exist():
    told = {*environment(), *(name for service in RUNNING_OURS for name in service["environment"])}

    assert {name for name in told if name.startswith("TOCSIN_")} <= set(names())


def test_the_services_are_told_what_the_local_processes_are(tmp_path):
    local = {name for name in Installation(tmp_path).environment(8080) if name.startswith("TOCSIN_")} - set(os.environ)

    for name in OURS:
        assert local <= {*environment(), *SERVICES[name]["environment"]}, name


def test_every_process_of_the_program_is_a_service():
    roles = set(typer.main.get_command(app).commands)

    assert {tuple(SERVICES[name]["command"]) for name in OURS} == {(name,) for name in OURS}
    assert set(OURS) <= roles
    assert set(SERVICES) == {*OURS, *SERVERS}
    assert dict(LAST)["CMD"] == '["run"]'


def test_the_broker_has_the_settings_that_the_local_one_is_tested_with():
    told = SERVICES["kafka"]["environment"]
    local = {f"KAFKA_{name.upper().replace('.', '_')}": value for name, value in kafka.ONE_NODE.items()}

    assert {name: told[name] for name in local} == local
    assert told["KAFKA_HEAP_OPTS"] == f"-Xmx{kafka.HEAP}"
    assert SERVICES["kafka"]["image"] == f"apache/kafka:{fetch.KAFKA.removeprefix('kafka-')}"
    assert f">{fetch.KAFKA.removeprefix('kafka-')}</version>" in fetch.POM.read_text()


def test_the_index_has_the_settings_that_the_local_one_is_tested_with():
    told = SERVICES["elasticsearch"]["environment"]

    assert {name: told[name] for name in elastic.ONE_NODE} == elastic.ONE_NODE
    assert told["ES_JAVA_OPTS"] == f"-Xms{elastic.HEAP} -Xmx{elastic.HEAP}"
    assert SERVICES["elasticsearch"]["image"].endswith(f":{fetch.ELASTICSEARCH}")


def test_the_database_has_the_settings_that_the_local_one_is_tested_with():
    assert SERVICES["postgres"]["command"] == ["postgres", "-c", f"max_connections={postgres.MAX_CONNECTIONS}"]
    assert SERVICES["postgres"]["environment"]["POSTGRES_USER"] == postgres.OWNER


def test_transport_in_the_clear_is_confessed_and_stays_inside():
    for name in OURS:
        assert SERVICES[name]["environment"]["TOCSIN_ALLOW_INSECURE"] == "true"
    assert DISTRIBUTED["networks"]["servers"] == {"internal": True}
    for name in (*SERVERS, "worker"):
        assert SERVICES[name]["networks"] == ["servers"]
        assert "ports" not in SERVICES[name]


def test_ports_volumes_and_health_agree_everywhere():
    told = dict(LAST)
    port, data = environment()["TOCSIN_PORT"], environment()["TOCSIN_DATA_DIR"]

    assert (told["EXPOSE"], told["VOLUME"], environment()["TOCSIN_PROBE_PORT"]) == (port, data, port)
    for service in (SERVICES["api"], EMBEDDED["services"]["tocsin"]):
        assert service["ports"] == [f"127.0.0.1:{port}:{port}"]
    for service in RUNNING_OURS:
        assert service["volumes"] == [f"tocsin-data:{data}"]
        assert service["healthcheck"]["test"] == ["CMD", "python", "-c", PROBE]
    for file in (DISTRIBUTED, EMBEDDED):
        used = {volume.split(":")[0] for service in file["services"].values() for volume in service["volumes"]}
        assert used == set(file["volumes"])
    assert json.dumps(["python", "-c", PROBE]) in told["HEALTHCHECK"]
    compile(PROBE, "healthcheck", "exec")


@pytest.mark.parametrize(("name", "service"), ALL)
def test_a_service_has_no_more_rights_than_it_needs(name, service):
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service.get("read_only") is (None if name in SERVERS else True)


@pytest.mark.parametrize(("name", "service"), ALL)
def test_a_service_has_a_health_and_waits_for_that_of_others(name, service):
    assert service["healthcheck"]["test"][0] == "CMD"
    waited = {"condition": "service_healthy"}
    assert service.get("depends_on") == (dict.fromkeys(SERVERS, waited) if name in OURS else None)


def test_images_of_others_are_pinned_and_ours_is_built_once():
    for name in SERVERS:
        assert re.fullmatch(r"[\w./-]+:\d+\.\d+(\.\d+)?", SERVICES[name]["image"])
    assert [name for name in OURS if "build" in SERVICES[name]] == ["api"]
    assert SERVICES["api"]["build"] == {"context": ".", "dockerfile": "deploy/Dockerfile"}
    assert EMBEDDED["services"]["tocsin"]["build"] == {"context": "..", "dockerfile": "deploy/Dockerfile"}
    assert "deploy/README.md" in page("docs/operating.md")


def expressions():
    """Return every question to Prometheus: of the rules and of the dashboard."""
    rules = written("deploy/prometheus/rules.yml")["groups"][0]["rules"]
    panels = json.loads((ROOT / "deploy/grafana/tocsin.json").read_text())["panels"]
    return [rule["expr"] for rule in rules] + [target["expr"] for panel in panels for target in panel["targets"]]


SAMPLES = [sample for metric in REGISTRY.collect() for sample in metric.samples if sample.name.startswith("tocsin_")]
METRICS = {
    name: set(metric._labelnames)
    for metric in vars(streams.metrics).values()
    if hasattr(metric, "_labelnames")
    for told in metric.describe()
    for name in (told.name, *(f"{told.name}_{end}" for end in ("total", "bucket", "sum", "count")))
}


@pytest.mark.parametrize("expression", expressions())
def test_a_rule_or_a_panel_asks_for_metrics_and_labels_that_exist(expression):
    grouped = {
        label.strip() for told in re.findall(r"\b(?:by|on) \(([^)]*)\)", expression) for label in told.split(",")
    }
    asked = METRIC.findall(expression)
    known = set().union(*(METRICS[name] for name, _ in asked))

    assert asked or "up{" in expression
    assert grouped <= known | {"le"}
    for name, matchers in asked:
        for label, wanted in re.findall(r'(\w+)=~?"([^"]*)"', matchers):
            seen = {sample.labels[label] for sample in SAMPLES if sample.name == name}
            assert label in METRICS[name]
            assert label == "status" or set(wanted.split("|")) <= seen


def test_a_rule_says_what_happened_and_what_to_do():
    for rule in written("deploy/prometheus/rules.yml")["groups"][0]["rules"]:
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["description"]
        assert f"`{rule['alert']}`" in page("deploy/README.md")


def test_prometheus_is_told_of_every_process():
    jobs = {job["job_name"]: job for job in written("deploy/prometheus/prometheus.yml")["scrape_configs"]}

    assert set(jobs) == {f"tocsin-{name}" for name in OURS}
    for name in OURS:
        (source,) = jobs[f"tocsin-{name}"]["dns_sd_configs"]
        assert source == {"names": [name], "type": "A", "port": environment()["TOCSIN_PORT"]}
