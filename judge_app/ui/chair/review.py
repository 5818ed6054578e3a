"""The desk's recomputation: every number of the working beside the printed sheet, ticked one after the other.

The scorer and the checker compare each line with the paper: the same, or what the paper says instead, and why. Ticks are
this window's own until the whole result is recorded; a line whose number has changed loses its tick.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from judge_app.core.review import Line, Tick, lines
from judge_app.core.seats import Role
from judge_app.core.stages import ProjectStage
from judge_app.core.views import Briefing, ChairView, ReviewView
from judge_app.core.working import ProjectResult
from judge_app.ui.glossary import component_name, local_time
from judge_app.ui.language import either, mark, tr
from judge_app.ui.own_rules import rules_of
from judge_app.ui.theme import Theme
from judge_app.ui.theme.type import BODY, BOLD, MEDIUM, REGULAR, SMALL
from judge_app.ui.widgets import ActionButton, Card, Label, RowDelegate, RowList
from judge_app.ui.widgets.paint import paint_text
from judge_app.ui.widgets.rows import Row


def wanted(briefing: Briefing) -> bool:
    """Whether this session's rules have the desk review every result."""
    return briefing.rules.review == "two_people"


def result_of(view: ChairView, entry_no: str) -> ProjectResult | None:
    """A project's result as far as this seat may see it."""
    if view.tabulation is None or entry_no not in view.visible:
        return None
    return next((one for one in view.tabulation.projects if one.entry_no == entry_no), None)


def review_of(view: ChairView, entry_no: str) -> ReviewView:
    return next((one for one in view.reviews if one.entry_no == entry_no), ReviewView(entry_no=entry_no))


def lines_of(view: ChairView, briefing: Briefing, entry_no: str) -> tuple[Line, ...]:
    """What is to be ticked for a project; nothing before its result can be computed, or once it is locked."""
    result = result_of(view, entry_no)
    stage = next((one.stage for one in view.projects if one.entry_no == entry_no), None)
    if result is None or stage is not ProjectStage.CLOSED or not result.status.finished:
        return ()
    return lines(rules_of(briefing, entry_no), result)


def my_turn(view: ChairView, briefing: Briefing, entry_no: str) -> bool:
    """Whether the one who sits here is the next to go through this project's numbers."""
    if not wanted(briefing) or not lines_of(view, briefing, entry_no):
        return False
    review = review_of(view, entry_no)
    if briefing.seat.role is Role.SCORER:
        return review.recomputed is None
    if briefing.seat.role is Role.CHECKER:
        return review.recomputed is not None and not review.recomputed.differences and review.checked is None
    return False


def may_look_again(view: ChairView, briefing: Briefing, entry_no: str) -> bool:
    """Whether the one who sits here found a difference in this project and may go through it again."""
    review, role = review_of(view, entry_no), briefing.seat.role
    own = {Role.SCORER: review.recomputed, Role.CHECKER: review.checked}.get(role)
    return own is not None and bool(own.differences) and bool(lines_of(view, briefing, entry_no))


VOTES = {
    "votes_rank": mark("Rank by votes"),
    "votes_points": mark("Points before the cap"),
    "votes_cap": mark("Cap"),
    "votes_counted": mark("Points that count"),
}
"""The lines of the points for votes, as the printed summary names them."""


def _votes_name(briefing: Briefing, entry_no: str) -> str:
    rule = rules_of(briefing, entry_no).popularity
    return "" if rule is None else either(rule.name, rule.name_en)


def line_words(briefing: Briefing, entry_no: str, key: str) -> str:
    """A line in words: 专家评委评分 · E2 王二."""
    kind, component_key, judge = key.split("|", 2) if key.count("|") >= 2 else (key, "", "")
    component = rules_of(briefing, entry_no).component(component_key)
    name = component_name(component) if component is not None else ""
    if kind == "mark":
        who = next((card.name for card in briefing.judges if card.no == judge), "")
        return " · ".join(part for part in (name, f"{judge} {who}".strip()) if part)
    if kind == "component":
        return tr("{component}: mean", component=name)
    if kind in VOTES:
        return tr("{component}: {line}", component=_votes_name(briefing, entry_no), line=tr(VOTES[kind]))
    return tr("Deducted") if kind == "deducted" else tr("Total", note="result")


def difference_words(briefing: Briefing, entry_no: str, tick: Tick) -> str:
    return tr(
        "{line}: {shown} here, {found} on the sheet ({reason})",
        line=line_words(briefing, entry_no, tick.line),
        shown=tick.shown,
        found=tick.found,
        reason=tick.reason,
    )


def found_words(view: ChairView, briefing: Briefing, entry_no: str) -> list[str]:
    """What was found otherwise on the sheets of a project, number by number."""
    review = review_of(view, entry_no)
    ticks = [tick for one in (review.recomputed, review.checked) if one is not None for tick in one.differences]
    return [difference_words(briefing, entry_no, tick) for tick in ticks]


def standing_words(view: ChairView, entry_no: str) -> list[str]:
    """Who has gone through a project's numbers, and when."""
    review = review_of(view, entry_no)
    made = []
    if review.recomputed is not None:
        one = review.recomputed
        made.append(tr("Recomputed by {name} at {time}", name=one.name, time=local_time(one.at, seconds=False)))
    if review.checked is not None:
        one = review.checked
        made.append(tr("Checked by {name} at {time}", name=one.name, time=local_time(one.at, seconds=False)))
    return made


class ReviewRow(msgspec.Struct, frozen=True):
    """A line to be ticked, or (``heading``) the name of the part that its lines belong to."""

    key: str
    label: str
    shown: str = ""
    found: str = ""
    ticked: bool = False
    now: bool = False
    heading: bool = False
    strong: bool = False

    def spoken(self) -> str:
        if self.heading:
            return self.label
        state = tr("differs: {found}", found=self.found) if self.found else tr("the same") if self.ticked else ""
        return " ".join(part for part in (self.label, self.shown, state) if part)


class ReviewDelegate(RowDelegate):
    """A tick, the line, its number, and below it what the paper says where that is another."""

    def height(self, theme: Theme, row: Row, width: int) -> int:
        assert isinstance(row, ReviewRow)
        return theme.px(26 if row.heading else 50 if row.found else 32)

    def paint_ground(self, painter: QPainter, theme: Theme, rect: QRect, row: Row) -> None:
        assert isinstance(row, ReviewRow)
        if row.now:
            painter.fillRect(rect, theme.colour("brand_soft"))
            painter.fillRect(rect.x(), rect.y(), theme.px(4), rect.height(), theme.colour("brand"))

    def paint_row(self, painter: QPainter, theme: Theme, rect: QRect, row: Row) -> None:
        assert isinstance(row, ReviewRow)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        left = rect.x() + theme.px(14)
        if row.heading:
            at = QRect(left, rect.y(), rect.right() - left, rect.height())
            paint_text(painter, at, row.label, theme.font(SMALL, MEDIUM), theme.colour("ink_2"))
            return
        first = QRect(left, rect.y(), rect.right() - left - theme.px(4), theme.px(32))
        mark = "≠" if row.found else "✓" if row.ticked else "·"
        tone = "stop" if row.found else "ok" if row.ticked else "ink_2"
        box = QRect(first.x(), first.y(), theme.px(18), first.height())
        paint_text(painter, box, mark, theme.font(BODY, BOLD), theme.colour(tone), Qt.AlignmentFlag.AlignCenter)
        weight = BOLD if row.strong or row.now else REGULAR
        wide = QFontMetrics(theme.font(BODY, BOLD)).horizontalAdvance(row.shown) + theme.px(4)
        number = QRect(first.right() - wide, first.y(), wide, first.height())
        words = QRect(box.right() + theme.px(8), first.y(), number.x() - box.right() - theme.px(14), first.height())
        paint_text(painter, words, row.label, theme.font(BODY, weight), theme.colour("ink"))
        paint_text(painter, number, row.shown, theme.font(BODY, weight), theme.colour("ink"), right)
        if row.found:
            below = QRect(words.x(), rect.y() + theme.px(28), first.right() - words.x(), theme.px(18))
            said = tr("On the sheet: {found}", found=row.found)
            paint_text(painter, below, said, theme.font(SMALL, MEDIUM), theme.text("stop"), right)


class ReviewCard(Card):
    """The lines of one project. ``changed``: something was ticked or taken back; ``differs_asked`` for the line at hand."""

    changed = Signal()
    differs_asked = Signal()
    again_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(flush=True, parent=parent)
        self._entry_no = ""
        self._lines: tuple[Line, ...] = ()
        self._briefing: Briefing | None = None
        self._done: dict[str, dict[str, Tick]] = {}
        self._at = ""
        self.list = RowList(ReviewDelegate)
        self.words = Label("", "second", wrap=True)
        self.differs = ActionButton("", "D")
        self.again = ActionButton("")
        self._foot = QWidget()
        foot = QVBoxLayout(self._foot)
        foot.setContentsMargins(12, 8, 12, 8)
        foot.addWidget(self.words)
        row = QHBoxLayout()
        row.addWidget(self.differs)
        row.addWidget(self.again)
        foot.addLayout(row)
        foot.addStretch(1)
        self.body.addWidget(self.list, 1)
        self.body.addWidget(self._foot)
        for button in (self.differs, self.again):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.list.picked.connect(self._picked)
        self.differs.clicked.connect(self.differs_asked)
        self.again.clicked.connect(self.again_asked)

    def set_project(self, entry_no: str, briefing: Briefing, now: Sequence[Line]) -> None:
        """The lines that are to be ticked now. What was ticked before stays where its number is the same."""
        self._entry_no, self._lines, self._briefing = entry_no, tuple(now), briefing
        keys = {line.key: line.shown for line in now}
        kept = self._done.get(entry_no, {})
        self._done[entry_no] = {key: tick for key, tick in kept.items() if keys.get(key) == tick.shown}
        if self._at not in keys:
            self._at = self._next_open()
        self.refresh()

    @property
    def at_hand(self) -> Line | None:
        """The line that is to be compared now; None once every line has been."""
        return next((line for line in self._lines if line.key == self._at), None)

    @property
    def comparing(self) -> bool:
        """Whether there are numbers to compare now."""
        return bool(self._lines)

    @property
    def ticks(self) -> tuple[Tick, ...]:
        """What was ticked, in the order of the lines."""
        done = self._done.get(self._entry_no, {})
        return tuple(done[line.key] for line in self._lines if line.key in done)

    @property
    def complete(self) -> bool:
        return bool(self._lines) and len(self.ticks) == len(self._lines)

    def tick(self, found: str = "", reason: str = "") -> None:
        """The line at hand is the same on the sheet, or ``found`` stands there; on to the next."""
        line = self.at_hand
        if line is None:
            return
        tick = Tick(line=line.key, shown=line.shown, found=found if found != line.shown else "", reason=reason)
        self._done.setdefault(self._entry_no, {})[line.key] = tick
        self._at = self._next_open(after=line.key)
        self.refresh()
        self.list.show_row(self._at or line.key)
        self.changed.emit()

    def forget(self, entry_no: str) -> None:
        """The ticks of a project are recorded, or begun again."""
        self._done.pop(entry_no, None)
        self._at = ""

    def _next_open(self, after: str = "") -> str:
        done = self._done.get(self._entry_no, {})
        keys = [line.key for line in self._lines]
        start = keys.index(after) + 1 if after in keys else 0
        return next((key for key in (*keys[start:], *keys[:start]) if key not in done), "")

    def _picked(self, key: str) -> None:
        if any(line.key == key for line in self._lines):
            self._done.get(self._entry_no, {}).pop(key, None)
            self._at = key
            self.refresh()
            self.changed.emit()

    def refresh(self) -> None:
        """Every word and row again."""
        self.differs.set_action(tr("Differs…"))
        self.again.set_action(tr("Compare again"))
        self.differs.setVisible(self.at_hand is not None)
        self.list.setAccessibleName(tr("Numbers to compare"))
        briefing = self._briefing
        if briefing is None:
            return
        done = self._done.get(self._entry_no, {})
        if self._lines:
            count = tr("{done} of {total}", done=len(self.ticks), total=len(self._lines))
            self.set_heading(tr("Compare with paper"), count)
        else:
            self.set_heading(tr("Compared"))
        made: list[ReviewRow] = []
        part = ""
        for line in self._lines:
            if line.component and line.component != part:
                component = rules_of(briefing, self._entry_no).component(line.component)
                heading = component_name(component) if component is not None else line.component
                made.append(ReviewRow(key=f"head|{line.component}", label=heading, heading=True))
            part = line.component
            if line.kind == "votes_rank":
                made.append(ReviewRow(key="head|votes", label=_votes_name(briefing, self._entry_no), heading=True))
            tick = done.get(line.key)
            made.append(
                ReviewRow(
                    key=line.key,
                    label=self._label(briefing, line),
                    shown=line.shown,
                    found="" if tick is None else tick.found,
                    ticked=tick is not None,
                    now=line.key == self._at,
                    strong=line.kind not in ("mark", "votes_rank", "votes_points", "votes_cap"),
                )
            )
        self.list.set_rows(made)

    def _label(self, briefing: Briefing, line: Line) -> str:
        if line.kind == "mark":
            name = next((card.name for card in briefing.judges if card.no == line.judge), "")
            return f"{line.judge} {name}".strip()
        if line.kind in VOTES:
            return tr(VOTES[line.kind])
        return tr("Mean as printed") if line.kind == "component" else line_words(briefing, self._entry_no, line.key)

    def show_done(self, words: Sequence[str], *, again: bool) -> None:
        """What stands of this project's review, in words; ``again`` lets the one who found a difference begin anew."""
        self.list.setVisible(bool(self._lines))
        self.words.setText("\n".join(words))
        self.words.setVisible(bool(words))
        self.again.setVisible(again)
        self._foot.setVisible(bool(words) or again or self.at_hand is not None)
