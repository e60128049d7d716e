"""Claim files as tests: ``pytest derivations.yaml`` collects one item a claim, named by its id."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from derive.claim import Claim
from derive.configure import configure
from derive.errors import Problem
from derive.find import Target
from derive.outcome import ClaimFile, Results
from derive.read import read
from derive.report.full import diagnostics, phrase
from derive.report.paint import Paint
from derive.run.settle import settle

_CLAIM_FILE = re.compile(r"^(derive|claims)[ \t]*:", re.MULTILINE)
_MOST = 4_000_000


def pytest_addoption(parser: pytest.Parser) -> None:
    """The setting that names the claim files which a whole run collects."""
    words = "claim files to collect, as patterns of paths from the root; those named on the command line always are"
    parser.addini("derive_files", words, type="args", default=[])


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A claim file that was asked for; any other file is left to others."""
    if file_path.suffix not in (".yaml", ".yml"):
        return None
    is_named = parent.session.isinitpath(file_path) and _is_claim_file(file_path)
    name = Path(os.path.relpath(file_path, parent.config.rootpath)).as_posix()
    patterns: list[str] = parent.config.getini("derive_files")
    if not is_named and not any(fnmatchcase(name, pattern) for pattern in patterns):
        return None
    found: pytest.Collector = Claims.from_parent(parent, path=file_path)
    return found


def _is_claim_file(path: Path) -> bool:
    """Whether it looks like one: other plugins collect YAML too."""
    with path.open(encoding="utf-8", errors="replace") as file:
        return bool(_CLAIM_FILE.search(file.read(_MOST)))


class Claims(pytest.File):
    """A claim file: an item for every claim, and one for whatever cannot be read."""

    def collect(self) -> Iterator[pytest.Item]:
        """Claims in file order, after the problems."""
        strict = configure().strict
        for reading in read([Target(Path(os.path.relpath(self.path)))]):
            errors: dict[str, list[Problem]] = {}
            for problem in reading.problems:
                if problem.is_lint:
                    place = f"{problem.path}:{problem.span.line}: " if problem.span else ""
                    self.warn(pytest.PytestWarning(f"{place}{problem.code} {problem.message}"))
                else:
                    errors.setdefault(problem.claim_id or problem.code, []).append(problem)
            for name, found in errors.items():
                yield Unreadable.from_parent(self, name=name, files=reading.files, problems=tuple(found))
            for claim in reading.claims:
                yield ClaimItem.from_parent(self, name=claim.id, files=reading.files, claim=claim, strict=strict)


class NotAsExpected(Exception):
    """What a run tells of an item that fails."""

    def __init__(self, results: Results) -> None:
        super().__init__(_summary(results))
        self.results = results


def _summary(results: Results) -> str:
    found: Iterable[str] = (phrase(o) for o in results.outcomes)
    return "; ".join([*found, *(f"{p.code} {p.message}" for p in results.problems)])


class _Item(pytest.Item):
    """An item that fails with the diagnostics of ``derive check``."""

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The diagnostics instead of a traceback through derive."""
        if not isinstance(excinfo.value, NotAsExpected):
            return super().repr_failure(excinfo, style)
        return "\n\n".join(diagnostics(excinfo.value.results, Paint()))


class ClaimItem(_Item):
    """One claim; it passes when its verdict is the expected one."""

    def __init__(self, *, files: tuple[ClaimFile, ...], claim: Claim, strict: bool, **rest: Any) -> None:
        super().__init__(**rest)
        self.files, self.claim, self.strict = files, claim, strict
        self.extra_keyword_matches.update((*claim.tags, *claim.title.split()))

    def runtest(self) -> None:
        """Decide the claim. Fails with NotAsExpected."""
        found = settle(self.claim, self.strict)
        if isinstance(found, Problem):
            raise NotAsExpected(Results(self.files, (), (found,)))
        if not found.as_expected:
            raise NotAsExpected(Results(self.files, (found,)))

    def reportinfo(self) -> tuple[Path, int, str]:
        """The line, from 0, at which the claim begins."""
        return self.path, self.claim.span.line - 1, f"claim: {self.claim.id}"


class Unreadable(_Item):
    """A claim, or a part of the file, that cannot be read; it always fails."""

    def __init__(self, *, files: tuple[ClaimFile, ...], problems: tuple[Problem, ...], **rest: Any) -> None:
        super().__init__(**rest)
        self.files, self.problems = files, problems

    def runtest(self) -> None:
        """Fails with NotAsExpected."""
        raise NotAsExpected(Results(self.files, (), self.problems))

    def reportinfo(self) -> tuple[Path, int, str]:
        """The line, from 0, of the first problem."""
        span = self.problems[0].span
        return self.path, span.line - 1 if span else 0, f"claim: {self.name}"
