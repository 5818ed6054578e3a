"""The one type family, Noto Sans SC, and its scale of sizes in logical pixels.

Its figures have one width by nature, so that numbers stand under each other; it holds the rare characters of names.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtGui import QFontDatabase

DIRECTORY: Final = Path(__file__).resolve().parents[3] / "resources" / "fonts"
FAMILY: Final = "Noto Sans SC"

TINY: Final = 12
SMALL: Final = 13
BODY: Final = 15
LEAD: Final = 18
TITLE: Final = 22
HEAD: Final = 28
FIGURE: Final = 40
LARGE: Final = 56
CLOCK: Final = 148
STAGE: Final = 300

REGULAR: Final = 400
MEDIUM: Final = 500
BOLD: Final = 700


def load_fonts(directory: Path = DIRECTORY) -> list[str]:
    """Makes the family known to Qt; returns the files that could not be read (then Qt takes a font of the system)."""
    failed = []
    for path in sorted(directory.glob("*.ttf")):
        if QFontDatabase.addApplicationFont(str(path)) < 0:
            failed.append(path.name)
    return failed
