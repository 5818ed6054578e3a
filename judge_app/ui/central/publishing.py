"""A publication of the whole contest: its files made first, its record written next, and only then the files put in place.

Whatever keeps the contest from being published is looked at once more here, on the board that the person saw.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from pathlib import Path
from typing import Literal

import msgspec

from judge_app.core import overall
from judge_app.core.contest import PanelRole, Presence
from judge_app.core.contest_log import ContestOpened, Entry, Published, PublishedFile, SessionHead
from judge_app.core.errors import Refused
from judge_app.core.results import Publicity, publicity
from judge_app.exchange.results_book import write_results
from judge_app.exchange.tabulation import dump, to_json
from judge_app.sheets import f3_ranking, f4_advancement, words
from judge_app.sheets.paper import Head, render
from judge_app.store.contest_file import append
from judge_app.ui.central.board import Board, Counted


class Order(msgspec.Struct, frozen=True):
    """What is to be published, and by whom. ``start`` and ``end``: the list's first and last day (ISO)."""

    kind: Literal["publicity", "final"]
    by: str
    start: str = ""
    end: str = ""
    by_rank: bool = False
    scores: bool = False


class Made(msgspec.Struct, frozen=True):
    """Where the files of a publication lie."""

    folder: Path
    files: tuple[str, ...]


def opening(board: Board) -> list[Entry]:
    """The log's first entry where the log is still empty."""
    named = board.named
    first = ContestOpened(contest=named.name, edition=named.edition, round=named.round, preset=named.preset)
    return [] if board.log.seq else [first]


def record(board: Board, entries: list[Entry], actor: str) -> None:
    """Write decisions about a contest behind what the board shows. Raises Refused where somebody else was faster."""
    append(board.log_path, [*opening(board), *entries], actor, seen=board.log.seq)


def publish(board: Board, order: Order, now: dt.datetime) -> Made:
    """Publish what the board shows. ``now`` is local time with its offset. Raises Refused, BadInput, StoreFailed, OSError;
    then nothing is published."""
    counted = board.counted
    if counted is None:
        raise Refused("not_counted", "成绩无法计算，不能公布", "the results cannot be counted")
    blocking = counted.before_list if order.kind == "publicity" else counted.before_final
    if blocking:
        raise Refused("blocked", blocking[0].zh, blocking[0].en)
    if not order.by.strip():
        raise Refused("name_missing", "请写明由谁公布", "say who publishes")
    listed = _listed(counted, order)
    kind = "公示" if order.kind == "publicity" else "公布"
    target = board.log_path.with_suffix("") / f"{kind}-{now.strftime('%Y%m%d-%H%M%S')}"
    part = target.with_name(f"{target.name}.part")
    part.mkdir(parents=True)
    try:
        made = []
        for name, data in _files(board, counted, order, listed, now).items():
            (part / name).write_bytes(data)
            made.append(PublishedFile(name=name, sha256=hashlib.sha256(data).hexdigest()))
        entry = Published(
            kind=order.kind,
            by=order.by.strip(),
            sessions=tuple(
                SessionHead(
                    session_id=room.session_id,
                    name=room.state.session.session.name,
                    seq=room.folded.seq,
                    hash=room.folded.hash.hex(),
                )
                for room in board.rooms
            ),
            results_sha256=overall.fingerprint(counted.held.tabulation),
            advance=counted.held.advance,
            rows=() if listed is None else listed.rows,
            start="" if listed is None or order.kind == "final" else listed.start,
            end="" if listed is None or order.kind == "final" else listed.end,
            files=tuple(made),
        )
        record(board, [entry], order.by)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    part.rename(target)
    return Made(folder=target, files=tuple(one.name for one in made))


def _listed(counted: Counted, order: Order) -> Publicity | None:
    held = counted.held
    if not overall.needs_list(held.rules):
        return None
    try:
        listed = publicity(
            held.rules,
            held.tabulation,
            held.contest.projects,
            order.start or "2000-01-01",
            numbers=held.advance,
            by_rank=order.by_rank,
            scores=order.scores,
        )
        end = dt.date.fromisoformat(order.end).isoformat() if order.end else listed.end
    except ValueError as wrong:
        raise Refused("date", f"日期“{order.start}”应为 2026-12-05 的形式", "write the date like 2026-12-05") from wrong
    return msgspec.structs.replace(listed, end=end)


def _files(
    board: Board, counted: Counted, order: Order, listed: Publicity | None, now: dt.datetime
) -> dict[str, bytes]:
    held = counted.held
    named = board.named
    shown = msgspec.structs.replace(held.tabulation, advance=held.advance)
    outside = {no: words.STAGE[stage] for no, stage in held.outside.items()}
    projects = {project.entry_no: project for project in held.contest.projects}
    ranking = f3_ranking.ranking(held.rules, projects, shown, outside=outside)
    rulings = [f"{number}. {words.ruling(one, held.rules)}" for number, (_, one) in enumerate(held.rulings, start=1)]
    ranking = msgspec.structs.replace(
        ranking,
        expected_projects=len(projects),
        heard_projects=len(projects) - len(outside),
        expected_judges=sum(1 for judge in held.contest.judges if judge.role is not PanelRole.RESERVE),
        absent=_absent(counted),
        out=tuple(f"{no} 号 {why}" for no, why in outside.items()),
        rulings=tuple(rulings),
    )
    f3 = f3_ranking.form(_head(board, counted, "F3", order, now), ranking)
    found = {
        "成绩.xlsx": write_results(held.contest, held.rules, shown, outside),
        "成绩.json": dump(to_json(shown, held.rules.key)) + b"\n",
        "F3-成绩排名表.pdf": render([msgspec.structs.replace(f3, title="成绩排名表")], f"F3 {named.name}"),
    }
    if listed is not None and order.kind == "publicity":
        head = _head(board, counted, "F4", order, now)
        notice = f4_advancement.notice(head, listed, dated=now.date().isoformat())
        found["F4-晋级名单公示.pdf"] = render([f4_advancement.form(head, notice)], f"F4 {named.name}")
    return found


_PRESENCE = {Presence.ABSENT: "缺席", Presence.LEFT: "离席", Presence.RECUSED: "回避"}


def _absent(counted: Counted) -> tuple[str, ...]:
    """Who did not judge what, in words: ``J3 回避（7、12 号）``."""
    found: dict[tuple[str, Presence], dict[str, None]] = {}
    for entry in counted.held.book.entries:
        for sheet in entry.sheets:
            if sheet.presence in _PRESENCE:
                found.setdefault((sheet.judge, sheet.presence), {})[entry.entry_no] = None
    return tuple(f"{judge} {_PRESENCE[how]}（{'、'.join(entries)} 号）" for (judge, how), entries in found.items())


def _head(board: Board, counted: Counted, number: str, order: Order, now: dt.datetime) -> Head:
    named, version = board.named, len(board.log.publications) + 1
    sessions = "、".join(room.state.session.session.name for room in board.rooms)
    return Head(
        contest_name=named.name,
        edition=named.edition,
        region=named.region,
        round=named.round,
        session=sessions if len(sessions) <= 24 else f"全部 {len(board.rooms)} 场",
        preset_name=counted.held.rules.name.zh,
        rules_version=counted.held.rules.version,
        printed_at=now.replace(microsecond=0).isoformat(),
        document_no=f"{hashlib.sha256(named.key.encode()).hexdigest()[:8].upper()}-{number}",
        version=version,
        status="公示" if order.kind == "publicity" else "已公布",
        head_seq=board.log.seq or None,
        head_hash=board.log.head,
        rehearsal=named.rehearsal,
    )
