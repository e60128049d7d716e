"""Measure derive: one table, everything relative to something measured in the same run.

    python benchmarks/run.py            about ten minutes, most of them waiting for the others
    python benchmarks/run.py --tiny     a few seconds: whether the scripts work at all

Every figure is the median of several fresh processes, taken in turn, so that a busy moment strikes all alike; those of
single claims are processor time. All modules are compiled beforehand, as they are when packages have been installed,
unless hardly anything is measured.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from math import log
from pathlib import Path
from statistics import median
from typing import Any

from headline import HEADLINES, Headline
from msgspec import Struct
from systems import SYSTEMS, System

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
CATALOGUE = ROOT / "derivations.yaml"
PYTHON = sys.executable
IMPORTS = (PYTHON, "-c", "import sympy, numpy")
CLICK = (PYTHON, "-c", "import click")
CHECK = (PYTHON, "-m", "derive", "check", "--no-cache", str(CATALOGUE))
HELP = (PYTHON, "-m", "derive", "--help")


class Extent(Struct, frozen=True):
    """How much to measure: repetitions, headlines, n for the others, their seconds at most, numbers of claims."""

    rounds: int
    headlines: int
    sizes: tuple[int, ...]
    limit: float
    claims: tuple[int, ...]


FULL = Extent(7, len(HEADLINES), (3, 10, 30), 20, (100, 1000))
TINY = Extent(1, 1, (2,), 5, (4, 8))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="Measure derive against other systems and against bare imports.")
    parser.add_argument("--tiny", action="store_true", help="hardly measure anything; see whether the scripts work")
    extent = TINY if parser.parse_args().tiny else FULL
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PYTHONPATH"] = str(ROOT)
        if extent is FULL:
            _compile(folder)
        for line in (*processes(extent), "", *claims(extent), "", *growth(extent, Path(folder))):
            print(line, flush=True)


def _compile(folder: str) -> None:
    os.environ["PYTHONPYCACHEPREFIX"] = folder
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for command in (IMPORTS, CHECK):
        subprocess.run(command, stdout=subprocess.DEVNULL, check=False)


# --- whole processes


def processes(extent: Extent) -> Iterator[str]:
    """Cold starts, as ratios to the imports that they cannot do without."""
    yield f"{'whole process':<44}{'seconds':>9}{'ratio':>8}{'processor':>11}{'ratio':>8}"
    taken: dict[Sequence[str], list[tuple[float, float]]] = {c: [] for c in (IMPORTS, CHECK, CLICK, HELP)}
    for _ in range(extent.rounds):
        for command, figures in taken.items():
            figures.append(_taken(command))
    for name, command, reference in (("derive check --no-cache", CHECK, IMPORTS), ("derive --help", HELP, CLICK)):
        base, own = _medians(taken[reference]), _medians(taken[command])
        yield _process(f"python -c {reference[-1]!r}", base, base)
        yield _process(name, own, base)


def _taken(command: Sequence[str]) -> tuple[float, float]:
    """Seconds on the clock, and of all processors together."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    usage = os.wait4(process.pid, 0)[2]
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime


def _medians(figures: list[tuple[float, float]]) -> tuple[float, float]:
    return median(f[0] for f in figures), median(f[1] for f in figures)


def _process(name: str, own: tuple[float, float], base: tuple[float, float]) -> str:
    (clock, processor), (clock_base, processor_base) = own, base
    return f"{name:<44}{clock:>9.3f}{clock / clock_base:>8.2f}{processor:>11.3f}{processor / processor_base:>8.2f}"


# --- claims


def claims(extent: Extent) -> Iterator[str]:
    """Every headline claim for symbolic n by derive, for explicit n by the others; then the whole catalogue."""
    runs = [_worker("catalogue.py", str(CATALOGUE)) for _ in range(extent.rounds)]
    systems = [system for system in SYSTEMS if system.is_there]
    for n in extent.sizes:
        heads = "".join(f"{system.name:>11}" for system in systems)
        yield f"{f'claim, every n; the others n = {n}':<42}{'prove':>8}{'+ check':>8}{heads}"
        for row in HEADLINES[: extent.headlines]:
            if row.has_dimension or n == extent.sizes[0]:
                prove, both = _of(runs, row.id, "prove"), _of(runs, row.id, "prove", "check")
                cells = "".join(f"{_asked(system, row, n, extent.limit):>11}" for system in systems)
                yield f"{row.id:<42}{1000 * prove:>8.1f}{1000 * both:>8.1f}{cells}"
        yield ""
    ids = list(runs[0]["claims"])
    for name, parts in (("prove", ("prove",)), ("cross-check", ("check",)), ("both", ("prove", "check"))):
        every = sorted(_of(runs, id, *parts) for id in ids)
        summary = f"median {_ms(median(every))}, highest {_ms(every[-1])}, sum {_ms(sum(every))}"
        yield f"all {len(ids)} claims of the catalogue, {name}: {summary}"
    yield f"reading the catalogue: {_ms(median(run['read'] for run in runs))}"


def _of(runs: list[dict[str, Any]], id: str, *parts: str) -> float:
    return median(sum(run["claims"][id][part] for part in parts) for run in runs)


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.1f} ms"


def _asked(system: System, row: Headline, n: int, limit: float) -> str:
    """Milliseconds of a system, ``no`` where it ends without the answer, ``-`` where it knows no such thing."""
    try:
        found = _worker("systems.py", system.name, row.id, str(n), limit=limit + 5)
    except subprocess.TimeoutExpired:
        return f"> {1000 * limit:,.0f}"
    if found["done"] is None:
        return "-"
    return "no" if not found["done"] else f"{1000 * found['seconds']:,.0f}"


def _worker(script: str, *arguments: str, limit: float | None = None) -> Any:
    command = (PYTHON, str(HERE / script), *arguments)
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=limit).stdout)


# --- growth


def growth(extent: Extent, folder: Path) -> Iterator[str]:
    """Files of many claims: the catalogue's own, repeated under other ids."""
    yield f"{'claims in one file':<44}{'seconds':>9}{'each':>9}{'memory':>9}"
    seen: list[tuple[int, float]] = []
    for count in extent.claims:
        path = folder / f"{count}.yaml"
        path.write_text(repeated(CATALOGUE.read_text(encoding="utf-8"), count), encoding="utf-8")
        found = [_worker("growth.py", str(path)) for _ in range(min(extent.rounds, 3))]
        seconds, memory = median(f["seconds"] for f in found), median(f["megabytes"] for f in found)
        seen.append((count, seconds))
        yield f"{count:<44}{seconds:>9.2f}{_ms(seconds / count):>9}{memory:>6.0f} MB"
    (few, quick), (many, slow) = seen[0], seen[-1]
    yield f"seconds grow as claims ** {log(slow / quick) / log(many / few):.2f}"


def repeated(text: str, count: int) -> str:
    """So many claims of a file, from its first on, and over again with a number added to the id."""
    head, *entries = re.split(r"(?m)^(?=  - id: )", text)
    copies = (entries[k % len(entries)].replace("\n", f"-{k // len(entries)}\n", 1) for k in range(count))
    return head + "".join(copies)


if __name__ == "__main__":
    main()
