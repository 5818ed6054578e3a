"""Secrecy: what a seat may not see does not change one byte of what it gets, and who need not look is not told to.

Two rooms play the same moves; they differ in what some people write (marks, comments, reasons) or in the votes. Every
comparison has its negative control: a view that leaks is caught by the very same function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge_app.core import commands, events, session, views
from judge_app.core.contest import Presence
from judge_app.core.journal import Body
from judge_app.core.seats import Role, Seat
from judge_app.core.session import State
from judge_app.core.stages import ProjectStage, SheetStatus, Showing
from judge_app.core.views import (
    ChairView,
    HostView,
    JudgeView,
    Live,
    SeatLive,
    ShownMark,
    StageView,
    Step,
    briefing,
    reaches,
    view,
)
from tests.core.sessions import FLOWING, PAPER, PRESIDING, REVIEWED, RULES, setup
from tests.core.simulation import Move, Sitting, Told, encoded, moves, play

View = Callable[[State, Seat], Any]

HIDDEN_FROM_PUBLIC = (Role.STAGE, Role.VIEWER)
DESK = (Role.SCORER, Role.CHECKER, Role.SUPERVISOR)
RULE_SETS = [RULES, FLOWING, PAPER, REVIEWED]
BEGUN: list[Move] = [*[("go_on", 0, 0)] * 4, ("submit", 1, 4), ("submit", 1, 9)]
"""A project heard, and two of its sheets in."""
MANY = st.builds(
    lambda begun, rest: [*BEGUN[:begun], *rest],
    st.sampled_from([0, 4, 6, 6, 6]),
    st.lists(moves, min_size=5, max_size=50),
)


def one_project_only(entry_no: str) -> Callable[[str, str], bool]:
    return lambda judge, at: at == entry_no


def two_rooms(
    moved: Iterable[Move], changed: Callable[[str, str], bool], rules: Any = RULES
) -> tuple[Sitting, Sitting]:
    """Two rooms after the same moves. Whether a move was taken never depends on what is hidden in it."""
    rooms = Sitting(setup(rules)), Sitting(setup(rules))
    told = Told(), Told(changed)
    for move in moved:
        done = [play(room, move, words) for room, words in zip(rooms, told, strict=True)]
        codes = [(code, [type(body.event).__name__ for body in bodies]) for code, bodies in done]
        assert codes[0] == codes[1], "a refusal tells nothing either"
    return rooms


def differs(rooms: tuple[Sitting, Sitting], seats: Iterable[Seat], look: View = view) -> Seat | None:
    """The first seat to which the two rooms do not look alike."""
    for seat in seats:
        first, second = (encoded(look(room.state, seat)) for room in rooms)
        if first != second:
            return seat
    return None


def seats_of(sitting: Sitting, *roles: Role) -> list[Seat]:
    return [seat for seat in sitting.seats.values() if seat.role in roles]


def desk_is_blind(sitting: Sitting, entry_no: str) -> bool:
    """Whether the scoring of a project is not closed yet."""
    return sitting.stage(entry_no) not in (ProjectStage.CLOSED, ProjectStage.LOCKED)


# two rooms that differ in what a seat may not see


@given(MANY, st.sampled_from(RULE_SETS))
def test_marks_comments_and_reasons_do_not_reach_host_timekeeper_stage_and_viewer(
    moved: list[Move], rules: Any
) -> None:
    rooms = two_rooms(moved, lambda judge, at: True, rules)
    if not rooms[0].state.published:
        seats = seats_of(rooms[0], Role.HOST, Role.TIMEKEEPER, *HIDDEN_FROM_PUBLIC)
        assert differs(rooms, seats) is None
        assert differs(rooms, seats, briefing) is None


@given(MANY, st.sampled_from(RULE_SETS), st.sampled_from(["E1", "E2", "P1", "E8"]))
def test_a_judge_gets_nothing_of_the_others(moved: list[Move], rules: Any, own: str) -> None:
    rooms = two_rooms(moved, lambda judge, at: judge != own, rules)
    seat = rooms[0].seat(own)
    assert differs(rooms, [seat]) is None
    assert differs(rooms, [seat], briefing) is None


@given(MANY, st.sampled_from(RULE_SETS), st.sampled_from(["1", "1", "2"]))
def test_the_desk_gets_nothing_of_a_project_before_its_scoring_is_closed(
    moved: list[Move], rules: Any, entry_no: str
) -> None:
    rooms = two_rooms(moved, one_project_only(entry_no), rules)
    if desk_is_blind(rooms[0], entry_no):
        read = {one.seat for entries in rooms[0].state.papers.values() for one in entries}
        blind = [
            seat for seat in seats_of(rooms[0], *DESK) if seat.id not in read
        ]  # who reads a paper sees his reading
        assert differs(rooms, blind) is None


@given(MANY, st.sampled_from(RULE_SETS), st.sampled_from(["1", "1", "2"]))
def test_a_chair_gets_nothing_of_the_others_before_her_own_sheet(moved: list[Move], rules: Any, entry_no: str) -> None:
    rooms = two_rooms(moved, lambda judge, at: at == entry_no and judge != "E1", rules)
    if rooms[0].state.projects[entry_no].sheets["E1"].missing:
        assert differs(rooms, seats_of(rooms[0], Role.CHAIR)) is None


@given(MANY)
@settings(max_examples=30)
def test_votes_reach_the_chair_and_the_desk_alone(moved: list[Move]) -> None:
    rooms = Sitting(setup(votes=(5, 6, 7))), Sitting(setup(votes=(900, 1, 30)))
    for move in moved:
        for room in rooms:
            play(room, move)
    if not rooms[0].state.published:
        seats = seats_of(rooms[0], Role.HOST, Role.TIMEKEEPER, Role.JUDGE, *HIDDEN_FROM_PUBLIC)
        assert differs(rooms, seats) is None
        assert differs(rooms, seats, briefing) is None
        assert differs(rooms, seats_of(rooms[0], Role.CHAIR, *DESK), briefing) is not None


@given(MANY, st.sampled_from(["E2", "P1"]))
def test_whether_another_judge_has_sent_his_sheet_is_not_seen_by_judges_and_stage(moved: list[Move], who: str) -> None:
    """Two rooms of which one has a sheet more: host and chair alone know."""
    sitting = Sitting()
    for move in moved:
        play(sitting, move)
    open_ = [
        no
        for no, held in sitting.state.projects.items()
        if who in held.sheets and session.open_for(held.stage, held.sheets[who]) and len(held.missing) > 1
    ]
    if not open_:
        return
    sitting.catch_up()  # what time alone has made is everybody's to see
    before = sitting.state
    sitting.submit(who, open_[0])
    unaware = [seat for seat in seats_of(sitting, Role.JUDGE, *HIDDEN_FROM_PUBLIC) if seat.judge != who]
    for seat in unaware:
        assert encoded(view(before, seat)) == encoded(view(sitting.state, seat))


# the negative controls of that


def room_with_sheets() -> Sitting:
    """Two experts' sheets are in, the chair's and two more are not."""
    sitting = Sitting(setup(votes=(5, 6, 7)))
    sitting.hear("1")
    for judge in ("E2", "E3"):
        command = commands.SubmitSheet(
            entry_no="1", revision=0, points=Told().points(sitting, judge, "1", 3), comment="秘密"
        )
        sitting.do(judge, command)
    sitting.do("E2", commands.AskReturn(entry_no="1", reason="把95写成了59"))
    return sitting


def two_such_rooms() -> tuple[Sitting, Sitting]:
    first, second = room_with_sheets(), Sitting(setup(votes=(50, 60, 7)))
    second.hear("1")
    told = Told(lambda judge, at: True)
    for judge in ("E2", "E3"):
        command = commands.SubmitSheet(
            entry_no="1", revision=0, points=told.points(second, judge, "1", 3), comment="另一个秘密"
        )
        second.do(judge, command)
    second.do("E2", commands.AskReturn(entry_no="1", reason="看错了行"))
    return first, second


def total(state: State) -> int:
    return sum(
        value
        for held in state.projects.values()
        for sheet in held.sheets.values()
        for lines in (sheet.points or {}).values()
        for value in lines.values()
    )


def leaks_into_a_host_count(state: State, seat: Seat) -> Any:
    shown = view(state, seat)
    assert isinstance(shown, HostView)
    seats = tuple(msgspec.structs.replace(one, filled=total(state) % 2**31) for one in shown.seats)
    return msgspec.structs.replace(shown, seats=seats)


def leaks_its_length_to_the_stage(state: State, seat: Seat) -> Any:
    return msgspec.structs.replace(view(state, seat), message=" " * (total(state) // 100))


def leaks_a_neighbours_sheet(state: State, seat: Seat) -> Any:
    shown, neighbour = view(state, seat), view(state, Seat(id="x", role=Role.JUDGE, judge="E2"))
    assert isinstance(shown, JudgeView)
    assert isinstance(neighbour, JudgeView)
    return msgspec.structs.replace(shown, sheets=neighbour.sheets)


def leaks_a_hidden_line(state: State, seat: Seat) -> Any:
    shown = view(state, seat)
    assert isinstance(shown, ChairView)
    lines = tuple(
        msgspec.structs.replace(line, points=state.projects[line.entry_no].sheets[line.judge].points)
        for line in shown.sheets
    )
    return msgspec.structs.replace(shown, sheets=lines)


def leaks_a_reason(state: State, seat: Seat) -> Any:
    asked = tuple(
        (no, judge, sheet.return_asked) for no in state.order for judge, sheet in state.projects[no].sheets.items()
    )
    return msgspec.structs.replace(view(state, seat), return_requests=asked)


def leaks_results_early(state: State, seat: Seat) -> Any:
    return msgspec.structs.replace(view(state, seat), published=session.tabulation(state))


def leaks_marks_early(state: State, seat: Seat) -> Any:
    marks = {
        key: tuple(ShownMark(total=mark.total, use=mark.use) for mark in part.marks if mark.total is not None)
        for key, part in session.tabulation(state).project("1").components.items()
    }
    return msgspec.structs.replace(view(state, seat), marks=marks)


def leaks_votes(state: State, seat: Seat) -> Any:
    return msgspec.structs.replace(briefing(state, seat), projects=state.session.contest.projects)


@pytest.mark.parametrize(
    ("who", "leaking"),
    [
        ("host", leaks_into_a_host_count),
        ("timekeeper", leaks_into_a_host_count),
        ("stage", leaks_its_length_to_the_stage),
        ("judge:E3", leaks_a_neighbours_sheet),
        ("judge:P1", leaks_a_neighbours_sheet),
        ("chair", leaks_a_hidden_line),
        ("scorer", leaks_a_hidden_line),
        ("chair", leaks_a_reason),
        ("supervisor", leaks_a_reason),
        ("viewer", leaks_results_early),
        ("stage", leaks_marks_early),
        ("viewer", leaks_marks_early),
        ("host", leaks_votes),
        ("stage", leaks_votes),
    ],
)
def test_a_view_that_leaks_is_caught_by_the_same_comparison(who: str, leaking: View) -> None:
    rooms = two_such_rooms()
    seat = rooms[0].seats[who]
    sound = briefing if leaking is leaks_votes else view
    if who != "judge:E3":  # his own sheets differ
        assert differs(rooms, [seat], sound) is None, "the sound one is blind"
    assert differs(rooms, [seat], leaking) is seat


def test_two_rooms_do_differ_for_those_who_may_see() -> None:
    """The comparison itself would notice: the same two rooms look different to a chair who has given her sheet."""
    rooms = two_such_rooms()
    for room in rooms:
        room.submit("E1", "1")
    assert differs(rooms, [rooms[0].seats["chair"]]) is not None
    assert differs(rooms, [rooms[0].seats["scorer"]]) is None
    for room in rooms:
        room.submit("P1", "1")
    assert differs(rooms, [rooms[0].seats["scorer"]]) is not None


# who need not look


def told_for_nothing(before: State, after: State, bodies: list[Body], seat: Seat, reach: Any = reaches) -> bool:
    """Whether a seat that is not told of events would have seen something else after them."""
    if any(reach(body, seat) for body in bodies):
        return False
    return encoded(view(before, seat)) != encoded(view(after, seat))


@given(st.lists(moves, min_size=20, max_size=80), st.sampled_from(RULE_SETS))
@settings(max_examples=40)
def test_an_event_that_does_not_reach_a_seat_changes_nothing_there(moved: list[Move], rules: Any) -> None:
    sitting = Sitting(setup(rules))
    for move in moved:
        before, seq = sitting.state, len(sitting.records)
        play(sitting, move)
        bodies = [record.body for record in sitting.records[seq:]]
        for seat in sitting.seats.values():
            assert not told_for_nothing(before, sitting.state, bodies, seat)


@pytest.mark.parametrize(
    ("kind", "who"),
    [
        (events.ScoringOpened, "stage"),
        (events.SheetSubmitted, "host"),
        (events.SheetSubmitted, "judge:E2"),
        (events.PhaseEnded, "judge:E3"),
        (events.PresenceSet, "judge:E8"),
        (events.DeviceEnrolled, "host"),
    ],
)
def test_a_reach_that_is_too_short_is_caught(kind: type, who: str) -> None:
    def short(body: Body, seat: Seat) -> bool:
        return reaches(body, seat) and not isinstance(body.event, kind)

    sitting = Sitting()
    caught = False

    def step(act: Callable[[], object]) -> None:
        nonlocal caught
        before, seq = sitting.state, len(sitting.records)
        act()
        bodies = [record.body for record in sitting.records[seq:]]
        assert not told_for_nothing(before, sitting.state, bodies, sitting.seats[who])
        for body in bodies:  # one by one, as the room may well commit them
            caught |= told_for_nothing(before, sitting.state, [body], sitting.seats[who], short) and isinstance(
                body.event, kind
            )

    enrolled = events.DeviceEnrolled(seat="judge:E2", device="d", name="L", key="00", admitted=False)
    absent = commands.SetPresence(entry_no="1", judge="E3", presence=Presence.ABSENT, reason="病", replaced_by="E8")
    step(lambda: sitting.write([enrolled], "room"))
    step(lambda: sitting.call("1"))
    step(lambda: sitting.start())
    step(lambda: sitting.wait(480))
    step(lambda: sitting.do("host", commands.OpenScoring()))
    step(lambda: sitting.submit("E2", "1"))
    step(lambda: sitting.do("host", absent))
    assert caught


def test_a_reserve_who_no_longer_stands_in_is_told() -> None:
    sitting = Sitting()
    sitting.hear("1")
    absent = commands.SetPresence(entry_no="1", judge="E2", presence=Presence.ABSENT, reason="病", replaced_by="E8")
    sitting.do("host", absent)
    sitting.do("host", msgspec.structs.replace(absent, judge="E8", replaced_by="E9"))
    before = sitting.state
    (body,) = sitting.do("host", msgspec.structs.replace(absent, presence=Presence.PRESENT, replaced_by=None))
    for reserve in ("E8", "E9"):
        seat = sitting.seat(reserve)
        assert encoded(view(before, seat)) != encoded(view(sitting.state, seat))
        assert reaches(body, seat)


# what is shown


def test_the_host_sees_who_is_in_and_never_what() -> None:
    sitting = room_with_sheets()
    live = Live(seats={"judge:P1": SeatLive(online=True, seen=True, entry_no="1", filled=1, lines=1)})
    shown = view(sitting.state, sitting.seats["host"], live)
    assert isinstance(shown, HostView)
    status = {one.seat.id: one for one in shown.seats}
    assert (status["judge:E2"].status, status["judge:E2"].recorded_seq) == (SheetStatus.SUBMITTED, 8)
    assert (status["judge:P1"].status, status["judge:P1"].filled, status["judge:P1"].online) == (
        SheetStatus.EMPTY,
        1,
        True,
    )
    assert (shown.projects[0].done, shown.projects[0].expected) == (2, 4)
    assert shown.next_step.step is Step.CALL
    assert shown.next_step.missing == ("E1", "P1")
    assert "秘密".encode() not in encoded(shown)


def test_links_to_join_by_are_the_hosts_alone() -> None:
    sitting = Sitting()
    live = Live(join_links=(views.JoinLink(seat="judge:E2", link="rsj://x"),))
    for seat in sitting.seats.values():
        assert (b"rsj://x" in encoded(view(sitting.state, seat, live))) == (seat.role is Role.HOST)


def test_the_next_step_leads_through_a_whole_session() -> None:
    sitting = Sitting(setup(projects=1))
    steps = []
    for _ in range(5):
        shown = sitting.host_view()
        steps.append(str(shown.next_step.step))
        play(sitting, ("go_on", 0, 0))
    assert steps == ["call", "start_phase", "start_phase", "open_scoring", "close_scoring"]
    shown = sitting.host_view()
    assert shown.next_step.step is Step.DONE


def test_a_held_clock_is_first_to_be_released() -> None:
    sitting = Sitting()
    sitting.call("1")
    sitting.start()
    sitting.wait(60)
    sitting.do("host", commands.HoldClock(technical=True, reason="断电"))
    shown = sitting.host_view()
    assert shown.next_step.step is Step.RELEASE
    assert shown.clock is not None
    assert (shown.clock.deadline_ns, shown.clock.remaining_ns) == (None, 420_000_000_000)


def test_a_judge_sees_his_own_sheets_and_what_he_may_fill() -> None:
    sitting = room_with_sheets()
    shown = sitting.judge_view("E2")
    assert shown.sheets.keys() == {"1"}
    assert shown.sheets["1"].comment == "秘密"
    assert shown.sheets["1"].return_asked
    assert shown.open == ()
    assert {one.done for one in shown.projects} == {0}, "nor how many are in"
    assert sitting.judge_view("P1").open == ("1",)
    assert sitting.judge_view("E8").open == ()


def test_a_late_sheet_is_shown_as_kept_to_its_judge_and_to_those_who_may_see() -> None:
    sitting = room_with_sheets()
    sitting.submit("E1", "1")
    sitting.submit("P1", "1")
    sitting.lock("1")
    (body,) = sitting.submit("E2", "1", 0.1)
    assert sitting.judge_view("E2").sheets["1"].late_kept == (body.seq,)
    assert sitting.judge_view("E2").sheets["1"].revision == 1
    assert sitting.judge_view("E3").sheets["1"].late_kept == ()
    lines = sitting.chair_view("scorer").sheets
    assert [line.late_kept for line in lines if line.entry_no == "1" and line.judge == "E2"] == [(body.seq,)]


def test_a_chair_sees_a_project_from_her_own_sheet_on_and_not_again_while_it_is_returned() -> None:
    sitting = room_with_sheets()

    assert sitting.chair_view().own_pending == ("1", "2", "3")
    assert sitting.chair_view().return_requests == ()
    assert all(line.hidden for line in sitting.chair_view().sheets if line.judge != "E1")
    sitting.submit("E1", "1")
    assert sitting.chair_view().own_pending == ("2", "3")
    assert sitting.chair_view().visible == ("1",)
    assert sitting.chair_view().return_requests == (("1", "E2", "把95写成了59"),)
    assert sitting.chair_view().tabulation is not None
    sitting.do("chair", commands.ReturnSheet(entry_no="1", judge="E1", reason="改"))
    assert sitting.chair_view().own_pending == ("1", "2", "3")
    assert sitting.chair_view().tabulation is None


def test_a_chair_who_only_presides_sees_every_sheet_as_it_comes() -> None:
    sitting = Sitting(setup(judges=PRESIDING))
    sitting.hear("1")
    sitting.submit("E2", "1")
    shown = sitting.chair_view()
    assert [line.points is not None for line in shown.sheets if line.entry_no == "1"] == [True, False, False]
    assert shown.own_pending == ()


def test_a_project_that_is_out_asks_no_sheet_of_the_chair() -> None:
    sitting = Sitting()
    sitting.do("host", commands.RemoveProject(entry_no="2", disqualified=False, reason="信"))
    assert sitting.chair_view().own_pending == ("1", "3")
    assert sitting.chair_view("scorer").own_pending == ()


def test_published_results_name_no_judge_and_tell_no_mark() -> None:
    sitting = Sitting()
    sitting.do("E2", commands.Recuse(entry_no="1", reason="同单位"))
    sitting.hear("1")
    sitting.do(
        "host",
        commands.SetPresence(entry_no="1", judge="E2", presence=Presence.RECUSED, reason="同单位", replaced_by="E8"),
    )
    sitting.score("1", (1, 0.9, 0, 0.8))
    sitting.finish()
    sitting.sign()
    sitting.do("chair", commands.LockSession())
    sitting.do("chair", commands.ConfirmAssumed(path="tie_keys", name="组委会"))
    assert sitting.stage_view("viewer").published is None
    sitting.do("chair", commands.PublishResults())
    for who in ("viewer", "stage"):
        shown = sitting.stage_view(who)
        assert shown.published is not None
        assert [one.total for one in shown.published.projects] == [one.total for one in sitting.chair_counts().projects]
        text = encoded(shown.published)
        for judge in sitting.setup.contest.judges:
            assert f'"{judge.no}"'.encode() not in text
            assert f":{judge.no}".encode() not in text
        for part in shown.published.project("1").components.values():
            assert (part.marks, part.dropped_high, part.dropped_low, part.kept_sum) == ((), (), (), Decimal(0))
    flags = sitting.chair_counts().project("1").flags
    assert any(flag.startswith("JUDGE_") for flag in flags), "the chair does see them"
    sitting.do("chair", commands.ReopenProject(entry_no="1", reason="复议", second_person="周持"))
    assert sitting.stage_view("viewer").published is None


def published(rules: Any = RULES) -> Sitting:
    """Three projects with results that everybody may see."""
    sitting = Sitting(setup(msgspec.structs.replace(rules, assumed=())))
    sitting.finish()
    sitting.sign()
    sitting.do("chair", commands.LockSession())
    sitting.do("chair", commands.PublishResults())
    return sitting


def led(sitting: Sitting, kind: Showing, entry_no: str = "", step: int = 0) -> StageView:
    sitting.do("host", commands.ShowResults(kind=kind, entry_no=entry_no, step=step))
    shown = sitting.stage_view()
    assert encoded(sitting.stage_view("viewer").marks) == encoded(shown.marks)
    return shown


def test_nothing_of_the_results_is_led_before_they_are_published_or_once_they_are_reopened() -> None:
    sitting = Sitting(setup(msgspec.structs.replace(RULES, assumed=())))
    sitting.finish()
    sitting.sign()
    for kind in (Showing.LIST, Showing.RANKING, Showing.MARKS):
        shown = commands.ShowResults(kind=kind, entry_no="1" if kind is Showing.MARKS else "", step=1)
        assert sitting.refusal("host", shown) in ("not_published", "no_such_step")
    sitting.do("chair", commands.LockSession())
    assert sitting.refusal("host", commands.ShowResults(kind=Showing.LIST)) == "not_published"
    sitting.do("chair", commands.PublishResults())
    assert led(sitting, Showing.MARKS, "1", 3).marks
    sitting.do("chair", commands.ReopenProject(entry_no="1", reason="复议", second_person="周持"))
    shown = sitting.stage_view()
    assert (shown.published, shown.showing, shown.marks) == (None, None, {})
    assert sitting.host_view().showing is None


def test_the_marks_of_one_project_are_shown_from_their_step_on_and_are_nobodys() -> None:
    sitting = published()
    assert sitting.stage_view().showing is None
    assert led(sitting, Showing.RANKING, step=3).marks == {}
    assert led(sitting, Showing.MARKS, "1", 0).marks == {}
    for step in (1, 2, 3):
        marks = led(sitting, Showing.MARKS, "1", step).marks
        counted = sitting.chair_counts().project("1").components
        assert marks.keys() == {key for key, part in counted.items() if part.marks}
        for key, shown in marks.items():
            given = sorted(mark.total for mark in counted[key].marks if mark.total is not None)
            assert [mark.total for mark in shown] == given, "in order of size, whoever gave them"
            assert all(mark.__struct_fields__ == ("total", "use") for mark in shown)
    assert led(sitting, Showing.NOTHING).showing is None
    assert sitting.stage_view().marks == {}


def test_where_marks_are_not_announced_none_are_shown() -> None:
    for style in ("short", "components", "total"):
        sitting = published(msgspec.structs.replace(RULES, announce=style))
        shown = led(sitting, Showing.MARKS, "1", 1)
        assert shown.marks == {}
        assert shown.showing is not None
        assert shown.showing.steps == 1
        again = commands.ShowResults(kind=Showing.MARKS, entry_no="1", step=2)
        assert sitting.refusal("host", again) == "no_such_step"


def test_where_only_totals_are_announced_only_totals_are_published() -> None:
    rules = msgspec.structs.replace(RULES, announce="total", assumed=())
    sitting = Sitting(setup(rules, votes=(3, 2, 1)))
    sitting.finish()
    sitting.sign()
    sitting.do("chair", commands.LockSession())
    sitting.do("chair", commands.PublishResults())
    shown = sitting.stage_view("viewer")
    assert shown.published is not None
    for project in shown.published.projects:
        assert (project.components, project.popularity_counted) == ({}, None)
        assert project.total is not None


def test_words_for_the_presenter_reach_the_stage_and_not_the_public() -> None:
    sitting = Sitting()
    sitting.do("host", commands.ShowMessage(text="请靠近话筒"))
    assert sitting.stage_view().message == "请靠近话筒"
    assert "请靠近话筒".encode() not in encoded(sitting.stage_view("viewer"))


def test_a_slide_that_is_shown_again_reaches_the_stage_and_the_host_alone() -> None:
    sitting = Sitting()
    sitting.call("1")
    sitting.start("presentation")
    assert not sitting.host_view().may_show_slide
    sitting.wait(480)
    assert not sitting.host_view().may_show_slide
    sitting.start("qa")
    assert sitting.host_view().may_show_slide
    before = sitting.state
    bodies = len(sitting.records)
    sitting.do("host", commands.ShowSlide(slide=7))
    event = sitting.records[bodies].body
    assert (sitting.stage_view().still, sitting.host_view().still) == (7, 7)
    assert sitting.stage_view("viewer").still == 0
    for seat in seats_of(sitting, Role.JUDGE, Role.VIEWER):
        assert not reaches(event, seat)
        assert encoded(view(before, seat)) == encoded(view(sitting.state, seat))
    sitting.do("host", commands.HoldClock(technical=False, reason="话筒"))
    assert (sitting.stage_view().still, sitting.host_view().still) == (0, 0)
    assert not sitting.host_view().may_show_slide


def test_a_briefing_tells_each_what_is_his_business() -> None:
    sitting = Sitting(setup(votes=(5, 6, 7)))
    told = {id: briefing(sitting.state, seat) for id, seat in sitting.seats.items()}
    panel = [one.no for one in sitting.setup.contest.judges]
    assert [card.no for card in told["host"].judges] == panel
    assert [card.no for card in told["chair"].judges] == panel
    assert [card.no for card in told["judge:E2"].judges] == ["E2"]
    assert told["stage"].judges == told["viewer"].judges == ()
    assert [one.votes for one in told["scorer"].projects] == [5, 6, 7]
    assert told["stage"].projects[0].deck == "1.pdf"
    assert (told["viewer"].projects[0].deck, told["viewer"].projects[0].members) == ("", ())
    assert told["chair"].judges[0].chair
    assert told["chair"].judges[4].reserve


def test_the_undo_is_offered_for_five_seconds_from_the_step() -> None:
    sitting = Sitting()
    sitting.call("1")
    sitting.start()
    shown = sitting.host_view()
    assert shown.undo_until_ns == sitting.now_ns + 5_000_000_000
    sitting.do("host", commands.UndoStep())
    shown = sitting.host_view()
    assert shown.undo_until_ns is None
    assert [str(run.ended_by) for run in shown.runs] == ["undone"]
