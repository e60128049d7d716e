"""What a claim or a step says that it rests on -> the relations of those claims, and what their names stand for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from derive.claim import Claim, Declaration, Goal, Image, Lemma, Line
from derive.elaborate.expand import expand
from derive.elaborate.infer import Inference
from derive.elaborate.place import placed
from derive.errors import InputError, Problem, clip, problem
from derive.load import Scalar, WrittenUse
from derive.parse import parse
from derive.substitute import fresh
from derive.term import Component, Index, Term, Variable

MOST = 256
"""Lemmas that a line rests on, counted with those of its lemmas, each as often as it is used."""
Find = Callable[[WrittenUse], Claim]
"""The claim that is named; raises InputError."""
_KEY = re.compile(r"(\w+)(?:\[([\w\s,]*)\])?")


class Instance(Struct, frozen=True):
    """The claim that is used at an instance, in the middle of inference: slots stand for dimensions."""

    claim: Claim
    images: tuple[Image, ...]
    slots: Mapping[str, str]
    places: Mapping[str, Index]


def instances(uses: tuple[WrittenUse, ...], find: Find, inference: Inference) -> list[Instance]:
    """The claims that are used; what is wrong with one of them is a problem of the inference."""
    found = []
    for use in uses:
        try:
            found.append(_instance(use, find(use), inference))
        except InputError as error:
            inference.problems += placed(error.problems, use.id)
    return found


def lemmas(found: list[Instance], goal: Goal, inference: Inference) -> tuple[Lemma, ...]:
    """The relations of these claims for a goal, as they stand there and for every value of their indices."""
    lines = ((instance, line) for instance in found for line in conclusions(instance.claim))
    return tuple(dict.fromkeys(lemma for instance, line in lines for lemma in _at(instance, line, goal, inference)))


def conclusions(claim: Claim) -> Iterator[tuple[Goal, tuple[Lemma, ...]]]:
    """What a claim says, each with what its proof may rest on: of a chain first how its ends are related."""
    lines = (*((claim.ends,) if claim.ends else ()), *claim.steps)
    return ((line.goal, line.using) for line in lines)


def own(line: Line, name: str) -> Lemma:
    """A step as what the relation between the ends of its chain may rest on, at every value as it stands."""
    goal = line.goal
    images = tuple(_itself(d) for d in goal.declarations if d.name not in goal.dimensions)
    places = tuple((str(i.name), i) for i in goal.indices)
    return Lemma(name, goal, images, places, tuple((n, n) for n in goal.dimensions), line.using)


def _itself(d: Declaration) -> Image:
    indices = tuple(Index(f"k_{n}", size) for n, size in enumerate(d.dimensions, 1))
    return Image(d.name, Component(d.name, indices) if indices else Variable(d.name), indices)


def weight(using: tuple[Lemma, ...]) -> int:
    """How many lemmas there are, those of lemmas included; no more than a little above ``MOST`` are counted."""
    count, stack = 0, list(using)
    while stack and count <= MOST:
        count += 1
        stack += stack.pop().using
    return count


def _instance(use: WrittenUse, claim: Claim, inference: Inference) -> Instance:
    given = {_key(name): (name, text) for name, text in use.images}
    goals = [goal for goal, _ in conclusions(claim)]
    sizes = dict.fromkeys(size for goal in goals for size in _sizes(goal))
    slots = {d: d if d.isdigit() else inference.open(d, use.id) for d in sizes}
    for name, slot in slots.items():
        _fix(name, slot, given.pop((name, None), None), inference)
    indices = {str(i.name): slots[i.dimension] for goal in goals for i in goal.indices}
    places = {n: _place(given.pop((n, None))[1], indices[n], inference) for n in indices if (n, None) in given}
    declared = {d.name: d for goal in goals for d in goal.declarations if d.name not in slots}
    images = []
    for d in declared.values():
        key = next((k for k in given if k[0] == d.name), None)
        if key is None and not d.dimensions and d.name not in inference.scope.names:
            continue  # what it stands for is found where the lemma is used
        images.append(_image(d, given.pop(key) if key else None, slots, use, inference))
    for written, _ in given.values():
        known = ", ".join(f"`{n}`" for n in (*declared, *slots, *indices))
        raise _wrong(f"`{clip(written.text)}` is no variable of `{claim.id}`", f"known: {known}", written)
    for name, slot in slots.items():
        if inference.find(slot).startswith("?") and name in inference.scope.dimensions:
            inference.parent[inference.find(slot)] = name
    return Instance(claim, tuple(images), slots, places)


def _sizes(goal: Goal) -> Iterator[str]:
    """The dimensions of a goal, explicit ones too."""
    yield from goal.dimensions
    yield from (d for declaration in goal.declarations for d in declaration.dimensions)
    yield from (i.dimension for i in goal.indices)


def _key(name: Scalar) -> tuple[str, tuple[str, ...] | None]:
    """The name, and the indices of an array: ``x[i, j]``."""
    found = _KEY.fullmatch(name.text.strip())
    if not found:
        raise _wrong(f"`{clip(name.text)}` is no name", "write a name such as `x`, `x[k]` or `n`", name)
    indices = found[2]
    return found[1], None if indices is None else tuple(part.strip() for part in indices.split(","))


def _fix(name: str, slot: str, given: tuple[Scalar, Scalar] | None, inference: Inference) -> None:
    """Take the dimension that is said to stand for one of the lemma's."""
    if given is None:
        return
    size = given[1].text.strip()
    if size not in inference.scope.dimensions and not re.fullmatch("[1-9][0-9]{0,3}", size):
        raise _wrong(f"`{clip(size)}` is no dimension", f"name one that stands for `{name}`", given[1])
    inference.parent[slot] = size


def _place(text: Scalar, slot: str, inference: Inference) -> Index:
    name: str | int = int(text.text) if text.text.isdecimal() else text.text.strip()
    if isinstance(name, str) and name not in inference.free:
        raise _wrong(f"`{clip(text.text)}` is no free index of the claim", "name one that is, or a number", text)
    return inference.place(Index(name), slot, text)


def _image(
    d: Declaration,
    given: tuple[Scalar, Scalar] | None,
    slots: Mapping[str, str],
    use: WrittenUse,
    inference: Inference,
) -> Image:
    """What a variable stands for: the text that is given, or what has its name here."""
    text = given[1] if given else use.id
    names = _parameters(d, given, inference)
    indices = tuple(Index(n, slots[size]) for n, size in zip(names, d.dimensions, strict=True))
    term = _parsed(text, inference) if given else _of_that_name(d, names, use, inference)
    if isinstance(term, Variable) and indices and inference.scope.rank(term.name) == len(indices):
        term = Component(term.name, tuple(Index(n) for n in names))  # `x: p` for arrays
    try:
        expanded = expand(term, inference.scope)
    except InputError as error:
        raise InputError(*placed(error.problems, text)) from error
    outside = inference.free
    inference.free = {**outside, **{str(i.name): i.dimension for i in indices}}
    found = inference.expression(expanded, text)
    inference.name()
    # An index that is not the claim's stands for every value.
    inference.free = outside
    return Image(d.name, found, indices)


def _parsed(text: Scalar, inference: Inference) -> Term:
    try:
        return parse(text.text, inference.scope.names)
    except InputError as error:
        raise InputError(*placed(error.problems, text)) from error


def _parameters(d: Declaration, given: tuple[Scalar, Scalar] | None, inference: Inference) -> tuple[str, ...]:
    """The indices at which an array is read, as they are written, or new ones."""
    written = _key(given[0])[1] if given else None
    if written is not None and len(set(written)) == len(d.dimensions) == len(written):
        return written
    if given and written is not None:
        raise _wrong(
            f"`{clip(given[0].text)}` has other indices than in the lemma", "write an index for each", given[0]
        )
    taken = {*inference.scope.names, *inference.free}
    names: list[str] = []
    for _ in d.dimensions:
        names.append(fresh("k", {*taken, *names}))
    return tuple(names)


def _of_that_name(d: Declaration, names: tuple[str, ...], use: WrittenUse, inference: Inference) -> Term:
    scope = inference.scope
    takes = scope.templates[d.name].definition.arguments if d.name in scope.templates else ()
    known = d.name in scope.variables or d.name in scope.templates
    if not known or takes or scope.rank(d.name) != len(d.dimensions):
        found = f"`{d.name}` of `{clip(use.id.text)}` means nothing here"
        key = f"'{d.name}[{', '.join('ijklmnpq'[: len(names)])}]'" if names else d.name
        raise _wrong(found, f"say what it stands for: `{clip(use.id.text)}: {{{key}: …}}`", use.id)
    return Component(d.name, tuple(Index(n) for n in names)) if names else Variable(d.name)


def _at(instance: Instance, line: tuple[Goal, tuple[Lemma, ...]], goal: Goal, inference: Inference) -> Iterator[Lemma]:
    """A relation with the indices of the goal that have the names of its own, and for every value of them."""
    stated, using = line
    names = {d.name for d in stated.declarations}
    images = tuple(_resolved(image, inference) for image in instance.images if image.name in names)
    sizes = tuple((n, inference.find(instance.slots[n])) for n in stated.dimensions)
    places = {n: Index(i.name, inference.find(i.dimension)) for n, i in instance.places.items()}
    own = [i for i in stated.indices if str(i.name) in places]
    lemma = Lemma(
        instance.claim.id, stated, images, tuple((str(i.name), places[str(i.name)]) for i in own), sizes, using
    )
    here = {i.name: i for i in goal.indices}
    same = [
        (str(i.name), here[i.name])
        for i in stated.indices
        if i not in own and i.name in here and here[i.name].dimension == inference.find(instance.slots[i.dimension])
    ]
    if same:
        yield replace(lemma, places=(*lemma.places, *same))
    yield lemma


def _resolved(image: Image, inference: Inference) -> Image:
    indices = tuple(Index(i.name, inference.find(i.dimension)) for i in image.indices)
    return Image(image.name, inference.resolved(image.term), indices)


def _wrong(found: str, repair: str, text: Scalar) -> InputError:
    return InputError(_problem(found, repair, text))


def _problem(found: str, repair: str, text: Scalar) -> Problem:
    return problem("DV067", found=found, repair=repair).placed("", text.span)
