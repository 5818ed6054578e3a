"""Which processes of a session go first where the computer is busy: the room, which all wait for, and the stage, which ends
the slides on time."""

from __future__ import annotations

import contextlib
import sys

import psutil

if sys.platform == "win32":
    _ABOVE_NORMAL = psutil.ABOVE_NORMAL_PRIORITY_CLASS
else:
    _ABOVE_NORMAL = -5


def go_first() -> None:
    """Let this process go before the other programs of the computer, where the system allows it (Windows does; Linux
    and macOS let only an administrator)."""
    with contextlib.suppress(psutil.AccessDenied):
        psutil.Process().nice(_ABOVE_NORMAL)
