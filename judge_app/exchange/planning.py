"""What an organiser plans in a workbook: who is heard where, who judges, the running orders and how they came about.

Every change is a change of the draft's cells, so that the plan is what the workbook says. A running order is the order of
the rows of 项目; what was done to it stands in 出场顺序记录, a line each, and is never taken away: a draw that was held
again is there twice. Relations that somebody declared stand in 利益关系.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from judge_app.core.contest import Contest, PanelRole, PlannedSession
from judge_app.core.errors import Refused
from judge_app.core.order import DrawRecord, Entrant, OrderChange, OrderMethod, RunningOrder, Unsure
from judge_app.core.split import split
from judge_app.exchange import cells
from judge_app.exchange.draft import (
    Draft,
    heading_of,
    records,
    with_record,
    with_rows_in_order,
    with_setting,
    with_values,
    without_rows,
)

_METHODS: dict[OrderMethod, str] = {"strokes": "笔画", "draw": "抽签", "registration": "报名先后", "manual": "人工"}
_BY_WORD = {word: method for method, word in _METHODS.items()}
_UNSURE, _MOVED, _PUBLISHED = "待确认", "调整", "公布"
_LACKING = "字库缺字："


class Planned(NamedTuple):
    """A session's running order as planned: None before one was made. ``stale``: projects came or went since. ``log``
    is everything that was done, oldest first, as the sheet has it."""

    order: RunningOrder | None
    stale: bool
    log: tuple[Mapping[str, str], ...]

    @property
    def published(self) -> bool:
        return self.order is not None and bool(self.order.published_at)


def entrants(contest: Contest, session: str) -> tuple[Entrant, ...]:
    """Who is put in order in a session, in the order of the rows."""
    return tuple(
        Entrant(id=project.entry_no, name=project.name, unit=project.lead_unit, session=session)
        for project in contest.heard_in(session)
    )


def planned_order(draft: Draft, contest: Contest, session: str) -> Planned:
    """The running order of a session with its history."""
    log = tuple(record for _, record in records(draft, "出场顺序记录") if record.get("场次") == session)
    ids = tuple(project.entry_no for project in contest.heard_in(session))
    order: RunningOrder | None = None
    taken: tuple[str, ...] = ()
    for line in log:
        what, entry_no = line.get("事项", ""), line.get("参赛序号", "")
        if what in _BY_WORD:
            taken = cells.listed(line.get("参加", ""))
            draw = None
            if _BY_WORD[what] == "draw":
                draw = DrawRecord(
                    seed=line.get("种子", ""),
                    entries=taken,
                    algorithm=line.get("说明", ""),
                    operator=line.get("署名", ""),
                    witness=line.get("见证人", ""),
                    at=line.get("时间", ""),
                )
            order = RunningOrder(method=_BY_WORD[what], ids=ids, draw=draw)
        elif order is not None and what == _UNSURE:
            order = _with(order, unsure=(*order.unsure, _unsure(entry_no, line.get("说明", ""))))
        elif order is not None and what == _MOVED:
            order = _with(
                order,
                changes=(*order.changes, _change(line)),
                unsure=tuple(one for one in order.unsure if one.id != entry_no),
            )
        elif order is not None and what == _PUBLISHED:
            order = _with(order, published_at=line.get("时间", ""), published_by=line.get("署名", ""))
    return Planned(order, order is not None and set(taken) != set(ids), log)


def with_new_order(draft: Draft, contest: Contest, session: str, order: RunningOrder, *, by: str, at: str) -> Draft:
    """The draft with a session's projects in a new order, and how it was made written down. Raises Refused where the
    order was published."""
    _check_open(draft, contest, (session,))
    held = order.draw
    line = {
        "场次": session,
        "事项": _METHODS[order.method],
        "参加": "、".join(held.entries if held else sorted(order.ids)),
        "署名": held.operator if held and held.operator else by,
        "时间": at,
    }
    if held is not None:
        line |= {"种子": held.seed, "见证人": held.witness, "说明": held.algorithm}
    draft, _ = with_record(_arranged(draft, order.ids), "出场顺序记录", line)
    for one in order.unsure:
        why = f"{_LACKING}{one.characters}" if one.why == "lacking" else "、".join(one.with_ids)
        unsure = {"场次": session, "事项": _UNSURE, "参赛序号": one.id, "说明": why, "时间": at}
        draft, _ = with_record(draft, "出场顺序记录", unsure)
    return draft


def with_order_change(draft: Draft, session: str, order: RunningOrder) -> Draft:
    """The draft after the last change by hand of ``order`` (core.order.moved), written down."""
    last = order.changes[-1]
    line = {
        "场次": session,
        "事项": _MOVED,
        "参赛序号": last.id,
        "原位": str(last.before),
        "新位": str(last.after),
        "署名": last.by,
        "说明": last.reason,
        "时间": last.at,
    }
    return with_record(_arranged(draft, order.ids), "出场顺序记录", line)[0]


def with_order_published(draft: Draft, session: str, order: RunningOrder) -> Draft:
    """The draft with a session's order frozen: who published it, and when."""
    line = {"场次": session, "事项": _PUBLISHED, "署名": order.published_by, "时间": order.published_at}
    return with_record(draft, "出场顺序记录", line)[0]


def declared(draft: Draft) -> tuple[tuple[str, str, str], ...]:
    """(judge, entry number, what he declared) for each relation."""
    return tuple(
        (record.get("评委编号", ""), record.get("参赛序号", ""), record.get("说明", ""))
        for _, record in records(draft, "利益关系")
    )


def with_declared(draft: Draft, judge: str, entry_no: str, detail: str) -> Draft:
    """The draft with a relation more."""
    return with_record(draft, "利益关系", {"评委编号": judge, "参赛序号": entry_no, "说明": detail})[0]


# sessions and panels


def with_projects_in(draft: Draft, contest: Contest, entry_nos: Collection[str], session: str) -> Draft:
    """The draft with projects heard in a session ('' for none). Raises Refused where an order was published."""
    left = {project.session for project in contest.projects if project.entry_no in entry_nos} - {session, ""}
    _check_open(draft, contest, (*left, session) if left or session else ())
    rows = {row: session for row, number in _numbered(draft, "项目", "参赛序号") if number in entry_nos}
    return with_values(draft, "项目", "场次", rows)


def with_judges_in(draft: Draft, contest: Contest, judges: Collection[str], session: str, *, sit: bool) -> Draft:
    """The draft with judges in a session's panel, or out of it; their other sessions stay."""
    seats = {judge.no: judge.sessions for judge in contest.judges}
    rows = {}
    for row, number in _numbered(draft, "评委", "编号"):
        if number in judges and number in seats:
            others = [name for name in seats[number] if name != session]
            rows[row] = "、".join((*others, session) if sit else others)
    return with_values(draft, "评委", "场次", rows)


def with_role(draft: Draft, judge: str, role: PanelRole) -> Draft:
    """The draft with a judge's role on his panels."""
    rows = {row: role.value for row, number in _numbered(draft, "评委", "编号") if number == judge}
    return with_values(draft, "评委", "角色", rows)


def with_session(draft: Draft, contest: Contest, planned: PlannedSession, before: str = "") -> Draft:
    """The draft with a session more, or the session ``before`` as ``planned`` (its projects and judges follow a new
    name). Raises Refused for a name that is empty or taken, and for a new name once its order was published."""
    name = planned.name.strip()
    taken = {session.name for session in contest.sessions} - {before}
    if not name or name in taken:
        raise Refused("SESSION_NAME", "场次名称不能为空，也不能重复", "a session needs a name that no other has")
    record = {
        "场次": name,
        "会场": planned.hall,
        "日期": planned.date,
        "开始时间": planned.start,
        "赛道/主题": planned.scope,
    }
    if not before:
        return with_record(draft, "场次", record)[0]
    if name != before:
        _check_open(draft, contest, (before,))
    for row, held in records(draft, "场次"):
        if _session(held) == before:
            for column, text in record.items():
                if text or held.get(column):
                    draft = with_values(draft, "场次", column, {row: text})
    return _renamed(draft, contest, before, name) if name != before else draft


def without_session(draft: Draft, contest: Contest, session: str) -> Draft:
    """The draft without a session; its projects and judges are left without one. Raises Refused where it is frozen."""
    _check_open(draft, contest, (session,))
    mine = [project.entry_no for project in contest.heard_in(session)]
    draft = with_projects_in(draft, contest, mine, "") if mine else draft
    panel = [judge.no for judge in contest.panel(session)]
    draft = with_judges_in(draft, contest, panel, session, sit=False) if panel else draft
    return without_rows(draft, "场次", {row for row, held in records(draft, "场次") if _session(held) == session})


def with_split(draft: Draft, contest: Contest, sessions: int, by: Literal["track", "topic", "nothing"]) -> Draft:
    """The draft with the projects split into so many sessions (core.split). The sessions that there are keep their halls
    and times in their order; judges of one that goes are left without it. Raises Refused where it cannot be done, or an
    order was published."""
    _check_open(draft, contest, [session.name for session in contest.sessions])
    sittings = split(contest.projects, sessions, by=by)
    rows = [row for row, _ in records(draft, "场次")]
    old = {row: _session(record) for row, record in records(draft, "场次")}
    names: dict[str, str] = {}
    for sitting, row in zip(sittings, rows, strict=False):
        names[old[row]] = sitting.name
        draft = with_values(draft, "场次", "场次", {row: sitting.name})
        draft = with_values(draft, "场次", "赛道/主题", {row: sitting.scope})
    for sitting in sittings[len(rows) :]:
        draft, _ = with_record(draft, "场次", {"场次": sitting.name, "赛道/主题": sitting.scope})
    draft = without_rows(draft, "场次", rows[len(sittings) :])
    seats = {judge.no: judge.sessions for judge in contest.judges}
    kept = {
        row: "、".join(names[name] for name in seats.get(number, ()) if name in names)
        for row, number in _numbered(draft, "评委", "编号")
    }
    draft = with_values(draft, "评委", "场次", kept) if kept else draft
    where = {entry_no: sitting.name for sitting in sittings for entry_no in sitting.entry_nos}
    heard = {row: where.get(number, "") for row, number in _numbered(draft, "项目", "参赛序号")}
    return with_values(draft, "项目", "场次", heard)


def row_of_session(draft: Draft, session: str) -> int:
    """The row of a session in 场次, or 0."""
    return next((row for row, record in records(draft, "场次") if _session(record) == session), 0)


def part_for(draft: Draft, contest: Contest, session: str, decks: Mapping[str, str] | None = None) -> Draft:
    """The workbook of one room: this session, its projects and its panel alone, marked as a part where there are other
    sessions. ``decks`` are the slides' paths as that room has them, by entry number."""
    numbers = {project.entry_no for project in contest.heard_in(session)}
    panel = {judge.no for judge in contest.panel(session)}
    part = Draft(draft.name, draft.sheets)
    part = without_rows(part, "场次", {row for row, held in records(part, "场次") if _session(held) != session})
    part = _only(part, "项目", "参赛序号", numbers)
    part = _only(part, "评委", "编号", panel)
    if "外部成绩" in part.sheets:
        part = _only(part, "外部成绩", "参赛序号", numbers)
    for title in ("利益关系", "出场顺序记录"):
        if title in part.sheets:
            mine = {"场次": {session}} if title == "出场顺序记录" else {"评委编号": panel, "参赛序号": numbers}
            for column, wanted in mine.items():
                part = _only(part, title, column, wanted)
    part = with_values(part, "评委", "场次", {row: session for row, _ in _numbered(part, "评委", "编号")})
    if decks is not None:
        paths = {row: decks.get(number, "") for row, number in _numbered(part, "项目", "参赛序号")}
        part = with_values(part, "项目", "路演材料", paths) if any(paths.values()) else part
    wanted = {"大赛", "场次", "项目", "评委", "外部成绩", "工作人员", "利益关系", "出场顺序记录"}
    part = part._replace(sheets={title: rows for title, rows in part.sheets.items() if title in wanted})
    return with_setting(part, "本册场次", session) if len(contest.sessions) > 1 else part


def _session(record: Mapping[str, str]) -> str:
    """A row's session as the reader reads it."""
    return cells.text(record.get("场次", ""))


def _only(draft: Draft, title: str, column: str, wanted: Collection[str]) -> Draft:
    gone = {row for row, number in _numbered(draft, title, column) if number not in wanted}
    return without_rows(draft, title, gone)


def _numbered(draft: Draft, title: str, column: str) -> Iterable[tuple[int, str]]:
    """(row, number) of every record, the number read as the reader reads it; what cannot be read stays as it is."""
    for row, record in records(draft, title):
        text = record.get(column, "")
        try:
            yield row, cells.identifier(text)
        except cells.Unreadable:
            yield row, text


def _arranged(draft: Draft, ids: Sequence[str]) -> Draft:
    rows = {number: row for row, number in _numbered(draft, "项目", "参赛序号") if number in ids}
    return with_rows_in_order(draft, "项目", [rows[number] for number in ids if number in rows])


def _renamed(draft: Draft, contest: Contest, before: str, after: str) -> Draft:
    heard = {row: after for row, record in records(draft, "项目") if _session(record) == before}
    draft = with_values(draft, "项目", "场次", heard)
    seats = {judge.no: judge.sessions for judge in contest.judges if before in judge.sessions}
    rows = {
        row: "、".join(after if name == before else name for name in seats[number])
        for row, number in _numbered(draft, "评委", "编号")
        if number in seats
    }
    draft = with_values(draft, "评委", "场次", rows)
    if not heading_of(draft, "出场顺序记录")[0]:
        return draft
    log = {row: after for row, record in records(draft, "出场顺序记录") if _session(record) == before}
    return with_values(draft, "出场顺序记录", "场次", log)


def _check_open(draft: Draft, contest: Contest, sessions: Iterable[str]) -> None:
    for session in sessions:
        if session and planned_order(draft, contest, session).published:
            raise Refused(
                "ORDER_FROZEN",
                f"“{session}”的出场顺序已公布，不能再改",
                f'the running order of "{session}" was published and can no longer be changed',
            )


def _unsure(entry_no: str, why: str) -> Unsure:
    if why.startswith(_LACKING):
        return Unsure(id=entry_no, why="lacking", characters=why.removeprefix(_LACKING))
    return Unsure(id=entry_no, why="equal", with_ids=cells.listed(why))


def _change(line: Mapping[str, str]) -> OrderChange:
    before, after = (int(text) if (text := line.get(name, "")).isdecimal() else 0 for name in ("原位", "新位"))
    return OrderChange(
        id=line.get("参赛序号", ""),
        before=before,
        after=after,
        by=line.get("署名", ""),
        reason=line.get("说明", ""),
        at=line.get("时间", ""),
    )


def _with(
    order: RunningOrder,
    *,
    unsure: tuple[Unsure, ...] | None = None,
    changes: tuple[OrderChange, ...] | None = None,
    published_at: str = "",
    published_by: str = "",
) -> RunningOrder:
    return RunningOrder(
        method=order.method,
        ids=order.ids,
        unsure=order.unsure if unsure is None else unsure,
        draw=order.draw,
        changes=order.changes if changes is None else changes,
        published_at=published_at or order.published_at,
        published_by=published_by or order.published_by,
    )
