"""Certificates of a claim file: what it takes to prove a claim, to write its certificate, and to check that.

    python benchmarks/certificates.py [FILE]        the catalogue, if no file is named

Times are those of the processor, each the least of three, in milliseconds; sizes are of compact JSON. The first table
is by what a claim says, the second names the claims that are slowest to check. At the end the whole run is timed
without certificates and with them.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from msgspec import Struct

from derive.certificate import certify
from derive.find import Target
from derive.outcome import Outcome
from derive.prove import prove
from derive.recheck.check import check
from derive.run.run import run
from derive.term import Limit, Optimum

CATALOGUE = Path(__file__).resolve().parent.parent / "derivations.yaml"
ROUNDS = 3
SLOWEST = 8
KINDS = ("equation", "order", "limit", "optimum")


class Cost(Struct, frozen=True):
    """Milliseconds to prove the lines of a claim, to write its certificate and to check it; bytes."""

    id: str
    kind: str
    prove: float
    produce: float
    check: float
    size: int


def main(path: Path) -> None:
    """Print the tables."""
    outcomes = run((Target(path),)).outcomes
    costs = [cost for outcome in outcomes if (cost := measure(outcome))]
    print(f"{len(costs)} claims of {len(outcomes)} have a certificate\n")
    if not costs:
        return
    print(f"{'':44}{'prove':>10}{'produce':>10}{'check':>10}{'bytes':>10}{'check/prove':>13}")
    for kind in ("all", *KINDS, "refuted"):
        chosen = [c for c in costs if kind in ("all", c.kind)]
        columns: list[list[float]] = [
            [getattr(c, name) for c in chosen] for name in ("prove", "produce", "check", "size")
        ]
        for title, taken in (("median", median), ("largest", max)) if chosen else ():
            print(row(f"{kind} ({len(chosen)}), {title}", *(float(taken(column)) for column in columns)))
    print()
    for cost in sorted(costs, key=lambda c: -c.check)[:SLOWEST]:
        print(row(cost.id, cost.prove, cost.produce, cost.check, cost.size))
    print_whole(path, costs)


def print_whole(path: Path, costs: list[Cost]) -> None:
    """What certificates add to a run, and what a check takes beside a search."""
    without = least(lambda: run((Target(path),)))
    adding = sum(c.produce for c in costs)
    print(
        f"\nrun without certificates {without:.0f}, with them {without + adding:.0f}: {1 + adding / without:.2f} times"
    )
    checking, proving = median(c.check for c in costs), median(c.prove for c in costs)
    print(f"median check {checking:.2f}, median search {proving:.2f}: {checking / proving:.2f} times")


def kind_of(outcome: Outcome) -> str:
    """What a claim says: the kind of its first line."""
    goal = outcome.claim.lines[0].goal
    sides = (goal.left, goal.right)
    if outcome.word != "proved":
        return "refuted"
    if any(isinstance(side, Limit | Optimum) for side in sides):
        return "limit" if any(isinstance(side, Limit) for side in sides) else "optimum"
    return "equation" if goal.op == "==" else "order"


def measure(outcome: Outcome) -> Cost | None:
    """What one claim costs; None where it has no certificate."""
    certificate = certify(outcome)
    if certificate is None:
        return None
    text = json.dumps(certificate, separators=(",", ":"))
    proving = least(lambda: [prove(line.goal) for line in outcome.claim.lines])
    return Cost(
        outcome.claim.id,
        kind_of(outcome),
        proving,
        least(lambda: certify(outcome)),
        least(lambda: check(text)),
        len(text),
    )


def least(work: Callable[[], Any]) -> float:
    """The least time of a few rounds, in milliseconds."""
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        times.append(1000 * (time.process_time() - start))
    return min(times)


def row(title: str, proving: float, producing: float, checking: float, size: float) -> str:
    share = checking / proving if proving else 0.0
    return f"{title[:43]:44}{proving:10.1f}{producing:10.1f}{checking:10.1f}{size:10.0f}{share:13.1f}"


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else CATALOGUE)
