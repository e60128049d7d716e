"""Claim files are data from strangers: nothing runs, nothing hangs, everything wrong is said and placed."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from derive.elaborate import elaborate
from derive.errors import CODES, Problem
from derive.load import load, load_text

HOSTILE = Path(__file__).parent / "hostile"
SECONDS = 5
WITNESS = Path("/tmp/derive-was-here")


def _read(path: Path) -> tuple[list[str], list[Problem]]:
    """The ids of the claims that are left, and all problems; within the time that a hostile file may take."""
    start = time.process_time()
    file = load(path)
    claims, problems = elaborate(file)
    assert time.process_time() - start < SECONDS
    return [claim.id for claim in claims], [*file.problems, *problems]


# file, ids of the claims that are left, ids that must be among those of the problems
FILES: tuple[tuple[str, list[str], set[str]], ...] = (
    (
        "code_in_a_claim.yaml",
        [],
        {
            *("call", "attribute", "builtin", "exec", "open", "comprehension", "function", "walrus", "string"),
            *("formatted", "dunder", "starred", "keyword", "await"),
        },
    ),
    ("code_in_names.yaml", ["a"], set()),
    (
        "huge_powers.yaml",
        [],
        {"tower", "tower-in-parentheses", "literal-exponent", "exponent-of-a-literal", "product-of-towers"},
    ),
    ("bomb.yaml", [], set()),
    ("tags.yaml", [], {"a", "b", "c"}),
    ("one_bad_among_good.yaml", ["first", "second", "third", "fourth"], {"bad"}),
    ("thirty_errors.yaml", ["good"], {f"bad-{k}" for k in range(1, 31)}),
)


@pytest.mark.parametrize(("name", "left", "ids"), FILES, ids=[row[0] for row in FILES])
def test_hostile_files_are_only_read(name: str, left: list[str], ids: set[str]) -> None:
    WITNESS.unlink(missing_ok=True)
    claims, problems = _read(HOSTILE / name)
    assert claims == left
    assert ids <= {p.claim_id for p in problems}
    assert not set(left) & {p.claim_id for p in problems if not p.is_lint}
    assert not WITNESS.exists()
    assert problems and all(_is_complete(p) for p in problems)


def _is_complete(found: Problem) -> bool:
    """Whether a problem is placed, short, and says how to repair it."""
    return bool(found.code in CODES and found.path and found.span and len(found.message) < 400 and found.help)


def test_every_hostile_file_is_tested() -> None:
    assert {path.name for path in HOSTILE.iterdir()} == {name for name, _, _ in FILES}


def _claim(formula: str) -> str:
    return f"variables: {{x: real}}\nclaims:\n  - id: a\n    claim: '{formula}'\n  - id: good\n    claim: x == x\n"


LARGE: tuple[tuple[str, Callable[[], str], list[str]], ...] = (
    ("10,000 brackets", lambda: _claim("(" * 10_000 + "x" + ")" * 10_000 + " == x"), ["good"]),
    ("9,000 brackets, short", lambda: _claim("(" * 4_500 + "x" + ")" * 4_500 + " == x"), ["good"]),
    ("10,000 signs", lambda: _claim("-" * 9_000 + "x == x"), ["good"]),
    ("10,000 subscripts", lambda: _claim("x" + "[k" * 4_000 + "]" * 4_000 + " == x"), ["good"]),
    ("a sum of 5,000 terms", lambda: _claim("+".join(["x"] * 4_990) + " == x"), ["good"]),
    ("a chain of 3,000 relations", lambda: _claim("<".join(["x"] * 4_000)), ["good"]),
    ("a million digits", lambda: _claim("9" * 1_000_000 + " == x"), ["good"]),
    ("9,000 digits", lambda: _claim("9" * 9_000 + " == x"), ["good"]),
    ("a million decimals", lambda: _claim("0." + "3" * 1_000_000 + " == x"), ["good"]),
    ("a long name", lambda: _claim("x" * 9_000 + " == x"), ["good"]),
    ("nested lists", lambda: "claims: " + "[" * 100_000, []),
    ("nested mappings", lambda: "{a: " * 100_000, []),
    ("nested blocks", lambda: "\n".join(" " * k + "a:" for k in range(2_000)), []),
    ("two million items", lambda: "claims: [" + "a," * 1_900_000 + "]", []),
    ("a million lines", lambda: "- a: b\n" * 500_000, []),
    ("many anchors", lambda: "".join(f"a{k}: &a{k} x\n" for k in range(50_000)), []),
    ("many small defects", lambda: "claims:\n" + "  - {id: a, claim: x ==}\n" * 15_000, []),
    ("many broken claims", lambda: "claims:\n" + "  - id: a\n    title: b: c\n" * 15_000, []),
    ("too many claims", lambda: "claims:\n" + "".join(f"  - {{id: a{k}, claim: 1 == 1}}\n" for k in range(20_001)), []),
    ("an unfinished quote", lambda: "claims:\n  - id: a\n    claim: '" + "''" * 1_900_000, []),
    ("one long line", lambda: "x" * 3_900_000, []),
    ("control characters", lambda: "\x07" * 3_900_000, []),
    ("many definitions", lambda: _definitions(3_000), []),
    ("a circle of definitions", lambda: _circle(3_000), []),
    ("many variables", lambda: _variables(20_000), ["a"]),
)


def _definitions(count: int) -> str:
    chain = "".join(f"  f{k}: f{k - 1} + 1\n" for k in range(1, count))
    return f"variables: {{x: real}}\ndefine:\n  f0: x\n{chain}claims:\n  - {{id: a, claim: f{count - 1} == x}}\n"


def _circle(count: int) -> str:
    chain = "".join(f"  f{k}: f{(k + 1) % count}\n" for k in range(count))
    return f"define:\n{chain}claims:\n  - {{id: a, claim: f0 == 1}}\n"


def _variables(count: int) -> str:
    names = "".join(f"  x{k}: real[n{k}]\n" for k in range(count))
    return f"variables:\n{names}claims:\n  - {{id: a, claim: 'x0[i] == x1[j]'}}\n"


@pytest.mark.parametrize(("make", "left"), [row[1:] for row in LARGE], ids=[row[0] for row in LARGE])
def test_large_files_take_little_time(make: Callable[[], str], left: list[str]) -> None:
    start = time.process_time()
    file = load_text(make(), "claims.yaml")
    claims, problems = elaborate(file)
    assert time.process_time() - start < SECONDS
    assert [claim.id for claim in claims] == left
    found = [*file.problems, *problems]
    assert left == ["a"] or found
    assert all(_is_complete(p) for p in found)


JUNK: tuple[tuple[str, bytes, str], ...] = (
    ("empty", b"", "DV505"),
    ("blank", b"\n\n  \n", "DV505"),
    ("an executable", b"\x7fELF\x02\x01\x01\x00\x00\x00", "DV005"),
    ("an image", b"\x89PNG\r\n\x1a\n", "DV004"),
    ("random bytes", bytes(range(256)) * 100, "DV004"),
    ("a lone surrogate", b"claims: \xed\xa0\x80", "DV004"),
    ("an overlong NUL", b"claims: \xc0\x80", "DV004"),
)


@pytest.mark.parametrize(("data", "code"), [row[1:] for row in JUNK], ids=[row[0] for row in JUNK])
def test_junk_is_named(data: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "junk.yaml"
    path.write_bytes(data)
    claims, problems = _read(path)
    assert claims == []
    assert [p.code for p in problems] == [code]
    assert all(_is_complete(p) for p in problems)


def test_a_thousand_claims_are_read_in_linear_time() -> None:
    def seconds(count: int) -> float:
        body = "".join(f"  - id: c{k}\n    claim: Sum(o[k]*s[k], k) == o[i] + {k}\n" for k in range(count))
        text = "variables: {o: 'real[n]'}\ndefine:\n  s[i]: exp(o[i])/Sum(exp(o[k]), k)\nclaims:\n" + body
        start = time.process_time()
        claims, problems = elaborate(load_text(text, "claims.yaml"))
        assert (len(claims), problems) == (count, ())
        return time.process_time() - start

    seconds(50)
    assert seconds(2_000) < 20 * seconds(200) + 0.5


def test_a_case_without_steps_is_told() -> None:
    file = load_text("claims:\n  - id: a\n    cases:\n      - {when: 1 > 0, steps: []}\n", "claims.yaml")
    claims, problems = elaborate(file)
    assert not claims and [(p.code, p.claim_id) for p in problems] == [("DV086", "a")]
