"""contest.xlsx while it is being prepared: its cells in memory, changed one by one, read by the reader of the file.

A ``Draft`` is a value: every change gives a new one, so that a step back is the one before. Cells keep the row and column
that they have in the organiser's file, so that a finding points at the same cell in both. ``to_bytes`` writes a draft:
the file that was opened with the changed cells alone, other sheets and formats as they were; or a new workbook.
"""

from __future__ import annotations

import datetime
import io
import re
import warnings
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import openpyxl
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from judge_app.core.contest import Contest, PlannedSession
from judge_app.core.errors import BadInput, Problem
from judge_app.core.rules import RuleSet
from judge_app.exchange import cells, entries, safety
from judge_app.exchange.tables import (
    BROKEN_BOOK,
    MAX_COLUMNS,
    Book,
    Cells,
    Columns,
    Located,
    RawCell,
    Shape,
    find_heading,
    label_of,
)
from judge_app.exchange.whole import write_whole
from judge_app.exchange.workbook import EXTERNAL, JUDGES, PROJECTS, SESSIONS, STAFF, read_from

ORDERS = Columns(("场次", "事项"), ("参赛序号", "原位", "新位", "种子", "参加", "署名", "见证人", "说明", "时间"))
"""出场顺序记录: one line for each thing done to a running order (planning.py)."""
DECLARED = Columns(("评委编号", "参赛序号"), ("说明",))
"""利益关系: a relation between a judge and a project that somebody declared."""

SETTINGS = "大赛"
SHEETS: dict[str, Columns] = {
    "场次": SESSIONS,
    "项目": PROJECTS,
    "评委": JUDGES,
    "外部成绩": EXTERNAL,
    "工作人员": STAFF,
    "利益关系": DECLARED,
    "出场顺序记录": ORDERS,
    **entries.SHEETS,
}
"""The sheets with a heading that a contest is made of, besides 大赛 (a key and a value a row)."""

_WHOLE = re.compile(r"0|[1-9]\d{0,8}")


class Draft(NamedTuple):
    """A workbook in memory. ``name`` is its file's; ``source`` the bytes it was opened from (empty: a new one) and
    ``origin`` the cells in them. ``shapes`` are the merged areas and hidden rows that it still has."""

    name: str
    sheets: Mapping[str, Cells]
    shapes: Mapping[str, Shape] = {}
    source: bytes = b""
    origin: Mapping[str, Cells] = {}


class Reading(NamedTuple):
    """A draft as the reader takes it: the contest as far as it can be read, and what is wrong, in reading order."""

    contest: Contest
    findings: tuple[Located, ...]


def open_draft(path: Path) -> Draft:
    """The workbook at ``path``. Raises BadInput for a file that is no workbook, or not safe to open."""
    book = Book(path)
    return Draft(path.name, book.sheets, book.shapes, safety.read_file(path), book.sheets)


def blank_draft(name: str, preset: str) -> Draft:
    """A new contest under a preset: every sheet with its heading, one session, nothing else."""
    draft = Draft(name, {SETTINGS: {}})
    for key, value in (("大赛名称", ""), ("届次", ""), ("赛制模板", preset)):
        draft = with_setting(draft, key, value)
    for title in ("场次", "项目", "评委"):
        draft = _with_heading(draft, title, SHEETS[title].all)
    return with_record(draft, "场次", {"场次": "第一场"})[0]


def draft_of(contest: Contest, name: str = "contest.xlsx") -> Draft:
    """A contest as a workbook that ``read_contest`` reads back as the same."""
    draft = Draft(name, {SETTINGS: {}})
    awards = "、".join(f"{award}{count}" for award, count in contest.award_counts.items())
    pairs = [
        ("大赛名称", contest.name),
        ("届次", contest.edition),
        ("分赛区", contest.region),
        ("阶段", contest.round),
        ("赛制模板", contest.preset),
        *((f"通过初审数:{track}", str(count)) for track, count in contest.passed_initial_review.items()),
        ("奖项名额", awards),
        ("报名截止", contest.entry_deadline.replace("T", " ")),
        ("本册场次", "、".join(one.name for one in contest.sessions) if contest.part else ""),
    ]
    for key, value in pairs:
        if value:
            draft = with_setting(draft, key, value)
    for session in contest.sessions:
        held = {"场次": session.name, "会场": session.hall, "日期": session.date, "开始时间": session.start}
        draft = with_record(draft, "场次", {**held, "赛道/主题": session.scope})[0]
    for project in contest.projects:
        record = {
            "参赛序号": project.entry_no,
            "项目名称": project.name,
            "主体申报单位": project.lead_unit,
            "联合申报单位": "、".join(project.partner_units),
            "赛道": project.track,
            "主题分类": project.topic,
            "场次": project.session,
            "队长": project.captain,
            "团队成员": "、".join(project.members),
            "路演材料": project.deck,
            "网络投票数": "" if project.votes is None else str(project.votes),
        }
        draft = with_record(draft, "项目", record)[0]
    for judge in contest.judges:
        held = {"编号": judge.no, "姓名": judge.name, "类别": judge.judge_class, "单位": judge.unit}
        draft = with_record(draft, "评委", {**held, "场次": "、".join(judge.sessions), "角色": judge.role.value})[0]
    for score in contest.external:
        people = dict(zip(("录入人一", "录入人二"), score.entered_by, strict=False))
        held = {"参赛序号": score.entry_no, "得分项": score.component, "成绩": score.score}
        draft = with_record(draft, "外部成绩", {**held, **people})[0]
    for member in contest.staff:
        draft = with_record(draft, "工作人员", {"姓名": member.name, "角色": member.role, "单位": member.unit})[0]
    return draft


def next_round_of(contest: Contest, advance: Sequence[str], rules: RuleSet, name: str) -> Draft:
    """The list of the next round: a workbook of those who advance, in that order, under the same rules. Its 阶段 is the
    round after the contest's where the rules hold one; votes, results and judges are the next round's own."""
    held = rules.round_at(contest.round)
    following = () if held is None else rules.rounds[held + 1 :]
    known = {project.entry_no: project for project in contest.projects}
    session = PlannedSession(name="第一场")
    going = tuple(msgspec.structs.replace(known[no], session=session.name, votes=None) for no in advance)
    draft = draft_of(
        msgspec.structs.replace(
            contest,
            round=following[0].name if following else "",
            passed_initial_review={},
            award_counts={},
            entry_deadline="",
            sessions=(session,),
            projects=going,
            judges=(),
            external=(),
            part=False,
        ),
        name,
    )
    return _with_heading(draft, "评委", SHEETS["评委"].all)


def book_of(draft: Draft) -> Book:
    """The draft for the readers of a workbook."""
    return Book.of_cells(draft.name, draft.sheets, draft.shapes)


def read(draft: Draft, *, known_presets: Collection[str]) -> Reading:
    """The draft read whole; raises nothing: what is wrong is in the findings."""
    book = book_of(draft)
    contest = read_from(book, known_presets=known_presets)
    return Reading(contest, tuple(book.findings.located()))


# looking


def shown(cell: RawCell | None) -> str:
    """A cell as a person sees and types it: a date as 2026-12-05, a time as 08:30, a number without its ".0"."""
    if cell is None or cell.value is None:
        return ""
    value = cell.value
    if isinstance(value, datetime.time):
        return value.strftime("%H:%M" if not value.second else "%H:%M:%S")
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ", "minutes")
    if isinstance(value, float):
        try:
            return cells.plain_number(value)
        except cells.Unreadable:
            return str(value)
    return str(getattr(value, "text", value))


def heading_of(draft: Draft, title: str) -> tuple[int, dict[str, int]]:
    """The row of a sheet's heading and the column of each name in it, unknown names included; (0, {}) where the sheet
    is not there or has no heading. 大赛 has none: its columns are called 名目 and 值, from row 1 on."""
    if title == SETTINGS:
        return 0, {"名目": 1, "值": 2}
    rows = sorted(draft.sheets.get(title, {}).items())
    if not rows:
        return 0, {}
    row, heading = find_heading(rows, SHEETS.get(title, Columns(())))
    known: dict[str, int] = {}
    for column in sorted(heading):
        known.setdefault(label_of(heading[column]) or shown(heading[column]), column)
    return row, known


def records(draft: Draft, title: str) -> list[tuple[int, dict[str, str]]]:
    """The rows under a sheet's heading: (row, name → text), empty ones left out."""
    first, columns = heading_of(draft, title)
    found = []
    for row, held in sorted(draft.sheets.get(title, {}).items()):
        if row > first:
            record = {name: shown(held.get(column)) for name, column in columns.items()}
            if any(text.strip() for text in record.values()):
                found.append((row, record))
    return found


def setting(draft: Draft, key: str) -> str:
    """The value of a key of 大赛, or ''."""
    return next((record["值"] for _, record in records(draft, SETTINGS) if _key(record["名目"]) == key), "")


def _key(text: str) -> str:
    return text.replace("：", ":").replace(" ", "").strip(":")


def last_row(draft: Draft, title: str) -> int:
    """The last row with anything in it, at least that of the heading."""
    return max((*draft.sheets.get(title, {}), heading_of(draft, title)[0]))


def place(title: str, row: int, column: int) -> str:
    """A cell as a person calls it: 项目 A4."""
    return f"{title} {get_column_letter(column)}{row}" if row and column else title


# changing


def cell_of(text: str) -> RawCell | None:
    """What a person typed as a cell: a whole number is one, everything else is text and never a formula."""
    clean = ILLEGAL_CHARACTERS_RE.sub("", text).strip()
    if not clean:
        return None
    return RawCell(int(clean), "n") if _WHOLE.fullmatch(clean) else RawCell(clean, "s")


def with_cell(draft: Draft, title: str, row: int, column: int, text: str) -> Draft:
    """The draft with one cell as typed; an empty text empties it."""
    return with_cells(draft, title, {(row, column): text})


def with_cells(draft: Draft, title: str, given: Mapping[tuple[int, int], str]) -> Draft:
    """The draft with several cells of a sheet as typed (a paste). Columns past the reader's limit are left out."""
    rows = dict(draft.sheets.get(title, {}))
    for (row, column), text in given.items():
        if not 1 <= column <= MAX_COLUMNS or row < 1:
            continue
        held = dict(rows.get(row, {}))
        cell = cell_of(text)
        if cell is None:
            held.pop(column, None)
        elif shown(held.get(column)) != shown(cell) or held[column].kind in ("f", "e"):
            held[column] = cell
        if held:
            rows[row] = held
        else:
            rows.pop(row, None)
    return _with_sheet(draft, title, rows)


def typed(draft: Draft, title: str, rows: Mapping[int, Mapping[str, str]]) -> Draft:
    """The draft with cells as typed into a table: row → column name → text. The sheet and its columns are added where
    they lack; rows are then counted from below the heading that is made. What has no room for a column is left out."""
    shift = 0 if heading_of(draft, title)[0] or title == SETTINGS else 1
    names = list(dict.fromkeys(name for cells_of_row in rows.values() for name in cells_of_row))
    draft = _with_heading(draft, title, names)
    columns = heading_of(draft, title)[1]
    return with_cells(
        draft,
        title,
        {
            (row + shift, columns[name]): text
            for row, held in rows.items()
            for name, text in held.items()
            if name in columns
        },
    )


def with_setting(draft: Draft, key: str, value: str) -> Draft:
    """The draft with a key of 大赛 set; its row is added where it lacks. An empty value leaves the key to be filled in."""
    for row, record in records(draft, SETTINGS):
        if _key(record["名目"]) == key:
            return with_cell(draft, SETTINGS, row, 2, value)
    row = last_row(draft, SETTINGS) + 1
    return with_cells(draft, SETTINGS, {(row, 1): key, (row, 2): value})


def with_record(draft: Draft, title: str, record: Mapping[str, str]) -> tuple[Draft, int]:
    """The draft with a row more (and the columns that it needs), and the row's number."""
    draft = _with_heading(draft, title, [name for name, text in record.items() if text])
    row = last_row(draft, title) + 1
    columns = heading_of(draft, title)[1]
    return with_cells(draft, title, {(row, columns[name]): text for name, text in record.items() if text}), row


def with_values(draft: Draft, title: str, name: str, values: Mapping[int, str]) -> Draft:
    """The draft with the column ``name`` of some rows set; the column is added where it lacks."""
    draft = _with_heading(draft, title, [name])
    column = heading_of(draft, title)[1][name]
    return with_cells(draft, title, {(row, column): text for row, text in values.items()})


def without_rows(draft: Draft, title: str, gone: Collection[int]) -> Draft:
    """The draft without some rows; the others stay where they are."""
    return _with_sheet(
        draft, title, {row: held for row, held in draft.sheets.get(title, {}).items() if row not in gone}
    )


def with_rows_in_order(draft: Draft, title: str, rows: Sequence[int]) -> Draft:
    """The draft with some rows of a sheet in another order: what they hold moves, the places that they take stay."""
    held = dict(draft.sheets[title])
    moved = [held.get(row, {}) for row in rows]
    for row, content in zip(sorted(rows), moved, strict=True):
        held[row] = content
    return _with_sheet(draft, title, held)


def with_plain_shape(draft: Draft, title: str) -> Draft:
    """The draft with nothing merged or hidden in a sheet."""
    return draft._replace(shapes={name: shape for name, shape in draft.shapes.items() if name != title})


def with_known_columns(draft: Draft, title: str) -> Draft:
    """The draft with every column that the reader knows in a sheet's heading, the sheet itself included."""
    if title == SETTINGS:
        return draft if title in draft.sheets else _with_sheet(draft, title, {})
    return _with_heading(draft, title, SHEETS[title].all)


def _with_heading(draft: Draft, title: str, names: Iterable[str]) -> Draft:
    if title == SETTINGS:
        return draft
    row, columns = heading_of(draft, title)
    if not row:
        wanted = list(dict.fromkeys((*SHEETS[title].required, *names)))
        ordered = [name for name in SHEETS[title].all if name in wanted]
        ordered += [name for name in wanted if name not in ordered]
        return with_cells(draft, title, {(1, at): name for at, name in enumerate(ordered, start=1)})
    free = max(columns.values(), default=0) + 1
    lacking = [name for name in names if name not in columns]
    return with_cells(draft, title, {(row, free + at): name for at, name in enumerate(lacking)})


def _with_sheet(draft: Draft, title: str, rows: Cells) -> Draft:
    return draft._replace(sheets={**draft.sheets, title: rows})


# writing


def to_bytes(draft: Draft) -> bytes:
    """The draft as an .xlsx. Raises BadInput where the file that it was opened from cannot be written again."""
    try:
        book, fresh = _book_to_fill(draft)
        for title, rows in draft.sheets.items():
            sheet = next((one for one in book.worksheets if one.title.strip() == title), None)
            before = draft.origin.get(title, {})
            if sheet is None:
                sheet, before = book.create_sheet(title), {}
                fresh.add(title)
            _plain(sheet, keep=title in draft.shapes)
            _fill(sheet, before, rows)
            if title in fresh:
                _dress(sheet, rows, heading_of(draft, title)[0])
        out = io.BytesIO()
        book.save(out)
    except BROKEN_BOOK as error:
        raise BadInput(
            Problem(
                draft.name,
                f"无法改写这个工作簿（{type(error).__name__}）；请用表格软件另存一份再打开",
                f"this workbook cannot be written again ({type(error).__name__}); save a copy in a spreadsheet program",
            )
        ) from None
    return out.getvalue()


def save(draft: Draft, path: Path) -> Draft:
    """Writes the draft to ``path``, whole or not at all, and gives it as opened from there. Raises BadInput."""
    data = to_bytes(draft)
    try:
        write_whole(path, data)
    except OSError as error:
        reason = error.strerror or str(error)
        raise BadInput(Problem(str(path), f"无法写入：{reason}", f"cannot be written: {reason}")) from None
    return draft._replace(name=path.name, source=data, origin=draft.sheets)


def _book_to_fill(draft: Draft) -> tuple[openpyxl.Workbook, set[str]]:
    if draft.source:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl's notes on parts that it does not keep
            return openpyxl.load_workbook(io.BytesIO(draft.source)), set()
    book = openpyxl.Workbook()
    for sheet in tuple(book.worksheets):
        book.remove(sheet)
    return book, set()


def _plain(sheet: Worksheet, *, keep: bool) -> None:
    if keep:
        return
    for area in tuple(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(area))
    for dimension in sheet.row_dimensions.values():
        dimension.hidden = False


def _fill(sheet: Worksheet, before: Cells, rows: Cells) -> None:
    changed = {
        (row, column)
        for row in before.keys() | rows.keys()
        for column in before.get(row, {}).keys() | rows.get(row, {}).keys()
        if before.get(row, {}).get(column) != rows.get(row, {}).get(column)
    }
    for area in tuple(sheet.merged_cells.ranges):
        left, top, right, bottom = area.bounds
        if any(left <= column <= right and top <= row <= bottom for row, column in changed):
            sheet.unmerge_cells(str(area))
    for row, column in sorted(changed):
        cell = sheet.cell(row, column)
        assert isinstance(cell, Cell)  # merged areas that hold a changed cell were taken apart
        raw = rows.get(row, {}).get(column)
        cell.value = None if raw is None else raw.value  # type: ignore[assignment]  # what openpyxl read, or str and int
        if raw is not None and raw.kind == "s":
            cell.data_type = "s"  # a text that begins with "=" stays a text


def _dress(sheet: Worksheet, rows: Cells, heading: int) -> None:
    for column in range(1, 1 + max((column for held in rows.values() for column in held), default=0)):
        longest = max((len(shown(held.get(column))) for held in rows.values()), default=0)
        sheet.column_dimensions[get_column_letter(column)].width = min(48, max(10, longest * 2 + 2))
        if heading:
            sheet.cell(heading, column).font = Font(bold=True)
    if heading:
        sheet.freeze_panes = f"A{heading + 1}"
