"""Uses of lemmas: those that are refused when read, and instances with what the kernel makes of them."""

from __future__ import annotations

TRUE = "  - id: lemma\n    claim: u > 0\n"

REFUSED = (
    ("  - id: a\n    claim: u > 0\n    using: b\n", "there is no claim `b`"),
    ("  - id: a\n    claim: u > 0\n    using: a\n", "`a` rests on itself: `a` → `a`"),
    (
        "".join(f"  - id: {x}\n    claim: u > 0\n    using: {y}\n" for x, y in ("ab", "bc", "ca")),
        "`a` rests on itself: `a` → `b` → `c` → `a`",
    ),
    (
        "  - id: b\n    claim: u < 0\n    expect: refuted\n    because: no\n"
        "  - id: a\n    claim: u > 0\n    using: b\n",
        "`b` is expected to be refuted",
    ),
    ("  - id: b\n    claim: u +\n  - id: a\n    claim: u > 0\n    using: b\n", "`b` cannot be read"),
    (TRUE + "  - id: a\n    claim: u > 0\n    using: [lemma: {w: z}]\n", "`w` is no variable of `lemma`"),
    (TRUE + "  - id: a\n    claim: u > 0\n    using: [lemma: {u: zz}]\n", "zz"),
    (
        "  - id: b\n    variables: {w: 'real[n]'}\n    claim: w[i]**2 >= 0\n"
        "  - id: a\n    claim: u > 0\n    using: b\n",
        "`w` of `b` means nothing here",
    ),
    (
        "  - id: b\n    claim: p[i] > 0\n  - id: a\n    claim: u > 0\n    using: [b: {'p[i, j]': u}]\n",
        "has other indices than in the lemma",
    ),
    (
        "  - id: b\n    claim: p[i] > 0\n  - id: a\n    claim: u > 0\n    using: [b: {i: j}]\n",
        "`j` is no free index",
    ),
    (
        "  - id: b\n    at: {z: 1}\n    value: z\n    prints: [1]\n  - id: a\n    claim: u > 0\n    using: b\n",
        "`b` is about printed numbers",
    ),
    (
        "  - id: c0\n    claim: u > 0\n"
        + "".join(f"  - id: c{n}\n    claim: u > 0\n    using: [c{n - 1}, c{n - 1}]\n" for n in range(1, 12)),
        "lemmas that a line rests on",
    ),
)


def _lemma(claim: str, *assumed: str, **variables: str) -> str:
    rows = [f"    claim: {claim}"]
    if variables:
        rows.append(f"    variables: {{{', '.join(f'{n}: {t!r}' for n, t in variables.items())}}}")
    return "\n".join((*rows, *([f"    assume: {list(assumed)}"] if assumed else [])))


VALUED = "something in it is not seen to have a value here"
RENAMED = "can only be renamed"
INSTANCES = (
    # What should come out.
    (_lemma("x**2 >= 0", x="real"), "{x: z - u}", "(z - u)**2 >= 0"),
    (_lemma("log(x) <= x - 1", x="positive"), "{x: 'p[i]/u'}", "log(p[i]/u) <= p[i]/u - 1"),
    (_lemma("Sum(w[k], k) > w[i]/2", w="positive[n]"), "{'w[k]': 'p[k]*u'}", "Sum(p[k_1]*u, k_1) > p[i]*u/2"),
    (_lemma("Sum(w[k]**2, k) <= 1", w="simplex[n]"), "{'w[k]': 's[k]'}", "<= 1"),
    (_lemma("diff(b*x**2, x) == 2*b*x", x="real", b="real"), "{x: z, b: u}", "diff(u*z**2, z) == 2*u*z"),
    (_lemma("w[i]*w[j] == w[j]*w[i]", w="real[n]"), "{'w[k]': 'a[k]', i: j, j: i}", "a[j]*a[i] == a[i]*a[j]"),
    # Types and hypotheses at the instance.
    (_lemma("log(x) <= x - 1", x="positive"), "{x: z}", "open: z > 0"),
    (_lemma("x > 0", "x >= 0", x="nonzero"), "{x: z}", "open: z != 0"),
    (_lemma("b - x > 0", "x < b", x="real", b="real"), "{x: z, b: u}", "open: z < u"),
    (_lemma("Sum(w[k], k) > w[i]", "n >= 2", w="positive[n]"), "{'w[k]': 'p[k]'}", "open: n >= 2"),
    (_lemma("w[i] > 0", "w[k] > 0", w="real[n]"), "{'w[k]': 'a[k]'}", "open: a["),
    (_lemma("diff(w[i], w[j]) == 0", "i != j", w="real[n]"), "{'w[k]': 'a[k]'}", "open: KroneckerDelta"),
    (_lemma("Sum(w[k]**2, k) <= 1", w="simplex[n]"), "{'w[k]': 'p[k]'}", "open: Sum(p["),
    (_lemma("Sum(w[k]**2, k) <= 1", w="simplex[n]"), "{'w[k]': 'p[i]/u - 1'}", "open: "),
    (_lemma("Sum(w[k]**2, k) == 1", w="onehot[n]"), "{'w[k]': 'q[k]'}", "`w` is onehot"),
    (_lemma("cos(2*pi*x) == 1", x="integer"), "{x: z}", "`x` is of integer type"),
    (_lemma("Sum(w[k]**2, k) <= 1", w="simplex[n]"), "{'w[k]': '2*q[k] - 1/n'}", "open: 2*q["),
    (_lemma("w[i]**2 >= 0", w="real[n]"), "{'w[k]': 'a[k]', i: '2'}", "the index `i` of the lemma cannot be `2`"),
    # What has no value somewhere.
    (_lemma("Sum(acos(x)*w[k]**2, k, k != i) >= 0", x="real", w="real[n]"), "{x: '2', 'w[k]': 'a[k]'}", VALUED),
    (_lemma("sqrt(x)**2 == x", x="real"), "{x: z}", VALUED),
    (_lemma("x/x == 1", x="real"), "{x: z}", VALUED),
    (_lemma("x**2 >= 0", x="real"), "{x: log(z)}", VALUED),
    (_lemma("x > 0", "log(x) > -1/x**2 - 1000", "x > 0", x="real"), "{x: z}", "open: "),
    (_lemma("Sum(1/w[k], k, k != i) == Sum(1/w[k], k) - 1/w[i]", w="real[n]"), "{'w[k]': 'a[k]'}", VALUED),
    (_lemma("diff(Abs(x), x)**2 == 1", x="real"), "{x: z}", VALUED),
    # Below a derivative nothing else may move with its variable.
    (_lemma("diff(b*x, x) == b", x="real", b="real"), "{x: z, b: z**2}", "would move together"),
    (_lemma("diff(b*x, x) == b", x="real", b="real"), "{x: z, b: z}", "would move together"),
    (_lemma("diff(b*x, x) == b", x="real", b="real"), "{x: z*u, b: u}", RENAMED),
    (_lemma("diff(exp(2*x), x) == 2*exp(2*x)", x="real"), "{x: m}", RENAMED),
    (
        _lemma("diff(w[i]*x, w[j]) == KroneckerDelta(i, j)*x", w="real[n]", x="real"),
        "{'w[k]': 'a[k]', x: 'a[i]'}",
        "move",
    ),
    (_lemma("diff(w[i]**2, w[j]) == 2*w[i]*KroneckerDelta(i, j)", w="real[n]"), "{'w[k]': 'a[i]'}", RENAMED),
    # A real exponent that becomes an integer has a value at other bases.
    (
        _lemma("b**x > 0", x="real", b="positive"),
        "{x: m, b: u}",
        "an exponent of the lemma becomes one of another type",
    ),
    (
        _lemma("b**x > 0", x="real", b="positive"),
        "{x: '1', b: u}",
        "an exponent of the lemma becomes one of another type",
    ),
    (
        _lemma("b**(x - 1) > 0", x="real", b="positive"),
        "{x: 4/2, b: u}",
        "an exponent of the lemma becomes one of another",
    ),
    # Names that a sum of the lemma binds are not those of the instance.
    (_lemma("Sum(w[k]*x, k) == x*Sum(w[k], k)", w="real[n]", x="real"), "{'w[l]': 'a[l]', x: 'p[j]'}", "p[j]*Sum(a["),
    (
        _lemma("Sum(w[j]*x, j) == x*Sum(w[j], j)", w="real[n]", x="real"),
        "{'w[l]': 'a[l]', x: 'p[j]'}",
        "Sum(a[j_1]*p[j], j_1) == p[j]*Sum(a[j_1], j_1)",
    ),
    (
        _lemma("Sum(w[j]*x, j) == x*Sum(w[j], j)", w="real[n]", x="real"),
        "{'w[l]': 'Sum(a[j]*a[l], j)', x: u}",
        "Sum(Sum(a[j]*a[j_1], j)*u, j_1) == u*Sum(Sum(a[j]*a[j_1], j), j_1)",
    ),
    # What no theorem of the kernel may enter.
    (_lemma("limit(exp(-x*b), b, oo) == 0", x="positive", b="real"), "{x: u, b: z}", "a limit or an optimum"),
    # What may have no derivative has no value there.
    (_lemma("x**2 >= 0", x="real"), "{x: 'diff(Abs(z) + Abs(sin(z)), z)'}", VALUED),
    (_lemma("x**2 >= 0", x="real"), "{x: 'diff(Max(a[k]*z, k), z)'}", VALUED),
    (_lemma("x**2 >= 0", x="real"), "{x: 'diff(z*floor(z), z)'}", VALUED),
)
