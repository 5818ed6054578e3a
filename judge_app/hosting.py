"""Hosting a session from this computer: from a workbook to a running room with its console and stage, and the start
window that leads there. Like the command line it sees everything, since it puts the parts together.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import msgspec

from judge_app import launch
from judge_app.core.contest import Contest
from judge_app.core.errors import BadInput, Problem
from judge_app.exchange.workbook import check_fit, read_contest
from judge_app.rehearsal.rehearse import file_name, setup_of
from judge_app.room.room import check_setup
from judge_app.store.presets import Presets


def sessions_folder() -> Path:
    """Where session files are kept unless told otherwise: a local folder that no cloud drive mirrors."""
    from judge_app.ui.app import data_folder

    return data_folder() / "sessions"


def new_session(workbook: Path, session: str | None, folder: Path) -> tuple[Path, Path, dict[str, Path]]:
    """The path of a new session file, its set-up written beside it, and the decks found; raises BadInput.

    Nothing is created where anything in the workbook is wrong.
    """
    presets = Presets()
    contest = read_contest(workbook, known_presets=presets.keys())
    rules = presets.load(contest.preset)
    unfit = check_fit(contest, rules, file_name=workbook.name)
    if unfit:
        raise BadInput(unfit)
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
    ready: bool = False,
) -> int:
    """Run a session's room, console and stage until the console is left; a dead room or stage is brought back.

    ``source`` is a workbook, or a session file to go on with. Raises BadInput, launch.NotReady, OSError.
    """
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
    log = session_file.with_suffix(".log")
    bound: dict[str, int] = {"port": port}

    def start_room(restart: int) -> launch.Process:
        options = {"--backups": str(session_file.parent / "backups")}
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

    room = launch.Watched(start_room)
    links: dict[str, str] = room.process.ready["links"]
    local = {seat: at_home(link, bind) for seat, link in links.items()}
    data = session_file.with_suffix(".seats")
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    stage: launch.Watched | None = None
    console: launch.Watched | None = None
    try:
        arguments = ["--data", str(data)]
        if decks:
            arguments += ["--decks", str(decks_file(session_file))]
        stage = launch.Watched(lambda _: launch.Process(["stage", local["stage"], *arguments], log=log))
        console = launch.Watched(
            lambda _: launch.Process(["console", local["host"], "--data", str(data)], log=log), on_end=ended.set
        )
        if ready:
            told = {"ready": True, "pid": os.getpid(), "session_file": str(session_file), "links": links}
            sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
            sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            ended.wait()
        return 0
    finally:
        for watched in (console, stage, room):
            if watched is not None:
                watched.stop()


def at_home(link: str, bind: str) -> str:
    """The same link over loopback, for windows on this computer, where the room listens there."""
    from judge_app.wire.link import read_link

    if bind not in ("0.0.0.0", "127.0.0.1"):
        return link
    return str(msgspec.structs.replace(read_link(link), host="127.0.0.1"))


def planned_sessions(workbook: Path) -> list[tuple[str, str]]:
    """(name, hall · date · projects) of each session in a workbook; raises BadInput with every problem."""
    contest = read_contest(workbook, known_presets=Presets().keys())
    return [
        (
            planned.name,
            " · ".join(
                part for part in (planned.hall, planned.date, f"{len(contest.heard_in(planned.name))} 项") if part
            ),
        )
        for planned in contest.sessions
    ]


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
