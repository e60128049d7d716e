"""A few of the accidents of ``faults``, so that the command stays true; its full numbers are run by hand."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from faults import CLAIMS, faults

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")


def test_accidents_cost_nothing(tmp_path: Path) -> None:
    names = ["worker_killed", "main_killed", "interrupted", "cache_spoilt"]
    assert CLAIMS and len(list(faults(tmp_path, 1, 25, 7, names))) == len(names)
