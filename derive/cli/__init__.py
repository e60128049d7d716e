"""The command ``derive``. Each of its commands is a module, imported when it is asked for; so is whatever is heavy."""

from __future__ import annotations

import gc
import os
import signal
import sys
from importlib import import_module
from typing import NoReturn

import click

from derive import __version__

COMMANDS = ("check", "completion", "explain", "help", "init", "merge", "recheck", "report", "schema", "show")
"""A command is the function of its name, in the module of its name."""


def main() -> NoReturn:
    """Run the command line and exit with the code that ``derive check --help`` lists.

    A request to end (SIGTERM) counts as an interrupt: what was finished is told.
    """
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115 - where the descriptor is closed there is none
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    gc.set_threshold(200_000, 20, 20)  # what is imported and read stays, and has few cycles
    try:
        code = derive.main(prog_name="derive", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        code = 130
    except Exception:
        sys.excepthook(*sys.exc_info())
        click.echo("derive: internal error; please report it with the lines above", err=True)
        code = 70
    sys.exit(code or 0)


class _Commands(click.Group):
    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"derive.cli.{name}"), name)
        return command

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = arguments[0]
        if name not in COMMANDS and not name.startswith("-"):
            from derive.errors import meant

            raise click.UsageError(f"there is no command {name!r}; {meant(name, COMMANDS)}", context)
        return super().resolve_command(context, arguments)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Begin with `derive init` and `derive check`. `derive help COMMAND` tells more of a command.",
)
@click.version_option(__version__, "-V", "--version", prog_name="derive", message="%(prog)s %(version)s")
def derive() -> None:
    """Check mathematics that people wrote by hand.

    Every claim of a claim file is proved for every dimension and every admissible value, or refuted by an exact point
    that anyone can recompute, or left undecided.
    """
