"""A first claim file, for an author to write over."""

from __future__ import annotations

from pathlib import Path

STARTER = """\
derive: 1                        # format version
title: My derivations
variables:
  n: positive integer            # a symbolic dimension: claims are about every n
  o: real[n]
define:
  s[i]: exp(o[i]) / Sum(exp(o[k]), k)        # softmax, a template in i

claims:
  - id: softmax-sums-to-one
    claim: Sum(s[k], k) == 1

  - id: softmax-jacobian
    title: The Jacobian of softmax
    claim: diff(s[i], o[j]) == s[i] * (KroneckerDelta(i, j) - s[j])

  - id: softmax-jacobian-without-delta
    claim: diff(s[i], o[j]) == -s[i] * s[j]
    expect: refuted
    because: on the diagonal the delta is missing
    correction: diff(s[i], o[j]) == s[i] * (KroneckerDelta(i, j) - s[j])
"""


def init(path: Path) -> None:
    """Write the starter file. Fails with FileExistsError rather than overwrite, and with OSError."""
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(STARTER)
