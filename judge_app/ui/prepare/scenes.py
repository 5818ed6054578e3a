"""The Prepare window's states for the gallery: by its desk, from the bundled samples, with rule sets of the program."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from judge_app.core import rule_draft
from judge_app.core.errors import BadInput, Problem
from judge_app.core.rules import RuleSet
from judge_app.exchange import draft as drafts
from judge_app.exchange.draft import Draft
from judge_app.ui import samples
from judge_app.ui.prepare.desk import PrepareDesk
from judge_app.ui.prepare.preparation import Preparation
from judge_app.ui.prepare.window import PrepareWindow

ORDER = (
    "sichuan-2023",
    "shanxi-2019",
    "national-2020",
    "tianjin-2025",
    "national-2026",
    "shanghai-2025",
    "common-5",
    "common-7",
    "blank",
)
LONG = "面向基层医疗卫生机构的慢性病全程管理与多学科远程会诊一体化服务平台"


@lru_cache(maxsize=1)
def shipped() -> tuple[RuleSet, ...]:
    return tuple(samples.preset(key) for key in ORDER)


class SampleShelf:
    """The rule sets of the program and nothing else; nothing is written."""

    def keys(self, folder: Path | None) -> Sequence[str]:
        return ORDER

    def load(self, folder: Path | None, key: str) -> RuleSet:
        for rules in shipped():
            if rules.key == key:
                return rules
        raise BadInput(Problem("preset", f"没有赛制模板 {key}", f"there is no preset {key}"))

    def shipped(self) -> Sequence[RuleSet]:
        return shipped()

    def write(self, path: Path, rules: RuleSet) -> None:
        raise BadInput(Problem(str(path), "样例不写文件", "samples write no file"))


class Bench:
    """A window with its desk, as a scene shows it."""

    def __init__(self, sample: str = "") -> None:
        self.window = PrepareWindow()
        self.held = Preparation(SampleShelf())
        self.desk = PrepareDesk(self.held, self.window)
        if sample:
            self.desk.open(samples.RESOURCES / "samples" / sample / "contest.xlsx")

    def change(self, make: Callable[[Draft], Draft]) -> Bench:
        self.desk.change(make)
        return self

    @property
    def written(self) -> tuple[str, ...]:
        """What people wrote: every cell of the workbook, and its headings, which are the file's own."""
        if not self.held.open_now:
            return ("contest", *(text for rules in shipped() for text in (rules.key, rules.name.zh, rules.name.en)))
        texts = [
            drafts.shown(cell)
            for rows in self.held.draft.sheets.values()
            for row in rows.values()
            for cell in row.values()
        ]
        texts += [name for columns in drafts.SHEETS.values() for name in columns.all]
        rules = self.held.rules or {}
        texts += _texts(rules)
        texts += ["名目", "值", *drafts.SHEETS, drafts.SETTINGS, "contest", "prepared", "xlsx", *ORDER]
        return tuple(texts)


def _texts(held: object) -> list[str]:
    """Every text in a rule set's data."""
    if isinstance(held, str):
        return [held]
    if isinstance(held, Mapping):
        return [text for value in held.values() for text in _texts(value)]
    return [text for value in held for text in _texts(value)] if isinstance(held, list | tuple) else []


def empty() -> Bench:
    return Bench()


def whole() -> Bench:
    bench = Bench("regional-final")
    bench.window.workbook_page.show_sheet("项目")
    return bench


def findings() -> Bench:
    """A number twice, a class that there is not, a session misspelt, a missing name."""

    def spoil(draft: Draft) -> Draft:
        draft = drafts.with_cell(draft, "项目", 4, 1, "2")
        draft = drafts.with_cell(draft, "项目", 6, 2, "")
        draft = drafts.with_values(draft, "评委", "类别", {3: "外聘评委"})
        return drafts.with_values(draft, "项目", "场次", {7: "第1场"})

    bench = Bench("regional-final").change(spoil)
    bench.window.workbook_page.choose_finding(0)
    return bench


def long_names() -> Bench:
    def lengthen(draft: Draft) -> Draft:
        rows = [row for row, _ in drafts.records(draft, "项目")]
        draft = drafts.with_values(draft, "项目", "项目名称", dict.fromkeys(rows, LONG))
        draft = drafts.with_values(draft, "项目", "主体申报单位", dict.fromkeys(rows, LONG))
        return drafts.with_setting(draft, "大赛名称", LONG * 2)

    bench = Bench("regional-final").change(lengthen)
    bench.window.workbook_page.show_sheet("项目")
    return bench


def new_contest() -> Bench:
    bench = Bench()
    bench.desk.begin("common-5")
    return bench


def ask_where() -> Bench:
    bench = long_names()
    bench.desk.save()
    return bench


def _rules(sample: str, section: str, *changes: tuple[rule_draft.Path, object]) -> Callable[[], Bench]:
    def make() -> Bench:
        bench = Bench() if sample in ORDER else Bench(sample)
        if sample in ORDER:
            bench.desk.begin(sample)
        bench.desk.go_to(1)
        for path, value in changes:
            bench.window.rules_page.edited.emit(path, value)
        bench.window.rules_page.show_section(section)
        return bench

    return make


def confirmed() -> Bench:
    bench = _rules("national-2020", "confirm")()
    bench.desk.confirm(["components.*.step"], "芮书棠")
    return bench


def ask_confirm() -> Bench:
    bench = _rules("national-2020", "confirm")()
    bench.window.rules_page.confirm_requested.emit(["popularity.cap_mode"])
    return bench


def rule_errors() -> Bench:
    first = ("components", 0)
    return _rules(
        "regional-final",
        "components",
        ((*first, "max"), "110"),
        ((*first, "trim", "high"), 3),
        ((*first, "criteria", 1, "name"), ""),
        (("tie_keys", 1), "criterion:创新"),
    )()


def long_rules() -> Bench:
    part = ("components", 0)
    return _rules(
        "common-5",
        "components",
        ((*part, "name"), LONG),
        ((*part, "criteria", 0, "name"), LONG),
        ((*part, "criteria", 0, "look_for"), LONG * 2),
    )()


STATES: dict[str, Callable[[], Bench]] = {
    "empty": empty,
    "workbook": whole,
    "findings": findings,
    "long": long_names,
    "new": new_contest,
    "ask-where": ask_where,
    "rules": _rules("regional-final", "components"),
    "rules-basics": _rules("national-2020", "basics"),
    "rules-times": _rules("national-2020", "times"),
    "rules-ranking": _rules("national-2020", "ranking"),
    "rules-popularity": _rules("national-2020", "popularity"),
    "rules-confirm": confirmed,
    "rules-ask-confirm": ask_confirm,
    "rules-errors": rule_errors,
    "rules-outside": _rules("shanghai-2025", "components"),
    "rules-long": long_rules,
}
