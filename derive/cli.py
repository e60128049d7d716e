"""The command ``derive``. Everything heavy is imported by the command that needs it, so that ``--help`` is quick."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NoReturn

import click

from derive import __version__
from derive.output import FORMATS, Output
from derive.output import outputs as read_outputs

if TYPE_CHECKING:
    from pathlib import Path

    from click.shell_completion import CompletionItem

    from derive.errors import Problem
    from derive.outcome import Outcome, Results
    from derive.output.emit import Piece
    from derive.report.paint import Paint
    from derive.select import Predicate

MOST_BYTES = 256_000_000
STYLES = ("unicode", "pretty", "ascii", "latex", "markdown", "mathml", "json")


def main() -> NoReturn:
    """Run the command line and exit with the code that ``derive check --help`` lists.

    A request to end (SIGTERM) counts as an interrupt: what was finished is told.
    """
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: SIM115 - where the descriptor is closed there is none
    signal.signal(signal.SIGTERM, signal.default_int_handler)
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


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Begin with `derive init` and `derive check`. `derive help COMMAND` tells more of a command.",
)
@click.version_option(__version__, "-V", "--version", prog_name="derive", message="%(prog)s %(version)s")
def derive() -> None:
    """Check mathematics that people wrote by hand.

    Every claim of a claim file is proved for every dimension and every admissible value, or refuted by an exact point
    that anyone can recompute, or left undecided.
    """


def _outputs(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[Output, ...]:
    """The reports that are asked for, none where the configuration or the default has the say."""
    try:
        return read_outputs(values) if values else ()
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def _targets(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Claims by their ids, and files by their names."""
    from click.shell_completion import CompletionItem

    from derive.complete import complete

    claims = [CompletionItem(target, help=title) for target, title in complete(incomplete)]
    return [*claims, CompletionItem(incomplete, type="file")]


def _tags(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    from derive.complete import tags

    return [tag for tag in tags() if tag.startswith(incomplete)]


def _codes(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from derive.explain import titles

    found = titles().items()
    return [CompletionItem(code, help=title) for code, title in found if code.startswith(incomplete.upper())]


def _formats(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    return [name for name in FORMATS if name.startswith(incomplete)]


def _shard(context: click.Context, parameter: click.Parameter, value: str | None) -> tuple[int, int] | None:
    match = re.fullmatch(r"(\d{1,4})/(\d{1,4})", value or "1/1")
    if not match or not 1 <= int(match[1]) <= int(match[2]):
        raise click.BadParameter(f"found {value!r}, required I/N with 1 <= I <= N, such as 2/3")
    return (int(match[1]), int(match[2])) if value else None


@derive.command(
    short_help="Decide the claims of claim files.",
    epilog="Exit codes: 0 as expected, 1 a finding, 2 usage or an invalid file, 3 proof and counterexample "
    "conflict, 5 nothing was checked, 70 internal error, 130 interrupted.",
)
@click.argument("files", nargs=-1, shell_complete=_targets)
@click.option(
    "--format",
    "outputs",
    multiple=True,
    callback=_outputs,
    shell_complete=_formats,
    metavar="NAME[=FILE]",
    help=f"One of {', '.join(FORMATS)}, on standard output or into a file. May be repeated.",
)
@click.option(
    "-k", "words", metavar="EXPR", help='Only claims whose id, title or tags match, as in "softmax and not loss".'
)
@click.option(
    "--tag",
    "tags",
    multiple=True,
    metavar="TAG",
    shell_complete=_tags,
    help="Only claims with this tag. May be repeated: any of them.",
)
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
@click.option("--no-cache", is_flag=True, help="Decide every claim anew.")
@click.option("--cache-dir", metavar="FOLDER", help="Where verdicts are kept; by default .derive_cache of the project.")
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(0, 256),
    metavar="N",
    help="How many processes decide claims; 0 for none but this one, without limits. By default one a processor.",
)
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
    jobs: int | None,
    scheduler: str | None,
    shard: tuple[int, int] | None,
) -> None:
    """Decide the claims of FILES: paths, folders, FILE::ID, an ID of the default files, or - for standard input.

    Without FILES: `files` of [tool.derive] in the nearest pyproject.toml, else ./derivations.yaml.
    """
    from derive.run.cache import cache, root
    from derive.run.replay import replay

    store = None if no_cache else cache(root(), cache_dir)
    is_told_aside = last_failed or certificates is not None or is_doubted
    is_like_others = not is_told_aside and not any(name.startswith("-") for name in files)
    again = replay(store, root(), context.params) if store and is_like_others else None
    if again and (told := again.find()):
        if verbose:
            click.echo("nothing has changed since the same run before; it is told again", err=True)
        _emit(context, *told)

    import time
    from dataclasses import replace

    from derive.configure import configure
    from derive.find import find, sources
    from derive.output.deliver import deliver
    from derive.run.account import account
    from derive.run.cluster import Unreachable
    from derive.run.last_failed import recall, remember
    from derive.run.progress import progress
    from derive.run.resume import resume
    from derive.run.run import Shard

    start = time.monotonic()
    configuration = configure()
    selected = _selected(words, tags, recall(configuration.root) if last_failed else None)
    if again:
        again.look(sources(files, configuration))
    found = find(files, configuration)
    strict = configuration.strict if strict is None else strict
    if again:
        again.look(str(target.path) for target in found.targets)
    jobs = _processors() if jobs is None else jobs
    reports = outputs or read_outputs(configuration.format)
    _spare(reports, (target.path for target in found.targets))
    try:
        with progress(None if quiet else sys.stderr, os.environ) as watch:
            resumed = resume(
                found.targets,
                store,
                jobs,
                scheduler,
                selected=selected,
                strict=strict,
                stop_early=stop_early,
                shard=Shard(*shard) if shard else None,
                watch=watch,
            )
            results = _completed(resumed.results, is_audited, is_doubted)
    except Unreachable as error:
        raise click.BadParameter(str(error), param_hint="--scheduler") from error
    nothing = [] if results.outcomes or results.interrupted or shard else _nothing(words, tags, last_failed)
    results = replace(results, problems=(*configuration.problems, *found.problems, *nothing, *results.problems))
    if certificates is not None:
        _save(results, certificates)
    is_partial = (
        words or tags or stop_early or shard or results.interrupted or any(target.id for target in found.targets)
    )
    remember(configuration.root, results, is_whole=not is_partial)
    if verbose:
        rows = account(configuration, found, store, results, resumed.known, time.monotonic() - start)
        click.echo("\n".join(rows), err=True)
    pieces = list(deliver(results, reports, replace(_paint(), quiet=quiet), os.environ))
    code = results.exit_code(configuration.allow_empty if allow_empty is None else allow_empty)
    if again and resumed.is_settled and not results.interrupted:
        again.keep(pieces, code)
    _emit(context, pieces, code)


def _nothing(words: str | None, tags: tuple[str, ...], last_failed: bool) -> list[Problem]:
    """The message that the selection left nothing, where there is one."""
    from derive.errors import problem

    asked = [f"`-k {words}`"] if words is not None else []
    asked += [f"`--tag {tag}`" for tag in tags] + (["`--last-failed`"] if last_failed else [])
    return [problem("DV507", selection=" and ".join(asked))] if asked else []


def _spare(reports: Iterable[Output], claim_files: Iterable[Path]) -> None:
    """Refuse to write a report over a claim file."""
    places = {os.path.realpath(path) for path in claim_files}
    for report in reports:
        if report.path and os.path.realpath(report.path) in places:
            raise click.UsageError(f"{report.path} is a claim file; let the report go to another one")


def _completed(results: Results, is_audited: bool, is_doubted: bool) -> Results:
    """The results with what each hypothesis is good for, what SymPy thinks of verdicts, and what would make findings
    true; an interrupt ends that.
    """
    from dataclasses import replace

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


def _selected(words: str | None, tags: tuple[str, ...], also: Predicate | None = None) -> Predicate | None:
    from derive.select import select

    try:
        return select(words, tags, also)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="-k") from error


def _save(results: Results, folder: str) -> None:
    from pathlib import Path

    from derive.certificate.save import save

    try:
        written, without = save(results, Path(folder))
    except OSError as error:
        error.filename = folder
        raise _unwritable(error) from error
    click.echo(f"{written} certificates in {folder}; check them with: derive recheck {folder}", err=True)
    if without:
        told = click.wrap_text(", ".join(without), 80, "  ", "  ")
        click.echo(f"without one, or with a part of one, because the checker does not follow:\n{told}", err=True)


def _emit(context: click.Context, pieces: list[Piece], code: int) -> NoReturn:
    from derive.output.emit import emit

    failures = emit(pieces)
    if failures:
        raise _unwritable(failures[0])
    context.exit(code)


def _say(text: str) -> None:
    """Print to standard output, as reports do. Raises ClickException."""
    from derive.output.emit import emit

    for failure in emit([(None, "w", text)]):
        raise _unwritable(failure)


def _unwritable(error: OSError) -> click.ClickException:
    return click.ClickException(f"cannot write {error.filename}: {error.strerror or error}")


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _paint() -> Paint:
    """What standard output understands; NO_COLOR wins over FORCE_COLOR, both over what the terminal says."""
    import shutil

    from derive.report.paint import Paint

    interactive = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    colour = not os.environ.get("NO_COLOR") and bool(os.environ.get("FORCE_COLOR") or interactive)
    try:
        "✓∂Σᵢ".encode(sys.stdout.encoding or "ascii")
        unicode = not _is_plain(os.environ)
    except UnicodeEncodeError:
        unicode = False
    width = shutil.get_terminal_size((80, 24)).columns
    return Paint(colour, unicode, min(max(width, 40), 120))


def _is_plain(environment: Mapping[str, str]) -> bool:
    """Whether ASCII was asked for: Python itself prints UTF-8 in the locale C."""
    is_told = environment.get("PYTHONIOENCODING") or environment.get("PYTHONUTF8") == "1"
    return environment.get("LC_ALL") in ("C", "POSIX") and not is_told


@derive.command(short_help="Explain a message or a rule.")
@click.argument("codes", nargs=-1, metavar="[CODE]...", shell_complete=_codes)
def explain(codes: tuple[str, ...]) -> None:
    """Explain a CODE: a message such as DV101, or a rule such as R5 that a proof rests on.

    Without CODE: the list of all codes.
    """
    from derive.explain import explain as page_of

    try:
        _say("\n".join(page_of(code) for code in codes or (None,)))
    except ValueError as error:
        raise click.UsageError(str(error)) from error


@derive.command(short_help="Print claims as formulas, or an overview.")
@click.argument("target", required=False, shell_complete=_targets)
@click.option("--format", "style", metavar="STYLE", help=f"One of {', '.join(STYLES)}.")
@click.option("--proof", is_flag=True, help="Decide each claim too, and print the proof or the counterexample.")
@click.option("--derive", "as_steps", is_flag=True, help="Decide each claim too, and print `steps` for the claim file.")
@click.pass_context
def show(context: click.Context, target: str | None, style: str | None, proof: bool, as_steps: bool) -> None:
    """Print claims as formulas: those of TARGET, a FILE, FILE::ID or ID.

    Without anything an overview of the default files, with the verdicts that are known from earlier runs.
    """
    from dataclasses import replace

    from derive.configure import configure
    from derive.display.overview import overview
    from derive.display.page import page
    from derive.find import find
    from derive.narrate import tell
    from derive.outcome import Results
    from derive.read import read
    from derive.report.full import diagnostics
    from derive.run.cache import cache, root
    from derive.run.run import run

    paint = _paint()
    is_overview = not (target or style or proof or as_steps)
    style = style or paint.style
    if style not in STYLES:
        raise click.BadParameter(f"found {style!r}, required one of {', '.join(STYLES)}", param_hint="--format")
    configuration = configure()
    found = find([target] if target else [], configuration)
    if as_steps:
        results = run(found.targets)
        pages = [_steps(outcome) for outcome in results.outcomes]
    elif proof:
        results = run(found.targets)
        if any(o.word == "refuted" for o in results.outcomes):
            from derive.repair import repair

            results = repair(results, also_expected=True)
        pages = [page(o.claim, style, o, paint.width, tell(o)) for o in results.outcomes]
    else:
        readings = list(read(found.targets))
        files, problems = (f for r in readings for f in r.files), (p for r in readings for p in r.problems)
        results = Results(tuple(files), (), tuple(problems))
        pages = [page(claim, style, width=paint.width) for r in readings for claim in r.claims]
        if is_overview:
            pages = [overview(readings, cache(root()), paint)]
    results = replace(results, problems=(*configuration.problems, *found.problems, *results.problems))
    between = "\n" if style == "json" else "\n\n"
    text = "".join(f"{text}{between}" for text in pages).rstrip("\n") + "\n" if any(pages) else ""
    _say(paint.characters(text))
    told = diagnostics(replace(results, outcomes=()), paint)
    if told:
        between = "\n" if text and sys.stdout.isatty() else ""
        click.echo(between + paint.characters("\n\n".join(told)), err=True)
    context.exit(results.exit_code(allow_empty=True))


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


@derive.command("report", short_help="Write a page with formulas, proofs and pictures.")
@click.argument("files", nargs=-1, shell_complete=_targets)
@click.option("-o", "--output", default="report.html", metavar="FILE", show_default=True, help="Where the page goes.")
@click.option("-k", "words", metavar="EXPR", help="Only claims whose id, title or tags match.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", shell_complete=_tags, help="Only claims with this tag.")
@click.option(
    "--audit", "is_audited", is_flag=True, help="Drop each hypothesis in turn, and tell what each one is good for."
)
@click.option("--no-cache", is_flag=True, help="Decide every claim anew.")
@click.option("--cache-dir", metavar="FOLDER", help="Where verdicts are kept; by default .derive_cache of the project.")
@click.option("--jobs", type=click.IntRange(0, 256), metavar="N", help="How many processes work; 0 for this one.")
@click.pass_context
def write_page(
    context: click.Context,
    files: tuple[str, ...],
    output: str,
    words: str | None,
    tags: tuple[str, ...],
    is_audited: bool,
    no_cache: bool,
    cache_dir: str | None,
    jobs: int | None,
) -> None:
    """Decide the claims of FILES and write a page to look at: formulas, verdicts, proofs, counterexamples, pictures.

    The page is one HTML file, which needs no network and no script to be read. FILES and the exit code are as those of
    `derive check`.
    """
    from dataclasses import replace

    from derive.audit import audit
    from derive.configure import configure
    from derive.display.publish import publish
    from derive.find import find
    from derive.output.emit import emit
    from derive.repair import repair
    from derive.report.summary import summary
    from derive.run.cache import cache, root
    from derive.run.progress import progress
    from derive.run.resume import resume

    configuration = configure()
    found = find(files, configuration)
    store = None if no_cache else cache(root(), cache_dir)
    jobs = _processors() if jobs is None else jobs
    _spare([Output("page", output)], (target.path for target in found.targets))
    with progress(sys.stderr, os.environ) as watch:
        results = resume(
            found.targets, store, jobs, selected=_selected(words, tags), strict=configuration.strict, watch=watch
        ).results
    results = audit(results) if is_audited else results
    if any(o.word == "refuted" for o in results.outcomes):
        results = repair(results, also_expected=True)
    results = replace(results, problems=(*configuration.problems, *found.problems, *results.problems))
    code = results.exit_code(configuration.allow_empty)
    for failure in emit([(output, "w", publish(results, jobs, store))]):
        raise _unwritable(failure)
    _emit(context, [(None, "w", f"wrote {output}: {summary(results)[0]}\n")], code)


@derive.command(short_help="Put the reports of all shards together.")
@click.argument("reports", nargs=-1, required=True, metavar="REPORT...")
@click.option("--output", metavar="FILE", help="Write the JSON report of one run over all claims.")
@click.option("--allow-empty", is_flag=True, help="Checking nothing at all is not a failure.")
@click.pass_context
def merge(context: click.Context, reports: tuple[str, ...], output: str | None, allow_empty: bool) -> None:
    """Put together the JSON reports of all shards, and judge them as one run. A shard that is missing is an error."""
    import json

    from derive.report.merge import exit_code, told
    from derive.report.merge import merge as merged

    try:
        document = merged({path: _report(path) for path in reports})
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    pieces: list[Piece] = [(output, "w", json.dumps(document, indent=2, sort_keys=True) + "\n")] if output else []
    _emit(context, [*pieces, (None, "w", told(document))], exit_code(document, allow_empty))


def _report(path: str) -> str:
    try:
        with open(path, "rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise click.FileError(path, error.strerror) from error
    if len(data) > MOST_BYTES:
        raise click.FileError(path, f"more than the {MOST_BYTES} bytes allowed")
    return data.decode("utf-8", "replace")


@derive.command("recheck", short_help="Check certificates by a second program.")
@click.argument("folder")
@click.pass_context
def recheck_certificates(context: click.Context, folder: str) -> None:
    """Check the certificates in FOLDER by a second, small checker that shares nothing with the prover.

    Exit codes: 0 all accepted, 1 one rejected, 2 no such folder, 5 no certificate there.
    """
    from pathlib import Path

    from derive.recheck.__main__ import recheck

    if not Path(folder).is_dir():
        raise click.BadParameter(f"found no folder {folder!r}", param_hint="FOLDER")
    counts = {"accepted": 0, "rejected": 0}
    for path, verdict, told in recheck(Path(folder)):
        counts[verdict] += 1
        _say(f"{verdict}  {path}  {told}\n")
    _say(f"{counts['accepted']} accepted, {counts['rejected']} rejected\n")
    context.exit(1 if counts["rejected"] else 0 if counts["accepted"] else 5)


@derive.command("init", short_help="Write a first claim file.")
@click.argument("path", default="derivations.yaml")
def initialise(path: str) -> None:
    """Write a first claim file to PATH, by default ./derivations.yaml, and its schema for editors beside it."""
    from pathlib import Path

    from derive.init import SCHEMA, init

    try:
        init(Path(path))
    except FileExistsError as error:
        raise click.ClickException(f"{path} is there already; nothing is written over it") from error
    except OSError as error:
        error.filename = path
        raise _unwritable(error) from error
    _say(f"wrote {path}, and {SCHEMA} beside it for editors; run: derive check {path}\n")


@derive.command("schema", short_help="Print the JSON schema of claim files or of reports.")
@click.argument("document", type=click.Choice(["claims", "results"]), default="claims")
def print_schema(document: str) -> None:
    """Print the JSON schema of claim files, for editors, or of the report `--format json`."""
    from importlib.resources import files

    from derive.schema import schema

    results = files("derive") / "results.schema.json"
    _say(schema() if document == "claims" else results.read_text(encoding="utf-8"))


@derive.command(short_help="Print the completion for a shell.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion of commands, options, claim ids and codes for a SHELL.

    In bash or zsh: eval "$(derive completion bash)". In fish: derive completion fish | source.
    """
    from click.shell_completion import get_completion_class

    known = get_completion_class(shell)
    assert known is not None, "the choices are those of Click"
    _say(known(derive, {}, "derive", "_DERIVE_COMPLETE").source() + "\n")


@derive.command("help", short_help="Show what a command takes.")
@click.argument("command", required=False)
@click.pass_context
def show_help(context: click.Context, command: str | None) -> None:
    """Show what COMMAND takes; without it, the commands."""
    group = context.find_root()
    if command is None:
        _say(group.get_help() + "\n")
        return
    found = derive.get_command(group, command)
    if found is None:
        raise click.BadParameter(f"found {command!r}, required one of {', '.join(derive.list_commands(group))}")
    _say(found.get_help(click.Context(found, group, command)) + "\n")
