"""Every condition of the kernel dropped by itself, one after the other: ``python -m tests.soundness.knockouts``.

The sources of the kernel are rewritten as they are imported: what lets a rule apply (a conjunct of a test or of what is
returned) can be made true, what keeps it from applying (a test that returns nothing, raises, or goes on) can be made
false. A first pass tells which conditions decide anything in which false claim, and in which random case; then each
condition is dropped, and only these are looked at again. The table gives, for each rule, its conditions and what
catches the loss of each: a false claim that is then proved, a difference of the fuzzer, or a crash.

A condition that nothing catches may be one of search or of economy, on which no truth depends; a person has to look.
Those that were looked at stand in ``reviewed/search.yaml`` with the reason; they are not dropped again.
"""

from __future__ import annotations

import argparse
import ast
import builtins
import re
import signal
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from random import Random
from time import perf_counter
from types import CodeType, ModuleType
from typing import Any

import yaml
from msgspec import Struct

KERNEL = "derive.kernel."
KERNEL_SOURCES = Path(__file__).parents[2] / "derive" / "kernel"
REVIEWED = Path(__file__).parent / "reviewed" / "search.yaml"
PLAIN = ("bits", "context", "rules", "theorem", "readback", "spelling", "polynomial", "__init__")
"""Modules without rules."""
FUEL, FUZZ_CASES, MOST_CASES, SECONDS = 20_000, 400, 40, 3
ENOUGH = 3  # crashes, after which a condition is taken for one that the code cannot do without
SEARCH = ("fuel", "MOST_", "LARGEST", "DEPTH", "depth", "lemmas", "is None", "is not None", "isinstance", "notes")
"""Words of conditions on which no truth depends: budgets, and whether there is anything at all."""


SORTS = ("caught", "crash", "of search (reviewed)", "never decides", "NOT CAUGHT")


class Condition(Struct, frozen=True):
    """A condition of the kernel: where it stands, its text, the value that drops it, and the rules used around it."""

    module: str
    function: str
    line: int
    text: str
    forced: bool
    rules: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.module}.{self.function}:{self.line} {'' if self.forced else 'unless '}{self.text}"


CONDITIONS: list[Condition] = []
_met: set[int] = set()
_dropped = -1


def _condition(number: int, value: Any) -> Any:
    """The value of a condition, unless it is the one that is dropped; which ones decide anything is remembered."""
    forced = CONDITIONS[number].forced
    if bool(value) is forced:
        return value
    _met.add(number)
    return forced if number == _dropped else value


class _Rewriter(ast.NodeTransformer):
    """Puts every condition of a module into a call."""

    def __init__(self, module: str) -> None:
        self.module, self.function, self.rules = module, "", ()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        before = (self.function, self.rules)
        self.function = f"{self.function}.{node.name}".lstrip(".")
        self.rules = tuple(sorted(_used(node))) or self.rules
        self.generic_visit(node)
        self.function, self.rules = before
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        before, self.function = self.function, node.name
        self.generic_visit(node)
        self.function = before
        return node

    def visit_If(self, node: ast.If) -> ast.AST:
        self.generic_visit(node)
        if _refuses(node.body):
            node.test = self._split(node.test, ast.Or, False)
        else:
            node.test = self._split(node.test, ast.And, True)
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        self.generic_visit(node)
        if _is_nothing(node.orelse):
            node.test = self._split(node.test, ast.And, True)
        elif _is_nothing(node.body):
            node.test = self._split(node.test, ast.Or, False)
        return node

    def visit_Return(self, node: ast.Return) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.value, ast.BoolOp | ast.Compare) or _is_quantifier(node.value):
            assert node.value is not None
            node.value = self._split(node.value, ast.And, True)
        return node

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        self.generic_visit(node)
        node.ifs = [self._split(test, ast.And, True) for test in node.ifs]
        return node

    def _split(self, test: ast.expr, kind: type[ast.boolop], forced: bool) -> ast.expr:
        if isinstance(test, ast.BoolOp) and isinstance(test.op, kind):
            test.values = [self._wrapped(value, forced) for value in test.values]
            return test
        return self._wrapped(test, forced)

    def _wrapped(self, test: ast.expr, forced: bool) -> ast.expr:
        text = ast.unparse(_Unwrapper().visit(deepcopy(test)))
        if not self.function or any(word in text for word in SEARCH):
            return test
        CONDITIONS.append(Condition(self.module, self.function, test.lineno, text, forced, self.rules))
        name = ast.Name("_condition", ast.Load())
        call = ast.Call(name, [ast.Constant(len(CONDITIONS) - 1), test], [])
        return ast.fix_missing_locations(ast.copy_location(call, test))


class _Unwrapper(ast.NodeTransformer):
    """Takes the conditions inside of a condition out of their calls again."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        return node.args[1] if isinstance(node.func, ast.Name) and node.func.id == "_condition" else node


def _used(node: ast.AST) -> set[str]:
    calls = [n for n in ast.walk(node) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
    named = [n.args[0] for n in calls if n.func.attr == "use" and n.args]  # type: ignore[attr-defined]
    return {str(arg.value) for arg in named if isinstance(arg, ast.Constant)}


def _refuses(body: Sequence[ast.stmt]) -> bool:
    last = body[-1]
    return isinstance(last, ast.Raise | ast.Continue | ast.Break) or (
        isinstance(last, ast.Return) and (last.value is None or _is_nothing(last.value))
    )


def _is_nothing(value: ast.expr) -> bool:
    empty = isinstance(value, ast.Dict | ast.Tuple | ast.List) and not getattr(
        value, "elts", getattr(value, "keys", [])
    )
    unknown = isinstance(value, ast.Name) and value.id == "UNKNOWN"
    return (isinstance(value, ast.Constant) and not value.value) or empty or unknown


def _is_quantifier(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in ("all", "any", "bool")


class _Loader(SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        tree = ast.parse(self.get_data(path), path)
        return compile(_Rewriter(fullname.removeprefix(KERNEL)).visit(tree), path, "exec")


class _Finder(MetaPathFinder):
    def find_spec(self, fullname: str, path: Any, target: ModuleType | None = None) -> ModuleSpec | None:
        if not fullname.startswith(KERNEL) or fullname.removeprefix(KERNEL) in PLAIN:
            return None
        spec = PathFinder.find_spec(fullname, path)
        assert spec and spec.origin
        spec.loader = _Loader(fullname, spec.origin)
        return spec


def install() -> None:
    """Rewrite the modules of the kernel, none of which may have been imported yet."""
    assert not any(name.startswith(KERNEL) for name in sys.modules)
    vars(builtins)["_condition"] = _condition
    sys.meta_path.insert(0, _Finder())


@contextmanager
def dropped(number: int) -> Iterator[None]:
    """The kernel without a condition; what it has remembered is forgotten."""
    global _dropped
    _forget()
    _dropped = number
    try:
        yield
    finally:
        _dropped = -1
        _forget()


def _forget() -> None:
    for name, module in list(sys.modules.items()):
        if name.startswith(KERNEL):
            for value in vars(module).values():
                getattr(value, "cache_clear", lambda: None)()


class _TooLong(Exception):
    pass


def _stop(*_: object) -> None:
    raise _TooLong


@contextmanager
def _limited() -> Iterator[None]:
    """A few seconds of work: what ends a loop may be the very condition that is dropped."""
    signal.signal(signal.SIGVTALRM, _stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


# The detectors; the kernel is imported by these.


class Detector(Struct, frozen=True):
    """What must come out in one way: a false claim is not proved, a case of the fuzzer shows no difference."""

    name: str
    case: Any

    def finds(self) -> str:
        """What is wrong, or nothing."""
        try:
            with _limited():
                return self._found()
        except _TooLong:
            return ""
        except Exception as defect:
            return f"crash {type(defect).__name__}"

    def _found(self) -> str:
        if self.name.startswith("fuzz"):
            from tests.soundness.fuzz import Report, attack

            report = Report()
            attack(Random(self.case), report, FUZZED)
            return report.differences[0].sort if report.differences else ""
        from derive.kernel import Theorem
        from derive.prove import prove
        from tests.soundness.claims import without_models

        with without_models():
            return "proved" if isinstance(prove(self.case, FUEL), Theorem) else ""


FUZZED = ("terms", "claims", "consequences", "shapes")


def detectors(cases: int, seed: int, files: Sequence[Path] = ()) -> list[Detector]:
    """So many cases of the fuzzer, and the false claims of files, by default of all; the last are asked first."""
    from tests.soundness.plants import FALSE_CLAIMS, false_goals

    claims = [Detector(id, goal) for id, goal in false_goals(*files or FALSE_CLAIMS)]
    return [*(Detector(f"fuzz {seed}/{n}", f"{seed}/{n}") for n in range(cases)), *claims]


def told_by_plants(module: str) -> set[str]:
    """The false claims that find faults planted in a module; they are asked first."""
    from tests.soundness.plants import PLANTS

    return {plant.by for plant in PLANTS if plant.function.startswith(f"{module}.")}


def met(chosen: Sequence[Detector]) -> dict[int, list[Detector]]:
    """The detectors in which a condition decides anything; only what is silent with all conditions is taken."""
    found: defaultdict[int, list[Detector]] = defaultdict(list)
    for detector in chosen:
        _met.clear()
        if not detector.finds():
            for number in _met:
                found[number].append(detector)
    return found


def caught(number: int, chosen: Sequence[Detector]) -> str:
    """What catches the loss of a condition, or what becomes of it."""
    crashes: list[str] = []
    with dropped(number):
        for detector in chosen:
            seen = detector.finds()
            if seen and not seen.startswith("crash"):
                return f"{detector.name}: {seen}"
            crashes += [seen] if seen else []
            if len(crashes) == ENOUGH:
                break
    return crashes[0] if crashes else "NOT CAUGHT" if chosen else "never decides"


def reviewed() -> dict[tuple[str, str], str]:
    """The conditions on which no truth depends, by function and text, with the reason."""
    rows = yaml.safe_load(REVIEWED.read_text("utf-8"))
    return {(function, text): reason for function, own in rows.items() for text, reason in own.items()}


def conditions(module: str) -> list[Condition]:
    """The conditions of a module, as it stands."""
    before = len(CONDITIONS)
    _Rewriter(module).visit(ast.parse((KERNEL_SOURCES / f"{module}.py").read_text("utf-8")))
    found = CONDITIONS[before:]
    del CONDITIONS[before:]
    return found


def _not_caught(table: Path) -> dict[str, bool]:
    """The conditions of an earlier table that nothing caught, as they are shown."""
    lines = [line for line in table.read_text("utf-8").splitlines() if line.endswith(" NOT CAUGHT")]
    return {_anywhere(line[13:123].rstrip()): True for line in lines}


def _anywhere(shown: str) -> str:
    """A condition without its line, which moves with what stands above it."""
    return re.sub(r":\d+ ", " ", shown)


def main() -> int:
    """Run from the command line; prints the table, and how many conditions nothing catches."""
    parser = argparse.ArgumentParser(description="Conditions of the kernel, dropped one after the other.")
    parser.add_argument("--cases", type=int, default=FUZZ_CASES, help="cases of the fuzzer")
    parser.add_argument("--most", type=int, default=MOST_CASES, help="how many detectors to ask for each condition")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--modules", nargs="*", default=(), help="only conditions of these modules")
    parser.add_argument("--files", nargs="*", type=Path, default=(), help="only the false claims of these files")
    parser.add_argument("--again", type=Path, help="only conditions that this earlier table has as NOT CAUGHT")
    options = parser.parse_args()
    again = _not_caught(options.again) if options.again else {}
    install()
    started = perf_counter()
    deciding = met(detectors(options.cases, options.seed, options.files))
    print(
        f"{len(CONDITIONS)} conditions, {len(deciding)} decide something ({perf_counter() - started:.0f} s)", flush=True
    )
    of_search, standing = reviewed(), set[tuple[str, str]]()
    outcomes: Counter[str] = Counter()
    by_rule: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for number, condition in enumerate(CONDITIONS):
        shown = f"{condition!s:110.110}".rstrip()
        if (options.modules and condition.module not in options.modules) or not again.get(_anywhere(shown), not again):
            continue
        key = (f"{condition.module}.{condition.function}", condition.text)
        reason = of_search.get(key, "")
        standing.add(key)
        first = told_by_plants(condition.module)
        asked = sorted(reversed(deciding.get(number, [])), key=lambda detector: detector.name not in first)
        what = f"of search: {reason}" if reason else caught(number, asked[: options.most])
        sort = _sort(what)
        outcomes[sort] += 1
        for rule in condition.rules or ("-",):
            by_rule[rule][sort] += 1
        if sort != "never decides":
            print(f"{' '.join(condition.rules) or '-':12} {shown:110} {what}", flush=True)
    for rule, row in sorted(by_rule.items()):
        print(f"{rule:5}", ", ".join(f"{name} {count}" for name, count in row.items()))
    gone = [key for key in of_search.keys() - standing if not again and key[0].split(".")[0] in options.modules]
    print(*(f"no such condition: {function} {text}" for function, text in gone), sep="\n", end="\n" if gone else "")
    print(", ".join(f"{outcomes[sort]} {sort}" for sort in SORTS), f"({perf_counter() - started:.0f} s)")
    return 0


def _sort(what: str) -> str:
    if what.startswith("of search"):
        return "of search (reviewed)"
    return what if what in SORTS else "crash" if what.startswith("crash") else "caught"


if __name__ == "__main__":
    # Under its own name, which the rewritten kernel and this program share.
    from tests.soundness import knockouts

    sys.exit(knockouts.main())
