"""What waits for the chair or the desk, as their window says it: what is wrong, whom it holds up, what one can do."""

from __future__ import annotations

from judge_app.core.seats import Role
from judge_app.core.stages import ProjectStage
from judge_app.core.views import Briefing, ChairView
from judge_app.core.working import Status
from judge_app.seat.state import CommandState
from judge_app.ui.chair import paper, pending, questions, review, steps
from judge_app.ui.glossary import judge_class, number, people
from judge_app.ui.language import either, tr, tr_count
from judge_app.ui.theme import Tone
from judge_app.ui.widgets import Trouble


def not_done(refused: CommandState) -> Trouble:
    """Why the room did not take a command."""
    why = either(refused.zh, refused.en)
    return Trouble("refused", tr("Not done: {why}", why=why), "", "warn", (("close", tr("Understood"), False),))


def found(view: ChairView, briefing: Briefing) -> list[Trouble]:
    """All that this seat can see to, in the order in which it is to be read."""
    made = _paper_tasks(view, briefing)
    if briefing.seat.role is not Role.CHAIR:
        return made
    if view.contested:
        made.append(
            Trouble(
                "contested",
                tr("The centre holds two records of this session"),
                tr("A spare took over, or a file was restored from a copy. Nothing counts there until you decide."),
                "stop",
                (("choose-chain", tr("Decide…"), False),),
            )
        )
    made += _proposed(view)
    for one in pending.rulings_needed(view):
        made.append(
            Trouble(
                f"rule|{one.key}",
                pending.title(one, view, briefing),
                pending.explanation(one),
                "warn",
                (("rule", tr("Rule…"), False),),
            )
        )
    locked = {one.entry_no for one in view.projects if one.stage is ProjectStage.LOCKED}
    for entry_no, judge, reason in view.return_requests:
        if entry_no in locked:
            continue  # answered by the lock; it is there again where the result is opened again
        made.append(
            Trouble(
                f"return|{entry_no}|{judge}",
                tr(
                    "{name} asks for the sheet of {no} back",
                    name=questions.judge_name(briefing, judge),
                    no=number(entry_no),
                ),
                reason,
                "info",
                (("return", tr("Return…"), False), ("show", tr("See it"), False)),
            )
        )
    made += _differences(view, briefing)
    made += _incomplete(view, briefing)
    left = steps.unconfirmed(view, briefing)
    if left and steps.all_settled(view):
        made.append(
            Trouble(
                "assumed",
                tr_count(len(left), "{n} value to confirm", "{n} values to confirm"),
                tr("No notice states them; nothing is published before."),
                "warn",
                (("confirm", tr("Confirm…"), False),),
            )
        )
    return made


def _paper_tasks(view: ChairView, briefing: Briefing) -> list[Trouble]:
    """Paper sheets that wait: for a second reading, or for two that agree."""
    made = []
    for one in view.papers:
        may = one.judge in paper.open_sheets(view, briefing, one.entry_no)
        mine = any(seat == briefing.seat.id for seat, _ in one.entered)
        name = questions.judge_name(briefing, one.judge)
        by = people([who for _, who in one.entered])
        words = paper.difference_words(briefing, one)
        if len(one.entered) > 1:
            title = tr("Two readings of {name}'s sheet for {no} differ", name=name, no=number(one.entry_no))
        else:
            title = tr("{name}'s sheet for {no}: a second reading is needed", name=name, no=number(one.entry_no))
        text = "\n".join((tr("From paper, read by {names}", names=by), *words))
        acts: tuple[tuple[str, str, bool], ...] = ()
        if may and (not mine or len(one.entered) > 1):
            acts = (("paper", tr("Enter it…"), False),)
        if mine:
            acts = (*acts, ("drop", tr("Void it"), True))
        tone: Tone = "warn" if len(one.entered) > 1 or (may and not mine) else "info"
        made.append(Trouble(f"paper|{one.entry_no}|{one.judge}", title, text, tone, acts))
    return made


def _proposed(view: ChairView) -> list[Trouble]:
    """Judges who walked in, for the chair to agree to."""
    return [
        Trouble(
            f"judge|{one.no}",
            tr("{name} is to join as {no}", name=one.name, no=one.no),
            "\n".join(
                part
                for part in (
                    " · ".join(
                        part
                        for part in (
                            judge_class(one.judge_class),
                            tr("Reserve") if one.reserve else tr("Scores the projects that still wait"),
                            one.unit,
                        )
                        if part
                    ),
                    tr("Reason: {reason}", reason=one.reason),
                )
                if part
            ),
            "info",
            (("agree", tr("Agree"), False), ("decline", tr("Decline…"), True)),
        )
        for one in view.proposed
    ]


def _differences(view: ChairView, briefing: Briefing) -> list[Trouble]:
    """What the desk found otherwise on the sheets, for the chair to settle."""
    closed = {one.entry_no for one in view.projects if one.stage is ProjectStage.CLOSED}
    made = []
    for one in view.reviews:
        found = [tick for by in (one.recomputed, one.checked) if by is not None for tick in by.differences]
        if found and one.entry_no in closed:
            words = [review.difference_words(briefing, one.entry_no, tick) for tick in found]
            made.append(
                Trouble(
                    f"differs|{one.entry_no}",
                    tr_count(
                        len(found),
                        "{no}: the desk found {n} difference",
                        "{no}: the desk found {n} differences",
                        no=number(one.entry_no),
                    ),
                    "\n".join(words),
                    "stop",
                    (("show", tr("See it"), False),),
                )
            )
    return made


def _incomplete(view: ChairView, briefing: Briefing) -> list[Trouble]:
    results = {one.entry_no: one for one in view.tabulation.projects} if view.tabulation is not None else {}
    made = []
    for one in view.projects:
        held = results.get(one.entry_no)
        missing = pending.missing(view, one.entry_no)
        if one.stage is ProjectStage.CLOSED and held is not None and held.status is Status.INCOMPLETE and missing:
            names = people([questions.judge_name(briefing, no) for no in missing])
            made.append(
                Trouble(
                    f"missing|{one.entry_no}",
                    tr("{no} is incomplete", no=number(one.entry_no)),
                    tr("Missing: {names}", names=names),
                    "warn",
                    (("absent", tr("Mark absent…"), True), ("show", tr("See it"), False)),
                )
            )
    return made
