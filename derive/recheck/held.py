"""Hypotheses that hold at a point because it is proved: ``"held": [[number, PROOF], ..]``.

An equation that no enclosure settles is proved of the values of the point, without any other hypothesis.
"""

from __future__ import annotations

from typing import Any

from derive.recheck.proof import prove
from derive.recheck.terms import listed, require


def held(claim: dict[str, Any], point: dict[str, Any]) -> set[int]:
    """The numbers of the hypotheses that are proved of a point. Raises Rejected."""
    found = set()
    for number, proof in listed(point.get("held", []), "held"):
        require(type(number) is int and 0 <= number < len(claim["hypotheses"]), "the number of a hypothesis")
        _, op, left, right = claim["hypotheses"][number]["relation"]
        require(claim["hypotheses"][number]["quantified"] == [], "a hypothesis without indices of its own")
        prove({**claim, "left": left, "op": op, "right": right, "hypotheses": []}, proof, at(claim, point))
        found.add(number)
    return found


def at(claim: dict[str, Any], point: dict[str, Any]) -> tuple[Any, ...]:
    """A point as hypotheses: the sizes, the indices, then every value that it has; sizes and values by name."""
    shapes = {name: shape for name, _, shape in claim["declarations"]}
    sizes = point["dims"]
    dims = [["rel", "==", ["var", n], ["num", str(size)]] for n, size in sorted(sizes.items())]
    indices = [["rel", "==", ["delta", [i, n], [point["indices"][i], n]], ["num", "1"]] for i, n in claim["indices"]]
    values: list[Any] = []
    for name, value in sorted(point["values"].items()):
        for at, entry in _entries(value, len(shapes[name])):
            places = [[v, d] for v, d in zip(at, shapes[name], strict=True)]
            term = ["comp", name, places] if places else ["var", name]
            values.append(["rel", "==", term, entry if isinstance(entry, list) else ["num", entry]])
    return tuple(dims + indices + values)


def _entries(value: Any, depth: int, at: tuple[int, ...] = ()) -> list[tuple[tuple[int, ...], Any]]:
    if depth == 0:
        return [(at, value)] if value is not None else []
    return [entry for n, part in enumerate(value, 1) for entry in _entries(part, depth - 1, (*at, n))]
