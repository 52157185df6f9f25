"""Commands that keep an installation: rebuild, reindex, backup, restore, doctor, check-config."""

from pathlib import Path
from typing import Annotated, Any

import typer

from services.commands.options import DataDir, settings_of
from services.commands.telling import say, show

app = typer.Typer()


@app.command()
def rebuild(data_dir: DataDir = None) -> None:
    """Make everything that follows from the ledger again; the server must be stopped."""
    from services.rebuild import rebuild as rebuild_from_ledger

    rebuild_from_ledger(settings_of(data_dir), say=say)


@app.command()
def reindex(
    data_dir: DataDir = None,
    after: Annotated[
        int | None, typer.Option(min=0, help="Judge anew what follows from ledger records behind this position.")
    ] = None,
) -> None:
    """Make the search index of distributed mode anew, while the present one answers."""
    from services.reindex import reindex as make_again

    say(f"{make_again(settings_of(data_dir), after=after, say=say)} entries")


@app.command()
def backup(file: Path, data_dir: DataDir = None) -> None:
    """Write an embedded installation to one file, whether its server runs or not."""
    from services.backup import backup as write_backup

    write_backup(settings_of(data_dir), file, say=say)


@app.command()
def restore(file: Path, data_dir: DataDir = None) -> None:
    """Put a backup into a new folder, or into the servers of distributed mode."""
    from services.restore import restore as put_back

    put_back(settings_of(data_dir), file, say=say)


@app.command()
def doctor(data_dir: DataDir = None) -> None:
    """Look at all that Tocsin needs, and say what to do."""
    from services.doctor import examine

    findings = examine(settings_of(data_dir))
    show(findings, _print_findings)
    if any(finding["state"] != "ok" for finding in findings):
        raise typer.Exit(1)


@app.command("check-config")
def check_config() -> None:
    """Show the settings in force; a mistyped name is an error."""
    import os

    from services.settings import unknown_names

    settings = settings_of(None)
    unknown = unknown_names(os.environ)
    if unknown:
        for name, nearest in unknown:
            typer.echo(
                f"tocsin: there is no setting {name}" + (f"; did you mean {nearest}?" if nearest else ""), err=True
            )
        raise typer.Exit(1)
    typer.echo(settings.model_dump_json(indent=2))


def _print_findings(findings: list[dict[str, Any]]) -> None:
    for finding in findings:
        typer.echo(f"{finding['state']:<8} {finding['name']:<16} {finding['told']}")
        if finding["advice"]:
            typer.echo(f"{'':<25} -> {finding['advice']}")
