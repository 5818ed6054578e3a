"""The presenter's monitor: the clock, the slide that is shown and the next one, and the host's words."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from judge_app.ui.language import tr
from judge_app.ui.stage.picture import Picture
from judge_app.ui.stage.results_picture import results_scene
from judge_app.ui.stage.scene import Kind, Scene
from judge_app.ui.stage.typeset import fitted, type_of
from judge_app.ui.theme import theme_of
from judge_app.ui.theme.type import BOLD, MEDIUM, REGULAR

Stills = Callable[[int, QSize], QImage]
"""A slide as a picture at a size."""

_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_CENTRE = int(Qt.AlignmentFlag.AlignCenter)


class PresenterWindow(QWidget):
    """Draws what a presenter has to see; keys pressed here go to the show (``pressed``)."""

    pressed = Signal(object)
    """A QKeyEvent for the show."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene = Scene()
        self._again: QImage | None = None
        self._message = ""
        self._stills: Stills | None = None
        self._slide = 0
        self._slides = 0
        self._trouble = ""
        self.setWindowTitle(tr("Presenter"))
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @property
    def message(self) -> str:
        return self._message

    @property
    def slide(self) -> tuple[int, int]:
        """The slide that is shown and how many there are; (0, 0) where none is."""
        return self._slide, self._slides

    def set_scene(self, scene: Scene, still: QImage | None = None) -> None:
        """What stands before the audience; ``still``: the slide that is shown again, which is all there is to see."""
        if scene != self._scene or still is not self._again:
            self._scene, self._again = scene, still
            self.setAccessibleName(" ".join(part for part in (scene.words, scene.prompt, scene.clock) if part))
            self.update()

    def set_message(self, message: str) -> None:
        """The host's words to the presenter; empty: none."""
        if message != self._message:
            self._message = message
            self.setAccessibleDescription(message)
            self.update()

    def set_trouble(self, words: str) -> None:
        """What is wrong with the slides, said where the slides would stand."""
        if words != self._trouble:
            self._trouble = words
            self.update()

    def set_slide(self, stills: Stills | None, slide: int, slides: int) -> None:
        """The slide that is shown, of how many; ``stills`` draws them where there are pictures."""
        self._stills, self._slide, self._slides = stills, slide, slides
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.pressed.emit(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        theme = theme_of(self)
        painter.fillRect(self.rect(), theme.colour("ground"))
        picture = Picture(painter, self.width(), self.height(), theme)
        banner = 76.0 if self._message else 0.0
        if self._scene.kind is Kind.STILL and self._again is not None:
            picture.still_scene(self._plain_foot(), self._again)
        elif not self._slides or self._scene.kind is not Kind.CLOCK:
            self._without_slides(picture)
        else:
            self._with_slides(painter, picture, picture.height - banner)
        if self._message:
            self._banner(picture)

    def _plain_foot(self) -> Scene:
        """The host's words stand where the foot would."""
        return msgspec.structs.replace(self._scene, foot_left="", foot_right="") if self._message else self._scene

    def _without_slides(self, picture: Picture) -> None:
        scene = self._plain_foot()
        if scene.kind is Kind.CLOCK:
            picture.clock_scene(scene)
        elif scene.kind is Kind.RESULTS:
            results_scene(picture, scene, 1.0, 1.0)
        else:
            picture.card_scene(scene)
        if self._trouble:
            box = QRectF(56, picture.height - 150, picture.width - 112, 36)
            font, lines = fitted(
                self._trouble, box.width() * picture.k, [size * picture.k for size in (22, 18)], MEDIUM
            )
            picture.text(box, lines[0], font, picture.theme.text("warn"), _CENTRE)

    def _with_slides(self, painter: QPainter, picture: Picture, bottom: float) -> None:
        theme, scene, k = picture.theme, self._scene, picture.k
        split = picture.width * 0.62
        heading = QRectF(24, 14, split - 36, 44)
        font, lines = fitted(f"{scene.number}　{scene.title}", heading.width() * k, [24 * k, 20 * k], BOLD)
        picture.text(heading, lines[0], font, theme.colour("ink"), _LEFT)
        current = QRectF(24, 66, split - 36, bottom - 66 - 52)
        self._still(painter, picture, self._slide, current)
        under = min(bottom - 46, current.y() + current.width() * 9 / 16 + 10)
        place = QRectF(24, under, split - 36, 36)
        words = tr("Slide {slide} of {slides}", slide=self._slide, slides=self._slides)
        picture.text(place, words, type_of(20 * k, REGULAR), theme.colour("ink_2"), _LEFT)
        right = QRectF(split + 12, 0, picture.width - split - 36, bottom)
        picture.words(scene, QRectF(right.x(), 20, right.width(), 52))
        colour = theme.colour("ink") if scene.clock_tone == "brand" else theme.text(scene.clock_tone)
        face = QRectF(right.x(), 76, right.width(), min(210.0, bottom * 0.33))
        picture.figures(scene.clock, face, colour)
        if scene.share is not None:
            picture.bar(scene, QRectF(right.x(), face.bottom() + 6, right.width(), 12))
        top = face.bottom() + 40
        following = self._slide + 1
        last = following > self._slides
        label = tr("This is the last slide") if last else tr("Next slide")
        picture.text(
            QRectF(right.x(), top, right.width(), 32), label, type_of(20 * k, MEDIUM), theme.colour("ink_2"), _LEFT
        )
        if not last:
            self._still(painter, picture, following, QRectF(right.x(), top + 38, right.width(), bottom - top - 62))

    def _still(self, painter: QPainter, picture: Picture, slide: int, box: QRectF) -> None:
        """A slide in a box, at its top left, with a hairline; its number where there is no picture of it."""
        k, theme = picture.k, picture.theme
        room = QSize(round(box.width() * k), round(box.height() * k))
        if self._stills is None:
            area = QRectF(box.x() * k, box.y() * k, room.width(), min(room.height(), room.width() * 9 / 16))
            painter.fillRect(area, theme.colour("paper"))
            painter.setPen(QPen(theme.colour("ink_2")))
            painter.setFont(type_of(64 * k, BOLD))
            painter.drawText(area, _CENTRE, str(slide))
            return
        ratio = self.devicePixelRatioF()
        image = self._stills(slide, QSize(round(room.width() * ratio), round(room.height() * ratio)))
        shown = QRect(
            round(box.x() * k), round(box.y() * k), round(image.width() / ratio), round(image.height() / ratio)
        )
        painter.drawImage(shown, image)
        painter.setPen(QPen(theme.colour("line"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(shown)

    def _banner(self, picture: Picture) -> None:
        """The host's words, over the whole width, hard to miss."""
        k, theme = picture.k, picture.theme
        box = QRectF(0, picture.height - 76, picture.width, 76)
        picture.block(box, theme.text("warn"))
        sizes = [size * k for size in (34, 30, 26, 22)]
        font, lines = fitted(self._message, (box.width() - 80) * k, sizes, BOLD, lines=1)
        picture.text(box, lines[0], font, theme.colour("ground"), _CENTRE)
