"""Records are those of the standard library: made by both, they look, compare, copy and refuse alike."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, field, fields, replace
from typing import Any

import pytest

from derive.frozen import dataclass


def _quick(cls: type) -> type:
    return dataclass(frozen=True, slots=True)(cls)


def _library(cls: type) -> type:
    return dataclasses.dataclass(frozen=True, slots=True)(cls)


def _made(record: Callable[[type], type]) -> Any:
    @record
    class Sum:
        """A record with every kind of field."""

        left: int
        right: tuple[int, ...] = ()
        seen: list[int] = field(default_factory=list, compare=False)
        note: str = field(default="", repr=False)
        at: object = field(default=None, compare=False, repr=False, kw_only=True)

        def __post_init__(self) -> None:
            if self.left < 0:
                raise ValueError("negative")

        @property
        def total(self) -> int:
            return self.left + sum(self.right)

    return Sum


QUICK, LIBRARY = (_made(record) for record in (_quick, _library))
for number, kind in enumerate((QUICK, LIBRARY)):  # pickle looks a class up by its name
    kind.__qualname__ = f"SUM_{number}"
SUM_0, SUM_1 = QUICK, LIBRARY

ASKED: list[Callable[[Any], object]] = [
    lambda kind: repr(kind(1, (2,), [3], "n", at=(0, 1))).replace(kind.__qualname__, "Sum"),
    lambda kind: [(f.name, f.compare, f.repr, f.kw_only) for f in fields(kind)],
    lambda kind: kind.__match_args__,
    lambda kind: kind.__slots__,
    lambda kind: kind(1) == kind(1, (), [4], at=3),
    lambda kind: kind(1) == kind(1, (), [], "other"),
    lambda kind: kind(1) == (1, (), ""),
    lambda kind: hash(kind(1, (2,))) == hash(kind(1, (2,), at=3)),
    lambda kind: kind(1).seen is kind(1).seen,
    lambda kind: replace(kind(1, (2,), [3], "n", at=4), right=(5,)).total,
    lambda kind: replace(kind(1, at=4), left=2).at,
    lambda kind: [getattr(pickle.loads(pickle.dumps(kind(1, (2,), [3], "n", at=4))), f.name) for f in fields(kind)],
    lambda kind: copy.deepcopy(kind(1, (2,), [3])).seen,
    lambda kind: dataclasses.astuple(kind(1, (2,), [3], "n", at=4)),
    lambda kind: (kind.__doc__, kind.__name__, kind.total.__doc__),
    lambda kind: kind(),
    lambda kind: kind(1, (), [], "", 5),
    lambda kind: kind(1, wrong=2),
    lambda kind: kind(-1),
    lambda kind: setattr(kind(1), "left", 2),
    lambda kind: delattr(kind(1), "left"),
]


@pytest.mark.parametrize("ask", ASKED)
def test_records_are_those_of_the_standard_library(ask: Callable[[Any], object]) -> None:
    assert _answer(ask, QUICK) == _answer(ask, LIBRARY)


def _answer(ask: Callable[[Any], object], kind: Any) -> object:
    try:
        return ask(kind)
    except (TypeError, ValueError, FrozenInstanceError, AttributeError) as error:
        return FrozenInstanceError if isinstance(error, AttributeError) else type(error)


def test_a_record_without_fields_and_one_without_equality() -> None:
    @dataclass(frozen=True, slots=True)
    class Empty:
        """Nothing."""

    @dataclass(frozen=True, slots=True, eq=False)
    class Itself:
        value: int

    assert (Empty() == Empty(), Itself(1) == Itself(1), len({Itself(1), Itself(1)})) == (True, False, 2)


def test_a_record_has_no_fields_of_a_base() -> None:
    with pytest.raises(TypeError):

        @dataclass(frozen=True, slots=True)
        class More(QUICK):  # type: ignore[misc]
            more: int
