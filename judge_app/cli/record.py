"""Commands on what was recorded: sheets, sync, verify."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from judge_app.cli.output import Json, bad_input_exits, put, put_json, say

if TYPE_CHECKING:
    from judge_app.core.journal import Record

app = typer.Typer()


@app.command()
def sheets(
    files: Annotated[list[Path], typer.Argument(metavar="FILE.roadshow…")],
    out: Annotated[Path, typer.Option(help="PDF 放在哪里 / folder for the PDFs")],
    as_json: Json = False,
) -> None:
    """由场次文件打印 F1、F2、F3、F6 / print the forms of recorded sessions."""
    from judge_app.store.session_file import read_session

    with bad_input_exits():
        written = []
        for path in files:
            folder = out / path.stem if len(files) > 1 else out
            written += print_session(read_session(path), folder, progress=None if as_json else _told)
        if as_json:
            put_json({"sheets": [str(path) for path in written]})
        else:
            put(f"{len(written)} PDF → {out}")


def _told(done: int, of: int) -> None:
    if done % 20 == 0 or done == of:
        say(f"  {done}/{of}")


def print_session(
    records: Sequence[Record], folder: Path, *, progress: Callable[[int, int], None] | None = None
) -> list[Path]:
    """F1, F2, F3 and F6 of a session from its journal, as its chair sees it."""
    from judge_app.core import overall, views
    from judge_app.core.seats import Role, Seat
    from judge_app.sheets.printing import print_all

    state = overall.replay(records)
    live = views.Live(head_seq=records[-1].seq, head_hash=records[-1].hash.hex())
    # The record is printed whole, so not from the seat of a chair who has yet to give her own sheet.
    seat = Seat(id="chair", role=Role.CHAIR)
    view = views.view(state, seat, live)
    assert isinstance(view, views.ChairView)
    return print_all(
        views.briefing(state, seat),
        view,
        folder,
        printed_at=dt.datetime.now().astimezone(),
        wall=wall_clock(records),
        device="judge-app",
        progress=progress,
    )


def wall_clock(records: Sequence[Record]) -> Callable[[int], dt.datetime]:
    """What the wall showed at an instant of the room's clock, by the last record before it; local time."""
    import bisect

    marks = sorted((record.body.at.mono_ns, record.body.at.wall) for record in records)
    times = [mark[0] for mark in marks]

    def wall(ns: int) -> dt.datetime:
        mono, text = marks[max(0, bisect.bisect_right(times, ns) - 1)]
        return (dt.datetime.fromisoformat(text) + dt.timedelta(microseconds=(ns - mono) / 1000)).astimezone()

    return wall


@app.command()
def sync(
    files: Annotated[list[Path], typer.Argument(metavar="FILE.roadshow…")],
    central: Annotated[str, typer.Option(metavar="URL", help="sqlite:///… | postgresql+psycopg://…")],
    as_json: Json = False,
) -> None:
    """把场次文件补传到中心库并核对 / send to the centre what it lacks, and compare."""
    with bad_input_exits():
        equal = {str(path): send_to_centre(central, path) for path in files}
    if as_json:
        put_json({"centre": central, "equal": equal})
    else:
        for path, same in equal.items():
            put(f"{'一致 / equal' if same else '不一致 / NOT equal'}  {path}")
    if not all(equal.values()):
        raise typer.Exit(1)


def send_to_centre(url: str, path: Path) -> bool:
    """Send what the centre lacks of a session file; whether the centre then holds exactly what the file holds."""
    from judge_app.core import overall
    from judge_app.core.events import PaperEntered
    from judge_app.room.photos import PhotoFolder, folder_of
    from judge_app.store.central import Central
    from judge_app.store.session_file import read_session

    records = read_session(path)
    session_id = overall.replay(records).session.session_id
    with Central.connect(url, migrate=True) as central:
        high = central.high_water(session_id)[0]
        rest = [record for record in records if record.seq > high]
        for at in range(0, len(rest), 500):
            central.push(session_id, rest[at : at + 500])
        there, photos = central.photos(session_id), PhotoFolder(folder_of(path))
        for name in dict.fromkeys(one.event.photo for one in records if isinstance(one.event, PaperEntered)):
            if name and name not in there and (data := photos.read(name)) is not None:
                central.keep_photo(session_id, name, data)
        return central.reconcile(session_id, records).equal


@app.command()
def verify(
    files: Annotated[list[str], typer.Argument(metavar="FILE…")],
    witness: Annotated[
        list[str] | None, typer.Option(metavar="SEQ:HASH", help="收据、纸上的链头 / from a receipt, a sheet")
    ] = None,
    key: Annotated[
        list[str] | None, typer.Option(metavar="HEX", help="主机公钥 / keys that may sign checkpoints")
    ] = None,
    as_json: Json = False,
) -> None:
    """独立核验场次文件与镜像：指出第一条有问题的记录 / check files on their own; names the first bad event."""
    from judge_app.verify.run import main_report

    status, data, lines = main_report(files, witness or (), key or ())
    if as_json:
        put_json(data)
    else:
        for line in lines:
            put(line)
    raise typer.Exit(status)
