"""Options and arguments that several commands have, and what a shell may complete them with."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from derive.select import Predicate


def targets(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Claims by their ids, and files by their names."""
    from click.shell_completion import CompletionItem

    from derive.complete import complete

    claims = [CompletionItem(target, help=title) for target, title in complete(incomplete)]
    return [*claims, CompletionItem(incomplete, type="file")]


def tags(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    """The tags of the default files."""
    from derive.complete import tags as known

    return [tag for tag in known() if tag.startswith(incomplete)]


def processors(context: click.Context, parameter: click.Parameter, value: int | None) -> int:
    """How many processes there are to be, by default one a processor."""
    if value is not None:
        return value
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def selected(words: str | None, tags: tuple[str, ...], also: Predicate | None = None) -> Predicate | None:
    """What ``-k`` and ``--tag`` ask for. Raises BadParameter."""
    from derive.select import select

    try:
        return select(words, tags, also)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="-k") from error


FILES = click.argument("files", nargs=-1, shell_complete=targets)
WORDS = click.option(
    "-k", "words", metavar="EXPR", help='Only claims whose id, title or tags match, as in "softmax and not loss".'
)
TAGS = click.option(
    "--tag",
    "tags",
    multiple=True,
    metavar="TAG",
    shell_complete=tags,
    help="Only claims with this tag. May be repeated: any of them.",
)
NO_CACHE = click.option("--no-cache", is_flag=True, help="Decide every claim anew.")
CACHE_DIR = click.option(
    "--cache-dir", metavar="FOLDER", help="Where verdicts are kept; by default .derive_cache of the project."
)
JOBS = click.option(
    "-j",
    "--jobs",
    type=click.IntRange(0, 256),
    callback=processors,
    metavar="N",
    help="How many processes decide claims; 0 for none but this one, without limits. By default one a processor.",
)
