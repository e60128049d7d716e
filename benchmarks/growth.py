"""How time grows: ``growth.py FILE`` with the claims of a file, ``growth.py`` with the size of one claim.

With a file: how long one run over it takes in process, its imports not counted, and its memory, as a line of JSON:
seconds, and the peak of resident memory in megabytes. Without: a table, in milliseconds of processor time, of claims
that grow in one respect: factors linked by indices, orders of a derivative, different denominators below one sum.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path

from derive.claim import Goal
from derive.find import Target
from derive.kernel import Theorem
from derive.prove import prove
from derive.read import read
from derive.report import report
from derive.report.paint import Paint
from derive.run.run import run

SIZES = range(1, 9)
SLOW = 10.0  # seconds after which a family is not measured further
HEAD = """derive: 1
title: Growth
variables: {n: positive integer, A: "real[n, n]", B: "real[n, n]", x: "positive[n]", T: "real[n]", a: real, z: real}
claims:
"""


def main() -> None:
    """Measure a file, or all families."""
    if len(sys.argv) > 1:
        _file(Path(sys.argv[1]))
    else:
        _families()


def _file(path: Path) -> None:
    start = time.perf_counter()
    report(run([Target(path)]), "full", Paint())
    seconds = time.perf_counter() - start
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(json.dumps({"seconds": seconds, "megabytes": peak / 1024}))


def _families() -> None:
    print(f"{'milliseconds':44}" + "".join(f"{size:>8}" for size in SIZES))
    for name, (sizes, claim) in FAMILIES.items():
        print(f"{name:44}", end="", flush=True)
        for size in SIZES:
            cell, seconds = _timed(claim(size)) if size in sizes else ("", 0.0)
            print(f"{cell:>8}", end="", flush=True)
            if seconds > SLOW:
                break
        print()


def _timed(claim: str) -> tuple[str, float]:
    """Milliseconds to a proof, or what else came of it."""
    goal = _goal(claim)
    start = time.process_time()
    result = prove(goal)
    seconds = time.process_time() - start
    return (f"{1000 * seconds:.1f}" if isinstance(result, Theorem) else "open"), seconds


def _goal(claim: str) -> Goal:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "growth.yaml"
        path.write_text(f"{HEAD}  - id: growth\n    claim: {claim}\n", encoding="utf-8")
        claims = [claim for reading in read([Target(path)]) for claim in reading.claims]
    return claims[0].lines[0].goal


# The families.


def _summed(body: str, indices: list[str]) -> str:
    for index in reversed(indices):
        body = f"Sum({body}, {index})"
    return body


def _chain(arrays: str, indices: list[str]) -> str:
    return "*".join(f"{array}[{i}, {j}]" for array, (i, j) in zip(arrays, pairwise(indices), strict=True))


def _trace(size: int) -> str:
    """The trace of a product of two matrices in turn, and the product begun one factor later."""
    arrays = ("AB" * size)[:size]
    names = [f"k{r}" for r in range(size)]
    left, right = (_chain(a, [*names, names[0]]) for a in (arrays, arrays[1:] + arrays[0]))
    return f"{_summed(left, names)} == {_summed(right, names)}"


def _power(size: int) -> str:
    """The derivative of the trace of a power of one matrix."""
    names = [f"k{r}" for r in range(size)]
    trace = _summed(_chain("A" * size, [*names, names[0]]), names)
    rest = _summed(_chain("A" * (size - 1), ["j", *names[2:], "i"]), names[2:]) if size > 1 else "KroneckerDelta(i, j)"
    return f"diff({trace}, A[i, j]) == {size}*{rest}"


def _form(size: int) -> str:
    """The gradient of the squared norm of a vector multiplied by a matrix several times."""
    names = [f"k{r}" for r in range(size + 1)]
    image = _summed(f"{_chain('A' * size, names)}*T[{names[-1]}]", names[1:])
    others = [f"l{r}" for r in range(1, size)]
    turned = _summed(_chain("A" * size, [names[0], *others, "j"]), others)
    return f"diff(Sum(({image})**2, k0), T[j]) == 2*Sum({image}*{turned}, k0)"


def _cumulant(size: int) -> str:
    """Derivatives of a log-partition function, taken one by one and together."""
    A = "log(Sum(x[k]*exp(a*T[k]), k))"
    inner = f"diff({A}, a, {size - 1})" if size > 1 else A
    return f"diff({A}, a, {size}) == diff({inner}, a)"


def _partials(size: int) -> str:
    """Mixed partial derivatives of log-sum-exp in two orders."""
    names = [f"i{r}" for r in range(size)]
    lse = "log(Sum(exp(T[k]), k))"
    orders = (", ".join(f"T[{i}]" for i in order) for order in (names, names[::-1]))
    return " == ".join(f"diff({lse}, {order})" for order in orders)


def _fractions(size: int) -> str:
    """A sum of fractions below a sum, over their common denominator."""
    factors = [f"(x[k] + {r})" for r in range(1, size + 1)]
    left = " + ".join(f"1/{f}" for f in factors)
    top = " + ".join("*".join(f for f in factors if f != left_out) or "1" for left_out in factors)
    return f"Sum({left}, k) == Sum(({top})/({'*'.join(factors)}), k)"


def _products(size: int) -> str:
    """A power of a sum of two sums, multiplied out."""
    return f"(Sum(x[k], k) + Sum(T[k], k))**{size} == Sum(x[k] + T[k], k)**{size}"


FAMILIES: Mapping[str, tuple[range, Callable[[int], str]]] = {
    "factors of a trace": (range(2, 9), _trace),
    "derivative of the trace of a power": (range(1, 9), _power),
    "gradient of a squared norm, factors": (range(1, 5), _form),
    "orders of a derivative of log-partition": (range(1, 7), _cumulant),
    "mixed partial derivatives of log-sum-exp": (range(1, 6), _partials),
    "different denominators below a sum": (range(1, 9), _fractions),
    "power of a sum of sums": (range(1, 9), _products),
}

if __name__ == "__main__":
    main()
