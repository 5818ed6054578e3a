"""Each screen says which it is: its number, for whom it is and its name, large, for a few seconds."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from judge_app.ui.language import mark, tr
from judge_app.ui.stage.curtain import bring_over, over_all
from judge_app.ui.stage.screens import Roles, ScreenMark, ScreenRole, mark_of
from judge_app.ui.stage.typeset import fitted, type_of
from judge_app.ui.theme import DARK, Theme, theme_of, wear
from judge_app.ui.theme.type import BOLD, MEDIUM, REGULAR

SHOWN_MS = 6000

ROLE_WORDS = {
    ScreenRole.HOST: mark("Host"),
    ScreenRole.AUDIENCE: mark("Audience"),
    ScreenRole.PRESENTER: mark("Presenter"),
    ScreenRole.SPARE: mark("Not used"),
}


def role_of(roles: Roles, screen: ScreenMark) -> ScreenRole:
    """For whom a screen is."""
    return next((role for role, had in roles.items() if had.spot == screen.spot), ScreenRole.SPARE)


def screen_name(screen: ScreenMark) -> str:
    """What a person may know a screen by: its maker's model, its plug and its size."""
    model = " ".join(part for part in (screen.maker, screen.model) if part)
    size = f"{screen.place[2]} × {screen.place[3]}"
    return " · ".join(part for part in (model, screen.name, size) if part)


class ScreenSign(QWidget):
    """One screen's sign, in its middle; it takes no focus and leaves the most of the screen free."""

    def __init__(self, number: int, role: str, name: str) -> None:
        super().__init__()
        over_all(self)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWindowTitle("Judge App · screen")
        self.number, self.role, self.name = number, role, name
        self.setAccessibleName(f"{number} {role} {name}")
        wear(self, Theme(palette=DARK))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = theme_of(self), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(self.rect())
        painter.fillRect(whole, theme.colour("ground"))
        painter.setPen(QPen(theme.colour("brand"), 6))
        painter.drawRect(whole.adjusted(3, 3, -3, -3))
        tall, wide = whole.height(), whole.width() - 48
        centre = int(Qt.AlignmentFlag.AlignCenter)
        painter.setFont(type_of(tall * 0.42, BOLD))
        painter.setPen(theme.colour("ink"))
        painter.drawText(QRectF(24, tall * 0.05, wide, tall * 0.5), centre, str(self.number))
        font, lines = fitted(self.role, wide, [tall * 0.15, tall * 0.12, tall * 0.09], MEDIUM)
        painter.setFont(font)
        painter.setPen(theme.colour("brand"))
        painter.drawText(QRectF(24, tall * 0.56, wide, tall * 0.2), centre, lines[0])
        font, lines = fitted(self.name, wide, [tall * 0.075, tall * 0.06, tall * 0.05], REGULAR)
        painter.setFont(font)
        painter.setPen(theme.colour("ink_2"))
        painter.drawText(QRectF(24, tall * 0.77, wide, tall * 0.14), centre, lines[0])


class Identify(QObject):
    """Puts a sign on every screen and takes them away again."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.signs: list[ScreenSign] = []
        self._away = QTimer(self)
        self._away.setSingleShot(True)
        self._away.timeout.connect(self.clear)

    def show(self, roles: Roles) -> None:
        """Signs on all screens now, by the roles they have."""
        self.clear()
        for number, screen in enumerate(QGuiApplication.screens(), start=1):
            known = mark_of(screen)
            sign = ScreenSign(number, tr(ROLE_WORDS[role_of(roles, known)]), screen_name(known))
            area = screen.geometry()
            size = QSize(area.width() * 2 // 5, area.height() * 2 // 5)
            corner = area.center() - QPoint(size.width() // 2, size.height() // 2)
            sign.setGeometry(QRect(corner, size))
            sign.show()
            bring_over(sign)
            self.signs.append(sign)
        self._away.start(SHOWN_MS)

    def clear(self) -> None:
        """Take the signs away."""
        self._away.stop()
        for sign in self.signs:
            sign.close()
            sign.deleteLater()
        self.signs = []
