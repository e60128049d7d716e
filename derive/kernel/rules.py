"""The rules of the kernel: one row each, with what the rule says and the conditions under which it may be used.

A proof lists the rules that it rests on. ``H |- t = u`` is meant at every admissible point at which both sides are
defined; what a row requires is checked where the rule is applied, or the proof ends there.
"""

from __future__ import annotations

from msgspec import Struct


class Rule(Struct, frozen=True):
    """A rule: its name, what it is called, what it says, and what it requires (empty: nothing beyond definedness).

    Each of ``requires`` can fail by itself; ``tests.soundness.plants`` drops them one by one.
    """

    name: str
    title: str
    says: str
    requires: tuple[str, ...] = ()


RULES: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        Rule(
            "R3",
            "inverse of a product",
            "1/(c*m*q) = (1/c)*(1/m)*(1/q)",
            ("the base is not 0 where the side has a value",),
        ),
        Rule("R4", "common denominator", "t/u = t'/u' if t*u' = t'*u", ("u and u' differ from 0 where they stand",)),
        Rule("R5", "factorisation", "p = q1*...*qr", ("multiplying out gives p",)),
        Rule("P1", "exponential of a sum", "exp(a + b) = exp(a)*exp(b), exp(q*a) = exp(a)**q for rational q"),
        Rule("P2", "exp and log are inverse", "exp(c*log(t)) = t**c, log(exp(t)) = t", ("t > 0 where log(t) stands",)),
        Rule(
            "P4",
            "logarithm of a product",
            "log(t*u) = log(t) + log(u), log(t**2) = 2*log(Abs(t))",
            ("t > 0", "t**2: Abs(t) unless t >= 0"),
        ),
        Rule(
            "P5",
            "whole powers",
            "t**(a + b) = t**a * t**b, (t*u)**a = t**a * u**a",
            ("t != 0, or a >= 0 and b >= 0", "a and b are whole numbers"),
        ),
        Rule("P6", "power by exp and log", "t**u = exp(u*log(t))", ("t > 0",)),
        Rule(
            "P7",
            "root of a product",
            "sqrt(t*u) = sqrt(t)*sqrt(u), sqrt(t**2) = Abs(t)",
            (
                "t > 0, or t >= 0 and u >= 0",
                "t**2: Abs(t) unless t >= 0",
                "a product of two other radicands: multiplied out",
            ),
        ),
        Rule("P8", "power of a root", "sqrt(t)**2 = t", ("the root is defined",)),
        Rule(
            "D1",
            "delta",
            "d_ii = 1, d_ij**2 = d_ij, d_ij*d_ik = 0 for j != k",
            ("one dimension", "j != k: two numbers, or by hypothesis"),
        ),
        Rule(
            "D2", "guard written with a delta", "[i != j] t = t - d_ij * t[j := i]", ("t has a value where i = j too",)
        ),
        Rule("D3", "delta exchanges indices", "d_ij * t = d_ij * t[j := i]", ("one dimension",)),
        Rule(
            "D4",
            "delta floats outward",
            "F(d_ij*a + b) = [i = j] F(a + b) + [i != j] F(b)",
            ("[i != j] is kept where F(b) may have no value", "a second value: n >= 2"),
        ),
        Rule(
            "S1",
            "linearity of sums",
            "Sum(t + u) = Sum(t) + Sum(u), Sum(c*t) = c*Sum(t)",
            ("the index is not free in c", "a restricted range: c has a value"),
        ),
        Rule("S2", "sum of a constant", "Sum(c, k) = n*c", ("n is the dimension of k",)),
        Rule("S3", "contraction", "Sum(d_kj * t, k) = t[k := j]", ("one dimension", "j is in the range")),
        Rule(
            "S4",
            "symmetry of sums",
            "a sum that a renaming of its indices turns into its negative is 0",
            ("the renaming turns the sign",),
        ),
        Rule(
            "S6",
            "products of sums",
            "Sum(t, k)*Sum(u, l) = Sum(Sum(t*u, l), k)",
            ("names apart", "a restricted range: the summands have a value"),
        ),
        Rule("S7", "one factor split off", "Prod(t, k) = t[k := i] * Prod(t, k, k != i)", ("i alone is left out",)),
        Rule(
            "S8",
            "division in a summand",
            "a summand is written as quotient and remainder",
            ("denominators differ from 0",),
        ),
        Rule(
            "S10",
            "sum given by hypothesis",
            "Sum(t, k) = r by hypothesis",
            ("the whole summand of that index", "the index of the sum stands nowhere else", "not below its diff"),
        ),
        Rule(
            "T1",
            "product of products",
            "Prod(t*u) = Prod(t)*Prod(u), Prod(c, k) = c**n",
            ("the range is not restricted", "a guard stays with what it guards"),
        ),
        Rule("T2", "product by logarithms", "Prod(t, k) = exp(Sum(log(t), k))", ("t > 0 for all k",)),
        Rule(
            "H1",
            "instance of a hypothesis",
            "a hypothesis for all k holds at each index",
            (
                "the index is none that the claim names",
                "one dimension",
                "below its diff: strict",
                "below its diff: of what is continuous",
            ),
        ),
        Rule(
            "H2",
            "use of an equation",
            "l is replaced by r where l = r is assumed",
            (
                "not below a derivative by what it constrains",
                "an array: an equation for all of its indices",
                "an array: each index stands once",
            ),
        ),
        Rule("H3", "one-hot", "y_k = d_kh for one h", ("not below a derivative by y", "every vector has its own h")),
        Rule("H4", "simplex", "Sum(y_k, k) = 1, 0 <= y_k <= 1", ("not below a derivative by y", "y_k alone is summed")),
        Rule("V1", "derivative of a variable", "d x_i / d x_j = d_ij, other names 0", ("all indices agree",)),
        Rule("V2", "sum, product and chain rule", "(t*u)' = t'*u + t*u'"),
        Rule(
            "V3",
            "derivative of a function",
            "F(t)' = F'(t)*t'",
            ("the open condition of the row of F at t", "a root: its radicand is > 0", "t**m: t != 0, or m >= 1"),
        ),
        Rule("V6", "derivative below a sum", "Sum(t, k)' = Sum(t', k)", ("the index does not stand in the variable",)),
        Rule("V7", "derivative of a product", "Prod(t, k)' = Sum(t'*Prod(t, l != k), k)", ("t'/t: no factor is 0",)),
        Rule(
            "V13",
            "kink",
            "a*Abs(w) + g and G(sign(w)) have no derivative where w = 0",
            ("a != 0, G(1) != G(-1)", "G smooth", "w smooth", "w moves with the variable"),
        ),
        Rule(
            "V14",
            "derivative through an Abs",
            "G(Abs(w))' = G'(Abs(w))*sign(w)*w', also where w = 0, with sign(0) = 0",
            ("the derivative of the whole has a value", "G smooth in Abs(w)", "w without kinks where it is 0"),
        ),
        Rule(
            "H8",
            "lemma",
            "a claim that is proved holds at every instance of its variables",
            (
                "its hypotheses hold there",
                "both sides have a value",
                "no term mentions what the lemma differentiates by",
                "no exponent becomes a whole one",
            ),
        ),
        Rule(
            "V15",
            "end of a domain",
            "a function that has a value only where w >= 0 has no derivative where w = 0",
            ("w' != 0 where w = 0: w moves through 0", "w >= 0 is needed all around: in no restricted range"),
        ),
        Rule(
            "V16",
            "jump",
            "a*floor(w) + g has no derivative where w is a whole number",
            ("a != 0", "g smooth", "w smooth", "w moves with the variable"),
        ),
        Rule(
            "V17",
            "derivative of a maximum",
            "G(Max(t, k))' = G(t[k := h])' for an h with t[k := h] = Max(t, k)",
            (
                "the derivative of the whole has a value",
                "it is the last derivative",
                "G smooth, without Abs",
                "t smooth",
                "no other maximum",
                "t[k := h] = Max(t, k) is known, or h is new",
            ),
        ),
        Rule("K1", "cases of two indices", "i = j, or i != j", ("one dimension", "indices of the claim", "both cases")),
        Rule(
            "K2", "cases of a sign", "w > 0, w < 0 or w = 0", ("w has a value", "every case", "w holds no bound index")
        ),
        Rule("K4", "a maximum is attained", "Max(t, k) = t[k := h] for some h", ("h is new",)),
        Rule("K5", "cases of a dimension", "n = 1, or n >= 2", ("both cases",)),
        Rule("K6", "explicit dimension", "a sum over 1..c is written out", ("every index once",)),
        Rule(
            "K7",
            "cases of finitely many values",
            "t**2 = 1 gives t = 1 or t = -1, t**2 = t gives t = 0 or t = 1",
            (
                "every value that is left",
                "a value of one component: for all of its indices",
                "not below a derivative by t",
                "below a sum the term is defined at every value",
            ),
        ),
        Rule(
            "G1",
            "trigonometry",
            "sin(t)**2 + cos(t)**2 = 1, addition theorems, parity, values at r*pi; sinh and cosh by exp",
            ("one angle", "a multiple of pi: by whole numbers"),
        ),
        Rule(
            "G2",
            "function of its inverse",
            "sin(asin(t)) = t, cos(asin(t)) = sqrt(1 - t**2)",
            ("t is in the domain", "half of an angle: its cosine is >= 0"),
        ),
        Rule(
            "G3", "inverse of its function", "asin(sin(t)) = t", ("t is on the branch", "sin of the angle is t exactly")
        ),
        Rule(
            "G5",
            "angles within one turn",
            "A = 0 if cos(A) = 1 and sin(A) = 0, or if sin(A) = 0",
            ("-2*pi < A < 2*pi", "without cos(A) = 1: -pi < A < pi"),
        ),
        Rule(
            "G6",
            "ranges",
            "-pi/2 < atan(t) < pi/2, 0 <= acos(t) <= pi, -1 <= sin(t) <= 1",
            ("the sign of t, where a range depends on it", "an angle: within the half turn of that sign"),
        ),
        Rule(
            "G8",
            "factorials",
            "(m + 1)! = (m + 1)*m!, gamma(t + 1) = t*gamma(t), gamma(m) = (m - 1)!, binomial(m, j) = m!/(j!*(m - j)!)",
            ("m >= 0", "t > 0", "0 <= j <= m", "m is a whole number"),
        ),
        Rule("G9", "whole parts", "floor(t + m) = floor(t) + m, ceiling(t) = -floor(-t)", ("m is a whole number",)),
        Rule(
            "G7",
            "Abs, sign, Max",
            "Abs(t)**2 = t**2, t*sign(t) = Abs(t), Max(a, b) = (a + b + Abs(a - b))/2",
            (
                "Abs(t) = t: t >= 0",
                "sign(t)**2 = 1: t != 0",
                "Max(c*t) = c*Max(t): c >= 0",
                "Max of Max: a weight >= 0",
            ),
        ),
        Rule(
            "N1",
            "constants are enclosed",
            "a closed constant lies in a rational interval",
            ("the interval excludes 0",),
        ),
        Rule("N2", "rounding", "floor(t) <= t < floor(t) + 1, ceiling(t) - 1 < t <= ceiling(t)"),
        Rule(
            "N3",
            "algebraic constants",
            "an algebraic number below its separation bound is 0",
            ("abs(U/L) < u**(1 - D)/L, D the degree, u above all conjugates of the algebraic integer U",),
        ),
        Rule(
            "N4",
            "next whole number",
            "F > -1 gives F >= 0",
            ("F is a whole number: whole parts, times whole numbers", "F > -1"),
        ),
        Rule(
            "N5",
            "one period",
            "a sum of floor(q*x + p) and x is judged at its jumps and between them",
            (
                "F(x + P) = F(x)",
                "P a whole multiple of all denominators of q",
                "x at its jumps alone: a whole number",
                "x is the only variable",
            ),
        ),
        Rule(
            "K8",
            "by contradiction",
            "an equation of the hypotheses that fails wherever the claim fails gives the claim",
            (
                "the sides of the claim have a value everywhere",
                "the equation is not used where it is denied",
                "a relation between numbers",
                "every way to fail",
            ),
        ),
        Rule(
            "O2",
            "sums and products of signs",
            "t >= 0 and u > 0 give t + u > 0",
            ("all terms of one sign", "strict: one term is"),
        ),
        Rule(
            "O3",
            "sum of signs",
            "t >= 0 for all k gives Sum(t, k) >= 0",
            ("t >= 0 for all k", "strict: t > 0 for all k"),
        ),
        Rule(
            "O4",
            "weighted mean",
            "w >= 0 and t >= 0 give Sum(w*t) >= 0",
            ("w >= 0", "t >= 0 for all k", "Sum(w) is known", "strict: t > 0 and Sum(w) != 0"),
        ),
        Rule(
            "O6",
            "one term of a sum",
            "Sum(t, k) >= t[k := i]",
            ("t >= 0 for all k", "strict: n >= 2", "strict: t > 0", "several terms: indices that differ"),
        ),
        Rule("O7", "maximum as a bound", "t[k := j] <= Max(t, k)", ("j is in the range",)),
        Rule(
            "O9",
            "monotone functions",
            "a < b if and only if F(a) < F(b), for F increasing on an interval with both",
            ("log: both > 0", "t**2: both >= 0, or of one sign", "t**e: e is odd"),
        ),
        Rule(
            "O10",
            "sign by the exponential",
            "G >= 0 if and only if exp(G) >= 1",
            ("what stands beside all logarithms is > 0",),
        ),
        Rule(
            "O12",
            "squares",
            "t*a**2 + b**2/t >= 2*a*b, c*a**2 >= 0",
            ("t > 0, c >= 0", "A*g**2 + B*g + C: 4*A*C >= B**2", "A*g**2 + B*g + C: A of a strict sign"),
        ),
        Rule("O13", "tangents", "log(q) <= q - 1, exp(u) >= 1 + u", ("q > 0", "times a weight: >= 0")),
        Rule("O14", "Jensen", "Sum(w*g) >= Sum(w) - Sum(w*exp(-g))", ("w >= 0",)),
        Rule(
            "O15",
            "Cauchy-Schwarz",
            "Sum(a*b)**2 <= Sum(a**2)*Sum(b**2), or each without its term at one index",
            (
                "products of sums: a, b >= 0",
                "without one term: a, b >= 0",
                "a root: of a square, or of what is > 0",
                "below a sum: what stands beside it is >= 0",
            ),
        ),
        Rule("O16", "adding inequalities", "p >= 0 and q >= 0 give m*p + q >= 0", ("m >= 0",)),
        Rule(
            "O17",
            "whole numbers",
            "n >= c for a dimension or whole number",
            (
                "c is its least value",
                "a real number for a whole one: where that may stand",
                "whole numbers alone: the value is one",
            ),
        ),
        Rule(
            "O18",
            "sign of the derivative",
            "f(a) >= 0 and f' >= 0 on (a, b) give f >= 0 on [a, b); f'' <= 0 and f >= 0 at both ends give f >= 0",
            (
                "f continuous on the interval",
                "the sign of f at an end",
                "the sign of f' inside",
                "strict: f > 0 at an end that is reached, or f' of a strict sign",
                "the hypotheses give the interval",
                "boxes: f > 0 on each",
            ),
        ),
        Rule(
            "O19",
            "weighted means",
            "a1*t1 + .. + ak*tk >= c*t1**w1*..*tk**wk",
            ("t >= 0", "w > 0", "w1 + .. + wk = 1", "c <= (a1/w1)**w1*..*(ak/wk)**wk", "the product of these powers"),
        ),
        Rule(
            "O20",
            "half the angle",
            "cos(u) = (1 - t**2)/(1 + t**2), sin(u) = 2*t/(1 + t**2) for some t, or cos(u) = -1 and sin(u) = 0",
            ("one angle", "the cosine -1 is looked at", "t within the range of the signs of cosine and sine"),
        ),
        Rule(
            "O21",
            "no roots, one sign",
            "a polynomial in one value has the sign of one point where it has no roots of odd order",
            (
                "the roots of odd order in the range are counted (Sturm)",
                "strict: no root in the range",
                "the range is what is known of the value",
            ),
        ),
        Rule(
            "O22",
            "product and sum",
            "Prod(1 + x, k) >= 1 + Sum(x, k)",
            ("x >= 0 for all k, or -1 <= x <= 0 for all k",),
        ),
        Rule(
            "O23",
            "values in order",
            "with x1 = s1, x2 = s1 + s2, .. a polynomial in the steps without negative coefficients is >= 0",
            ("x >= 0", "every order of the values is looked at"),
        ),
        Rule(
            "O24",
            "induction",
            "a(c) >= b(c) and a(n + 1)/a(n) >= b(n + 1)/b(n) for all n >= c give a(n) >= b(n)",
            (
                "n is a whole number >= c",
                "a, b > 0",
                "a(c) >= b(c)",
                "the step is seen for every n >= c",
                "a and b have a value there",
                "nothing else is assumed of n",
                "n is no range",
            ),
        ),
        Rule(
            "L1",
            "simple limits",
            "a constant; 1/T tends to 0; what is bounded times what vanishes vanishes",
            ("bounds or a limit of its own",),
        ),
        Rule(
            "L3",
            "continuous functions",
            "lim t = b gives lim F(t) = F(b), and the Taylor series of F at b that of F(t)",
            ("F is continuous at b", "F is smooth at b"),
        ),
        Rule(
            "L5",
            "leading terms",
            "c*w**e + ... tends to 0, c or oo as e > 0, e = 0, e < 0 for w that vanishes",
            (
                "the error is smaller than the terms",
                "c varies more slowly than every power of w",
                "c is not 0, and of known sign where e < 0",
            ),
        ),
        Rule("L6", "two sides", "a limit is that from the left and that from the right", ("both exist and are equal",)),
        Rule(
            "L7",
            "sums of exponentials",
            "Sum(c*exp(g*a), k) = exp(g*Max(a, k))*R with R between Min(c, k) and n*Max(c, k)",
            (
                "c > 0, or one a exceeds all others",
                "g tends to oo",
                "a and c do not move",
                "one R for equal sums alone",
            ),
        ),
        Rule(
            "L9",
            "no limit",
            "two sequences with different limits, or points without a value as near as one likes",
            ("the argument of sine and cosine is continuous", "it grows without bound"),
        ),
        Rule(
            "L10",
            "limit of a sum",
            "lim Sum(t, k) = Sum(lim t, k)",
            ("the range does not grow", "the growth of the summands does not depend on the index"),
        ),
        Rule(
            "L11",
            "ratio of neighbours",
            "a(n) tends to 0 where Abs(a(n + 1)/a(n)) tends to less than 1, to oo where to more than 1 and a(n) > 0",
            (
                "n is whole and tends to oo",
                "less than 1, or more than 1 and a(n) > 0 for all n",
                "the quotient has a value for all n far out",
            ),
        ),
        Rule(
            "L12",
            "Stirling's formula",
            "gamma(t) = sqrt(2*pi/t)*(t/E)**t*A with A tending to 1; gamma(t) tends to gamma(b)",
            ("gamma(t) far out: t tends to oo", "gamma(t) at b: b > 0"),
        ),
        Rule(
            "M1",
            "concave and stationary",
            "f'' < 0 on an interval and f'(e) = 0 give the unique maximum e",
            (
                "the admissible points are an interval",
                "e is one of them",
                "f'' < 0 at all of them",
                "f'(e) = 0",
                "f is differentiable there",
            ),
        ),
        Rule(
            "M2",
            "rising and falling",
            "f' > 0 below e and f' < 0 above e give the unique maximum e",
            (
                "the admissible points are an interval",
                "e is one of them",
                "f is continuous",
                "f' but at finitely many",
                "f' > 0 below e and f' < 0 above e",
            ),
        ),
        Rule("M3", "compared at once", "f(p) < f(e) for all admissible p != e", ("e is admissible",)),
        Rule(
            "M4",
            "concave in every component",
            "negative second derivatives, no mixed ones and a gradient of 0 at e give the unique maximum e",
            (
                "a convex set",
                "no mixed second derivatives",
                "where the components have a fixed sum alone, equal slopes suffice",
            ),
        ),
        Rule(
            "M5",
            "an optimiser is admissible",
            "e satisfies what p does, and f(e) has a value",
            ("e satisfies what p does", "f(e) has a value"),
        ),
    )
}
