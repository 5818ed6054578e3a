"""From a window to paper: the chosen forms in one PDF, which the system's own viewer shows and prints."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from pathlib import Path

import msgspec
from PySide6.QtCore import QStandardPaths, QUrl
from PySide6.QtGui import QDesktopServices

from judge_app.core.views import Briefing, ChairView, HostView
from judge_app.sheets.f6_timing import anchored
from judge_app.sheets.paper import render
from judge_app.sheets.printing import Printing, print_cards, safe_name, write

log = logging.getLogger(__name__)


class Printed(msgspec.Struct, frozen=True):
    """What became of a wish to print: the file (or, with ``error``, where it was to be), and whether a viewer shows it.
    Neither path nor error: there was nothing to print."""

    path: str = ""
    error: str = ""
    opened: bool = False


def print_for(briefing: Briefing, view: ChairView | HostView, form: str, entry_no: str, now_ns: int | None) -> Printed:
    """The forms that a seat asked for, in its session's folder; a host's are the seat cards. Whatever goes wrong is in
    the answer, so that who asked can be told."""
    folder = Path()
    try:
        folder = papers_folder(briefing)
        if isinstance(view, HostView):
            return Printed(str(print_seat_cards(briefing, view, folder)))
        path = print_forms(briefing, view, form, entry_no, now_ns, folder)
    except OSError as error:
        log.exception("printing %s failed", form)
        return Printed(str(error.filename or folder), error.strerror or str(error))
    except Exception as error:
        log.exception("printing %s failed", form)
        return Printed(str(folder), f"{type(error).__name__}: {error}")
    return Printed("" if path is None else str(path))


def opened(made: Printed, opener: Callable[[QUrl], bool] = QDesktopServices.openUrl) -> Printed:
    """The file of what was printed in the system's viewer, as far as there is one."""
    if made.error or not made.path:
        return made
    return msgspec.structs.replace(made, opened=show(Path(made.path), opener))


def papers_folder(briefing: Briefing) -> Path:
    """Where this session's papers go: a folder of its own among the person's documents."""
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    name = f"{safe_name(briefing.contest_name)}-{safe_name(briefing.session.name)}"
    return Path(documents) / "judge-app" / name


def print_forms(
    briefing: Briefing, view: ChairView, form: str, entry_no: str, now_ns: int | None, folder: Path
) -> Path | None:
    """One PDF of the chosen forms (F1, F2, F3, F6; of one project, or all); None where there is nothing to print.

    Raises OSError where the folder takes no file.
    """
    printed_at = dt.datetime.now().astimezone()
    wall = None if now_ns is None else anchored(now_ns, printed_at)
    forms = Printing(briefing, view, printed_at=printed_at, wall=wall).chosen(form, entry_no)
    if not forms:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    name = "-".join(
        part for part in (form, safe_name(entry_no) if entry_no else "", printed_at.strftime("%H%M%S")) if part
    )
    return write(folder / f"{name}.pdf", render(list(forms.values()), f"{form} {briefing.contest_name}"))


def print_seat_cards(briefing: Briefing, view: HostView, folder: Path) -> Path:
    """One PDF of the judges' seat cards, front and back by turns, with the links that are made for cards.

    The links are secrets: the file is its owner's alone. Raises OSError where the folder takes no file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"seat-cards-{dt.datetime.now().astimezone().strftime('%H%M%S')}.pdf"
    print_cards(briefing, {link.seat: link.card for link in view.join_links if link.card}, path)
    path.chmod(0o600)
    return path


def show(path: Path, opener: Callable[[QUrl], bool] = QDesktopServices.openUrl) -> bool:
    """Open a PDF in the system's viewer; False where there is none."""
    return opener(QUrl.fromLocalFile(str(path)))
