"""What a chart shows, before it is drawn: two axes and marks in their units. Frozen data only."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Role = Literal["left", "right", "bound", "floor"]
"""What a mark stands for; it decides colour and dashes, so that neither is needed to tell marks apart."""


Pieces = tuple[tuple[tuple[float, float], ...], ...]
"""Stretches of points."""


class Axis(Struct, frozen=True):
    """A range of numbers; a logarithmic one is given by its positive ends."""

    label: str
    low: float
    high: float
    is_log: bool = False


class Curve(Struct, frozen=True):
    """A line through points, in pieces where a value is missing."""

    name: str
    role: Role
    pieces: Pieces


class Gap(Struct, frozen=True):
    """Two values at one place, marked, and what lies between them."""

    x: float
    left: float
    right: float
    label: str


class Bar(Struct, frozen=True):
    """How many there are from ``low`` to ``high``, and a word below for what is no range at all."""

    low: float
    high: float
    count: int
    label: str = ""


class Level(Struct, frozen=True):
    """A place on the horizontal axis that is worth a line and a word."""

    x: float
    label: str


class Chart(Struct, frozen=True):
    """A picture: its title is short, its caption says in words all that it shows."""

    title: str
    caption: str
    x: Axis
    y: Axis
    marks: tuple[Curve | Gap | Bar | Level, ...]
