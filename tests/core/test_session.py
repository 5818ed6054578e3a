"""A session: what each command does in each state, and what the room's people may rely on."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Literal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge_app.core import clock, commands, events, overall, session
from judge_app.core.clock import SECOND, EndedBy, HoldKind, Outcome
from judge_app.core.contest import ExternalScore, PanelRole, Presence
from judge_app.core.errors import Refused
from judge_app.core.journal import Body
from judge_app.core.rules import Trim
from judge_app.core.scoring import Status
from judge_app.core.seats import MAY, Role
from judge_app.core.session import State, decide, due, next_due_ns
from judge_app.core.stages import ProjectStage, SheetStatus, Showing
from tests.core.sessions import (
    FLOWING,
    PAPER,
    PRESIDING,
    RULES,
    SAMPLES,
    TALK,
    WITH_TALK,
    regional_final,
    setup,
    sheet,
    sheets,
)
from tests.core.simulation import START_NS, Move, Sitting, moves, play


def kinds(bodies: list[Body]) -> list[str]:
    return [type(body.event).__name__ for body in bodies]


def phase_after(sitting: Sitting) -> str | None:
    following = session.next_phase(sitting.state)
    return following.key if following else None


def running(phase: str = "presentation", rules: Any = RULES) -> Sitting:
    """A session whose first project is in a phase."""
    sitting = Sitting(setup(rules))
    sitting.call("1")
    sitting.start("presentation")
    if phase != "presentation":
        sitting.wait(480)
        sitting.start(phase)
    return sitting


def called() -> Sitting:
    sitting = Sitting()
    sitting.call("1")
    return sitting


def held() -> Sitting:
    sitting = running()
    sitting.do("host", commands.HoldClock(technical=True, reason="断电"))
    return sitting


def between() -> Sitting:
    sitting = running()
    sitting.wait(480)
    return sitting


def scoring() -> Sitting:
    sitting = Sitting()
    sitting.hear("1")
    return sitting


def closed() -> Sitting:
    sitting = scoring()
    sitting.score("1")
    return sitting


def locked() -> Sitting:
    sitting = closed()
    sitting.lock("1")
    return sitting


def finished() -> Sitting:
    sitting = Sitting()
    sitting.finish()
    return sitting


def signed() -> Sitting:
    sitting = finished()
    sitting.sign()
    return sitting


def session_locked() -> Sitting:
    sitting = signed()
    sitting.do("chair", commands.LockSession())
    return sitting


def published() -> Sitting:
    sitting = session_locked()
    sitting.do("chair", commands.ConfirmAssumed(path="tie_keys", name="组委会"))
    sitting.do("chair", commands.PublishResults())
    return sitting


# the whole way


def test_a_sample_contest_goes_from_calls_to_the_expected_results() -> None:
    """The bundled regional final: a recusal, an absence, a tie at the cut."""
    setup_, scores = regional_final()
    expected = json.loads((SAMPLES / "regional-final" / "expected.json").read_text("utf-8"))
    sitting = Sitting(setup_)
    given_ = scores.by_seat()
    for entry_no in sitting.state.order:
        sitting.hear(entry_no)
        for judge in sitting.state.projects[entry_no].missing:
            mine = given_[entry_no, judge]
            if mine.presence is Presence.RECUSED:
                sitting.do(judge, commands.Recuse(entry_no=entry_no, reason="同单位"))
            elif mine.presence is not Presence.PRESENT:
                command = commands.SetPresence(entry_no=entry_no, judge=judge, presence=mine.presence, reason="未到")
                sitting.do("host", command)
            else:
                points = {
                    key: {name: int(value * 100) for name, value in lines.items()} for key, lines in mine.points.items()
                }
                sitting.do(judge, commands.SubmitSheet(entry_no=entry_no, revision=0, points=points))
        assert sitting.stage(entry_no) is ProjectStage.CLOSED, "the last sheet closes the scoring"
        sitting.lock(entry_no)
    result = session.tabulation(sitting.state)
    assert list(result.advance) == expected["advance"]
    for entry_no, wanted in expected["projects"].items():
        project = result.project(entry_no)
        assert str(project.total) == wanted["total"]
        assert project.rank == wanted["rank"]
        for component in ("expert100", "professional30", "creative10"):
            assert str(project.components[component].score) == wanted[component]
    assert sitting.read_back() == sitting.state


def test_a_session_that_was_never_opened_refuses_everything() -> None:
    sitting = Sitting()
    for command in (commands.CallProject(entry_no="1"), commands.OpenScoring(), commands.StartPhase(phase="qa")):
        with pytest.raises(Refused):
            decide(State(), command, sitting.seats["host"], 0)
    with pytest.raises(Refused, match="not_open"):
        _ = State().session


# each command in each state

STATES: dict[str, Callable[[], Sitting]] = {
    "fresh": Sitting,
    "called": called,
    "running": running,
    "held": held,
    "between": between,
    "questions": lambda: running("qa"),
    "scoring": scoring,
    "closed": closed,
    "locked": locked,
    "finished": finished,
    "signed": signed,
    "session_locked": session_locked,
    "published": published,
    "paper": lambda: Sitting(setup(PAPER)),
}
EVERYWHERE = set(STATES)
AFTER_LOCK = {"session_locked", "published"}
OPEN = EVERYWHERE - AFTER_LOCK
HEARD = {"locked", "finished", "signed", "session_locked", "published"}

SHEET = sheet(setup(), "E2", 0.5)

TICKS = closed().ticks("1")

TAKEN: list[tuple[str, commands.Command, set[str]]] = [
    ("host", commands.CallProject(entry_no="1"), {"fresh", "called"}),
    ("host", commands.CallProject(entry_no="2"), {"fresh", "called", "scoring", "closed", "locked"}),
    ("host", commands.StartPhase(phase="presentation"), {"called"}),
    ("host", commands.StartPhase(phase="qa"), {"called", "running", "held", "between"}),
    ("timekeeper", commands.HoldClock(technical=False, reason="喝水"), {"running", "questions"}),
    ("timekeeper", commands.ReleaseClock(outcome=Outcome.NO_EFFECT), {"held"}),
    ("timekeeper", commands.ReleaseClock(outcome=Outcome.RESTART), {"held"}),
    ("timekeeper", commands.ReleaseClock(outcome=Outcome.EXTRA_TIME, extra_seconds=30), {"held"}),
    ("timekeeper", commands.ReleaseClock(), set()),
    ("host", commands.AddTime(seconds=60, reason="补"), {"running", "held", "questions"}),
    ("host", commands.EndPhase(), {"running", "held", "questions"}),
    ("host", commands.RestartPhase(reason="重讲"), {"running", "held", "between", "questions"}),
    ("host", commands.UndoStep(), {"running", "questions", "scoring", "closed"}),
    ("host", commands.OpenScoring(), {"running", "held", "between", "questions"}),
    ("host", commands.MarkNoShow(entry_no="1", forfeit=True, reason="未到"), {"fresh", "called"}),
    ("host", commands.RemoveProject(entry_no="1", disqualified=False, reason="信"), {
        "fresh", "called", "between", "scoring", "closed", "paper",
    }),
    ("host", commands.ReorderProjects(entry_nos=("3", "1", "2"), reason="车晚点"), {"fresh"}),
    ("host", commands.ReorderProjects(entry_nos=("3", "2"), reason="车晚点"), {
        "called", "running", "held", "between", "questions", "scoring", "closed", "locked",
    }),
    ("host", commands.SetPresence(entry_no="1", judge="E2", presence=Presence.ABSENT, reason="病"), OPEN - HEARD),
    ("host", commands.SetPresence(entry_no="1", judge="E2", presence=Presence.PRESENT, reason="到"), set()),
    ("host", commands.ReplaceJudge(judge="E2", replaced_by="E8", presence=Presence.LEFT, reason="急事"),
        OPEN - {"finished", "signed"}),
    ("host", commands.ProposeJudge(name="新评委", judge_class="专家评委", reason="增补"), OPEN),
    ("chair", commands.AgreeJudge(no="E10"), set()),
    ("chair", commands.DeclineJudge(no="E10", reason="不必"), set()),
    ("host", commands.ShowMessage(text="请靠近话筒"), OPEN),
    ("host", commands.ShowSlide(slide=7), {"questions"}),
    ("host", commands.ShowSlide(slide=0), set()),
    ("host", commands.AdmitDevice(seat="judge:E2", device="d1"), set()),
    ("host", commands.RevokeDevice(seat="judge:E2", device="d1", reason="丢失"), set()),
    ("judge:E2", commands.SubmitSheet(entry_no="1", revision=0, points=SHEET), {
        "running", "held", "between", "questions", "scoring", "paper", *HEARD,
    }),
    ("judge:E2", commands.SubmitSheet(entry_no="1", revision=1, points=SHEET), HEARD),
    ("judge:E2", commands.Recuse(entry_no="1", reason="师生"), OPEN - HEARD - {"closed"}),
    ("judge:E2", commands.AskReturn(entry_no="1", reason="写错"), {"closed", "locked", "finished", "signed"}),
    ("scorer", commands.EnterPaper(entry_no="1", judge="E2", revision=0, points=SHEET, name="吴计"), {
        "running", "held", "between", "questions", "scoring", "paper",
    }),
    ("scorer", commands.DropPaper(entry_no="1", judge="E2", reason="已自行提交"), set()),
    ("chair", commands.CloseScoring(entry_no="1", missing=("E1", "E2", "E3", "P1")), {"scoring", "paper"}),
    ("host", commands.CloseScoring(entry_no="1"), set()),
    ("scorer", commands.RecomputeResult(entry_no="1", name="吴计", ticks=TICKS), {"closed"}),
    ("checker", commands.CheckResult(entry_no="1", name="郑核", ticks=TICKS), set()),
    ("chair", commands.ReturnSheet(entry_no="1", judge="E2", reason="涂改"), {"closed"}),
    ("chair", commands.MakeRuling(
        ruling='{"kind":"tie","by":"王一","reason":"商定","entries":["1","2"],"order":["2","1"]}', reason="商定"
    ), {"finished", "signed"}),
    ("chair", commands.LockProject(entry_no="1"), {"closed"}),
    ("chair", commands.ReopenProject(entry_no="1", reason="复议", second_person="周持"), HEARD),
    ("chair", commands.SignOff(role="chair", name="王一", head="ab"), {"finished", "signed", *AFTER_LOCK}),
    ("chair", commands.LockSession(), {"signed"}),
    ("chair", commands.ConfirmAssumed(path="tie_keys", name="组委会"), EVERYWHERE),
    ("chair", commands.PublishResults(), set()),
    ("host", commands.ShowResults(kind=Showing.RANKING, step=1), {"published"}),
    ("host", commands.ShowResults(kind=Showing.MARKS, entry_no="1"), {"published"}),
    ("stage", commands.ReportCutOff(
        run=1, driver="pdf", method="own", curtain_us=18_000, gone_us=21_000, confirmed=True
    ), EVERYWHERE - {"fresh", "called", "paper"}),
    ("host", commands.GoOn(), set()),
    ("chair", commands.ChooseChain(reason="备用机的记录齐全"), EVERYWHERE),
]  # fmt: skip


@pytest.mark.parametrize(
    ("who", "command", "taken"), TAKEN, ids=[f"{type(c).__name__}-{n}" for n, (_, c, _) in enumerate(TAKEN)]
)
def test_a_command_is_taken_in_these_states_alone(who: str, command: commands.Command, taken: set[str]) -> None:
    found = set()
    for name, make in STATES.items():
        sitting = make()
        if not sitting.refusal(who, command):
            found.add(name)
            assert sitting.read_back() == sitting.state
    assert found == taken


def test_the_table_of_states_holds_every_command() -> None:
    tried = {type(command) for _, command, _ in TAKEN}
    assert tried == set(commands.AnyCommand.__args__)


def test_every_other_seat_is_refused_in_every_state() -> None:
    for make in STATES.values():
        sitting = make()
        for _, command, _ in TAKEN:
            for seat in sitting.seats.values():
                if seat.role not in MAY[type(command)]:
                    with pytest.raises(Refused, match="not_allowed"):
                        decide(sitting.state, command, seat, sitting.now_ns)


def test_a_command_that_is_not_known_is_refused() -> None:
    class Wish(commands.Command, frozen=True):
        pass

    sitting = Sitting()
    for seat in sitting.seats.values():
        with pytest.raises(Refused, match="not_allowed"):
            decide(sitting.state, Wish(), seat, 0)


# the clock in a session


def test_starting_a_phase_twice_does_not_skip_one() -> None:
    """Space pressed twice: the second press carries the same phase."""
    sitting = Sitting()
    sitting.call("1")
    press = commands.StartPhase(phase="presentation")
    sitting.do("host", press)
    assert sitting.refusal("host", press) == "phase_done"
    assert sitting.state.run is not None
    assert sitting.state.run.phase == "presentation"
    again = commands.StartPhase(phase="qa")
    sitting.do("host", again)
    assert sitting.refusal("host", again) == "phase_done"
    assert [run.phase for run in sitting.state.runs] == ["presentation", "qa"]
    sitting.do("host", commands.OpenScoring())
    assert sitting.refusal("host", commands.OpenScoring()) == "wrong_stage"


def test_a_phase_with_slides_is_cut_at_its_deadline_however_late_it_is_looked_at() -> None:
    for late_ns in (0, 1, 5 * SECOND, 3600 * SECOND):
        sitting = running()
        assert next_due_ns(sitting.state) == START_NS + 480 * SECOND
        assert due(sitting.state, START_NS + 480 * SECOND - 1) == []
        made = due(sitting.state, START_NS + 480 * SECOND + late_ns)
        assert made == [events.PhaseEnded(run=1, ended_ns=START_NS + 480 * SECOND, by=EndedBy.DEADLINE)]


def test_questions_are_never_cut() -> None:
    sitting = running("qa")
    assert next_due_ns(sitting.state) is None
    assert sitting.wait(10_000) == []
    assert sitting.state.run is not None


def test_phases_that_flow_go_over_at_their_true_deadlines_even_when_asked_hours_later() -> None:
    sitting = running(rules=FLOWING)
    bodies = sitting.wait(7_200)
    assert kinds(bodies) == ["PhaseEnded", "PhaseStarted", "PhaseEnded", "PhaseStarted"]
    first, second, third = sitting.state.runs
    assert (first.ended_ns, second.started_ns) == (START_NS + 480 * SECOND,) * 2
    assert (second.ended_ns, third.started_ns) == (START_NS + 720 * SECOND,) * 2
    assert third.ended_ns is None, "the last runs on: nothing cuts it"
    assert due(sitting.state, sitting.now_ns) == [], "asked once, it says all"
    assert sitting.state.undo is None, "what time made nobody takes back"


def test_a_room_dead_at_the_deadline_finds_the_true_end_when_it_is_back() -> None:
    sitting = running()
    sitting.wait(500, room_dead=True)
    sitting.state = sitting.read_back()
    sitting.do("host", commands.StartPhase(phase="qa"))
    presentation, qa = sitting.state.runs
    assert presentation.ended_by is EndedBy.DEADLINE
    assert presentation.ended_ns == START_NS + 480 * SECOND
    assert qa.started_ns == START_NS + 500 * SECOND


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (commands.HoldClock(technical=True, reason="断电"), "time_up"),
        (commands.AddTime(seconds=60, reason="补"), "time_up"),
    ],
)
def test_a_phase_that_was_cut_unseen_is_not_held_or_prolonged(command: commands.Command, code: str) -> None:
    sitting = running()
    sitting.wait(481, room_dead=True)
    with pytest.raises(Refused, match=code):
        decide(sitting.state, command, sitting.seats["host"], sitting.now_ns)


@pytest.mark.parametrize(
    "command",
    [commands.EndPhase(), commands.StartPhase(phase="qa"), commands.OpenScoring(), commands.RestartPhase(reason="r")],
)
def test_whatever_ends_a_phase_too_late_ends_it_at_its_deadline(command: commands.Command) -> None:
    sitting = running()
    sitting.wait(490, room_dead=True)
    made = decide(sitting.state, command, sitting.seats["host"], sitting.now_ns)
    assert isinstance(made[0], events.PhaseEnded)
    assert made[0].ended_ns == START_NS + 480 * SECOND


def test_a_technical_stop_gives_its_time_back_and_needs_an_outcome() -> None:
    sitting = running()
    sitting.wait(100)
    sitting.do("host", commands.HoldClock(technical=True, reason="断电"))
    sitting.wait(75)
    assert sitting.refusal("host", commands.ReleaseClock()) == "outcome_needed"
    sitting.do("host", commands.ReleaseClock(outcome=Outcome.NO_EFFECT))
    assert next_due_ns(sitting.state) == START_NS + 555 * SECOND
    assert sitting.state.runs[0].holds[0].outcome is Outcome.NO_EFFECT


def test_a_pause_takes_no_outcome() -> None:
    sitting = running()
    sitting.do("timekeeper", commands.HoldClock(technical=False, reason="喝水"))
    sitting.do("timekeeper", commands.ReleaseClock(outcome=Outcome.RESTART))
    held = sitting.state.runs[0].holds[0]
    assert (held.kind, held.outcome, held.by) == (HoldKind.PAUSE, None, "timekeeper")
    assert len(sitting.state.runs) == 1


def test_extra_time_is_on_the_record_with_the_stops_reason() -> None:
    sitting = running()
    sitting.do("host", commands.HoldClock(technical=True, reason="投影灭了"))
    sitting.wait(20)
    for seconds in (-1, 3_601, 2**80):
        release = commands.ReleaseClock(outcome=Outcome.EXTRA_TIME, extra_seconds=seconds)
        assert sitting.refusal("host", release) == "bad_time"
    sitting.do("host", commands.ReleaseClock(outcome=Outcome.EXTRA_TIME, extra_seconds=30))
    run = sitting.state.runs[0]
    assert [(one.delta_ns, one.reason, one.by) for one in run.additions] == [(30 * SECOND, "投影灭了", "host")]
    assert clock.deadline_ns(run) == START_NS + (480 + 20 + 30) * SECOND


def test_a_stop_settled_by_telling_again_runs_the_phase_from_its_full_time() -> None:
    sitting = running()
    sitting.wait(100)
    sitting.do("host", commands.HoldClock(technical=True, reason="断电"))
    sitting.wait(50)
    sitting.do("host", commands.ReleaseClock(outcome=Outcome.RESTART))
    first, second = sitting.state.runs
    assert first.ended_by is EndedBy.RESTART
    assert (second.phase, second.started_ns) == ("presentation", START_NS + 150 * SECOND)
    assert clock.remaining_ns(second, sitting.now_ns) == 480 * SECOND
    assert phase_after(sitting) == "qa"


def test_a_restart_after_the_cut_runs_the_phase_again() -> None:
    sitting = running()
    sitting.wait(480)
    sitting.do("host", commands.RestartPhase(reason="放错文件"))
    assert [run.ended_by for run in sitting.state.runs] == [EndedBy.RESTART, None]
    assert sitting.state.runs[0].ended_ns == START_NS + 480 * SECOND
    assert sitting.stage("1") is ProjectStage.RUNNING


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(0, "bad_time"), (3_601, "bad_time"), (-3_601, "bad_time"), (2**70, "bad_time"), (-480, "bad_time"), (-479, "")],
)
def test_time_is_given_and_taken_within_bounds(seconds: int, code: str) -> None:
    sitting = running()
    assert sitting.refusal("host", commands.AddTime(seconds=seconds, reason="表")) == code


def test_questions_that_run_over_may_still_be_given_time() -> None:
    sitting = running("qa")
    sitting.wait(300)
    sitting.do("host", commands.AddTime(seconds=30, reason="评委追问"))
    assert clock.overtime_ns(sitting.state.runs[-1], sitting.now_ns) == 30 * SECOND
    assert sitting.refusal("host", commands.AddTime(seconds=-1, reason="表")) == "bad_time"


def test_a_project_on_the_stage_keeps_others_off_it() -> None:
    sitting = running()
    assert sitting.refusal("host", commands.CallProject(entry_no="2")) == "busy"
    sitting.wait(480)
    assert sitting.refusal("host", commands.CallProject(entry_no="2")) == "busy"
    sitting.do("host", commands.OpenScoring())
    sitting.call("2")
    assert sitting.stage("1") is ProjectStage.SCORING
    assert sitting.stage("2") is ProjectStage.CALLED


def test_a_project_without_phases_goes_from_its_call_to_scoring() -> None:
    sitting = Sitting(setup(msgspec.structs.replace(RULES, timing=None)))
    assert sitting.refusal("host", commands.OpenScoring()) == "nothing_called"
    sitting.call("1")
    assert session.next_phase(sitting.state) is None
    sitting.do("host", commands.OpenScoring())
    assert sitting.stage("1") is ProjectStage.SCORING


# undo

STEPS: dict[str, tuple[Callable[[], Sitting], list[commands.Command]]] = {
    "start": (called, [commands.StartPhase(phase="presentation")]),
    "next": (running, [commands.StartPhase(phase="qa")]),
    "end": (running, [commands.EndPhase()]),
    "restart": (running, [commands.RestartPhase(reason="误")]),
    "restart-after-the-cut": (between, [commands.RestartPhase(reason="误")]),
    "told-again": (held, [commands.ReleaseClock(outcome=Outcome.RESTART)]),
    "scoring": (lambda: running("qa"), [commands.OpenScoring()]),
    "scoring-between": (between, [commands.OpenScoring()]),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("after_s", [0, 1, 4.999, 5])
def test_an_undo_brings_the_clock_back_as_if_the_key_had_never_been_pressed(step: str, after_s: float) -> None:
    make, pressed = STEPS[step]
    sitting, untouched = make(), make()
    for one in (sitting, untouched):
        one.wait(7)
    for command in pressed:
        sitting.do("host", command)
    assert sitting.state.runs != untouched.state.runs or sitting.stage("1") != untouched.stage("1")
    for one in (sitting, untouched):
        one.wait(after_s)
    sitting.do("host", commands.UndoStep())
    assert sitting.state.runs == untouched.state.runs
    assert sitting.state.current == untouched.state.current
    assert sitting.stage("1") == untouched.stage("1")
    assert sitting.refusal("host", commands.UndoStep()) == "too_late", "once"
    for one in (sitting, untouched):
        one.wait(600)
    assert sitting.state.runs == untouched.state.runs, "and goes on as if"
    assert sitting.read_back() == sitting.state


@pytest.mark.parametrize("step", STEPS)
def test_an_undo_comes_too_late_after_five_seconds(step: str) -> None:
    make, pressed = STEPS[step]
    sitting = make()
    for command in pressed:
        sitting.do("host", command)
    sitting.wait(5, ns=1)
    assert sitting.refusal("host", commands.UndoStep()) == "too_late"


def test_a_run_that_was_taken_back_stays_in_the_time_log() -> None:
    sitting = Sitting()
    sitting.call("1")
    sitting.start()
    sitting.wait(3)
    sitting.do("host", commands.UndoStep())
    (run,) = sitting.state.all_runs
    assert (run.run, run.ended_by, run.ended_ns) == (1, EndedBy.UNDONE, START_NS + 3 * SECOND)
    sitting.start()
    assert [run.run for run in sitting.state.all_runs] == [1, 2], "numbers are used once"
    sitting.do(
        "stage", commands.ReportCutOff(run=1, driver="pdf", method="own", curtain_us=-1, gone_us=-1, confirmed=False)
    )


def test_an_end_taken_back_after_the_deadline_is_cut_at_the_deadline() -> None:
    sitting = running()
    sitting.wait(478)
    sitting.do("host", commands.EndPhase())
    sitting.wait(4)
    sitting.do("host", commands.UndoStep())
    sitting.wait(0)
    assert sitting.state.runs[0].ended_by is EndedBy.DEADLINE
    assert sitting.state.runs[0].ended_ns == START_NS + 480 * SECOND


@pytest.mark.parametrize(
    "between",
    [
        ("host", commands.HoldClock(technical=True, reason="断电")),
        ("host", commands.AddTime(seconds=10, reason="补")),
    ],
)
def test_what_was_done_to_the_clock_since_is_not_undone_with_it(between: tuple[str, commands.Command]) -> None:
    sitting = running()
    sitting.do(*between)
    assert sitting.refusal("host", commands.UndoStep()) == "too_late"


def test_a_lock_within_five_seconds_stands_against_an_undo() -> None:
    sitting = running("qa")
    sitting.do("host", commands.OpenScoring())
    sitting.score("1")
    sitting.lock("1")
    assert sitting.refusal("host", commands.UndoStep()) == "too_late"
    assert sitting.stage("1") is ProjectStage.LOCKED


def test_sheets_given_meanwhile_outlive_an_undo_of_the_scorings_opening() -> None:
    sitting = running("qa")
    sitting.do("host", commands.OpenScoring())
    sitting.score("1")
    assert sitting.stage("1") is ProjectStage.CLOSED
    sitting.do("host", commands.UndoStep())
    assert sitting.stage("1") is ProjectStage.RUNNING
    assert sitting.state.projects["1"].missing == ()
    assert kinds(sitting.do("host", commands.OpenScoring())) == ["PhaseEnded", "ScoringOpened", "ScoringClosed"]


# calls, no-shows, order, projects that leave


def test_a_project_is_called_three_times_and_then_settled() -> None:
    sitting = Sitting()
    for call in (1, 2, 3):
        sitting.call("1")
        assert sitting.state.projects["1"].call == call
    assert sitting.refusal("host", commands.CallProject(entry_no="1")) == "called_out"


def test_a_no_show_is_heard_last_with_its_calls_counted_anew() -> None:
    sitting = Sitting()
    sitting.call("1")
    sitting.do("host", commands.MarkNoShow(entry_no="1", forfeit=False, reason="未到"))
    assert sitting.state.order == ("2", "3", "1")
    assert sitting.state.current is None
    assert (sitting.stage("1"), sitting.state.projects["1"].call) == (ProjectStage.WAITING, 0)
    sitting.finish()
    assert sitting.stage("1") is ProjectStage.LOCKED


def test_a_no_show_that_forfeits_has_no_result_and_keeps_nobody_waiting() -> None:
    sitting = Sitting()
    sitting.call("1")
    sitting.do("host", commands.MarkNoShow(entry_no="1", forfeit=True, reason="未到"))
    assert sitting.refusal("E2", commands.SubmitSheet(entry_no="1", revision=0, points=SHEET)) == "out"
    assert sitting.refusal("host", commands.CallProject(entry_no="1")) == "already_heard"
    sitting.finish()
    assert [one.entry_no for one in session.tabulation(sitting.state).projects] == ["2", "3"]
    sitting.sign()


def test_calling_another_lets_the_first_wait_on() -> None:
    sitting = Sitting()
    sitting.call("1")
    sitting.call("2")
    assert (sitting.stage("1"), sitting.state.current) == (ProjectStage.WAITING, "2")


@pytest.mark.parametrize("disqualified", [True, False])
def test_a_project_that_leaves_after_its_talk_has_no_result(disqualified: bool) -> None:
    sitting = closed()
    sitting.do("chair", commands.RemoveProject(entry_no="1", disqualified=disqualified, reason="冒名"))
    assert sitting.stage("1") is (ProjectStage.DISQUALIFIED if disqualified else ProjectStage.WITHDRAWN)
    assert [one.entry_no for one in session.tabulation(sitting.state).projects] == ["2", "3"]
    for who, command in (
        ("chair", commands.LockProject(entry_no="1")),
        ("chair", commands.ReturnSheet(entry_no="1", judge="E2", reason="r")),
        ("host", commands.SetPresence(entry_no="1", judge="E2", presence=Presence.ABSENT, reason="r")),
        ("host", commands.RemoveProject(entry_no="1", disqualified=False, reason="r")),
    ):
        assert sitting.refusal(who, command)
    assert sitting.state.projects["1"].sheets["E2"].points, "its sheets stay on the record"


@pytest.mark.parametrize("disqualified", [True, False])
def test_a_withdrawal_moves_nobody_s_locked_points(disqualified: bool) -> None:
    """The votes of one that left keep their place (A-13): the points of those behind it stay what was signed."""
    sitting = Sitting(setup(votes=(900, 700, 500)))
    for entry_no in ("2", "3"):
        sitting.hear(entry_no)
        sitting.score(entry_no)
        sitting.lock(entry_no)
    before = {one.entry_no: one for one in session.tabulation(sitting.state).projects}
    assert before["2"].popularity_points == 2
    sitting.do("chair", commands.RemoveProject(entry_no="1", disqualified=disqualified, reason="来函"))
    after = {one.entry_no: one for one in session.tabulation(sitting.state).projects}
    assert list(after) == ["2", "3"]
    for entry_no, one in after.items():
        assert (one.popularity_rank, one.popularity_points, one.total) == (
            before[entry_no].popularity_rank,
            before[entry_no].popularity_points,
            before[entry_no].total,
        )
    assert [one.rank for one in after.values()] == [1, 2]


VOID = '{"kind":"votes","by":"王一","reason":"刷票","entry_no":"%s","method":"%s"}'


def test_voided_votes_give_nothing_and_those_behind_move_up_only_where_it_is_ruled_so() -> None:
    sitting = Sitting(setup(votes=(900, 700, 500)))
    points = {}
    for method in ("", "void", "void_up", "count"):
        if method:
            sitting.do("chair", commands.MakeRuling(ruling=VOID % ("1", method), reason="刷票"))
        points[method] = [int(one.popularity_points) for one in session.tabulation(sitting.state).projects]
    assert points == {"": [3, 2, 1], "void": [0, 2, 1], "void_up": [0, 3, 2], "count": [3, 2, 1]}
    assert session.tabulation(sitting.state).unused_rulings == (0, 1)


def test_voided_votes_change_no_locked_result() -> None:
    sitting = Sitting(setup(votes=(900, 700, 500)))
    sitting.hear("2")
    sitting.score("2")
    sitting.lock("2")
    own = commands.MakeRuling(ruling=VOID % ("2", "void"), reason="刷票")
    assert sitting.refusal("chair", own) == "locked"
    assert sitting.refusal("chair", commands.MakeRuling(ruling=VOID % ("1", "void_up"), reason="刷票")) == "locked"
    before = session.tabulation(sitting.state).projects[1].total
    sitting.do("chair", commands.MakeRuling(ruling=VOID % ("1", "void"), reason="刷票"))
    assert session.tabulation(sitting.state).projects[1].total == before
    sitting.do("chair", commands.ReopenProject(entry_no="2", reason="刷票", second_person="郑核"))
    sitting.do("chair", own)
    assert session.tabulation(sitting.state).projects[1].votes_voided


@pytest.mark.parametrize("method", ["void", "void_up"])
def test_voided_votes_change_no_locked_rank_by_votes_either(method: str) -> None:
    """Under a cap the total stays while the printed rank and points by votes would be others."""
    assert RULES.popularity is not None
    capped = msgspec.structs.replace(RULES.popularity, cap=Decimal("0.01"), cap_mode="own_total")
    sitting = Sitting(setup(msgspec.structs.replace(RULES, popularity=capped), votes=(900, 700, 500, 0), projects=4))
    for entry_no in ("2", "4"):
        sitting.hear(entry_no)
        sitting.score(entry_no)
        sitting.lock(entry_no)
    before = by_votes(sitting.state)
    of_another = sitting.refusal("chair", commands.MakeRuling(ruling=VOID % ("1", method), reason="刷票"))
    assert of_another == ("locked" if method == "void_up" else "")
    assert {no: by_votes(sitting.state)[no] for no in "24"} == {no: before[no] for no in "24"}
    of_itself = commands.MakeRuling(ruling=VOID % ("4", method), reason="刷票")
    assert sitting.refusal("chair", of_itself) == "locked", "its sheet says no votes, not voided ones"
    sitting.do("chair", commands.ReopenProject(entry_no="4", reason="刷票", second_person="郑核"))
    sitting.do("chair", of_itself)


def test_no_votes_are_voided_where_the_rules_count_none() -> None:
    sitting = Sitting(setup(msgspec.structs.replace(RULES, popularity=None), votes=(900, 700, 500)))
    made = commands.MakeRuling(ruling=VOID % ("1", "void"), reason="刷票")
    assert sitting.refusal("chair", made) == "bad_ruling"
    assert sitting.refusal("judge:E2", made) == "not_allowed"


def test_what_a_seat_is_shown_of_some_projects_has_their_official_points_for_votes() -> None:
    sitting = Sitting(setup(votes=(900, 700, 500)))
    sitting.do("chair", commands.RemoveProject(entry_no="1", disqualified=False, reason="来函"))
    official = session.tabulation(sitting.state)
    assert session.tabulation(sitting.state, ["2", "3"]).projects == official.projects
    assert session.tabulation(sitting.state, ["3"]).projects[0].popularity_rank == 3


def by_votes(state: State, only: list[str] | None = None) -> dict[str, tuple[object, ...]]:
    """What votes give each project, and its total."""
    return {
        one.entry_no: (
            one.popularity_rank,
            one.popularity_points,
            one.popularity_counted,
            one.popularity_cap,
            one.total,
            one.status,
            one.votes_voided,
        )
        for one in session.tabulation(state, only).projects
    }


@pytest.mark.parametrize("method", ["void", "void_up", "count"])
def test_a_ruling_on_votes_counts_the_same_whoever_is_looked_at(method: str) -> None:
    sitting = Sitting(setup(votes=(900, 700, 500)))
    for entry_no in ("1", "2", "3"):
        sitting.hear(entry_no)
        sitting.score(entry_no)
    if method == "count":
        sitting.do("chair", commands.MakeRuling(ruling=VOID % ("1", "void_up"), reason="刷票"))
    sitting.do("chair", commands.MakeRuling(ruling=VOID % ("1", method), reason="刷票"))
    whole = by_votes(sitting.state)
    unused = session.tabulation(sitting.state).unused_rulings
    for only in (["1"], ["2"], ["3"], ["1", "2"], ["2", "3"]):
        assert by_votes(sitting.state, only) == {entry_no: whole[entry_no] for entry_no in only}
        assert session.tabulation(sitting.state, only).unused_rulings == unused


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_some_projects_have_the_numbers_that_all_of_them_together_give(data: st.DataObject) -> None:
    """Whatever was ruled on votes, whoever left and whoever is looked at."""
    rule = RULES.popularity
    assert rule is not None
    scope: Literal["all", "track"] = data.draw(st.sampled_from(["all", "track"]))
    own: Literal["own_total", "none"] = data.draw(st.sampled_from(["own_total", "none"]))
    rule = msgspec.structs.replace(rule, scope=scope, cap=Decimal("0.01"), cap_mode=own)
    votes = tuple(data.draw(st.lists(st.sampled_from([0, 1, 1, 2, 3, 40]), min_size=5, max_size=5)))
    tracks = {no: data.draw(st.sampled_from(["甲", "乙", TALK.name])) for no in "12345"}
    rules = msgspec.structs.replace(WITH_TALK, popularity=rule)
    sitting = Sitting(setup(rules, projects=5, votes=votes, tracks=tracks))
    for no in data.draw(st.lists(st.sampled_from("12345"), max_size=3, unique=True)):
        sitting.hear(no)
        sitting.score(no)
    for no, method in data.draw(
        st.lists(st.tuples(st.sampled_from("12345"), st.sampled_from(["void", "void_up", "count"])), max_size=4)
    ):
        sitting.refusal("chair", commands.MakeRuling(ruling=VOID % (no, method), reason="刷票"))
    for no in data.draw(st.lists(st.sampled_from("12345"), max_size=2, unique=True)):
        sitting.refusal("chair", commands.RemoveProject(entry_no=no, disqualified=True, reason="冒名"))
    whole = by_votes(sitting.state)
    only = data.draw(st.lists(st.sampled_from("12345"), min_size=1, unique=True))
    assert by_votes(sitting.state, only) == {no: whole[no] for no in only if no in whole}
    unused = session.tabulation(sitting.state, only).unused_rulings
    assert unused == session.tabulation(sitting.state).unused_rulings


@pytest.mark.parametrize("disqualified", [True, False])
def test_voided_votes_stay_voided_when_their_project_leaves_and_comes_back(disqualified: bool) -> None:
    """Disqualified for the votes it bought: they do not take their place again, and no locked result changes."""
    sitting = Sitting(setup(votes=(900, 700, 500)))
    sitting.do("chair", commands.MakeRuling(ruling=VOID % ("1", "void_up"), reason="刷票"))
    for entry_no in ("2", "3"):
        sitting.hear(entry_no)
        sitting.score(entry_no)
        sitting.lock(entry_no)
    locked = by_votes(sitting.state)
    assert [one[0] for one in locked.values()] == [None, 1, 2]
    sitting.do("chair", commands.RemoveProject(entry_no="1", disqualified=disqualified, reason="刷票"))
    gone = by_votes(sitting.state)
    assert gone == {no: locked[no] for no in ("2", "3")}
    assert session.tabulation(sitting.state).unused_rulings == ()
    assert {one.entry_no: one.total for one in overall.results([sitting.state]).projects} == {
        no: held[4] for no, held in gone.items()
    }
    sitting.do("chair", commands.ReopenProject(entry_no="1", reason="误", second_person="郑核"))
    assert by_votes(sitting.state) == locked
    assert sitting.read_back() == sitting.state


def test_a_project_on_the_stage_or_locked_is_not_removed() -> None:
    remove = commands.RemoveProject(entry_no="1", disqualified=False, reason="信")
    assert running().refusal("host", remove) == "busy"
    assert locked().refusal("chair", remove) == "locked"


def test_a_project_removed_by_mistake_comes_back_with_a_second_person() -> None:
    reopen = commands.ReopenProject(entry_no="1", reason="误操作", second_person="周持")
    waiting = Sitting()
    waiting.do("host", commands.MarkNoShow(entry_no="1", forfeit=True, reason="未到"))
    waiting.do("chair", reopen)
    assert waiting.stage("1") is ProjectStage.WAITING
    heard = closed()
    heard.do("host", commands.RemoveProject(entry_no="1", disqualified=True, reason="误"))
    assert heard.refusal("chair", msgspec.structs.replace(reopen, second_person="王一")) == "second_needed"
    heard.do("chair", reopen)
    assert heard.stage("1") is ProjectStage.CLOSED
    heard.lock("1")


def test_a_new_order_holds_exactly_the_projects_that_wait() -> None:
    sitting = Sitting()
    for wrong in ((), ("1",), ("1", "2"), ("1", "2", "2"), ("1", "2", "3", "3"), ("1", "2", "4")):
        assert sitting.refusal("host", commands.ReorderProjects(entry_nos=wrong, reason="r")) == "bad_order"
    assert sitting.refusal("host", commands.ReorderProjects(entry_nos=("3", "2", "1"), reason=" ")) == "reason_needed"
    sitting.call("2")
    sitting.do("host", commands.ReorderProjects(entry_nos=("3", "1"), reason="车晚点"))
    assert sitting.state.order == ("3", "2", "1"), "the one on stage keeps its place"


# sheets


def bad_points() -> list[tuple[str, Any, str]]:
    good = {"expert100": {"表现": 2_000, "技术": 3_000}, "creative10": {"创意": 550}}

    def with_(component: str, line: str, value: Any) -> Any:
        return {**good, component: {**good[component], line: value}}

    return [
        ("negative", with_("expert100", "表现", -100), "out_of_range"),
        ("over the maximum", with_("expert100", "表现", 4_100), "out_of_range"),
        ("just over", with_("creative10", "创意", 1_001), "out_of_range"),
        ("off the step", with_("expert100", "技术", 3_050), "off_step"),
        ("off a half step", with_("creative10", "创意", 525), "off_step"),
        ("one hundredth", with_("creative10", "创意", 1), "off_step"),
        ("huge", with_("expert100", "表现", 2**4096), "out_of_range"),
        ("hugely negative", with_("expert100", "表现", -(2**4096)), "out_of_range"),
        ("true", with_("expert100", "表现", True), "not_a_number"),
        ("false", with_("expert100", "表现", False), "not_a_number"),
        ("a float", with_("expert100", "表现", 2_000.0), "not_a_number"),
        ("not a number", with_("expert100", "表现", float("nan")), "not_a_number"),
        ("text", with_("expert100", "表现", "2000"), "not_a_number"),
        ("nothing", with_("expert100", "表现", None), "not_a_number"),
        ("a line missing", {**good, "expert100": {"表现": 2_000}}, "wrong_criteria"),
        ("a line too many", with_("expert100", "气质", 100), "wrong_criteria"),
        ("no line", {**good, "expert100": {}}, "wrong_criteria"),
        ("a component missing", {"expert100": good["expert100"]}, "wrong_components"),
        ("another class's component", {**good, "professional30": {"专业": 2_000}}, "wrong_components"),
        ("an unknown component", {**good, "x": {}}, "wrong_components"),
        ("nothing at all", {}, "wrong_components"),
    ]


@pytest.mark.parametrize(("points", "code"), [one[1:] for one in bad_points()], ids=[one[0] for one in bad_points()])
def test_a_sheet_with_a_wrong_number_is_refused_and_nothing_is_stored(points: Any, code: str) -> None:
    sitting = scoring()
    before = len(sitting.records)
    command = commands.SubmitSheet(entry_no="1", revision=0, points=points)
    assert sitting.refusal("E2", command) == code
    assert len(sitting.records) == before
    assert sitting.status("E2", "1") is SheetStatus.EMPTY


@given(st.data())
def test_a_sheet_on_the_rules_steps_is_taken_and_counted_to_the_last_hundredth(data: st.DataObject) -> None:
    sitting = scoring()
    judge = session.panel_judge(sitting.setup, "E2")
    points = data.draw(sheets(session.components_of(sitting.setup, judge)))
    sitting.do("E2", commands.SubmitSheet(entry_no="1", revision=0, points=points))
    held = sitting.state.projects["1"].sheets["E2"]
    assert (held.status, held.revision, held.points) == (SheetStatus.SUBMITTED, 1, points)
    (entry,) = session.entries(sitting.state, ["1"])
    counted = {one.component: one.points for one in entry.sheets if one.judge == "E2"}
    assert {
        key: {line: int(value * 100) for line, value in lines.items() if value is not None}
        for key, lines in counted.items()
        if lines is not None
    } == points


def test_a_sheet_is_given_once_and_a_stale_one_is_refused() -> None:
    sitting = scoring()
    submit = commands.SubmitSheet(entry_no="1", revision=0, points=SHEET)
    sitting.do("E2", submit)
    assert sitting.refusal("E2", submit) == "stale_revision"
    assert sitting.refusal("E2", msgspec.structs.replace(submit, revision=1)) == "already_recorded"
    assert sitting.refusal("E2", msgspec.structs.replace(submit, revision=2)) == "stale_revision"
    sitting.do("E1", commands.SubmitSheet(entry_no="1", revision=0, points=SHEET))
    sitting.do("chair", commands.ReturnSheet(entry_no="1", judge="E2", reason="看不清"))
    assert sitting.refusal("E2", submit) == "stale_revision"
    assert sitting.state.projects["1"].sheets["E2"].points == SHEET, "the old value stays"
    sitting.do("E2", msgspec.structs.replace(submit, revision=1))
    assert sitting.state.projects["1"].sheets["E2"].revision == 2


def test_one_judge_cannot_give_anothers_sheet() -> None:
    sitting = scoring()
    assert sitting.refusal("E8", commands.SubmitSheet(entry_no="1", revision=0, points=SHEET)) == "not_expected"
    assert sitting.refusal("P1", commands.SubmitSheet(entry_no="1", revision=0, points=SHEET)) == "wrong_components"
    sitting.do("E2", commands.SubmitSheet(entry_no="1", revision=0, points=SHEET))
    assert sitting.status("E3", "1") is SheetStatus.EMPTY


def test_a_project_takes_no_sheet_before_its_talk() -> None:
    sitting = Sitting()
    submit = commands.SubmitSheet(entry_no="1", revision=0, points=SHEET)
    assert sitting.refusal("E2", submit) == "not_open"
    sitting.call("1")
    assert sitting.refusal("E2", submit) == "not_open"
    sitting.start()
    assert sitting.refusal("E2", submit) == ""


def test_nothing_is_ever_submitted_by_time() -> None:
    sitting = running()
    for _ in range(50):
        sitting.wait(600)
    assert all(one.status is SheetStatus.EMPTY for one in sitting.state.projects["1"].sheets.values())
    assert "SheetSubmitted" not in {record.kind for record in sitting.records}


def test_the_last_sheet_closes_the_scoring_and_is_not_late() -> None:
    sitting = scoring()
    for judge in ("E1", "E2", "E3"):
        assert kinds(sitting.submit(judge, "1")) == ["SheetSubmitted"]
    assert kinds(sitting.submit("P1", "1")) == ["SheetSubmitted", "ScoringClosed"]
    assert not any(one.late for one in sitting.state.projects["1"].sheets.values())


def test_a_sheet_behind_the_close_is_late_and_a_correction_is_not() -> None:
    sitting = scoring()
    for judge in ("E1", "E2", "P1"):
        sitting.submit(judge, "1")
    stale = commands.CloseScoring(entry_no="1", missing=("E3", "P1"))
    assert sitting.refusal("host", stale) == "missing_changed"
    sitting.do("host", commands.CloseScoring(entry_no="1", missing=("E3",)))
    assert sitting.state.projects["1"].closed_missing == ("E3",)
    sitting.do("chair", commands.ReturnSheet(entry_no="1", judge="E2", reason="看不清"))
    sitting.submit("E2", "1")
    sitting.submit("E3", "1")
    held = sitting.state.projects["1"].sheets
    assert (held["E2"].late, held["E3"].late) == (False, True)


def test_a_close_names_exactly_who_is_missing() -> None:
    sitting = scoring()
    everybody = ("P1", "E3", "E2", "E1")
    for seen in ((), everybody[:3], (*everybody, "E9")):
        assert sitting.refusal("host", commands.CloseScoring(entry_no="1", missing=seen)) == "missing_changed"
    sitting.do("host", commands.CloseScoring(entry_no="1", missing=everybody))
    assert sitting.refusal("chair", commands.LockProject(entry_no="1")) == "own_first"


def test_a_project_with_a_sheet_missing_is_not_locked() -> None:
    sitting = scoring()
    for judge in ("E1", "E2", "P1"):
        sitting.submit(judge, "1")
    sitting.do("host", commands.CloseScoring(entry_no="1", missing=("E3",)))
    assert sitting.refusal("chair", commands.LockProject(entry_no="1")) == "incomplete"


def test_a_sheet_after_the_lock_is_evidence_and_changes_nothing() -> None:
    for make in (locked, session_locked, published):
        sitting = make()
        before = sitting.state
        command = commands.SubmitSheet(entry_no="1", revision=1, points=SHEET, comment="晚了")
        (body,) = sitting.do("E2", command)
        assert body.event == events.LateSheetKept(entry_no="1", judge="E2", points=SHEET, comment="晚了")
        held, was = (one.projects["1"].sheets["E2"] for one in (sitting.state, before))
        assert held == msgspec.structs.replace(was, late_kept=(body.seq,))
        assert session.tabulation(sitting.state) == session.tabulation(before)
        assert sitting.state.results_seq == before.results_seq, "signatures stand"
        bad = msgspec.structs.replace(command, points={"expert100": {"表现": 9_900}})
        assert sitting.refusal("E2", bad) == "wrong_components"


def test_long_words_are_refused() -> None:
    sitting = scoring()
    long = "字" * (session.MAX_TEXT + 1)
    submit = commands.SubmitSheet(entry_no="1", revision=0, points=SHEET, comment=long)
    assert sitting.refusal("E2", submit) == "too_long"
    assert sitting.refusal("E2", commands.Recuse(entry_no="1", reason=long)) == "too_long"
    assert sitting.refusal("host", commands.ShowMessage(text="字" * 201)) == "too_long"
    assert running().refusal("host", commands.EndPhase(reason=long)) == "too_long"


def test_a_return_is_asked_of_a_recorded_sheet_and_ends_with_it() -> None:
    sitting = scoring()
    assert sitting.refusal("E2", commands.AskReturn(entry_no="1", reason="写错")) == "not_recorded"
    sitting.submit("E2", "1")
    sitting.submit("E1", "1")
    assert sitting.refusal("E2", commands.AskReturn(entry_no="1", reason="  ")) == "reason_needed"
    sitting.do("E2", commands.AskReturn(entry_no="1", reason="写错"))
    assert sitting.state.projects["1"].sheets["E2"].return_asked == "写错"
    sitting.do("chair", commands.ReturnSheet(entry_no="1", judge="E2", reason="准"))
    held = sitting.state.projects["1"].sheets["E2"]
    assert (held.status, held.reason, held.return_asked) == (SheetStatus.RETURNED, "准", "")


# presence


def absent(
    sitting: Sitting, judge: str, reserve: str | None = None, presence: Presence = Presence.ABSENT
) -> list[Body]:
    command = commands.SetPresence(
        entry_no="1", judge=judge, presence=presence, reason=f"{presence.value}", replaced_by=reserve
    )
    return sitting.do("host", command)


def back(sitting: Sitting, judge: str, who: str = "host") -> list[Body]:
    command = commands.SetPresence(entry_no="1", judge=judge, presence=Presence.PRESENT, reason="到场")
    return sitting.do(who, command)


@pytest.mark.parametrize("away", [Presence.ABSENT, Presence.LEFT, Presence.RECUSED])
@pytest.mark.parametrize("before", [SheetStatus.EMPTY, SheetStatus.SUBMITTED, SheetStatus.RETURNED])
@pytest.mark.parametrize("reserve", [None, "E8"])
def test_a_judge_back_in_his_seat_finds_exactly_what_was_there(
    away: Presence, before: SheetStatus, reserve: str | None
) -> None:
    """A return to the panel never makes a submission: a sheet that was returned is still returned."""
    sitting = scoring()
    sitting.submit("E1", "1")
    if before is not SheetStatus.EMPTY:
        sitting.submit("E2", "1")
    if before is SheetStatus.RETURNED:
        sitting.do("chair", commands.ReturnSheet(entry_no="1", judge="E2", reason="看不清"))
    was = sitting.state.projects["1"].sheets["E2"]
    assert was.status is before
    absent(sitting, "E2", reserve, away)
    absent(sitting, "E2", reserve, Presence.LEFT if away is not Presence.LEFT else Presence.ABSENT)
    assert (
        sitting.refusal("E2", commands.SubmitSheet(entry_no="1", revision=was.revision, points=SHEET)) == "not_present"
    )
    back(sitting, "E2")
    assert sitting.state.projects["1"].sheets["E2"] == was
    assert "E8" not in sitting.state.projects["1"].sheets


def test_a_judge_who_is_away_does_not_count_and_is_not_awaited() -> None:
    sitting = closed()
    absent(sitting, "E2")
    result = session.tabulation(sitting.state, ["1"]).project("1")
    assert result.components["expert100"].valid == 2
    assert "JUDGE_ABSENT:E2" in result.flags
    assert result.status is Status.PENDING_RULING
    back(sitting, "E2")
    assert session.tabulation(sitting.state, ["1"]).project("1").status is Status.FINAL


def test_scoring_closes_when_the_last_who_is_awaited_is_away() -> None:
    sitting = scoring()
    for judge in ("E1", "E2", "P1"):
        sitting.submit(judge, "1")
    assert kinds(absent(sitting, "E3")) == ["PresenceSet", "ScoringClosed"]
    recusing = scoring()
    for judge in ("E1", "E2", "P1"):
        recusing.submit(judge, "1")
    assert kinds(recusing.do("E3", commands.Recuse(entry_no="1", reason="亲属"))) == ["PresenceSet", "ScoringClosed"]


def test_scoring_waits_for_a_reserve_and_closes_when_he_goes() -> None:
    sitting = scoring()
    for judge in ("E1", "E2", "P1"):
        sitting.submit(judge, "1")
    assert kinds(absent(sitting, "E3", "E8")) == ["PresenceSet"]
    assert sitting.state.projects["1"].missing == ("E8",)
    assert kinds(absent(sitting, "E3")) == ["PresenceSet", "ScoringClosed"]


def test_a_reserve_scores_in_the_place_of_another() -> None:
    sitting = scoring()
    absent(sitting, "E2", "E8")
    assert sitting.refusal("E9", commands.SubmitSheet(entry_no="1", revision=0, points=SHEET)) == "not_expected"
    sitting.score("1")
    result = session.tabulation(sitting.state, ["1"]).project("1")
    assert result.components["expert100"].valid == 3
    assert "JUDGE_REPLACED:E2→E8" in result.flags


@pytest.mark.parametrize(
    ("judge", "reserve", "code"),
    [
        ("E2", "P9", "wrong_class"),
        ("E2", "E3", "not_reserve"),
        ("E2", "E2", "not_reserve"),
        ("E2", "X", "unknown_judge"),
        ("X", "E8", "not_expected"),
        ("E8", None, "not_expected"),
    ],
)
def test_only_a_reserve_of_the_same_class_stands_in(judge: str, reserve: str | None, code: str) -> None:
    sitting = scoring()
    command = commands.SetPresence(
        entry_no="1", judge=judge, presence=Presence.ABSENT, reason="病", replaced_by=reserve
    )
    assert sitting.refusal("host", command) == code


def test_a_reserve_stands_in_for_one_judge_at_a_time() -> None:
    sitting = scoring()
    absent(sitting, "E2", "E8")
    command = commands.SetPresence(entry_no="1", judge="E3", presence=Presence.ABSENT, reason="病", replaced_by="E8")
    assert sitting.refusal("host", command) == "already_replaces"


def test_a_judge_in_his_seat_has_no_replacement() -> None:
    sitting = scoring()
    command = commands.SetPresence(entry_no="1", judge="E2", presence=Presence.PRESENT, reason="到", replaced_by="E8")
    assert sitting.refusal("host", command) == "no_change"
    absent(sitting, "E2", "E8")
    assert sitting.refusal("host", command) == "not_reserve"


def test_a_reserves_recorded_sheet_is_set_aside_when_the_judge_is_back_and_returns_with_him() -> None:
    sitting = scoring()
    absent(sitting, "E2", "E8")
    sitting.submit("E8", "1", 0.4)
    given_ = sitting.state.projects["1"].sheets["E8"]
    back(sitting, "E2")
    held = sitting.state.projects["1"]
    assert "E8" not in held.sheets, "one vote for one seat"
    assert held.aside["E8"].points == given_.points
    assert sitting.refusal("E8", commands.SubmitSheet(entry_no="1", revision=1, points=SHEET)) == "not_expected"
    assert any(
        record.event == events.SheetSubmitted(entry_no="1", judge="E8", revision=1, points=given_.points or {})
        for record in sitting.records
    ), "the evidence stays in the journal"
    absent(sitting, "E2", "E8")
    assert sitting.state.projects["1"].sheets["E8"] == given_, "as it was, revision and all"


def test_a_reserve_who_is_replaced_himself_leaves_no_second_vote_behind() -> None:
    sitting = scoring()
    absent(sitting, "E2", "E8")
    absent(sitting, "E8", "E9")
    sitting.submit("E9", "1")
    back(sitting, "E2")
    held = sitting.state.projects["1"]
    assert set(held.sheets) == {"E1", "E2", "E3", "P1"}
    assert set(held.aside) == {"E8", "E9"}
    absent(sitting, "E2", "E8")
    assert sitting.status("E8", "1") is SheetStatus.EMPTY, "he is here again: his own absence is over"
    absent(sitting, "E3", "E9")
    assert sitting.status("E9", "1") is SheetStatus.SUBMITTED, "his judgement of the project stands"


def test_a_second_reserve_takes_the_first_ones_place() -> None:
    sitting = scoring()
    absent(sitting, "E2", "E8")
    sitting.submit("E8", "1")
    absent(sitting, "E2", "E9")
    assert set(sitting.state.projects["1"].sheets) == {"E1", "E2", "E3", "P1", "E9"}
    absent(sitting, "E2", "E8", Presence.LEFT)
    assert sitting.state.projects["1"].sheets["E8"].revision == 1


def test_the_kind_of_an_absence_changes_without_the_reserves_sheet() -> None:
    sitting = scoring()
    absent(sitting, "E2", "E8")
    sitting.submit("E8", "1")
    absent(sitting, "E2", "E8", Presence.RECUSED)
    assert sitting.status("E8", "1") is SheetStatus.SUBMITTED


def test_a_judge_who_recuses_himself_while_away_keeps_his_reserve() -> None:
    sitting = scoring()
    absent(sitting, "E2", "E8")
    sitting.submit("E8", "1")
    sitting.do("E2", commands.Recuse(entry_no="1", reason="同单位"))
    assert sitting.status("E2", "1") is SheetStatus.RECUSED
    assert sitting.status("E8", "1") is SheetStatus.SUBMITTED


def test_a_judge_recuses_himself_until_his_sheet_is_recorded() -> None:
    sitting = Sitting()
    sitting.do("E2", commands.Recuse(entry_no="1", reason="同单位"))
    assert sitting.refusal("E2", commands.Recuse(entry_no="1", reason="同单位")) == "already_recused"
    assert sitting.refusal("E3", commands.Recuse(entry_no="1", reason="")) == "reason_needed"
    assert closed().refusal("E2", commands.Recuse(entry_no="1", reason="同单位")) == "already_recorded"
    assert locked().refusal("E2", commands.Recuse(entry_no="1", reason="同单位")) == "locked"
    assert sitting.status("E2", "2") is SheetStatus.EMPTY, "for this project alone"


def test_a_chair_who_was_away_and_saw_the_sheets_is_not_brought_back_by_herself() -> None:
    sitting = scoring()
    command = commands.SetPresence(entry_no="1", judge="E1", presence=Presence.ABSENT, reason="外出")
    sitting.do("chair", command)
    again = msgspec.structs.replace(command, presence=Presence.PRESENT)
    assert sitting.refusal("chair", again) == "second_needed"
    sitting.do("host", again)


def test_a_chair_who_only_presides_is_not_awaited() -> None:
    sitting = Sitting(setup(judges=PRESIDING))
    assert set(sitting.state.projects["1"].sheets) == {"E2", "E3", "P1"}
    sitting.hear("1")
    sitting.score("1")
    ruling = {"kind": "few_sheets", "by": "钱主", "reason": "人少", "entry_no": "1", "method": "plain_mean"}
    for component in ("expert100", "creative10"):
        text = json.dumps({**ruling, "component": component})
        sitting.do("chair", commands.MakeRuling(ruling=text, reason="人少"))
    sitting.lock("1")


# rulings


def few(entry_no: str, component: str) -> commands.MakeRuling:
    ruling = {"kind": "few_sheets", "by": "王一", "reason": "人少", "entry_no": entry_no}
    return commands.MakeRuling(
        ruling=json.dumps({**ruling, "component": component, "method": "plain_mean"}), reason="人少"
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        "\x00",
        "[" * 5_000,
        '{"kind":"few_sheets"}',
        '{"kind":"x","by":"a","reason":"b"}',
        '{"kind":"few_sheets","by":"a","reason":"b"}',
        '{"kind":"few_sheets","by":"a","reason":"b","entry_no":"1","component":"x","method":"plain_mean"}',
        '{"kind":"few_sheets","by":"a","reason":"b","entry_no":"1","component":"expert100","method":"both"}',
        '{"kind":"tie","by":"a","reason":"b","entries":["1"],"order":["1"]}',
        '{"kind":"tie","by":"a","reason":"b","entries":["1","2"],"order":["1","3"]}',
        '{"kind":"tie","by":"a","reason":"b","entries":["1","2"],"order":["1","2"],"more":1}',
    ],
)
def test_a_ruling_that_cannot_be_meant_is_refused(text: str) -> None:
    sitting = finished()
    sitting.do("chair", commands.ReopenProject(entry_no="1", reason="复议", second_person="周持"))
    assert sitting.refusal("chair", commands.MakeRuling(ruling=text, reason="r")) == "bad_ruling"


def test_a_ruling_is_refused_for_its_length_and_for_projects_unknown_or_out() -> None:
    sitting = closed()
    assert sitting.refusal("chair", commands.MakeRuling(ruling=" " * 20_001, reason="r")) == "too_long"
    assert sitting.refusal("chair", few("77", "expert100")) == "unknown_project"
    sitting.do("host", commands.RemoveProject(entry_no="2", disqualified=False, reason="信"))
    assert sitting.refusal("chair", few("2", "expert100")) == "out"


def test_a_ruling_on_one_project_leaves_the_lock_of_another_alone() -> None:
    sitting = closed()
    sitting.do("host", commands.RemoveProject(entry_no="3", disqualified=False, reason="信"))
    sitting.hear("2")
    absent_two = commands.SetPresence(entry_no="2", judge="E2", presence=Presence.ABSENT, reason="病")
    sitting.do("host", absent_two)
    sitting.score("2")
    assert sitting.refusal("chair", commands.LockProject(entry_no="2")) == "pending_ruling"
    for component in ("expert100", "creative10"):
        sitting.do("chair", few("2", component))
    sitting.lock("1")
    sitting.lock("2")
    assert session.tabulation(sitting.state).project("2").status is Status.FINAL_BY_RULING
    assert sitting.refusal("chair", few("2", "expert100")) == "locked"


def test_a_ruling_on_a_project_that_then_leaves_has_lost_its_ground() -> None:
    sitting = Sitting()
    sitting.finish()
    tie = {"kind": "tie", "by": "王一", "reason": "商定", "entries": ["1", "2"], "order": ["2", "1"]}
    sitting.do("chair", commands.MakeRuling(ruling=json.dumps(tie), reason="商定"))
    sitting.do("chair", commands.ReopenProject(entry_no="1", reason="举报", second_person="周持"))
    sitting.do("chair", commands.RemoveProject(entry_no="1", disqualified=True, reason="属实"))
    result = session.tabulation(sitting.state)
    assert [one.entry_no for one in result.projects] == ["2", "3"]
    assert result.unused_rulings == (0,)
    sitting.view("chair")


def test_of_two_rulings_on_one_thing_the_last_decides() -> None:
    wants_five = msgspec.structs.replace(RULES.components[0], trim=Trim(from_n=5))
    sitting = Sitting(setup(msgspec.structs.replace(RULES, components=(wants_five, *RULES.components[1:]))))
    sitting.hear("1")
    sitting.score("1", (1, 0.5, 0.25))
    scores = []
    for method in ("plain_mean", "literal", "plain_mean"):
        ruling = {"kind": "few_sheets", "by": "王一", "reason": "人少", "entry_no": "1", "component": "expert100"}
        sitting.do("chair", commands.MakeRuling(ruling=json.dumps({**ruling, "method": method}), reason="人少"))
        scores.append(str(session.tabulation(sitting.state, ["1"]).project("1").components["expert100"].score))
    assert scores == ["58.33", "50.00", "58.33"]
    assert session.tabulation(sitting.state).unused_rulings == (0, 1)


def test_unused_rulings_are_named_by_their_place_among_all_that_were_made() -> None:
    sitting = Sitting(setup(projects=5))
    for entry_no, shares in (("1", (0.9,)), ("2", (0.9,)), ("3", (0.5,)), ("4", (0.5,)), ("5", (0.1,))):
        sitting.hear(entry_no)
        sitting.score(entry_no, shares)
        sitting.lock(entry_no)
    for entries in (("1", "2"), ("3", "4"), ("3", "5")):
        tie = {"kind": "tie", "by": "王一", "reason": "商定", "entries": entries, "order": entries}
        sitting.do("chair", commands.MakeRuling(ruling=json.dumps(tie), reason="商定"))
    assert session.tabulation(sitting.state).unused_rulings == (2,), "3 and 5 are not equal"
    assert session.tabulation(sitting.state, ["3", "4"]).unused_rulings == (), "the others wait for their projects"
    sitting.do("chair", commands.ReopenProject(entry_no="1", reason="举报", second_person="周持"))
    sitting.do("chair", commands.RemoveProject(entry_no="1", disqualified=True, reason="属实"))
    assert session.tabulation(sitting.state).unused_rulings == (0, 2)


# locking, signing, publishing


@pytest.mark.parametrize("second", ["", "  ", "王一", " 王一 ", "王 一", "王　一", "x" * 51])
def test_a_locked_project_is_opened_again_by_two_people_only(second: str) -> None:
    sitting = locked()
    command = commands.ReopenProject(entry_no="1", reason="复议", second_person=second)
    assert sitting.refusal("chair", command) in ("second_needed", "name_needed")
    assert (
        sitting.refusal("chair", msgspec.structs.replace(command, second_person="周持", reason="")) == "reason_needed"
    )
    assert sitting.stage("1") is ProjectStage.LOCKED


def test_a_locked_result_stands_until_it_is_opened_again() -> None:
    sitting = locked()
    for who, command in (
        ("chair", commands.ReturnSheet(entry_no="1", judge="E2", reason="r")),
        ("chair", few("1", "expert100")),
        ("chair", commands.RemoveProject(entry_no="1", disqualified=True, reason="r")),
        ("host", commands.SetPresence(entry_no="1", judge="E2", presence=Presence.ABSENT, reason="r")),
        ("E2", commands.Recuse(entry_no="1", reason="r")),
        ("chair", commands.LockProject(entry_no="1")),
    ):
        assert sitting.refusal(who, command)
    sitting.do("chair", commands.ReopenProject(entry_no="1", reason="复议", second_person="周持"))
    assert sitting.stage("1") is ProjectStage.CLOSED
    sitting.do("chair", commands.ReturnSheet(entry_no="1", judge="E2", reason="误"))
    sitting.submit("E2", "1", 0.1)
    sitting.lock("1")


def test_nobody_signs_while_a_project_is_open() -> None:
    sitting = closed()
    command = commands.SignOff(role="chair", name="王一", head="")
    assert sitting.refusal("chair", command) == "not_locked"


def test_scorer_and_checker_are_two_people() -> None:
    sitting = finished()
    sitting.sign("scorer", "吴计")
    for name in ("吴计", " 吴计", "吴 计"):
        command = commands.SignOff(role="checker", name=name, head="")
        assert sitting.refusal("checker", command) == "same_person"
        assert sitting.refusal("chair", command) == "same_person", "nor through the chair's window"
    sitting.sign("checker", "郑核")
    assert sitting.refusal("scorer", commands.SignOff(role="scorer", name="郑核", head="")) == "same_person"
    sitting.sign("scorer", "吴计")


@pytest.mark.parametrize(
    ("who", "role", "name", "code"),
    [
        ("scorer", "checker", "吴计", "wrong_role"),
        ("checker", "chair", "郑核", "wrong_role"),
        ("chair", "host", "王一", "wrong_role"),
        ("chair", "", "王一", "wrong_role"),
        ("chair", "chair", "", "name_needed"),
        ("chair", "chair", "字" * 51, "name_needed"),
        ("chair", "supervisor", "孙监", ""),
    ],
)
def test_who_signs_signs_in_his_own_role(who: str, role: str, name: str, code: str) -> None:
    assert finished().refusal(who, commands.SignOff(role=role, name=name, head="")) == code


def test_a_signature_from_before_a_change_is_stale_and_locks_nothing() -> None:
    sitting = signed()
    sitting.do("chair", commands.ReopenProject(entry_no="1", reason="复议", second_person="周持"))
    sitting.lock("1")
    assert [one.stale for one in sitting.chair_view().signatures] == [True]
    assert sitting.refusal("chair", commands.LockSession()) == "not_signed"
    sitting.sign()
    sitting.do("chair", commands.LockSession())


def test_a_locked_session_is_opened_by_the_correction_alone_and_is_no_longer_published() -> None:
    sitting = published()
    assert sitting.refusal("host", commands.ShowMessage(text="好")) == "session_locked"
    sitting.do("chair", commands.ReopenProject(entry_no="2", reason="复议成立", second_person="孙监"))
    assert (sitting.state.locked, sitting.state.published) == (False, False)
    assert sitting.refusal("chair", commands.PublishResults()) == "not_locked"
    sitting.do("chair", commands.ReturnSheet(entry_no="2", judge="E2", reason="误"))
    sitting.submit("E2", "2", 0.2)
    sitting.lock("2")
    assert sitting.refusal("chair", commands.LockSession()) == "not_signed"
    sitting.sign()
    sitting.do("chair", commands.LockSession())
    sitting.do("chair", commands.PublishResults())


def test_assumed_values_are_confirmed_by_name_before_results_are_published() -> None:
    sitting = session_locked()
    assert sitting.refusal("chair", commands.PublishResults()) == "assumed_left"
    assert sitting.refusal("chair", commands.ConfirmAssumed(path="x", name="组委会")) == "not_assumed"
    assert sitting.refusal("chair", commands.ConfirmAssumed(path="tie_keys", name=" ")) == "name_needed"
    sitting.do("chair", commands.ConfirmAssumed(path="tie_keys", name="组委会"))
    sitting.do("chair", commands.PublishResults())
    assert sitting.refusal("chair", commands.PublishResults()) == "already_published"


# paper reviews, events beside the contest, scores from elsewhere


def test_a_paper_review_is_in_scoring_from_the_start() -> None:
    sitting = Sitting(setup(PAPER))
    assert sitting.stage("1") is ProjectStage.SCORING
    assert sitting.refusal("host", commands.CallProject(entry_no="1")) == "already_heard"
    sitting.finish()
    sitting.sign()


def test_an_event_beside_the_contest_has_its_own_sheet_and_phases() -> None:
    sitting = Sitting(setup(WITH_TALK, tracks={"2": "星锐TALK秀"}))
    assert set(sitting.state.projects["2"].sheets) == {"E1", "E2", "E3"}, "no professional judge has a sheet in it"
    sitting.call("2")
    assert phase_after(sitting) == "talk"
    assert sitting.refusal("host", commands.StartPhase(phase="presentation")) == "unknown_phase"
    sitting.start("talk")
    assert next_due_ns(sitting.state) == START_NS + 300 * SECOND
    sitting.wait(300)
    sitting.do("host", commands.OpenScoring())
    assert sitting.refusal("E2", commands.SubmitSheet(entry_no="2", revision=0, points=SHEET)) == "wrong_components"
    for judge, value in (("E1", 4_000), ("E2", 4_100), ("E3", 4_200)):
        points = {"talk50": {"台风": value}}
        sitting.do(judge, commands.SubmitSheet(entry_no="2", revision=0, points=points))
    sitting.lock("2")
    assert session.tabulation(sitting.state, ["2"]).project("2").components["talk50"].score == Decimal("41.00")


def test_a_score_from_elsewhere_is_counted_and_its_absence_keeps_the_lock_away() -> None:
    test = msgspec.structs.replace(RULES.components[2], key="performance50", source="external", judge_class=None)
    rules = msgspec.structs.replace(RULES, components=(*RULES.components, test))
    known = (ExternalScore(entry_no="1", component="performance50", score="27.50"),)
    sitting = Sitting(setup(rules, external=known))
    for entry_no in ("1", "2"):
        sitting.hear(entry_no)
        sitting.score(entry_no)
    sitting.lock("1")
    assert session.tabulation(sitting.state).project("1").components["performance50"].score == Decimal("27.50")
    assert sitting.refusal("chair", commands.LockProject(entry_no="2")) == "incomplete"


# devices


def enrol(sitting: Sitting, seat: str, device: str) -> None:
    enrolled = events.DeviceEnrolled(seat=seat, device=device, name="LENOVO-7", key="00" * 32, admitted=False)
    sitting.write([enrolled], "room")


def test_a_second_device_let_in_puts_the_first_out() -> None:
    sitting = Sitting()
    enrol(sitting, "judge:E2", "a")
    enrol(sitting, "judge:E2", "b")
    sitting.do("host", commands.AdmitDevice(seat="judge:E2", device="a"))
    assert sitting.refusal("host", commands.AdmitDevice(seat="judge:E2", device="a")) == "already_admitted"
    assert kinds(sitting.do("host", commands.AdmitDevice(seat="judge:E2", device="b"))) == [
        "DeviceRevoked",
        "DeviceAdmitted",
    ]
    assert {one.id: one.revoked for one in sitting.state.devices["judge:E2"]} == {"a": True, "b": False}
    sitting.do("host", commands.RevokeDevice(seat="judge:E2", device="b", reason="丢失"))
    assert sitting.refusal("host", commands.RevokeDevice(seat="judge:E2", device="b", reason="r")) == "already_revoked"
    assert sitting.refusal("host", commands.AdmitDevice(seat="judge:E3", device="b")) == "unknown_device"


# taken up again


def pause(sitting: Sitting, kind: events.PauseKind) -> None:
    sitting.write([events.SessionPaused(kind=kind, sheets=0, last_at="2026-12-05T09:30:00.000Z")], "room")


def test_a_paused_session_takes_devices_alone_until_the_host_goes_on() -> None:
    sitting = Sitting()
    sitting.call("1")
    sitting.start()
    pause(sitting, events.PauseKind.OPENED)
    sheet_ = commands.SubmitSheet(entry_no="1", revision=0, points=SHEET)
    assert sitting.refusal("judge:E2", sheet_) == "paused"
    assert sitting.refusal("host", commands.OpenScoring()) == "paused"
    assert sitting.refusal("judge:E2", commands.GoOn()) == "not_allowed"
    enrol(sitting, "judge:E2", "a")
    sitting.do("host", commands.AdmitDevice(seat="judge:E2", device="a"))
    assert kinds(sitting.do("host", commands.GoOn())) == ["SessionResumed"]
    assert not sitting.refusal("judge:E2", sheet_)
    assert sitting.refusal("host", commands.GoOn()) == "not_paused"


def test_a_take_over_needs_a_second_person() -> None:
    sitting = Sitting()
    pause(sitting, events.PauseKind.TAKEN_OVER)
    own = session.seats(sitting.state.session)[0].name
    for second in ("", " ", *([own] if own else [])):
        assert sitting.refusal("host", commands.GoOn(second_person=second)) in ("second_needed", "name_needed")
    assert kinds(sitting.do("host", commands.GoOn(second_person="王一"))) == ["SessionResumed"]


def test_viewers_share_their_seat() -> None:
    sitting = Sitting()
    for device in ("a", "b"):
        enrol(sitting, "viewer", device)
        assert kinds(sitting.do("host", commands.AdmitDevice(seat="viewer", device=device))) == ["DeviceAdmitted"]


# slides that are shown again


def stills(sitting: Sitting) -> list[tuple[int, str, int, int | None]]:
    """(slide, by, from, until) in seconds since the run began."""
    run = sitting.state.runs[-1]
    return [
        (
            one.slide,
            one.by,
            (one.at_ns - run.started_ns) // SECOND,
            None if one.until_ns is None else (one.until_ns - run.started_ns) // SECOND,
        )
        for one in run.stills
    ]


def test_a_slide_is_shown_again_in_the_questions_and_taken_away() -> None:
    sitting = running("qa")
    sitting.wait(10)
    sitting.do("host", commands.ShowSlide(slide=7))
    sitting.wait(5)
    sitting.do("timekeeper", commands.ShowSlide(slide=8))
    assert stills(sitting) == [(7, "host", 10, 15), (8, "timekeeper", 15, None)]
    sitting.wait(5)
    sitting.do("host", commands.ShowSlide(slide=0))
    assert stills(sitting) == [(7, "host", 10, 15), (8, "timekeeper", 15, 20)]
    assert sitting.refusal("host", commands.ShowSlide(slide=0)) == "no_slide"
    assert sitting.read_back() == sitting.state


ENDS: dict[str, commands.Command] = {
    "the end of the phase": commands.EndPhase(),
    "scoring": commands.OpenScoring(),
    "a pause": commands.HoldClock(technical=False, reason="话筒"),
    "a technical stop": commands.HoldClock(technical=True, reason="断电"),
    "the phase run again": commands.RestartPhase(reason="重来"),
}


@pytest.mark.parametrize("step", ENDS.values(), ids=ENDS)
def test_a_slide_that_is_shown_again_goes_by_itself_with(step: commands.Command) -> None:
    sitting = running("qa")
    sitting.do("host", commands.ShowSlide(slide=7))
    sitting.wait(3)
    sitting.do("host", step)
    assert [one.until_ns - one.at_ns for run in sitting.state.runs for one in run.stills if one.until_ns] == [
        3 * SECOND
    ]
    assert all(run.still is None for run in sitting.state.runs)


def test_a_pressed_end_that_is_taken_back_leaves_the_slide_where_it_was() -> None:
    sitting = running("qa")
    sitting.do("host", commands.ShowSlide(slide=7))
    sitting.do("host", commands.OpenScoring())
    sitting.do("host", commands.UndoStep())
    assert stills(sitting) == [(7, "host", 0, None)]


def test_a_slide_that_went_with_the_time_does_not_come_back_with_more_of_it() -> None:
    sitting = running("qa")
    sitting.do("host", commands.ShowSlide(slide=7))
    sitting.do("host", commands.AddTime(seconds=10, reason="提问长"))
    assert stills(sitting) == [(7, "host", 0, None)], "time that is given while there is some takes nothing away"
    sitting.wait(250)
    assert sitting.refusal("host", commands.ShowSlide(slide=8)) == "time_up"
    sitting.do("host", commands.AddTime(seconds=30, reason="提问长"))
    assert stills(sitting) == [(7, "host", 0, 250)]
    sitting.do("host", commands.ShowSlide(slide=8))


@pytest.mark.parametrize("slide", [-1, session.MAX_SLIDE + 1, 2**70])
def test_a_slide_that_cannot_be_is_refused(slide: int) -> None:
    assert running("qa").refusal("host", commands.ShowSlide(slide=slide)) == "out_of_range"


def test_slides_are_shown_again_so_often_and_taken_away_ever() -> None:
    sitting = running("qa")
    for _ in range(session.MAX_STILLS):
        sitting.do("host", commands.ShowSlide(slide=7))
    assert sitting.refusal("host", commands.ShowSlide(slide=7)) == "too_many"
    sitting.do("host", commands.ShowSlide(slide=0))


def test_no_slide_is_shown_again_before_the_talk_has_been_held() -> None:
    sitting = Sitting()
    sitting.call("1")
    sitting.start("qa")
    assert sitting.refusal("host", commands.ShowSlide(slide=3)) == "not_in_questions"
    assert not sitting.view("host").may_show_slide  # type: ignore[union-attr]


def test_no_slide_is_shown_again_where_the_slides_are_still_up() -> None:
    """A rule set whose questions end the slides, or in which nothing does."""
    assert RULES.timing is not None
    for ends in ({"presentation", "qa"}, set[str]()):
        phases = tuple(msgspec.structs.replace(phase, slides_end=phase.key in ends) for phase in RULES.timing.phases)
        timing = msgspec.structs.replace(RULES.timing, phases=phases)
        sitting = Sitting(setup(msgspec.structs.replace(RULES, timing=timing)))
        sitting.call("1")
        for phase in phases:
            sitting.start(phase.key)
            assert sitting.refusal("host", commands.ShowSlide(slide=7)) == "not_in_questions"


@given(st.lists(moves, min_size=20, max_size=80))
@settings(max_examples=40)
def test_slides_are_shown_again_in_running_questions_alone(moved: list[Move]) -> None:
    sitting = Sitting()
    for move in moved:
        play(sitting, move)
    for run in sitting.state.all_runs:
        assert run.phase == "qa" or not run.stills
        for one in run.stills:
            assert run.started_ns <= one.at_ns <= (one.at_ns if one.until_ns is None else one.until_ns)
            assert one.until_ns is not None or run.ended_ns is None
            assert one.until_ns is None or run.ended_ns is None or one.until_ns <= run.ended_ns
            assert not any(hold.started_ns < one.at_ns < (hold.ended_ns or 2**63) for hold in run.holds)
            assert sum(other.until_ns is None for other in run.stills) <= 1


# the stage's report


def test_a_cut_off_is_reported_once_for_a_run_that_was() -> None:
    sitting = running()
    sitting.wait(480)
    report = commands.ReportCutOff(
        run=1, driver="impress", method="end", curtain_us=17_400, gone_us=31_000, confirmed=True
    )
    sitting.do("stage", report)
    assert sitting.refusal("stage", report) == "already_reported"
    assert sitting.refusal("stage", msgspec.structs.replace(report, run=2)) == "unknown_run"


def test_a_show_that_was_started_again_is_on_the_record_beside_its_end() -> None:
    sitting = running()
    sitting.wait(480)
    report = commands.ReportCutOff(run=1, driver="impress", method="end", curtain_us=17, gone_us=31, confirmed=True)
    again = msgspec.structs.replace(report, relapse=True, gone_us=9)
    sitting.do("stage", report)
    for _ in range(session.MAX_RELAPSES):
        sitting.do("stage", again)
    assert sitting.refusal("stage", again) == "already_reported", "no end of them"
    assert sitting.refusal("stage", report) == "already_reported"
    assert [one.relapse for one in sitting.state.cut_offs] == [False] + [True] * session.MAX_RELAPSES


@pytest.mark.parametrize("latency", [-2, 2**63, 2**200])
def test_an_absurd_latency_is_refused(latency: int) -> None:
    report = commands.ReportCutOff(run=1, driver="", method="", curtain_us=latency, gone_us=-1, confirmed=False)
    assert running().refusal("stage", report) == "out_of_range"


# seats of a session


def test_every_judge_of_the_panel_has_a_seat_and_the_chair_two() -> None:
    found = {seat.id: seat for seat in session.seats(setup())}
    assert len(found) == 9 + 7
    assert found["chair"].judge == "E1"
    assert found["judge:E1"].role is Role.JUDGE
    assert found["scorer"].name == "吴计"
    assert {one.no for one in setup().contest.judges if one.role is PanelRole.RESERVE} == {"E8", "E9", "P9"}
