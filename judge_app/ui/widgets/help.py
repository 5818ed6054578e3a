"""The help page of a window, beside it and never over it: what it is for, the next step, what to do when something is
wrong. The pages are ``resources/help/LANGUAGE/TOPIC.md``."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeySequence, QShortcut, QTextBlockFormat, QTextCursor, QTextFrameFormat, QTextTable
from PySide6.QtWidgets import QTextBrowser, QVBoxLayout, QWidget

from judge_app.ui.language import current, tr
from judge_app.ui.theme import theme_of

PAGES = Path(__file__).resolve().parents[3] / "resources" / "help"
TOPICS = ("start", "join", "prepare", "console", "judge", "chair", "stage", "rooms")
_PACKAGES = {"connecting": "join", "rooms": "rooms", "allrooms": "rooms"}


def topic_of(window: QWidget) -> str:
    """The page of a window, by the package that it comes from; the start window's where it has none."""
    parts = type(window).__module__.split(".")
    name = parts[2] if len(parts) > 2 else ""
    topic = _PACKAGES.get(name, name)
    return topic if topic in TOPICS else "start"


def page(topic: str, language: str) -> str:
    """The page's Markdown; raises OSError."""
    return (PAGES / language / f"{topic}.md").read_text("utf-8")


class HelpWindow(QWidget):
    """One page in a window of its own; F1 and Esc close it."""

    def __init__(self, topic: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.topic = topic
        self.text = QTextBrowser()
        self.text.setProperty("kind", "help")
        self.text.setOpenLinks(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 8, 12)
        column.addWidget(self.text)
        for key in ("F1", "Esc"):
            QShortcut(QKeySequence(key), self, self.close)
        theme = theme_of(self)
        self.setMinimumSize(theme.px(240), theme.px(240))  # its own, or the layout asks for one once it is seen
        self.resize(theme.px(440), theme.px(600))
        self._show()

    def set_topic(self, topic: str) -> None:
        self.topic = topic
        self._show()

    def _show(self) -> None:
        self.setWindowTitle(tr("Help"))
        self.text.setAccessibleName(tr("Help"))
        self.text.setMarkdown(page(self.topic, current()))
        self._space_out()

    def _space_out(self) -> None:
        """Room between lines and paragraphs, and in the cells of a table."""
        for frame in self.text.document().rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                shape = frame.format().toTableFormat()
                shape.setCellPadding(theme_of(self).px(6))
                shape.setCellSpacing(0)
                shape.setBorderCollapse(True)
                shape.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
                shape.setBorderBrush(theme_of(self).colour("line"))
                frame.setFormat(shape)
        gap = theme_of(self).px(8)
        block = self.text.document().begin()
        while block.isValid():
            form = block.blockFormat()
            form.setLineHeight(
                120.0 if QTextCursor(block).currentTable() is not None else 150.0,
                QTextBlockFormat.LineHeightTypes.ProportionalHeight.value,
            )
            inside = QTextCursor(block).currentTable() is not None
            form.setBottomMargin(0 if inside else gap)
            QTextCursor(block).setBlockFormat(form)
            block = block.next()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._show()


def offer_help(window: QWidget) -> None:
    """From now on F1 opens the window's page, and closes it again."""
    shortcut = QShortcut(QKeySequence("F1"), window)
    shortcut.activated.connect(lambda: show_help(window))


def show_help(window: QWidget) -> HelpWindow:
    """The page of a window, at the right of it where the screen has room."""
    shown = next((one for one in window.findChildren(HelpWindow) if one.isVisible()), None)
    if shown is None:
        shown = HelpWindow(topic_of(window), window)
        shown.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    room, frame = window.screen().availableGeometry(), window.frameGeometry()
    left = min(frame.right() + 8, room.right() - shown.width())
    shown.move(max(room.left(), left), max(room.top(), frame.top() + 48))
    shown.show()
    shown.raise_()
    shown.activateWindow()
    return shown
