"""Which drivers have passed their self-test on this machine: a show that was started and ended here, for real.

The result is remembered by driver, by the version of the program that shows, and by the system: after an update of
either the driver is untested again.
"""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import msgspec

from judge_app import __version__
from judge_app.core.contest import Struct
from judge_app.core.preflight import DriverStatus, Trial
from judge_app.show.driver import DriverKind
from judge_app.show.impress import find_soffice


class _Passed(Struct, frozen=True):
    system: str
    at: str
    end_ms: int


class TestedDrivers:
    """The small file that remembers it."""

    __test__ = False

    def __init__(self, path: Path, system: str = "") -> None:
        self._path = path
        self._system = system or f"{platform.node()} {platform.platform()}"

    def status(self, kind: DriverKind, version: str) -> DriverStatus:
        """What is known of a driver here."""
        passed = self._read().get(_key(kind, version))
        if passed is None or passed.system != self._system:
            return DriverStatus(kind=kind.value, version=version)
        return DriverStatus(kind=kind.value, version=version, tested=passed.at, end_ms=passed.end_ms)

    def learn(self, kind: DriverKind, version: str, trial: Trial, at: str) -> DriverStatus:
        """A trial was made at ``at`` (UTC ISO): one that went well is the driver's test. A deck that failed says nothing
        about the driver, and takes nothing back."""
        if not trial.stage and trial.end_ms >= 0:
            known = {**self._read(), _key(kind, version): _Passed(system=self._system, at=at, end_ms=trial.end_ms)}
            self._path.parent.mkdir(parents=True, exist_ok=True)
            beside = self._path.with_suffix(".new")
            beside.write_bytes(msgspec.json.encode(known))
            beside.replace(self._path)
        return self.status(kind, version)

    def _read(self) -> dict[str, _Passed]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, _Passed])
        except (OSError, msgspec.DecodeError):
            return {}


def _key(kind: DriverKind, version: str) -> str:
    return f"{kind.value} {version}"


def version_of(kind: DriverKind) -> str:
    """The version of the program that a driver drives; empty where it cannot be told without starting it."""
    if kind in (DriverKind.PDF, DriverKind.FAKE):
        return __version__
    if kind is DriverKind.IMPRESS:
        return _soffice_version()
    if kind is DriverKind.POWERPOINT and sys.platform == "win32":
        return _current_class("PowerPoint.Application")
    if kind is DriverKind.WPS and sys.platform == "win32":
        return _current_class("KWPP.Application")
    return ""


def _soffice_version() -> str:
    soffice = find_soffice()
    if soffice is None:
        return ""
    try:
        said = subprocess.run([soffice, "--version"], capture_output=True, text=True, timeout=20, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return " ".join(said.split()[:2])


def _current_class(progid: str) -> str:
    """The class with its version that Windows knows a program by."""
    import winreg

    try:
        return str(winreg.QueryValue(winreg.HKEY_CLASSES_ROOT, rf"{progid}\CurVer"))  # type: ignore[attr-defined,unused-ignore]  # Windows only
    except OSError:
        return ""
