"""Deciders that know no mathematics; the tests of verdicts must fail with each: ``python -m tests.soundness.dummies``.

* always-prove makes a theorem of every goal; the search still looks for counterexamples.
* never-refute leaves undecided what would be refuted.
* always-undecided decides nothing.
* parse-only believes the author: whatever can be read has the verdict that its file expects.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from time import perf_counter
from types import ModuleType
from typing import Any
from unittest.mock import patch

from derive.claim import Claim, Goal, Lemma
from derive.kernel import Theorem
from derive.kernel.theorem import make_theorem
from derive.run import answer, decide, run, settle
from derive.run.known import Known
from derive.run.pool import Executor
from derive.verdict import Counterexample, Enclosure, Proved, Refuted, Undecided, Verdict
from tests.soundness.claims import ROOT

VERDICT_TESTS = (
    "tests/test_cases.py",
    "tests/test_api.py",
    "tests/soundness/test_soundness.py::test_holes_stay_closed",
)
CHOSEN = "DERIVE_DUMMY"
_SESSION = ExitStack()


@contextmanager
def dummy(name: str) -> Iterator[None]:
    """The program with a decider replaced by a dummy."""
    with ExitStack() as stack:
        for module, place, new in DUMMIES[name]:
            stack.enter_context(patch.object(module, place, new))
        yield


def _proved(goal: Goal, *_: object) -> Theorem:
    return make_theorem(goal, (), (), "dummy")


def _never_refuted(goal: Goal, using: tuple[Lemma, ...] = ()) -> Verdict:
    verdict = _DECIDE(goal, using)
    return Undecided("nonzero residual") if isinstance(verdict, Refuted) else verdict


def _undecided(goal: Goal, using: tuple[Lemma, ...] = ()) -> Verdict:
    return Undecided("outside the fragment")


def _believed(place: int, claim: Claim, executor: Executor, known: Known | None) -> settle.Asked:
    """Every line with the verdict that makes the claim what its author expects, corrections and ends proved."""
    lines = tuple(_expected(claim.expect, line.goal) for line in claim.lines)
    further = [line.goal for line in (claim.correction, claim.ends) if line]
    further += [line.by.without for line in claim.lines if line.by and line.by.without]
    return settle.Asked(place, claim, (*lines, *(Proved(_proved(goal)) for goal in further)))


def _expected(expect: str, goal: Goal) -> Verdict:
    if expect == "refuted":
        return Refuted(Counterexample((), (), (), Enclosure("0", "0"), Enclosure("1", "1"), goal.op, 64))
    return Proved(_proved(goal)) if expect == "proved" else Undecided("outside the fragment")


_DECIDE = decide.decide
DUMMIES: dict[str, tuple[tuple[ModuleType, str, Callable[..., Any]], ...]] = {
    "always-prove": ((decide, "prove", _proved),),
    "never-refute": ((answer, "decide", _never_refuted),),
    "always-undecided": ((answer, "decide", _undecided),),
    "parse-only": ((run, "ask", _believed), (settle, "ask", _believed)),
}


def pytest_configure() -> None:
    """As a plugin of pytest: the dummy that the environment names, for the whole session."""
    if name := os.environ.get(CHOSEN):
        _SESSION.enter_context(dummy(name))


def failed(name: str, test: str) -> str | None:
    """The first test of a file that fails with a dummy, or None."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "tests.soundness.dummies", "-p", "no:cacheprovider"]
    command += ["--tb=no", "-rf", test]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, CHOSEN: name}, capture_output=True, text=True)
    found = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
    return found[0].removeprefix("FAILED ").partition(" - ")[0] if found else None


def main() -> int:
    """Run from the command line; the exit code is 1 where all tests pass with a dummy."""
    missed = 0
    for name in DUMMIES:
        started = perf_counter()
        caught = [test for path in VERDICT_TESTS if (test := failed(name, path))]
        missed += not caught
        print(f"{name:18} {len(caught)} of {len(VERDICT_TESTS)} files fail ({perf_counter() - started:.0f} s)")
        print(*(f"    {test}" for test in caught), sep="\n", flush=True)
    print(f"{missed} dummies pass" if missed else "every dummy is caught")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
