"""What an author says that a step rests on -> its ground: a name, the definition, or the hypothesis that it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from derive.claim import Goal, Ground
from derive.elaborate.scope import Scope
from derive.errors import InputError, clip, meant, problem
from derive.load import Scalar
from derive.reason import FAMILIES
from derive.term import Call, Component, Relation, Term, Variable, subterms

DEFINITION = "definition of "
_SUMS_TO_ONE = re.compile(r"Sum\((?P<array>\w+)\[(?P<k>\w+)\], ?(?P=k)\) ?== ?1")
_IS_OF_TYPE = re.compile(r"(?P<array>\w+) is (?:an? )?(?P<type>simplex|one-?hot)")


def ground(by: Scalar, written: Relation, goal: Goal, scope: Scope) -> Ground:
    """The reason of a step, with the step's goal without the hypothesis that it names.

    Raises InputError: there is no such reason, or the step has nothing to do with the definition.
    """
    text = " ".join(by.text.split())
    family = next((name for name in FAMILIES if name.lower() == text.lower()), None) or _of_a_type(text, goal)
    if family:
        return Ground(family, by.span, "rules")
    if text.startswith(DEFINITION):
        return _definition(text, by, written, scope)
    others = tuple(h for h in goal.hypotheses if " ".join(h.text.split()) != text)
    if len(others) < len(goal.hypotheses):
        return Ground(text, by.span, "hypothesis", replace(goal, hypotheses=others))
    known = (*FAMILIES, *(f"{DEFINITION}{name}" for name in scope.templates), *(h.text for h in goal.hypotheses))
    repair = meant(clip(text), known) or "name a rule such as `quotient rule`, a definition or a hypothesis"
    raise _wrong(by, f"`{clip(text)}` is no reason that is known here", repair)


def _of_a_type(text: str, goal: Goal) -> str | None:
    """The family of what the type of an array says: ``t is a simplex``, ``Sum(t[k], k) == 1``."""
    summed, named = _SUMS_TO_ONE.fullmatch(text), _IS_OF_TYPE.fullmatch(text)
    found = summed or named
    declared = goal.declaration(found["array"]) if found else None
    if declared is None or declared.type not in ("simplex", "onehot"):
        return None
    if summed:
        return "sums to one"
    wanted = "simplex" if named and named["type"] == "simplex" else "onehot"
    return {"simplex": "sums to one", "onehot": "one-hot"}[wanted] if wanted == declared.type else None


def _definition(text: str, by: Scalar, written: Relation, scope: Scope) -> Ground:
    name = text.removeprefix(DEFINITION)
    if name not in scope.templates:
        raise _wrong(by, f"`{clip(name)}` is not defined", meant(clip(name), tuple(scope.templates)) or "define it")
    if name not in _mentioned((written.left, written.right), scope):
        raise _wrong(by, f"the step does not mention `{clip(name)}`", "name a definition that stands in the step")
    return Ground(text, by.span, "definition")


def _mentioned(sides: Iterable[Term], scope: Scope) -> set[str]:
    """The names in these terms, those in the definitions that they use included."""
    found: set[str] = set()
    stack = [name for side in sides for name in _names(side)]
    while stack:
        name = stack.pop()
        if name not in found:
            found.add(name)
            stack += _names(scope.templates[name].definition.body) if name in scope.templates else ()
    return found


def _names(term: Term) -> Iterator[str]:
    for part in subterms(term):
        if isinstance(part, Variable | Call):
            yield part.name
        elif isinstance(part, Component):
            yield part.array


def _wrong(by: Scalar, found: str, repair: str) -> InputError:
    return InputError(problem("DV068", found=found, repair=repair).placed("", by.span))
