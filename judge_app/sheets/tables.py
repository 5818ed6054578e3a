"""Ruled tables: cells that grow with their text, rows that run over pages under a repeated heading.

Rows joined by a cell that takes several of them stay together where a page has room; a row that is higher than a page is
divided between lines, so that its last character is printed too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from judge_app.sheets.layout import MM, Block, Fragment, Pen, fitting
from judge_app.sheets.text import BODY, EPSILON, LABEL, NO_DATA, Line, Paragraph, Span, Style, balanced


class Cell(msgspec.Struct, frozen=True):
    """A cell: paragraphs, alignment, the columns and rows it takes, and a tinted ground for headings."""

    paragraphs: tuple[Paragraph, ...] = ()
    align: Literal["left", "center", "right"] = "left"
    valign: Literal["top", "middle"] = "middle"
    columns: int = 1
    rows: int = 1
    tinted: bool = False


def cell(
    text: str,
    style: Style = BODY,
    *,
    align: Literal["left", "center", "right"] = "left",
    columns: int = 1,
    rows: int = 1,
    struck: bool = False,
    valign: Literal["top", "middle"] = "middle",
) -> Cell:
    """A cell of one text."""
    return Cell(((Span(text, style, struck),),), align, valign, columns, rows)


def label(text: str, *, columns: int = 1, rows: int = 1, style: Style = LABEL) -> Cell:
    """A heading cell: centred on a tinted ground."""
    return Cell(((Span(text, style),),), "center", "middle", columns, rows, True)


def figure(text: str | None, style: Style = BODY, *, columns: int = 1, rows: int = 1, struck: bool = False) -> Cell:
    """A number at the right; None is no data."""
    return cell(NO_DATA if text is None else text, style, align="right", columns=columns, rows=rows, struck=struck)


class Row(msgspec.Struct, frozen=True):
    """A row of cells; cells that come down from a row above are left out. ``least`` is its least height; ``leads``: it
    is the heading of the row below and stays with it."""

    cells: tuple[Cell, ...]
    least: float = 0.0
    leads: bool = False


_PAD_X: Final = 1.5 * MM
_PAD_Y: Final = 0.85 * MM


class _Placed(msgspec.Struct, frozen=True):
    """A cell with its place in the grid and its lines."""

    cell: Cell
    row: int
    column: int
    lines: tuple[Line, ...]
    text_height: float


class Table(msgspec.Struct, frozen=True):
    """A ruled table. ``widths`` are shares of the width; ``heading`` rows are repeated on every page.

    Rows joined by a cell that takes several of them stay together where a page has room for them, as does a row that
    leads with the one below.
    """

    widths: tuple[float, ...]
    rows: tuple[Row, ...]
    heading: tuple[Row, ...] = ()

    def place(self, width: float, room: float, page: float) -> tuple[Fragment | None, Block | None]:
        share = width / sum(self.widths)
        widths = tuple(value * share for value in self.widths)
        heading = _measure(self.heading, widths)
        groups = _groups(self.rows, widths)
        return _Pending(widths, heading, groups).place(width, room, page)


class _Band(msgspec.Struct, frozen=True):
    """Measured rows that stay together: cells by place, the height of each row."""

    cells: tuple[_Placed, ...]
    heights: tuple[float, ...]

    @property
    def height(self) -> float:
        return sum(self.heights)


def _measure(rows: Sequence[Row], widths: Sequence[float]) -> _Band:
    """The rows' cells with their places and lines, and heights that hold them."""
    taken: set[tuple[int, int]] = set()
    placed: list[_Placed] = []
    for index, row in enumerate(rows):
        column = 0
        for one in row.cells:
            while (index, column) in taken:
                column += 1
            for down in range(one.rows):
                for across in range(one.columns):
                    taken.add((index + down, column + across))
            inner = max(sum(widths[column : column + one.columns]) - 2 * _PAD_X, 6.0)
            lines = tuple(line for paragraph in one.paragraphs for line in balanced(paragraph, inner))
            placed.append(_Placed(one, index, column, lines, sum(line.height for line in lines)))
            column += one.columns
    heights = [row.least for row in rows]
    for item in sorted(placed, key=lambda item: item.cell.rows):
        need = item.text_height + 2 * _PAD_Y
        have = sum(heights[item.row : item.row + item.cell.rows])
        if need > have:
            share = (need - have) / item.cell.rows
            for down in range(item.cell.rows):
                heights[item.row + down] += share
    return _Band(tuple(placed), tuple(heights))


def _groups(rows: Sequence[Row], widths: Sequence[float]) -> tuple[_Band, ...]:
    bands: list[_Band] = []
    start = 0
    while start < len(rows):
        end = start + 1
        index = start
        while index < end:
            for one in rows[index].cells:
                end = max(end, index + one.rows)
            if rows[index].leads and index + 1 < len(rows):
                end = max(end, index + 2)
            index += 1
        bands.append(_measure(rows[start:end], widths))
        start = end
    return tuple(bands)


def _unjoined(band: _Band) -> list[_Band]:
    """The band's rows one by one: what takes several rows stands in the first, the others keep its place empty."""
    rows: list[list[_Placed]] = [[] for _ in band.heights]
    for item in band.cells:
        for down in range(item.cell.rows):
            one = msgspec.structs.replace(item.cell, rows=1, valign="top")
            if down == 0:
                rows[item.row].append(_Placed(one, 0, item.column, item.lines, item.text_height))
            else:
                rows[item.row + down].append(
                    _Placed(msgspec.structs.replace(one, paragraphs=()), 0, item.column, (), 0.0)
                )
    return [
        _Band(tuple(cells), (max(_row_height(cells), least),))
        for cells, least in zip(rows, [0.0] * len(rows), strict=True)
    ]


def _row_height(cells: Sequence[_Placed]) -> float:
    return max((item.text_height + 2 * _PAD_Y for item in cells), default=2 * _PAD_Y)


def _divided(band: _Band, room: float) -> tuple[_Band | None, _Band]:
    """A band of one row divided between lines: what fits into ``room`` and the rest."""
    above: list[_Placed] = []
    below: list[_Placed] = []
    for item in band.cells:
        taken, height = fitting(item.lines, room - 2 * _PAD_Y)
        rest = item.lines[taken:]
        one = msgspec.structs.replace(item.cell, valign="top")
        above.append(_Placed(one, 0, item.column, item.lines[:taken], height))
        below.append(_Placed(one, 0, item.column, rest, sum(line.height for line in rest)))
    if not any(item.lines for item in above):
        return None, band
    return _Band(tuple(above), (_row_height(above),)), _Band(tuple(below), (_row_height(below),))


class _Pending(msgspec.Struct, frozen=True):
    widths: tuple[float, ...]
    heading: _Band
    bands: tuple[_Band, ...]

    def place(self, width: float, room: float, page: float) -> tuple[Fragment | None, Block | None]:
        left = room - self.heading.height
        whole = page - self.heading.height
        bands = list(self.bands)
        chosen: list[_Band] = []
        while bands:
            band = bands[0]
            if band.height <= left + EPSILON:
                chosen.append(bands.pop(0))
                left -= band.height
                continue
            if band.height > whole + EPSILON:
                if len(band.heights) > 1:
                    bands[:1] = _unjoined(band)
                    continue
                first, rest = _divided(band, left)
                if first is not None:
                    chosen.append(first)
                    bands[0] = rest
            break
        if not chosen and (bands or not self.heading.heights):
            return None, self if bands else None
        if not bands:
            return _TablePart(self.widths, self.heading, tuple(chosen)), None
        return _TablePart(self.widths, self.heading, tuple(chosen)), _Pending(self.widths, self.heading, tuple(bands))


class _TablePart(msgspec.Struct, frozen=True):
    widths: tuple[float, ...]
    heading: _Band
    bands: tuple[_Band, ...]

    @property
    def height(self) -> float:
        return self.heading.height + sum(band.height for band in self.bands)

    def draw(self, pen: Pen, x: float, y: float, width: float) -> None:
        top = y
        edges = [x]
        for one in self.widths:
            edges.append(edges[-1] + one)
        right, bottom = edges[-1], y + self.height
        texts: list[tuple[_Placed, float, float, float, float]] = []
        for band in (self.heading, *self.bands):
            tops = [y]
            for height in band.heights:
                tops.append(tops[-1] + height)
            for item in band.cells:
                x1, x2 = edges[item.column], edges[item.column + item.cell.columns]
                y1, y2 = tops[item.row], tops[item.row + item.cell.rows]
                if item.cell.tinted:
                    pen.ground(x1, y1, x2 - x1, y2 - y1)
                texts.append((item, x1, y1, x2, y2))
            y = tops[-1]
        for item, x1, y1, x2, y2 in texts:
            if x2 < right - EPSILON:
                pen.rule(x2, y1, x2, y2)
            if y2 < bottom - EPSILON:
                pen.rule(x1, y2, x2, y2)
            space = y2 - y1 - item.text_height
            start = y1 + (space / 2 if item.cell.valign == "middle" else _PAD_Y)
            pen.lines(item.lines, x1 + _PAD_X, start, x2 - x1 - 2 * _PAD_X, item.cell.align)
        pen.box(x, top, right - x, bottom - top)
