"""Golden files: what a report printed last time, kept so that a change of it is seen; claims decided; the command."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

from derive import cli
from derive.find import Target
from derive.outcome import Results
from derive.run.cache import Cache, Verdicts
from derive.run.known import Known
from derive.run.pool import SELDOM
from derive.run.run import run
from derive.select import Predicate

Derive = Callable[..., tuple[int, str, str]]
GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew instead of comparing")


def pytest_configure(config: pytest.Config) -> None:
    """Let garbage be collected as seldom as in a run, and the processes of tests not compile every module anew."""
    gc.set_threshold(*SELDOM)
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", None):  # the checkout is to stay as it is
        folder = tempfile.TemporaryDirectory(prefix="bytecode-")
        config.add_cleanup(folder.cleanup)
        os.environ["PYTHONPYCACHEPREFIX"] = folder.name


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with the golden file of that name."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.write_text(text, encoding="utf-8", newline="\n")
        assert text == path.read_text(encoding="utf-8"), (
            f"{name} differs; if the change is meant: pytest --update-golden"
        )

    return compare


@pytest.fixture
def derive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Derive:
    """Run the command in an empty folder; gives the exit code, standard output and standard error."""
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DERIVE_CACHE_SECRET", "of this test")

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["derive", *arguments])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        out, err = capsys.readouterr()
        assert isinstance(stop.value.code, int)
        return stop.value.code, out, err

    return call


class Decided(Protocol):
    """The claims of files, or those selected, decided."""

    def __call__(self, *paths: Path, selected: Predicate | None = None) -> Results: ...


@pytest.fixture(scope="session")
def decided(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Decided:
    """Decide claims, each line once in a session, whichever of its processes asks first."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if hasattr(request.config, "workerinput") else own) / "verdicts"

    def decide(*paths: Path, selected: Predicate | None = None) -> Results:
        kept = Verdicts(Cache(str(folder), b"of this session"))
        try:
            return run(map(Target, paths), selected=selected, known=Known(kept, ""))
        finally:
            kept.close()

    return decide


@pytest.fixture
def wait_for() -> Callable[[Path], None]:
    """Wait until a file is there, for a minute at most."""

    def wait(path: Path) -> None:
        for _ in range(1200):
            if path.exists():
                return
            time.sleep(0.05)
        raise AssertionError(f"{path} was never written")

    return wait
