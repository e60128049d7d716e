"""``elementary.py [--sample K] [--seconds S]``: verdicts on elementary claims, of derive and of SymPy, in one table.

Every K-th claim of ``tests/cases/elementary_*.yaml`` and ``limits.yaml``, whose verdicts are known, is put to derive,
to ``simplify(lhs - rhs) == 0`` and to ``(lhs - rhs).equals(0)``; orders are asked of ``is_positive`` and its kin,
limits of ``limit``. SymPy runs in a process of its own that is killed after S seconds. It knows the types of the
variables but no further hypotheses, so there a difference that it finds counts as undecided, not as wrong.
"""

from __future__ import annotations

import argparse
import json
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from statistics import median
from typing import Any

from msgspec import Struct

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from derive.claim import Claim, Goal  # noqa: E402
from derive.elaborate import elaborate  # noqa: E402
from derive.load import load  # noqa: E402
from derive.run.settle import settle  # noqa: E402
from derive.term import Apply, Binary, Constant, Diff, Limit, Neg, Number, Optimum, Term, Variable  # noqa: E402

CASES = ROOT / "tests" / "cases"
FILES = (*sorted(CASES.glob("elementary_*.yaml")), CASES / "limits.yaml")
METHODS = ("simplify", "equals")
WORDS = ("proved", "refuted", "wrong", "undecided")


class Answer(Struct, frozen=True):
    """What was said of a claim, and the milliseconds that it took."""

    word: str
    milliseconds: float


def main() -> None:
    """Print the table, or answer as the process of SymPy."""
    parser = argparse.ArgumentParser(description="Compare verdicts on elementary claims with those of SymPy.")
    parser.add_argument("--sample", type=int, default=5, help="every so-many-th claim")
    parser.add_argument("--seconds", type=float, default=10, help="what SymPy may take for a claim")
    parser.add_argument("--answer", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.answer:
        answer()
        return
    claims = list(known())[:: chosen.sample]
    rows = {"derive": [by_derive(claim) for _, claim in claims]}
    for method in METHODS:
        sympy = Other(method, chosen.seconds)
        rows[method] = [sympy.ask(number, claim) for number, claim in claims]
        sympy.stop()
    print(f"{len(claims)} claims{'':17}{''.join(f'{word:>11}' for word in WORDS)}   median")
    for name, answers in rows.items():
        counts = [
            sum(judged(a, claim) == word for a, (_, claim) in zip(answers, claims, strict=True)) for word in WORDS
        ]
        times = median(a.milliseconds for a in answers)
        print(f"{name:27}{''.join(f'{n:11}' for n in counts)}{times:6.1f} ms")


def known() -> Iterator[tuple[int, Claim]]:
    """The claims about scalars whose verdict is known, numbered."""
    number = 0
    for path in FILES:
        for claim in elaborate(load(path))[0]:
            plain = not any(
                isinstance(side, Optimum) for line in claim.lines for side in (line.goal.left, line.goal.right)
            )
            if claim.expect in ("proved", "refuted") and plain:
                yield number, claim
                number += 1


def judged(answer_: Answer, claim: Claim) -> str:
    """The word of an answer; ``wrong`` where it is the other one."""
    return answer_.word if answer_.word in ("undecided", claim.expect) else "wrong"


def by_derive(claim: Claim) -> Answer:
    """The verdict of derive, with its cross-check, in this process."""
    start = time.process_time()
    word = getattr(settle(claim), "word", "undecided")
    return Answer(word if word in ("proved", "refuted") else "undecided", 1000 * (time.process_time() - start))


# The process of SymPy.


class Other:
    """A process that answers claims by SymPy, started again whenever it takes too long."""

    def __init__(self, method: str, seconds: float) -> None:
        self.method, self.seconds = method, seconds
        self.process = self.started()

    def started(self) -> subprocess.Popen[str]:
        """A process that has imported SymPy and read the claims."""
        command = [sys.executable, __file__, "--answer"]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        assert process.stdout is not None
        process.stdout.readline()
        return process

    def ask(self, number: int, claim: Claim) -> Answer:
        """What SymPy says; ``undecided`` where it says nothing in time."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps([number, self.method]) + "\n")
        if not select.select([self.process.stdout], [], [], self.seconds)[0]:
            self.stop()
            self.process = self.started()
            return Answer("undecided", 1000 * self.seconds)
        word, milliseconds = json.loads(self.process.stdout.readline())
        further = any(line.goal.hypotheses for line in claim.lines)
        return Answer("undecided" if word == "refuted" and further else word, milliseconds)

    def stop(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.wait()


def answer() -> None:
    """Read numbers of claims and methods, write what SymPy says."""
    claims = dict(known())
    import sympy as sp

    print("ready", flush=True)
    for request in sys.stdin:
        number, method = json.loads(request)
        start = time.process_time()
        try:
            words = [by_sympy(sp, line.goal, method) for line in claims[number].lines]
        except Exception:  # whatever SymPy fails with, it has not decided
            words = ["undecided"]
        word = "refuted" if "refuted" in words else "undecided" if "undecided" in words else "proved"
        print(json.dumps([word, 1000 * (time.process_time() - start)]), flush=True)


def by_sympy(sp: Any, goal: Goal, method: str) -> str:
    """What SymPy makes of a relation."""
    symbols = {d.name: sp.Symbol(d.name, **assumptions(d.type)) for d in goal.declarations}
    left, right = (built(sp, side, symbols) for side in (goal.left, goal.right))
    if left.is_infinite or right.is_infinite:
        return "proved" if left == right else "refuted"
    gap = left - right
    if goal.op == "==" and method == "equals":
        return {True: "proved", False: "refuted", None: "undecided"}[gap.equals(0)]
    rest = sp.simplify(gap)
    if goal.op == "==":
        return "proved" if rest == 0 else "refuted" if rest.is_zero is False or rest.is_number else "undecided"
    if goal.op == "!=":
        return {True: "refuted", False: "proved", None: "undecided"}[rest.is_zero]
    asked = {">": "is_positive", ">=": "is_nonnegative", "<": "is_negative", "<=": "is_nonpositive"}[goal.op]
    return {True: "proved", False: "refuted", None: "undecided"}[getattr(rest, asked)]


def assumptions(kind: str) -> dict[str, bool]:
    """The type of a variable as SymPy has it."""
    return {"real": True, **{word: True for word in kind.split() if word != "real"}}


def built(sp: Any, term: Term, symbols: dict[str, Any]) -> Any:
    """A term in SymPy's classes, which evaluate as they will."""
    match term:
        case Number(value):
            return sp.Rational(value.numerator, value.denominator)
        case Constant(name):
            return getattr(sp, name)
        case Variable(name):
            return symbols[name]
        case Neg(operand):
            return -built(sp, operand, symbols)
        case Binary(op, left, right):
            a, b = built(sp, left, symbols), built(sp, right, symbols)
            return {"+": a.__add__, "-": a.__sub__, "*": a.__mul__, "/": a.__truediv__, "**": a.__pow__}[op](b)
        case Apply("cbrt", (inner,)):
            return sp.real_root(built(sp, inner, symbols), 3)
        case Apply(name, args):
            return getattr(sp, name)(*(built(sp, a, symbols) for a in args))
        case Diff(body, targets):
            return reduce(sp.diff, (built(sp, t, symbols) for t in targets), built(sp, body, symbols))
        case Limit(body, variable, point, side):
            # The type of the limit's variable is suspended.
            free = sp.Symbol(variable.name, real=True)
            inside = built(sp, body, {**symbols, variable.name: free})
            return sp.limit(inside, free, built(sp, point, symbols), side or "+-")
        case _:
            raise NotImplementedError


if __name__ == "__main__":
    main()
