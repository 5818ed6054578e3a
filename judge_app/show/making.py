"""What is made of a deck before the session, by programs that may hang: its PDF by LibreOffice, and its slides' pictures.

Each is a process of its own with a budget, killed with its children when that is spent. LibreOffice gets a copy under a
name of ours and a profile of its own, so that neither a deck's name nor an open office can disturb it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import psutil
from PySide6.QtCore import QSize

from judge_app.show.driver import ShowError, ShowHung
from judge_app.show.kept import KeptDecks, still_name
from judge_app.show.pdf import PdfPages

PDF_BUDGET_S: Final = 120.0
STILLS_BUDGET_S: Final = 60.0
STILL_SIZE: Final = QSize(1920, 1080)
_QUALITY: Final = 88


def keep_pdf(deck: Path, sha256: str, kept: KeptDecks, soffice: str, budget_s: float = PDF_BUDGET_S) -> Path:
    """The PDF of a deck, made where it is not kept yet. Raises ShowError, ShowHung."""
    known = kept.pdf(sha256)
    if known is not None:
        return known
    workshop = kept.workshop()
    try:
        copy = workshop / f"deck{deck.suffix.lower()}"
        shutil.copyfile(deck, copy)
        profile = (workshop / "profile").resolve().as_uri()
        command = [soffice, f"-env:UserInstallation={profile}", "--headless", "--norestore", "--nolockcheck"]
        command += ["--convert-to", "pdf:impress_pdf_Export", "--outdir", str(workshop), str(copy)]
        _run(command, budget_s, "转换为 PDF", "making the PDF")
        made = workshop / "deck.pdf"
        if not made.is_file():
            raise ShowError(f"LibreOffice 打不开：{deck.name}", f"LibreOffice cannot open {deck.name}")
        PdfPages(made).close()
        return kept.put_pdf(sha256, made)
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def keep_stills(pdf: Path, sha256: str, kept: KeptDecks, budget_s: float = STILLS_BUDGET_S) -> int:
    """A picture of each page of a deck's PDF, made where they are not kept yet; how many. Raises ShowError, ShowHung."""
    known = kept.stills(sha256)
    if known:
        return known
    workshop = kept.workshop()
    try:
        pictures = workshop / "stills"
        pictures.mkdir()
        _run(stills_argv(pdf, pictures), budget_s, "制作页面图片", "making the slides' pictures")
        kept.put_stills(sha256, pictures)
    finally:
        shutil.rmtree(workshop, ignore_errors=True)
    return kept.stills(sha256)


def stills_argv(pdf: Path, folder: Path) -> list[str]:
    """How to start this program to draw a PDF's pages, from source and frozen alike."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "show-stills", str(pdf), str(folder)]
    return [sys.executable, "-m", "judge_app.show.making", str(pdf), str(folder)]


def draw(pdf: Path, folder: Path) -> None:
    """Draw each page as a JPEG, as large as fits into ``STILL_SIZE``. Raises ShowError."""
    pages = PdfPages(pdf)
    try:
        for slide in range(1, pages.count + 1):
            if not pages.picture(slide, STILL_SIZE).save(str(folder / still_name(slide)), quality=_QUALITY):
                raise ShowError("写不进图片", "a picture cannot be written")
    finally:
        pages.close()


def _run(command: Sequence[str], budget_s: float, zh: str, en: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment,
        start_new_session=sys.platform != "win32",
    )
    try:
        _, said = process.communicate(timeout=budget_s)
    except subprocess.TimeoutExpired:
        _kill(process)
        raise ShowHung(f"{zh}超过 {budget_s:g} 秒，已停止", f"{en} took over {budget_s:g} s and was stopped") from None
    if process.returncode:
        last = said.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise ShowError(f"{zh}失败：{''.join(last)}", f"{en} failed: {''.join(last)}")


def _kill(process: subprocess.Popen[bytes]) -> None:
    """It and everything that it has started."""
    try:
        family = [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
    except psutil.NoSuchProcess:
        family = []
    for one in family:
        try:
            one.kill()
        except psutil.NoSuchProcess:
            continue
    process.communicate()


def main(arguments: Sequence[str]) -> int:
    """The process that draws: ``PDF FOLDER``."""
    try:
        draw(Path(arguments[0]), Path(arguments[1]))
    except ShowError as error:
        sys.stderr.write(f"{error.zh} / {error.en}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
