"""The built-in show: the pages of a PDF in a full-screen window of our own, which ends when we say so.

``PdfPages`` are the pages as pictures (for the presenter's monitor and for stills too), ``DeckWindow`` shows one and
takes the presenter's keys and clicker, ``PdfDriver`` is the driver over both. All of it belongs to the GUI thread.
"""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

import pypdfium2 as pdfium  # type: ignore[import-untyped]  # it ships no types
from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QColor,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from judge_app.show.driver import Box, DriverKind, Position, ShowError
from judge_app.show.ladder import Answer, Rung

_KEPT_PICTURES = 24
_NEXT_KEYS = frozenset(
    {Qt.Key.Key_Space, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_PageDown, Qt.Key.Key_N, Qt.Key.Key_Forward}
)
_PREVIOUS_KEYS = frozenset(
    {Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_PageUp, Qt.Key.Key_Backspace, Qt.Key.Key_P, Qt.Key.Key_Back}
)
_BLACK_KEYS = frozenset({Qt.Key.Key_B, Qt.Key.Key_Period})
"""What clickers send for their black button."""


def bring_up(window: QWidget) -> None:
    """Put a window over the others and give it the keys, where the window system lets a program do so."""
    if QGuiApplication.platformName() in {"xcb", "windows", "cocoa"}:
        window.raise_()
    window.activateWindow()


class PdfPages:
    """The pages of a PDF file. Raises ShowError for a file that is not one, is damaged or needs a password."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._document = pdfium.PdfDocument(path)
            self.count = len(self._document)
        except (pdfium.PdfiumError, FileNotFoundError) as error:
            raise ShowError(
                f"打不开 PDF：{path.name}（{error}）", f"the PDF cannot be opened: {path.name} ({error})"
            ) from error
        if not self.count:
            raise ShowError(f"PDF 没有页面：{path.name}", f"the PDF has no pages: {path.name}")
        self._pictures: OrderedDict[tuple[int, int, int], QImage] = OrderedDict()

    def size(self, slide: int) -> tuple[float, float]:
        """Width and height of a page in points."""
        width, height = self._document.get_page_size(slide - 1)
        return float(width), float(height)

    def text(self, slide: int) -> str:
        """The words on a page; empty for a page that is a picture."""
        page = self._document[slide - 1]
        try:
            return str(page.get_textpage().get_text_bounded())
        finally:
            page.close()

    def picture(self, slide: int, size: QSize) -> QImage:
        """A page as large as fits into ``size`` (device pixels) in its own ratio. Kept for the next time."""
        key = (slide, size.width(), size.height())
        if key in self._pictures:
            self._pictures.move_to_end(key)
            return self._pictures[key]
        width, height = self.size(slide)
        scale = min(size.width() / width, size.height() / height)
        page = self._document[slide - 1]
        try:
            bitmap = page.render(scale=max(scale, 0.01), rev_byteorder=True, prefer_bgrx=True)
            shape = QImage.Format.Format_RGBX8888 if bitmap.n_channels == 4 else QImage.Format.Format_RGB888
            picture = QImage(bitmap.buffer, bitmap.width, bitmap.height, bitmap.stride, shape).copy()
        except pdfium.PdfiumError:
            picture = QImage(size, QImage.Format.Format_RGB888)
            picture.fill(Qt.GlobalColor.white)
        finally:
            page.close()
        self._pictures[key] = picture
        while len(self._pictures) > _KEPT_PICTURES:
            self._pictures.popitem(last=False)
        return picture

    def close(self) -> None:
        """Let go of the file."""
        self._pictures.clear()
        self._document.close()


class DeckWindow(QWidget):
    """One page, as large as the screen. Keys: space, arrows, page keys, B for black, a number and Enter to jump.

    Escape does nothing: a presenter who touches it must not lose his slides. A click goes on.
    """

    moved = Signal(int)
    """The slide that is shown now."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pages: PdfPages | None = None
        self._slide = 1
        self._black = False
        self._typed = ""
        self.setWindowTitle("Judge App · deck")
        self.setWindowFlags(Qt.WindowType.Window | Qt.WindowType.FramelessWindowHint)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.BlankCursor)
        self.setAutoFillBackground(False)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    @property
    def slide(self) -> int:
        return self._slide

    @property
    def black(self) -> bool:
        return self._black

    def set_pages(self, pages: PdfPages | None) -> None:
        """The deck to show, from its first page on."""
        self._pages = pages
        self._slide = 1
        self._black = False
        self._typed = ""
        self.update()

    def go(self, slide: int) -> None:
        """Show a slide; beyond the ends, the nearest."""
        if self._pages is None:
            return
        self._slide = max(1, min(self._pages.count, slide))
        self._black = False
        self.update()
        self.moved.emit(self._slide)

    def set_black(self, black: bool) -> None:
        self._black = black
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if event.text().isdigit():
            self._typed = (self._typed + event.text())[-4:]
            return
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._typed:
            self.go(int(self._typed))
        elif key in _NEXT_KEYS or key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.go(self._slide if self._black else self._slide + 1)
        elif key in _PREVIOUS_KEYS:
            self.go(self._slide if self._black else self._slide - 1)
        elif key is Qt.Key.Key_Home:
            self.go(1)
        elif key is Qt.Key.Key_End and self._pages is not None:
            self.go(self._pages.count)
        elif key in _BLACK_KEYS:
            self.set_black(not self._black)
        elif key is not Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        self._typed = ""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.go(self._slide + 1)
        elif event.button() is Qt.MouseButton.RightButton:
            self.go(self._slide - 1)

    def closeEvent(self, event: QCloseEvent) -> None:
        """A window manager's close (Alt+F4 by mistake) is not an end of the show."""
        event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(0, 0, 0))
        if self._pages is None or self._black:
            return
        ratio = self.devicePixelRatioF()
        picture = self._pages.picture(self._slide, self.size() * ratio)
        shown = QSize(round(picture.width() / ratio), round(picture.height() / ratio))
        corner = QPoint((self.width() - shown.width()) // 2, (self.height() - shown.height()) // 2)
        painter.drawImage(QRect(corner, shown), picture)


class PdfDriver:
    """The built-in show as a driver, and as the ladder's hand on itself: no process, no budget, nothing that hangs.

    ``forbid`` is its latch: until ``allow`` nothing starts it, so that there is nothing to poll for.
    """

    kind = DriverKind.PDF

    def __init__(self, window: DeckWindow) -> None:
        self.window = window
        self.pages: PdfPages | None = None
        self._forbidden = False

    def open(self, deck: Path) -> int:
        if self.pages is None or self.pages.path != deck:
            self.close()
            self.pages = PdfPages(deck)
            self.window.set_pages(self.pages)
        return self.pages.count

    def start(self, screen: Box, slide: int = 1) -> None:
        if self.pages is None:
            raise ShowError("没有打开的 PDF", "no PDF is open")
        if self._forbidden:
            raise ShowError("本环节不能放映", "this phase allows no slides")
        self.window.go(slide)
        ratio = self.window.screen().devicePixelRatio()
        place = QRect(screen.x, screen.y, round(screen.width / ratio), round(screen.height / ratio))
        self.window.setGeometry(place)
        self.window.show()
        self.window.setGeometry(place)
        bring_up(self.window)

    def go(self, slide: int) -> None:
        if not self.is_running():
            raise ShowError("没有在放映", "no show is running")
        self.window.go(slide)

    def position(self) -> Position | None:
        if self.pages is None or not self.is_running():
            return None
        return Position(slide=self.window.slide, slides=self.pages.count)

    def end(self) -> int:
        running = self.is_running()
        self.window.hide()
        return int(running)

    def is_running(self) -> bool:
        return self.window.isVisible()

    def blank(self) -> None:
        self.window.set_black(True)

    def close(self) -> None:
        self.end()
        self.window.set_pages(None)
        if self.pages is not None:
            self.pages.close()
            self.pages = None

    def pids(self) -> tuple[int, ...]:
        return ()

    def forbid(self) -> None:
        """From now on nothing starts the show."""
        self._forbidden = True

    def allow(self) -> None:
        self._forbidden = False

    def attempt(self, rung: Rung, budget_ns: int) -> Answer:
        """The ladder's hand: every rung but the first is one too many for a window of ours, and does the same."""
        self.forbid()
        self.end()
        return Answer.DONE

    def gone(self) -> bool:
        return not self.is_running()
