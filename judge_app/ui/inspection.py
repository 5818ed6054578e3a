"""Looks at a window as it is painted: every piece of text with where it stands, what it is cut by, and its colours.

A paint engine of our own takes the drawing calls instead of pixels, so that widgets, delegates and painted surfaces are
all seen alike. Found are: text that is cut off (by an edge, or by our own … where the text is ours to make shorter), pieces of text
that lie on each other, text in the wrong language, and text that is too faint on what is behind it (measured in the
picture itself).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

import msgspec
from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QImage,
    QPaintDevice,
    QPaintEngine,
    QPaintEngineState,
    QPainter,
    QPixmap,
    QTextItem,
)
from PySide6.QtWidgets import QAbstractScrollArea, QLineEdit, QPlainTextEdit, QWidget

from judge_app.ui.language import read_catalogue
from judge_app.ui.theme import Palette, contrast


class Piece(msgspec.Struct, frozen=True):
    """A run of text as it is drawn. Lengths are the window's logical pixels; ``ink`` is the box of the glyphs,
    ``clip`` what of the window may be drawn on."""

    text: str
    ink: tuple[float, float, float, float]
    clip: tuple[float, float, float, float]
    colour: str
    size: float


class Finding(msgspec.Struct, frozen=True):
    """One thing wrong: ``kind`` is clipped, elided, overlap, language or contrast."""

    kind: str
    text: str
    detail: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.text!r} {self.detail}"


class _Engine(QPaintEngine):
    """Takes text; leaves out everything else."""

    def __init__(self) -> None:
        super().__init__(QPaintEngine.PaintEngineFeature.AllFeatures)
        self.pieces: list[Piece] = []

    def begin(self, device: QPaintDevice) -> bool:
        return True

    def end(self) -> bool:
        return True

    def type(self) -> QPaintEngine.Type:
        return QPaintEngine.Type.User

    def updateState(self, state: QPaintEngineState) -> None:
        """The painter is asked when it is needed."""

    def drawTextItem(self, at: QPoint, item: QTextItem) -> None:  # type: ignore[override]  # Qt gives a QPointF
        text = item.text()
        if not text.strip():
            return
        painter = self.painter()
        box = QFontMetricsF(item.font()).tightBoundingRect(text).translated(at.x(), at.y())
        shape = painter.deviceTransform()
        ink = shape.mapRect(box)
        clip = QRectF(self.systemClip().boundingRect())
        if painter.hasClipping():
            own = shape.mapRect(painter.clipBoundingRect())
            clip = clip.intersected(own) if not clip.isEmpty() else own
        if clip.isEmpty():
            return
        colour = painter.pen().color()
        if colour.alpha() == 0:
            return
        self.pieces.append(
            Piece(
                text=text,
                ink=(ink.x(), ink.y(), ink.right(), ink.bottom()),
                clip=(clip.x(), clip.y(), clip.right(), clip.bottom()),
                colour=colour.name(QColor.NameFormat.HexArgb),
                size=item.font().pixelSize() * shape.m22(),
            )
        )

    def drawPixmap(self, *_: object) -> None: ...
    def drawImage(self, *_: object) -> None: ...
    def drawTiledPixmap(self, *_: object) -> None: ...
    def drawPath(self, *_: object) -> None: ...
    def drawRects(self, *_: object) -> None: ...
    def drawLines(self, *_: object) -> None: ...
    def drawPolygon(self, *_: object) -> None: ...
    def drawPoints(self, *_: object) -> None: ...
    def drawEllipse(self, *_: object) -> None: ...


class _Sheet(QPaintDevice):
    """A sheet of the window's size that keeps what is written on it."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self.engine = _Engine()
        metrics = QPaintDevice.PaintDeviceMetric
        self._metrics = {
            metrics.PdmWidth: widget.width(),
            metrics.PdmHeight: widget.height(),
            metrics.PdmDpiX: 96,
            metrics.PdmDpiY: 96,
            metrics.PdmPhysicalDpiX: 96,
            metrics.PdmPhysicalDpiY: 96,
            metrics.PdmDevicePixelRatio: 1,
            metrics.PdmDevicePixelRatioScaled: 1 << 16,
        }

    def paintEngine(self) -> QPaintEngine:
        return self.engine

    def metric(self, metric: QPaintDevice.PaintDeviceMetric) -> int:
        return self._metrics.get(metric, 0)


def pieces(widget: QWidget) -> list[Piece]:
    """Every run of text that the widget and its children draw now."""
    sheet = _Sheet(widget)
    painter = QPainter(sheet)
    widget.render(painter, QPoint(0, 0))
    painter.end()
    return sheet.engine.pieces


def picture(widget: QWidget, ratio: float = 1.0) -> QPixmap:
    """The widget as a picture, at so many device pixels to a logical one."""
    pixmap = QPixmap(round(widget.width() * ratio), round(widget.height() * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    widget.render(pixmap)
    return pixmap


def inspect(widget: QWidget, image: QImage, palette: Palette, language: str, data: Iterable[str] = ()) -> list[Finding]:
    """Everything wrong with a window; ``image`` is its picture at one device pixel to a logical one, ``data`` what
    people wrote (names, units), which stays as it is in any language."""
    drawn = [piece for piece in pieces(widget) if _seen(piece)]
    found = [finding for piece in drawn for finding in _clipped(widget, piece)]
    found += _elided(drawn, tuple(data))
    found += _overlaps(drawn)
    found += _languages(drawn, language, tuple(data))
    found += [finding for piece in drawn for finding in _faint(piece, image, palette)]
    return list(dict.fromkeys(found))


def _seen(piece: Piece) -> bool:
    left, top, right, bottom = _visible(piece)
    return right - left > 1 and bottom - top > 1


def _visible(piece: Piece) -> tuple[float, float, float, float]:
    ink, clip = piece.ink, piece.clip
    return max(ink[0], clip[0]), max(ink[1], clip[1]), min(ink[2], clip[2]), min(ink[3], clip[3])


_SLACK = 1.6
"""Half a pixel of antialiasing on each side, and what rounding a font's metrics costs."""


def _clipped(widget: QWidget, piece: Piece) -> list[Finding]:
    ink, clip = piece.ink, piece.clip
    across = max(clip[0] - ink[0], ink[2] - clip[2])
    down = max(clip[1] - ink[1], ink[3] - clip[3])
    if across <= _SLACK and down <= _SLACK:
        return []
    left, top, right, bottom = _visible(piece)
    owner: QWidget | None = widget.childAt(round((left + right) / 2), round((top + bottom) / 2))
    while owner is not None and owner is not widget:
        if isinstance(owner, QLineEdit | QPlainTextEdit):
            return []
        if isinstance(owner, QAbstractScrollArea):
            if owner.verticalScrollBar().maximum() > 0:
                down = 0.0
            shut = owner.horizontalScrollBarPolicy() is Qt.ScrollBarPolicy.ScrollBarAlwaysOff
            if owner.horizontalScrollBar().maximum() > 0 and not shut:
                across = 0.0
        owner = owner.parentWidget()
    if across <= _SLACK and down <= _SLACK:
        return []
    return [Finding("clipped", piece.text, f"by {across:.0f} px across, {down:.0f} px down at ({left:.0f}, {top:.0f})")]


def _elided(drawn: list[Piece], data: tuple[str, ...]) -> list[Finding]:
    """Our own words cut with …; what people wrote may be (its tool tip has the whole of it)."""
    written = "\n".join(data)
    ends = _texts_that_end_so()
    found = []
    for piece in drawn:
        text = piece.text.strip()
        if not text.endswith("…") or any(pattern.fullmatch(text) for pattern in ends):
            continue
        parts = [part for part in re.split(r"[·\s]+", text.rstrip("…")) if part]
        if parts and not (parts[-1] in written or " ".join(parts) in written):
            found.append(Finding("elided", piece.text, f"at ({piece.ink[0]:.0f}, {piece.ink[1]:.0f})"))
    return found


@lru_cache(maxsize=1)
def _texts_that_end_so() -> tuple[re.Pattern[str], ...]:
    """The texts of the catalogue that end in … by themselves, placeholders standing for anything."""
    catalogue = read_catalogue("zh")
    both = {text for pair in catalogue.items() for text in pair if text.rstrip().endswith("…")}
    return tuple(re.compile(re.sub(r"\\{\w+\\}", ".*", re.escape(text)) + "|…+") for text in both)


def _overlaps(drawn: list[Piece]) -> list[Finding]:
    found = []
    boxes = sorted(((_visible(piece), piece) for piece in drawn), key=lambda one: one[0][1])
    for at, (box, piece) in enumerate(boxes):
        for other_box, other in boxes[at + 1 :]:
            if other_box[1] >= box[3]:
                break
            across = min(box[2], other_box[2]) - max(box[0], other_box[0])
            down = min(box[3], other_box[3]) - max(box[1], other_box[1])
            if across > 2 and down > 2:
                found.append(Finding("overlap", piece.text, f"and {other.text!r} at ({box[0]:.0f}, {box[1]:.0f})"))
    return found


_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
_WORD = re.compile(r"[A-Za-z]{3,}")
_SAME_IN_BOTH = frozenset(
    {
        "Esc",
        "PPT",
        "PDF",
        "English",
        "rsj",
        "Ctrl",
        "xlsx",
        "roadshow",
        "LAPTOP",
        "Shift",
        "Enter",
        "Alt",
        "Tab",
        "PgDn",
        "PgUp",
        "VPN",
        "Windows",
    }
)
_OWN_NAMES = ("中文", "中")


def _languages(drawn: list[Piece], language: str, data: tuple[str, ...]) -> list[Finding]:
    written = "\n".join(data)
    found = []
    for piece in drawn:
        if language == "en":
            wrong = [part for part in _CJK.findall(piece.text) if part not in written and part not in _OWN_NAMES]
        else:
            wrong = [part for part in _WORD.findall(piece.text) if part not in written and part not in _SAME_IN_BOTH]
        if wrong:
            found.append(Finding("language", piece.text, f"is not {language}: {' '.join(wrong)}"))
    return found


def _faint(piece: Piece, image: QImage, palette: Palette) -> list[Finding]:
    left, top, right, bottom = (round(value) for value in _visible(piece))
    rect = QRect(left - 2, top - 2, right - left + 4, bottom - top + 4).intersected(image.rect())
    counted: Counter[int] = Counter()
    for y in range(rect.top(), rect.bottom() + 1, 2):
        for x in range(rect.left(), rect.right() + 1, 2):
            counted[image.pixel(x, y) & 0xFFFFFF] += 1
    if not counted:
        return []
    colour = QColor(piece.colour)
    ink = colour.name()
    behind = next((f"#{value:06x}" for value, _ in counted.most_common() if f"#{value:06x}" != ink), ink)
    ratio = contrast(_over(colour, behind), behind)
    if ratio + 0.01 >= palette.least:
        return []
    return [Finding("contrast", piece.text, f"{ratio:.2f} < {palette.least}: {ink} on {behind} at ({left}, {top})")]


def _over(colour: QColor, behind: str) -> str:
    """A see-through colour on what is behind it."""
    if colour.alpha() == 255:
        return colour.name()
    ground, share = QColor(behind), colour.alphaF()
    mixed = QColor.fromRgbF(
        colour.redF() * share + ground.redF() * (1 - share),
        colour.greenF() * share + ground.greenF() * (1 - share),
        colour.blueF() * share + ground.blueF() * (1 - share),
    )
    return mixed.name()
