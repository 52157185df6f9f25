"""Commands that speak to the server that runs: news in, answers out, tokens, dead letters."""

import sys
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any

import typer

from services.commands.options import DataDir, api
from services.commands.telling import progress, say, show


class Format(StrEnum):
    """How hits are written down."""

    CSV = "csv"
    NDJSON = "ndjson"


app = typer.Typer()
dead_app = typer.Typer(help="What could not be processed.", no_args_is_help=True)
token_app = typer.Typer(help="Tokens that open the API.", no_args_is_help=True)
party_app = typer.Typer(help="Members of the group.", no_args_is_help=True)
app.add_typer(dead_app, name="dead")
app.add_typer(token_app, name="token")
app.add_typer(party_app, name="party")


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

    with api(data_dir, make=True) as client:
        summary = ingest_files(client, files, source=source, ring=ring, say=say)
    show(summary, lambda told: say(f"{told['accepted']} accepted, {told['rejected']} rejected"))
    if summary["rejected"]:
        raise typer.Exit(1)


@app.command()
def search(  # noqa: PLR0913, PLR0917 - typer reads one parameter for each option
    query: str,
    data_dir: DataDir = None,
    kind: Annotated[str, typer.Option(help="events, signals or measures.")] = "events",
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many: 20, or all with --format.")] = None,
    sort: Annotated[str, typer.Option(help="A sort key, `-` before it for descending.")] = "-published",
    format_: Annotated[
        Format | None, typer.Option("--format", help="All hits as CSV or as JSON lines, on standard output.")
    ] = None,
) -> None:
    """Search the running server, or the data folder."""
    asked = {"q": query, "sort": sort} | ({} if limit is None else {"limit": limit})
    with api(data_dir) as client:
        if format_ is None:
            show(client.get(f"/v1/{kind}", params=asked), _print_hits)
            return
        with progress(every=1) as tell:
            client.download(f"/v1/{kind}.{format_}", _Copy(tell), params=asked)


@dead_app.command("list")
def dead_list(data_dir: DataDir = None, limit: Annotated[int, typer.Option(min=1, max=1000)] = 100) -> None:
    """Show dead letters and why they are."""
    with api(data_dir) as client:
        letters = client.get("/v1/dead", params={"limit": limit})
    show(letters, _print_letters)


@dead_app.command("replay")
def dead_replay(
    data_dir: DataDir = None, number: Annotated[int | None, typer.Option(min=1, help="Only this one.")] = None
) -> None:
    """Append dead letters to where they came from, again."""
    with api(data_dir) as client:
        done = client.post("/v1/dead/replay", params={"number": number} if number else {})
    show(done, lambda told: say(f"{told['replayed']} replayed"))


@token_app.command("create")
def token_create(
    party: Annotated[str, typer.Option(help="The member that it speaks for: US, EU, ...")],
    name: Annotated[str, typer.Option(help="What it is for.")],
    scopes: Annotated[str, typer.Option(help="Any of read,write,intake,operate.")] = "read",
    data_dir: DataDir = None,
) -> None:
    """Make a token; it is shown this once."""
    wanted = [scope.strip() for scope in scopes.split(",") if scope.strip()]
    with api(data_dir, make=True) as client:
        made = client.post("/v1/tokens", json={"party": party, "name": name, "scopes": wanted})
    show(made, lambda told: say(f"{told['token']}\n(keep it: it is not shown again)"))


@token_app.command("list")
def token_list(data_dir: DataDir = None) -> None:
    """Show all tokens, without their secrets."""
    with api(data_dir) as client:
        tokens = client.get("/v1/tokens")
    show(tokens, _print_tokens)


@token_app.command("revoke")
def token_revoke(token_id: str, data_dir: DataDir = None) -> None:
    """Close a token's door at once."""
    with api(data_dir) as client:
        client.delete(f"/v1/tokens/{token_id}")
    say("revoked")


@party_app.command("list")
def party_list(data_dir: DataDir = None) -> None:
    """Show the members of the group."""
    with api(data_dir) as client:
        parties = client.get("/v1/parties")
    show(parties, lambda told: say("\n".join(party["id"] for party in told["items"])))


class _Copy:
    """Writes what comes to standard output and tells how many lines it was so far."""

    def __init__(self, tell: Callable[[str, int], None]) -> None:
        self._tell, self._lines = tell, 0

    def __call__(self, piece: bytes, total: int | None) -> None:
        sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        self._lines += piece.count(b"\n")
        self._tell("lines" if total is None else f"lines of {total}", self._lines)


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
