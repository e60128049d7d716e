"""Lemmas (H8): what is proved for all values of its variables holds where they stand for terms that have a value.

    {"kind": "lemma", "lemma": CLAIM, "proof": PROOF, "images": {name: [[IDX, ..], t], ..}, "dimensions": {n: m, ..},
     "places": {i: IDX, ..}, "every": [IDX, ..], "owed": [PROOF, ..], "rest": PROOF}

Every variable of the lemma has an image, an array one with an index for each of its own; every dimension another, every
free index a place among the claim's indices and those of ``every``, for all of whose values the instance is made. Owed
is what the types of the lemma ask of the images, in the order of its declarations, then its hypotheses. The rest is
proved with the instance as a further hypothesis, the last of all. The lemma comes with its own proof, so it needs no
name, and cannot rest on what rests on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from derive.recheck.limits import inner_positions
from derive.recheck.terms import Terms, listed, require

ZERO, ONE = ["num", "0"], ["num", "1"]
OF_TYPE: dict[str, list[str]] = {
    "real": [],
    "integer": [],
    "positive": [">"],
    "positive integer": [">"],
    "negative": ["<"],
    "nonnegative": [">="],
    "nonnegative integer": [">="],
    "simplex": [">="],
    "nonzero": ["!="],
}
BEYOND = ("diff", "limit", "optimum")
Claim = dict[str, Any]
Places = Mapping[str, Any]
Prove = Callable[..., set[str]]


def lemma(claim: Claim, proof: Any, extra: tuple[Any, ...], depth: int, state: Any, prove: Prove) -> set[str]:
    """The rules that a claim rests on that is proved with a lemma. Raises Rejected."""
    require(not any(holds(claim[side], BEYOND[1:]) for side in ("left", "right")), "H8: a relation between values")
    rules = prove(proof["lemma"], proof["proof"], (), depth + 1)
    claim = {**claim, "hypotheses": [*claim["hypotheses"], *({"relation": r, "quantified": []} for r in extra)]}
    rest, wanted = parts(claim, proof)
    for part in wanted:
        facts = state({**claim, "indices": part["indices"]}, ())
        sides = (facts.terms.term(part[side], facts.scope) for side in ("left", "right"))
        known = all(facts.reader.certain(side, facts.env) for side in sides)
        require(known, "H8: what the instance is made of has a value")
    owed = [part for part in wanted if part["op"]]
    proofs = listed(proof["owed"], "proofs")
    require(len(proofs) == len(owed), "H8: all that the lemma asks for is proved")
    rules |= set[str]().union(*(prove(part, p, (), depth + 1) for part, p in zip(owed, proofs, strict=True)))
    return {"H8"} | rules | prove(rest, proof["rest"], (), depth + 1)


def parts(claim: Claim, proof: Any) -> tuple[Claim, list[Claim]]:
    """The claim with the instance among its hypotheses; what must have a value, with a relation where it is owed."""
    stated, terms = proof["lemma"], Terms(claim["declarations"])
    every = listed(proof["every"], "indices")
    outside = {**claim, "indices": [*claim["indices"], *every]}
    scope = terms.scope(outside["indices"])
    sizes, places = _sizes(stated, terms, proof["dimensions"]), {}
    for name, dimension in stated["indices"]:
        i = terms.index(proof["places"][name], scope)
        require(i.dimension == sizes.get(dimension, dimension), "H8: a place of the dimension of the index")
        places[name] = list(i)
    taken = _names([claim, *(proof[key] for key in ("lemma", "images", "places", "every"))])
    make = _Substitution(Terms(stated["declarations"]), terms, proof["images"], sizes, taken)
    left, right = make.term(stated["left"], places), make.term(stated["right"], places)
    instance = {"relation": ["rel", stated["op"], left, right], "quantified": every}
    wanted = [{**outside, "left": left, "op": "", "right": right}]
    wanted += [{**outside, "left": ["delta", i, i], "op": "", "right": ZERO} for i in places.values()]
    for name, kind, shape in stated["declarations"]:
        if kind != "dimension":
            wanted += make.typed(outside, name, kind, shape)
    for hypothesis in stated["hypotheses"]:
        _, op, *sides = hypothesis["relation"]
        inner, new = make.opened(hypothesis["quantified"], places)
        left, right = (make.term(side, inner) for side in sides)
        wanted.append({**outside, "indices": [*outside["indices"], *new], "left": left, "op": op, "right": right})
    return {**claim, "hypotheses": [*claim["hypotheses"], instance]}, wanted


def _sizes(stated: Claim, terms: Terms, found: Any) -> dict[str, str]:
    own = [name for name, kind, _ in stated["declarations"] if kind == "dimension"]
    known = set(found) == set(own) and all(terms.is_dimension(d) for d in found.values())
    require(known, "H8: a dimension for each of the lemma")
    return dict(found)


@dataclass(slots=True)
class _Substitution:
    """What the names of a lemma become; what it binds gets names that stand nowhere else."""

    stated: Terms
    terms: Terms
    images: Mapping[str, Any]
    sizes: Mapping[str, str]
    taken: set[str]

    def term(self, term: Any, places: Places) -> Any:
        """The instance of a term below indices that have places."""
        match term:
            case ["var", name] if name in self.sizes:
                return ["num" if self.sizes[name].isdecimal() else "var", self.sizes[name]]
            case ["var", name]:
                return self._image(name, [])
            case ["comp", name, at]:
                return self._image(name, [self._index(i, places) for i in at])
            case ["delta", i, j]:
                return ["delta", self._index(i, places), self._index(j, places)]
            case ["reduce", kind, name, dimension, out, body]:
                inner, ((new, size),) = self.opened([[name, dimension]], places)
                return ["reduce", kind, new, size, [self._index(i, places) for i in out], self.term(body, inner)]
            case ["pow", _, exponent]:
                found = [self.term(t, places) for t in term[1:]]
                same = _is_whole(self.stated, exponent) == _is_whole(self.terms, found[1])
                require(same, "H8: an exponent is of integer type or not, as it was")
                return ["pow", *found]
            case _:
                require(term[0] not in BEYOND, "H8: no derivative, limit or optimum in a lemma")
                return [self.term(t, places) if n in inner_positions(term) else t for n, t in enumerate(term)]

    def opened(self, indices: Any, places: Places) -> tuple[dict[str, Any], list[Any]]:
        """The places below indices that are bound, and those under their new names."""
        new = []
        for name, dimension in indices:
            new.append([self._fresh(name), self.sizes.get(dimension, dimension)])
        return {**places, **{name: i for (name, _), i in zip(indices, new, strict=True)}}, new

    def typed(self, outside: Claim, name: str, kind: str, shape: list[str]) -> list[Claim]:
        """What the type of a variable asks of its image, which has a value at all of its indices."""
        require(kind in OF_TYPE and (kind != "simplex" or len(shape) == 1), "H8: a type that a term may have")
        _, new = self.opened([[name, dimension] for dimension in shape], {})
        value = self._image(name, new)
        integer = not self.stated.is_integer(name) or _is_whole(self.terms, value)
        require(integer, "H8: what stands for a whole number is of integer type")
        below = {**outside, "indices": [*outside["indices"], *new], "left": value, "right": ZERO}
        wanted = [{**below, "op": op} for op in OF_TYPE[kind] or [""]]
        if kind == "simplex":
            ((k, n),) = new
            wanted.append({**outside, "left": ["reduce", "Sum", k, n, [], value], "op": "==", "right": ONE})
        return wanted

    def _image(self, name: str, at: list[Any]) -> Any:
        parameters, value = self.images[name]
        shape = [self.sizes.get(d, d) for d in self.stated.shapes[name]]
        require([d for _, d in parameters] == [d for _, d in at] == shape, "H8: an image with the indices of its array")
        return self._moved(value, {k: i for (k, _), i in zip(parameters, at, strict=True)})

    def _moved(self, term: Any, places: Places) -> Any:
        """A term of the claim with places for some of its indices; what it binds is renamed: none is captured."""
        match term:
            case ["comp", name, at]:
                return ["comp", name, [self._there(i, places) for i in at]]
            case ["delta", i, j]:
                return ["delta", self._there(i, places), self._there(j, places)]
            case ["reduce", kind, name, dimension, out, body]:
                new = self._fresh(name)
                inner = self._moved(body, {**places, name: [new, dimension]})
                return ["reduce", kind, new, dimension, [self._there(i, places) for i in out], inner]
            case _:
                require(term[0] not in BEYOND, "H8: no derivative, limit or optimum in an image")
                return [self._moved(t, places) if n in inner_positions(term) else t for n, t in enumerate(term)]

    def _fresh(self, name: str) -> str:
        while name in self.taken:
            name += "'"
        self.taken.add(name)
        return name

    def _there(self, index: Any, places: Places) -> Any:
        return places.get(index[0], index) if isinstance(index[0], str) else index

    def _index(self, index: Any, places: Places) -> Any:
        name, dimension = index
        return places[name] if isinstance(name, str) else [name, self.sizes.get(dimension, dimension)]


def _is_whole(terms: Terms, term: Any) -> bool:
    return terms.whole(_with_numbers(term))


def _with_numbers(term: Any) -> Any:
    if term[0] == "num":
        return ("num", Fraction(term[1]))
    return tuple(_with_numbers(t) if n in inner_positions(term) else t for n, t in enumerate(term))


def holds(term: Any, heads: tuple[str, ...]) -> bool:
    """Whether a term of one of the kinds stands in a term."""
    return term[0] in heads or any(holds(term[n], heads) for n in inner_positions(term))


def _names(part: Any) -> set[str]:
    """Every text in some JSON that may be a name."""
    if isinstance(part, dict):
        return set(part).union(*map(_names, part.values()))
    if isinstance(part, list):
        return set[str]().union(*map(_names, part))
    return {part} if isinstance(part, str) else set()
