"""Layout -> one line of Unicode."""

from __future__ import annotations

from unicodedata import normalize

from derive.show.layout import Big, Digits, Fence, Layout, Letter, Over, Root, Row, Scripts, Symbol, Word
from derive.show.name import ACCENTS, split
from derive.signature import FUNCTIONS

SYMBOLS = {
    "+": " + ",
    "-": " − ",
    "neg": "−",
    "pos": "+",
    "*": "·",
    "times": "·",
    "/": "/",
    "==": " = ",
    "!=": " ≠ ",
    "<": " < ",
    "<=": " ≤ ",
    ">": " > ",
    ">=": " ≥ ",
    ":=": " := ",
    ",": ", ",
    " ": " ",
    "->": "→",
    "apply": "",
    "pi": "π",
    "E": "e",
    "oo": "∞",
    "d": "∂",
    "delta": "δ",
    "Sum": "Σ",
    "Product": "Π",
}
RAISED = dict(zip("0123456789+−-()abcdefghijklmnoprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", strict=True))
LOWERED = dict(zip("0123456789aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", strict=True))
LONGEST_RAISED = 4  # characters


def line(part: Layout) -> str:
    """The layout on one line, with scripts where Unicode has them, else ``o[b]`` and ``x^(a/b)``."""
    match part:
        case Letter(name):
            return letter(name)
        case Word(name):
            return word(name)
        case Digits(text):
            return text
        case Symbol(key):
            return SYMBOLS[key]
        case Row(parts):
            return "".join(map(line, parts))
        case Fence(body, kind):
            return _fenced(line(body), kind)
        case Over(above, below):
            return f"{line(above)}/{line(below)}"
        case Scripts(base, below, above):
            return line(base) + lowered(base, [line(i) for i in below]) + (raised(above) if above else "")
        case Root(degree, body):
            inner = line(body)
            return f"{'√' if degree == 2 else '∛'}{inner if isinstance(body, Letter | Digits) else f'({inner})'}"
        case Big(symbol, below, body):
            return f"{line(symbol)}{_under(line(below))} {line(body)}"


def letter(name: str) -> str:
    """A name with its Greek letter, its accent and its number."""
    parts = split(name)
    accent = ACCENTS[parts.accent] if parts.accent else ""
    base = normalize("NFC", parts.base[:1] + accent + parts.base[1:])
    return base + _with_index(parts.index)


def word(name: str) -> str:
    """A function as it is printed."""
    row = FUNCTIONS.get(name)
    return (row.unicode if row else "") or {"Max": "max", "Min": "min"}.get(name, name)


def lowered(base: Layout, indices: list[str]) -> str:
    """Indices below the line, or in brackets where Unicode lacks one of them or they would run together."""
    if not indices:
        return ""
    plain = not isinstance(base, Letter) or not split(base.name).index
    if plain and all(i in LOWERED and i.isalpha() for i in indices):
        return "".join(LOWERED[i] for i in indices)
    if plain and len(indices) == 1 and indices[0].isdigit():
        return _with_index(indices[0])
    return f"[{', '.join(indices)}]"


def raised(exponent: Layout) -> str:
    """An exponent above the line, or after a caret."""
    text = line(exponent)
    if len(text) <= LONGEST_RAISED and all(c in RAISED for c in text):
        return "".join(RAISED[c] for c in text)
    return f"^{text}" if isinstance(exponent, Letter | Digits | Symbol | Fence) else f"^({text})"


def _with_index(index: str) -> str:
    return "".join(LOWERED[c] for c in index) if index.isdigit() else f"_{index}" if index else ""


def _under(text: str) -> str:
    return LOWERED[text] if text in LOWERED else f"_{text}" if len(text) == 1 else f"_{{{text.replace(' ', '')}}}"


def _fenced(inner: str, kind: str) -> str:
    # Bars within bars do not show which of them belong together.
    if kind == "||" and "|" in inner:
        return f"abs({inner})"
    return kind[0] + inner + kind[1]
