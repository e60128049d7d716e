"""The line that tells how far a run is: on a terminal only, gone at the end, there even when nothing moves."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs terminals of its own")
ROOT = Path(__file__).parent.parent
FILE = "derive: 1\nvariables: {x: real}\nclaims:\n" + "".join(f"  - {{id: c{k}, claim: x == x}}\n" for k in range(3))
SLOW = """
import time
from derive.run import decide, progress
from derive.cli import main
from derive.prove import prove as really
progress.PATIENCE = 0.05
def prove(goal, *budget):
    time.sleep(0.5)
    return really(goal, *budget)
decide.prove = prove
main()
"""
SHOWN = "0 of 3 claims, at c0"


def said(folder: Path, *arguments: str, **environment: str) -> str:
    """What is told on standard error, which is a terminal."""
    (folder / "derivations.yaml").write_text(FILE, encoding="utf-8")
    mine, its = pty.openpty()
    own = {name: value for name, value in os.environ.items() if name not in ("CI", "TERM")}
    own |= {"PYTHONPATH": str(ROOT), "TERM": "xterm", "DERIVE_CACHE_SECRET": "of this test"} | environment
    command = [sys.executable, "-c", SLOW, "check", "--no-cache", "--jobs", "0", *arguments]
    subprocess.run(command, cwd=folder, env=own, stdout=subprocess.DEVNULL, stderr=its, check=True)
    os.set_blocking(mine, False)
    try:
        return os.read(mine, 1 << 16).decode()
    except BlockingIOError:
        return ""
    finally:
        os.close(mine)
        os.close(its)


def test_the_line_is_there_while_the_first_claim_is_decided_and_gone_at_the_end(tmp_path: Path) -> None:
    told = said(tmp_path)
    assert SHOWN in told and "2 of 3 claims, at c2" in told
    assert told.endswith("\r\x1b[K")


@pytest.mark.parametrize(("arguments", "environment"), (("-q", {}), ("", {"CI": "true"}), ("", {"TERM": "dumb"})))
def test_where_no_person_looks_there_is_none(tmp_path: Path, arguments: str, environment: dict[str, str]) -> None:
    assert said(tmp_path, *arguments.split(), **environment) == ""
