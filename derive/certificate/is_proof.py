"""Whether the standalone checker accepts a proof."""

from __future__ import annotations

from typing import Any

from derive.recheck.proof import prove
from derive.recheck.terms import Rejected

Json = Any
Proof = dict[str, Any]


def is_proof(claim: Json, proof: Proof, extra: tuple[Json, ...] = ()) -> bool:
    """Whether the checker accepts a proof of a claim."""
    try:
        prove(claim, proof, extra)
    except Rejected:
        return False
    return True
