"""A theme is a look and a scale; the application carries one, and a window may carry its own (the stage is dark).

Widgets that paint themselves ask ``theme_of(self)`` while they paint, as they would ask Qt for the palette.
"""

from __future__ import annotations

from typing import Final

import msgspec
from PySide6.QtCore import QObject
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from judge_app.ui.theme.palette import LIGHT, LOOKS, Palette, Tone
from judge_app.ui.theme.stylesheet import stylesheet
from judge_app.ui.theme.type import BODY, FAMILY, REGULAR

SCALES: Final = (1.0, 1.25, 1.5, 1.75, 2.0)
_PROPERTY: Final = "judgeTheme"


class Theme(msgspec.Struct, frozen=True):
    """``scale`` multiplies every length (1.0 to 2.0), on top of what the screen's own scaling does."""

    palette: Palette = LIGHT
    scale: float = 1.0

    def px(self, length: float) -> int:
        """A length of the grid in this theme's logical pixels."""
        return round(length * self.scale)

    def font(self, size: int = BODY, weight: int = REGULAR) -> QFont:
        """The type at a size of the scale (type.py)."""
        font = QFont(FAMILY)
        font.setPixelSize(max(1, self.px(size)))
        font.setWeight(QFont.Weight(weight))
        return font

    def colour(self, name: str) -> QColor:
        """A token of the palette by its name, for painting."""
        return QColor(getattr(self.palette, name))

    def text(self, tone: Tone) -> QColor:
        return QColor(self.palette.text(tone))

    def soft(self, tone: Tone) -> QColor:
        return QColor(self.palette.soft(tone))

    def qt_palette(self) -> QPalette:
        """Qt's palette, for what Qt paints by itself."""
        chosen, roles = self.palette, QPalette.ColorRole
        palette = QPalette()
        for role, colour in (
            (roles.Window, chosen.ground),
            (roles.WindowText, chosen.ink),
            (roles.Base, chosen.paper),
            (roles.AlternateBase, chosen.ground),
            (roles.Text, chosen.ink),
            (roles.PlaceholderText, chosen.ink_3),
            (roles.Button, chosen.paper),
            (roles.ButtonText, chosen.ink),
            (roles.BrightText, chosen.stop),
            (roles.Highlight, chosen.brand),
            (roles.HighlightedText, chosen.on_brand),
            (roles.Link, chosen.brand),
            (roles.ToolTipBase, chosen.ink),
            (roles.ToolTipText, chosen.paper),
            (roles.Mid, chosen.line),
            (roles.Dark, chosen.edge),
            (roles.Light, chosen.paper),
            (roles.Accent, chosen.brand),
        ):
            palette.setColor(role, QColor(colour))
        return palette


DEFAULT: Final = Theme()


def wear(target: QApplication | QWidget, theme: Theme) -> None:
    """Dresses an application, or one window with all it holds, in a theme; can be called again at any time."""
    target.setProperty(_PROPERTY, theme)
    if isinstance(target, QApplication):
        if target.style().objectName() != "fusion":
            target.setStyle("Fusion")
        target.setFont(theme.font())
    target.setPalette(theme.qt_palette())
    target.setStyleSheet(stylesheet(theme.palette, theme.scale))


def theme_of(widget: QObject | None) -> Theme:
    """The theme that a widget is to be painted in: that of its nearest dressed ancestor, else the application's."""
    while widget is not None:
        worn = widget.property(_PROPERTY)
        if isinstance(worn, Theme):
            return worn
        widget = widget.parent()
    app = QApplication.instance()
    worn = app.property(_PROPERTY) if app is not None else None
    return worn if isinstance(worn, Theme) else DEFAULT


def look(name: str, scale: float = 1.0) -> Theme:
    """The theme of a named look (light, dark, contrast, contrast-dark); light for a name it does not know."""
    return Theme(palette=LOOKS.get(name, LIGHT), scale=min(2.0, max(1.0, scale)))


def restyle(widget: QWidget, name: str, value: object) -> None:
    """Sets a property that the style sheet asks for, and has it asked again; nothing happens where it stands already."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    widget.update()
