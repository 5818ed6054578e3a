"""The lines of the rooms: what each session does, and whether room and centre agree."""

from __future__ import annotations

from datetime import datetime

from judge_app.store.rooms import Room
from judge_app.ui.central.board import Board
from judge_app.ui.central.table import DASH, Cell, Column, TableRow
from judge_app.ui.glossary import STAGES, ago, local_time, number
from judge_app.ui.language import tr
from judge_app.ui.theme import Tone


def room_state(room: Room, board: Board) -> tuple[str, Tone]:
    """A session's state in one word."""
    state, held = room.state, board.progress[room.session_id]
    if room.contested:
        return tr("Contested"), "stop"
    if not room.check.equal:
        return tr("Not equal"), "stop"
    if state.published:
        return tr("Published"), "ok"
    if state.locked:
        return tr("Locked"), "ok"
    if held.heard + held.out == 0 and held.current is None:
        return tr("Not started yet"), "plain"
    if held.heard + held.out == held.total:
        return tr("To be locked"), "info"
    return tr("Under way"), "brand"


def check_words(room: Room) -> tuple[str, Tone]:
    """What the comparison of room and centre found."""
    if not room.check.equal:
        return tr("Not equal"), "stop"
    words: dict[str, tuple[str, Tone]] = {
        "file": (tr("Equal"), "ok"),
        "tables": (tr("Centre alone"), "plain"),
        "chain": (tr("File is whole"), "ok"),
    }
    if room.stale:
        return tr("From a backup"), "info"
    return words[room.check.by]


def check_tip(room: Room) -> str:
    if room.stale:
        return tr("The room is running and holds its file; this is its last backup.")
    return {
        "file": tr("Counts, heads and sums of the room's file and the centre are equal."),
        "tables": tr("The centre agrees with itself; add the room's session file to compare the two."),
        "chain": tr("Read from the session file; every record follows the one before it."),
    }[room.check.by]


def room_columns() -> list[Column]:
    return [
        Column(tr("Session"), 2.2, 104),
        Column(tr("Now"), 2.2, 92),
        Column(tr("Done"), 0.5, 56, whole=True),
        Column(tr("Sheets missing"), 0.6, 56, give=2, right=True),
        Column(tr("Behind plan"), 0.6, 64, give=1),
        Column(tr("State"), 0.8, 64),
        Column(tr("Last record"), 0.9, 72, give=3, whole=True),
        Column(tr("Compared"), 0.8, 64, give=1),
    ]


def room_rows(board: Board, now: datetime) -> list[TableRow]:
    """The sessions in the order of the plan."""
    return [_room_row(room, board, now) for room in board.rooms]


def _room_row(room: Room, board: Board, now: datetime) -> TableRow:
    setup, held = room.state.session, board.progress[room.session_id]
    planned = setup.session
    state, tone = room_state(room, board)
    check, check_tone = check_words(room)
    name = next((one.name for one in setup.contest.projects if one.entry_no == held.current), "")
    current = DASH
    if held.current and held.stage is not None and not room.state.locked:
        current = Cell(f"{number(held.current)} {name}", tr(STAGES[held.stage][0]))
    missing = str(held.sheets_missing) if held.sheets_missing else "—"
    edge: Tone = "stop" if tone == "stop" else "warn" if room.alarms or room.folded.parked else "plain"
    return TableRow(
        key=room.session_id,
        cells=(
            Cell(planned.name, " · ".join(one for one in (planned.hall, planned.start) if one), strong=True),
            current,
            Cell(f"{held.heard + held.out}/{held.total}", tr("{n} locked", n=held.locked)),
            Cell(missing, tone="warn" if held.sheets_missing else "plain"),
            _behind(held.behind_s),
            Cell(state, tone=tone, pill=True),
            Cell(local_time(room.folded.last_at), "" if setup.rehearsal else ago(room.folded.last_at, now)),
            Cell(check, tone=check_tone, pill=True),
        ),
        tip=check_tip(room),
        mark=edge,
    )


def _behind(seconds: int | None) -> Cell:
    if seconds is None:
        return DASH
    minutes = round(seconds / 60)
    if minutes <= 0:
        return Cell(tr("On time"), tone="ok", pill=True)
    return Cell(
        tr("+{n} min", n=minutes), tone="stop" if minutes >= 20 else "warn" if minutes >= 5 else "plain", pill=True
    )
