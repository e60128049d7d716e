"""``variables`` and ``define`` to a scope: types read, dimensions found, definitions ordered and checked."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from unicodedata import normalize

from derive.claim import ARRAY_TYPES, SCALAR_TYPES, Declaration, Definition
from derive.elaborate.expand import HEADS, expand
from derive.elaborate.hygiene import unused_indices
from derive.elaborate.infer import Inference
from derive.elaborate.place import placed
from derive.elaborate.scope import Scope, Template
from derive.elaborate.substitute import free_names
from derive.errors import InputError, Problem, Span, clip, meant, problem
from derive.load import Scalar
from derive.parse import parse
from derive.term import Call, Component, Term, Variable, subterms

Pairs = tuple[tuple[Scalar, Scalar], ...]

_TYPE = re.compile(r"([^\[\]]*?)\s*(?:\[(.*)\])?")
_HEAD = re.compile(r"(\w+)\s*(?:\[(.*)\]|\((.*)\))?")
_FLAT = ("onehot", "simplex", "index")
_MAX_DIMENSION = 1_000_000


def declare(outer: Scope, variables: Pairs, define: Pairs, problems: list[Problem]) -> Scope:
    """The outer scope and what these declarations and definitions add to it; their problems are appended."""
    if not variables and not define:
        return outer
    return _with_definitions(_with_variables(outer, variables, problems), define, problems)


# --- variables


def _with_variables(outer: Scope, pairs: Pairs, problems: list[Problem]) -> Scope:
    scope, places = outer, dict[str, Span]()
    for written, kind in pairs:
        name = normalize("NFKC", written.text.strip())
        try:
            declaration = _declaration(name, written, kind)
            _check_new(declaration, scope, outer, written)
        except InputError as error:
            problems += placed(error.problems, kind)
            scope = replace(scope, broken=scope.broken | {name}, names=scope.names | {name})
            continue
        places[name] = kind.span
        scope = _with(scope, declaration)
        problems += (p.placed("", written.span) for p in _hidden(name))
    return _with_dimensions(scope, outer, places, problems)


def _declaration(name: str, written: Scalar, kind: Scalar) -> Declaration:
    _check_name(name, written)
    match = _TYPE.fullmatch(" ".join(kind.text.split()))
    word, inside = (match[1], match[2]) if match else (kind.text, None)
    known = SCALAR_TYPES if inside is None else (*ARRAY_TYPES, "index")
    if inside is None and word in _FLAT:
        raise InputError(problem("DV071", found="nothing", repair=f"write `{word}[n]`"))
    if word not in known:
        raise InputError(problem("DV070", found=clip(kind.text), repair=meant(word, known)))
    dimensions = () if inside is None else tuple(_dimension(d.strip()) for d in inside.split(","))
    if word in _FLAT and len(dimensions) != 1:
        raise InputError(problem("DV071", found=clip(inside or ""), repair=f"`{word}` has one dimension: `{word}[n]`"))
    return Declaration(name, word, dimensions)


def _dimension(text: str) -> str:
    if re.fullmatch(r"[0-9]{1,7}", text) and 1 <= int(text) <= _MAX_DIMENSION:
        return str(int(text))
    name = normalize("NFKC", text)
    if not name.isidentifier() or keyword.iskeyword(name):
        repair = "write the name of a positive integer, or a number from 1 to 1000000"
        raise InputError(problem("DV071", found=clip(text), repair=repair))
    return name


def _check_name(name: str, written: Scalar) -> None:
    repair = ""
    if not name.isidentifier():
        repair = "use letters, digits and underscores, starting with a letter"
    elif keyword.iskeyword(name):
        repair = "use another name, such as `lam` or `λ`" if name == "lambda" else "use another name"
    if repair:
        raise InputError(problem("DV072", found=clip(name), repair=repair).placed("", written.span))


def _check_new(declaration: Declaration, scope: Scope, outer: Scope, written: Scalar) -> None:
    """A name is declared once; saying the same again is harmless."""
    name = declaration.name
    if name not in scope.names or name in outer.broken:
        return
    shape = ",".join(declaration.dimensions)
    new = f"{declaration.type}[{shape}]" if shape else f"a {declaration.type} number"
    old = scope.kind(name)
    same = scope.variables.get(name) == declaration or (
        declaration.type == "index" and scope.indices.get(name) == declaration.dimensions[0]
    )
    implied = name in scope.dimensions and declaration.type == "positive integer"
    if not same and not implied:
        found = problem("DV090", name=name, first=old, second=new)
        raise InputError(found.placed("", written.span))


def _with(scope: Scope, declaration: Declaration) -> Scope:
    name = declaration.name
    if declaration.type == "index":
        indices = {**scope.indices, name: declaration.dimensions[0]}
        return replace(scope, indices=indices, names=scope.names | {name})
    return replace(scope, variables={**scope.variables, name: declaration}, names=scope.names | {name})


def _hidden(name: str) -> Iterator[Problem]:
    if name in HEADS:
        yield problem("DV503", name=name)


def _with_dimensions(scope: Scope, outer: Scope, places: dict[str, Span], problems: list[Problem]) -> Scope:
    """Every name that is used as a dimension in a type is a positive integer, declared or not."""
    used: dict[str, str] = {}
    for name in places:
        declared = scope.variables.get(name)
        for dimension in declared.dimensions if declared else (scope.indices[name],):
            if not dimension.isdigit():
                used.setdefault(dimension, name)
    for dimension, name in used.items():
        wrong = _wrong_dimension(scope, dimension)
        if wrong:
            problems.append(wrong.placed("", places[name]))
            scope = replace(scope, broken=scope.broken | {name})
            continue
        scope = _with(scope, Declaration(dimension, "positive integer"))
        scope = replace(scope, dimensions=scope.dimensions | {dimension})
    return scope


def _wrong_dimension(scope: Scope, name: str) -> Problem | None:
    if name not in scope.names or name in scope.dimensions:
        return None
    if name in scope.broken:
        return problem("DV097", name=name)
    declaration = scope.variables.get(name)
    if declaration == Declaration(name, "positive integer"):
        return None
    return problem("DV095", name=name, found=scope.kind(name), repair=f"declare `{name}: positive integer`")


# --- definitions


def _with_definitions(scope: Scope, pairs: Pairs, problems: list[Problem]) -> Scope:
    read: dict[str, tuple[Definition, Scalar, Scalar]] = {}
    heads = [(head, body, _head(head.text)) for head, body in pairs]
    named = scope.names | {h.name for _, _, h in heads if h}
    broken = set(scope.broken)
    for written, body, head in heads:
        try:
            definition = _definition(written, body, head, scope, named, read)
        except InputError as error:
            problems += placed(error.problems, body)
            broken |= {head.name} if head else set()
        else:
            read[definition.name] = definition, written, body
            problems += (p.placed("", written.span) for p in _hidden(definition.name))
    scope = replace(scope, names=named, broken=frozenset(broken))
    for name in _in_order(read, problems):
        scope = _with_template(scope, *read[name], problems)
    return replace(scope, broken=scope.broken | (read.keys() - scope.templates.keys()))


def _head(text: str) -> Definition | None:
    """The left side of a definition, or None; the body is still to be read."""
    match = _HEAD.fullmatch(normalize("NFKC", " ".join(text.split())))
    if match is None:
        return None
    indices, arguments = _names(match[2]), _names(match[3])
    if indices is None or arguments is None:
        return None
    return Definition(match[1], indices, arguments, Variable(match[1]))


def _names(text: str | None) -> tuple[str, ...] | None:
    """Distinct names separated by commas; None when it is something else, or empty brackets."""
    if text is None:
        return ()
    names = tuple(name.strip() for name in text.split(","))
    good = all(name.isidentifier() and not keyword.iskeyword(name) for name in names)
    return names if good and len(set(names)) == len(names) else None


def _definition(
    written: Scalar,
    body: Scalar,
    head: Definition | None,
    scope: Scope,
    named: frozenset[str],
    read: dict[str, tuple[Definition, Scalar, Scalar]],
) -> Definition:
    if head is None:
        raise InputError(problem("DV073", found=clip(written.text)).placed("", written.span))
    _check_name(head.name, written)
    if head.name in read or head.name in scope.names - scope.broken:
        first = "a definition" if head.name in read else scope.kind(head.name)
        found = problem("DV090", name=head.name, first=first, second="a definition")
        raise InputError(found.placed("", written.span))
    return replace(head, body=parse(body.text, named.union(head.indices, head.arguments)))


def _in_order(read: dict[str, tuple[Definition, Scalar, Scalar]], problems: list[Problem]) -> list[str]:
    """The definitions, each after those that it uses; circles are reported and left out."""
    uses = {name: _used(definition) & read.keys() for name, (definition, _, _) in read.items()}
    while True:
        try:
            return list(TopologicalSorter(uses).static_order())
        except CycleError as error:
            circle = list(reversed(error.args[1]))
            text = " → ".join(f"`{name}`" for name in circle)
            found = problem("DV074", name=circle[0], cycle=clip(text, 200))
            problems.append(found.placed("", read[circle[0]][1].span))
            uses = {name: used for name, used in uses.items() if name not in circle}
            uses = {name: used & uses.keys() for name, used in uses.items()}


def _used(definition: Definition) -> set[str]:
    """The names that a body mentions and that are not its own parameters."""
    return {*_mentioned(definition.body)} - {*definition.indices, *definition.arguments}


def _mentioned(term: Term) -> Iterable[str]:
    for node in subterms(term):
        if isinstance(node, Variable | Call):
            yield node.name
        elif isinstance(node, Component):
            yield node.array


def _with_template(
    scope: Scope, definition: Definition, written: Scalar, body: Scalar, problems: list[Problem]
) -> Scope:
    own: list[Problem] = []
    try:
        expanded = expand(definition.body, scope, frozenset(definition.arguments))
    except InputError as error:
        problems += placed(error.problems, body)
        return replace(scope, broken=scope.broken | {definition.name})
    inference = Inference(scope, frozenset(definition.arguments))
    inference.template(expanded, definition.indices, body)
    own += inference.problems
    own += (
        problem("DV098", name=definition.name, index=name).placed("", written.span)
        for name in inference.free
        if name not in scope.indices and not inference.problems
    )
    problems += own
    problems += unused_indices(definition.body, body, scope)
    if own:
        return replace(scope, broken=scope.broken | {definition.name})
    free = free_names(expanded) - {*definition.indices, *definition.arguments}
    templates = {**scope.templates, definition.name: Template(definition, expanded, free)}
    return replace(scope, templates=templates)
