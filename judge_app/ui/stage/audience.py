"""The audience's picture: a Scene drawn as large as the projector is, to be read from thirty metres."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from judge_app.ui.language import tr
from judge_app.ui.stage.motion import Motion
from judge_app.ui.stage.picture import Picture
from judge_app.ui.stage.results_picture import results_scene
from judge_app.ui.stage.scene import Kind, Scene
from judge_app.ui.theme import theme_of


class AudienceSurface(QWidget):
    """Draws the scene it was given. Lengths are of a grid of 1280 × 720 that is as large as the widget."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene = Scene()
        self._still: QImage | None = None
        self.motion = Motion(self)
        self.motion.moved.connect(self.update)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    @property
    def scene(self) -> Scene:
        return self._scene

    @property
    def still(self) -> QImage | None:
        """The slide that is shown again, if any."""
        return self._still

    def set_scene(self, scene: Scene, still: QImage | None = None) -> None:
        """Another picture; nothing is drawn where it is the same. ``still``: of the slide that is shown again."""
        if scene == self._scene and still is self._still:
            return
        self._still = still
        before, self._scene = self._scene, scene
        if scene.results is not None and scene.results != before.results:
            self.motion.begin(counting=bool(scene.results.total))
        said = (scene.kicker, scene.number, scene.title, scene.words, scene.prompt, scene.clock, scene.note)
        slide = tr("Slide {n}", n=scene.still) if scene.still else ""
        self.setAccessibleName(" ".join(part for part in (*said, slide) if part))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        theme = theme_of(self)
        painter.fillRect(self.rect(), theme.colour("ground"))
        picture = Picture(painter, self.width(), self.height(), theme)
        if self._scene.kind is Kind.CLOCK:
            picture.clock_scene(self._scene)
        elif self._scene.kind is Kind.STILL and self._still is not None:
            picture.still_scene(self._scene, self._still)
        elif self._scene.kind is Kind.RESULTS:
            results_scene(picture, self._scene, self.motion.way, self.motion.count)
        else:
            picture.card_scene(self._scene)
