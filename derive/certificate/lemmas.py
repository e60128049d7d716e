"""Proofs that rest on lemmas (H8) for the standalone checker: each lemma with its own proof and the instance."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from msgspec.structs import replace

from derive.certificate.terms import from_json, goal_to_json, index_to_json, indices_from_json, to_json
from derive.claim import Declaration, Goal, Hypothesis, Lemma
from derive.invoke import instances, supplied_by
from derive.kernel import Supplied
from derive.recheck.lemma import parts
from derive.recheck.terms import Rejected
from derive.substitute import free_indices
from derive.term import Relation

Json = Any
Proof = dict[str, Any]
Prove = Callable[[Json, Goal], Proof | None]


def with_lemmas(goal: Goal, using: tuple[Lemma, ...], prove: Prove) -> Iterator[Proof]:
    """Proofs in which all lemmas of a claim are used that fit, or one of them; where ``prove`` proves all the rest."""
    fitting = [lemma for named in using for lemma in instances(goal, named) if _fits(goal, lemma)]
    for chosen in (fitting, *([lemma] for lemma in fitting if len(fitting) > 1)):
        proof = _with(goal_to_json(goal), goal, chosen, prove) if chosen else None
        if proof is not None:
            yield proof


def shown_first(claim: Json, goal: Goal, lemma: Goal, proofs: tuple[Proof, Proof], prove: Prove) -> Proof | None:
    """The proof of a goal from a relation under the same hypotheses, from that of the relation and what follows it."""
    own, rest = proofs
    images = {
        d.name: [indices := [[f"{d.name}{n}", m] for n, m in enumerate(d.dimensions)], _itself(d, indices)]
        for d in lemma.declarations
        if d.name not in lemma.dimensions
    }
    proof = {
        "kind": "lemma",
        "lemma": goal_to_json(lemma),
        "proof": own,
        "images": images,
        "dimensions": {n: n for n in lemma.dimensions},
        "places": {str(i.name): index_to_json(i) for i in lemma.indices},
        "every": [],
    }
    return _completed(claim, goal, proof, prove, lambda c, g: rest)


def _itself(declaration: Declaration, indices: Json) -> Json:
    return ["comp", declaration.name, indices] if indices else ["var", declaration.name]


def _completed(claim: Json, goal: Goal, proof: Proof, prove: Prove, prove_rest: Prove) -> Proof | None:
    """A proof with what is owed proved, and the rest."""
    try:
        inside, wanted = parts(claim, proof)
    except Rejected:
        # The checker follows no lemma about a derivative, for one.
        return None
    owed = [prove(part, _goal_of(goal, part)) for part in wanted if part["op"]]
    instance = inside["hypotheses"][-1]
    _, op, left, right = instance["relation"]
    relation = Relation(from_json(left), op, from_json(right))
    assumed = Hypothesis(relation, indices_from_json(instance["quantified"]))
    rest = prove_rest(inside, replace(goal, hypotheses=(*goal.hypotheses, assumed)))
    return None if rest is None or None in owed else {**proof, "owed": owed, "rest": rest}


def _fits(goal: Goal, lemma: Lemma) -> bool:
    return isinstance(supplied_by(goal, lemma), Supplied)


def _with(claim: Json, goal: Goal, lemmas: list[Lemma], prove: Prove) -> Proof | None:
    if not lemmas:
        return prove(claim, goal)
    first, *others = lemmas
    stated = goal_to_json(first.goal)
    own = prove(stated, first.goal)
    own = own or next(with_lemmas(first.goal, first.using, prove), None)
    if own is None:
        return None
    proof = {"kind": "lemma", "lemma": stated, "proof": own, **_instance(goal, first)}
    return _completed(claim, goal, proof, prove, lambda c, g: _with(c, g, others, prove))


def _instance(goal: Goal, lemma: Lemma) -> Proof:
    places = {name: index_to_json(i) for name, i in lemma.places}
    sizes = dict(lemma.dimensions)
    new = [i for i in lemma.goal.indices if i.name not in places]
    every = [[f"{i.name}''", sizes.get(i.dimension, i.dimension)] for i in new]
    places |= {str(i.name): named for i, named in zip(new, every, strict=True)}
    used = chain.from_iterable(free_indices(image.term) for image in lemma.images)
    own = {p for image in lemma.images for p in image.indices}
    more = dict.fromkeys(i for i in used if i not in goal.indices and i not in own)
    return {
        "images": {i.name: [list(map(index_to_json, i.indices)), to_json(i.term)] for i in lemma.images},
        "dimensions": sizes,
        "places": places,
        "every": [*every, *map(index_to_json, more)],
    }


def _goal_of(goal: Goal, part: Json) -> Goal:
    left, right = from_json(part["left"]), from_json(part["right"])
    return replace(goal, left=left, op=part["op"], right=right, indices=indices_from_json(part["indices"]), stable=None)
