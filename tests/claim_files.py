"""Small claims and the files that hold them, for the tests of commands."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import Derive

HEAD = "derive: 1\ntitle: Sums\nvariables: {x: real, y: real}\nclaims:\n"
GOOD = "  - id: good\n    title: Sums commute\n    claim: x + y == y + x\n"
OTHER = "  - id: other\n    claim: x*y == y*x\n    tags: [product]\n"
BAD = "  - id: bad\n    claim: x == 2*x\n"
EXPECTED = "  - id: expected\n    claim: x == 2*x\n    expect: refuted\n    because: only 0 is its own double\n"
MENDED = "  - id: mended\n    claim: x == 2*x\n    expect: refuted\n    because: no\n    correction: x + x == 2*x\n"
WRONGLY_MENDED = MENDED.replace("x + x ==", "x + y ==")
BETTER = "  - id: better\n    claim: x == x\n    expect: refuted\n    because: it looks odd\n"
PARTIAL = "  - id: partial\n    claim: x/x == 1\n"
BROKEN = "  - id: broken\n    claim: x.real == x\n"
CHAIN = "  - id: chain\n    steps:\n      - x + x\n      - == 2*x\n      - == 3*x\n      - == 4*x\n"


def write(name: str, *claims: str) -> None:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEAD + "".join(claims), encoding="utf-8")


def claims_of(derive: Derive, *arguments: str) -> list[str]:
    return [claim["id"] for claim in json.loads(derive("check", *arguments, "--format", "json")[1])["claims"]]
