"""What a judge is asked before something that others will see."""

from __future__ import annotations

from judge_app.ui.glossary import number
from judge_app.ui.language import tr
from judge_app.ui.widgets import Question


def recuse_question(entry_no: str) -> Question:
    """申请回避 (domain.md 46): with its reason."""
    return Question(
        key=f"recuse:{entry_no}",
        title=tr("Recuse yourself from project {number}?", number=number(entry_no)),
        consequence=tr("You will give no marks to this project; the others' count. Host and chair see the reason."),
        reasons=(
            tr("Same unit"),
            tr("Relative"),
            tr("Teacher and student"),
            tr("Partner or investor"),
        ),
        yes=tr("Recuse"),
        danger=True,
    )


def return_question(entry_no: str) -> Question:
    """A recorded sheet is changed only after the chair has returned it (A-32)."""
    return Question(
        key=f"return:{entry_no}",
        title=tr("Ask for the sheet of project {number} back?", number=number(entry_no)),
        consequence=tr("Your marks count as they are until the chair returns the sheet; the old ones are kept."),
        reasons=(tr("A mark was entered wrongly"), tr("Another look at the material")),
        yes=tr("Ask the chair"),
    )
