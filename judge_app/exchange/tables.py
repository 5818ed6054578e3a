"""Tables of a checked workbook: a heading row, then rows of cells that are read with their place in every message.

A formula, an error value, a hidden row with content, or a merged area inside the table is a problem, never a guess.
"""

from __future__ import annotations

import difflib
import io
import posixpath
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree
import openpyxl
from defusedxml.common import DefusedXmlException
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from judge_app.core.errors import BadInput, Problem
from judge_app.exchange import cells, safety

MAX_ROWS = 20_000
MAX_COLUMNS = 64
MAX_PROBLEMS = 200
HEADING_WITHIN_ROWS = 10
"""A title above the heading is common: the heading is looked for in this many rows."""

BROKEN_BOOK = (
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    OSError,
    EOFError,
    RuntimeError,
    NotImplementedError,
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    DefusedXmlException,
    InvalidFileException,
)
"""What openpyxl raises on a workbook whose parts contradict each other."""

T = TypeVar("T")


class RawCell(NamedTuple):
    """One cell: ``kind`` is openpyxl's data type (``f`` formula, ``e`` error value)."""

    value: object
    kind: str


class Columns(NamedTuple):
    """The columns of a sheet: those that must be there, and those that may."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        return (*self.required, *self.optional)


class Located(NamedTuple):
    """A problem with the cell that it is about: a sheet's title or '', a row and a column from 1, or 0."""

    problem: Problem
    title: str = ""
    row: int = 0
    column: int = 0


class Findings:
    """The problems of one workbook, kept in reading order: sheet by sheet, row by row, left to right."""

    def __init__(self, file_name: str) -> None:
        self.file_name = file_name
        self._found: list[tuple[tuple[int, int, int, int], Located]] = []

    def add(
        self, place: str, zh: str, en: str, *, title: str = "", sheet: int = 0, row: int = 0, column: int = 0
    ) -> None:
        located = Located(Problem(place, zh, en), title, row, column)
        self._found.append(((sheet, row, column, len(self._found)), located))

    def __len__(self) -> int:
        return len(self._found)

    def problems(self) -> list[Problem]:
        """All problems in reading order; past 200 the rest is counted."""
        ordered = [located.problem for located in self.located()]
        if len(ordered) > MAX_PROBLEMS:
            rest = len(ordered) - MAX_PROBLEMS
            ordered[MAX_PROBLEMS:] = [
                Problem(
                    self.file_name,
                    f"还有 {rest} 个问题没有列出；请先改正以上各处再导入",
                    f"{rest} more problems are not listed; correct these first, then import again",
                )
            ]
        return ordered

    def located(self) -> list[Located]:
        """All problems in reading order, each with its cell."""
        return [located for _, located in sorted(self._found, key=lambda found: found[0])]

    def raise_if_any(self) -> None:
        if self._found:
            raise BadInput(self.problems())


class Row:
    """One row of a table. ``take`` reads a cell and files a problem instead of raising."""

    def __init__(self, table: Table, number: int, raw: dict[str, RawCell]) -> None:
        self.table = table
        self.number = number
        self._raw = raw

    def problem(self, column: str, zh: str, en: str) -> None:
        """File a problem at this row's cell in ``column``."""
        self.table.problem_at(self.number, column, zh, en)

    def given(self, column: str) -> bool:
        """Whether the cell holds anything but blanks."""
        return not _blank(self._raw.get(column))

    def take(self, column: str, read: Callable[[object], T], blank: T, *, required: bool = False) -> T:
        """The cell as ``read`` reads it; ``blank`` where it is empty or unreadable (then a problem is filed)."""
        raw = self._raw.get(column)
        if _blank(raw) or raw is None:
            if required:
                self.problem(column, f"{column}是空的；请填写", f"{column} is empty; fill it in")
            return blank
        if raw.kind == "f":
            self.problem(
                column,
                f"这里是公式（{cells.shown(_formula_text(raw.value))}）；请复制后“选择性粘贴－数值”",
                f"this is a formula ({cells.shown(_formula_text(raw.value))}); copy it and paste it as a value",
            )
            return blank
        if raw.kind == "e":
            self.problem(
                column,
                f"这里是错误值 {cells.shown(raw.value)}；请改正",
                f"this is the error value {cells.shown(raw.value)}; correct it",
            )
            return blank
        if isinstance(raw.value, str) and raw.value.lstrip().startswith(("=", "＝")):
            self.problem(
                column,
                f"“{cells.shown(raw.value)}”像是写成文字的公式；请改成实际内容",
                f'"{cells.shown(raw.value)}" looks like a formula written as text; write what it should say',
            )
            return blank
        try:
            return read(raw.value)
        except cells.Unreadable as error:
            self.problem(column, error.zh, error.en)
            return blank


class Table:
    """A sheet with its heading found and its columns checked; ``rows`` skips empty ones."""

    def __init__(self, findings: Findings, title: str, order: int) -> None:
        self.findings = findings
        self.title = title
        self.order = order
        self.columns: dict[str, int] = {}
        self.rows: list[Row] = []

    def has(self, column: str) -> bool:
        return column in self.columns

    def problem_at(self, row: int, column: str, zh: str, en: str) -> None:
        index = self.columns.get(column, 0)
        cell = f" ({get_column_letter(index)}{row})" if index else ""
        place = f"{self.findings.file_name} · {self.title} · 第 {row} 行 · {column}{cell}"
        self.findings.add(place, zh, en, title=self.title, sheet=self.order, row=row, column=index)

    def problem(self, zh: str, en: str, *, row: int = 0, detail: str = "") -> None:
        """File a problem about the sheet, or about a whole row of it."""
        place = f"{self.findings.file_name} · {self.title}" + (f" · 第 {row} 行" if row else "")
        place += f" · {detail}" if detail else ""
        self.findings.add(place, zh, en, title=self.title, sheet=self.order, row=row)


Cells = dict[int, dict[int, RawCell]]
"""The filled cells of a sheet: row → column → cell, both from 1."""


class Shape(NamedTuple):
    """What openpyxl's read-only mode does not tell: hidden rows, merged areas, the last filled row."""

    hidden: frozenset[int]
    merged: tuple[tuple[int, int, int, int], ...]
    last_filled: int


class Book:
    """A workbook that passed the safety checks. Raises BadInput while it is opened; later problems are collected."""

    def __init__(self, path: Path) -> None:
        name = path.name or str(path)
        self.findings = Findings(name)
        data = safety.read_file(path)
        with safety.open_package(data, name) as package:
            try:
                self._parts = _sheet_parts(package)
                lost = [part for part in self._parts.values() if part not in package.namelist()]
                if lost:
                    raise safety.damaged(name, lost[0])
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # openpyxl's notes on styles and validations that we do not use
                    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
                    self._sheets = {
                        sheet.title.strip(): (sheet.title, _raw_rows(sheet))
                        for sheet in book.worksheets
                        if sheet.title.strip() in _WANTED
                    }
                    book.close()
                self._shapes = {
                    title: _shape(package, self._parts[raw])
                    for title, (raw, _) in self._sheets.items()
                    if raw in self._parts
                }
                self.titles = tuple(sheet.title.strip() for sheet in book.worksheets)
            except BROKEN_BOOK as error:
                raise safety.damaged(name, type(error).__name__) from None

    @classmethod
    def of_cells(cls, name: str, sheets: Mapping[str, Cells], shapes: Mapping[str, Shape]) -> Book:
        """A workbook of cells that are held in memory; ``name`` stands for the file in messages."""
        book = cls.__new__(cls)
        book.findings = Findings(name)
        book._sheets = {title: (title, sorted(rows.items())) for title, rows in sheets.items()}
        book._shapes = dict(shapes)
        book._parts = {}
        book.titles = tuple(sheets)
        return book

    @property
    def sheets(self) -> dict[str, Cells]:
        """The filled cells of every sheet that is read."""
        return {title: dict(rows) for title, (_, rows) in self._sheets.items()}

    @property
    def shapes(self) -> dict[str, Shape]:
        return dict(self._shapes)

    def has(self, title: str) -> bool:
        return title in self._sheets

    def missing(self, title: str, order: int) -> None:
        """File the problem of a sheet that must be there."""
        close = difflib.get_close_matches(title, self.titles, n=1, cutoff=0.5)
        self.findings.add(
            f"{self.findings.file_name} · {title}",
            f"缺少工作表“{title}”" + (f"；是否就是“{close[0]}”？请改名" if close else "；请按模板补上"),
            f'the sheet "{title}" is missing'
            + (f'; is it "{close[0]}"? rename it' if close else "; add it as in the template"),
            title=title,
            sheet=order,
        )

    def pairs(self, title: str, order: int) -> Table:
        """A sheet of key and value (大赛): each row is read as column ``value`` of the key in its first cell."""
        table = Table(self.findings, title, order)
        table.columns = {"值": 2}
        table.rows = [
            Row(table, number, {"键": cells_of_row.get(1, _NOTHING), "值": cells_of_row.get(2, _NOTHING)})
            for number, cells_of_row in self._rows(title)
            if any(not _blank(cell) for index, cell in cells_of_row.items() if index <= 2)
        ]
        self._check_shape(table, first_row=1, width=2)
        return table

    def table(self, title: str, order: int, columns: Columns) -> Table:
        """A sheet with a heading. A missing required column is filed, and then no row is given."""
        table = Table(self.findings, title, order)
        rows = list(self._rows(title))
        heading_row, heading = find_heading(rows, columns)
        seen: dict[str, int] = {}
        strangers: list[str] = []
        for index in sorted(heading):
            label = label_of(heading[index])
            if label in columns.all and label in seen:
                table.problem(
                    f"表头有两个“{label}”；请删去一个",
                    f'the heading has "{label}" twice; delete one',
                    row=heading_row,
                    detail=f"{get_column_letter(index)}{heading_row}",
                )
            elif label in columns.all:
                seen[label] = index
            elif label:
                strangers.append(label)
        table.columns = seen
        for column in columns.all:
            if column in seen:
                continue
            close = difflib.get_close_matches(column, strangers, n=1, cutoff=0.6)
            if column in columns.required or close:
                table.problem(
                    f"缺少“{column}”列" + (f"；是否就是“{close[0]}”？请改名" if close else "；请按模板补上表头"),
                    f'the column "{column}" is missing'
                    + (f'; is it "{close[0]}"? rename it' if close else "; add its heading as in the template"),
                    row=heading_row,
                    detail=column,
                )
        if all(column in seen for column in columns.required):
            for number, raw in rows:
                if number <= heading_row:
                    continue
                named = {label: raw[index] for label, index in seen.items() if index in raw}
                if any(not _blank(cell) for cell in named.values()):
                    table.rows.append(Row(table, number, named))
            self._check_shape(table, first_row=heading_row, width=max(seen.values()))
        return table

    def _rows(self, title: str) -> Iterator[tuple[int, dict[int, RawCell]]]:
        return iter(self._sheets[title][1])

    def _check_shape(self, table: Table, *, first_row: int, width: int) -> None:
        shape = self._shapes.get(table.title)
        if shape is None:
            return
        last = table.rows[-1].number if table.rows else first_row
        for left, top, right, bottom in shape.merged:
            if bottom >= first_row and top <= last and left <= width:
                area = f"{get_column_letter(left)}{top}:{get_column_letter(right)}{bottom}"
                table.problem(
                    f"{area} 是合并单元格；请取消合并，并在每一行填上内容",
                    f"{area} is merged; unmerge it and fill in every row",
                    row=top,
                    detail=area,
                )
        for row in table.rows:
            if row.number in shape.hidden:
                table.problem(
                    "这一行被隐藏（或被筛选掉）但有内容；请取消隐藏，不要的就删除整行",
                    "this row is hidden (or filtered out) but has content; unhide it, or delete the whole row",
                    row=row.number,
                )
        if shape.last_filled > MAX_ROWS:
            table.problem(
                f"第 {shape.last_filled} 行还有内容，超过上限 {MAX_ROWS} 行；请删除多余的行",
                f"row {shape.last_filled} has content, over the limit of {MAX_ROWS} rows; delete the rows too many",
                row=shape.last_filled,
            )


_NOTHING = RawCell(None, "n")
_WANTED = frozenset(
    (
        *("大赛", "场次", "项目", "评委", "外部成绩", "工作人员"),
        *("单位", "成员", "既往获奖", "往届", "材料", "报名表", "赛区赛道"),
        *("出场顺序记录", "利益关系"),
    )
)


def _raw_rows(sheet: Any) -> list[tuple[int, dict[int, RawCell]]]:  # openpyxl's read-only sheet has no public type
    sheet.reset_dimensions()  # the file's own word on its size may leave rows out
    rows: list[tuple[int, dict[int, RawCell]]] = []
    for number, row in enumerate(sheet.iter_rows(min_row=1, max_row=MAX_ROWS, min_col=1, max_col=MAX_COLUMNS), start=1):
        filled = {
            index: RawCell(cell.value, cell.data_type)
            for index, cell in enumerate(row, start=1)
            if cell.value is not None
        }
        if filled:
            rows.append((number, filled))
    return rows


def _blank(cell: RawCell | None) -> bool:
    if cell is None or cell.value is None:
        return True
    return isinstance(cell.value, str) and not cells.text(cell.value)


def _formula_text(value: object) -> str:
    return str(getattr(value, "text", value))


def label_of(cell: RawCell) -> str:
    """A heading without spaces, marks for "must be filled" and remarks in brackets: "*参赛序号（必填）" is 参赛序号."""
    if not isinstance(cell.value, str):
        return ""
    label = cells.text(cell.value).replace(" ", "").strip("*＊:：")
    return re.sub(r"[（(].*?[）)]$", "", label).strip("*＊:：")


def find_heading(rows: Iterable[tuple[int, dict[int, RawCell]]], columns: Columns) -> tuple[int, dict[int, RawCell]]:
    """The row of the first ten that holds most of the column names; the first of equals."""
    best: tuple[int, int, dict[int, RawCell]] = (0, 1, {})
    for number, raw in rows:
        if number > HEADING_WITHIN_ROWS:
            break
        score = len({label for label in map(label_of, raw.values()) if label in columns.all})
        if score > best[0] or (not best[2] and score == best[0]):
            best = (score, number, raw)
    return best[1], best[2]


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]


def _sheet_parts(package: zipfile.ZipFile) -> dict[str, str]:
    """Sheet title → the part that holds it, by the package's own relations."""
    relations = {
        node.get("Id", ""): node.get("Target", "")
        for node in defusedxml.ElementTree.fromstring(package.read("xl/_rels/workbook.xml.rels"))
    }
    parts: dict[str, str] = {}
    for node in defusedxml.ElementTree.fromstring(package.read("xl/workbook.xml")).iter():
        if _local(node.tag) == "sheet":
            target = next((relations.get(value, "") for key, value in node.attrib.items() if _local(key) == "id"), "")
            parts[node.get("name", "")] = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
    return parts


def _shape(package: zipfile.ZipFile, part: str) -> Shape:
    hidden: set[int] = set()
    merged: list[tuple[int, int, int, int]] = []
    last_filled = row = 0
    with package.open(part) as stream:
        for event, node in defusedxml.ElementTree.iterparse(stream, events=("start", "end")):
            tag = _local(node.tag)
            if event == "start":
                if tag == "row":
                    row = _row_number(node, row)
                    if node.get("hidden") in ("1", "true"):
                        hidden.add(row)
                continue
            if tag == "v" or (tag == "is" and len(node)):
                last_filled = max(last_filled, row)
            elif tag == "mergeCell":
                left, top, right, bottom = range_boundaries(node.get("ref", "A1"))
                merged.append((left or 1, top or 1, right or MAX_COLUMNS, bottom or MAX_ROWS))
            elif tag == "row":
                node.clear()
    return Shape(frozenset(hidden), tuple(merged), last_filled)


def _row_number(node: Element, before: int) -> int:
    return int(node.get("r") or before + 1)
