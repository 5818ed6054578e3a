"""The two languages of every visible text: English in the source, Chinese from a catalogue, Chinese by default.

A text is written ``tr("{done} of {total} in", done=3, total=9)``; its Chinese stands in a file of
``resources/translations/zh/`` (TOML, ``"English" = "中文"``; a text that needs two Chinese forms is told apart by a
note: ``tr("Order", note="noun")`` is looked up as ``"Order|noun"`` first). The catalogue is a QTranslator, so that
switching sends Qt's LanguageChange event to every window; each answers it by setting its texts again.
"""

from __future__ import annotations

import tomllib
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, Literal

from PySide6.QtCore import QCoreApplication, QObject, QTranslator, Signal

Code = Literal["zh", "en"]

CONTEXT: Final = "judge-app"
DIRECTORY: Final = Path(__file__).resolve().parents[2] / "resources" / "translations"
_WHICH: Final = "@language"


class Catalogue(QTranslator):
    """Texts of one language. ``texts`` maps the English source, or ``source|note``, to the translation."""

    def __init__(self, code: Code, texts: dict[str, str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._texts = {**texts, _WHICH: code}

    def translate(self, context: str, source: str, note: str | None = None, n: int = -1) -> str:
        if context != CONTEXT:
            return None  # type: ignore[return-value]  # "" would be taken as the translation of Qt's own texts
        if note:
            noted = self._texts.get(f"{source}|{note}")
            if noted is not None:
                return noted
        return self._texts.get(source, "")

    def isEmpty(self) -> bool:
        return False


@cache
def catalogue(code: Code) -> Catalogue:
    """The catalogue of a language, one for the life of the process: Qt asks it with its list of catalogues locked, Python
    may collect garbage just then, and of a catalogue among it Qt would wait for that lock for ever."""
    return Catalogue(code, read_catalogue(code))


@lru_cache(maxsize=4)
def read_catalogue(code: Code, directory: Path = DIRECTORY) -> dict[str, str]:
    """Every text of a language, all files of its folder together; of two translations the first file's stands."""
    texts: dict[str, str] = {}
    for path in sorted((directory / code).glob("*.toml")):
        for source, text in tomllib.loads(path.read_text("utf-8")).items():
            texts.setdefault(source, text)
    return texts


def clashes(code: Code, directory: Path = DIRECTORY) -> list[str]:
    """Texts that two files translate in different words: one text has one form, whatever window it stands in."""
    texts: dict[str, str] = {}
    found = []
    for path in sorted((directory / code).glob("*.toml")):
        for source, text in tomllib.loads(path.read_text("utf-8")).items():
            if texts.setdefault(source, text) != text:
                found.append(f"{path.name}: {source!r} is {texts[source]!r} elsewhere, {text!r} here")
    return found


class Language(QObject):
    """The language of an application. ``use`` installs it; ``changed`` carries the new code afterwards."""

    changed = Signal(str)

    def __init__(self, app: QCoreApplication, code: Code = "zh") -> None:
        super().__init__(app)
        self._app = app
        self._installed: Catalogue | None = None
        self.code: Code = "en"
        self.use(code)

    def use(self, code: Code) -> None:
        """Shows every text in this language from now on; every window hears of it by LanguageChange."""
        if self._installed is not None:
            self._app.removeTranslator(self._installed)
            self._installed = None
        if code != "en":
            self._installed = catalogue(code)
            self._app.installTranslator(self._installed)
        before, self.code = self.code, code
        if before != code:
            self.changed.emit(code)


def tr(source: str, note: str = "", **values: object) -> str:
    """The text in the language in force, with its placeholders filled in. ``source`` is a literal."""
    text = QCoreApplication.translate(CONTEXT, source, note or None)
    return text.format(**values) if values else text


def mark(source: str) -> str:
    """Names a literal as a text for ``tr`` where it is written down before it is shown (a table of words)."""
    return source


def tr_count(n: int, one: str, many: str, **values: object) -> str:
    """``one`` or ``many`` by ``n`` (English needs it; Chinese gives both the same words); ``{n}`` is filled in."""
    text = QCoreApplication.translate(CONTEXT, one if n == 1 else many)
    return text.format(n=n, **values)


def both(source: str, **values: object) -> tuple[str, str]:
    """A text in Chinese and in English, for those who may read either."""
    texts = read_catalogue("zh").get(source, source), source
    zh, en = (text.format(**values) if values else text for text in texts)
    return zh, en


def current() -> Code:
    """The language in force."""
    return "zh" if QCoreApplication.translate(CONTEXT, _WHICH) == "zh" else "en"


def either(zh: str, en: str) -> str:
    """Of a text that comes in both languages the one in force; the other where it lacks (names of people, projects)."""
    return (zh or en) if current() == "zh" else (en or zh)
