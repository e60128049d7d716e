"""``derive help``."""

from __future__ import annotations

import click

from derive.cli.writing import say


@click.command(short_help="Show what a command takes.")
@click.argument("command", required=False)
@click.pass_context
def help(context: click.Context, command: str | None) -> None:
    """Show what COMMAND takes; without it, the commands."""
    group = context.find_root()
    if command is None:
        say(group.get_help() + "\n")
        return
    assert isinstance(group.command, click.Group)
    _, found, _ = group.command.resolve_command(group, [command])
    assert found is not None, "what is no command is refused"
    say(found.get_help(click.Context(found, group, command)) + "\n")
