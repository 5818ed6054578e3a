"""Commands that run a room or sit in it: room, host, join, console, judge, chair, stage, and reach, which says why a
seat cannot be reached."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from judge_app.cli.output import Json, bad, bad_input_exits, put, put_json

if TYPE_CHECKING:
    from judge_app.wire.link import JoinLink

app = typer.Typer()

Mirror = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER", help="镜像放在另一块盘上的文件夹（U 盘） / folder on a second medium for the mirror"
    ),
]


@app.command()
def room(
    file: Annotated[Path, typer.Argument(metavar="FILE.roadshow")],
    setup: Annotated[Path | None, typer.Option(help="新场次的设置 / set-up of a new session (JSON)")] = None,
    bind: Annotated[str, typer.Option(help="监听的网卡地址 / interface to bind")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 0,
    rate: Annotated[int, typer.Option(min=1, max=2000, help="演练倍速 / rehearsal speed")] = 1,
    central: Annotated[str | None, typer.Option(metavar="URL")] = None,
    backups: Annotated[Path | None, typer.Option(help="备份文件夹 / folder for verified copies")] = None,
    mirror: Mirror = None,
    pause: Annotated[
        bool, typer.Option("--pause", help="由主持人点“继续”后才开始 / wait until the host goes on")
    ] = False,
    take_over: Annotated[
        bool, typer.Option("--take-over", help="由备用主机接管 / a spare goes on in the room's place")
    ] = False,
    ready: Annotated[bool, typer.Option("--ready", help="就绪后输出一行 JSON / one JSON line when ready")] = False,
    announce: Annotated[bool, typer.Option("--announce", help="在局域网公布本场（mDNS） / be found by mDNS")] = False,
    heed_starter: Annotated[
        bool, typer.Option("--heed-starter", help="标准输入收到 stop 时结束 / end when standard input says stop")
    ] = False,
) -> None:
    """会场主机进程：计时、记录、发回执 / the room: the one authority of a session."""
    import gc

    import msgspec

    from judge_app.core.events import SessionSetup
    from judge_app.room.process import serve

    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    with bad_input_exits():
        given = None
        if setup is not None:
            try:
                given = msgspec.json.decode(setup.read_bytes(), type=SessionSetup)
            except msgspec.DecodeError as error:
                raise bad(str(setup), f"不是场次设置：{error}", f"not a session set-up: {error}") from error
        gc.freeze()
        asyncio.run(
            serve(
                file,
                given,
                bind=bind,
                port=port,
                rate=rate,
                central=central,
                backups=backups,
                mirror=mirror,
                by_hand=pause,
                spare=take_over,
                ready=ready,
                announce=announce,
                heed_starter=heed_starter,
            )
        )


@app.command()
def host(
    contest: Annotated[Path, typer.Argument(metavar="CONTEST.xlsx|FILE.roadshow")],
    session: Annotated[str | None, typer.Option(help="主持哪一场 / which session")] = None,
    bind: Annotated[str, typer.Option(help="监听的网卡地址 / interface to bind")] = "0.0.0.0",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 0,
    central: Annotated[str | None, typer.Option(metavar="URL")] = None,
    folder: Annotated[Path | None, typer.Option(help="场次文件放在哪里 / where session files are kept")] = None,
    mirror: Mirror = None,
    take_over: Annotated[
        bool,
        typer.Option("--take-over", help="本机是备用主机，接管本场 / this is the spare, go on in the room's place"),
    ] = False,
    ready: Annotated[bool, typer.Option("--ready", hidden=True)] = False,
) -> None:
    """主持一场：主机进程、控制台与投影 / host a session: the room, the console and the stage."""
    with bad_input_exits():
        from judge_app.hosting import host_session

        status = host_session(
            contest,
            session,
            bind=bind,
            port=port,
            central=central,
            folder=folder,
            mirror=mirror,
            take_over=take_over,
            ready=ready,
        )
    raise typer.Exit(status)


@app.command()
def spare(
    link: Annotated[str, typer.Argument(metavar="LINK", help="“备用主机”席位的链接 / the spare computer's join link")],
    folder: Annotated[Path | None, typer.Option(help="副本放在哪里 / where the copy is kept")] = None,
    ready: Annotated[bool, typer.Option("--ready", hidden=True)] = False,
) -> None:
    """备用主机：实时跟随主机的记录，主机坏了由它接管 / a spare that follows the room, and can take over."""
    with bad_input_exits():
        from judge_app.cli.spare import follow_session
        from judge_app.wire.link import read_link

        status = follow_session(read_link(link), folder, ready=ready)
    raise typer.Exit(status)


Link = Annotated[str, typer.Argument(metavar="LINK", help="rsj://… 加入链接 / join link")]
Invitation = Annotated[
    str,
    typer.Argument(metavar="LINK|'HOST:PORT CODE'", help="rsj://… 加入链接，或“地址:端口 8 位加入码” / link, or code"),
]
RobotFile = Annotated[Path | None, typer.Option("--robot", hidden=True)]
Data = Annotated[Path | None, typer.Option("--data", help="本席位的数据文件夹 / this seat's own data")]


@app.command()
def console(link: Link, robot: RobotFile = None, data: Data = None) -> None:
    """主持人控制台 / the host's desk."""
    seat_window(link, robot, data)


@app.command()
def judge(link: Link, robot: RobotFile = None, data: Data = None) -> None:
    """评委席位 / a judge's seat."""
    seat_window(link, robot, data)


@app.command()
def chair(link: Link, robot: RobotFile = None, data: Data = None) -> None:
    """评委组长、计分、复核、监督席位 / the chair's seat, or the desk's."""
    seat_window(link, robot, data)


@app.command()
def stage(
    link: Link,
    robot: RobotFile = None,
    data: Data = None,
    decks: Annotated[Path | None, typer.Option(help="序号到演示文件的 JSON / JSON of entry number to deck")] = None,
) -> None:
    """投影与放映 / the projector: clock, deck, curtain."""
    seat_window(link, robot, data, decks)


@app.command()
def join(link: Invitation, robot: RobotFile = None, data: Data = None) -> None:
    """以链接或“地址:端口 加入码”加入 / take the seat that a link, or an address and a code, is for."""
    seat_window(link, robot, data)


@app.command()
def reach(link: Link, data: Data = None, as_json: Json = False) -> None:
    """检查能否连上主机，逐步说明原因和办法 / can the host be reached from here, and if not, why, and what to do."""
    import msgspec

    from judge_app.seat.discovery import find_again
    from judge_app.seat.identity import known_key
    from judge_app.seat.reach import Reach, Step
    from judge_app.ui.application import data_folder
    from judge_app.wire.link import read_link

    def tell(step: Step) -> None:
        if not as_json:
            put(f"{'✓' if step.ok else '✗'} {step.zh}\n  {step.en}")

    with bad_input_exits():
        given = read_link(link)
        key = known_key(data or data_folder() / "seats", given)
        steps = asyncio.run(Reach(given, key, find=find_again).run(tell))
    if as_json:
        put_json({"ok": steps[-1].ok, "steps": msgspec.to_builtins(steps)})
    if not steps[-1].ok:
        raise typer.Exit(1)


def read_invitation(text: str) -> JoinLink:
    """The join link in what somebody was given: the link itself, or ``host:port`` and the 8-digit code.

    Raises BadInput, and Refused where the code does not lead to a link.
    """
    from judge_app.seat.pairing import pair
    from judge_app.wire.link import SCHEME, read_link
    from judge_app.wire.pairing import read_by_code

    if text.strip().lower().startswith(f"{SCHEME}:"):
        return read_link(text)
    return asyncio.run(pair(read_by_code(text)))


def seat_window(link: str, robot: Path | None, data: Path | None, decks: Path | None = None) -> NoReturn:
    """The window of the seat that the link is bound to."""
    with bad_input_exits():
        from judge_app.ui.app import run_seat

        found = {} if decks is None else {no: Path(path) for no, path in json.loads(decks.read_text("utf-8")).items()}
        maker = None
        if robot is not None:
            from judge_app.rehearsal.windows import robot_maker

            maker = robot_maker(robot)
        status = run_seat(read_invitation(link), data=data, decks=found, robot=maker)
    raise typer.Exit(status)
