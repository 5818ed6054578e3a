"""Quotas, advancement and awards: who goes on and who gets what, from places alone.

A tie across a hard quota or across an award boundary is never decided here: it is reported with its candidates and
waits for a ruling (A-09, A-10). Everything works scope by scope; see scoring.py for how a contest is put together.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

import msgspec

from judge_app.core.contest import Struct
from judge_app.core.ranking import Place
from judge_app.core.rules import Award


class Outcome(enum.StrEnum):
    """Where a list of advancing or awarded projects stands."""

    FINAL = "FINAL"
    PENDING_RULING = "PENDING_RULING"
    """A tie across the line waits for the chair."""
    PENDING = "PENDING"
    """A project of the scope is not finished."""
    NOT_STATED = "NOT_STATED"
    """The rules state no number, or the number it is a share of is not known."""


def worst(outcomes: Sequence[Outcome]) -> Outcome:
    """The state of a whole list made of scopes: unfinished outweighs a ruling, a ruling what is not stated."""
    for outcome in (Outcome.PENDING, Outcome.PENDING_RULING, Outcome.NOT_STATED):
        if outcome in outcomes:
            return outcome
    return Outcome.FINAL


class Quotas(Struct, frozen=True):
    """A ratio applied to each scope, all four roundings side by side (A-21), with what an organiser should see.

    ``exact`` holds fractions as text ("23/5"). ``warnings`` are (zh, en).
    """

    exact: dict[str, str]
    half_up: dict[str, int]
    floor: dict[str, int]
    ceil: dict[str, int]
    largest_remainder: dict[str, int]
    total: int
    """The half-up share of the sum: what the parts are expected to add up to."""
    warnings: tuple[tuple[str, str], ...] = ()

    def by(self, rounding: str) -> dict[str, int]:
        return {
            "half_up": self.half_up,
            "floor": self.floor,
            "ceil": self.ceil,
            "largest_remainder": self.largest_remainder,
        }[rounding]


def half_up(value: Fraction) -> int:
    """A non-negative fraction to the nearest whole, halves up."""
    return floor(value + Fraction(1, 2))


def quotas(ratio: Decimal, basis: Mapping[str, int], rounding: str = "half_up") -> Quotas:
    """The places of each scope: ``ratio`` of ``basis[scope]``. Warnings are about the ``rounding`` chosen.

    Largest remainder: the floors, then one more for the largest remainders until the half-up share of the sum is
    reached; equal remainders go in the order of ``basis``.
    """
    share = Fraction(ratio)
    exact = {scope: share * count for scope, count in basis.items()}
    total = half_up(share * sum(basis.values()))
    floors = {scope: floor(value) for scope, value in exact.items()}
    largest = dict(floors)
    by_remainder = sorted(exact, key=lambda scope: exact[scope] - floors[scope], reverse=True)
    for scope in by_remainder[: total - sum(floors.values())]:
        largest[scope] += 1
    found = Quotas(
        exact={scope: str(value) for scope, value in exact.items()},
        half_up={scope: half_up(value) for scope, value in exact.items()},
        floor=floors,
        ceil={scope: ceil(value) for scope, value in exact.items()},
        largest_remainder=largest,
        total=total,
    )
    return Quotas(
        exact=found.exact,
        half_up=found.half_up,
        floor=found.floor,
        ceil=found.ceil,
        largest_remainder=found.largest_remainder,
        total=total,
        warnings=_quota_warnings(found.by(rounding), basis, total),
    )


def _quota_warnings(chosen: Mapping[str, int], basis: Mapping[str, int], total: int) -> tuple[tuple[str, str], ...]:
    warnings = []
    if sum(chosen.values()) != total:
        warnings.append(
            (
                f"各组名额之和为 {sum(chosen.values())}，按总数计算为 {total}，请确认取整方式",
                f"the places add up to {sum(chosen.values())}, the share of the sum is {total}: check the rounding",
            )
        )
    warnings += [
        (f"{scope} 有 {basis[scope]} 个项目，但名额为 0", f"{scope} has {basis[scope]} projects but no place")
        for scope, places in chosen.items()
        if places == 0 and basis[scope] > 0
    ]
    return tuple(warnings)


class CutRuling(Struct, frozen=True):
    """A decision on projects tied across a line: ``order`` names them best first (at least as many as there are places
    left), or ``both`` lets all in."""

    entries: tuple[str, ...]
    order: tuple[str, ...] = ()
    both: bool = False


class Cut(Struct, frozen=True):
    """Who of one scope goes on. ``candidates`` tie across a hard quota; ``tied`` touch the line, decided or not;
    ``ruled`` were decided by a ruling."""

    advance: tuple[str, ...]
    outcome: Outcome = Outcome.FINAL
    candidates: tuple[str, ...] = ()
    tied: tuple[str, ...] = ()
    ruled: tuple[str, ...] = ()


def groups_of(places: Sequence[Place]) -> list[list[str]]:
    """Projects that share a rank, best first."""
    groups: dict[int, list[str]] = {}
    for place in places:
        groups.setdefault(place.rank, []).append(place.entry_no)
    return list(groups.values())


def cut(places: Sequence[Place], quota: int, *, hard: bool, rulings: Sequence[CutRuling] = ()) -> Cut:
    """The first ``quota`` of one scope's places."""
    advance: list[str] = []
    for group in groups_of(places):
        if len(advance) + len(group) <= quota:
            advance += group
            continue
        if len(advance) >= quota:
            break
        tied = tuple(group)
        ruling = next((one for one in rulings if set(one.entries) == set(group)), None)
        free = quota - len(advance)
        if ruling is not None and (ruling.both or len(ruling.order) >= free):
            chosen = group if ruling.both else ruling.order[:free]
            return Cut(advance=(*advance, *chosen), tied=tied, ruled=tied)
        if hard:
            return Cut(advance=tuple(advance), outcome=Outcome.PENDING_RULING, candidates=tied, tied=tied)
        return Cut(advance=(*advance, *group), tied=tied)
    return Cut(advance=tuple(advance))


class AwardRuling(Struct, frozen=True):
    """A decision on projects tied across an award boundary (A-10): order them, give all the better award and let the
    next one shrink (``keep_total``), or give all the better award and add places (``add_place``)."""

    entries: tuple[str, ...]
    method: str
    order: tuple[str, ...] = ()


class Given(Struct, frozen=True):
    """The awards of one scope. ``awards`` lists entries by rank, as far as they are beyond doubt; ``candidates`` tie
    across a boundary, group by group; ``unfilled`` counts places for which there was no project."""

    awards: dict[str, tuple[str, ...]]
    outcome: Outcome = Outcome.FINAL
    candidates: tuple[tuple[str, ...], ...] = ()
    tied: tuple[str, ...] = ()
    ruled: tuple[str, ...] = ()
    unfilled: dict[str, int] = msgspec.field(default_factory=dict)


def give(places: Sequence[Place], awards: Sequence[Award], rulings: Sequence[AwardRuling] = ()) -> Given:
    """Composite awards with counts, filled by rank in the order they are written.

    The first award without a count ends the list: from there on nobody has said how many.
    """
    counted: list[tuple[str, int]] = []
    for award in awards:
        if award.kind != "composite":
            continue
        if award.count is None:
            break
        counted.append((award.name, award.count))
    if not counted:
        return Given(awards={}, outcome=Outcome.NOT_STATED)
    ends: list[int] = []
    for _, count in counted:
        ends.append((ends[-1] if ends else 0) + count)
    won: dict[str, list[str]] = {name: [] for name, _ in counted}
    candidates: list[tuple[str, ...]] = []
    tied: list[str] = []
    ruled: list[str] = []
    position = 0
    for group in groups_of(places):
        tier = _tier(ends, position)
        if tier is None:
            break
        last = position + len(group)
        if last <= ends[tier]:
            if not candidates:
                won[counted[tier][0]] += group
            position = last
            continue
        tied += group
        ruling = next((one for one in rulings if set(one.entries) == set(group)), None)
        if ruling is None or (ruling.method == "order" and len(ruling.order) != len(group)):
            candidates.append(tuple(group))
            position = last
            continue
        ruled += group
        if ruling.method == "order":
            for offset, entry_no in enumerate(ruling.order):
                one = _tier(ends, position + offset)
                if one is not None and not candidates:
                    won[counted[one][0]].append(entry_no)
        else:
            if not candidates:
                won[counted[tier][0]] += group
            if ruling.method == "add_place":
                extra = last - ends[tier]
                ends = [end + extra if index >= tier else end for index, end in enumerate(ends)]
        position = last
    unfilled: dict[str, int] = {}
    if not candidates:
        start = 0
        for (name, _), end in zip(counted, ends, strict=True):
            free = end - max(start, min(position, end))
            if free > 0:
                unfilled[name] = free
            start = end
    return Given(
        awards={name: tuple(entries) for name, entries in won.items()},
        outcome=Outcome.PENDING_RULING if candidates else Outcome.FINAL,
        candidates=tuple(candidates),
        tied=tuple(tied),
        ruled=tuple(ruled),
        unfilled=unfilled,
    )


def _tier(ends: Sequence[int], position: int) -> int | None:
    """The index of the award that a position (from 0) falls to; None beyond the last."""
    return next((index for index, end in enumerate(ends) if position < end), None)
