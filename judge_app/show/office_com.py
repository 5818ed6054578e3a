"""PowerPoint and WPS on Windows, by COM, in a worker process. WPS keeps to PowerPoint's object model.

Not tried on a Windows machine: written against a fake of that model (tests/show/fake_powerpoint.py), and the host's
desk says so until its self-test has passed there. ``Automation`` is all that is Windows about it.
"""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

from judge_app.show.automation import Automation, ComFailed
from judge_app.show.driver import Box, DriverKind, Position, ShowError

T = TypeVar("T")

PROGIDS: Final = {
    DriverKind.POWERPOINT: ("PowerPoint.Application",),
    DriverKind.WPS: ("KWPP.Application", "Wpp.Application"),
}
YES, NO = -1, 0
SPEAKER, ALL_SLIDES, BLACK, MINIMISED, NO_ALERTS = 1, 1, 3, 2, 1
CALL_REJECTED, RETRY_LATER = -2147418111, -2147417846
_RETRY_S: Final = 0.6
_RETRY_EVERY_S: Final = 0.02


class OfficeDriver:
    """The driver over a program with PowerPoint's object model."""

    def __init__(self, kind: DriverKind, automation: Automation, copies: Path | None = None) -> None:
        self.kind = kind
        self._automation = automation
        self._copies = Path(tempfile.mkdtemp(prefix="judge-app-deck-")) if copies is None else copies
        self._presentation: Any = None

    def open(self, deck: Path) -> int:
        """A copy is opened: it carries no mark of the web, so that no Protected View stands in the way, and nobody's
        own file is touched."""
        if not deck.is_file():
            raise ShowError(f"文件不在：{deck.name}", f"the file is missing: {deck.name}")
        self.close()
        copy = self._copies / deck.name
        copy.unlink(missing_ok=True)
        shutil.copyfile(deck, copy)

        def opened() -> int:
            application = self._automation.create()
            application.DisplayAlerts = NO_ALERTS
            self._presentation = application.Presentations.Open(str(copy), YES, NO, NO)
            return int(self._presentation.Slides.Count)

        return self._try(opened, "打开演示文稿", "opening the deck")

    def start(self, screen: Box, slide: int = 1) -> None:
        def started() -> None:
            settings = self._held().SlideShowSettings
            settings.ShowType = SPEAKER
            settings.ShowPresenterView = NO
            settings.RangeType = ALL_SLIDES
            settings.LoopUntilStopped = NO
            window = settings.Run()
            self._automation.place(int(window.HWND), screen)
            if slide > 1:
                window.View.GotoSlide(min(slide, int(self._held().Slides.Count)))

        self._try(started, "开始放映", "starting the show")

    def go(self, slide: int) -> None:
        def gone() -> None:
            window = self._window()
            if window is None:
                raise ShowError("没有在放映", "no show is running")
            window.View.GotoSlide(max(1, min(int(self._held().Slides.Count), slide)))

        self._try(gone, "翻页", "turning the slide")

    def position(self) -> Position | None:
        def asked() -> Position | None:
            window = self._window()
            if window is None:
                return None
            slide = int(window.View.CurrentShowPosition)
            return Position(slide=slide, slides=int(self._held().Slides.Count))

        return self._try(asked, "询问页码", "asking for the slide")

    def end(self) -> int:
        def ended() -> int:
            count = 0
            for application in self._automation.running():
                windows = application.SlideShowWindows
                for at in range(int(windows.Count), 0, -1):
                    windows(at).View.Exit()
                    count += 1
            return count

        return self._try(ended, "结束放映", "ending the show")

    def is_running(self) -> bool:
        def asked() -> bool:
            return any(int(application.SlideShowWindows.Count) > 0 for application in self._automation.running())

        return self._try(asked, "询问放映状态", "asking whether a show runs")

    def blank(self) -> None:
        def blanked() -> None:
            for application in self._automation.running():
                windows = application.SlideShowWindows
                for at in range(1, int(windows.Count) + 1):
                    windows(at).View.State = BLACK

        self._try(blanked, "黑屏", "turning the show black")

    def close(self) -> None:
        presentation, self._presentation = self._presentation, None
        if presentation is None:
            return

        def closed() -> None:
            presentation.Saved = YES
            presentation.Close()

        with contextlib.suppress(ShowError):
            self._try(closed, "关闭演示文稿", "closing the deck")
        self._automation.release()

    def pids(self) -> tuple[int, ...]:
        def asked() -> tuple[int, ...]:
            found = set()
            for application in self._automation.running():
                found.add(self._automation.owner(int(application.HWND)))
                windows = application.SlideShowWindows
                for at in range(1, int(windows.Count) + 1):
                    found.add(self._automation.owner(int(windows(at).HWND)))
            return tuple(sorted(found - {0}))

        return self._try(asked, "查找进程", "finding its processes")

    def _held(self) -> Any:
        if self._presentation is None:
            raise ShowError("没有打开的演示文稿", "no presentation is open")
        return self._presentation

    def _window(self) -> Any:
        """The window that shows our presentation, or None."""
        if self._presentation is None:
            return None
        name = self._presentation.FullName
        for application in self._automation.running():
            windows = application.SlideShowWindows
            for at in range(1, int(windows.Count) + 1):
                if windows(at).Presentation.FullName == name:
                    return windows(at)
        return None

    def _try(self, work: Callable[[], T], zh: str, en: str) -> T:
        """A program that is busy for a moment is asked again; one that stays so has a dialog open."""
        until = time.monotonic() + _RETRY_S
        while True:
            try:
                return work()
            except ComFailed as error:
                if error.code not in (CALL_REJECTED, RETRY_LATER):
                    raise ShowError(f"{zh}失败：{error}", f"{en} failed: {error}") from error
                if time.monotonic() > until:
                    raise ShowError(f"{zh}：程序正忙，可能有对话框", f"{en}: busy, perhaps with a dialog") from error
                time.sleep(_RETRY_EVERY_S)


def connect(kind: DriverKind) -> OfficeDriver:
    """The driver on this machine. Raises ShowError anywhere but on Windows with pywin32."""
    if sys.platform != "win32":
        raise ShowError("只能在 Windows 上使用", "this works on Windows only")
    from judge_app.show.windows_com import WindowsAutomation

    return OfficeDriver(kind, WindowsAutomation(PROGIDS[kind]))
