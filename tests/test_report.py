"""Every report format over one run in which everything happens that can happen."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest
from rich.cells import cell_len

import derive
from derive.claim import Claim, Declaration, Goal, Line
from derive.errors import Problem, Span, problem
from derive.gate import gate
from derive.outcome import ClaimFile, Outcome, Results
from derive.parse import parse_relation_chain
from derive.report import FORMATS, report
from derive.report.evidence import rational, sides
from derive.report.excerpt import excerpt
from derive.report.paint import Paint, clean, wrap
from derive.term import Relation, Variable
from derive.verdict import (
    Conflict,
    Contradicted,
    Counterexample,
    Enclosure,
    Proved,
    Refuted,
    Support,
    Undecided,
    Verdict,
)

LARGE, SMALL = "2.7e9999999999999999999", "2.7e-9999999999999999999"
HOSTILE = "z[k] [/] [red] \x1b[31m"
TEXTS = (
    "softmax: x*y == y*x",
    "ratio: x/x == 1",
    "slip: exp(x) == x",
    "typed: x + y[k] == x - y[k]",
    "公式: log(x) == x",
    "open: x < y",
    "both: x == x + 1",
    "chain: x == x <= x + 1 < x",
    "mended: x == 2*x",
    "limiting: limit(y[k], x, oo) == x",
    "broken: x.y == 1",
    "lint: Sum(x, k) == n*x",
)
LINES = tuple(TEXTS)
SCHEMA = json.loads((Path(derive.__file__).parent / "results.schema.json").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Evidence:
    conditions: tuple[str, ...] = ()
    rules: tuple[str, ...] = ("add", "multiply")
    method: str = "normal form"
    phases: tuple[tuple[str, str], ...] = ()
    left_only: tuple[str, ...] = ()
    right_only: tuple[str, ...] = ()


def point(left: Enclosure, right: Enclosure) -> Counterexample:
    values = (("x", Fraction(-1, 3)), ("y", (Fraction(0),) * 9 + (Fraction(1),)))
    return Counterexample((("n", 10),), values, (("k", 1),), left, right, "==", 53)


QUARTER = Enclosure("0.25", "0.25", Fraction(1, 4))
POINT = point(Enclosure("0.24999999999999991", "0.24999999999999992"), QUARTER)
SUPPORT = Support(120, 100, 90, (1, 2, 3), 1e-15, ("the left side as written overflows at x = 1000",))


def outcome(number: int, *verdicts: Verdict, correction: Verdict | None = None, **fields: object) -> Outcome:
    id, _, text = TEXTS[number - 1].partition(": ")
    first, rest = parse_relation_chain(text, frozenset("xyn"))
    span = Span(number, cut := len(id) + 3, number, cut + len(text))
    lines, left = [], first
    for op, right in rest:
        goal = Goal(left, op, right, (Declaration("x", "real"), Declaration("y", "real", ("n",))), ("n",), ())
        lines.append(Line(Relation(left, op, right), goal, span))
        left = right
    mended = lines[0] if correction else None
    claim = Claim(id, "notes.yaml", span, tuple(lines), correction=mended, **fields)  # type: ignore[arg-type]
    found = Outcome(claim, verdicts, correction)
    return replace(found, findings=gate(found, strict=number == 2))


def problems() -> tuple[Problem, ...]:
    return (
        problem("DV030", found="x.y").placed("notes.yaml", Span(11, 9, 11, 12), "broken")
        if "DV030" in derive.errors.CODES
        else Problem("DV030", "x.y", path="notes.yaml", span=Span(11, 9, 11, 12), claim_id="broken"),
        problem("DV501", index="k", dimension="n").placed("notes.yaml", Span(12, 14, 12, 15), "lint"),
        problem("DV001", path="gone.yaml").placed("gone.yaml", None),
    )


def results() -> Results:
    proved = Proved(Evidence(), (), SUPPORT)
    partly = replace(SUPPORT, left_only=POINT)
    outcomes = (
        outcome(1, proved),
        outcome(2, Proved(Evidence(("x != 0",), right_only=("x != 0",)), ("x != 0",), partly)),
        outcome(3, Refuted(POINT), correction=proved, expect="refuted", because=HOSTILE),
        outcome(4, Refuted(POINT)),
        outcome(5, Undecided("nonzero residual", "no rule applies", "log(x) - x", SUPPORT)),
        outcome(6, Refuted(replace(POINT, kind="equality", op="<", left=QUARTER)), expect="undecided"),
        outcome(7, Conflict(Evidence(("x > 0",)), POINT)),
        outcome(8, proved, Undecided("budget"), Refuted(POINT), chained=True),
        outcome(9, proved, correction=Refuted(POINT), expect="refuted", because="it is"),
        outcome(10, Refuted(Contradicted(Relation(Variable("x"), "==", Variable("y")), Evidence(), POINT))),
    )
    return Results((ClaimFile("notes.yaml", HOSTILE, LINES),), outcomes, problems())


@pytest.mark.parametrize("format", FORMATS)
def test_golden(format: str, golden: Callable[[str, str], None]) -> None:
    golden(f"{format}.txt", report(results(), format, Paint()))


@pytest.mark.parametrize("format", FORMATS)
def test_every_report_tells_every_finding_and_error(format: str) -> None:
    text = report(results(), format, Paint(width=1000))
    for found in (*results().errors(), *(f.problem for f in results().findings())):
        shown = text if format != "json" else json.dumps(json.loads(text), ensure_ascii=False)
        assert (found.claim_id or found.path) in shown


@pytest.mark.parametrize("format", FORMATS)
def test_text_of_strangers_stays_as_it_is_and_steers_no_terminal(format: str) -> None:
    text = report(results(), format, Paint(width=1000))
    assert "\x1b" not in text
    if format == "full":
        assert "z[k] [/] [red] \\x1b[31m" in text


@pytest.mark.parametrize("format", FORMATS)
def test_ascii(format: str) -> None:
    report(results(), format, Paint(unicode=False)).encode("ascii")


@pytest.mark.parametrize("width", (40, 60, 80))
def test_full_report_fits(width: int) -> None:
    for line in report(results(), "full", Paint(width=width)).splitlines():
        assert cell_len(line) <= width, line


def test_colour_changes_no_text() -> None:
    coloured = report(results(), "full", Paint(colour=True))
    assert "\x1b[31;1m" in coloured
    plain = coloured
    for style in ("31;1", "32", "33", "34;1", "1", "2", "0"):
        plain = plain.replace(f"\x1b[{style}m", "")
    assert plain == report(results(), "full", Paint())


def test_json_follows_its_schema() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    for run in (results(), Results(), Results(problems=problems())):
        jsonschema.validate(json.loads(report(run, "json", Paint())), SCHEMA)


def test_json_of_each_claim() -> None:
    claims = {c["id"]: c for c in json.loads(report(results(), "json", Paint()))["claims"]}
    expected = {
        "softmax": ("proved", True),
        "ratio": ("proved", False),
        "slip": ("refuted", True),
        "typed": ("refuted", False),
        "公式": ("undecided", False),
        "open": ("refuted", False),
        "both": ("undecided", False),
        "chain": ("refuted", False),
        "mended": ("proved", False),
        "limiting": ("refuted", False),
    }
    assert {id: (c["verdict"], c["as_expected"]) for id, c in claims.items()} == expected
    assert claims["chain"]["first_wrong_step"] == 3
    assert [s["verdict"] for s in claims["chain"]["steps"]] == ["proved", "undecided", "refuted"]
    assert claims["typed"]["counterexample"]["values"]["x"] == "-1/3"
    assert (claims["limiting"]["counterexample"]["kind"], claims["limiting"]["method"]) == (
        "theorem",
        "counterexample: theorem",
    )
    assert claims["ratio"]["conditions"] == ["x != 0"]
    assert claims["both"]["reason"].startswith("conflict") and claims["both"]["counterexample"]


@pytest.mark.parametrize(
    ("left", "right", "shown"),
    (
        (QUARTER, Enclosure("1", "1", Fraction(1)), ("1/4 = 0.25", "1")),
        (Enclosure("0.1", "0.1"), Enclosure("0.1000000001", "0.1000000001"), ("0.1…", "0.1000000001…")),
        (Enclosure("1e-300", "1e-300"), Enclosure("2e-300", "2e-300"), ("1E-300…", "2E-300…")),
        (Enclosure("3.14159265358979", "3.14159265358980"), QUARTER, ("3.14159…", "1/4 = 0.25")),
        (Enclosure("1.5e65657059", "1.5e65657059"), QUARTER, ("1.5E+65657059…", "1/4 = 0.25")),
        (Enclosure(LARGE, LARGE), QUARTER, (f"{LARGE}…", "1/4 = 0.25")),
        (Enclosure(SMALL, SMALL), QUARTER, (f"{SMALL}…", "1/4 = 0.25")),
    ),
)
def test_as_many_digits_as_it_takes(left: Enclosure, right: Enclosure, shown: tuple[str, str]) -> None:
    assert sides(point(left, right)) == shown


def test_a_huge_rational_is_still_printed() -> None:
    assert rational(Fraction(10**5000)) == "about 1.00000000000E+5000"
    huge = replace(POINT, left=Enclosure("0", "0", Fraction(10**5000)))
    claims = json.loads(report(Results(outcomes=(outcome(4, Refuted(huge)),)), "json", Paint()))["claims"]
    assert int(claims[0]["counterexample"]["left"]["exact"].split("/")[0], 16) == 10**5000


@pytest.mark.parametrize(
    ("line", "span", "shown"),
    (
        ("claim: 公式 == x", (8, 10), ("claim: 公式 == x", "       ^^^^")),
        ("\tclaim: x", (9, 10), (" claim: x", "        ^")),
        ("x" * 200 + "BAD" + "y" * 200, (201, 204), None),
    ),
)
def test_caret_stands_under_the_part(line: str, span: tuple[int, int], shown: tuple[str, str] | None) -> None:
    found = Problem("DV030", "m", path="f", span=Span(1, span[0], 1, span[1]))
    rows = [row[4:] for row in excerpt(found, (line,), Paint()).splitlines() if "|" in row][1:]
    if shown:
        assert tuple(rows[:2]) == shown
    else:
        start = rows[1].index("^")
        assert rows[0][start : start + 3] == "BAD" and cell_len(rows[0]) <= 76


def test_caret_stands_under_what_an_ascii_terminal_shows() -> None:
    found = Problem("DV030", "m", path="f", span=Span(1, 3, 1, 4))
    rows = [row[4:] for row in excerpt(found, ("·公x" + "y" * 200,), Paint(unicode=False)).splitlines() if "|" in row]
    assert (rows[1][:9], rows[2]) == ("*\\u516cxy", " " * 7 + "^")
    assert rows[1].endswith("y...") and len(rows[1]) == 76


def test_wide_characters_take_two_cells() -> None:
    assert (cell_len("公式"), cell_len("ŷ"), cell_len("y\u0302")) == (4, 1, 1)
    assert wrap("公式 公式 公式", 9) == ["公式 公式", "公式"]
    assert wrap("because 向量的和，可以", 16) == ["because 向量的", "和，可以"]
    assert wrap("because 向量的和，可以", 18) == ["because 向量的和，", "可以"]
    assert wrap("an-identifier-stays whole", 8) == ["an-identifier-stays", "whole"]
    assert wrap("", 8) == [""]
    assert clean("a\u202eb\x07\n") == "a\\u202eb\\x07\n"
