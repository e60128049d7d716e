"""Entries of a claim file -> claims: names resolved, definitions expanded, every index with its dimension."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from msgspec import Struct
from msgspec.structs import replace

from derive.claim import Claim, Declaration, Goal, Hypothesis, Lemma, Line
from derive.elaborate.causes import causes
from derive.elaborate.components import by_components
from derive.elaborate.compose import compose
from derive.elaborate.cover import cover, is_bounded, is_total
from derive.elaborate.declare import declare
from derive.elaborate.expand import expand
from derive.elaborate.goal import goal
from derive.elaborate.ground import ground
from derive.elaborate.hygiene import shadowed_indices, unused_indices
from derive.elaborate.infer import Inference
from derive.elaborate.lemmas import MOST, Instance, instances, lemmas, own, weight
from derive.elaborate.library import Library
from derive.elaborate.place import placed
from derive.elaborate.printed import printed
from derive.elaborate.scope import Scope
from derive.errors import InputError, Problem, Span, clip, problem
from derive.load import Entry, LoadedFile, Scalar, WrittenCase, WrittenStep, WrittenUse
from derive.parse import parse, parse_relation_chain, parse_step
from derive.term import Component, Delta, Index, Number, Relation, Term, Variable, own_indices, subterms

__all__ = ["elaborate"]


def elaborate(
    file: LoadedFile, entries: tuple[Entry, ...] | None = None
) -> tuple[tuple[Claim, ...], tuple[Problem, ...]]:
    """The claims of a file in its order, and the problems of those that could not be read; lints are among them.

    ``entries`` are those of the file that are asked for, by default all. A shared hypothesis that cannot be read leaves
    no claim: each of them would be another claim without it.
    """
    problems: list[Problem] = []
    scope = declare(Scope(), file.variables, file.define, problems)
    problems[:] = causes(problems)
    before = len(problems)
    shared = tuple(h for text in file.assume for h in _shared(text, scope, problems))
    readable = not _is_fatal(problems[before:])
    library = Library(file.entries, lambda entry, other, found: _claim(entry, file, scope, shared, found, other))
    asked = file.entries if entries is None else entries
    claims = [c for entry in asked if (c := library.claim(entry, problems)) and readable]
    return tuple(claims), tuple(p.placed(file.path, None) for p in dict.fromkeys(problems))


class _Written(Struct, frozen=True):
    """One relation as parsed, the texts in which its two sides stand, its place in the file, and its reason.

    ``case`` is the number of its case among those of the claim, ``using`` what its proof may rest on.
    """

    relation: Relation
    left: Scalar
    right: Scalar
    span: Span
    by: Scalar | None = None
    case: int | None = None
    using: tuple[WrittenUse, ...] = ()

    def line(self, goal: Goal, using: tuple[Lemma, ...] = ()) -> Line:
        """The relation with its goal and lemmas, and the places of its sides."""
        sides = ((self.relation.left, self.left), (self.relation.right, self.right))
        left, right = (text.locate(*side.at) if side.at else None for side, text in sides)
        return Line(self.relation, goal, self.span, left=left, right=right, using=using)


def _claim(
    entry: Entry,
    file: LoadedFile,
    outer: Scope,
    shared: tuple[Hypothesis, ...],
    problems: list[Problem],
    library: Library,
) -> Claim | None:
    own: list[Problem] = []
    scope = declare(outer, entry.variables, entry.define, own)
    if entry.value:
        lines, correction, ends = printed(entry, scope, own), None, None
    else:
        lines, correction, ends = _decided(entry, scope, shared, library, own)
    problems += (p.placed(file.path, entry.head, entry.id) for p in causes(own))
    if _is_fatal(own) or not lines:
        return None
    return Claim(
        id=entry.id,
        path=file.path,
        span=entry.span,
        lines=tuple(lines),
        chained=bool(entry.steps or entry.cases),
        title=entry.title,
        expect=entry.expect,
        because=entry.because,
        source=entry.source,
        tags=entry.tags,
        correction=correction,
        ends=ends,
        definitions=tuple(t.definition for t in scope.templates.values()),
        declarations=(*scope.variables.values(), *(Declaration(i, "index", (d,)) for i, d in scope.indices.items())),
        assumptions=tuple(a.text for a in (*file.assume, *entry.assume)),
        text="\n".join(s.text for s in (entry.claim, entry.value, *_all_steps(entry)) if s),
        largest_step=file.largest_step,
    )


def _all_steps(entry: Entry) -> tuple[WrittenStep, ...]:
    return (*entry.steps, *(step for case in entry.cases for step in case.steps))


def _decided(
    entry: Entry, scope: Scope, shared: tuple[Hypothesis, ...], library: Library, problems: list[Problem]
) -> tuple[list[Line], Line | None, Line | None]:
    """The lines of a claim, its correction and its ends, all in one scope with the same indices."""
    lines = _lines(entry, scope, problems)
    correction = _chain(entry.correction, scope, problems) if entry.correction else []
    if len(correction) > 1:
        problems.append(problem("DV085", help="write one relation").placed("", correction[0].left.span))
    assumed = [w for text in entry.assume for w in _chain(text, scope, problems, "DV094")]
    whens = [[w for text in case.when for w in _chain(text, scope, problems, "DV094")] for case in entry.cases]
    if _is_fatal(problems):
        return [], None, None
    if entry.stable and not _is_equation(lines, entry):
        problems.append(problem("DV029", found=entry.stable).placed("", lines[-1].span))
        return [], None, None
    ends = _ends(lines) if lines and _all_steps(entry) else []
    written = [*lines, *correction, *ends]
    if entry.using:
        written = [replace(w, using=(*entry.using, *w.using)) for w in written]
    stated, covers = _goals(written, assumed, whens, shared, scope, library, problems)
    if not stated:
        return [], None, None
    made = [_line(w, line, entry, scope, problems) for w, line in zip(lines, stated, strict=False)]
    further = stated[len(lines) :]
    last = replace(further[-1], using=_steps_as_lemmas(made)) if ends else None
    return [*made, *covers], further[0] if correction else None, last


def _steps_as_lemmas(lines: list[Line]) -> tuple[Lemma, ...]:
    """What the ends may rest on: the steps of one chain; those of cases hold in their case only."""
    if any(line.case for line in lines) or not any(line.using for line in lines):
        return ()
    return tuple(own(line, f"step {number}") for number, line in enumerate(lines, 1))


def _lines(entry: Entry, scope: Scope, problems: list[Problem]) -> list[_Written]:
    if entry.claim:
        return _chain(entry.claim, scope, problems)
    if entry.steps:
        return _steps(entry.steps, scope, problems)
    return [w for n, case in enumerate(entry.cases) for w in _of_case(n, case, scope, problems)]


def _of_case(number: int, case: WrittenCase, scope: Scope, problems: list[Problem]) -> list[_Written]:
    if not case.steps:
        empty = problem("DV086", found="`steps` of a case is empty", repair="write an expression, then `== x + 1`")
        problems.append(empty.placed("", case.when[0].span if case.when else None))
        return []
    return [replace(w, case=number) for w in _steps(case.steps, scope, problems)]


def _line(written: _Written, stated: Line, entry: Entry, scope: Scope, problems: list[Problem]) -> Line:
    line = replace(stated, goal=replace(stated.goal, stable=entry.stable)) if entry.stable else stated
    if written.case is not None:
        line = replace(line, case=", ".join(text.text for text in entry.cases[written.case].when))
    if written.by is None:
        return line
    try:
        return replace(line, by=ground(written.by, written.relation, line.goal, scope))
    except InputError as error:
        problems += error.problems
        return line


def _ends(lines: list[_Written]) -> list[_Written]:
    """The relation between the first and last expression of a chain; of several, if they share these."""
    chains = [[w for w in lines if w.case == number] for number in dict.fromkeys(w.case for w in lines)]
    outer = {(chain[0].relation.left, chain[-1].relation.right) for chain in chains}
    found = compose(*([w.relation for w in chain] for chain in chains))
    if found is None or len(outer) > 1 or len(lines) == 1:
        return []
    return [_Written(found, lines[0].left, chains[0][-1].right, lines[-1].span)]


def _is_equation(lines: list[_Written], entry: Entry) -> bool:
    return not entry.steps and len(lines) == 1 and lines[0].relation.op == "=="


def _is_fatal(problems: Iterable[Problem]) -> bool:
    return any(not p.is_lint for p in problems)


# --- from texts to relations


def _chain(text: Scalar, scope: Scope, problems: list[Problem], missing: str = "DV085") -> list[_Written]:
    """The relations of a text such as ``0 < s[i] < 1``, one for each sign."""
    try:
        left, rest = parse_relation_chain(text.text, scope.names)
    except InputError as error:
        problems += placed(error.problems, text)
        return []
    if not rest:
        problems.append(problem(missing, found=f"`{clip(text.text)}`").placed("", text.span))
    found = []
    for op, right in rest:
        at = (left.at[0], right.at[1]) if left.at and right.at else None
        span = text.locate(*at) if at and len(rest) > 1 else text.span
        found.append(_Written(Relation(left, op, right, at=at), text, text, span))
        left = right
    return found


def _steps(steps: tuple[WrittenStep, ...], scope: Scope, problems: list[Problem]) -> list[_Written]:
    """One relation for every line after the first; each line continues from the one before it."""
    if len(steps) < 2:
        alone = problem("DV086", found="`steps` has one line only", repair="add a line such as `== x + 1`")
        problems.append(alone.placed("", steps[0].to.span))
    if steps[0].by:
        repair = "give the reason of the line that continues from it"
        problems.append(
            problem("DV086", found="the first line has a reason", repair=repair).placed("", steps[0].by.span)
        )
    sides: list[Term] = []
    found = []
    for number, step in enumerate(steps):
        text = step.to
        try:
            op, side = parse_step(text.text, scope.names) if number else ("==", parse(text.text, scope.names))
        except InputError as error:
            problems += placed(error.problems, text)
            continue
        if number and len(sides) == number:
            relation = Relation(sides[-1], op, side)
            found.append(_Written(relation, steps[number - 1].to, text, text.span, step.by, using=step.using))
        sides.append(side)
    return found


# --- from relations to goals


def _goals(
    written: list[_Written],
    assumed: list[_Written],
    whens: list[list[_Written]],
    shared: tuple[Hypothesis, ...],
    scope: Scope,
    library: Library,
    problems: list[Problem],
) -> tuple[list[Line], list[Line]]:
    """A line for each relation, all with the same indices, and those that say that the cases cover everything.

    None when something is wrong with one of them.
    """
    inference = Inference(scope)
    relations = [_inferred(w, inference, problems) for w in written]
    free = frozenset(inference.free)
    for w in written:
        for side, text in ((w.relation.left, w.left), (w.relation.right, w.right)):
            problems += unused_indices(side, text, scope)
            problems += shadowed_indices(side, text, free)
    hypotheses = [_hypothesis(w, inference, free, problems) for w in assumed]
    cases = [[_hypothesis(w, inference, free, problems) for w in when] for when in whens]
    used = {use: instances((use,), library.find, inference) for w in written for use in w.using}
    inference.finish()
    problems += inference.problems
    problems += _wrong_cases(whens, cases)
    if _is_fatal(problems):
        return [], []
    own = [_resolved(h, inference) for h in hypotheses]
    met = [[_resolved(h, inference) for h in case] for case in cases]
    goals = [
        goal(_resolved_relation(r, inference), [*own, *(met[w.case] if w.case is not None else ())], shared, scope)
        for w, r in zip(written, relations, strict=True)
    ]
    covers = [
        replace(whens[-1][n].line(goal(relation, [*own, *denied], shared, scope)), covers=True)
        for n, relation, denied in (cover(met, scope.dimensions) if met else ())
    ]
    return [_with_lemmas(w, g, used, inference, problems) for w, g in zip(written, goals, strict=True)], covers


def _with_lemmas(
    written: _Written,
    goal: Goal,
    used: Mapping[WrittenUse, list[Instance]],
    inference: Inference,
    problems: list[Problem],
) -> Line:
    using = tuple(lemma for use in written.using for lemma in lemmas(used[use], goal, inference))
    if weight(using) > MOST:
        found = problem("DV016", what="lemmas that a line rests on", found=f"over {MOST}", limit=MOST)
        problems.append(found.placed("", written.using[0].id.span))
    return written.line(goal, using)


def _wrong_cases(whens: list[list[_Written]], cases: list[list[Hypothesis]]) -> Iterator[Problem]:
    """What keeps an assumption of a case from having an opposite."""
    for w, h in ((w, h) for pair in zip(whens, cases, strict=True) for w, h in zip(*pair, strict=True)):
        if h.quantified:
            found = f"`{h.text}` is about every `{h.quantified[0].name}`"
            yield problem("DV069", found=found, repair="let the case speak of indices of the claim").placed("", w.span)
        elif not is_total(h.relation):
            found = f"`{clip(h.text)}` need not have a value"
            yield problem("DV069", found=found, repair="compare what is always defined").placed("", w.span)
    if cases and not is_bounded(cases):
        few = problem("DV069", found="the cases have too many combinations", repair="use fewer cases")
        yield few.placed("", whens[0][0].span)


def _inferred(written: _Written, inference: Inference, problems: list[Problem]) -> Relation:
    """The relation expanded, with a slot in every index."""
    scope = inference.scope
    relation = by_components(written.relation, scope)
    left = _expanded(relation.left, written.left, scope, problems)
    right = _expanded(relation.right, written.right, scope, problems)
    found = Relation(left, relation.op, right, at=relation.at)
    return inference.relation(found, written.left, written.right)


def _expanded(term: Term, text: Scalar, scope: Scope, problems: list[Problem]) -> Term:
    try:
        return expand(term, scope)
    except InputError as error:
        problems += placed(error.problems, text)
        return Number(Fraction(0))


def _hypothesis(written: _Written, inference: Inference, free: frozenset[str], problems: list[Problem]) -> Hypothesis:
    """A hypothesis with slots; an index that is free in the claim is that one, any other is quantified."""
    relation = _of_indices(written.relation, inference.scope, free)
    inference.free, claim = {n: s for n, s in inference.free.items() if n in free}, inference.free
    found = _inferred(replace(written, relation=relation), inference, problems)
    quantified = tuple(Index(n, slot) for n, slot in inference.free.items() if n not in free)
    inference.name()
    inference.free = claim
    return Hypothesis(found, quantified, written.left.text)


def _shared(text: Scalar, scope: Scope, problems: list[Problem]) -> list[Hypothesis]:
    """The hypotheses of a text that every claim shares: all their indices are quantified."""
    found = []
    for written in _chain(text, scope, problems, "DV094"):
        inference = Inference(scope)
        hypothesis = _hypothesis(written, inference, frozenset(), problems)
        inference.finish()
        problems += inference.problems
        found.append(_resolved(hypothesis, inference))
    return found


def _of_indices(relation: Relation, scope: Scope, free: frozenset[str]) -> Relation:
    """``i == j`` and ``i != j`` of indices as a statement about their delta; any other relation unchanged."""
    known = free | scope.indices.keys() | {str(i.name) for i in _subscripts(relation)}
    places = [_as_index(side, scope, known) for side in (relation.left, relation.right)]
    names = [side.name for side in (relation.left, relation.right) if isinstance(side, Variable)]
    if relation.op not in ("==", "!=") or None in places or not names:
        return relation
    left, right = (p for p in places if p)
    if not known.intersection(names) and len(names) < 2:
        return relation
    value = Number(Fraction(1 if relation.op == "==" else 0))
    return replace(relation, left=Delta(left, right, at=relation.at), op="==", right=value)


def _subscripts(relation: Relation) -> Iterable[Index]:
    terms = (*subterms(relation.left), *subterms(relation.right))
    return (i for t in terms if isinstance(t, Component | Delta) for i in own_indices(t))


def _as_index(side: Term, scope: Scope, known: frozenset[str]) -> Index | None:
    if isinstance(side, Variable) and (side.name in known or side.name not in scope.names):
        return Index(side.name, at=side.at)
    if isinstance(side, Number) and side.value.denominator == 1 and side.value >= 1:
        return Index(int(side.value), at=side.at)
    return None


def _resolved(hypothesis: Hypothesis, inference: Inference) -> Hypothesis:
    quantified = tuple(replace(i, dimension=inference.find(i.dimension)) for i in hypothesis.quantified)
    return replace(hypothesis, relation=_resolved_relation(hypothesis.relation, inference), quantified=quantified)


def _resolved_relation(relation: Relation, inference: Inference) -> Relation:
    left, right = inference.resolved(relation.left), inference.resolved(relation.right)
    return Relation(left, relation.op, right, at=relation.at)
