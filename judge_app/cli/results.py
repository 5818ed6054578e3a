"""Commands that count: tabulate, results."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from judge_app.cli.output import Json, bad, bad_input_exits, say
from judge_app.core.errors import BadInput

if TYPE_CHECKING:
    from judge_app.core.overall import Count

app = typer.Typer()


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
    log: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.contest", help="大赛记录（裁定、确认、公示）；默认取场次文件旁的 / the contest's log"
        ),
    ] = None,
    next_round: Annotated[
        Path | None,
        typer.Option(
            "--next", metavar="NEXT.xlsx", help="晋级项目写成下一轮的工作簿 / who advances, as the next workbook"
        ),
    ] = None,
) -> None:
    """由各场次文件和大赛记录计算全赛成绩 / the contest's results from its session files and its log."""
    from judge_app.core import overall
    from judge_app.core.contest_log import folded
    from judge_app.exchange.tabulation import dump, to_json
    from judge_app.store.contest_file import log_beside, read_contest_log
    from judge_app.store.session_file import read_session

    with bad_input_exits():
        states = [overall.replay(read_session(path)) for path in files]
        setup = states[0].session
        if log is not None and not log.is_file():
            raise bad(str(log), "没有这个大赛记录", "there is no such log")
        decided = log or log_beside(files[0].parent, setup.contest, rehearsal=setup.rehearsal)
        known = folded(read_contest_log(decided))
        held = overall.count(states, known)
        data = to_json(held.tabulation, setup.rules.key)
        data["advance"] = list(held.advance)
        open_ones = overall.keeping_from_list(held, states)
        if known.seq:
            data["log"] = str(decided)
            data["obstacles"] = [{"kind": one.kind, "zh": one.zh, "en": one.en} for one in open_ones]
        if out is not None:
            out.write_bytes(dump(data) + b"\n")
            say(f"已写入 / written: {out}")
        if next_round is not None:
            write_next_round(held, next_round)
        if as_json:
            sys.stdout.buffer.write(dump(data) + b"\n")
        else:
            show_ranking(data, {project.entry_no: project.name for project in held.contest.projects})
            show_obstacles(decided if known.seq else None, [f"{one.zh}\n  {one.en}" for one in open_ones])


def write_next_round(held: Count, path: Path) -> None:
    """The workbook of the next round; raises BadInput where nobody knows yet who goes on, or the file is there."""
    from judge_app.core.awards import Outcome
    from judge_app.exchange.draft import next_round_of, save

    if held.tabulation.advance_status is not Outcome.FINAL or not held.advance:
        raise bad(
            str(path),
            "晋级名单还没有定：请先在“全部会场”完成裁定，或在赛制中写明晋级名额",
            "who advances is not settled: rule on it in All rooms, or state the quota in the rules",
        )
    if path.exists():
        raise bad(str(path), "文件已存在，没有覆盖；请换一个名字", "the file is there already and was left as it is")
    save(next_round_of(held.contest, held.advance, held.rules, path.name), path)
    say(f"下一轮工作簿 / the next round's workbook: {path}（{len(held.advance)}）")


def show_obstacles(log: Path | None, obstacles: list[str]) -> None:
    """What was decided for the whole contest, and what still keeps it from being published."""
    from rich.console import Console

    console = Console(highlight=False)
    if log is not None:
        console.print(f"大赛记录 / log: {log}", markup=False)
    if obstacles:
        console.print(f"还不能公布 / not to be published yet: {len(obstacles)}", markup=False)
    for one in obstacles:
        console.print(f"- {one}", markup=False)


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
