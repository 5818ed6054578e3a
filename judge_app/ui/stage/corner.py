"""The clock over the slides: small, in a corner, with the prompt in words when there is one."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QWidget

from judge_app.ui.stage.scene import Scene
from judge_app.ui.stage.typeset import type_of
from judge_app.ui.theme import theme_of
from judge_app.ui.theme.type import BOLD, MEDIUM


class CornerClock(QWidget):
    """Lies over the top right corner of its parent, or of a rectangle; its size follows the screen's."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene = Scene()
        self._over = QSize(1280, 720)
        self._corner = QPoint(0, 0)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    @property
    def words(self) -> str:
        """What stands before the time: the prompt, or that the clock is held."""
        scene = self._scene
        return scene.prompt or (scene.words if scene.tone == "info" else "")

    def set_place(self, corner: QPoint, over: QSize) -> None:
        """The picture that it lies over: its top left corner, in the coordinates of ``move``, and its size."""
        self._corner, self._over = corner, over
        self._arrange()

    def set_scene(self, scene: Scene) -> None:
        if scene != self._scene:
            self._scene = scene
            self.setAccessibleName(" ".join(part for part in (self.words, scene.clock) if part))
            self._arrange()
            self.update()

    def _k(self) -> float:
        return min(self._over.width() / 1280, self._over.height() / 720)

    def _arrange(self) -> None:
        k = self._k()
        figures = QFontMetricsF(type_of(34 * k, BOLD))
        width = figures.horizontalAdvance("0" * len(self._scene.clock)) * 0.94 + 40 * k
        if self.words:
            width += QFontMetricsF(type_of(22 * k, MEDIUM)).horizontalAdvance(self.words) + 16 * k
        size = QSize(round(width), round(56 * k))
        self.resize(size)
        if self.isWindow():  # translucency needs a compositor, which a projector's screen may not have
            shape = QPainterPath()
            shape.addRoundedRect(QRectF(self.rect()), 10 * k, 10 * k)
            self.setMask(QRegion(shape.toFillPolygon().toPolygon()))
        else:
            self.clearMask()
        self.move(
            self._corner.x() + self._over.width() - size.width() - round(16 * k), self._corner.y() + round(14 * k)
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, k, scene = theme_of(self), self._k(), self._scene
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        urgent = scene.clock_tone in ("warn", "stop")
        ground = theme.text(scene.clock_tone) if urgent else theme.colour("ground")
        if not urgent and not self.isWindow():
            ground.setAlpha(224)
        ink = theme.colour("ground") if urgent else theme.colour("ink")
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(self.rect()), 10 * k, 10 * k)
        painter.setPen(QPen(ink))
        inner = QRectF(self.rect()).adjusted(20 * k, 0, -20 * k, 0)
        painter.setFont(type_of(34 * k, BOLD))
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), scene.clock)
        if self.words:
            painter.setFont(type_of(22 * k, MEDIUM))
            painter.drawText(inner, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), self.words)
