"""Ranks: competition ranking (1, 2, 2, 4) by the printed total, told apart by the rule set's tie keys in order.

The key that decided is kept with the project that it put ahead (A-08, domain.md 60). A key that not every one of the
equal projects has a value for decides nothing. What no key tells apart shares the rank, until a
``tie`` ruling orders it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from judge_app.core.contest import Struct

RULING = "ruling"
"""The tie key of a project that a ruling put ahead."""

KeyValue = Callable[[str, str], Fraction | Decimal | None]
"""(entry number, tie key) → its value, more is better; None where it has none."""


class Place(Struct, frozen=True):
    """One project's rank within its scope, and the key that put it ahead of an equal one below it."""

    entry_no: str
    rank: int
    tie_key: str | None = None
    ruled: bool = False


_DIGITS = re.compile(r"([0-9]+)")


@lru_cache(maxsize=65536)
def natural(number: str) -> tuple[tuple[tuple[int, int, str], ...], str]:
    """A sort key for numbers of judges and entries: J2 before J10; equal readings (J2, J02) by their text."""
    parts = _DIGITS.split(number)
    return tuple((0, int(part), "") if index % 2 else (1, 0, part) for index, part in enumerate(parts)), number


def rank(
    totals: Mapping[str, Decimal],
    tie_keys: Sequence[str],
    value: KeyValue,
    orders: Sequence[Sequence[str]] = (),
) -> tuple[Place, ...]:
    """The places of one scope, best first; equal ones in the order of ``totals``.

    ``orders`` are the orders of tie rulings; one applies where its entries are exactly the ones still tied.
    """
    by_total: dict[Decimal, list[str]] = {}
    for entry_no, total in totals.items():
        by_total.setdefault(total, []).append(entry_no)
    places: list[Place] = []
    for total in sorted(by_total, reverse=True):
        tied = by_total[total]
        groups = [(tied, None, False)] if len(tied) == 1 else _tell_apart(tied, tuple(tie_keys), value, orders)
        for members, key, ruled in groups:
            first = len(places) + 1
            places += [Place(entry_no=no, rank=first, tie_key=key, ruled=ruled) for no in members]
    return tuple(places)


def _tell_apart(
    tied: list[str], keys: tuple[str, ...], value: KeyValue, orders: Sequence[Sequence[str]]
) -> list[tuple[list[str], str | None, bool]]:
    """(members, the key that put them ahead of the next group, by ruling) for projects with equal printed totals."""
    for index, key in enumerate(keys):
        values = {no: value(no, key) for no in tied}
        steps = {held for held in values.values() if held is not None}
        if len(steps) < 2 or None in values.values():
            continue
        groups: list[tuple[list[str], str | None, bool]] = []
        lowest = min(steps)
        for step in sorted(steps, reverse=True):
            members = [no for no in tied if values[no] == step]
            inner = (
                [(members, None, False)]
                if len(members) == 1
                else _tell_apart(members, keys[index + 1 :], value, orders)
            )
            if step != lowest:
                last, _, ruled = inner[-1]
                inner = [*inner[:-1], (last, key, ruled)]
            groups += inner
        return groups
    for order in orders:
        if len(order) == len(tied) and set(order) == set(tied):
            return [([no], RULING if no != order[-1] else None, True) for no in order]
    return [(tied, None, False)]
