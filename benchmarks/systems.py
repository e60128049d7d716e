"""``systems.py SYSTEM ID N``: whether a computer algebra system gets a headline claim at explicit n, and how fast.

Prints a line of JSON: ``seconds`` of processor time for differentiating and deciding, without start, imports and
writing the claim down, and ``done``. What is asked of each system is what someone who knows it would write:

* ``sympy``: ``simplify(lhs - rhs)``.
* ``sympy-best``: exponentials become positive symbols, logarithms are expanded, then ``cancel``.
* ``symengine``: the same symbols; the numerator of the difference is multiplied out.
* ``maxima``: ``ratsimp(radcan(lhs - rhs))``.
* ``fricas``: ``normalize(lhs - rhs)``, in algebraically independent exponentials and logarithms.
* ``z3``: the same symbols; that the sides differ is refuted. The derivatives are SymPy's, for z3 knows none.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Any

import sympy as sp
from headline import HEADLINES, Sides, setting
from msgspec import Struct
from sympy.printing.str import StrPrinter


class System(Struct, frozen=True):
    """A system: its name, what must be installed for it, and its answer; None where it cannot be asked."""

    name: str
    needs: str
    decide: Callable[[Sides, str], bool | None]
    is_program: bool = False

    @property
    def is_there(self) -> bool:
        """Whether it is installed."""
        return bool(shutil.which(self.needs) if self.is_program else find_spec(self.needs))


def _is_nonnegative(rest: sp.Expr) -> bool:
    return rest.is_nonnegative is True


def _simplified(sides: Sides, relation: str) -> bool:
    left, right = (side.doit() for side in sides)
    rest = sp.simplify(left - right)
    return rest == 0 if relation == "==" else _is_nonnegative(-rest)


def _rational(expr: sp.Expr) -> sp.Expr:
    """The expression in symbols ``u = exp(o)``, which are positive, with its logarithms expanded."""
    free = sorted(expr.free_symbols, key=str)
    symbols = {v: sp.Symbol(f"u_{v}", positive=True) for v in free}
    in_logs = expr.subs({v: sp.log(u) for v, u in symbols.items()}, simultaneous=True)
    return sp.expand_log(sp.powsimp(in_logs))


def _cancelled(sides: Sides, relation: str) -> bool | None:
    left, right = (side.doit() for side in sides)
    if relation != "==":
        return None
    return bool(sp.cancel(sp.expand_log(sp.together(_rational(left - right)), force=True)) == 0)


def _symengine(sides: Sides, relation: str) -> bool | None:
    import symengine

    if relation != "==":
        return None
    left, right = (_differentiated(symengine, side) for side in sides)
    rest = left - right
    symbols = {v: symengine.log(symengine.Symbol(f"u_{v}")) for v in rest.free_symbols}
    top, _ = rest.subs(symbols).as_numer_denom()
    return bool(top.expand() == 0)


def _differentiated(symengine: Any, side: sp.Expr) -> Any:
    if not isinstance(side, sp.Derivative):
        return symengine.sympify(side)
    found = symengine.sympify(side.expr)
    for variable in side.variables:
        found = found.diff(symengine.sympify(variable))
    return found


class _Printer(StrPrinter):
    """Writes what Maxima and FriCAS read alike, but for derivatives."""

    def __init__(self, derivative: Callable[[str, list[str]], str]) -> None:
        super().__init__()
        self.derivative = derivative

    def _print_Derivative(self, expr: sp.Derivative) -> str:
        return self.derivative(self._print(expr.expr), [str(v) for v in expr.variables])

    def _print_Max(self, expr: sp.Max) -> str:
        return f"max({', '.join(map(self._print, expr.args))})"


def _maxima(sides: Sides, relation: str) -> bool | None:
    if relation != "==":
        return None
    printer = _Printer(lambda body, by: f"diff({body}, {', '.join(chain.from_iterable((v, '1') for v in by))})")
    left, right = map(printer.doprint, sides)
    program = f"is(ratsimp(radcan(({left}) - ({right}))) = 0);"
    return _told(["maxima", "--very-quiet", "-b"], program, ".mac")


def _fricas(sides: Sides, relation: str) -> bool | None:
    if relation != "==":
        return None
    printer = _Printer(lambda body, by: f"D({body}, [{', '.join(by)}])")
    left, right = map(printer.doprint, sides)
    program = f"zero? normalize(({left}) - ({right}))\n)quit\n"
    return _told(["fricas", "-nosman", "-eval"], program, ".input")


def _told(command: list[str], program: str, suffix: str) -> bool:
    """Whether a line of what a program answers ends with ``true``."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"claim{suffix}")
        path.write_text(program.replace("**", "^"), "utf-8")
        last = f")read {path}" if suffix == ".input" else str(path)
        done = subprocess.run([*command, last], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    return any(line.strip().endswith("true") for line in done.stdout.splitlines())


def _z3(sides: Sides, relation: str) -> bool | None:
    import z3

    rest = _rational(sides[0].doit() - sides[1].doit())
    if relation != "==" or rest.has(sp.log, sp.Max):
        return None
    top, bottom = sp.fraction(sp.together(rest))
    symbols = {u: z3.Real(str(u)) for u in rest.free_symbols}
    solver = z3.Solver()
    solver.add(*(s > 0 for s in symbols.values()))
    solver.add(_in_z3(top, symbols) / _in_z3(bottom, symbols) != 0)
    return bool(solver.check() == z3.unsat)


def _in_z3(expr: sp.Expr, symbols: dict[sp.Expr, Any]) -> Any:
    if expr in symbols:
        return symbols[expr]
    if expr.is_Integer:
        return int(expr)
    parts = [_in_z3(arg, symbols) for arg in expr.args]
    if expr.is_Pow:
        return parts[0] ** parts[1]
    total = parts[0]
    for part in parts[1:]:
        total = total + part if expr.is_Add else total * part
    return total


SYSTEMS = (
    System("sympy", "sympy", _simplified),
    System("sympy-best", "sympy", _cancelled),
    System("symengine", "symengine", _symengine),
    System("maxima", "maxima", _maxima, is_program=True),
    System("fricas", "fricas", _fricas, is_program=True),
    System("z3", "z3", _z3),
)


def _processor() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def main() -> None:
    """Time one claim; a program's own start is measured beforehand and taken off."""
    system = next(s for s in SYSTEMS if s.name == sys.argv[1])
    if not system.is_program:
        import_module(system.needs)
    row, at = next(h for h in HEADLINES if h.id == sys.argv[2]), setting(int(sys.argv[3]))
    seconds, done = _taken(system, tuple(row.sides(at)), row.relation)
    print(json.dumps({"seconds": seconds, "done": done}))


def _taken(system: System, every: tuple[Sides, ...], relation: str) -> tuple[float, bool | None]:
    """Processor time, and the answer: None where the system cannot be asked."""
    start = _processor()
    if system.is_program:
        system.decide((sp.Integer(0), sp.Integer(0)), "==")
    idle = _processor() - start if system.is_program else 0.0
    seconds, answer = 0.0, None
    for sides in every:
        start = _processor()
        answer = system.decide(sides, relation)
        seconds += max(_processor() - start - idle, 0.0)
        if not answer:
            break
    return seconds, answer


if __name__ == "__main__":
    main()
