"""What the chair prints from her window is a whole PDF of the chosen forms, in a folder of the session's own."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import msgspec
import pypdfium2
import pytest
from PySide6.QtCore import QUrl

from judge_app.core.views import JoinLink
from judge_app.sheets.seat_card import STEPS
from judge_app.ui import printing, samples
from judge_app.ui.language import read_catalogue


@pytest.fixture(scope="module")
def under_way() -> samples.Play:
    return samples.under_way()


def text_of(path: Path) -> list[str]:
    with pypdfium2.PdfDocument(path) as paper:
        return [page.get_textpage().get_text_range() for page in paper]


def test_one_projects_summary_is_one_page_with_its_total(under_way: samples.Play, tmp_path: Path) -> None:
    path = printing.print_forms(
        under_way.briefing("chair"), under_way.chair(), "F2", "3", under_way.now_ns, tmp_path / "papers"
    )
    assert path is not None
    pages = text_of(path)
    assert len(pages) == 1
    assert "124.23" in pages[0]


def test_the_sheets_of_a_project_are_those_of_its_judges(under_way: samples.Play, tmp_path: Path) -> None:
    path = printing.print_forms(under_way.briefing("chair"), under_way.chair(), "F1", "1", None, tmp_path)
    assert path is not None
    assert len(text_of(path)) == 12


def test_a_project_whose_number_begins_like_another_is_not_printed_with_it(
    under_way: samples.Play, tmp_path: Path
) -> None:
    path = printing.print_forms(under_way.briefing("chair"), under_way.chair(), "F2", "1", None, tmp_path)
    assert path is not None
    assert len(text_of(path)) == 1


def test_a_system_without_a_viewer_is_said_so(tmp_path: Path) -> None:
    asked: list[QUrl] = []

    def no_viewer(url: QUrl) -> bool:
        asked.append(url)
        return False

    assert printing.show(tmp_path / "F3.pdf", no_viewer) is False
    assert asked[0].isLocalFile()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's home without a folder of documents of another name."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


def test_what_is_printed_lies_in_the_sessions_folder_and_is_shown(under_way: samples.Play, home: Path) -> None:
    made = printing.print_for(under_way.briefing("chair"), under_way.chair(), "F3", "", under_way.now_ns)
    assert Path(made.path).is_relative_to(home)
    assert Path(made.path).read_bytes().startswith(b"%PDF")
    assert (made.error, made.opened) == ("", False)
    assert printing.opened(made, lambda _: True).opened
    assert not printing.opened(made, lambda _: False).opened


def test_a_folder_that_cannot_be_made_is_said_with_its_reason(
    under_way: samples.Play, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (home / "Documents").write_text("a file in the folder's place")
    with caplog.at_level(logging.ERROR):
        made = printing.print_for(under_way.briefing("chair"), under_way.chair(), "F3", "", None)
    assert made.path.startswith(str(home / "Documents"))
    assert made.error in ("Not a directory", "File exists")
    assert printing.opened(made, lambda _: True) == made, "nothing is opened that is not there"
    assert caplog.records


def test_whatever_else_goes_wrong_is_said_too(
    under_way: samples.Play, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        made = printing.print_for(under_way.briefing("chair"), under_way.chair(), "F9", "", None)
    assert made.error == "KeyError: 'F9'"
    assert made.path
    assert caplog.records


def test_seat_cards_carry_the_links_made_for_cards_and_are_their_owners_alone(
    under_way: samples.Play, tmp_path: Path
) -> None:
    view = under_way.host()
    cards = tuple(
        JoinLink(seat=seat.seat.id, link="rsj://shown", card=f"rsj://card/{seat.seat.id}") for seat in view.seats
    )
    path = printing.print_seat_cards(
        under_way.briefing("host"), msgspec.structs.replace(view, join_links=cards), tmp_path / "papers"
    )
    pages = text_of(path)
    judges = under_way.briefing("host").judges
    assert len(pages) >= 2 * len(judges)
    assert all(any(judge.name in page for page in pages) for judge in judges)
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o077 == 0


def test_the_card_names_the_start_windows_own_words() -> None:
    assert f"“{read_catalogue('zh')['Join as judge, chair or desk']}”" in STEPS[0]
