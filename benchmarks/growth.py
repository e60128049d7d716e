"""``growth.py FILE``: how long one run over a claim file takes in process, its imports not counted, and its memory.

Prints a line of JSON: seconds, and the peak of resident memory in megabytes.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from derive.find import Target
from derive.report import report
from derive.report.paint import Paint
from derive.runner import run


def main() -> None:
    """Time one run, its full report included."""
    start = time.perf_counter()
    report(run([Target(Path(sys.argv[1]))]), "full", Paint())
    seconds = time.perf_counter() - start
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({"seconds": seconds, "megabytes": peak / 1024}))


if __name__ == "__main__":
    main()
