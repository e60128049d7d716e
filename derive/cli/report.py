"""``derive report``."""

from __future__ import annotations

import os
import sys

import click

from derive.cli.options import CACHE_DIR, FILES, JOBS, NO_CACHE, TAGS, WORDS, selected
from derive.cli.writing import leave, spare, write
from derive.output import Output


@click.command(short_help="Write a page with formulas, proofs and pictures.")
@FILES
@click.option("-o", "--output", default="report.html", metavar="FILE", show_default=True, help="Where the page goes.")
@WORDS
@TAGS
@click.option(
    "--audit", "is_audited", is_flag=True, help="Drop each hypothesis in turn, and tell what each one is good for."
)
@NO_CACHE
@CACHE_DIR
@JOBS
@click.pass_context
def report(
    context: click.Context,
    files: tuple[str, ...],
    output: str,
    words: str | None,
    tags: tuple[str, ...],
    is_audited: bool,
    no_cache: bool,
    cache_dir: str | None,
    jobs: int,
) -> None:
    """Decide the claims of FILES and write a page to look at: formulas, verdicts, proofs, counterexamples, pictures.

    The page is one HTML file, which needs no network and no script to be read. FILES and the exit code are as those of
    `derive check`.
    """
    from msgspec.structs import replace

    from derive.audit import audit
    from derive.configure import configure
    from derive.display.publish import publish
    from derive.find import find
    from derive.repair import repair
    from derive.report.summary import summary
    from derive.run.cache import cache, root
    from derive.run.pool import pool
    from derive.run.prepare import prepare
    from derive.run.progress import progress
    from derive.run.resume import resume

    configuration = configure()
    found = find(files, configuration)
    store = None if no_cache else cache(root(), cache_dir)
    spare([Output("page", output)], (target.path for target in found.targets))
    is_asked = selected(words, tags)
    with progress(sys.stderr, os.environ) as watch, pool(jobs, prepare) as workers:
        resumed = resume(found.targets, store, workers, selected=is_asked, strict=configuration.strict, watch=watch)
    results = audit(resumed.results) if is_audited else resumed.results
    if any(o.word == "refuted" for o in results.outcomes):
        results = repair(results, also_expected=True)
    results = replace(results, problems=(*configuration.problems, *found.problems, *results.problems))
    write([(output, "w", publish(results, jobs, store))])
    told = f"wrote {output}: {summary(results)[0]}\n"
    leave(context, [(None, "w", told)], results.exit_code(configuration.allow_empty))
