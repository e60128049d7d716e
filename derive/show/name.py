"""Names of variables as people write them: Greek letters, accents, and the index that is part of a name."""

from __future__ import annotations

import re
from unicodedata import normalize

from msgspec import Struct

GREEK = {
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "delta": "δ",
    "epsilon": "ε",
    "zeta": "ζ",
    "eta": "η",
    "theta": "θ",
    "iota": "ι",
    "kappa": "κ",
    "lambda": "λ",
    "mu": "μ",
    "nu": "ν",
    "xi": "ξ",
    "pi": "π",
    "rho": "ρ",
    "sigma": "σ",
    "tau": "τ",
    "upsilon": "υ",
    "phi": "φ",
    "chi": "χ",
    "psi": "ψ",
    "omega": "ω",
    "Gamma": "Γ",
    "Delta": "Δ",
    "Theta": "Θ",
    "Lambda": "Λ",
    "Xi": "Ξ",
    "Pi": "Π",
    "Sigma": "Σ",
    "Phi": "Φ",
    "Psi": "Ψ",
    "Omega": "Ω",
}
"""The English names of Greek letters; ``lam`` and ``lambda_`` stand for the reserved word."""

LETTERS = {letter: word for word, letter in GREEK.items()}
ACCENTS = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303", "dot": "\u0307"}

_COMPACT = re.compile(rf"({'|'.join((*GREEK, 'lam'))}|[^\W\d_])(hat)?([0-9]*)")
_HATTED = {*"pqxyz", *GREEK, *LETTERS, "lam"}


class Name(Struct, frozen=True):
    """A name in parts: a letter or a word, an accent (a key of ``ACCENTS``) or none, an index that belongs to it."""

    base: str
    accent: str = ""
    index: str = ""


def split(name: str) -> Name:
    """``lam`` -> λ, ``y_hat``, ``yhat`` and ``ŷ`` -> y with a hat, ``x_1`` and ``x1`` -> x with the index 1."""
    plain, accent = _without_mark(name)
    base, *rest = plain.split("_")
    if rest and rest[0] in ACCENTS and not accent:
        accent = rest.pop(0)
    if len(rest) > 1 or "" in (base, *rest):
        return Name(_letter(plain))
    compact = _COMPACT.fullmatch(base)
    if compact is None or rest:
        return Name(_letter(base), accent, "".join(rest))
    letter, hat, digits = compact.groups()
    # `what` and `chat` are words, `yhat` is not.
    if hat and (accent or letter not in _HATTED):
        return Name(base, accent, digits)
    return Name(_letter(letter), accent or hat or "", digits)


def _without_mark(name: str) -> tuple[str, str]:
    """A letter with an accent of its own, such as ŷ, without it."""
    marked = normalize("NFD", name)
    for accent, mark in ACCENTS.items():
        if marked[1:2] == mark and mark not in marked[2:]:
            return normalize("NFC", marked.replace(mark, "")), accent
    return name, ""


def _letter(base: str) -> str:
    return "λ" if base in ("lam", "lambda_") else GREEK.get(base, base)
