"""The command line: one subcommand for each way in; without one, the start window.

Every command exits 0, 2 (bad input, said line by line) or 1 (failed); with ``--json`` it prints one JSON object on
standard output and nothing else there.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from judge_app.core.errors import BadInput, Refused

if TYPE_CHECKING:
    from judge_app.rehearsal.rehearse import Outcome, Seen

app = typer.Typer(
    name="judge-app",
    help="路演评审 · Live judging of roadshow contests. 不带参数时打开起始窗口 / without a command: the start window.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Json = Annotated[bool, typer.Option("--json", help="只输出一个 JSON 对象 / print one JSON object")]
RESOURCES = Path(__file__).resolve().parents[1] / "resources"


def say(text: str) -> None:
    """A line for people, on standard error, so that standard output stays the result."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201


def put(text: str) -> None:
    """The result, on standard output."""
    print(text, flush=True)  # noqa: T201


def put_json(data: Any) -> None:
    put(json.dumps(data, ensure_ascii=False))


@contextlib.contextmanager
def bad_input_exits() -> Iterator[None]:
    """Bad input is said line by line and exits with 2; anything that failed otherwise says so and exits with 1."""
    from judge_app.launch import NotReady

    try:
        yield
    except BadInput as error:
        for problem in error.problems:
            say(f"{problem.place}: {problem.zh}")
            say(f"    {problem.en}")
        raise typer.Exit(2) from None
    except Refused as error:
        say(f"{error.zh} / {error.en}")
        raise typer.Exit(1) from None
    except (NotReady, OSError) as error:
        say(f"失败 / failed: {error}")
        raise typer.Exit(1) from None


@app.callback(invoke_without_command=True)
def start(context: typer.Context) -> None:
    """The start window, where no command is given."""
    if context.invoked_subcommand is None:
        from judge_app.hosting import run_start

        raise typer.Exit(run_start())


# results


@app.command()
def tabulate(input: Annotated[str, typer.Argument(metavar="INPUT.json", help="- = 标准输入 / standard input")]) -> None:
    """由一个 JSON 文件计算成绩 / results from a tabulation-input/1 file (acceptance form)."""
    from judge_app.exchange.tabulation import dump, tabulate_file
    from judge_app.store.presets import Presets

    try:
        data = sys.stdin.buffer.read() if input == "-" else Path(input).read_bytes()
        result = tabulate_file(data, Presets().load)
    except OSError as error:
        say(f"{input}: 无法读取 / cannot be read: {error.strerror}")
        raise typer.Exit(2) from None
    except BadInput as error:
        # One line, as scripts expect it: the place and what is wrong.
        problem = error.problems[0]
        say(f"{problem.place}: {problem.en}")
        raise typer.Exit(2) from None
    sys.stdout.buffer.write(dump(result) + b"\n")


@app.command()
def results(
    files: Annotated[list[Path], typer.Argument(metavar="FILE.roadshow…")],
    as_json: Json = False,
    out: Annotated[Path | None, typer.Option(help="写入文件 / write results.json there")] = None,
) -> None:
    """由各场次文件计算全赛成绩 / the contest's results from its session files."""
    from judge_app.core import overall
    from judge_app.exchange.tabulation import dump, to_json
    from judge_app.store.session_file import read_session

    with bad_input_exits():
        states = [overall.replay(read_session(path)) for path in files]
        tabulation = overall.results(states)
        rules = states[0].session.rules
        data = to_json(tabulation, rules.key)
        if out is not None:
            out.write_bytes(dump(data) + b"\n")
            say(f"已写入 / written: {out}")
        if as_json:
            sys.stdout.buffer.write(dump(data) + b"\n")
        else:
            names = {p.entry_no: p.name for state in states for p in state.session.contest.projects}
            show_ranking(data, names)


def show_ranking(data: dict[str, Any], names: dict[str, str]) -> None:
    """The ranking as a table on the screen."""
    from rich.console import Console
    from rich.table import Table

    from judge_app.core.order import natural

    table = Table(title=f"名次 / ranking · {data['preset']} · 满分 {data['full_marks']}", title_justify="left")
    for heading, justify in (("名次", "right"), ("序号", "right"), ("项目", "left"), ("总得分", "right")):
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]
    table.add_column("晋级")
    table.add_column("备注", overflow="fold")
    advance = set(data["advance"])
    order = sorted(data["projects"], key=lambda p: (p["rank"] is None, p["rank"] or 0, natural(p["entry_no"])))
    for project in order:
        notes = [project["tie_key"] and f"同分比较：{project['tie_key']}", *project["flags"]]
        if project["total"] is None:
            notes.insert(0, project["status"])
        table.add_row(
            "—" if project["rank"] is None else str(project["rank"]),
            project["entry_no"],
            names.get(project["entry_no"], ""),
            project["total"] or "—",
            "✓" if project["entry_no"] in advance else "",
            "  ".join(note for note in notes if note),
        )
    console = Console(highlight=False)
    console.print(table)
    listed = "、".join(data["advance"]) or "—"
    console.print(f"晋级 / advance: {listed}（{data['advance_status']}）", markup=False)


# rehearsal


@app.command()
def rehearse(
    contest: Annotated[Path, typer.Argument(metavar="CONTEST.xlsx")],
    scores: Annotated[Path, typer.Option(metavar="SCORES.csv")],
    session: Annotated[str | None, typer.Option(help="只演练这一场 / this session alone")] = None,
    speed: Annotated[int | None, typer.Option(min=1, max=2000, help="倍速 / times real speed")] = None,
    out: Annotated[Path | None, typer.Option(help="输出文件夹 / folder for everything it makes")] = None,
    headless: Annotated[bool, typer.Option("--headless", help="不开窗口 / no windows")] = False,
    central: Annotated[str | None, typer.Option(metavar="URL", help="中心库 / central store (default: SQLite)")] = None,
    as_json: Json = False,
) -> None:
    """按 scores.csv 演练整场 / play whole sessions through a real room, with robots in the seats."""
    with bad_input_exits():
        play(contest, scores, session, speed, out, headless=headless, central=central, as_json=as_json, decks=False)


@app.command()
def demo(
    headless: Annotated[bool, typer.Option("--headless", help="不开窗口 / no windows")] = False,
    speed: Annotated[int | None, typer.Option(min=1, max=2000, help="倍速 / times real speed")] = None,
    out: Annotated[Path | None, typer.Option(help="输出文件夹 / folder for everything it makes")] = None,
    as_json: Json = False,
) -> None:
    """演练自带的样例（赛区决赛） / rehearse the bundled regional final."""
    sample = RESOURCES / "samples" / "regional-final"
    with bad_input_exits():
        play(
            sample / "contest.xlsx",
            sample / "scores.csv",
            None,
            speed,
            out,
            headless=headless,
            central=None,
            as_json=as_json,
            decks=True,
        )


HEADLESS_SPEED, WATCHED_SPEED = 400, 40


def play(
    contest_file: Path,
    scores_file: Path,
    only: str | None,
    speed: int | None,
    out: Path | None,
    *,
    headless: bool,
    central: str | None,
    as_json: bool,
    decks: bool,
) -> None:
    """Everything a rehearsal does: check all input, play each session, count, print, compare with the centre."""
    import datetime as dt
    import tempfile

    from judge_app.core import overall
    from judge_app.exchange.scores import read_scores
    from judge_app.exchange.tabulation import dump, to_json
    from judge_app.exchange.workbook import read_contest
    from judge_app.rehearsal import rehearse as rehearsal
    from judge_app.rehearsal.decks import make_decks
    from judge_app.store.presets import Presets
    from judge_app.store.session_file import read_session

    presets = Presets()
    contest = read_contest(contest_file, known_presets=presets.keys())
    rules = presets.load(contest.preset)
    scores = read_scores(scores_file, contest, rules)
    chosen = [planned for planned in contest.sessions if only in (None, planned.name)]
    if not chosen:
        raise bad("--session", f"工作簿中没有“{only}”这一场", f"the workbook has no session {only!r}")
    setups = [
        rehearsal.setup_of(contest, rules, planned, rehearsal=True, automatic_admission=True) for planned in chosen
    ]
    for setup in setups:
        rehearsal.check_scores(setup, scores)
    if not headless and not has_display():
        say("没有显示器，改为无窗口运行 / no display: running without windows")
        headless = True
    stamp = dt.datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    folder = out or Path(tempfile.gettempdir()) / f"judge-app-rehearsal-{stamp}"
    folder.mkdir(parents=True, exist_ok=True)
    taken = [p for s in setups if (p := folder / f"{rehearsal.file_name(s.session.name)}.roadshow").exists()]
    if taken:
        raise bad(str(taken[0]), "已存在，请换一个输出文件夹", "exists already: choose another folder")
    rate = speed or (HEADLESS_SPEED if headless else WATCHED_SPEED)
    url = central or f"sqlite:///{folder / 'central.sqlite'}"
    made_decks = make_decks(contest, folder / "decks") if decks or not headless else {}
    outcomes = []
    for setup in setups:
        windows = () if headless else window_seats(setup.contest.judges)
        with progress_of(setup.session.name, quiet=as_json) as seen:
            outcome = asyncio.run(
                rehearsal.rehearse(
                    setup, scores, folder, rate=rate, central=url, windows=windows, decks=made_decks, seen=seen
                )
            )
        outcomes.append(outcome)
        for text in outcome.trouble:
            say(f"! {text}")
    states = [overall.replay(read_session(outcome.session_file)) for outcome in outcomes]
    data = to_json(overall.results(states), rules.key)
    (folder / "results.json").write_bytes(dump(data) + b"\n")
    papers = [path for outcome in outcomes for path in print_sheets(outcome, folder, len(outcomes) > 1, quiet=as_json)]
    centre = reconcile(url, [outcome.session_file for outcome in outcomes])
    names = {project.entry_no: project.name for project in contest.projects}
    if as_json:
        put_json(
            {
                "out": str(folder),
                "sessions": [str(outcome.session_file) for outcome in outcomes],
                "results": data,
                "sheets": len(papers),
                "centre_equal": centre,
                "locked": all(outcome.locked for outcome in outcomes),
            }
        )
    else:
        show_ranking(data, names)
        equal = "一致 / equal" if centre else "不一致 / NOT equal"
        put(f"中心库 / centre: {equal} · {url}")
        put(f"打印 / sheets: {len(papers)} PDF")
        put(f"文件夹 / folder: {folder}")
    if not centre:
        raise typer.Exit(1)


def bad(place: str, zh: str, en: str) -> BadInput:
    """One problem with what was given."""
    from judge_app.core.errors import Problem

    return BadInput(Problem(place, zh, en))


def has_display() -> bool:
    """Whether windows can be shown."""
    if sys.platform.startswith("linux"):
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return True


def window_seats(judges: Any) -> tuple[str, ...]:
    """The seats whose windows a rehearsal opens: host, stage, chair and the first judge of each class."""
    first: dict[str, str] = {}
    for judge in judges:
        first.setdefault(judge.judge_class, f"judge:{judge.no}")
    return ("stage", "host", "chair", *first.values())


@contextlib.contextmanager
def progress_of(name: str, *, quiet: bool) -> Iterator[Any]:
    """A progress display of one session on standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    if quiet:
        yield lambda _: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[now]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(name, total=None, now="")

        def seen(at: Seen) -> None:
            now = f"{at.current} 号 {STAGES.get(at.stage, at.stage)} {at.sheets}/{at.expected}" if at.current else ""
            progress.update(task, completed=at.done, total=at.projects, now=now)

        yield seen


STAGES = {
    "waiting": "待上场",
    "called": "候场",
    "running": "计时中",
    "between": "阶段间",
    "scoring": "评分中",
    "closed": "待复核",
    "locked": "已锁定",
}


def print_sheets(outcome: Outcome, folder: Path, many: bool, *, quiet: bool) -> list[Path]:
    """F1, F2, F3 and F6 of a session as PDFs."""
    import datetime as dt

    from judge_app.core import overall
    from judge_app.sheets.printing import print_all
    from judge_app.store.session_file import read_session

    target = folder / "sheets" / outcome.session_file.stem if many else folder / "sheets"
    records = read_session(outcome.session_file)
    state = overall.replay(records)
    if not quiet:
        say(f"打印 / printing → {target}")
    return print_all(
        outcome.briefing,
        outcome.view,
        target,
        printed_at=dt.datetime.now().astimezone(),
        wall=wall_clock(records, state),
        device="judge-app room",
    )


def wall_clock(records: Any, state: Any) -> Any:
    """What the wall showed at an instant of the room's clock, by the journal's nearest record."""
    import bisect
    import datetime as dt

    marks = sorted((record.body.at.mono_ns, record.body.at.wall) for record in records)
    times = [mark[0] for mark in marks]

    def wall(ns: int) -> dt.datetime:
        at = max(0, bisect.bisect_right(times, ns) - 1)
        mono, text = marks[at]
        return (dt.datetime.fromisoformat(text) + dt.timedelta(microseconds=(ns - mono) / 1000)).astimezone()

    return wall


def reconcile(url: str, files: list[Path]) -> bool:
    """Whether the centre holds exactly what the session files hold, after sending what it lacks."""
    from judge_app.core import overall
    from judge_app.store.central import Central
    from judge_app.store.session_file import read_session

    equal = True
    with Central.connect(url, migrate=True) as central:
        for path in files:
            records = read_session(path)
            session_id = overall.replay(records).session.session_id
            high = central.high_water(session_id)[0]
            rest = [record for record in records if record.seq > high]
            for at in range(0, len(rest), 500):
                central.push(session_id, rest[at : at + 500])
            equal = equal and central.reconcile(session_id, records).equal
    return equal


# the seats


@app.command()
def room(
    file: Annotated[Path, typer.Argument(metavar="FILE.roadshow")],
    setup: Annotated[Path | None, typer.Option(help="新场次的设置 / set-up of a new session (JSON)")] = None,
    bind: Annotated[str, typer.Option(help="监听的网卡地址 / interface to bind")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 0,
    rate: Annotated[int, typer.Option(min=1, max=2000, help="演练倍速 / rehearsal speed")] = 1,
    central: Annotated[str | None, typer.Option(metavar="URL")] = None,
    backups: Annotated[Path | None, typer.Option(help="备份文件夹 / folder for verified copies")] = None,
    ready: Annotated[bool, typer.Option("--ready", help="就绪后输出一行 JSON / one JSON line when ready")] = False,
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
        asyncio.run(serve(file, given, bind=bind, port=port, rate=rate, central=central, backups=backups, ready=ready))


@app.command()
def host(
    contest: Annotated[Path, typer.Argument(metavar="CONTEST.xlsx|FILE.roadshow")],
    session: Annotated[str | None, typer.Option(help="主持哪一场 / which session")] = None,
    bind: Annotated[str, typer.Option(help="监听的网卡地址 / interface to bind")] = "0.0.0.0",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 0,
    central: Annotated[str | None, typer.Option(metavar="URL")] = None,
    folder: Annotated[Path | None, typer.Option(help="场次文件放在哪里 / where session files are kept")] = None,
    ready: Annotated[bool, typer.Option("--ready", hidden=True)] = False,
) -> None:
    """主持一场：主机进程、控制台与大屏 / host a session: the room, the console and the stage."""
    with bad_input_exits():
        from judge_app.hosting import host_session

        status = host_session(contest, session, bind=bind, port=port, central=central, folder=folder, ready=ready)
    raise typer.Exit(status)


Link = Annotated[str, typer.Argument(metavar="LINK", help="rsj://… 加入链接 / join link")]
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
    """大屏与放映 / the projector: clock, deck, curtain."""
    seat_window(link, robot, data, decks)


@app.command()
def join(link: Link, robot: RobotFile = None, data: Data = None) -> None:
    """以链接所属的席位加入 / take the seat that the link is for, whatever it is."""
    seat_window(link, robot, data)


def seat_window(link: str, robot: Path | None, data: Path | None, decks: Path | None = None) -> NoReturn:
    """The window of the seat that the link is bound to."""
    with bad_input_exits():
        from judge_app.ui.app import run_seat
        from judge_app.wire.link import read_link

        found = {} if decks is None else {no: Path(path) for no, path in json.loads(decks.read_text("utf-8")).items()}
        maker = None
        if robot is not None:
            from judge_app.rehearsal.windows import robot_maker

            maker = robot_maker(robot)
        status = run_seat(read_link(link), data=data, decks=found, robot=maker)
    raise typer.Exit(status)


def main() -> None:
    """The program's way in: UTF-8 on every system's standard streams, then the command."""
    for stream in (sys.stdout, sys.stderr, sys.stdin):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
    app()


if __name__ == "__main__":
    main()
