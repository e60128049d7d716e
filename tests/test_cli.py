"""The command line: what it takes, what it prints, and the exit code that a gate reads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import pytest

from derive import __version__, cli, report
from derive.claim import Goal
from derive.cli.show import STYLES as NAMES
from derive.configure import OPTIONS
from derive.errors import CODES, problem
from derive.kernel.rules import RULES
from derive.kernel.theorem import Theorem, make_theorem
from derive.outcome import Results
from derive.output import FORMATS
from derive.prove import prove
from derive.run import decide
from derive.show import STYLES
from derive.verdict import Support

Derive = Callable[..., tuple[int, str, str]]

HEAD = "derive: 1\ntitle: Sums\nvariables: {x: real, y: real}\nclaims:\n"
GOOD = "  - id: good\n    title: Sums commute\n    claim: x + y == y + x\n"
OTHER = "  - id: other\n    claim: x*y == y*x\n    tags: [product]\n"
BAD = "  - id: bad\n    claim: x == 2*x\n"
EXPECTED = "  - id: expected\n    claim: x == 2*x\n    expect: refuted\n    because: only 0 is its own double\n"
MENDED = "  - id: mended\n    claim: x == 2*x\n    expect: refuted\n    because: no\n    correction: x + x == 2*x\n"
WRONGLY_MENDED = MENDED.replace("x + x ==", "x + y ==")
BETTER = "  - id: better\n    claim: x == x\n    expect: refuted\n    because: it looks odd\n"
PARTIAL = "  - id: partial\n    claim: x/x == 1\n"
BROKEN = "  - id: broken\n    claim: x.real == x\n"
CHAIN = "  - id: chain\n    steps:\n      - x + x\n      - == 2*x\n      - == 3*x\n      - == 4*x\n"


def write(name: str, *claims: str) -> None:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEAD + "".join(claims), encoding="utf-8")


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


def test_configuration_names_the_default_files(derive: Derive, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("pyproject.toml").write_text('[tool.derive]\nfiles = ["notes"]\n', encoding="utf-8")
    write("notes/a.yaml", GOOD)
    Path("below").mkdir()
    monkeypatch.chdir("below")
    code, out, _ = derive("check", "--format", "json")
    assert (code, json.loads(out)["claims"][0]["file"]) == (0, "../notes/a.yaml")


@pytest.mark.parametrize(
    ("text", "said"),
    (
        ('[tool.derive]\nfile = ["a.yaml"]\n', ("did you mean `files`", "pyproject.toml:2:1")),
        ("# [tool.derive]\n[tool.derive]\nx = 1\n  allow_empty = true\n", ("`allow-empty`", ":3:1", ":4:3")),
        ("[tool.derive]\nfiles = 3\n", ("not a list", ":2:1")),
        ("[tool.derive]\nstrict = 'yes'\n", ("not true or false", "write `strict = true`")),
        ("[tool.derive]\nformat = ['sarrif']\n", ("'sarrif'", "required one of full")),
        ("[tool.derive]\nformat = ['json', 'full']\n", ("both go to standard output",)),
        ("[tool]\nderive = 3\n", ("not a table", ":1:1")),
        ("[tool.derive\n", ("[tool.derive]", "pyproject.toml:1:13")),
        ("tool = 3\n", ()),
    ),
)
def test_wrong_configuration_is_told(derive: Derive, text: str, said: tuple[str, ...]) -> None:
    Path("pyproject.toml").write_text(text, encoding="utf-8")
    write("derivations.yaml", GOOD)
    for arguments in ((), ("derivations.yaml",)):
        code, out, _ = derive("check", *arguments)
        shown = " ".join(out.split())
        assert (code, [part for part in said if part not in shown]) == (2 if said else 0, []), out


def test_configuration_stands_in_for_options(derive: Derive) -> None:
    table = '[tool.derive]\nfiles = ["."]\nexclude = ["drafts/*"]\nformat = ["concise", "json=a.json"]\nstrict = true\n'
    Path("pyproject.toml").write_text(table + "allow-empty = true\n", encoding="utf-8")
    write("derivations.yaml", PARTIAL)
    write("drafts/a.yaml", BAD)
    code, out, _ = derive("check")
    assert (code, len(out.splitlines()), "DV301" in out) == (1, 2, True)
    assert [c["file"] for c in json.loads(Path("a.json").read_text())["claims"]] == ["derivations.yaml"]
    assert derive("check", "--no-strict")[0] == 0
    assert derive("check", "-k", "nothing")[0] == 0
    assert derive("check", "-k", "nothing", "--no-allow-empty")[0] == 5
    assert derive("check", "drafts/a.yaml", "--format", "full")[1].startswith("drafts/a.yaml: Sums\n")


def test_every_option_is_explained() -> None:
    for option in OPTIONS:
        assert f"`{option.name}`" in CODES["DV027"].page


def claims_of(derive: Derive, *arguments: str) -> list[str]:
    return [claim["id"] for claim in json.loads(derive("check", *arguments, "--format", "json")[1])["claims"]]


def test_last_failed(derive: Derive) -> None:
    write("derivations.yaml", GOOD, BAD, OTHER, CHAIN)
    assert claims_of(derive, "--last-failed") == ["good", "bad", "other", "chain"]
    assert claims_of(derive, "--last-failed") == ["bad", "chain"]
    assert claims_of(derive, "-k", "bad") == ["bad"]
    write("derivations.yaml", GOOD, BAD.replace("2*x", "x + 0"), OTHER, CHAIN)
    assert claims_of(derive, "--lf", "-k", "bad") == ["bad"]
    assert claims_of(derive, "--lf") == ["chain"]
    write("derivations.yaml", GOOD, OTHER)
    assert claims_of(derive, "--lf") == []
    assert claims_of(derive, "--lf") == ["good", "other"]


def test_last_failed_sees_what_could_not_be_read(derive: Derive) -> None:
    write("derivations.yaml", GOOD, BROKEN)
    write("other.yaml", GOOD)
    text = Path("other.yaml").read_text(encoding="utf-8")
    Path("other.yaml").write_text(text.replace("variables:", "variable:"), encoding="utf-8")
    assert claims_of(derive, "derivations.yaml", "other.yaml") == ["good"]
    write("derivations.yaml", GOOD, BROKEN.replace("x.real", "x"))
    Path("other.yaml").write_text(text, encoding="utf-8")
    Path("below").mkdir()
    assert claims_of(derive, "--lf", "derivations.yaml", "other.yaml") == ["broken", "good"]


@pytest.mark.parametrize("text", ("", "{}", "[1]", '{"failed": 3}', '{"failed": [[1, 2, 3]]}', "[" * 100_000))
def test_what_is_not_remembered_is_checked(derive: Derive, text: str) -> None:
    write("derivations.yaml", GOOD, BAD)
    derive("check")
    kept = Path(".derive_cache/last_failed.json")
    assert "bad" in kept.read_text(encoding="utf-8")
    kept.write_text(text, encoding="utf-8")
    assert claims_of(derive, "--lf") == ["good", "bad"]


def test_a_folder_that_cannot_be_written_is_no_failure(derive: Derive) -> None:
    write("derivations.yaml", GOOD, BAD)
    Path(".derive_cache").write_text("in the way", encoding="utf-8")
    assert derive("check")[0] == 1


def test_nothing_is_kept_where_nothing_failed(derive: Derive) -> None:
    write("derivations.yaml", GOOD)
    assert derive("check")[0] == 0
    assert not Path(".derive_cache/last_failed.json").exists()


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


def test_a_proof_and_a_counterexample_is_an_alarm(derive: Derive, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unsound prover must not pass: the search contradicts it and both pieces of evidence are shown."""
    monkeypatch.setattr(decide, "prove", unsound)
    write("derivations.yaml", GOOD, BAD)
    code, out, _ = derive("check")
    assert code == 3
    for part in ("CONTRADICTS ITSELF", "DV901", "the proof:", "wishful thinking", "the counterexample:", "x = 1"):
        assert part in out
    code, out, _ = derive("check", "--format", "json")
    claim = json.loads(out)["claims"][1]
    assert (code, claim["verdict"], claim["as_expected"]) == (3, "undecided", False)
    assert claim["counterexample"] and claim["reason"].startswith("conflict")


def test_a_conflict_is_never_what_was_expected(derive: Derive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decide, "prove", unsound)
    write("derivations.yaml", BAD + "    expect: undecided\n    because: nobody knows\n")
    assert derive("check")[0] == 3


def unsound(goal: Goal) -> Theorem:
    """A prover that proves everything."""
    return make_theorem(goal, ("wishful thinking",), (), "no method at all")


def test_a_theorem_about_another_goal_is_a_defect(derive: Derive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decide, "prove", lambda goal: unsound(replace(goal, left=goal.right)))
    write("derivations.yaml", BAD)
    assert derive("check")[0] == 70


def test_a_search_that_saw_no_point_proves_nothing(derive: Derive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decide, "refute", lambda goal, effort=1: Support())
    write("derivations.yaml", GOOD)
    code, out, _ = derive("check")
    assert (code, "DV202" in out) == (1, True)


def _failing(error: BaseException, at: int) -> Callable[[Goal], object]:
    calls: list[Goal] = []

    def broken(goal: Goal) -> object:
        calls.append(goal)
        if len(calls) == at:
            raise error
        return prove(goal)

    return broken


def test_a_defect_at_one_claim_spares_the_others(derive: Derive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decide, "prove", _failing(ZeroDivisionError("boom [red]"), at=2))
    write("derivations.yaml", GOOD, BAD, OTHER)
    code, out, _ = derive("check", "--jobs", "0", "--format", "json")
    found = json.loads(out)
    assert code == 70
    assert [c["id"] for c in found["claims"]] == ["good", "other"]
    assert [(e["id"], e["code"], e["line"]) for e in found["errors"]] == [("bad", "DV900", 8)]
    assert "ZeroDivisionError: boom [red]" in found["errors"][0]["message"]


def test_an_interrupt_prints_what_was_finished(derive: Derive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decide, "prove", _failing(KeyboardInterrupt(), at=2))
    write("derivations.yaml", GOOD, OTHER)
    code, out, _ = derive("check", "--jobs", "0")
    assert code == 130
    assert "good: proved" in out and "other" not in out and "interrupted" in out


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


def test_an_interrupt_while_repairs_are_sought_leaves_the_verdicts(
    derive: Derive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(results: Results) -> Results:
        raise KeyboardInterrupt

    monkeypatch.setattr("derive.repair.repair", interrupted)
    write("derivations.yaml", GOOD, BAD)
    code, out, _ = derive("check", "--jobs", "0")
    assert (code, "✗ bad" in out, out.splitlines()[-1]) == (
        130,
        True,
        "2 claims in 1 file: 1 proved, 1 refuted; 1 finding, interrupted",
    )


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


def test_version_and_module_and_ascii_output(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "derive"]
    shown = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True).stdout
    assert shown == f"derive {__version__}\n"
    path = tmp_path / "a.yaml"
    path.write_text(HEAD.replace("Sums", "公式") + BAD, encoding="utf-8")
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run([*command, "check", str(path)], capture_output=True, env=environment)
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"\\u516c\\u5f0f" in done.stdout and b"DV101" in done.stdout


@pytest.mark.parametrize("code", CODES)
def test_explain(derive: Derive, code: str) -> None:
    got, out, _ = derive("explain", code.lower())
    assert got == 0
    assert CODES[code].title in out and CODES[code].page.split()[0] in out


def test_explain_lists_every_code(derive: Derive) -> None:
    code, out, _ = derive("explain")
    titles = {name: CODES[name].title for name in sorted(CODES)} | {name: RULES[name].title for name in RULES}
    assert (code, out) == (0, "".join(f"{name:<5}  {title}\n" for name, title in titles.items()))


@pytest.mark.parametrize("name", RULES)
def test_explain_a_rule(derive: Derive, name: str) -> None:
    code, out, _ = derive("explain", name)
    assert code == 0
    assert out.startswith(f"{name}: {RULES[name].title}\n") and max(map(len, out.splitlines())) <= 80
    assert all(part in " ".join(out.split()) for part in (RULES[name].says, RULES[name].requires))


def test_explain_unknown_code(derive: Derive) -> None:
    code, _, err = derive("explain", "DV199")
    assert code == 2 and "DV199" in err


def test_init_writes_a_file_that_passes_and_never_overwrites(derive: Derive) -> None:
    assert derive("init")[0] == 0
    assert derive("check")[0] == 0
    Path("derivations.yaml").write_text("mine", encoding="utf-8")
    assert derive("init")[0] == 2
    assert Path("derivations.yaml").read_text(encoding="utf-8") == "mine"


DEFINED = """\
derive: 1
variables: {n: positive integer, o: 'real[n]'}
define:
  s[i]: exp(o[i]) / Sum(exp(o[k]), k)
  unused: Sum(o[k], k)
claims:
  - id: jacobian
    title: The [red] Jacobian
    claim: diff(s[i], o[j]) == s[i] * (KroneckerDelta(i, j) - s[j])
  - id: below-one
    claim: s[i] < 1
    assume: n >= 2
  - id: slip
    claim: diff(s[i], o[j]) == s[i] * (1 - s[j])
    expect: refuted
    because: the delta is missing
    correction: diff(s[i], o[j]) == s[i] * (KroneckerDelta(i, j) - s[j])
"""


def test_show_golden(derive: Derive, golden: Callable[[str, str], None]) -> None:
    Path("derivations.yaml").write_text(DEFINED, encoding="utf-8")
    code, out, err = derive("show", "derivations.yaml")
    assert (code, err) == (0, "")
    golden("show.txt", out)


def test_show_without_anything_is_an_overview(derive: Derive, golden: Callable[[str, str], None]) -> None:
    Path("derivations.yaml").write_text(DEFINED, encoding="utf-8")
    assert derive("show")[1].count("  · ") == 3, "nothing is decided for it"
    derive("check", "--jobs", "0")
    code, out, err = derive("show")
    assert (code, err) == (0, "")
    golden("overview.txt", out)
    assert derive("show", "--format", "unicode")[1] == derive("show", "derivations.yaml")[1]


@pytest.mark.parametrize("style", STYLES)
def test_show_in_every_style(derive: Derive, style: str) -> None:
    Path("derivations.yaml").write_text(DEFINED, encoding="utf-8")
    code, out, err = derive("show", "--format", style)
    assert (code, err) == (0, "")
    assert all(id in out for id in ("jacobian", "below-one", "slip"))
    if style == "json":
        assert [json.loads(line)["id"] for line in out.splitlines()] == ["jacobian", "below-one", "slip"]


def test_show_one_claim_with_its_proof(derive: Derive) -> None:
    Path("derivations.yaml").write_text(DEFINED, encoding="utf-8")
    code, out, _ = derive("show", "jacobian", "--proof")
    assert code == 0
    assert "The [red] Jacobian" in out and "proved by" in out and "rules used" in out
    assert "unused" not in out and "below-one" not in out
    code, out, _ = derive("show", "derivations.yaml::slip", "--proof")
    assert (code, "at n = 2" in out or "at n = 1" in out) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    (
        (("no-such-claim",), 2, "DV028"),
        (("gone.yaml",), 2, "DV001"),
        (("good", "--format", "png"), 2, "unicode"),
        (("good", "bad"), 2, "Usage"),
    ),
)
def test_show_says_what_is_wrong(derive: Derive, arguments: tuple[str, ...], code: int, said: str) -> None:
    write("derivations.yaml", GOOD)
    got, _, err = derive("show", *arguments)
    assert (got, said in err) == (code, True), err


@pytest.mark.parametrize(
    ("arguments", "said"),
    (
        (("expalin",), "did you mean `explain`?"),
        (("help", "sohw"), "did you mean `show`?"),
        (("explain", "R55"), "the nearest is R5;"),
        (("explain", "XX"), "there is no code 'XX'; `derive explain` lists them all"),
    ),
)
def test_a_misspelt_command_or_code_is_answered_by_the_nearest(
    derive: Derive, arguments: tuple[str, ...], said: str
) -> None:
    code, _, err = derive(*arguments)
    assert (code, said in err) == (2, True), err


def test_what_rests_on_arithmetic_alone_names_no_rules(derive: Derive) -> None:
    write("derivations.yaml", HEAD + "  - id: a\n    steps: [x + 1, == 1 + x]\n")
    assert "rules used" not in derive("show", "a", "--proof")[1]


def test_show_prints_what_can_be_read(derive: Derive) -> None:
    write("derivations.yaml", GOOD, BROKEN)
    code, out, err = derive("show")
    assert (code, "good" in out, "broken" in out, "derivations.yaml:9" in err) == (2, True, False, True)


def test_the_command_line_knows_every_format() -> None:
    assert tuple(report.FORMATS) == FORMATS
    assert tuple(STYLES) == NAMES


def test_help_names_every_style_and_format(derive: Derive) -> None:
    for command, names in (("show", NAMES), ("check", FORMATS)):
        shown = " ".join(derive(command, "--help")[1].split())
        assert not [name for name in names if name not in shown]


def test_a_selection_leaves_out_the_lints_of_other_claims_but_no_error(derive: Derive) -> None:
    lint = "  - id: lint\n    claim: Sum(1, k) == n\n    variables: {n: positive integer, k: 'index[n]'}\n"
    write("derivations.yaml", GOOD, lint)
    assert "DV501" in derive("check")[1]
    assert "DV501" not in derive("check", "-k", "good")[1]
    write("derivations.yaml", GOOD, BROKEN)
    assert derive("check", "-k", "good")[0] == 2


README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
CONSOLE = [part.split("```")[0].split("\n", 1) for part in README.split("```console\n$ derive ")[1:]]


@pytest.mark.parametrize(("arguments", "shown"), CONSOLE)
def test_the_transcripts_of_the_readme_are_true(derive: Derive, arguments: str, shown: str) -> None:
    Path("softmax.yaml").write_text(README.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    code, out, err = derive(*arguments.split())
    shown, is_cut, _ = shown.partition("    ...\n")
    assert (code, err) == (1 if arguments.startswith("check") else 0, "")
    assert out.startswith(shown) if is_cut else out == shown


COMPLETIONS = (
    ("derive ch", 1, ["check"]),
    ("derive check goo", 2, ["good", "goo"]),
    ("derive check notes.yaml::b", 2, ["notes.yaml::bad", "notes.yaml::b"]),
    ("derive check gone.yaml::b", 2, ["gone.yaml::b"]),
    ("derive show ot", 2, ["other", "ot"]),
    ("derive check --form", 2, ["--format"]),
    ("derive check --format ju", 3, ["junit"]),
    ("derive check --tag p", 3, ["product"]),
    ("derive explain dv50", 2, sorted(code for code in CODES if code.startswith("DV50"))),
    ("derive schema r", 2, ["results"]),
)


@pytest.mark.parametrize(("words", "place", "found"), COMPLETIONS)
def test_completion(tmp_path: Path, words: str, place: int, found: list[str]) -> None:
    for name, claims in (("derivations.yaml", (GOOD, OTHER, BROKEN)), ("notes.yaml", (BAD,))):
        (tmp_path / name).write_text(HEAD + "".join(claims), encoding="utf-8")
    asked = {"COMP_WORDS": words, "COMP_CWORD": str(place), "_DERIVE_COMPLETE": "bash_complete"}
    asked |= {"PYTHONPATH": str(Path(cli.__file__).parents[2]), "PYTHONVERBOSE": ""}
    code = "from derive.cli import main\nimport sys, atexit\n"
    code += "atexit.register(lambda: print({'sympy', 'numpy', 'flint'} & sys.modules.keys(), file=sys.stderr))\nmain()"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=tmp_path, env=os.environ | asked, capture_output=True, text=True)
    assert [line.partition(",")[2] for line in done.stdout.splitlines()] == found
    assert done.stderr.strip() == "set()"


@pytest.mark.parametrize("shell", ("bash", "zsh", "fish"))
def test_completion_scripts(derive: Derive, shell: str) -> None:
    code, out, _ = derive("completion", shell)
    assert (code, f"_DERIVE_COMPLETE={shell}_complete" in out) == (0, True)


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
