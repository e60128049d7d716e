"""Decide every claim of a file in this one process and print, as JSON, the processor time of each: prove, cross-check.

Every claim is met once, in the order of the file, so that nothing is measured on its second visit.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from derive.claim import Goal
from derive.find import Target
from derive.kernel import Theorem
from derive.prove import prove
from derive.read import read
from derive.refute import refute


def timed(goals: list[Goal]) -> dict[str, float | bool]:
    """Processor time of the proof attempts and of the cross-checks of the goals of one claim."""
    start = time.process_time()
    proofs = [prove(goal) for goal in goals]
    middle = time.process_time()
    for goal in goals:
        refute(goal, effort=0)
    end = time.process_time()
    proved = all(isinstance(p, Theorem) for p in proofs)
    return {"prove": middle - start, "check": end - middle, "proved": proved}


def main() -> None:
    """Time the claims of a file."""
    start = time.process_time()
    claims = [claim for reading in read([Target(Path(sys.argv[1]))]) for claim in reading.claims]
    reading = time.process_time() - start
    rows = {claim.id: timed([line.goal for line in claim.lines]) for claim in claims}
    print(json.dumps({"read": reading, "claims": rows}))


if __name__ == "__main__":
    main()
