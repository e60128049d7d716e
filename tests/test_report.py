"""Every report format over one run in which everything happens that can happen."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from fractions import Fraction
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
import xmlschema
from markdown_it import MarkdownIt
from msgspec import Struct
from msgspec.structs import replace
from rich.cells import cell_len

import derive
from derive.claim import Claim, Declaration, Goal, Line
from derive.errors import Problem, Span, problem
from derive.gate import gate
from derive.outcome import ClaimFile, Outcome, Results
from derive.parse import parse_relation_chain
from derive.report import FORMATS, report
from derive.report.evidence import rational, sides
from derive.report.excerpt import Label, excerpt
from derive.report.notice import uri
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
    "empty: x == y",
)
LINES = tuple(TEXTS)
SCHEMAS = Path(__file__).parent / "schemas"
SCHEMA = json.loads((Path(derive.__file__).parent / "results.schema.json").read_text(encoding="utf-8"))


class Evidence(Struct, frozen=True):
    conditions: tuple[str, ...] = ()
    rules: tuple[str, ...] = ("add", "multiply")
    method: str = "normal form"
    phases: tuple[tuple[str, str], ...] = ()
    left_only: tuple[str, ...] = ()
    right_only: tuple[str, ...] = ()
    lemmas: tuple[str, ...] = ()


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
        outcome(13, Undecided("vacuous", "the hypotheses exclude every point")),
        outcome(10, Refuted(Contradicted(Relation(Variable("x"), "==", Variable("y")), Evidence(), POINT))),
    )
    return Results((ClaimFile("notes.yaml", HOSTILE, LINES),), outcomes, problems())


@pytest.mark.parametrize("format", FORMATS)
def test_golden(format: str, golden: Callable[[str, str], None]) -> None:
    golden(f"{format}.txt", report(results(), format, Paint()))


def readable(format: str, text: str) -> str:
    """The text of a report as a reader of its format sees it."""
    if format in ("json", "sarif", "gitlab"):
        return json.dumps(json.loads(text), ensure_ascii=False)
    if format == "junit":
        return " ".join(
            part
            for element in ElementTree.fromstring(text).iter()
            for part in (element.text or "", *element.attrib.values())
        )
    return text.replace("%0A", "\n") if format == "github" else text


@pytest.mark.parametrize("format", FORMATS)
def test_every_report_tells_every_finding_and_error(format: str) -> None:
    shown = readable(format, report(results(), format, Paint(width=1000)))
    for found in (*results().errors(), *(f.problem for f in results().findings())):
        assert (found.claim_id or found.path) in shown


@pytest.mark.parametrize("format", FORMATS)
def test_two_reports_of_a_run_are_the_same_bytes(format: str) -> None:
    assert report(results(), format, Paint()) == report(results(), format, Paint())


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


RUNS = (results, Results, lambda: Results(problems=problems()), lambda: flooded(3))


def flooded(count: int) -> Results:
    """Many findings and problems, those of a code all alike."""
    again = tuple(outcome(4, Refuted(POINT)) for _ in range(count))
    return Results((ClaimFile("notes.yaml", "", LINES),), again, problems() * count)


@pytest.mark.parametrize("run", RUNS)
def test_sarif_follows_its_schema(run: Callable[[], Results]) -> None:
    log = json.loads(report(run(), "sarif", Paint()))
    jsonschema.Draft4Validator(json.loads((SCHEMAS / "sarif-2.1.0.json").read_text(encoding="utf-8"))).validate(log)
    (found,) = log["runs"]
    rules = found["tool"]["driver"]["rules"]
    assert [rules[r["ruleIndex"]]["id"] for r in found["results"]] == [r["ruleId"] for r in found["results"]]
    places = [r["locations"][0]["physicalLocation"]["artifactLocation"] for r in found["results"]]
    assert all(not p["uri"].startswith("/") and p["uriBaseId"] == "%SRCROOT%" for p in places)


@pytest.mark.parametrize("run", RUNS)
def test_junit_follows_its_schema(run: Callable[[], Results]) -> None:
    text = report(run(), "junit", Paint())
    xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd").validate(text)
    root = ElementTree.fromstring(text)
    for name, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error")):
        assert int(root.get(name, "")) == len(list(root.iter(tag))), name
    for suite in root:
        names = [case.get("name") for case in suite]
        assert len(set(names)) == len(names)


def test_junit_has_a_case_for_every_claim() -> None:
    cases = {c.get("name"): c for c in ElementTree.fromstring(report(results(), "junit", Paint())).iter("testcase")}
    assert {o.claim.id for o in results().outcomes} <= cases.keys()
    kinds = {name: [e.tag for e in case] for name, case in cases.items()}
    assert kinds["softmax"] == kinds["slip"] == ["system-out"]
    assert kinds["typed"] == ["failure", "system-out"] and kinds["broken"] == ["error"]


@pytest.mark.parametrize("run", RUNS)
def test_gitlab_follows_its_schema(run: Callable[[], Results]) -> None:
    entries = json.loads(report(run(), "gitlab", Paint()))
    jsonschema.validate(entries, json.loads((SCHEMAS / "gitlab-code-quality.json").read_text(encoding="utf-8")))
    prints = [entry["fingerprint"] for entry in entries]
    assert len(set(prints)) == len(prints)


def test_a_fingerprint_outlives_a_move() -> None:
    found = outcome(4, Refuted(POINT))
    (finding,) = found.findings
    moved = replace(finding, problem=replace(finding.problem, span=Span(99, 1, 99, 2)))
    runs = (Results(outcomes=(found,)), Results(outcomes=(replace(found, findings=(moved,)),)))
    assert len({json.loads(report(run, "gitlab", Paint()))[0]["fingerprint"] for run in runs}) == 1


COMMAND = re.compile(r"::(error|warning|notice) ((?:\w+=[^,:\r\n]*,)*title=[^,:\r\n]*)::([^\r\n]*)")


def annotations(run: Results) -> list[tuple[str, dict[str, str], str]]:
    found = [COMMAND.fullmatch(line) for line in report(run, "github", Paint()).splitlines()]
    assert all(found)
    return [(m[1], dict(p.split("=", 1) for p in m[2].split(",")), m[3]) for m in found if m]


def test_github_annotations_are_commands_with_the_worst_first() -> None:
    told = annotations(results())
    assert "DV901" in told[0][1]["title"] and told[-2][0] == "warning"
    kinds = [kind for kind, _, _ in told]
    assert kinds == sorted(kinds, key=("error", "warning", "notice").index)
    assert {"file", "line", "endLine", "col", "endColumn", "title"} == told[0][1].keys()
    gone = next(fields for _, fields, _ in told if fields.get("file") == "gone.yaml")
    assert "line" not in gone


def test_github_says_what_it_will_not_show() -> None:
    assert "10 annotations" in annotations(flooded(11))[-1][2]
    assert annotations(Results()) == [("notice", {"title": "derive"}, "nothing was checked")]


def test_github_text_cannot_start_another_command() -> None:
    hostile = Problem("DV001", "a\n::set-output name=x::y%0A\r::", path="a,b:c\n.yaml")
    (line,) = report(Results(problems=(hostile,)), "github", Paint()).splitlines()
    assert line.startswith("::error file=a%2Cb%3Ac%0A.yaml,title=") and "y%250A" in line


def test_markdown_renders_what_strangers_wrote_as_text() -> None:
    title = "<img src=x> | **a** `b` @team #1 [c](d) $e$ ~f~"
    (found,) = results().outcomes[:1]
    named = replace(found, claim=replace(found.claim, title=title))
    text = report(Results(outcomes=(named,)), "markdown", Paint())
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(text.split("\n\n")[2])
    (cell,) = re.findall(r"<strong>softmax</strong><br>(.*?)</td>", html)
    assert unescape(cell) == title
    ticks = Problem("DV001", "`" * 5, path="a")
    assert "``````text\n" in report(Results(problems=(ticks,)), "markdown", Paint())


def test_markdown_stays_below_what_a_job_summary_may_hold() -> None:
    text = report(flooded(3_000), "markdown", Paint())
    assert len(text.encode()) < 2**20 and "are not shown" in text


def test_xml_carries_what_it_can() -> None:
    found = Problem("DV001", "a\ufffeb\x00c\ud800d", path="x")
    text = report(Results(problems=(found,)), "junit", Paint())
    assert "a\ufffdb\\x00c\\ud800d" in ElementTree.fromstring(text)[0][0].get("name", "")


def test_paths_are_relative_and_escaped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    cases = (
        (str(tmp_path / "a b.yaml"), "a%20b.yaml"),
        ("./notes/公式.yaml", "notes/%E5%85%AC%E5%BC%8F.yaml"),
        ("../up.yaml", "../up.yaml"),
        ("/elsewhere/a.yaml", "file:///elsewhere/a.yaml"),
    )
    assert [uri(path) for path, _ in cases] == [expected for _, expected in cases]


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
        "empty": ("undecided", False),
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


@pytest.mark.parametrize(
    ("line", "width", "shown"),
    (
        (
            "公: x + y == 2*x",
            60,
            ("公: x + y == 2*x", "    ^^^^^ left side = 0.25", "             ^^^ right side = 1/3"),
        ),
        (
            "公: x + y == 2*x",
            26,
            ("公: x + y == 2*x", "    ^^^^^", "    left side = 0.25", "             ^^^", "      right side = 1/3"),
        ),
        (
            "公: x + y == 2*x",
            17,
            (
                "公: x + y ==…",
                "    ^^^^^",
                "  left side =",
                "  0.25",
                "…x + y == 2*x",
                "          ^^^",
                " right side =",
                " 1/3",
            ),
        ),
    ),
)
def test_labels_stand_under_the_sides(line: str, width: int, shown: tuple[str, ...]) -> None:
    sides = (("x + y", "left side = 0.25"), ("2*x", "right side = 1/3"))
    places = [(line.index(text), text, said) for text, said in sides]
    labels = [Label(Span(1, at + 1, 1, at + 1 + len(text)), said) for at, text, said in places]
    found = Problem("DV101", "m", path="f", span=Span(1, 1, 1, 2))
    rows = excerpt(found, (line,), Paint(width=width), labels=labels).splitlines()[3:]
    assert tuple(row[4:] for row in rows) == shown
    assert all(cell_len(row) <= width for row in rows)


def test_what_a_label_says_is_not_said_again() -> None:
    chain = outcome(4, Refuted(POINT))
    span = chain.claim.lines[0].span
    left, right = replace(span, end_column=span.column + 5), replace(span, column=span.column + 9)
    line = replace(chain.claim.lines[0], left=left, right=right)
    (finding,) = chain.findings
    labelled = replace(chain, claim=replace(chain.claim, lines=(line,)), findings=(replace(finding, line=line),))
    run = Results((ClaimFile("notes.yaml", "", LINES),), (labelled,))
    for format, count in (("full", 1), ("markdown", 1), ("sarif", 1), ("github", 1)):
        text = report(run, format, Paint())
        assert text.count("1/4 = 0.25") == count, format
        assert ("^^^ right side = 1/4 = 0.25\n" in text) == (format in ("full", "markdown"))


def test_a_block_of_text_ends_with_its_last_line() -> None:
    found = Problem("DV030", "m", path="f", span=Span(1, 8, 4, 3))
    lines = ("claim: >-", "  x +", "  y", "  - id: next")
    text = excerpt(found, lines, Paint())
    assert "  y\n" in text and "next" not in text


def test_a_message_names_its_claim_unless_it_does_so_itself() -> None:
    found = Problem("DV030", "nothing before `b`", path="f", span=Span(1, 1, 1, 2), claim_id="n")
    assert "f:1:1 (n)" in excerpt(found, ("x",), Paint())
    assert "(b)" not in excerpt(replace(found, claim_id="b"), ("x",), Paint())


def test_wide_characters_take_two_cells() -> None:
    assert (cell_len("公式"), cell_len("ŷ"), cell_len("y\u0302")) == (4, 1, 1)
    assert wrap("公式 公式 公式", 9) == ["公式 公式", "公式"]
    assert wrap("because 向量的和，可以", 16) == ["because 向量的", "和，可以"]
    assert wrap("because 向量的和，可以", 18) == ["because 向量的和，", "可以"]
    assert wrap("an-identifier-stays whole", 8) == ["an-identifier-stays", "whole"]
    assert wrap("", 8) == [""]
    assert clean("a\u202eb\x07\n") == "a\\u202eb\\x07\n"
