"""The first window: what do you want to do? It asks, shows what is wrong where it is, and hands the wish on."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from judge_app import __version__
from judge_app.core.contest import Contest
from judge_app.core.errors import Problem
from judge_app.ui.language import current, tr
from judge_app.ui.start.host_page import HostPage
from judge_app.ui.start.join_page import JoinPage
from judge_app.ui.start.problems import ProblemList
from judge_app.ui.start.ways import Recent, RecentDelegate, Way, WayDelegate, rows
from judge_app.ui.widgets import LANGUAGES, AppearanceButton, Card, Label, NextStepButton, RowList, TopBar


class StartWindow(QWidget):
    """Signals are wishes; whoever carries them out answers with ``set_contest``, ``set_problems``, ``set_busy`` or
    ``set_failed``, and opens what comes next.

    ``host_requested`` (workbook, session), ``open_requested`` (file of a session opened before), ``join_requested``
    (link, or address and code; name of this computer or ''), ``find_requested`` (rooms on the network are looked for),
    ``workbook_chosen`` (path, to be read and checked).
    """

    host_requested = Signal(str, str)
    open_requested = Signal(str)
    join_requested = Signal(str, str)
    find_requested = Signal()
    rehearse_requested = Signal()
    prepare_requested = Signal(str)
    rooms_requested = Signal()
    workbook_chosen = Signal(str)
    language_requested = Signal(str)
    look_requested = Signal(str)
    scale_requested = Signal(float)
    leave_requested = Signal()

    def __init__(
        self, ways: tuple[Way, ...] = ("host", "join", "rehearse", "prepare", "rooms"), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._ways = ways
        self._way: Way = ways[0]
        self._busy = ""
        self._make()
        self._lay_out()
        self._connect()
        self.setMinimumSize(960, 540)
        self.resize(1280, 720)
        self.retranslate()

    # making

    def _make(self) -> None:
        self._bar = TopBar()
        self._product = Label("", "strong")
        self._version = Label(__version__, "tiny")
        self._languages = QButtonGroup(self)
        for code, words in LANGUAGES.items():
            button = QPushButton(words)
            button.setProperty("kind", "chip")
            button.setProperty("code", code)
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._languages.addButton(button)
        self.appearance = AppearanceButton()
        self._ask = Label("", "head", wrap=True)
        self.way_list = RowList(WayDelegate, fit=True)
        self.way_card = Card(flush=True)
        self.recent_list = RowList(RecentDelegate, fit=True)
        self.recent_card = Card(flush=True)
        self._title = Label("", "title", wrap=True)
        self.pages = QStackedWidget()
        self.pages.setProperty("kind", "flow")
        self.host_page = HostPage()
        self.join_page = JoinPage()
        self._rehearse_text = Label("", wrap=True)
        self._prepare_text = Label("", wrap=True)
        self._rooms_text = Label("", wrap=True)
        self._failed = QFrame()
        self._failed_title = Label("", "strong", tone="stop", wrap=True)
        self._failed_list = ProblemList(fit=True)
        self.next_button = NextStepButton()

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self._bar.add_left(self._product, self._version)
        self._bar.add_right(*self._languages.buttons(), self.appearance)
        outer.addWidget(self._bar)
        columns = QHBoxLayout()
        columns.setContentsMargins(32, 24, 32, 24)
        columns.setSpacing(24)
        left = QVBoxLayout()
        left.setSpacing(16)
        left.addWidget(self._ask)
        self.way_card.body.addWidget(self.way_list)
        left.addWidget(self.way_card)
        self.recent_card.body.addWidget(self.recent_list)
        left.addWidget(self.recent_card)
        left.addStretch(1)
        columns.addLayout(left, 42)
        columns.addWidget(self._details(), 58)
        outer.addLayout(columns, 1)

    def _details(self) -> QWidget:
        self.pages.addWidget(self.host_page)
        self.pages.addWidget(self.join_page)
        for label in (self._rehearse_text, self._prepare_text, self._rooms_text):
            self.pages.addWidget(_top(label))
        self._failed.setProperty("kind", "trouble")
        self._failed.setProperty("tone", "stop")
        inside = QVBoxLayout(self._failed)
        inside.setContentsMargins(4, 8, 12, 8)
        self._failed_title.setContentsMargins(8, 0, 0, 0)  # in line with the list's words
        inside.addWidget(self._failed_title)
        self._failed_list.setMaximumHeight(160)
        inside.addWidget(self._failed_list)
        self._failed.hide()
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        card = Card()
        card.body.setContentsMargins(24, 20, 24, 20)
        card.body.setSpacing(12)
        card.body.addWidget(self._title)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self.pages)
        card.body.addWidget(scroll, 1)
        column.addWidget(card, 1)
        column.addWidget(self._failed)
        column.addWidget(self.next_button)
        self._failed.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        return side

    def _connect(self) -> None:
        self._languages.buttonClicked.connect(lambda button: self.language_requested.emit(button.property("code")))
        self.appearance.language_requested.connect(self.language_requested)
        self.appearance.look_requested.connect(self.look_requested)
        self.appearance.scale_requested.connect(self.scale_requested)
        self.way_list.picked.connect(self.choose_way)
        self.recent_list.picked.connect(self.open_requested)
        self.host_page.workbook_chosen.connect(self._workbook_chosen)
        self.host_page.changed.connect(self._show_step)
        self.join_page.changed.connect(self._join_changed)
        self.join_page.find_requested.connect(self.find_requested)
        self.next_button.clicked.connect(self.take_next_step)

    # setters

    def set_recent(self, recent: Sequence[Recent]) -> None:
        """Sessions opened before, the last one first."""
        self.recent_list.set_rows(list(recent))
        self.recent_card.setVisible(bool(recent))

    def set_contest(self, path: str, contest: Contest) -> None:
        """The workbook at ``path`` was read and is in order."""
        self.host_page.set_contest(path, contest)

    def set_problems(self, path: str, problems: Sequence[Problem]) -> None:
        """The workbook at ``path`` cannot be taken: every problem with its place."""
        self.host_page.set_problems(path, problems)

    def set_busy(self, words: str) -> None:
        """What is being done after a wish, in words; '' when it is over."""
        self._busy = words
        self._show_step()

    def set_failed(self, title: str, problems: Sequence[Problem] = ()) -> None:
        """A wish that could not be carried out: what, and why; an empty title takes it away."""
        self._failed_title.setText(title)
        self._failed_list.set_problems(problems)
        self._failed_list.setVisible(bool(problems))
        self._failed.setVisible(bool(title))
        self._busy = ""
        self._show_step()

    def set_link(self, link: str) -> None:
        """A join link from elsewhere (a file that was opened, a room found on the network)."""
        self.choose_way("join")
        self.join_page.link.setText(link)
        self.join_page.link.setCursorPosition(0)

    # showing

    @property
    def way(self) -> str:
        return self._way

    def choose_way(self, way: str) -> None:
        """What the person wants to do."""
        if way not in self._ways:
            return
        self._way = next(one for one in self._ways if one == way)
        self.set_failed("")
        self._show()
        if way == "join":
            self.join_page.show_page()
        elif way == "host" and not self.host_page.ready:
            self.host_page.path.setFocus(Qt.FocusReason.OtherFocusReason)

    def retranslate(self) -> None:
        """Every text again, in the language in force."""
        self.setWindowTitle(tr("Roadshow Judging"))
        self._product.setText(tr("Roadshow Judging"))
        self._ask.setText(tr("What do you want to do?"))
        for button in self._languages.buttons():
            button.setChecked(button.property("code") == current())
        self.way_list.setAccessibleName(tr("What do you want to do?"))
        self.recent_list.setAccessibleName(tr("Sessions opened before"))
        self.recent_card.set_heading(tr("Sessions opened before"))
        self.recent_card.setVisible(bool(self.recent_list.rows))
        self.host_page.retranslate()
        self.join_page.retranslate()
        self._rehearse_text.setText(
            tr(
                "Ten invented projects, twelve judges, a recusal, an absence and a tie at the cut. Robots sit in the"
                " judges' seats; you host. Everything is kept apart from real sessions."
            )
        )
        self._prepare_text.setText(
            tr("Import an organiser's workbook, put right what is wrong, split it into sessions.")
        )
        self._rooms_text.setText(tr("Which session runs where, who is late, what has reached the centre."))
        self._failed_list.retranslate()
        self._show()

    def _show(self) -> None:
        self.way_list.set_rows(rows(self._ways, self._way))
        order: tuple[Way, ...] = ("host", "join", "rehearse", "prepare", "rooms")
        self.pages.setCurrentIndex(order.index(self._way))
        titles: dict[Way, str] = {
            "host": tr("Host a session"),
            "join": tr("Join a session"),
            "rehearse": tr("Rehearse with sample data"),
            "prepare": tr("Prepare a contest"),
            "rooms": tr("All rooms"),
        }
        self._title.setText(titles[self._way])
        self._show_step()

    def _join_changed(self) -> None:
        self.set_failed("")

    def _show_step(self) -> None:
        page = self.host_page
        ready, text = True, ""
        match self._way:
            case "host":
                ready = not page.reading
                if page.mendable:
                    text = tr("Put it right in Prepare")
                elif page.reading:
                    text = tr("Reading the workbook…")
                elif page.held_before:
                    text = tr("Go on with this session")
                else:
                    text = tr("Host {session}", session=page.session) if page.session else tr("Choose the workbook…")
            case "join":
                ready = self.join_page.ready
                text = tr("Join")
            case "rehearse":
                text = tr("Start the rehearsal")
            case "prepare":
                text = tr("Prepare")
            case "rooms":
                text = tr("Show all rooms")
        if self._busy and (not ready or self._asks_for_a_file):  # what is started was chosen elsewhere
            self.next_button.set_step(self._busy, key="")
        else:
            key = ready and not self._busy and not self._asks_for_a_file
            self.next_button.set_step(text, self._busy, tr("Enter") if key else "")
        self.next_button.setEnabled(ready and not self._busy)

    # wishes

    def _workbook_chosen(self, path: str) -> None:
        self.set_failed("")
        self.workbook_chosen.emit(path)

    def take_next_step(self) -> None:
        """Hands the wish on."""
        if not self.next_button.isEnabled():
            return
        match self._way:
            case "host" if self.host_page.mendable:
                self.prepare_requested.emit(self.host_page.workbook)
            case "host" if self.host_page.held_before:
                self.open_requested.emit(self.host_page.workbook)
            case "host" if self._asks_for_a_file:
                self.host_page.open_dialog()
            case "host":
                self.host_requested.emit(self.host_page.workbook, self.host_page.session)
            case "join":
                self.join_requested.emit(self.join_page.invitation, self.join_page.name.text().strip())
            case "rehearse":
                self.rehearse_requested.emit()
            case "prepare":
                self.prepare_requested.emit("")
            case "rooms":
                self.rooms_requested.emit()

    @property
    def _asks_for_a_file(self) -> bool:
        """Whether the next step is to choose a workbook; Enter, which ends a path that is typed, does not ask for it."""
        page = self.host_page
        return self._way == "host" and not (page.ready or page.mendable or page.held_before)

    # keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not self._asks_for_a_file:
                self.take_next_step()
        elif event.text().isdigit() and 1 <= int(event.text()) <= len(self._ways):
            self.choose_way(self._ways[int(event.text()) - 1])
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self.retranslate()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.setFocus(Qt.FocusReason.OtherFocusReason)


def _top(label: Label) -> QWidget:
    """A label at the top of a page."""
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(label)
    column.addStretch(1)
    return page
