"""The style sheet of a look: what Qt's own widgets wear, by the properties ``role``, ``kind`` and ``tone``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from judge_app.ui.theme.palette import Palette
from judge_app.ui.theme.type import BODY, FAMILY, HEAD, LEAD, SMALL, TINY, TITLE

ICONS: Final = Path(__file__).resolve().parents[3] / "resources" / "icons"


def stylesheet(p: Palette, scale: float) -> str:
    """Qt's style sheet for a palette at a scale. Lengths are logical pixels.

    Labels: ``role`` = title, lead, head, strong, second, hint, tiny, number; ``tone`` colours one.
    Buttons: ``kind`` = plain (outlined; the default), quiet (words only), chip, danger (red words), tab.
    Frames: ``kind`` = card, well (a soft inset), bar (the top bar), trouble with ``tone``.
    """

    def px(length: float) -> int:
        return round(length * scale)

    radius, pad = px(8), px(8)
    check = (ICONS / f"check-{p.on_brand[1:]}.svg").as_posix()
    focus = f"border: {px(2)}px solid {p.brand};"
    return f"""
    * {{ font-family: "{FAMILY}"; font-size: {px(BODY)}px; color: {p.ink}; outline: none; }}
    QMainWindow, QDialog, QWidget#window {{ background: {p.ground}; }}
    QToolTip {{ background: {p.ink}; color: {p.paper}; border: none; padding: {px(4)}px {pad}px; font-size: {px(SMALL)}px; }}
    QLabel {{ background: transparent; }}
    QLabel[role="head"] {{ font-size: {px(HEAD)}px; font-weight: 700; }}
    QLabel[role="title"] {{ font-size: {px(TITLE)}px; font-weight: 700; }}
    QLabel[role="lead"] {{ font-size: {px(LEAD)}px; font-weight: 500; }}
    QLabel[role="strong"] {{ font-weight: 700; }}
    QLabel[role="second"] {{ color: {p.ink_2}; font-size: {px(SMALL)}px; }}
    QLabel[role="hint"] {{ color: {p.ink_3}; font-size: {px(SMALL)}px; }}
    QLabel[role="tiny"] {{ color: {p.ink_3}; font-size: {px(TINY)}px; }}
    QLabel[role="number"] {{ font-size: {px(TITLE)}px; font-weight: 700; }}
    QLabel[tone="ok"] {{ color: {p.ok}; }} QLabel[tone="warn"] {{ color: {p.warn}; }}
    QLabel[tone="stop"] {{ color: {p.stop}; }} QLabel[tone="info"] {{ color: {p.info}; }}
    QLabel[tone="brand"] {{ color: {p.brand}; }}

    QFrame[kind="card"] {{ background: {p.paper}; border: 1px solid {p.line}; border-radius: {radius}px; }}
    QFrame[kind="card"][tone="warn"] {{ border: 1px solid {p.warn}; }}
    QFrame[kind="card"][tone="stop"] {{ border: 1px solid {p.stop}; }}
    QFrame[kind="card"][tone="brand"] {{ border: {px(2)}px solid {p.brand}; }}
    QFrame[kind="well"] {{ background: {p.ground}; border: none; border-radius: {radius}px; }}
    QFrame[kind="bar"] {{ background: {p.paper}; border: none; border-bottom: 1px solid {p.line}; }}
    QFrame[kind="rule"] {{ background: {p.line}; border: none; max-height: 1px; min-height: 1px; }}
    QFrame[kind="trouble"] {{ border: none; border-radius: {radius}px; background: {p.plain_soft}; }}
    QFrame[kind="trouble"][tone="ok"] {{ background: {p.ok_soft}; }}
    QFrame[kind="trouble"][tone="warn"] {{ background: {p.warn_soft}; }}
    QFrame[kind="trouble"][tone="stop"] {{ background: {p.stop_soft}; }}
    QFrame[kind="trouble"][tone="info"] {{ background: {p.info_soft}; }}

    QPushButton, QToolButton {{ background: {p.paper}; color: {p.ink}; border: 1px solid {p.edge}; border-radius: {radius}px;
        padding: 0 {px(12)}px; min-height: {px(38)}px; font-weight: 500; }}
    QPushButton:hover, QToolButton:hover {{ background: {p.brand_soft}; border-color: {p.brand}; }}
    QPushButton:pressed, QToolButton:pressed {{ background: {p.plain_soft}; }}
    QPushButton:focus, QToolButton:focus {{ {focus} padding: 0 {px(11)}px; min-height: {px(36)}px; }}
    QPushButton:disabled, QToolButton:disabled {{ color: {p.ink_3}; background: {p.ground}; border-color: {p.line}; }}
    QPushButton:checked, QToolButton:checked {{ background: {p.brand_soft}; border: {px(2)}px solid {p.brand}; }}
    QPushButton[kind="danger"] {{ color: {p.stop}; }}
    QPushButton[kind="danger"]:hover {{ background: {p.stop_soft}; border-color: {p.stop}; }}
    QPushButton[kind="danger"]:disabled {{ color: {p.ink_3}; }}
    QPushButton[kind="primary"] {{ background: {p.brand}; color: {p.on_brand}; border: 1px solid {p.brand}; font-weight: 700; }}
    QPushButton[kind="primary"]:hover {{ background: {p.brand_hover}; }}
    QPushButton[kind="primary"]:focus {{ border: {px(2)}px solid {p.ink}; }}
    QPushButton[kind="primary"]:disabled {{ background: {p.brand_off}; color: {p.on_brand_off}; border-color: {p.brand_off}; }}
    QPushButton[kind="quiet"], QToolButton[kind="quiet"] {{ border: 1px solid transparent; background: transparent; color: {p.brand};
        padding: 0 {pad}px; }}
    QPushButton[kind="quiet"]:hover, QToolButton[kind="quiet"]:hover {{ background: {p.brand_soft}; }}
    QPushButton[kind="quiet"]:focus, QToolButton[kind="quiet"]:focus {{ {focus} padding: 0 {px(7)}px; }}
    QPushButton[kind="quiet"]:disabled {{ color: {p.ink_3}; }}
    QPushButton[kind="next"], QPushButton[kind="next"]:focus {{ min-height: {px(64)}px; padding: 0; border: none; }}
    QPushButton[kind="chip"] {{ border-radius: {px(15)}px; min-height: {px(30)}px; padding: 0 {px(12)}px; font-size: {px(SMALL)}px;
        font-weight: 400; }}
    QPushButton[kind="chip"]:focus {{ {focus} padding: 0 {px(11)}px; min-height: {px(28)}px; }}
    QPushButton[kind="chip"]:checked {{ padding: 0 {px(11)}px; min-height: {px(28)}px; }}
    QPushButton[kind="small"], QToolButton[kind="small"] {{ min-height: {px(30)}px; padding: 0 {px(10)}px; }}
    QPushButton[kind="small"]:focus, QToolButton[kind="small"]:focus {{ min-height: {px(28)}px; padding: 0 {px(9)}px; }}
    QToolButton::menu-indicator {{ image: none; }}

    QLineEdit, QPlainTextEdit, QTextEdit {{ background: {p.paper}; border: 1px solid {p.edge}; border-radius: {radius}px;
        padding: 0 {px(10)}px; selection-background-color: {p.brand}; selection-color: {p.on_brand};
        placeholder-text-color: {p.ink_3}; }}
    QLineEdit {{ min-height: {px(38)}px; }}
    QPlainTextEdit, QTextEdit {{ padding: {px(6)}px {px(6)}px; }}
    QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus {{ {focus} padding: 0 {px(9)}px; }}
    QLineEdit:focus {{ min-height: {px(36)}px; }}
    QPlainTextEdit:focus, QTextEdit:focus {{ padding: {px(5)}px {px(5)}px; }}
    QTextBrowser[kind="help"], QTextBrowser[kind="help"]:focus {{ border: 1px solid {p.line};
        padding: {px(12)}px {px(16)}px; }}
    QLineEdit[tone="stop"] {{ border: {px(2)}px solid {p.stop}; }}
    QLineEdit:read-only, QLineEdit:disabled {{ background: {p.ground}; }}
    QLineEdit:disabled {{ border-color: {p.line}; }}

    QAbstractItemView {{ background: transparent; border: none; selection-background-color: {p.brand_soft};
        selection-color: {p.ink}; alternate-background-color: {p.ground}; }}
    QAbstractScrollArea, QScrollArea {{ border: none; background: transparent; }}
    QScrollArea > QWidget > QWidget[kind="flow"] {{ background: transparent; }}
    QHeaderView::section {{ background: {p.paper}; color: {p.ink_2}; font-size: {px(SMALL)}px; border: none;
        border-bottom: 1px solid {p.line}; padding: {px(4)}px {pad}px; }}
    QTableView {{ gridline-color: {p.line}; }}
    QTableCornerButton::section {{ background: {p.paper}; border: none; border-bottom: 1px solid {p.line}; }}
    QScrollBar:vertical {{ background: transparent; width: {px(12)}px; margin: 0; }}
    QScrollBar::handle:vertical {{ background: {p.edge}; border-radius: {px(3)}px; min-height: {px(32)}px;
        margin: {px(2)}px {px(3)}px; }}
    QScrollBar:horizontal {{ background: transparent; height: {px(12)}px; margin: 0; }}
    QScrollBar::handle:horizontal {{ background: {p.edge}; border-radius: {px(3)}px; min-width: {px(32)}px;
        margin: {px(3)}px {px(2)}px; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; border: none; background: none; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: none; }}

    QMenu {{ background: {p.paper}; border: 1px solid {p.edge}; padding: {px(4)}px; }}
    QMenu::item {{ padding: {pad}px {px(24)}px; border-radius: {px(4)}px; }}
    QMenu::item:selected {{ background: {p.brand_soft}; }}
    QMenu::separator {{ height: 1px; background: {p.line}; margin: {px(4)}px; }}
    QCheckBox, QRadioButton {{ spacing: {pad}px; background: transparent; min-height: {px(32)}px; border-radius: {px(4)}px; }}
    QCheckBox:focus, QRadioButton:focus {{ background: {p.brand_soft}; }}
    QCheckBox::indicator {{ width: {px(18)}px; height: {px(18)}px; border: {px(2)}px solid {p.edge}; border-radius: {px(4)}px;
        background: {p.paper}; }}
    QCheckBox::indicator:checked {{ background: {p.brand}; border-color: {p.brand}; image: url("{check}"); }}
    QComboBox {{ background: {p.paper}; border: 1px solid {p.edge}; border-radius: {radius}px; padding: 0 {px(10)}px;
        min-height: {px(38)}px; }}
    QComboBox:focus {{ {focus} }}
    QComboBox::drop-down {{ border: none; width: {px(24)}px; }}
    QComboBox QAbstractItemView {{ background: {p.paper}; border: 1px solid {p.edge}; padding: {px(4)}px; }}
    QComboBox QAbstractItemView::item {{ min-height: {px(36)}px; }}
    QSpinBox, QDoubleSpinBox {{ background: {p.paper}; border: 1px solid {p.edge}; border-radius: {radius}px;
        padding: 0 {px(6)}px; min-height: {px(38)}px; }}
    QSpinBox:focus, QDoubleSpinBox:focus {{ {focus} }}
    QProgressBar {{ background: {p.plain_soft}; border: none; border-radius: {px(4)}px; max-height: {px(8)}px; }}
    QProgressBar::chunk {{ background: {p.brand}; border-radius: {px(4)}px; }}
    QSplitter::handle {{ background: {p.line}; }}
    """
