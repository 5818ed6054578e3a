"""What is told of a form that was to be printed: where it lies, or why it is not there and what to do."""

from __future__ import annotations

from judge_app.ui.glossary import number
from judge_app.ui.language import tr
from judge_app.ui.widgets import Trouble


def told(form: str, entry_no: str, path: str, error: str, *, opened: bool) -> Trouble | None:
    """What is to be told of a form that was to be printed; None where it lies open in a viewer."""
    what = f"{form} · {number(entry_no)}" if entry_no else form
    key = f"printed|{form}|{entry_no}|{path}"
    close = ("close", tr("Understood"), False)
    if error:
        said = tr("{place}: {what}", place=path, what=error) if path else error
        todo = tr(
            "Nothing else is lost. See that this folder exists, is not full and may be written to, then print again."
        )
        again = ("again", tr("Print again"), False)
        return Trouble(
            key, tr("{form} could not be made for printing", form=what), f"{said}\n{todo}", "stop", (again, close)
        )
    if not path:
        text = tr("There is no sheet or result for it yet that you may see.")
        return Trouble(key, tr("{form}: nothing to print yet", form=what), text, "info", (close,))
    if not opened:
        todo = tr("Open this file by hand, or take it to a computer with a printer.")
        copy = ("copy", tr("Copy its place"), False)
        title = tr("{form} is ready, but no program here shows PDF files", form=what)
        return Trouble(key, title, f"{path}\n{todo}", "warn", (copy, close))
    return None
