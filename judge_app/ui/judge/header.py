"""The parts around the sheet: the bar with judge and clock, the project's head, the totals."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from judge_app.core.contest import Project
from judge_app.core.rules import Component
from judge_app.core.views import Briefing, ClockView, JudgeCard
from judge_app.seat.state import Connection, Link
from judge_app.ui.glossary import component_name, judge_class, number, phase_name, points
from judge_app.ui.judge.lines import plain
from judge_app.ui.language import tr
from judge_app.ui.theme import Tone, theme_of
from judge_app.ui.theme.type import BOLD, FIGURE, LARGE, TITLE
from judge_app.ui.widgets import ActionButton, AppearanceButton, Card, ClockFace, ElidedLabel, Label, Pill
from judge_app.ui.widgets.running import Now


class JudgeBar(QFrame):
    """Who sits here, the clock, and how the seat stands with its room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "bar")
        self.name = ElidedLabel("", "strong")
        self.seat = Pill()
        self.rehearsal = Pill()
        self.phase = Label("", "second")
        self.clock = ClockFace(TITLE)
        self.link = Pill()
        self.larger = ActionButton("A+", kind="small")
        self.larger.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.appearance = AppearanceButton()
        grid = QGridLayout(self)
        grid.setContentsMargins(16, 4, 12, 4)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(2, 1)
        left, middle, right = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        for box in (left, middle, right):
            box.setSpacing(10)
        self.name.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        left.addWidget(self.name)
        left.addWidget(self.seat)
        left.addWidget(self.rehearsal)
        left.addStretch(1)
        middle.addWidget(self.phase)
        middle.addWidget(self.clock)
        right.addStretch(1)
        right.addWidget(self.link)
        right.addWidget(self.larger)
        right.addWidget(self.appearance)
        grid.addLayout(left, 0, 0)
        grid.addLayout(middle, 0, 1)
        grid.addLayout(right, 0, 2)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._dress()

    def set_judge(self, card: JudgeCard | None, briefing: Briefing) -> None:
        name = briefing.seat.name if card is None else card.name
        self.name.setText(name or briefing.seat.id)
        self.seat.set("" if card is None else tr("{kind} · seat {no}", kind=judge_class(card.judge_class), no=card.no))
        self.rehearsal.set(tr("Rehearsal") if briefing.rehearsal else "", "warn")

    def set_clock(self, clock: ClockView | None, briefing: Briefing | None, *, scoring: bool = False) -> None:
        """``scoring``: the phases are over. Scoring has no clock, and what was left of the last phase is nothing left."""
        self.clock.set_clock(clock)
        self.clock.setVisible(clock is not None and not scoring)
        name = "" if clock is None or briefing is None else phase_name(briefing.rules, clock.phase)
        self.phase.setText(tr("Scoring") if scoring else name)

    def set_now(self, now: Now | None) -> None:
        self.clock.set_now(now)

    def set_connection(self, connection: Connection) -> None:
        """A word; what is to be said at length stands in the banner."""
        words: dict[Link, tuple[str, Tone]] = {
            Link.ONLINE: (tr("✓ Connected to the host"), "ok"),
            Link.SILENT: (tr("The host is silent"), "warn"),
            Link.OFFLINE: (tr("Disconnected"), "stop"),
            Link.CONNECTING: (tr("Connecting"), "info"),
            Link.WAITING_ADMISSION: (tr("Waiting to be let in"), "info"),
            Link.REFUSED: (tr("Not let in"), "stop"),
        }
        text, tone = words[connection.link]
        self.link.set(text, tone)
        self.clock.set_stale(connection.link not in (Link.ONLINE,))
        self._connection = connection

    def _dress(self) -> None:
        theme = theme_of(self)
        self.setMinimumHeight(theme.px(48))
        self.clock.setFixedSize(theme.px(84), theme.px(32))
        self.larger.setToolTip(tr("Larger type"))
        self.larger.setAccessibleName(tr("Larger type"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.LanguageChange) and hasattr(self, "appearance"):
            self._dress()
            held = getattr(self, "_connection", None)
            if held is not None:
                self.set_connection(held)


class ProjectHead(QWidget):
    """The project's number, name and unit, what is judged, and where the sheet stands."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.number = Label("")
        self.name = ElidedLabel("", "title", lines=2)
        self.unit = ElidedLabel("", "second")
        self.what = Label("", "second")
        self.state = Pill()
        self.what.setAlignment(Qt.AlignmentFlag.AlignRight)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch(1)
        words.addWidget(self.name)
        words.addWidget(self.unit)
        words.addStretch(1)
        side = QVBoxLayout()
        side.setSpacing(6)
        side.addStretch(1)
        side.addWidget(self.state, 0, Qt.AlignmentFlag.AlignRight)
        side.addWidget(self.what)
        side.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 12, 24, 12)
        row.setSpacing(16)
        row.addWidget(self.number)
        row.addLayout(words, 1)
        row.addLayout(side)
        self._dress()

    def set_project(
        self, project: Project | None, entry_no: str, components: Sequence[Component], word: str, tone: Tone
    ) -> None:
        self.number.setText(number(entry_no))
        self.name.setText("" if project is None else project.name)
        parts = () if project is None else (project.lead_unit, project.topic or project.track)
        self.unit.setText(" · ".join(part for part in parts if part))
        self.what.setText(
            ""
            if not components
            else tr("{name} · full marks {full}", name=component_name(components[0]), full=points(components[0].max))
        )
        self.state.set(word, tone)

    def _dress(self) -> None:
        theme = theme_of(self)
        self.number.setStyleSheet(
            f"font-size: {theme.px(FIGURE)}px; font-weight: {BOLD}; color: {theme.palette.brand};"
        )

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "number"):
            self._dress()


def _sum(value: int | None) -> str:
    return "—" if value is None else plain(value)


class TotalsCard(Card):
    """The running total, large; components that are counted apart beside it; what is missing above."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.missing = Label("", "second")
        self.total = Label("")
        self.of = Label("", "second")
        self.others = Label("", "second", wrap=True)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.total)
        beside = QVBoxLayout()
        beside.setSpacing(0)
        beside.addStretch(1)
        beside.addWidget(self.of)
        beside.addWidget(self.others)
        beside.addSpacing(8)
        row.addLayout(beside, 1)
        self.body.setSpacing(0)
        self.body.setContentsMargins(20, 12, 20, 10)
        self.body.addWidget(self.missing)
        self.body.addLayout(row)
        self._dress()

    def set_totals(self, components: Sequence[Component], sums: Sequence[int | None], missing: int) -> None:
        """``sums`` are hundredths, by component; None: nothing is given there yet, which is not 0."""
        self.missing.setText(tr("Total ({n} missing)", n=missing) if missing else tr("Total"))
        self.total.setText(_sum(sums[0]) if sums else "—")
        self.of.setText(tr("of {full}", full=points(components[0].max)) if components else "")
        apart = [
            tr("{name} {sum} of {full}", name=component_name(component), sum=_sum(held), full=points(component.max))
            for component, held in zip(components[1:], sums[1:], strict=True)
        ]
        self.others.setText("\n".join(apart))
        self.others.setVisible(bool(apart))
        self.setAccessibleName(" ".join((self.missing.text(), self.total.text(), self.of.text(), *apart)))

    def _dress(self) -> None:
        theme = theme_of(self)
        self.total.setStyleSheet(f"font-size: {theme.px(LARGE)}px; font-weight: {BOLD};")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and hasattr(self, "total"):
            self._dress()
