"""A fake of PowerPoint's object model, as far as the driver uses it, with the moods of the real one.

``busy`` calls are rejected before one goes through; ``dialog`` rejects all (“keep your ink annotations?”); ``stuck``
shows ignore ``Exit``; ``elevated`` keeps the instance out of the running object table; ``repair`` makes ``Open`` fail.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from judge_app.show.automation import ComFailed
from judge_app.show.driver import Box, ShowError
from judge_app.show.office_com import CALL_REJECTED


class FakeView:
    def __init__(self, window: FakeWindow) -> None:
        self._window = window
        self.CurrentShowPosition = 1
        self.State = 1

    def GotoSlide(self, slide: int) -> None:
        if not 1 <= slide <= self._window.Presentation.Slides.Count:
            raise ComFailed(-2147188160, "Slides.Item: integer out of range")
        self.CurrentShowPosition = slide

    def Exit(self) -> None:
        application = self._window.application
        application.answer()
        if not application.stuck:
            application.shows.remove(self._window)


class FakeWindow:
    def __init__(self, application: FakeApplication, presentation: FakePresentation, hwnd: int) -> None:
        self.application = application
        self.Presentation = presentation
        self.HWND = hwnd
        self.View = FakeView(self)


class Counted:
    def __init__(self, count: int) -> None:
        self.Count = count


class FakeSettings:
    ShowType = ShowPresenterView = RangeType = LoopUntilStopped = 0

    def __init__(self, presentation: FakePresentation) -> None:
        self._presentation = presentation

    def Run(self) -> FakeWindow:
        application = self._presentation.application
        application.answer()
        window = FakeWindow(application, self._presentation, 9000 + len(application.shows))
        application.shows.append(window)
        return window


class FakePresentation:
    def __init__(self, application: FakeApplication, name: str, slides: int) -> None:
        self.application = application
        self.FullName = name
        self.Slides = Counted(slides)
        self.SlideShowSettings = FakeSettings(self)
        self.Saved = 0

    def Close(self) -> None:
        self.application.answer()
        assert self.Saved, "an unsaved deck would ask whether to save it"
        self.application.shows = [show for show in self.application.shows if show.Presentation is not self]
        self.application.open.remove(self)


class FakePresentations:
    def __init__(self, application: FakeApplication) -> None:
        self._application = application

    def Open(self, name: str, read_only: int, untitled: int, with_window: int) -> FakePresentation:
        self._application.answer()
        assert read_only == -1
        if self._application.repair:
            raise ComFailed(-2147467259, "PowerPoint found a problem with content")
        presentation = FakePresentation(self._application, name, 6)
        self._application.open.append(presentation)
        return presentation


class FakeWindows:
    def __init__(self, application: FakeApplication) -> None:
        self._application = application

    @property
    def Count(self) -> int:
        self._application.answer()
        return len(self._application.shows)

    def __call__(self, at: int) -> FakeWindow:
        return self._application.shows[at - 1]


class FakeApplication:
    """One running instance."""

    def __init__(self, pid: int = 4711) -> None:
        self.pid = pid
        self.HWND = pid * 10
        self.DisplayAlerts = 0
        self.open: list[FakePresentation] = []
        self.shows: list[FakeWindow] = []
        self.busy = 0
        self.dialog = self.stuck = self.elevated = self.repair = False

    @property
    def Presentations(self) -> FakePresentations:
        return FakePresentations(self)

    @property
    def SlideShowWindows(self) -> FakeWindows:
        return FakeWindows(self)

    def answer(self) -> None:
        if self.busy:
            self.busy -= 1
            raise ComFailed(CALL_REJECTED, "call was rejected by callee")
        if self.dialog:
            raise ComFailed(CALL_REJECTED, "call was rejected by callee")


class FakeAutomation:
    """The running object table and user32."""

    def __init__(self) -> None:
        self.applications: list[FakeApplication] = [FakeApplication()]
        self.placed: list[tuple[int, Box]] = []
        self.released = 0

    def running(self) -> list[Any]:
        return [application for application in self.applications if not application.elevated]

    def create(self) -> Any:
        if not self.applications:
            raise ShowError("本机没有 PowerPoint.Application", "PowerPoint.Application is not installed here")
        return self.applications[0]

    def owner(self, hwnd: int) -> int:
        for application in self.applications:
            if hwnd == application.HWND or any(hwnd == show.HWND for show in application.shows):
                return application.pid
        return 0

    def place(self, hwnd: int, box: Box) -> None:
        self.placed.append((hwnd, box))

    def release(self) -> None:
        self.released += 1


def slide_file(folder: Path) -> Path:
    path = folder / "演示.pptx"
    path.write_bytes(b"PK")
    return path
