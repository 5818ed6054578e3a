"""Awake while it is held, as before afterwards: X11 and D-Bus for real where they are here, the others by stand-ins."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from judge_app.show.awake import Awake, Helper, ScreenSaverBus, WindowsPower, XScreen

SERVICE = """
import sys, dbus, dbus.service, dbus.mainloop.glib
from gi.repository import GLib
dbus.mainloop.glib.DBusGMainLoop(set_as_default=True)
bus = dbus.SessionBus()
name = dbus.service.BusName("org.freedesktop.ScreenSaver", bus)
def tell(what):
    print(what, flush=True)
class Saver(dbus.service.Object):
    @dbus.service.method("org.freedesktop.ScreenSaver", "ss", "u", sender_keyword="sender")
    def Inhibit(self, who, why, sender=None):
        tell("inhibit " + who)
        bus.watch_name_owner(sender, lambda owner: None if owner else tell("gone"))
        return dbus.UInt32(7)
saver = Saver(bus, "/org/freedesktop/ScreenSaver")
tell("ready")
GLib.MainLoop().run()
"""


class Stand:
    """A way that works, or does not."""

    def __init__(self, name: str, works: bool) -> None:
        self.name, self.works = name, works
        self.did: list[str] = []

    def hold(self) -> bool:
        self.did.append("hold")
        return self.works

    def release(self) -> None:
        self.did.append("release")


def test_every_way_that_works_is_held_once_and_released_once() -> None:
    good, bad = Stand("a", True), Stand("b", False)
    awake = Awake([good, bad])
    awake.hold()
    awake.hold()
    assert awake.held == ("a",)
    awake.release()
    awake.release()
    assert awake.held == ()
    assert (good.did, bad.did) == (["hold", "release"], ["hold"])


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[str]:
    if shutil.which("Xvfb") is None or shutil.which("xset") is None:
        pytest.skip("needs Xvfb and xset")
    told = tmp_path / "display"
    with told.open("wb") as file:
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", "1", "-screen", "0", "320x200x24", "-nolisten", "tcp", "-noreset"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert server.stdout is not None
        file.write(server.stdout.readline())
    yield f":{told.read_text().strip()}"
    server.kill()
    server.wait()
    server.stdout.close()


def saver(display: str) -> str:
    said = subprocess.run(["xset", "-display", display, "q"], capture_output=True, text=True, check=True).stdout
    return next(line.split()[1] for line in said.splitlines() if "timeout:" in line)


def test_the_x_servers_screen_saver_is_off_while_held_and_as_it_was_afterwards(screen: str, tmp_path: Path) -> None:
    subprocess.run(["xset", "-display", screen, "s", "240", "60"], check=True)
    kept = tmp_path / "x.json"
    first = XScreen(kept, screen)
    assert first.hold()
    assert saver(screen) == "0"
    again = XScreen(kept, screen)  # the first was killed: what was before it is not forgotten
    assert again.hold()
    again.release()
    assert saver(screen) == "240"
    assert not kept.exists()


def test_without_a_display_the_x_server_is_no_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    assert not XScreen(tmp_path / "x.json").hold()
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    assert not ScreenSaverBus().hold()


def test_the_desktops_screen_saver_is_inhibited_and_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = "/usr/bin/python3"
    has = [python, "-c", "import dbus, gi"]
    if shutil.which("dbus-daemon") is None or subprocess.run(has, capture_output=True, check=False).returncode:
        pytest.skip("needs dbus-daemon and the system's Python with dbus and gi")
    daemon = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address=1"], stdout=subprocess.PIPE, text=True
    )
    assert daemon.stdout is not None
    address = daemon.stdout.readline().strip()
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    assert not ScreenSaverBus().hold(), "nobody answers on this bus yet"
    service = subprocess.Popen([python, "-c", SERVICE], stdout=subprocess.PIPE, text=True, env=dict(os.environ))
    assert service.stdout is not None
    try:
        assert service.stdout.readline() == "ready\n"
        way = ScreenSaverBus()
        assert way.hold()
        assert service.stdout.readline() == "inhibit Judge App\n"
        way.release()
        assert service.stdout.readline() == "gone\n"
    finally:
        for process in (service, daemon):
            process.kill()
            process.wait()
            assert process.stdout is not None
            process.stdout.close()


def test_a_helper_runs_while_held_and_ends_with_its_input() -> None:
    echo = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    helper = Helper("cat", echo)
    assert helper.hold()
    process = helper._process
    assert process is not None
    assert process.poll() is None
    helper.release()
    assert process.poll() is not None
    assert not Helper("refused", [sys.executable, "-c", "raise SystemExit(1)"]).hold()
    assert not Helper("missing", ["no-such-program-here"]).hold()


def test_windows_is_told_to_stay_awake_and_then_to_do_as_it_likes() -> None:
    asked: list[int] = []
    way = WindowsPower(lambda flags: asked.append(flags) or 1)  # type: ignore[func-returns-value]
    assert way.hold()
    way.release()
    assert asked == [0x80000003, 0x80000000]
    assert not WindowsPower(lambda flags: 0).hold()
