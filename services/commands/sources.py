"""Commands for what is listened to: list, enable, disable, check."""

from pathlib import Path
from typing import Annotated, Any

import typer

from services.commands.options import DataDir, api, settings_of
from services.commands.telling import say, show

app = typer.Typer()
sources_app = typer.Typer(help="What is listened to.", no_args_is_help=True)
app.add_typer(sources_app, name="sources")

SourceId = Annotated[str, typer.Argument(metavar="ID", help="The source's id, as `tocsin sources list` shows it.")]


@sources_app.command("list")
def sources_list(data_dir: DataDir = None) -> None:
    """Show all sources, and how it goes with those that are switched on."""
    with api(data_dir) as client:
        sources = client.get("/v1/sources")
    show(sources, _print_sources)


@sources_app.command("enable")
def sources_enable(source_id: SourceId, data_dir: DataDir = None) -> None:
    """Switch a source on."""
    _switch(source_id, "enable", data_dir)


@sources_app.command("disable")
def sources_disable(source_id: SourceId, data_dir: DataDir = None) -> None:
    """Switch a source off; what it brought stays."""
    _switch(source_id, "disable", data_dir)


@sources_app.command("check")
def sources_check(
    target: Annotated[
        str, typer.Argument(metavar="FILE|ID", help="A source's id, a TOML file of sources, a document.")
    ],
    data_dir: DataDir = None,
) -> None:
    """Show what would come in, parsed and classified, without keeping any of it."""
    from services.sources.check_file import check_file

    file = Path(target)
    if file.is_file():
        told = [one.model_dump(mode="json") for one in check_file(settings_of(data_dir), file)]
    else:
        with api(data_dir) as client:
            told = [client.post(f"/v1/sources/{target}/check")]
    show({"items": told}, _print_checked)
    if any(one["error"] for one in told):
        raise typer.Exit(1)


def _switch(source_id: str, action: str, data_dir: Path | None) -> None:
    with api(data_dir, make=True) as client:
        source = client.post(f"/v1/sources/{source_id}/{action}")
    show(source, lambda told: say(f"{told['id']} is {'on' if told['enabled'] else 'off'}"))


def _print_sources(sources: dict[str, Any]) -> None:
    for one in sources["items"]:
        state = one["state"]
        typer.echo(f"{one['id']:<36} {state['health']:<8} {one['grade']}  {one['kind']:<16} {one['title']}")
        if state["last_error"]:
            typer.echo(f"{'':<36} -> {state['last_error']}")
    typer.echo(f"{sum(one['enabled'] for one in sources['items'])} of {len(sources['items'])} are on")


def _print_checked(told: dict[str, Any]) -> None:
    for one in told["items"]:
        typer.echo(f"{one['source']}: {one['error'] or str(one['entries']) + ' items'}")
        for item in one["items"]:
            judged = item["judgement"]
            words = (
                ", ".join((*judged["event_classes"], *judged["materials"])) if judged["relevant"] else "not relevant"
            )
            typer.echo(f"  {(item['published_at'] or '')[:10]:<10}  {item['title'][:90]}\n{'':<14}{words}")
        for reason in one["refused"]:
            typer.echo(f"  refused: {reason}")
