"""The running order: every project with where it stands."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter

from judge_app.core.stages import ProjectStage
from judge_app.core.views import Briefing, HostView, ProjectProgress
from judge_app.ui.console.steps import running_phase
from judge_app.ui.glossary import OUT, STAGES, number, phase_name
from judge_app.ui.language import tr
from judge_app.ui.own_rules import rules_of
from judge_app.ui.theme import Theme, Tone
from judge_app.ui.theme.type import BODY, BOLD, MEDIUM, REGULAR, SMALL
from judge_app.ui.widgets.label import broken
from judge_app.ui.widgets.paint import paint_pill, paint_text, pill_size
from judge_app.ui.widgets.rows import Row, RowDelegate


class OrderRow(msgspec.Struct, frozen=True):
    """One project of the running order."""

    key: str
    number: str
    name: str
    word: str
    tone: Tone
    current: bool = False
    over: bool = False
    pill: bool = True

    def spoken(self) -> str:
        return f"{self.number} {self.name} {self.word}"


def rows(view: HostView, briefing: Briefing, order: Sequence[str] | None = None) -> list[OrderRow]:
    """The rows of a view; ``order`` is a running order that is not taken yet."""
    names = {project.entry_no: project.name for project in briefing.projects}
    progress = {one.entry_no: one for one in view.projects}
    wanted = [one.entry_no for one in view.projects] if order is None else list(order)
    following = next((no for no in wanted if progress[no].stage is ProjectStage.WAITING), "")
    phase = running_phase(view)
    made = []
    for entry_no in wanted:
        one = progress[entry_no]
        word, tone, pill = _state(
            one, entry_no == following, phase_name(rules_of(briefing, view.current), phase) if phase else ""
        )
        made.append(
            OrderRow(
                key=entry_no,
                number=number(entry_no),
                name=names.get(entry_no, ""),
                word=word,
                tone=tone,
                pill=pill,
                current=entry_no == view.current,
                over=one.stage in OUT or one.stage in (ProjectStage.LOCKED, ProjectStage.CLOSED),
            )
        )
    return made


def _state(one: ProjectProgress, following: bool, phase: str) -> tuple[str, Tone, bool]:
    words, tone = STAGES[one.stage]
    if one.stage is ProjectStage.WAITING:
        return (tr("Next up"), "plain", False) if following else ("", "plain", False)
    if one.stage is ProjectStage.RUNNING and phase:
        return tr("On stage", note="phase", phase=phase), tone, True
    if one.stage is ProjectStage.CALLED and one.call > 1:
        return tr("Called {n} times", n=one.call), "warn", True
    if one.stage is ProjectStage.SCORING:
        return tr("{n} missing", n=one.expected - one.done), tone, True
    return tr(words), tone, True


class OrderDelegate(RowDelegate):
    """Number, name in up to two lines, state beside it; below it where the column is too narrow for both."""

    def height(self, theme: Theme, row: Row, width: int) -> int:
        assert isinstance(row, OrderRow)
        lines = len(_lines(theme, row, width)) * QFontMetrics(_font(theme, row)).lineSpacing()
        if _below(theme, row, width):
            lines += pill_size(theme, row.word).height() + theme.px(2)
        return max(theme.px(40), lines + theme.px(12))

    def paint_ground(self, painter: QPainter, theme: Theme, rect: QRect, row: Row) -> None:
        assert isinstance(row, OrderRow)
        if row.current:
            painter.fillRect(rect, theme.colour("brand_soft"))
            painter.fillRect(rect.x(), rect.y(), theme.px(4), rect.height(), theme.colour("brand"))

    def paint_row(self, painter: QPainter, theme: Theme, rect: QRect, row: Row) -> None:
        assert isinstance(row, OrderRow)
        ink = theme.colour("ink_2" if row.over else "ink")
        number_rect = QRect(rect.x() + theme.px(16), rect.y(), theme.px(36), rect.height())
        weight = BOLD if row.current else MEDIUM
        paint_text(painter, number_rect, row.number, theme.font(BODY, weight), theme.colour("ink_2"))
        font, below = _font(theme, row), _below(theme, row, rect.width())
        lines = _lines(theme, row, rect.width())
        spacing = QFontMetrics(font).lineSpacing()
        size = pill_size(theme, row.word)
        tall = spacing * len(lines) + (size.height() + theme.px(2) if below else 0)
        top = rect.y() + (rect.height() - tall) // 2
        left = rect.x() + theme.px(_LEFT)
        for line in lines:
            paint_text(painter, QRect(left, top, _name_width(theme, row, rect.width()), spacing), line, font, ink)
            top += spacing
        if row.word:
            at = QRect(left, top + theme.px(2), min(size.width(), rect.right() - left), size.height())
            if not below:
                middle = rect.y() + (rect.height() - size.height()) // 2
                at = QRect(rect.right() - theme.px(4) - size.width(), middle, size.width(), size.height())
            _paint_word(painter, theme, at, row, below)


_LEFT = 50
_NARROW = 104


def _paint_word(painter: QPainter, theme: Theme, at: QRect, row: OrderRow, below: bool) -> None:
    if row.pill:
        paint_pill(painter, theme, at, row.word, row.tone)
        return
    side = Qt.AlignmentFlag.AlignLeft if below else Qt.AlignmentFlag.AlignRight
    paint_text(painter, at, row.word, theme.font(SMALL), theme.colour("ink_2"), side | Qt.AlignmentFlag.AlignVCenter)


def _font(theme: Theme, row: OrderRow) -> QFont:
    return theme.font(BODY, BOLD if row.current else REGULAR)


def _beside(theme: Theme, row: OrderRow, width: int) -> int:
    """What is left for the name with the state beside it."""
    taken = pill_size(theme, row.word).width() + theme.px(20) if row.word else theme.px(12)
    return width - theme.px(_LEFT) - taken


def _below(theme: Theme, row: OrderRow, width: int) -> bool:
    """Whether the state stands under the name."""
    if not row.word or _beside(theme, row, width) >= theme.px(_NARROW):
        return False
    return QFontMetrics(_font(theme, row)).horizontalAdvance(row.name) > _beside(theme, row, width)


def _name_width(theme: Theme, row: OrderRow, width: int) -> int:
    if _below(theme, row, width):
        return max(theme.px(40), width - theme.px(_LEFT) - theme.px(12))
    return max(theme.px(40), _beside(theme, row, width))


def _lines(theme: Theme, row: OrderRow, width: int) -> list[str]:
    """The name in at most two lines."""
    return broken(row.name, QFontMetrics(_font(theme, row)), _name_width(theme, row, width), 2)
