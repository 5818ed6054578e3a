"""The supervisor's list: what was reopened, returned, ruled, replaced, added or entered for others, newest first."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from judge_app.core.acts import Act, Kind
from judge_app.core.stages import SheetStatus
from judge_app.core.views import Briefing, ChairView
from judge_app.ui.chair.questions import judge_name
from judge_app.ui.glossary import ROLES, SHEETS, duration, local_time, number, people
from judge_app.ui.language import mark, tr, tr_count
from judge_app.ui.theme import Theme
from judge_app.ui.theme.type import BODY, MEDIUM, SMALL
from judge_app.ui.widgets import Card, Label, RowDelegate, RowList
from judge_app.ui.widgets.label import broken
from judge_app.ui.widgets.paint import paint_text
from judge_app.ui.widgets.rows import Row

KINDS: dict[Kind, str] = {
    Kind.REOPENED: mark("Opened again"),
    Kind.RETURNED: mark("Sheet returned"),
    Kind.CORRECTED: mark("Sheet corrected"),
    Kind.LATE: mark("Sheet late"),
    Kind.EVIDENCE: mark("Sheet after the lock, not counted"),
    Kind.PRESENCE: mark("Presence changed"),
    Kind.REPLACED: mark("Reserve sits in"),
    Kind.RULED: mark("Ruling"),
    Kind.DIFFERS: mark("Desk found differences"),
    Kind.FROM_PAPER: mark("Sheet entered from paper"),
    Kind.PAPER_DROPPED: mark("Paper reading voided"),
    Kind.NO_SHOW: mark("No-show settled"),
    Kind.REMOVED: mark("Out of the contest"),
    Kind.REORDERED: mark("Running order changed"),
    Kind.TIME: mark("Time given or taken"),
    Kind.RESTARTED: mark("Phase run again"),
    Kind.JUDGE_ADDED: mark("Judge added"),
    Kind.DEVICE_OUT: mark("Computer put out"),
}
"""What kind of act it was, in words."""


class ActRow(msgspec.Struct, frozen=True):
    """One act: when, what, about whom, by whom and why."""

    key: str
    time: str
    what: str
    about: str
    why: str

    def spoken(self) -> str:
        return " ".join(part for part in (self.time, self.what, self.about, self.why) if part)


def rows(view: ChairView, briefing: Briefing) -> list[ActRow]:
    """The list, newest first."""
    return [_row(act, briefing) for act in reversed(view.acts)]


def _row(act: Act, briefing: Briefing) -> ActRow:
    who = judge_name(briefing, act.judge) if act.judge else ""
    other = _other(act, briefing)
    about = [number(act.entry_no) if act.entry_no else "", who, "" if other == who else other]
    by = _actor(act.actor, briefing)
    why = tr("{reason} — {actor}", reason=act.reason, actor=by) if act.reason else by
    return ActRow(
        key=str(act.seq),
        time=local_time(act.at, seconds=False),
        what=tr(KINDS[act.kind]),
        about=" · ".join(part for part in about if part),
        why=why,
    )


def _other(act: Act, briefing: Briefing) -> str:
    match act.kind:
        case Kind.REPLACED:
            return judge_name(briefing, act.other)
        case Kind.PRESENCE:
            return tr(SHEETS[SheetStatus(act.other)][0]) if act.other else tr("Present")
        case Kind.REOPENED:
            return tr("with {name}", name=act.other)
        case Kind.CORRECTED:
            return tr("Version {n}", n=act.other)
        case Kind.DIFFERS:
            return tr_count(int(act.other), "{n} difference", "{n} differences")
        case Kind.TIME:
            seconds = int(act.other)
            return ("+" if seconds > 0 else "") + duration(seconds)
        case Kind.REORDERED:
            return tr("now: {nos}", nos=people([number(no) for no in act.other.split("、")]))
        case Kind.FROM_PAPER:
            return people(act.other.split("、"))
        case Kind.DEVICE_OUT:
            return _actor(act.other, briefing)
        case _:
            return act.other


def _actor(seat: str, briefing: Briefing) -> str:
    """A seat by the role or the judge that it is for."""
    kind, _, no = seat.partition(":")
    if no:
        return judge_name(briefing, no)
    roles = {role.value: words for role, words in ROLES.items()}
    return tr(roles[kind]) if kind in roles else tr("The room itself")


class ActDelegate(RowDelegate):
    """What and when in the first line, about whom below, and why."""

    def height(self, theme: Theme, row: Row, width: int) -> int:
        assert isinstance(row, ActRow)
        small = QFontMetrics(theme.font(SMALL)).lineSpacing()
        lines = bool(row.about) + len(self._why(theme, row, width))
        return QFontMetrics(theme.font(BODY, MEDIUM)).lineSpacing() + small * lines + theme.px(14)

    def paint_row(self, painter: QPainter, theme: Theme, rect: QRect, row: Row) -> None:
        assert isinstance(row, ActRow)
        left, top = rect.x() + theme.px(14), rect.y() + theme.px(6)
        width = rect.width() - theme.px(28)
        font, small = theme.font(BODY, MEDIUM), theme.font(SMALL)
        spacing = QFontMetrics(font).lineSpacing()
        clock = QFontMetrics(small).horizontalAdvance(row.time) + theme.px(6)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        paint_text(painter, QRect(left, top, width - clock, spacing), row.what, font, theme.colour("ink"))
        paint_text(painter, QRect(left, top, width, spacing), row.time, small, theme.colour("ink_2"), right)
        top += spacing
        spacing = QFontMetrics(small).lineSpacing()
        for line in ([row.about] if row.about else []) + self._why(theme, row, rect.width()):
            paint_text(painter, QRect(left, top, width, spacing), line, small, theme.colour("ink_2"))
            top += spacing

    def _why(self, theme: Theme, row: ActRow, width: int) -> list[str]:
        return broken(row.why, QFontMetrics(theme.font(SMALL)), width - theme.px(28), 2) if row.why else []


class ActsCard(Card):
    """The list itself; read-only."""

    def __init__(self) -> None:
        super().__init__(flush=True)
        self.list = RowList(ActDelegate)
        self._none = Label("", "second", wrap=True)
        self._none_row = QWidget()
        inside = QVBoxLayout(self._none_row)  # margins of the label's own are lost when the style changes
        inside.setContentsMargins(14, 10, 14, 10)
        inside.addWidget(self._none)
        self.body.addWidget(self._none_row)
        self.body.addWidget(self.list, 1)

    def show_acts(self, view: ChairView, briefing: Briefing) -> None:
        made = rows(view, briefing)
        self.set_heading(tr("Out of the ordinary"), str(len(made)))
        self.list.setAccessibleName(tr("Out of the ordinary"))
        self._none.setText(tr("Nothing was reopened, ruled, added or replaced so far."))
        self._none_row.setVisible(not made)
        self.list.setVisible(bool(made))
        self.list.set_rows(made)
