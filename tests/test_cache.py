"""What is kept from run to run: keyed by meaning, of use only to the same program, and never able to do harm."""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from derive.claim import Goal
from derive.prove import prove
from derive.record import Recorded, recall, record
from derive.run import decide, known, resume, settle, versions
from derive.run.answer import answer
from derive.run.cache import FOLDER, Cache, Verdicts, cache
from derive.verdict import Proved, Undecided
from tests.conftest import Derive
from tests.goals import goal

ROOT = Path(__file__).parent.parent
FILE = """\
derive: 1
title: Three
variables: {x: real, z: positive}
define: {f: x**2}
claims:
  - id: square
    claim: diff(f, x) == 2*x
  - id: log
    claim: log(z**2) == 2*log(z)
  - id: slip
    claim: x + 1 == x
    expect: refuted
    because: a slip
    correction: x + 1 == 1 + x
  - id: steps
    steps: [(x + 1)**2, == x**2 + 2*x + 1, == 1 + x*(x + 2)]
  - id: sine
    claim: sin(x)**2 == 1 - cos(x)**2
    assume: x >= 3/2
"""
# An edit, and how many lines of claims mean something else after it.
EDITS = (
    ("", "", 0),
    ("title: Three", "title: Drei  # a comment", 0),
    ("id: square", "id: area", 0),
    ("claim: diff(f, x) == 2*x", "claim: |\n      diff( f,\n      x ) == 2 * x", 0),
    ("  - id: log\n    claim: log(z**2) == 2*log(z)\n", "", 0),
    ("expect: refuted\n    because: a slip\n    correction: x + 1 == 1 + x", "title: an accident", 0),
    ("because: a slip", "because: a slip of the pen", 0),
    ("assume: x >= 3/2", "assume: '( x >= 3/2 )'", 0),
    ("define: {f: x**2}", "define: {f: x**2, g: x}", 0),
    ("2*x\n  - id: log", "2*x + 0\n  - id: log", 1),
    ("== 2*log(z)", "<= 2*log(z)", 1),
    ("define: {f: x**2}", "define: {f: x*x}", 1),
    ("z: positive", "z: nonzero", 1),
    ("assume: x >= 3/2", "assume: x > 3/2", 1),
    ("assume: x >= 3/2", "assume: x >= 1.5", 1),
    ("correction: x + 1 == 1 + x", "correction: 1 + x == x + 1", 1),
    ("== x**2 + 2*x + 1", "== 1 + x**2 + 2*x", 2),
    ("{x: real, z", "{x: nonnegative, z", 7),
)


@pytest.fixture
def asked(derive: Derive, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Goal]]:
    """The goals that the prover meets, in an empty folder."""
    goals: list[Goal] = []

    def counted(goal: Goal, budget: int) -> object:
        goals.append(goal)
        return prove(goal, budget)

    monkeypatch.setattr(decide, "prove", counted)
    yield goals


def check(derive: Derive, *arguments: str) -> tuple[int, bytes]:
    code, _, _ = derive("check", "--jobs", "0", "--format", "json=out.json", "--format", "full", *arguments)
    return code, Path("out.json").read_bytes()


@pytest.mark.parametrize(("old", "new", "count"), EDITS)
def test_only_what_means_something_else_is_decided_anew(
    derive: Derive, asked: list[Goal], old: str, new: str, count: int
) -> None:
    assert old in FILE
    Path("derivations.yaml").write_text(FILE, encoding="utf-8")
    check(derive)
    assert len(asked) == 8
    asked.clear()
    Path("derivations.yaml").write_text(FILE.replace(old, new, 1), encoding="utf-8")
    warm = check(derive)
    assert len(asked) == count
    assert warm == check(derive) == check(derive, "--no-cache")


def test_a_verdict_is_the_same_after_its_record() -> None:
    for text in ("x/x == 1", "x == 2*x", "log(x**2) == 2*log(x)", "x**2 < 10**40", "x**2 > -1", "sqrt(x**2) == x"):
        told = answer(goal("x: real", text))
        assert record(recall(told)) == told, text


@pytest.mark.parametrize(
    "text", ["", "1", "[]", '["Proved"]', '["Proved",1,2,3]', '["Number",1]', "[[[", '["",1]', '["/","1","0"]']
)
def test_what_is_no_record_is_no_verdict(text: str) -> None:
    with pytest.raises(ValueError):
        recall(text)


# --- the program that decides


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program and two engines of three files in all."""
    for name in ("own/a.py", "own/kernel/b.py", "site/numpy/version.py", "other/numpy/version.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1", encoding="utf-8")
    monkeypatch.setattr(versions, "OWN", str(tmp_path / "own"))
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site")])
    return tmp_path


@pytest.mark.parametrize("told_by", [versions.content, versions.stamp])
@pytest.mark.parametrize(
    ("change", "is_other"),
    [
        (lambda copy, patch: None, False),
        (lambda copy, patch: (copy / "own" / "kernel" / "b.py").write_text("2", encoding="utf-8"), True),
        (lambda copy, patch: (copy / "own" / "c.py").write_text("", encoding="utf-8"), True),
        (lambda copy, patch: (copy / "own" / "a.py").rename(copy / "own" / "c.py"), True),
        (lambda copy, patch: (copy / "site" / "numpy" / "version.py").write_text("2", encoding="utf-8"), True),
        (lambda copy, patch: (copy / "own" / "notes.txt").write_text("2", encoding="utf-8"), False),
        (lambda copy, patch: patch.setenv("SYMPY_GROUND_TYPES", "python"), True),
        (lambda copy, patch: patch.setattr(sys, "version", "4.0"), True),
    ],
)
def test_another_program_has_another_version(
    copy: Path,
    monkeypatch: pytest.MonkeyPatch,
    told_by: Callable[[str], bytes],
    change: Callable[[Path, pytest.MonkeyPatch], object],
    is_other: bool,
) -> None:
    before = versions.versions(told_by)
    change(copy, monkeypatch)
    assert (versions.versions(told_by) != before) == is_other


def test_the_same_code_elsewhere_has_the_same_version(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = versions.versions(versions.content)
    shutil.copytree(copy / "own", copy / "moved")
    monkeypatch.setattr(versions, "OWN", str(copy / "moved"))
    assert versions.versions(versions.content) == before


def test_every_engine_has_a_version_file() -> None:
    found = {name for name, _ in versions._engines()}
    assert found >= {"sympy", "mpmath", "numpy", "flint", "msgspec"}


def test_another_program_decides_everything_anew(
    derive: Derive, asked: list[Goal], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("derivations.yaml").write_text(FILE, encoding="utf-8")
    check(derive)
    monkeypatch.setattr(known, "versions", lambda told_by: "another")
    monkeypatch.setattr("derive.run.replay.versions", lambda told_by: "another")
    check(derive)
    assert len(asked) == 16


# --- whole runs


CHANGES: tuple[Callable[[], object], ...] = (
    lambda: Path("notes/a.yaml").write_text(FILE.replace("x + 1 == x\n", "x + 2 == x\n"), encoding="utf-8"),
    lambda: Path("notes/b.yaml").write_text(FILE, encoding="utf-8"),
    lambda: Path("notes/a.yaml").unlink(),
    lambda: Path("pyproject.toml").write_text("[tool.derive]\nstrict = true\n", encoding="utf-8"),
    lambda: Path("pyproject.toml").unlink(),
)


@pytest.mark.parametrize("change", CHANGES)
def test_a_run_is_told_again_only_while_nothing_has_changed(
    derive: Derive, monkeypatch: pytest.MonkeyPatch, change: Callable[[], object]
) -> None:
    Path("notes").mkdir()
    Path("notes/a.yaml").write_text(FILE, encoding="utf-8")
    Path("pyproject.toml").write_text("", encoding="utf-8")
    runs: list[object] = []

    really = resume.resume

    def counted(*arguments: Any, **more: Any) -> object:
        runs.append(arguments)
        return really(*arguments, **more)

    monkeypatch.setattr(resume, "resume", counted)
    first = derive("check", "notes")
    assert (derive("check", "notes"), len(runs)) == (first, 1)
    derive("check", "notes", "--strict")
    derive("check", "notes/a.yaml")
    assert len(runs) == 3
    change()
    after = derive("check", "notes")
    assert (len(runs), after) == (4, derive("check", "notes", "--no-cache"))


def test_a_cached_check_imports_nothing_slow(tmp_path: Path) -> None:
    (tmp_path / "derivations.yaml").write_text(FILE, encoding="utf-8")
    code = (
        "import sys\nfrom derive.cli import derive\n"
        "try: derive.main(['check', '--format', 'json=out.json'], standalone_mode=False)\n"
        "finally: print(sorted({'sympy', 'numpy', 'flint', 'yaml', 'rich', 'pathlib', 'pickle', 'derive.run.run'} & "
        "sys.modules.keys()), file=sys.stderr)"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT), "DERIVE_CACHE_SECRET": "of this test"}
    command = [sys.executable, "-c", code]
    runs = [
        subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
        for _ in range(2)
    ]
    assert runs[1].stderr.strip() == "[]"
    assert runs[0].stdout == runs[1].stdout


# --- whatever else writes there


def kept(folder: Path, count: int = 5) -> tuple[Cache, dict[str, str]]:
    """A cache with some verdicts."""
    store = Cache(str(folder), b"secret")
    texts = {f"meaning {k}": record(Undecided("budget", f"detail {k}")) for k in range(count)}
    verdicts = Verdicts(store)
    for meaning, text in texts.items():
        verdicts.put(meaning, text)
    verdicts.close()
    return store, texts


def spoilt(data: bytes, seed: int) -> bytes:
    """The data after one accident: bytes changed, lost, doubled, put in, or everything after some place gone."""
    chance = random.Random(seed)
    start = chance.randrange(len(data))
    end = min(len(data), start + chance.choice((1, 1, 2, 8, 64)))
    noise = chance.randbytes(end - start)
    middle = {0: noise, 1: b"", 2: data[start:end] * 2, 3: noise + data[start:end]}.get(seed % 5)
    return data[:start] if middle is None else data[:start] + middle + data[end:]


def test_a_spoilt_file_gives_what_was_kept_or_nothing(tmp_path: Path) -> None:
    store, texts = kept(tmp_path)
    data = (tmp_path / Verdicts.NAME).read_bytes()
    lost = 0
    for seed in range(500):
        (tmp_path / Verdicts.NAME).write_bytes(spoilt(data, seed))
        verdicts = Verdicts(store)
        found = {meaning: verdicts.get(meaning) for meaning in texts}
        assert all(text in (None, texts[meaning]) for meaning, text in found.items()), seed
        lost += None in found.values()
    assert lost > 400


def test_a_spoilt_run_is_made_anew(derive: Derive) -> None:
    Path("derivations.yaml").write_text(FILE, encoding="utf-8")
    first = derive("check", "--jobs", "0")
    path = next(Path(FOLDER).glob("run-*"))
    data = path.read_bytes()
    for seed in range(40):
        path.write_bytes(spoilt(data, seed))
        (Path(FOLDER) / Verdicts.NAME).write_bytes(spoilt((Path(FOLDER) / Verdicts.NAME).read_bytes(), seed))
        assert derive("check", "--jobs", "0") == first, seed


def test_a_cut_line_does_not_spoil_the_next_one(tmp_path: Path) -> None:
    store, texts = kept(tmp_path)
    path = tmp_path / Verdicts.NAME
    path.write_bytes(path.read_bytes()[:-20])
    verdicts = Verdicts(store)
    verdicts.put("another", "text")
    again = Verdicts(store)
    assert (again.get("another"), again.get("meaning 4"), again.get("meaning 3")) == ("text", None, texts["meaning 3"])


def test_a_folder_that_came_with_the_project_proves_nothing(derive: Derive, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stranger's change may hold a cache; without the secret of whoever checks it, it is nothing."""
    forged = record(Proved(Recorded((), (), "wishful thinking", (), ())))
    Path("derivations.yaml").write_text("variables: {x: real}\nclaims: [{id: a, claim: x == x + 1}]", encoding="utf-8")
    with monkeypatch.context() as stranger:
        stranger.setenv("DERIVE_CACHE_SECRET", "of a stranger")
        stranger.setattr(settle, "answer", lambda *_: forged)
        assert derive("check", "--jobs", "0")[0] == 0
    with monkeypatch.context() as stranger:
        stranger.setenv("DERIVE_CACHE_SECRET", "of a stranger")
        assert derive("check", "--jobs", "0")[0] == 0  # it is believed by whoever made it
    assert derive("check", "--jobs", "0")[0] == 1


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO])
def test_what_cannot_be_written_is_not_kept(derive: Derive, monkeypatch: pytest.MonkeyPatch, error: int) -> None:
    Path("derivations.yaml").write_text(FILE, encoding="utf-8")
    first = derive("check", "--jobs", "0", "--no-cache")
    written = os.write

    def full(descriptor: int, data: bytes) -> int:
        if error == errno.ENOSPC:
            return written(descriptor, data[: len(data) // 2])  # the disk is full in the midst of a line
        raise OSError(error, os.strerror(error))

    with monkeypatch.context() as broken:
        broken.setattr(os, "write", full)
        broken.setattr(os, "replace", lambda *_: full(-1, b"") if error != errno.ENOSPC else None)
        assert derive("check", "--jobs", "0") == first
    assert derive("check", "--jobs", "0") == first
    assert derive("check", "--jobs", "0") == first


@pytest.mark.parametrize("kind", ["a file", "a link", "a link out of it", "a pipe", "a folder for a file"])
def test_a_strange_folder_is_left_alone(derive: Derive, kind: str) -> None:
    Path("derivations.yaml").write_text(FILE, encoding="utf-8")
    first = derive("check", "--jobs", "0", "--no-cache")
    outside = Path("outside")
    outside.mkdir()
    (outside / "precious").write_text("precious", encoding="utf-8")
    shutil.rmtree(FOLDER, ignore_errors=True)
    if kind == "a file":
        Path(FOLDER).write_text("", encoding="utf-8")
    elif kind == "a link":
        Path(FOLDER).symlink_to(outside)
    else:
        Path(FOLDER).mkdir()
        inside = Path(FOLDER) / Verdicts.NAME
        if kind == "a pipe":
            os.mkfifo(inside)
        elif kind == "a link out of it":
            inside.symlink_to((outside / "precious").absolute())
        else:
            inside.mkdir()
    for _ in range(2):
        assert derive("check", "--jobs", "0") == first
    assert [path.name for path in outside.iterdir() if path.name != "last_failed.json"] == ["precious"]
    assert (outside / "precious").read_text(encoding="utf-8") == "precious"


def test_a_folder_is_marked_for_those_who_make_copies(derive: Derive) -> None:
    Path("derivations.yaml").write_text(FILE, encoding="utf-8")
    derive("check")
    derive("check", "--cache-dir", "elsewhere")
    for folder in (FOLDER, "elsewhere"):
        assert (Path(folder) / ".gitignore").read_text(encoding="utf-8") == "*\n"
        assert (Path(folder) / "CACHEDIR.TAG").read_text(encoding="utf-8").startswith("Signature: 8a477f597d28d172")


def test_a_long_file_is_halved_and_a_longer_one_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, texts = kept(tmp_path, 50)
    size = (tmp_path / Verdicts.NAME).stat().st_size
    monkeypatch.setattr("derive.run.cache.MOST", size + 10)
    verdicts = Verdicts(store)
    assert (verdicts.get("meaning 0"), verdicts.get("meaning 49")) == (None, texts["meaning 49"])
    assert (tmp_path / Verdicts.NAME).stat().st_size < size * 2 // 3
    monkeypatch.setattr("derive.run.cache.MOST", 10)
    assert Verdicts(store).get("meaning 49") is None


def test_the_secret_is_made_once_and_stays_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DERIVE_CACHE_SECRET", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    one, two = cache(str(tmp_path)), cache(str(tmp_path))
    assert one and two and one.digest("x") == two.digest("x")
    assert (tmp_path / "state" / "derive" / "secret").stat().st_mode & 0o077 == 0
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "elsewhere"))
    other = cache(str(tmp_path))
    assert other and other.digest("x") != one.digest("x")
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    assert cache(str(tmp_path)) is None


def test_two_runs_at_once(tmp_path: Path) -> None:
    claims = "".join(f"  - {{id: c{k}, claim: x + {k} == {k} + x}}\n" for k in range(60))
    (tmp_path / "derivations.yaml").write_text(f"variables: {{x: real}}\nclaims:\n{claims}", encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "DERIVE_CACHE_SECRET": "of this test"}
    command = [sys.executable, "-m", "derive", "check", "--format", "json"]
    both = [subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE) for _ in range(2)]
    outs = [process.communicate()[0] for process in both]
    third = subprocess.run(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, check=True).stdout
    assert outs == [third, third]
    assert all(claim["as_expected"] for claim in json.loads(third)["claims"])
