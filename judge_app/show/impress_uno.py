"""The UNO side of the Impress driver: a worker of its own, run by whatever Python has LibreOffice's ``uno``.

Standard library and ``uno`` only (that Python may be older than ours and has none of our packages), one request and one
answer a line of JSON, as worker.py has it. Argument: the name of the pipe that soffice accepts on.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

import uno  # type: ignore[import-not-found]  # LibreOffice's, in another Python
from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found]  # likewise
from com.sun.star.connection import NoConnectException  # type: ignore[import-not-found]  # likewise
from com.sun.star.lang import DisposedException  # type: ignore[import-not-found]  # likewise

CONNECT_S = 25.0


class Failed(Exception):
    """What could not be done, in Chinese and English."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


class Impress:
    """The driver: see driver.py for what each call means."""

    def __init__(self, pipe: str) -> None:
        self._pipe = pipe
        self._desktop: Any = None
        self._document: Any = None

    def desktop(self, patience_s: float = 0.0) -> Any:
        """The running soffice, connected to again where it was started anew."""
        if self._desktop is not None:
            return self._desktop
        context = uno.getComponentContext()
        resolver = context.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", context)
        until = time.monotonic() + patience_s
        while True:
            try:
                remote = resolver.resolve(f"uno:pipe,name={self._pipe};urp;StarOffice.ComponentContext")
                break
            except NoConnectException:
                if time.monotonic() >= until:
                    raise Failed("LibreOffice 没有运行", "LibreOffice is not running") from None
                time.sleep(0.05)
        self._desktop = remote.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", remote)
        return self._desktop

    def connect(self) -> bool:
        """Wait until soffice answers."""
        self.desktop(CONNECT_S).getComponents()
        return True

    def open(self, deck: str) -> int:
        if not os.path.isfile(deck):
            name = os.path.basename(deck)
            raise Failed(f"文件不在：{name}", f"the file is missing: {name}")
        self.close()
        values = (
            ("ReadOnly", True),
            ("MacroExecutionMode", 0),
            ("UpdateDocMode", 0),
            ("Silent", True),
        )
        url = uno.systemPathToFileUrl(os.path.abspath(deck))
        arguments = tuple(property_of(name, value) for name, value in values)
        document = self.desktop(CONNECT_S).loadComponentFromURL(url, "_blank", 0, arguments)
        if document is None or not hasattr(document, "getPresentation"):
            if document is not None:
                document.close(True)
            raise Failed("这个文件不是演示文稿", "this file is not a presentation")
        self._document = document
        # Its editor window would lie on some screen, and be there again after the show. A document opened hidden
        # cannot be shown (LibreOffice 7.4 ends there), one that is hidden afterwards can.
        document.getCurrentController().getFrame().getContainerWindow().setVisible(False)
        return int(document.getDrawPages().getCount())

    def start(self, screen: dict[str, int], slide: int) -> None:
        """``screen`` carries ``display``, the number that LibreOffice gives the screen (from 1)."""
        document = self._held()
        presentation = document.getPresentation()
        if presentation.isRunning():
            presentation.end()
        presentation.IsFullScreen = True
        presentation.IsAlwaysOnTop = False
        presentation.IsMouseVisible = False
        presentation.IsEndless = False
        presentation.IsAutomatic = False
        presentation.StartWithNavigator = False
        presentation.Display = screen.get("display", 0)
        presentation.CustomShow = ""
        presentation.IsShowAll = True
        pages = document.getDrawPages()
        at = max(1, min(pages.getCount(), slide))
        presentation.FirstPage = ""
        presentation.startWithArguments((property_of("FirstPage", pages.getByIndex(at - 1).Name),))
        until = time.monotonic() + 8.0
        while presentation.getController() is None:
            if time.monotonic() > until:
                raise Failed("放映没有开始", "the show did not start")
            time.sleep(0.01)
        if at > 1 and presentation.getController().getCurrentSlideIndex() != at - 1:
            presentation.getController().gotoSlideIndex(at - 1)

    def go(self, slide: int) -> None:
        controller = self._controller()
        if controller is None:
            raise Failed("没有在放映", "no show is running")
        count = controller.getSlideCount()
        controller.gotoSlideIndex(max(1, min(count, slide)) - 1)

    def position(self) -> list[int] | None:
        controller = self._controller()
        if controller is None:
            return None
        slide = controller.getCurrentSlideIndex()
        return None if slide < 0 else [slide + 1, controller.getSlideCount()]

    def end(self) -> int:
        ended = 0
        for presentation in self._running():
            presentation.end()
            ended += 1
        return ended

    def is_running(self) -> bool:
        return bool(self._running())

    def blank(self) -> None:
        for presentation in self._running():
            presentation.getController().blankScreen(0)

    def close(self) -> None:
        """Our document, without saving; what is shown of it ends with it."""
        document, self._document = self._document, None
        if document is None:
            return
        try:
            if document.getPresentation().isRunning():
                document.getPresentation().end()
            document.close(True)
        except DisposedException:
            pass

    def close_all(self) -> None:
        """Every document of this soffice: what somebody opened by hand beside ours as well."""
        for document in self._documents():
            document.close(True)
        self._document = None

    def _held(self) -> Any:
        if self._document is None:
            raise Failed("没有打开的演示文稿", "no presentation is open")
        return self._document

    def _documents(self) -> list[Any]:
        found = self.desktop().getComponents().createEnumeration()
        documents = []
        while found.hasMoreElements():
            component = found.nextElement()
            if hasattr(component, "getPresentation"):
                documents.append(component)
        return documents

    def _running(self) -> list[Any]:
        """The running shows; a document that has several windows is met once for each, and counted once."""
        documents = {document.RuntimeUID: document for document in self._documents()}
        shows = [document.getPresentation() for document in documents.values()]
        return [presentation for presentation in shows if presentation.isRunning()]

    def _controller(self) -> Any:
        if self._document is None:
            return None
        presentation = self._document.getPresentation()
        return presentation.getController() if presentation.isRunning() else None

    def forget(self) -> None:
        """The office is gone: connect anew the next time."""
        self._desktop = None
        self._document = None


def property_of(name: str, value: object) -> Any:
    """A UNO property."""
    made = PropertyValue()
    made.Name = name
    made.Value = value
    return made


def main() -> int:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    impress = Impress(sys.argv[1])
    for line in sys.stdin:
        request = json.loads(line)
        try:
            try:
                value = getattr(impress, request["op"])(**request["args"])
            except DisposedException:  # of the soffice before this one
                impress.forget()
                value = getattr(impress, request["op"])(**request["args"])
            answer = {"id": request["id"], "value": value}
        except Failed as error:
            answer = {"id": request["id"], "zh": error.zh, "en": error.en}
        except Exception as error:  # the process's edge: whatever UNO raises is an answer
            impress.forget()
            said = str(getattr(error, "Message", "") or error) or type(error).__name__
            answer = {"id": request["id"], "zh": f"LibreOffice 报错：{said}", "en": f"LibreOffice failed: {said}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
