"""The gallery: every window × state × language × look × scale as a picture, and what the inspection finds in each.

``python -m judge_app.ui.gallery --out DIR [--only TEXT …] [--quick]`` writes ``VIEW-STATE-LANGUAGE-LOOK-SCALE.png`` and
``index.html``, prints every finding, and ends with status 1 where there is one. A scale is a common screen: 1920 × 1080
pixels at 100, 150 or 200 % of the system's scaling, so 1920 × 1080, 1280 × 720 or 960 × 540 of our lengths; ``large`` is
the program's own 150 % at the first.
"""

from __future__ import annotations

import argparse
import html
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

if __name__ == "__main__" and not os.environ.get("QT_QPA_PLATFORM"):
    os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from judge_app.core.events import SessionSetup
from judge_app.ui.inspection import Finding, inspect, picture
from judge_app.ui.language import Code, Language
from judge_app.ui.scenes import scenes
from judge_app.ui.scenes.scene import Scene, Shown
from judge_app.ui.theme import DARK, LOOKS, load_fonts, look, theme_of, wear


class Scale(msgspec.Struct, frozen=True):
    """How large a window is: its logical size, device pixels to a logical one, and the program's own scale."""

    name: str
    width: int
    height: int
    ratio: float
    own: float = 1.0


SCALES = (
    Scale("100", 1920, 1080, 1.0),
    Scale("150", 1280, 720, 1.5),
    Scale("200", 960, 540, 2.0),
    Scale("large", 1920, 1080, 1.0, 1.5),
)
LANGUAGES: tuple[Code, ...] = ("zh", "en")
QUICK = (("zh", "light"), ("en", "light"), ("zh", "dark"))


class Shot(msgspec.Struct, frozen=True):
    """One picture to take."""

    scene: Scene
    language: Code
    look: str
    scale: Scale

    @property
    def name(self) -> str:
        return "-".join((self.scene.view, self.scene.state, self.language, self.look, self.scale.name))


def shots(only: Sequence[str] = (), *, quick: bool = False) -> Iterator[Shot]:
    """Every picture; ``only`` keeps those whose name begins with one of the texts, ``quick`` leaves looks out."""
    for scene in scenes():
        for language in LANGUAGES:
            for name in (DARK.name,) if scene.fixed_look else LOOKS:
                if quick and (language, name) not in QUICK:
                    continue
                for scale in SCALES:
                    shot = Shot(scene, language, name, scale)
                    if not only or any(shot.name.startswith(text) for text in only):
                        yield shot


def written_in(setup: SessionSetup | None) -> list[str]:
    """What people wrote in a contest: it stays as it is in any language."""
    if setup is None:
        return []
    contest = setup.contest
    found = [contest.name, contest.edition, contest.region, contest.round, setup.session.name, setup.session.hall]
    for project in contest.projects:
        found += [
            project.name,
            project.lead_unit,
            project.captain,
            project.track,
            project.topic,
            *project.partner_units,
        ]
    for judge in contest.judges:
        found += [judge.name, judge.unit, judge.judge_class]
    rules = setup.rules
    for component in rules.components:
        found += [component.name, component.name_en]
        for criterion in component.criteria:
            found += [criterion.name, criterion.name_en, criterion.look_for, criterion.look_for_en]
            found += [band.name for band in criterion.bands]
    return found


class Photographer:
    """Takes pictures with one application; the language and the look are put on before a window is made."""

    def __init__(self, app: QApplication) -> None:
        self.app = app
        load_fonts()
        self.language = Language(app, "zh")
        self._worn = ("", 0.0)

    def take(self, shot: Shot, *, pictures: bool = True) -> tuple[QPixmap | None, list[Finding]]:
        """The picture of a shot (None where none is wanted) and what is wrong in it."""
        self.language.use(shot.language)
        if self._worn != (shot.look, shot.scale.own):
            wear(self.app, look(shot.look, shot.scale.own))
            self._worn = (shot.look, shot.scale.own)
        shown = shot.scene.make()
        widget = shown.widget
        widget.resize(shot.scale.width, shot.scale.height)
        widget.show()
        self._settle()
        if shown.after is not None:
            shown.after()
            self._settle()
        findings = self._inspect(shown, shot)
        pixmap = picture(widget, shot.scale.ratio) if pictures else None
        self._put_away(widget)
        return pixmap, findings

    def _inspect(self, shown: Shown, shot: Shot) -> list[Finding]:
        palette = theme_of(shown.widget).palette
        image = picture(shown.widget).toImage()
        return inspect(shown.widget, image, palette, shot.language, [*written_in(shown.setup), *shown.written])

    def _settle(self) -> None:
        for _ in range(4):
            self.app.sendPostedEvents()
            self.app.processEvents()

    def _put_away(self, widget: QWidget) -> None:
        widget.close()
        widget.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def run(out: Path, only: Sequence[str], *, quick: bool) -> int:
    """Takes every picture into ``out``; the number of findings."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    photographer = Photographer(app)
    out.mkdir(parents=True, exist_ok=True)
    total, names = 0, []
    for shot in shots(only, quick=quick):
        pixmap, findings = photographer.take(shot)
        if pixmap is not None:
            pixmap.save(str(out / f"{shot.name}.png"))
        names.append((shot.name, len(findings)))
        for finding in findings:
            sys.stdout.write(f"{shot.name}: {finding}\n")
        total += len(findings)
    (out / "index.html").write_text(_index(names), "utf-8")
    sys.stdout.write(f"{len(names)} pictures, {total} findings: {out}\n")
    return total


def _index(names: Sequence[tuple[str, int]]) -> str:
    figures = "\n".join(
        f'<figure><a href="{html.escape(name)}.png"><img loading="lazy" src="{html.escape(name)}.png" alt=""></a>'
        f"<figcaption>{html.escape(name)}{f' · {count}' if count else ''}</figcaption></figure>"
        for name, count in names
    )
    style = (
        "body{font:13px sans-serif;display:flex;flex-wrap:wrap;gap:12px}figure{margin:0;width:320px}img{width:320px}"
    )
    return f'<!doctype html><meta charset="utf-8"><title>gallery</title><style>{style}</style>\n{figures}\n'


def main(argv: Sequence[str] | None = None) -> int:
    """The command; status 1 where the inspection found something."""
    parser = argparse.ArgumentParser(prog="gallery", description="Every window as a picture, inspected.")
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--only", nargs="*", default=(), metavar="TEXT", help="only names that begin so (console-ask)")
    parser.add_argument("--quick", action="store_true", help="leave most looks out")
    given = parser.parse_args(argv)
    return 1 if run(given.out, given.only, quick=given.quick) else 0


if __name__ == "__main__":
    sys.exit(main())
