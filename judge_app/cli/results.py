"""Commands that count: tabulate, results."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from judge_app.cli.output import Json, bad_input_exits, say
from judge_app.core.errors import BadInput

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
