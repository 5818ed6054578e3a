"""The lines of what was published and of the objections that came in."""

from __future__ import annotations

from datetime import datetime

from judge_app.core.results import OUTCOMES
from judge_app.ui.central.board import Board
from judge_app.ui.central.questions import numbers
from judge_app.ui.central.table import Cell, Column, TableRow
from judge_app.ui.glossary import number, people
from judge_app.ui.language import either, tr, tr_count
from judge_app.ui.theme import Tone


def publication_columns() -> list[Column]:
    return [
        Column(tr("Publication"), 1.4, 96, whole=True),
        Column(tr("When"), 1.2, 96, whole=True),
        Column(tr("Published by"), 0.8, 64),
        Column(tr("Counted"), 1.6, 120, give=1),
        Column(tr("Files"), 2.4, 120, give=2),
    ]


def publication_rows(board: Board) -> list[TableRow]:
    """Every publication, the last one first."""
    found = []
    for one in reversed(board.log.publications):
        made = one.published
        period = f"{made.start} – {made.end}" if made.kind == "publicity" else ""
        kind = tr("List made public") if made.kind == "publicity" else tr("Results published")
        found.append(
            TableRow(
                key=str(one.seq),
                cells=(
                    Cell(kind, period, strong=True),
                    Cell(_day(one.at), tr("record #{seq}", seq=one.seq)),
                    Cell(made.by),
                    Cell(
                        tr_count(len(made.sessions), "{n} session", "{n} sessions"),
                        tr("{n} advance", n=len(made.advance)) if made.advance else "",
                    ),
                    Cell(people([file.name for file in made.files])),
                ),
                tip="\n".join(
                    [
                        *([tr("advance: {nos}", nos=numbers(made.advance))] if made.advance else []),
                        *(f"{file.name} {file.sha256[:16]}" for file in made.files),
                    ]
                ),
            )
        )
    return found


def _day(iso: str) -> str:
    try:
        return datetime.fromisoformat(iso).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return iso


def objection_columns() -> list[Column]:
    return [
        Column(tr("No."), 0.3, 40, right=True),
        Column(tr("About"), 0.4, 48, right=True),
        Column(tr("From"), 1.2, 96),
        Column(tr("Facts"), 2.6, 120),
        Column(tr("Outcome"), 0.8, 64),
        Column(tr("Decision"), 1.8, 100, give=1),
    ]


_OUTCOME_TONES: dict[str, Tone] = {"open": "warn", "upheld": "stop", "rejected": "ok", "withdrawn": "plain"}


def objection_rows(board: Board) -> list[TableRow]:
    return [
        TableRow(
            key=one.number,
            cells=(
                Cell(one.number),
                Cell(number(one.entry_no)),
                Cell(one.name, one.received),
                Cell(one.facts),
                Cell(either(*OUTCOMES[one.outcome]), tone=_OUTCOME_TONES[one.outcome], pill=True),
                Cell(one.decision, one.decided_by),
            ),
            tip=one.contact,
        )
        for one in board.log.objections.values()
    ]
