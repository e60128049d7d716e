"""``derive recheck``."""

from __future__ import annotations

import click

from derive.cli.writing import say


@click.command(short_help="Check certificates by a second program.")
@click.argument("folder")
@click.pass_context
def recheck(context: click.Context, folder: str) -> None:
    """Check the certificates in FOLDER by a second, small checker that shares nothing with the prover.

    Exit codes: 0 all accepted, 1 one rejected, 2 no such folder, 5 no certificate there.
    """
    from pathlib import Path

    from derive.recheck.__main__ import recheck as checked

    if not Path(folder).is_dir():
        raise click.BadParameter(f"found no folder {folder!r}", param_hint="FOLDER")
    counts = {"accepted": 0, "rejected": 0}
    for path, verdict, told in checked(Path(folder)):
        counts[verdict] += 1
        say(f"{verdict}  {path}  {told}\n")
    say(f"{counts['accepted']} accepted, {counts['rejected']} rejected\n")
    context.exit(1 if counts["rejected"] else 0 if counts["accepted"] else 5)
