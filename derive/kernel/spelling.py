"""The canonical spelling of values: keys of generators, and texts under a renaming of indices.

Equality of keys implies equality of values: a key spells out structure, dimensions, bound names and signs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from derive.kernel.context import BOUND, Context, Generator, Monomial, Place, Polynomial, Stuck
from derive.kernel.polynomial import scale

NOTHING: frozenset[Place] = frozenset()
NO_NAMES: frozenset[str] = frozenset()
LONGEST = 20_000  # characters of a key; nested ones grow without steps that the fuel would count


class Factors:
    """A monomial as a part of a generator (tells it from a tuple of indices)."""

    __slots__ = ("mono",)

    def __init__(self, mono: Monomial) -> None:
        self.mono = mono


def places(ctx: Context, poly: Polynomial) -> frozenset[Place]:
    """The free indices of a polynomial."""
    found: frozenset[Place] = NOTHING
    for mono in poly:
        for key, _ in mono:
            own = ctx.generators[key].places
            if own:
                found = found | own if found else own
    return found


def names(ctx: Context, poly: Polynomial) -> frozenset[str]:
    """The names of the variables and arrays in a polynomial."""
    found: frozenset[str] = NO_NAMES
    for mono in poly:
        for key, _ in mono:
            own = ctx.generators[key].names
            if own:
                found = found | own if found else own
    return found


def height(ctx: Context, monos: Iterable[Monomial]) -> int:
    """The greatest height of a binder inside."""
    return max([ctx.generators[key].height for mono in monos for key, _ in mono], default=0)


def below_binder(ctx: Context, poly: Polynomial, closed: Sequence[Place], beside: Iterable[Place] = ()) -> int:
    """The number below the first one of new binders of ``closed``: above all that bind inside.

    What an outer binder binds keeps its name in a summand that is looked at by itself. An instance of a hypothesis at
    such an index may hold binders as high as that one, and must not take it for its own.
    """
    number = height(ctx, poly)
    outer = {p[2] for p in (*places(ctx, poly), *beside) if p[0] == BOUND and p not in closed}
    while any(number + 1 + n in outer for n in range(len(closed))):
        number += 1
    return number


def captures(tall: int, images: Iterable[Place]) -> bool:
    """Whether a binder of a spelling so tall may have the name of an index that is put in."""
    return any(p[0] == BOUND and p[2] <= tall for p in images)


def token(place: Place) -> str:
    """The spelling of an index inside a key."""
    return f"{'#ibf'[place[0]]}{place[2]}@{place[1]}"


def mono_text(ctx: Context, mono: Monomial, renamed: Mapping[Place, str]) -> str:
    """The spelling of a monomial; independent of the order in which its factors were met."""
    if not renamed:
        return _plain_text(mono)
    return "*".join(sorted([f"{generator_text(ctx, key, renamed)}^{e}" for key, e in mono]))


@lru_cache(maxsize=4_096)
def _plain_text(mono: Monomial) -> str:
    return "*".join([f"{key}^{e}" for key, e in mono])


def poly_text(ctx: Context, poly: Polynomial, renamed: Mapping[Place, str]) -> str:
    """The spelling of a polynomial."""
    try:
        return "+".join(sorted([f"{c}~{mono_text(ctx, m, renamed)}" for m, c in poly.items()]))
    except ValueError as error:  # Python spells no integer of more than 4300 digits
        raise Stuck("budget", "a coefficient has too many digits") from error


def loose_text(ctx: Context, key: str, renamed: Mapping[Place, str]) -> str:
    """A spelling that does not tell a value from its negative; only to look for symmetries."""
    gen = ctx.generators[key]
    if gen.kind == "a" and ctx.symmetric.get(gen.parts[0]) == -1 and gen.parts[0] not in ctx.suspended:
        return _spell_unordered(gen, renamed)
    if gen.kind not in "bz":
        return generator_text(ctx, key, renamed)
    (inner,) = gen.parts
    return key[0] + min(poly_text(ctx, inner, renamed), poly_text(ctx, scale(inner, -1), renamed))


def generator_text(ctx: Context, key: str, renamed: Mapping[Place, str]) -> str:
    """The spelling of a generator with some indices spelled otherwise."""
    gen = ctx.generators[key]
    if gen.places.isdisjoint(renamed):
        return key
    memo_key = ("text", key, tuple(sorted((p, renamed[p]) for p in gen.places if p in renamed)), ctx.suspended)
    found = ctx.memo.get(memo_key)
    if found is None:
        ctx.spend(1)
        symmetric = gen.kind == "a" and ctx.symmetric.get(gen.parts[0]) == 1 and gen.parts[0] not in ctx.suspended
        if gen.kind in "dg" or symmetric:
            found = _spell_unordered(gen, renamed)
        else:
            found = _spell(ctx, gen.kind, gen.parts, renamed)
        ctx.memo[memo_key] = found
    return str(found)


def _spell_unordered(gen: Generator, renamed: Mapping[Place, str]) -> str:
    pair = gen.parts[1] if gen.kind == "a" else gen.parts
    spelled = ",".join(sorted(renamed.get(p) or token(p) for p in pair))
    return f"{gen.kind}({gen.parts[0] if gen.kind == 'a' else ''};{spelled})"


def _spell(ctx: Context, kind: str, parts: tuple[object, ...], renamed: Mapping[Place, str]) -> str:
    return f"{kind}({';'.join([_spell_part(ctx, part, renamed) for part in parts])})"


def _spell_part(ctx: Context, part: object, renamed: Mapping[Place, str]) -> str:
    if isinstance(part, tuple):
        if part and isinstance(part[0], int):
            return renamed.get(part) or token(part)
        return ",".join([_spell_part(ctx, p, renamed) for p in part])
    if isinstance(part, str):
        return part
    if isinstance(part, dict):
        return poly_text(ctx, part, renamed)
    if isinstance(part, Factors):
        return mono_text(ctx, part.mono, renamed)
    raise TypeError(part)


def intern(
    ctx: Context,
    kind: str,
    parts: tuple[object, ...],
    inside: frozenset[Place],
    used: frozenset[str],
    tall: int = 0,
) -> str:
    """The key of a generator, made on first use."""
    key = _spell(ctx, kind, parts, {})
    return key if key in ctx.generators else _kept(ctx, Generator(kind, parts, key, inside, used, tall))


def _kept(ctx: Context, gen: Generator) -> str:
    if len(gen.key) > LONGEST:
        raise Stuck("budget", "a part of the normal form is too long")
    ctx.spend(1)
    ctx.generators[gen.key] = gen
    return gen.key


def atom(ctx: Context, kind: str, parts: tuple[object, ...]) -> str:
    """The key of a generator without polynomials inside: a variable, an entry of an array, a delta, a guard."""
    gen = _atom(kind, parts)
    return gen.key if gen.key in ctx.generators else _kept(ctx, gen)


@lru_cache(maxsize=4_096)
def _atom(kind: str, parts: tuple[Any, ...]) -> Generator:
    at = parts if kind in "dg" else parts[1] if kind == "a" else ()
    used = NO_NAMES if kind in "dg" else frozenset(parts[:1])
    key = f"{kind}({';'.join(map(_atom_text, parts))})"
    return Generator(kind, parts, key, frozenset(p for p in at if p[0]), used, 0)


def _atom_text(part: Any) -> str:
    if isinstance(part, str):
        return part
    return token(part) if part and isinstance(part[0], int) else ",".join(map(token, part))


def opaque(ctx: Context, kind: str, *parts: object) -> Polynomial:
    """A generator over polynomials."""
    return {((opaque_key(ctx, kind, *parts), 1),): 1}


def opaque_key(ctx: Context, kind: str, *parts: object, bound: tuple[Place, ...] = ()) -> str:
    """The key of a generator over polynomials and monomials; ``bound`` are the indices in them that it binds."""
    key = _spell(ctx, kind, parts, {})
    if key in ctx.generators:
        return key
    inner: Polynomial = {mono: 1 for part in parts for mono in _monos(part)}
    inside, used, tall = places(ctx, inner), names(ctx, inner), height(ctx, inner)
    if bound:
        inside, used, tall = inside.difference(bound), used.union(p[1] for p in bound), max(p[2] for p in bound)
    return _kept(ctx, Generator(kind, parts, key, inside, used, tall))


def parts_of(gen: Generator) -> list[Monomial]:
    """The monomials inside a generator."""
    return [mono for part in gen.parts for mono in _monos(part)]


def _monos(part: object) -> Iterable[Monomial]:
    if isinstance(part, dict):
        return part
    if isinstance(part, Factors):
        return (part.mono,)
    return [mono for inner in part for mono in _monos(inner)] if isinstance(part, tuple) else ()


def reached(ctx: Context, poly: Polynomial, name: str, inner: bool = False) -> list[str]:
    """The keys under which a variable or a component of an array stands in a polynomial, however deep.

    Components at an index that is bound inside count only where ``inner`` asks for them.
    """
    found: set[str] = set()
    stack = [key for mono in poly for key, _ in mono]
    while stack:
        ctx.spend(1)
        gen = ctx.generators[stack.pop()]
        if gen.kind in "va" and gen.parts[0] == name and (inner or all(p[0] != BOUND for p in gen.places)):
            found.add(gen.key)
        elif name in gen.names:
            stack.extend(key for mono in parts_of(gen) for key, _ in mono)
    return sorted(found)
