"""How a Scene is drawn: lengths are of a grid of 1280 × 720 that is as large as what is drawn on."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen

from judge_app.ui.language import tr
from judge_app.ui.stage.scene import Scene
from judge_app.ui.stage.typeset import fitted, type_of
from judge_app.ui.theme import Theme
from judge_app.ui.theme.type import BOLD, MEDIUM, REGULAR

_GRID_WIDTH = 1280.0
_GRID_HEIGHT = 720.0
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_CENTRE = int(Qt.AlignmentFlag.AlignCenter)


class Picture:
    """One drawing of one scene. ``k`` is how many pixels a length of the grid takes."""

    def __init__(self, painter: QPainter, width: int, height: int, theme: Theme) -> None:
        self.painter = painter
        self.k = min(width / _GRID_WIDTH, height / _GRID_HEIGHT)
        self.width = width / self.k
        self.height = height / self.k
        self.theme = theme

    def clock_scene(self, scene: Scene) -> None:
        top = max(178.0, self.head(scene) + 16)
        area = QRectF(56, top, self.width - 112, self.height - top - 128)
        words_height = 76.0
        self.words(scene, QRectF(area.x(), area.y() + 8, area.width(), words_height))
        face = QRectF(area.x(), area.y() + words_height, area.width(), area.height() - words_height)
        colour = self.theme.colour("ink") if scene.clock_tone == "brand" else self.theme.text(scene.clock_tone)
        self.figures(scene.clock, face, colour)
        if scene.share is not None:
            self.bar(scene, QRectF(56, self.height - 105, self.width - 112, 14))
        self.foot(scene)

    def still_scene(self, scene: Scene, still: QImage) -> None:
        """A slide of the ended talk as large as the clock beside it lets it be."""
        head, foot = 96.0, 76.0
        split = self.width * 0.70
        left = 28.0
        if scene.number:
            font = type_of(46 * self.k, BOLD)
            self.at(left, 64, scene.number, font, self.theme.colour("brand"))
            left += QFontMetricsF(font).horizontalAdvance(scene.number) / self.k + 20
        room = self.width - left - 28
        title, lines = fitted(scene.title, room * self.k, [size * self.k for size in (36, 32, 28, 24)], BOLD)
        self.text(QRectF(left, 24, room, 52), lines[0], title, self.theme.colour("ink"), _LEFT)
        box = QRectF(28, head, split - 40, self.height - head - foot - 8)
        self.still(still, box)
        right = QRectF(split + 8, head, self.width - split - 36, box.height())
        label = QRectF(right.x(), right.y(), right.width(), 46)
        shown, words = fitted(tr("Slide {n}", n=scene.still), label.width() * self.k, [30 * self.k], MEDIUM)
        self.text(label, words[0], shown, self.theme.colour("ink_2"), _CENTRE)
        lines_of = msgspec.structs.replace(scene, prompt="")
        self.words(lines_of, QRectF(right.x(), right.y() + 70, right.width(), 60))
        if scene.prompt:
            prompt = msgspec.structs.replace(scene, words="")
            self.words(prompt, QRectF(right.x(), right.y() + 130, right.width(), 52))
        face = QRectF(right.x(), right.y() + 194, right.width(), 190)
        colour = self.theme.colour("ink") if scene.clock_tone == "brand" else self.theme.text(scene.clock_tone)
        self.figures(scene.clock, face, colour)
        if scene.share is not None:
            self.bar(scene, QRectF(right.x(), face.bottom() + 24, right.width(), 14))
        self.foot(scene, 28)
        self.note(scene)

    def still(self, still: QImage, box: QRectF) -> None:
        """A picture in the middle of a box, in its own ratio, with a hairline."""
        scale = min(box.width() / still.width(), box.height() / still.height())
        width, height = still.width() * scale, still.height() * scale
        x, y = box.x() + (box.width() - width) / 2, box.y() + (box.height() - height) / 2
        area = QRectF(x * self.k, y * self.k, width * self.k, height * self.k)
        self.painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        self.painter.drawImage(area, still)
        self.painter.setPen(QPen(self.theme.colour("line"), 1))
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        self.painter.drawRect(area)

    def card_scene(self, scene: Scene) -> None:
        left, right = 88.0, self.width - 88
        title_left = left + (268 if scene.number else 0)
        room = right - title_left
        sizes = [size * self.k for size in (80, 72, 64, 56, 48, 42)]
        font, lines = fitted(scene.title, room * self.k, sizes, BOLD, lines=3)
        line_height = QFontMetricsF(font).height() / self.k * 0.92
        titles = line_height * len(lines)
        number = self.number_font(scene.number, 244)
        cap = QFontMetricsF(number).capHeight() / self.k if scene.number else 0.0
        over = max(0.0, (cap - titles) / 2)
        block = (70 if scene.kicker else 0) + over + titles + (64 if scene.subtitle else 0)
        top = max(84.0, (self.height - 76 - block) / 2 - (28 if scene.words else 0))
        if scene.kicker:
            tone = self.theme.text("brand" if scene.tone == "plain" else scene.tone)
            self.block(QRectF(left, top + 6, 6, 32), tone)
            self.text(QRectF(left + 22, top, right - left, 44), scene.kicker, type_of(32 * self.k, MEDIUM), tone, _LEFT)
            top += 70
        top += over
        if scene.number:
            middle = top + (titles if len(lines) < 3 else line_height * 2) / 2
            self.at(left, middle + cap / 2, scene.number, number, self.theme.colour("brand"))
        for line in lines:
            self.text(QRectF(title_left, top, room, line_height), line, font, self.theme.colour("ink"), _LEFT)
            top += line_height
        if scene.subtitle:
            small, shown = fitted(scene.subtitle, room * self.k, [size * self.k for size in (32, 28, 24, 20)], REGULAR)
            self.text(QRectF(title_left, top + 14, room, 48), shown[0], small, self.theme.colour("ink_2"), _LEFT)
            top += 64
        if scene.words:
            below = QRectF(title_left, max(top + 40, self.height - 214), room, 48)
            self.text(below, scene.words, type_of(34 * self.k, MEDIUM), self.theme.colour("ink"), _LEFT)
        self.foot(scene)
        self.note(scene)

    # the parts

    def head(self, scene: Scene) -> float:
        """Number, title and who, along the top; the note at the right. How far down it reaches."""
        number_font = type_of(72 * self.k, BOLD)
        number_width = QFontMetricsF(number_font).horizontalAdvance(scene.number) / self.k
        if scene.number:
            self.at(56, 104, scene.number, number_font, self.theme.colour("brand"))
        left = 56 + (number_width + 24 if scene.number else 0)
        room = self.width - 56 - left
        title, lines = fitted(
            scene.title, room * self.k, [size * self.k for size in (46, 40, 34, 30, 26)], BOLD, lines=2
        )
        if len(lines) == 1:
            self.text(QRectF(left, 55, room, 58), lines[0], title, self.theme.colour("ink"), _LEFT)
            under = 112.0
        else:
            height = QFontMetricsF(title).height() / self.k * 0.95
            for place, line in enumerate(lines):
                box = QRectF(left, 44 + place * height, room, height)
                self.text(box, line, title, self.theme.colour("ink"), _LEFT)
            under = 44 + 2 * height
        who, shown = fitted(scene.subtitle, room * self.k, [size * self.k for size in (28, 24, 20, 18)], REGULAR)
        self.text(QRectF(left, under, room, 42), shown[0], who, self.theme.colour("ink_2"), _LEFT)
        self.note(scene)
        return under + 42

    def number_font(self, number: str, room: float) -> QFont:
        """A project's number as large as its column."""
        font = type_of(172 * self.k, BOLD)
        width = QFontMetricsF(font).horizontalAdvance(number)
        return font if width <= room * self.k else type_of(172 * self.k * room * self.k / width, BOLD)

    def block(self, box: QRectF, colour: QColor) -> None:
        self.painter.fillRect(
            QRectF(box.x() * self.k, box.y() * self.k, box.width() * self.k, box.height() * self.k), colour
        )

    def words(self, scene: Scene, box: QRectF) -> None:
        """What is on, and the prompt beside it. Time-up stands in a block of its colour."""
        pieces = [piece for piece in (scene.words, scene.prompt) if piece]
        if not pieces:
            return
        tone = scene.tone
        gap = 28 * self.k
        for size in (46, 40, 34, 30, 26, 22):
            font = type_of(size * self.k, BOLD if scene.alarm else MEDIUM)
            metrics = QFontMetricsF(font)
            widths = [metrics.horizontalAdvance(piece) for piece in pieces]
            whole = sum(widths) + gap * (len(pieces) - 1)
            if whole <= (box.width() - 64) * self.k:
                break
        x = (box.center().x() * self.k) - whole / 2
        colour = self.theme.colour("ink") if tone == "plain" else self.theme.text(tone)
        if scene.alarm:
            block = QRectF(x - 28 * self.k, box.y() * self.k, whole + 56 * self.k, box.height() * self.k)
            self.painter.setPen(Qt.PenStyle.NoPen)
            self.painter.setBrush(self.theme.text(tone))
            self.painter.drawRoundedRect(block, 10 * self.k, 10 * self.k)
            colour = self.theme.colour("ground")
        self.painter.setFont(font)
        for piece, width in zip(pieces, widths, strict=True):
            self.painter.setPen(QPen(colour))
            self.painter.drawText(QRectF(x, box.y() * self.k, width + 2, box.height() * self.k), _LEFT, piece)
            x += width + gap

    def figures(self, text: str, box: QRectF, colour: QColor) -> None:
        """The time, as large as the place, its digits standing still: each takes the width of the widest."""
        digits = max(1, sum(char.isdigit() or char == "–" for char in text))
        probe = type_of(300, BOLD)
        metrics = QFontMetricsF(probe)
        digit = max(metrics.horizontalAdvance(char) for char in "0123456789")
        others = sum(metrics.horizontalAdvance(char) for char in text if not (char.isdigit() or char == "–"))
        scale = min(box.width() / (digit * digits + others), box.height() * 0.86 / metrics.capHeight(), 1.0)
        size = 300 * scale * self.k
        font = type_of(size, BOLD)
        metrics = QFontMetricsF(font)
        digit = max(metrics.horizontalAdvance(char) for char in "0123456789")
        widths = [digit if char.isdigit() or char == "–" else metrics.horizontalAdvance(char) for char in text]
        x = box.center().x() * self.k - sum(widths) / 2
        base = box.center().y() * self.k + metrics.capHeight() / 2
        self.painter.setFont(font)
        self.painter.setPen(QPen(colour))
        for char, width in zip(text, widths, strict=True):
            own = metrics.horizontalAdvance(char)
            lift = metrics.capHeight() * 0.06 if char == ":" else 0.0
            self.painter.drawText(int(x + (width - own) / 2), int(base - lift), char)
            x += width

    def bar(self, scene: Scene, box: QRectF) -> None:
        """The used share of the phase."""
        whole = QRectF(box.x() * self.k, box.y() * self.k, box.width() * self.k, box.height() * self.k)
        radius = whole.height() / 2
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(self.theme.colour("line"))
        self.painter.drawRoundedRect(whole, radius, radius)
        used = QRectF(whole.x(), whole.y(), whole.width() * (scene.share or 0.0), whole.height())
        colour = {"stop": "stop", "warn": "warn"}.get(scene.clock_tone, "brand")
        self.painter.save()
        self.painter.setClipRect(used)
        self.painter.setBrush(self.theme.colour(colour if scene.clock_tone != "plain" else "ink_3"))
        self.painter.drawRoundedRect(whole, radius, radius)
        self.painter.restore()

    def foot(self, scene: Scene, margin: float = 56) -> None:
        top, half = self.height - 76, self.width / 2 - margin
        colour = self.theme.colour("ink_2")
        sizes = [size * self.k for size in (22, 20, 18)]
        share = half if scene.foot_right else 2 * half
        if scene.foot_left:
            font, lines = fitted(scene.foot_left, (share - 24) * self.k, sizes, REGULAR)
            self.text(QRectF(margin, top, share - 24, 44), lines[0], font, colour, _LEFT)
        if scene.foot_right:
            font, lines = fitted(scene.foot_right, (half - 24) * self.k, sizes, REGULAR)
            self.text(QRectF(self.width - margin - half + 24, top, half - 24, 44), lines[0], font, colour, _RIGHT)

    def note(self, scene: Scene) -> None:
        """A pill at the top right, over everything else there."""
        if not scene.note:
            return
        font = type_of(18 * self.k, MEDIUM)
        width = QFontMetricsF(font).horizontalAdvance(scene.note) / self.k + 32
        box = QRectF(self.width - 24 - width, 12, width, 32)
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(self.theme.soft("warn"))
        pill = QRectF(box.x() * self.k, box.y() * self.k, box.width() * self.k, box.height() * self.k)
        self.painter.drawRoundedRect(pill, 16 * self.k, 16 * self.k)
        self.text(box, scene.note, font, self.theme.text("warn"), _CENTRE)

    def text(self, box: QRectF, words: str, font: QFont, colour: QColor, align: int) -> None:
        self.painter.setFont(font)
        self.painter.setPen(QPen(colour))
        rect = QRectF(box.x() * self.k, box.y() * self.k, box.width() * self.k, box.height() * self.k)
        self.painter.drawText(rect, align | int(Qt.TextFlag.TextSingleLine), words)

    def at(self, x: float, base: float, words: str, font: QFont, colour: QColor) -> None:
        """Text by its base line, for figures that stand on a common one."""
        self.painter.setFont(font)
        self.painter.setPen(QPen(colour))
        self.painter.drawText(int(x * self.k), int(base * self.k), words)
