"""Processes that decide claims may hang, crash, eat memory or be killed: it costs nothing but the claim in hand."""

from __future__ import annotations

import faulthandler
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from derive.run.pool import Here, Lost, Pool, pool
from tests.conftest import Derive

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="without fork everything is done in one process")
ROOT = Path(__file__).parent.parent


def works(number: int) -> str:
    return str(number)


def ends(number: int) -> str:
    if number == 5:
        os._exit(0)
    return str(number)


def crashes(number: int) -> str:
    if number == 5:
        faulthandler.disable()  # pytest has it print
        os.kill(os.getpid(), signal.SIGSEGV)
    return str(number)


def eats(number: int) -> str:
    return str(len(bytearray(3 << 30))) if number == 5 else str(number)


def raises(number: int) -> str:
    if number == 5:
        raise MemoryError
    return str(number)


def loops(number: int) -> str:
    while number == 5:
        pass
    return str(number)


def hangs_in_c(number: int) -> str:
    return str(number < 9**9**8) if number == 5 else str(number)


def sleeps(number: int) -> str:
    time.sleep(3600 if number == 5 else 0)
    return str(number)


def slow(number: int) -> str:
    time.sleep(0.005)
    return f"{number} {os.getpid()}"


def prepare() -> None:
    """Nothing has to be imported."""


def outcomes(work: Callable[[int], str], seconds: float, jobs: int = 2) -> list[str]:
    """What comes of the numbers from 0 to 39; a lost task is told by why."""
    workers = Pool(jobs, prepare, seconds, 1 << 28)
    try:
        promises = [workers.submit(work, number) for number in range(40)]
        return [_told(promise.result) for promise in promises]
    finally:
        workers.close()


def _told(result: Callable[[], str]) -> str:
    try:
        return result()
    except Lost as lost:
        return str(lost)


@pytest.mark.parametrize(
    ("work", "why"),
    [
        (works, "5"),
        (ends, "the process that worked on it ended, twice: out of memory, or a crash"),
        (crashes, "the process that worked on it ended, twice: out of memory, or a crash"),
        (eats, "the process that worked on it ended, twice: out of memory, or a crash"),
        (raises, "the process that worked on it ended, twice: out of memory, or a crash"),
        (loops, "stopped after 0.5 seconds on the clock"),
        (hangs_in_c, "stopped after 0.5 seconds on the clock"),
        (sleeps, "stopped after 0.5 seconds on the clock"),
    ],
)
@pytest.mark.parametrize("jobs", [1, 3])
def test_an_accident_costs_its_own_task_only(work: Callable[[int], str], why: str, jobs: int) -> None:
    expected = [str(number) for number in range(40)]
    expected[5] = why
    assert outcomes(work, 0.5, jobs) == expected


def test_a_killed_worker_costs_nothing_and_leaves_nothing_behind() -> None:
    workers = Pool(2, prepare, 10, 1 << 28)
    promises = [workers.submit(slow, number) for number in range(200)]
    pids = set()
    for number, promise in enumerate(promises):
        first, pid = promise.result().split()
        pids.add(int(pid))
        assert int(first) == number
        if number % 60 == 20:
            os.kill(int(pid), signal.SIGKILL)
    workers.close()
    assert len(pids) > 2
    assert all(map(_ends, pids))


def test_a_killed_nursery_is_replaced() -> None:
    workers = Pool(2, prepare, 10, 1 << 28)
    found = []
    for number in range(3):
        promise = workers.submit(ends, number)
        assert workers._nursery
        os.kill(workers._nursery[0], signal.SIGKILL)
        found.append(promise.result())
    with pytest.raises(Lost):
        workers.submit(ends, 5).result()
    workers.close()
    assert found == ["0", "1", "2"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_where_no_process_can_be_started_tasks_are_lost_at_once(jobs: int) -> None:
    def broken() -> None:
        os._exit(3)

    workers = Pool(jobs, broken, 600, 1 << 28)
    start = time.monotonic()
    promises = [workers.submit(works, number) for number in range(40)]
    found = {_told(promise.result).split(" ")[0] for promise in promises}
    workers.close()
    assert (found <= {"no", "the"}, time.monotonic() - start < 60) == (True, True)


def test_workers_are_replaced_after_many_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("derive.run.pool._TASKS", 10)
    workers = Pool(1, prepare, 10, 1 << 28)
    assert len({workers.submit(slow, number).result().split()[1] for number in range(35)}) > 2
    workers.close()


def test_without_processes_a_task_is_done_when_its_result_is_asked_for() -> None:
    with pool(0, prepare) as executor:
        assert isinstance(executor, Here)
        promise = executor.submit(works, 3)
        told: list[object] = []
        promise.add_done_callback(told.append)
        assert (promise.done(), promise.result(), promise.done(), told) == (False, "3", True, [promise])


def _ends(pid: int) -> bool:
    deadline = time.monotonic() + 10
    while _is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not _is_running(pid)


def _is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


# --- whole runs

HEAD = "derive: 1\nvariables: {x: real, y: real}\nclaims:\n"
CLAIMS = "".join(f"  - {{id: c{k}, claim: x + {k} == {k} + x}}\n" for k in range(30))
BAD = "  - {id: bad, claim: 'x*y == x', expect: refuted, because: a slip}\n"
ACCIDENT = """
import os, signal, time
from derive.run import decide, pool
from derive.cli import main
from derive.prove import prove as really
pool.SECONDS, pool.MEMORY = {seconds}, 1 << 28
def prove(goal, *budget):
    if "13" in str(goal.left):
        {accident}
    return really(goal, *budget)
decide.prove = prove
main()
"""


def call(folder: Path, program: str, *arguments: str) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "DERIVE_CACHE_SECRET": "of this test", "PYTHONUTF8": "1"}
    command = [sys.executable, "-c", program, "check", *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=pipe, stderr=pipe, text=True)


@pytest.mark.parametrize(
    ("accident", "seconds", "said"),
    [
        ("os._exit(1)", 20, "out of memory, or a crash"),
        ("os.abort()", 20, "out of memory, or a crash"),
        ("bytearray(3 << 30)", 20, "out of memory, or a crash"),
        ("9**9**9", 1, "stopped after 1 seconds on the clock"),
        ("time.sleep(3600)", 1, "stopped after 1 seconds on the clock"),
    ],
)
def test_an_accident_leaves_its_own_claim_undecided(tmp_path: Path, accident: str, seconds: int, said: str) -> None:
    (tmp_path / "derivations.yaml").write_text(HEAD + CLAIMS + BAD, encoding="utf-8")
    process = call(tmp_path, ACCIDENT.format(accident=accident, seconds=seconds), "--format", "json", "--jobs", "2")
    out, err = process.communicate(timeout=60)
    assert not err
    claims = json.loads(out)["claims"]
    assert [c["id"] for c in claims] == [*(f"c{k}" for k in range(30)), "bad"]
    other = [c["id"] for c in claims if not c["as_expected"]]
    assert (process.returncode, other, said in claims[13]["reason"]) == (1, ["c13"], True)
    # An accident is not kept: the next run decides the claim.
    again = call(tmp_path, "from derive.cli import main; main()", "--format", "json")
    assert all(c["as_expected"] for c in json.loads(again.communicate(timeout=60)[0])["claims"])


def test_an_interrupt_prints_what_was_finished_and_keeps_it(tmp_path: Path) -> None:
    (tmp_path / "derivations.yaml").write_text(HEAD + CLAIMS, encoding="utf-8")
    program = ACCIDENT.format(accident="open('here', 'w').close(); time.sleep(3600)", seconds=60)
    process = call(tmp_path, program, "--format", "json", "--jobs", "2")
    _wait_for(tmp_path / "here")
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    found = [c["id"] for c in json.loads(out)["claims"]]
    assert (process.returncode, "Traceback" in err) == (130, False), err
    assert "c12" in found and "c13" not in found and found == sorted(found, key=lambda id: int(id[1:]))
    again = call(tmp_path, "from derive.cli import main; main()", "--format", "concise")
    assert "30 proved" in again.communicate(timeout=60)[0]


def test_killing_the_first_process_ends_the_others_and_keeps_what_was_finished(tmp_path: Path) -> None:
    (tmp_path / "derivations.yaml").write_text(HEAD + CLAIMS, encoding="utf-8")
    program = ACCIDENT.format(accident="open('here', 'w').write(str(os.getpid())); time.sleep(1)", seconds=60)
    process = call(tmp_path, program, "--jobs", "2")
    _wait_for(tmp_path / "here")
    time.sleep(0.2)
    process.kill()
    process.communicate()
    kept = (tmp_path / ".derive_cache" / "verdicts").read_bytes().count(b"Proved")
    assert kept >= 12
    worker = int((tmp_path / "here").read_text(encoding="ascii"))
    assert _ends(worker)
    again = call(tmp_path, "from derive.cli import main; main()", "--format", "concise")
    assert "30 proved" in again.communicate(timeout=60)[0]


def _wait_for(path: Path) -> None:
    deadline = time.monotonic() + 30
    while not path.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert path.exists()


def test_the_same_bytes_whatever_the_number_of_processes_and_shards(derive: Derive) -> None:
    broken = "  - {id: broken, claim: x +}\n"
    Path("derivations.yaml").write_text(HEAD + CLAIMS + BAD + broken, encoding="utf-8")
    for jobs in ("0", "1", "4"):
        assert derive("check", "--no-cache", "--jobs", jobs, "--format", f"json={jobs}.json")[0] == 2
    for shard in ("1", "2", "3"):
        assert derive("check", "--shard", f"{shard}/3", "--format", f"json=part{shard}.json")[0] == 2
    code, out, _ = derive("merge", "part2.json", "part3.json", "part1.json", "--output", "merged.json")
    assert (code, out.splitlines()[-1]) == (2, "31 claims: 30 proved, 1 refuted; 1 not as it should be")
    assert len({Path(f"{name}.json").read_bytes() for name in ("0", "1", "4", "merged")}) == 1
