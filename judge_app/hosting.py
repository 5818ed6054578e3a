"""Hosting a session from this computer: from a workbook to a running room with its console and stage, and the start
window that leads there. Like the command line it sees everything, since it puts the parts together; what a start
window does not need is imported where it is used, so that the window is there at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import msgspec

from judge_app import launch
from judge_app.core.contest import Contest
from judge_app.core.errors import BadInput, Problem, Refused
from judge_app.room.keys import write_private
from judge_app.ui.application import Application, Settings, data_folder
from judge_app.ui.language import either, tr
from judge_app.ui.start.join_page import FoundRoom
from judge_app.ui.start.ways import Recent
from judge_app.ui.start.window import StartWindow
from judge_app.ui.widgets import Check
from judge_app.wire.link import SCHEME, JoinLink, read_link

log = logging.getLogger(__name__)


def sessions_folder() -> Path:
    """Where session files are kept unless told otherwise: a local folder that no cloud drive mirrors."""
    return data_folder() / "sessions"


def new_session(workbook: Path, session: str | None, folder: Path) -> tuple[Path, Path, dict[str, Path]]:
    """The path of a new session file, its set-up written beside it, and the decks found; raises BadInput.

    Nothing is created where anything in the workbook is wrong.
    """
    from judge_app.rehearsal.rehearse import file_name, setup_of
    from judge_app.room.beginning import check_setup
    from judge_app.store.presets import presets_for

    contest = contest_of(workbook)
    rules = presets_for(workbook).load(contest.preset).held_in(contest.round)
    named = [planned for planned in contest.sessions if session in (None, planned.name)]
    if not named:
        raise BadInput(Problem(workbook.name, f"没有“{session}”这一场", f"there is no session {session!r}"))
    if len(named) > 1:
        listed = "、".join(planned.name for planned in named)
        raise BadInput(Problem(workbook.name, f"有多场（{listed}），请选一场", f"choose one session: {listed}"))
    setup = setup_of(contest, rules, named[0], rehearsal=False, automatic_admission=False)
    check_setup(setup)
    stamp = dt.datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{file_name(contest.name)}-{file_name(named[0].name)}-{stamp}.roadshow"
    setup_file = path.with_suffix(".setup.json")
    setup_file.write_bytes(msgspec.json.encode(setup))
    return path, setup_file, decks_of(contest, workbook.parent)


def decks_of(contest: Contest, folder: Path) -> dict[str, Path]:
    """The slides that the workbook names and that are there, by entry number; paths are relative to the workbook."""
    found = {}
    for project in contest.projects:
        if project.deck:
            path = (folder / project.deck).resolve()
            if path.is_file():
                found[project.entry_no] = path
    return found


def decks_file(session_file: Path) -> Path:
    """Where a hosted session keeps the list of its decks."""
    return session_file.with_suffix(".decks.json")


def host_session(
    source: Path,
    session: str | None,
    *,
    bind: str = "0.0.0.0",
    port: int = 0,
    central: str | None = None,
    folder: Path | None = None,
    mirror: Path | None = None,
    take_over: bool = False,
    ready: bool = False,
) -> int:
    """Run a session's room, console and stage until the console is left; a dead room or stage is brought back.

    ``source`` is a workbook, or a session file to go on with; ``mirror`` a folder on a second medium. Raises BadInput,
    launch.NotReady, OSError.
    """
    if take_over:
        check_alone(source)
    kept = folder or sessions_folder()
    setup_file: Path | None = None
    if source.suffix == ".roadshow":
        session_file, decks = source, {}
        with contextlib.suppress(OSError, ValueError):
            decks = {no: Path(path) for no, path in json.loads(decks_file(source).read_text("utf-8")).items()}
    else:
        session_file, setup_file, decks = new_session(source, session, kept)
        decks_file(session_file).write_text(
            json.dumps({no: str(path) for no, path in decks.items()}, ensure_ascii=False), "utf-8"
        )
    central, mirror = _remembered(session_file, central, mirror)
    log = session_file.with_suffix(".log")
    bound: dict[str, int] = {"port": port}

    def start_room(restart: int) -> launch.Process:
        options = {"--backups": str(session_file.parent / "backups"), "--announce": ""}
        if mirror is not None:
            options["--mirror"] = str(mirror)
        if restart == 0 and setup_file is None:
            options["--take-over" if take_over else "--pause"] = ""
        process = launch.room(
            session_file,
            setup=setup_file if restart == 0 else None,
            bind=bind,
            port=bound["port"],
            central=central,
            log=log,
            options=options,
        )
        bound["port"] = process.ready["port"]
        return process

    room = launch.Watched(start_room, always=True)
    links: dict[str, str] = room.process.ready["links"]
    local = {seat: at_home(link, bind) for seat, link in links.items()}
    data = session_file.with_suffix(".seats")
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    stage: launch.Watched | None = None
    console: launch.Watched | None = None
    checking: launch.Process | None = None
    try:
        arguments = ["--data", str(data)]
        if decks:
            arguments += ["--decks", str(decks_file(session_file))]
        stage = launch.Watched(lambda _: launch.Process(["stage", local["stage"], *arguments], log=log), always=True)
        console = launch.Watched(
            lambda _: launch.Process(["console", local["host"], "--data", str(data)], log=log), on_end=ended.set
        )
        if decks:
            checking = check_decks(source, session, session_file, log)
        if ready:
            told = {"ready": True, "pid": os.getpid(), "session_file": str(session_file), "links": links}
            sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
            sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            ended.wait()
        return 0
    finally:
        for watched in (console, checking, stage, room):
            if watched is not None:
                watched.stop()


def check_decks(source: Path, session: str | None, session_file: Path, log: Path) -> launch.Process:
    """The pre-flight of the slides in a process beside, without trial shows (the stage has the projector): what it finds
    comes to the host's desk, and the PDFs to fall back on are made."""
    arguments = ["decks", str(source), "--no-trial", "--out", str(session_file.with_suffix(".preflight.json"))]
    if session is not None and source.suffix != ".roadshow":
        arguments += ["--session", session]
    return launch.Process(arguments, log=log)


def _remembered(session_file: Path, central: str | None, mirror: Path | None) -> tuple[str | None, Path | None]:
    """Where the centre and the mirror of a session are, as told now, or when it was hosted before."""
    kept = session_file.with_suffix(".hosting.json")
    known: dict[str, str] = {}
    with contextlib.suppress(OSError, ValueError):
        known = json.loads(kept.read_text("utf-8"))
    central = central or known.get("central") or None
    mirror = mirror or (Path(known["mirror"]) if known.get("mirror") else None)
    now = {"central": central or "", "mirror": str(mirror or "")}
    if now != known:  # the centre's address may hold a password
        write_private(kept, json.dumps(now, ensure_ascii=False).encode())
    return central, mirror


ALONE_S = 3.0
"""How long a spare that is to take over waits for the room at one address."""


def origin_of(session_file: Path) -> Path:
    """Where a spare keeps where its copy comes from: its link, and the addresses at which it has met the room."""
    return session_file.with_suffix(".spare.json")


def check_alone(session_file: Path) -> None:
    """A spare takes over only where the room is gone: raises BadInput where it still answers, at the address of the
    spare's link, at one where the spare has met it, or at one that it announces by mDNS."""
    try:
        told = json.loads(origin_of(session_file).read_text("utf-8"))
        link = read_link(told["link"])
        met = [(str(host), int(port)) for host, port in told.get("met", [])]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput(
            Problem(str(session_file), "这不是备用主机的副本，不能接管", "this is no spare's copy: it cannot take over")
        ) from error
    found = asyncio.run(_answers(link, met))
    if found is not None:
        host, port = found
        raise BadInput(
            Problem(
                str(session_file),
                f"原主机仍在 {host}:{port} 运行：请先关闭它，再接管",
                f"the room still answers at {host}:{port}: stop it before taking over",
            )
        )


async def _answers(link: JoinLink, met: list[tuple[str, int]]) -> tuple[str, int] | None:
    """Where the room of a link answers now, if anywhere: tried at the known addresses and asked for by mDNS at once."""
    from judge_app.seat.certificate import fingerprint_of
    from judge_app.seat.discovery import find_again

    async def one(host: str, port: int) -> tuple[str, int] | None:
        try:
            shown = await fingerprint_of(host, port, ALONE_S)
        except (OSError, TimeoutError):
            return None
        return (host, port) if shown == link.fingerprint else None

    async def announced() -> tuple[str, int] | None:
        places = await find_again(link.fingerprint)
        return next((at for at in await asyncio.gather(*(one(*place) for place in places)) if at), None)

    known = dict.fromkeys([(link.host, link.port), *met])
    answers = await asyncio.gather(*(one(host, port) for host, port in known), announced())
    return next((at for at in answers if at is not None), None)


def at_home(link: str, bind: str) -> str:
    """The same link over loopback, for windows on this computer, where the room listens there."""
    if bind not in ("0.0.0.0", "127.0.0.1"):
        return link
    return str(msgspec.structs.replace(read_link(link), host="127.0.0.1"))


def spawn(arguments: list[str], log: Path) -> subprocess.Popen[str]:
    """A process of ours that outlives the one that started it; its first line of output can be read."""
    log.parent.mkdir(parents=True, exist_ok=True)
    detached: dict[str, Any] = {"creationflags": 0x00000200} if sys.platform == "win32" else {"start_new_session": True}
    with open(log, "a", encoding="utf-8") as errors:
        return subprocess.Popen(
            launch.command(arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=launch.environment(),
            text=True,
            encoding="utf-8",
            **detached,
        )


RECENT = 8
"""How many sessions the start window remembers."""


class Start:
    """Carries out what the start window asks for; ``next`` is what this process does once the window is closed."""

    def __init__(self, application: Application, window: StartWindow) -> None:
        self._application = application
        self._window = window
        self._work: set[asyncio.Future[None]] = set()
        self.next: Callable[[], int] | None = None
        self.left = asyncio.Event()
        # Connect Signals
        application.serve(window)
        window.workbook_chosen.connect(lambda path: self._spawn(self._read(path)))
        window.host_requested.connect(self._host_new)
        window.open_requested.connect(lambda path: self._spawn(self._host([path])))
        window.join_requested.connect(lambda given, name: self._spawn(self._join(given, name)))
        window.find_requested.connect(lambda: self._spawn(self._find()))
        window.rehearse_requested.connect(self._rehearse)
        window.prepare_requested.connect(self._prepare)
        window.rooms_requested.connect(self._rooms)
        window.leave_requested.connect(self.left.set)
        application.qt.lastWindowClosed.connect(self.left.set)
        window.set_recent(self._recent())

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._work.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Future[None]) -> None:
        """What went wrong is said: a window that only stays busy helps nobody."""
        self._work.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, BadInput):
            self._window.set_failed(tr("That did not work"), error.problems)
        elif error is not None:
            log.error("the start window could not do what was asked", exc_info=error)
            self._window.set_failed(tr("That did not work"), [Problem(type(error).__name__, str(error), str(error))])

    def _recent(self) -> list[Recent]:
        known = self._application.settings.values.get("recent")
        found = []
        for one in known if isinstance(known, list) else []:
            with contextlib.suppress(TypeError, KeyError):
                if Path(one["path"]).exists():
                    found.append(Recent(path=one["path"], title=one["title"], when=one["when"]))
        return found

    def _host_new(self, path: str, session: str) -> None:
        mirror = self._window.host_page.mirror
        more = ["--mirror", mirror] if mirror else []
        self._spawn(self._host([path, "--session", session, *more]))

    async def _read(self, path: str) -> None:
        try:
            contest = await asyncio.to_thread(contest_of, Path(path))
        except BadInput as error:
            self._window.set_problems(path, error.problems)
        else:
            self._window.set_contest(path, contest)

    async def _host(self, arguments: list[str]) -> None:
        """A host of its own process, so that this window's end is not the session's."""
        self._window.set_busy(tr("Starting the room…"))
        log = sessions_folder() / "host.log"
        process = spawn(["host", *arguments, "--ready"], log)
        assert process.stdout is not None
        line = await asyncio.to_thread(process.stdout.readline)
        if not line.startswith("{"):
            await asyncio.to_thread(process.wait)
            said = [text for text in log.read_text("utf-8", errors="replace").splitlines() if text.strip()][-2:]
            self._window.set_failed(
                tr("The session did not start"), [Problem(str(log), "\n".join(said), "\n".join(said))]
            )
            return
        told = json.loads(line)
        path = Path(told["session_file"])
        fresh = {
            "path": str(path),
            "title": path.stem,
            "when": dt.datetime.now().astimezone().isoformat("T", "minutes"),
        }
        known = [one for one in self._application.settings.values.get("recent", []) if one.get("path") != str(path)]
        self._application.settings.set("recent", [fresh, *known][:RECENT])
        self.left.set()

    async def _join(self, invitation: str, name: str) -> None:
        """Sit at the seat of a link; an address with a code becomes a link first."""
        try:
            link = await self._link_of(invitation)
        except Refused as error:
            self._window.set_failed(either(error.zh, error.en))
            return

        def sit() -> int:
            from judge_app.ui.app import run_seat

            return run_seat(link, name=name)

        self.next = sit
        self.left.set()

    async def _link_of(self, invitation: str) -> JoinLink:
        """Raises Refused; where the address cannot be reached, the window shows how far it went."""
        if invitation.strip().lower().startswith(f"{SCHEME}:"):
            return read_link(invitation)
        from judge_app.seat.pairing import pair
        from judge_app.seat.reach import Reach, Step
        from judge_app.wire.pairing import read_by_code

        given = read_by_code(invitation)
        self._window.set_busy(tr("Asking the host…"))
        try:
            return await pair(given)
        except Refused as error:
            if error.code == "unreachable":
                found: list[Check] = []

                def told(step: Step) -> None:
                    found.append(Check(name=step.name, ok=step.ok, zh=step.zh, en=step.en))
                    self._window.join_page.set_checks(found)

                unknown = JoinLink(host=given.host, port=given.port, fingerprint=b"", token="")
                await Reach(unknown).run(told, port_only=True)
            raise

    async def _find(self) -> None:
        """Rooms that answer on the network, those on our own networks first, each room once."""
        from judge_app.seat.discovery import find
        from judge_app.seat.reach import networks

        rooms: dict[str, FoundRoom] = {}
        own = networks()
        for one in sorted(await find(), key=lambda one: not any(network.holds(one.host) for network in own)):
            rooms.setdefault(one.hint or one.name, FoundRoom(name=one.name, address=f"{one.host}:{one.port}"))
        self._window.join_page.set_found(list(rooms.values()))

    def _prepare(self, workbook: str) -> None:
        spawn(["prepare", *([workbook] if workbook else [])], sessions_folder() / "prepare.log")
        self.left.set()

    def _rooms(self) -> None:
        spawn(["central"], sessions_folder() / "central.log")
        self.left.set()

    def _rehearse(self) -> None:
        spawn(["demo"], sessions_folder() / "demo.log")
        self.left.set()


def contest_of(workbook: Path) -> Contest:
    """A workbook that is fit to be hosted; raises BadInput with everything that is wrong."""
    from judge_app.exchange.workbook import check_fit, read_contest
    from judge_app.store.presets import presets_for

    presets = presets_for(workbook)
    contest = read_contest(workbook, known_presets=presets.keys())
    unfit = check_fit(contest, presets.load(contest.preset), file_name=workbook.name)
    if unfit:
        raise BadInput(unfit)
    return contest


def run_start() -> int:
    """The start window, and then what was chosen in it; returns the exit status."""
    application = Application(Settings(data_folder() / "settings.json"))
    chosen: list[Callable[[], int]] = []

    async def main() -> int:
        window = StartWindow()
        start = Start(application, window)
        application.open(window)
        await start.left.wait()
        window.close()
        if start.next is not None:
            chosen.append(start.next)
        return 0

    status = application.run(main)
    return chosen[0]() if chosen else status
