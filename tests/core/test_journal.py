"""The journal: what is hashed, what breaks the chain, and the frozen form of every event."""

from __future__ import annotations

import hashlib
import json
import typing
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge_app.core import commands, events
from judge_app.core.clock import EndedBy, HoldKind, Outcome
from judge_app.core.contest import Judge, Presence
from judge_app.core.events import AnyEvent, Event
from judge_app.core.journal import GENESIS, VERSION, Body, Record, Stamp, chain, first_break, read, seal
from judge_app.core.paper import PaperOrigin
from judge_app.core.review import Tick
from judge_app.core.stages import Showing
from tests.core.sessions import RULES, setup, sheet
from tests.core.simulation import Move, Sitting, moves, play

GOLDEN = Path(__file__).with_name("golden_events.json")
KINDS: tuple[type[Event], ...] = typing.get_args(AnyEvent)

BASE = msgspec.structs.replace(RULES, components=RULES.components[2:], timing=None, popularity=None)
EXAMPLES: list[Event] = [
    events.SessionOpened(setup=setup(BASE, projects=1, judges=setup().contest.judges[3:4])),
    events.RoomStarted(boot_id="b0", origin_real_ns=5, origin_ns=7, rate=1, epoch=2),
    events.ClockStepped(delta_ms=-3_600_000),
    events.ProjectCalled(entry_no="1", call=2),
    events.PhaseStarted(
        run=3, entry_no="1", phase="presentation", planned_ns=480 * 10**9, slides_end=True, started_ns=10**12
    ),
    events.ClockHeld(run=3, kind=HoldKind.TECHNICAL, reason="断电", at_ns=10**12 + 1),
    events.ClockReleased(run=3, at_ns=10**12 + 2, outcome=Outcome.EXTRA_TIME),
    events.TimeAdded(run=3, at_ns=10**12 + 3, delta_ns=-(10**9), reason="表快"),
    events.PhaseEnded(run=3, ended_ns=10**12 + 4, by=EndedBy.DEADLINE, reason="r"),
    events.StepUndone(run=3),
    events.CutOffReported(
        run=3, driver="impress", method="end", curtain_us=17_400, gone_us=-1, confirmed=True, relapse=True
    ),
    events.ScoringOpened(entry_no="1"),
    events.SheetSubmitted(
        entry_no="1",
        judge="P1",
        revision=2,
        points={"professional30": {"专业": 2_750}},
        comment="好",
        late=True,
        paper=PaperOrigin(names=("吴计", "郑核"), photo="ab" * 32),
    ),
    events.PaperEntered(
        entry_no="1",
        judge="P1",
        name="吴计",
        points={"professional30": {"专业": 2_750}},
        comment="好",
        photo="ab" * 32,
    ),
    events.PaperDropped(entry_no="1", judge="P1", reason="已自行提交"),
    events.LateSheetKept(entry_no="1", judge="P1", points={"professional30": {"专业": 0}}, comment="晚"),
    events.SheetReturned(entry_no="1", judge="P1", reason="涂改"),
    events.ReturnAsked(entry_no="1", judge="P1", reason="写错"),
    events.PresenceSet(entry_no="1", judge="P1", presence=Presence.RECUSED, reason="同单位", replaced_by="P9"),
    events.JudgeProposed(judge=Judge(no="P10", name="新评委", judge_class="专业评委"), reason="增补"),
    events.JudgeAdded(judge=Judge(no="P10", name="新评委", judge_class="专业评委"), entry_nos=("2",), reason="增补"),
    events.JudgeDeclined(no="P10", reason="不必"),
    events.ScoringClosed(entry_no="1", missing=("P1",)),
    events.ResultRecomputed(entry_no="1", name="吴计", ticks=(Tick(line="total||", shown="89.20"),)),
    events.ResultChecked(
        entry_no="1", name="郑核", ticks=(Tick(line="total||", shown="89.20", found="89.02", reason="抄错"),)
    ),
    events.NoShowMarked(entry_no="1", forfeit=False, reason="未到"),
    events.ProjectRemoved(entry_no="1", disqualified=True, reason="冒名"),
    events.ProjectsReordered(entry_nos=("2", "1"), reason="车晚点"),
    events.RulingMade(ruling='{"kind":"tie"}', reason="商定"),
    events.ProjectLocked(entry_no="1"),
    events.ProjectReopened(entry_no="1", reason="复议", second_person="周持"),
    events.SignedOff(role="checker", name="郑核", head="ab" * 32),
    events.SessionLocked(),
    events.AssumedConfirmed(path="tie_keys", name="组委会"),
    events.ResultsPublished(),
    events.ResultsShown(kind=Showing.MARKS, entry_no="1", step=2),
    events.MessageShown(text="请靠近话筒"),
    events.SlideShown(run=4, slide=7, at_ns=10**12 + 5),
    events.DeviceEnrolled(
        seat="judge:P1", device="d0", name="LENOVO-7", key="00" * 32, admitted=True, machine="5a" * 16
    ),
    events.DeviceAdmitted(seat="judge:P1", device="d0"),
    events.DeviceRevoked(seat="judge:P1", device="d0", reason="丢失"),
    events.SessionPaused(
        kind=events.PauseKind.RECOVERED,
        sheets=57,
        last_at="2026-12-05T06:32:07.000Z",
        source="x.mirror.jsonl",
        kept="x.damaged-1.roadshow",
        may_lack=True,
    ),
    events.SessionResumed(second_person="周持"),
    events.ChainChosen(reason="备用机的记录齐全"),
]


def body(seq: int, event: Event, **changes: object) -> Body:
    made = Body(
        seq=seq,
        event_id=f"{seq:032x}",
        command_id=f"{seq + 1000:032x}",
        part=0,
        command_digest="cd" * 32,
        version=VERSION,
        actor="judge:P1",
        at=Stamp(mono_ns=seq, boot_id="boot", wall="2026-12-05T09:30:00.000Z"),
        salt=f"{seq:032x}",
        event=event,  # type: ignore[arg-type]
    )
    return msgspec.structs.replace(made, **changes)


def journal(made: list[Event] = EXAMPLES) -> list[Record]:
    records: list[Record] = []
    for seq, event in enumerate(made, start=1):
        records.append(seal(body(seq, event), records[-1].hash if records else GENESIS))
    return records


# the frozen form


def test_every_event_is_written_as_it_always_was() -> None:
    """A change here is a change of the journal's form. A new field with a default may be added to the golden file; for
    anything else raise VERSION and lift the old form on reading."""
    golden = json.loads(GOLDEN.read_text("utf-8"))
    assert {name: msgspec.json.decode(msgspec.json.encode(one)) for name, one in named().items()} == golden


def test_every_event_that_was_ever_written_is_still_read() -> None:
    golden = json.loads(GOLDEN.read_text("utf-8"))
    for name, example in named().items():
        assert msgspec.json.decode(json.dumps(golden[name]), type=AnyEvent) == example


@pytest.mark.parametrize(
    ("name", "member"),
    [("DeviceEnrolled", ("machine",)), ("SheetSubmitted", ("paper",)), ("SessionOpened", ("setup", "rules", "review"))],
)
def test_what_was_written_before_a_member_was_added_is_read(name: str, member: tuple[str, ...]) -> None:
    """Files from before reviews lack them; they mean what they meant."""
    written = json.loads(GOLDEN.read_text("utf-8"))[name]
    held = written
    for key in member[:-1]:
        held = held[key]
    del held[member[-1]]
    event = msgspec.json.decode(json.dumps(written), type=AnyEvent)
    assert type(event) is type(named()[name])


def test_the_bytes_of_a_record_are_the_frozen_ones() -> None:
    """Key order, spacing and number forms count: the bytes are what is hashed. Members added since are left out."""
    record = seal(body(12, msgspec.structs.replace(EXAMPLES[12], paper=None)), bytes(range(32)))
    assert record.data.decode() == (
        '{"seq":12,"event_id":"0000000000000000000000000000000c","command_id":"000000000000000000000000000003f4",'
        f'"part":0,"command_digest":"{"cd" * 32}","version":1,"actor":"judge:P1",'
        '"at":{"mono_ns":12,"boot_id":"boot","wall":"2026-12-05T09:30:00.000Z"},'
        '"salt":"0000000000000000000000000000000c","event":{"event":"SheetSubmitted","entry_no":"1","judge":"P1",'
        '"revision":2,"points":{"professional30":{"专业":2750}},"comment":"好","late":true}}'
    )
    assert record.hash.hex() == "fef664cb3e438555af185c7cb825d630fa81c404abc47f4257789e3ddb0b85a3"


def named() -> dict[str, Event]:
    return {type(one).__name__: one for one in EXAMPLES}


def test_the_examples_are_one_of_each_event_with_every_field_set() -> None:
    assert [type(one) for one in EXAMPLES] == list(KINDS)
    for example in EXAMPLES:
        if isinstance(example, events.SessionOpened):
            continue  # its defaults are the contest's own
        written = msgspec.to_builtins(example)
        assert set(written) == {"event", *example.__struct_fields__}, "a default would hide a renamed field"


# the chain


def test_the_hash_is_the_documented_one() -> None:
    record = journal()[1]
    length = len(record.data).to_bytes(8, "big")
    assert record.hash == hashlib.sha256(b"rsj-ev-v1\x00" + record.prev_hash + length + record.data).digest()
    assert journal()[0].prev_hash == bytes(32)


def test_a_record_comes_back_as_it_was() -> None:
    for record in journal():
        again = read(record.data, record.prev_hash, record.hash)
        assert again == record
        assert (again.seq, again.event, again.kind) == (record.seq, record.event, type(record.event).__name__)
        assert seal(again.body, again.prev_hash) == record


@given(st.lists(moves, max_size=40))
@settings(max_examples=30)
def test_a_session_comes_back_from_its_bytes(moved: list[Move]) -> None:
    sitting = Sitting()
    for move in moved:
        play(sitting, move)
    assert first_break(sitting.records) is None
    assert sitting.read_back() == sitting.state


def test_a_whole_chain_has_no_break_and_neither_has_none() -> None:
    assert first_break(journal()) is None
    assert first_break([]) is None


def forged(record: Record, change: Callable[[Body], Body]) -> Record:
    """A record with another body and its own hash made to fit: all but the ones behind it are put right."""
    return seal(change(record.body), record.prev_hash)


Tamper = Callable[[list[Record], int], tuple[list[Record], int]]


def flipped(records: list[Record], at: int) -> tuple[list[Record], int]:
    record = records[at]
    data = record.data.replace(b'"judge:P1"', b'"judge:P2"')
    assert data != record.data
    return [*records[:at], read(data, record.prev_hash, record.hash), *records[at + 1 :]], at + 1


def rehashed(records: list[Record], at: int) -> tuple[list[Record], int]:
    other = forged(records[at], lambda one: msgspec.structs.replace(one, actor="judge:P2"))
    return [*records[:at], other, *records[at + 1 :]], at + 2


def hash_changed(records: list[Record], at: int) -> tuple[list[Record], int]:
    record = records[at]
    other = read(record.data, record.prev_hash, bytes(32))
    return [*records[:at], other, *records[at + 1 :]], at + 1


def prev_changed(records: list[Record], at: int) -> tuple[list[Record], int]:
    record = records[at]
    other = read(record.data, b"\x01" * 32, record.hash)
    return [*records[:at], other, *records[at + 1 :]], at + 1


def prev_changed_and_rehashed(records: list[Record], at: int) -> tuple[list[Record], int]:
    return [*records[:at], seal(records[at].body, b"\x01" * 32), *records[at + 1 :]], at + 1


def removed(records: list[Record], at: int) -> tuple[list[Record], int]:
    return [*records[:at], *records[at + 1 :]], at + 2


def doubled(records: list[Record], at: int) -> tuple[list[Record], int]:
    return [*records[: at + 1], *records[at:]], at + 1


def swapped(records: list[Record], at: int) -> tuple[list[Record], int]:
    return [*records[:at], records[at + 1], records[at], *records[at + 2 :]], at + 2


def renumbered(records: list[Record], at: int) -> tuple[list[Record], int]:
    other = forged(records[at], lambda one: msgspec.structs.replace(one, seq=777))
    return [*records[:at], other, *records[at + 1 :]], 777


def slipped_in(records: list[Record], at: int) -> tuple[list[Record], int]:
    new = seal(body(at + 1, events.SessionLocked(), salt="f" * 32), records[at].prev_hash)
    return [*records[:at], new, *records[at:]], at + 1


def head_cut(records: list[Record], at: int) -> tuple[list[Record], int]:
    return records[at + 1 :], at + 2


@pytest.mark.parametrize("at", [0, 1, 7, len(EXAMPLES) - 2])
@pytest.mark.parametrize(
    "tamper",
    [
        flipped,
        rehashed,
        hash_changed,
        prev_changed,
        prev_changed_and_rehashed,
        removed,
        doubled,
        swapped,
        renumbered,
        slipped_in,
        head_cut,
    ],
)
def test_the_first_bad_record_is_named(tamper: Tamper, at: int) -> None:
    """Named by the seq it bears; a record whose own hash was made to fit is betrayed by the next."""
    records, wanted = tamper(journal(), at)
    assert first_break(records) == wanted


@given(st.data())
def test_one_byte_anywhere_breaks_the_chain_or_is_no_record(data: st.DataObject) -> None:
    records = journal()
    at = data.draw(st.integers(0, len(records) - 1))
    record = records[at]
    position = data.draw(st.integers(0, len(record.data) - 1))
    bad = bytearray(record.data)
    bad[position] ^= data.draw(st.integers(1, 255))
    try:
        other = read(bytes(bad), record.prev_hash, record.hash)
    except msgspec.DecodeError:
        return
    found = first_break([*records[:at], other, *records[at + 1 :]])
    assert found == other.seq


def test_a_tail_cut_off_is_not_seen_by_the_chain_alone() -> None:
    """That is what witnesses are for: receipts, sheets, mirrors and the centre hold the head."""
    assert first_break(journal()[:-3]) is None


# what is no record of ours


def tampered(change: Callable[[dict[str, typing.Any]], object]) -> bytes:
    built = msgspec.to_builtins(journal()[12].body)
    change(built)
    return json.dumps(built).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"\xff",
        b'{"seq":"\xff"}',
        tampered(lambda one: one.update(more=1)),
        tampered(lambda one: one["event"].update(more=1)),
        tampered(lambda one: one["at"].update(more=1)),
        tampered(lambda one: one.pop("salt")),
        tampered(lambda one: one.update(salt="")),
        tampered(lambda one: one.update(salt="0" * 31)),
        tampered(lambda one: one.update(salt="0" * 33)),
        tampered(lambda one: one.update(salt="0" * 31 + "G")),
        tampered(lambda one: one.update(salt="0" * 32 + "\n")),
        tampered(lambda one: one.update(seq="1")),
        tampered(lambda one: one.update(seq=True)),
        tampered(lambda one: one.update(seq=1.5)),
        tampered(lambda one: one.update(version=VERSION + 1)),
        tampered(lambda one: one.update(version=0)),
        tampered(lambda one: one["event"].update(event="Coffee")),
        tampered(lambda one: one["event"].pop("event")),
        tampered(lambda one: one["event"].update(points={"x": {"y": 1.5}})),
        tampered(lambda one: one["event"].update(points={"x": {"y": True}})),
        tampered(lambda one: one["event"].update(points={"x": {"y": None}})),
        tampered(lambda one: one["event"].update(points={"x": {"y": "8"}})),
    ],
)
def test_bytes_that_are_no_record_are_refused(data: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        read(data, GENESIS, GENESIS)


@pytest.mark.parametrize("salt", ["", "0" * 31, "0" * 33, "x" * 32, "A" * 32, "0" * 32 + "\n", "０" * 32])
def test_a_record_is_not_sealed_without_128_bits_of_salt(salt: str) -> None:
    with pytest.raises(ValueError, match="salt"):
        seal(body(1, events.SessionLocked(), salt=salt), GENESIS)


def test_the_same_event_under_two_salts_has_two_hashes() -> None:
    one, other = (seal(body(1, EXAMPLES[12], salt=salt * 32), GENESIS) for salt in "01")
    assert one.hash != other.hash
    assert chain(GENESIS, one.data) == one.hash


def test_an_event_by_a_command_is_told_from_the_rooms_own() -> None:
    assert body(1, events.SessionLocked()).by_command
    assert not body(1, events.SessionLocked(), command_digest="").by_command


def test_the_sheets_of_a_session_share_the_names_of_their_lines() -> None:
    """Each record that is read brings its own copies of them, which take more memory than the marks."""
    sitting = Sitting()
    sitting.do("host", commands.CallProject(entry_no="1"))
    sitting.do("host", commands.StartPhase(phase="presentation"))
    for judge in ("E2", "E3"):
        points = sheet(sitting.setup, judge, entry_no="1")
        sitting.do(judge, commands.SubmitSheet(entry_no="1", revision=0, points=points))
    held = sitting.read_back().projects["1"].sheets
    names = [[name for marks in (held[judge].points or {}).values() for name in marks] for judge in ("E2", "E3")]
    assert [id(name) for name in names[0]] == [id(name) for name in names[1]]
    assert held["E2"].points == sheet(sitting.setup, "E2", entry_no="1")
    read_names = [
        next(iter(next(iter(sheet_read.points.values()))))
        for sheet_read in (read(r.data, r.prev_hash, r.hash).event for r in sitting.records)
        if isinstance(sheet_read, events.SheetSubmitted)
    ]
    assert len({id(name) for name in read_names}) == 2  # and so it is not by itself
