"""How published results are drawn: a page of a ranking, or one project's marks and total."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPen

from judge_app.core.session import PAGE
from judge_app.ui.language import tr
from judge_app.ui.stage.picture import Picture
from judge_app.ui.stage.results import Line, Part, Results, Tile
from judge_app.ui.stage.scene import Scene
from judge_app.ui.stage.typeset import fitted, type_of
from judge_app.ui.theme.type import BOLD, MEDIUM, REGULAR

_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_CENTRE = int(Qt.AlignmentFlag.AlignCenter)


def results_scene(picture: Picture, scene: Scene, way: float, count: float) -> None:
    """Draw a page; ``way`` of what has just come or gone, ``count`` of a total that counts up (0 to 1)."""
    if scene.results is None:
        return
    if scene.results.lines:
        _ranking(picture, scene, scene.results, way)
    else:
        _project(picture, scene, scene.results, way, count)
    picture.foot(scene)
    picture.note(scene)


def _ranking(picture: Picture, scene: Scene, held: Results, way: float) -> None:
    theme, k = picture.theme, picture.k
    picture.block(QRectF(56, 44, 6, 34), theme.text("brand"))
    picture.text(QRectF(78, 38, 500, 46), scene.title, type_of(34 * k, BOLD), theme.colour("ink"), _LEFT)
    top, bottom = 100.0, picture.height - 88
    tall = (bottom - top) / PAGE
    for at, line in enumerate(held.lines):
        box = QRectF(56, top + at * tall, picture.width - 112, tall)
        if line.fresh:
            _line(picture, line, box.translated(0, -(1 - way) * tall * 0.5), way)
        else:  # those below make room for the one that has come
            _line(picture, line, box.translated(0, -(1 - way) * tall if held.lines[0].fresh else 0.0), 1.0)


def _line(picture: Picture, line: Line, box: QRectF, strength: float) -> None:
    theme, k, painter = picture.theme, picture.k, picture.painter
    painter.save()
    painter.setOpacity(strength)
    if line.fresh or line.first:
        picture.block(box.adjusted(0, 3, 0, -3), theme.soft("brand"))
    picture.block(QRectF(box.x(), box.bottom() - 1, box.width(), 1), theme.colour("line"))
    ink = theme.colour("brand" if line.first else "ink")
    picture.text(QRectF(box.x() + 8, box.y(), 92, box.height()), line.rank, type_of(46 * k, BOLD), ink, _CENTRE)
    picture.text(
        QRectF(box.x() + 112, box.y(), 96, box.height()),
        line.number,
        type_of(34 * k, BOLD),
        theme.colour("brand"),
        _LEFT,
    )
    room = box.width() - 208 - 200
    font, lines = fitted(line.title, room * k, [size * k for size in (38, 34, 30, 26)], BOLD if line.first else MEDIUM)
    picture.text(QRectF(box.x() + 208, box.y(), room, box.height()), lines[0], font, theme.colour("ink"), _LEFT)
    total = QRectF(box.right() - 200, box.y(), 188, box.height())
    picture.text(total, line.total, type_of(44 * k, BOLD), ink, _RIGHT)
    painter.restore()


def _project(picture: Picture, scene: Scene, held: Results, way: float, count: float) -> None:
    theme, k = picture.theme, picture.k
    top = picture.head(scene) + 20
    bottom = picture.height - (268 if held.total else 96)
    if not held.parts and not held.total:
        box = QRectF(56, top, picture.width - 112, bottom - top)
        words = tr("The marks are about to be shown")
        font, lines = fitted(words, box.width() * k, [size * k for size in (64, 56, 48)], BOLD)
        picture.text(box, lines[0], font, theme.colour("ink"), _CENTRE)
    tall = min(190.0, (bottom - top) / max(1, len(held.parts)))
    shift = max(0.0, (bottom - top - tall * len(held.parts)) / 2)
    for at, part in enumerate(held.parts):
        _part(picture, part, QRectF(56, top + shift + at * tall, picture.width - 112, tall), way)
    if held.total:
        _total(picture, held, QRectF(56, picture.height - 262, picture.width - 112, 180), count)


def _part(picture: Picture, part: Part, box: QRectF, way: float) -> None:
    """A component's name, its marks side by side, and its score once it is told."""
    theme, k = picture.theme, picture.k
    name = 236.0
    font, lines = fitted(part.name, (name - 16) * k, [size * k for size in (30, 26, 22)], MEDIUM, lines=2)
    height = QFontMetricsF(font).height() / k
    row = box.adjusted(0, 8, 0, -26)  # in line with the marks, which have room below to sink
    y = row.center().y() - height * len(lines) / 2
    for line in lines:
        picture.text(QRectF(box.x(), y, name, height), line, font, theme.colour("ink_2"), _LEFT)
        y += height
    score = 170.0 if part.score else 0.0
    room = box.width() - name - score
    if part.tiles:
        wide = min(148.0, room / len(part.tiles))
        size = min(54.0, wide * 0.40, box.height() * 0.42)
        for at, tile in enumerate(part.tiles):
            place = QRectF(box.x() + name + at * wide, row.y(), wide - 10, row.height())
            _tile(picture, tile, place, size, way)
    if part.score:
        place = QRectF(box.right() - score, row.y(), score, row.height())
        picture.text(place, part.score, type_of(46 * k, BOLD), theme.colour("ink"), _RIGHT)


def _tile(picture: Picture, tile: Tile, box: QRectF, size: float, way: float) -> None:
    """A mark; a dropped one sinks, pales and says why."""
    theme, k, painter = picture.theme, picture.k, picture.painter
    gone = way if tile.note else 0.0
    painter.save()
    place = box.translated(0, 12 * gone)
    painter.setPen(QPen(theme.colour("line"), 2 * k))
    painter.setBrush(theme.colour("ground" if tile.out else "paper"))
    scaled = QRectF(place.x() * k, place.y() * k, place.width() * k, place.height() * k)
    painter.drawRoundedRect(scaled, 10 * k, 10 * k)
    ink = theme.colour("ink_2" if tile.out else "ink")
    font = type_of(size * k, BOLD)
    font.setStrikeOut(tile.out)
    shown = place.adjusted(0, 0, 0, -22) if tile.note else place
    picture.text(shown, tile.text, font, ink, _CENTRE)
    if tile.note:
        painter.setOpacity(way)
        small, lines = fitted(tile.note, place.width() * k, [20 * k, 18 * k, 16 * k, 14 * k], REGULAR)
        below = QRectF(place.x(), place.bottom() - 34, place.width(), 28)
        picture.text(below, lines[0], small, theme.text("warn"), _CENTRE)
    painter.restore()


def _total(picture: Picture, held: Results, box: QRectF, count: float) -> None:
    theme, k = picture.theme, picture.k
    picture.block(QRectF(box.x(), box.y(), box.width(), 2), theme.colour("line"))
    words = tr("Final score")
    picture.text(QRectF(box.x(), box.y(), 400, box.height()), words, type_of(48 * k, BOLD), theme.colour("ink"), _LEFT)
    figures = QRectF(box.x() + 400, box.y(), box.width() - 400, box.height())
    picture.text(figures, counted(held.total, count), type_of(148 * k, BOLD), theme.colour("brand"), _RIGHT)


def counted(total: str, count: float) -> str:
    """A printed total on its way up; at the end it is the printed one itself."""
    if count >= 1.0 or not total.replace(".", "").isdigit():
        return total
    return f"{Decimal(total) * round(count * 1000) / 1000:.2f}"
