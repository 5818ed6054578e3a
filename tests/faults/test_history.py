"""The history checker itself: it passes every sound history, and finds each kind of bad one that is made up for it."""

from __future__ import annotations

import copy
import hashlib
import json
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge_app.core import commands
from judge_app.core.contest import Presence
from judge_app.core.session import State
from judge_app.core.stages import SheetStatus
from judge_app.store.central import Central
from judge_app.store.session_file import SessionFile
from tests.core.sessions import setup
from tests.core.simulation import Move, Sitting, moves, play
from tests.faults.history import Outbox, Row, Scores, fold, problems, read_journal, read_outbox

Body = dict[str, Any]

COLUMNS = "seq, event_id, command_id, part, kind, version, actor, at, mono_ns, boot_id, body, prev_hash, hash"


def forge(path: Path, bodies: Sequence[Body]) -> Path:
    """A file with these bodies and a chain that fits them, whatever they say: what a hand that knows the format makes."""
    connection = sqlite3.connect(path)
    connection.execute(f"CREATE TABLE journal ({COLUMNS})")
    prev = bytes(32)
    for body in bodies:
        data = json.dumps(body, ensure_ascii=False).encode()
        digest = hashlib.sha256(b"rsj-ev-v1\0" + prev + len(data).to_bytes(8, "big") + data).digest()
        at = body["at"]
        row = (
            body["seq"],
            body["event_id"],
            body["command_id"],
            body["part"],
            body["event"]["event"],
            body["version"],
            body["actor"],
            at["wall"],
            at["mono_ns"],
            at["boot_id"],
            data,
            prev,
            digest,
        )
        connection.execute(f"INSERT INTO journal VALUES ({','.join('?' * len(row))})", row)
        prev = digest
    connection.commit()
    connection.close()
    return path


def played() -> Sitting:
    """One project heard, scored by all, one sheet returned and given again, locked; a second one half scored."""
    sitting = Sitting(setup(projects=2))
    sitting.hear("1")
    sitting.score("1")
    sitting.do("chair", commands.ReturnSheet(entry_no="1", judge="E2", reason="看不清"))
    sitting.submit("E2", "1", 0.4)
    sitting.lock("1")
    sitting.hear("2")
    sitting.submit("E2", "2", 0.9)
    return sitting


def bodies_of(sitting: Sitting) -> list[Body]:
    return [json.loads(record.data) for record in sitting.records]


def shown(state: State) -> Scores:
    """What a room says that counts."""
    return {
        (entry_no, judge): {key: dict(points) for key, points in sheet.points.items()}
        for entry_no, held in state.projects.items()
        for judge, sheet in held.sheets.items()
        if sheet.status is SheetStatus.SUBMITTED and sheet.points is not None
    }


def receipt_of(row: Row) -> dict[str, Any]:
    return {
        "command_id": row.said["command_id"],
        "seq": row.seq,
        "hash": row.hash.hex(),
        "digest": row.said["command_digest"],
        "at": row.said["at"]["wall"],
        "signature": "",
    }


@settings(max_examples=40)
@given(st.lists(moves, max_size=60))
def test_whatever_people_do_the_checkers_own_fold_is_the_rooms(tmp_path_factory: Any, made: list[Move]) -> None:
    sitting = Sitting(setup(projects=2))
    for move in made:
        play(sitting, move)
    path = forge(tmp_path_factory.mktemp("history") / "x.roadshow", bodies_of(sitting))
    assert problems(path, live=shown(sitting.state)) == []


def test_a_sound_history_passes_with_everything_that_can_be_compared(tmp_path: Path) -> None:
    sitting = played()
    path = tmp_path / "x.roadshow"
    with SessionFile.create(path) as file:
        file.append(sitting.records[:20])
        earlier_rows = len(sitting.records[:20])
        file.append(sitting.records[20:])
    centre = tmp_path / "centre.db"
    with Central.connect(f"sqlite:///{centre}") as central:
        central.push(sitting.setup.session_id, sitting.records, "h1")
    rows = read_journal(path)
    receipts = [receipt_of(row) for row in rows if row.said["command_digest"] and row.said["part"] == 0]
    assert len(receipts) > 10
    assert (
        problems(path, receipts=receipts, live=shown(sitting.state), centre=centre, earlier=rows[:earlier_rows]) == []
    )
    connection = sqlite3.connect(centre)
    connection.execute("UPDATE scores SET hundredths = hundredths + 1 WHERE judge = 'E3' AND criterion <> ''")
    connection.commit()
    connection.close()
    assert any("centre" in one and "E3" in one for one in problems(path, centre=centre))


def test_a_centre_that_lacks_an_event_is_found(tmp_path: Path) -> None:
    sitting = played()
    path = forge(tmp_path / "x.roadshow", bodies_of(sitting))
    with Central.connect(f"sqlite:///{tmp_path / 'centre.db'}") as central:
        central.push(sitting.setup.session_id, sitting.records[:-1], "h1")
    assert any("the centre has" in one for one in problems(path, centre=tmp_path / "centre.db"))


# made-up histories: one breach each


def at_sheet(bodies: list[Body], judge: str, entry_no: str) -> int:
    return next(
        at
        for at, body in enumerate(bodies)
        if (body["event"]["event"], body["event"].get("judge"), body["event"].get("entry_no"))
        == ("SheetSubmitted", judge, entry_no)
    )


def again(bodies: list[Body], at: int, **changes: Any) -> None:
    """The event at that place once more, at the end, as a command of its own."""
    body = copy.deepcopy(bodies[at])
    number = len(bodies) + 1
    body |= {"seq": number, "event_id": f"{number:032x}", "command_id": f"{number + 500:032x}", "part": 0}
    body["event"] |= changes.pop("event", {})
    bodies.append(body | changes)


def _revision_jumps(bodies: list[Body]) -> None:
    bodies[at_sheet(bodies, "E2", "2")]["event"]["revision"] = 7


def _second_sheet(bodies: list[Body]) -> None:
    again(bodies, at_sheet(bodies, "E2", "2"), event={"revision": 2})


def _after_the_lock(bodies: list[Body]) -> None:
    again(bodies, at_sheet(bodies, "E3", "1"), event={"revision": 2})


def _for_another(bodies: list[Body]) -> None:
    bodies[at_sheet(bodies, "E2", "2")]["event"]["judge"] = "E3"


def _returned_unrecorded(bodies: list[Body]) -> None:
    at = next(at for at, body in enumerate(bodies) if body["event"]["event"] == "SheetReturned")
    again(bodies, at, event={"entry_no": "2", "judge": "E3"})


def _late_before_lock(bodies: list[Body]) -> None:
    again(bodies, at_sheet(bodies, "E2", "2"), event={"event": "LateSheetKept", "judge": "E3"})


def _while_away(bodies: list[Body]) -> None:
    gone = {"event": "PresenceSet", "presence": "absent", "reason": "未到", "judge": "E3"}
    again(bodies, at_sheet(bodies, "E2", "2"), event=gone)
    again(bodies, at_sheet(bodies, "E2", "2"), actor="judge:E3", event={"judge": "E3"})


def _for_who_is_out(bodies: list[Body]) -> None:
    again(bodies, at_sheet(bodies, "E2", "2"), event={"event": "ProjectRemoved", "disqualified": False})
    again(bodies, at_sheet(bodies, "E2", "2"), actor="judge:E3", event={"judge": "E3"})


def _command_twice(bodies: list[Body]) -> None:
    again(bodies, -1, command_id=bodies[-1]["command_id"], actor="judge:E3", event={"judge": "E3"})


def _event_twice(bodies: list[Body]) -> None:
    again(bodies, -1, event_id=bodies[-1]["event_id"], actor="judge:E3", event={"judge": "E3"})


def _part_alone(bodies: list[Body]) -> None:
    again(bodies, -1, part=1, actor="judge:E3", event={"judge": "E3"})


def _gap(bodies: list[Body]) -> None:
    del bodies[-3]


def _opened_twice(bodies: list[Body]) -> None:
    again(bodies, 0)


MADE_UP: dict[str, tuple[Callable[[list[Body]], None], str]] = {
    "a revision that jumps": (_revision_jumps, "revision 7 after 0"),
    "a second sheet of one judge": (_second_sheet, "a second sheet of E2 for 2"),
    "a sheet after the lock": (_after_the_lock, "SheetSubmitted after the lock"),
    "a judge for another": (_for_another, "judge:E2 for E3"),
    "a return of nothing": (_returned_unrecorded, "returned that was never recorded"),
    "late before the lock": (_late_before_lock, "late before the lock"),
    "a sheet of who is away": (_while_away, "away, or for who is out"),
    "a sheet for who is out": (_for_who_is_out, "away, or for who is out"),
    "a command twice": (_command_twice, "is recorded twice"),
    "an event twice": (_event_twice, "is there twice"),
    "half a command": (_part_alone, "without the part before it"),
    "an event gone": (_gap, "is missing"),
    "opened twice": (_opened_twice, "opened once"),
}


@pytest.mark.parametrize("case", MADE_UP)
def test_each_made_up_history_is_found(tmp_path: Path, case: str) -> None:
    bodies = bodies_of(played())
    assert problems(forge(tmp_path / "sound.roadshow", bodies)) == []
    change, found = MADE_UP[case]
    change(bodies)
    assert any(found in one for one in problems(forge(tmp_path / "bad.roadshow", bodies)))


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("UPDATE journal SET body = CAST(body || ' ' AS BLOB) WHERE seq = 20", "not what its hash says"),
        ("UPDATE journal SET hash = zeroblob(32) WHERE seq = 20", "not what its hash says"),
        ("UPDATE journal SET prev_hash = zeroblob(32) WHERE seq = 20", "does not follow"),
        ("UPDATE journal SET actor = 'judge:E1' WHERE seq = 20", "a column says something else"),
        ("DELETE FROM journal WHERE seq = 20", "is missing"),
        ("DROP TABLE journal", "cannot be read"),
    ],
)
def test_a_hand_in_the_file_is_found(tmp_path: Path, sql: str, found: str) -> None:
    path = forge(tmp_path / "x.roadshow", bodies_of(played()))
    connection = sqlite3.connect(path)
    connection.execute(sql)
    connection.commit()
    connection.close()
    assert any(found in one for one in problems(path))


def test_a_history_that_was_made_anew_or_cut_is_found_beside_an_earlier_reading(tmp_path: Path) -> None:
    bodies = bodies_of(played())
    earlier = read_journal(forge(tmp_path / "earlier.roadshow", bodies))
    assert problems(forge(tmp_path / "cut.roadshow", bodies[:-2]), earlier=earlier) == ["2 events are gone"]
    bodies[at_sheet(bodies, "E2", "2")]["event"]["comment"] = "改"
    changed = problems(forge(tmp_path / "changed.roadshow", bodies), earlier=earlier)
    assert changed
    assert all("is not what it was" in one for one in changed)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"seq": 5_000}, "is for what is not stored"),
        ({"hash": "00" * 32}, "something else than is stored"),
        ({"command_id": "x"}, "something else than is stored"),
        ({"digest": "00" * 32}, "other bytes were recorded"),
    ],
)
def test_a_receipt_for_what_was_not_recorded_so_is_found(tmp_path: Path, change: Body, found: str) -> None:
    sitting = played()
    path = forge(tmp_path / "x.roadshow", bodies_of(sitting))
    receipt = receipt_of(read_journal(path)[-1])
    assert problems(path, receipts=[receipt]) == []
    assert any(found in one for one in problems(path, receipts=[receipt | change]))
    assert any("not signed" in one for one in problems(path, receipts=[receipt], room_key="11" * 32))


def test_what_a_room_shows_and_has_not_recorded_is_found(tmp_path: Path) -> None:
    sitting = played()
    path = forge(tmp_path / "x.roadshow", bodies_of(sitting))
    live = copy.deepcopy(shown(sitting.state))
    assert problems(path, live=live) == []
    component = next(iter(live["2", "E2"].values()))
    component[next(iter(component))] += 100
    assert any("shown" in one for one in problems(path, live=live))
    assert any("shown None" in one for one in problems(path, live={}))


def outbox_beside(tmp_path: Path) -> tuple[Path, Outbox]:
    """A file and the outbox of the judge who gave its last sheet."""
    sitting = played()
    bodies = bodies_of(sitting)
    mine = [body for body in bodies if body["actor"] == "judge:E2"]
    lines = []
    for body in mine:
        event = body["event"]
        if body["part"] or event["event"] != "SheetSubmitted":
            continue
        data = json.dumps({"do": "SubmitSheet", "entry_no": event["entry_no"], "points": event["points"]})
        digest = hashlib.sha256(data.encode()).hexdigest()
        for one in bodies:
            if one["command_id"] == body["command_id"]:
                one["command_digest"] = digest
        lines.append(json.dumps({"submit": {"command_id": body["command_id"], "counter": 1, "data": data}}))
    path = tmp_path / "seat.outbox"
    path.write_text("\n".join(lines) + "\n" + '{"submit": {"comm', "utf-8")
    return forge(tmp_path / "x.roadshow", bodies), read_outbox(path, "judge:E2")


def test_the_seats_own_copy_is_held_against_the_journal(tmp_path: Path) -> None:
    path, outbox = outbox_beside(tmp_path)
    assert len(outbox.submits) == 3
    assert problems(path, outboxes=[outbox]) == []
    command = next(iter(outbox.submits))
    refused = copy.deepcopy(outbox)
    refused.refusals[command] = {"command_id": command}
    assert any("was refused" in one for one in problems(path, outboxes=[refused]))
    other = copy.deepcopy(outbox)
    other.submits[command]["data"] = other.submits[command]["data"].replace('"entry_no": "1"', '"entry_no": "2"')
    found = problems(path, outboxes=[other])
    assert any("other bytes" in one for one in found)
    assert any("says something else" in one for one in found)
    lost = copy.deepcopy(outbox)
    del lost.submits[command]
    assert any("never gave" in one for one in problems(path, outboxes=[lost]))


def test_the_fold_takes_a_reserve_out_again_with_who_stood_in_for_him(tmp_path: Path) -> None:
    sitting = played()
    for judge, presence, reserve in (
        ("E3", Presence.ABSENT, "E8"),
        ("E8", Presence.LEFT, "E9"),
        ("E3", Presence.PRESENT, None),
        ("E3", Presence.RECUSED, "E9"),
    ):
        sitting.do(
            "host",
            commands.SetPresence(entry_no="2", judge=judge, presence=presence, reason="换", replaced_by=reserve),
        )
        for one in sitting.state.projects["2"].missing:
            if one != "P1":
                sitting.submit(one, "2", 0.5)
        scores, wrong = fold(read_journal(forge(tmp_path / f"{judge}-{presence}", bodies_of(sitting))))
        assert wrong == []
        assert scores == shown(sitting.state)
