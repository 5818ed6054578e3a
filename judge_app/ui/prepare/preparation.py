"""A contest being prepared: its workbook and its rule set as they stand, every step back, and what both say.

No widget is known here. Where rule sets lie is asked of a ``RuleShelf``, which the program's entry gives.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Protocol

from judge_app.core import rule_draft
from judge_app.core.contest import Contest
from judge_app.core.errors import BadInput, Problem
from judge_app.core.rule_draft import Look
from judge_app.core.rules import RuleSet
from judge_app.exchange import draft as drafts
from judge_app.exchange.draft import Draft
from judge_app.exchange.draft_copy import Copy
from judge_app.exchange.tables import Located
from judge_app.exchange.workbook import check_fit

STEPS_BACK = 200


class RuleShelf(Protocol):
    """Where rule sets are kept: those that ship with the program, and those beside a workbook."""

    def keys(self, folder: Path | None) -> Sequence[str]:
        """Every key that a workbook in ``folder`` may name."""
        ...

    def load(self, folder: Path | None, key: str) -> RuleSet:
        """One of them; raises BadInput."""
        ...

    def shipped(self) -> Sequence[RuleSet]:
        """Those of the program, in the order in which they are offered."""
        ...

    def write(self, path: Path, rules: RuleSet) -> None:
        """Writes a rule file; raises BadInput."""
        ...


class State(NamedTuple):
    """What a step back goes back to. ``rules`` None: the workbook names none that there is."""

    draft: Draft
    rules: rule_draft.Draft | None


class Preparation:
    """``open`` and ``begin`` start one; ``change`` goes a step on; ``undo`` and ``redo`` go back and forth.

    ``path`` is the file that it was opened from, ``target`` the one that it is saved to from now on (None until the
    person has said where: the organiser's own file is never written over unasked).
    """

    def __init__(self, shelf: RuleShelf) -> None:
        self._shelf = shelf
        self._past: list[State] = []
        self._future: list[State] = []
        self._state: State | None = None
        self._kept: State | None = None
        self._at: object = None
        self._disk_rules: RuleSet | None = None
        self._on_shelf: tuple[str, ...] = ()
        self.path: Path | None = None
        self.target: Path | None = None
        self.contest = Contest(name="")
        self.findings: tuple[Located, ...] = ()
        self.look: Look | None = None

    @property
    def shelf(self) -> RuleShelf:
        return self._shelf

    @property
    def open_now(self) -> bool:
        return self._state is not None

    @property
    def draft(self) -> Draft:
        assert self._state is not None
        return self._state.draft

    @property
    def rules(self) -> rule_draft.Draft | None:
        return self._state.rules if self._state is not None else None

    @property
    def rule_set(self) -> RuleSet | None:
        """The rule set where it is well-formed, usable or not."""
        return self.look.rules if self.look is not None else None

    @property
    def usable(self) -> RuleSet | None:
        """The rule set where a contest could be counted by it."""
        return self.look.usable if self.look is not None else None

    @property
    def dirty(self) -> bool:
        """Whether anything is not saved."""
        return self._state is not None and self._state != self._kept

    @property
    def can_undo(self) -> bool:
        return bool(self._past)

    @property
    def can_redo(self) -> bool:
        return bool(self._future)

    @property
    def known_presets(self) -> tuple[str, ...]:
        """The rule sets that the workbook may name."""
        return tuple({*self._on_shelf, *([str(self.rules["key"])] if self.rules is not None else [])})

    @property
    def folder(self) -> Path | None:
        """Where the workbook lies, and its slides."""
        at = self.target or self.path
        return at.parent if at is not None else None

    @property
    def ready(self) -> bool:
        """Whether a room could be handed this contest now."""
        return self.open_now and not self.findings and self.usable is not None

    @property
    def own_rules(self) -> bool:
        """Whether the rules are not one of the program's presets as it ships (a file beside the workbook may have a
        preset's key and say otherwise)."""
        if self.rules is None:
            return False
        key = self.rules["key"]
        return not any(one.key == key and rule_draft.draft_from(one) == self.rules for one in self._shelf.shipped())

    # starting

    def open(self, path: Path) -> None:
        """Starts from a workbook. Raises BadInput for what is none; what is wrong in it is in ``findings``."""
        self._start(drafts.open_draft(path), path)
        self._kept = self._state
        self._read()

    def begin(self, preset: str) -> None:
        """Starts a new contest under a preset. Raises BadInput for a preset that there is not."""
        self._shelf.load(None, preset)
        self._start(drafts.blank_draft("contest.xlsx", preset), None)
        self._read()

    def restore(self, copy: Copy) -> None:
        """Takes unsaved work up again where its copy was made."""
        self._start(copy.draft, copy.path, copy.target)
        self._state = State(copy.draft, copy.rules)
        self._read()

    def copy(self, at: str, text: str = "") -> Copy:
        """What is held now, to be restored; ``at`` is this moment (ISO), ``text`` what is typed as the rules' text."""
        return Copy(at, self.path, self.target, self.draft, self.rules, text)

    def _start(self, draft: Draft, path: Path | None, target: Path | None = None) -> None:
        """Holds a workbook with the rule set that it names, and nothing of what was held before."""
        self.path, self.target = path, target
        self._past, self._future, self._at = [], [], None
        self._kept = None
        self._on_shelf = tuple(self._shelf.keys(self.folder))
        self._state = State(draft, self._from_disk(draft))

    def _from_disk(self, draft: Draft) -> rule_draft.Draft | None:
        """Takes the rule set that a workbook names; None where there is none of that key."""
        self._disk_rules = None
        key = drafts.setting(draft, "赛制模板").strip()
        if key in self._on_shelf:
            with suppress(BadInput):
                self._disk_rules = self._shelf.load(self.folder, key)
        return rule_draft.draft_from(self._disk_rules) if self._disk_rules is not None else None

    # changing

    def change(self, draft: Draft | None = None, rules: rule_draft.Draft | None = None, *, at: object = None) -> None:
        """A step on: another workbook, other rules, or both. Rules that ship with the program are changed as a set of
        the contest's own, which the workbook then names; another 赛制模板 takes that rule set. Steps in a row with the
        same ``at`` are one step back."""
        assert self._state is not None
        held = self._state
        new = draft if draft is not None else held.draft
        if rules is not None and rules != held.rules:
            new, rules = self._own(new, rules, held.rules)
        else:
            rules = held.rules
            key = drafts.setting(new, "赛制模板").strip()
            if rules is None or rules["key"] != key:
                rules = self._from_disk(new)
        if State(new, rules) == held:
            return
        if at is None or at != self._at or self._future:
            self._past = [*self._past[-STEPS_BACK:], held]
        self._at = at
        self._future = []
        self._state = State(new, rules)
        self._read()

    def before(self, at: object) -> rule_draft.Draft | None:
        """The rules before the steps in a row at one place began."""
        if at == self._at and self._past and not self._future:
            return self._past[-1].rules
        return self.rules

    def _own(
        self, draft: Draft, rules: rule_draft.Draft, before: rule_draft.Draft | None
    ) -> tuple[Draft, rule_draft.Draft]:
        shipped = {one.key for one in self._shelf.shipped()}
        if rules["key"] in shipped and before is not None and before["key"] == rules["key"]:
            name = rules["name"]
            taken = {*self._on_shelf, *shipped}
            key = next(
                key for at in range(1, 1000) if (key := f"{rules['key']}-own{at if at > 1 else ''}") not in taken
            )
            english = f"{name.get('en') or rules['key']} (own)"
            rules = rule_draft.renamed(rules, key, f"{name['zh']}（本赛）", english)
        return drafts.with_setting(draft, "赛制模板", str(rules["key"])), rules

    def undo(self) -> None:
        self._at = None
        if self._past and self._state is not None:
            self._future.append(self._state)
            self._state = self._past.pop()
            self._read()

    def redo(self) -> None:
        if self._future and self._state is not None:
            self._past.append(self._state)
            self._state = self._future.pop()
            self._read()

    # reading

    def _read(self) -> None:
        assert self._state is not None
        draft, rules = self._state
        reading = drafts.read(draft, known_presets=self.known_presets)
        self.contest = reading.contest
        self.look = rule_draft.look(rules) if rules is not None else None
        unfit: list[Located] = []
        if self.usable is not None and not reading.findings:
            unfit = [Located(one) for one in check_fit(reading.contest, self.usable, file_name=draft.name)]
        self.findings = (*reading.findings, *unfit)

    # saving

    def suggested(self) -> Path:
        """Where a copy would be saved unless told otherwise: beside the file that was opened, under another name."""
        if self.path is None:
            return Path.home() / "contest.xlsx"
        stem = re.sub(r"-prepared\d*$", "", self.path.stem)
        for at in range(1, 1000):
            path = self.path.with_name(f"{stem}-prepared{at if at > 1 else ''}.xlsx")
            if not path.exists():
                return path
        return self.path.with_name(f"{stem}-prepared.xlsx")

    def save(self, path: Path) -> bool:
        """Writes the workbook to ``path`` and the contest's own rule set beside it. Raises BadInput; then nothing of the
        workbook was written. False: the rules cannot be used yet and stay unsaved."""
        assert self._state is not None
        rules = self._write_rules(path.parent)
        draft = drafts.save(self._state.draft, path)
        self._state = State(draft, self._state.rules)
        self.target = path
        self._on_shelf = tuple(dict.fromkeys((*self._on_shelf, *self._shelf.keys(path.parent))))
        if rules:
            self._kept = self._state
        self._read()
        return rules

    def _write_rules(self, folder: Path) -> bool:
        """Writes the rule set where it is the contest's own; False where it cannot be used yet."""
        if self.rules is None or not self.own_rules:
            return True
        usable = self.usable
        if usable is None:
            return False
        path = folder / f"{usable.key}.toml"
        if path.exists():
            there = self._shelf.load(folder, usable.key)
            if there == usable:
                return True
            if there != self._disk_rules:
                raise BadInput(
                    Problem(
                        path.name,
                        "这个文件夹里已有同名的另一套规则；请给本赛规则换一个标识",
                        "this folder has another rule set of that name: give yours another key",
                    )
                )
        self._shelf.write(path, usable)
        self._disk_rules = usable
        return True
