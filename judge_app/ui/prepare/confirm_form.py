"""Values that no notice states (待组委会确认): what each is, and who confirmed it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from judge_app.core.explain import key_words
from judge_app.core.rule_check import label_in, values_at
from judge_app.core.rule_draft import CONFIRMED, Draft, Look
from judge_app.core.rules import RuleSet
from judge_app.ui.glossary import people
from judge_app.ui.language import either, tr
from judge_app.ui.prepare.lines import LineDelegate, LineRow
from judge_app.ui.theme import Tone
from judge_app.ui.widgets import ActionButton, Card, Label, RowList


class ConfirmForm(QWidget):
    """``confirm_requested`` carries the paths that somebody wants to confirm by name."""

    confirm_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._waiting: tuple[str, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(8)
        self._intro = Label("", "second", wrap=True)
        self.card = Card(flush=True)
        self.list = RowList(LineDelegate, fit=True)
        self.card.body.addWidget(self.list)
        self.all_button = ActionButton("")
        column.addWidget(self._intro)
        column.addWidget(self.all_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.card)
        column.addStretch(1)
        self.list.picked.connect(self._pick)
        self.all_button.clicked.connect(lambda: self.confirm_requested.emit(list(self._waiting)))

    @property
    def waiting(self) -> tuple[str, ...]:
        """The paths that nobody confirmed yet."""
        return self._waiting

    def show_draft(self, draft: Draft, look: Look) -> None:
        """The values of the rule set that wait, and those that were confirmed here."""
        rules = look.rules
        self._waiting = tuple(dict.fromkeys(rules.all_assumed)) if rules is not None else ()
        stated: Mapping[str, str] = draft.get("stated") or {}
        settled = {path: said for path, said in stated.items() if said.startswith(CONFIRMED)}
        rows = [self._row(draft, rules, path, tr("to confirm"), "warn") for path in self._waiting]
        rows += [
            self._row(draft, rules, path, said.removeprefix(CONFIRMED).lstrip("："), "ok")
            for path, said in settled.items()
        ]
        self.list.set_rows(rows)
        self.card.setVisible(bool(rows))
        self.all_button.setVisible(len(self._waiting) > 1)
        self.all_button.set_action(tr("Confirm all {n} by name…", n=len(self._waiting)))
        self.list.setAccessibleName(tr("Values to confirm"))
        if self._waiting:
            self._intro.setText(
                tr(
                    "No notice states these values. Results cannot be published until the organiser confirms each by"
                    " name: pick one, or all."
                )
            )
        else:
            self._intro.setText(tr("Nothing waits for confirmation."))

    @staticmethod
    def _row(draft: Draft, rules: RuleSet | None, path: str, state: str, tone: Tone) -> LineRow:
        zh, en = label_in(draft, path)
        values = values_at(rules, path) if rules is not None else []
        words = _shown(values)
        if rules is not None and path.rpartition(".")[2] == "tie_keys":
            keys = [key_words(rules, str(key)) for value in values for key in value]
            words = people([either(one.zh, one.en) for one in keys])
        return LineRow(path, either(zh, en), words, state, tone)

    def _pick(self, path: str) -> None:
        if path in self._waiting:
            self.confirm_requested.emit([path])


def _shown(values: list[Any]) -> str:
    """Plain values in a line; parts with parts of their own are named, not spelt out."""
    if not values:
        return ""
    flat = [item for value in values for item in (value if isinstance(value, list) else [value])]
    plain = [value for value in flat if isinstance(value, str | int | bool)]
    if len(plain) == len(flat):
        return people(list(dict.fromkeys(_word(value) for value in plain)))
    phases = [phase for value in values if isinstance(value, dict) for phase in value.get("phases") or ()]
    if phases:
        return people(
            [
                f"{either(str(one['name']), str(one['name_en'] or ''))} {one['seconds'] // 60}:{one['seconds'] % 60:02d}"
                for one in phases
            ]
        )
    names = [
        either(str(item.get("name", "")), str(item.get("name_en") or ""))
        for value in values
        for item in (value if isinstance(value, list) else [value])
        if isinstance(item, dict) and item.get("name")
    ]
    return people([name for name in names if name])


def _word(value: str | int | bool) -> str:
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    words = {
        "draw": tr("by draw"),
        "strokes": tr("by strokes of the name"),
        "registration": tr("as registered"),
        "manual": tr("by hand"),
        "all": tr("the whole contest"),
        "track": tr("each track"),
        "topic": tr("each topic"),
        "session": tr("each session"),
        "own_total": tr("of the project's own total"),
        "full_marks_clip": tr("of full marks, the rest cut"),
        "full_marks_scale": tr("of full marks, all points scaled"),
        "none": tr("no cap"),
        "same_rank_same_points": tr("the same points"),
        "mean_of_places": tr("the mean of their places"),
        "half_up": tr("half up"),
        "passed_initial_review": tr("those who passed the initial review"),
    }
    return words.get(str(value), str(value))
