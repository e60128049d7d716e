"""The nearest true form of a false claim: a natural condition under which it is proved, or one edit of its text.

Bounded in candidates and steps, and meant for findings only. What is suggested was read and proved like any claim.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from time import process_time

from msgspec.structs import replace

from derive.claim import Declaration, Goal, Line
from derive.elaborate import elaborate
from derive.errors import Span
from derive.judge import judge
from derive.kernel import Theorem
from derive.load import Entry, LoadedFile, Scalar, load
from derive.mutate import RELATION, Mutant, mutate
from derive.narrate import residue
from derive.outcome import Outcome, Results
from derive.prove import prove
from derive.refute import refute
from derive.term import Binary, Delta, Number, Op, Optimum, Relation, Term, children, size, subterms, with_children
from derive.verdict import Counterexample, Proved, Refuted, Undecided
from derive.write import write

MOST_EDITS = 600
MOST_WORK = 20_000  # edits times nodes
MOST_SECONDS = 0.8  # of processor time for the candidates of one kind
MOST_NODES = 300  # in what is longer one edit is seldom all that is wrong, and every one takes long to look at
MOST_EDITS_OF_OPTIMA = 60  # each is several claims: a value, admissible, better than all others
MOST_FINDINGS = 12
STEPS = 12_000
STEPS_OF_CONDITIONS = 60_000


def repair(results: Results, also_expected: bool = False) -> Results:
    """The results with suggestions for claims that are refuted though they should hold, in the help of the finding too.

    What remains of an undecided claim is told in its author's definitions. ``also_expected`` asks for suggestions to
    claims that are meant to be false and carry no correction, too.
    """
    left = MOST_FINDINGS
    outcomes = []
    for outcome in results.outcomes:
        expected = outcome.claim.expect == "refuted" and (not also_expected or outcome.claim.correction)
        if left and outcome.word == "refuted" and not expected:
            left -= 1
            outcome = _helped(outcome)
        elif left and outcome.word == "undecided" and outcome.findings:
            left -= 1
            outcome = _restated(outcome)
        outcomes.append(outcome)
    return replace(results, outcomes=tuple(outcomes))


def _restated(outcome: Outcome) -> Outcome:
    """What remains of an undecided line, in the author's definitions."""
    verdict, place = outcome.verdict, outcome.deciding
    if not isinstance(verdict, Undecided) or not verdict.residual:
        return outcome
    said = replace(verdict, residual=residue(verdict.residual, outcome.claim.lines[place], outcome.claim))
    verdicts = (*outcome.verdicts[:place], said, *outcome.verdicts[place + 1 :])
    findings = tuple(replace(f, verdict=said) if f.verdict == verdict else f for f in outcome.findings)
    return replace(outcome, verdicts=verdicts, findings=findings)


def _helped(outcome: Outcome) -> Outcome:
    said = _suggestions(outcome)
    findings = outcome.findings
    if said and findings and findings[0].problem.code == "DV101":
        first = replace(findings[0], problem=replace(findings[0].problem, help="; or ".join(said)))
        findings = (first, *findings[1:])
    return replace(outcome, suggestions=said, findings=findings)


def _suggestions(outcome: Outcome) -> tuple[str, ...]:
    """What would make a refuted claim true, in words: an edit, a condition, one of each at most."""
    line = outcome.claim.lines[outcome.deciding]
    if not isinstance(outcome.verdict, Refuted) or outcome.claim.is_printed or outcome.verdict.floats:
        return ()
    if size(line.goal.left) + size(line.goal.right) > MOST_NODES:
        return ()
    file = load(Path(outcome.claim.path))
    entry = next((e for e in file.entries if e.id == outcome.claim.id), None)
    if entry is None:
        return ()
    # A line of a case holds under what the case assumes.
    met = next((case.when for case in entry.cases if ", ".join(text.text for text in case.when) == line.case), ())
    assume = (*entry.assume, *met)
    plain = replace(entry, claim=_scalar(line.written), steps=(), cases=(), assume=assume)
    plain = replace(plain, correction=None, expect="proved", stable=None)
    conditioned = _first(file, _conditioned(plain, line.goal), STEPS_OF_CONDITIONS)
    edits = [(f"`{write(r)}` is proved", replace(plain, claim=_scalar(r))) for r in _edits(line)]
    edited = _first(file, edits)
    return tuple(filter(None, (edited, conditioned)))


def _conditioned(entry: Entry, goal: Goal) -> list[tuple[str, Entry]]:
    """The claim under one more hypothesis, or with one of its own turned around."""
    more = [(f"as it stands it needs `assume: {c}`", (*entry.assume, _text(c))) for c in _conditions(goal)]
    for place, own in enumerate(entry.assume):
        for turned in _turned(own.text):
            said = f"as it stands it needs `{turned}` in the place of `{own.text}`"
            more.insert(0, (said, (*entry.assume[:place], _text(turned), *entry.assume[place + 1 :])))
    return [(said, replace(entry, assume=assume)) for said, assume in more]


def _turned(text: str) -> Iterator[str]:
    """The hypothesis with the opposite relation; a chain has none."""
    for old, new in (("==", "!="), ("!=", "=="), (">=", "<="), ("<=", ">="), (">", "<"), ("<", ">")):
        if text.count(old) == 1:
            yield text.replace(old, new)
            return


def _scalar(relation: Relation) -> Scalar:
    return _text(write(relation))


def _text(text: str) -> Scalar:
    return Scalar(text, Span(1, 1, 1, 1))


def _first(file: LoadedFile, candidates: list[tuple[str, Entry]], steps: int = STEPS) -> str:
    """What is said of the first candidate that is proved; those that cannot be read or say nothing are passed over."""
    texts = {f"c{number}": text for number, (text, _) in enumerate(candidates)}
    entries = tuple(replace(entry, id=f"c{number}") for number, (_, entry) in enumerate(candidates))
    claims, _ = elaborate(replace(file, entries=entries, problems=()))
    deadline = process_time() + MOST_SECONDS
    for claim in claims:
        if process_time() > deadline:
            # Suggestions are a courtesy; a verdict never depends on the clock.
            return ""
        if all(_holds(line.goal, steps) for line in claim.lines):
            return texts[claim.id]
    return ""


def _holds(goal: Goal, steps: int) -> bool:
    if goal.left == goal.right:
        return False
    if goal.op != "==" and isinstance(refute(goal, effort=0), Counterexample):
        return False
    proof = prove(goal, steps, depth=1)
    return isinstance(proof, Theorem) and isinstance(judge(goal, proof, refute(goal, effort=0)), Proved)


# Conditions.


def _conditions(goal: Goal) -> Iterator[str]:
    """What people forget to say of dimensions, indices and values, in the order in which it is likely."""
    yield from (f"{name} >= 2" for name in goal.dimensions)
    for left, right in combinations(goal.indices, 2):
        if left.dimension == right.dimension:
            yield f"{left.name} != {right.name}"
    for d in goal.declarations:
        if d.name not in goal.dimensions:
            yield from _of_variable(d)
    scalars = [d.name for d in goal.declarations if not d.dimensions and d.name not in goal.dimensions]
    for first, second in combinations(scalars[:4], 2):
        yield from (f"{first} {op} {second}" for op in (">=", "<=", ">", "<", "!="))
    for left, right in combinations(goal.indices, 2):
        if left.dimension == right.dimension:
            yield f"{left.name} == {right.name}"
    yield from (f"{name} >= 3" for name in goal.dimensions)
    yield from (f"{name} == 2" for name in goal.dimensions)


def _of_variable(declared: Declaration) -> Iterator[str]:
    if not declared.dimensions:
        weak = () if declared.type == "nonzero" else (">= 0", "<= 0")
        bounds = (*weak[:1], "> 0", "!= 0", "<= 1", "< 1", ">= 1", *weak[1:], "< 0")
        yield from (f"{declared.name} {bound}" for bound in bounds)
    elif len(declared.dimensions) == 1 and declared.type not in ("onehot", "simplex"):
        index = next(letter for letter in "klmpqr" if letter != declared.name)
        yield f"Sum({declared.name}[{index}], {index}) == 1"
        yield from (f"{declared.name}[{index}] {bound}" for bound in (">= 0", "> 0", "<= 1"))
        yield f"Sum({declared.name}[{index}], {index}) > 0"
        yield f"Sum({declared.name}[{index}], {index}) == 0"


# Edits.


def _edits(line: Line) -> list[Relation]:
    """Single edits of the relation as written: of the right side before the left one, the likeliest first.

    Of a relation between numbers only the relation itself: some other number would do, and mean nothing.
    """
    mutants = [m for m in mutate(line.written) if m.kind != RELATION or _weakens(line.written.op, m.relation.op)]
    if not line.goal.declarations:
        mutants = [m for m in mutants if m.kind == RELATION]
    mutants = [m for m in mutants if not _equates_an_index(m.relation)]
    last_index_first = [m for m in reversed(mutants) if m.kind == "index"]
    mutants = [*last_index_first, *(m for m in mutants if m.kind != "index")]
    mutants.sort(key=lambda m: _rank(m, line.written))
    nodes = size(line.goal.left) + size(line.goal.right)
    most = MOST_EDITS_OF_OPTIMA if isinstance(line.written.left, Optimum) else min(MOST_EDITS, MOST_WORK // nodes)
    return [_tidied(m.relation) for m in mutants[:most]]


def _tidied(relation: Relation) -> Relation:
    return replace(relation, left=_without_ones(relation.left), right=_without_ones(relation.right))


def _without_ones(term: Term) -> Term:
    below = children(term)
    term = with_children(term, tuple(map(_without_ones, below))) if below else term
    match term:
        case Binary("*" | "/", inner, Number(value)) | Binary("*", Number(value), inner) if value == 1:
            return inner
        case _:
            return term


def _equates_an_index(relation: Relation) -> bool:
    """Whether a delta compares an index with itself: nobody meant that."""
    parts = (*subterms(relation.left), *subterms(relation.right))
    return any(isinstance(t, Delta) and t.left.name == t.right.name for t in parts)


def _weakens(old: Op, new: Op) -> bool:
    return (old, new) in (("<", "<="), (">", ">="), ("<=", ">="), (">=", "<="), ("<", ">"), (">", "<"), ("!=", "=="))


def _rank(mutant: Mutant, written: Relation) -> tuple[bool, int]:
    likely = LIKELY.index(mutant.kind) if mutant.kind in LIKELY else len(LIKELY)
    return mutant.relation.left != written.left, likely


LIKELY = (
    RELATION,
    "index",
    "plus and minus",
    "sign",
    "dropped reduction",
    "added delta",
    "delta",
    "fraction bar",
    "added sum",
    "times and over",
    "times and plus",
    "exponent",
    "constant",
    "added factor",
    "dropped factor",
    "swapped",
    "dropped restriction",
    "added restriction",
    "dropped term",
    "reduction",
    "function",
)
