"""Forged certificates, none of which may make the standalone checker accept what is false.

``python -m tests.soundness.forgeries [FILES] [--count N] [--seed S] [--moved N]`` corrupts certificates of true and of
refuted claims field by field, moves proofs to claims that are one slip away, and offers every trap an empty proof and
the proofs of claims that look alike. What is accepted all the same is decided anew by the program itself.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from fractions import Fraction
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from msgspec import Struct

from derive.certificate.certify import admitted, certify
from derive.certificate.refuted import point_to_json
from derive.certificate.terms import goal_to_json
from derive.claim import Declaration, Goal, Hypothesis
from derive.contradict import contradict
from derive.evaluate import Point
from derive.find import Target
from derive.kernel import FUEL, Residual, Theorem, contradictory
from derive.prove import prove
from derive.read import read
from derive.recheck.check import VERSION, check, digest
from derive.recheck.proof import STEPS
from derive.recheck.refutation import admits
from derive.recheck.signs import RULES, TYPES
from derive.recheck.terms import BINARY, OPS, Rejected
from derive.refute import refute
from derive.run.run import run
from derive.term import (
    Apply,
    Binary,
    Component,
    Constant,
    Delta,
    Diff,
    Index,
    Limit,
    Neg,
    Number,
    Optimum,
    Reduce,
    Relation,
    Term,
    Variable,
)
from derive.verdict import Counterexample, Enclosure
from tests.soundness.claims import ROOT, slips
from tests.soundness.points import points

Json = Any
SOURCES = (
    ROOT / "derivations.yaml",
    *(ROOT / "tests" / "cases" / f"{n}.yaml" for n in ("kinks", "limits", "products")),
)
TRAPS = (
    *(ROOT / "tests" / "cases" / name for name in ("traps.yaml", "traps_limits.yaml", "subtle.yaml")),
    ROOT / "tests" / "soundness" / "holes.yaml",
)
REJECTED, SAME, AGREED, UNCONFIRMED, FALSE, CRASH = OUTCOMES = (
    *("rejected", "same claim", "agreed", "unconfirmed"),
    *("FALSE", "CRASH"),
)
ALARMS = (FALSE, CRASH)
EXTENDED = 4  # how much harder than usual a counterexample to what was accepted is looked for
RATIONAL = re.compile(r"-?\d+(/\d+)?")
FUNCTIONS = ("exp", "log", "sqrt", "Abs", "sign", "sin", "cos", "tanh", "atan", "cbrt", "floor")
LISTS = ("steps", "hypotheses", "branches", "args", "indices", "declarations", "sides", "proofs", "lines")


class Fate(Struct, frozen=True):
    """What became of one forged line, and why it was rejected."""

    kind: str
    line: Json
    outcome: str
    why: str = ""


@cache
def certificates(*paths: Path) -> tuple[tuple[str, bool, tuple[Json, ...]], ...]:
    """Of every decided claim of the files its id, whether every line that has to be is certified, and those lines."""
    outcomes = [o for o in run(tuple(map(Target, paths))).outcomes if o.word in ("proved", "refuted")]
    found = [(o, tuple((certify(o) or {"lines": ()})["lines"])) for o in outcomes]
    return tuple((o.claim.id, len(own) >= (len(o.verdicts) if o.word == "proved" else 1), own) for o, own in found)


def lines(*paths: Path) -> tuple[Json, ...]:
    """The lines of all these certificates."""
    return tuple(line for _, _, own in certificates(*paths) for line in own)


def verdict(line: Json) -> str:
    """What the checker says of a line: ``accepted``, or why not. Anything but Rejected is a defect and is raised."""
    try:
        check(json.dumps({"certificate": VERSION, "id": "forged", "lines": [line]}))
    except Rejected as reason:
        return f"rejected: {reason}"
    return "accepted"


def fate(kind: str, line: Json, claim: Json = None) -> Fate:
    """The fate of a forged line; ``claim`` is the one that it was made from, if that was decided in the same way."""
    try:
        told = verdict(line)
        if told != "accepted":
            return Fate(kind, line, REJECTED, told.removeprefix("rejected: "))
        return Fate(kind, line, SAME if line["claim"] == claim else _confirmed(line))
    except Exception as defect:  # whatever it is, it must not hide the other forgeries
        return Fate(kind, line, CRASH, repr(defect))


def _confirmed(line: Json) -> str:
    """Whether the program itself comes to the verdict that the checker accepted."""
    goal = goal_of(line["claim"])
    if line["verdict"] == "empty":
        found = admitted(goal)
        return FALSE if found else AGREED if contradictory(goal, FUEL) else UNCONFIRMED
    proof, search = prove(goal), refute(goal, EXTENDED)
    proved, refuted = isinstance(proof, Theorem), isinstance(search, Counterexample)
    if isinstance(proof, Residual) and not refuted:
        refuted = contradict(goal, proof) is not None  # a limit has no value at a point
    if line["verdict"] != "proved":
        proved, refuted = refuted, proved
    return FALSE if refuted else AGREED if proved else UNCONFIRMED


# Claims from their JSON.


def goal_of(claim: Json) -> Goal:
    """The goal of a claim in a certificate."""
    dimensions = tuple(name for name, kind, _ in claim["declarations"] if kind == "dimension")
    kinds = {"dimension": "positive integer"}
    declared = tuple(Declaration(n, kinds.get(kind, kind), tuple(shape)) for n, kind, shape in claim["declarations"])
    hypotheses = tuple(Hypothesis(_relation(h["relation"]), _indices(h["quantified"])) for h in claim["hypotheses"])
    sides = _relation(["rel", claim["op"], claim["left"], claim["right"]])
    return Goal(sides.left, sides.op, sides.right, declared, dimensions, _indices(claim["indices"]), hypotheses)


def _relation(found: Json) -> Relation:
    return Relation(_term(found[2]), found[1], _term(found[3]))


def _indices(found: Json) -> tuple[Index, ...]:
    return tuple(Index(name, dimension) for name, dimension in found)


def _term(found: Json) -> Term:
    match found:
        case ["num", value]:
            return Number(Fraction(value))
        case ["const", name]:
            return Constant(name)
        case ["var", name]:
            return Variable(name)
        case ["comp", name, places]:
            return Component(name, _indices(places))
        case ["delta", left, right]:
            return Delta(*_indices([left, right]))
        case ["neg", t]:
            return Neg(_term(t))
        case [("add" | "sub" | "mul" | "div" | "pow") as head, t, u]:
            return Binary(dict(zip(BINARY, ("+", "-", "*", "/", "**"), strict=True))[head], _term(t), _term(u))
        case ["apply", name, *args]:
            return Apply(name, tuple(map(_term, args)))
        case ["reduce", kind, name, dimension, out, body]:
            return Reduce(kind, _term(body), Index(name, dimension), _indices(out))
        case ["diff", body, targets]:
            return Diff(_term(body), tuple(map(_term, targets)))
        case ["limit", body, name, point, side]:
            return Limit(_term(body), name, _term(point), side or None)
        case ["optimum", kind, body, name, places]:
            return Optimum(kind, _term(body), name, _indices(places))
    raise ValueError(found)


# Corruptions: each changes one place of a line, or leaves it as it is.


def _nodes(value: Json, wanted: Callable[[Json], bool]) -> Iterator[tuple[Json, Any]]:
    """Containers and keys of the values that are wanted."""
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        if wanted(value[key]):
            yield value, key
        yield from _nodes(value[key], wanted)


def _one(line: Json, random: Random, wanted: Callable[[Json], bool], other: Callable[[Json], Json]) -> None:
    found = list(_nodes(line, wanted))
    if found:
        container, key = random.choice(found)
        container[key] = other(container[key])


def _number(line: Json, random: Random) -> None:
    def other(text: str) -> str:
        n = Fraction(text)
        return str(random.choice([n + 1, n - 1, -n, n / 2, Fraction(0)]))

    _one(line, random, lambda v: isinstance(v, str) and RATIONAL.fullmatch(v) is not None, other)


def _whole(line: Json, random: Random) -> None:
    _one(line, random, lambda v: type(v) is int, lambda n: n + random.choice([-1, 1, 2]))


def _sign(line: Json, random: Random) -> None:
    _one(line, random, _is_term, lambda t: t[1] if t[0] == "neg" else ["neg", t])


def _operator(line: Json, random: Random) -> None:
    _one(line, random, lambda v: isinstance(v, str) and v in BINARY, lambda _: random.choice(BINARY))


def _relation_sign(line: Json, random: Random) -> None:
    _one(line, random, lambda v: isinstance(v, str) and v in OPS, lambda _: random.choice(OPS))


def _function(line: Json, random: Random) -> None:
    _one(line, random, lambda v: isinstance(v, str) and v in FUNCTIONS, lambda _: random.choice(FUNCTIONS))


def _index(line: Json, random: Random) -> None:
    seen = [c[k] for c, k in _nodes(line, _is_index)]
    _one(line, random, _is_index, lambda _: deepcopy(random.choice([*seen, ["k", "n"], [1, "n"], [2, "n"]])))


def _variable(line: Json, random: Random) -> None:
    names = [d[0] for d in line["claim"].get("declarations", [])] or ["x"]
    _one(line, random, lambda v: isinstance(v, str) and v in names, lambda _: random.choice(names))


def _type(line: Json, random: Random) -> None:
    kinds = [*TYPES, "real", "integer"]
    _one(line["claim"], random, lambda v: isinstance(v, str) and v in kinds, lambda _: random.choice(kinds))


def _rule(line: Json, random: Random) -> None:
    rules = [*RULES, *STEPS, "K1", "K2", "K5", "K6"]
    _one(line, random, lambda v: isinstance(v, str) and v in rules, lambda _: random.choice(rules))


def _subterm(line: Json, random: Random) -> None:
    seen = [c[k] for c, k in _nodes(line, _is_term)]
    _one(line, random, _is_term, lambda _: deepcopy(random.choice(seen)))


def _dropped(line: Json, random: Random) -> None:
    _within_a_list(line, random, lambda items, n: items.pop(n))


def _twice(line: Json, random: Random) -> None:
    _within_a_list(line, random, lambda items, n: items.insert(n, deepcopy(items[n])))


def _reordered(line: Json, random: Random) -> None:
    _within_a_list(line, random, lambda items, n: items.insert(0, items.pop(n)))


def _within_a_list(line: Json, random: Random, change: Callable[[list[Json], int], Any]) -> None:
    found = [c[k] for c, k in _nodes(line, lambda v: isinstance(v, list) and bool(v)) if k in LISTS or k == "path"]
    if found:
        items = random.choice(found)
        change(items, random.randrange(len(items)))


def _verdict(line: Json, random: Random) -> None:
    line["verdict"] = random.choice(["proved", "refuted", "equal"])


def _is_term(value: Json) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], str) and value[0] in HEADS


def _is_index(value: Json) -> bool:
    return isinstance(value, list) and len(value) == 2 and type(value[0]) in (str, int) and value[1] == "n"


HEADS = ("num", "var", "comp", "delta", "neg", *BINARY, "apply", "reduce", "diff", "limit")
CORRUPTIONS: dict[str, Callable[[Json, Random], None]] = {
    "number": _number,
    "whole number": _whole,
    "sign": _sign,
    "operator": _operator,
    "relation": _relation_sign,
    "function": _function,
    "index": _index,
    "variable": _variable,
    "type": _type,
    "rule": _rule,
    "subterm": _subterm,
    "dropped": _dropped,
    "twice": _twice,
    "reordered": _reordered,
    "verdict": _verdict,
}


def corrupted(count: int, seed: int, *paths: Path) -> Iterator[Fate]:
    """So many corruptions: the hash is made anew for most of them, or every change of a claim would be seen by it."""
    random, sources = Random(seed), lines(*paths)
    while count:
        source, kind = random.choice(sources), random.choice(list(CORRUPTIONS))
        line = deepcopy(source)
        CORRUPTIONS[kind](line, random)
        if line == source:
            continue
        if random.random() < 0.9:
            line["sha256"] = digest(line["claim"])
        count -= 1
        yield fate(kind, line, source["claim"] if line["verdict"] == source["verdict"] else None)


def moved(every: int, *paths: Path) -> Iterator[Fate]:
    """Proofs moved to claims that are one slip away, one slip in ``every``."""
    for n, line in enumerate(lines(*paths)):
        if line["verdict"] == "proved":
            for mutant, goal in slips(goal_of(line["claim"]), n % every, every):
                claim = goal_to_json(goal)
                yield fate(mutant.kind, {**line, "claim": claim, "sha256": digest(claim)}, line["claim"])


def borrowed(most: int, *paths: Path) -> Iterator[Fate]:
    """Every trap that is false, with empty proofs, with case splits, and with the proofs of claims that look alike."""
    proofs = [(_heads(line["claim"]), line["proof"]) for line in lines(*paths) if line["verdict"] == "proved"]
    for reading in read(map(Target, TRAPS)):
        for claim in reading.claims:
            if claim.expect != "proved":
                for goal in (line.goal for line in claim.lines):
                    stated, point = goal_to_json(goal), _admissible(goal)
                    alike = sorted(proofs, key=lambda p: -len(p[0] & _heads(stated)))[:most]
                    for proof in [*_bare(stated), *(p for _, p in alike)]:
                        line = {"claim": stated, "sha256": digest(stated), "verdict": "proved", "proof": proof}
                        yield fate(claim.id, {**line, "witness": point})


def _heads(claim: Json) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", json.dumps([claim["left"], claim["right"], claim["op"]])))


def _bare(claim: Json) -> Iterator[Json]:
    """Proofs without an idea: nothing, and nothing in every case of a split."""
    empty: Json = {"kind": "direct", "steps": []}
    yield empty
    yield {"kind": "contradiction"}
    for name, kind, _ in claim["declarations"]:
        if kind == "dimension":
            yield {"kind": "cases", "split": ["K5", name], "branches": [empty, empty]}
            yield {"kind": "cases", "split": ["K5", name], "branches": [{"kind": "contradiction"}, empty]}
    for left, right in zip(claim["indices"], claim["indices"][1:], strict=False):
        yield {"kind": "cases", "split": ["K1", left, right], "branches": [empty, empty]}
    for name, _, shape in claim["declarations"]:
        if not shape:
            yield {"kind": "cases", "split": ["K2", ["var", name]], "branches": [empty, empty, empty]}


def _admissible(goal: Goal) -> Json:
    """A point that the claim speaks of, where one is found."""
    for point in points(goal, Random(0), 30):
        found = point_to_json(goal, _as_found(point))
        try:
            admits(goal_to_json(goal), found)
        except Rejected:
            continue
        return found
    return {"dims": {}, "values": {}, "indices": {}}


def _as_found(point: Point) -> Counterexample:
    nothing = Enclosure("0", "0")
    sizes, values = tuple(point.dimensions.items()), tuple(point.values.items())
    return Counterexample(sizes, values, tuple(point.indices.items()), nothing, nothing, "==", 0)


def table(found: list[Fate]) -> str:
    """Outcomes by kind of forgery."""
    counts = {kind: Counter(f.outcome for f in found if f.kind == kind) for kind in sorted({f.kind for f in found})}
    counts["all"] = Counter(f.outcome for f in found)
    head = f"{'':28}" + "".join(f"{name:>12}" for name in OUTCOMES)
    return "\n".join([head, *(f"{k:28}" + "".join(f"{row[o]:>12}" for o in OUTCOMES) for k, row in counts.items())])


def main() -> int:
    """Run from the command line; the exit code is 1 where something false was accepted, or the checker crashed."""
    parser = argparse.ArgumentParser(description="Forged certificates.")
    parser.add_argument("files", nargs="*", type=Path, default=SOURCES)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--moved", type=int, default=40, help="one slip in so many")
    parser.add_argument("--borrowed", type=int, default=12, help="proofs offered to every trap")
    options = parser.parse_args()
    bad = 0
    for title, found in (
        ("corrupted", list(corrupted(options.count, options.seed, *options.files))),
        ("moved to a slip", list(moved(options.moved, *options.files))),
        ("offered to a trap", list(borrowed(options.borrowed, *options.files))),
    ):
        shown = table(found) if title != "offered to a trap" else str(dict(Counter(f.outcome for f in found)))
        print(f"{title}\n{shown}\n")
        for f in found:
            if f.outcome in (*ALARMS, UNCONFIRMED):
                print(f"{f.outcome}  {f.kind}  {f.why}  {json.dumps(f.line)}")
        bad += sum(f.outcome in ALARMS for f in found)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
