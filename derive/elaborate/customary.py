"""How names that other notations have are written here."""

from __future__ import annotations

FUNCTIONS: dict[str, str] = {
    "sigmoid": "define it: `sigmoid(x): 1/(1 + exp(-x))`",
    "softmax": "define it by components: `s[i]: exp(x[i])/Sum(exp(x[k]), k)`",
    "logsumexp": "define it: `lse: log(Sum(exp(x[k]), k))`",
    "lse": "define it: `lse: log(Sum(exp(x[k]), k))`",
    "log_softmax": "define it by components: `l[i]: x[i] - log(Sum(exp(x[k]), k))`",
    "logsigmoid": "write `-log(1 + exp(-x))`",
    "clip": "write `Min(Max(x, a), b)`",
    "clamp": "write `Min(Max(x, a), b)`",
    "grad": "write `diff(e, x)`, by components `diff(e, x[j])`",
    "gradient": "write `diff(e, x)`, by components `diff(e, x[j])`",
    "jacobian": "write `diff(f[i], x[j])`",
    "hessian": "write `diff(f, x[i], x[j])`",
    "delta": "write `KroneckerDelta(i, j)`",
    "δ": "write `KroneckerDelta(i, j)`",
    "indicator": "write `(1 + sign(x))/2` where x is not 0, or `cases`",
    "onehot": "declare it: `y: onehot[n]`",
    "softplus": "write `log(1 + exp(x))`",
    "relu": "write `Max(x, 0)`",
    "logit": "write `log(x/(1 - x))`",
    "erfc": "write `1 - erf(x)`",
    "dot": "write `Sum(x[k]*y[k], k)`",
    "norm": "write `sqrt(Sum(x[k]**2, k))`",
    "mean": "write `Sum(x[k], k)/n`",
    "average": "write `Sum(x[k], k)/n`",
    "expectation": "write `Sum(p[k]*x[k], k)`",
    "var": "define the mean, `m: Sum(x[k], k)/n`, and write `Sum((x[k] - m)**2, k)/n`",
    "variance": "define the mean, `m: Sum(x[k], k)/n`, and write `Sum((x[k] - m)**2, k)/n`",
    "cov": "define the means and write `Sum((x[k] - a)*(y[k] - b), k)/n`",
    "entropy": "write `-Sum(p[k]*log(p[k]), k)`",
    "kl": "write `Sum(p[k]*log(p[k]/q[k]), k)`",
    "trace": "write `Sum(A[i, i], i)`",
    "tr": "write `Sum(A[i, i], i)`",
    "transpose": "exchange the indices: `A[j, i]`",
    "dx": "write `diff(f, x)` for a derivative",
    "dy": "write `diff(f, y)` for a derivative",
    "dt": "write `diff(f, t)` for a derivative",
    "integral": "claim the derivative: there are no integrals",
    "integrate": "claim the derivative: there are no integrals",
    "where": "write `Max`, `Abs` or `sign`, or `cases`",
    "piecewise": "write `Max`, `Abs` or `sign`, or `cases`",
}
"""Functions, in lower case."""

NAMES: dict[str, str] = {
    "e": "write `E` or `exp(x)` for the number, `Sum(p[k]*x[k], k)` for an expectation",
    "delta": "write `KroneckerDelta(i, j)`",
    "δ": "write `KroneckerDelta(i, j)`",
    "inf": "write `oo`",
    "infinity": "write `oo`",
}
"""Names that stand alone or before an index, in lower case."""


def customary(name: str, known: dict[str, str]) -> str:
    """The repair for a name that other notations have, or nothing."""
    return known.get(name.lower(), "")
