"""A workbook being prepared: what is read of it, changed in it, and written back, is the same contest."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import msgspec
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge_app.core.contest import Contest, ExternalScore, Judge, PanelRole, PlannedSession, Project, StaffMember
from judge_app.core.errors import BadInput
from judge_app.exchange import draft as drafts
from judge_app.exchange.workbook import read_contest
from judge_app.store.presets import Presets
from tests.exchange.test_workbook import PRESETS, SAMPLES, good, written

SAMPLE = SAMPLES / "regional-final" / "contest.xlsx"

words = (
    st.text("甲乙丙丁戊abcXYZ 0123=+-@", min_size=1, max_size=12)
    .map(str.strip)
    .filter(lambda text: text and not text.startswith(("=", "＝")) and "  " not in text)
)
person = st.text("沈顾陆芮蒲", min_size=2, max_size=4)
unit = st.text("市省大学医院公司", min_size=1, max_size=8)
number = st.integers(1, 9999).map(str)


@st.composite
def contests(draw: st.DrawFn) -> Contest:
    names = draw(st.lists(unit, min_size=1, max_size=4, unique=True))
    split = draw(st.booleans())
    tracks = draw(st.lists(unit, min_size=1, max_size=3, unique=True))
    sessions = tuple(
        PlannedSession(
            name=name,
            hall=draw(st.just("") | unit),
            date=draw(st.just("") | st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)).map(dt.date.isoformat)),
            start=draw(st.just("") | st.times().map(lambda time: time.strftime("%H:%M"))),
            scope=draw(st.just("") | unit),
        )
        for name in names
    )
    projects = tuple(
        Project(
            entry_no=entry_no,
            name=draw(words),
            lead_unit=draw(unit),
            partner_units=tuple(draw(st.lists(unit, max_size=2))),
            track=draw(st.sampled_from(tracks)),
            topic=draw(st.just("") | unit),
            session=draw(st.sampled_from(names)) if split else "",
            captain=draw(st.just("") | person),
            members=tuple(draw(st.lists(person, max_size=3))),
            deck=draw(st.just("") | st.just("slides/a.pptx")),
            votes=draw(st.none() | st.integers(0, 99999)),
        )
        for entry_no in draw(st.lists(number, min_size=1, max_size=6, unique=True))
    )
    judges = tuple(
        Judge(
            no=f"J{at}",
            name=draw(person),
            judge_class=draw(st.sampled_from(("评委", "专家评委", "专业评委"))),
            unit=draw(st.just("") | unit),
            sessions=(name,),
            role=role,
        )
        for at, (name, role) in enumerate((name, role) for name in names for role in PanelRole)
    )
    return Contest(
        name=draw(unit),
        edition=draw(st.just("") | unit),
        round=draw(st.just("") | unit),
        preset=draw(st.sampled_from(PRESETS)),
        passed_initial_review={projects[0].track: draw(st.integers(0, 999))} if draw(st.booleans()) else {},
        award_counts=draw(st.dictionaries(st.sampled_from(("特等奖", "一等奖")), st.integers(0, 99))),
        entry_deadline=draw(st.sampled_from(("", "2026-06-30", "2026-06-30T16:00"))),
        sessions=sessions,
        projects=projects,
        judges=judges,
        staff=(StaffMember(name="祁若霖", role="计时员", unit="学会"),) if draw(st.booleans()) else (),
        external=(
            (ExternalScore(entry_no=projects[0].entry_no, component="性能评测", score="88.5", entered_by=("甲", "乙")),)
            if draw(st.booleans())
            else ()
        ),
    )


@settings(max_examples=40)
@given(contest=contests())
def test_a_contest_written_is_read_back_as_the_same(contest: Contest, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "prepared-contest.xlsx"
    drafts.save(drafts.draft_of(contest), path)
    assert read_contest(path, known_presets=PRESETS) == contest


@pytest.mark.parametrize("sample", ["regional-final", "four-tracks"])
def test_a_sample_opened_and_saved_is_the_same_contest(sample: str, tmp_path: Path) -> None:
    path = SAMPLES / sample / "contest.xlsx"
    known = ("shanxi-2019", "sichuan-2023")
    before = drafts.open_draft(path)
    reading = drafts.read(before, known_presets=known)
    assert reading.findings == ()
    drafts.save(before, tmp_path / "copy.xlsx")
    assert read_contest(tmp_path / "copy.xlsx", known_presets=known) == reading.contest


def test_a_finding_points_at_its_cell_and_the_value_typed_there_mends_it(tmp_path: Path) -> None:
    rows = good()
    rows["项目"][2][0] = 1
    draft = drafts.open_draft(written(tmp_path / "contest.xlsx", rows))
    (found,) = drafts.read(draft, known_presets=PRESETS).findings
    assert (found.title, found.row, found.column) == ("项目", 3, 1)
    assert drafts.place(found.title, found.row, found.column) == "项目 A3"
    mended = drafts.with_cell(draft, found.title, found.row, found.column, " 2 ")
    assert drafts.read(mended, known_presets=PRESETS).findings == ()
    assert len(drafts.read(draft, known_presets=PRESETS).findings) == 1  # the draft before stays what it was
    drafts.save(mended, tmp_path / "mended.xlsx")
    assert read_contest(tmp_path / "mended.xlsx", known_presets=PRESETS).projects[1].entry_no == "2"


def test_other_sheets_formats_and_unknown_columns_stay_as_they_were(tmp_path: Path) -> None:
    rows = good()
    rows["项目"][0].append("联系电话")
    rows["项目"][1].append("请勿外传")
    rows["说明"] = [["别动这里"]]

    def format(book: openpyxl.Workbook) -> None:
        book["项目"]["B2"].font = openpyxl.styles.Font(bold=True)

    draft = drafts.open_draft(written(tmp_path / "contest.xlsx", rows, format))
    drafts.save(drafts.with_cell(draft, "项目", 2, 2, "新名"), tmp_path / "saved.xlsx")
    book = openpyxl.load_workbook(tmp_path / "saved.xlsx")
    assert book["说明"]["A1"].value == "别动这里"
    assert book["项目"]["J2"].value == "请勿外传"
    assert (book["项目"]["B2"].value, book["项目"]["B2"].font.bold) == ("新名", True)


def test_a_text_that_looks_like_a_formula_is_never_written_as_one(tmp_path: Path) -> None:
    draft = drafts.open_draft(written(tmp_path / "contest.xlsx", good()))
    drafts.save(drafts.with_cell(draft, "项目", 2, 2, "=1+1"), tmp_path / "saved.xlsx")
    cell = openpyxl.load_workbook(tmp_path / "saved.xlsx")["项目"]["B2"]
    assert (cell.value, cell.data_type) != ("=1+1", "f")
    assert drafts.read(drafts.open_draft(tmp_path / "saved.xlsx"), known_presets=PRESETS).findings != ()


def test_a_merged_area_and_a_hidden_row_are_taken_apart_when_asked(tmp_path: Path) -> None:
    def shape(book: openpyxl.Workbook) -> None:
        book["项目"].merge_cells("C2:C3")
        book["项目"].row_dimensions[3].hidden = True

    draft = drafts.open_draft(written(tmp_path / "contest.xlsx", good(), shape))
    assert len(drafts.read(draft, known_presets=PRESETS).findings) == 3  # merged, hidden, and the cell it emptied
    plain = drafts.with_cell(drafts.with_plain_shape(draft, "项目"), "项目", 3, 3, "市二院")
    assert drafts.read(plain, known_presets=PRESETS).findings == ()
    drafts.save(plain, tmp_path / "saved.xlsx")
    assert read_contest(tmp_path / "saved.xlsx", known_presets=PRESETS).projects[1].lead_unit == "市二院"


def test_rows_change_places_and_columns_that_lack_are_added(tmp_path: Path) -> None:
    draft = drafts.open_draft(written(tmp_path / "contest.xlsx", good()))
    turned = drafts.with_rows_in_order(draft, "项目", [3, 2])
    assert [one.entry_no for one in drafts.read(turned, known_presets=PRESETS).contest.projects] == ["2", "1"]
    deck = drafts.with_values(draft, "项目", "路演材料", {2: "a.pptx"})
    assert drafts.read(deck, known_presets=PRESETS).contest.projects[0].deck == "a.pptx"


def test_a_new_contest_asks_for_what_it_lacks_and_nothing_else() -> None:
    draft = drafts.blank_draft("contest.xlsx", "sichuan-2023")
    reading = drafts.read(draft, known_presets=PRESETS)
    assert reading.contest.preset == "sichuan-2023"
    assert [session.name for session in reading.contest.sessions] == ["第一场"]
    assert {(one.title, one.row) for one in reading.findings} == {("大赛", 1), ("项目", 0), ("评委", 0)}


def test_a_file_that_is_no_workbook_is_refused_and_a_folder_that_takes_no_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "contest.xlsx").write_bytes(b"no workbook")
    with pytest.raises(BadInput):
        drafts.open_draft(tmp_path / "contest.xlsx")
    with pytest.raises(BadInput):
        drafts.save(drafts.blank_draft("x.xlsx", "blank"), tmp_path / "lacking" / "x.xlsx")


def test_a_part_for_one_room_may_lack_the_tracks_of_the_others(tmp_path: Path) -> None:
    draft = drafts.open_draft(written(tmp_path / "contest.xlsx", good()))
    draft = drafts.with_setting(draft, "通过初审数:别的赛道", "7")
    assert drafts.read(draft, known_presets=PRESETS).findings != ()
    part = drafts.with_setting(draft, "本册场次", "第一场")
    reading = drafts.read(part, known_presets=PRESETS)
    assert reading.findings == ()
    assert reading.contest.passed_initial_review["别的赛道"] == 7


def test_to_bytes_gives_a_workbook(tmp_path: Path) -> None:
    contest = drafts.read(drafts.open_draft(SAMPLE), known_presets=("shanxi-2019",)).contest
    changed = msgspec.structs.replace(contest, name="另一个")
    book = openpyxl.load_workbook(io.BytesIO(drafts.to_bytes(drafts.draft_of(changed))))
    assert book["大赛"]["B1"].value == "另一个"


@pytest.mark.parametrize(("stage", "following"), [("初赛", "复赛"), ("second", "决赛"), ("决赛", ""), ("", "")])
def test_who_advances_is_the_list_of_the_round_after_it(stage: str, following: str) -> None:
    contest = read_contest(SAMPLE, known_presets=PRESETS)
    advance = [project.entry_no for project in contest.projects[3:0:-1]]
    held = msgspec.structs.replace(contest, round=stage, preset="shanghai-2025")
    draft = drafts.next_round_of(held, advance, Presets().load("shanghai-2025"), "next.xlsx")
    read_back = drafts.read(draft, known_presets=["shanghai-2025"]).contest
    assert (read_back.round, [one.entry_no for one in read_back.projects]) == (following, advance)
    assert all(one.votes is None and one.session == "第一场" for one in read_back.projects)
    assert read_back.judges == ()
