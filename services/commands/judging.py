"""Commands that judge without a server: the stages on JSON lines, and the knowledge they judge by."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.commands.options import DataDir, Input, Output, settings_of
from services.commands.telling import progress, say, show

if TYPE_CHECKING:
    from services.evaluate.run import Score
    from services.learning.command import Learned

app = typer.Typer()
knowledge_app = typer.Typer(help="What Tocsin knows of materials, places and shares.", no_args_is_help=True)
app.add_typer(knowledge_app, name="knowledge")


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


@app.command("eval")
def evaluate(
    sets: Annotated[list[Path], typer.Argument(metavar="SET...", help="Files of a known name, or folders of them.")],
    shape: Annotated[str | None, typer.Option("--as", help="What the files are, whatever they are called.")] = None,
    failures: Annotated[int, typer.Option("--show", min=0, help="Print this many failures of each figure.")] = 0,
) -> None:
    """Score the stages on texts whose answers are known, beside a plain keyword tagger."""
    from dataclasses import asdict

    from services.clock import utc_now
    from services.evaluate.run import scores
    from services.evaluate.sets import find

    found = [item for path in sets for item in find(path, shape=shape)]
    with progress() as tell:
        told = list(scores(found, now=utc_now(), show=failures, tell=tell))
    show({"sets": [asdict(score) for score in told]}, lambda _: _print_scores(told))


def _print_scores(told: "list[Score]") -> None:
    from services.evaluate.table import lines

    for score in told:
        for line in lines(score):
            typer.echo(line)


@app.command()
def learn(
    labelled: Annotated[
        list[Path] | None, typer.Option(help="A file of labelled texts, beside the corrections.")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Learn from corrections; keep what was learned only where it beats the rules on texts it has not seen."""
    from services.clock import utc_now
    from services.learning.command import learn_from

    told = learn_from(settings_of(data_dir), labelled or [], now=utc_now())
    show(told.model_dump(mode="json"), lambda _: _print_comparisons(told))
    if told.written is None:
        raise typer.Exit(1)


def _print_comparisons(told: "Learned") -> None:
    from services.learning.command import lines

    for line in lines(told):
        typer.echo(line)


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
    say(f"{len(knowledge.materials)} materials, {len(knowledge.places)} places, no problem")


@knowledge_app.command("show")
def knowledge_show(material: Annotated[str, typer.Argument(help="Its id: gallium, ree-heavy, dysprosium.")]) -> None:
    """Show what is known of a material, each figure with its source and those that conflict with it."""
    from services.commands.material_page import material_page
    from streams.errors import NotFound
    from streams.knowledge.load import load
    from streams.knowledge.profile import profile

    try:
        told = profile(load(), material).model_dump(mode="json")
    except NotFound as exc:
        typer.echo(f"tocsin: {exc}", err=True)
        raise typer.Exit(1) from None
    show(told, lambda page: typer.echo(material_page(page)))
