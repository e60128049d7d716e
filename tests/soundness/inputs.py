"""Hostile input against everything that reads: ``python -m tests.soundness.inputs --count 200000 --seed 1``.

Claim files, claims, hypotheses, the configuration, what a cache keeps, reports to be merged, certificates and words of
a selection are mutated, by characters, by tokens, by lines, and crossed with each other. An input whose answer is of a
new sort (another set of messages) joins those that are mutated. Whatever comes in: no exception but those that are
meant, nothing executed, nothing opened, and within the time and memory that an input may take.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from importlib import import_module
from pathlib import Path
from random import Random
from time import perf_counter, process_time
from typing import Any

from msgspec import Struct, field

from derive.configure import configure
from derive.elaborate import elaborate
from derive.errors import Problem
from derive.find import Target
from derive.load import load_text
from derive.outcome import ClaimFile, Results
from derive.parse import parse_relation_chain
from derive.recheck.check import check
from derive.recheck.terms import Rejected
from derive.record import recall, record
from derive.report import FORMATS, report
from derive.report.merge import merge
from derive.report.paint import Paint
from derive.run.decide import decide
from derive.run.run import run
from derive.select import select
from tests.soundness.claims import CASES, ROOT

SECONDS = 5.0
BYTES = 3_000_000_000
OWN = ("pyproject.toml", "hostile.yaml")
PAINT = Paint(False, True, 80)
MOST_SEEDS = 4_000
MOST_LENGTH = 20_000
FORBIDDEN = ("exec", "os.system", "os.exec", "os.posix_spawn", "os.fork", "subprocess.Popen", "socket.connect")
TOKENS = (
    *(
        "x",
        "o[i]",
        "Sum(",
        ", k)",
        "diff(",
        "**",
        "==",
        "!=",
        "<",
        ">=",
        "(",
        ")",
        "[",
        "]",
        ",",
        "-",
        "9" * 40,
        "1e999",
    ),
    *("lambda", "import os", "__class__", "\\", "'", '"', "|", ">", "&a", "*a", "!!python/object", "<<", "{", "}", "#"),
    *(
        ": ",
        "- ",
        "\n",
        "\n  ",
        "\t",
        "\0",
        "\u2028",
        "\ufeff",
        "\ud800",
        "𝒙",
        "null",
        "true",
        "1:30",
        "0x10",
        "∑",
        "é" * 9,
    ),
    *("claims:", "variables:", "define:", "assume:", "steps:", "cases:", "when:", "at:", "prints:", "expect: refuted"),
    *("oo", "pi", "limit(", "argmin(", "Max(", "KroneckerDelta(", "real[n]", "simplex[n]", "index[n]", "1/0", "n", "0"),
)


class Report(Struct):
    """The tallies of a run, and what was wrong."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    slowest: float = 0.0


class _TooLong(BaseException):
    """Not to be caught by what is attacked."""


# What reads. Each gives a sort of answer, the same for inputs that fare alike; exceptions that are meant are answers.


def _file(text: str) -> Hashable:
    """A claim file, to goals."""
    loaded = load_text(text, "hostile.yaml")
    claims, problems = elaborate(loaded)
    found = (*loaded.problems, *problems)
    assert all(p.span and len(p.message) < 2_000 for p in found), "a problem without a place, or without an end"
    return _sort(found), min(len(claims), 3)


def _sort(problems: tuple[Problem, ...]) -> Hashable:
    return frozenset(p.code for p in problems)


def _claim(text: str) -> Hashable:
    """The text of a relation or an expression."""
    from derive.errors import InputError

    try:
        left, rest = parse_relation_chain(text, frozenset({"x", "o", "n"}))
    except InputError as error:
        return _sort(error.problems)
    return type(left).__name__, len(rest)


def _decision(text: str) -> Hashable:
    """A claim file, to verdicts and reports."""
    results = _results(text)
    for format in FORMATS:
        report(results, format, PAINT).encode("utf-8")
    assert "DV900" not in (p.code for p in results.problems), [p.message for p in results.problems]
    return _sort(results.problems), tuple(o.word for o in results.outcomes)


def _results(text: str) -> Results:
    Path("hostile.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
    return run([Target(Path("hostile.yaml"))])


def _report(text: str) -> Hashable:
    """A claim file that is not decided, to reports of what is wrong with it."""
    loaded = load_text(text, "hostile.yaml")
    problems = (*loaded.problems, *elaborate(loaded)[1])
    results = Results((ClaimFile("hostile.yaml", loaded.title, tuple(text.split("\n"))),), problems=problems)
    for format in FORMATS:
        report(results, format, PAINT).encode("utf-8")
    return _sort(problems)


def _configuration(text: str) -> Hashable:
    Path("pyproject.toml").write_text(text, encoding="utf-8", errors="surrogatepass")
    return _sort(configure().problems)


def _kept(text: str) -> Hashable:
    """What stands in a cache, once its seal is believed."""
    try:
        return type(recall(text)).__name__
    except ValueError:
        return "no verdict"


def _certificate(text: str) -> Hashable:
    try:
        return tuple(line.verdict for line in check(text))
    except Rejected as rejected:
        return re.sub(r"\W.*", "", str(rejected))


def _merged(text: str) -> Hashable:
    try:
        return len(merge({"a.json": text})["claims"])
    except ValueError as error:
        return re.sub(r"[\d`'].*", "", str(error))


def _selection(text: str) -> Hashable:
    try:
        return select(text) is None
    except ValueError:
        return "no words"


READERS: dict[str, Callable[[str], Hashable]] = {
    "file": _file,
    "claim": _claim,
    "decision": _decision,
    "report": _report,
    "configuration": _configuration,
    "kept": _kept,
    "certificate": _certificate,
    "merged": _merged,
    "selection": _selection,
}
WEIGHTS = {
    "file": 40,
    "claim": 30,
    "decision": 1,
    "report": 10,
    "configuration": 8,
    "kept": 8,
    "certificate": 8,
    "merged": 5,
    "selection": 5,
}


# Inputs.


def seeds() -> dict[str, list[str]]:
    """Inputs as they should be, to be mutated."""
    files = list(_small_files())
    claims = re.findall(r"claim: (.+)", "\n".join(files))
    certificates = [p.read_text("utf-8") for p in sorted((ROOT / "tests" / "certificates").glob("*/*.json"))[:60]]
    golden = [(ROOT / "tests" / "golden" / name).read_text("utf-8") for name in ("json.txt", "mixed.json.txt")]
    return {
        "file": files,
        "claim": claims,
        "decision": files,
        "report": files,
        "configuration": ['[tool.derive]\nfiles = ["a.yaml"]\nstrict = true\nformat = ["full", "sarif=out.sarif"]\n'],
        "kept": [record(decide(c.lines[0].goal)) for text in files[:20] for c in _claims(text)],
        "certificate": [text for text in certificates if len(text) < MOST_LENGTH] or ["{}"],
        "merged": golden,
        "selection": ["softmax and not (loss or tag)", "a or b", "not a"],
    }


def _claims(text: str) -> tuple[Any, ...]:
    return elaborate(load_text(text, "seed.yaml"))[0]


def _small_files() -> Iterator[str]:
    """The head of every case file with a few of its claims."""
    for path in (*CASES, *sorted((ROOT / "tests" / "hostile").glob("*.yaml"))):
        head, _, rest = path.read_text("utf-8").partition("claims:\n")
        claims = re.split(r"\n(?=  - )", rest)
        for start in range(0, min(len(claims), 12), 3):
            yield f"{head}claims:\n" + "\n".join(claims[start : start + 3]) + "\n"


def mutated(random: Random, pool: list[str]) -> str:
    """One of the pool with a few edits."""
    text = random.choice(pool)
    for _ in range(random.choice((1, 1, 2, 3, 6))):
        text = random.choice(EDITS)(random, text, pool)[:MOST_LENGTH]
    return text


def _span(random: Random, text: str, most: int) -> tuple[int, int]:
    start = random.randrange(len(text) + 1)
    return start, min(len(text), start + random.randrange(most))


def _cut(random: Random, text: str, pool: list[str]) -> str:
    start, end = _span(random, text, random.choice((2, 8, 80)))
    return text[:start] + text[end:]


def _inserted(random: Random, text: str, pool: list[str]) -> str:
    start, end = _span(random, text, random.choice((1, 1, 6)))
    return text[:start] + random.choice(TOKENS) + text[end:]


def _character(random: Random, text: str, pool: list[str]) -> str:
    start, end = _span(random, text, 2)
    return text[:start] + chr(random.choice((random.randrange(128), random.randrange(0x10FFFF)))) + text[end:]


def _repeated(random: Random, text: str, pool: list[str]) -> str:
    start, end = _span(random, text, random.choice((3, 20, 200)))
    return text[:end] + text[start:end] * random.choice((1, 2, 30, 400)) + text[end:]


def _crossed(random: Random, text: str, pool: list[str]) -> str:
    other = random.choice(pool)
    (start, end), (first, last) = _span(random, text, 60), _span(random, other, 200)
    return text[:start] + other[first:last] + text[end:]


def _moved(random: Random, text: str, pool: list[str]) -> str:
    lines = text.split("\n")
    line = lines.pop(random.randrange(len(lines)))
    lines.insert(random.randrange(len(lines) + 1), line)
    return "\n".join(lines)


def _number(random: Random, text: str, pool: list[str]) -> str:
    found = list(re.finditer(r"\d+", text))
    if not found:
        return text
    at = random.choice(found)
    return text[: at.start()] + random.choice(("0", "-1", "1e9", "9" * 30, "0.5", "1/0", "2", "NaN")) + text[at.end() :]


EDITS = (_cut, _inserted, _inserted, _character, _repeated, _crossed, _crossed, _moved, _number)


# The attack.


def attack(count: int, seed: int, readers: tuple[str, ...] = tuple(READERS)) -> Report:
    """So many inputs; in a folder of their own, under a limit of memory."""
    tallies, pools = Report(), seeds()
    sorts: dict[str, set[Hashable]] = {name: set() for name in READERS}
    seen: list[str] = []
    import_module("sympy")  # what is imported late, for a few claims only, runs code of its own
    for name in readers:
        READERS[name](pools[name][0])
    _watch(seen)
    for number in range(count):
        random = Random(f"{seed}/{number}")
        name = random.choices(readers, [WEIGHTS[r] for r in readers])[0]
        text = mutated(random, pools[name])
        sort = _read(name, text, tallies, seen)
        tallies.counts[name] += 1
        if sort not in sorts[name]:
            sorts[name].add(sort)
            pools[name] = [*pools[name][-MOST_SEEDS:], text]
    tallies.counts["sorts of answers"] = sum(map(len, sorts.values()))
    _EVENTS.clear()
    return tallies


def _read(name: str, text: str, report: Report, seen: list[str]) -> Hashable:
    """The sort of the answer; what should not happen is reported."""
    start = process_time()
    sort: Hashable = None
    limit = SECONDS * (6 if name == "decision" else 1)
    seen.clear()
    signal.setitimer(signal.ITIMER_VIRTUAL, limit)
    try:
        sort = READERS[name](text)
    except _TooLong:
        report.wrong.append(f"{name}: more than {limit} s\n{text!r}")
    except (Exception, RecursionError, MemoryError) as defect:
        report.wrong.append(f"{name}: {defect!r}\n{text!r}")
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    report.slowest = max(report.slowest, process_time() - start if name != "decision" else 0)
    report.wrong += [f"{name}: {event}\n{text!r}" for event in seen]
    return sort


_EVENTS: list[list[str]] = []


def _watch(seen: list[str]) -> None:
    """Have everything that is executed or opened told; a hook stays for the life of the process."""

    def stop(*_: object) -> None:
        raise _TooLong

    signal.signal(signal.SIGVTALRM, stop)
    if not _EVENTS:
        sys.addaudithook(_heard)
    _EVENTS[:] = [seen]


def _heard(event: str, arguments: tuple[Any, ...]) -> None:
    if _EVENTS and _is_forbidden(event, arguments):
        _EVENTS[0].append(f"{event} {arguments!r}"[:200])


def _is_forbidden(event: str, arguments: tuple[Any, ...]) -> bool:
    if event == "open":
        is_write = isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
        return bool(is_write) and not str(arguments[0]).endswith(OWN)
    if event == "exec":  # a module that is imported late is a file of the program, of Python, or of a package
        code = arguments[0]
        return not (code.co_name == "<module>" and os.path.isfile(code.co_filename))
    return event in FORBIDDEN


def main() -> int:
    """Run from the command line; the exit code is 1 where something was found."""
    parser = argparse.ArgumentParser(description="Hostile input against everything that reads.")
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--readers", nargs="+", choices=READERS, default=tuple(READERS))
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    started = perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        report = attack(options.count, options.seed, tuple(options.readers))
        os.chdir(ROOT)
    print(*(text[:3_000] for text in report.wrong[:20]), sep="\n\n")
    print(", ".join(f"{name} {count}" for name, count in report.counts.items()))
    print(f"{len(report.wrong)} findings, slowest {report.slowest:.2f} s, {perf_counter() - started:.0f} s in all")
    return 1 if report.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
