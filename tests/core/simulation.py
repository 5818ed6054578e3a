"""A room on paper: commands and time become records, and the state is folded from them; no clock, file or socket.

It does what the room does: what time has made is taken before a command, every event is sealed into the chain with its
actor, its part and (for a command's events) a digest.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterable, Sequence

import msgspec
from hypothesis import strategies as st

from judge_app.core import clock, commands, events, journal, session, views
from judge_app.core.clock import SECOND, Outcome
from judge_app.core.commands import Points
from judge_app.core.contest import PanelRole, Presence
from judge_app.core.errors import Refused
from judge_app.core.events import Event, SessionSetup
from judge_app.core.journal import Body, Record, Stamp
from judge_app.core.review import Tick, lines
from judge_app.core.scoring import Tabulation
from judge_app.core.seats import Seat
from judge_app.core.session import State
from judge_app.core.stages import ProjectStage, ReviewStep, SheetStatus, Showing
from tests.core.sessions import setup as small_setup
from tests.core.sessions import sheet

START_NS = 1_000 * SECOND


class Sitting:
    """One session as it goes; ``now_ns`` moves only by ``wait``."""

    def __init__(self, setup: SessionSetup | None = None) -> None:
        self.setup = setup or small_setup()
        self.now_ns = START_NS
        self.state = State()
        self.records: list[Record] = []
        self.seats = {seat.id: seat for seat in session.seats(self.setup)}
        self._commands = itertools.count(1)
        self.write([events.SessionOpened(setup=self.setup)], "room")

    def write(self, made: Iterable[Event], actor: str, command: commands.Command | None = None) -> list[Body]:
        """Seals events behind the head and folds them in."""
        number = next(self._commands)
        digest = "" if command is None else hashlib.sha256(msgspec.json.encode(command)).hexdigest()
        bodies = []
        for part, event in enumerate(made):
            seq = len(self.records) + 1
            body = Body(
                seq=seq,
                event_id=f"{seq:032x}",
                command_id=f"{number:032x}",
                part=part,
                command_digest=digest,
                version=journal.VERSION,
                actor=actor,
                at=Stamp(mono_ns=self.now_ns, boot_id="boot", wall="2026-12-05T09:30:00.000Z"),
                salt=hashlib.sha256(f"{seq}".encode()).hexdigest()[:32],
                event=event,  # type: ignore[arg-type]  # the union has every event
            )
            self.records.append(journal.seal(body, self.records[-1].hash if self.records else journal.GENESIS))
            self.state = session.evolve(self.state, body)
            bodies.append(body)
            if isinstance(event, events.JudgeAdded):
                self.setup = self.state.session
                self.seats = {seat.id: seat for seat in session.seats(self.setup)}
        return bodies

    def catch_up(self) -> list[Body]:
        """What time alone has made by now."""
        made = session.due(self.state, self.now_ns)
        return self.write(made, "room") if made else []

    def wait(self, seconds: float = 0, *, ns: int = 0, room_dead: bool = False) -> list[Body]:
        """Time passes; a dead room learns nothing of it until it is asked again."""
        self.now_ns += round(seconds * SECOND) + ns
        return [] if room_dead else self.catch_up()

    def seat(self, who: str | Seat) -> Seat:
        """A seat by its id; a judge by his number alone."""
        if isinstance(who, Seat):
            return who
        return self.seats[who] if who in self.seats else self.seats[f"judge:{who}"]

    def do(self, who: str | Seat, command: commands.Command) -> list[Body]:
        """A command as the room takes it; raises Refused."""
        seat = self.seat(who)
        self.catch_up()
        made = session.decide(self.state, command, seat, self.now_ns)
        return self.write(made, seat.id, command)

    def refusal(self, who: str | Seat, command: commands.Command) -> str:
        """The code of a command's refusal, '' where it was taken."""
        try:
            self.do(who, command)
        except Refused as refused:
            return refused.code
        return ""

    def read_back(self) -> State:
        """The state from the journal's bytes alone."""
        state = State()
        for record in self.records:
            state = session.evolve(state, journal.read(record.data, record.prev_hash, record.hash).body)
        return state

    # shorter words for what tests often do

    def call(self, entry_no: str) -> None:
        self.do("host", commands.CallProject(entry_no=entry_no))

    def start(self, phase: str = "presentation") -> None:
        self.do("host", commands.StartPhase(phase=phase))

    def submit(self, judge: str, entry_no: str, share: float = 1) -> list[Body]:
        """A judge's whole sheet, built on what is recorded."""
        held = self.state.projects[entry_no].sheets[judge]
        points = sheet(self.setup, judge, share, entry_no)
        return self.do(judge, commands.SubmitSheet(entry_no=entry_no, revision=held.revision, points=points))

    def hear(self, entry_no: str) -> None:
        """A project called, timed through and brought into scoring."""
        self.call(entry_no)
        while (following := session.next_phase(self.state)) is not None:
            if self.state.run is None or self.state.run.phase != following.key:
                self.start(following.key)
            self.wait(following.seconds)
        self.do("host", commands.OpenScoring())

    def score(self, entry_no: str, shares: Sequence[float] = (0.9, 0.8, 0.7, 0.6)) -> None:
        """Every sheet that is missing is given."""
        shared = itertools.cycle(shares)
        for judge in self.state.projects[entry_no].missing:
            self.submit(judge, entry_no, next(shared))

    def lock(self, entry_no: str) -> None:
        self.do("chair", commands.LockProject(entry_no=entry_no))

    def ticks(self, entry_no: str, **found: str) -> tuple[Tick, ...]:
        """Every line of a result ticked; ``found`` gives another number for a line's kind."""
        result = session.tabulation(self.state, [entry_no]).projects
        if not result:
            return ()
        return tuple(
            Tick(line=line.key, shown=line.shown, found=found.get(line.kind, ""), reason="抄错" * (line.kind in found))
            for line in lines(session.rules_of(self.setup, entry_no), result[0])
        )

    def seated(self, seat: str, device: str, machine: str) -> None:
        """A computer enrols for a seat and is let in; whatever sat there is out."""
        enrolled = events.DeviceEnrolled(
            seat=seat, device=device, name="LAPTOP", key="00" * 32, admitted=False, machine=machine
        )
        self.write([enrolled], "room")
        self.write(session.admitted(self.state, seat, device), "room")

    def review(self, entry_no: str, *, scorer: str = "吴计", checker: str = "郑核") -> None:
        """The scorer and the checker tick every line."""
        self.do("scorer", commands.RecomputeResult(entry_no=entry_no, name=scorer, ticks=self.ticks(entry_no)))
        self.do("checker", commands.CheckResult(entry_no=entry_no, name=checker, ticks=self.ticks(entry_no)))

    def finish(self) -> None:
        """Every project that still waits is heard, scored and locked."""
        for entry_no in self.state.order:
            if self.stage(entry_no) in (ProjectStage.WAITING, ProjectStage.CALLED):
                self.hear(entry_no)
            if self.stage(entry_no) is ProjectStage.SCORING:
                self.score(entry_no)
            if self.stage(entry_no) is ProjectStage.CLOSED:
                self.lock(entry_no)

    def sign(self, role: str = "chair", name: str = "王一", who: str | None = None) -> None:
        self.do(who or role, commands.SignOff(role=role, name=name, head="ab" * 32))

    def stage(self, entry_no: str) -> ProjectStage:
        return self.state.projects[entry_no].stage

    def status(self, judge: str, entry_no: str) -> SheetStatus:
        return self.state.projects[entry_no].sheets[judge].status

    def view(self, who: str | Seat) -> views.AnyView:
        return views.view(self.state, self.seat(who))

    def host_view(self) -> views.HostView:
        shown = self.view("host")
        assert isinstance(shown, views.HostView)
        return shown

    def judge_view(self, judge: str) -> views.JudgeView:
        shown = self.view(judge)
        assert isinstance(shown, views.JudgeView)
        return shown

    def chair_view(self, who: str = "chair") -> views.ChairView:
        shown = self.view(who)
        assert isinstance(shown, views.ChairView)
        return shown

    def stage_view(self, who: str = "stage") -> views.StageView:
        shown = self.view(who)
        assert isinstance(shown, views.StageView)
        return shown

    def chair_counts(self) -> Tabulation:
        """The chair's tabulation, where there is one."""
        counted = self.chair_view().tabulation
        assert counted is not None
        return counted


def encoded(view: object) -> bytes:
    """A view or a briefing as it goes over the wire."""
    return msgspec.json.encode(view)


# moves: what people in the room may try next, drawn as numbers, so that one list of them plays in two rooms


class Told:
    """What people say and write that not everybody may know. ``changed(judge, entry_no)`` says whose words and marks
    differ in this room from those in the other."""

    def __init__(self, changed: Callable[[str, str], bool] = lambda judge, entry_no: False) -> None:
        self._changed = changed

    def points(self, sitting: Sitting, judge: str, entry_no: str, number: int) -> Points:
        """A whole sheet; ``number`` chooses the marks."""
        tenths = (number + (5 if self._changed(judge, entry_no) else 0)) % 11
        return sheet(sitting.setup, judge, tenths / 10, entry_no)

    def words(self, judge: str, entry_no: str, number: int) -> str:
        return f"{judge} on {entry_no}: {number}" + (" — and more to it" if self._changed(judge, entry_no) else "")


Move = tuple[str, int, int]

MOVES = {
    "go_on": 14,
    "wait": 6,
    "to_the_deadline": 4,
    "submit": 20,
    "submit_nothing_new": 1,
    "recuse": 2,
    "ask_return": 2,
    "return": 3,
    "review": 6,
    "paper": 6,
    "drop_paper": 1,
    "replace": 1,
    "propose": 1,
    "agree": 2,
    "presence": 5,
    "close": 2,
    "lock": 8,
    "reopen": 2,
    "rule": 6,
    "end_session": 6,
    "undo": 3,
    "hold": 2,
    "release": 3,
    "add": 1,
    "restart": 1,
    "end": 1,
    "no_show": 1,
    "remove": 1,
    "reorder": 1,
    "message": 1,
    "still": 3,
    "device": 1,
    "cut_off": 1,
}
"""How often each move is drawn."""

moves: st.SearchStrategy[Move] = st.tuples(
    st.sampled_from([name for name, weight in MOVES.items() for _ in range(weight)]),
    st.integers(0, 10_000),
    st.integers(0, 10_000),
)


def command_of(sitting: Sitting, move: Move, told: Told) -> tuple[str, commands.Command] | None:
    """The seat and the command of a move as the room stands, or None where it has nothing to do."""
    name, a, b = move
    state = sitting.state
    order = state.order
    entry_no = order[a % len(order)]
    held = state.projects[entry_no]
    rows = list(held.sheets)
    judge = rows[b % len(rows)]
    reserves = [one.no for one in sitting.setup.contest.judges if one.role is PanelRole.RESERVE]
    match name:
        case "go_on":
            return next_command(sitting)
        case "submit":
            wanted = [
                (no, row)
                for no in order
                for row, one in state.projects[no].sheets.items()
                if session.open_for(state.projects[no].stage, one)
            ] or [(entry_no, judge)]
            entry_no, judge = wanted[a % len(wanted)]
            points, words = told.points(sitting, judge, entry_no, b), told.words(judge, entry_no, b)
            revision = state.projects[entry_no].sheets[judge].revision
            return judge, commands.SubmitSheet(entry_no=entry_no, revision=revision, points=points, comment=words)
        case "submit_nothing_new":
            points = told.points(sitting, judge, entry_no, b)
            return judge, commands.SubmitSheet(entry_no=entry_no, revision=b % 3, points=points)
        case "recuse":
            return judge, commands.Recuse(entry_no=entry_no, reason=told.words(judge, entry_no, b))
        case "ask_return":
            return judge, commands.AskReturn(entry_no=entry_no, reason=told.words(judge, entry_no, b))
        case "return":
            return "chair", commands.ReturnSheet(entry_no=entry_no, judge=judge, reason="看不清")
        case "review":
            closed = [no for no in order if state.projects[no].stage is ProjectStage.CLOSED]
            entry_no = closed[a % len(closed)] if closed else entry_no
            scorer = session.review_step(state, entry_no) is ReviewStep.NONE if a % 5 else bool(b % 2)
            ticks = sitting.ticks(entry_no)
            if b % 4 == 0 and ticks:
                ticks = (
                    msgspec.structs.replace(ticks[0], found="1", reason=told.words(judge, entry_no, b)),
                    *ticks[1:],
                )
            who, kind = ("scorer", commands.RecomputeResult) if scorer else ("checker", commands.CheckResult)
            return who, kind(entry_no=entry_no, name="吴计" if scorer else ["郑核", "吴 计"][b % 9 == 8], ticks=ticks)
        case "paper":
            wanted = [at for at in state.papers if a % 3] or [
                (no, row) for no in order for row in state.projects[no].missing
            ]
            entry_no, judge = wanted[a % len(wanted)] if wanted else (entry_no, judge)
            seat, name = [("scorer", "吴计"), ("checker", "郑核"), ("chair", "王一"), ("checker", "吴计")][b % 4]
            points, words = told.points(sitting, judge, entry_no, b // 4 % 2), told.words(judge, entry_no, b)
            revision = state.projects[entry_no].sheets[judge].revision
            return seat, commands.EnterPaper(
                entry_no=entry_no, judge=judge, revision=revision, points=points, name=name, comment=words
            )
        case "replace":
            return "host", commands.ReplaceJudge(
                judge=judge,
                replaced_by=reserves[b % len(reserves)],
                presence=[Presence.LEFT, Presence.ABSENT][a % 2],
                reason=told.words(judge, entry_no, b),
            )
        case "propose":
            cards = sitting.setup.contest.judges
            return "host", commands.ProposeJudge(
                name=f"临时{b % 3}",
                judge_class=cards[a % len(cards)].judge_class,
                reason="增补",
                unit=["", "单位2"][b % 2],
                reserve=b % 5 == 0,
            )
        case "agree":
            no = state.proposed[a % len(state.proposed)][0].no if state.proposed else "E99"
            if b % 4 == 0:
                return "chair", commands.DeclineJudge(no=no, reason="不必")
            return "chair", commands.AgreeJudge(no=no)
        case "drop_paper":
            entry_no, judge = list(state.papers)[a % len(state.papers)] if state.papers else (entry_no, judge)
            return "scorer", commands.DropPaper(entry_no=entry_no, judge=judge, reason=told.words(judge, entry_no, b))
        case "presence":
            presence = list(Presence)[(a + b) % 4]
            chosen = None if presence is Presence.PRESENT or a % 3 else reserves[b % len(reserves)]
            return ("chair" if b % 5 == 0 else "host"), commands.SetPresence(
                entry_no=entry_no,
                judge=judge,
                presence=presence,
                reason=told.words(judge, entry_no, b),
                replaced_by=chosen,
            )
        case "close":
            return "host", commands.CloseScoring(entry_no=entry_no, missing=held.missing)
        case "lock":
            closed = [no for no in order if state.projects[no].stage is ProjectStage.CLOSED] if b % 4 else []
            return "chair", commands.LockProject(entry_no=closed[a % len(closed)] if closed else entry_no)
        case "reopen":
            second = ["周持", "王一", ""][b % 3]
            return "chair", commands.ReopenProject(entry_no=entry_no, reason="复议", second_person=second)
        case "rule":
            keys = [one.key for one in sitting.setup.rules.judged_components]
            closed = [no for no in order if state.projects[no].stage is ProjectStage.CLOSED] if a % 4 else []
            entry_no = closed[a % len(closed)] if closed else entry_no
            ruling = {"kind": "few_sheets", "by": "王一", "reason": "人少", "entry_no": entry_no}
            ruling |= {"component": keys[b % len(keys)], "method": "plain_mean"}
            return "chair", commands.MakeRuling(ruling=msgspec.json.encode(ruling).decode(), reason="人少")
        case "end_session":
            role, person = [("chair", "王一"), ("scorer", "吴计"), ("checker", "郑核"), ("checker", "吴 计")][b % 4]
            steps = [
                (role, commands.SignOff(role=role, name=person, head="ab" * 32)),
                ("chair", commands.SignOff(role="chair", name="王一", head="ab" * 32)),
                ("chair", commands.LockSession()),
                ("chair", commands.ConfirmAssumed(path="tie_keys", name="组委会")),
                ("chair", commands.PublishResults()),
                ("host", commands.ShowResults(kind=Showing.MARKS, entry_no=entry_no, step=1 + b % 3)),
                ("host", commands.ShowResults(kind=list(Showing)[b % 3], step=b % 4)),
            ]
            signed = any(one.role == "chair" and one.seq > state.results_seq for one in state.signatures)
            natural = 1 if not signed else 2 if not state.locked else 3 if not state.confirmed else 4
            if state.published:
                natural = 5 + b % 2
            return steps[natural if a % 3 else a % 7]
        case "undo":
            return "host", commands.UndoStep()
        case "hold":
            return "timekeeper", commands.HoldClock(technical=bool(a % 2), reason="话筒")
        case "release":
            return "host", commands.ReleaseClock(outcome=list(Outcome)[a % 3], extra_seconds=b % 40)
        case "add":
            return "host", commands.AddTime(seconds=b % 200 - 100, reason="补")
        case "restart":
            return "host", commands.RestartPhase(reason="重讲")
        case "end":
            return "timekeeper", commands.EndPhase()
        case "no_show":
            return "host", commands.MarkNoShow(entry_no=entry_no, forfeit=bool(b % 2), reason="未到")
        case "remove":
            if a % 3:
                return None
            return "host", commands.RemoveProject(entry_no=entry_no, disqualified=bool(b % 2), reason="退出")
        case "reorder":
            waiting = [no for no in order if state.projects[no].stage is ProjectStage.WAITING]
            turned = waiting[b % len(waiting) :] + waiting[: b % len(waiting)] if waiting else []
            return "host", commands.ReorderProjects(entry_nos=tuple(turned), reason="交通")
        case "message":
            return "host", commands.ShowMessage(text=["请靠近话筒", ""][b % 2])
        case "still":
            return ["host", "timekeeper"][a % 2], commands.ShowSlide(slide=b % 5)
        case "device":
            known = [(seat, device.id) for seat, devices in state.devices.items() for device in devices]
            seat, device = known[a % len(known)] if known else ("judge:E2", "d0")
            if b % 2:
                return "host", commands.AdmitDevice(seat=seat, device=device)
            return "host", commands.RevokeDevice(seat=seat, device=device, reason="换机")
        case "cut_off":
            return "stage", commands.ReportCutOff(
                run=state.last_run, driver="pdf", method="own", curtain_us=18_000, gone_us=21_000, confirmed=True
            )
    return None


def next_command(sitting: Sitting) -> tuple[str, commands.Command] | None:
    """What the host's one big button does now."""
    following = views.next_step(sitting.state)
    match following.step:
        case views.Step.CALL:
            return "host", commands.CallProject(entry_no=following.entry_no)
        case views.Step.START_PHASE:
            return "host", commands.StartPhase(phase=following.phase)
        case views.Step.RELEASE:
            return "host", commands.ReleaseClock(outcome=Outcome.NO_EFFECT)
        case views.Step.OPEN_SCORING:
            return "host", commands.OpenScoring()
        case views.Step.CLOSE_SCORING:
            return "host", commands.CloseScoring(entry_no=following.entry_no, missing=following.missing)
    return None


def play(sitting: Sitting, move: Move, told: Told | None = None) -> tuple[str, list[Body]]:
    """One move: (the code of its refusal or '', the bodies it made)."""
    name, a, b = move
    if name == "wait":
        return "", sitting.wait([0.4, 1, 4.9, 5, 5.1, 30, 120, 700][a % 8], room_dead=b % 4 == 0)
    if name == "to_the_deadline":
        at = None if sitting.state.run is None else clock.deadline_ns(sitting.state.run)
        if at is None or at + b % 3 - 1 < sitting.now_ns:
            return "", []
        return "", sitting.wait(ns=at + b % 3 - 1 - sitting.now_ns, room_dead=a % 3 == 0)
    if name == "device" and a % 3 == 0:
        seats = list(sitting.seats)
        enrolled = events.DeviceEnrolled(
            seat=seats[b % len(seats)], device=f"d{a % 5}", name="LENOVO-7", key="00" * 32, admitted=False
        )
        return "", sitting.write([enrolled], "room")
    chosen = command_of(sitting, move, told or Told())
    if chosen is None:
        return "", []
    made = sitting.catch_up()
    try:
        return "", [*made, *sitting.do(*chosen)]
    except Refused as refused:
        return refused.code, made
