"""``python -m derive.recheck FOLDER``: check every certificate in a folder; exit code 1 where one is rejected."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from derive.recheck.check import check
from derive.recheck.terms import Rejected


def main(folder: str) -> int:
    """Print a line for every certificate of a folder; the exit code."""
    counts = {"accepted": 0, "rejected": 0}
    for path, verdict, told in recheck(Path(folder)):
        counts[verdict] += 1
        print(f"{verdict}  {path}  {told}")
    print(f"{counts['accepted']} accepted, {counts['rejected']} rejected")
    return 0 if counts["accepted"] and not counts["rejected"] else 1


def recheck(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Path, ``accepted`` or ``rejected``, and the rules or the reason, of every certificate below a folder."""
    for path in sorted(folder.rglob("*.json")):
        name = path.relative_to(folder).as_posix()
        try:
            lines = check(path.read_text(encoding="utf-8"))
        except (Rejected, OSError, UnicodeDecodeError) as error:
            yield name, "rejected", str(error)
            continue
        rules = sorted({rule for line in lines for rule in line.rules})
        verdicts = " ".join(dict.fromkeys(line.verdict for line in lines))
        yield name, "accepted", f"{verdicts}  {' '.join(rules)}".rstrip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) if len(sys.argv) == 2 else "usage: python -m derive.recheck FOLDER")
