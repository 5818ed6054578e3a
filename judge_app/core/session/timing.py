"""What is on stage: calling, the phases and their clock, cut-offs, messages and slides shown again."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from judge_app.core import clock, commands, events
from judge_app.core.clock import SECOND, EndedBy, HoldKind, Outcome, PhaseRun
from judge_app.core.errors import Refused
from judge_app.core.events import Event
from judge_app.core.journal import Body
from judge_app.core.rules import Phase
from judge_app.core.seats import Seat
from judge_app.core.session.deciding import at_most, decides, reason_of
from judge_app.core.session.folding import folds, with_project
from judge_app.core.session.state import MAX_SLIDE, MAX_TEXT, State, Undo, project_of, rules_of
from judge_app.core.stages import ProjectStage

UNDO_NS = 5 * SECOND
"""How long a start or an end of a phase may be taken back."""


MAX_CALLS = 3


MAX_SECONDS = 3_600
"""The most that can be given to, or taken from, a phase at once."""


MAX_STILLS = 200
"""So many slides are shown again in one run of a phase; somebody who plays with the keys does not fill the journal."""
MAX_RELAPSES = 20
"""So many relapses of one run are recorded; somebody who plays with F5 does not fill the journal."""


_MAX_US = 10**12


def _running(state: State) -> PhaseRun:
    if state.run is None:
        raise Refused("no_phase", "现在没有计时中的阶段", "no phase is running")
    return state.run


def _phases(state: State, entry_no: str) -> tuple[Phase, ...]:
    timing = rules_of(state.session, entry_no).timing
    return () if timing is None else timing.phases


def _phase_of(state: State, run: PhaseRun) -> Phase:
    return next(phase for phase in _phases(state, run.entry_no) if phase.key == run.phase)


def cut_ns(state: State, run: PhaseRun) -> int | None:
    """When time alone ends a phase, because its slides end or the next phase begins by itself; None where it runs
    on until somebody ends it, is held, or has ended."""
    return clock.deadline_ns(run) if run.slides_end or _phase_of(state, run).auto_advance else None


def _is_cut(state: State, run: PhaseRun, at_ns: int) -> bool:
    cut = cut_ns(state, run)
    return cut is not None and cut <= at_ns


def next_phase(state: State) -> Phase | None:
    """The phase that comes after those the current project has had; None when all have been, or nothing is called."""
    if state.current is None:
        return None
    done = {run.phase for run in state.runs if run.entry_no == state.current and _counts(run)}
    phases = _phases(state, state.current)
    last = max((index for index, phase in enumerate(phases) if phase.key in done), default=-1)
    return phases[last + 1] if last + 1 < len(phases) else None


def _counts(run: PhaseRun) -> bool:
    return run.ended_by is not EndedBy.RESTART


@decides(commands.CallProject)
def _call(command: commands.CallProject, state: State, seat: Seat, at_ns: int) -> list[Event]:
    held = project_of(state, command.entry_no)
    if state.current is not None and state.current != command.entry_no:
        stage = state.projects[state.current].stage
        if stage in (ProjectStage.RUNNING, ProjectStage.BETWEEN):
            raise Refused(
                "busy",
                f"{state.current} 号项目还没有结束，请先进入评分",
                f"project {state.current} is not finished yet",
            )
    if held.stage not in (ProjectStage.WAITING, ProjectStage.CALLED):
        raise Refused(
            "already_heard", f"{command.entry_no} 号项目已上过场", f"project {command.entry_no} has been heard"
        )
    if held.call >= MAX_CALLS:
        raise Refused("called_out", "已叫号三次，请按缺席处理", "called three times: settle it as a no-show")
    return [events.ProjectCalled(entry_no=command.entry_no, call=held.call + 1)]


@decides(commands.StartPhase)
def _start(command: commands.StartPhase, state: State, seat: Seat, at_ns: int) -> list[Event]:
    if state.current is None:
        raise Refused("nothing_called", "请先叫号", "call a project first")
    stage = state.projects[state.current].stage
    if stage not in (ProjectStage.CALLED, ProjectStage.RUNNING, ProjectStage.BETWEEN):
        raise Refused("wrong_stage", "这个项目不能再开始计时", "this project's talk is over")
    phase = next((phase for phase in _phases(state, state.current) if phase.key == command.phase), None)
    if phase is None:
        raise Refused("unknown_phase", "赛制中没有这个阶段", "the rule set has no such phase")
    had = {run.phase for run in state.runs if run.entry_no == state.current and _counts(run)}
    if phase.key in had:
        raise Refused("phase_done", "这个阶段已经进行过，如需重来请用“重讲”", "this phase has been run: use restart")
    return [*_ended(state, at_ns), _started(state, phase, at_ns)]


def _started(state: State, phase: Phase, at_ns: int) -> events.PhaseStarted:
    return events.PhaseStarted(
        run=state.last_run + 1,
        entry_no=state.current or "",
        phase=phase.key,
        planned_ns=phase.seconds * SECOND,
        slides_end=phase.slides_end,
        started_ns=at_ns,
    )


def _ended(state: State, at_ns: int, reason: str = "") -> list[Event]:
    """The running phase ended by hand, or by its deadline where that has passed unseen."""
    run = state.run
    if run is None:
        return []
    cut = cut_ns(state, run)
    if cut is not None and cut <= at_ns:
        return [events.PhaseEnded(run=run.run, ended_ns=cut, by=EndedBy.DEADLINE)]
    return [events.PhaseEnded(run=run.run, ended_ns=at_ns, by=EndedBy.HOST, reason=reason)]


@decides(commands.HoldClock)
def _hold(command: commands.HoldClock, state: State, seat: Seat, at_ns: int) -> list[Event]:
    run = _running(state)
    if run.hold is not None:
        raise Refused("already_held", "计时已经暂停", "the clock is held already")
    if _is_cut(state, run, at_ns):
        raise Refused("time_up", "时间已到", "time is up")
    kind = HoldKind.TECHNICAL if command.technical else HoldKind.PAUSE
    return [events.ClockHeld(run=run.run, kind=kind, reason=reason_of(command.reason), at_ns=at_ns)]


@decides(commands.ReleaseClock)
def _release(command: commands.ReleaseClock, state: State, seat: Seat, at_ns: int) -> list[Event]:
    run = _running(state)
    if run.hold is None:
        raise Refused("not_held", "计时没有暂停", "the clock is not held")
    technical = run.hold.kind is HoldKind.TECHNICAL
    if technical and command.outcome is None:
        raise Refused(
            "outcome_needed", "技术中断需选择补时、重讲或不影响", "settle it: extra time, restart or no effect"
        )
    outcome = command.outcome if technical else None
    released = events.ClockReleased(run=run.run, at_ns=at_ns, outcome=outcome)
    if outcome is Outcome.RESTART:
        ended = events.PhaseEnded(run=run.run, ended_ns=at_ns, by=EndedBy.RESTART, reason=run.hold.reason)
        return [released, ended, _started(state, _phase_of(state, run), at_ns)]
    if outcome is Outcome.EXTRA_TIME:
        if not 0 <= command.extra_seconds <= MAX_SECONDS:
            raise Refused("bad_time", "补时须在 0 秒到 60 分钟之间", "give between 0 seconds and 60 minutes")
        if command.extra_seconds:
            delta = command.extra_seconds * SECOND
            return [released, events.TimeAdded(run=run.run, at_ns=at_ns, delta_ns=delta, reason=run.hold.reason)]
    return [released]


@decides(commands.AddTime)
def _add(command: commands.AddTime, state: State, seat: Seat, at_ns: int) -> list[Event]:
    run = _running(state)
    delta = command.seconds * SECOND
    if command.seconds == 0 or abs(command.seconds) > MAX_SECONDS:
        raise Refused("bad_time", "加减时间须在 1 秒到 60 分钟之间", "give between 1 second and 60 minutes")
    if _is_cut(state, run, at_ns):
        raise Refused("time_up", "时间已到", "time is up")
    if delta < 0 and clock.remaining_ns(run, at_ns) + delta <= 0:
        raise Refused("bad_time", "减去后时间已到，请直接结束", "that would end the phase: end it instead")
    return [events.TimeAdded(run=run.run, at_ns=at_ns, delta_ns=delta, reason=reason_of(command.reason))]


@decides(commands.EndPhase)
def _end(command: commands.EndPhase, state: State, seat: Seat, at_ns: int) -> list[Event]:
    _running(state)
    return _ended(state, at_ns, at_most(command.reason.strip(), MAX_TEXT))


@decides(commands.RestartPhase)
def _restart(command: commands.RestartPhase, state: State, seat: Seat, at_ns: int) -> list[Event]:
    reason = reason_of(command.reason)
    last = state.runs[-1] if state.runs else None
    if last is None or last.entry_no != state.current:
        raise Refused("no_phase", "没有可以重来的阶段", "there is no phase to run again")
    if state.projects[last.entry_no].stage not in (ProjectStage.RUNNING, ProjectStage.BETWEEN):
        raise Refused("wrong_stage", "这个项目不能再开始计时", "this project's talk is over")
    cut = cut_ns(state, last)
    at = last.ended_ns if last.ended_ns is not None else at_ns if cut is None else min(cut, at_ns)
    ended = events.PhaseEnded(run=last.run, ended_ns=at, by=EndedBy.RESTART, reason=reason)
    return [ended, _started(state, _phase_of(state, last), at_ns)]


@decides(commands.UndoStep)
def _undo(command: commands.UndoStep, state: State, seat: Seat, at_ns: int) -> list[Event]:
    if state.undo is None or at_ns - state.undo.at_ns > UNDO_NS:
        raise Refused("too_late", "只能在 5 秒内撤销", "an undo is possible within 5 s only")
    return [events.StepUndone(run=state.last_run)]


@decides(commands.OpenScoring)
def _open_scoring(command: commands.OpenScoring, state: State, seat: Seat, at_ns: int) -> list[Event]:
    if state.current is None:
        raise Refused("nothing_called", "请先叫号", "call a project first")
    held = state.projects[state.current]
    heard = held.stage in (ProjectStage.RUNNING, ProjectStage.BETWEEN)
    if not heard and (held.stage is not ProjectStage.CALLED or _phases(state, state.current)):
        raise Refused(
            "wrong_stage", "这个项目还没有演示，或已进入评分", "this project has not been heard, or is in scoring"
        )
    opened: list[Event] = [*_ended(state, at_ns), events.ScoringOpened(entry_no=state.current)]
    if not held.missing:
        opened.append(events.ScoringClosed(entry_no=state.current))
    return opened


@decides(commands.ShowMessage)
def _message(command: commands.ShowMessage, state: State, seat: Seat, at_ns: int) -> list[Event]:
    if len(command.text) > 200:
        raise Refused("too_long", "提示最多 200 字", "a message has at most 200 characters")
    return [events.MessageShown(text=command.text)]


def stills_allowed(state: State, run: PhaseRun) -> bool:
    """Whether slides may be shown again in a run of a phase: after the last one whose end takes the slides off, once it
    has been held, so that nobody goes on with his talk by it, or begins it; never where nothing takes them off, for they
    are still up."""
    phases = _phases(state, run.entry_no)
    last = max((at for at, phase in enumerate(phases) if phase.slides_end), default=None)
    here = next((at for at, phase in enumerate(phases) if phase.key == run.phase), None)
    if last is None or here is None or here <= last:
        return False
    held = [one for one in state.runs if one.entry_no == run.entry_no and one.phase == phases[last].key]
    return any(one.ended_ns is not None for one in held)


@decides(commands.ShowSlide)
def _show_slide(command: commands.ShowSlide, state: State, seat: Seat, at_ns: int) -> list[Event]:
    run = _running(state)
    if command.slide == 0:
        if run.still is None:
            raise Refused("no_slide", "现在没有调出页面", "no slide is shown again")
        return [events.SlideShown(run=run.run, slide=0, at_ns=at_ns)]
    if not stills_allowed(state, run):
        raise Refused(
            "not_in_questions", "演示结束后的问答中才能调出页面", "slides are shown again in the questions after a talk"
        )
    if run.hold is not None:
        raise Refused("already_held", "计时已经暂停", "the clock is held already")
    if clock.remaining_ns(run, at_ns) <= 0:
        raise Refused("time_up", "时间已到", "time is up")
    if not 1 <= command.slide <= MAX_SLIDE:
        raise Refused("out_of_range", "没有这一页", "there is no such slide")
    if len(run.stills) >= MAX_STILLS:
        raise Refused("too_many", f"本环节已调出 {MAX_STILLS} 次", f"{MAX_STILLS} slides were shown again already")
    return [events.SlideShown(run=run.run, slide=command.slide, at_ns=at_ns)]


@decides(commands.ReportCutOff)
def _cut_off(command: commands.ReportCutOff, state: State, seat: Seat, at_ns: int) -> list[Event]:
    if not any(run.run == command.run for run in state.all_runs):
        raise Refused("unknown_run", "没有这次计时", "no such run of a phase")
    known = [one for one in state.cut_offs if one.run == command.run and one.relapse == command.relapse]
    if len(known) >= (MAX_RELAPSES if command.relapse else 1):
        raise Refused("already_reported", "已记录过", "reported already")
    if not all(-1 <= latency <= _MAX_US for latency in (command.curtain_us, command.gone_us)):
        raise Refused("out_of_range", "时延超出范围", "a latency is out of range")
    at_most(command.driver + command.method, 200)
    return [
        events.CutOffReported(
            run=command.run,
            driver=command.driver,
            method=command.method,
            curtain_us=command.curtain_us,
            gone_us=command.gone_us,
            confirmed=command.confirmed,
            relapse=command.relapse,
        )
    ]


def due(state: State, now_ns: int) -> list[Event]:
    """What time alone has made by ``now_ns``, whole, however late it is asked: phases that are cut, or go over into
    the next, each at its true deadline."""
    made: list[Event] = []
    while (run := state.run) is not None and (at := cut_ns(state, run)) is not None and at <= now_ns:
        made.append(events.PhaseEnded(run=run.run, ended_ns=at, by=EndedBy.DEADLINE))
        state = replace(state, runs=(*state.runs[:-1], clock.end(run, at, EndedBy.DEADLINE)))
        following = next_phase(state)
        if following is not None and _phase_of(state, run).auto_advance:
            started = _started(state, following, at)
            made.append(started)
            state = replace(state, runs=(*state.runs, _run_of(started)), last_run=started.run)
    return made


def next_due_ns(state: State) -> int | None:
    """When ``due`` will have something to say, unless a command comes first."""
    return None if state.run is None else cut_ns(state, state.run)


def _numbered(state: State, number: int) -> PhaseRun:
    return next(run for run in reversed(state.runs) if run.run == number)


def _with_run(state: State, number: int, change: Callable[[PhaseRun], PhaseRun]) -> State:
    at = next(at for at in reversed(range(len(state.runs))) if state.runs[at].run == number)
    return replace(state, runs=(*state.runs[:at], change(state.runs[at]), *state.runs[at + 1 :]))


@folds(events.ProjectCalled)
def _called(event: events.ProjectCalled, state: State, body: Body) -> State:
    if state.current is not None and state.projects[state.current].stage is ProjectStage.CALLED:
        state = with_project(state, state.current, stage=ProjectStage.WAITING)
    state = with_project(state, event.entry_no, stage=ProjectStage.CALLED, call=event.call)
    return replace(state, current=event.entry_no, undo=None)


def _step(state: State, body: Body, entry_no: str) -> State:
    """Remembers what an undo brings back, from before the first event of the command."""
    if body.part > 0 and state.undo is not None:
        return state
    undo = Undo(at_ns=body.at.mono_ns, runs=state.runs, entry_no=entry_no, stage=state.projects[entry_no].stage)
    return replace(state, undo=undo)


@folds(events.PhaseStarted)
def _phase_started(event: events.PhaseStarted, state: State, body: Body) -> State:
    state = _step(state, body, event.entry_no) if body.by_command else state
    state = with_project(state, event.entry_no, stage=ProjectStage.RUNNING)
    return replace(state, runs=(*state.runs, _run_of(event)), last_run=event.run)


def _run_of(event: events.PhaseStarted) -> PhaseRun:
    return PhaseRun(
        run=event.run,
        entry_no=event.entry_no,
        phase=event.phase,
        planned_ns=event.planned_ns,
        slides_end=event.slides_end,
        started_ns=event.started_ns,
    )


@folds(events.ClockHeld)
def _clock_held(event: events.ClockHeld, state: State, body: Body) -> State:
    state = replace(state, undo=None)
    return _with_run(state, event.run, lambda run: clock.hold(run, event.at_ns, event.kind, event.reason, body.actor))


@folds(events.ClockReleased)
def _clock_released(event: events.ClockReleased, state: State, body: Body) -> State:
    if event.outcome is Outcome.RESTART:
        state = _step(state, body, _numbered(state, event.run).entry_no)
    return _with_run(state, event.run, lambda run: clock.release(run, event.at_ns, event.outcome))


@folds(events.TimeAdded)
def _time_added(event: events.TimeAdded, state: State, body: Body) -> State:
    state = replace(state, undo=None)
    return _with_run(
        state, event.run, lambda run: clock.add(run, event.at_ns, event.delta_ns, event.reason, body.actor)
    )


@folds(events.PhaseEnded)
def _phase_ended(event: events.PhaseEnded, state: State, body: Body) -> State:
    run = _numbered(state, event.run)
    state = replace(state, undo=None) if event.by is EndedBy.DEADLINE else _step(state, body, run.entry_no)
    who = "" if event.by is EndedBy.DEADLINE else body.actor
    state = _with_run(state, event.run, lambda run: clock.end(run, event.ended_ns, event.by, event.reason, who))
    return with_project(state, run.entry_no, stage=ProjectStage.BETWEEN)


@folds(events.StepUndone)
def _step_undone(event: events.StepUndone, state: State, body: Body) -> State:
    undo = state.undo
    if undo is None:
        return state
    kept = {run.run for run in undo.runs}
    taken = tuple(
        clock.end(run, body.at.mono_ns if run.ended_ns is None else run.ended_ns, EndedBy.UNDONE, who=body.actor)
        for run in state.runs
        if run.run not in kept
    )
    state = with_project(state, undo.entry_no, stage=undo.stage, closed_missing=())
    return replace(state, runs=undo.runs, undone=(*state.undone, *taken), undo=None)


@folds(events.CutOffReported)
def _cut_off_reported(event: events.CutOffReported, state: State, body: Body) -> State:
    return replace(state, cut_offs=(*state.cut_offs, event))


@folds(events.ScoringOpened)
def _scoring_opened(event: events.ScoringOpened, state: State, body: Body) -> State:
    state = _step(state, body, event.entry_no)
    return with_project(state, event.entry_no, stage=ProjectStage.SCORING)


@folds(events.MessageShown)
def _message_shown(event: events.MessageShown, state: State, body: Body) -> State:
    return replace(state, message=event.text)


@folds(events.SlideShown)
def _slide_shown(event: events.SlideShown, state: State, body: Body) -> State:
    def shown(run: PhaseRun) -> PhaseRun:
        if event.slide == 0:
            return clock.without_still(run, event.at_ns)
        return clock.show_still(run, event.at_ns, event.slide, body.actor)

    return _with_run(state, event.run, shown)
