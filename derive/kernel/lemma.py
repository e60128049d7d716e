"""Using a theorem in the proof of another goal (H8): the theorem at an instance is a hypothesis that always holds.

``owed`` says what has to be proved for that, ``supply`` takes the proofs, ``rest`` the theorem under the hypotheses
that were supplied. An instance replaces every variable of the lemma by a term that has a value, and its free indices
by indices: the value of what is made of it is that of the lemma where its variables have the values of these terms.
That fails below a derivative whose variable a term mentions, and for a power whose exponent becomes of integer type, so
both are refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from fractions import Fraction

from msgspec import Struct
from msgspec.structs import replace

from derive.claim import SIGNS, WHOLE_SIGNS, Declaration, Goal, Hypothesis, Image, Lemma
from derive.kernel.context import Stuck, Undefined
from derive.kernel.hypotheses import INTEGER_TYPES, assume, context_of
from derive.kernel.normalize import Reader
from derive.kernel.theorem import Seal, Theorem, in_order, make_theorem
from derive.substitute import free_indices, free_names, fresh, substitute
from derive.term import (
    Binary,
    Component,
    Delta,
    Diff,
    Index,
    Limit,
    Number,
    Op,
    Optimum,
    Reduce,
    Relation,
    Term,
    Variable,
    children,
    own_indices,
    subterms,
    with_children,
)
from derive.whole import is_integer_type

ZERO, ONE = Number(Fraction(0)), Number(Fraction(1))
OF_TYPE: dict[str, Op] = {**SIGNS, **WHOLE_SIGNS}


class Unfit(Exception):
    """A lemma has no such instance; why, for people."""


class Supplied(Struct, frozen=True):
    """A hypothesis that every admissible point of the goal satisfies, by a lemma; made here only."""

    goal: Goal
    hypothesis: Hypothesis
    id: str
    rules: tuple[str, ...]
    seal: object

    rule = "H8"

    def __post_init__(self) -> None:
        if not isinstance(self.seal, Seal) or not self.seal.holds(self.goal, self.hypothesis, self.id, self.rules):
            raise TypeError("a lemma is supplied by the kernel only")


class _Instance(Struct, frozen=True):
    """What the names of a lemma become; ``taken`` are names that no binder of the lemma may keep."""

    images: Mapping[str, Image]
    places: Mapping[str, Index]
    dimensions: Mapping[str, str]
    integers: frozenset[str]
    """Of the lemma."""
    whole: frozenset[str]
    """Of the goal."""
    taken: frozenset[str]

    def of(self, term: Term) -> Term:
        match term:
            case Variable(name):
                return self._variable(name)
            case Component(name, indices):
                image = self._image(name, len(indices))
                places = zip(image.indices, map(self.index, indices), strict=True)
                return substitute(image.term, {str(p.name): i for p, i in places}, {}, None, self.taken)
            case Delta(left, right):
                return Delta(self.index(left), self.index(right))
            case Reduce(kind, body, index, excluded):
                inner, new = self._below(index)
                return Reduce(kind, inner.of(body), new, tuple(map(self.index, excluded)))
            case Diff(body, targets):
                return Diff(self.of(body), tuple(self._target(t, body) for t in targets))
            case Limit() | Optimum():
                raise Unfit("a lemma with a limit or an optimum inside cannot be used")
            case Binary("**", left, right):
                exponent = self.of(right)
                if is_integer_type(right, self.integers) != is_integer_type(exponent, self.whole):
                    raise Unfit("an exponent of the lemma becomes one of another type")
                return Binary("**", self.of(left), exponent)
            case _:
                return with_children(term, tuple(map(self.of, children(term))))

    def relation(self, relation: Relation) -> Relation:
        return Relation(self.of(relation.left), relation.op, self.of(relation.right))

    def index(self, index: Index) -> Index:
        found = self.places.get(index.name) if isinstance(index.name, str) else None
        return found or Index(index.name, self.dimension(index.dimension))

    def dimension(self, name: str) -> str:
        return name if name.isdigit() else self.dimensions[name]

    def opened(self, indices: tuple[Index, ...]) -> tuple[_Instance, tuple[Index, ...]]:
        """The instance below indices that stand for every value, and their new names."""
        inner, found = self, list[Index]()
        for index in indices:
            inner, new = inner._below(index)
            found.append(new)
        return inner, tuple(found)

    def _below(self, index: Index) -> tuple[_Instance, Index]:
        new = Index(fresh(str(index.name), self.taken), self.dimension(index.dimension))
        taken = self.taken | {str(new.name)}
        return replace(self, places={**self.places, str(index.name): new}, taken=taken), new

    def _variable(self, name: str) -> Term:
        if name not in self.dimensions:
            return self._image(name, 0).term
        size = self.dimensions[name]
        return Number(Fraction(int(size))) if size.isdigit() else Variable(size)

    def _image(self, name: str, rank: int) -> Image:
        image = self.images.get(name)
        if image is None or len(image.indices) != rank:
            raise Unfit(f"nothing says what `{name}` of the lemma stands for")
        return image

    def _target(self, target: Variable | Component, body: Term) -> Variable | Component:
        """A target stays a variable of its own: nothing else below the derivative moves with it."""
        name = target.name if isinstance(target, Variable) else target.array
        image = self.images.get(name)
        new = _renamed(image) if image else None
        if new is None or (new in self.whole) != (name in self.integers):
            raise Unfit(f"`{name}`, by which the lemma differentiates, can only be renamed")
        others = (self.images[n] for n in free_names(body) & self.images.keys() if n != name)
        if any(new in free_names(other.term) for other in others):
            raise Unfit(f"`{name}`, by which the lemma differentiates, and another variable would move together")
        if isinstance(target, Variable):
            return Variable(new)
        return Component(new, tuple(map(self.index, target.indices)))


def _renamed(image: Image) -> str | None:
    """The variable or array that the image is, without a change of its indices."""
    match image.term:
        case Variable(name) if not image.indices:
            return name
        case Component(name, indices) if indices == image.indices and len({i.name for i in indices}) == len(indices):
            return name
        case _:
            return None


def owed(goal: Goal, lemma: Lemma) -> tuple[Goal, ...]:
    """What has to be proved before the lemma may be used for the goal: types and hypotheses at the instance.

    Raises Unfit: there is no such instance.
    """
    here = _instance(goal, lemma)
    wanted = [*_types(here, lemma.goal)]
    for hypothesis in lemma.goal.hypotheses:
        inner, new = here.opened(hypothesis.quantified)
        wanted.append((inner.relation(hypothesis.relation), new))
    every = _every(goal, lemma, here)
    return tuple(_with(goal, relation, (*every, *new)) for relation, new in wanted)


def supply(goal: Goal, lemma: Lemma, theorem: Theorem, proofs: tuple[Theorem, ...], fuel: int) -> Supplied:
    """The lemma at its instance as a hypothesis of the goal, from its theorem and those of what is ``owed``.

    Raises Unfit: something in it is not seen to have a value at every admissible point. Fails with ValueError where a
    theorem is about another goal.
    """
    wanted = owed(goal, lemma)
    if theorem.goal != lemma.goal or tuple(p.goal for p in proofs) != wanted:
        raise ValueError("a theorem about another goal")
    here, stated = _instance(goal, lemma), lemma.goal
    every = _every(goal, lemma, here)
    relation = here.relation(Relation(stated.left, stated.op, stated.right))
    for terms, indices in _valued(goal, here, relation, every, wanted):
        for term in terms:
            if not _is_defined(_with(goal, Relation(term, "==", term), indices), fuel):
                raise Unfit("something in it is not seen to have a value here")
    rules = tuple(dict.fromkeys(rule for t in (theorem, *proofs) for rule in t.rules))
    hypothesis = Hypothesis(relation, every, lemma.id)
    return Supplied(goal, hypothesis, lemma.id, rules, Seal(goal, hypothesis, lemma.id, rules))


def under(goal: Goal, supplied: tuple[Supplied, ...]) -> Goal:
    """The goal with what was supplied among its hypotheses."""
    return replace(goal, hypotheses=(*goal.hypotheses, *(s.hypothesis for s in supplied)))


def rest(goal: Goal, supplied: tuple[Supplied, ...], theorem: Theorem) -> Theorem:
    """The theorem of a goal from that under supplied hypotheses. Fails with ValueError where these are of another."""
    if any(s.goal != goal for s in supplied) or theorem.goal != under(goal, supplied):
        raise ValueError("a theorem about another goal")
    rules = {Supplied.rule, *theorem.rules, *(rule for s in supplied for rule in s.rules)}
    return make_theorem(
        goal,
        in_order(rules),
        theorem.conditions,
        theorem.method,
        theorem.left_only,
        theorem.right_only,
        tuple(dict.fromkeys(s.id for s in supplied)),
    )


def _instance(goal: Goal, lemma: Lemma) -> _Instance:
    stated, dimensions = lemma.goal, dict(lemma.dimensions)
    images = {image.name: image for image in lemma.images}
    if any(isinstance(t, Optimum) for side in (goal.left, goal.right) for t in subterms(side)):
        raise Unfit("no lemma is used for an optimum")
    _check_dimensions(goal, stated, dimensions)
    taken = _names(goal) | _names(stated) | {n for image in lemma.images for n in _all_names(image.term)}
    here = _Instance(images, {}, dimensions, _integers(stated), _integers(goal), frozenset(taken))
    free = {i.name: i for i in goal.indices}
    for declaration in stated.declarations:
        if declaration.name not in stated.dimensions:
            _check_image(goal, here, declaration, free)
    return _at_places(here, lemma, free)


def _at_places(here: _Instance, lemma: Lemma, free: Mapping[str | int, Index]) -> _Instance:
    """The instance with the free indices of the lemma: each is one of the goal's, or stands for every value."""
    given = dict(lemma.places)
    for index in lemma.goal.indices:
        if index.name in given:
            place = given[str(index.name)]
            if place.dimension != here.dimension(index.dimension) or not _is_place(place, free):
                raise Unfit(f"the index `{index.name}` of the lemma cannot be `{place.name}`")
            here = replace(here, places={**here.places, str(index.name): place})
        else:
            here, _ = here._below(index)
    return here


def _is_place(place: Index, free: Mapping[str | int, Index]) -> bool:
    if isinstance(place.name, int):
        return 1 <= place.name <= (int(place.dimension) if place.dimension.isdigit() else 1)
    return free.get(place.name) == Index(place.name, place.dimension)


def _check_dimensions(goal: Goal, stated: Goal, dimensions: Mapping[str, str]) -> None:
    for name in stated.dimensions:
        size = dimensions.get(name)
        if size is None or not (size in goal.dimensions or (size.isdigit() and int(size) >= 1)):
            raise Unfit(f"nothing says what the dimension `{name}` of the lemma stands for")


def _check_image(goal: Goal, here: _Instance, declaration: Declaration, free: Mapping[str | int, Index]) -> None:
    """An image is made of the goal's variables, and its indices have the dimensions of the lemma's array."""
    image = here._image(declaration.name, len(declaration.dimensions))
    sizes = tuple(here.dimension(d) for d in declaration.dimensions)
    parameters = {i.name for i in image.indices}
    declared = {d.name for d in goal.declarations}
    if tuple(i.dimension for i in image.indices) != sizes or len(parameters) < len(sizes):
        raise Unfit(f"what `{declaration.name}` stands for has other dimensions")
    if any(isinstance(t, Limit | Optimum) for t in subterms(image.term)):
        raise Unfit(f"`{declaration.name}` cannot stand for a limit or an optimum")
    indices = {*parameters, *(i.name for i in _free(image))}
    if not free_names(image.term) - {str(i) for i in indices} <= declared:
        raise Unfit(f"`{declaration.name}` stands for what does not occur here")
    if any(free.get(i.name, i) != i for i in _free(image)):
        raise Unfit(f"an index of what `{declaration.name}` stands for has another dimension here")


def _free(image: Image) -> Iterator[Index]:
    """The free indices of an image, without its own parameters."""
    return (i for i in free_indices(image.term) if i.name not in {p.name for p in image.indices})


def _every(goal: Goal, lemma: Lemma, here: _Instance) -> tuple[Index, ...]:
    """The indices for every value of which the instance holds: those of the lemma, and those of images alone."""
    given = {name for name, _ in lemma.places}
    own = (here.places[str(i.name)] for i in lemma.goal.indices if i.name not in given)
    more = (i for image in lemma.images for i in _free(image) if i not in goal.indices)
    found = tuple(dict.fromkeys((*own, *more)))
    if len({i.name for i in (*found, *goal.indices)}) < len(found) + len(goal.indices):
        raise Unfit("an index would have two dimensions")
    return found


def _types(here: _Instance, stated: Goal) -> Iterator[tuple[Relation, tuple[Index, ...]]]:
    """What the types of the lemma's variables require of what they stand for."""
    for d in stated.declarations:
        if d.name in stated.dimensions:
            continue
        image = here.images[d.name]
        inner, new = here.opened(image.indices) if not image.indices else _parameters(here, image)
        value = substitute(
            image.term, {str(p.name): n for p, n in zip(image.indices, new, strict=True)}, {}, None, inner.taken
        )
        if d.type in INTEGER_TYPES and not is_integer_type(value, here.whole):
            raise Unfit(f"`{d.name}` is of integer type, what it stands for is not")
        if d.type in OF_TYPE:
            yield Relation(value, OF_TYPE[d.type], ZERO), new
        elif d.type == "simplex" and len(new) == 1:
            yield Relation(value, ">=", ZERO), new
            yield Relation(Reduce("Sum", value, new[0]), "==", ONE), ()
        elif d.type in ("onehot", "simplex"):
            raise Unfit(f"`{d.name}` is {d.type}, which cannot be shown of what it stands for")


def _parameters(here: _Instance, image: Image) -> tuple[_Instance, tuple[Index, ...]]:
    """Names of their own for the parameters of an image."""
    taken, found = set(here.taken), list[Index]()
    for parameter in image.indices:
        found.append(Index(fresh(str(parameter.name), taken), parameter.dimension))
        taken.add(str(found[-1].name))
    return replace(here, taken=frozenset(taken)), tuple(found)


def _valued(
    goal: Goal, here: _Instance, relation: Relation, every: tuple[Index, ...], wanted: tuple[Goal, ...]
) -> Iterator[tuple[tuple[Term, ...], tuple[Index, ...]]]:
    """What must have a value, with the indices for all of whose values it must."""
    yield (relation.left, relation.right), every
    for owing in wanted:
        yield (owing.left, owing.right), tuple(i for i in owing.indices if i not in goal.indices)
    for image in here.images.values():
        _, new = _parameters(here, image)
        names = {str(p.name): n for p, n in zip(image.indices, new, strict=True)}
        more = tuple(i for i in _free(image) if i not in goal.indices)
        yield (substitute(image.term, names, {}, None, here.taken),), tuple(dict.fromkeys((*new, *more)))


def _is_defined(goal: Goal, fuel: int) -> bool:
    """Whether the left side has a value at every admissible point, seen from the hypotheses alone."""
    try:
        ctx, scope = context_of(goal, fuel)
        assume(ctx, goal, scope)
        reader = Reader(ctx, [])
        reader.read(_whole(goal.left), scope)
    except (Stuck, Undefined):
        return False
    return not reader.conditions


def _whole(term: Term) -> Term:
    """The term with the ranges of sums and products in full: what has a value on them has one on a part."""
    below = with_children(term, tuple(map(_whole, children(term))))
    return replace(below, excluded=()) if isinstance(below, Reduce) and below.kind in ("Sum", "Product") else below


def _with(goal: Goal, relation: Relation, indices: tuple[Index, ...]) -> Goal:
    """Another relation under the hypotheses of the goal."""
    places = tuple(dict.fromkeys((*goal.indices, *indices)))
    return replace(goal, left=relation.left, op=relation.op, right=relation.right, indices=places, stable=None)


def _integers(goal: Goal) -> frozenset[str]:
    return frozenset((*goal.dimensions, *(d.name for d in goal.declarations if d.type in INTEGER_TYPES)))


def _names(goal: Goal) -> set[str]:
    """Every name in a goal, bound ones included."""
    relations = (Relation(goal.left, goal.op, goal.right), *(h.relation for h in goal.hypotheses))
    found = {n for r in relations for side in (r.left, r.right) for n in _all_names(side)}
    quantified = {str(i.name) for h in goal.hypotheses for i in h.quantified}
    return found | quantified | {d.name for d in goal.declarations} | {str(i.name) for i in goal.indices}


def _all_names(term: Term) -> Set[str]:
    found = set(free_names(term))
    for t in subterms(term):
        found |= {str(i.name) for i in own_indices(t)}
        found |= {str(t.index.name)} if isinstance(t, Reduce) else set()
    return found
