"""投票作废: the votes of one project give no points, by a ruling whose effect is seen before it is made."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from judge_app.core import commands
from judge_app.core.commands import Command
from judge_app.core.explain import VOTES_METHODS, VotesMethod
from judge_app.core.marks import Ruling
from judge_app.core.results import Change, moved_by_votes
from judge_app.core.stages import ProjectStage
from judge_app.core.views import Briefing, ChairView
from judge_app.core.working import VOTES_OF_ONE_ROOM, ProjectResult, Tabulation
from judge_app.ui.chair import pending, trial
from judge_app.ui.chair.questions import Asked
from judge_app.ui.effects import change_words
from judge_app.ui.glossary import OUT, ROLES, number, people, printed
from judge_app.ui.language import either, mark, tr, tr_count
from judge_app.ui.own_rules import rules_of
from judge_app.ui.widgets import Choice, Question

REASONS = (mark("Votes were bought"), mark("Votes were made by machine"), mark("Against the rules of the vote"))


def way(method: VotesMethod, effect: str) -> Choice:
    """A way to rule as it is offered."""
    words = VOTES_METHODS[method]
    return Choice(method, either(words.zh, words.en.capitalize()), effect)


def made(entry_no: str, method: VotesMethod) -> Ruling:
    """A ruling as it is tried, before somebody makes it for a reason."""
    return Ruling(kind="votes", by="—", reason="—", entry_no=entry_no, method=method)


def may_rule(view: ChairView, briefing: Briefing, entry_no: str) -> bool:
    """Whether there is anything to decide about a project's votes now."""
    stage = next((one.stage for one in view.projects if one.entry_no == entry_no), None)
    votes = next((one.votes for one in briefing.projects if one.entry_no == entry_no), None)
    rules = rules_of(briefing, entry_no)
    open_ = stage is not ProjectStage.LOCKED and not view.session_locked
    results = view.tabulation.projects if view.tabulation is not None else ()
    here = not any(VOTES_OF_ONE_ROOM in one.flags for one in results)  # else it is ruled on for all rooms together
    seen = _result(view, entry_no) is not None or (bool(results) and stage in OUT)
    return open_ and rules.popularity is not None and bool(votes) and here and seen


def _result(view: ChairView, entry_no: str) -> ProjectResult | None:
    """Its result; None where it is not shown, or left the contest: its votes keep their place among the others'."""
    if view.tabulation is None or entry_no not in view.visible:
        return None
    return next((one for one in view.tabulation.projects if one.entry_no == entry_no), None)


def asked(view: ChairView, briefing: Briefing, entry_no: str) -> Asked | None:
    """How the votes of a project are ruled on; None where there is nothing to decide."""
    if view.tabulation is None or not may_rule(view, briefing, entry_no):
        return None
    now = _result(view, entry_no)
    locked = {one.entry_no for one in view.projects if one.stage is ProjectStage.LOCKED}
    offered: dict[str, tuple[Choice, Ruling]] = {}
    seen = [points_by_project(view.tabulation.projects)]
    kept_out: list[str] = []
    for method in VOTES_METHODS:
        ruling = made(entry_no, method)
        tried = trial.with_ruling(view, briefing, ruling)
        if tried is None:
            continue
        after, change = tried
        points = points_by_project(after.projects)
        if points in seen:
            continue  # as it is now, or as another way has it
        seen.append(points)
        moved = moved_by_votes(view.tabulation, after, locked)
        if moved:
            kept_out += moved
            continue
        effect = effect_words(entry_no, now, after, change.changes)
        offered[method] = way(method, effect), ruling
    if not offered:
        return None
    name = next(one.name for one in briefing.projects if one.entry_no == entry_no)
    votes = next(one.votes for one in briefing.projects if one.entry_no == entry_no) or 0
    said = [name, tr("What is decided is kept with who and why, and printed with the result.")]
    if kept_out:
        said.append(
            tr(
                "That those with fewer votes move up would change locked results: open {nos} again first.",
                nos=people([number(no) for no in dict.fromkeys(kept_out)]),
            )
        )

    def make(choice: str, reason: str, _second: str) -> list[Command]:
        by = briefing.seat.name or tr(ROLES[briefing.seat.role])
        return [commands.MakeRuling(ruling=pending.encoded(offered[choice][1], by, reason), reason=reason)]

    return Asked(
        Question(
            key="votes",
            title=tr_count(votes, "The votes of {no}: {n} vote", "The votes of {no}: {n} votes", no=number(entry_no)),
            consequence="\n".join(said),
            choices=tuple(choice for choice, _ in offered.values()),
            chosen=next(iter(offered)) if len(offered) == 1 else "",
            reasons=tuple(tr(reason) for reason in REASONS),
            yes=tr("Record the ruling"),
            tone="warn",
        ),
        make,
    )


def points_by_project(results: Sequence[ProjectResult]) -> list[tuple[str, Decimal | None, bool]]:
    """What the votes give each project, and whether they were voided: two ways with the same are one."""
    return [(one.entry_no, one.popularity_counted, one.votes_voided) for one in results]


def effect_words(entry_no: str, now: ProjectResult | None, after: Tabulation, changes: Sequence[Change]) -> str:
    """What a ruling on a project's votes does: its points, total and rank (none for one that left), and whose else
    change."""
    parts = []
    if now is not None:
        then = after.project(entry_no)
        before, counted = printed(now.popularity_counted), printed(then.popularity_counted)
        parts.append(tr("points {before} → {after}", before=before, after=counted))
        if now.total is not None and then.total is not None:
            parts.append(tr("total {before} → {after}", before=printed(now.total), after=printed(then.total)))
        if now.rank is not None and now.rank != then.rank:
            parts.append(tr("rank {before} → {after}", before=now.rank, after=then.rank or "—"))
    return " · ".join([*parts, *(change_words(changes, entry_no) or [tr("nothing else changes")])])
