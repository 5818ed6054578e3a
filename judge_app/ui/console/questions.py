"""What the console asks before it acts: each question says what will happen, and each answer makes its command."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from judge_app.core import commands
from judge_app.core.clock import SECOND, Outcome, displayed
from judge_app.core.commands import Command
from judge_app.core.contest import Presence
from judge_app.core.views import Briefing, ClockView, HostView, SeatStatus
from judge_app.ui.console.steps import judge_names, project_name
from judge_app.ui.glossary import duration, judge_class, number, phase_name
from judge_app.ui.language import tr, tr_count
from judge_app.ui.own_rules import rules_of
from judge_app.ui.widgets import Choice, Question

Make = Callable[[str, str, str], Command]
"""(choice, reason, second text) → the command."""


class Asked(msgspec.Struct, frozen=True):
    """A question with what its answer does; None: the window is left."""

    question: Question
    make: Make | None


def technical_stop() -> Asked:
    return Asked(
        Question(
            key="technical",
            title=tr("Technical stop: what failed?"),
            consequence=tr(
                "The clock stops at once and stands in the record. The lost time is settled when it goes on."
            ),
            reasons=(tr("Projector"), tr("Computer"), tr("Slides"), tr("Microphone"), tr("Power"), tr("Network")),
            quick=True,
            yes=tr("Stop the clock"),
            tone="warn",
        ),
        lambda _choice, reason, _second: commands.HoldClock(technical=True, reason=reason),
    )


_EXTRA = (15, 30, 60, 120)


def release(clock: ClockView) -> Asked:
    """How a technical stop is settled: 不影响, 补时, 重讲."""
    left = clock.remaining_ns or 0
    choices = [Choice("0", tr("No effect"), tr("Goes on at {time}", time=displayed(left)))]
    choices += [
        Choice(
            str(seconds),
            tr("Give {time} extra", time=duration(seconds)),
            tr("Goes on at {time}", time=displayed(left + seconds * SECOND)),
        )
        for seconds in _EXTRA
    ]
    choices.append(
        Choice("restart", tr("Present again"), tr("Starts again at {time}", time=displayed(clock.planned_ns)))
    )

    def make(choice: str, _reason: str, _second: str) -> Command:
        if choice == "restart":
            return commands.ReleaseClock(outcome=Outcome.RESTART)
        if choice == "0":
            return commands.ReleaseClock(outcome=Outcome.NO_EFFECT)
        return commands.ReleaseClock(outcome=Outcome.EXTRA_TIME, extra_seconds=int(choice))

    return Asked(
        Question(
            key="release",
            title=tr("Go on after the technical stop"),
            consequence=tr("The clock stood still meanwhile; give extra time only for what was lost before it."),
            choices=tuple(choices),
            chosen="0",
            columns=3,
            needs_reason=False,
            yes=tr("Let the clock run on"),
        ),
        make,
    )


def take_over() -> Asked:
    """A spare goes on in the room's place: the host and a second person."""
    return Asked(
        Question(
            key="take-over",
            title=tr("Take over and go on?"),
            consequence=tr(
                "This computer becomes the room; the old one must stay off. Judges' computers move here by themselves and"
                " send again what they hold receipts for."
            ),
            needs_reason=False,
            second_field=tr("Second person who agrees (chair or supervisor, name)"),
            yes=tr("Take over"),
            danger=True,
        ),
        lambda _choice, _reason, second: commands.GoOn(second_person=second),
    )


def leave() -> Asked:
    """The room and the stage end with the host's desk, in the middle of a project."""
    return Asked(
        Question(
            key="leave",
            title=tr("Leave while a project is under way?"),
            consequence=tr(
                "The room ends: judges and the stage are cut off. Nothing recorded is lost; open the session again, and"
                " settle there the time that was lost."
            ),
            needs_reason=False,
            yes=tr("Leave the room"),
            no=tr("Stay here"),
            danger=True,
        ),
        None,
    )


_STEPS = (10, 30, 60, -10, -30, -60)


def change_time(clock: ClockView, seconds: int) -> Asked:
    """Time given or taken by hand; ``seconds`` is marked to begin with."""
    whole = clock.planned_ns + clock.added_ns
    choices = tuple(
        Choice(
            str(step),
            f"+{duration(step)}" if step > 0 else duration(step),
            tr("to {after}", after=displayed(max(0, whole + step * SECOND))),
        )
        for step in _STEPS
    )
    return Asked(
        Question(
            key="time",
            title=tr("Give or take time (now {whole})", whole=displayed(whole)),
            consequence=tr("Every second given or taken stands in the time record with its reason."),
            choices=choices,
            chosen=str(seconds),
            columns=6,
            reasons=(
                tr("Started late by our fault"),
                tr("Interrupted by the hall"),
                tr("The clock was started late"),
                tr("Decided by the chair"),
            ),
            yes=tr("Change the time"),
        ),
        lambda choice, reason, _second: commands.AddTime(seconds=int(choice), reason=reason),
    )


def end_phase(briefing: Briefing, clock: ClockView, left_ns: int | None) -> Asked:
    phase = phase_name(rules_of(briefing, clock.entry_no), clock.phase)
    unused = displayed(max(0, left_ns)) if left_ns is not None else "–"
    consequence = (
        tr("{time} stay unused; the slides leave the screen. You can take it back for 5 s.", time=unused)
        if clock.slides_end
        else tr("{time} stay unused. You can take it back for 5 s.", time=unused)
    )
    return Asked(
        Question(
            key="end",
            title=tr("End {phase} now?", phase=phase),
            consequence=consequence,
            reasons=(tr("Finished early"), tr("No more questions"), tr("Decided by the chair")),
            quick=True,
            yes=tr("End {phase}", phase=phase),
            danger=True,
        ),
        lambda _choice, reason, _second: commands.EndPhase(reason=reason),
    )


def restart_phase(briefing: Briefing, clock: ClockView) -> Asked:
    phase = phase_name(rules_of(briefing, clock.entry_no), clock.phase)
    return Asked(
        Question(
            key="restart",
            title=tr("Run {phase} again from the start?", phase=phase),
            consequence=tr(
                "The clock starts at {time} again; what was used stays in the record.", time=displayed(clock.planned_ns)
            ),
            reasons=(tr("Slides failed"), tr("Projector"), tr("Decided by the chair")),
            yes=tr("Run it again"),
            danger=True,
        ),
        lambda _choice, reason, _second: commands.RestartPhase(reason=reason),
    )


def message(shown: str) -> Asked:
    """Words on the presenter's monitor; the empty text takes them away."""
    return Asked(
        Question(
            key="message",
            title=tr("Words for the presenter"),
            consequence=tr("Shown on the presenter's monitor until you take them away.")
            if not shown
            else tr("Shown now: {text}", text=shown),
            reasons=(
                tr("Please speak into the microphone"),
                tr("Please speak up"),
                tr("Please come to an end"),
                tr("One moment, please"),
            ),
            field=tr("Words"),
            quick=True,
            yes=tr("Show"),
        ),
        lambda _choice, text, _second: commands.ShowMessage(text=text),
    )


def no_show(briefing: Briefing, entry_no: str, calls: int) -> Asked:
    return Asked(
        Question(
            key="no-show",
            title=tr("{no} did not come", no=number(entry_no)),
            consequence=tr_count(
                calls, "Called once: {name}", "Called {n} times: {name}", name=project_name(briefing, entry_no)
            ),
            choices=(
                Choice("last", tr("Hear it last"), tr("It goes to the end of the running order.")),
                Choice("forfeit", tr("It forfeits"), tr("It gets no result; only the chair can bring it back.")),
            ),
            chosen="last",
            columns=2,
            reasons=(tr("Nobody came after the calls"), tr("Asked to come later")),
            yes=tr("Record it"),
            tone="warn",
        ),
        lambda choice, reason, _second: commands.MarkNoShow(
            entry_no=entry_no, forfeit=choice == "forfeit", reason=reason
        ),
    )


def remove(briefing: Briefing, entry_no: str, *, disqualified: bool) -> Asked:
    title = tr("Disqualify {no}?", no=number(entry_no)) if disqualified else tr("{no} withdraws?", no=number(entry_no))
    return Asked(
        Question(
            key="remove",
            title=title,
            consequence=tr(
                "{name} is out of the ranking. Its sheets stay in the record.", name=project_name(briefing, entry_no)
            ),
            reasons=(tr("Withdrawal in writing"),) if not disqualified else (tr("Infringement"), tr("False data")),
            yes=tr("Disqualify") if disqualified else tr("Withdraw"),
            danger=True,
        ),
        lambda _choice, reason, _second: commands.RemoveProject(
            entry_no=entry_no, disqualified=disqualified, reason=reason
        ),
    )


def close_scoring(briefing: Briefing, entry_no: str, missing: tuple[str, ...]) -> Asked:
    return Asked(
        Question(
            key="close",
            title=tr_count(
                len(missing),
                "Close scoring of {no} without {n} sheet?",
                "Close scoring of {no} without {n} sheets?",
                no=number(entry_no),
            ),
            consequence=tr(
                "Missing: {names}. The result stays incomplete until they are in or marked absent; a sheet that comes"
                " later is kept as late.",
                names=judge_names(briefing, missing),
            ),
            needs_reason=False,
            yes=tr("Close scoring"),
            danger=True,
        ),
        lambda _choice, _reason, _second: commands.CloseScoring(entry_no=entry_no, missing=missing),
    )


def reorder(order: tuple[str, ...]) -> Asked:
    shown = " → ".join(number(no) for no in order[:12]) + (" …" if len(order) > 12 else "")
    return Asked(
        Question(
            key="reorder",
            title=tr("Take the new running order?"),
            consequence=shown,
            reasons=(tr("Agreed by the teams"), tr("Presenter is late"), tr("Decided by the chair")),
            yes=tr("Take the new order"),
        ),
        lambda _choice, reason, _second: commands.ReorderProjects(entry_nos=order, reason=reason),
    )


def presence(view: HostView, briefing: Briefing, status: SeatStatus, entry_no: str, chosen: str = "") -> Asked:
    """A judge's presence for one project, with a reserve judge in his place where there is one."""
    judge = status.seat.judge or ""
    cards = {card.no: card for card in briefing.judges}
    own_class = cards[judge].judge_class if judge in cards else status.judge_class
    choices = [
        Choice("absent", tr("Absent"), tr("Not counted for this project.")),
        Choice("left", tr("Left"), tr("Went away in the middle; not counted for this project.")),
        Choice("recused", tr("Recused"), tr("Has an interest in this project; not counted.")),
        Choice("present", tr("Present"), tr("The sheet is expected.")),
    ]
    choices += [
        Choice(
            f"absent>{card.no}",
            tr("{name} judges instead", name=card.name),
            tr("The reserve judge's sheet counts for this project."),
        )
        for card in briefing.judges
        if card.reserve and card.judge_class == own_class and card.no != judge
    ]
    choices += [
        Choice(
            f"left>>{card.no}",
            tr("{name} judges instead from now on", name=card.name),
            tr("For this and every project that is still to be scored."),
        )
        for card in briefing.judges
        if card.reserve and card.judge_class == own_class and card.no != judge
    ]

    def make(choice: str, reason: str, _second: str) -> Command:
        which, _, other = choice.partition(">")
        if other.startswith(">"):
            return commands.ReplaceJudge(judge=judge, replaced_by=other[1:], presence=Presence(which), reason=reason)
        return commands.SetPresence(
            entry_no=entry_no, judge=judge, presence=Presence(which), reason=reason, replaced_by=other or None
        )

    return Asked(
        Question(
            key="presence",
            title=tr("{name}: presence for {no}", name=status.seat.name or judge, no=number(entry_no)),
            choices=tuple(choices),
            chosen=chosen,
            columns=2,
            reasons=(tr("Interest in the project"), tr("Did not come"), tr("Left the hall"), tr("Computer failed")),
            yes=tr("Record it"),
        ),
        make,
    )


def propose_judge(briefing: Briefing) -> Asked:
    """A judge who was not planned: his class, name and unit, and why; the chair has to agree."""
    classes = dict.fromkeys(card.judge_class for card in briefing.judges if _scores(briefing, card.judge_class))
    choices = [Choice(name, judge_class(name), tr("Scores the projects that still wait.")) for name in classes]
    choices += [
        Choice(f"{name}>", tr("Reserve: {name}", name=judge_class(name)), tr("Scores where he replaces somebody."))
        for name in classes
    ]

    def make(choice: str, given: str, why: str) -> Command:
        name, _, unit = given.replace("，", ",").partition(",")
        return commands.ProposeJudge(
            name=name.strip(),
            judge_class=choice.removesuffix(">"),
            unit=unit.strip(),
            reserve=choice.endswith(">"),
            reason=why,
        )

    return Asked(
        Question(
            key="propose",
            title=tr("A judge who was not planned"),
            consequence=tr("The chair must agree; then there is a seat with its join link."),
            choices=tuple(choices),
            columns=2,
            field=tr("Name, unit"),
            second_field=tr("Reason"),
            yes=tr("Propose to the chair"),
        ),
        make,
    )


def _scores(briefing: Briefing, judge_class: str) -> bool:
    return bool(briefing.rules.components_of(judge_class))


def replace(status: SeatStatus) -> Asked:
    """The computer of a seat goes out and another one is to come: one question, answered by its reason."""
    return Asked(
        Question(
            key="replace",
            title=tr("Replace the computer of {name}?", name=status.seat.name or status.seat.id),
            consequence=tr(
                "{device} can no longer act for this seat. Sheets on record stay; what it has not sent stays on it"
                " alone. A new code for the next computer comes at once.",
                device=status.device_name or tr("The computer"),
            ),
            reasons=(tr("Computer failed"), tr("Computer replaced"), tr("Not the right person")),
            quick=True,
            yes=tr("Replace it"),
            danger=True,
        ),
        lambda _choice, reason, _second: commands.RevokeDevice(
            seat=status.seat.id, device=status.device, reason=reason
        ),
    )


def revoke(status: SeatStatus, device: str) -> Asked:
    return Asked(
        Question(
            key="revoke",
            title=tr("Block this computer at the seat of {name}?", name=status.seat.name or status.seat.id),
            consequence=tr("It can no longer act for the seat; another can be let in."),
            reasons=(tr("Not the right person"), tr("Computer replaced")),
            yes=tr("Block it"),
            danger=True,
        ),
        lambda _choice, reason, _second: commands.RevokeDevice(seat=status.seat.id, device=device, reason=reason),
    )
