"""Claim files as tests of pytest, run by pytest itself on a sample repository."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CLAIMS = """\
derive: 1
title: Sample
variables: {x: real}
claims:
  - {id: good, title: Sums commute, claim: x + 1 == 1 + x, tags: [sums]}
  - {id: wrong, claim: x == 2*x}
  - {id: known, claim: x == 2*x, expect: refuted, because: only 0 is its own double}
  - {id: partial, claim: x/x == 1}
  - {id: broken, claim: x.real == x}
  - {id: 公式, claim: x == x}
"""
OTHERS = {
    "derivations.yaml": CLAIMS,
    "notes/a.yaml": "claims: [{id: other, claim: 1 == 1}]\n",
    "config.yaml": "a: 1\n",
    "test_a.py": "def test_a():\n    pass\n",
}


def run(folder: Path, *arguments: str, **files: str) -> tuple[int, str]:
    """What pytest says in a folder that holds the sample, with no other plugin than that of derive."""
    for name, text in {**OTHERS, **files}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "derive.plugin", "-p", "no:cacheprovider", "-rA", *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    environment.pop("PYTEST_ADDOPTS", None)
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8")
    return done.returncode, done.stdout + done.stderr


INI = "[pytest]\nderive_files = derivations.yaml notes/*\n"

# arguments, settings, exit code, what is said
RUNS = (
    (("derivations.yaml",), "", 1, ("PASSED derivations.yaml::good", "FAILED derivations.yaml::wrong", "3 failed")),
    (("derivations.yaml::good",), "", 0, ("1 passed",)),
    (("derivations.yaml::known", "derivations.yaml::partial"), "", 0, ("2 passed",)),
    (("derivations.yaml::broken",), "", 1, ("DV033", "derivations.yaml:9:", "1 failed")),
    (("derivations.yaml", "-k", "sums"), "", 0, ("1 passed, 5 deselected",)),
    (("derivations.yaml::wrong",), "", 1, ("error[DV101]", "left side = 1", "right side = 2", "^")),
    ((), "", 0, ("1 passed",)),
    ((), INI, 1, ("PASSED notes/a.yaml::other", "PASSED test_a.py::test_a", "3 failed, 5 passed")),
    (("config.yaml",), "", 4, ("not found",)),
)


@pytest.mark.parametrize(("arguments", "settings", "code", "said"), RUNS)
def test_a_run(tmp_path: Path, arguments: tuple[str, ...], settings: str, code: int, said: tuple[str, ...]) -> None:
    got, out = run(tmp_path, *arguments, **({"pytest.ini": settings} if settings else {}))
    assert (got, [part for part in said if part not in out]) == (code, []), out
    assert "Traceback" not in out and "plugin.py" not in out


def test_strictness_is_configured(tmp_path: Path) -> None:
    table = {"pyproject.toml": "[tool.derive]\nstrict = true\n"}
    code, out = run(tmp_path, "derivations.yaml::partial", **table)
    assert (code, "DV301" in out) == (1, True), out


def test_a_lint_is_a_warning(tmp_path: Path) -> None:
    code, out = run(tmp_path, "empty.yaml", **{"empty.yaml": "derive: 1\nclaims: []\n"})
    assert (code, "DV505" in out) == (5, True), out


def test_a_file_that_cannot_be_read_fails(tmp_path: Path) -> None:
    code, out = run(tmp_path, "a.yaml", **{"a.yaml": "derive: 1\nclaims: [\n"})
    assert (code, "FAILED a.yaml::DV006" in out) == (1, True), out


def test_the_package_announces_its_plugin() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    # The name must be that of the module: pytest would otherwise register it a second time beside `-p derive.plugin`.
    assert project["entry-points"]["pytest11"] == {"derive.plugin": "derive.plugin"}
