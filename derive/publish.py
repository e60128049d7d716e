"""A run as a page to look at: what is slow about a claim, its derivation and its picture, is made by processes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from derive.claim import Goal
from derive.defect import cause
from derive.derivation import Telling
from derive.outcome import Outcome, Results
from derive.pool import Lost, Promise, pool
from derive.report.page import Told, article, page
from derive.report.page.markup import element, text
from derive.verdict import Proved


def publish(results: Results, jobs: int) -> str:
    """The page of all claims, each with its derivation and its picture; with ``jobs`` 0 made in this process.

    A claim whose process was lost, or at which a defect was met, is shown without them.
    """
    orders = _orders(results.outcomes)
    anchors = list(_anchors(results.outcomes))
    with pool(jobs, prepare) as executor:
        executor.start()
        promises = [
            executor.submit(told, outcome, anchor, orders.get(outcome.claim.path, ()))
            for outcome, anchor in zip(results.outcomes, anchors, strict=True)
        ]
        asked = zip(results.outcomes, anchors, promises, strict=True)
        claims = [Told(outcome, anchor, _kept(promise, outcome, anchor)) for outcome, anchor, promise in asked]
    return page(results, claims)


Orders = tuple[tuple[str, Goal], ...]


def told(outcome: Outcome, anchor: str, orders: Orders) -> str:
    """The article of one claim with all that there is to tell; ``orders`` are the proved orders of its file."""
    from derive.narrate import tell

    try:
        return article(outcome, anchor, tell(outcome), _figure(outcome, orders))
    except MemoryError:
        raise
    except Exception as error:  # a defect met at one claim must not hide the others; it is told at its place
        return _without(outcome, anchor, cause(error))


def prepare() -> None:
    """Import what telling takes."""
    import derive.narrate
    import derive.picture  # noqa: F401


def _figure(outcome: Outcome, orders: Orders) -> str:
    from derive.picture import picture

    found = picture(outcome.claim.lines[outcome.deciding], outcome.verdict, orders)
    return element("figure", found.svg + element("figcaption", text(found.caption))) if found else ""


def _kept(promise: Promise, outcome: Outcome, anchor: str) -> str:
    try:
        return promise.result()
    except Lost as lost:
        return _without(outcome, anchor, str(lost))


def _without(outcome: Outcome, anchor: str, why: str) -> str:
    note = f"There is no derivation and no picture here, because making them failed: {why}"
    return article(outcome, anchor, Telling(), element("p", text(note), "lead"))


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


def _anchors(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Ids to link to: those of the claims, numbered where two files have the same; without blanks, as HTML asks."""
    seen: dict[str, int] = {}
    for outcome in outcomes:
        name = "-".join(outcome.claim.id.split())
        seen[name] = seen.get(name, 0) + 1
        yield name if seen[name] == 1 else f"{name}.{seen[name]}"
