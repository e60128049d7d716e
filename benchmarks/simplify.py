"""``simplify.py ID N``: how long SymPy takes for one headline claim at explicit n, and whether it gets there.

Prints a line of JSON: seconds of processor time for building, differentiating and simplifying, without the import.
"""

from __future__ import annotations

import json
import sys
import time

import sympy as sp
from headline import HEADLINES, Headline, setting


def simplify(row: Headline, n: int) -> bool:
    """Whether ``simplify(lhs - rhs)`` is 0, or its negative is known to be nonnegative, for every pair of sides."""
    for left, right in row.sides(setting(n)):
        rest = sp.simplify(left - right)
        if (rest != 0) if row.relation == "==" else (-rest).is_nonnegative is not True:
            return False
    return True


def main() -> None:
    """Time one row."""
    row = next(h for h in HEADLINES if h.id == sys.argv[1])
    start = time.process_time()
    done = simplify(row, int(sys.argv[2]))
    print(json.dumps({"seconds": time.process_time() - start, "done": done}))


if __name__ == "__main__":
    main()
