"""The chair's list of projects: where each stands, and its total and rank so far."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter

from judge_app.core.stages import ProjectStage
from judge_app.core.views import Briefing, ChairView, ProjectProgress, ReviewStep
from judge_app.core.working import ProjectResult, Status
from judge_app.ui.chair import review
from judge_app.ui.glossary import STAGES, number, printed
from judge_app.ui.language import mark, tr
from judge_app.ui.theme import Theme, Tone
from judge_app.ui.theme.type import BODY, BOLD, MEDIUM, REGULAR, SMALL
from judge_app.ui.widgets.label import broken
from judge_app.ui.widgets.paint import paint_pill, paint_text, pill_size
from judge_app.ui.widgets.rows import Row, RowDelegate


class ProjectRow(msgspec.Struct, frozen=True):
    """One project: ``result`` is its total and rank in words, empty while there is none."""

    key: str
    number: str
    name: str
    word: str
    tone: Tone
    result: str = ""
    total: str = ""
    shown: bool = False

    def spoken(self) -> str:
        return " ".join(part for part in (self.number, self.name, self.word, self.result) if part)


def rows(view: ChairView, briefing: Briefing, shown: str) -> list[ProjectRow]:
    names = {project.entry_no: project.name for project in briefing.projects}
    results = {one.entry_no: one for one in view.tabulation.projects} if view.tabulation is not None else {}
    return [
        ProjectRow(
            key=one.entry_no,
            number=number(one.entry_no),
            name=names.get(one.entry_no, ""),
            word=word,
            tone=tone,
            result=_result(one, results.get(one.entry_no)),
            total=_result(one, results.get(one.entry_no), short=True),
            shown=one.entry_no == shown,
        )
        for one in view.projects
        for word, tone in (
            state(
                one,
                results.get(one.entry_no),
                hidden=one.entry_no in view.own_pending,
                reviewed=review.wanted(briefing),
            ),
        )
    ]


REVIEW: dict[ReviewStep, tuple[str, Tone]] = {
    ReviewStep.NONE: (mark("Computable"), "info"),
    ReviewStep.RECOMPUTED: (mark("To check"), "info"),
    ReviewStep.DIFFERS: (mark("Differs"), "stop"),
    ReviewStep.CHECKED: (mark("Checked"), "ok"),
}
"""How far the desk's review is, where the rules have one."""


def state(
    one: ProjectProgress, result: ProjectResult | None, *, hidden: bool, reviewed: bool = False
) -> tuple[str, Tone]:
    """Where a project stands, as the chair needs to know it; ``reviewed``: the desk reviews every result."""
    words, tone = STAGES[one.stage]
    if one.stage is ProjectStage.WAITING:
        return tr(words), "plain"
    if one.stage is ProjectStage.CLOSED and result is not None and not hidden:
        if result.status is Status.PENDING_RULING:
            return tr("Ruling needed"), "warn"
        if result.status is Status.INCOMPLETE:
            return tr("Incomplete"), "warn"
        if reviewed:
            said, colour = REVIEW[one.review]
            return tr(said), colour
    if one.stage is ProjectStage.SCORING and one.expected:
        return tr("{done} of {total} in", done=one.done, total=one.expected), "warn"
    return tr(words), tone


def _result(one: ProjectProgress, result: ProjectResult | None, *, short: bool = False) -> str:
    if result is None or result.total is None or one.stage not in (ProjectStage.CLOSED, ProjectStage.LOCKED):
        return ""
    if result.rank is None or short:
        return printed(result.total)
    return tr("{total} · rank {n}", total=printed(result.total), n=result.rank)


class ProjectDelegate(RowDelegate):
    """Number and name, below them state and result."""

    def height(self, theme: Theme, row: Row, width: int) -> int:
        assert isinstance(row, ProjectRow)
        lines = len(_lines(theme, row, width)) * QFontMetrics(_font(theme, row)).lineSpacing()
        return lines + pill_size(theme, row.word).height() + theme.px(18)

    def paint_ground(self, painter: QPainter, theme: Theme, rect: QRect, row: Row) -> None:
        assert isinstance(row, ProjectRow)
        if row.shown:
            painter.fillRect(rect, theme.colour("brand_soft"))
            painter.fillRect(rect.x(), rect.y(), theme.px(4), rect.height(), theme.colour("brand"))

    def paint_row(self, painter: QPainter, theme: Theme, rect: QRect, row: Row) -> None:
        assert isinstance(row, ProjectRow)
        font = _font(theme, row)
        spacing = QFontMetrics(font).lineSpacing()
        top = rect.y() + theme.px(8)
        at = QRect(rect.x() + theme.px(16), top, theme.px(32), spacing)
        paint_text(painter, at, row.number, theme.font(BODY, BOLD if row.shown else MEDIUM), theme.colour("ink_2"))
        left = rect.x() + theme.px(46)
        for line in _lines(theme, row, rect.width()):
            paint_text(painter, QRect(left, top, rect.right() - left, spacing), line, font, theme.colour("ink"))
            top += spacing
        top += theme.px(2)
        size = pill_size(theme, row.word)
        paint_pill(
            painter, theme, QRect(left, top, min(size.width(), rect.right() - left), size.height()), row.word, row.tone
        )
        left += size.width() + theme.px(8)
        if row.result and left < rect.right():
            room = QRect(left, top, rect.right() - left, size.height())
            align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            font = theme.font(SMALL, MEDIUM)
            measure = QFontMetrics(font).horizontalAdvance
            words = next((one for one in (row.result, row.total) if measure(one) <= room.width()), "")
            edge = max(0, min(theme.px(4), room.width() - measure(words)))  # off the bar, where there is room
            paint_text(painter, room.adjusted(0, 0, -edge, 0), words, font, theme.colour("ink"), align)


def _font(theme: Theme, row: ProjectRow) -> QFont:
    return theme.font(BODY, BOLD if row.shown else REGULAR)


def _lines(theme: Theme, row: ProjectRow, width: int) -> list[str]:
    return broken(row.name, QFontMetrics(_font(theme, row)), width - theme.px(46), 2)
