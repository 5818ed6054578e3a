"""How a form is put together: a pen that draws on a page, and blocks that find their place on as many pages as they need.

Lengths are points, the origin is the page's upper left corner, y grows downwards. Nothing is ever cut off: what does not
fit goes to the next page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal, Protocol

import msgspec
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from judge_app.core.contest import Struct
from judge_app.sheets.fonts import ASCENT, Weight, font, printable
from judge_app.sheets.text import EPSILON, INK, LABEL, SOFT, Line, Paragraph, Span, Style, wrap

MM: Final = 72 / 25.4
HAIR: Final = 0.4
FRAME: Final = 0.9
"""Widths of rules inside a table and around it."""
RULE: Final = 0.5
TINT: Final = 0.955
"""Greys of hairlines and of the ground of heading cells (0 black, 1 white)."""


class Pen:
    """Draws on one page of a canvas: grounds and boxes at once, then rules by their width, then the text as one object."""

    def __init__(self, canvas: Canvas, size: tuple[float, float]) -> None:
        self._canvas = canvas
        self._height = size[1]
        self._text = canvas.beginText()
        self._face: tuple[Weight, float] | None = None
        self._ink: float | None = None
        self._rules: dict[tuple[float, float], list[tuple[float, float, float, float]]] = {}

    def write(self, x: float, baseline: float, span: Span) -> None:
        style = span.style
        if self._face != (style.weight, style.size):
            self._face = (style.weight, style.size)
            font(style.weight)
            self._text.setFont(style.weight.value, style.size)
        if self._ink != style.ink:
            self._ink = style.ink
            self._text.setFillGray(style.ink)
        self._text.setTextOrigin(x, self._height - baseline)
        self._text.textLine(span.text)

    def rule(self, x1: float, y1: float, x2: float, y2: float, width: float = HAIR, grey: float = RULE) -> None:
        self._rules.setdefault((width, grey), []).append((x1, self._height - y1, x2, self._height - y2))

    def box(self, x: float, y: float, width: float, height: float, *, line: float = FRAME, grey: float = INK) -> None:
        self._canvas.setLineWidth(line)
        self._canvas.setStrokeGray(grey)
        self._canvas.rect(x, self._height - y - height, width, height, stroke=1, fill=0)

    def ground(self, x: float, y: float, width: float, height: float, grey: float = TINT) -> None:
        self._canvas.setFillGray(grey)
        self._canvas.rect(x, self._height - y - height, width, height, stroke=0, fill=1)

    def lines(self, lines: Iterable[Line], x: float, y: float, width: float, align: str) -> float:
        """Lines one under the other from ``y`` on; returns where the next one would begin."""
        for line in lines:
            left = x + {"left": 0.0, "center": (width - line.width) / 2, "right": width - line.width}[align]
            baseline = y + (line.height - line.size) / 2 + ASCENT * line.size
            for offset, advance, span in line.pieces:
                self.write(left + offset, baseline, span)
                if span.struck:
                    middle = baseline - 0.32 * span.style.size
                    self.rule(left + offset - 1, middle, left + offset + advance + 1, middle, 0.8, INK)
            y += line.height
        return y

    def code(self, x: float, y: float, side: float, matrix: Sequence[Sequence[int]]) -> None:
        """A QR code: dark modules in runs, as one path in units of a module."""
        path = ["n"]
        for row, modules in enumerate(matrix):
            column = 0
            while column < len(modules):
                run = column
                while run < len(modules) and modules[run]:
                    run += 1
                if run > column:
                    path.append(f"{column} {-row - 1} {run - column} 1 re")
                column = run + 1
        self._canvas.saveState()
        self._canvas.translate(x, self._height - y)
        self._canvas.scale(side / len(matrix), side / len(matrix))
        self._canvas.setFillGray(0)
        self._canvas.drawPath(PDFPathObject(path), stroke=0, fill=1)
        self._canvas.restoreState()

    def finish(self) -> None:
        """Draws what was gathered: the rules, then the text."""
        for (width, grey), lines in self._rules.items():
            self._canvas.setLineWidth(width)
            self._canvas.setStrokeGray(grey)
            self._canvas.lines(lines)
        self._canvas.drawText(self._text)


class Fragment(Protocol):
    """A part of a form that has its place on one page."""

    @property
    def height(self) -> float: ...

    def draw(self, pen: Pen, x: float, y: float, width: float) -> None: ...


class Block(Protocol):
    """A part of a form that has yet to be placed."""

    def place(self, width: float, room: float, page: float) -> tuple[Fragment | None, Block | None]:
        """(what fits into ``room``, what is left for the next page); ``page`` is the room of an empty page. Where
        nothing fits the first is None; on an empty page something always does."""
        ...


class Gap(msgspec.Struct, frozen=True):
    """Empty space; none at the head of a page."""

    height: float = 2.6 * MM

    def place(self, width: float, room: float, page: float) -> tuple[Fragment | None, Block | None]:
        if room >= page - EPSILON or self.height > room:
            return Gap(0), None
        return self, None

    def draw(self, pen: Pen, x: float, y: float, width: float) -> None:
        pass


class _Set(msgspec.Struct, frozen=True):
    lines: tuple[Line, ...]
    height: float
    align: str
    inset: float

    def draw(self, pen: Pen, x: float, y: float, width: float) -> None:
        pen.lines(self.lines, x + self.inset, y, width - 2 * self.inset, self.align)


class Prose(msgspec.Struct, frozen=True):
    """Paragraphs over the full width, divided between lines where a page ends."""

    paragraphs: tuple[Paragraph, ...]
    align: Literal["left", "center", "right"] = "left"
    inset: float = 0.0

    def place(self, width: float, room: float, page: float) -> tuple[Fragment | None, Block | None]:
        lines = [line for paragraph in self.paragraphs for line in wrap(paragraph, width - 2 * self.inset)]
        return _Rest(tuple(lines), self.align, self.inset).place(width, room, page)


class _Rest(msgspec.Struct, frozen=True):
    lines: tuple[Line, ...]
    align: str
    inset: float

    def place(self, width: float, room: float, page: float) -> tuple[Fragment | None, Block | None]:
        taken, height = fitting(self.lines, room)
        if not taken:
            return None, self
        rest = self.lines[taken:]
        return _Set(self.lines[:taken], height, self.align, self.inset), _Rest(
            rest, self.align, self.inset
        ) if rest else None


def fitting(lines: Sequence[Line], room: float) -> tuple[int, float]:
    """How many lines fit into ``room``, and their height."""
    height = 0.0
    for count, line in enumerate(lines):
        if height + line.height > room + EPSILON:
            return count, height
        height += line.height
    return len(lines), height


class Signature(Struct, frozen=True):
    """A line to sign on: what is signed for, and who has already confirmed it electronically (with when)."""

    label: str
    confirmed: str = ""
    line: bool = True
    """False: the label has its own blanks (日期：　　年　　月　　日)."""
    share: float = 1.0
    """Its part of the row's width."""


class SigningBlock(msgspec.Struct, frozen=True):
    """Lines to sign on, in rows; kept on one page."""

    rows: tuple[tuple[Signature, ...], ...]
    row_height: float = 12.5 * MM

    def _height(self) -> float:
        return self.row_height * len(self.rows)

    @property
    def height(self) -> float:
        return self._height()

    def place(self, width: float, room: float, page: float) -> tuple[Fragment | None, Block | None]:
        if self._height() > room + EPSILON and room < page - EPSILON:
            return None, self
        return self, None

    def draw(self, pen: Pen, x: float, y: float, width: float) -> None:
        for row in self.rows:
            unit = width / sum(signature.share for signature in row)
            foot = y + self.row_height - 2.2 * MM
            left = x
            for signature in row:
                column = unit * signature.share
                span = Span(printable(signature.label), LABEL)
                label = font(LABEL.weight).width(span.text, LABEL.size)
                pen.write(left, foot - 1.2, span)
                start, end = left + label + 3, left + column - 5 * MM
                if signature.line and end > start:
                    pen.rule(start, foot, end, foot, 0.5, INK)
                    if signature.confirmed:
                        self._confirmed(pen, signature.confirmed, start, foot, end - start)
                left += column
            y += self.row_height

    @staticmethod
    def _confirmed(pen: Pen, words: str, x: float, foot: float, width: float) -> None:
        style = Style(size=7, ink=SOFT, leading=1.2)
        lines = wrap((Span(words, style),), width)
        pen.lines(lines, x, foot - 0.6 - sum(line.height for line in lines), width, "left")
