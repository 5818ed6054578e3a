"""The sections of the rule editor on who and what may enter: tracks, entry rules, papers and the form; and on deductions."""

from __future__ import annotations

from judge_app.core import rule_draft
from judge_app.core.rule_check import NAME_PARTS
from judge_app.core.rule_draft import Path, value_at
from judge_app.ui.glossary import people
from judge_app.ui.language import either, tr
from judge_app.ui.prepare.fields import CheckField, ChoiceField, TextField
from judge_app.ui.prepare.section import Section
from judge_app.ui.widgets import FlowLayout, Label

ENTRY: Path = ("entry_rules",)


class Tracks(Section):
    """The tracks with who may lead in them, and the topics."""

    covers = (("tracks",), ("topics",))

    def shape(self) -> object:
        return self.count(("tracks",))

    def build(self) -> None:
        intro = tr("Without tracks any name is taken. Several names in one line have commas between them.")
        self.column.addWidget(Label(intro, "second", wrap=True))
        for at in range(self.count(("tracks",))):
            path = ("tracks", at)
            body = self.card(tr("Track {n}", n=at + 1), path)
            name = str(value_at(self.draft, (*path, "name")) or at + 1)
            self.row(
                body,
                (TextField((*path, "name"), tr("Name in Chinese")), 1),
                (TextField((*path, "name_en"), tr("Name in English")), 1),
                end=self.item_buttons(path, name, least=0),
            )
            hint = tr("Other names that applicants write")
            self.add(TextField((*path, "aliases"), tr("Also called"), kind="names", hint=hint), body)
            anyone = tr("anyone")
            kinds = TextField((*path, "lead_types"), tr("Kinds of unit that may lead"), kind="names", hint=anyone)
            levels = TextField((*path, "lead_levels"), tr("Levels of unit that may lead"), kind="names", hint=anyone)
            self.row(body, (kinds, 1), (levels, 1))
        self.add_button(self.column, tr("Add a track"), ("tracks",), lambda: dict(rule_draft.NEW_TRACK))
        body = self.card(tr("Topics"), ("topics",))
        self.add(TextField(("topics",), tr("Topics of the contest"), kind="names"), body)


class Entry(Section):
    """Who may enter: units, people, awards that were won before."""

    covers = (ENTRY,)

    def build(self) -> None:
        intro = tr(
            "An empty field is no rule. What is found is shown with the workbook and by judge-app check-entries."
        )
        self.column.addWidget(Label(intro, "second", wrap=True))
        self._units()
        self._people()
        self._awards()

    def _number(self, flow: FlowLayout, key: str, label: str) -> None:
        self.add(TextField((*ENTRY, key), label, kind="optional whole", width=76), flow)

    def _check(self, flow: FlowLayout, key: str, label: str) -> None:
        self.add(CheckField((*ENTRY, key), label), flow)

    def _units(self) -> None:
        body = self.card(tr("Units"))
        flow = self.flow(body)
        self._number(flow, "unit_quota", tr("Most entries of a unit"))
        roles = [
            (["lead", "partner"], tr("as lead or partner")),
            (["lead"], tr("as lead")),
            (["partner"], tr("as partner")),
        ]
        self.add(ChoiceField((*ENTRY, "unit_quota_roles"), tr("Units counted"), roles), flow)
        self._number(flow, "partner_units", tr("Most partner units"))
        self._number(flow, "partner_members", tr("Most members of partner units"))
        self._number(flow, "editions_running", tr("Most editions running with one topic"))
        flow = self.flow(body)
        self._check(flow, "lead_in_health_system", tr("The lead belongs to the health system"))
        self._check(flow, "one_track", tr("One track an entry"))
        self._check(flow, "one_region", tr("One region an entry"))
        hint = tr("a hint, never a block")
        advice = TextField((*ENTRY, "joint_advice"), tr("Advised to enter together"), kind="names", hint=hint)
        self.add(advice, body)

    def _people(self) -> None:
        body = self.card(tr("People"))
        flow = self.flow(body)
        self._number(flow, "team_min", tr("Fewest in a team"))
        self._number(flow, "team_max", tr("Most in a team"))
        self._number(flow, "projects_per_person", tr("Most projects of a person"))
        self._number(flow, "max_age", tr("Oldest age"))
        on = TextField((*ENTRY, "age_on"), tr("Age on the day"), width=140, hint=tr("entry deadline"))
        self.add(on, flow)
        self._number(flow, "fee_covers_members", tr("Members that one fee covers"))
        flow = self.flow(body)
        self._check(flow, "single_member_is_captain", tr("Who is alone in a team is its captain"))
        self._check(flow, "staff_may_compete", tr("Staff may compete"))

    def _awards(self) -> None:
        body = self.card(tr("Awards won before"))
        self._number(
            self.flow(body), "prior_award_months", tr("Ask about awards in the field of earlier than so many months")
        )
        none = tr("none")
        self.add(TextField((*ENTRY, "barred_awards"), tr("Awards that bar an entry"), kind="names", hint=none), body)
        levels = tr("Of these levels")
        self.add(TextField((*ENTRY, "barred_award_levels"), levels, kind="names", hint=tr("any level")), body)


class Papers(Section):
    """What is handed in: papers with size and name, slides, and the fields of the entry form."""

    covers = ((*ENTRY, "files"), (*ENTRY, "slide_sections"), (*ENTRY, "slide_ratio"), ("form_fields",))

    def shape(self) -> object:
        return self.count((*ENTRY, "files")), self.count(("form_fields",))

    def build(self) -> None:
        self._form()
        self._slides()
        self._files()

    def _form(self) -> None:
        body = self.card(tr("Fields of the entry form"), ("form_fields",))
        for at in range(self.count(("form_fields",))):
            path, first = ("form_fields", at), at == 0
            most = tr("Most characters")
            english = tr("In English")
            name = str(value_at(self.draft, (*path, "name")) or at + 1)
            self.row(
                body,
                (TextField((*path, "name"), tr("Field") if first else ""), 3),
                (TextField((*path, "name_en"), english if first else "", hint=english), 3),
                (TextField((*path, "max_chars"), most if first else "", kind="optional whole", width=72), 0),
                (CheckField((*path, "required"), tr("Must be filled")), 0),
                end=self.item_buttons(path, name, least=0),
            )
        self.add_button(body, tr("Add a field"), ("form_fields",), lambda: dict(rule_draft.NEW_FIELD))

    def _slides(self) -> None:
        body = self.card(tr("Slides"))
        ratio = TextField((*ENTRY, "slide_ratio"), tr("Shape"), width=76, hint="16:9")
        sections = TextField((*ENTRY, "slide_sections"), tr("Sections that must be there"), kind="names")
        self.row(body, (ratio, 0), (sections, 1))

    def _files(self) -> None:
        path: Path = (*ENTRY, "files")
        parts = {key: either(zh, key) for key, zh in NAME_PARTS.items()}
        for at in range(self.count(path)):
            here = (*path, at)
            name = str(value_at(self.draft, (*here, "kind")) or at + 1)
            body = self.card(tr("Paper {n}", n=at + 1), here)
            hint = tr("全部: all files together")
            kind = TextField((*here, "kind"), tr("What is handed in"), hint=hint)
            self.row(body, (kind, 1), end=self.item_buttons(here, name, least=0))
            flow = self.flow(body)
            self.add(CheckField((*here, "required"), tr("Must be there")), flow)
            self.add(TextField((*here, "max_bytes"), tr("Size"), kind="size", width=100, hint="5 MB"), flow)
            inclusive = [(True, tr("at most this size")), (False, tr("below this size"))]
            self.add(ChoiceField((*here, "inclusive"), tr("Limit"), inclusive), flow)
            types = TextField((*here, "extensions"), tr("Types of file"), kind="points", width=160, hint=tr("any type"))
            self.add(types, flow)
            hint = people(list(parts.values())[:3])
            named = TextField((*here, "name_parts"), tr("The file is called"), kind="names", words=parts, hint=hint)
            between = TextField((*here, "name_separators"), tr("Signs between"), kind="signs", width=120)
            self.row(body, (named, 1), (between, 0))
            self.add(CheckField((*here, "name_strict"), tr("Another name is refused")), body)
        self.add_button(self.column, tr("Add a paper"), path, lambda: dict(rule_draft.NEW_FILE), first="kind")


class Penalties(Section):
    """Deductions that may be recorded, and when a mark is flagged."""

    covers = (("deductions",), ("outliers",))

    def shape(self) -> object:
        return self.count(("deductions",)), self.draft.get("outliers") is not None

    def build(self) -> None:
        body = self.card(tr("Deductions"), ("deductions",))
        nothing = tr(
            "What is listed here the chair may take off a project's total, with a reason. No list: nothing is taken off."
        )
        body.addWidget(Label(nothing, "second", wrap=True))
        for at in range(self.count(("deductions",))):
            path, first = ("deductions", at), at == 0
            name = str(value_at(self.draft, (*path, "name")) or at + 1)
            english = tr("In English")
            self.row(
                body,
                (TextField((*path, "name"), tr("What for") if first else ""), 1),
                (TextField((*path, "name_en"), english if first else "", hint=english), 1),
                (TextField((*path, "points"), tr("Points off") if first else "", kind="number", width=76), 0),
                end=self.item_buttons(path, name, least=0),
            )
        add = tr("Add a deduction")
        self.add_button(body, add, ("deductions",), lambda: rule_draft.new_deduction(self.draft))
        body = self.card(tr("Marks far from the others"), ("outliers",))
        flagged = tr("Flag them for the chair; no mark is ever changed")
        self.add(CheckField(("outliers",), flagged, yes=rule_draft.NEW_OUTLIERS, no=None), body)
        if self.draft.get("outliers") is None:
            return
        flow = self.flow(body)
        share = tr("Further from the others' median than this share of full marks (20 % is 0.20)")
        self.add(TextField(("outliers", "share"), share, kind="number", width=76), flow)
        self.add(TextField(("outliers", "from_n"), tr("From sheets"), kind="whole", width=76), flow)
