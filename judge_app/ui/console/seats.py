"""The seats: who is here, who writes, whose sheet is in; never what is on it."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter

from judge_app.core.seats import Role
from judge_app.core.stages import SheetStatus
from judge_app.core.views import Briefing, HostView, SeatStatus
from judge_app.ui.glossary import ROLES, SHEETS, duration, judge_class
from judge_app.ui.language import tr
from judge_app.ui.theme import Theme, Tone
from judge_app.ui.theme.type import BODY, MEDIUM, TINY
from judge_app.ui.widgets.paint import paint_pill, paint_text, pill_size
from judge_app.ui.widgets.rows import Row, RowDelegate

SILENT = (Role.HOST, Role.VIEWER)
"""Seats that the list leaves out: our own, and the public's."""


class SeatRow(msgspec.Struct, frozen=True):
    """One seat. ``note`` stands small beside the name; ``away`` counts how long the seat has been without connection."""

    key: str
    name: str
    note: str
    word: str
    tone: Tone
    away: str = ""
    short: str = ""
    """The note where there is little room."""

    def spoken(self) -> str:
        return " ".join(part for part in (self.name, self.note, self.word, self.away) if part)


def away_seconds(status: SeatStatus, wall: datetime) -> int | None:
    """How long a seat that was here has been without connection; None while it is connected or never came."""
    if status.online or not status.seen or not status.offline_since:
        return None
    try:
        since = datetime.fromisoformat(status.offline_since)
    except ValueError:
        return None
    if since.tzinfo is None:
        since = since.replace(tzinfo=UTC)
    return max(0, int((wall - since).total_seconds()))


def rows(view: HostView, briefing: Briefing, wall: datetime) -> list[SeatRow]:
    """Judges first, as the panel has them; reserves who do not sit in are left out until they come; then the desk."""
    cards = {card.no: card for card in briefing.judges}
    judges, others = [], []
    for status in view.seats:
        if status.seat.role is Role.JUDGE:
            card = cards.get(status.seat.judge or "")
            if card is not None and card.reserve and not (status.seen or status.waiting or status.status):
                continue
            judges.append(_judge(view, status, bool(card and card.chair), bool(card and card.reserve), wall))
        elif status.seat.role not in SILENT:
            others.append(_other(status, wall))
    return judges + others


def _judge(view: HostView, status: SeatStatus, chair: bool, reserve: bool, wall: datetime) -> SeatRow:
    kind = judge_class(status.judge_class, short=True)
    short = tr("Chair") if chair else tr("Reserve") if reserve else ""
    note = tr("Chair · {kind}", kind=kind) if chair else tr("Reserve · {kind}", kind=kind) if reserve else kind
    word, tone = _word(view, status)
    gone = away_seconds(status, wall)
    away = tr("away {time}", time=duration(gone)) if gone is not None else ""
    if gone is not None and status.status in (None, SheetStatus.EMPTY, SheetStatus.RETURNED):
        word, tone, away = tr("Away {time}", time=duration(gone)), "stop", ""
    return SeatRow(key=status.seat.id, name=status.seat.name, note=note, word=word, tone=tone, away=away, short=short)


def _word(view: HostView, status: SeatStatus) -> tuple[str, Tone]:
    if status.waiting:
        return tr("Asks to come in"), "info"
    if status.status is SheetStatus.SUBMITTED and status.recorded_seq is not None:
        return tr("Recorded #{seq}", seq=status.recorded_seq), "ok"
    if status.status not in (None, SheetStatus.EMPTY):
        words, tone = SHEETS[status.status]
        return tr(words), tone
    if not status.seen:
        return tr("Not here yet"), "warn"
    if view.current is None or status.status is None:
        return tr("Here"), "ok"
    if status.filled:
        return tr("Writing {filled}/{lines}", filled=status.filled, lines=status.lines), "plain"
    return tr("Not begun"), "plain"


def _other(status: SeatStatus, wall: datetime) -> SeatRow:
    role = tr(ROLES[status.seat.role])
    gone = away_seconds(status, wall)
    word, tone = tr("Not here yet"), "plain"
    if status.waiting:
        word, tone = tr("Asks to come in"), "info"
    elif gone is not None:
        word, tone = tr("Away {time}", time=duration(gone)), "stop"
    elif status.online:
        word, tone = tr("Here"), "ok"
    name = status.seat.name
    return SeatRow(key=status.seat.id, name=name or role, note=role if name else "", word=word, tone=tone)  # type: ignore[arg-type]


class SeatDelegate(RowDelegate):
    """Name, class, state; the state below the name where both have no room in a line."""

    def height(self, theme: Theme, row: Row, width: int) -> int:
        assert isinstance(row, SeatRow)
        return theme.px(38) + (pill_size(theme, row.word).height() if _below(theme, row, width) else 0)

    def paint_row(self, painter: QPainter, theme: Theme, rect: QRect, row: Row) -> None:
        assert isinstance(row, SeatRow)
        right = rect.right() - theme.px(4)
        if _below(theme, row, rect.width()):
            size = pill_size(theme, row.word)
            rect = rect.adjusted(0, 0, 0, -size.height())
            at = QRect(rect.x() + theme.px(16), rect.bottom() - theme.px(4), size.width(), size.height())
            paint_pill(painter, theme, at.intersected(rect.adjusted(0, 0, 0, size.height())), row.word, row.tone)
        elif row.word:
            size = pill_size(theme, row.word)
            at = QRect(
                right - size.width(), rect.y() + (rect.height() - size.height()) // 2, size.width(), size.height()
            )
            paint_pill(painter, theme, at, row.word, row.tone)
            right = at.x() - theme.px(8)
        left = rect.x() + theme.px(16)
        small = theme.font(TINY)
        middle = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        if row.away:
            width = QFontMetrics(small).horizontalAdvance(row.away)
            paint_text(
                painter,
                QRect(right - width, rect.y(), width, rect.height()),
                row.away,
                small,
                theme.text("stop"),
                middle,
            )
            right -= width + theme.px(8)
        font = theme.font(BODY, MEDIUM)
        room = right - left
        name_width = min(QFontMetrics(font).horizontalAdvance(row.name) + 1, room)
        paint_text(
            painter, QRect(left, rect.y(), name_width, rect.height()), row.name, font, theme.colour("ink"), middle
        )
        left += name_width + theme.px(6)
        measure = QFontMetrics(small).horizontalAdvance
        note = next((words for words in (row.note, row.short) if measure(words) <= right - left), "")
        if note:
            paint_text(
                painter,
                QRect(left, rect.y(), right - left, rect.height()),
                note,
                small,
                theme.colour("ink_3"),
                middle,
            )


def _below(theme: Theme, row: SeatRow, width: int) -> bool:
    """Whether the state stands below the name, so that at least the name's first characters are read."""
    if not row.word:
        return False
    name = min(QFontMetrics(theme.font(BODY, MEDIUM)).horizontalAdvance(row.name), theme.px(64))
    away = QFontMetrics(theme.font(TINY)).horizontalAdvance(row.away) + theme.px(8) if row.away else 0
    return theme.px(16) + name + theme.px(8) + away + pill_size(theme, row.word).width() + theme.px(4) > width
