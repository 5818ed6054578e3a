"""The one next step of the console in words, and the command it gives."""

from __future__ import annotations

import msgspec

from judge_app.core import commands
from judge_app.core.clock import HoldKind
from judge_app.core.commands import Command
from judge_app.core.views import Briefing, HostView, NextStep, Paused, Step
from judge_app.ui.glossary import local_time, number, people, phase_name
from judge_app.ui.language import tr, tr_count
from judge_app.ui.own_rules import rules_of


class StepWords(msgspec.Struct, frozen=True):
    """The button's text, a line below it, and whether there is anything to press."""

    text: str
    note: str = ""
    enabled: bool = True


def running_phase(view: HostView) -> str:
    """The key of the phase that runs or is held, or ''."""
    clock = view.clock
    return clock.phase if clock is not None and clock.ended_ns is None else ""


def ends_slides(view: HostView) -> bool:
    """Whether the next step ends a talk before its time, and its slides with it."""
    clock = view.clock
    running = clock is not None and clock.slides_end and clock.ended_ns is None
    return running and view.next_step.step in (Step.START_PHASE, Step.OPEN_SCORING)


def judge_names(briefing: Briefing, numbers: tuple[str, ...]) -> str:
    """Judges by their names, where the briefing knows them."""
    known = {judge.no: judge.name for judge in briefing.judges}
    return people([known.get(no, no) for no in numbers])


def project_name(briefing: Briefing, entry_no: str) -> str:
    return next((project.name for project in briefing.projects if project.entry_no == entry_no), "")


def words(view: HostView, briefing: Briefing) -> StepWords:
    """What happens next."""
    step = view.next_step
    running = running_phase(view)
    ends = phase_name(rules_of(briefing, view.current), running) if running else ""
    match step.step:
        case Step.GO_ON if view.paused is not None:
            text = tr("Take over and go on…") if view.paused.needs_second else tr("Go on with the session")
            return StepWords(text, holdings(view.paused))
        case Step.CALL:
            return StepWords(
                tr("Call {no}: {name}", no=number(step.entry_no), name=project_name(briefing, step.entry_no)),
                _still_missing(view, step, briefing),
            )
        case Step.START_PHASE:
            begins = phase_name(rules_of(briefing, step.entry_no), step.phase)
            if ends:
                return StepWords(tr("End {phase}, start {following}", phase=ends, following=begins))
            return StepWords(tr("Start {phase}", phase=begins))
        case Step.RELEASE:
            technical = view.clock is not None and view.clock.held is HoldKind.TECHNICAL
            if technical:
                return StepWords(tr("Go on after the technical stop…"), tr("Choose what becomes of the lost time"))
            return StepWords(tr("Let the clock run on"))
        case Step.OPEN_SCORING:
            note = _to_come(len(step.missing)) if step.missing else ""
            text = tr("End {phase}, start scoring", phase=ends) if ends else tr("Start scoring")
            return StepWords(text, note)
        case Step.CLOSE_SCORING:
            return StepWords(
                tr("Close scoring of {no}…", no=number(step.entry_no)),
                tr("Missing: {names}", names=judge_names(briefing, step.missing)) if step.missing else "",
            )
    if view.session_locked:
        return StepWords(tr("The results can be published now"), enabled=False)
    return StepWords(tr("The chair reviews, locks and signs"), enabled=False)


def holdings(paused: Paused) -> str:
    """What a room holds that was taken up again: so many sheets, the last record at such a time."""
    return tr_count(
        paused.sheets,
        "{n} sheet here, last record {time}",
        "{n} sheets here, last record {time}",
        time=local_time(paused.last_at),
    )


def _to_come(sheets: int) -> str:
    return tr_count(sheets, "{n} sheet still to come", "{n} sheets still to come")


def _still_missing(view: HostView, step: NextStep, briefing: Briefing) -> str:
    """Who keeps an earlier project waiting; nobody has to wait for it with the call."""
    if not step.missing:
        return ""
    names = judge_names(briefing, step.missing)
    open_ones = [number(one.entry_no) for one in view.projects if one.stage.value == "scoring"]
    return tr("Still missing for {no}: {names}", no=people(open_ones), names=names)


def command(view: HostView) -> Command | None:
    """The command of the next step; None where it has to be asked first (or there is none)."""
    step = view.next_step
    match step.step:
        case Step.GO_ON:
            needs_second = view.paused is not None and view.paused.needs_second
            return None if needs_second else commands.GoOn()
        case Step.CALL:
            return commands.CallProject(entry_no=step.entry_no)
        case Step.START_PHASE:
            return commands.StartPhase(phase=step.phase)
        case Step.RELEASE:
            held = view.clock.held if view.clock is not None else None
            return None if held is HoldKind.TECHNICAL else commands.ReleaseClock()
        case Step.OPEN_SCORING:
            return commands.OpenScoring()
        case Step.CLOSE_SCORING:
            return None if step.missing else commands.CloseScoring(entry_no=step.entry_no)
    return None
