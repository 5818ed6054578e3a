"""One contest as the All rooms window shows it: its rooms, what they give together, and what was decided about it.

Everything that takes time (reading the log, counting thousands of sheets) happens here, on the watcher's thread; the
window only shows a ``Board``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import msgspec

from judge_app.core import overall
from judge_app.core.awards import Quotas
from judge_app.core.contest_log import Log, folded
from judge_app.core.errors import BadInput, JudgeAppError, Problem, Refused
from judge_app.core.leniency import LeniencySheet, leniency
from judge_app.core.overall import Count, Obstacle
from judge_app.core.progress import Progress, progress
from judge_app.core.ranking import Place
from judge_app.core.results import quota_table, top_of_each
from judge_app.core.scoring import places_of
from judge_app.store.contest_file import log_beside, read_contest_log
from judge_app.store.rooms import Look, Room

SCOPES = ("all", "session", "track", "topic")


class Named(msgspec.Struct, frozen=True):
    """Which contest: rooms with the same name, edition, region, round and rules; a rehearsal is one of its own."""

    name: str
    edition: str
    region: str
    round: str
    preset: str
    rehearsal: bool

    @property
    def key(self) -> str:
        return "\n".join((self.name, self.edition, self.region, self.round, self.preset, str(self.rehearsal)))


class Counted(msgspec.Struct, frozen=True):
    """The contest counted. ``places``: kind of scope → scope → places, for every kind that tells projects apart."""

    held: Count
    before_list: tuple[Obstacle, ...]
    before_final: tuple[Obstacle, ...]
    places: dict[str, dict[str, tuple[Place, ...]]]
    quotas: dict[str, Quotas]
    top: dict[str, dict[str, tuple[str, ...]]]
    leniency: LeniencySheet | None
    """None until somebody wants to read it."""


class Board(msgspec.Struct, frozen=True):
    """One contest now. ``counted`` is None where ``problems`` say why it cannot be counted."""

    named: Named
    rooms: tuple[Room, ...]
    progress: dict[str, Progress]
    contests: tuple[Named, ...]
    log_path: Path
    today: str
    at: str
    log: Log = Log()
    counted: Counted | None = None
    problems: tuple[Problem, ...] = ()
    troubles: tuple[Problem, ...] = ()
    """Files that could not be read."""


def named_of(room: Room) -> Named:
    setup = room.state.session
    contest = setup.contest
    return Named(contest.name, contest.edition, contest.region, contest.round, setup.rules.key, setup.rehearsal)


def contests_of(look: Look) -> tuple[Named, ...]:
    """The contests whose rooms are seen, the one that something was last recorded of first."""
    last: dict[Named, str] = {}
    for room in look.rooms:
        named = named_of(room)
        last[named] = max(last.get(named, ""), room.folded.last_at)
    return tuple(sorted(last, key=lambda one: last[one], reverse=True))


class Counter:
    """Makes boards; what was counted is kept as long as neither a room nor the log has gone on."""

    def __init__(self, *, reference: bool = False) -> None:
        self.reference = reference
        """Whether judges and panels are to be compared as well, which takes its time."""
        self._known: tuple[object, tuple[Counted | None, tuple[Problem, ...]]] | None = None

    def board(
        self, look: Look, folder: Path, chosen: str, now: dt.datetime, decided: Log | None = None
    ) -> Board | None:
        """The board of the chosen contest (by its key; else the latest one); None where no room is seen. ``now`` is local
        time with its offset; ``decided`` stands for the log in the folder."""
        contests = contests_of(look)
        if not contests:
            return None
        named = next((one for one in contests if one.key == chosen), contests[0])
        rooms = tuple(room for room in look.rooms if named_of(room) == named)
        path = log_beside(folder, rooms[0].state.session.contest, rehearsal=named.rehearsal)
        today = now.date().isoformat()
        log = Log()
        odd: tuple[Problem, ...] = ()
        try:
            log = folded(read_contest_log(path)) if decided is None else decided
        except BadInput as error:
            odd = tuple(error.problems)
        counted, problems = (None, odd) if odd else self._counted(named, rooms, log, today)
        return Board(
            named=named,
            rooms=rooms,
            progress={room.session_id: progress(room.state, room.folded.walls, now) for room in rooms},
            contests=contests,
            log_path=path,
            today=today,
            at=look.at,
            log=log,
            counted=counted,
            problems=problems,
            troubles=look.troubles,
        )

    def _counted(
        self, named: Named, rooms: Sequence[Room], log: Log, today: str
    ) -> tuple[Counted | None, tuple[Problem, ...]]:
        key = (named, tuple((room.folded.hash, trusted(room)) for room in rooms), log, today, self.reference)
        if self._known is None or self._known[0] != key:
            self._known = key, _count(rooms, log, today, reference=self.reference)
        return self._known[1]


def trusted(room: Room) -> bool:
    """Whether what is seen of a room may be counted for good."""
    return not room.contested and room.check.equal and not room.folded.parked and not room.alarms


def _count(
    rooms: Sequence[Room], log: Log, today: str, *, reference: bool
) -> tuple[Counted | None, tuple[Problem, ...]]:
    states = [room.state for room in rooms]
    try:
        held = overall.count(states, log)
    except BadInput as error:
        return None, tuple(error.problems)
    except Refused as refused:
        return None, (Problem("", refused.zh, refused.en),)
    except (JudgeAppError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as odd:
        return None, (Problem("", f"无法计算：{odd}", f"cannot be counted: {odd}"),)
    doubts = tuple(_doubt(room) for room in rooms if not trusted(room))
    scopes = {"all": {""}} | {
        per: {str(getattr(entry, per)) for entry in held.book.entries} for per in ("session", "track", "topic")
    }
    kinds = [per for per in SCOPES if per == "all" or len(scopes[per]) > 1 or per == held.rules.rank_scope]
    counted = Counted(
        held=held,
        before_list=(*doubts, *overall.keeping_from_list(held, states)),
        before_final=(*doubts, *overall.keeping_from_final(held, states, log, today)),
        places={per: places_of(held.book, per) for per in kinds},
        quotas=quota_table(held.book),
        top={per: top_of_each(held.book, per) for per in kinds if per != "all"},
        leniency=_compared(held) if reference else None,
    )
    return counted, ()


def gathered(board: Board, obstacles: Sequence[Obstacle]) -> list[tuple[Obstacle, tuple[str, ...]]]:
    """Obstacles with the projects that belong to them: a session's unfinished projects go with their session, and the
    values to be confirmed are one thing."""
    session_of = {no: room.state.session.session.name for room in board.rooms for no in room.state.projects}
    found: dict[str, tuple[Obstacle, list[str]]] = {}
    for one in obstacles:
        if one.kind == "project":
            name = session_of.get(one.place, "")
            held = found.setdefault(f"session|{name}", (msgspec.structs.replace(one, kind="session", place=name), []))
            held[1].append(one.place)
        elif one.kind == "value":
            found.setdefault("value", (one, []))[1].append(one.place)
        else:
            found.setdefault(one.key, (one, []))
    return [(one, tuple(places)) for one, places in found.values()]


def _compared(held: Count) -> LeniencySheet:
    here = [entry for entry in held.book.entries if entry.entry_no not in held.outside]
    return leniency(held.rules, held.tabulation, here)


def _doubt(room: Room) -> Obstacle:
    name = room.state.session.session.name
    if room.contested:
        zh, en = f"“{name}”有两份不同的记录，须先裁定以哪份为准", f"{name} has two records: say first which one counts"
    elif not room.check.equal:
        zh, en = f"“{name}”会场与中心核对不一致", f"{name}: room and centre do not agree"
    elif room.folded.parked:
        zh, en = f"“{name}”有无法识别的记录，已搁置", f"{name} has records that could not be read"
    else:
        zh, en = f"“{name}”有未处理的告警", f"{name} has open alarms"
    return Obstacle(kind="session", place=name, zh=zh, en=en)
