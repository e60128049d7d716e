"""Optima: why the kernel takes a point for the only optimiser, in words."""

from __future__ import annotations

from derive.derivation import Step
from derive.kernel import Theorem
from derive.term import Op, Optimum, Term

BENT = {"argmax": "concave", "argmin": "convex"}
SLOPES = {"argmax": "rises before and falls after", "argmin": "falls before and rises after"}


def optima(left: Optimum, op: Op, right: Term, theorem: Theorem) -> tuple[Step, ...]:
    """One line by the rule that decided the optimum; none where no rule is told in words."""
    words = {
        "M1": f"the derivative vanishes there, and the objective is strictly {BENT[left.kind]}",
        "M2": f"the objective {SLOPES[left.kind]}",
        "M4": f"the gradient vanishes there, and the objective is strictly {BENT[left.kind]} in every component",
        "M3": "compared with every other admissible value",
    }
    found = (words[rule] for rule in words if rule in theorem.rules)
    return tuple(Step(op, right, (reason,), None, theorem.conditions) for reason in [next(found, None)] if reason)
