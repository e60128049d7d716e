"""A run as a page to look at: what is slow about a claim, its derivation and its picture, is made by processes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from derive.claim import Goal
from derive.defect import cause
from derive.meaning import meaning
from derive.outcome import Outcome, Results
from derive.record import record
from derive.report.page import Told, article, derivations, page, related, users
from derive.report.page.markup import element, text
from derive.run.cache import Cache, Verdicts
from derive.run.pool import Executor, Lost, Promise, pool
from derive.run.versions import content, versions
from derive.term import Limit
from derive.verdict import Proved

Orders = tuple[tuple[str, Goal], ...]


def publish(results: Results, jobs: int, store: Cache | None = None) -> str:
    """The page of all claims, each with its derivation and its picture; with ``jobs`` 0 made in this process.

    ``store`` keeps both for the next page. A claim whose process was lost, or at which a defect was met, is shown
    without them.
    """
    orders = _orders(results.outcomes)
    kept = Verdicts(store, "pages") if store else None
    with pool(jobs, prepare) as executor:
        asked = _asked(executor, kept)
        promises = [asked.promise(o, _concerning(o, orders.get(o.claim.path, ()))) for o in results.outcomes]
        found = [_kept(promise) for promise in promises]
    if kept:
        kept.close()
    return page(results, list(_articles(results.outcomes, found)))


def _articles(outcomes: Sequence[Outcome], found: Sequence[str]) -> Iterator[Told]:
    anchors = list(_anchors(outcomes))
    places = {(o.claim.path, o.claim.id): anchor for o, anchor in zip(outcomes, anchors, strict=True)}
    using = users(outcomes)
    for outcome, anchor, more in zip(outcomes, anchors, found, strict=True):
        yield Told(outcome, anchor, article(outcome, anchor, more, related(outcome, places, using)))


class _Asked:
    """What is told of claims: asked for once where several mean the same, and not at all where it was kept."""

    def __init__(self, executor: Executor, kept: Verdicts | None = None, versions: str = "") -> None:
        self._executor, self._kept, self._versions = executor, kept, versions
        self._promises: dict[str, Promise | str] = {}

    def promise(self, outcome: Outcome, orders: Orders) -> Promise | str:
        """What is told, or will be."""
        key = "\n".join((self._versions, *_meaning(outcome, orders)))
        found = self._promises.get(key)
        if found is None:
            found = self._promises[key] = self._found(key) or self._submitted(key, outcome, orders)
        return found

    def _found(self, key: str) -> str | None:
        return self._kept.get(key) if self._kept else None

    def _submitted(self, key: str, outcome: Outcome, orders: Orders) -> Promise:
        promise = self._executor.submit(told, outcome, orders)
        if self._kept:
            promise.add_done_callback(lambda done: self._keep(key, done))
        return promise

    def _keep(self, key: str, promise: Promise) -> None:
        """Keep what was promised, unless it is a defect or an accident, which may not happen again."""
        try:
            made = promise.result()
        except Lost:
            return
        if self._kept and not made.startswith(_FAILED):
            self._kept.put(key, made)


def _asked(executor: Executor, kept: Verdicts | None) -> _Asked:
    """Nothing is kept where this very program cannot tell its own version."""
    try:
        return _Asked(executor, kept, versions(content)) if kept else _Asked(executor)
    except OSError:
        return _Asked(executor)


def _meaning(outcome: Outcome, orders: Orders) -> Iterator[str]:
    """All that is told of a claim depends on."""
    claim = outcome.claim
    yield meaning((claim.lines, claim.correction, claim.chained, claim.definitions, claim.declarations, orders))
    yield from map(record, outcome.verdicts)
    yield record(outcome.correction) if outcome.correction else ""


def told(outcome: Outcome, orders: Orders) -> str:
    """Picture and derivation as HTML in JSON, or ``!`` and what failed; ``orders`` are proved ones of its file."""
    from derive.narrate import tell

    try:
        return json.dumps(_figure(outcome, orders) + derivations(outcome.claim, tell(outcome)))
    except MemoryError:
        raise
    except Exception as error:  # a defect met at one claim must not hide the others; it is told at its place
        return _FAILED + cause(error)


_FAILED = "!"


def prepare() -> None:
    """Import what telling takes."""
    import derive.narrate
    import derive.picture  # noqa: F401


def _figure(outcome: Outcome, orders: Orders) -> str:
    from derive.picture import picture

    found = picture(outcome.claim.lines[outcome.deciding], outcome.verdict, orders)
    return element("figure", found.svg + element("figcaption", text(found.caption))) if found else ""


def _kept(promise: Promise | str) -> str:
    """What was told as HTML, or why there is nothing."""
    try:
        made = promise if isinstance(promise, str) else promise.result()
    except Lost as lost:
        made = f"{_FAILED}{lost}"
    if not made.startswith(_FAILED):
        return str(json.loads(made))
    why = made.removeprefix(_FAILED)
    note = f"There is no derivation and no picture here, because making them failed: {why}"
    return element("p", text(note), "lead")


def _orders(outcomes: Sequence[Outcome]) -> Mapping[str, Orders]:
    """The proved orders of every file, with the claims that they are from."""
    found: dict[str, Orders] = {}
    for outcome in outcomes:
        claim = outcome.claim
        pairs = zip(claim.lines, outcome.verdicts, strict=True)
        proved = (line.goal for line, verdict in pairs if isinstance(verdict, Proved))
        orders = tuple((claim.id, goal) for goal in proved if goal.op not in ("==", "!="))
        found[claim.path] = (*found.get(claim.path, ()), *orders)
    return found


def _concerning(outcome: Outcome, orders: Orders) -> Orders:
    """The orders where they may be bounds: only a limit is shown beside them."""
    goal = outcome.claim.lines[outcome.deciding].goal
    return orders if isinstance(goal.left, Limit) or isinstance(goal.right, Limit) else ()


def _anchors(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Ids to link to: those of the claims, numbered where two files have the same; without blanks, as HTML asks."""
    seen: dict[str, int] = {}
    for outcome in outcomes:
        name = "-".join(outcome.claim.id.split())
        seen[name] = seen.get(name, 0) + 1
        yield name if seen[name] == 1 else f"{name}.{seen[name]}"
