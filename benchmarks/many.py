"""Many claims: whether time grows with their number, whether all processors work, how much memory it takes.

    python benchmarks/many.py [COUNT ...]       by default 1000 and 10000

The claims are all different and of the kinds of the catalogue. For every count the run is made with one and with four
processes and in three shards; all must give the same bytes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from math import log
from pathlib import Path

from msgspec import Struct

ROOT = Path(__file__).resolve().parent.parent
HEAD = """\
derive: 1
variables: {n: positive integer, o: 'real[n]', y: 'real[n]', x: real, z: positive}
define: {'s[i]': 'exp(o[i]) / Sum(exp(o[k]), k)'}
claims:
"""
KINDS = (
    "diff(s[i], o[j]) == s[i] * (KroneckerDelta(i, j) - s[j]) + {k} - {k}",
    "diff(log(Sum(exp({k}*o[k]), k)), o[j]) == {k}*exp({k}*o[j]) / Sum(exp({k}*o[k]), k)",
    "Sum((o[k] - {k}*y[k])**2, k) == Sum(o[k]**2, k) - {twice}*Sum(o[k]*y[k], k) + {square}*Sum(y[k]**2, k)",
    "log(z**{k}) == {k}*log(z)",
    "diff(1/(1 + exp(-{k}*x)), x) == {k}*exp(-{k}*x) / (1 + exp(-{k}*x))**2",
    "x**2 + {square} >= {twice}*x",
    "exp(x + {k}) == exp(x) * exp({k})",
    "Sum({k}*o[k], k) == {k}*Sum(o[k], k)",
)
FALSE = "  - {{id: c{number}, claim: 'x + {k} == x', expect: refuted, because: a benchmark needs some}}\n"


class Taken(Struct, frozen=True):
    """Seconds on the clock and of all processors; processes at work, whether or not a processor was free for them, on
    average; megabytes of all processes together, at most.
    """

    clock: float
    processor: float
    working: float
    megabytes: float


def main() -> None:
    """Print the table; fails when the reports differ."""
    counts = [int(text) for text in sys.argv[1:]] or [1000, 10_000]
    clocks: list[float] = []
    print(f"{'claims':<9}{'run':<28}{'seconds':>9}{'processor':>11}{'at work':>9}{'memory':>10}")
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            rows = list(runs(Path(folder), count))
            for name, taken in rows:
                figures = f"{taken.clock:>9.2f}{taken.processor:>11.2f}{taken.working:>9.2f}{taken.megabytes:>7.0f} MB"
                print(f"{count:<9}{name:<28}{figures}", flush=True)
            clocks.append(rows[0][1].clock)
    if len(counts) > 1:
        print(f"seconds grow as claims ** {log(clocks[-1] / clocks[0]) / log(counts[-1] / counts[0]):.2f}")


def runs(folder: Path, count: int) -> Iterator[tuple[str, Taken]]:
    """Every way to check the same claims."""
    (folder / "derivations.yaml").write_text(HEAD + "".join(map(claim, range(count))), encoding="utf-8")
    yield "one process a processor", check(folder, "a.json")
    yield "nothing changed", check(folder, "a.json")
    yield "4 processes", check(folder, "b.json", "--no-cache", "--jobs", "4")
    shards = [check(folder, f"{n}.json", "--no-cache", "--jobs", "1", "--shard", f"{n}/3") for n in (1, 2, 3)]
    clock, processor = sum(s.clock for s in shards), sum(s.processor for s in shards)
    working, megabytes = sum(s.working for s in shards) / 3, max(s.megabytes for s in shards)
    yield "3 shards, one process each", Taken(clock, processor, working, megabytes)
    yield "merge", run(folder, "merge", "1.json", "2.json", "3.json", "--output", "c.json")
    if len({(folder / name).read_bytes() for name in ("a.json", "b.json", "c.json")}) > 1:
        raise SystemExit("the reports differ")


def claim(number: int) -> str:
    """One claim; every fiftieth is false."""
    k = number // len(KINDS) + 1
    if number % 50 == 7:
        return FALSE.format(number=number, k=k)
    text = KINDS[number % len(KINDS)].format(k=k, twice=2 * k, square=k**2)
    return f"  - {{id: c{number}, claim: '{text}'}}\n"


def check(folder: Path, report: str, *options: str) -> Taken:
    """One run."""
    return run(folder, "check", "--format", f"json={report}", "--format", "concise", *options)


def run(folder: Path, *arguments: str) -> Taken:
    """One command; it fails where that does."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "DERIVE_CACHE_SECRET": "of this benchmark"}
    command = [sys.executable, "-m", "derive", *arguments]
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)
    used: dict[int, float] = {}
    peak, samples = 0.0, []
    while process.poll() is None:
        family = [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if session(pid) == process.pid]
        used |= {pid: processor(pid) for pid in family}
        samples.append(sum(state(pid)[:1] == ["R"] for pid in family))
        peak = max(peak, sum(map(megabytes, family)))
        time.sleep(0.1)
    clock = time.perf_counter() - start
    if process.returncode:
        raise SystemExit(f"derive {' '.join(arguments)}: exit code {process.returncode}")
    return Taken(clock, sum(used.values()), sum(samples) / len(samples), peak)


def session(pid: int) -> int:
    """To which command a process belongs."""
    found = state(pid)  # asked once: the process may end at any time
    return int(found[3]) if found else 0


def processor(pid: int) -> float:
    """Seconds of a processor that a process has used."""
    found = state(pid)
    return (int(found[11]) + int(found[12])) / os.sysconf("SC_CLK_TCK") if found else 0


def state(pid: int) -> list[str]:
    """What the system tells of a process, from the third field on; nothing of one that has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return []


def megabytes(pid: int) -> float:
    """Its share of memory: what it holds with others counts in parts."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0)


if __name__ == "__main__":
    main()
