"""The windows that are really on the desktop, asked of the window system and not of the program that owns them.

It is the witness of a cut-off: a driver may say that its show has ended while the window is still there. X11 is read
over libxcb (errors come back as answers, a window may vanish at any time), Windows over user32. On Wayland and macOS
no program may look at another's windows: ``can_see`` is False there and a driver's word has to do.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import sys
from collections.abc import Iterator
from typing import Any, Final, Protocol

from judge_app.core.contest import Struct
from judge_app.show.driver import Box


class DesktopWindow(Struct, frozen=True):
    """A top-level window that can be seen. ``order`` grows from the lowest to the topmost."""

    id: int
    pid: int
    title: str
    box: Box
    order: int


class Desktop(Protocol):
    """What can be seen of, and done to, other programs' windows."""

    can_see: bool

    def windows(self) -> tuple[DesktopWindow, ...]:
        """All visible top-level windows with a known owner, lowest first."""

    def close(self, window: DesktopWindow) -> None:
        """Ask a window to close, as its close button would; its program may not obey."""


class BlindDesktop:
    """A desktop whose windows cannot be looked at."""

    can_see = False

    def windows(self) -> tuple[DesktopWindow, ...]:
        return ()

    def close(self, window: DesktopWindow) -> None:
        return None


def open_desktop() -> Desktop:
    """The desktop of this process's display, or a blind one."""
    if sys.platform == "win32":
        return WindowsDesktop()
    if sys.platform.startswith("linux") and os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        try:
            return X11Desktop()
        except OSError:
            return BlindDesktop()
    return BlindDesktop()


# X11


class _Cookie(ctypes.Structure):
    _fields_ = (("sequence", ctypes.c_uint),)


class _Screen(ctypes.Structure):
    _fields_ = (("root", ctypes.c_uint32),)


class _Screens(ctypes.Structure):
    _fields_ = (("data", ctypes.POINTER(_Screen)), ("rem", ctypes.c_int), ("index", ctypes.c_int))


class _Tree(ctypes.Structure):
    _fields_ = (
        ("head", ctypes.c_uint8 * 8),
        ("root", ctypes.c_uint32),
        ("parent", ctypes.c_uint32),
        ("children", ctypes.c_uint16),
        ("pad", ctypes.c_uint8 * 14),
    )


class _Attributes(ctypes.Structure):
    _fields_ = (
        ("head", ctypes.c_uint8 * 8),
        ("visual", ctypes.c_uint32),
        ("klass", ctypes.c_uint16),
        ("gravities", ctypes.c_uint8 * 2),
        ("planes", ctypes.c_uint32 * 2),
        ("save_under", ctypes.c_uint8),
        ("map_is_installed", ctypes.c_uint8),
        ("map_state", ctypes.c_uint8),
        ("override_redirect", ctypes.c_uint8),
    )


class _Geometry(ctypes.Structure):
    _fields_ = (
        ("head", ctypes.c_uint8 * 8),
        ("root", ctypes.c_uint32),
        ("x", ctypes.c_int16),
        ("y", ctypes.c_int16),
        ("width", ctypes.c_uint16),
        ("height", ctypes.c_uint16),
    )


class _Translated(ctypes.Structure):
    _fields_ = (("head", ctypes.c_uint8 * 8), ("child", ctypes.c_uint32), ("x", ctypes.c_int16), ("y", ctypes.c_int16))


class _Property(ctypes.Structure):
    _fields_ = (
        ("head", ctypes.c_uint8 * 8),
        ("type", ctypes.c_uint32),
        ("bytes_after", ctypes.c_uint32),
        ("value_len", ctypes.c_uint32),
        ("pad", ctypes.c_uint8 * 12),
    )


class _Atom(ctypes.Structure):
    _fields_ = (("head", ctypes.c_uint8 * 8), ("atom", ctypes.c_uint32))


_VIEWABLE: Final = 2
_CLIENT_MESSAGE: Final = 33
_SUBSTRUCTURE: Final = 0x80000 | 0x100000
_DEPTH: Final = 3
"""How deep a program's own top-level window may lie: managers wrap it in one frame, some in two."""


class X11Desktop:
    """The windows of an X server. Not for use by several threads at once. Raises OSError without a server."""

    can_see = True

    def __init__(self, display: str | None = None) -> None:
        path = ctypes.util.find_library("xcb") or "libxcb.so.1"
        self._xcb = ctypes.CDLL(path)
        self._libc = ctypes.CDLL(None)
        self._libc.free.argtypes = [ctypes.c_void_p]
        self._declare()
        self._connection = self._xcb.xcb_connect(None if display is None else display.encode(), None)
        if self._xcb.xcb_connection_has_error(self._connection):
            self._xcb.xcb_disconnect(self._connection)
            raise OSError("no X server")
        setup = self._xcb.xcb_get_setup(self._connection)
        self._root = int(self._xcb.xcb_setup_roots_iterator(setup).data.contents.root)
        self._pid_atom = self._atom("_NET_WM_PID")
        self._name_atom = self._atom("_NET_WM_NAME")
        self._close_atom = self._atom("_NET_CLOSE_WINDOW")

    def windows(self) -> tuple[DesktopWindow, ...]:
        found = [window for child in self._children(self._root) for window in self._owned(child, _DEPTH)]
        return tuple(
            DesktopWindow(id=window, pid=pid, title=self._text(window), box=box, order=order)
            for order, (window, pid) in enumerate(found)
            if (box := self._box(window)) is not None
        )

    def close(self, window: DesktopWindow) -> None:
        event = (ctypes.c_uint8 * 32)()
        event[0], event[1] = _CLIENT_MESSAGE, 32
        ctypes.memmove(ctypes.addressof(event) + 4, ctypes.byref(ctypes.c_uint32(window.id)), 4)
        ctypes.memmove(ctypes.addressof(event) + 8, ctypes.byref(ctypes.c_uint32(self._close_atom)), 4)
        self._xcb.xcb_send_event(self._connection, 0, self._root, _SUBSTRUCTURE, event)
        self._xcb.xcb_flush(self._connection)

    def stop(self) -> None:
        """Leave the X server."""
        self._xcb.xcb_disconnect(self._connection)

    def _owned(self, window: int, depth: int) -> Iterator[tuple[int, int]]:
        if not self._viewable(window):
            return
        pid = self._number(window, self._pid_atom)
        if pid is not None:
            yield window, pid
        elif depth > 1:
            for child in self._children(window):
                yield from self._owned(child, depth - 1)

    def _viewable(self, window: int) -> bool:
        answer = self._ask("get_window_attributes", window)
        if not answer:
            return False
        state = ctypes.cast(answer, ctypes.POINTER(_Attributes)).contents.map_state
        self._libc.free(answer)
        return bool(state == _VIEWABLE)

    def _children(self, window: int) -> list[int]:
        answer = self._ask("query_tree", window)
        if not answer:
            return []
        count = ctypes.cast(answer, ctypes.POINTER(_Tree)).contents.children
        ids = (ctypes.c_uint32 * count).from_address(answer + ctypes.sizeof(_Tree))
        children = [int(child) for child in ids]
        self._libc.free(answer)
        return children

    def _box(self, window: int) -> Box | None:
        geometry = self._ask("get_geometry", window)
        if not geometry:
            return None
        size = ctypes.cast(geometry, ctypes.POINTER(_Geometry)).contents
        width, height = int(size.width), int(size.height)
        self._libc.free(geometry)
        place = self._ask("translate_coordinates", window, self._root, 0, 0)
        if not place:
            return None
        at = ctypes.cast(place, ctypes.POINTER(_Translated)).contents
        x, y = int(at.x), int(at.y)
        self._libc.free(place)
        return Box(x=x, y=y, width=width, height=height)

    def _number(self, window: int, atom: int) -> int | None:
        content = self._property(window, atom, 1)
        return int.from_bytes(content[:4], sys.byteorder) if len(content) >= 4 else None

    def _text(self, window: int) -> str:
        return self._property(window, self._name_atom, 64).decode("utf-8", errors="replace")

    def _property(self, window: int, atom: int, words: int) -> bytes:
        answer = self._ask("get_property", 0, window, atom, 0, 0, words)
        if not answer:
            return b""
        count = self._xcb.xcb_get_property_value_length(answer)
        content = ctypes.string_at(self._xcb.xcb_get_property_value(answer), count)
        self._libc.free(answer)
        return content

    def _atom(self, name: str) -> int:
        answer = self._ask("intern_atom", 0, len(name), name.encode())
        atom = int(ctypes.cast(answer, ctypes.POINTER(_Atom)).contents.atom)
        self._libc.free(answer)
        return atom

    def _ask(self, request: str, *arguments: Any) -> Any:
        cookie = getattr(self._xcb, f"xcb_{request}")(self._connection, *arguments)
        error = ctypes.c_void_p()
        answer = getattr(self._xcb, f"xcb_{request}_reply")(self._connection, cookie, ctypes.byref(error))
        if error.value:
            self._libc.free(error)
        return answer

    def _declare(self) -> None:
        xcb, number, byte, short = self._xcb, ctypes.c_uint32, ctypes.c_uint8, ctypes.c_uint16
        xcb.xcb_connect.restype = ctypes.c_void_p
        xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
        xcb.xcb_get_setup.restype = ctypes.c_void_p
        xcb.xcb_setup_roots_iterator.restype = _Screens
        xcb.xcb_setup_roots_iterator.argtypes = [ctypes.c_void_p]
        for name in ("xcb_connection_has_error", "xcb_disconnect", "xcb_get_setup", "xcb_flush"):
            getattr(xcb, name).argtypes = [ctypes.c_void_p]
        signatures: dict[str, list[Any]] = {
            "get_window_attributes": [number],
            "query_tree": [number],
            "get_geometry": [number],
            "translate_coordinates": [number, number, ctypes.c_int16, ctypes.c_int16],
            "get_property": [byte, number, number, number, number, number],
            "intern_atom": [byte, short, ctypes.c_char_p],
        }
        for request, arguments in signatures.items():
            send, reply = getattr(xcb, f"xcb_{request}"), getattr(xcb, f"xcb_{request}_reply")
            send.argtypes, send.restype = [ctypes.c_void_p, *arguments], _Cookie
            reply.argtypes, reply.restype = [ctypes.c_void_p, _Cookie, ctypes.c_void_p], ctypes.c_void_p
        xcb.xcb_get_property_value.argtypes = xcb.xcb_get_property_value_length.argtypes = [ctypes.c_void_p]
        xcb.xcb_get_property_value.restype = ctypes.c_void_p
        xcb.xcb_send_event.argtypes = [ctypes.c_void_p, byte, number, number, ctypes.c_void_p]
        xcb.xcb_send_event.restype = _Cookie


# Windows


class WindowsDesktop:
    """The windows of a Windows desktop, by user32. Not tried on a Windows machine yet."""

    can_see = True

    def __init__(self) -> None:
        self._user32 = ctypes.WinDLL("user32")  # type: ignore[attr-defined,unused-ignore]  # Windows only

    def windows(self) -> tuple[DesktopWindow, ...]:
        found: list[DesktopWindow] = []
        visitor = ctypes.WINFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)  # type: ignore[attr-defined,unused-ignore]  # Windows only

        def visit(handle: int, _: int) -> int:
            if self._user32.IsWindowVisible(ctypes.c_void_p(handle)):
                found.append(self._described(handle, -len(found)))
            return 1

        self._user32.EnumWindows(visitor(visit), None)
        return tuple(reversed(found))

    def close(self, window: DesktopWindow) -> None:
        wm_close = 0x0010
        self._user32.PostMessageW(ctypes.c_void_p(window.id), wm_close, None, None)

    def _described(self, handle: int, order: int) -> DesktopWindow:
        pid, edges, title = ctypes.c_ulong(), (ctypes.c_long * 4)(), ctypes.create_unicode_buffer(256)
        window = ctypes.c_void_p(handle)
        self._user32.GetWindowThreadProcessId(window, ctypes.byref(pid))
        self._user32.GetWindowRect(window, ctypes.byref(edges))
        self._user32.GetWindowTextW(window, title, 256)
        box = Box(x=edges[0], y=edges[1], width=edges[2] - edges[0], height=edges[3] - edges[1])
        return DesktopWindow(id=handle, pid=pid.value, title=title.value, box=box, order=order)
