"""A cluster decides as one process does, also where a worker is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("distributed", reason="dask.distributed is not installed: pip install 'derive-check[cluster]'")

from derive.run import cluster as module
from derive.run.cluster import cluster, remote
from tests.conftest import Derive

ROOT = Path(__file__).parent.parent
HEAD = "derive: 1\nvariables: {x: real, y: real}\nclaims:\n"
CLAIMS = "".join(f"  - {{id: c{k}, claim: x + {k} == {k} + x}}\n" for k in range(20))
BAD = "  - {id: bad, claim: 'x*y == x', expect: refuted, because: a slip}\n"


def slow(number: int) -> str:
    time.sleep(0.02)
    return f"{number} {os.getpid()}"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A scheduler on this machine with two workers."""
    folder = tmp_path_factory.mktemp("cluster")
    place = folder / "scheduler.json"
    scheduler = ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    worker = ["worker", "--host", "127.0.0.1", "--nthreads", "2", "--no-nanny", "--no-dashboard"]
    started = [_started(command, place) for command in (scheduler, worker, worker)]
    try:
        deadline = time.monotonic() + 60
        while not place.exists() or not place.read_text(encoding="utf-8"):
            assert time.monotonic() < deadline and started[0].poll() is None
            time.sleep(0.1)
        yield json.loads(place.read_text(encoding="utf-8"))["address"]
    finally:
        for process in started:
            process.kill()
            process.wait()


def _started(command: list[str], place: Path) -> subprocess.Popen[bytes]:
    name, *options = command
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests")))}
    line = [sys.executable, "-m", f"distributed.cli.dask_{name}", *options, "--scheduler-file", str(place)]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(line, cwd=place.parent, env=environment, stdout=quiet, stderr=quiet)


def test_the_same_bytes_from_a_cluster(derive: Derive, address: str) -> None:
    Path("derivations.yaml").write_text(HEAD + CLAIMS + BAD, encoding="utf-8")
    assert derive("check", "--no-cache", "--jobs", "0", "--format", "json=here.json")[0] == 0
    assert derive("check", "--no-cache", "--scheduler", address, "--format", "json=there.json")[0] == 0
    assert Path("here.json").read_bytes() == Path("there.json").read_bytes()


def test_a_killed_worker_costs_no_task(address: str) -> None:
    with cluster(address) as executor:
        executor._executor._client.wait_for_workers(2, timeout=60)
        promises = [executor.submit(slow, number) for number in range(200)]
        told: list[object] = []
        for promise in promises:
            promise.add_done_callback(told.append)
        first = int(promises[0].result().split()[1])
        os.kill(first, signal.SIGKILL)
        found = [promise.result().split() for promise in promises]
    assert [int(number) for number, _ in found] == list(range(200))
    assert {int(pid) for _, pid in found} - {first}
    assert len(told) == 200


def test_a_worker_with_other_code_decides_nothing() -> None:
    assert remote(module._own_code(), str, 3) == "3"
    assert remote("other code", str, 3).startswith("!a worker of the cluster runs another version")


@pytest.mark.parametrize("wrong", ["tcp://127.0.0.1:1", "nonsense://here", "127.0.0.1:none"])
def test_a_scheduler_that_is_not_there_is_a_usage_error(
    derive: Derive, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    monkeypatch.setattr(module, "CONNECTING", 0.5)
    Path("derivations.yaml").write_text(HEAD + CLAIMS, encoding="utf-8")
    code, _, err = derive("check", "--no-cache", "--scheduler", wrong)
    assert (code, f"no scheduler answers at {wrong}" in err, "Traceback" in err) == (2, True, False)
