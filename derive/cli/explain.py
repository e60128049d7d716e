"""``derive explain``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from derive.cli.writing import say

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def _codes(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from derive.explain import titles

    found = titles().items()
    return [CompletionItem(code, help=title) for code, title in found if code.startswith(incomplete.upper())]


@click.command(short_help="Explain a message or a rule.")
@click.argument("codes", nargs=-1, metavar="[CODE]...", shell_complete=_codes)
def explain(codes: tuple[str, ...]) -> None:
    """Explain a CODE: a message such as DV101, or a rule such as R5 that a proof rests on.

    Without CODE: the list of all codes.
    """
    from derive.explain import explain as page_of

    try:
        say("\n".join(page_of(code) for code in codes or (None,)))
    except ValueError as error:
        raise click.UsageError(str(error)) from error
