"""Views for the gallery, the tests and the benchmarks, played by the rules themselves from the bundled sample.

Nothing here is written by hand that the room could not have sent: a session is opened, commands are decided and
evolved, and each seat gets what ``core.views`` gives it. Names are invented.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import cast

import msgspec

from judge_app.core import commands, events, session, views
from judge_app.core.clock import SECOND
from judge_app.core.commands import Command, Points
from judge_app.core.contest import Contest, Judge, PanelRole, PlannedSession, Presence, Project
from judge_app.core.events import SessionSetup
from judge_app.core.journal import Body, Stamp
from judge_app.core.rules import RuleSet, decode_rules
from judge_app.core.seats import Seat
from judge_app.core.session import State
from judge_app.exchange.scores import GivenScores, read_scores
from judge_app.exchange.workbook import read_contest

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
WALL = "2026-12-05T02:14:07.000Z"
LINK = "rsj://192.168.1.20:47600/{seat}?t=Zk3vQ0n8wS6bYx2m&f=7f3c9a1e5b2d4f608a7c"


def preset(key: str) -> RuleSet:
    """A shipped rule set."""
    return decode_rules(tomllib.loads((RESOURCES / "presets" / f"{key}.toml").read_text("utf-8")))


@lru_cache(maxsize=4)
def regional_final() -> tuple[Contest, RuleSet, GivenScores]:
    """The bundled regional final: 10 projects, 7 expert and 5 professional judges, and what they give."""
    folder = RESOURCES / "samples" / "regional-final"
    contest = read_contest(folder / "contest.xlsx", known_presets=["shanxi-2019"])
    rules = preset("shanxi-2019")
    return contest, rules, read_scores(folder / "scores.csv", contest, rules)


class Play:
    """A session as it is played: ``do`` gives a seat's command, ``wait`` lets time pass, ``view`` is what a seat sees."""

    def __init__(self, setup: SessionSetup) -> None:
        self.state = State()
        self.now_ns = 1_000 * SECOND
        self.live = views.Live()
        self._seq = 0
        self._commands = 0
        self._keep(events.SessionOpened(setup=setup), "room", 0)
        self._seats = {seat.id: seat for seat in session.seats(setup)}

    @property
    def setup(self) -> SessionSetup:
        return self.state.session

    def seat(self, seat_id: str) -> Seat:
        return self._seats[seat_id]

    def do(self, seat_id: str, *given: Command) -> Play:
        """Commands of one seat, one after the other; raises Refused as the room would."""
        for command in given:
            self._commands += 1
            made = session.decide(self.state, command, self._seats[seat_id], self.now_ns)
            for part, event in enumerate(made):
                self._keep(event, seat_id, part)
        return self

    def wait(self, seconds: float) -> Play:
        """Time passes; phases end at their deadlines as they would in the room."""
        until = self.now_ns + int(seconds * SECOND)
        while (due_ns := session.next_due_ns(self.state)) is not None and due_ns <= until:
            self.now_ns = due_ns
            for part, event in enumerate(session.due(self.state, due_ns)):
                self._keep(event, "room", part)
        self.now_ns = until
        return self

    def happen(self, event: events.Event) -> Play:
        """Something that the room itself notes (a device that asks to come in)."""
        self._commands += 1
        self._keep(event, "room", 0)
        return self

    def view(self, seat_id: str) -> views.AnyView:
        live = msgspec.structs.replace(self.live, head_seq=self._seq, head_hash=f"{self._seq:064x}")
        return views.view(self.state, self._seats[seat_id], live)

    def briefing(self, seat_id: str) -> views.Briefing:
        return views.briefing(self.state, self._seats[seat_id])

    def host(self) -> views.HostView:
        view = self.view("host")
        assert isinstance(view, views.HostView)
        return view

    def chair(self, seat_id: str = "chair") -> views.ChairView:
        view = self.view(seat_id)
        assert isinstance(view, views.ChairView)
        return view

    def _keep(self, event: events.Event, actor: str, part: int) -> None:
        self._seq += 1
        body = Body(
            seq=self._seq,
            event_id=f"{self._seq:032x}",
            command_id=f"{self._commands:032x}",
            part=part,
            command_digest="",
            version=1,
            actor=actor,
            at=Stamp(mono_ns=self.now_ns, boot_id="sample", wall=WALL),
            salt="0" * 32,
            event=cast(events.AnyEvent, event),
        )
        self.state = session.evolve(self.state, body)


def setup_of(contest: Contest, rules: RuleSet, *, rehearsal: bool = False) -> SessionSetup:
    """The first session of a contest as a room takes it."""
    planned = contest.sessions[0]
    own = msgspec.structs.replace(
        contest,
        sessions=(planned,),
        projects=contest.heard_in(planned.name),
        judges=contest.panel(planned.name),
    )
    return SessionSetup(
        session_id="5a" * 16, contest=own, session=planned, rules=rules, rehearsal=rehearsal, automatic_admission=True
    )


def points_given(scores: GivenScores, entry_no: str, judge: str) -> Points | None:
    """What a judge gives a project, in hundredths; None where he gives nothing."""
    sheet = scores.by_seat().get((entry_no, judge))
    if sheet is None or not sheet.points:
        return None
    return {key: {name: int(value * 100) for name, value in of.items()} for key, of in sheet.points.items()}


def score(play: Play, entry_no: str, *, but: Iterable[str] = ()) -> Play:
    """The sample's judges give their sheets for a project (``but`` those named), the absent and recused are set."""
    _, _, scores = regional_final()
    left_out = set(but)
    for judge in play.setup.contest.judges:
        sheet = scores.by_seat().get((entry_no, judge.no))
        if judge.no in left_out or sheet is None:
            continue
        given = points_given(scores, entry_no, judge.no)
        if given is not None:
            command: Command = commands.SubmitSheet(entry_no=entry_no, revision=0, points=given, comment=sheet.note)
            play.do(f"judge:{judge.no}", command)
        elif sheet.presence is not Presence.PRESENT:
            reason = sheet.note or "—"
            command = commands.SetPresence(entry_no=entry_no, judge=judge.no, presence=sheet.presence, reason=reason)
            play.do("host", command)
    return play


def submit_even(play: Play, entry_no: str, judge: str) -> Play:
    """A judge gives a project two points less than full marks on every line, a little by his number."""
    own = session.panel_judge(play.setup, judge)
    less = 200 + 100 * (sum(map(ord, judge + entry_no)) % 4)
    points = {
        part.key: {line.name: max(0, int(line.max * 100) - less) for line in part.criteria}
        for part in session.components_of(play.setup, own)
    }
    return play.do(f"judge:{judge}", commands.SubmitSheet(entry_no=entry_no, revision=0, points=points))


def hear(play: Play, entry_no: str, *, judged: bool = True, but: Iterable[str] = (), lock: bool = False) -> Play:
    """A whole turn: called, presented to the end of its time, asked, scored and, if wished, locked."""
    timing = play.setup.rules.timing
    assert timing is not None
    play.do("host", commands.CallProject(entry_no=entry_no)).wait(20)
    for phase in timing.phases:
        play.do("host", commands.StartPhase(phase=phase.key)).wait(phase.seconds + 2)
        run = play.state.runs[-1]
        if run.slides_end:
            play.do(
                "stage",
                commands.ReportCutOff(
                    run=run.run, driver="pdf", method="end", curtain_us=12_400, gone_us=18_200, confirmed=True
                ),
            )
    play.do("host", commands.OpenScoring())
    if judged:
        score(play, entry_no, but=but)
    if lock:
        play.do("chair", commands.LockProject(entry_no=entry_no))
    return play.wait(30)


def links(setup: SessionSetup) -> tuple[views.JoinLink, ...]:
    return tuple(views.JoinLink(seat=seat.id, link=LINK.format(seat=seat.id)) for seat in session.seats(setup))


ADDRESSES = (("192.168.1.20:47600", "Wi-Fi"), ("10.20.0.7:47600", "以太网"))


HEALTHY = views.Health(
    last_write=WALL,
    head_seq=214,
    commit_us=2_300,
    centre="ok",
    last_backup="2026-12-05T02:12:07.000Z",
    stage_online=True,
)


def everybody(setup: SessionSetup, entry_no: str = "", **filled: int) -> dict[str, views.SeatLive]:
    """Every seat connected, with what each judge's form holds (``E2=4``) of the lines of his class."""
    found = {}
    for seat in session.seats(setup):
        judge = session.panel_judge(setup, seat.judge) if seat.judge else None
        lines = sum(len(part.criteria) for part in session.components_of(setup, judge)) if judge else 0
        found[seat.id] = views.SeatLive(
            online=True,
            seen=True,
            device_name="LAPTOP",
            entry_no=entry_no,
            filled=filled.get(seat.judge or "", 0),
            lines=lines,
        )
    return found


def opened(*, rehearsal: bool = False) -> Play:
    """A session of the bundled final, everybody in, nothing called."""
    contest, rules, _ = regional_final()
    play = Play(setup_of(contest, rules, rehearsal=rehearsal))
    play.live = views.Live(
        seats=everybody(play.setup), health=HEALTHY, join_links=links(play.setup), addresses=ADDRESSES
    )
    return play


def under_way() -> Play:
    """Project 5 presents with 1:46 left; 1 and 2 are locked, 3 waits for review, 4 lacks one sheet."""
    play = opened()
    hear(play, "1", lock=True)
    hear(play, "2", lock=True)
    hear(play, "3")
    hear(play, "4", but=["E6"])
    play.do("host", commands.CallProject(entry_no="5")).wait(25)
    play.do("host", commands.StartPhase(phase="presentation")).wait(374)
    return play


def long_contest(projects: int = 200, judges: int = 15, criteria: int = 12) -> SessionSetup:
    """An invented contest of any size, with long names: for what must still fit and still be quick."""
    base = preset("shanxi-2019")
    first = base.components[0]
    lines = tuple(
        msgspec.structs.replace(
            first.criteria[at % len(first.criteria)], name=f"要素{at + 1}", name_en=f"Criterion {at + 1}"
        )
        for at in range(criteria)
    )
    component = msgspec.structs.replace(
        first, criteria=lines, max=sum((line.max for line in lines), start=0 * first.max)
    )
    rules = msgspec.structs.replace(base, components=(component,), tie_keys=("exact_total",))
    long_name = "基于多模态大模型与联邦学习的区域医疗共同体慢性病全周期智能管理与医保协同服务创新平台"
    contest = Contest(
        name="星澜省智慧医疗健康创新大赛暨数据要素应用专题赛分赛区决赛",
        preset=base.key,
        sessions=(PlannedSession(name="第一场", hall="国际会议中心三层多功能厅", date="2026-12-05", start="09:00"),),
        projects=tuple(
            Project(
                entry_no=str(at + 1),
                name=f"{long_name}（{at + 1}）",
                lead_unit="星澜省人民医院（星澜大学第一附属临床医学院）",
                captain="欧阳𬱖䶮",
                session="第一场",
            )
            for at in range(projects)
        ),
        judges=tuple(
            Judge(
                no=f"E{at + 1}",
                name="司马䶮𬱖" if at % 3 else "迪丽努尔·阿卜杜热西提",
                judge_class="专家评委",
                unit="星澜大学公共卫生学院",
                sessions=("第一场",),
                role=PanelRole.CHAIR if at == 0 else PanelRole.JUDGE,
            )
            for at in range(judges)
        ),
    )
    return setup_of(contest, rules)
