"""``derive show``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from derive.cli.options import targets
from derive.cli.writing import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from derive.find import Target
    from derive.outcome import Outcome, Results
    from derive.report.paint import Paint

    Told = tuple[Results, list[str]]

STYLES = ("unicode", "pretty", "ascii", "latex", "markdown", "mathml", "json")


@click.command(short_help="Print claims as formulas, or an overview.")
@click.argument("target", required=False, shell_complete=targets)
@click.option("--format", "style", metavar="STYLE", help=f"One of {', '.join(STYLES)}.")
@click.option("--proof", is_flag=True, help="Decide each claim too, and print the proof or the counterexample.")
@click.option("--derive", "as_steps", is_flag=True, help="Decide each claim too, and print `steps` for the claim file.")
@click.pass_context
def show(context: click.Context, target: str | None, style: str | None, proof: bool, as_steps: bool) -> None:
    """Print claims as formulas: those of TARGET, a FILE, FILE::ID or ID.

    Without anything an overview of the default files, with the verdicts that are known from earlier runs.
    """
    from msgspec.structs import replace

    from derive.cli.terminal import terminal
    from derive.configure import configure
    from derive.find import find
    from derive.report.full import diagnostics

    paint = terminal()
    is_overview = not (target or style or proof or as_steps)
    style = style or paint.style
    if style not in STYLES:
        raise click.BadParameter(f"found {style!r}, required one of {', '.join(STYLES)}", param_hint="--format")
    configuration = configure()
    found = find([target] if target else [], configuration)
    if as_steps:
        results, pages = _derivations(found.targets)
    elif proof:
        results, pages = _proofs(found.targets, style, paint)
    else:
        results, pages = _statements(found.targets, None if is_overview else style, paint)
    results = replace(results, problems=(*configuration.problems, *found.problems, *results.problems))
    between = "\n" if style == "json" else "\n\n"
    text = "".join(f"{text}{between}" for text in pages).rstrip("\n") + "\n" if any(pages) else ""
    say(paint.characters(text))
    told = diagnostics(replace(results, outcomes=()), paint)
    if told:
        between = "\n" if text and sys.stdout.isatty() else ""
        click.echo(between + paint.characters("\n\n".join(told)), err=True)
    context.exit(results.exit_code(allow_empty=True))


def _derivations(found: Sequence[Target]) -> Told:
    from derive.run.run import run

    results = run(found)
    return results, [_steps(outcome) for outcome in results.outcomes]


def _steps(outcome: Outcome) -> str:
    """The steps of a proved claim, below its id as a comment."""
    from derive.display.steps import steps
    from derive.narrate import tell

    line, *others = outcome.claim.lines
    if outcome.claim.chained:
        return f"# {outcome.claim.id} has steps"
    told = () if others or line.goal.stable else tell(outcome).lines[0]
    found = steps(line.written.left, line.written.right, told)
    return f"# {outcome.claim.id}\n{found}" if found else f"# {outcome.claim.id}: no steps are known"


def _proofs(found: Sequence[Target], style: str, paint: Paint) -> Told:
    from derive.display.page import page
    from derive.narrate import tell
    from derive.run.run import run

    results = run(found)
    if any(o.word == "refuted" for o in results.outcomes):
        from derive.repair import repair

        results = repair(results, also_expected=True)
    return results, [page(o.claim, style, o, paint.width, tell(o)) for o in results.outcomes]


def _statements(found: Sequence[Target], style: str | None, paint: Paint) -> Told:
    """The claims in a style, or without one the overview."""
    from derive.display.overview import overview
    from derive.display.page import page
    from derive.outcome import Results
    from derive.read import read
    from derive.run.cache import cache, root

    readings = list(read(found))
    files, problems = (f for r in readings for f in r.files), (p for r in readings for p in r.problems)
    results = Results(tuple(files), (), tuple(problems))
    if style is None:
        return results, [overview(readings, cache(root()), paint)]
    return results, [page(claim, style, width=paint.width) for r in readings for claim in r.claims]
