"""A copy of unsaved preparing on disk, for the case that the program or the computer ends before it is saved.

A copy is a folder: the workbook's bytes as they were opened (``source-….xlsx``, written once) and ``state.json``: the cells
that differ from it, and the rule set's data. ``state.json`` is replaced whole, so that there is always one that can be read.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from judge_app.core.errors import BadInput, Problem
from judge_app.exchange.draft import Draft, shown
from judge_app.exchange.tables import Book, Cells, RawCell
from judge_app.exchange.whole import write_whole

STATE = "state.json"
FORMAT = "judge-app/draft-copy/1"


class Copy(NamedTuple):
    """Unsaved work. ``at`` is when the copy was made (ISO, with the zone); ``path`` the file that the work was opened from,
    ``target`` the one that it is saved to; ``rules`` the rule set's data, None where the workbook names none; ``text`` what
    was typed as the rules' text and not taken over."""

    at: str
    path: Path | None
    target: Path | None
    draft: Draft
    rules: Mapping[str, Any] | None
    text: str = ""


def save_copy(folder: Path, copy: Copy) -> None:
    """Writes a copy in place of the one in ``folder``, whole or not at all. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    draft, source = copy.draft, ""
    if draft.source:
        source = f"source-{hashlib.sha256(draft.source).hexdigest()[:16]}.xlsx"
        if not (folder / source).exists():
            write_whole(folder / source, draft.source)
    state = {
        "format": FORMAT,
        "at": copy.at,
        "path": str(copy.path) if copy.path is not None else None,
        "target": str(copy.target) if copy.target is not None else None,
        "name": draft.name,
        "source": source,
        "sheets": {title: _changed(draft.origin.get(title, {}), rows) for title, rows in draft.sheets.items()},
        "shapes": list(draft.shapes),
        "rules": copy.rules,
        "text": copy.text,
    }
    write_whole(folder / STATE, json.dumps(state, ensure_ascii=False).encode())
    for old in folder.glob("source-*.xlsx"):
        if old.name != source:
            old.unlink(missing_ok=True)


def load_copy(folder: Path) -> Copy:
    """The copy in a folder. Raises BadInput where there is none that can be read."""
    try:
        state = json.loads((folder / STATE).read_text("utf-8"))
        if state["format"] != FORMAT:
            raise ValueError(state["format"])
        source, sheets, shapes = b"", {}, {}
        if state["source"]:
            path = folder / Path(state["source"]).name
            source, book = path.read_bytes(), Book(path)
            sheets, shapes = dict(book.sheets), book.shapes
        origin = sheets
        return Copy(
            str(state["at"]),
            Path(state["path"]) if state["path"] else None,
            Path(state["target"]) if state["target"] else None,
            Draft(
                str(state["name"]),
                {title: _with_changes(origin.get(title, {}), held) for title, held in state["sheets"].items()},
                {title: shapes[title] for title in state["shapes"] if title in shapes},
                source,
                origin,
            ),
            state["rules"],
            str(state["text"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(
            Problem(str(folder), f"这份副本读不出来：{error}", f"this copy cannot be read: {error}")
        ) from None


def _changed(before: Cells, rows: Cells) -> dict[str, dict[str, Any]]:
    """The cells that are others than before, by row and column; None for one that is gone."""
    found: dict[str, dict[str, Any]] = {}
    for row in before.keys() | rows.keys():
        old, new = before.get(row, {}), rows.get(row, {})
        for column in old.keys() | new.keys():
            if old.get(column) != new.get(column):
                cell = new.get(column)
                found.setdefault(str(row), {})[str(column)] = None if cell is None else _out(cell)
    return found


def _with_changes(before: Cells, held: Mapping[str, Mapping[str, Any]]) -> Cells:
    rows = {row: dict(cells) for row, cells in before.items()}
    for row, cells in held.items():
        changed = rows.setdefault(int(row), {})
        for column, cell in cells.items():
            if cell is None:
                changed.pop(int(column), None)
            else:
                changed[int(column)] = _in(*cell)
        if not changed:
            del rows[int(row)]
    return rows


def _out(cell: RawCell) -> list[Any]:
    """A cell's kind, the kind of its value, and the value as JSON has it."""
    value = cell.value
    if value is None or isinstance(value, str | int | float):
        return [cell.kind, "", value]
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return [cell.kind, type(value).__name__, value.isoformat()]
    return ["s", "", shown(cell)]  # what only the workbook's own cell can hold: its text


def _in(kind: str, what: str, value: Any) -> RawCell:
    match what:
        case "datetime":
            return RawCell(datetime.datetime.fromisoformat(value), kind)
        case "date":
            return RawCell(datetime.date.fromisoformat(value), kind)
        case "time":
            return RawCell(datetime.time.fromisoformat(value), kind)
    return RawCell(value, kind)
