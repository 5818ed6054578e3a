"""What a decision does to results, in words: one wording for every window that shows an effect before it is made."""

from __future__ import annotations

from collections.abc import Sequence

from judge_app.core.results import Change
from judge_app.ui.glossary import number, people, printed
from judge_app.ui.language import tr, tr_count

MOST = 3
"""So many totals and so many ranks are named; of more it is said how many."""


def change_words(changes: Sequence[Change], but: str = "") -> list[str]:
    """Who advances and who no longer does, whose awards are others or lost, then ``moved_words``; [] for no change."""
    into = [number(one.entry_no) for one in changes if one.advances_after and not one.advances_before]
    out = [number(one.entry_no) for one in changes if one.advances_before and not one.advances_after]
    parts = []
    if into:
        parts.append(tr("advance: {nos}", nos=people(into)))
    if out:
        parts.append(tr("no longer advance: {nos}", nos=people(out)))
    for one in changes:
        if one.awards_after != one.awards_before:
            awards = people(list(one.awards_after)) or tr("no award")
            parts.append(tr("{no}: {awards}", no=number(one.entry_no), awards=awards))
    return parts + moved_words(changes, but)


def moved_words(changes: Sequence[Change], but: str = "") -> list[str]:
    """Whose totals and ranks are others, of all projects but ``but``, for which the caller speaks itself."""
    others = [one for one in changes if one.entry_no != but]
    totals = [one for one in others if one.total_before != one.total_after]
    ranks = [one for one in others if one.rank_before != one.rank_after]
    parts = []
    for one in totals[:MOST]:
        before, after = printed(one.total_before), printed(one.total_after)
        parts.append(tr("{no}: total {before} → {after}", no=number(one.entry_no), before=before, after=after))
    if len(totals) > MOST:
        parts.append(tr_count(len(totals) - MOST, "{n} more total changes", "{n} more totals change"))
    for one in ranks[:MOST]:
        rank_before, rank_after = one.rank_before or "—", one.rank_after or "—"
        parts.append(tr("{no}: rank {before} → {after}", no=number(one.entry_no), before=rank_before, after=rank_after))
    if len(ranks) > MOST:
        parts.append(tr_count(len(ranks) - MOST, "{n} more rank changes", "{n} more ranks change"))
    return parts
