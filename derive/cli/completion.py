"""``derive completion``."""

from __future__ import annotations

import click

from derive.cli.writing import say


@click.command(short_help="Print the completion for a shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the completion of commands, options, claim ids and codes for a SHELL.

    In bash or zsh: eval "$(derive completion bash)". In fish: derive completion fish | source.
    """
    from click.shell_completion import get_completion_class

    known = get_completion_class(shell)
    assert known is not None, "the choices are those of Click"
    say(known(context.find_root().command, {}, "derive", "_DERIVE_COMPLETE").source() + "\n")
