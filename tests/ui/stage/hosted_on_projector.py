"""``judge-app host`` as a person starts it, on a display of two monitors: ``hosted_on_projector.py WORKBOOK FOLDER``.

Opens the session, presses the next step until slides are up and then once more, has the first slide shown again by the
keys, goes to the next and takes it off, and says what each monitor shows: one JSON line for each moment,
``{"moment": …, "laptop": {colour: share}, "beamer": {colour: share}}``; pictures of them are in FOLDER. Pictures of the
slides are kept first, as the pre-flight keeps them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication

from judge_app.launch import command, environment
from judge_app.show.kept import KeptDecks, content_of
from judge_app.show.making import keep_pdf, keep_stills

PATIENCE_S = 60.0
RED, GREEN, GROUND = "#ff0000", "#00ff00", "#0d151c"

Shares = dict[str, float]


def monitor(picture: QImage, left: int) -> Shares:
    """How much of a monitor has which colour, coarsely; a picture that was kept as a JPEG is a shade off."""
    counts: dict[str, int] = {}
    for x in range(left + 8, left + 1280, 16):
        for y in range(8, 720, 16):
            colour = nearly(picture.pixelColor(x, y))
            counts[colour] = counts.get(colour, 0) + 1
    whole = sum(counts.values())
    return {colour: count / whole for colour, count in counts.items()}


def nearly(colour: QColor) -> str:
    """Its name, or that of the slides' colour which it can hardly be told from."""
    for name in (RED, GREEN):
        known = QColor(name)
        apart = (colour.red() - known.red(), colour.green() - known.green(), colour.blue() - known.blue())
        if max(map(abs, apart)) <= 3:
            return name
    return colour.name()


def seen() -> tuple[Shares, Shares]:
    picture = QGuiApplication.primaryScreen().grabWindow(0, 0, 0, 2560, 720).toImage()
    return monitor(picture, 0), monitor(picture, 1280)


def until(moment: str, enough: Callable[[Shares, Shares], bool]) -> None:
    """Wait until the monitors show it and say what they show then, or at last."""
    end = time.monotonic() + PATIENCE_S
    laptop, beamer = seen()
    while not enough(laptop, beamer) and time.monotonic() < end:
        time.sleep(0.1)
        laptop, beamer = seen()
    sys.stdout.write(json.dumps({"moment": moment, "laptop": laptop, "beamer": beamer}) + "\n")
    sys.stdout.flush()
    QGuiApplication.primaryScreen().grabWindow(0, 0, 0, 2560, 720).save(f"{moment}.png")


def press(console: str, *keys: str) -> None:
    """Keys on the host's desk; the next step where none is named."""
    subprocess.run(["xdotool", "windowactivate", "--sync", console, "key", *(keys or ("space",))], check=True)


def keep(deck: Path, kept: KeptDecks) -> None:
    """What the pre-flight keeps of a deck: its PDF, where it is none, and pictures of its slides."""
    content = content_of(deck)
    kept.folder.mkdir(parents=True)
    soffice = shutil.which("soffice") or "soffice"
    pdf = deck if deck.suffix == ".pdf" else keep_pdf(deck, content, kept, soffice)
    keep_stills(pdf, content, kept)


def window(name: str) -> str:
    """A window by its name, once it is there; a search fails while windows come and go."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        search = ["xdotool", "search", "--onlyvisible", "--name", f"^{name}$"]
        found = subprocess.run(search, capture_output=True, text=True, check=False).stdout.split()
        if found:
            return found[0]
        time.sleep(0.2)
    raise TimeoutError(f"no window {name}")


def main(workbook: Path, folder: Path, deck: Path) -> None:
    os.chdir(folder)
    app = QApplication(sys.argv[:1])
    keep(deck, KeptDecks(folder / "data" / "judge-app" / "decks"))
    own = {**environment(), "XDG_DATA_HOME": str(folder / "data"), "XDG_CONFIG_HOME": str(folder / "config")}
    with (folder / "host.log").open("w") as log:
        host = subprocess.Popen(
            command(["host", str(workbook), "--bind", "127.0.0.1", "--folder", str(folder)]),
            env=own,
            stdout=log,
            stderr=log,
        )
    try:
        until("opened", lambda laptop, beamer: beamer.get(GROUND, 0) > 0.6)
        console = window("主持台")
        time.sleep(1)
        press(console)
        until("called", lambda laptop, beamer: beamer.get(GROUND, 0) > 0.6)
        time.sleep(1)
        press(console)
        until("slides", lambda laptop, beamer: beamer.get(RED, 0) > 0.9)
        time.sleep(1)
        press(console)
        until("questions", lambda laptop, beamer: beamer.get(RED, 0) == 0)
        time.sleep(1)
        press(console, "g", "1", "Return")
        until("again", lambda laptop, beamer: beamer.get(RED, 0) > 0.3)
        press(console, "bracketright")
        until("next", lambda laptop, beamer: beamer.get(GREEN, 0) > 0.3)
        press(console, "x")
        until("off", lambda laptop, beamer: beamer.get(GREEN, 0) == 0)
        press(console, "bracketleft", "g", "2", "Return")
        until("second", lambda laptop, beamer: beamer.get(GREEN, 0) > 0.3)
        press(console)
        until("scoring", lambda laptop, beamer: beamer.get(GREEN, 0) == 0)
    finally:
        host.terminate()
        host.wait(timeout=PATIENCE_S)
        del app


if __name__ == "__main__":
    os.environ["QT_QPA_PLATFORM"] = "xcb"
    main(*map(Path, sys.argv[1:4]))
