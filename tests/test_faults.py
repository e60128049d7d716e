"""A few of the accidents of ``faults``, so that the command stays true; its full numbers are run by hand."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.faults import faults

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")


def test_accidents_cost_nothing(tmp_path: Path) -> None:
    names = ["interrupted", "cache_spoilt"]
    assert len(list(faults(tmp_path, 1, 10, 7, names))) == len(names)
