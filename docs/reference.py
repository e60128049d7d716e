"""The pages of docs/reference, written from the tables of the program: ``python docs/reference.py``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from derive.claim import ARRAY_TYPES, SCALAR_TYPES
from derive.configure import OPTIONS
from derive.elaborate.expand import HEADS
from derive.errors import CODES
from derive.kernel.rules import RULES
from derive.load import CASE_KEYS, CLAIM_KEYS, FILE_KEYS, STEP_KEYS, Key
from derive.report import FORMATS
from derive.signature import CONSTANTS, FUNCTIONS
from derive.term import OPS

FOLDER = Path(__file__).parent / "reference"
FAMILIES = {
    "DV0": "Files and claims that cannot be read",
    "DV1": "Refuted claims",
    "DV2": "Undecided claims",
    "DV3": "Conditions, hypotheses, second opinions",
    "DV5": "Hygiene",
    "DV9": "Defects of derive",
}
MEANINGS = {
    "Sum": "`Sum(e, k)`, `Sum(e, k, k != i)`: over the whole range of `k`, which it binds, or the range without `i`",
    "Product": "`Product(e, k)`, `Product(e, k, k != i)`: as for `Sum`",
    "KroneckerDelta": "`KroneckerDelta(i, j)`: 1 where the indices are equal, else 0",
    "diff": "`diff(e, v, w, 2)`: the ambient partial derivative by `v`, then twice by `w`; `v` is a variable or `o[j]`",
    "limit": "`limit(e, v, a)`, `limit(e, v, a, '+')`: two-sided unless a side is given; it asserts that it exists",
    "argmax": "`argmax(f, p) == e`: `e` is the unique global maximiser over what `p` may be",
    "argmin": "`argmin(f, p) == e`: the unique global minimiser",
    "Rational": "`Rational(1, 3)`: an exact number, as is `1/3`",
    "Max": "`Max(a, b, ..)`: the largest; `Max(o)`: the largest component of an array or a one-index definition",
    "Min": "`Min(a, b, ..)`, `Min(o)`: the smallest",
}
"""What is written for each of ``HEADS``."""


def pages() -> dict[str, str]:
    """Every page by the name of its file."""
    made = {
        "files.md": _files(),
        "terms.md": _terms(),
        "functions.md": _functions(),
        "rules.md": _rules(),
        "messages.md": _messages(),
        "configuration.md": _configuration(),
    }
    return {name: f"{text.rstrip()}\n" for name, text in made.items()}


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


def _files() -> str:
    parts = (
        ("A file", FILE_KEYS, "YAML 1.2. Positions are kept, and what is not known is an error."),
        ("A claim", CLAIM_KEYS, "An entry of `claims`. It has one of `claim`, `steps`, `cases` and `value`."),
        ("A step", STEP_KEYS, "An entry of `steps`: a text, or these keys."),
        ("A case", CASE_KEYS, "An entry of `cases`."),
    )
    sections = [f"## {title}\n\n{said}\n\n{_keys(keys)}" for title, keys, said in parts]
    return "# Claim files\n\n" + "\n".join(sections)


def _keys(keys: Iterable[Key]) -> str:
    rows = ([f"`{k.name}`", k.kind, "yes" if k.required else "", _doc(k)] for k in keys)
    return _table(("key", "value", "required", "meaning"), rows)


def _doc(key: Key) -> str:
    choices = ", ".join(f"`{c}`" for c in key.choices)
    return f"{key.doc} One of {choices}." if choices else key.doc


def _terms() -> str:
    relations = ", ".join(f"`{op}`" for op in OPS)
    heads = _table(("form", "meaning"), ([f"`{head}`", MEANINGS[head]] for head in HEADS))
    return (
        "# Terms and relations\n\n"
        "The text of a claim is Python infix. Literals are exact: `0.1` is 1/10. Nothing is evaluated when read.\n\n"
        f"Relations: {relations}; chained as in Python, `0 < s[i] <= 1`.\n\n"
        "Operators: `+ - * / **`. An integer exponent serves every base, and `x**0` is 1; any other exponent needs a "
        "base >= 0, and an exponent > 0 at base 0.\n\n"
        f"Constants: {', '.join(f'`{c}`' for c in CONSTANTS)}; `oo` is the point of a limit, or a whole side opposite "
        "one.\n\n"
        f"## Forms with a meaning of their own\n\n{heads}\n"
        "The functions of numbers are listed under [Functions](functions.md).\n\n"
        f"## Types\n\nOf scalars: {', '.join(f'`{t}`' for t in SCALAR_TYPES)}.\n\n"
        f"Of arrays, with their dimensions, as in `real[m, n]`: {', '.join(f'`{t}`' for t in ARRAY_TYPES)}. "
        "`simplex[n]` is closed: its components are >= 0 and sum to 1. `index[n]` declares an index, which seldom "
        "needs it: a name used as a subscript is an index of that dimension.\n"
    )


def _functions() -> str:
    rows = (
        [
            f"`{f.name}`",
            " and ".join(f"`{c}`" for c in f.domain) or "everywhere",
            ", ".join(f"`{d}`" for d in f.derivative) or "",
            " and ".join(f"`{c}`" for c in f.smooth),
            f.parity,
            f"`{f.range}`",
        ]
        for f in FUNCTIONS.values()
    )
    head = ("function", "defined where", "derivative", "which holds where", "parity", "values in")
    return f"# Functions\n\nConditions and derivatives are in the arguments `x` and `y`.\n\n{_table(head, rows)}"


def _rules() -> str:
    rows = ([f"`{r.name}`", r.title, f"`{r.says}`", "; ".join(r.requires)] for r in RULES.values())
    return (
        "# Rules\n\nWhat a proof may rest on; `derive explain R5` tells the same. Each rule is used only where what it "
        f"requires was seen to hold.\n\n{_table(('rule', 'title', 'says', 'requires'), rows)}"
    )


def _messages() -> str:
    sections = []
    for family, title in FAMILIES.items():
        rows = sorted((c for c in CODES.values() if c.code.startswith(family)), key=lambda c: c.code)
        shown = ([f"`{c.code}`", c.title, c.page] for c in rows)
        sections.append(f"## {title}\n\n{_table(('code', 'title', 'meaning'), shown)}")
    head = "# Messages\n\n`derive explain DV101` shows a message with its repair and an example.\n\n"
    return head + "\n".join(sections)


def _configuration() -> str:
    rows = ([f"`{o.name}`", f"`{o.example}`", o.doc] for o in OPTIONS)
    return (
        "# Configuration\n\nThe table `[tool.derive]` of the nearest `pyproject.toml`. An option of the command line "
        f"wins over it; a key that is not known is an error.\n\n{_table(('key', 'example', 'meaning'), rows)}\n"
        f"Reports: {', '.join(f'`{f}`' for f in FORMATS)}.\n"
    )


def main() -> None:
    """Write every page."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
