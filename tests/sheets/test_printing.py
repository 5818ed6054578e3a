"""Files: every form of a session, named safely, whole or not there, equal for equal input."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

import msgspec
import pypdfium2
import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from judge_app import sheets
from judge_app.core.clock import SECOND
from judge_app.core.contest import Project
from judge_app.core.rules import decode_rules
from judge_app.core.stages import ProjectStage, SheetStatus
from judge_app.core.views import Briefing, ChairView
from judge_app.sheets.paper import qr_text
from judge_app.sheets.printing import Printing, file_names, safe_name
from tests.sheets import pages
from tests.sheets.sittings import AT, HEAD, at_stage, contest_of, judged, opened, preset, shown, with_sheet


@pytest.fixture(scope="module")
def printed(final: tuple[Briefing, ChairView], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    wall = sheets.anchored(1_000 * SECOND, AT)
    return sheets.print_all(*final, tmp_path_factory.mktemp("forms"), printed_at=AT, wall=wall)


def test_every_judge_and_project_has_a_file_and_all_are_in_one_besides(printed: list[Path]) -> None:
    names = [path.name for path in printed]
    assert len(names) == len(set(names)) == 10 * 12 + 1 + 10 + 1 + 1
    for name in ("F1-1-E1.pdf", "F1-10-P5.pdf", "F1.pdf", "F2-1.pdf", "F2-10.pdf", "F3.pdf", "F6.pdf"):
        assert name in names
    together = next(path for path in printed if path.name == "F1.pdf")
    assert len(pages.texts(together.read_bytes())) == 120
    assert not [path for path in together.parent.iterdir() if path not in printed]


def test_each_document_says_its_number_its_journal_head_and_its_page(printed: list[Path]) -> None:
    for path in printed:
        if path.name == "F1.pdf":
            continue
        found = pages.texts(path.read_bytes())
        for number, page in enumerate(found, start=1):
            assert f"文件编号8F3A21C0-{path.stem}第1版" in page
            assert f"第{number}页共{len(found)}页" in page
            assert f"记录#913{HEAD[:16]}" in page
        assert "已锁定" in found[0]


def test_no_document_needs_a_font_of_the_reader_s(printed: list[Path]) -> None:
    for path in printed[::13]:
        held = pages.fonts(path.read_bytes())
        assert held
        assert all(held.values())
        assert all("NotoSansSC" in name for name in held)


def test_what_a_program_reads_is_what_the_paper_says(printed: list[Path]) -> None:
    one = pages.attached(next(path for path in printed if path.name == "F2-1.pdf").read_bytes())
    assert one["format"] == "judge-app/sheet/1"
    assert one["form"] == "F2"
    assert one["head"]["head_hash"] == HEAD
    assert one["content"]["total"] == "123.25"
    assert [part["score"] for part in one["content"]["parts"]] == ["88.75", "26.00", "8.50"]
    many = pages.attached(next(path for path in printed if path.name == "F1.pdf").read_bytes())
    assert len(many) == 120
    assert {sheet["form"] for sheet in many} == {"F1"}


@pytest.fixture(scope="module")
def small() -> tuple[Briefing, ChairView]:
    """Two projects, three judges of each class."""
    rules = decode_rules(preset("shanxi-2019"))
    return shown(judged(opened(contest_of(2, {"专家评委": 3, "专业评委": 3}), rules), lambda *_: 800))


def test_equal_input_gives_equal_files(small: tuple[Briefing, ChairView], tmp_path: Path) -> None:
    def digests(folder: str) -> dict[str, str]:
        written = sheets.print_all(*small, tmp_path / folder, printed_at=AT)
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in written}

    assert digests("a") == digests("b")


def test_the_printed_qr_code_holds_the_text_it_should(final: tuple[Briefing, ChairView]) -> None:
    form = Printing(*final, printed_at=AT).f3()["F3"]
    pdf = pypdfium2.PdfDocument(sheets.printing.render([form], "样"))
    image = pdf[0].render(scale=6).to_pil().convert("L")
    pdf.close()
    corner = image.crop((int(image.width * 0.86), 0, image.width, int(image.height * 0.18)))
    dark = corner.point(lambda value: 255 if value < 128 else 0)
    left, top, right, bottom = dark.getbbox()
    want = [
        list(row) for row in segno.make(qr_text(form.head), micro=False, error="m", mask=2, boost_error=False).matrix
    ]
    step = (right - left) / len(want)
    assert abs((bottom - top) - (right - left)) <= 2
    got = [
        [
            int(dark.getpixel((left + (column + 0.5) * step, top + (row + 0.5) * step)) > 0)
            for column in range(len(want))
        ]
        for row in range(len(want))
    ]
    assert got == want


def test_file_names_are_safe_whatever_the_entry_number_holds(tmp_path: Path) -> None:
    rules = decode_rules(preset("shanxi-2019"))
    contest = contest_of(1, {"专家评委": 3, "专业评委": 3})
    hostile = ("../../etc/x", "a/b:c", "A1", "a1", "..", "CON", "甲 01", "x" * 300, "e\u202ex", "1\n2", "?*|<>")
    entries = tuple(Project(entry_no=no, name="项目", session="第一场") for no in hostile)
    contest = msgspec.structs.replace(contest, projects=entries)
    state = judged(opened(contest, rules), lambda *_: 800)
    written = sheets.print_all(*shown(state), tmp_path / "out", printed_at=AT)
    assert {path.parent for path in written} == {tmp_path / "out"}
    names = [path.name for path in written]
    assert len({name.casefold() for name in names}) == len(names) == 11 * 6 + 1 + 11 + 2
    assert all(len(name.encode()) < 200 and not set(name) & set('/\\:*?"<>|\n\u202e ') for name in names)
    assert [path for path in tmp_path.iterdir() if path.name != "out"] == []


@given(st.lists(st.text(min_size=1, max_size=60), unique=True, max_size=8))
def test_different_numbers_never_share_a_file_name(keys: list[str]) -> None:
    names = file_names(keys)
    assert len({name.casefold() for name in names.values()}) == len(keys)
    assert all(not set(name) & set('/\\:*?"<>|') and name.isprintable() for name in names.values())


def test_a_plain_number_keeps_its_name() -> None:
    assert safe_name("03") == "03"
    assert safe_name("甲-03") == "甲-03"
    assert safe_name("a/b") != safe_name("a:b")


def test_a_failed_write_leaves_no_half_file(final: tuple[Briefing, ChairView], tmp_path: Path) -> None:
    blocked = tmp_path / "F1-1-E1.pdf"
    blocked.mkdir()
    with pytest.raises(OSError, match=r"F1-1-E1\.pdf"):
        sheets.print_all(*final, tmp_path, printed_at=AT)
    assert list(tmp_path.iterdir()) == [blocked]


def test_a_time_without_its_offset_is_refused(final: tuple[Briefing, ChairView], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="offset"):
        sheets.print_all(*final, tmp_path, printed_at=datetime(2026, 12, 5, 17, 20))  # noqa: DTZ001


def test_progress_is_told_up_to_the_last_file(small: tuple[Briefing, ChairView], tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    written = sheets.print_all(*small, tmp_path, printed_at=AT, progress=lambda done, of: told.append((done, of)))
    assert told == [(done, len(written)) for done in range(1, len(written) + 1)]


def test_a_rehearsal_s_paper_says_that_it_is_one(tmp_path: Path) -> None:
    rules = decode_rules(preset("shanxi-2019"))
    state = judged(opened(contest_of(1, {"专家评委": 3, "专业评委": 3}), rules, rehearsal=True), lambda *_: 800)
    for path in sheets.print_all(*shown(state), tmp_path, printed_at=AT):
        assert "演练非正式记录" in pages.texts(path.read_bytes())[0]


def test_a_reprint_says_which_print_it_replaces(final: tuple[Briefing, ChairView]) -> None:
    form = Printing(*final, printed_at=AT, version=2, supersedes="代替第 1 版").f3()["F3"]
    found = pages.text(sheets.printing.render([form], "样"))
    assert "第2版" in found
    assert "代替第1版" in found


def test_a_paper_review_has_no_time_sheet(tmp_path: Path) -> None:
    rules = decode_rules({**preset("shanxi-2019"), "timing": None, "kind": "paper_review"})
    state = judged(opened(contest_of(1, {"专家评委": 3, "专业评委": 3}), rules), lambda *_: 800)
    names = [path.name for path in sheets.print_all(*shown(state), tmp_path, printed_at=AT)]
    assert "F3.pdf" in names
    assert "F6.pdf" not in names


def test_a_project_that_is_out_has_no_unsent_sheets_printed(tmp_path: Path) -> None:
    rules = decode_rules(preset("shanxi-2019"))
    state = judged(opened(contest_of(2, {"专家评委": 3, "专业评委": 3}), rules), lambda *_: 800)
    for judge in ("E1", "E2", "E3", "P1", "P2", "P3"):
        state = with_sheet(state, "02", judge, status=SheetStatus.EMPTY, points=None)
    state = at_stage(state, ProjectStage.WITHDRAWN, "02")
    names = [path.name for path in sheets.print_all(*shown(state), tmp_path, printed_at=AT)]
    assert [name for name in names if "-02" in name] == []


def test_blank_forms_are_written_for_each_class_of_judges(final: tuple[Briefing, ChairView], tmp_path: Path) -> None:
    names = {path.name for path in sheets.print_blank(final[0].rules, tmp_path, final[0])}
    assert names == {
        "F1-空白-专家评委.pdf",
        "F1-空白-专业评委.pdf",
        "F2-空白.pdf",
        "F3-空白.pdf",
        "F4-空白.pdf",
        "F5-空白.pdf",
        "F6-空白.pdf",
    }
    for path in tmp_path.iterdir():
        found = pages.texts(path.read_bytes())
        assert len(found) == 1, f"{path.name} fits on one page"
        assert "文件编号" not in found[0]


def test_blank_forms_need_no_contest(final: tuple[Briefing, ChairView], tmp_path: Path) -> None:
    assert len(sheets.print_blank(final[0].rules, tmp_path)) == 7


@pytest.mark.parametrize("key", ["sichuan-2023", "shanxi-2019", "national-2020", "tianjin-2025", "shanghai-2025"])
def test_every_preset_prints_with_letters_inside_the_page(key: str) -> None:
    rules = decode_rules(preset(key))
    classes = {one.judge_class or "评委": 7 for one in rules.judged_components}
    name = "基于多模态大模型与区块链的“互联网+医疗健康”一体化协同平台"
    state = judged(
        opened(contest_of(6, classes, project=name, judge="欧阳𬱖𠅤", unit="某省某市人民医院"), rules), lambda *_: 800
    )
    held = Printing(*shown(state), printed_at=AT)
    for form in (
        *list(held.f1().values())[:2],
        *list(held.f2().values())[:1],
        *held.f3().values(),
        *held.f6().values(),
    ):
        for width, height, letters in pages.boxes(sheets.printing.render([form], "样")):
            assert letters
            assert all(box[0] > 40 and box[2] < width - 40 and box[1] > 20 and box[3] < height - 20 for box in letters)
