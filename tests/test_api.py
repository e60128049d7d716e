"""Derive from Python: verdicts as values, located problems as an exception."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import derive
from derive import Proved, Refuted, Undecided

SOFTMAX = {"s[i]": "exp(o[i]) / Sum(exp(o[k]), k)"}
LOGITS = {"n": "positive integer", "o": "real[n]"}

# relation, what is given with it, kind of verdict, conditions
CHECKS = (
    ("diff(exp(2*x), x) == 2*exp(2*x)", {"variables": {"x": "real"}}, Proved, ()),
    ("x/x == 1", {"variables": {"x": "real"}}, Proved, ("x != 0",)),
    ("1 == 1 == x/x == (x - 1)/(x - 1)", {"variables": {"x": "real"}}, Proved, ("x != 0", "x - 1 != 0")),
    ("x == 2*x", {"variables": {"x": "real"}}, Refuted, None),
    ("0 <= x <= x + 1 < x", {"variables": {"x": "nonnegative"}}, Refuted, None),
    ("x**2 < 10**40", {"variables": {"x": "real"}}, Undecided, None),
    ("x == 1", {"variables": {"x": "real"}, "assume": ["x > 0", "x < 0"]}, Undecided, None),
    ("sqrt(x**2) == x", {"variables": {"x": "real"}, "assume": "x >= 0"}, Proved, ()),
    (
        "diff(s[i], o[j]) == s[i] * (KroneckerDelta(i, j) - s[j])",
        {"variables": LOGITS, "define": SOFTMAX},
        Proved,
        (),
    ),
)


@pytest.mark.parametrize(("relation", "given", "kind", "conditions"), CHECKS, ids=[row[0] for row in CHECKS])
def test_a_relation(relation: str, given: dict, kind: type, conditions: tuple[str, ...] | None) -> None:
    verdict = derive.check(relation, **given)
    assert isinstance(verdict, kind)
    if conditions is not None:
        assert set(verdict.conditions) == set(conditions)


@pytest.mark.parametrize(
    ("relation", "given", "code", "columns"),
    (
        ("x.real == x", {"variables": {"x": "real"}}, "DV033", (2, 3)),
        ("x + y == x", {"variables": {"x": "real"}}, "DV076", (5, 6)),
        ("x + x", {"variables": {"x": "real"}}, "DV085", (1, 6)),
        ("x == x", {"variables": {"x": "reel"}}, "DV070", (1, 5)),
        ("x == x", {"variables": {"x": "real"}, "assume": "x + 1"}, "DV094", (1, 6)),
        ("", {}, "DV030", (1, 2)),
        ("(" * 5000, {}, "DV031", None),
    ),
)
def test_what_cannot_be_read(relation: str, given: dict, code: str, columns: tuple[int, int] | None) -> None:
    with pytest.raises(derive.InputError) as raised:
        derive.check(relation, **given)
    found = raised.value.problems[0]
    assert found.code == code and f"{found.message}; {found.help}" in str(raised.value)
    if columns:
        assert (found.span.column, found.span.end_column) == columns


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("variables: {x: real}\nclaims:\n  - {id: a, claim: x == x}\n  - {id: b, claim: x == 2}\n")
    assert [o.word for o in derive.check_file(path).outcomes] == ["proved", "refuted"]
    assert derive.check_file(str(path)).exit_code() == 1
    assert derive.check_file(path, "a").exit_code() == 0
    assert derive.check_file(tmp_path / "gone.yaml").exit_code() == 2


def test_a_defect_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    def settle(claim: object) -> object:
        return derive.errors.problem("DV900", where="it", error="boom")

    monkeypatch.setattr(derive.api, "settle", settle)
    with pytest.raises(RuntimeError, match="boom"):
        derive.check("1 == 1")


def test_importing_derive_imports_nothing_else() -> None:
    code = "import sys, derive; print(*(m for m in sys.modules if m.startswith('derive.') or m in ('yaml', 'sympy')))"
    assert not subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert not hasattr(derive, "no_such_name")
    assert all(getattr(derive, name) for name in derive.__all__)


@pytest.mark.parametrize("name", derive.__all__)
def test_no_module_takes_the_name_of_an_exported_function(name: str) -> None:
    """Importing ``derive/check.py`` would put that module in the place of the function ``derive.check``."""
    assert not list(Path(derive.__file__).parent.glob(f"{name}*/__init__.py")), f"rename derive/{name}"
    assert not (Path(derive.__file__).parent / f"{name}.py").exists(), f"rename derive/{name}.py"
