"""Commands that play a session with robots in the seats: rehearse, demo."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from judge_app.cli.output import RESOURCES, Json, bad, bad_input_exits, put, put_json, say
from judge_app.cli.record import print_session, send_to_centre
from judge_app.cli.results import show_ranking
from judge_app.core.errors import BadInput

if TYPE_CHECKING:
    from judge_app.rehearsal.rehearse import Seen

app = typer.Typer()


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
    from judge_app.exchange.workbook import check_fit, read_contest
    from judge_app.rehearsal import rehearse as rehearsal
    from judge_app.rehearsal.decks import make_decks
    from judge_app.store.presets import presets_for
    from judge_app.store.session_file import read_session

    presets = presets_for(contest_file)
    contest = read_contest(contest_file, known_presets=presets.keys())
    rules = presets.load(contest.preset).held_in(contest.round)
    unfit = check_fit(contest, rules, file_name=contest_file.name)
    if unfit:
        raise BadInput(unfit)
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
    papers = []
    for outcome in outcomes:
        target = folder / "sheets" / outcome.session_file.stem if len(outcomes) > 1 else folder / "sheets"
        if not as_json:
            say(f"打印 / printing → {target}")
        papers += print_session(read_session(outcome.session_file), target)
    sent = [send_to_centre(url, outcome.session_file) for outcome in outcomes]
    centre = all(sent)
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
    "between": "环节间",
    "scoring": "评分中",
    "closed": "待复核",
    "locked": "已锁定",
}
