"""代录 at the desk: one person's reading of a judge's paper sheet, on the same form that the judge would have filled.

The reading is recorded apart from any other; what the second person reads is not shown before both are in, and then line
by line where they differ. A photo of the paper may go along; it is made small enough for the room first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt, Signal
from PySide6.QtGui import QImage, QImageReader, QImageWriter
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from judge_app.core.commands import Points
from judge_app.core.paper import differing
from judge_app.core.seats import Role
from judge_app.core.stages import ProjectStage, SheetStatus
from judge_app.core.views import Briefing, ChairView, PaperView
from judge_app.ui.glossary import criterion_name, hundredths, number
from judge_app.ui.judge.form import SheetForm
from judge_app.ui.language import tr
from judge_app.ui.own_rules import rules_of
from judge_app.ui.widgets import ActionButton, ElidedLabel, Label, rule
from judge_app.wire.messages import MAX_PHOTO

MAY = frozenset({Role.CHAIR, Role.SCORER, Role.CHECKER})
"""Who may enter a paper sheet (core/seats.py)."""
_OPEN = (ProjectStage.RUNNING, ProjectStage.BETWEEN, ProjectStage.SCORING, ProjectStage.CLOSED)
_SIDES = (1_800, 1_400, 1_100, 800)
_QUALITIES = (80, 65, 50)


def open_sheets(view: ChairView, briefing: Briefing, entry_no: str) -> tuple[str, ...]:
    """The judges whose sheet for a project could be entered from paper at this seat now."""
    stage = next((one.stage for one in view.projects if one.entry_no == entry_no), None)
    if briefing.seat.role not in MAY or stage not in _OPEN or entry_no in view.own_pending:
        return ()
    return tuple(
        line.judge
        for line in view.sheets
        if line.entry_no == entry_no
        and line.status in (SheetStatus.EMPTY, SheetStatus.RETURNED)
        and line.judge != briefing.seat.judge
    )


def waiting(view: ChairView, entry_no: str, judge: str) -> PaperView | None:
    return next((one for one in view.papers if (one.entry_no, one.judge) == (entry_no, judge)), None)


def difference_words(briefing: Briefing, one: PaperView) -> list[str]:
    """Where the two readings differ, line by line, the own one first; empty while there is nothing to compare."""
    own = one.readings.get(briefing.seat.id)
    other = next((points for seat, points in one.readings.items() if seat != briefing.seat.id), None)
    if own is None or other is None:
        return []
    made = []
    for key, name, mine, theirs in differing(own, other):
        component = rules_of(briefing, one.entry_no).component(key)
        found = next((line for line in component.criteria if line.name == name), None) if component else None
        words = criterion_name(found) if found is not None else name
        made.append(
            tr("{line}: you {own}, the other {other}", line=words, own=hundredths(mine), other=hundredths(theirs))
        )
    return made


def small_enough(path: Path) -> bytes | None:
    """A picture as JPEG that the room takes, upright and as large as may be; None for what is no picture."""
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    image = reader.read()
    if image.isNull():
        return None
    for side in _SIDES:
        fitted = image
        if max(image.width(), image.height()) > side:
            fitted = image.scaled(
                QSize(side, side), Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
        for quality in _QUALITIES:
            data = _jpeg(fitted, quality)
            if len(data) <= MAX_PHOTO:
                return data
    return None


def _jpeg(image: QImage, quality: int) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, QByteArray(b"jpg"))
    writer.setQuality(quality)
    writer.write(image)
    return bytes(buffer.data().data())


class PaperCard(QWidget):
    """The form of one reading. ``changed``: it is more or less complete; ``closed``: it is put away."""

    changed = Signal()
    closed = Signal()
    finished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entry_no = ""
        self.judge = ""
        self.photo: bytes | None = None
        self._dialog: QFileDialog | None = None
        self._briefing: Briefing | None = None
        self._title = ElidedLabel("", "strong")
        self._note = Label("", "second", wrap=True)
        self.name = QLineEdit()
        self.name.setMaxLength(50)
        self.photo_button = ActionButton("")
        self.close_button = ActionButton("", kind="quiet")
        self.form = SheetForm()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QVBoxLayout()
        head.setContentsMargins(16, 10, 16, 10)
        head.setSpacing(6)
        top = QHBoxLayout()
        top.addWidget(self._title, 1)
        top.addWidget(self.close_button)
        tools = QHBoxLayout()
        tools.setSpacing(8)
        tools.addWidget(self.name, 1)
        tools.addWidget(self.photo_button)
        head.addLayout(top)
        head.addWidget(self._note)
        head.addLayout(tools)
        column.addLayout(head)
        column.addWidget(rule())
        column.addWidget(self.form, 1)
        # Connect Signals
        self.form.changed.connect(self.changed)
        self.form.finished.connect(self.finished)
        self.name.textChanged.connect(self.changed)
        self.close_button.clicked.connect(self.closed)
        self.photo_button.clicked.connect(self._choose_photo)

    def begin(self, briefing: Briefing, view: ChairView, entry_no: str, judge: str, name: str) -> None:
        """A judge's sheet of a project; the own earlier reading stands in the form to be looked over."""
        self._briefing = briefing
        self.entry_no, self.judge, self.photo = entry_no, judge, None
        card = next(one for one in briefing.judges if one.no == judge)
        self.form.set_components(rules_of(briefing, entry_no).components_of(card.judge_class))
        held = waiting(view, entry_no, judge)
        self.form.set_points(held.readings.get(briefing.seat.id) if held is not None else None)
        before = dict(held.entered).get(briefing.seat.id, "") if held is not None else ""
        self.name.setText(before or name)
        self.show_words(view)

    def focus_first(self) -> None:
        """To the first thing that is missing."""
        if not self.name.text() or not self.form.focus_first_open():
            self.name.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def complete(self) -> bool:
        return self.form.complete and not self.form.faults and bool(self.name.text().strip())

    def points(self) -> Points:
        return self.form.points()

    @property
    def digest(self) -> str:
        """The photo's SHA-256 (hex), or ''."""
        return "" if self.photo is None else hashlib.sha256(self.photo).hexdigest()

    def show_words(self, view: ChairView) -> None:
        """Every word again."""
        briefing = self._briefing
        if briefing is None:
            return
        name = next((one.name for one in briefing.judges if one.no == self.judge), "")
        self._title.setText(
            tr("From paper: {judge}, project {no}", judge=f"{self.judge} {name}".strip(), no=number(self.entry_no))
        )
        held = waiting(view, self.entry_no, self.judge)
        words = difference_words(briefing, held) if held is not None else []
        self._note.set_tone("stop" if words else "plain")
        self._note.setText(
            tr("The two readings differ, look at the paper again: {lines}", lines=" · ".join(words))
            if words
            else tr("Enter what the paper says. A second person enters it apart; only if both agree is it recorded.")
        )
        self.name.setPlaceholderText(tr("Your name"))
        self.name.setAccessibleName(tr("Your name"))
        self.close_button.set_action(tr("Put away"))
        self.show_photo()

    def show_photo(self) -> None:
        self.photo_button.set_action(tr("Photo of the sheet…") if self.photo is None else tr("Photo added"))

    def take_photo(self, path: str) -> None:
        """A picture file becomes the photo of this sheet; one that is none is said to be none."""
        self.photo = small_enough(Path(path))
        self.show_photo()
        if self.photo is None:
            self._note.set_tone("stop")
            self._note.setText(tr("That file is no picture that can be read: {name}", name=Path(path).name))
        self.changed.emit()

    def _choose_photo(self) -> None:
        dialog = QFileDialog(self, tr("Photo of the sheet…"))
        dialog.setNameFilters([tr("Pictures (*.jpg *.jpeg *.png)"), tr("All files (*)")])
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.take_photo)
        self._dialog = dialog
        dialog.open()


def choices(view: ChairView, briefing: Briefing, entry_no: str) -> Sequence[tuple[str, str, str]]:
    """(judge, words, who has read it already) of every sheet that could be entered."""
    made = []
    for judge in open_sheets(view, briefing, entry_no):
        name = next((one.name for one in briefing.judges if one.no == judge), "")
        held = waiting(view, entry_no, judge)
        by = tr("read by {name}", name=held.entered[0][1]) if held is not None and held.entered else ""
        made.append((judge, f"{judge} {name}".strip(), by))
    return made
