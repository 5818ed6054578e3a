"""The entries of a workbook that is being prepared, held against the entry rules: what was found, where it stands in the
workbook, and what could not be checked. The check itself is core/eligibility.py, as ``judge-app check-entries`` runs it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

import msgspec

from judge_app.core.contest import Project
from judge_app.core.eligibility import EligibilityReport, Finding, examine
from judge_app.core.entries import DeckFacts
from judge_app.core.rules import RuleSet
from judge_app.exchange import entries
from judge_app.exchange.draft import Draft, book_of, heading_of, records
from judge_app.exchange.tables import Located

Slides = Callable[[Sequence[Project]], tuple[DeckFacts, ...]]
"""Looks into the slides of projects."""

_PLACES = {
    "tracks": ("项目", "赛道"),
    "one_track": ("项目", "赛道"),
    "one_region": ("赛区赛道", "分赛区"),
    "lead_types": ("单位", "类型"),
    "lead_levels": ("单位", "等级"),
    "lead_in_health_system": ("单位", "类型"),
    "unit_quota": ("项目", "主体申报单位"),
    "unit_aliases": ("项目", "主体申报单位"),
    "partner_units": ("项目", "联合申报单位"),
    "partner_members": ("成员", "单位"),
    "joint_advice": ("项目", "联合申报单位"),
    "captain": ("成员", "是否队长"),
    "editions_running": ("项目", "主题分类"),
    "prior_awards": ("既往获奖", "奖项"),
    "barred_awards": ("既往获奖", "奖项"),
    "form_fields": ("报名表", "内容"),
    "files": ("材料", "文件名"),
    "slides": ("项目", "路演材料"),
}
"""The sheet and the column that a check is about; one that is not here is about people: 成员, or 项目."""


class EntryLook(NamedTuple):
    """``report`` None: there are no rules that could be used. ``located`` are the cells of the entry sheets that cannot be
    read."""

    report: EligibilityReport | None
    located: tuple[Located, ...] = ()


def look_at_entries(
    draft: Draft, rules: RuleSet | None, *, known_presets: Collection[str], slides: Slides | None = None
) -> EntryLook:
    """The entries under ``rules``; without ``slides`` what only they can tell is not checked."""
    if rules is None:
        return EntryLook(None)
    book = book_of(draft)
    held = entries.entries_of(book, known_presets={*known_presets, rules.key}, preset=rules.key)
    asked = rules.entry_rules.slide_ratio or rules.entry_rules.slide_sections
    if slides is not None and asked:
        held = msgspec.structs.replace(held, decks=slides(held.contest.projects) or None)
    wrong = tuple(one for one in book.findings.located() if one.title in entries.SHEETS)
    return EntryLook(examine(held, rules), wrong)


def place_of(draft: Draft, finding: Finding) -> tuple[str, int, int]:
    """The sheet, row and column that a finding is best put right at: the entry's own row where its check looks, else its
    row in 项目. Row and column are 0 where there is none."""
    project = next((record for _, record in records(draft, "项目") if record.get("参赛序号") == finding.entry_no), {})
    check = finding.check.partition(".")[0]
    title, column = _PLACES.get(check, ("成员", "姓名"))
    named = ("名称", project.get("主体申报单位", "")) if title == "单位" else ("参赛序号", finding.entry_no)
    for sheet, name in ((title, column), ("项目", "主体申报单位" if title == "单位" else "项目名称")):
        key, wanted = named if sheet == title else ("参赛序号", finding.entry_no)
        columns = heading_of(draft, sheet)[1]
        row = next((row for row, record in records(draft, sheet) if record.get(key) == wanted), 0)
        if row and columns:
            return sheet, row, columns.get(name, next(iter(columns.values())))
    return "项目", 0, 0
