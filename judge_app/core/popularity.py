"""Popularity points: votes → rank → points → cap (S1-07, A-12 … A-14)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from judge_app.core.marks import Entry, scope_of
from judge_app.core.rules import Popularity, RuleSet
from judge_app.core.working import floored, rounded


def popularity_ranks(rule: Popularity, entries: Sequence[Entry]) -> dict[str, tuple[int, int] | None]:
    """Entry → (rank of its votes in the scope, how many share it); None: no vote was cast for it."""
    counts: dict[str, list[int]] = {}
    for entry in entries:
        if entry.votes:
            counts.setdefault(scope_of(entry, rule.scope), []).append(entry.votes)
    first: dict[tuple[str, int], tuple[int, int]] = {}
    for scope, votes in counts.items():
        votes.sort(reverse=True)
        for index, vote in enumerate(votes):
            place, sharing = first.get((scope, vote), (index + 1, 0))
            first[scope, vote] = place, sharing + 1
    found: dict[str, tuple[int, int] | None] = {}
    for entry in entries:
        if entry.votes == 0:
            found[entry.entry_no] = None
        elif entry.popularity_rank is not None:
            found[entry.entry_no] = entry.popularity_rank, 1
        else:
            found[entry.entry_no] = first[scope_of(entry, rule.scope), entry.votes] if entry.votes else None
    return found


def popularity_points(rule: Popularity, held: tuple[int, int] | None) -> Fraction:
    if held is None:
        return Fraction(rule.zero_votes)
    place, sharing = held
    if rule.tie == "same_rank_same_points":
        sharing = 1
    values = rule.table[place - 1 : place - 1 + sharing]
    return Fraction(sum(values, Decimal(0))) / sharing


def capped(rules: RuleSet, points: Fraction, judged: Fraction | None) -> tuple[Decimal | None, Decimal | None]:
    """(points that count, the most that could) of points before the cap; None while the judged sum is unknown."""
    rule = rules.popularity
    assert rule is not None
    printed = rounded(points, rules.rounding)
    if judged is None:
        return None, None
    if rule.cap_mode == "none" or rule.cap is None:
        return printed, None
    places = rules.rounding.places
    share = Fraction(rule.cap)
    if rule.cap_mode == "own_total":
        most = floored(judged * share / (1 - share), places)
        return min(printed, most), most
    most = floored(Fraction(rules.full_marks) * share, places)
    if rule.cap_mode == "full_marks_clip":
        return min(printed, most), most
    best = max(rule.table, default=Decimal(0))
    factor = Fraction(rules.full_marks) * share / Fraction(best) if best else Fraction(0)
    return rounded(points * min(factor, Fraction(1)), rules.rounding), None
