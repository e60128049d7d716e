"""What a proof rests on, in a few words: by the rules of the kernel, those first that say most."""

from __future__ import annotations

from derive.kernel import Theorem
from derive.kernel.rules import RULES

MOST = 2
CALCULATION = "calculate both sides"
ALONE = {
    "O7": "no component exceeds the largest one",
    "G9": "rounding changes a number by less than one",
    "N2": "rounding changes a number by less than one",
    "O15": "Cauchy-Schwarz",
    "O14": "Jensen's inequality",
}
"""Rules that say it all."""
WORDS = {
    "O18": "the sign of the derivative",
    "O19": "a weighted mean is at least the product of the powers",
    "O22": "a product of what exceeds 1 is at least 1 and the sum of the excesses",
    "O20": "both coordinates by the half of the angle",
    "O23": "a polynomial in the steps between the values",
    "O21": "the sign at one point, for there are no roots",
    "O13": "tangents lie on one side of log and exp",
    "O12": "a square is not negative",
    "O4": "a weighted mean of terms of one sign",
    "O6": "a term of a sum of positive terms",
    "O9": "a monotone function of both sides",
    "O10": "compare the exponentials",
    "K4": "the maximum is attained",
    "G6": "the range of the function",
    "G3": "an inverse on its branch",
    "G2": "a function of its inverse",
    "G8": "factorials",
    "H3": "one component is 1, the others are 0",
    "O16": "add inequalities",
    "K1": "cases of the indices",
    "K5": "cases of the dimension",
    "K2": "cases of the sign",
    "G7": "cases of absolute values and maxima",
    "O3": "a sum of terms of one sign",
    "O2": "the signs of the terms",
    "G1": "trigonometric identities",
    "N1": "enclose the numbers",
    "N3": "algebraic numbers",
    "K6": "write the sum out",
    "H2": "use what is assumed",
    "H4": "the components sum to 1",
    "S10": "use the sum that is assumed",
    "T2": "logarithms of products",
    "V7": "derivative of a product",
    "V2": "differentiate",
    "S3": "contract the delta",
    "D4": "both values of the delta",
    "P6": "rules of powers",
    "P4": "rules of logarithms",
    "P7": "rules of roots",
    "P1": "rules of exponentials",
    "S1": "sums term by term",
}
SILENT = {
    *("R3", "R4", "R5", "P2", "P5", "P8", "D1", "D2", "D3", "S2", "S4", "S6", "S7", "S8", "T1", "H1", "H8"),
    *("V1", "V3", "V6", "V13", "V15", "V16", "G5", "O17", "L1", "L3", "L5", "L6", "L7", "L9", "L10"),
}
"""Rules that say nothing beside others."""
KNOWN = SILENT.union(ALONE, WORDS)
"""Any further rule is told by its title."""


def words(theorem: Theorem) -> str:
    """The lemmas, or else the main rules, of a proof; that it is calculation where no rule says more."""
    if theorem.lemmas:
        return f"by {', '.join(theorem.lemmas)}"
    # Of an equation what is known of signs only says that its sides have a value.
    rules = [r for r in theorem.rules if theorem.goal.op != "==" or r[0] != "O"]
    alone = next((said for rule, said in ALONE.items() if rule in rules), "")
    found = [RULES[rule].title for rule in rules if rule not in KNOWN]
    found += [said for rule, said in WORDS.items() if rule in rules]
    return alone or ", ".join(found[:MOST]) or CALCULATION
