"""Written bad inputs, each refused with a reason in two languages, nothing stored and nothing of ours failed.

One room takes them all: signed by a real device, over its WebSocket or by HTTP as anybody could send them. The tables name
the seat, the bytes and the refusal. Bad files and links are tested beside their readers; the last test counts them all.
"""

from __future__ import annotations

import asyncio
import enum
import json
import threading
import typing
import uuid
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from judge_app.core import commands
from judge_app.room import server
from judge_app.wire import messages, signing
from judge_app.wire.messages import Denied, Refusal
from tests.core.sessions import sheet
from tests.exchange import test_entries, test_scores, test_tabulation, test_workbook
from tests.room import test_server
from tests.room.halls import WAIT_S, Device, Hall, ended, hall, heard
from tests.store import test_session_file
from tests.verify import test_verify
from tests.wire import test_link

T = TypeVar("T")


class Live:
    """One room for the whole module, on a loop of its own; project 1 is on stage, 2 and 3 wait."""

    def __init__(self, folder: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._end: asyncio.Future[None]
        self._devices: dict[str, Device] = {}
        self.held: Hall = self.run(self._open(folder))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(WAIT_S)

    async def _open(self, folder: Path) -> Hall:
        opened: asyncio.Future[Hall] = self._loop.create_future()
        self._end = self._loop.create_future()
        self._closed = asyncio.ensure_future(self._keep(folder, opened))
        return await opened

    async def _keep(self, folder: Path, opened: asyncio.Future[Hall]) -> None:
        async with hall(folder, automatic=True) as held:
            held.server._pairing = server.Buckets(1e9, 1e9)  # how fast one may ask is another test's
            held.server._enrolling = server.Buckets(1e9, 1e9)
            await held.begin("1")
            opened.set_result(held)
            await self._end

    def close(self) -> None:
        async def end() -> None:
            self._end.set_result(None)
            await self._closed

        self.run(end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def device(self, seat: str) -> Device:
        if seat == "host":
            assert self.held.host is not None
            return self.held.host
        if seat not in self._devices:
            self._devices[seat] = await self.held.seated(seat)
        return self._devices[seat]

    def stored(self) -> tuple[int, int]:
        """How far the journal is, decided and committed: it may not move by what is refused."""
        return self.held.room.state.seq, self.held.room.committed.seq

    async def command(self, seat: str, text: str) -> Any:
        """What the room says to a device's signed text."""
        device = await self.device(seat)
        return await self.held.room.submit(self.held.seat(seat), device.id, device.sign(text))

    async def frame(self, seat: str, data: str | bytes) -> list[Any]:
        """What comes back for a frame after the welcome: the next answer, or all until the end."""
        async with self.held.socket(await self.device(seat)) as ws:
            await heard(ws, messages.View)
            if isinstance(data, bytes):
                await ws.send_bytes(data)
            else:
                await ws.send_str(data)
            return [one for one in await ended(ws) if not isinstance(one, messages.View)]

    async def post(self, path: str, body: bytes) -> tuple[int, Any]:
        async with self.held.http() as http, http.post(path, data=body) as response:
            return response.status, await response.read()


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live(tmp_path_factory.mktemp("live"))
    yield made
    made.close()


# 1. sheets: every value that is no mark


LINE = ("expert100", "表现")

VALUES: dict[str, tuple[str, str]] = {
    "one below zero": ("-1", "out_of_range"),
    "a hundredth over the full marks": ("4001", "out_of_range"),
    "a step over the full marks": ("4100", "out_of_range"),
    "half a mark where whole ones are given": ("1550", "off_step"),
    "a hundredth": ("1", "off_step"),
    "twice the full marks": ("8000", "out_of_range"),
    "the marks themselves, not hundredths of a huge kind": ("99999900", "out_of_range"),
    "the greatest int of 64 bits": (str(2**63 - 1), "out_of_range"),
    "the least int of 64 bits": (str(-(2**63)), "out_of_range"),
    "over 64 bits": (str(2**64), "*"),
    "four hundred digits": ("9" * 400, "out_of_range"),
    "a fraction": ("15.5", "malformed"),
    "a fraction below the step": ("0.001", "malformed"),
    "not a number": ("NaN", "malformed"),
    "infinity": ("Infinity", "malformed"),
    "minus infinity": ("-Infinity", "malformed"),
    "over the greatest double": ("1e309", "malformed"),
    "a huge exponent": ("1e400000", "malformed"),
    "text of digits": ('"8"', "malformed"),
    "empty text": ('""', "malformed"),
    "text of nan": ('"NaN"', "malformed"),
    "full-width digits": ('"１５００"', "malformed"),
    "digits of another script": ("١٥٠٠", "malformed"),
    "true": ("true", "malformed"),
    "false": ("false", "malformed"),
    "null": ("null", "malformed"),
    "a list": ("[1500]", "malformed"),
    "an object": ('{"value":1500}', "malformed"),
    "nothing": ("", "malformed"),
    "octal": ("01500", "malformed"),
    "hexadecimal": ("0x5DC", "malformed"),
    "a leading plus": ("+1500", "malformed"),
    "a thousands separator": ("1,500", "malformed"),
    "an underscore": ("1_500", "malformed"),
    "a full stop behind": ("1500.", "malformed"),
    "a comment": ("1500/*15*/", "malformed"),
    "undefined": ("undefined", "malformed"),
    "minus alone": ("-", "malformed"),
    "two minuses": ("--1500", "malformed"),
}
"""Name → (JSON in the place of one mark, the refusal; * for any)."""


def good_sheet(live: Live, judge: str = "E2") -> dict[str, Any]:
    points = sheet(live.held.setup, judge, 0.5, "1")
    return {"do": "SubmitSheet", "entry_no": "1", "revision": 0, "points": points}


def text_of(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def refused(live: Live, seat: str, text: str, code: str) -> Refusal:
    """The text is refused with that code, in both languages, and nothing is stored."""
    live.run(live.device(seat))
    before = live.stored()
    answer = live.run(live.command(seat, text))
    assert isinstance(answer, Refusal), answer
    assert code in ("*", answer.code)
    assert answer.zh
    assert answer.en
    assert not answer.again
    assert live.stored() == before
    return answer


@pytest.mark.parametrize("case", VALUES)
def test_a_mark_that_is_none_is_refused(live: Live, case: str) -> None:
    value, code = VALUES[case]
    given = good_sheet(live)
    given["points"][LINE[0]][LINE[1]] = "@"
    refused(live, "judge:E2", text_of(given).replace('"@"', value), code)


@pytest.mark.parametrize("judge", ["E2", "P1"])
@pytest.mark.parametrize("how", ["below zero", "over the full marks", "off the step", "left out", "twice as one more"])
def test_every_line_of_a_sheet_has_its_own_bounds(live: Live, judge: str, how: str) -> None:
    lines = [(key, name) for key, given in good_sheet(live, judge)["points"].items() for name in given]
    assert lines
    for key, name in lines:
        given = good_sheet(live, judge)
        component = next(one for one in live.held.setup.rules.components if one.key == key)
        full = next(int(one.max * 100) for one in component.criteria if one.name == name)
        values = given["points"][key]
        code = "out_of_range"
        if how == "below zero":
            values[name] = -100
        elif how == "over the full marks":
            values[name] = full + 100
        elif how == "off the step":
            values[name], code = 37, "off_step"
        elif how == "left out":
            del values[name]
            code = "wrong_criteria"
        else:
            values[name + " "], code = values[name], "wrong_criteria"
        refused(live, f"judge:{judge}", text_of(given), code)


# 2. sheets: every form that is none


def changed(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda given: given.update(changes)


def without(name: str) -> Callable[[dict[str, Any]], None]:
    def change(given: dict[str, Any]) -> None:
        del given[name]

    return change


def points(change: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], None]:
    def apply(given: dict[str, Any]) -> None:
        change(given["points"])

    return apply


def renamed(old: str, new: str) -> Callable[[dict[str, Any]], None]:
    return points(lambda held: held.update({new: held.pop(old)}))


def criterion(old: str, new: str) -> Callable[[dict[str, Any]], None]:
    return points(lambda held: held["expert100"].update({new: held["expert100"].pop(old)}))


SHEETS: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "no points": (changed(points={}), "wrong_components"),
    "a component short": (points(lambda held: held.pop("creative10")), "wrong_components"),
    "a component of another class": (
        points(lambda held: held.update(professional30={"专业": 1500})),
        "wrong_components",
    ),
    "another class's sheet": (changed(points={"professional30": {"专业": 1500}}), "wrong_components"),
    "a component that nobody knows": (points(lambda held: held.update(bonus={"送分": 100})), "wrong_components"),
    "a component in capitals": (renamed("expert100", "EXPERT100"), "wrong_components"),
    "a component with a space": (renamed("expert100", "expert100 "), "wrong_components"),
    "a component with an invisible character": (renamed("expert100", "expert\u200b100"), "wrong_components"),
    "a component's printed name": (renamed("expert100", "专家评委评分"), "wrong_components"),
    "an empty component": (points(lambda held: held.update(expert100={})), "wrong_criteria"),
    "a line renamed": (criterion("表现", "表演"), "wrong_criteria"),
    "a line in a look-alike character": (criterion("表现", "⾐现"), "wrong_criteria"),
    "a line with a bidi mark": (criterion("表现", "\u202e表现"), "wrong_criteria"),
    "a line that is empty text": (criterion("表现", ""), "wrong_criteria"),
    "points that are a list": (changed(points=[["expert100", {"表现": 1500}]]), "malformed"),
    "points that are text": (changed(points="1500"), "malformed"),
    "points that are one number": (changed(points=1500), "malformed"),
    "points one level too flat": (changed(points={"expert100": 5000}), "malformed"),
    "points one level too deep": (changed(points={"expert100": {"表现": {"表现": 1500}}}), "malformed"),
    "a project that there is not": (changed(entry_no="99"), "unknown_project"),
    "a project with a nought before": (changed(entry_no="01"), "unknown_project"),
    "a project with a space": (changed(entry_no=" 1"), "unknown_project"),
    "a full-width project": (changed(entry_no="１"), "unknown_project"),
    "no project's number": (changed(entry_no=""), "unknown_project"),
    "a path for a project": (changed(entry_no="../1"), "unknown_project"),
    "SQL for a project": (changed(entry_no="1'; DROP TABLE journal;--"), "unknown_project"),
    "a project of 100 000 characters": (changed(entry_no="1" * 100_000), "unknown_project"),
    "a project that waits": (changed(entry_no="2"), "not_open"),
    "a number for a project": (changed(entry_no=1), "malformed"),
    "a list of projects": (changed(entry_no=["1", "2"]), "malformed"),
    "a revision ahead": (changed(revision=1), "stale_revision"),
    "a revision far ahead": (changed(revision=2**62), "stale_revision"),
    "a revision below zero": (changed(revision=-1), "stale_revision"),
    "a revision as text": (changed(revision="0"), "malformed"),
    "a revision as a fraction": (changed(revision=0.5), "malformed"),
    "a revision that is true": (changed(revision=True), "malformed"),
    "no revision": (without("revision"), "malformed"),
    "a comment one character too long": (changed(comment="评" * 2_001), "too_long"),
    "a comment of a megabyte's kind": (changed(comment="x" * 200_000), "too_long"),
    "a comment that is a number": (changed(comment=5), "malformed"),
    "a comment that is nothing": (changed(comment=None), "malformed"),
    "a judge named in the sheet": (changed(judge="E3"), "malformed"),
    "a seat named in the sheet": (changed(seat="judge:E3"), "malformed"),
    "an instant named in the sheet": (changed(at=0), "malformed"),
    "an event's own mark": (changed(late=False), "malformed"),
    "an event's name": (changed(event="SheetSubmitted"), "malformed"),
    "no name of a command": (without("do"), "malformed"),
    "another name of a command": (changed(do="SubmitSheets"), "malformed"),
    "the name in small letters": (changed(do="submitsheet"), "malformed"),
    "a number for a name": (changed(do=1), "malformed"),
    "nothing for a name": (changed(do=None), "malformed"),
    "a list for a name": (changed(do=["SubmitSheet"]), "malformed"),
    "an event for a command": (changed(do="SheetSubmitted"), "malformed"),
}


@pytest.mark.parametrize("case", SHEETS)
def test_a_sheet_of_another_form_is_refused(live: Live, case: str) -> None:
    change, code = SHEETS[case]
    given = good_sheet(live)
    change(given)
    refused(live, "judge:E2", text_of(given), code)


TEXTS: dict[str, str] = {
    "nothing": "",
    "a blank": " ",
    "a nought character": "\x00",
    "an empty object": "{}",
    "a list": "[]",
    "null": "null",
    "a word": "SubmitSheet",
    "a number": "1",
    "two commands": '{"do":"UndoStep"}{"do":"UndoStep"}',
    "two commands in a list": '[{"do":"UndoStep"},{"do":"UndoStep"}]',
    "something behind the command": '{"do":"UndoStep"} x',
    "a byte order mark before it": '\ufeff{"do":"UndoStep"}',
    "a comment before it": '// now\n{"do":"UndoStep"}',
    "a comma behind the last member": '{"do":"UndoStep",}',
    "single quotes": "{'do':'UndoStep'}",
    "no quotes": "{do:UndoStep}",
    "an unclosed object": '{"do":"UndoStep"',
    "an unclosed text": '{"do":"UndoStep',
    "half a surrogate pair": '{"do":"ShowMessage","text":"\\ud800"}',
    "the other half": '{"do":"ShowMessage","text":"\\udc00 x"}',
    "an escape that is none": '{"do":"ShowMessage","text":"\\x41"}',
    "a line break inside a text": '{"do":"ShowMessage","text":"a\nb"}',
    "ten thousand lists": "[" * 10_000 + "]" * 10_000,
    "ten thousand objects": '{"do":' * 10_000 + "1" + "}" * 10_000,
    "XML": "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>",
    "a pickle": "cos\nsystem\n(S'id'\ntR.",
    "YAML": "do: UndoStep",
    "a query": "do=UndoStep",
    "base64": "eyJkbyI6IlVuZG9TdGVwIn0=",
    "an unknown member": '{"do":"UndoStep","force":true}',
    "a member of Python's": '{"do":"UndoStep","__class__":"x"}',
}


@pytest.mark.parametrize("case", TEXTS)
def test_a_text_that_is_no_command_is_refused(live: Live, case: str) -> None:
    refused(live, "host", TEXTS[case], "malformed")


# 3. every member of every command: left out, of another kind, null


def sample(kind: Any) -> Any:
    """A value of a member's type."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if type(None) in arguments:
        return sample(next(one for one in arguments if one is not type(None)))
    if origin is tuple:
        return []
    if origin is dict:
        return {}
    if origin is typing.Annotated:
        return sample(arguments[0])
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return next(iter(kind)).value
    return {str: "x", int: 1, bool: True}.get(kind, "x")


def members() -> list[tuple[str, str, str]]:
    """(command, member, how it is wrong) for all of them."""
    made = []
    for command in typing.get_args(commands.AnyCommand):
        hints = typing.get_type_hints(command)
        for field in msgspec.structs.fields(command):
            kinds = ["another kind"]
            if field.required:
                kinds.append("left out")
            if type(None) not in typing.get_args(hints[field.name]):
                kinds.append("null")
            made += [(command.__name__, field.name, kind) for kind in kinds]
    return made


MEMBERS = members()


@pytest.mark.parametrize(("command", "member", "how"), MEMBERS, ids=["-".join(one) for one in MEMBERS])
def test_a_command_with_a_member_of_another_kind_is_refused(live: Live, command: str, member: str, how: str) -> None:
    kind = getattr(commands, command)
    hints = typing.get_type_hints(kind)
    given = {"do": command} | {
        field.name: sample(hints[field.name]) for field in msgspec.structs.fields(kind) if field.required
    }
    messages.read_command(text_of(given))  # without the change it is one
    if how == "left out":
        del given[member]
    elif how == "null":
        given[member] = None
    else:
        good = sample(hints[member])
        given[member] = 7.5 if isinstance(good, str) else "8" if isinstance(good, int) else 8
    refused(live, "host", text_of(given), "malformed")


# 4. what fits no room as it stands: project 1 presents, 2 and 3 wait, nobody has given a sheet


def do(command: str, /, **members: Any) -> str:
    return text_of({"do": command, **members})


LONG = "长" * 2_001

STATES: dict[str, tuple[str, str, str]] = {
    "a project nobody knows is called": ("host", do("CallProject", entry_no="9"), "unknown_project"),
    "another is called while one presents": ("host", do("CallProject", entry_no="2"), "busy"),
    "a phase nobody knows": ("host", do("StartPhase", phase="lunch"), "unknown_phase"),
    "a phase without a name": ("host", do("StartPhase", phase=""), "unknown_phase"),
    "the phase that runs is begun again": ("host", do("StartPhase", phase="presentation"), "phase_done"),
    "held without a reason": ("host", do("HoldClock", technical=True, reason=""), "reason_needed"),
    "held for blanks": ("host", do("HoldClock", technical=True, reason=" \u3000\t"), "reason_needed"),
    "held for too long a reason": ("host", do("HoldClock", technical=False, reason=LONG), "too_long"),
    "released and not held": ("host", do("ReleaseClock"), "not_held"),
    "no seconds given": ("host", do("AddTime", seconds=0, reason="补"), "bad_time"),
    "an hour and a second given": ("host", do("AddTime", seconds=3_601, reason="补"), "bad_time"),
    "an hour and a second taken": ("host", do("AddTime", seconds=-3_601, reason="补"), "bad_time"),
    "all the time taken": ("host", do("AddTime", seconds=-480, reason="补"), "bad_time"),
    "seconds of a year": ("host", do("AddTime", seconds=31_536_000, reason="补"), "bad_time"),
    "seconds over 64 bits of nanoseconds": ("host", do("AddTime", seconds=2**62, reason="补"), "bad_time"),
    "time given without a reason": ("host", do("AddTime", seconds=10, reason=""), "reason_needed"),
    "ended for too long a reason": ("host", do("EndPhase", reason=LONG), "too_long"),
    "again without a reason": ("host", do("RestartPhase", reason=""), "reason_needed"),
    "a no-show on stage": ("host", do("MarkNoShow", entry_no="1", forfeit=True, reason="未到"), "already_heard"),
    "a no-show nobody knows": ("host", do("MarkNoShow", entry_no="", forfeit=True, reason="未到"), "unknown_project"),
    "a no-show without a reason": ("host", do("MarkNoShow", entry_no="2", forfeit=False, reason=" "), "reason_needed"),
    "out while on stage": ("host", do("RemoveProject", entry_no="1", disqualified=False, reason="退"), "busy"),
    "out without a reason": ("host", do("RemoveProject", entry_no="2", disqualified=True, reason=""), "reason_needed"),
    "who is out is nobody": (
        "chair",
        do("RemoveProject", entry_no="x", disqualified=True, reason="退"),
        "unknown_project",
    ),
    "an order with one missing": ("host", do("ReorderProjects", entry_nos=["2"], reason="换"), "bad_order"),
    "an order with one twice": ("host", do("ReorderProjects", entry_nos=["2", "2"], reason="换"), "bad_order"),
    "an order with who presents": ("host", do("ReorderProjects", entry_nos=["1", "2", "3"], reason="换"), "bad_order"),
    "an order of nobody": ("host", do("ReorderProjects", entry_nos=[], reason="换"), "bad_order"),
    "an order of strangers": ("host", do("ReorderProjects", entry_nos=["a", "b"], reason="换"), "bad_order"),
    "an order without a reason": ("host", do("ReorderProjects", entry_nos=["3", "2"], reason=""), "reason_needed"),
    "a judge nobody knows is absent": (
        "host",
        do("SetPresence", entry_no="1", judge="E99", presence="absent", reason="未到"),
        "not_expected",
    ),
    "a reserve who is not in is absent": (
        "host",
        do("SetPresence", entry_no="1", judge="E8", presence="absent", reason="未到"),
        "not_expected",
    ),
    "absent without a reason": (
        "host",
        do("SetPresence", entry_no="1", judge="E2", presence="absent", reason=""),
        "reason_needed",
    ),
    "present and present again": (
        "host",
        do("SetPresence", entry_no="1", judge="E2", presence="present", reason="来了"),
        "no_change",
    ),
    "a colleague for a reserve": (
        "host",
        do("SetPresence", entry_no="1", judge="E2", presence="absent", reason="未到", replaced_by="E3"),
        "not_reserve",
    ),
    "himself for a reserve": (
        "host",
        do("SetPresence", entry_no="1", judge="E2", presence="absent", reason="未到", replaced_by="E2"),
        "not_reserve",
    ),
    "a reserve of another class": (
        "host",
        do("SetPresence", entry_no="1", judge="E2", presence="absent", reason="未到", replaced_by="P9"),
        "wrong_class",
    ),
    "a reserve nobody knows": (
        "host",
        do("SetPresence", entry_no="1", judge="E2", presence="absent", reason="未到", replaced_by="E99"),
        "unknown_judge",
    ),
    "a presence at a project nobody knows": (
        "host",
        do("SetPresence", entry_no="9", judge="E2", presence="absent", reason="未到"),
        "unknown_project",
    ),
    "a presence that is none": (
        "host",
        do("SetPresence", entry_no="1", judge="E2", presence="asleep", reason="未到"),
        "malformed",
    ),
    "too long a message": ("host", do("ShowMessage", text="请" * 2_001), "too_long"),
    "a slide again while the talk goes on": ("host", do("ShowSlide", slide=7), "not_in_questions"),
    "a slide that is no number": ("host", do("ShowSlide", slide="7"), "malformed"),
    "a device nobody knows is let in": ("host", do("AdmitDevice", seat="judge:E2", device="x"), "unknown_device"),
    "a seat nobody knows": ("host", do("AdmitDevice", seat="judge:E99", device="x"), "unknown_device"),
    "a device nobody knows is put out": (
        "host",
        do("RevokeDevice", seat="judge:E2", device="x", reason="换机"),
        "unknown_device",
    ),
    "recused without a reason": ("judge:E2", do("Recuse", entry_no="1", reason=""), "reason_needed"),
    "recused with too long a reason": ("judge:E2", do("Recuse", entry_no="1", reason=LONG), "too_long"),
    "recused at a project nobody knows": ("judge:E2", do("Recuse", entry_no="x", reason="同事"), "unknown_project"),
    "a return of nothing is asked": ("judge:E2", do("AskReturn", entry_no="1", reason="改"), "not_recorded"),
    "a return nobody knows is asked": ("judge:E2", do("AskReturn", entry_no="x", reason="改"), "unknown_project"),
    "closed while it presents": ("host", do("CloseScoring", entry_no="1"), "wrong_stage"),
    "closed before it came": ("chair", do("CloseScoring", entry_no="2"), "wrong_stage"),
    "closed and nobody knows it": ("chair", do("CloseScoring", entry_no=""), "unknown_project"),
    "returned and never recorded": (
        "chair",
        do("ReturnSheet", entry_no="1", judge="E2", reason="看不清"),
        "not_recorded",
    ),
    "returned and nobody knows him": (
        "chair",
        do("ReturnSheet", entry_no="1", judge="E99", reason="x"),
        "not_recorded",
    ),
    "a ruling that is empty": ("chair", do("MakeRuling", ruling="", reason="x"), "bad_ruling"),
    "a ruling that is no JSON": ("chair", do("MakeRuling", ruling="first prize to us", reason="x"), "bad_ruling"),
    "a ruling of a kind nobody knows": ("chair", do("MakeRuling", ruling='{"kind":"gift"}', reason="x"), "bad_ruling"),
    "a ruling of 20 001 characters": ("chair", do("MakeRuling", ruling=" " * 20_001, reason="x"), "too_long"),
    "a ruling that is a list": ("chair", do("MakeRuling", ruling="[]", reason="x"), "bad_ruling"),
    "a ruling that is deep": ("chair", do("MakeRuling", ruling="[" * 9_000, reason="x"), "bad_ruling"),
    "locked while it presents": ("chair", do("LockProject", entry_no="1"), "wrong_stage"),
    "locked before it came": ("chair", do("LockProject", entry_no="2"), "wrong_stage"),
    "locked and nobody knows it": ("chair", do("LockProject", entry_no="9"), "unknown_project"),
    "opened again and not locked": (
        "chair",
        do("ReopenProject", entry_no="1", reason="复议", second_person="周持"),
        "not_locked",
    ),
    "the session locked with projects left": ("chair", do("LockSession"), "not_signed"),
    "published and not locked": ("chair", do("PublishResults"), "not_locked"),
    "an assumption nobody made": ("chair", do("ConfirmAssumed", path="prize_money", name="组委会"), "not_assumed"),
    "an assumption confirmed by nobody": ("chair", do("ConfirmAssumed", path="tie_keys", name=" "), "name_needed"),
    "a cut-off of a phase nobody knows": (
        "stage",
        do("ReportCutOff", run=99, driver="pdf", method="own", curtain_us=1, gone_us=1, confirmed=True),
        "unknown_run",
    ),
    "a cut-off of a phase below zero": (
        "stage",
        do("ReportCutOff", run=-1, driver="pdf", method="own", curtain_us=1, gone_us=1, confirmed=True),
        "unknown_run",
    ),
    "signed by another role": ("scorer", do("SignOff", role="chair", name="王一", head="ab" * 32), "wrong_role"),
    "signed with no name": ("chair", do("SignOff", role="chair", name="", head="ab" * 32), "name_needed"),
    "signed with too long a name": ("chair", do("SignOff", role="chair", name="王" * 51, head="ab" * 32), "*"),
    "the host scores": ("host", do("SubmitSheet", entry_no="1", revision=0, points={}), "not_allowed"),
    "the chair's desk scores": ("chair", do("SubmitSheet", entry_no="1", revision=0, points={}), "not_allowed"),
    "a judge calls": ("judge:E2", do("CallProject", entry_no="2"), "not_allowed"),
    "a judge locks": ("judge:E2", do("LockProject", entry_no="1"), "not_allowed"),
    "a judge returns a colleague's sheet": (
        "judge:E2",
        do("ReturnSheet", entry_no="1", judge="E3", reason="x"),
        "not_allowed",
    ),
    "a judge lets a device in": ("judge:E2", do("AdmitDevice", seat="judge:E3", device="x"), "not_allowed"),
    "a viewer publishes": ("viewer", do("PublishResults"), "not_allowed"),
    "a viewer says something": ("viewer", do("ShowMessage", text="hello"), "not_allowed"),
    "the stage gives time": ("stage", do("AddTime", seconds=60, reason="补"), "not_allowed"),
    "the timekeeper calls": ("timekeeper", do("CallProject", entry_no="2"), "not_allowed"),
    "the scorer rules": ("scorer", do("MakeRuling", ruling="{}", reason="x"), "not_allowed"),
    "the checker signs for the chair": ("checker", do("SignOff", role="chair", name="王一", head=""), "wrong_role"),
    "the supervisor locks": ("supervisor", do("LockSession"), "not_allowed"),
    "a reserve who is not in scores": (
        "judge:E8",
        do("SubmitSheet", entry_no="1", revision=0, points={}),
        "not_expected",
    ),
    "results shown before they are published": ("host", do("ShowResults", kind="ranking"), "*"),
    "a room that goes on goes on": ("host", do("GoOn"), "*"),
}


@pytest.mark.parametrize("case", STATES)
def test_what_does_not_fit_the_room_as_it_stands_is_refused(live: Live, case: str) -> None:
    refused(live, *STATES[case])


# 5. envelopes: what is around a command


ENVELOPES: dict[str, dict[str, Any]] = {
    "an id in capitals": {"command_id": "6BA7B810-9DAD-41D1-80B4-00C04FD430C8"},
    "an id in braces": {"command_id": "{6ba7b810-9dad-41d1-80b4-00c04fd430c8}"},
    "an id without hyphens": {"command_id": "6ba7b8109dad41d180b400c04fd430c8"},
    "an empty id": {"command_id": ""},
    "an id that is a path": {"command_id": "../../etc/passwd"},
    "an id with a line break": {"command_id": "6ba7b810-9dad-41d1-80b4-00c04fd430c8\n"},
    "an id of 201 characters": {"command_id": "a" * 201},
    "an id that is a number": {"command_id": 7},
    "an id that is nothing": {"command_id": None},
    "a counter below zero": {"counter": -1},
    "a counter over 2^53": {"counter": 2**53},
    "a counter as text": {"counter": "1"},
    "a counter as a fraction": {"counter": 1.5},
    "a counter that is true": {"counter": True},
    "another counter than was signed": {"counter": 999},
    "no signature": {"signature": ""},
    "half a signature": {"signature": "ab" * 32},
    "a signature too long": {"signature": "ab" * 65},
    "a signature of 1000 digits": {"signature": "ab" * 500},
    "a signature in capitals": {"signature": "AB" * 64},
    "a signature of odd length": {"signature": "abc"},
    "a signature that is no hex": {"signature": "zz" * 64},
    "a signature of noughts": {"signature": "00" * 64},
    "a signature that is nothing": {"signature": None},
    "other data than was signed": {"data": '{"do":"UndoStep"}'},
    "data that is an object": {"data": {"do": "UndoStep"}},
    "data that is nothing": {"data": None},
    "data with half a surrogate pair": {"data": "@"},
    "a member nobody knows": {"seat": "judge:E3"},
    "a device in the message": {"device": "x"},
    "another message's name": {"type": "Receipt"},
    "a name nobody knows": {"type": "Order"},
}


@pytest.mark.parametrize("case", ENVELOPES)
def test_a_message_around_a_command_that_is_not_right_is_refused(live: Live, case: str) -> None:
    async def send() -> Any:
        device = await live.device("judge:E2")
        submit = json.loads(messages.encode(device.sign(text_of(good_sheet(live)))))
        text = text_of(submit | ENVELOPES[case]).replace('"@"', '"\\ud800"')
        async with live.held.socket(device) as ws:
            await heard(ws, messages.View)
            await ws.send_str(text)
            while True:
                frame = await asyncio.wait_for(ws.receive(), WAIT_S)
                assert frame.type is aiohttp.WSMsgType.TEXT, frame
                answer = messages.read_from_room(frame.data)
                if isinstance(answer, Refusal | Denied | messages.Receipt):
                    return answer

    live.run(live.device("judge:E2"))
    before = live.stored()
    answer = live.run(send())
    assert isinstance(answer, Refusal | Denied)
    assert answer.code in ("malformed", "bad_signature")
    assert answer.zh
    assert answer.en
    assert live.stored() == before


FRAMES: dict[str, str] = {
    "a receipt from a seat": '{"type":"Receipt","command_id":"x","seq":1,"hash":"","digest":"","at":"","signature":""}',
    "a view from a seat": '{"type":"View","seq":1,"view":{}}',
    "a welcome from a seat": '{"type":"Welcome"}',
    "an enrolment on the socket": '{"type":"EnrolRequest","token":"x","key":"","device_name":"x","signature":""}',
    "a ping without its time": '{"type":"Ping"}',
    "a ping over 64 bits": '{"type":"Ping","sent_ns":9223372036854775808}',
    "a ping below 64 bits": '{"type":"Ping","sent_ns":-9223372036854775809}',
    "a ping as text": '{"type":"Ping","sent_ns":"1"}',
    "a ping as a fraction": '{"type":"Ping","sent_ns":1.5}',
    "progress below zero": '{"type":"Progress","entry_no":"1","filled":-1,"lines":3}',
    "progress over a thousand": '{"type":"Progress","entry_no":"1","filled":1001,"lines":3}',
    "progress as text": '{"type":"Progress","entry_no":"1","filled":"3","lines":3}',
    "progress of a project too long": '{"type":"Progress","entry_no":"' + "1" * 201 + '","filled":1,"lines":3}',
    "progress with the marks": '{"type":"Progress","entry_no":"1","filled":1,"lines":3,"points":{}}',
    "a code for no seat": '{"type":"AskCode"}',
    "no type": '{"sent_ns":1}',
    "an empty type": '{"type":"","sent_ns":1}',
    "a list of messages": '[{"type":"Ping","sent_ns":1}]',
    "two messages in a frame": '{"type":"Ping","sent_ns":1}{"type":"Ping","sent_ns":1}',
    "a text": '"Ping"',
    "a number": "1",
    "true": "true",
    "JSON lines": '{"type":"Ping","sent_ns":1}\n{"type":"Ping","sent_ns":1}',
    "an object ten thousand deep": '{"type":' * 10_000,
    "a nought character": '\x00{"type":"Ping","sent_ns":1}',
}


@pytest.mark.parametrize("case", FRAMES)
def test_a_frame_that_is_no_message_is_told_so_and_ends_the_connection(live: Live, case: str) -> None:
    live.run(live.device("judge:E2"))
    before = live.stored()
    said = live.run(live.frame("judge:E2", FRAMES[case]))
    assert [type(one) for one in said] == [Denied]
    assert said[0].code == "malformed"
    assert live.stored() == before


# 6. strangers


def enrolment(live: Live) -> dict[str, Any]:
    key = Ed25519PrivateKey.generate()
    token = live.held.room.joining.link_token("judge:E3")
    made = messages.EnrolRequest(
        token=token,
        key=signing.public_hex(key),
        device_name="LENOVO-7",
        signature=signing.sign_enrolment(key, live.held.room.keys.fingerprint, token),
    )
    return dict(json.loads(messages.encode(made)))


STRANGERS: dict[str, tuple[str, dict[str, Any], int, str]] = {
    "enrol with no token": ("enrol", {"token": ""}, 403, "bad_signature"),
    "enrol with another token": ("enrol", {"token": "AAAAAAAAAAAAAAAAAAAAAA"}, 403, "bad_signature"),
    "enrol with a token too long": ("enrol", {"token": "A" * 201}, 400, "malformed"),
    "enrol with a token that is a number": ("enrol", {"token": 7}, 400, "malformed"),
    "enrol with a token that is nothing": ("enrol", {"token": None}, 400, "malformed"),
    "enrol with no key": ("enrol", {"key": ""}, 403, "bad_signature"),
    "enrol with a short key": ("enrol", {"key": "ab" * 31}, 403, "bad_signature"),
    "enrol with a long key": ("enrol", {"key": "ab" * 33}, 403, "bad_signature"),
    "enrol with a key of noughts": ("enrol", {"key": "00" * 32}, 403, "bad_signature"),
    "enrol with a key of ones": ("enrol", {"key": "ff" * 32}, 403, "bad_signature"),
    "enrol with the neutral key": ("enrol", {"key": "01" + "00" * 31}, 403, "bad_signature"),
    "enrol with a key in capitals": ("enrol", {"key": "AB" * 32}, 400, "malformed"),
    "enrol with a key that is no hex": ("enrol", {"key": "zz" * 32}, 400, "malformed"),
    "enrol with another's key": ("enrol", {"key": "d7" * 32}, 403, "bad_signature"),
    "enrol with no signature": ("enrol", {"signature": ""}, 403, "bad_signature"),
    "enrol with a signature of noughts": ("enrol", {"signature": "00" * 64}, 403, "bad_signature"),
    "enrol with a name too long": ("enrol", {"device_name": "x" * 201}, 400, "malformed"),
    "enrol with a name that is a list": ("enrol", {"device_name": ["x"]}, 400, "malformed"),
    "enrol as admitted": ("enrol", {"admitted": True}, 400, "malformed"),
    "enrol for a seat by its name": ("enrol", {"seat": "host"}, 400, "malformed"),
    "enrol with an older protocol": ("enrol", {"protocol": 0}, 403, "protocol"),
    "enrol with a newer protocol": ("enrol", {"protocol": 10_000}, 403, "protocol"),
    "enrol with a protocol as text": ("enrol", {"protocol": "2"}, 400, "malformed"),
    "pair with no plate": ("pair", {"type": "PairStart", "message": "ab"}, 400, "malformed"),
    "pair with a plate of one digit": (
        "pair",
        {"type": "PairStart", "nameplate": "1", "message": "ab"},
        400,
        "malformed",
    ),
    "pair with a plate of three digits": (
        "pair",
        {"type": "PairStart", "nameplate": "123", "message": "ab"},
        400,
        "malformed",
    ),
    "pair with a plate of letters": (
        "pair",
        {"type": "PairStart", "nameplate": "ab", "message": "ab"},
        400,
        "malformed",
    ),
    "pair with a plate of other digits": (
        "pair",
        {"type": "PairStart", "nameplate": "١٢", "message": "ab"},
        400,
        "malformed",
    ),
    "pair with a plate that is a number": (
        "pair",
        {"type": "PairStart", "nameplate": 12, "message": "ab"},
        400,
        "malformed",
    ),
    "pair with no message": ("pair", {"type": "PairStart", "nameplate": "12"}, 400, "malformed"),
    "pair with a message that is no hex": (
        "pair",
        {"type": "PairStart", "nameplate": "12", "message": "xy"},
        400,
        "malformed",
    ),
    "pair with a plate nobody has": (
        "pair",
        {"type": "PairStart", "nameplate": "12", "message": "ab" * 65},
        403,
        "*",
    ),
    "confirm what nobody began": (
        "pair/confirm",
        {"type": "PairConfirm", "attempt": "x", "proof": "ab" * 32},
        403,
        "*",
    ),
    "confirm without a proof": ("pair/confirm", {"type": "PairConfirm", "attempt": "x"}, 400, "malformed"),
    "confirm with a name too long": (
        "pair/confirm",
        {"type": "PairConfirm", "attempt": "x" * 201, "proof": "ab"},
        400,
        "malformed",
    ),
    "reach with a key that is no hex": ("reach", {"type": "ReachRequest", "token": "x", "key": "q"}, 400, "malformed"),
    "reach with no token": ("reach", {"type": "ReachRequest"}, 400, "malformed"),
    "reach with a token too long": ("reach", {"type": "ReachRequest", "token": "x" * 201}, 400, "malformed"),
    "enrol where one pairs": (
        "pair",
        {"type": "EnrolRequest", "token": "x", "key": "", "device_name": "x", "signature": ""},
        400,
        "malformed",
    ),
    "a command where one enrols": ("enrol-raw", {"do": "PublishResults"}, 400, "malformed"),
}


@pytest.mark.parametrize("case", STRANGERS)
def test_what_a_stranger_asks_wrongly_is_refused(live: Live, case: str) -> None:
    path, given, status, code = STRANGERS[case]
    body = enrolment(live) | given if path == "enrol" else given
    before = live.stored()
    got, said = live.run(live.post(f"/v1/{path.removesuffix('-raw')}", text_of(body).encode()))
    assert got == status
    denied = json.loads(said)
    assert denied["type"] == "Denied"
    assert code in ("*", denied["code"])
    assert denied["zh"]
    assert denied["en"]
    assert live.stored() == before


# 7. the room is none the worse


def test_after_all_this_a_good_sheet_is_taken_at_once(live: Live) -> None:
    answer = live.run(live.command("judge:E2", text_of(good_sheet(live))))
    assert isinstance(answer, messages.Receipt)
    assert uuid.UUID(answer.command_id)


# 8. how many there are


def cases_of(test: Callable[..., None]) -> int:
    """How many cases a parametrized test has."""
    count = 1
    for mark in getattr(test, "pytestmark", []):
        if mark.name == "parametrize":
            count *= len(mark.args[1])
    return count


ELSEWHERE: tuple[Callable[..., None], ...] = (
    test_server.test_who_does_not_say_hello_first_is_shown_out,
    test_server.test_a_seat_that_sends_no_message_is_told_so_and_may_come_again,
    test_server.test_a_frame_that_is_none_of_ours_ends_the_connection_and_no_other,
    test_server.test_http_that_is_too_long_or_none_is_refused_and_the_room_goes_on,
    test_server.test_a_secret_that_is_not_the_devices_opens_nothing,
    test_workbook.test_a_wrong_cell_is_told_its_place_what_is_wrong_and_what_to_do,
    test_workbook.test_a_wrong_file_is_told_what_it_is_and_what_to_do,
    test_entries.test_a_wrong_cell_of_an_optional_sheet_is_told,
    test_scores.test_a_wrong_line_is_told_its_place_what_is_wrong_and_what_to_do,
    test_tabulation.test_bad_input_is_refused_with_its_place_and_what_is_wrong,
    test_session_file.test_a_file_that_is_no_session_is_refused_and_left_alone,
    test_session_file.test_a_hand_in_the_file_is_found_and_the_first_bad_record_named,
    test_session_file.test_a_guard_or_table_that_was_changed_is_found,
    test_link.test_a_broken_link_says_in_both_languages_what_is_wrong,
    test_verify.test_a_file_of_another_kind_is_said_to_be_one,
    test_verify.test_a_witness_that_is_none_is_refused,
)
"""Bad inputs that are tested beside their readers: files, imports, links, HTTP."""

HERE: tuple[Callable[..., None], ...] = (
    test_a_mark_that_is_none_is_refused,
    test_every_line_of_a_sheet_has_its_own_bounds,
    test_a_sheet_of_another_form_is_refused,
    test_a_text_that_is_no_command_is_refused,
    test_what_does_not_fit_the_room_as_it_stands_is_refused,
    test_a_message_around_a_command_that_is_not_right_is_refused,
    test_a_frame_that_is_no_message_is_told_so_and_ends_the_connection,
    test_what_a_stranger_asks_wrongly_is_refused,
)
"""Written one by one; the members of commands are made from their types and not counted as written."""


def test_there_are_four_hundred_written_bad_inputs_and_more() -> None:
    here, elsewhere = sum(map(cases_of, HERE)), sum(map(cases_of, ELSEWHERE))
    assert here >= 280
    assert here + elsewhere >= 400
    assert len(MEMBERS) >= 130


def test_the_count_counts_cases_and_nothing_else() -> None:
    @pytest.mark.parametrize("one", [1, 2, 3])
    @pytest.mark.parametrize("other", "ab")
    def counted(one: int, other: str) -> None: ...

    assert cases_of(counted) == 6
    assert cases_of(test_the_count_counts_cases_and_nothing_else) == 1
