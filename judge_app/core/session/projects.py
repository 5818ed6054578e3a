"""The session as a whole: its opening, the running order, projects that are out, pauses, and which chain counts."""

from __future__ import annotations

from msgspec.structs import replace

from judge_app.core import commands, events
from judge_app.core.contest import PanelRole, same_person
from judge_app.core.errors import Refused
from judge_app.core.events import Event, SessionSetup
from judge_app.core.journal import Body
from judge_app.core.seats import Seat
from judge_app.core.session.deciding import decides, name_of, reason_of
from judge_app.core.session.folding import folds, with_project
from judge_app.core.session.state import OUT, ProjectState, SheetState, State, project_of
from judge_app.core.stages import ProjectStage


@decides(commands.MarkNoShow)
def _no_show(command: commands.MarkNoShow, state: State, seat: Seat, at_ns: int) -> list[Event]:
    held = project_of(state, command.entry_no)
    if held.stage not in (ProjectStage.WAITING, ProjectStage.CALLED):
        raise Refused("already_heard", "这个项目已上过场", "this project has been heard")
    reason = reason_of(command.reason)
    return [events.NoShowMarked(entry_no=command.entry_no, forfeit=command.forfeit, reason=reason)]


@decides(commands.RemoveProject)
def _remove(command: commands.RemoveProject, state: State, seat: Seat, at_ns: int) -> list[Event]:
    held = project_of(state, command.entry_no)
    if held.stage in OUT:
        raise Refused("already_out", "这个项目已退出", "this project is out already")
    if held.stage is ProjectStage.RUNNING:
        raise Refused("busy", "请先结束计时", "end the phase first")
    if held.stage is ProjectStage.LOCKED:
        raise Refused("locked", "成绩已锁定，请组长先重新开启", "its result is locked: the chair must reopen it first")
    reason = reason_of(command.reason)
    return [events.ProjectRemoved(entry_no=command.entry_no, disqualified=command.disqualified, reason=reason)]


@decides(commands.ReorderProjects)
def _reorder(command: commands.ReorderProjects, state: State, seat: Seat, at_ns: int) -> list[Event]:
    waiting = [no for no in state.order if state.projects[no].stage is ProjectStage.WAITING]
    if sorted(command.entry_nos) != sorted(waiting):
        raise Refused(
            "bad_order", "新顺序须恰好包含所有待上场项目", "the new order must hold exactly the waiting projects"
        )
    return [events.ProjectsReordered(entry_nos=command.entry_nos, reason=reason_of(command.reason))]


@decides(commands.GoOn)
def _go_on(command: commands.GoOn, state: State, seat: Seat, at_ns: int) -> list[Event]:
    if state.paused is None:
        raise Refused("not_paused", "本场没有暂停", "the session is not paused")
    if state.paused.kind is not events.PauseKind.TAKEN_OVER:
        return [events.SessionResumed()]
    second = name_of(command.second_person, "接管需要第二人同意", "a take-over needs a second person")
    if same_person(second, seat.name):
        raise Refused("second_needed", "接管需要第二人同意", "a take-over needs a second person")
    return [events.SessionResumed(second_person=second)]


@decides(commands.ChooseChain)
def _choose_chain(command: commands.ChooseChain, state: State, seat: Seat, at_ns: int) -> list[Event]:
    return [events.ChainChosen(reason=reason_of(command.reason))]


@folds(events.SessionOpened)
def _opened(event: events.SessionOpened, state: State, body: Body) -> State:
    setup = event.setup
    panel = [judge for judge in setup.contest.judges if judge.role is not PanelRole.RESERVE]
    events_beside = {event.name: setup.rules.for_event(event.name) for event in setup.rules.own_events}
    expected = {
        track: tuple(judge.no for judge in panel if rules.components_of(judge.judge_class))
        for track, rules in {"": setup.rules, **events_beside}.items()
    }
    stage = first_stage(setup)
    fresh = {
        project.entry_no: ProjectState(
            stage=stage,
            sheets=dict.fromkeys(expected.get(project.track, expected[""]), SheetState()),
        )
        for project in setup.contest.projects
    }
    return replace(state, setup=setup, order=tuple(fresh), projects=fresh)


@folds(events.RoomStarted)
def _room_started(event: events.RoomStarted, state: State, body: Body) -> State:
    return replace(state, room=event)


def _remarked(state: State, entry_no: str, what: str, reason: str, body: Body) -> State:
    return with_project(
        state, entry_no, remarks=(*state.projects[entry_no].remarks, (what, reason.strip(), body.actor))
    )


@folds(events.NoShowMarked)
def _no_show_marked(event: events.NoShowMarked, state: State, body: Body) -> State:
    state = _remarked(state, event.entry_no, "forfeited" if event.forfeit else "last", event.reason, body)
    if event.forfeit:
        state = with_project(state, event.entry_no, stage=ProjectStage.FORFEITED)
    else:
        state = with_project(state, event.entry_no, stage=ProjectStage.WAITING, call=0)
        state = replace(state, order=(*(no for no in state.order if no != event.entry_no), event.entry_no))
    return replace(state, current=None if state.current == event.entry_no else state.current, undo=None)


@folds(events.ProjectRemoved)
def _project_removed(event: events.ProjectRemoved, state: State, body: Body) -> State:
    stage = ProjectStage.DISQUALIFIED if event.disqualified else ProjectStage.WITHDRAWN
    state = _remarked(state, event.entry_no, stage.value, event.reason, body)
    state = with_project(state, event.entry_no, stage=stage)
    return replace(state, current=None if state.current == event.entry_no else state.current, undo=None)


@folds(events.ProjectsReordered)
def _projects_reordered(event: events.ProjectsReordered, state: State, body: Body) -> State:
    waiting = iter(event.entry_nos)
    moved = set(event.entry_nos)
    return replace(state, order=tuple(next(waiting) if no in moved else no for no in state.order))


def first_stage(setup: SessionSetup) -> ProjectStage:
    """Where every project of a session begins: papers are scored without being heard."""
    return ProjectStage.SCORING if setup.rules.kind == "paper_review" else ProjectStage.WAITING


@folds(events.SessionPaused)
def _session_paused(event: events.SessionPaused, state: State, body: Body) -> State:
    return replace(state, paused=event, undo=None)


@folds(events.SessionResumed)
def _session_resumed(event: events.SessionResumed, state: State, body: Body) -> State:
    return replace(state, paused=None)
