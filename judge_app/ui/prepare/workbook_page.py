"""The first step: what a workbook says, as tables, with what is wrong in it to be put right on the spot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from judge_app.core.contest import Contest
from judge_app.core.eligibility import Finding, Verdict
from judge_app.core.errors import Problem
from judge_app.core.rules import RuleSet
from judge_app.exchange.draft import SETTINGS, SHEETS, Draft, heading_of, last_row, place, shown
from judge_app.exchange.draft_entries import EntryLook, place_of
from judge_app.exchange.entries import SHEETS as ENTRY_SHEETS
from judge_app.exchange.tables import Located
from judge_app.ui.glossary import counts
from judge_app.ui.language import either, mark, tr, tr_count
from judge_app.ui.prepare.lines import LineDelegate, LineRow
from judge_app.ui.prepare.presets import PresetDelegate, PresetRow
from judge_app.ui.prepare.table import SheetTable
from judge_app.ui.start.problems import ProblemList
from judge_app.ui.theme import Tone
from judge_app.ui.widgets import ActionButton, Card, FlowLayout, Label, RowList

TITLES = {
    SETTINGS: mark("Contest"),
    "场次": mark("Sessions"),
    "项目": mark("Projects"),
    "评委": mark("All judges"),
    "外部成绩": mark("Outside results"),
    "工作人员": mark("Staff"),
    "利益关系": mark("Relations"),
    "单位": mark("Units"),
    "成员": mark("Members"),
    "既往获奖": mark("Earlier awards"),
    "往届": mark("Earlier editions"),
    "材料": mark("Papers"),
    "报名表": mark("Entry forms"),
    "赛区赛道": mark("Regions and tracks"),
}
_VERDICTS: dict[Verdict, tuple[str, Tone]] = {
    Verdict.REJECT: (mark("Refuse"), "stop"),
    Verdict.CONFIRM: (mark("Ask about it"), "warn"),
    Verdict.NOTE: (mark("Note"), "info"),
}


class WorkbookPage(QStackedWidget):
    """Empty: a workbook is asked for, or a preset. Then: its sheets, and the findings beside them.

    ``open_requested`` (path), ``begin_requested`` (preset), ``edited`` (sheet, row → column → text), ``plain_requested``
    (sheet: take merged areas and hidden rows apart), ``columns_requested`` (sheet: add what lacks in its heading),
    ``again_requested`` (another workbook).
    """

    open_requested = Signal(str)
    begin_requested = Signal(str)
    edited = Signal(str, object)
    plain_requested = Signal(str)
    columns_requested = Signal(str)
    again_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._draft: Draft | None = None
        self._contest = Contest(name="")
        self._findings: tuple[Located, ...] = ()
        self._presets: tuple[RuleSet, ...] = ()
        self._failed: tuple[Problem, ...] = ()
        self._title = SETTINGS
        self._current: Located | None = None
        self._fixing = ("", 0, 0)
        self._entries = EntryLook(None)
        self._entry_places: list[Located] = []
        self._shows_entries = False
        self._dialog: QFileDialog | None = None
        self.setProperty("kind", "flow")
        self.setAcceptDrops(True)
        self._make_empty()
        self._make_sheets()
        self._connect()
        self.retranslate()

    # making

    def _make_empty(self) -> None:
        page = QWidget()
        row = QHBoxLayout(page)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        self._open_card, self._preset_card = Card(), Card(flush=True)
        self._open_text = Label("", "second", wrap=True)
        self.path = QLineEdit()
        self.choose = ActionButton("")
        self._problems = ProblemList()
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.path, 1)
        line.addWidget(self.choose)
        self._open_card.body.addWidget(self._open_text)
        self._open_card.body.addLayout(line)
        self._open_card.body.addWidget(self._problems, 1)
        self._open_card.body.addStretch(0)
        self.preset_list = RowList(PresetDelegate)
        self._preset_card.body.addWidget(self.preset_list, 1)
        row.addWidget(self._open_card, 1)
        row.addWidget(self._preset_card, 1)
        self.addWidget(page)

    def _make_sheets(self) -> None:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        top = QHBoxLayout()
        top.setSpacing(8)
        self._summary = Label("", "strong", wrap=True)
        self.another = ActionButton("")
        self.unchecked = QPushButton()
        self.unchecked.setProperty("kind", "chip")
        self.unchecked.setCheckable(True)
        top.addWidget(self._summary, 1)
        top.addWidget(self.unchecked)
        top.addWidget(self.another)
        column.addLayout(top)
        chips = QWidget()
        flow = FlowLayout(chips)
        self._tabs = QButtonGroup(self)
        for title in TITLES:
            tab = QPushButton()
            tab.setProperty("kind", "chip")
            tab.setProperty("sheet", title)
            tab.setCheckable(True)
            self._tabs.addButton(tab)
            flow.addWidget(tab)
        self._tabs.buttons()[0].setChecked(True)
        column.addWidget(chips)
        self.table = SheetTable()
        card = Card(flush=True)
        card.body.addWidget(self.table)
        self._side = QWidget()
        side = QVBoxLayout(self._side)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(8)
        self._list_card = Card(flush=True)
        self.problems = ProblemList()
        self._list_card.body.addWidget(self.problems, 1)
        self._entry_card = Card(flush=True)
        self.entries = RowList(LineDelegate)
        self._entry_card.body.addWidget(self.entries, 1)
        self._kinds = QWidget()
        kinds = FlowLayout(self._kinds)
        self.findings_chip, self.entries_chip = QPushButton(), QPushButton()
        for chip in (self.findings_chip, self.entries_chip):
            chip.setProperty("kind", "chip")
            chip.setCheckable(True)
            kinds.addWidget(chip)
        side.addWidget(self._kinds)
        side.addWidget(self._list_card, 1)
        side.addWidget(self._entry_card, 1)
        side.addWidget(self._make_fix())
        both = QHBoxLayout()
        both.setSpacing(12)
        both.addWidget(card, 62)
        both.addWidget(self._side, 38)
        column.addLayout(both, 1)
        self._hint = Label("", "second", wrap=True)
        column.addWidget(self._hint)
        self.addWidget(page)

    def _make_fix(self) -> QWidget:
        self.fix = QFrame()
        self.fix.setProperty("kind", "card")
        column = QVBoxLayout(self.fix)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(6)
        self._fix_place = Label("", "strong", wrap=True)
        self.fix_text = QLineEdit()
        self.fix_button = ActionButton("")
        column.addWidget(self._fix_place)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.fix_text, 1)
        row.addWidget(self.fix_button)
        column.addLayout(row)
        self.mend_button = ActionButton("")
        column.addWidget(self.mend_button)
        self._fix_hint = Label("", "second", wrap=True)
        column.addWidget(self._fix_hint)
        return self.fix

    def _connect(self) -> None:
        self.path.returnPressed.connect(self._take_path)
        self.choose.clicked.connect(self.open_dialog)
        self.preset_list.picked.connect(self.begin_requested)
        self.another.clicked.connect(self.again_requested)
        self._tabs.buttonClicked.connect(lambda tab: self.show_sheet(str(tab.property("sheet"))))
        self.table.edited.connect(lambda rows: self.edited.emit(self._title, rows))
        self.problems.picked.connect(lambda key: self._pick_finding(int(key)))
        self.entries.picked.connect(lambda key: self.choose_entry(int(key)))
        self.unchecked.clicked.connect(lambda on: self._show_side(entries=on))
        self.findings_chip.clicked.connect(lambda: self._show_side(entries=False))
        self.entries_chip.clicked.connect(lambda: self._show_side(entries=True))
        self.fix_text.returnPressed.connect(self._fix)
        self.fix_button.clicked.connect(self._fix)
        self.mend_button.clicked.connect(self._mend)

    # setters

    def set_presets(self, presets: Sequence[RuleSet]) -> None:
        """What a contest can begin from."""
        self._presets = tuple(presets)
        self.retranslate()

    def set_failed(self, path: str, problems: Sequence[Problem]) -> None:
        """The file at ``path`` cannot be opened: why."""
        self.path.setText(path)
        self._failed = tuple(problems)
        self.retranslate()

    def set_contest(self, draft: Draft, contest: Contest, findings: Sequence[Located]) -> None:
        """The workbook as it stands."""
        fresh = self._draft is None
        place_before = next((at for at, one in enumerate(self._findings) if one is self._current), 0)
        self._draft, self._contest, self._findings = draft, contest, tuple(findings)
        self._failed = ()
        self.setCurrentIndex(1)
        self._current = None
        if self._findings and not self._shows_entries:
            self._current = self._findings[min(place_before, len(self._findings) - 1)]
        if fresh and self._current is not None and self._current.title in TITLES:
            self._title = self._current.title
        self.retranslate()
        if fresh and self._current is not None:
            self.choose_finding(0)

    def set_entries(self, look: EntryLook) -> None:
        """What the entry check found in the workbook as it stands."""
        self._entries = look
        self._show_entries()

    def clear(self) -> None:
        """Nothing is open: another workbook or preset is asked for."""
        self._draft = None
        self.setCurrentIndex(0)
        self.retranslate()

    @property
    def shows_sheets(self) -> bool:
        """Whether the open workbook is shown; else another is being chosen."""
        return self.currentIndex() == 1

    @property
    def sheet(self) -> str:
        """The title of the sheet that is shown."""
        return self._title

    def show_sheet(self, title: str) -> None:
        if title in TITLES:
            self._title = title
            self._show_sheet()

    def choose_finding(self, at: int) -> None:
        """Shows a finding's cell, ready to be typed over."""
        if not 0 <= at < len(self._findings):
            return
        self._show_side(entries=False)
        self.problems.choose(str(at))
        self._go_to(self._findings[at])

    def choose_entry(self, at: int) -> None:
        """Shows where what the entry check said is put right."""
        if not 0 <= at < len(self._entry_places):
            return
        self.finish_typing()
        self._show_side(entries=True)
        self.entries.choose(str(at))
        self._go_to(self._entry_places[at])

    def _go_to(self, one: Located) -> None:
        self._current = one
        if self._current.title in TITLES:
            self._title = self._current.title
        self._show_sheet()
        self._show_fix()
        if self._current.row:
            self.table.go_to(self._current.row, self._current.column)
        elif self._fix_hint.isVisibleTo(self):
            self.table.setCurrentIndex(self.table.sheet.index(0, 0))
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        if self.isVisible() and self.fix_text.isVisibleTo(self):
            self.fix_text.setFocus(Qt.FocusReason.OtherFocusReason)
            self.fix_text.selectAll()

    def finish_typing(self) -> None:
        """Takes what stands half typed in a cell or in the correction's line."""
        self.table.finish_typing()
        if self.fix_text.isModified() and self.fix_text.isVisibleTo(self):
            self._fix()

    # showing

    def retranslate(self) -> None:
        """Every text again, in the language in force."""
        self._open_card.set_heading(tr("Open a workbook"))
        self._open_text.setText(
            tr("contest.xlsx as the organiser keeps it, or drop it here. The file itself is not changed.")
        )
        self.path.setPlaceholderText(tr("Path of the workbook"))
        self.path.setAccessibleName(tr("Path of the workbook"))
        self.choose.set_action(tr("Choose…"))
        self._problems.set_problems(self._failed)
        self._problems.setVisible(bool(self._failed))
        self._preset_card.set_heading(tr("Or begin from a preset"))
        self.preset_list.setAccessibleName(tr("Or begin from a preset"))
        self.preset_list.set_rows([PresetRow.of(rules) for rules in self._presets])
        self.another.set_action(tr("Another workbook…"))
        self.fix_button.set_action(tr("Put it right"), "Enter")
        self.fix_text.setAccessibleName(tr("What the cell should say"))
        self._list_card.set_heading(tr("To put right"))
        self._hint.setText(
            tr("Type in any cell; paste from a spreadsheet with Ctrl+V. Nothing is saved until you save.")
        )
        self._show_contest()
        self._show_sheet()
        self._show_fix()

    def _show_contest(self) -> None:
        held = self._contest
        self._summary.setText(
            tr(
                "{name}: {counts}",
                name=held.name or tr("Contest without a name"),
                counts=counts(sessions=len(held.sessions), projects=len(held.projects), judges=len(held.judges)),
            )
        )
        self.problems.set_problems(
            [Problem(self._where(one), one.problem.zh, one.problem.en) for one in self._findings]
        )
        if self._current in self._findings:
            self.problems.choose(str(self._findings.index(self._current)))
        self._show_entries()

    def _show_entries(self) -> None:
        report = self._entries.report
        rows: list[LineRow] = []
        self._entry_places = []
        if self._draft is not None and report is not None and self._contest.projects:
            names = {one.entry_no: one.name for one in self._contest.projects}
            for one in self._entries.located:
                self._entry_places.append(one)
                words = either(one.problem.zh, one.problem.en)
                rows.append(LineRow(str(len(rows)), self._where(one), words, tr("To put right"), "stop"))
            for finding in sorted(report.findings, key=lambda one: list(Verdict).index(one.verdict)):
                at = place_of(self._draft, finding)
                self._entry_places.append(Located(Problem(at[0], finding.zh, finding.en), *at))
                title = tr("No. {no} {name}", no=finding.entry_no, name=names.get(finding.entry_no, "")).strip()
                verdict, tone = _VERDICTS[finding.verdict]
                rows.append(LineRow(str(len(rows)), title, _said(finding), tr(verdict), tone))
            for state in report.not_checked:
                sheet = state.lacking.split("、")[0]
                self._entry_places.append(Located(Problem(sheet, "", ""), sheet if sheet in TITLES else ""))
                words = tr("The workbook has no sheet {sheet}: nobody has looked at this.", sheet=state.lacking)
                if sheet not in TITLES:
                    words = tr("No project names its slides: nobody has looked at this.")
                rows.append(LineRow(str(len(rows)), either(state.zh, state.en), words, tr("Not checked")))
        self.entries.set_rows(rows)
        self._show_side(entries=self._shows_entries)

    def _show_side(self, *, entries: bool) -> None:
        """The findings, or what the entry check says; the other where there is nothing of the one. What was not checked
        alone takes no room until it is asked for."""
        self._shows_entries = entries
        count, found = len(self.entries.rows), len(self._findings)
        report = self._entries.report
        told = bool(self._entries.located or (report is not None and report.findings))
        shows = bool(count) and (entries or (told and not found))
        self._kinds.setVisible(bool(count and found))
        self._entry_card.setVisible(shows)
        self._list_card.setVisible(not shows)
        self.findings_chip.setText(tr("{sheet} · {n}", sheet=tr("To put right"), n=found))
        self.entries_chip.setText(tr("{sheet} · {n}", sheet=tr("Entry rules"), n=count))
        self.findings_chip.setChecked(not shows)
        self.entries_chip.setChecked(shows)
        missed = len(report.not_checked) if report is not None else 0
        aside = tr_count(missed, "{n} not checked", "{n} not checked") if missed else ""
        self._entry_card.set_heading(tr("Entry rules"), aside)
        self._side.setVisible(bool(found or shows))
        self.unchecked.setVisible(bool(count and not told and not found))
        self.unchecked.setText(tr("Entry rules: {n} not checked", n=missed))
        self.unchecked.setChecked(shows)
        if shows and self._current not in self._entry_places:
            self._current = None
            self._show_fix()

    def _where(self, one: Located) -> str:
        """A finding's cell with its column's name; a finding of no sheet keeps the place that it came with."""
        if not one.title or self._draft is None:
            return one.problem.place
        parts = (place(one.title, one.row, one.column), self._called(one))
        return " · ".join(part for part in parts if part)

    def _called(self, one: Located) -> str:
        """What a cell is called: by its column, or in 大赛 by its row."""
        if self._draft is None:
            return ""
        if one.title == SETTINGS and one.row:
            return shown(self._draft.sheets.get(SETTINGS, {}).get(one.row, {}).get(1))
        columns = {number: name for name, number in heading_of(self._draft, one.title)[1].items()}
        return columns.get(one.column, "")

    def _show_sheet(self) -> None:
        for tab in self._tabs.buttons():
            title = str(tab.property("sheet"))
            wrong = sum(one.title == title for one in self._findings)
            name = tr(TITLES[title])
            tab.setText(tr("{sheet} · {n} to put right", sheet=name, n=wrong) if wrong else name)
            optional = title in ENTRY_SHEETS
            tab.setVisible(not optional or (self._draft is not None and title in self._draft.sheets))
            tab.setChecked(title == self._title)
        if self._draft is not None:
            self.table.set_sheet(self._draft, self._title, self._findings)
            self.table.setAccessibleName(tr(TITLES[self._title]))

    def _show_fix(self) -> None:
        one = self._current
        self.fix.setVisible(one is not None and bool(one.title))
        if one is None or self._draft is None:
            return
        cell = bool(one.row and one.column)
        self._fix_place.setText(self._where(one))
        self.fix_text.setVisible(cell)
        self.fix_button.setVisible(cell)
        if cell:
            text = shown(self._draft.sheets.get(one.title, {}).get(one.row, {}).get(one.column))
            at = (one.title, one.row, one.column)
            if at != self._fixing or not self.fix_text.isModified():
                self.fix_text.setText(text)
            self._fixing = at
        shaped = one.title in self._draft.shapes and one.row > 0 and not cell
        lacking = [name for name in _required(one.title) if name not in heading_of(self._draft, one.title)[1]]
        self.mend_button.setVisible(shaped or (not cell and bool(lacking)))
        seating = self._is_seating(one)
        self._fix_hint.setText(
            tr("Judges are seated in step 3: drag them onto a session there.")
            if seating
            else tr("Type the rows into the table, or paste them from a spreadsheet with Ctrl+V.")
        )
        self._fix_hint.setVisible(seating or (not cell and not shaped and not lacking))
        words = tr("Take merged and hidden rows apart") if shaped else tr("Add the columns that lack")
        if one.title not in self._draft.sheets:
            words = tr("Add the sheet {sheet}", sheet=one.title)
        self.mend_button.set_action(words)

    def _is_seating(self, one: Located) -> bool:
        """Whether what is wrong is that judges who are listed have no session, or a session none of them."""
        assert self._draft is not None
        heading, columns = heading_of(self._draft, one.title)
        listed = one.title == "评委" and last_row(self._draft, one.title) > heading
        return listed and (not one.row or one.column == columns.get("场次"))

    # wishes

    def _take_path(self) -> None:
        typed = self.path.text().strip().strip('"')
        if typed:
            self.open_requested.emit(typed)

    def open_dialog(self) -> None:
        """The system's file dialog, without stopping anything."""
        start = str(Path(self.path.text()).parent) if self.path.text().strip() else ""
        dialog = QFileDialog(self, tr("Choose the workbook"), start)
        dialog.setNameFilters([tr("Workbooks (*.xlsx)"), tr("All files (*)")])
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.open_requested)
        self._dialog = dialog
        dialog.open()

    def _pick_finding(self, at: int) -> None:
        """What is half typed for one finding is taken before another is shown, wherever that then stands."""
        wanted = self._findings[at]
        self.finish_typing()
        found = next((place for place, one in enumerate(self._findings) if one == wanted), None)
        if found is not None:
            self.choose_finding(found)

    def _fix(self) -> None:
        one = self._current
        if one is None or not one.row or not one.column:
            return
        name = self.table.sheet.headerData(
            self.table.sheet.find(one.row, one.column).column(), Qt.Orientation.Horizontal
        )
        self.fix_text.setModified(False)
        self.edited.emit(one.title, {one.row: {str(name): self.fix_text.text()}})
        if self._findings and not self._shows_entries:
            self.choose_finding(next((at for at, other in enumerate(self._findings) if other is self._current), 0))

    def _mend(self) -> None:
        one = self._current
        if one is None or self._draft is None:
            return
        shaped = one.title in self._draft.shapes and one.row > 0
        (self.plain_requested if shaped else self.columns_requested).emit(one.title)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        for url in event.mimeData().urls():
            if url.isLocalFile():
                self.open_requested.emit(url.toLocalFile())
                return


def _said(finding: Finding) -> str:
    """A finding with the rule that it stands on and the notice's own words."""
    words = either(finding.zh, finding.en)
    if not finding.rule:
        return words
    quote = f"“{finding.quote}”" if finding.quote else ""
    return f"{words} [{finding.rule}{quote}]"


def _required(title: str) -> tuple[str, ...]:
    columns = SHEETS.get(title)
    return columns.required if columns is not None else ()


def refusals(look: EntryLook | None) -> int:
    """How many entries the rules refuse."""
    if look is None or look.report is None:
        return 0
    return len({one.entry_no for one in look.report.findings if one.verdict is Verdict.REJECT})


def how_many(findings: int) -> str:
    """How many things are wrong, in words."""
    return tr_count(findings, "{n} to put right", "{n} to put right")
