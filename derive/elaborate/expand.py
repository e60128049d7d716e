"""Definitions away: every use of a template becomes its body, bounded in size and depth.

Every node that comes from a definition gets the place of the call, so that a message about it points into the text
that the author of the claim wrote.
"""

from __future__ import annotations

from collections.abc import Set

from msgspec.structs import replace

from derive.claim import Definition
from derive.elaborate.customary import FUNCTIONS as CUSTOMARY
from derive.elaborate.customary import customary
from derive.elaborate.scope import Scope, Template
from derive.errors import InputError, Problem, meant, problem
from derive.signature import FUNCTIONS
from derive.substitute import fits, free_names, fresh, substitute
from derive.term import (
    Apply,
    At,
    Call,
    Component,
    Diff,
    Index,
    Reduce,
    Term,
    Variable,
    children,
    own_indices,
    subterms,
    with_children,
)

MAX_SIZE = 20_000
MAX_DEPTH = 300
HEADS = ("Sum", "Product", "KroneckerDelta", "diff", "limit", "argmax", "argmin", "Rational", "Max", "Min")


def expand(term: Term, scope: Scope, parameters: Set[str] = frozenset()) -> Term:
    """The term without definitions, a bare ``Max(o)`` as a reduction; ``parameters`` hide what has their name.

    Raises InputError: a definition is used in another shape than its own, or the result is too large.
    """
    found = _of(term, scope, frozenset(parameters))
    if found is not term and not fits(found, MAX_SIZE, MAX_DEPTH):
        raise InputError(problem("DV075", at=term.at, limit=MAX_SIZE))
    return found


def _of(term: Term, scope: Scope, parameters: frozenset[str]) -> Term:
    match term:
        case Variable(name) if name in scope.templates and name not in parameters:
            return _plain(term, scope)
        case Component(name) if name in scope.templates and name not in parameters:
            return _component(term, scope)
        case Call():
            return _call(term, scope, parameters)
        case Apply(("Max" | "Min"), (Variable(name),)):
            return _extremum(term, name, scope, parameters)
        case Apply("Max" | "Min" as kind, (body, Variable(name))) if _is_index(name, body, scope, parameters):
            return _reduce(Reduce(kind, body, Index(name, at=term.args[1].at), at=term.at), scope, parameters)
        case Reduce():
            return _reduce(term, scope, parameters)
        case Diff(body, targets):
            for target in targets:
                _check_target(target, scope, parameters)
            return Diff(_of(body, scope, parameters), targets, at=term.at)
        case _:
            below = children(term)
            return with_children(term, tuple(_of(t, scope, parameters) for t in below)) if below else term


def _use(template: Template, indices: tuple[Index, ...], args: tuple[Term, ...], at: At, scope: Scope) -> Term:
    definition = template.definition
    places = dict(zip(definition.indices, indices, strict=True))
    terms = dict(zip(definition.arguments, args, strict=True))
    found = substitute(template.body, places, terms, at, scope.names)
    if args and not fits(found, MAX_SIZE, MAX_DEPTH):
        raise InputError(problem("DV075", at=at, limit=MAX_SIZE))
    # A bare definition may have been passed for an array: its components are still to be written out.
    passed = {a.name for a in args if isinstance(a, Variable) and scope.rank(a.name) and a.name in scope.templates}
    return _of(found, scope, frozenset()) if passed else found


def _plain(term: Variable, scope: Scope) -> Term:
    template = scope.templates[term.name]
    if template.definition.indices or template.definition.arguments:
        raise InputError(_shape(template.definition, "none", term.at))
    return _use(template, (), (), term.at, scope)


def _component(term: Component, scope: Scope) -> Term:
    template = scope.templates[term.array]
    if not template.definition.indices and not template.definition.arguments:
        raise InputError(problem("DV084", at=term.at, name=term.array))
    if len(template.definition.indices) != len(term.indices):
        raise InputError(_shape(template.definition, str(len(term.indices)), term.at))
    return _use(template, term.indices, (), term.at, scope)


def _call(term: Call, scope: Scope, parameters: frozenset[str]) -> Term:
    template = scope.templates.get(term.name) if term.name not in parameters else None
    if template is None:
        raise InputError(_unknown_function(term, scope, parameters))
    if not template.definition.arguments or len(template.definition.arguments) != len(term.args):
        raise InputError(_shape(template.definition, str(len(term.args)), term.at))
    args = tuple(_argument(a, scope, parameters) for a in term.args)
    return _use(template, (), args, term.at, scope)


def _argument(term: Term, scope: Scope, parameters: frozenset[str]) -> Term:
    bare = isinstance(term, Variable) and term.name not in parameters and scope.rank(term.name) > 0
    return term if bare else _of(term, scope, parameters)


def _unknown_function(term: Call, scope: Scope, parameters: frozenset[str]) -> Problem:
    if term.name in scope.broken:
        return problem("DV097", at=term.at, name=term.name)
    if term.name in scope.names or term.name in parameters:
        return problem("DV077", at=term.at, name=term.name, repair=f"for a product write `{term.name}*(…)`")
    near = customary(term.name, CUSTOMARY) or meant(term.name, [*FUNCTIONS, *scope.templates, *HEADS])
    return problem("DV077", at=term.at, name=term.name, repair=near or f"define it: `{term.name}(x): …`")


def _extremum(term: Apply, name: str, scope: Scope, parameters: frozenset[str]) -> Term:
    """``Max(o)`` of a bare array or one-index definition: a reduction over a fresh index."""
    if name in scope.broken:
        raise InputError(problem("DV097", at=term.at, name=name))
    rank = 1 if name in parameters else scope.rank(name)
    if rank != 1:
        required = "the bare name of an array of one dimension, or two or more arguments"
        usage = f"`{term.function}({name}, …)`" if rank == 0 else f"`{term.function}` of one row of `{name}`"
        raise InputError(problem("DV078", at=term.at, name=term.function, required=required, found=name, usage=usage))
    template = scope.templates.get(name) if name not in parameters else None
    index = Index(fresh("k", scope.names | parameters | (template.free if template else {name})))
    body = _of(Component(name, (index,), at=term.at), scope, parameters)
    return Reduce("Max" if term.function == "Max" else "Min", body, index, at=term.at)


def _is_index(name: str, body: Term, scope: Scope, parameters: frozenset[str]) -> bool:
    """Whether ``Max(body, k)`` is the largest value over an index: k is no value, and the body has it as an index."""
    if name in scope.variables or name in scope.templates or name in parameters:
        return False
    return any(index.name == name for t in subterms(body) for index in own_indices(t))


def _reduce(term: Reduce, scope: Scope, parameters: frozenset[str]) -> Term:
    name = str(term.index.name)
    for used in free_names(term.body) - parameters:
        if used in scope.templates and name in scope.templates[used].free and name not in parameters:
            raise InputError(problem("DV099", at=term.at, name=name, where=f"the definition `{used}`"))
    index = Index(term.index.name, term.index.dimension or scope.indices.get(name, ""), at=term.index.at)
    body = term.body
    if scope.rank(name):  # an index may have the name of an array; from here on names are told apart by spelling
        index = replace(index, name=fresh(name, scope.names | parameters | free_names(body)))
        body = substitute(body, {name: index}, {}, None, scope.names)
    return Reduce(term.kind, _of(body, scope, parameters), index, term.excluded, at=term.at)


def _check_target(target: Variable | Component, scope: Scope, parameters: frozenset[str]) -> None:
    name = target.name if isinstance(target, Variable) else target.array
    if name in scope.templates and name not in parameters:
        raise InputError(problem("DV083", at=target.at, found=f"the definition `{name}`"))


def usage(definition: Definition) -> str:
    """How a definition is written: ``s[i]``, ``sigmoid(x)``, ``loss``."""
    if definition.indices:
        return f"{definition.name}[{', '.join(definition.indices)}]"
    return f"{definition.name}({', '.join(definition.arguments)})" if definition.arguments else definition.name


def _shape(definition: Definition, found: str, at: At) -> Problem:
    count, what = (len(definition.indices), "index") if definition.indices else (len(definition.arguments), "argument")
    required = f"{count} {what}" if count == 1 else f"{count} {what.replace('index', 'indice')}s" if count else "none"
    return problem("DV078", at=at, name=definition.name, required=required, found=found, usage=f"`{usage(definition)}`")
