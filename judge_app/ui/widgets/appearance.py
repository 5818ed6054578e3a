"""Language, look and size, chosen from any window: one button with a menu that blocks nothing."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from judge_app.ui.language import current, mark, tr
from judge_app.ui.theme import LOOKS, SCALES, theme_of
from judge_app.ui.widgets.help import show_help

LANGUAGES = {"zh": "中文", "en": "English"}
"""Each language in its own words, whatever the language in force."""

LOOK_WORDS = {
    "light": mark("Light"),
    "dark": mark("Dark"),
    "contrast": mark("High contrast"),
    "contrast-dark": mark("High contrast, dark"),
}


class AppearanceButton(QToolButton):
    """``language_requested`` carries zh or en, ``look_requested`` the name of a look, ``scale_requested`` 1.0 to 2.0."""

    language_requested = Signal(str)
    look_requested = Signal(str)
    scale_requested = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText("中 / A")
        self.setProperty("kind", "small")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._fill)
        self.setMenu(self._menu)
        self._retranslate()

    def _fill(self) -> None:
        self._menu.clear()
        languages = QActionGroup(self._menu)
        for code, words in LANGUAGES.items():
            self._add(languages, words, current() == code).triggered.connect(
                lambda _=False, code=code: self.language_requested.emit(code)
            )
        theme = theme_of(self)
        self._menu.addSeparator()
        looks = QActionGroup(self._menu)
        for name in LOOKS:
            self._add(looks, tr(LOOK_WORDS[name]), theme.palette.name == name).triggered.connect(
                lambda _=False, name=name: self.look_requested.emit(name)
            )
        self._menu.addSeparator()
        sizes = QActionGroup(self._menu)
        for scale in SCALES:
            words = tr("Size {percent} %", percent=round(scale * 100))
            self._add(sizes, words, theme.scale == scale).triggered.connect(
                lambda _=False, scale=scale: self.scale_requested.emit(scale)
            )

        self._menu.addSeparator()
        help_action = QAction(f"{tr('Help')}\tF1", self._menu)
        help_action.triggered.connect(lambda: show_help(self.window()))
        self._menu.addAction(help_action)

    def _add(self, group: QActionGroup, words: str, checked: bool) -> QAction:
        action = QAction(words, group)
        action.setCheckable(True)
        action.setChecked(checked)
        self._menu.addAction(action)
        return action

    def _retranslate(self) -> None:
        self.setToolTip(tr("Language, look and size"))
        self.setAccessibleName(tr("Language, look and size"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange:
            self._retranslate()
