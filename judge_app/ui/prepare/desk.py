"""What the Prepare window's wishes do: each changes the preparation, and the window shows it as it then stands."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QFileDialog

from judge_app.core import rule_draft
from judge_app.core.contest import PanelRole, PlannedSession
from judge_app.core.errors import BadInput, Problem, Refused
from judge_app.core.order import by_draw, by_registration, by_strokes, moved, natural, published
from judge_app.core.rule_check import label_in
from judge_app.core.split import Conflict, conflicts, ordinal
from judge_app.exchange import draft as drafts
from judge_app.exchange import planning
from judge_app.exchange.draft import Draft
from judge_app.exchange.draft_entries import EntryLook, look_at_entries
from judge_app.exchange.hand_out import HandOut, Report, hand_out, obstacles
from judge_app.exchange.planning import Planned
from judge_app.exchange.running_order import stroke_table
from judge_app.ui.language import either, tr, tr_count
from judge_app.ui.prepare.entry_check import EntryCheck
from judge_app.ui.prepare.hand_out_page import LACKING
from judge_app.ui.prepare.order_page import order_state
from judge_app.ui.prepare.preparation import Preparation
from judge_app.ui.prepare.recovery import Found, Recovery
from judge_app.ui.prepare.steps import StepWords
from judge_app.ui.prepare.window import STEPS, PrepareWindow
from judge_app.ui.prepare.workbook_page import how_many, refusals
from judge_app.ui.prepare.writing import Writing
from judge_app.ui.theme import Tone
from judge_app.ui.widgets import Choice, Question

WORKBOOK, RULES = 0, 1


class PrepareDesk(QObject):
    """``left`` is told when the window was closed for good."""

    left = Signal()

    def __init__(
        self,
        preparation: Preparation,
        window: PrepareWindow,
        recovery: Recovery | None = None,
        entry_check: EntryCheck | None = None,
    ) -> None:
        """``recovery`` keeps copies of what is not saved; what an earlier window left there is offered at once.
        ``entry_check`` looks at the entries, and into their slides, beside the window; without it they are looked at at
        once, but for the slides."""
        super().__init__(window)
        self._recovery = recovery
        self._found: list[Found] = []
        self._entry_check = entry_check
        self._checked: tuple[object, object, Path | None] | None = None
        self._look: EntryLook | None = None
        self._copied: object = None
        self._copy_failed = False
        self._held = preparation
        self._window = window
        self._dialog: QFileDialog | None = None
        self._leaving = False
        self._confirming: list[str] = []
        self._relation = ("", "")
        self._moving = ("", "", 0)
        self._publishing = ""
        self._another: Path | Found | None = None
        self._done: tuple[object, object, HandOut] | None = None
        self._handed: tuple[object, object] = (None, None)
        self._handed_to = ""
        self._writing: Writing | None = None
        self._percent = 0
        self._leave_after_writing = False
        self._leave_after_saving = False
        self._plans: dict[str, Planned] = {}
        self._conflicts: tuple[Conflict, ...] = ()
        window.workbook_page.set_presets(preparation.shelf.shipped())
        window.rules_page.set_presets(preparation.shelf.shipped())
        self._connect()
        window.installEventFilter(self)
        self.show_all()
        if recovery is not None:
            self.offer(recovery.found())

    def _connect(self) -> None:
        window = self._window
        window.step_requested.connect(self.go_to)
        window.next_requested.connect(self.take_next_step)
        window.save_requested.connect(lambda: self.save())
        window.undo_requested.connect(self._undo)
        window.redo_requested.connect(self._redo)
        window.close_requested.connect(self._ask_to_leave)
        window.ask.answered.connect(self._answered)
        window.ask.dropped.connect(lambda _: self._stay())
        page = window.workbook_page
        page.open_requested.connect(lambda path: self.open_instead(Path(path)))
        page.begin_requested.connect(self.begin)
        page.edited.connect(lambda title, rows: self.change(lambda draft: drafts.typed(draft, title, rows)))
        page.plain_requested.connect(lambda title: self.change(lambda draft: drafts.with_plain_shape(draft, title)))
        page.columns_requested.connect(lambda title: self.change(lambda draft: drafts.with_known_columns(draft, title)))
        page.again_requested.connect(lambda: self._ask_for_another(None))
        rules = window.rules_page
        rules.edited.connect(self._edit_rules)
        rules.added.connect(lambda path, item: self.change_rules(lambda held: rule_draft.with_item(held, path, item)))
        rules.removed.connect(lambda path: self.change_rules(lambda held: rule_draft.without_item(held, path)))
        rules.moved.connect(lambda path, to: self.change_rules(lambda held: rule_draft.with_item_moved(held, path, to)))
        rules.preset_chosen.connect(lambda key: self.change(lambda draft: drafts.with_setting(draft, "赛制模板", key)))
        rules.confirm_requested.connect(self._ask_to_confirm)
        rules.rewritten.connect(lambda new: self.change_rules(lambda held: rule_draft.with_rules(held, new)))
        rules.typed.connect(self._text_typed)
        if self._recovery is not None:
            self._recovery.failed.connect(self._copy_written)
        if self._entry_check is not None:
            self._entry_check.looked.connect(self._show_entries)
        self._connect_sessions()

    def _connect_sessions(self) -> None:
        held, page = self._held, self._window.sessions_page
        page.projects_moved.connect(
            lambda numbers, session: self.change(
                lambda draft: planning.with_projects_in(draft, held.contest, numbers, session)
            )
        )
        page.judges_seated.connect(
            lambda judges, session, sit: self.change(
                lambda draft: planning.with_judges_in(draft, held.contest, judges, session, sit=sit)
            )
        )
        page.role_given.connect(
            lambda judge, role: self.change(lambda draft: planning.with_role(draft, judge, PanelRole(role)))
        )
        page.session_added.connect(self._add_session)
        page.session_removed.connect(
            lambda name: self.change(lambda draft: planning.without_session(draft, held.contest, name))
        )
        page.session_edited.connect(self._show_session_row)
        page.split_requested.connect(self._ask_to_split)
        page.relation_requested.connect(self._ask_for_relation)
        orders = self._window.order_page
        orders.made.connect(self._make_order)
        orders.move_requested.connect(self._ask_to_move)
        orders.publish_requested.connect(self._ask_to_publish)
        rooms = self._window.hand_out_page
        rooms.folder_changed.connect(self._show_next)
        rooms.stop_requested.connect(self._stop_writing)

    @property
    def preparation(self) -> Preparation:
        return self._held

    # starting

    def open(self, path: Path) -> None:
        """A workbook from disk; what keeps it from being opened is shown where it was asked for."""
        try:
            self._held.open(path)
        except BadInput as error:
            if self._held.open_now:
                self._window.set_failed(tr("The workbook cannot be opened"), error.problems)
            else:
                self._window.workbook_page.set_failed(str(path), error.problems)
            return
        self._drop_copy()
        self._show_afresh()

    def open_instead(self, path: Path) -> None:
        """A workbook in place of the one that is open: where unsaved work would be lost, that is asked first."""
        window = self._window
        window.finish_typing()
        self._open_another(path)

    def _open_another(self, other: Path | Found) -> None:
        if self._unsaved and self._window.workbook_page.shows_sheets:
            self._ask_for_another(other)
        elif isinstance(other, Found):
            self.restore(other)
        else:
            self.open(other)

    def offer(self, found: Sequence[Found]) -> None:
        """Asks about what windows that ended without a save have left, one by one; Esc leaves it for another time."""
        self._found = list(found)
        if not self._found:
            return
        copy = self._found[0].copy
        at = dt.datetime.fromisoformat(copy.at).astimezone().strftime("%Y-%m-%d %H:%M")
        name = drafts.setting(copy.draft, "大赛名称") or (
            copy.path.name if copy.path is not None else tr("New contest")
        )
        self._window.ask_question(
            Question(
                key="recover",
                title=tr("Unsaved work on {name} was kept at {at}. Go on with it?", name=name, at=at),
                consequence=str(copy.target or copy.path or ""),
                choices=(
                    Choice("take", tr("Go on with it"), tr("As it stood then; nothing is saved by this.")),
                    Choice("drop", tr("Throw it away"), tr("The files that were saved stay as they are.")),
                ),
                chosen="take",
                columns=2,
                needs_reason=False,
                yes=tr("Confirm"),
            )
        )

    def _answer_offer(self, choice: str) -> None:
        found = self._found[0]
        if choice != "drop":
            self._open_another(found)
            return
        if self._recovery is not None:
            self._recovery.discard(found)
        self.offer(self._found[1:])

    def restore(self, found: Found) -> None:
        """Goes on with what another window left unsaved."""
        if self._recovery is None or not self._recovery.adopt(found):
            self._window.set_failed(tr("Another window has taken it up already"))
            return
        self._held.restore(found.copy)
        self._copied = (found.copy.draft, found.copy.rules, found.copy.text)
        self._show_afresh(found.copy.text)

    def _copy_written(self, failed: bool) -> None:
        self._copy_failed = failed
        self._window.set_file(*self._file_words())

    def _keep_copy(self) -> None:
        """The copy of unsaved work as it now stands; none where nothing is unsaved."""
        held = self._held
        if self._recovery is None or not held.open_now:
            return
        if not self._unsaved:
            self._drop_copy()
            return
        form = self._window.rules_page.text
        text = form.editor.toPlainText() if form.unapplied else ""
        state = (held.draft, held.rules, text)
        if (held.can_undo or text or self._copied is not None) and state != self._copied:
            self._copied = state
            self._recovery.keep(held.copy(_now(), text))

    def _drop_copy(self) -> None:
        if self._recovery is not None and self._copied is not None:
            self._recovery.drop()
        self._copied = None

    def begin(self, preset: str) -> None:
        """A new contest under a preset."""
        try:
            self._held.begin(preset)
        except BadInput as error:
            self._window.set_failed(tr("This preset cannot be used"), error.problems)
            return
        self._drop_copy()
        self._show_afresh()

    # changing

    def change(self, make: Callable[[Draft], Draft]) -> bool:
        """The workbook as ``make`` makes it; a refusal is shown and changes nothing."""
        self._window.set_failed("")
        try:
            draft = make(self._held.draft)
        except Refused as error:
            self._window.set_failed(tr("This cannot be done"), [Problem("", error.zh, error.en)])
            return False
        self._held.change(draft=draft)
        self.show_all()
        return True

    def change_rules(
        self, make: Callable[[rule_draft.Draft], rule_draft.Draft], at: rule_draft.Path | None = None
    ) -> None:
        """The rule set as ``make`` makes it. Changes typed one after the other at one path are one step back."""
        if self._held.rules is None:
            return
        self._window.set_failed("")
        self._held.change(rules=make(self._held.rules), at=at)
        self.show_all()

    def _edit_rules(self, path: rule_draft.Path, value: Any) -> None:
        before = self._held.before(path)
        if before is not None:
            self.change_rules(lambda held: rule_draft.with_typed(held, path, value, before), path)

    def _ask_to_confirm(self, paths: list[str]) -> None:
        if not paths or self._held.rules is None:
            return
        self._confirming = paths
        zh, en = label_in(self._held.rules, paths[0])
        named = either(zh, en)
        title = tr("Confirm: {value}?", value=named) if len(paths) == 1 else tr("Confirm all {n} values?", n=len(paths))
        self._window.ask_question(
            Question(
                key="confirm",
                title=title,
                consequence=tr("The organiser vouches for it; the name stays with the rules."),
                field=tr("Name of who confirms"),
                yes=tr("Confirm"),
            )
        )

    def confirm(self, paths: Sequence[str], by: str) -> None:
        """Values that a person vouches for, from today on."""
        today = dt.datetime.now().astimezone().date().isoformat()

        def settled(held: rule_draft.Draft) -> rule_draft.Draft:
            for path in paths:
                held = rule_draft.confirmed(held, path, by, today)
            return held

        self.change_rules(settled)

    # sessions and panels

    def _add_session(self) -> None:
        taken = {session.name for session in self._held.contest.sessions}
        name = next(ordinal(at) for at in range(1, 1000) if ordinal(at) not in taken)
        planned = PlannedSession(name=name)
        if self.change(lambda draft: planning.with_session(draft, self._held.contest, planned)):
            self._window.sessions_page.choose_session(name)

    def _show_session_row(self, name: str) -> None:
        row = planning.row_of_session(self._held.draft, name)
        self.go_to(WORKBOOK)
        self._window.workbook_page.show_sheet("场次")
        if row:
            columns = drafts.heading_of(self._held.draft, "场次")[1]
            self._window.workbook_page.table.go_to(row, columns.get("会场", columns.get("场次", 0)))
            self._window.workbook_page.table.setFocus()

    def _ask_to_split(self) -> None:
        tracks = {project.track for project in self._held.contest.projects if project.track}
        topics = {project.topic for project in self._held.contest.projects if project.topic}
        chosen = "track" if len(tracks) > 1 else "topic" if len(topics) > 1 else "nothing"
        self._window.ask_question(
            Question(
                key="split",
                title=tr_count(
                    len(self._held.contest.projects),
                    "Split {n} project into sessions",
                    "Split {n} projects into sessions",
                ),
                consequence=tr("Sessions get as many projects as each other; halls and times stay in their order."),
                choices=(
                    Choice("track", tr("Tracks stay together")),
                    Choice("topic", tr("Topics stay together")),
                    Choice("nothing", tr("In the order of the list")),
                ),
                chosen=chosen,
                columns=3,
                field=tr("How many sessions"),
                text=str(len(self._held.contest.sessions) or 1),
                yes=tr("Split"),
            )
        )

    def _split(self, by: str, text: str) -> None:
        if not text.isdecimal():
            self._window.set_failed(tr("Write a number of sessions"))
            return
        way: Literal["track", "topic", "nothing"] = (
            "track" if by == "track" else "topic" if by == "topic" else "nothing"
        )
        self.change(lambda draft: planning.with_split(draft, self._held.contest, int(text), way))

    def _ask_for_relation(self, judge: str, entry_no: str) -> None:
        self._relation = (judge, entry_no)
        self._window.ask_question(
            Question(
                key="relation",
                title=tr("A relation between judge {judge} and project {no}", judge=judge, no=entry_no),
                consequence=tr("It is shown as a conflict; the chair decides on the day."),
                reasons=(tr("teacher and student"), tr("relatives"), tr("worked together")),
                yes=tr("Write it down"),
            )
        )

    # running orders

    def _make_order(self, session: str, method: str, seed: str, operator: str, witness: str) -> None:
        held, at = self._held, _now()

        def made(draft: Draft) -> Draft:
            entrants = planning.entrants(held.contest, session)
            match method:
                case "draw":
                    drawn = seed or secrets.token_hex(8)
                    order = by_draw(entrants, drawn, operator=operator, witness=witness, at=at)
                case "strokes":
                    order = by_strokes(entrants, stroke_table())
                case _:
                    in_order = sorted(entrants, key=lambda one: natural(one.id))
                    order = by_registration(in_order)
            return planning.with_new_order(draft, held.contest, session, order, by=operator, at=at)

        self.change(made)

    def _ask_to_move(self, session: str, entry_no: str, to: int) -> None:
        self._moving = (session, entry_no, to)
        self._window.ask_question(
            Question(
                key="move",
                title=tr("Place {to} for No. {no}", to=to, no=entry_no),
                consequence=tr("The change is written down with name and reason."),
                reasons=(tr("late arrival"), tr("asked by the team"), tr("equal strokes, settled on site")),
                second_field=tr("Name of who changes it"),
                yes=tr("Change the order"),
            )
        )

    def _move(self, reason: str, by: str) -> None:
        session, entry_no, to = self._moving
        held, at = self._held, _now()

        def made(draft: Draft) -> Draft:
            order = planning.planned_order(draft, held.contest, session).order
            if order is None:
                order = by_registration(planning.entrants(held.contest, session))
                draft = planning.with_new_order(draft, held.contest, session, order, by=by, at=at)
            return planning.with_order_change(draft, session, moved(order, entry_no, to, by=by, reason=reason, at=at))

        if self.change(made):
            self._window.order_page.order.choose(entry_no)

    def _ask_to_publish(self, session: str) -> None:
        self._publishing = session
        self._window.ask_question(
            Question(
                key="publish",
                title=tr("Publish the running order of {session}?", session=session),
                consequence=tr("It can no longer be changed afterwards, nor which projects are heard there."),
                field=tr("Name of who publishes"),
                yes=tr("Publish"),
                danger=True,
            )
        )

    def publish(self, session: str, by: str) -> None:
        """Freezes a session's running order, signed by a person."""
        held = self._held

        def made(draft: Draft) -> Draft:
            order = planning.planned_order(draft, held.contest, session).order
            assert order is not None  # the button waits for one
            return planning.with_order_published(draft, session, published(order, by=by, at=_now()))

        self.change(made)

    def _undo(self) -> None:
        self._window.finish_typing()
        self._window.set_failed("")
        self._held.undo()
        self.show_all()

    def _redo(self) -> None:
        self._window.finish_typing()
        self._window.set_failed("")
        self._held.redo()
        self.show_all()

    # going on

    def go_to(self, step: int) -> None:
        """Shows a step; before anything is open there is only the first."""
        self._window.finish_typing()
        window = self._window
        window.forget_said()
        window.show_step(step if self._held.open_now else WORKBOOK)
        self.show_all()
        if window.focusWidget() not in window.steps.tabs:
            window.focus_first()  # the page that had the focus is hidden

    def take_next_step(self) -> None:
        """What the filled button says: the next step; at the last one to write the rooms, to save, to look at them."""
        if self._window.step + 1 < len(STEPS):
            self.go_to(self._window.step + 1)
        elif self._handed_there() and self._unsaved:
            self.save()
        elif self._handed_there():
            self._window.hand_out_page.open_folder()
        else:
            self.hand_out(Path(self._window.hand_out_page.folder))

    # handing out

    def hand_out(self, folder: Path) -> None:
        """A folder a room under ``folder``, written while the window goes on; one hand-out at a time."""
        self._window.finish_typing()
        held = self._held
        rules = held.usable
        if rules is None or self._in_the_way() or self._writing is not None:
            return
        self._window.set_failed("")
        draft, contest, own = held.draft, held.contest, held.own_rules
        beside = held.folder
        stamp = dt.datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
        store = held.shelf.write if own else None

        def write(report: Report) -> HandOut:
            return hand_out(draft, contest, rules, folder, slides=beside, stamp=stamp, write_rules=store, report=report)

        self._handed = (draft.sheets, held.rules)
        self._handed_to = self._window.hand_out_page.folder
        self._done = None
        self._writing = Writing(write, self)
        self._writing.progressed.connect(self._show_progress)
        self._writing.done.connect(self._rooms_written)
        self._writing.failed.connect(self._rooms_failed)
        self._writing.stopped.connect(self._rooms_stopped)
        self._show_progress(0)
        self.show_all()
        self._writing.start()

    def _show_progress(self, percent: int) -> None:
        self._percent = percent
        self._window.hand_out_page.set_progress(percent)
        self._show_next()

    def _rooms_written(self, done: HandOut) -> None:
        self._done = (*self._handed, done)
        self._end_writing()

    def _rooms_failed(self, problems: Sequence[Problem]) -> None:
        self._end_writing()
        self._window.set_failed(tr("Not handed out"), problems)

    def _rooms_stopped(self) -> None:
        self._end_writing()
        self._window.set_failed(tr("Not handed out"), [Problem("", "已停止，没有留下文件", "stopped; no file is left")])

    def _end_writing(self) -> None:
        if self._writing is not None:
            self._writing.deleteLater()
        self._writing = None
        self._window.hand_out_page.set_progress(None)
        self.show_all()
        if self._window.step + 1 == len(STEPS):
            self._window.focus_first()
        if self._leave_after_writing:
            self._leave_after_writing = False
            self._window.close()

    def _stop_writing(self) -> None:
        if self._writing is not None:
            self._writing.stop()

    def _written(self) -> HandOut | None:
        """What was handed out last, where nothing changed since."""
        held = self._held
        if self._done is None or self._done[0] is not held.draft.sheets or self._done[1] is not held.rules:
            return None
        return self._done[2]

    def _handed_there(self) -> bool:
        """Whether the rooms stand as they are now in the folder that is named."""
        return self._written() is not None and self._window.hand_out_page.folder == self._handed_to

    def _in_the_way(self) -> list[Problem]:
        """What keeps the contest from being handed out."""
        held = self._held
        found = [one.problem for one in held.findings]
        if held.look is None:
            found.append(Problem("大赛", "没有可用的赛制模板", "there is no usable rule set"))
        elif held.look.problems:
            found += held.look.problems
        found += self._window.rules_page.text.wrong
        return found or obstacles(held.contest)

    # saving

    def save(self, *, leave: bool = False) -> None:
        """To the file that was saved to before; the first time the person is asked where. ``leave``: then it closes."""
        self._leave_after_saving = leave
        if not self._held.open_now:
            return
        self._window.finish_typing()
        if self._held.target is not None:
            self.save_to(self._held.target)
        elif self._held.path is None:
            self._choose_target()
        else:
            self._ask_where()

    def save_to(self, path: Path) -> None:
        """Writes the workbook to ``path``, and the contest's own rules beside it."""
        try:
            rules_too = self._held.save(path)
        except BadInput as error:
            self._window.set_failed(tr("Not saved"), error.problems)
            self._leave_after_saving = False
            return
        wrong = self._window.rules_page.text.wrong
        if wrong:
            self.go_to(RULES)
            self._window.rules_page.show_section("text")
            self._window.set_failed(tr("Saved, but for the text of the rules: it cannot be read yet"), wrong)
        elif rules_too:
            self._window.set_said(tr("Saved"), str(path))
        else:
            problems = self._held.look.problems if self._held.look is not None else ()
            self._window.set_failed(tr("The workbook is saved, the rules are not yet: put them right first"), problems)
        self.show_all()
        leave, self._leave_after_saving = self._leave_after_saving, False
        if leave and not self._unsaved:
            self._window.close()

    def _ask_where(self) -> None:
        assert self._held.path is not None
        copy = self._held.suggested()
        self._window.ask_question(
            Question(
                key="where",
                title=tr("Where to save?"),
                choices=(
                    Choice("copy", tr("As a new workbook: {name}", name=copy.name), tr("The original stays as it is.")),
                    Choice("other", tr("Somewhere else…"), tr("Choose a folder and a name.")),
                    Choice(
                        "over",
                        tr("Over the original: {name}", name=self._held.path.name),
                        tr("What it says now is lost; other sheets and formats stay."),
                    ),
                ),
                chosen="copy",
                columns=3,
                needs_reason=False,
                yes=tr("Save"),
            )
        )

    def _choose_target(self) -> None:
        dialog = QFileDialog(self._window, tr("Save the workbook"), str(self._held.suggested()))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([tr("Workbooks (*.xlsx)")])
        dialog.setDefaultSuffix("xlsx")
        dialog.selectFile(str(self._held.suggested()))
        dialog.fileSelected.connect(lambda path: self.save_to(Path(path)))
        dialog.rejected.connect(self._stay)
        self._dialog = dialog
        dialog.open()

    def _answered(self, key: str, choice: str, text: str, second: str) -> None:
        match key, choice:
            case "where", "copy":
                self.save_to(self._held.suggested())
            case "where", "over":
                assert self._held.path is not None
                self.save_to(self._held.path)
            case "where", _:
                self._choose_target()
            case "confirm", _:
                self.confirm(self._confirming, text)
            case "move", _:
                self._move(text, second)
            case "publish", _:
                self.publish(self._publishing, text)
            case "split", _:
                self._split(choice, text)
            case "relation", _:
                self.change(lambda draft: planning.with_declared(draft, *self._relation, text))
            case "stop", _:
                if self._writing is None:
                    self._window.close()
                else:
                    self._leave_after_writing = True
                    self._stop_writing()
            case "leave", "save":
                self.save(leave=True)
            case "leave", _:
                self._leaving = True
                if self._recovery is not None:
                    self._recovery.drop()
                self._window.may_close = True
                self._window.close()
            case "another", _ if isinstance(self._another, Found):
                self.restore(self._another)
            case "another", _ if isinstance(self._another, Path):
                self.open(self._another)
            case "recover", _:
                self._answer_offer(choice)
            case "another", _:
                self._window.workbook_page.clear()
                self._window.show_step(WORKBOOK)

    def _ask_for_another(self, other: Path | Found | None) -> None:
        """``other``: what is opened on yes; None: a workbook is chosen then."""
        self._another = other
        self._window.finish_typing()
        if not self._unsaved:
            self._window.workbook_page.clear()
            return
        self._window.ask_question(
            Question(
                key="another",
                title=tr("Open another workbook?"),
                consequence=tr("What is not saved of this one is lost once another is open."),
                needs_reason=False,
                yes=tr("Open {name} instead", name=other.name) if isinstance(other, Path) else tr("Choose another"),
                danger=True,
            )
        )

    def _stay(self) -> None:
        self._leave_after_saving = False

    def _ask_to_leave(self) -> None:
        if self._writing is not None:
            self._window.ask_question(
                Question(
                    key="stop",
                    title=tr("The rooms are being written. Stop and close?"),
                    consequence=tr("What is written of them until now is removed."),
                    needs_reason=False,
                    yes=tr("Stop and close"),
                    no=tr("Stay here"),
                    danger=True,
                )
            )
            return
        save = Choice("save", tr("Save and close"), tr("Nothing is lost."))
        if self._window.rules_page.text.wrong:
            unread = tr("The text of the rules cannot be read: it is shown, and the window stays.")
            save = Choice("save", tr("Save the rest"), unread)
        self._window.ask_question(
            Question(
                key="leave",
                title=tr("Some changes are not saved. Close?"),
                choices=(
                    save,
                    Choice("drop", tr("Close without saving"), tr("What was changed since the last save is lost.")),
                ),
                chosen="save",
                columns=2,
                needs_reason=False,
                yes=tr("Close"),
                no=tr("Stay here"),
            )
        )

    # showing

    def _show_afresh(self, text: str = "") -> None:
        """Another contest is open; ``text`` is what was typed for it as its rules' text."""
        form = self._window.rules_page.text
        self._window.set_failed("")
        self._window.workbook_page.clear()
        form.forget()
        if text and self._held.rules is not None:
            form.show_draft(self._held.rules)
            form.editor.setPlainText(text)
        self.show_all()
        self._window.focus_first()

    def show_all(self) -> None:
        """The window as the preparation stands."""
        held, window = self._held, self._window
        if held.open_now:
            self._plan()
        self._keep_copy()
        self._show_unsaved()
        window.set_steps(self._step_words(), held.open_now)
        if held.open_now:
            window.workbook_page.set_contest(held.draft, held.contest, held.findings)
            self._check_entries()
            window.rules_page.set_rules(held.rules, held.look)
            plans = self._plans
            frozen = [name for name, plan in plans.items() if plan.published]
            window.sessions_page.set_plan(held.contest, held.rule_set, self._conflicts, frozen)
            window.order_page.set_plan(held.contest, plans)
            states = {name: order_state(plan)[0] for name, plan in plans.items()}
            waiting = len(held.rule_set.all_assumed) if held.rule_set is not None else 0
            window.hand_out_page.set_plan(held.contest, self._in_the_way(), states, waiting)
            window.hand_out_page.set_done(self._written())
        self._show_next()

    @property
    def _unsaved(self) -> bool:
        return self._held.dirty or (self._held.open_now and self._window.rules_page.text.unapplied)

    def _text_typed(self) -> None:
        self._keep_copy()
        self._show_unsaved()
        self._window.set_steps(self._step_words(), self._held.open_now)
        self._show_next()

    def _show_unsaved(self) -> None:
        """Whether all is saved, wherever that shows."""
        held, window = self._held, self._window
        if self._unsaved:
            window.forget_said()
        window.may_close = self._writing is None and (self._leaving or not self._unsaved)
        window.set_history(held.can_undo, held.can_redo, held.open_now and (self._unsaved or held.target is None))
        window.set_file(*self._file_words())

    def _check_entries(self) -> None:
        """The entries held against the rules as both stand now."""
        held = self._held
        rules = held.usable
        state = (held.draft.sheets, held.rules, held.folder)
        before = self._checked
        if before is not None and before[0] is state[0] and before[1] is state[1] and before[2] == state[2]:
            return
        self._checked = state
        if self._entry_check is not None:
            self._entry_check.look(held.draft, rules, held.known_presets, held.folder)
        else:
            self._show_entries(look_at_entries(held.draft, rules, known_presets=held.known_presets))

    def _show_entries(self, look: EntryLook) -> None:
        self._look = look
        self._window.workbook_page.set_entries(look)
        self._window.set_steps(self._step_words(), self._held.open_now)

    def _plan(self) -> None:
        """What the pages show of the plan, once for all of them."""
        held = self._held
        self._plans = {
            session.name: planning.planned_order(held.draft, held.contest, session.name)
            for session in held.contest.sessions
        }
        self._conflicts = conflicts(self._held.contest, declared=planning.declared(self._held.draft))

    def _file_words(self) -> tuple[str, str, Tone]:
        held = self._held
        if not held.open_now:
            return "", "", "plain"
        at = held.target or held.path
        name = at.name if at is not None else tr("New contest")
        if self._unsaved and self._copy_failed:
            return name, tr("Not saved, and no copy for a crash"), "stop"
        if self._unsaved:
            return name, tr("Not saved"), "warn"
        return name, tr("Saved") if held.target is not None else tr("As opened"), "ok"

    def _step_words(self) -> list[StepWords]:
        held = self._held
        wrong = len(held.findings)
        workbook = StepWords(tr("Workbook"))
        if held.open_now:
            refused = refusals(self._look)
            if wrong:
                workbook = StepWords(tr("Workbook"), how_many(wrong), "stop")
            elif refused:
                words = tr_count(refused, "{n} entry to refuse", "{n} entries to refuse")
                workbook = StepWords(tr("Workbook"), words, "warn")
            else:
                workbook = StepWords(tr("Workbook"), tr("No findings"), "ok")
        return [workbook, self._rules_words(), self._sessions_words(), self._order_words(), self._room_words()]

    def _sessions_words(self) -> StepWords:
        title, held = tr("Sessions"), self._held.contest
        if not self._held.open_now:
            return StepWords(title)
        loose = sum(not project.session for project in held.projects)
        if loose:
            return StepWords(title, tr("{n} without one", n=loose), "warn")
        found = len(self._conflicts)
        if found:
            return StepWords(title, tr_count(found, "{n} conflict", "{n} conflicts"), "warn")
        return StepWords(title, tr_count(len(held.sessions), "{n} session", "{n} sessions"), "ok")

    def _rules_words(self) -> StepWords:
        look = self._held.look
        title = tr("Rules")
        if not self._held.open_now:
            return StepWords(title)
        if look is None:
            return StepWords(title, tr("None chosen"), "stop")
        wrong = len(look.problems) + len(self._window.rules_page.text.wrong)
        if wrong:
            return StepWords(title, how_many(wrong), "stop")
        waiting = len(look.rules.all_assumed) if look.rules is not None else 0
        return (
            StepWords(title, tr("{n} to confirm", n=waiting), "warn")
            if waiting
            else StepWords(title, tr("No findings"), "ok")
        )

    def _order_words(self) -> StepWords:
        title = tr("Running order")
        if not self._held.open_now:
            return StepWords(title)
        plans = self._plans.values()
        done = sum(plan.published for plan in plans)
        if done == len(plans) and plans:
            return StepWords(title, tr("Published"), "ok")
        made = sum(plan.order is not None and not plan.stale for plan in plans)
        return StepWords(title, tr("{made} of {total} made", made=made, total=len(plans)), "plain")

    def _room_words(self) -> StepWords:
        title = tr("Rooms")
        if not self._held.open_now:
            return StepWords(title)
        written = self._written()
        if written is not None:
            lacking = sum(len(room.lacking) for room in written.rooms)
            if lacking:
                return StepWords(title, tr_count(lacking, *LACKING), "warn")
            return StepWords(title, tr("Written"), "ok")
        return StepWords(title, tr("not yet") if self._in_the_way() else tr("ready"), "plain")

    def _show_next(self) -> None:
        held, window = self._held, self._window
        if not held.open_now:
            window.set_next(tr("Open a workbook or choose a preset"), enabled=False)
            return
        titles = (tr("Workbook"), tr("Rules"), tr("Sessions"), tr("Running order"), tr("Rooms"))
        if window.step + 1 < len(STEPS):
            window.set_next(tr("Next: {step}", step=titles[window.step + 1]))
            return
        if self._writing is not None:
            window.set_next(tr("Writing the rooms: {n} %", n=self._percent), enabled=False)
            return
        if self._handed_there():
            if self._unsaved:
                window.set_next(tr("Save the workbook"), tr("The rooms are written; your own copy is not saved yet"))
            else:
                window.set_next(tr("Show the folder"), tr("All is written and saved"))
            return
        wrong = len(self._in_the_way())
        folder = window.hand_out_page.folder
        note = how_many(wrong) if wrong else "" if folder else tr("Choose a folder first")
        words = tr_count(len(held.contest.sessions), "Write {n} room", "Write {n} rooms")
        window.set_next(words, note, enabled=not wrong and bool(folder))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window and event.type() is QEvent.Type.LanguageChange:
            self.show_all()
        if watched is self._window and event.type() is QEvent.Type.Close:
            self._window.finish_typing()  # which may turn out to be unsaved
            if self._window.may_close:
                if self._recovery is not None:
                    self._recovery.release()
                if self._entry_check is not None:
                    self._entry_check.end()
                self.left.emit()
        return super().eventFilter(watched, event)


def _now() -> str:
    """This moment on this computer's clock, for a record."""
    return dt.datetime.now().astimezone().isoformat(timespec="seconds")
