"""What can go wrong in a room, as the console says it: what is wrong, what is safe, what one can do."""

from __future__ import annotations

from datetime import datetime

from judge_app.core.seats import Role
from judge_app.core.stages import ProjectStage, SheetStatus
from judge_app.core.views import Briefing, CutOff, HostView, SeatStatus
from judge_app.ui.console.seats import away_seconds
from judge_app.ui.console.steps import project_name
from judge_app.ui.glossary import ROLES, duration, number, people
from judge_app.ui.language import either, tr
from judge_app.ui.widgets import Trouble

AWAY_AFTER_S = 5
"""A seat that is back sooner was never away."""


def seat_words(status: SeatStatus) -> str:
    """A seat by its person, else by what it is for."""
    return status.seat.name or tr(ROLES[status.seat.role])


UNCOUNTED_AFTER_S = 60
"""A presenter who was called this long ago may be speaking already."""


def found(view: HostView, briefing: Briefing, wall: datetime, uncounted_s: int | None = None) -> list[Trouble]:
    """All that is wrong now, worst first. ``uncounted_s``: how long the called project has had no clock."""
    made: list[Trouble] = _paused(view)
    made += _uncounted(view, uncounted_s)
    made += _asking(view)
    made += _health(view)
    made += _cut_off(view)
    made += _away(view, briefing, wall)
    made += _no_show(view, briefing)
    made += _papers(view, briefing)
    made += [
        Trouble(
            key=f"judge|{one.no}",
            title=tr("{name} is to join as {no}", name=one.name, no=one.no),
            text=tr("The chair has been asked."),
            tone="info",
        )
        for one in view.proposed
    ]
    return made


def _papers(view: HostView, briefing: Briefing) -> list[Trouble]:
    """Sheets that two people enter from paper: who has read which, and the current project's that are recorded."""
    names = {card.no: card.name for card in briefing.judges}
    return [
        Trouble(
            key=f"paper|{one.entry_no}|{one.judge}",
            title=tr(
                "{name}'s sheet for {no} is entered from paper", name=names.get(one.judge, ""), no=number(one.entry_no)
            ),
            text=tr("Recorded; entered by {names}", names=people(list(one.names)))
            if one.recorded
            else tr("Read by {names}; it counts once two readings agree", names=people(list(one.names))),
            tone="info",
        )
        for one in view.papers
        if not one.recorded or one.entry_no == view.current
    ]


def _uncounted(view: HostView, seconds: int | None) -> list[Trouble]:
    called = next((one for one in view.projects if one.entry_no == view.current), None)
    if seconds is None or seconds < UNCOUNTED_AFTER_S or called is None or called.call >= 3:
        return []
    return [
        Trouble(
            key=f"uncounted|{called.entry_no}",
            title=tr("{no} was called and no clock runs", no=number(called.entry_no)),
            text=tr(
                "If the presentation has begun, start the clock now; with Time… you can then take off what was spoken"
                " before. If nobody came, call again."
            ),
            tone="warn",
            actions=(("start", tr("Start the clock"), False),),
        )
    ]


def _paused(view: HostView) -> list[Trouble]:
    """A room that was taken up again says what it holds, and what may be missing."""
    paused = view.paused
    if paused is None:
        return []
    said = []
    if paused.kept:
        said.append(tr("The session file was damaged; it is kept as {name}.", name=paused.kept))
    if paused.source:
        said.append(tr("Put together from {name}.", name=paused.source))
    if paused.may_lack:
        said.append(
            tr("The newest entries may be missing; judges' computers send again what they hold receipts for. Compare.")
        )
    else:
        said.append(tr("Nothing was lost."))
    said.append(tr("Judges wait until you go on."))
    return [
        Trouble(
            key="paused",
            title=tr("The session is paused"),
            text="\n".join(said),
            tone="warn" if paused.may_lack else "info",
        )
    ]


def _asking(view: HostView) -> list[Trouble]:
    return [
        Trouble(
            key=f"admit|{status.seat.id}|{device}",
            title=tr("{device} asks to sit as {name}", device=name or tr("A computer"), name=seat_words(status)),
            text=tr("Let it in only if you see this person at it.")
            if not status.online
            else tr("The seat is taken by a computer that is connected. Letting this one in puts the other out."),
            tone="info",
            actions=(("admit", tr("Let in"), False), ("deny", tr("Refuse…"), True)),
        )
        for status in view.seats
        for device, name in status.waiting
    ]


def _health(view: HostView) -> list[Trouble]:
    made = [
        Trouble(key=f"health|{at}", title=either(zh, en), tone="stop")
        for at, (zh, en) in enumerate(view.health.trouble)
    ]
    stage = next((status for status in view.seats if status.seat.role is Role.STAGE), None)
    if stage is not None and stage.seen and not view.health.stage_online:
        made.append(
            Trouble(
                key="stage",
                title=tr("The stage has no connection"),
                text=tr(
                    "Its clock goes on and it still ends the slides at its deadline; pauses and extra time do not"
                    " reach it."
                ),
                actions=(("seat", tr("Its join link"), False),),
            )
        )
    return made


def has_show(report: CutOff) -> bool:
    """Whether there were slides to end: without any, the clock's own cut-off is the whole of it."""
    return report.driver != "none" or report.method == "curtain"


def _cut_off(view: HostView) -> list[Trouble]:
    return [
        Trouble(
            key=f"cut|{report.run}",
            title=tr("{no}: the slides may still be on", no=number(report.entry_no)),
            text=tr("The curtain is over them, but the show did not confirm its end. End it by hand."),
        )
        for report in view.cut_offs[-1:]
        if not report.confirmed and report.entry_no == view.current and has_show(report)
    ]


def _away(view: HostView, briefing: Briefing, wall: datetime) -> list[Trouble]:
    made = []
    stage = next((one.stage for one in view.projects if one.entry_no == view.current), None)
    for status in view.seats:
        gone = away_seconds(status, wall)
        if status.seat.role is not Role.JUDGE or gone is None or gone < AWAY_AFTER_S:
            continue
        if status.status not in (None, SheetStatus.EMPTY, SheetStatus.RETURNED):
            continue
        actions = [("replace", tr("Replace its computer…"), False)]
        if view.current is not None and status.status is not None and stage is not ProjectStage.LOCKED:
            actions.append(("absent", tr("Mark absent…"), True))
        made.append(
            Trouble(
                key=f"away|{status.seat.id}",
                title=tr("{name} has been without connection for {time}", name=seat_words(status), time=duration(gone)),
                text=tr(
                    "What was written is kept on that computer and comes by itself. Replace it only if it will not"
                    " come back."
                ),
                actions=tuple(actions),
            )
        )
    return made


def _no_show(view: HostView, briefing: Briefing) -> list[Trouble]:
    return [
        Trouble(
            key=f"noshow|{one.entry_no}",
            title=tr("{no} has been called three times", no=number(one.entry_no)),
            text=project_name(briefing, one.entry_no),
            tone="warn",
            actions=(("no-show", tr("Settle it…"), False),),
        )
        for one in view.projects
        if one.stage is ProjectStage.CALLED and one.call >= 3
    ]
