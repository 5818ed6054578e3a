"""The scenes of the All rooms window: the four-track sample played by the rules, a tie, and a contest of 3,600
projects. Names are invented."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from judge_app.core import commands, overall
from judge_app.core.clock import SECOND
from judge_app.core.contest import PlannedSession
from judge_app.core.contest_log import Log, Publication, Published, SessionHead
from judge_app.core.errors import Problem
from judge_app.core.events import SessionSetup
from judge_app.core.marks import Ruling, Standing
from judge_app.core.results import Departure, Objection, publicity
from judge_app.core.session import SheetState, State, components_of
from judge_app.core.stages import ProjectStage, SheetStatus
from judge_app.exchange.scores import read_scores
from judge_app.exchange.workbook import read_contest
from judge_app.store.central import Difference
from judge_app.store.intake import Alarm, Head
from judge_app.store.projections import Fold, Parked
from judge_app.store.rooms import Check, Look, Room
from judge_app.ui import samples
from judge_app.ui.central.board import Board, Counter
from judge_app.ui.central.window import CentralWindow
from judge_app.ui.samples import Play
from judge_app.ui.scenes.scene import Scene, Shown

NOW = dt.datetime(2026, 12, 5, 2, 14, 30, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(days=8)
FOLDER = Path("/none")


@lru_cache(maxsize=4)
def four_tracks(at: int, *, heard: int = 99, lock: bool = True) -> State:
    """A session of the four-track sample (0, 1), its first ``heard`` projects heard and scored; ``lock``: all of it."""
    folder = samples.RESOURCES / "samples" / "four-tracks"
    contest = read_contest(folder / "contest.xlsx", known_presets=["sichuan-2023"])
    rules = samples.preset("sichuan-2023")
    given = read_scores(folder / "scores.csv", contest, rules)
    planned = contest.sessions[at]
    own = msgspec.structs.replace(contest, projects=contest.heard_in(planned.name), judges=contest.panel(planned.name))
    play = Play(SessionSetup(session_id=f"{at + 1:x}" * 32, contest=own, session=planned, rules=rules))
    sheets = given.by_seat()
    for project in own.projects[:heard]:
        samples.hear(play, project.entry_no, judged=False)
        for judge in own.judges:
            sheet = sheets.get((project.entry_no, judge.no))
            points = samples.points_given(given, project.entry_no, judge.no)
            if points is not None:
                command = commands.SubmitSheet(entry_no=project.entry_no, revision=0, points=points)
                play.do(f"judge:{judge.no}", command)
            elif sheet is not None:
                away = commands.SetPresence(
                    entry_no=project.entry_no, judge=judge.no, presence=sheet.presence, reason="利益关系"
                )
                play.do("host", away)
        if lock:
            play.do("chair", commands.LockProject(entry_no=project.entry_no))
    if lock:
        play.do("chair", commands.SignOff(role="chair", name="沈知衡", head="0" * 64), commands.LockSession())
    elif heard < len(own.projects):
        following = own.projects[heard].entry_no
        play.do("host", commands.CallProject(entry_no=following)).wait(20)
        play.do("host", commands.StartPhase(phase="presentation")).wait(60)
    return play.state


@lru_cache(maxsize=2)
def tied() -> State:
    """The bundled final under rules that leave a tie at the cut, locked."""
    contest, rules, _ = samples.regional_final()
    play = Play(samples.setup_of(contest, msgspec.structs.replace(rules, tie_keys=("exact_total",))))
    for project in play.setup.contest.projects:
        samples.hear(play, project.entry_no, lock=True)
    play.do("chair", commands.SignOff(role="chair", name="沈知衡", head="0" * 64), commands.LockSession())
    return play.state


@lru_cache(maxsize=1)
def many(sessions: int = 18, projects: int = 200) -> tuple[State, ...]:
    """Sessions with long names, every sheet given."""
    setup = samples.long_contest(projects, 15, 5)
    names = tuple(
        PlannedSession(
            name=f"第{at + 1}场",
            hall=f"国际会议中心三层{at + 1}号多功能厅",
            date="2026-12-05",
            start=f"{8 + at % 9:02d}:30",
        )
        for at in range(sessions)
    )
    fills = {judge.no: components_of(setup, judge) for judge in setup.contest.judges}
    full = {
        no: {part.key: {line.name: int(line.max) * 100 for line in part.criteria} for part in parts}
        for no, parts in fills.items()
    }
    made = []
    for at, planned in enumerate(names):
        own = tuple(
            msgspec.structs.replace(project, entry_no=str(at * projects + number), session=planned.name)
            for number, project in enumerate(setup.contest.projects, 1)
        )
        contest = msgspec.structs.replace(setup.contest, sessions=names, projects=own)
        state = Play(
            msgspec.structs.replace(setup, session_id=f"{at + 1:032x}", contest=contest, session=planned)
        ).state
        held = {
            no: msgspec.structs.replace(
                one,
                stage=ProjectStage.LOCKED,
                sheets={
                    judge: _sheet(full[judge], at * 7 + place * 3 + order) for order, judge in enumerate(one.sheets)
                },
            )
            for place, (no, one) in enumerate(state.projects.items())
        }
        made.append(msgspec.structs.replace(state, projects=held, locked=at % 3 != 2))
    return tuple(made)


def _sheet(full: dict[str, dict[str, int]], less: int) -> SheetState:
    points = {
        part: {line: most - 100 * ((less + at) % 6) for at, (line, most) in enumerate(lines.items())}
        for part, lines in full.items()
    }
    return SheetState(status=SheetStatus.SUBMITTED, revision=1, points=points)


def room(state: State, **changes: Any) -> Room:
    """A session as it was last seen at the centre; its clock's runs began as the plan has it."""
    base: dict[int, tuple[str, str | None]] = {run.run: (_wall(run.started_ns), None) for run in state.runs}
    folded = Fold(state=state, seq=214, hash=bytes(31) + b"\x07", last_at="2026-12-05T02:13:58.000Z", walls=base)
    known: dict[str, Any] = {
        "session_id": state.session.session_id,
        "folded": folded,
        "check": Check(by="file"),
        **changes,
    }
    return Room(**known)


def _wall(ns: int) -> str:
    start = dt.datetime(2026, 12, 5, 0, 42, tzinfo=dt.UTC)
    return (start + dt.timedelta(seconds=(ns - 1_000 * SECOND) / SECOND)).isoformat()


def board(*rooms: Room, log: Log | None = None, now: dt.datetime = NOW, troubles: tuple[Problem, ...] = ()) -> Board:
    """What a watcher would make of these rooms."""
    look = Look(rooms=rooms, at="2026-12-05T02:14:28.000Z", troubles=troubles)
    made = Counter(reference=True).board(look, FOLDER, "", now, log or Log())
    assert made is not None
    return made


def window(held: Board | None = None, page: str = "rooms", *, now: dt.datetime = NOW) -> CentralWindow:
    made = CentralWindow(lambda: now)
    if held is not None:
        made.set_board(held)
        made.show_page(page)
    return made


def confirmed(*states: State, by: str = "秘书组") -> Log:
    """The log of a contest whose assumed values are confirmed."""
    rules = states[0].session.rules
    return Log(confirmed=dict.fromkeys(rules.all_assumed, by), seq=6, head="5f" * 32)


def published(log: Log, *states: State, final: bool = False) -> Log:
    """The log after the list was made public (and, with ``final``, the results)."""
    held = overall.count(states, log)
    listed = publicity(held.rules, held.tabulation, held.contest.projects, "2026-12-08", numbers=held.advance)
    heads = tuple(
        SessionHead(session_id=one.session.session_id, name=one.session.session.name, seq=214, hash="0" * 64)
        for one in states
    )
    made = Published(
        kind="publicity",
        by="秘书组",
        sessions=heads,
        results_sha256=overall.fingerprint(held.tabulation),
        advance=held.advance,
        rows=listed.rows,
        start="2026-12-08",
        end="2026-12-10",
    )
    publications = [Publication(at="2026-12-07T02:00:00.000Z", seq=7, published=made)]
    if final:
        last = msgspec.structs.replace(made, kind="final", start="", end="")
        publications.append(Publication(at="2026-12-11T02:00:00.000Z", seq=8, published=last))
    return msgspec.structs.replace(log, publications=tuple(publications), seq=6 + len(publications))


def _of(states: tuple[State, ...], made: CentralWindow, after: Callable[[], None] | None = None) -> Shown:
    others = [text for state in states[1:] for text in _names(state.session)]
    return Shown(made, states[0].session, ("秘书组", "沈知衡", *WRITTEN, *others), after)


def _names(setup: SessionSetup) -> list[str]:
    """What people wrote in a session beside the first one's."""
    contest = setup.contest
    texts = [text for one in contest.projects for text in (one.name, one.lead_unit, one.track, one.topic)]
    return [setup.session.name, setup.session.hall, *(one.name for one in contest.judges), *texts]


WRITTEN = ("来函放弃参赛", "现场评议", "某设备公司", "申报单位与公示不符", "查无实据", "contest", "利益关系")


def _empty() -> Shown:
    return Shown(window(), written=("postgresql", "sqlite", "roadshow"))


def _loading() -> Shown:
    made = window()
    made.set_looking()
    return Shown(made)


def _unreachable() -> Shown:
    made = window()
    made.set_failed(
        Problem(
            "postgresql+psycopg://contest@10.0.0.5/judge",
            "中心库连接不上",
            "the centre cannot be reached",
        )
    )
    return Shown(made, written=("postgresql", "psycopg", "contest", "judge", "sqlite", "roadshow"))


def _rooms() -> Shown:
    states = four_tracks(0), four_tracks(1, heard=5, lock=False)
    held = board(room(states[0]), room(states[1], check=Check(by="tables")))
    return _of(states, window(held))


def _lost() -> Shown:
    states = four_tracks(0), four_tracks(1, heard=5, lock=False)
    made = window(board(room(states[0]), room(states[1])))
    made.set_failed(Problem("", "中心库连接不上", "the centre cannot be reached"))
    return _of(states, made)


def _contested() -> Shown:
    states = four_tracks(0), four_tracks(1, heard=5, lock=False)
    heads = (
        Head(host="7c21aa04", epoch=1, seq=158, hash=bytes(31) + b"\x01"),
        Head(host="d90e17bb", epoch=2, seq=121, hash=bytes(31) + b"\x02"),
    )
    folded = msgspec.structs.replace(room(states[0]).folded, parked=(Parked(seq=61, event_id="61", reason="现场评议"),))
    alarm = Alarm(
        session_id=states[0].session.session_id,
        kind="altered",
        host="7c21aa04",
        epoch=1,
        seq=61,
        detail="现场评议",
        raised_at="2026-12-05T02:13:00.000Z",
    )
    differences = (
        Difference(what="count", entry_no="", room="158", centre="157"),
        Difference(what="sum", entry_no="4", room="62850", centre="62750"),
    )
    first = room(
        states[0],
        contested=True,
        heads=heads,
        folded=folded,
        alarms=(alarm,),
        check=Check(by="file", differences=differences),
    )
    problem = Problem("第三场.roadshow", "不是场次文件", "this is no session file")
    made = window(board(first, room(states[1]), troubles=(problem,)))
    made.show_room(first.session_id)
    shown = _of(states, made)
    return msgspec.structs.replace(shown, written=(*shown.written, "第三场", "roadshow"))


def _results(page: str, **changes: Any) -> Callable[[], Shown]:
    def make() -> Shown:
        states = four_tracks(0), four_tracks(1, **changes)
        return _of(states, window(board(*map(room, states)), page))

    return make


def _tie(ask: bool) -> Callable[[], Shown]:
    def make() -> Shown:
        states = (tied(),)
        made = window(board(room(states[0]), log=confirmed(*states)), "places")
        return _of(states, made, made.take_next_step if ask else None)

    return make


def _quota() -> Shown:
    states = four_tracks(0), four_tracks(1)
    made = window(board(*map(room, states), log=confirmed(*states)), "places")
    return _of(states, made, made.asking.ask_quota)


@lru_cache(maxsize=1)
def voted() -> State:
    """The bundled final with a public vote, locked."""
    contest, rules, _ = samples.regional_final()
    voting = samples.preset("national-2020").popularity
    projects = tuple(msgspec.structs.replace(one, votes=int(one.entry_no) * 100) for one in contest.projects)
    setup = samples.setup_of(
        msgspec.structs.replace(contest, projects=projects), msgspec.structs.replace(rules, popularity=voting)
    )
    play = Play(setup)
    for project in projects:
        samples.hear(play, project.entry_no, lock=True)
    play.do("chair", commands.SignOff(role="chair", name="沈知衡", head="0" * 64), commands.LockSession())
    return play.state


def _votes(ask: bool) -> Callable[[], Shown]:
    def make() -> Shown:
        states = (voted(),)
        made = window(board(room(states[0]), log=confirmed(*states)), "results")
        made.results_page.table.list.choose("10")
        return _of(states, made, (lambda: made.asking.ask_votes("10")) if ask else None)

    return make


def _alternate() -> Shown:
    states = four_tracks(0), four_tracks(1)
    gone = Departure(entry_no="2", standing=Standing.WITHDRAWN, by="秘书组", reason="来函放弃参赛")
    log = msgspec.structs.replace(published(confirmed(*states), *states), departures=(gone,))
    ruling = Ruling(kind="tie", by="秘书组", reason="现场评议", entries=("1", "8"), order=("8", "1"))
    return _of(states, window(board(*map(room, states), log=msgspec.structs.replace(log, rulings=(ruling,))), "places"))


def _public(asks: bool) -> Callable[[], Shown]:
    def make() -> Shown:
        states = four_tracks(0), four_tracks(1)
        made = window(board(*map(room, states), log=confirmed(*states)), "publishing")
        return _of(states, made, made.take_next_step if asks else None)

    return make


def _objections() -> Shown:
    states = four_tracks(0), four_tracks(1)
    one = Objection(
        number="1",
        entry_no="4",
        name="某设备公司",
        contact="来函",
        facts="申报单位与公示不符",
        received="2026-12-09",
        outcome="rejected",
        decision="查无实据",
        decided_by="秘书组",
    )
    other = msgspec.structs.replace(one, number="2", entry_no="10", outcome="open", decision="", decided_by="")
    log = msgspec.structs.replace(published(confirmed(*states), *states), objections={"1": one, "2": other})
    made = window(board(*map(room, states), log=log, now=LATER), "publishing", now=LATER)
    shown = _of(states, made)
    return msgspec.structs.replace(shown, written=(*shown.written, "来函"))


def _done() -> Shown:
    states = four_tracks(0), four_tracks(1)
    log = published(confirmed(*states), *states, final=True)
    return _of(states, window(board(*map(room, states), log=log, now=LATER), "publishing", now=LATER))


@lru_cache(maxsize=1)
def many_board() -> Board:
    return board(*(room(state, check=Check(by="tables")) for state in many()))


def _many(page: str) -> Callable[[], Shown]:
    def make() -> Shown:
        shown = _of(many()[:1], window(many_board(), page), None)
        halls = [text for state in many() for text in (state.session.session.name, state.session.session.hall)]
        return msgspec.structs.replace(shown, written=(*shown.written, *halls))

    return make


STATES: dict[str, Callable[[], Shown]] = {
    "empty": _empty,
    "loading": _loading,
    "unreachable": _unreachable,
    "rooms": _rooms,
    "lost": _lost,
    "contested": _contested,
    "results": _results("results"),
    "results-pending": _results("results", heard=5, lock=False),
    "places": _results("places"),
    "tie": _tie(False),
    "ask-ruling": _tie(True),
    "ask-quota": _quota,
    "votes": _votes(False),
    "ask-votes": _votes(True),
    "alternate": _alternate,
    "before-list": _public(False),
    "ask-publish": _public(True),
    "objections": _objections,
    "published": _done,
    "reference": _results("reference"),
    "long-rooms": _many("rooms"),
    "long-results": _many("results"),
}


def scenes() -> tuple[Scene, ...]:
    """Every state of the All rooms window."""
    return tuple(Scene("central", state, make) for state, make in STATES.items())
