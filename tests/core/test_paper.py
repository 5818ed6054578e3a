"""代录: two people read a judge's paper sheet apart and must agree; until then nobody sees the other's reading."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from judge_app.core import commands, events, session
from judge_app.core.contest import Presence
from judge_app.core.errors import Refused
from judge_app.core.paper import differing
from judge_app.core.stages import ProjectStage, SheetStatus
from tests.core.sessions import setup, sheet
from tests.core.simulation import Sitting, encoded

PHOTO = "ab" * 32


def scoring() -> Sitting:
    """Project 1 in scoring; every sheet is in but that of E2."""
    sitting = Sitting()
    sitting.hear("1")
    for judge in ("E1", "E3", "P1"):
        sitting.submit(judge, "1", 0.9)
    return sitting


def reading(share: float = 0.5, name: str = "吴计", **changes: Any) -> commands.EnterPaper:
    given: dict[str, Any] = {
        "entry_no": "1",
        "judge": "E2",
        "revision": 0,
        "points": sheet(setup(), "E2", share),
        "name": name,
        **changes,
    }
    return commands.EnterPaper(**given)


def test_two_readings_that_agree_are_the_judges_sheet_with_both_names() -> None:
    sitting = scoring()
    sitting.do("scorer", reading(comment="好", photo=PHOTO))
    assert sitting.status("E2", "1") is SheetStatus.EMPTY
    bodies = sitting.do("checker", reading(name="郑核"))
    assert [type(body.event) for body in bodies] == [
        events.PaperEntered,
        events.SheetSubmitted,
        events.ScoringClosed,
    ]
    recorded = sitting.state.projects["1"].sheets["E2"]
    assert recorded.status is SheetStatus.SUBMITTED
    assert recorded.revision == 1
    assert recorded.comment == "好"
    assert recorded.paper is not None
    assert recorded.paper.names == ("吴计", "郑核")
    assert recorded.paper.photo == PHOTO
    assert sitting.stage("1") is ProjectStage.CLOSED
    assert sitting.state.papers == {}
    assert sitting.read_back() == sitting.state


def test_readings_that_differ_record_nothing_and_are_entered_again() -> None:
    sitting = scoring()
    sitting.do("scorer", reading(0.5))
    sitting.do("checker", reading(0.6, "郑核"))
    assert sitting.status("E2", "1") is SheetStatus.EMPTY
    sitting.do("scorer", reading(0.6))
    assert sitting.status("E2", "1") is SheetStatus.SUBMITTED


def test_what_differs_is_named_line_by_line() -> None:
    first, second = sheet(setup(), "E2", 0.5), sheet(setup(), "E2", 0.5)
    second["expert100"]["技术"] += 100
    assert differing(first, second) == (("expert100", "技术", 3_000, 3_100),)
    assert differing(first, first) == ()


@pytest.mark.parametrize(
    ("who", "command", "code"),
    [
        ("scorer", reading(name="李二"), "same_person"),
        ("scorer", reading(name=" "), "name_needed"),
        ("scorer", reading(revision=1), "stale_revision"),
        ("scorer", reading(judge="E3"), "not_missing"),
        ("scorer", reading(judge="E9"), "not_expected"),
        ("scorer", reading(judge="X"), "not_expected"),
        ("scorer", reading(entry_no="2"), "not_open"),
        ("scorer", reading(entry_no="9"), "unknown_project"),
        ("scorer", reading(points={}), "wrong_components"),
        ("scorer", reading(photo="../../etc/passwd"), "bad_photo"),
        ("scorer", reading(comment="x" * 2_001), "too_long"),
        ("checker", reading(name="吴 计"), "same_person"),
        ("supervisor", reading(), "not_allowed"),
        ("host", reading(), "not_allowed"),
        ("judge:E2", reading(), "not_allowed"),
    ],
)
def test_a_reading_that_cannot_be_taken_is_refused(who: str, command: commands.EnterPaper, code: str) -> None:
    sitting = scoring()
    if who == "checker":
        sitting.do("scorer", reading())
    assert sitting.refusal(who, command) == code


def test_one_seat_alone_never_records_a_sheet() -> None:
    sitting = scoring()
    sitting.do("scorer", reading())
    sitting.do("scorer", reading())
    sitting.do("scorer", reading(name="孙备"))
    assert sitting.status("E2", "1") is SheetStatus.EMPTY
    assert len(sitting.state.papers["1", "E2"]) == 1


def test_a_chair_who_judges_reads_no_sheet_before_her_own_is_in_and_never_her_own() -> None:
    sitting = Sitting()
    sitting.hear("1")
    assert sitting.refusal("chair", reading(name="王一")) == "own_first"
    own = reading(judge="E1", points=sheet(setup(), "E1", 0.5))
    assert sitting.refusal("chair", own) == "own_sheet"
    sitting.submit("E1", "1")
    assert sitting.refusal("chair", reading(name="王一")) == ""


def test_the_judges_own_sheet_takes_the_place_of_readings_that_wait() -> None:
    sitting = scoring()
    sitting.do("scorer", reading())
    sitting.submit("E2", "1", 0.8)
    assert sitting.state.papers == {}
    assert sitting.refusal("checker", reading(name="郑核")) == "not_missing"
    assert sitting.state.projects["1"].sheets["E2"].paper is None


def test_a_judge_whose_sheet_was_entered_sends_none_beside_it() -> None:
    sitting = scoring()
    sitting.do("scorer", reading())
    sitting.do("checker", reading(name="郑核"))
    late = commands.SubmitSheet(entry_no="1", revision=0, points=sheet(setup(), "E2", 1))
    assert sitting.refusal("E2", late) == "stale_revision"
    shown = sitting.judge_view("E2").sheets["1"]
    assert shown.paper is not None
    assert shown.paper.names == ("吴计", "郑核")


@pytest.mark.parametrize(
    ("who", "command"),
    [
        ("scorer", commands.DropPaper(entry_no="1", judge="E2", reason="评委弄错")),
        ("host", commands.SetPresence(entry_no="1", judge="E2", presence=Presence.ABSENT, reason="病")),
    ],
)
def test_a_reading_that_waits_is_dropped(who: str, command: commands.Command) -> None:
    sitting = scoring()
    sitting.do("scorer", reading())
    sitting.do(who, command)
    assert sitting.state.papers == {}
    assert sitting.refusal("scorer", commands.DropPaper(entry_no="1", judge="E2", reason="x")) == "no_paper"


def test_the_second_reading_is_made_at_another_computer() -> None:
    sitting = scoring()
    sitting.seated("scorer", "d1", "aa")
    sitting.seated("checker", "d2", "aa")
    sitting.do("scorer", reading())
    assert sitting.refusal("checker", reading(name="郑核")) == "same_device"
    assert sitting.status("E2", "1") is SheetStatus.EMPTY
    sitting.seated("checker", "d3", "bb")
    sitting.do("checker", reading(name="郑核"))
    assert sitting.status("E2", "1") is SheetStatus.SUBMITTED


def test_a_computer_on_which_it_was_read_stays_one_once_it_sits_elsewhere() -> None:
    sitting = scoring()
    sitting.seated("scorer", "d1", "aa")
    sitting.do("scorer", reading())
    sitting.seated("scorer", "d2", "bb")
    sitting.seated("chair", "d3", "aa")
    assert sitting.refusal("chair", reading(name="王一")) == "same_device"
    assert sitting.read_back() == sitting.state
    sitting.do("scorer", reading())
    sitting.do("chair", reading(name="王一"))
    assert sitting.status("E2", "1") is SheetStatus.SUBMITTED


def test_a_rehearsal_may_read_twice_on_one_computer() -> None:
    sitting = Sitting(msgspec.structs.replace(setup(), rehearsal=True))
    sitting.hear("1")
    sitting.seated("scorer", "d1", "aa")
    sitting.seated("checker", "d2", "aa")
    sitting.do("scorer", reading())
    assert sitting.refusal("checker", reading(name="郑核")) == ""


def test_a_returned_sheet_is_entered_from_paper_on_its_revision() -> None:
    sitting = scoring()
    sitting.submit("E2", "1", 0.8)
    sitting.do("chair", commands.ReturnSheet(entry_no="1", judge="E2", reason="涂改"))
    sitting.do("scorer", reading(revision=1))
    sitting.do("checker", reading(revision=1, name="郑核"))
    recorded = sitting.state.projects["1"].sheets["E2"]
    assert recorded.revision == 2
    assert not recorded.late, "a correction is not late"


def test_a_paper_sheet_behind_the_close_is_late_and_one_behind_the_lock_is_refused() -> None:
    sitting = scoring()
    sitting.do("host", commands.CloseScoring(entry_no="1", missing=("E2",)))
    sitting.do("scorer", reading())
    sitting.do("checker", reading(name="郑核"))
    assert sitting.state.projects["1"].sheets["E2"].late
    sitting.lock("1")
    with pytest.raises(Refused, match="reopen it, with a reason and a second person") as refused:
        sitting.do("scorer", reading(revision=1))
    assert refused.value.code == "locked"
    assert "重新开启" in refused.value.zh
    reopen = commands.ReopenProject(entry_no="1", reason="补录纸质表", second_person="周持")
    sitting.do("chair", reopen)
    assert sitting.refusal("scorer", reading(revision=1)) == "not_missing"


def test_a_sheet_entered_from_paper_counts_as_one_sent() -> None:
    sent, entered = scoring(), scoring()
    sent.submit("E2", "1", 0.5)
    entered.do("scorer", reading())
    entered.do("checker", reading(name="郑核"))
    assert session.tabulation(sent.state).projects[0] == session.tabulation(entered.state).projects[0]


# who is told what


def rooms_with_a_first_reading() -> tuple[Sitting, Sitting]:
    rooms = scoring(), scoring()
    for room, share in zip(rooms, (0.5, 0.7), strict=True):
        room.do("scorer", reading(share))
    return rooms


def test_a_first_reading_is_shown_to_nobody_but_who_made_it() -> None:
    first, second = rooms_with_a_first_reading()
    for seat in first.seats.values():
        same = encoded(first.view(seat)) == encoded(second.view(seat))
        assert same is (seat.id != "scorer"), seat.id


def test_once_two_are_in_both_see_both_and_nobody_else_does() -> None:
    first, second = rooms_with_a_first_reading()
    for room, share in ((first, 0.6), (second, 0.8)):
        room.do("checker", reading(share, "郑核"))
    for seat in first.seats.values():
        same = encoded(first.view(seat)) == encoded(second.view(seat))
        assert same is (seat.id not in ("scorer", "checker")), seat.id
    assert set(first.chair_view("checker").papers[0].readings) == {"scorer", "checker"}


def test_host_and_chair_see_that_a_sheet_is_entered_and_by_whom() -> None:
    sitting = scoring()
    sitting.do("scorer", reading(photo=PHOTO))
    note = sitting.host_view().papers[0]
    assert (note.judge, note.names, note.recorded, note.photo) == ("E2", ("吴计",), False, PHOTO)
    assert sitting.chair_view().papers[0].entered == (("scorer", "吴计"),)
    sitting.do("checker", reading(name="郑核"))
    note = sitting.host_view().papers[0]
    assert (note.names, note.recorded) == (("吴计", "郑核"), True)
    line = next(one for one in sitting.chair_view().sheets if (one.entry_no, one.judge) == ("1", "E2"))
    assert line.paper is not None
