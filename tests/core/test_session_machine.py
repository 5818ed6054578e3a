"""Host, judges, chair, desk, stage and time, in any order: what holds after every single thing that happens."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from judge_app.core import clock, commands, events, session, views
from judge_app.core.errors import Refused
from judge_app.core.journal import Body, first_break
from judge_app.core.scoring import Standing, tabulate
from judge_app.core.seats import MAY
from judge_app.core.session import OUT, SheetState, State
from judge_app.core.stages import ProjectStage, ReviewStep, SheetStatus
from tests.core.sessions import FLOWING, PAPER, PRESIDING, REVIEWED, WITH_TALK, any_command, setup
from tests.core.simulation import Move, Sitting, encoded, moves, play

SETUPS = (
    setup(projects=2, votes=(30, 10)),
    setup(FLOWING, projects=2),
    setup(PAPER, projects=2),
    setup(WITH_TALK, projects=2, tracks={"2": "星锐TALK秀"}),
    setup(projects=2, judges=PRESIDING),
    setup(REVIEWED, projects=2),
)
ANY = [any_command(one) for one in SETUPS]

ALWAYS_CHANGES = (events.SheetSubmitted, events.SheetReturned, events.PresenceSet)


def recorded(state: State) -> dict[tuple[str, str], SheetState]:
    """Every sheet that holds a record, those set aside included."""
    return {
        (entry_no, judge): sheet
        for entry_no, held in state.projects.items()
        for judge, sheet in {**held.aside, **held.sheets}.items()
        if sheet.revision
    }


def results(state: State) -> dict[str, bytes]:
    """What each locked project's own sheets give, as bytes."""
    locked = [no for no in state.order if state.projects[no].stage is ProjectStage.LOCKED]
    return {no: msgspec.json.encode(session.tabulation(state, [no]).projects[0].components) for no in locked}


class Room(RuleBasedStateMachine):
    """One session, tried by everybody at once."""

    @initialize(at=st.integers(0, len(SETUPS) - 1))
    def open(self, at: int) -> None:
        self.sitting = Sitting(SETUPS[at])
        self.any = ANY[at]
        self.check_change(State(), self.sitting.state, [])

    # what happens

    @rule(move=moves)
    def move(self, move: Move) -> None:
        before = self.sitting.state
        _, bodies = play(self.sitting, move)
        self.check_change(before, self.sitting.state, bodies)

    @rule(data=st.data())
    def anything(self, data: Any) -> None:
        seat = data.draw(st.sampled_from(list(self.sitting.seats)))
        self.try_it(seat, data.draw(self.any))

    @rule(data=st.data())
    def anything_by_one_who_may(self, data: Any) -> None:
        command = data.draw(self.any)
        roles = MAY[type(command)]
        seats = [seat.id for seat in self.sitting.seats.values() if seat.role in roles]
        self.try_it(data.draw(st.sampled_from(seats)), command)

    @rule()
    def bring_to_an_end(self) -> None:
        """Whatever still misses is given, ruled and locked; then the session is signed and locked."""
        for entry_no in self.sitting.state.order:
            for judge in self.sitting.state.projects[entry_no].missing:
                with contextlib.suppress(Refused):
                    self.sitting.submit(judge, entry_no, 0.7)
            for component in self.sitting.setup.rules.judged_components:
                ruling = {"kind": "few_sheets", "by": "王一", "reason": "人少", "entry_no": entry_no}
                ruling |= {"component": component.key, "method": "plain_mean"}
                self.try_it("chair", commands.MakeRuling(ruling=msgspec.json.encode(ruling).decode(), reason="人少"))
            self.try_it("chair", commands.LockProject(entry_no=entry_no))
        self.try_it("chair", commands.SignOff(role="chair", name="王一", head=""))
        self.try_it("chair", commands.LockSession())

    def try_it(self, seat: str, command: commands.Command) -> None:
        """A command is taken, or refused with a code and words in both languages; nothing else ever comes of it."""
        self.sitting.catch_up()
        before = self.sitting.state
        bodies: list[Body] = []
        refused: Refused | None = None
        try:
            bodies = self.sitting.do(seat, command)
        except Refused as error:
            refused = error
        if refused is None:
            assert bodies, "a command that is taken makes an event"
        else:
            assert refused.code.isidentifier()
            assert refused.zh
            assert refused.en
            assert self.sitting.state is before
        self.check_change(before, self.sitting.state, bodies)

    # what holds

    def check_change(self, before: State, after: State, bodies: list[Body]) -> None:
        made = [body.event for body in bodies]
        self.check_sheets_change_by_events_only(before, after, made)
        self.check_locked_results_stand(before, after, made)
        self.check_time_makes_no_sheet(bodies)
        self.check_the_clock_does_not_jump(before, after, made)
        if after.seq - before.seq == len(bodies) and bodies:
            self.check_who_is_reached(before, after, bodies)

    def check_sheets_change_by_events_only(self, before: State, after: State, made: Sequence[events.Event]) -> None:
        submitted = {(one.entry_no, one.judge): one for one in made if isinstance(one, events.SheetSubmitted)}
        was, now = recorded(before), recorded(after)
        assert was.keys() <= now.keys(), "no recorded sheet goes"
        for at, sheet in now.items():
            old = was.get(at, SheetState())
            if at in submitted:
                assert sheet.revision == old.revision + 1 == submitted[at].revision
                assert sheet.points == submitted[at].points
            else:
                assert (sheet.revision, sheet.points, sheet.comment, sheet.seq) == (
                    old.revision,
                    old.points,
                    old.comment,
                    old.seq,
                )
            if sheet.status != old.status:
                assert any(isinstance(one, ALWAYS_CHANGES) and one.entry_no == at[0] for one in made), (
                    "a sheet's status changes by an event about its project"
                )

    def check_locked_results_stand(self, before: State, after: State, made: Sequence[events.Event]) -> None:
        if before.setup is None:
            return
        was, now = results(before), results(after)
        reopened = {one.entry_no for one in made if isinstance(one, events.ProjectReopened)}
        for entry_no, result in was.items():
            if entry_no in reopened:
                assert after.projects[entry_no].stage is ProjectStage.CLOSED
            else:
                assert now[entry_no] == result

    def check_time_makes_no_sheet(self, bodies: list[Body]) -> None:
        for body in bodies:
            if not body.by_command:
                assert isinstance(body.event, events.PhaseStarted | events.PhaseEnded | events.DeviceEnrolled)
            if isinstance(body.event, events.SheetSubmitted | events.LateSheetKept):
                assert body.actor == f"judge:{body.event.judge}"

    def check_the_clock_does_not_jump(self, before: State, after: State, made: Sequence[events.Event]) -> None:
        now = self.sitting.now_ns
        for run in after.runs:
            old = next((one for one in before.runs if one.run == run.run), None)
            if old is None or any(isinstance(one, events.StepUndone) for one in made):
                continue
            added = sum(one.delta_ns for one in made if isinstance(one, events.TimeAdded) and one.run == run.run)
            assert clock.remaining_ns(run, now) == clock.remaining_ns(old, now) + added or run.ended_ns != old.ended_ns
            if run.ended_by is clock.EndedBy.DEADLINE:
                assert clock.remaining_ns(run, now) == 0
                assert run.ended_ns is not None
                assert run.ended_ns <= now

    def check_who_is_reached(self, before: State, after: State, bodies: list[Body]) -> None:
        for seat in self.sitting.seats.values():
            if before.setup is not None and not any(views.reaches(body, seat) for body in bodies):
                assert encoded(views.view(before, seat)) == encoded(views.view(after, seat))

    @invariant()
    def one_effective_sheet_for_each_judge_and_no_vote_twice(self) -> None:
        for held in self.sitting.state.projects.values():
            for judge, sheet in held.sheets.items():
                assert judge not in held.aside
                if sheet.replaced_by is not None:
                    assert sheet.status in (SheetStatus.ABSENT, SheetStatus.LEFT, SheetStatus.RECUSED)
                    assert held.sheets[sheet.replaced_by].replaces == judge
                if sheet.replaces is not None:
                    assert held.sheets[sheet.replaces].replaced_by == judge
                if sheet.status in (SheetStatus.SUBMITTED, SheetStatus.RETURNED):
                    assert sheet.revision > 0
                    assert sheet.points is not None
                assert (sheet.away is not None) == (sheet.status.value in ("absent", "left", "recused"))
                others = [one.replaces for no, one in held.sheets.items() if no != judge and one.replaces]
                assert sheet.replaces not in others

    @invariant()
    def the_stage_is_one(self) -> None:
        state = self.sitting.state
        busy = [
            no
            for no, held in state.projects.items()
            if held.stage in (ProjectStage.CALLED, ProjectStage.RUNNING, ProjectStage.BETWEEN)
        ]
        assert len(busy) <= 1
        assert set(state.order) == set(state.projects)
        assert len(state.order) == len(state.projects)
        if busy:
            assert state.current == busy[0]
        if state.run is not None:
            assert state.projects[state.run.entry_no].stage is ProjectStage.RUNNING
            assert state.run.entry_no == state.current
        assert (state.run is not None) == any(held.stage is ProjectStage.RUNNING for held in state.projects.values())
        assert [run.run for run in state.all_runs] == sorted({run.run for run in state.all_runs})
        assert sum(run.ended_ns is None for run in state.runs) <= 1

    @invariant()
    def a_locked_session_has_nothing_open(self) -> None:
        state = self.sitting.state
        if state.locked:
            assert all(held.stage is ProjectStage.LOCKED or held.stage in OUT for held in state.projects.values())
        assert state.locked or not state.published

    @invariant()
    def what_is_locked_or_reviewed_was_so_as_it_stands(self) -> None:
        """A review is of the numbers that stand; where the rules want one nothing is locked without it."""
        state = self.sitting.state
        for entry_no, review in state.reviews.items():
            now = [(tick.line, tick.shown) for tick in self.sitting.ticks(entry_no)]
            for one in (review.recomputed, review.checked):
                assert one is None or [(tick.line, tick.shown) for tick in one.ticks] == now
        for entry_no, held in state.projects.items():
            if held.stage is ProjectStage.LOCKED and self.sitting.setup.rules.review == "two_people":
                assert session.review_step(state, entry_no) is ReviewStep.CHECKED

    @invariant()
    def every_seat_has_a_view(self) -> None:
        for seat in self.sitting.seats.values():
            encoded(views.view(self.sitting.state, seat))
            encoded(views.briefing(self.sitting.state, seat))

    @invariant()
    def what_was_counted_before_is_not_counted_stale(self) -> None:
        """The calculation, done anew from all sheets, gives the same."""
        state = self.sitting.state
        given = session.entries(state)
        fitting = session.grounded(session.rulings(state), given)
        anew = tabulate(self.sitting.setup.rules, given, rulings=[ruling for _, ruling in fitting])
        competing = tuple(one for one in anew.projects if one.standing is Standing.COMPETING)
        assert msgspec.structs.replace(session.tabulation(state), unused_rulings=()) == msgspec.structs.replace(
            anew, projects=competing, unused_rulings=()
        )

    def teardown(self) -> None:
        """The journal, read back from its bytes, is the session; and its chain holds."""
        if hasattr(self, "sitting"):
            again = self.sitting.read_back()
            assert again == self.sitting.state
            assert session.entries(again) == session.entries(self.sitting.state)
            assert session.tabulation(again) == session.tabulation(self.sitting.state)
            assert first_break(self.sitting.records) is None
            self.revisions_only_rise()

    def revisions_only_rise(self) -> None:
        last: dict[tuple[str, str], int] = {}
        for record in self.sitting.records:
            if isinstance(record.event, events.SheetSubmitted):
                at = record.event.entry_no, record.event.judge
                assert record.event.revision == last.get(at, 0) + 1
                last[at] = record.event.revision


TestRoom = Room.TestCase
TestRoom.settings = settings(max_examples=60, stateful_step_count=40)
