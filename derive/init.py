"""A first claim file, for an author to write over, and the schema that editors check it by."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from derive.schema import schema

SCHEMA = "derive.schema.json"
STARTER = f"""\
# yaml-language-server: $schema={SCHEMA}
#
# A claim file: each claim below is proved for every n and all admissible values, or refuted at an exact point.
#   derive check         decide the claims       derive show --proof    print them as formulas, with their proofs
#   derive explain       every message           derive schema          the schema named above, for editors
derive: 1                        # format version
title: My derivations

variables:                       # name: type
  n: positive integer            # a symbolic dimension: claims are about every n
  o: real[n]
  x: real

define:                          # templates; a name used as a subscript is an index and needs no declaration
  s[i]: exp(o[i]) / Sum(exp(o[k]), k)        # softmax

claims:
  - id: softmax-sums-to-one
    claim: Sum(s[k], k) == 1

  - id: softmax-jacobian
    title: The Jacobian of softmax
    claim: diff(s[i], o[j]) == s[i] * (KroneckerDelta(i, j) - s[j])

  - id: softmax-is-below-one     # false at n = 1, so it needs a hypothesis
    claim: 0 < s[i] < 1
    assume: n >= 2

  - id: step-by-step             # each line is checked; one that starts with > or != must be quoted
    steps:
      - (x + 1)**2 - (x - 1)**2
      - == (x**2 + 2*x + 1) - (x**2 - 2*x + 1)
      - == 4*x

  - id: softmax-jacobian-without-delta
    claim: diff(s[i], o[j]) == -s[i] * s[j]
    expect: refuted              # a known misprint stays on record: say why, and what is right
    because: on the diagonal the delta is missing
    correction: diff(s[i], o[j]) == s[i] * (KroneckerDelta(i, j) - s[j])

  - id: softmax-of-0-1-2         # printed numbers, to half a unit of the last digit
    at: {{o: [0, 1, 2]}}
    value: s
    prints: [0.0900, 0.2447, 0.6652]
"""


def init(path: Path) -> None:
    """Write the starter file, and the schema beside it unless one is there.

    Fails with FileExistsError rather than overwrite a claim file, and with OSError.
    """
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(STARTER)
    with suppress(FileExistsError), (path.parent / SCHEMA).open("x", encoding="utf-8", newline="\n") as file:
        file.write(schema())
