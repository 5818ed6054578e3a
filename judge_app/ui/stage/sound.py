"""Prompt sounds, best effort: the platform's own player, and silence where there is none. Nothing waits for it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

DIRECTORY: Final = Path(__file__).resolve().parents[3] / "resources" / "sounds"
_PLAYERS: Final = (("paplay",), ("pw-play",), ("aplay", "-q"), ("afplay",))


class Player:
    """Plays ``short`` (a prompt) and ``long`` (time is up). ``muted`` silences it."""

    def __init__(self, directory: Path = DIRECTORY) -> None:
        self.muted = False
        self._directory = directory
        self._playing: list[subprocess.Popen[bytes]] = []

    @property
    def through(self) -> str:
        """The program that plays; empty where this computer has none and stays silent."""
        if sys.platform == "win32":
            return "Windows"
        return next((player[0] for player in _PLAYERS if shutil.which(player[0])), "")

    @property
    def failed(self) -> bool:
        """Whether the sound that was played last did not come out, as far as its player has said by now."""
        return bool(self._playing) and self._playing[-1].poll() not in (None, 0)

    def play(self, name: str) -> None:
        """Start a sound and come back at once."""
        path = self._directory / f"{name}.wav"
        if self.muted or not path.is_file():
            return
        self._playing = [player for player in self._playing if player.poll() is None]
        if sys.platform == "win32":
            import winsound

            winsound.PlaySound(str(path), winsound.SND_FILENAME | winsound.SND_ASYNC)
            return
        command = next((player for player in _PLAYERS if shutil.which(player[0])), None)
        if command is not None:
            quiet = subprocess.DEVNULL
            self._playing.append(subprocess.Popen([*command, str(path)], stdin=quiet, stdout=quiet, stderr=quiet))
