"""A folder a room: what is in it can be read and hosted alone; nothing is left where it cannot be written."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import msgspec
import pytest

from judge_app.core.errors import BadInput
from judge_app.core.events import SessionSetup
from judge_app.core.rules import Text
from judge_app.exchange import draft as drafts
from judge_app.exchange import planning
from judge_app.exchange.hand_out import DECKS, LIST, PIECE, HandOut, Report, Stopped, hand_out
from judge_app.exchange.workbook import read_contest
from judge_app.hosting import new_session
from judge_app.store.presets import Presets, write_rules
from tests.exchange.test_planning import contest_of, opened

RULES = Presets().load("sichuan-2023")


def test_every_room_gets_its_session_alone_with_slides_and_the_list_is_true(tmp_path: Path) -> None:
    draft = opened()
    contest = contest_of(draft)
    first = contest.heard_in(contest.sessions[0].name)
    (tmp_path / "slides").mkdir()
    (tmp_path / "slides" / "a.pptx").write_bytes(b"slides")
    rows = [row for row, _ in drafts.records(draft, "项目")]
    draft = drafts.with_values(draft, "项目", "路演材料", {rows[0]: "slides/a.pptx", rows[1]: "slides/none.pptx"})
    done = hand_out(
        draft, contest_of(draft), RULES, tmp_path / "out", slides=tmp_path, stamp="20261205-0830", write_rules=None
    )
    assert [room.session for room in done.rooms] == [session.name for session in contest.sessions]
    assert done.rooms[0].decks == 1
    assert done.rooms[0].lacking == (first[1].entry_no,)
    for room, session in zip(done.rooms, contest.sessions, strict=True):
        read = read_contest(Path(room.folder) / "contest.xlsx", known_presets=[RULES.key])
        assert [one.name for one in read.sessions] == [session.name]
        assert len(read.projects) == len(contest.heard_in(session.name))
    room_folder = Path(done.rooms[0].folder)
    deck = read_contest(room_folder / "contest.xlsx", known_presets=[RULES.key]).projects[0].deck
    assert deck.startswith(f"{DECKS}/")
    assert (room_folder / deck).read_bytes() == b"slides"
    for line in (Path(done.folder) / LIST).read_text("utf-8").splitlines():
        digest, name = line.split("  ", 1)
        assert hashlib.sha256((Path(done.folder) / name).read_bytes()).hexdigest() == digest


def test_a_room_s_folder_is_hosted_as_it_lies_under_the_contest_s_own_rules(tmp_path: Path) -> None:
    """What ``judge-app host`` does with it, up to the room's set-up."""
    own = msgspec.structs.replace(RULES, key="our-final", name=Text(zh="本赛赛制"))
    draft = drafts.with_setting(opened(), "赛制模板", "our-final")
    contest = drafts.read(draft, known_presets=["our-final"]).contest
    done = hand_out(draft, contest, own, tmp_path, slides=None, stamp="20261205-0830", write_rules=write_rules)
    for room in done.rooms:
        path, setup_file, _ = new_session(Path(room.folder) / "contest.xlsx", None, tmp_path / "sessions")
        setup = msgspec.json.decode(setup_file.read_bytes(), type=SessionSetup)
        assert setup.session.name == room.session
        assert setup.rules == own
        assert setup.contest.passed_initial_review == contest.passed_initial_review
        assert path.suffix == ".roadshow"
        assert json.loads(setup_file.read_bytes())["rules"]["key"] == "our-final"


def test_slides_are_reported_in_pieces_and_a_stopped_hand_out_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "slides").mkdir()
    (tmp_path / "slides" / "a.pptx").write_bytes(bytes(range(256)) * (PIECE // 128))  # two pieces
    row = drafts.records(opened(), "项目")[0][0]
    draft = drafts.with_values(opened(), "项目", "路演材料", {row: "slides/a.pptx"})
    told: list[tuple[int, int]] = []

    def go_on(done: int, total: int) -> bool:
        told.append((done, total))
        return True

    def write(report: Report, stamp: str) -> HandOut:
        return hand_out(
            draft,
            contest_of(draft),
            RULES,
            tmp_path / "out",
            slides=tmp_path,
            stamp=stamp,
            write_rules=None,
            report=report,
        )

    made = write(go_on, "1")
    deck = next(Path(made.folder).rglob("*.pptx"))
    assert deck.read_bytes() == (tmp_path / "slides" / "a.pptx").read_bytes()
    assert told == sorted(told)
    assert told[-1] == (4 * PIECE, 4 * PIECE)  # copied, and read back
    with pytest.raises(Stopped):
        write(lambda done, total: done < PIECE, "2")
    assert [one.name for one in (tmp_path / "out").iterdir()] == [Path(made.folder).name]


def test_a_contest_that_is_not_ready_leaves_nothing_behind(tmp_path: Path) -> None:
    draft = opened()
    contest = contest_of(draft)
    loose = planning.with_projects_in(draft, contest, [contest.projects[0].entry_no], "")
    with pytest.raises(BadInput, match="split them first"):
        hand_out(loose, contest_of(loose), RULES, tmp_path, slides=None, stamp="1", write_rules=None)
    wrong = Presets().load("national-2020")  # no judge of this contest has its classes
    with pytest.raises(BadInput):
        hand_out(draft, contest, wrong, tmp_path, slides=None, stamp="1", write_rules=None)
    assert list(tmp_path.iterdir()) == []


def test_a_hand_out_that_fails_half_way_is_taken_back(tmp_path: Path) -> None:
    def full(path: Path, rules: object) -> None:
        raise OSError(28, "No space left on device")

    draft = opened()
    with pytest.raises(BadInput, match="No space left"):
        hand_out(draft, contest_of(draft), RULES, tmp_path, slides=None, stamp="1", write_rules=full)
    assert list(tmp_path.iterdir()) == []


def test_a_cell_that_leads_out_of_the_slides_copies_nothing_and_a_lacking_deck_keeps_its_place(tmp_path: Path) -> None:
    (tmp_path / "slides").mkdir()
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(b"secret")
    draft = opened()
    rows = [row for row, _ in drafts.records(draft, "项目")]
    cells = {rows[0]: "../secret.pdf", rows[1]: str(secret), rows[2]: "later.pptx"}
    draft = drafts.with_values(draft, "项目", "路演材料", cells)
    done = hand_out(
        draft,
        contest_of(draft),
        RULES,
        tmp_path / "out",
        slides=tmp_path / "slides",
        stamp="20261205-0830",
        write_rules=None,
    )
    assert sum(room.decks for room in done.rooms) == 0
    assert not [path for path in Path(done.folder).rglob("*") if path.is_file() and path.read_bytes() == b"secret"]
    decks = [
        project.deck
        for room in done.rooms
        for project in read_contest(Path(room.folder) / "contest.xlsx", known_presets=[RULES.key]).projects
        if project.deck
    ]
    assert len(decks) == 3
    assert all(deck.startswith(f"{DECKS}/") and ".." not in deck for deck in decks)
