"""The inspection sees what it is there to see: each fault is put in and found, and a sound window has none."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from judge_app.ui.inspection import Finding, inspect, picture
from judge_app.ui.theme import LIGHT
from tests.ui.desk import dressed


def look_at(
    qtbot: QtBot, language: str = "en", data: tuple[str, ...] = (), **labels: tuple[int, int, int, str, str]
) -> list[Finding]:
    """What is found in a window with labels: (x, y, width, text, style)."""
    window = QWidget()
    window.setObjectName("window")
    qtbot.addWidget(window)
    window.resize(400, 120)
    for x, y, width, text, style in labels.values():
        label = QLabel(text, window)
        label.setStyleSheet(style)
        label.setGeometry(x, y, width, 30)
    window.show()
    return inspect(window, picture(window).toImage(), LIGHT, language, data)


def kinds(found: list[Finding]) -> set[str]:
    return {one.kind for one in found}


def test_a_sound_window_has_no_findings(qtbot: QtBot, qapp) -> None:  # type: ignore[no-untyped-def]
    with dressed(qapp):
        assert look_at(qtbot, one=(10, 10, 200, "Presence", ""), two=(10, 60, 200, "Scoring", "")) == []


def test_text_that_its_label_cuts_is_found(qtbot: QtBot, qapp) -> None:  # type: ignore[no-untyped-def]
    with dressed(qapp):
        assert kinds(look_at(qtbot, one=(10, 10, 30, "Technical stop", ""))) == {"clipped"}


def test_texts_that_lie_on_each_other_are_found(qtbot: QtBot, qapp) -> None:  # type: ignore[no-untyped-def]
    with dressed(qapp):
        found = look_at(qtbot, one=(10, 10, 200, "Presence", ""), two=(14, 14, 200, "Scoring", ""))
        assert "overlap" in kinds(found)


def test_chinese_in_an_english_window_is_found_unless_people_wrote_it(qtbot: QtBot, qapp) -> None:  # type: ignore[no-untyped-def]
    with dressed(qapp):
        assert kinds(look_at(qtbot, one=(10, 10, 200, "暂停", ""))) == {"language"}
        assert look_at(qtbot, data=("暂停",), one=(10, 10, 200, "暂停", "")) == []


def test_english_in_a_chinese_window_is_found(qtbot: QtBot, qapp) -> None:  # type: ignore[no-untyped-def]
    with dressed(qapp):
        assert kinds(look_at(qtbot, "zh", one=(10, 10, 200, "Pause", ""))) == {"language"}


def test_text_too_faint_on_its_ground_is_found(qtbot: QtBot, qapp) -> None:  # type: ignore[no-untyped-def]
    with dressed(qapp):
        assert kinds(look_at(qtbot, one=(10, 10, 200, "Presence", "color: #b9c3cc"))) == {"contrast"}


def test_our_own_words_cut_with_dots_are_found_and_names_are_not(qtbot: QtBot, qapp) -> None:  # type: ignore[no-untyped-def]
    with dressed(qapp):
        assert kinds(look_at(qtbot, one=(10, 10, 200, "Technical st…", ""))) == {"elided"}
        assert look_at(qtbot, data=("区域影像共享云",), one=(10, 10, 200, "区域影像…", "")) == []
        assert look_at(qtbot, one=(10, 10, 200, "Technical stop…", "")) == []
