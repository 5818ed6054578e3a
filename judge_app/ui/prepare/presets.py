"""Rule sets as rows to choose from: the name, and what kind of contest it makes."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter

from judge_app.core.marks import plain
from judge_app.core.rules import RuleSet
from judge_app.ui.language import either, tr, tr_count
from judge_app.ui.theme import Theme
from judge_app.ui.theme.type import BODY, MEDIUM, SMALL
from judge_app.ui.widgets.paint import wrapped_lines
from judge_app.ui.widgets.rows import Row, RowDelegate


class PresetRow(msgspec.Struct, frozen=True):
    """One rule set."""

    key: str
    title: str
    text: str

    @classmethod
    def of(cls, rules: RuleSet) -> PresetRow:
        """A rule set in a line: full marks, parts, times, and how many values wait for confirmation."""
        parts = [
            tr("full marks {n}", n=plain(rules.full_marks)),
            tr_count(len(rules.components), "{n} component", "{n} components"),
        ]
        if rules.timing is not None:
            minutes = "+".join(f"{phase.seconds / 60:g}" for phase in rules.timing.phases)
            parts.append(tr("{minutes} minutes", minutes=minutes))
        if rules.all_assumed:
            parts.append(tr("{n} to confirm", n=len(rules.all_assumed)))
        return cls(rules.key, either(rules.name.zh, rules.name.en), " · ".join(parts))

    def spoken(self) -> str:
        return f"{self.title}. {self.text}"


class PresetDelegate(RowDelegate):
    """The name above, what it makes below."""

    def height(self, theme: Theme, row: Row, width: int) -> int:
        assert isinstance(row, PresetRow)
        room = width - theme.px(32)
        title, text = theme.font(BODY, MEDIUM), theme.font(SMALL)
        tall = wrapped_lines(row.title, title, room) * QFontMetrics(title).lineSpacing()
        return tall + wrapped_lines(row.text, text, room) * QFontMetrics(text).lineSpacing() + theme.px(16)

    def paint_row(self, painter: QPainter, theme: Theme, rect: QRect, row: Row) -> None:
        assert isinstance(row, PresetRow)
        room, left, top = rect.width() - theme.px(32), rect.x() + theme.px(16), rect.y() + theme.px(8)
        flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)
        title, text = theme.font(BODY, MEDIUM), theme.font(SMALL)
        tall = wrapped_lines(row.title, title, room) * QFontMetrics(title).lineSpacing()
        painter.setFont(title)
        painter.setPen(theme.colour("ink"))
        painter.drawText(QRect(left, top, room, tall), flags, row.title)
        painter.setFont(text)
        painter.setPen(theme.colour("ink_2"))
        painter.drawText(QRect(left, top + tall, room, rect.bottom() - top - tall), flags, row.text)
