"""What keeps the contest back and what is wrong with a room, as the All rooms window says it, with what can be done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from judge_app.core.errors import Problem
from judge_app.core.overall import Obstacle
from judge_app.store.central import Difference
from judge_app.store.rooms import Room
from judge_app.ui.central import questions, rooms_rows
from judge_app.ui.central.board import Board, gathered, trusted
from judge_app.ui.central.words import capital
from judge_app.ui.glossary import ago, hundredths, local_time, number
from judge_app.ui.language import either, tr, tr_count
from judge_app.ui.theme import Tone
from judge_app.ui.widgets import Trouble


def found(board: Board, room: Room | None, now: datetime) -> list[Trouble]:
    """All that is to be seen to; ``room`` is the one in view, of which all is said."""
    counted = board.counted
    made: list[Trouble] = []
    if room is not None:
        made += _about_room(room, now)
    if counted is None:
        made.append(Trouble("uncounted", tr("The results cannot be counted"), why_uncounted(board), "stop"))
        return made
    made += _obstacles(board, room, counted.before_list)
    listed = board.log.listed
    if listed is not None and board.log.final is None:
        known = {one.key for one in counted.before_list}
        made += _obstacles(board, room, [one for one in counted.before_final if one.key not in known])
    return made


def not_done(problem: Problem) -> Trouble:
    """Why a wish was not carried out."""
    why = either(problem.zh, problem.en)
    return Trouble("wrong", tr("Not done: {why}", why=why), "", "warn", (("close", tr("Understood"), False),))


def closing(doing: str) -> Trouble:
    """The window waits for what is being done before it closes."""
    text = tr(
        "The window closes by itself as soon as it is done; if it cannot be done, it stays and says why. Closed"
        " before that, look here again whether it was done."
    )
    return Trouble("closing", doing, text, "info", (("close-now", tr("Close without waiting"), True),))


def why_uncounted(board: Board) -> str:
    said = "\n".join(" · ".join(one for one in (p.place, either(p.zh, p.en)) if one) for p in board.problems)
    return f"{tr('The rooms cannot be counted together:')}\n{said}"


def _about_room(room: Room, now: datetime) -> list[Trouble]:
    name = room.state.session.session.name
    made = []
    if room.contested:
        act = (("contested", tr("Decide…"), False),) if room.heads else ()
        text = tr("Two computers wrote two records of this session. Ask its chair which one counts.")
        made.append(Trouble(f"room|{room.session_id}", tr("{name} is contested", name=name), text, "stop", act))
    if not room.check.equal:
        said = [_difference(one) for one in room.check.differences[:4]]
        made.append(
            Trouble(f"check|{room.session_id}", tr("{name}: room and centre differ", name=name), "\n".join(said))
        )
    for parked in room.folded.parked[:3]:
        title = tr("Record {seq} of {name} cannot be read", seq=parked.seq, name=name)
        made.append(Trouble(f"parked|{parked.seq}", title, parked.reason, "warn"))
    for at, alarm in enumerate(room.alarms):
        if alarm.kind == "contested":
            continue
        made.append(
            Trouble(
                f"alarm|{at}",
                tr("Alarm of {session}, {at}", session=name, at=local_time(alarm.raised_at)),
                alarm.detail,
                "warn",
                (("settle", tr("Settle…"), False),),
            )
        )
    if not made:
        text = f"{rooms_rows.check_tip(room)}\n{tr('Last record {when}.', when=ago(room.folded.last_at, now))}"
        made.append(Trouble(f"fine|{room.session_id}", tr("{name}: nothing is wrong", name=name), text, "ok"))
    return made


def _obstacles(board: Board, room: Room | None, obstacles: Sequence[Obstacle]) -> list[Trouble]:
    actions: dict[str, tuple[str, str]] = {
        "session": ("room", tr("See it")),
        "value": ("confirm", tr("Confirm…")),
        "cut": ("rule", tr("Rule…")),
        "award": ("rule", tr("Rule…")),
        "alternate": ("rule", tr("Rule…")),
        "basis": ("basis", tr("Give the numbers…")),
        "objection": ("decide", tr("Decide…")),
    }
    made = []
    here = {room.state.session.session.name: room for room in board.rooms}
    for one, places in gathered(board, obstacles):
        told = here.get(one.place) if one.kind == "session" else None
        if told is not None and not trusted(told) and room is not None and told.session_id == room.session_id:
            continue  # what is wrong with it stands above, with what to do
        title, text = capital(either(one.zh, one.en)), ""
        if one.kind in questions.TIES:
            title = questions.tie_words(one)
        elif one.kind == "objection":
            objection = board.log.objections[one.place]
            title = tr("Objection {n} about {no} is open", n=one.place, no=number(objection.entry_no))
            text = objection.facts
        elif one.kind == "value":
            title = tr_count(len(places), "{n} value to confirm", "{n} values to confirm")
            text = tr("No notice states them; nothing is published before.")
        elif one.kind == "session" and places:
            shown = questions.numbers(places, 8)
            text = tr_count(
                len(places), "{n} project is unfinished: {nos}", "{n} projects are unfinished: {nos}", nos=shown
            )
            title = tr("{session} is not finished", session=one.place) if one.zh.startswith(places[0]) else title
        act = actions.get(one.kind)
        if one.kind == "session" and one.place not in here:
            act = None
        tone: Tone = "info" if one.kind in ("period", "list") else "warn"
        doable = () if act is None else ((act[0], act[1], False),)
        made.append(Trouble(one.key, title, text, tone, doable))
    return made


def _difference(one: Difference) -> str:
    """In what room and centre differ."""
    words = {
        "count": tr("Number of records: {room} in the room, {centre} at the centre"),
        "head": tr("Last record: {room} in the room, {centre} at the centre"),
        "sum": tr("Sum of marks: {room} in the room, {centre} at the centre"),
    }
    said = words[one.what].format(room=_short(one.room, one.what), centre=_short(one.centre, one.what))
    return tr("{no} · {what}", no=number(one.entry_no), what=said) if one.entry_no else said


def _short(text: str, what: str) -> str:
    """What differs, as it can be compared by eye: a head (number and hash) cut short, a sum in points."""
    if what == "sum":
        return hundredths(int(text)) if text.isdigit() else text
    seq, _, digest = text.partition(" ")
    return f"{seq} {digest[:8]}" if digest else text
