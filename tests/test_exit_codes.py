"""The exit code of every situation that a gate can meet; one of every code in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from msgspec import Struct, field

from tests.conftest import Derive

HEAD = "derive: 1\nvariables: {x: real, y: real}\nclaims:\n"
GOOD = f"{HEAD}  - {{id: good, claim: x + y == y + x}}\n"
BAD = f"{HEAD}  - {{id: bad, claim: x == 2*x}}\n"
KNOWN = f"{HEAD}  - {{id: known, claim: x == 2*x, expect: refuted, because: only 0 is its own double}}\n"
BETTER = f"{HEAD}  - {{id: better, claim: x == x, expect: refuted, because: it looks odd}}\n"
OPEN = f"{HEAD}  - {{id: open, claim: x**2 < 10**40}}\n"
VACUOUS = f"{HEAD}  - {{id: vacuous, claim: x == y, assume: [x > 0, x < 0]}}\n"
OF_EVERY_INDEX = "assume: [i != j], variables: {n: positive integer, v: 'positive[n]'}"
EVERY = f"{HEAD}  - {{id: every, claim: 'v[i] >= 0', {OF_EVERY_INDEX}}}\n"
PARTIAL = f"{HEAD}  - {{id: partial, claim: x/x == 1}}\n"
BROKEN = f"{GOOD}  - {{id: broken, claim: x.real == x}}\n"
LINT = f"{HEAD}  - {{id: lint, claim: 'Sum(x, k) == n*x', variables: {{n: positive integer, k: 'index[n]'}}}}\n"
NOT_UTF8 = b"claims: \xff\n"
UNSOUND = """
from derive.run import decide
from derive.cli import main
from derive.kernel.theorem import make_theorem
decide.prove = lambda goal, budget: make_theorem(goal, ("wishful thinking",), (), "no method at all")
main()
"""
DEFECTIVE = """
from derive.run import decide
from derive.cli import main
def prove(goal, *budget):
    raise ZeroDivisionError
decide.prove = prove
main()
"""
INTERRUPTED = """
import os, signal
from derive.run import decide
from derive.cli import main
def prove(goal, *budget):
    os.kill(os.getpid(), signal.SIGINT)
decide.prove = prove
main()
"""
PROGRAM = "from derive.cli import main; main()"
CRASHING = "from derive import cli, find\ndef find_(*_): raise ZeroDivisionError\nfind.find = find_\ncli.main()\n"


class Situation(Struct, frozen=True):
    """Files in a folder, a command, what it is given on standard input, and what must come of it."""

    name: str
    code: int
    arguments: str = "check"
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    says: str = ""
    program: str = PROGRAM
    given: str = ""


A = "derivations.yaml"
SITUATIONS = (
    Situation("every claim proved", 0, files={A: GOOD}),
    Situation("refuted as expected", 0, files={A: KNOWN}),
    Situation("a condition", 0, files={A: PARTIAL}),
    Situation("a lint", 0, files={A: LINT}, says="warning[DV501]"),
    Situation("help", 0, "--help", says="Usage"),
    Situation("help of a command", 0, "help check", says="--last-failed"),
    Situation(
        "an id without its file", 0, "check ::good", {A: GOOD + BROKEN[len(GOOD) :]}, "1 claim in 1 file: 1 proved"
    ),
    Situation("two explanations", 0, "explain dv101 r5", says="R5: factorisation"),
    Situation("the version", 0, "-V", says="derive 0."),
    Situation("standard input", 0, "check -", says="<stdin> ✓ good: proved", given=GOOD),
    Situation("claims shown from standard input", 0, "show -", says="good x + y = y + x", given=GOOD),
    Situation("quiet", 0, "check -q", {A: GOOD}, "1 claim in 1 file: 1 proved"),
    Situation("verbose", 0, "check -v", {A: GOOD}, "claims: 1; lines: 1, 0 known, 1 decided"),
    Situation("a byte order mark and line ends of Windows", 0, files={A: ("\ufeff" + GOOD).replace("\n", "\r\n")}),
    Situation("a name that is not ASCII", 0, "check 公式.yaml", {"公式.yaml": GOOD}, "公式.yaml"),
    Situation("certificates", 0, "check --certificates there", {A: GOOD}, "1 certificate in there"),
    Situation("a page", 0, "report", {A: GOOD}, "wrote report.html"),
    Situation("an explanation", 0, "explain DV101", says="DV101: Refuted"),
    Situation("a bare command", 2, "", says="Usage"),
    Situation("refuted", 1, files={A: BAD}, says="DV101"),
    Situation("undecided", 1, files={A: OPEN}, says="DV207"),
    Situation("vacuous", 1, files={A: VACUOUS}, says="DV201"),
    Situation("an assumption about every index", 1, files={A: EVERY}, says="`i != j` is about every `j`"),
    Situation("better than expected", 1, files={A: BETTER}, says="DV103"),
    Situation("a condition, strictly", 1, "check --strict", {A: PARTIAL}, "DV301"),
    Situation("a finding beside an empty file", 1, "check a.yaml b.yaml", {"a.yaml": "", "b.yaml": BAD}),
    Situation("a finding, reported to a machine", 1, "check --format sarif", {A: BAD}, "DV101"),
    Situation("a finding on standard input", 1, "check -", says="--> <stdin>:4:", given=BAD),
    Situation("a page with a finding", 1, "report", {A: BAD}, "1 finding"),
    Situation("a certificate that is rejected", 1, "recheck there", {"there/a.json": "{}"}, "1 rejected"),
    Situation("stopped at the first finding", 1, "check -x", {A: BAD + OPEN[len(HEAD) :]}, "1 claim in 1 file"),
    Situation("a claim cannot be read", 2, files={A: BROKEN}, says="DV033"),
    Situation("a finding and a claim that cannot be read", 2, files={A: BAD + BROKEN[len(HEAD) :]}),
    Situation("no file", 2, says="DV026"),
    Situation("a missing file", 2, "check gone.yaml", {A: GOOD}, "DV001"),
    Situation("a missing file beside a good one", 2, f"check {A} gone.yaml", {A: GOOD}),
    Situation(
        "one file of another name", 2, files={"notes.yaml": GOOD}, says="did you mean `derive check notes.yaml`?"
    ),
    Situation("a misspelt file", 2, "check derivation.yaml", {A: GOOD}, "did you mean `derivations.yaml`?"),
    Situation("a file without its ending", 2, "check derivations", {A: GOOD}, "did you mean `derivations.yaml`?"),
    Situation("a word that is nothing", 2, "check softmax", says="DV091"),
    Situation("a pattern", 2, "check *.yml", {A: GOOD}, "for the shell to expand"),
    Situation("a claim after one colon", 2, f"check {A}:good", {A: GOOD}, f"`{A}::ID`"),
    Situation("a file of another program", 2, "check .", {A: GOOD, "compose.yaml": "services: {}\n"}, "exclude"),
    Situation("no YAML on standard input", 2, "check -", says="<stdin>:2:1", given="claims: [\n"),
    Situation("a report over a claim file", 2, f"check --format json=./{A}", {A: GOOD}, "is a claim file"),
    Situation("an unknown command to help with", 2, "help chek", says="chek"),
    Situation("no certificates there", 2, "recheck gone", says="gone"),
    Situation("no report of a shard", 2, "merge a.json", {"a.json": "{}"}, "a.json"),
    Situation("a page over a claim file", 2, f"report -o {A}", {A: GOOD}, "is a claim file"),
    Situation("a page that cannot be written", 2, "report -o no/a.html", {A: GOOD}, "cannot write no/a.html"),
    Situation("a shard that is none", 2, "check --shard 3/2", {A: GOOD}, "I/N"),
    Situation("not UTF-8", 2, files={A: NOT_UTF8}, says="DV004"),
    Situation("a folder in place of the file", 5, f"check {A}", {f"{A}/x": ""}, "DV506"),
    Situation("no YAML", 2, files={A: "claims: [\n"}, says="DV006"),
    Situation("an unknown option", 2, "check --fast", {A: GOOD}, "--fast"),
    Situation("an unknown command", 2, "chek", {A: GOOD}, "chek"),
    Situation("an unknown format", 2, "check --format yaml", {A: GOOD}, "sarif"),
    Situation("an unreadable selection", 2, "check -k (", {A: GOOD}, "-k"),
    Situation("an unknown id", 2, "check goood", {A: GOOD}, "did you mean `good`?"),
    Situation("an unknown code", 2, "explain DV199", says="DV1"),
    Situation(
        "a wrong configuration", 2, files={A: GOOD, "pyproject.toml": "[tool.derive]\nfile = []\n"}, says="files"
    ),
    Situation("a report that cannot be written", 2, "check --format json=no/a.json", {A: GOOD}, "no/a.json"),
    Situation("a starter over a file", 2, "init", {A: GOOD}, A),
    Situation("a proof and a counterexample", 3, files={A: BAD}, says="DV901", program=UNSOUND),
    Situation("a conflict outranks what cannot be read", 3, files={A: BAD + BROKEN[len(HEAD) :]}, program=UNSOUND),
    Situation("an empty file", 5, files={A: ""}, says="nothing was checked"),
    Situation("nothing on standard input", 5, "check -", says="nothing was checked"),
    Situation("a folder without a certificate", 5, "recheck there", {"there/a.txt": ""}, "0 accepted"),
    Situation("no claims", 5, files={A: "derive: 1\nclaims: []\n"}),
    Situation("nothing selected", 5, "check -k nothing", {A: GOOD}, "no claim is selected by `-k nothing`"),
    Situation("no claim has the tag", 5, "check --tag nothing", {A: GOOD}, "no claim is selected by `--tag nothing`"),
    Situation("a folder without claims", 5, "check notes", {"notes/a.txt": ""}, "DV506"),
    Situation("an empty file, allowed", 0, "check --allow-empty", {A: ""}),
    Situation("an empty file beside a good one", 0, "check a.yaml b.yaml", {"a.yaml": "", "b.yaml": GOOD}),
    Situation("a defect at a claim", 70, files={A: GOOD}, says="DV900", program=DEFECTIVE),
    Situation("a defect outranks a conflict", 70, "check", {A: GOOD + BAD[len(HEAD) :]}, program=DEFECTIVE),
    Situation("a defect elsewhere", 70, files={A: GOOD}, says="internal error", program=CRASHING),
    Situation("an interrupt", 130, "check --jobs 0", {A: GOOD}, "interrupted", INTERRUPTED),
)


def environment(**more: str) -> dict[str, str]:
    """That of the tests, without what decides how reports look."""
    taken = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY")
    kept = {name: value for name, value in os.environ.items() if name not in taken}
    return kept | {"PYTHONPATH": str(Path(__file__).parent.parent), "PYTHONUTF8": "1"} | more


def lay(folder: Path, files: Mapping[str, str | bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


FIRST = {s.code: s for s in reversed(SITUATIONS)}
"""Of every exit code the situation that shows that a process ends with it."""
ALONE = [s for s in SITUATIONS if s is FIRST[s.code] or s.program != PROGRAM or s.arguments.endswith(" -")]
"""The others, too, that change the program, or that standard input is read in."""
TOGETHER = [s for s in SITUATIONS if s not in ALONE]


@pytest.mark.parametrize("situation", ALONE, ids=lambda s: s.name)
def test_exit_code(situation: Situation, tmp_path: Path) -> None:
    lay(tmp_path, situation.files)
    command = [sys.executable, "-c", situation.program, *situation.arguments.split()]
    texts = {"text": True, "encoding": "utf-8", "input": situation.given}
    done = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, **texts)  # type: ignore[call-overload]
    told(situation, done.returncode, done.stdout + done.stderr)


@pytest.mark.parametrize("situation", TOGETHER, ids=lambda s: s.name)
def test_exit_code_in_this_process(situation: Situation, tmp_path: Path, derive: Derive) -> None:
    lay(tmp_path, situation.files)
    code, out, err = derive(*situation.arguments.split())
    told(situation, code, out + err)


def told(situation: Situation, code: int, said: str) -> None:
    """Hold what a command returned and printed against its situation."""
    assert (code, situation.says in " ".join(said.split())) == (situation.code, True), said
    assert situation.program == CRASHING or "Traceback" not in said


def test_a_reader_that_leaves_does_not_change_the_exit_code(tmp_path: Path) -> None:
    lay(tmp_path, {A: HEAD + "".join(f"  - {{id: bad-{k}, claim: x == {k}*x + 1}}\n" for k in range(40))})
    command = f"{sys.executable} -m derive check | head -n 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, env=environment(), capture_output=True, text=True)
    assert (done.returncode, done.stderr, len(done.stdout.splitlines())) == (1, "", 1)


FULL_DISK = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")


@FULL_DISK
@pytest.mark.parametrize("arguments", ("check", "check --format json", "show", "explain", "schema", "help", "init"))
def test_an_output_that_cannot_be_written_is_told(tmp_path: Path, arguments: str) -> None:
    lay(tmp_path, {} if arguments == "init" else {A: GOOD})
    command = [sys.executable, "-m", "derive", *arguments.split()]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, cwd=tmp_path, env=environment(), stdout=full, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (2, "Error: cannot write standard output: No space left on device\n")


def test_a_closed_output_is_no_failure(tmp_path: Path) -> None:
    lay(tmp_path, {A: BAD})
    command = ["bash", "-c", f"{sys.executable} -m derive check >&-"]
    assert subprocess.run(command, cwd=tmp_path, env=environment(), stderr=subprocess.PIPE).returncode == 1


def test_from_a_folder_below_the_file_above_is_named(tmp_path: Path) -> None:
    lay(tmp_path, {A: GOOD, "below/deep/x": ""})
    command = [sys.executable, "-m", "derive", "check"]
    done = subprocess.run(command, cwd=tmp_path / "below/deep", env=environment(), capture_output=True, text=True)
    assert (done.returncode, f"derive check ../../{A}" in done.stdout) == (2, True)


@pytest.mark.parametrize("request_to_end", (signal.SIGINT, signal.SIGTERM))
def test_an_interrupt_from_outside(tmp_path: Path, wait_for: Callable[[Path], None], request_to_end: int) -> None:
    marked = INTERRUPTED.replace("os.kill(os.getpid(), signal.SIGINT)", "open('here', 'w').close(); signal.pause()")
    lay(tmp_path, {A: GOOD})
    process = subprocess.Popen([sys.executable, "-c", marked, "check"], cwd=tmp_path, env=environment())
    wait_for(tmp_path / "here")
    process.send_signal(request_to_end)
    assert process.wait(timeout=20) == 130
