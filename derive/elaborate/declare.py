"""``variables`` and ``define`` to a scope: types read, dimensions found, definitions ordered and checked."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from unicodedata import normalize

from msgspec.structs import replace

from derive.claim import ARRAY_TYPES, SCALAR_TYPES, Declaration, Definition
from derive.elaborate.expand import HEADS, expand
from derive.elaborate.hygiene import unused_indices
from derive.elaborate.infer import Inference
from derive.elaborate.place import placed
from derive.elaborate.scope import Scope, Template
from derive.errors import InputError, Problem, clip, meant, problem
from derive.load import Scalar
from derive.parse import parse
from derive.substitute import free_names
from derive.term import Call, Component, Term, Variable, subterms

Pairs = tuple[tuple[Scalar, Scalar], ...]

_TYPE = re.compile(r"([^\[\]]*?)\s*(?:\[(.*)\])?")
_HEAD = re.compile(r"(\w+)\s*(?:\[(.*)\]|\((.*)\))?")
_FLAT = ("onehot", "simplex", "index")
_ELSEWHERE = {
    "dim": "positive integer",
    "dimension": "positive integer",
    "nat": "nonnegative integer",
    "natural": "nonnegative integer",
    "natural number": "nonnegative integer",
    "int": "integer",
    "float": "real",
    "double": "real",
    "number": "real",
    "scalar": "real",
    "vector": "real[n]",
    "array": "real[n]",
    "matrix": "real[m,n]",
    "tensor": "real[m,n]",
    "label": "onehot[n]",
    "one-hot": "onehot[n]",
    "probability": "simplex[n]",
    "probabilities": "simplex[n]",
    "distribution": "simplex[n]",
}
"""What the types are called elsewhere."""
_MAX_DIMENSION = 1_000_000
_MAX_CIRCLES = 20


def declare(outer: Scope, variables: Pairs, define: Pairs, problems: list[Problem]) -> Scope:
    """The outer scope and what these declarations and definitions add to it; their problems are appended."""
    if not variables and not define:
        return outer
    return _with_definitions(_with_variables(outer, variables, problems), define, problems)


# --- variables


def _with_variables(outer: Scope, pairs: Pairs, problems: list[Problem]) -> Scope:
    variables, indices, broken = dict(outer.variables), dict(outer.indices), set(outer.broken)
    # The scope sees what is added to the dictionaries.
    scope = replace(outer, variables=variables, indices=indices)
    added: dict[str, Scalar] = {}
    for written, kind in pairs:
        name = normalize("NFKC", written.text.strip())
        try:
            declaration = _declaration(name, written, kind)
            _check_new(declaration, scope, written)
        except InputError as error:
            problems += placed(error.problems, kind)
            broken.add(name)
            continue
        problems += (p.placed("", written.span) for p in _hidden(name))
        added[name] = kind
        if declaration.type == "index":
            indices[name] = declaration.dimensions[0]
        else:
            variables[name] = declaration
    dimensions = _dimensions(scope, added, broken, problems)
    for name in broken.intersection(added):  # a name without its dimension would stand for a number
        variables.pop(name, None)
        indices.pop(name, None)
    variables.update((d, Declaration(d, "positive integer")) for d in dimensions)
    names = outer.names.union(variables, indices, broken)
    return replace(scope, dimensions=outer.dimensions | dimensions, broken=frozenset(broken), names=names)


def _declaration(name: str, written: Scalar, kind: Scalar) -> Declaration:
    _check_name(name, written)
    match = _TYPE.fullmatch(" ".join(kind.text.split()))
    word, inside = (match[1], match[2]) if match else (kind.text, None)
    known = SCALAR_TYPES if inside is None else (*ARRAY_TYPES, "index")
    if inside is None and word in _FLAT:
        raise InputError(problem("DV071", found="nothing", repair=f"write `{word}[n]`"))
    if word not in known:
        raise InputError(problem("DV070", found=clip(kind.text), repair=_meant_type(kind.text, word, inside)))
    dimensions = () if inside is None else tuple(_dimension(d.strip()) for d in inside.split(","))
    if word in _FLAT and len(dimensions) != 1:
        raise InputError(problem("DV071", found=clip(inside or ""), repair=f"`{word}` has one dimension: `{word}[n]`"))
    return Declaration(name, word, dimensions)


def _meant_type(text: str, word: str, inside: str | None) -> str:
    """The repair for a type that there is not."""
    if inside is None and (called := re.fullmatch(r"(\w+) ?\(([^()]+)\)", text)):
        word, inside = called[1], called[2]
    if inside is None:
        return meant(clip(text), SCALAR_TYPES, _ELSEWHERE)
    known = (*ARRAY_TYPES, "index")
    word = _ELSEWHERE.get(word.lower(), word).partition("[")[0]
    return meant(clip(f"{word}[{inside}]"), (f"{k}[{inside}]" for k in known))


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


def _check_new(declaration: Declaration, scope: Scope, written: Scalar) -> None:
    """A name is declared once; saying the same again is harmless."""
    name = declaration.name
    is_known = name in scope.variables or name in scope.indices or name in scope.templates
    if is_known and _described(declaration) != scope.kind(name):
        implied = name in scope.dimensions and declaration == Declaration(name, "positive integer")
        if not implied:
            found = problem("DV090", name=name, first=scope.kind(name), second=_described(declaration))
            raise InputError(found.placed("", written.span))


def _described(declaration: Declaration) -> str:
    if declaration.type == "index":
        return f"an index of dimension {declaration.dimensions[0]}"
    shape = ",".join(declaration.dimensions)
    return (
        f"{declaration.type}[{shape}]"
        if shape
        else f"{'an' if declaration.type[0] == 'i' else 'a'} {declaration.type} number"
    )


def _hidden(name: str) -> Iterator[Problem]:
    if name in HEADS:
        yield problem("DV503", name=name)


def _dimensions(scope: Scope, added: dict[str, Scalar], broken: set[str], problems: list[Problem]) -> frozenset[str]:
    """The names that the new declarations use as dimensions: positive integers, declared or not."""
    found = set()
    for name, kind in added.items():
        declared = scope.variables.get(name)
        for dimension in declared.dimensions if declared else (scope.indices[name],):
            wrong = None if dimension.isdigit() else _wrong_dimension(scope, dimension, broken)
            if wrong:
                problems.append(wrong.placed("", kind.span))
                broken.add(name)
            elif not dimension.isdigit():
                found.add(dimension)
    return frozenset(found)


def _wrong_dimension(scope: Scope, name: str, broken: set[str]) -> Problem | None:
    if name in broken:
        return problem("DV097", name=name)
    is_free = name not in scope.indices and name not in scope.templates
    if is_free and scope.variables.get(name, Declaration(name, "positive integer")).type == "positive integer":
        return None
    return problem("DV095", name=name, found=scope.kind(name), repair=f"declare `{name}: positive integer`")


# --- definitions


def _with_definitions(outer: Scope, pairs: Pairs, problems: list[Problem]) -> Scope:
    read: dict[str, tuple[Definition, Scalar, Scalar]] = {}
    heads = [(head, body, _head(head.text)) for head, body in pairs]
    named = outer.names.union(h.name for _, _, h in heads if h)
    broken = set(outer.broken)
    for written, body, head in heads:
        try:
            definition = _definition(written, body, head, outer, named, read)
        except InputError as error:
            problems += placed(error.problems, body)
            broken |= {head.name} if head else set()
        else:
            read[definition.name] = definition, written, body
            problems += (p.placed("", written.span) for p in _hidden(definition.name))
    templates = dict(outer.templates)
    # The scope sees what is added to the dictionary; a definition is broken until it is there.
    scope = replace(outer, templates=templates, names=named, broken=frozenset({*broken, *read}))
    for name in _in_order(read, problems):
        template = _template(*read[name], scope, problems)
        if template:
            templates[name] = template
    return replace(scope, broken=frozenset({*broken, *(read.keys() - templates.keys())}))


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
    """The definitions, each after those that it uses; those on a circle are left out, and the first ones reported."""
    uses = {name: _used(definition) & read.keys() for name, (definition, _, _) in read.items()}
    for _ in range(_MAX_CIRCLES):
        try:
            return list(TopologicalSorter(uses).static_order())
        except CycleError as error:
            circle = list(reversed(error.args[1]))
            text = " → ".join(f"`{name}`" for name in circle)
            found = problem("DV074", name=circle[0], cycle=text)
            problems.append(found.placed("", read[circle[0]][1].span))
            uses = {name: used.difference(circle) for name, used in uses.items() if name not in circle}
    return []


def _used(definition: Definition) -> set[str]:
    """The names that a body mentions and that are not its own parameters."""
    return {*_mentioned(definition.body)} - {*definition.indices, *definition.arguments}


def _mentioned(term: Term) -> Iterable[str]:
    for node in subterms(term):
        if isinstance(node, Variable | Call):
            yield node.name
        elif isinstance(node, Component):
            yield node.array


def _template(
    definition: Definition, written: Scalar, body: Scalar, scope: Scope, problems: list[Problem]
) -> Template | None:
    """The definition, expanded and checked; None when something is wrong with it."""
    try:
        expanded = expand(definition.body, scope, frozenset(definition.arguments))
    except InputError as error:
        problems += placed(error.problems, body)
        return None
    inference = Inference(scope, frozenset(definition.arguments))
    inference.template(expanded, definition.indices, body)
    stray = [name for name in inference.free if name not in scope.indices]
    own = inference.problems or [
        problem("DV098", name=definition.name, index=name).placed("", written.span) for name in stray
    ]
    problems += (*own, *unused_indices(definition.body, body, scope))
    free = free_names(expanded) - {*definition.indices, *definition.arguments}
    return None if own else Template(definition, expanded, free)
