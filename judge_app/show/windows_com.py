"""COM and user32 on Windows, as office_com.py needs them. Not tried on a Windows machine yet."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from typing import Any

import pythoncom  # type: ignore[import-untyped, import-not-found, unused-ignore]  # pywin32, on Windows only
import pywintypes  # type: ignore[import-untyped, import-not-found, unused-ignore]  # likewise
import win32com.client  # type: ignore[import-untyped, import-not-found, unused-ignore]  # likewise

from judge_app.show.automation import ComFailed
from judge_app.show.driver import Box, ShowError

_NO_ACTIVATE_SHOW = 0x0010 | 0x0040
_TOP = 0


class WindowsAutomation:
    """One program by its ProgIDs, the first that is installed."""

    def __init__(self, progids: Sequence[str]) -> None:
        pythoncom.CoInitialize()
        self._progids = tuple(progids)
        self._user32 = ctypes.WinDLL("user32")  # type: ignore[attr-defined,unused-ignore]  # Windows only
        self._held: list[Any] = []

    def running(self) -> list[Any]:
        """Instances of the running object table whose name or class is one of ours; one per process."""
        found: list[Any] = []
        for progid in self._progids:
            try:
                found.append(_Guarded(win32com.client.GetActiveObject(progid)))
            except pywintypes.com_error:
                continue
        for instance in self._in_table():
            if all(instance.HWND != known.HWND for known in found):
                found.append(instance)
        return found

    def create(self) -> Any:
        for progid in self._progids:
            try:
                return _Guarded(win32com.client.Dispatch(progid))
            except pywintypes.com_error:
                continue
        raise ShowError(f"本机没有 {self._progids[0]}", f"{self._progids[0]} is not installed here")

    def owner(self, hwnd: int) -> int:
        pid = ctypes.c_ulong()
        self._user32.GetWindowThreadProcessId(ctypes.c_void_p(hwnd), ctypes.byref(pid))
        return int(pid.value)

    def place(self, hwnd: int, box: Box) -> None:
        window = ctypes.c_void_p(hwnd)
        self._user32.SetWindowPos(window, _TOP, box.x, box.y, box.width, box.height, _NO_ACTIVATE_SHOW)

    def release(self) -> None:
        self._held.clear()

    def _in_table(self) -> Iterator[Any]:
        """Presentations that the running object table lists by file name lead to applications it does not."""
        table = pythoncom.GetRunningObjectTable()
        context = pythoncom.CreateBindCtx(0)
        for moniker in table.EnumRunning():
            name = moniker.GetDisplayName(context, None).lower()
            if not name.endswith((".ppt", ".pptx", ".pptm", ".pps", ".ppsx", ".dps")):
                continue
            try:
                raw = table.GetObject(moniker).QueryInterface(pythoncom.IID_IDispatch)
                yield _Guarded(win32com.client.Dispatch(raw).Application)
            except (pywintypes.com_error, AttributeError):
                continue


class _Guarded:
    """A COM object whose errors are ComFailed, wherever one gets to from it."""

    def __init__(self, held: Any) -> None:
        object.__setattr__(self, "_held", held)

    def __getattr__(self, name: str) -> Any:
        return self._guard(lambda: getattr(self._held, name))

    def __setattr__(self, name: str, value: Any) -> None:
        self._guard(lambda: setattr(self._held, name, value))

    def __call__(self, *arguments: Any) -> Any:
        return self._guard(lambda: self._held(*arguments))

    def _guard(self, work: Any) -> Any:
        try:
            value = work()
        except pywintypes.com_error as error:
            raise ComFailed(int(error.hresult), str(error.strerror)) from error
        plain = value is None or isinstance(value, (int, float, str, bool))
        return value if plain else _Guarded(value)
