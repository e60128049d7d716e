"""``derive check``."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, NamedTuple

import click

from derive.cli.options import CACHE_DIR, FILES, JOBS, NO_CACHE, TAGS, WORDS, selected
from derive.cli.writing import leave, spare, unwritable
from derive.output import Output
from derive.output import outputs as read_outputs
from derive.report import FORMATS

if TYPE_CHECKING:
    from pathlib import Path

    from derive.configure import Configuration
    from derive.errors import Problem
    from derive.find import Found
    from derive.outcome import Results
    from derive.run.pool import Workers
    from derive.run.replay import Replay
    from derive.select import Predicate


def _outputs(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[Output, ...]:
    """The reports that are asked for, none where the configuration or the default has the say."""
    try:
        return read_outputs(values) if values else ()
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def _formats(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    return [name for name in FORMATS if name.startswith(incomplete)]


def _shard(context: click.Context, parameter: click.Parameter, value: str | None) -> tuple[int, int] | None:
    match = re.fullmatch(r"(\d{1,4})/(\d{1,4})", value or "1/1")
    if not match or not 1 <= int(match[1]) <= int(match[2]):
        raise click.BadParameter(f"found {value!r}, required I/N with 1 <= I <= N, such as 2/3")
    return (int(match[1]), int(match[2])) if value else None


@click.command(
    short_help="Decide the claims of claim files.",
    epilog="Exit codes: 0 as expected, 1 a finding, 2 usage or an invalid file, 3 proof and counterexample "
    "conflict, 5 nothing was checked, 70 internal error, 130 interrupted.",
)
@FILES
@click.option(
    "--format",
    "outputs",
    multiple=True,
    callback=_outputs,
    shell_complete=_formats,
    metavar="NAME[=FILE]",
    help=f"One of {', '.join(FORMATS)}, on standard output or into a file. May be repeated.",
)
@WORDS
@TAGS
@click.option("--last-failed", "--lf", is_flag=True, help="Only claims that failed last time; all, if none did.")
@click.option("-x", "stop_early", is_flag=True, help="Stop at the first claim that is not as expected.")
@click.option("--strict/--no-strict", default=None, help="Sides that are not defined at the same points are a finding.")
@click.option("--allow-empty/--no-allow-empty", default=None, help="Checking nothing at all is not a failure.")
@click.option(
    "--audit", "is_audited", is_flag=True, help="Drop each hypothesis in turn; one that is not needed is a finding."
)
@click.option(
    "--second-opinion",
    "is_doubted",
    is_flag=True,
    help="Hold every verdict against SymPy's own calculus, at its point; another value is a finding.",
)
@click.option("--certificates", metavar="FOLDER", help="Write what each verdict rests on, for `derive recheck FOLDER`.")
@click.option("-q", "--quiet", is_flag=True, help="Tell people of findings only, and no progress.")
@click.option("-v", "--verbose", is_flag=True, help="Tell, on standard error, what was read, known and decided.")
@NO_CACHE
@CACHE_DIR
@JOBS
@click.option(
    "--scheduler", metavar="ADDRESS", help="Decide claims on a cluster of dask.distributed, as at tcp://10.0.0.1:8786."
)
@click.option(
    "--shard",
    callback=_shard,
    metavar="I/N",
    help="Every N-th claim, from the I-th on; `derive merge` joins the N reports.",
)
@click.pass_context
def check(
    context: click.Context,
    files: tuple[str, ...],
    outputs: tuple[Output, ...],
    words: str | None,
    tags: tuple[str, ...],
    last_failed: bool,
    stop_early: bool,
    strict: bool | None,
    allow_empty: bool | None,
    is_audited: bool,
    is_doubted: bool,
    certificates: str | None,
    quiet: bool,
    verbose: bool,
    no_cache: bool,
    cache_dir: str | None,
    jobs: int,
    scheduler: str | None,
    shard: tuple[int, int] | None,
) -> None:
    """Decide the claims of FILES: paths, folders, FILE::ID, an ID of the default files, or - for standard input.

    Without FILES: `files` of [tool.derive] in the nearest pyproject.toml, else ./derivations.yaml.
    """
    from derive.run.cache import cache, root

    store = None if no_cache else cache(root(), cache_dir)
    is_cold = store is None or not os.path.isdir(store.folder)
    workers = _workers(context, jobs, scheduler) if is_cold else None
    if workers:
        workers.start()  # what they import is imported while this process imports the rest

    from derive.run.replay import replay

    is_told_aside = last_failed or certificates is not None or is_doubted
    is_like_others = not is_told_aside and not any(name.startswith("-") for name in files)
    again = replay(store, root(), context.params) if store and is_like_others else None
    if again and (told := again.find()):
        if verbose:
            click.echo("nothing has changed since the same run before; it is told again", err=True)
        leave(context, *told)

    import time

    from msgspec.structs import replace

    from derive.cli.terminal import terminal
    from derive.output.deliver import deliver
    from derive.run.account import account
    from derive.run.last_failed import remember
    from derive.run.progress import progress
    from derive.run.resume import resume
    from derive.run.run import Shard

    start = time.monotonic()
    asked = _asked(files, outputs, _Selection(words, tags, last_failed), strict, again)
    workers = workers or _workers(context, jobs, scheduler)
    with progress(None if quiet else sys.stderr, os.environ) as watch:
        resumed = resume(
            asked.found.targets,
            store,
            workers,
            selected=asked.predicate,
            strict=asked.strict,
            stop_early=stop_early,
            shard=Shard(*shard) if shard else None,
            watch=watch,
        )
        results = _completed(resumed.results, is_audited, is_doubted)
    results = asked.with_problems(results, is_shard=shard is not None)
    if certificates is not None:
        _save(results, certificates)
    is_partial = asked.is_partial or stop_early or shard or results.interrupted
    remember(asked.configuration.root, results, is_whole=not is_partial)
    if verbose:
        rows = account(asked.configuration, asked.found, store, results, resumed.known, time.monotonic() - start)
        click.echo("\n".join(rows), err=True)
    pieces = list(deliver(results, asked.reports, replace(terminal(), quiet=quiet), os.environ))
    code = results.exit_code(asked.configuration.allow_empty if allow_empty is None else allow_empty)
    if again and resumed.is_settled and not results.interrupted:
        again.keep(pieces, code)
    leave(context, pieces, code)


def _workers(context: click.Context, jobs: int, scheduler: str | None) -> Workers:
    """What decides claims, for as long as the command runs. Raises BadParameter where there is no such cluster."""
    from derive.run.pool import pool
    from derive.run.prepare import prepare

    if not scheduler:
        return context.with_resource(pool(jobs, prepare))
    from derive.run.cluster import Unreachable, cluster

    try:
        return context.with_resource(cluster(scheduler))
    except Unreachable as error:
        raise click.BadParameter(str(error), param_hint="--scheduler") from error


class _Selection(NamedTuple):
    """The claims that are asked for: by words, by tags, or because they failed last time."""

    words: str | None
    tags: tuple[str, ...]
    last_failed: bool

    def predicate(self, root: Path) -> Predicate | None:
        """The test of a claim, or None where all are asked for. Raises BadParameter."""
        from derive.run.last_failed import recall

        return selected(self.words, self.tags, recall(root) if self.last_failed else None)

    def missed(self) -> list[Problem]:
        """The message that the selection left nothing, where there is one."""
        from derive.errors import problem

        asked = [f"`-k {self.words}`"] if self.words is not None else []
        asked += [f"`--tag {tag}`" for tag in self.tags] + (["`--last-failed`"] if self.last_failed else [])
        return [problem("DV507", selection=" and ".join(asked))] if asked else []


class _Asked(NamedTuple):
    """What a run is about: the claims, which of them, and how they are told."""

    configuration: Configuration
    found: Found
    selection: _Selection
    predicate: Predicate | None
    reports: tuple[Output, ...]
    strict: bool

    @property
    def is_partial(self) -> bool:
        """Whether claims of the files are left out."""
        return bool(self.selection.words or self.selection.tags) or any(target.id for target in self.found.targets)

    def with_problems(self, results: Results, is_shard: bool) -> Results:
        """The results with what is wrong around them; a shard may well be left with nothing."""
        from msgspec.structs import replace

        nothing = [] if results.outcomes or results.interrupted or is_shard else self.selection.missed()
        problems = (*self.configuration.problems, *self.found.problems, *nothing, *results.problems)
        return replace(results, problems=problems)


def _asked(
    files: tuple[str, ...],
    outputs: tuple[Output, ...],
    selection: _Selection,
    strict: bool | None,
    again: Replay | None,
) -> _Asked:
    """What the command line and the configuration ask for; a replay learns which files that depends on."""
    from derive.configure import configure
    from derive.find import find, sources
    from derive.report import teller

    configuration = configure()
    predicate = selection.predicate(configuration.root)
    if again:
        again.look(sources(files, configuration))
    found = find(files, configuration)
    if again:
        again.look(str(target.path) for target in found.targets)
    reports = outputs or read_outputs(configuration.format)
    spare(reports, (target.path for target in found.targets))
    for name in {output.format for output in reports}:
        teller(name)  # imported while the workers import
    strict = configuration.strict if strict is None else strict
    return _Asked(configuration, found, selection, predicate, reports, strict)


def _completed(results: Results, is_audited: bool, is_doubted: bool) -> Results:
    """The results with what each hypothesis is good for, what SymPy thinks of verdicts, and what would make findings
    true; an interrupt ends that.
    """
    from msgspec.structs import replace

    try:
        if is_audited and not results.interrupted:
            from derive.audit import audit

            results = audit(results)
        if is_doubted and not results.interrupted:
            from derive.doubt import doubt

            doubted = doubt(results)
            results = doubted.results
            click.echo(f"second opinion of SymPy, by lines: {doubted.told}", err=True)
        if any(o.word != "proved" and o.findings for o in results.outcomes) and not results.interrupted:
            from derive.repair import repair

            results = repair(results)
    except KeyboardInterrupt:
        return replace(results, interrupted=True)
    return results


def _save(results: Results, folder: str) -> None:
    from pathlib import Path

    from derive.certificate.save import save

    try:
        written, without = save(results, Path(folder))
    except OSError as error:
        error.filename = folder
        raise unwritable(error) from error
    click.echo(
        f"{written} certificate{'s' * (written != 1)} in {folder}; check them with: derive recheck {folder}", err=True
    )
    if without:
        told = click.wrap_text(", ".join(without), 80, "  ", "  ")
        click.echo(f"without one, or with a part of one, because the checker does not follow:\n{told}", err=True)
