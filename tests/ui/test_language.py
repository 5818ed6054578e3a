"""Every visible text has a Chinese form, one only, with the same placeholders; and the language changes while it runs."""

from __future__ import annotations

import ast
import string
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from judge_app.launch import environment
from judge_app.ui.language import Catalogue, Language, clashes, current, either, read_catalogue, tr

UI = Path(__file__).resolve().parents[2] / "judge_app"


def texts_of_the_source() -> dict[str, str]:
    """Every literal given to tr, mark or tr_count → the file that has it; a note is added as ``|note``."""
    found: dict[str, str] = {}
    for path in sorted(UI.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            name = node.func.id
            given = {"tr": node.args[:1], "mark": node.args[:1], "tr_count": node.args[1:3]}.get(name, [])
            for argument in given:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    notes = [
                        k.value.value for k in node.keywords if k.arg == "note" and isinstance(k.value, ast.Constant)
                    ]
                    text = f"{argument.value}|{notes[0]}" if notes else argument.value
                    found.setdefault(text, path.name)
    return found


def placeholders(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field}


def test_every_text_of_the_windows_stands_in_the_chinese_catalogue() -> None:
    catalogue = read_catalogue("zh")
    missing = {text: file for text, file in texts_of_the_source().items() if text not in catalogue}
    assert missing == {}


def test_no_text_has_two_chinese_forms() -> None:
    assert clashes("zh") == []


def test_two_files_that_differ_are_reported(tmp_path: Path) -> None:
    (tmp_path / "zh").mkdir()
    (tmp_path / "zh" / "a.toml").write_text('"Lock" = "锁定"\n', "utf-8")
    (tmp_path / "zh" / "b.toml").write_text('"Lock" = "上锁"\n', "utf-8")
    assert len(clashes("zh", tmp_path)) == 1


@pytest.mark.parametrize("text", sorted(texts_of_the_source()))
def test_a_translation_asks_for_no_value_that_the_text_does_not_give(text: str) -> None:
    chinese = read_catalogue("zh").get(text, "")
    if "|" not in text:
        assert placeholders(chinese) <= placeholders(text)


def test_switching_the_language_changes_what_is_said_and_tells_it_once(qapp: QApplication) -> None:
    language = Language(qapp, "zh")
    heard: list[str] = []
    language.changed.connect(heard.append)
    assert (current(), tr("Pause"), either("名", "name")) == ("zh", "暂停", "名")
    language.use("en")
    assert (current(), tr("Pause"), either("名", "name")) == ("en", "Pause", "name")
    language.use("en")
    assert heard == ["en"]


def test_a_name_without_an_english_form_stays_chinese_in_english(qapp: QApplication) -> None:
    Language(qapp, "en")
    assert either("第一场", "") == "第一场"


def test_garbage_that_is_collected_while_a_text_is_looked_up_does_not_stop_the_program() -> None:
    """Qt has its list of catalogues locked then, and wants it again to take one out that is destroyed."""
    program = """
import gc
from PySide6.QtCore import QCoreApplication, QObject
from judge_app.ui.language import Language, tr
app = QCoreApplication([])
for late in range(60):  # so many objects later it is collected: at one of them in the middle of a look-up
    gc.disable()
    gc.collect()
    owner = QObject()
    Language(app, "zh").setParent(owner)
    cycle = [owner]
    cycle.append(cycle)
    del owner, cycle
    gc.set_threshold(gc.get_count()[0] + late)
    gc.enable()
    {tr("Pause") for _ in range(20)}
print("looked up")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True, env=environment()
    )
    assert done.stdout == "looked up\n"


def test_qts_own_texts_are_left_to_qt() -> None:
    """An empty translation would be taken for one: a file dialog without words, and warnings from within Qt."""
    assert Catalogue("zh", {"Open": "打开"}).translate("QFileDialog", "Open") is None
