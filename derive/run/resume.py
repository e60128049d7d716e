"""A run with all that makes it quick: what is known from earlier runs, and processes for what is not."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from derive.find import Target
from derive.outcome import Results
from derive.run.cache import Cache, Verdicts
from derive.run.known import known
from derive.run.pool import Workers
from derive.run.progress import Watch
from derive.run.run import Shard, run
from derive.select import Predicate


class Resumed(Struct, frozen=True):
    """A run, whether the next one would certainly decide the same, and how many lines it knew from earlier ones."""

    results: Results
    is_settled: bool
    known: int


def resume(
    targets: Iterable[Target],
    store: Cache | None,
    workers: Workers,
    *,
    selected: Predicate | None = None,
    strict: bool = False,
    stop_early: bool = False,
    shard: Shard | None = None,
    watch: Watch | None = None,
) -> Resumed:
    """Decide the claims as ``run`` does; without ``store`` everything is decided anew."""
    kept = Verdicts(store) if store else None
    before = known(kept) if kept else None
    if before is None or before.is_empty:
        workers.start()
    results = run(
        targets,
        selected=selected,
        strict=strict,
        stop_early=stop_early,
        executor=workers,
        known=before,
        shard=shard,
        watch=watch,
    )
    workers.rest()
    if kept:
        kept.close()
    is_settled = before is not None and before.is_whole and not results.interrupted
    return Resumed(results, is_settled, before.found if before else 0)
