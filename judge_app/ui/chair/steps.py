"""The one next step of the chair and of the desk."""

from __future__ import annotations

from typing import Literal

import msgspec

from judge_app.core.review import Line
from judge_app.core.seats import Role
from judge_app.core.stages import ProjectStage
from judge_app.core.views import Briefing, ChairView, ReviewStep
from judge_app.core.working import VOTES_OF_ONE_ROOM, Status
from judge_app.ui.chair import pending, review
from judge_app.ui.glossary import OUT, number
from judge_app.ui.language import tr, tr_count

Act = Literal["", "lock", "rule", "show", "sign", "lock-session", "confirm", "publish", "tick", "record", "paper"]


class ChairStep(msgspec.Struct, frozen=True):
    """What comes next: its words, a line below, what it does and to which project; no ``act``: nothing to press."""

    text: str
    note: str = ""
    act: Act = ""
    entry_no: str = ""


def unconfirmed(view: ChairView, briefing: Briefing) -> tuple[str, ...]:
    """Assumed values that nobody has confirmed."""
    done = {path for path, _ in view.confirmed}
    return tuple(path for path in briefing.rules.assumed if path not in done)


def all_settled(view: ChairView) -> bool:
    """Whether every project is locked or out."""
    return bool(view.projects) and all(one.stage is ProjectStage.LOCKED or one.stage in OUT for one in view.projects)


def signed(view: ChairView, role: Role) -> bool:
    return any(one.role == role.value and not one.stale for one in view.signatures)


def published_elsewhere(view: ChairView) -> bool:
    """Whether the totals are not this room's to publish, since they hold points for votes ranked over all rooms."""
    projects = view.tabulation.projects if view.tabulation is not None else ()
    return any(VOTES_OF_ONE_ROOM in one.flags for one in projects)


def asked_back(view: ChairView, entry_no: str) -> list[tuple[str, str]]:
    """Whose sheet of a project is asked back and not answered yet, and why."""
    return [(judge, why) for no, judge, why in view.return_requests if no == entry_no]


def following(view: ChairView, shown: str) -> str:
    """The next project that waits for review, after the one that is shown; '' where none does."""
    order = [one.entry_no for one in view.projects]
    closed = [one.entry_no for one in view.projects if one.stage is ProjectStage.CLOSED]
    after = [no for no in closed if shown in order and order.index(no) > order.index(shown)]
    return next(iter([*after, *closed]), "")


def first(view: ChairView) -> str:
    """What to look at to begin with: what waits for review, else what is on stage, else the first project."""
    waiting = following(view, "")
    return waiting or view.current or (view.projects[0].entry_no if view.projects else "")


def next_step(
    view: ChairView, briefing: Briefing, shown: str, *, comparing: bool = False, at_hand: Line | None = None
) -> ChairStep:
    """What comes next with this project in view. ``comparing``: the desk goes through its numbers, ``at_hand`` the one
    that is compared now (None: all have been)."""
    role = briefing.seat.role
    if role is not Role.CHAIR:
        if comparing:
            return _compare_step(briefing, shown, at_hand)
        coming = to_review(view, briefing, shown)
        if coming and coming != shown:
            return ChairStep(tr("Review {no}", no=number(coming)), "", "show", coming)
        return _desk_step(view, role)
    if view.published:
        return ChairStep(tr("The results are published"), tr("The host can bring them onto the stage"))
    if view.session_locked:
        if published_elsewhere(view):
            return ChairStep(
                tr("All rooms publish the results"), tr("Votes are ranked over all rooms; this room is finished")
            )
        left = unconfirmed(view, briefing)
        if left:
            return ChairStep(
                tr_count(len(left), "Confirm {n} assumed value…", "Confirm {n} assumed values…"),
                tr("Then the results can be published"),
                "confirm",
            )
        return ChairStep(tr("Publish the results…"), "", "publish")
    if all_settled(view):
        open_ones = pending.rulings_needed(view)
        if open_ones:
            return ChairStep(tr("Rule on the tie…"), pending.title(open_ones[0], view, briefing), "rule")
        if not signed(view, Role.CHAIR):
            return ChairStep(tr("Sign the results…"), tr("All projects are locked"), "sign")
        return ChairStep(tr("Lock the results of this session…"), "", "lock-session")
    return _project_step(view, briefing, shown)


def paper_step(complete: bool, filled: int, lines: int) -> ChairStep:
    """What comes next while a paper sheet is entered."""
    if complete:
        return ChairStep(tr("Record my reading"), tr("It counts once a second reading agrees"), "paper")
    return ChairStep(
        tr("{done} of {total} lines entered", done=filled, total=lines), tr("And the name of who enters it")
    )


def to_review(view: ChairView, briefing: Briefing, shown: str) -> str:
    """The project whose numbers this seat goes through next: the one in view, else the next one; '' for none."""
    order = [one.entry_no for one in view.projects if review.my_turn(view, briefing, one.entry_no)]
    return shown if shown in order else next(iter(order), "")


def _compare_step(briefing: Briefing, shown: str, at_hand: Line | None) -> ChairStep:
    """What the scorer or the checker does next with the numbers of a project."""
    if at_hand is not None:
        return ChairStep(
            tr("Agrees: {number}", number=at_hand.shown),
            review.line_words(briefing, shown, at_hand.key),
            "tick",
            shown,
        )
    words = tr("Record: recomputed") if briefing.seat.role is Role.SCORER else tr("Record: checked")
    return ChairStep(words, tr("Every number of {no} was compared", no=number(shown)), "record", shown)


def _desk_step(view: ChairView, role: Role) -> ChairStep:
    if not all_settled(view):
        locked = sum(1 for one in view.projects if one.stage is ProjectStage.LOCKED)
        return ChairStep(
            tr("Waiting for the chair"), tr("{done} of {total} locked", done=locked, total=len(view.projects))
        )
    if signed(view, role):
        return ChairStep(tr("Signed"))
    return ChairStep(tr("Sign the results…"), tr("All projects are locked"), "sign")


def _project_step(view: ChairView, briefing: Briefing, shown: str) -> ChairStep:
    stage = next((one.stage for one in view.projects if one.entry_no == shown), None)
    result = None
    if view.tabulation is not None and shown in view.visible:
        result = next((one for one in view.tabulation.projects if one.entry_no == shown), None)
    if stage is ProjectStage.CLOSED and result is not None:
        if result.status is Status.PENDING_RULING:
            return ChairStep(tr("Rule on {no}…", no=number(shown)), "", "rule", shown)
        if result.status is Status.INCOMPLETE:
            return ChairStep(tr("{no} is incomplete", no=number(shown)), tr("Get the missing sheets, or mark absences"))
        if review.wanted(briefing):
            waiting = _waits_for_review(view, shown)
            if waiting is not None:
                return waiting
        if asked_back(view, shown):
            return ChairStep(tr("Lock {no}…", no=number(shown)), tr("A judge asked for the sheet back"), "lock", shown)
        return ChairStep(tr("Lock {no}", no=number(shown)), tr("Opening it again takes a second person"), "lock", shown)
    coming = following(view, shown)
    if coming and coming != shown:
        return ChairStep(tr("Review {no}", no=number(coming)), "", "show", coming)
    if stage is ProjectStage.SCORING:
        return ChairStep(tr("Waiting for the sheets of {no}", no=number(shown)))
    return ChairStep(tr("Waiting for the next sheets"))


def _waits_for_review(view: ChairView, shown: str) -> ChairStep | None:
    """Why the chair cannot lock a project yet, as far as the desk is concerned."""
    step = next((one.review for one in view.projects if one.entry_no == shown), ReviewStep.NONE)
    no = number(shown)
    if step is ReviewStep.NONE:
        return ChairStep(tr("The scorer recomputes {no}", no=no), tr("Then the checker, then you lock it"))
    if step is ReviewStep.RECOMPUTED:
        return ChairStep(tr("The checker checks {no}", no=no), tr("Then you lock it"))
    if step is ReviewStep.DIFFERS:
        return ChairStep(tr("{no}: a difference to settle", no=no), tr("Return the sheet, or look again"))
    return None
