"""The scenes of the Prepare window: by its desk, from the bundled samples, with rule sets of the program."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from judge_app.core import rule_draft
from judge_app.core.errors import BadInput, Problem
from judge_app.core.rules import RuleSet
from judge_app.exchange import draft as drafts
from judge_app.exchange import planning
from judge_app.exchange.draft import Draft
from judge_app.exchange.hand_out import HandOut, Room
from judge_app.ui import samples
from judge_app.ui.language import both, tr
from judge_app.ui.prepare.desk import PrepareDesk
from judge_app.ui.prepare.preparation import Preparation
from judge_app.ui.prepare.recovery import Found
from judge_app.ui.prepare.rule_forms import STAGE_TEXTS
from judge_app.ui.prepare.window import PrepareWindow
from judge_app.ui.scenes.scene import Scene, Shown

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
SAMPLES = samples.RESOURCES / "samples"
RECOVERED = ("第四届智慧医疗创新大赛·星澜赛区决赛（样例）", "/home/contest/contest.xlsx")
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
            self.desk.open(SAMPLES / sample / "contest.xlsx")

    def change(self, make: Callable[[Draft], Draft]) -> Bench:
        self.desk.change(make)
        return self

    @property
    def written(self) -> tuple[str, ...]:
        """What people wrote: every cell of the workbook, and its headings, which are the file's own."""
        if not self.held.open_now:
            return (
                "contest",
                *RECOVERED,
                *(text for rules in shipped() for text in (rules.key, rules.name.zh, rules.name.en)),
            )
        texts = [
            drafts.shown(cell)
            for rows in self.held.draft.sheets.values()
            for row in rows.values()
            for cell in row.values()
        ]
        texts += [name for columns in drafts.SHEETS.values() for name in columns.all]
        rules = self.held.rules or {}
        texts += [*_texts(rules), self.window.rules_page.text.editor.toPlainText()]
        texts += [
            "名目",
            "值",
            *drafts.SHEETS,
            drafts.SETTINGS,
            "contest",
            "prepared",
            "xlsx",
            "/media/stick/大赛-20261204-1830",
            *(text for *_, usual in STAGE_TEXTS for text in both(usual)),
            *ORDER,
        ]
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


def entries(*, also_findings: bool = False) -> Bench:
    """Under the national rules of 2026: a team too large, a track that there is not, papers that nobody listed."""
    bench = Bench("regional-final")

    def enter(draft: Draft) -> Draft:
        draft = drafts.with_setting(draft, "赛制模板", "shanghai-2025")
        draft = drafts.with_values(draft, "项目", "赛道", {2: "没有的赛道"})
        draft = drafts.with_values(draft, "项目", "联合申报单位", {3: "市一院、市二院、市三院"})
        for name in "甲乙丙丁戊己庚":
            draft = drafts.with_record(draft, "成员", {"参赛序号": "3", "姓名": f"{name}某"})[0]
        return drafts.with_cell(draft, "项目", 4, 1, "2") if also_findings else draft

    bench.change(enter)
    bench.window.workbook_page.choose_entry(0)
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


def ask_recover() -> Bench:
    """What a window that was killed had left is offered."""
    left = Preparation(SampleShelf())
    left.open(SAMPLES / "regional-final" / "contest.xlsx")
    bench = Bench()
    copy = left.copy("2026-12-04T18:30:00+08:00")._replace(path=Path("/home/contest/contest.xlsx"))
    bench.desk.offer([Found(Path("nowhere"), copy)])
    return bench


def ask_leave() -> Bench:
    bench = long_names()
    bench.window.close_requested.emit()
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


def rule_text() -> Bench:
    """The rules as text with a key misspelt; not taken over."""
    bench = _rules("national-2020", "text")()
    editor = bench.window.rules_page.text.editor
    editor.setPlainText(editor.toPlainText().replace("rounding_stage =", "rounding_stagge =", 1))
    bench.window.rules_page.text.apply()
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


def sessions() -> Bench:
    """Four tracks; a judge of the first project's own unit, one who declared a relation, and nobody's afternoon."""
    bench = Bench("four-tracks")

    def relate(draft: Draft) -> Draft:
        contest = bench.held.contest
        first = contest.sessions[0].name
        project = contest.heard_in(first)[0]
        draft = drafts.with_values(draft, "评委", "单位", {2: project.lead_unit})
        return planning.with_declared(draft, contest.panel(first)[1].no, contest.heard_in(first)[1].entry_no, "师生")

    bench.change(relate)
    bench.desk.go_to(2)
    bench.window.sessions_page.choose_session(bench.held.contest.sessions[0].name)
    bench.window.sessions_page.projects.choose_several([bench.held.contest.projects[0].entry_no])
    return bench


def loose() -> Bench:
    """Nothing is split yet."""
    bench = Bench("four-tracks")
    bench.change(
        lambda draft: planning.with_projects_in(
            draft, bench.held.contest, [one.entry_no for one in bench.held.contest.projects], ""
        )
    )
    bench.desk.go_to(2)
    bench.window.sessions_page.choose_session("")
    return bench


def ask_split() -> Bench:
    bench = loose()
    bench.window.sessions_page.split_requested.emit()
    return bench


def long_sessions() -> Bench:
    bench = long_names()
    bench.change(lambda draft: drafts.with_values(draft, "场次", "会场", {2: LONG}))
    bench.desk.go_to(2)
    return bench


def drawn() -> Bench:
    bench = Bench("regional-final")
    bench.desk.go_to(3)
    bench.window.order_page.made.emit("第一场", "draw", "20261205", "芮书棠", "蒲沐辰")
    bench.window.order_page.order.choose("4")
    return bench


def unsure() -> Bench:
    """By strokes, where two names are the same; one of them was moved by hand."""
    bench = Bench("regional-final").change(
        lambda draft: drafts.with_values(draft, "项目", "项目名称", {3: "心电云", 5: "心电云"})
    )
    bench.desk.go_to(3)
    bench.window.order_page.made.emit("第一场", "strokes", "", "芮书棠", "")
    bench.window.order_page.move_requested.emit("第一场", "1", 2)
    bench.window.ask.answered.emit("move", "", "路上堵车", "芮书棠")
    bench.window.ask.close_question()
    return bench


def ask_move() -> Bench:
    bench = drawn()
    bench.window.order_page.move_requested.emit("第一场", "4", 1)
    return bench


def published() -> Bench:
    bench = drawn()
    bench.desk.publish("第一场", "芮书棠")
    return bench


def no_order() -> Bench:
    bench = Bench("four-tracks")
    bench.desk.go_to(3)
    return bench


def rooms() -> Bench:
    bench = Bench("four-tracks")
    bench.desk.go_to(4)
    return bench


def rooms_written() -> Bench:
    bench = rooms()
    bench.window.hand_out_page.path.setText("/media/stick")
    names = [session.name for session in bench.held.contest.sessions]
    made = tuple(
        Room(session=name, folder=f"/media/stick/{name}", decks=8, lacking=("3",) if not at else ())
        for at, name in enumerate(names)
    )
    bench.window.hand_out_page.set_done(HandOut(folder="/media/stick/大赛-20261204-1830", rooms=made))
    return bench


def rooms_writing() -> Bench:
    bench = rooms()
    bench.window.hand_out_page.path.setText("/media/stick")
    bench.window.hand_out_page.set_progress(45)
    bench.window.set_next(tr("Writing the rooms: {n} %", n=45), enabled=False)
    return bench


def rooms_not_ready() -> Bench:
    bench = findings()
    bench.desk.go_to(4)
    return bench


STATES: dict[str, Callable[[], Bench]] = {
    "empty": empty,
    "workbook": whole,
    "findings": findings,
    "entries": entries,
    "entries-and-findings": lambda: entries(also_findings=True),
    "long": long_names,
    "new": new_contest,
    "ask-where": ask_where,
    "ask-leave": ask_leave,
    "ask-recover": ask_recover,
    "rules": _rules("regional-final", "components"),
    "rules-basics": _rules("national-2020", "basics"),
    "rules-times": _rules("national-2020", "times"),
    "rules-ranking": _rules("national-2020", "ranking"),
    "rules-popularity": _rules("national-2020", "popularity"),
    "rules-rounds": _rules("shanghai-2025", "rounds"),
    "rules-rounds-none": _rules("common-5", "rounds"),
    "rules-events": _rules("tianjin-2025", "events"),
    "rules-tracks": _rules("tianjin-2025", "tracks"),
    "rules-entry": _rules("shanghai-2025", "entry"),
    "rules-entry-wrong": _rules(
        "shanghai-2025", "entry", (("entry_rules", "team_min"), 9), (("entry_rules", "age_on"), "x")
    ),
    "rules-papers": _rules("shanghai-2025", "papers"),
    "rules-penalties": _rules("common-5", "penalties", (("deductions",), [rule_draft.new_deduction({})])),
    "rules-text": _rules("national-2020", "text"),
    "rules-text-wrong": rule_text,
    "rules-confirm": confirmed,
    "rules-ask-confirm": ask_confirm,
    "rules-errors": rule_errors,
    "rules-outside": _rules("shanghai-2025", "components"),
    "rules-long": long_rules,
    "sessions": sessions,
    "sessions-loose": loose,
    "sessions-split": ask_split,
    "sessions-long": long_sessions,
    "order-none": no_order,
    "order-drawn": drawn,
    "order-unsure": unsure,
    "order-ask-move": ask_move,
    "order-published": published,
    "rooms": rooms,
    "rooms-writing": rooms_writing,
    "rooms-written": rooms_written,
    "rooms-not-ready": rooms_not_ready,
}


def _shown(make: Callable[[], Bench]) -> Callable[[], Shown]:
    def made() -> Shown:
        bench = make()
        return Shown(bench.window, written=bench.written)

    return made


def scenes() -> tuple[Scene, ...]:
    """Every state of the Prepare window."""
    return tuple(Scene("prepare", state, _shown(make)) for state, make in STATES.items())
