"""The review of a result by the desk: the scorer recomputes it line by line, the checker does so once more.

A line is one number that stands on the printed sheets: a judge's total in a component (F1), a component's score, what
was deducted, the total (F2); of votes the project's rank by them, its points, the cap and what counts. Each is ticked,
or the number that was found instead is given with a reason. What is recorded holds the numbers as each person saw them.
Where votes are ranked over several rooms, what they give and the total are no room's numbers, and nothing to tick in it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from judge_app.core.contest import Struct
from judge_app.core.rules import RuleSet
from judge_app.core.working import VOTES_OF_ONE_ROOM, ProjectResult

Kind = Literal["mark", "component", "votes_rank", "votes_points", "votes_cap", "votes_counted", "deducted", "total"]

NONE = "—"
"""Stands where there is no number; never 0."""


class Line(Struct, frozen=True):
    """One number to be ticked. ``component`` and ``judge`` say where it stands, empty where it is of the whole."""

    kind: Kind
    shown: str
    component: str = ""
    judge: str = ""

    @property
    def key(self) -> str:
        return "|".join((self.kind, self.component, self.judge))


class Tick(Struct, frozen=True):
    """One line as somebody checked it. ``found`` is empty where the number is right; else what stands on the sheet or
    was computed, with ``reason``."""

    line: str
    shown: str
    found: str = ""
    reason: str = ""


class Reviewed(Struct, frozen=True):
    """One person's review of a result: who, from which seat, when (wall UTC), the record's number, the lines."""

    seat: str
    name: str
    at: str
    seq: int
    ticks: tuple[Tick, ...]

    @property
    def differences(self) -> tuple[Tick, ...]:
        return tuple(tick for tick in self.ticks if tick.found)


class Review(Struct, frozen=True):
    """How far the review of a project's result has come."""

    recomputed: Reviewed | None = None
    checked: Reviewed | None = None
    machines: frozenset[str] = frozenset()
    """The computers at which it was recomputed."""

    @property
    def differs(self) -> bool:
        """Whether a difference stands that nobody has settled: by a new sheet, or by a new look that finds none."""
        return any(one is not None and one.differences for one in (self.recomputed, self.checked))

    @property
    def passed(self) -> bool:
        """已复核: recomputed and checked, without a difference."""
        return self.recomputed is not None and self.checked is not None and not self.differs


def lines(rules: RuleSet, result: ProjectResult) -> tuple[Line, ...]:
    """The numbers of a result in the order in which the printed sheets have them."""
    made: list[Line] = []
    for component in rules.components:
        held = result.components.get(component.key)
        if held is None:
            continue
        made += [
            Line(kind="mark", component=component.key, judge=mark.judge, shown=_shown(mark.total))
            for mark in held.marks
            if mark.total is not None
        ]
        made.append(Line(kind="component", component=component.key, shown=_shown(held.score)))
    official = VOTES_OF_ONE_ROOM not in result.flags
    if rules.popularity is not None and official:
        made += _votes(result)
    if result.deducted:
        made.append(Line(kind="deducted", shown=_shown(result.deducted)))
    if official:
        made.append(Line(kind="total", shown=_shown(result.total)))
    return tuple(made)


def _votes(result: ProjectResult) -> list[Line]:
    rank = NONE if result.popularity_rank is None else str(result.popularity_rank)
    made = [
        Line(kind="votes_rank", shown=rank),
        Line(kind="votes_points", shown=_shown(result.popularity_points)),
    ]
    if result.popularity_cap is not None:
        made.append(Line(kind="votes_cap", shown=_shown(result.popularity_cap)))
    return [*made, Line(kind="votes_counted", shown=_shown(result.popularity_counted))]


def _shown(value: Decimal | None) -> str:
    if value is None:
        return NONE
    exponent = value.as_tuple().exponent
    return f"{value:.{max(2, -exponent) if isinstance(exponent, int) else 2}f}"


def fits(ticks: tuple[Tick, ...], now: tuple[Line, ...]) -> bool:
    """Whether the ticks are of exactly the lines that stand now, with their numbers."""
    return [(tick.line, tick.shown) for tick in ticks] == [(line.key, line.shown) for line in now]
