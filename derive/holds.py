"""Where a relation holds as far as floats can tell: equal means nearly equal."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from derive.evaluate import Array
from derive.term import Op


def holds(op: Op, left: Array, right: Array) -> Array:
    """At which of the values the relation is not seen to fail."""
    return np.asarray(HOLDS[op](left, right))


def _near(left: Array, right: Array) -> Array:
    return np.asarray(np.abs(left - right) <= 1e-9 * (1 + np.abs(left) + np.abs(right)))


HOLDS: dict[Op, Callable[[Array, Array], Array]] = {
    "==": _near,
    "!=": np.not_equal,
    "<": np.less,
    "<=": lambda left, right: (left <= right) | _near(left, right),
    ">": np.greater,
    ">=": lambda left, right: (left >= right) | _near(left, right),
}
