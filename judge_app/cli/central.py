"""The command that watches all rooms of a contest: the All rooms window, or a table on the terminal."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from judge_app.cli.output import Json, bad, bad_input_exits, put_json

if TYPE_CHECKING:
    from rich.table import Table

    from judge_app.store.rooms import Look

app = typer.Typer()


@app.command()
def central(
    places: Annotated[
        list[str] | None,
        typer.Argument(metavar="[URL|FOLDER|FILE.roadshow]…", help="中心库、文件夹、场次文件 / what is looked at"),
    ] = None,
    url: Annotated[
        str | None, typer.Option("--url", metavar="URL", help="sqlite:///… | postgresql+psycopg://…")
    ] = None,
    plain: Annotated[bool, typer.Option("--plain", help="终端表格，不开窗口 / a table, no window")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="表格每两秒刷新 / the table again every two seconds")] = False,
    log_folder: Annotated[
        Path | None, typer.Option(metavar="DIR", help="大赛记录放在哪里 / where the contest's log is kept")
    ] = None,
    as_json: Json = False,
) -> None:
    """全部会场：进展、全赛成绩、公示与公布 / all rooms: their state, the results over all, publishing."""
    from judge_app.store.rooms import Watch

    given = [*(places or []), *([url] if url else [])]
    if not (plain or watch or as_json):
        with bad_input_exits():
            Watch(given)  # what can never be looked at is said here, not in a window

        from judge_app.ui.central.app import run_central

        raise typer.Exit(run_central(given, log_folder))
    with bad_input_exits():
        if not given:
            raise bad("URL", "请写明中心库、文件夹或场次文件", "name a centre, a folder or session files")
        with Watch(given) as watched:
            _tell(watched, again=watch and not as_json, as_json=as_json)


def _tell(watched: Any, *, again: bool, as_json: bool) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    while True:
        look: Look = watched.look()
        alarms = sum(len(room.alarms) for room in look.rooms)
        if as_json:
            put_json({"sessions": _rows(look), "alarms": alarms})
            return
        if again:
            console.clear()
        console.print(_table(_rows(look)))
        for problem in look.troubles:
            console.print(f"! {problem.place}: {problem.zh} / {problem.en}", markup=False)
        if alarms:
            console.print(f"! {alarms} 条告警 / alarms", markup=False)
        if not again:
            return
        time.sleep(2)


def _rows(look: Look) -> list[dict[str, Any]]:
    """The sessions as the centre's table has them, with what the comparison found."""
    from judge_app.store.projections import rows

    found = []
    for room in look.rooms:
        made = rows(room.folded)[0]["sessions"][()]
        row = {name: value for name, value in made.items() if name != "hash"}
        compared = {"contested": room.contested, "compared_by": room.check.by, "equal": room.check.equal}
        found.append({"session_id": room.session_id, **row, **compared})
    return found


def _table(rows: Sequence[dict[str, Any]]) -> Table:
    """The sessions at the centre as a table."""
    from rich.table import Table

    table = Table(title="各会场 / all rooms", title_justify="left")
    for heading in ("大赛", "场次", "会场", "当前", "已交", "缺", "状态", "最后记录"):
        table.add_column(heading)
    for row in rows:
        state = (
            "已公布" if row["published"] else "已锁定" if row["locked"] else "演练" if row["rehearsal"] else "进行中"
        )
        table.add_row(
            row["contest"],
            row["name"],
            row["hall"],
            row["current"] or "—",
            str(row["sheets_in"]),
            str(row["sheets_missing"]),
            state,
            row["last_at"],
        )
    return table
