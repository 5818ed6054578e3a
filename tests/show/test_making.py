"""The PDF and the pictures that are kept of a deck: made whole, found by content, and killed when they hang."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
import pytest
from PySide6.QtGui import QImage

from judge_app.show.driver import ShowError, ShowHung
from judge_app.show.impress import find_soffice
from judge_app.show.kept import KeptDecks, content_of
from judge_app.show.making import keep_pdf, keep_stills
from judge_app.show.pdf import PdfPages
from tests.show.odp import make_odp


def stand_in(folder: Path, does: str) -> str:
    """A program in LibreOffice's stead."""
    script = folder / "soffice"
    script.write_text(f"#!{sys.executable}\nimport os, subprocess, sys, time\n{does}\n", "utf-8")
    script.chmod(0o755)
    return str(script)


@pytest.fixture
def kept(tmp_path: Path) -> KeptDecks:
    return KeptDecks(tmp_path / "kept")


def left_over(kept: KeptDecks) -> list[str]:
    return [path.name for path in kept.folder.iterdir() if path.name.startswith("making-")]


@pytest.mark.office
def test_a_deck_becomes_a_pdf_and_pictures_under_its_content(tmp_path: Path, kept: KeptDecks) -> None:
    soffice = find_soffice()
    assert soffice is not None
    deck = make_odp(tmp_path / "讲稿 'x'; rm -rf.odp", ("#ff0000", "#00ff00"))
    content = content_of(deck)
    pdf = keep_pdf(deck, content, kept, soffice)
    assert pdf == kept.pdf(content)
    pages = PdfPages(pdf)
    assert pages.count == 2
    pages.close()
    assert keep_stills(pdf, content, kept) == 2
    still = kept.still(content, 2)
    assert still is not None
    assert QImage(str(still)).pixelColor(100, 100).green() > 240
    assert left_over(kept) == []


def test_pictures_are_made_once_and_there_is_none_beyond_the_last(deck: Path, kept: KeptDecks) -> None:
    content = content_of(deck)
    assert keep_stills(deck, content, kept) == 3
    still = kept.still(content, 3)
    assert still is not None
    made = still.stat().st_mtime_ns
    assert QImage(str(still)).width() == 1920
    assert keep_stills(deck, content, kept) == 3
    assert still.stat().st_mtime_ns == made
    assert kept.still(content, 4) is None
    assert kept.pdf(content) is None


def test_a_changed_deck_is_another_one(deck: Path, tmp_path: Path) -> None:
    other = tmp_path / "b.pdf"
    other.write_bytes(deck.read_bytes() + b"\n")
    assert content_of(other) != content_of(deck)


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script with a #! line")
def test_a_libreoffice_that_hangs_is_killed_with_what_it_started(tmp_path: Path, kept: KeptDecks) -> None:
    told = tmp_path / "pid"
    does = (
        f"child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"open({str(told)!r}, 'w').write(str(child.pid)); time.sleep(600)"
    )
    deck = make_odp(tmp_path / "a.odp", ("#ff0000",))
    with pytest.raises(ShowHung):
        keep_pdf(deck, content_of(deck), kept, stand_in(tmp_path, does), budget_s=3)
    pid = int(told.read_text())
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    assert kept.pdf(content_of(deck)) is None
    assert left_over(kept) == []


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script with a #! line")
@pytest.mark.parametrize("does", ["sys.exit(3)", "pass", "open(sys.argv[-2] + '/deck.pdf', 'w').write('no pdf')"])
def test_a_libreoffice_that_makes_no_pdf_leaves_nothing(tmp_path: Path, kept: KeptDecks, does: str) -> None:
    deck = make_odp(tmp_path / "a.odp", ("#ff0000",))
    with pytest.raises(ShowError):
        keep_pdf(deck, content_of(deck), kept, stand_in(tmp_path, does))
    assert kept.pdf(content_of(deck)) is None
    assert left_over(kept) == []


def test_pictures_of_a_broken_pdf_leave_nothing(tmp_path: Path, kept: KeptDecks) -> None:
    broken = tmp_path / "b.pdf"
    broken.write_bytes(b"%PDF-1.4")
    with pytest.raises(ShowError):
        keep_stills(broken, "1" * 64, kept)
    assert kept.stills("1" * 64) == 0
    assert left_over(kept) == []


def test_only_a_content_names_a_folder(kept: KeptDecks) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        kept.pdf("../../etc")
