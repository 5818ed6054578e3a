"""Two charts where people would rather look: each judge's marks of the locked projects, and time planned and used.

The marks are for information only; no result is changed by them, and nothing is shown of a project before its lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from judge_app.core.clock import SECOND, EndedBy, used_ns
from judge_app.core.stages import ProjectStage
from judge_app.core.views import Briefing, ChairView
from judge_app.core.working import Use
from judge_app.ui.glossary import component_name, duration, number, phase_name, points
from judge_app.ui.language import tr
from judge_app.ui.theme import Theme
from judge_app.ui.theme.type import BODY, MEDIUM, SMALL
from judge_app.ui.widgets import RowDelegate
from judge_app.ui.widgets.paint import paint_text
from judge_app.ui.widgets.rows import Row


class ChartRow(msgspec.Struct, frozen=True):
    """One line of a chart. ``dots`` and ``mean`` are places of marks, ``planned`` and ``used`` lengths of bars, all in
    thousandths of the width; a heading has words alone."""

    key: str
    label: str
    words: str = ""
    heading: bool = False
    dots: tuple[int, ...] = ()
    mean: int | None = None
    planned: int | None = None
    used: int = 0
    over: bool = False

    def spoken(self) -> str:
        return " ".join(part for part in (self.label, self.words) if part)


def rows(view: ChairView, briefing: Briefing) -> list[ChartRow]:
    """Both charts, the marks first."""
    return [*_marks(view, briefing), *_times(view, briefing)]


def _marks(view: ChairView, briefing: Briefing) -> list[ChartRow]:
    locked = {one.entry_no for one in view.projects if one.stage is ProjectStage.LOCKED}
    results = [one for one in view.tabulation.projects if one.entry_no in locked] if view.tabulation else []
    names = {card.no: card.name for card in briefing.judges}
    made: list[ChartRow] = []
    for component in briefing.rules.judged_components:
        given: dict[str, list[Decimal]] = {}
        for result in results:
            held = result.components.get(component.key)
            for mark in held.marks if held is not None else ():
                if mark.total is not None and mark.use is not Use.NOT_VALID:
                    given.setdefault(mark.judge, []).append(mark.total)
        if not given:
            continue
        low = min(min(marks) for marks in given.values())
        high = max(max(marks) for marks in given.values())
        title = tr(
            "{component}: {low} to {high}", component=component_name(component), low=points(low), high=points(high)
        )
        made.append(ChartRow(key=f"part|{component.key}", label=title, heading=True))
        made += [
            ChartRow(
                key=f"{component.key}|{judge}",
                label=f"{judge} {names.get(judge, '')}".strip(),
                words=tr("mean {mean} ({n})", mean=f"{sum(marks) / len(marks):.2f}", n=len(marks)),
                dots=tuple(_place(mark, low, high) for mark in sorted(marks)),
                mean=_place(sum(marks, Decimal(0)) / len(marks), low, high),
            )
            for judge in names
            if (marks := given.get(judge))
        ]
    if not made:
        return [ChartRow(key="marks", label=tr("Judges' marks show once projects are locked"), heading=True)]
    notice = tr("Marks by judge, locked projects: no result is changed by this")
    return [ChartRow(key="marks", label=notice, heading=True), *made]


def _place(value: Decimal, low: Decimal, high: Decimal) -> int:
    return 500 if high == low else int((value - low) * 1000 / (high - low))


def _times(view: ChairView, briefing: Briefing) -> list[ChartRow]:
    done = [run for run in view.runs if run.ended_ns is not None and run.ended_by is not EndedBy.UNDONE]
    if not done:
        return []
    spent = [(run, used_ns(run, run.ended_ns or 0) // SECOND, run.planned_ns // SECOND) for run in done]
    longest = max(max(used, planned) for _, used, planned in spent) or 1
    return [
        ChartRow(key="times", label=tr("Time planned and used"), heading=True),
        *(
            ChartRow(
                key=f"run|{run.run}",
                label=f"{number(run.entry_no)} {phase_name(briefing.rules, run.phase)}",
                words=tr("{used} of {planned}", used=duration(used), planned=duration(planned)),
                planned=planned * 1000 // longest,
                used=used * 1000 // longest,
                over=used > planned,
            )
            for run, used, planned in spent
        ),
    ]


class ChartDelegate(RowDelegate):
    """A label, the line of the chart, and its figures in words."""

    def height(self, theme: Theme, row: Row, width: int) -> int:
        assert isinstance(row, ChartRow)
        return theme.px(34 if row.heading else 28)

    def paint_row(self, painter: QPainter, theme: Theme, rect: QRect, row: Row) -> None:
        assert isinstance(row, ChartRow)
        inside = rect.adjusted(theme.px(16), 0, -theme.px(16), 0)
        if row.heading:
            paint_text(painter, inside, row.label, theme.font(BODY, MEDIUM), theme.colour("ink"))
            return
        small, third = theme.font(SMALL), inside.width() // 4
        paint_text(
            painter, QRect(inside.x(), inside.y(), third, inside.height()), row.label, small, theme.colour("ink")
        )
        right = QRect(inside.right() - third, inside.y(), third, inside.height())
        align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        paint_text(painter, right, row.words, small, theme.text("warn") if row.over else theme.colour("ink_2"), align)
        space = theme.px(12)
        chart = QRect(inside.x() + third + space, inside.y(), inside.width() - 2 * (third + space), inside.height())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.planned is None:
            _paint_dots(painter, theme, chart, row.dots, row.mean)
        else:
            _paint_bars(painter, theme, chart, row)


def _paint_dots(painter: QPainter, theme: Theme, at: QRect, dots: Sequence[int], mean: int | None) -> None:
    middle = at.center().y()
    painter.setPen(QPen(theme.colour("line"), 1))
    painter.drawLine(at.x(), middle, at.right(), middle)
    painter.setPen(Qt.PenStyle.NoPen)
    colour = theme.colour("brand")
    colour.setAlpha(150)
    painter.setBrush(colour)
    radius = theme.px(4)
    for dot in dots:
        painter.drawEllipse(QRectF(at.x() + at.width() * dot / 1000 - radius, middle - radius, 2 * radius, 2 * radius))
    if mean is not None:
        place = at.x() + at.width() * mean // 1000
        painter.setPen(QPen(theme.colour("ink"), theme.px(2)))
        painter.drawLine(place, middle - theme.px(9), place, middle + theme.px(9))


def _paint_bars(painter: QPainter, theme: Theme, at: QRect, row: ChartRow) -> None:
    tall = theme.px(12)
    top = at.center().y() - tall // 2
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.soft("brand"))
    painter.drawRect(QRect(at.x(), top, at.width() * (row.planned or 0) // 1000, tall))
    painter.setBrush(theme.text("warn") if row.over else theme.colour("brand"))
    painter.drawRect(QRect(at.x(), top + tall // 4, at.width() * row.used // 1000, tall // 2))
