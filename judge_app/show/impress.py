"""LibreOffice Impress: a soffice of our own (its own profile and pipe), driven over UNO from worker processes.

The profile keeps the presenter console off (it would cover the host's laptop), asks nothing at the first start,
recovers nothing and runs no macros. The pipe's name follows from the profile, so that a stage that was started anew
finds the soffice it had.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import psutil

from judge_app.show.desktop import Desktop
from judge_app.show.driver import Box, DriverKind, ShowError, ShowHung
from judge_app.show.worker import OPEN_BUDGET_NS, START_BUDGET_NS, WorkerDriver

_log = logging.getLogger(__name__)

WORKER: Final = Path(__file__).with_name("impress_uno.py")
_START_S: Final = 30.0
_SETTLE_S: Final = 2.0
_WINDOWS_PLACES: Final = (
    r"C:\Program Files\LibreOffice\program\soffice.exe",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.exe",
)
_MAC_PLACE: Final = "/Applications/LibreOffice.app/Contents/MacOS/soffice"

_SETTINGS: Final = (
    ("org.openoffice.Office.Impress/Misc/Start", "EnablePresenterScreen", "false"),
    ("org.openoffice.Office.Impress/Misc/Start", "EnableSdremote", "false"),
    ("org.openoffice.Office.Impress/Misc", "StartWithTemplate", "false"),
    ("org.openoffice.Office.Common/Misc", "FirstRun", "false"),
    ("org.openoffice.Office.Common/Misc", "ShowTipOfTheDay", "false"),
    ("org.openoffice.Office.Common/Misc", "UseSystemFileDialog", "false"),
    ("org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("org.openoffice.Office.Recovery/AutoSave", "Enabled", "false"),
    ("org.openoffice.Office.Recovery/RecoveryInfo", "Enabled", "false"),
    ("org.openoffice.Setup/Office", "ooSetupInstCompleted", "true"),
    ("org.openoffice.Office.Update/Update", "Enabled", "false"),
)


def find_soffice() -> str | None:
    """The soffice of this machine, or None."""
    places: Sequence[str] = (_MAC_PLACE,) if sys.platform == "darwin" else _WINDOWS_PLACES
    found = shutil.which("soffice") or shutil.which("libreoffice")
    return found or next((place for place in places if os.path.isfile(place)), None)


def find_uno_python(soffice: str) -> str | None:
    """A Python that has ``uno``: LibreOffice's own where it brings one, else the system's."""
    own = Path(os.path.realpath(soffice)).parent
    candidates = [own / "python.exe", own / "python", own.parent / "Resources" / "python", Path("/usr/bin/python3")]
    for python in candidates:
        if python.is_file() and _has_uno(str(python)):
            return str(python)
    return None


def _has_uno(python: str) -> bool:
    try:
        run = subprocess.run([python, "-c", "import uno"], capture_output=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return run.returncode == 0


class ImpressDriver(WorkerDriver):
    """The driver; ``start`` finds LibreOffice's number for a screen by looking where the show really is."""

    def __init__(self, argv: Sequence[str], displays: Callable[[], Sequence[Box]], desktop: Desktop) -> None:
        super().__init__(DriverKind.IMPRESS, argv)
        self._displays = displays
        self._desktop = desktop
        self.soffice_pids: Callable[[], tuple[int, ...]] = tuple

    def start(self, screen: Box, slide: int = 1, budget_ns: int = START_BUDGET_NS) -> None:
        boxes = list(self._displays())
        likely = next((at + 1 for at, box in enumerate(boxes) if box == screen), 0)
        others = [at for at in range(1, len(boxes) + 1) if at != likely]
        for display in (likely, *others):
            self._works.call("start", budget_ns, screen={"display": display}, slide=slide)
            if not self._desktop.can_see or len(boxes) < 2 or self._is_on(screen):
                return
            _log.info("the show is not on the screen wanted as display %d", display)
        raise ShowError("放映没有出现在投影屏幕上", "the show did not come up on the projector's screen")

    def pids(self, budget_ns: int = 0) -> tuple[int, ...]:
        return self.soffice_pids()

    def connect(self, budget_ns: int = OPEN_BUDGET_NS) -> None:
        """Wait until soffice answers both workers; raises ShowHung where it runs and does not. The one that ends must not
        have its first contact at the deadline."""
        self._works.call("connect", budget_ns)
        self._ends.call("connect", budget_ns)

    def close_all(self, budget_ns: int = START_BUDGET_NS) -> None:
        """Close every document of this soffice, also one that somebody opened by hand."""
        self._works.call("close_all", budget_ns)

    def _is_on(self, screen: Box) -> bool:
        until = time.monotonic() + _SETTLE_S
        while time.monotonic() < until:
            pids = self.soffice_pids()
            shows = [window.box for window in self._desktop.windows() if window.pid in pids]
            if any(box.covers(screen, share=0.995) for box in shows):
                return True
            threading.Event().wait(0.02)
        return False


class ImpressProgram:
    """The soffice that shows our decks. ``folder`` keeps its profile and the copies of the decks."""

    kind = DriverKind.IMPRESS

    def __init__(
        self,
        folder: Path,
        displays: Callable[[], Sequence[Box]],
        desktop: Desktop,
        *,
        soffice: str | None = None,
        python: str | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """``environment`` is added to ours (another display). Raises ShowError where LibreOffice or a Python with ``uno`` is missing."""
        found = soffice or find_soffice()
        if found is None:
            raise ShowError("没有安装 LibreOffice", "LibreOffice is not installed")
        uno = python or find_uno_python(found)
        if uno is None:
            raise ShowError("LibreOffice 缺少 python3-uno", "LibreOffice lacks python3-uno")
        self._soffice = found
        self._environment = dict(environment or {})
        self.folder = folder
        self._profile = folder / "libreoffice"
        self.pipe = "judge-app-" + hashlib.sha256(str(self._profile.resolve()).encode()).hexdigest()[:16]
        self._process: subprocess.Popen[bytes] | None = None
        self.driver = ImpressDriver([uno, str(WORKER), self.pipe], displays, desktop)
        self.driver.soffice_pids = self.pids

    def ensure(self) -> None:
        """Have soffice running, and the workers warm."""
        if not self.pids():
            self._start()
        self.driver.warm()
        try:
            self.driver.connect()
        except ShowHung:
            _log.warning("soffice does not answer: it is started anew")
            self._kill()
            self._start()
            self.driver.connect()

    def pids(self) -> tuple[int, ...]:
        """The processes of our soffice, found by the pipe's name on their command line."""
        found = []
        for process in psutil.process_iter(["pid", "name", "cmdline", "status"]):
            info = process.info
            if info["status"] == psutil.STATUS_ZOMBIE or "soffice" not in (info["name"] or ""):
                continue
            if any(self.pipe in part for part in info["cmdline"] or ()):
                found.append(int(info["pid"]))
        return tuple(sorted(found))

    def stop(self) -> None:
        """End workers and soffice."""
        self.driver.stop()
        self._kill()
        self._reap()

    def _kill(self) -> None:
        for pid in self.pids():
            with contextlib.suppress(psutil.NoSuchProcess):
                psutil.Process(pid).kill()

    def _reap(self) -> None:
        """A soffice that ended is not to stay behind as a zombie; its splash process follows it at once."""
        if self._process is None:
            return
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _start(self) -> None:
        self._write_settings()
        self._reap()
        environment = {**os.environ, **self._environment}
        program = Path(os.path.realpath(self._soffice)).parent
        if sys.platform.startswith("linux") and (program / "libvclplug_gtk3lo.so").exists():
            environment["SAL_USE_VCLPLUGIN"] = "gtk3"  # the generic one may draw black slides
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(
            [
                self._soffice,
                f"--accept=pipe,name={self.pipe};urp;StarOffice.ComponentContext",
                f"-env:UserInstallation={self._profile.resolve().as_uri()}",
                "--norestore",
                "--nologo",
                "--nodefault",
                "--nolockcheck",
                "--nofirststartwizard",
            ],
            env=environment,
            stdin=quiet,
            stdout=quiet,
            stderr=quiet,
        )

    def _write_settings(self) -> None:
        user = self._profile / "user"
        user.mkdir(parents=True, exist_ok=True)
        items = "".join(
            f'<item oor:path="/{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
            for path, name, value in _SETTINGS
        )
        (user / "registrymodifications.xcu").write_text(
            '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry" '
            'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
            f"{items}</oor:items>",
            "utf-8",
        )
