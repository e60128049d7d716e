"""`derive check` as a person or a service meets it: what is chosen, decided, told and returned."""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import pytest

from derive.errors import problem
from derive.outcome import Results
from tests.claim_files import (
    BAD,
    BETTER,
    BROKEN,
    CHAIN,
    EXPECTED,
    GOOD,
    MENDED,
    OTHER,
    PARTIAL,
    WRONGLY_MENDED,
    claims_of,
    write,
)
from tests.conftest import Derive

CHECKS = (
    ("as expected", (GOOD, OTHER, EXPECTED, MENDED), (), 0),
    ("refuted", (GOOD, BAD), (), 1),
    ("better than expected", (BETTER,), (), 1),
    ("correction not proved", (WRONGLY_MENDED,), (), 1),
    ("a step is wrong", (CHAIN,), (), 1),
    ("a claim cannot be read", (GOOD, BROKEN), (), 2),
    ("unreadable outranks refuted", (BAD, BROKEN), (), 2),
    ("condition", (PARTIAL,), (), 0),
    ("condition, strict", (PARTIAL,), ("--strict",), 1),
    ("nothing selected", (GOOD,), ("-k", "nothing"), 5),
    ("nothing selected, allowed", (GOOD,), ("-k", "nothing", "--allow-empty"), 0),
    ("selected by id", (GOOD, BAD), ("-k", "good"), 0),
    ("selected by title", (GOOD, BAD), ("-k", "commute and not bad"), 0),
    ("selected by tag", (OTHER, BAD), ("-k", "PRODUCT"), 0),
    ("selected by either", (GOOD, OTHER, BAD), ("-k", "good or (other)"), 0),
    ("selected by a whole tag", (OTHER, BAD), ("--tag", "Product"), 0),
    ("selected by one of two tags", (OTHER, BAD), ("--tag", "sum", "--tag", "product"), 0),
    ("selected by tag and word", (OTHER, BAD), ("--tag", "product", "-k", "bad"), 5),
    ("half a tag is none", (OTHER,), ("--tag", "prod"), 5),
    ("one of the file", (GOOD, BAD), ("derivations.yaml::good",), 0),
    ("one of the file, others unreadable", (GOOD, BROKEN), ("derivations.yaml::good",), 0),
    ("bare id", (GOOD, BAD), ("bad",), 1),
    ("no such id", (GOOD,), ("goood",), 2),
    ("no such id in the file", (GOOD,), ("derivations.yaml::goood",), 2),
    ("missing file", (GOOD,), ("gone.yaml",), 2),
    ("missing file beside a good one", (GOOD,), ("derivations.yaml", "gone.yaml"), 2),
    ("no cache", (GOOD,), ("--no-cache",), 0),
    ("unknown option", (GOOD,), ("--fast",), 2),
    ("unreadable selection", (GOOD,), ("-k", "good and ("), 2),
    ("unknown format", (GOOD,), ("--format", "yaml"), 2),
    ("two reports on one output", (GOOD,), ("--format", "full", "--format", "json"), 2),
    ("two reports in one file", (GOOD,), ("--format", "sarif=a", "--format", "json=a"), 2),
    ("report into a missing folder", (GOOD,), ("--format", "json=no/such/folder.json"), 2),
)


@pytest.mark.parametrize(("claims", "arguments", "code"), [c[1:] for c in CHECKS], ids=[c[0] for c in CHECKS])
def test_exit_code(derive: Derive, claims: tuple[str, ...], arguments: tuple[str, ...], code: int) -> None:
    write("derivations.yaml", *claims)
    got, out, err = derive("check", *arguments)
    assert got == code, out + err
    assert "Traceback" not in out + err


def test_every_combination_of_events_keeps_the_precedence() -> None:
    order = (130, 70, 3, 2, 1, 5)
    for size in range(len(order) + 1):
        for happened in combinations(order, size):
            expected = next((code for code in order if code in happened), 0)
            assert _with(set(happened)).exit_code() == expected, happened


def _with(codes: set[int]) -> Results:
    """Results in which exactly these things happened; one passed claim unless nothing at all was checked."""

    class Stub:
        def __init__(self, conflict: bool, findings: tuple[object, ...]) -> None:
            self.has_conflict, self.findings = conflict, findings

    outcomes = [Stub(True, ())] if 3 in codes else []
    outcomes += [Stub(False, ("finding",))] if 1 in codes else []
    outcomes += [] if 5 in codes else [Stub(False, ())]
    problems = [problem("DV900", where="x", error="y")] if 70 in codes else []
    problems += [problem("DV001", path="x")] if 2 in codes else []
    return Results((), tuple(outcomes), tuple(problems), interrupted=130 in codes)  # type: ignore[arg-type]


def test_without_arguments_nothing_there_is_no_pass(derive: Derive) -> None:
    code, out, _ = derive("check")
    assert (code, "DV026" in out) == (2, True)


@pytest.mark.parametrize("content", ("", "# nothing\n", "derive: 1\nclaims: []\n"))
def test_an_empty_file_is_no_pass_unless_another_was_checked(derive: Derive, content: str) -> None:
    Path("empty.yaml").write_text(content, encoding="utf-8")
    write("good.yaml", GOOD)
    assert derive("check", "empty.yaml")[0] == 5
    assert derive("check", "empty.yaml", "--allow-empty")[0] == 0
    assert derive("check", "empty.yaml", "good.yaml")[0] == 0


def test_folders_are_searched_but_not_hidden_ones(derive: Derive) -> None:
    write("notes/b.yaml", GOOD)
    write("notes/deep/a.yaml", OTHER)
    write("notes/.venv/c.yaml", BAD)
    code, out, _ = derive("check", "notes", "notes/b.yaml", "--format", "json")
    assert code == 0
    assert [c["file"] for c in json.loads(out)["claims"]] == ["notes/b.yaml", "notes/deep/a.yaml"]


def test_a_folder_without_claims_is_no_pass(derive: Derive) -> None:
    write("notes/.hidden/a.yaml", GOOD)
    code, out, _ = derive("check", "notes")
    assert (code, "DV506" in out) == (5, True)
    write("derivations.yaml", GOOD)
    assert derive("check", "notes", "derivations.yaml")[0] == 0


def test_a_misspelt_id_is_answered_by_the_nearest(derive: Derive) -> None:
    write("derivations.yaml", GOOD, OTHER, BROKEN)
    for argument in ("derivations.yaml::goood", "goood"):
        assert "did you mean `good`?" in derive("check", argument)[1]
    assert "DV028" not in derive("check", "broken")[1]


def test_github_is_told_without_being_asked(derive: Derive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    write("derivations.yaml", GOOD, BAD)
    _, out, _ = derive("check")
    assert "\n::error file=derivations.yaml,line=9," in out and "✗ bad" in out
    code, out, _ = derive("check", "--format", "json", "--format", "markdown=own.md")
    assert (code, json.loads(out)["schema_version"]) == (1, 1)
    assert Path("summary.md").read_text(encoding="utf-8") == 2 * Path("own.md").read_text(encoding="utf-8")


def test_one_report_that_cannot_be_written_spares_the_others(derive: Derive) -> None:
    write("derivations.yaml", BAD)
    code, out, err = derive("check", "--format", "json=no/such/a.json", "--format", "sarif=b.sarif")
    assert (code, "✗ bad" in out, "no/such/a.json" in err) == (2, True, True)
    assert json.loads(Path("b.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"


def test_stop_at_the_first_finding(derive: Derive) -> None:
    write("derivations.yaml", GOOD, BAD, OTHER)
    code, out, _ = derive("check", "-x", "--format", "json")
    assert (code, [c["id"] for c in json.loads(out)["claims"]]) == (1, ["good", "bad"])


def test_json_is_written_also_on_errors_and_is_the_same_twice(derive: Derive) -> None:
    write("derivations.yaml", GOOD, BAD, CHAIN, BROKEN, PARTIAL)
    texts = []
    for number in range(2):
        assert derive("check", "derivations.yaml", "gone.yaml", "--format", f"json={number}.json")[0] == 2
        texts.append(Path(f"{number}.json").read_bytes())
    assert texts[0] == texts[1]
    found = json.loads(texts[0])
    assert [e["code"] for e in found["errors"]][-1] == "DV001"
    assert [c["id"] for c in found["claims"]] == ["good", "bad", "chain", "partial"]
    assert {e["id"] for e in found["errors"]} == {"broken", None}


def test_steps_are_judged_one_by_one(derive: Derive) -> None:
    write("derivations.yaml", CHAIN)
    claim = json.loads(derive("check", "--format", "json")[1])["claims"][0]
    assert [s["verdict"] for s in claim["steps"]] == ["proved", "refuted", "refuted"]
    assert (claim["verdict"], claim["first_wrong_step"], claim["dimensions"]) == ("refuted", 2, "none")


PRINTED = """\
derive: 1
variables: {x: real, n: positive integer, o: 'real[n]'}
define: {'s[i]': 'exp(o[i]) / Sum(exp(o[k]), k)'}
claims:
"""
DIGITS = (
    ("{o: [0, 1, 2]}", "s", "[0.0900, 0.2447, 0.6652]", ("proved, every printed digit is right",)),
    (
        "{o: [0, 1, 2]}",
        "s",
        "[0.0900, 0.2448, 0.6651]",
        (
            "refuted for 2 of 3 printed numbers, expected proved",
            *("s₂ = 0.2448", "the value is 0.244728…, which rounds to 0.2447"),
            *("s₃ = 0.6651", "the value is 0.665241…, which rounds to 0.6652"),
        ),
    ),
    ("{x: 2}", "-sqrt(x)", "-1.415", ("-√x = -1.415", "the value is -1.41421…, which rounds to -1.414")),
    ("{x: 2}", "x/3", "0.666", ("the value is 2/3 = 0.666667, which rounds to 0.667",)),
    ("{x: 2}", "sqrt(x)", "1.41421356237309505", ("proved, every printed digit is right",)),
    ("{x: 2}", "sqrt(x)", "1.41421356237309506", ("1.4142135623730950488…, which rounds to 1.41421356237309505",)),
    ("{x: 1000}", "exp(x)", "1", ("the value is 1.97007E+434…",)),
    ("{x: 1}", "x/200000", "4e-6", ("which rounds to 0.000005",)),
)


@pytest.mark.parametrize(("at", "value", "prints", "said"), DIGITS)
def test_wrong_digits_are_named(derive: Derive, at: str, value: str, prints: str, said: tuple[str, ...]) -> None:
    claim = f"  - {{id: digits, at: {at}, value: '{value}', prints: {prints}}}\n"
    Path("derivations.yaml").write_text(PRINTED + claim, encoding="utf-8")
    code, out, _ = derive("check")
    missing = [part for part in said if part.replace("-", "−") not in out.replace("-", "−")]
    assert (code, missing) == (0 if said[0].startswith("proved") else 1, []), out
    entry = json.loads(derive("check", "--format", "json")[1])["claims"][0]
    assert "first_wrong_step" not in entry and ("steps" in entry) == (prints[0] == "[")
    if code:
        value = entry["counterexample"]["value"]
        assert Decimal(value["low"]) <= Decimal(value["high"])
        assert "the value is" in derive("check", "--format", "concise")[1]


def test_quiet_leaves_out_what_is_as_expected(derive: Derive) -> None:
    write("derivations.yaml", GOOD, EXPECTED, BAD)
    code, out, err = derive("check", "-q", "--format", "full", "--format", "full=whole.txt")
    assert (code, err, out.splitlines()[0]) == (1, "", "error[DV101]: `bad` is refuted, expected proved")
    assert Path("whole.txt").read_text(encoding="utf-8").endswith(out)
    assert derive("check", "-q", "good")[1] == "1 claim in 1 file: 1 proved; every verdict as expected\n"


def test_verbose_tells_what_was_known(derive: Derive) -> None:
    edited = GOOD.replace("y + x", "x + 2*y - y")
    for claim, said in ((GOOD, "0 known, 3 decided"), (edited, "2 known, 1 decided"), (edited, "told again")):
        write("derivations.yaml", claim, MENDED)
        _, out, err = derive("check", "-v", "--jobs", "0")
        assert said in err and "known" not in out
    assert "cache: none" in derive("check", "-v", "--no-cache")[2]


def test_a_report_on_standard_output_and_one_in_a_file(derive: Derive) -> None:
    write("derivations.yaml", GOOD)
    code, out, _ = derive("check", "--format", "concise", "--format", "json=out.json")
    assert (code, len(out.splitlines())) == (0, 1)
    assert json.loads(Path("out.json").read_text(encoding="utf-8"))["schema_version"] == 1


@pytest.mark.parametrize(
    ("environment", "coloured"),
    (
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"NO_COLOR": "1"}, False),
    ),
)
def test_colour(derive: Derive, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], coloured: bool) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    write("derivations.yaml", GOOD, BAD)
    assert ("\x1b[" in derive("check")[1]) == coloured


def test_a_selection_leaves_out_the_lints_of_other_claims_but_no_error(derive: Derive) -> None:
    lint = "  - id: lint\n    claim: Sum(1, k) == n\n    variables: {n: positive integer, k: 'index[n]'}\n"
    write("derivations.yaml", GOOD, lint)
    assert "DV501" in derive("check")[1]
    assert "DV501" not in derive("check", "-k", "good")[1]
    write("derivations.yaml", GOOD, BROKEN)
    assert derive("check", "-k", "good")[0] == 2


def test_what_is_asked_for_twice_is_checked_once(derive: Derive) -> None:
    write("derivations.yaml", GOOD, BAD, OTHER)
    for arguments, ids in (
        (("derivations.yaml::bad", "derivations.yaml::good", "./derivations.yaml::bad"), ["bad", "good"]),
        (("derivations.yaml::other", "derivations.yaml"), ["other", "good", "bad"]),
        (("good", "."), ["good", "bad", "other"]),
    ):
        assert claims_of(derive, *arguments) == ids
        out = derive("check", *arguments)[1]
        assert (out.count("derivations.yaml: Sums"), "in 1 file:" in out) == (1, True), out
