"""The command `tocsin`. Heavy imports wait until a command needs them: `tocsin --help` answers at once."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from streams.errors import TocsinError

if TYPE_CHECKING:
    from services.settings import Settings

app = typer.Typer(
    name="tocsin",
    help="Shared early warning for critical-mineral supply risk.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
dead_app = typer.Typer(help="What could not be processed.", no_args_is_help=True)
token_app = typer.Typer(help="Tokens that open the API.", no_args_is_help=True)
knowledge_app = typer.Typer(help="What Tocsin knows of materials, places and shares.", no_args_is_help=True)
party_app = typer.Typer(help="Members of the group.", no_args_is_help=True)
app.add_typer(dead_app, name="dead")
app.add_typer(token_app, name="token")
app.add_typer(party_app, name="party")
app.add_typer(knowledge_app, name="knowledge")

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="The data folder. [default: data, or TOCSIN_DATA_DIR]")
]
Input = Annotated[Path | None, typer.Option("--input", help="JSON lines; `-` or nothing: standard input.")]
Output = Annotated[Path | None, typer.Option("--output", help="JSON lines; `-` or nothing: standard output.")]


def main() -> None:
    """Run a command; one of our errors is one line and exit code 1."""
    try:
        app()
    except TocsinError as exc:
        typer.echo(f"tocsin: {exc}", err=True)
        sys.exit(1)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it with the option's value
    if wanted:
        from importlib.metadata import version

        typer.echo(version("tocsin"))
        raise typer.Exit


@app.callback()
def _tocsin(
    *,
    _version: Annotated[
        bool, typer.Option("--version", help="Show the version and end.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    """Shared early warning for critical-mineral supply risk."""


@app.command()
def run(
    data_dir: DataDir = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="The port. [default: 8080, or TOCSIN_PORT]")
    ] = None,
    host: Annotated[str | None, typer.Option(help="The address. [default: 127.0.0.1, or TOCSIN_HOST]")] = None,
    *,
    no_history: Annotated[bool, typer.Option("--no-history", help="Start without the history pack.")] = False,
) -> None:
    """Run a whole Tocsin in this process, until Ctrl-C."""
    from services import server

    server.run(_started(data_dir, port=port, host=host), with_history=not no_history, say=_say)


Port = Annotated[int | None, typer.Option(min=0, max=65535, help="The port. [default: 8080, or TOCSIN_PORT]")]
ProbePort = Annotated[
    int | None,
    typer.Option(min=0, max=65535, help="Where to tell of its health. [default: none, or TOCSIN_PROBE_PORT]"),
]


@app.command()
def api(
    data_dir: DataDir = None,
    port: Port = None,
    host: Annotated[str | None, typer.Option(help="The address. [default: 127.0.0.1, or TOCSIN_HOST]")] = None,
) -> None:
    """Serve API and console over the shared servers (distributed mode), until Ctrl-C."""
    from services import roles

    roles.api(_started(data_dir, port=port, host=host), say=_say)


@app.command()
def worker(
    data_dir: DataDir = None,
    probe_port: ProbePort = None,
    step: Annotated[list[str] | None, typer.Option(help="A step of the pipeline; all if none is named.")] = None,
) -> None:
    """Run the pipeline's steps over the shared servers (distributed mode), until Ctrl-C."""
    from services import roles

    settings = _started(data_dir, probe_port=probe_port)
    if step:
        settings = settings.model_copy(update={"worker": settings.worker.model_copy(update={"steps": tuple(step)})})
    roles.worker(settings)


@app.command()
def connect(
    data_dir: DataDir = None,
    probe_port: ProbePort = None,
    *,
    no_history: Annotated[bool, typer.Option("--no-history", help="Without the history pack.")] = False,
) -> None:
    """Bring news in (distributed mode), until Ctrl-C."""
    from services import roles

    roles.connect(_started(data_dir, probe_port=probe_port), with_history=not no_history, say=_say)


@app.command()
def dispatch(data_dir: DataDir = None, probe_port: ProbePort = None) -> None:
    """Deliver alerts (distributed mode), until Ctrl-C."""
    from services import roles

    roles.dispatch(_started(data_dir, probe_port=probe_port))


@app.command()
def ingest(
    files: Annotated[
        list[str], typer.Argument(help="Signals as JSON lines, feeds, Federal Register JSON; `-` for standard input.")
    ],
    data_dir: DataDir = None,
    source: Annotated[str | None, typer.Option(help="The source of entries that name none.")] = None,
    *,
    ring: Annotated[
        bool, typer.Option("--ring", help="Treat as live news: rules may ring. Files are old news otherwise.")
    ] = False,
) -> None:
    """Take signals from files into the running server, or into the data folder."""
    from services.ingest import ingest_files

    with _client(data_dir, make=True) as client:
        summary = ingest_files(client, files, source=source, ring=ring, say=_say)
    _show(summary, lambda told: _say(f"{told['accepted']} accepted, {told['rejected']} rejected"))
    if summary["rejected"]:
        raise typer.Exit(1)


@app.command()
def search(
    query: str,
    data_dir: DataDir = None,
    kind: Annotated[str, typer.Option(help="events or signals.")] = "events",
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
    sort: str = "-published",
) -> None:
    """Search the running server, or the data folder."""
    with _client(data_dir) as client:
        page = client.get(f"/v1/{kind}", params={"q": query, "limit": limit, "sort": sort})
    _show(page, _print_hits)


@app.command()
def parse(input_: Input = None, output: Output = None) -> None:
    """Read feeds: {"id", "path"} lines in, their entries out."""
    from services.connectors.parse_lines import parse_lines
    from services.lines import answer_lines

    folder = input_.parent if input_ and str(input_) != "-" else Path.cwd()
    answer_lines(input_, output, lambda lines: parse_lines(lines, folder=folder))


@app.command()
def classify(input_: Input = None, output: Output = None) -> None:
    """Understand signals: one in a line, what it says out."""
    from services.clock import utc_now
    from services.judge import classify_lines
    from services.lines import answer_lines

    answer_lines(input_, output, lambda lines: classify_lines(lines, now=utc_now()))


@app.command()
def correlate(input_: Input = None, output: Output = None) -> None:
    """Tell which signals are of one event: one in a line, its event out."""
    from services.clock import utc_now
    from services.judge import correlate_lines
    from services.lines import answer_lines

    answer_lines(input_, output, lambda lines: correlate_lines(lines, now=utc_now()))


@app.command()
def rebuild(data_dir: DataDir = None) -> None:
    """Make everything that follows from the ledger again; the server must be stopped."""
    from services.rebuild import rebuild as rebuild_from_ledger

    rebuild_from_ledger(_settings(data_dir), say=_say)


@app.command()
def reindex(
    data_dir: DataDir = None,
    after: Annotated[
        int | None, typer.Option(min=0, help="Judge anew what follows from ledger records behind this position.")
    ] = None,
) -> None:
    """Make the search index of distributed mode anew, while the present one answers."""
    from services.reindex import reindex as make_again

    _say(f"{make_again(_settings(data_dir), after=after, say=_say)} entries")


@app.command()
def backup(file: Path, data_dir: DataDir = None) -> None:
    """Write an embedded installation to one file, whether its server runs or not."""
    from services.backup import backup as write_backup

    write_backup(_settings(data_dir), file, say=_say)


@app.command()
def restore(file: Path, data_dir: DataDir = None) -> None:
    """Put a backup into a new folder, or into the servers of distributed mode."""
    from services.restore import restore as put_back

    put_back(_settings(data_dir), file, say=_say)


@app.command()
def doctor(data_dir: DataDir = None) -> None:
    """Look at all that Tocsin needs, and say what to do."""
    from services.doctor import examine

    findings = examine(_settings(data_dir))
    _show(findings, _print_findings)
    if any(finding["state"] != "ok" for finding in findings):
        raise typer.Exit(1)


@app.command("check-config")
def check_config() -> None:
    """Show the settings in force; a mistyped name is an error."""
    import os

    from services.settings import unknown_names

    settings = _settings(None)
    unknown = unknown_names(os.environ)
    if unknown:
        for name, nearest in unknown:
            typer.echo(
                f"tocsin: there is no setting {name}" + (f"; did you mean {nearest}?" if nearest else ""), err=True
            )
        raise typer.Exit(1)
    typer.echo(settings.model_dump_json(indent=2))


@dead_app.command("list")
def dead_list(data_dir: DataDir = None, limit: Annotated[int, typer.Option(min=1, max=1000)] = 100) -> None:
    """Show dead letters and why they are."""
    with _client(data_dir) as client:
        letters = client.get("/v1/dead", params={"limit": limit})
    _show(letters, _print_letters)


@dead_app.command("replay")
def dead_replay(
    data_dir: DataDir = None, number: Annotated[int | None, typer.Option(min=1, help="Only this one.")] = None
) -> None:
    """Append dead letters to where they came from, again."""
    with _client(data_dir) as client:
        done = client.post("/v1/dead/replay", params={"number": number} if number else {})
    _show(done, lambda told: _say(f"{told['replayed']} replayed"))


@token_app.command("create")
def token_create(
    party: Annotated[str, typer.Option(help="The member that it speaks for: US, EU, ...")],
    name: Annotated[str, typer.Option(help="What it is for.")],
    scopes: Annotated[str, typer.Option(help="Any of read,write,intake,operate.")] = "read",
    data_dir: DataDir = None,
) -> None:
    """Make a token; it is shown this once."""
    wanted = [scope.strip() for scope in scopes.split(",") if scope.strip()]
    with _client(data_dir, make=True) as client:
        made = client.post("/v1/tokens", json={"party": party, "name": name, "scopes": wanted})
    _show(made, lambda told: _say(f"{told['token']}\n(keep it: it is not shown again)"))


@token_app.command("list")
def token_list(data_dir: DataDir = None) -> None:
    """Show all tokens, without their secrets."""
    with _client(data_dir) as client:
        tokens = client.get("/v1/tokens")
    _show(tokens, _print_tokens)


@token_app.command("revoke")
def token_revoke(token_id: str, data_dir: DataDir = None) -> None:
    """Close a token's door at once."""
    with _client(data_dir) as client:
        client.delete(f"/v1/tokens/{token_id}")
    _say("revoked")


@party_app.command("list")
def party_list(data_dir: DataDir = None) -> None:
    """Show the members of the group."""
    with _client(data_dir) as client:
        parties = client.get("/v1/parties")
    _show(parties, lambda told: _say("\n".join(party["id"] for party in told["items"])))


@knowledge_app.command("check")
def knowledge_check() -> None:
    """Say what is wrong with the knowledge base, if anything."""
    from streams.knowledge.check import check
    from streams.knowledge.load import load

    knowledge = load()
    problems = check(knowledge)
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        raise typer.Exit(1)
    _say(f"{len(knowledge.materials)} materials, {len(knowledge.places)} places, no problem")


def _settings(data_dir: Path | None, **given: Any) -> "Settings":  # noqa: ANN401 - options become settings by name
    from services.settings import read_settings

    options = {"data_dir": data_dir, **given}
    return read_settings({name: value for name, value in options.items() if value is not None})


def _started(data_dir: Path | None, **given: Any) -> "Settings":  # noqa: ANN401 - options become settings by name
    """Return the settings of a process that is to run for long: it says which names it does not know, and begins its log."""
    import os

    from services import logs
    from services.settings import unknown_names

    settings = _settings(data_dir, **given)
    for name, nearest in unknown_names(os.environ):
        typer.echo(
            f"tocsin: there is no setting {name}; it changes nothing" + (f" ({nearest}?)" if nearest else ""), err=True
        )
    logs.configure(settings.log_level)
    return settings


@contextmanager
def _client(data_dir: Path | None, *, make: bool = False) -> Iterator[Any]:
    from services.client import connect

    with connect(_settings(data_dir), make=make) as client:
        yield client


def _say(text: str) -> None:
    """Tell a person how it goes, beside whatever is piped."""
    typer.echo(text, err=not sys.stdout.isatty())


def _show(told: Any, for_people: Callable[[Any], None]) -> None:  # noqa: ANN401 - JSON of the API
    """Show a result: for people on a terminal, JSON when piped."""
    if sys.stdout.isatty():
        for_people(told)
    else:
        typer.echo(json.dumps(told, ensure_ascii=False))


def _print_findings(findings: list[dict[str, Any]]) -> None:
    for finding in findings:
        typer.echo(f"{finding['state']:<8} {finding['name']:<16} {finding['told']}")
        if finding["advice"]:
            typer.echo(f"{'':<25} -> {finding['advice']}")


def _print_hits(page: dict[str, Any]) -> None:
    for item in page["items"]:
        severity = item["severity"]
        typer.echo(f"{item['published_at'][:10]}  US {severity['us']:>3}  EU {severity['eu']:>3}  {item['title']}")
    typer.echo(f"{page['total']} in all")


def _print_letters(letters: dict[str, Any]) -> None:
    for letter in letters["items"]:
        reason = letter["detail"].strip().splitlines()[-1]
        typer.echo(f"{letter['number']:>6}  {letter['stage']:<10} {letter['error']:<13} {reason}")
    typer.echo(f"{len(letters['items'])} dead letters")


def _print_tokens(tokens: dict[str, Any]) -> None:
    for token in tokens["items"]:
        state = "revoked" if token["revoked_at"] else ",".join(token["scopes"])
        typer.echo(f"{token['id']}  {token['party']:<10} {token['name']:<20} {state}")


if __name__ == "__main__":
    main()
