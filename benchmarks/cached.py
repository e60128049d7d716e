"""How long a check takes of which everything is known, as a ratio to ``python -c "import click"``.

    python benchmarks/cached.py [ROUNDS]

Prints medians of fresh processes, started in turn: nothing known, one claim edited, a comment edited, nothing changed;
of the catalogue, and of 1,000 other claims.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from shutil import copy
from statistics import median

from many import HEAD, claim

ROOT = Path(__file__).resolve().parent.parent
CLICK = (sys.executable, "-c", "import click")
CHECK = (sys.executable, "-m", "derive", "check", "derivations.yaml")
MANY = (*CHECK[:-1], "many.yaml", "--format", "concise")


def main() -> None:
    """Print the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy(ROOT / "derivations.yaml", folder)
        environment = os.environ | {
            "PYTHONPATH": str(ROOT),
            "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
            "DERIVE_CACHE_SECRET": "of this benchmark",
        }
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        claims, many = folder / "derivations.yaml", folder / "many.yaml"
        many.write_text(HEAD + "".join(map(claim, range(1000))), encoding="utf-8")
        subprocess.run(MANY, cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=True)
        rows: dict[str, tuple[Sequence[str], Callable[[int], object]]] = {
            "python -c 'import click'": (CLICK, lambda k: None),
            "derive check --no-cache": ((*CHECK, "--no-cache"), lambda k: None),
            "derive check, one claim edited": (CHECK, lambda k: edit(claims, k)),
            "derive check, a comment edited": (CHECK, lambda k: claims.open("a").write(f"# {k}\n")),
            "derive check, nothing changed": (CHECK, lambda k: None),
            "1,000 claims, one edited": (MANY, lambda k: edit(many, k)),
            "1,000 claims, nothing changed": (MANY, lambda k: None),
        }
        taken: dict[str, list[tuple[float, float]]] = {row: [] for row in rows}
        for k in range(-1, rounds):  # the first round compiles
            for row, (command, prepare) in rows.items():
                prepare(k)
                seconds = timed(command, folder, environment)
                if k >= 0:
                    taken[row].append(seconds)
    columns = {row: [median(column) for column in zip(*figures, strict=True)] for row, figures in taken.items()}
    base = columns["python -c 'import click'"]
    print(f"{'whole process':<36}{'seconds':>9}{'ratio':>8}{'processor':>11}{'ratio':>8}")
    for row, (clock, processor) in columns.items():
        print(f"{row:<36}{clock:>9.3f}{clock / base[0]:>8.2f}{processor:>11.3f}{processor / base[1]:>8.2f}")


def edit(path: Path, number: int) -> None:
    """Let the last claim say something else."""
    text = re.sub(r"\n  - id: edited\n.*\n", "\n", path.read_text(encoding="utf-8"))
    added = f"\n  - id: edited\n    claim: {number} + 1/2 == {number + 1} - 1/2\n"
    path.write_text(text.rstrip("\n") + added, encoding="utf-8")


def timed(command: Sequence[str], folder: Path, environment: dict[str, str]) -> tuple[float, float]:
    """Seconds on the clock, and of the processor as far as the first process and those that it waited for used it."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)}: {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
