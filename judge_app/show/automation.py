"""What a driver over COM needs of Windows, and how a call fails; windows_com.py is the real one."""

from __future__ import annotations

from typing import Any, Protocol

from judge_app.show.driver import Box


class ComFailed(Exception):
    """A COM call failed; ``code`` is its HRESULT as a signed number."""

    def __init__(self, code: int, text: str = "") -> None:
        self.code = code
        super().__init__(text or hex(code & 0xFFFFFFFF))


class Automation(Protocol):
    """COM and user32, as far as the driver needs them. Calls on applications raise ComFailed."""

    def running(self) -> list[Any]:
        """Every instance that the running object table knows, of any of the program's names."""

    def create(self) -> Any:
        """The program, started where it was not running."""

    def owner(self, hwnd: int) -> int:
        """The process of a window."""

    def place(self, hwnd: int, box: Box) -> None:
        """Move a window to a rectangle of the desktop."""

    def release(self) -> None:
        """Let go of what was asked for: a kept reference keeps a stray process alive."""
