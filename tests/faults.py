"""Accidents while derive works: nothing that was finished is lost, no verdict is wrong, and the next run is fine.

    python -m tests.faults [--count 50] [--spoilt 500] [--seed 1] [NAME ...]

Every accident happens at a random moment of a real run, or to random bytes of a real cache. What a run tells afterwards
is held against a run without accident: the same bytes where it ended, no claim with another verdict where it did not.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

ROOT = Path(__file__).resolve().parent.parent
HEAD = """\
derive: 1
variables: {n: positive integer, o: 'real[n]', y: 'real[n]', x: real, z: positive}
define: {'s[i]': 'exp(o[i]) / Sum(exp(o[k]), k)'}
claims:
"""
KINDS = (
    "diff(s[i], o[j]) == s[i] * (KroneckerDelta(i, j) - s[j]) + {k} - {k}",
    "Sum((o[k] - {k}*y[k])**2, k) == Sum(o[k]**2, k) - 2*{k}*Sum(o[k]*y[k], k) + {k}**2*Sum(y[k]**2, k)",
    "log(z**{k}) == {k}*log(z)",
    "x + {k} == x",
    "x**2 < 10**40 + {k}",
    "log(x**(2*{k})) == 2*{k}*log(x)",
)
CLAIMS = 36
CODE = 1
SECRET = "of these accidents"


class Project(Struct, frozen=True):
    """A folder with claims; what a run over them tells, and how many seconds it takes."""

    folder: Path
    told: bytes = b""
    seconds: float = 1.0

    @property
    def cache(self) -> Path:
        return self.folder / ".derive_cache"

    def start(self, *arguments: str, by: tuple[str, ...] = (), **more: Any) -> subprocess.Popen[bytes]:
        """A run, ``by`` another program, whose JSON report goes to standard output."""
        environment = os.environ | {"PYTHONPATH": str(ROOT), "DERIVE_CACHE_SECRET": SECRET}
        command = [*by, sys.executable, "-m", "derive", "check", "--format", "json", "--jobs", "2", *arguments]
        pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "start_new_session": True}
        return subprocess.Popen(command, cwd=self.folder, env=environment, **pipes, **more)

    def kept(self) -> set[bytes]:
        """The names of the verdicts in the cache."""
        try:
            lines = (self.cache / "verdicts").read_bytes().split(b"\n")
        except OSError:
            return set()
        return {line[:32] for line in lines[:-1] if len(line) > 64}

    def forget(self) -> None:
        """Remove the cache, whatever stands in its place."""
        if self.cache.is_dir() and not self.cache.is_symlink():
            shutil.rmtree(self.cache)
        else:
            self.cache.unlink(missing_ok=True)

    def expect_whole(self, process: subprocess.Popen[bytes]) -> None:
        """The run ends as if nothing had happened."""
        out, err = process.communicate(timeout=300)
        require((process.returncode, out) == (CODE, self.told), "another report", process.returncode, out, err)
        require(not err, "said", err)

    def expect_part(self, process: subprocess.Popen[bytes], codes: tuple[int, ...]) -> None:
        """The run ends early, and tells only what a whole run tells."""
        out, err = process.communicate(timeout=300)
        require(process.returncode in codes, "exit code", process.returncode, err)
        if process.returncode == CODE:
            require(out == self.told, "another report", out, err)
        elif out:
            claims = {claim["id"]: claim for claim in json.loads(self.told)["claims"]}
            for claim in json.loads(out)["claims"]:
                # What would make a false claim true is looked for at the end, which never came.
                expected = {name: value for name, value in claims[claim["id"]].items() if name != "suggestions"}
                found = {name: value for name, value in claim.items() if name != "suggestions"}
                require(found == expected, "another verdict", claim)

    def expect_next(self, before: set[bytes]) -> None:
        """The next run tells the whole, and everything that was kept is there still."""
        self.expect_whole(self.start())
        require(before <= self.kept(), "lost", before - self.kept())


class Failed(Exception):
    """What must never happen has happened."""


def require(holds: bool, *what: object) -> None:
    if not holds:
        raise Failed(" ".join(repr(part)[:400] for part in what))


def project(folder: Path, name: str = "project", more: int = 0) -> Project:
    """A new project, measured by a run that keeps nothing."""
    place = folder / name
    place.mkdir()
    claims = (KINDS[k % len(KINDS)].format(k=k // len(KINDS) + 1 + more) for k in range(CLAIMS))
    text = "".join(f"  - {{id: c{k}, claim: '{claim}'}}\n" for k, claim in enumerate(claims))
    (place / "derivations.yaml").write_text(HEAD + text, encoding="utf-8")
    start = time.monotonic()
    told, err = (process := Project(place).start("--no-cache")).communicate()
    require(process.returncode == CODE, "a run without accident", process.returncode, err)
    words = [claim["verdict"] for claim in json.loads(told)["claims"]]
    require({"proved", "refuted", "undecided"} == set(words) and len(words) == CLAIMS, words)
    return Project(place, told, time.monotonic() - start)


# --- processes


def family(process: subprocess.Popen[bytes]) -> list[int]:
    """The other processes of a run that are alive."""
    found = []
    for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
        try:
            state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        except OSError:
            continue
        if int(state[3]) == process.pid != pid and state[0] not in "ZX":
            found.append(pid)
    return found


def kill_others(project: Project, chance: random.Random, times: int = 1) -> subprocess.Popen[bytes]:
    process = project.start()
    for _ in range(times):
        time.sleep(chance.uniform(0, project.seconds / times))
        others = family(process)
        if others:
            try:
                os.kill(chance.choice(others), signal.SIGKILL)
            except ProcessLookupError:
                continue
    return process


def worker_killed(project: Project, chance: random.Random) -> None:
    """One of the processes that work, or that make them, dies: nobody notices."""
    project.forget()
    project.expect_whole(kill_others(project, chance))
    project.expect_next(project.kept())


def main_killed(project: Project, chance: random.Random) -> None:
    """The first process dies: the others end by themselves, and what was finished is known."""
    project.forget()
    process = project.start()
    time.sleep(chance.uniform(0, project.seconds))
    process.kill()
    process.communicate()
    before = project.kept()
    deadline = time.monotonic() + 30
    while family(process) and time.monotonic() < deadline:
        time.sleep(0.05)
    require(not family(process), "processes are left behind")
    project.expect_next(before)


def interrupted(project: Project, chance: random.Random) -> None:
    """Somebody presses Ctrl-C, or a service ends the job."""
    project.forget()
    process = project.start()
    time.sleep(chance.uniform(0, project.seconds))
    request = chance.choice((signal.SIGINT, signal.SIGTERM))
    process.send_signal(request)
    # Python ends in its own way before the first line of derive has run; and by SIGINT, which shells call 130, where an
    # interrupt met code that is made while modules are imported.
    project.expect_part(process, (CODE, 130, -request, -signal.SIGINT))
    project.expect_next(project.kept())


def interrupted_twice(project: Project, chance: random.Random) -> None:
    """Somebody is impatient."""
    project.forget()
    process = project.start()
    time.sleep(chance.uniform(0.3, 1) * project.seconds)
    for _ in range(2):
        process.send_signal(signal.SIGINT)
        time.sleep(chance.uniform(0, 0.05))
    process.communicate(timeout=60)
    require(process.returncode in (CODE, 130, -signal.SIGINT), "exit code", process.returncode)
    project.expect_next(project.kept())


def two_at_once(project: Project, chance: random.Random) -> None:
    """Two runs share a cache; one of them may be killed."""
    project.forget()
    first = project.start()
    time.sleep(chance.uniform(0, project.seconds / 2))
    second = project.start()
    is_killed = chance.random() < 0.5
    if is_killed:
        time.sleep(chance.uniform(0, project.seconds / 2))
        first.kill()
        first.communicate()
    else:
        project.expect_whole(first)
    project.expect_whole(second)
    project.expect_next(project.kept())


# --- disks


def full_disk(project: Project, chance: random.Random) -> None:
    """No file can grow beyond some size: what does not fit is not kept, and what is told is the same."""
    import resource

    project.forget()
    most = chance.choice((0, 1, 100, 1000, 10_000, 30_000))
    project.expect_whole(
        project.start(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY)))
    )
    project.expect_next(project.kept())


def full_folder(project: Project, chance: random.Random) -> None:
    """The cache stands on a file system that is full; where none may be mounted, in a folder that cannot be made."""
    project.forget()
    place = project.folder / "small"
    place.mkdir(exist_ok=True)
    options = f"size={chance.choice((4, 8, 16, 32))}k"
    is_mounted = not subprocess.call(["mount", "-t", "tmpfs", "-o", options, "none", str(place)], stderr=-3)
    try:
        for _ in range(2):
            project.expect_whole(project.start("--cache-dir", "small" if is_mounted else "/proc/none"))
    finally:
        if is_mounted:
            subprocess.check_call(["umount", str(place)])
    project.expect_next(project.kept())


def read_only(project: Project, chance: random.Random) -> None:
    """Nothing can be written, neither into the cache nor beside it."""
    if chance.random() < 0.5:
        project.forget()
    by = ("setpriv", "--bounding-set=-dac_override") if os.geteuid() == 0 else ()  # root may write anywhere
    before = project.kept()
    places = [path for path in (project.folder, project.cache) if path.exists()]
    modes = {path: path.stat().st_mode for path in places}
    try:
        for path in places:
            path.chmod(0o555)
        for _ in range(2):
            project.expect_whole(project.start(by=by))
    finally:
        for path, mode in modes.items():
            path.chmod(mode)
    require(project.kept() == before, "something was written")
    project.expect_next(before)


# --- bytes


def spoil(data: bytes, chance: random.Random) -> bytes:
    """The bytes after one accident, or after an attack by somebody who does not know the secret."""
    start = chance.randrange(len(data) + 1)
    end = min(len(data), start + chance.choice((1, 1, 2, 8, 64, 1000)))
    lines = data.split(b"\n")
    kind = chance.randrange(10)
    if kind == 0 and data:  # one bit
        place = min(start, len(data) - 1)
        return data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :]
    if kind == 1:
        return data[:start] + chance.randbytes(end - start) + data[end:]
    if kind == 2:
        return data[:start]
    if kind == 3:
        return data[:start] + data[end:]
    if kind == 4:
        return data[:start] + data[start:end] * 2 + data[end:]
    if kind == 5:  # the heads of lines with the tails of others
        tails = [line[64:] for line in lines]
        chance.shuffle(tails)
        return b"\n".join(line[:64] + tail for line, tail in zip(lines, tails, strict=True))
    if kind == 6:  # the names of lines with the rest of others
        rests = [line[32:] for line in lines]
        chance.shuffle(rests)
        return b"\n".join(line[:32] + rest for line, rest in zip(lines, rests, strict=True))
    if kind == 7:  # every verdict another one
        return data.replace(b"Refuted", b"Proved").replace(b"Undecided", b"Proved").replace(b"refuted", b"proved")
    if kind == 8:
        return chance.choice(HOSTILE)
    chance.shuffle(lines)
    return b"\n".join(lines)


HOSTILE = (
    *(b"", b"\n" * 10_000, b"\0" * 10_000, b"[" * 200_000, b"{" * 200_000, b'"\\ud800"', b"\xff\xfe", b"1" * 100_000),
    *(b"NaN", b'{"failed": [["derivations.yaml", "c0"]]}', b"cos\nsystem\n(S'touch here'\ntR.", b"\x80\x04\x95"),
)


def cache_spoilt(project: Project, chance: random.Random, borrowed: dict[str, bytes] | None = None) -> None:
    """The bytes of kept files change, or are those of another project: no claim has another verdict for it."""
    if not project.cache.is_dir() or not project.kept():
        project.forget()
        project.expect_next(set())
    names = sorted(path.name for path in project.cache.iterdir() if path.is_file())
    for name in chance.sample(names, chance.randint(1, len(names))):
        path = project.cache / name
        path.write_bytes(spoil(path.read_bytes(), chance))
    if borrowed and chance.random() < 0.3:
        name, content = chance.choice(sorted(borrowed.items()))
        (project.cache / chance.choice([name, *names])).write_bytes(content)
    for _ in range(2):
        require(_forked(project) == (CODE, project.told), "another report after spoilt bytes")


def _forked(project: Project) -> tuple[int, bytes]:
    """A run in a copy of this process, which has imported everything already."""
    out = project.folder / "out.json"
    pid = os.fork()
    if pid == 0:
        code = 99
        try:
            from derive.cli import main

            os.chdir(project.folder)
            os.environ["DERIVE_CACHE_SECRET"] = SECRET
            sys.argv = ["derive", "check", "--jobs", "0", "--format", "json"]
            sys.stdout = out.open("w", encoding="utf-8")
            main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        finally:
            sys.stdout.flush()
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status), out.read_bytes()


def strange_cache(project: Project, chance: random.Random) -> None:
    """Something else stands where kept files are looked for: a link, a pipe, a folder, a device."""
    project.forget()
    if chance.random() < 0.3:
        chance.choice((project.cache.touch, lambda: project.cache.symlink_to("/proc/self")))()
    else:
        project.cache.mkdir()
        inside = project.cache / "verdicts"
        kinds: tuple[Callable[[], object], ...] = (
            lambda: os.mkfifo(inside),
            inside.mkdir,
            lambda: inside.symlink_to("/dev/zero"),
            lambda: inside.symlink_to(project.folder / "derivations.yaml"),
        )
        chance.choice(kinds)()
    text = (project.folder / "derivations.yaml").read_bytes()
    for _ in range(2):
        project.expect_whole(project.start())
    require((project.folder / "derivations.yaml").read_bytes() == text, "written through a link")
    project.forget()
    project.expect_next(set())


Accident = Callable[[Project, random.Random], None]
ACCIDENTS: tuple[tuple[Accident, float], ...] = (
    (worker_killed, 1),
    (main_killed, 1),
    (interrupted, 1),
    (interrupted_twice, 0.4),
    (two_at_once, 0.4),
    (full_disk, 0.4),
    (full_folder, 0.2),
    (read_only, 0.2),
    (strange_cache, 0.2),
)
"""How often each happens, as a part of the count."""


def faults(folder: Path, count: int, spoilt: int, seed: int, names: list[str]) -> Iterator[str]:
    """Let everything happen, and tell how often; fails with Failed at the first thing that must never happen."""
    from derive.run.prepare import prepare

    made, other = project(folder), project(folder, "other", more=100)
    for accident, part in ACCIDENTS:
        if names and accident.__name__ not in names:
            continue
        chance, start, times = random.Random(f"{seed} {accident.__name__}"), time.monotonic(), max(1, int(count * part))
        for number in range(times):
            _named(accident.__name__, number, lambda accident=accident, chance=chance: accident(made, chance))  # type: ignore[misc]
        yield f"{accident.__name__:<20}{times:>6} times {time.monotonic() - start:>8.0f} s"
    if not names or "cache_spoilt" in names:
        prepare()
        made.forget()
        other.expect_next(set())
        borrowed = {path.name: path.read_bytes() for path in other.cache.iterdir()}
        chance, start = random.Random(f"{seed} bytes"), time.monotonic()
        for number in range(spoilt):
            _named("cache_spoilt", number, lambda: cache_spoilt(made, chance, borrowed))
        yield f"{'cache_spoilt':<20}{spoilt:>6} times {time.monotonic() - start:>8.0f} s"


def _named(name: str, number: int, accident: Callable[[], None]) -> None:
    try:
        accident()
    except Failed as error:
        raise Failed(f"{name} number {number}: {error}") from error


def main() -> None:
    """Print a line for each sort of accident."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=50, help="how often processes die")
    parser.add_argument("--spoilt", type=int, default=500, help="how often bytes of the cache change")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these accidents")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        for line in faults(Path(folder), asked.count, asked.spoilt, asked.seed, asked.names):
            print(line, flush=True)


if __name__ == "__main__":
    main()
