"""The pre-flight's report beside the session file comes to the host's desk, changes with it, and goes with it."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import msgspec

from judge_app.core.preflight import DeckReport, Finding, Light, Preflight
from judge_app.room.decks import MOST_NAMED, notes_of, report_of, trouble_of
from judge_app.room.machine import Machine
from tests.room.halls import hall

LOOK = Finding(key="ratio", light=Light.AMBER, zh="版面应为 16:9", en="should be 16:9", do_zh="改版面", do_en="mend it")
LOCKED = Finding(
    key="password", light=Light.RED, zh="有打开密码", en="it has a password", do_zh="去掉", do_en="remove it"
)


def deck(entry_no: str, *findings: Finding, light: Light = Light.GREEN) -> DeckReport:
    return DeckReport(entry_no=entry_no, name="甲", deck="a.pptx", light=light, findings=findings)


def report(*decks: DeckReport) -> Preflight:
    return Preflight(made="2026-12-05T01:00:00Z", decks=decks)


def test_green_decks_are_not_mentioned_and_red_ones_are_said_aloud() -> None:
    made = report(deck("1"), deck("2", LOOK, light=Light.AMBER), deck("5", LOOK, LOCKED, light=Light.RED))
    notes = notes_of(made)
    assert notes is not None
    assert [(note.entry_no, note.light) for note in notes] == [("2", "amber"), ("5", "red")]
    assert notes[1].zh == "版面应为 16:9 → 改版面\n有打开密码 → 去掉"
    assert notes[1].en == "should be 16:9 → mend it\nit has a password → remove it"
    assert trouble_of(made) == (
        "路演材料放不了：5 号 有打开密码",
        "slides that cannot be shown: no. 5 it has a password",
    )
    assert trouble_of(report(deck("1"), deck("2", LOOK, light=Light.AMBER))) is None
    assert (notes_of(None), trouble_of(None), notes_of(report(deck("1")))) == (None, None, ())


def test_a_long_list_is_cut_short_in_the_line_and_whole_in_the_notes() -> None:
    made = report(*(deck(str(no), LOCKED, light=Light.RED) for no in range(1, 12)))
    trouble = trouble_of(made)
    assert trouble is not None
    assert f"另有 {11 - MOST_NAMED} 份" in trouble[0]
    assert len(notes_of(made) or ()) == 11


def test_the_desk_hears_of_it_when_it_is_made_and_when_it_is_mended(tmp_path: Path) -> None:
    async def scene() -> None:
        async with hall(tmp_path) as held:
            path = report_of(held.room.file.path)
            watch = Machine(held.room, None, free=lambda _: None, left=lambda: None)

            def write(made: bytes, at: int) -> None:
                path.write_bytes(made)
                os.utime(path, ns=(at, at))
                watch.look()

            watch.look()
            assert (held.room.live().health.decks, held.room.live().health.trouble) == (None, ())
            write(msgspec.json.encode(report(deck("5", LOCKED, light=Light.RED))), 1)
            health = held.room.live().health
            assert [note.entry_no for note in health.decks or ()] == ["5"]
            assert "有打开密码" in health.trouble[0][0]
            write(msgspec.json.encode(report(deck("5"))), 2)
            assert (held.room.live().health.decks, held.room.live().health.trouble) == ((), ())
            write(b"{", 3)
            assert held.room.live().health.decks is None
            path.unlink()
            watch.look()
            assert held.room.live().health.decks is None

    asyncio.run(scene())
