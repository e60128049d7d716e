"""How long a check takes of which everything is known, as a ratio to ``python -c "import click"``.

    python benchmarks/cached.py [ROUNDS]

Prints medians of fresh processes, started in turn: nothing known, one claim edited, a comment edited, nothing changed.
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

ROOT = Path(__file__).resolve().parent.parent
CLICK = (sys.executable, "-c", "import click")
CHECK = (sys.executable, "-m", "derive", "check", "derivations.yaml")


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
        claims = folder / "derivations.yaml"
        rows: dict[str, tuple[Sequence[str], Callable[[int], object]]] = {
            "python -c 'import click'": (CLICK, lambda k: None),
            "derive check --no-cache": ((*CHECK, "--no-cache"), lambda k: None),
            "derive check, one claim edited": (CHECK, lambda k: edit(claims, k)),
            "derive check, a comment edited": (CHECK, lambda k: claims.open("a").write(f"# {k}\n")),
            "derive check, nothing changed": (CHECK, lambda k: None),
        }
        taken: dict[str, list[float]] = {row: [] for row in rows}
        for k in range(-1, rounds):  # the first round compiles
            for row, (command, prepare) in rows.items():
                prepare(k)
                seconds = timed(command, folder, environment)
                if k >= 0:
                    taken[row].append(seconds)
    base = median(taken["python -c 'import click'"])
    print(f"{'whole process':<36}{'seconds':>9}{'ratio':>8}")
    for row, figures in taken.items():
        print(f"{row:<36}{median(figures):>9.3f}{median(figures) / base:>8.2f}")


def edit(path: Path, number: int) -> None:
    """Let the last claim say something else."""
    text = re.sub(r"\n  - id: edited\n.*\n", "\n", path.read_text(encoding="utf-8"))
    added = f"\n  - id: edited\n    claim: {number} + 1/2 == {number + 1} - 1/2\n"
    path.write_text(text.rstrip("\n") + added, encoding="utf-8")


def timed(command: Sequence[str], folder: Path, environment: dict[str, str]) -> float:
    """Seconds on the clock."""
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
