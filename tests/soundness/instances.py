"""Attack the use of lemmas: ``python -m tests.soundness.instances --count 2000 --seed 1``.

A true lemma is used at a random instance. What the kernel supplies there is searched for a counterexample, and for
points at which one of its sides has no value; there must be none, whatever the instance.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator
from random import Random

from msgspec.structs import replace

from derive.claim import Goal, Line
from derive.elaborate import elaborate
from derive.kernel import Supplied, Theorem, Unfit, owed, supply
from derive.load import load_text
from derive.prove import prove
from derive.refute import refute
from derive.term import Relation
from derive.verdict import Counterexample
from derive.write import write

FUEL = 50_000
SETTING = """derive: 1
variables:
  {n: positive integer, z: real, u: real, m: integer, t: nonnegative, a: 'real[n]', p: 'positive[n]', q: 'simplex[n]',
   h: 'onehot[n]', B: 'real[n,n]'}
claims:
  - {id: lemma, claim: %s, assume: %s, variables: {%s}}
  - {id: user, claim: 'z*u*m*t + a[i]*a[j]*p[i]*h[i]*q[j]*B[i,j] == 0', assume: %s, using: {lemma: {%s}}}
"""
LEMMAS = (
    ("x: real", "", "x**2 >= 0"),
    ("x: positive", "", "log(x) <= x - 1"),
    ("x: real; b: positive", "", "b**x > 0"),
    ("x: integer; b: real", "", "b**(2*x) >= 0"),
    ("x: real; b: real", "", "diff(b*x**2, x) == 2*b*x"),
    ("x: real", "", "diff(exp(2*x), x) == 2*exp(2*x)"),
    ("x: real", "", "sqrt(x)**2 == x"),
    ("x: real", "", "x/x == 1"),
    ("x: real; b: real", "x < b", "b - x > 0"),
    ("x: real", "log(x) < 1", "x > 0"),
    ("x: real", "", "diff(x*Abs(x), x) == 2*Abs(x)"),
    ("x: integer", "", "cos(2*pi*x) == 1"),
    ("x: nonzero", "", "x**2 > 0"),
    ("n: positive integer; w: real[n]", "", "Sum(Sum(w[k]*w[l], l), k) == Sum(w[k], k)**2"),
    ("n: positive integer; w: positive[n]", "", "Sum(w[k], k) > w[i]/2"),
    ("n: positive integer; w: positive[n]", "n >= 2", "Sum(w[k], k) > w[i]"),
    ("n: positive integer; w: real[n]", "i != j", "diff(w[i], w[j]) == 0"),
    ("n: positive integer; w: real[n]; x: real", "", "diff(x*Sum(w[k]**2, k), w[j]) == 2*x*w[j]"),
    ("n: positive integer; w: simplex[n]", "", "Sum(w[k]**2, k) <= 1"),
    ("n: positive integer; w: onehot[n]", "", "Sum(w[k]**2, k) == 1"),
    ("n: positive integer; w: real[n]", "w[k] > 0", "Sum(log(w[k]), k) <= Sum(w[k], k) - n"),
    ("n: positive integer; w: real[n]", "", "Sum(1/w[k], k, k != i) == Sum(1/w[k], k) - 1/w[i]"),
    ("n: positive integer; w: real[n]; x: real", "", "Sum(w[i]*x, i) == x*Sum(w[k], k)"),
)
SCALARS = (
    *("z", "u", "-z", "z**2", "exp(z)", "log(z)", "1/z", "m", "2", "1/2", "-1", "z*u", "p[i]", "Sum(p[k], k)", "p[k]"),
    *("a[i]/p[i]", "diff(z**3, z)", "Abs(z)", "sqrt(u)", "2*m", "m/2", "KroneckerDelta(i, j)", "diff(a[i]*a[j], a[j])"),
)
ARRAYS = (
    *("a[k]", "p[k]", "-p[k]", "a[i]", "z", "1/a[k]", "Sum(a[k]*a[l], l)", "p[k]/Sum(p[l], l)", "h[k]", "q[k]"),
    *("a[i] + a[k]", "log(p[k])", "B[k, i]", "B[i, k]", "B[k, k]", "exp(a[k])/Sum(exp(a[l]), l)", "2"),
    *("KroneckerDelta(k, i)", "diff(a[k]**2, z)", "Sum(B[l, k]*a[l], l)"),
)
ASSUMED = ("", "z > 0", "i != j", "z < 0", "n >= 2", "m >= 1")


def instance(random: Random) -> Line | None:
    """A line that uses a lemma at a random instance; None where the instance cannot be read."""
    variables, assumed, claim = random.choice(LEMMAS)
    images = {}
    for name, kind in (v.split(": ") for v in variables.split("; ")):
        if "[" in kind:
            images[f"{name}[k]"] = random.choice(ARRAYS)
        elif name != "n":
            images[name] = random.choice(SCALARS)
    for index in set(re.findall(r"\b[ij]\b", claim)) if random.random() < 0.3 and "Sum(w[i]" not in claim else ():
        images[index] = random.choice("ij1")
    quoted = ", ".join(f"'{name}': '{value}'" for name, value in images.items())
    declared = ", ".join(f"{n}: '{k}'" for n, k in (v.split(": ") for v in variables.split("; ")) if n != "n")
    lists = [f"['{text}']" if text else "[]" for text in (assumed, random.choice(ASSUMED))]
    text = SETTING % (f"'{claim}'", lists[0], declared, lists[1], quoted)
    claims, _ = elaborate(load_text(text, "instances.yaml"))
    return next((c.lines[0] for c in claims if c.id == "user"), None)


def supplied(line: Line) -> Iterator[Supplied]:
    """What the kernel makes of the lemma there, where everything that it asks for is proved."""
    for lemma in line.using:
        theorem = prove(lemma.goal, FUEL)
        try:
            proofs = [prove(wanted, FUEL) for wanted in owed(line.goal, lemma)]
            done = tuple(p for p in proofs if isinstance(p, Theorem))
            if isinstance(theorem, Theorem) and len(done) == len(proofs):
                yield supply(line.goal, lemma, theorem, done, FUEL)
        except Unfit:
            continue


def fault(goal: Goal, one: Supplied) -> str:
    """What is wrong with a hypothesis that is said to hold wherever those of the goal do; empty where nothing is."""
    relation, every = one.hypothesis.relation, one.hypothesis.quantified
    places = tuple(dict.fromkeys((*goal.indices, *every)))
    told = f"{write(relation)} under {[write(h.relation) for h in goal.hypotheses]}"
    stated = replace(goal, left=relation.left, op=relation.op, right=relation.right, indices=places)
    found = refute(stated, 0)
    if isinstance(found, Counterexample):
        return f"{told} fails"
    for side in (relation.left, relation.right):
        both = refute(replace(stated, left=side, op="==", right=goal.left), 0)
        point = both.right_only if not isinstance(both, Counterexample) else None
        if point is not None:
            return f"{told}: {write(Relation(side, '==', side))} has no value somewhere"
    return ""


def attack(count: int, seed: int) -> tuple[Counter[str], list[str]]:
    """How many instances there were of each sort, and the faults."""
    random, seen, faults = Random(seed), Counter[str](), list[str]()
    for _ in range(count):
        line = instance(random)
        seen["unread" if line is None else "read"] += 1
        for one in supplied(line) if line else ():
            seen["supplied"] += 1
            faults += filter(None, [fault(line.goal, one)] if line else [])
    return seen, faults


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    seen, faults = attack(options.count, options.seed)
    print(*faults, *(f"{name}: {number}" for name, number in sorted(seen.items())), sep="\n")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
