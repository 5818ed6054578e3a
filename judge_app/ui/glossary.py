"""The trade's words: how stages, sheets, seats and flags are called in every window (domain.md's glossary)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal

from judge_app.core.rules import Component, Criterion, Phase, RuleSet
from judge_app.core.seats import Role
from judge_app.core.stages import ProjectStage, SheetStatus
from judge_app.ui.language import current, either, mark, tr, tr_count
from judge_app.ui.theme import Tone

STAGES: dict[ProjectStage, tuple[str, Tone]] = {
    ProjectStage.WAITING: (mark("Waiting"), "plain"),
    ProjectStage.CALLED: (mark("Called"), "brand"),
    ProjectStage.RUNNING: (mark("On stage"), "brand"),
    ProjectStage.BETWEEN: (mark("Between phases"), "brand"),
    ProjectStage.SCORING: (mark("Scoring"), "warn"),
    ProjectStage.CLOSED: (mark("To review"), "info"),
    ProjectStage.LOCKED: (mark("Locked"), "ok"),
    ProjectStage.FORFEITED: (mark("No-show"), "stop"),
    ProjectStage.WITHDRAWN: (mark("Withdrawn"), "stop"),
    ProjectStage.DISQUALIFIED: (mark("Disqualified"), "stop"),
}
"""A project's stage in words, and how it looks."""

OUT = frozenset({ProjectStage.FORFEITED, ProjectStage.WITHDRAWN, ProjectStage.DISQUALIFIED})
"""Stages of a project that no longer competes."""

SHEETS: dict[SheetStatus, tuple[str, Tone]] = {
    SheetStatus.EMPTY: (mark("Not begun"), "plain"),
    SheetStatus.SUBMITTED: (mark("Recorded"), "ok"),
    SheetStatus.RETURNED: (mark("Returned"), "warn"),
    SheetStatus.RECUSED: (mark("Recused"), "info"),
    SheetStatus.ABSENT: (mark("Absent"), "warn"),
    SheetStatus.LEFT: (mark("Left"), "warn"),
}

ROLES: dict[Role, str] = {
    Role.HOST: mark("Host"),
    Role.JUDGE: mark("Judge"),
    Role.CHAIR: mark("Chair"),
    Role.SCORER: mark("Scorer"),
    Role.CHECKER: mark("Checker"),
    Role.SUPERVISOR: mark("Supervisor"),
    Role.TIMEKEEPER: mark("Timekeeper"),
    Role.STAGE: mark("Stage"),
    Role.VIEWER: mark("Viewer"),
    Role.SPARE: mark("Spare computer"),
}

_CLASSES = {"专家评委": mark("Expert judge"), "专业评委": mark("Professional judge"), "评委": mark("Judge")}
_SHORT_CLASSES = {"专家评委": mark("Expert"), "专业评委": mark("Professional"), "评委": mark("Judge")}


def judge_class(name: str, *, short: bool = False) -> str:
    """A class of judges; one that the glossary does not know stays as the workbook has it."""
    words = (_SHORT_CLASSES if short else _CLASSES).get(name)
    return tr(words) if words else name


def component_name(component: Component) -> str:
    return either(component.name, component.name_en)


def criterion_name(criterion: Criterion) -> str:
    return either(criterion.name, criterion.name_en)


def phase_name(rules: RuleSet, key: str) -> str:
    """A phase of the rule set in words; the key itself where the rule set has none of that name."""
    phases = () if rules.timing is None else rules.timing.phases
    found = next((phase for phase in phases if phase.key == key), None)
    return key if found is None else phase_words(found)


def phase_words(phase: Phase) -> str:
    return either(phase.name, phase.name_en)


def number(entry_no: str) -> str:
    """An entry number as it is shown: at least two figures (05)."""
    return entry_no.zfill(2) if entry_no.isdigit() else entry_no


def points(value: Decimal | None) -> str:
    """Points without needless zeros (18, 8.5); a dash for none."""
    if value is None:
        return "—"
    text = f"{value.normalize():f}"
    return text


def printed(value: Decimal | None) -> str:
    """A result as it is printed: two places; a dash for none, never 0."""
    return "—" if value is None else f"{value:.2f}"


def hundredths(value: int | None) -> str:
    """Hundredths of a point as points."""
    return "—" if value is None else points(Decimal(value).scaleb(-2))


def local_time(iso: str, *, seconds: bool = True) -> str:
    """Wall time (UTC, ISO 8601) on this computer's clock, ``10:14:07``; '' for an empty or foreign text."""
    try:
        at = datetime.fromisoformat(iso)
    except ValueError:
        return ""
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return at.astimezone().strftime("%H:%M:%S" if seconds else "%H:%M")


def ago(iso: str, now: datetime) -> str:
    """How long ago a wall time is, in whole minutes in words; '' for an empty text."""
    try:
        at = datetime.fromisoformat(iso)
    except ValueError:
        return ""
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    minutes = int((now - at).total_seconds() // 60)
    return tr("just now") if minutes < 1 else tr("{n} min ago", n=minutes)


def duration(seconds: int) -> str:
    """``0:23``, ``1:04:00``."""
    sign, seconds = ("−" if seconds < 0 else ""), abs(seconds)
    if seconds >= 3600:
        return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{sign}{seconds // 60}:{seconds % 60:02d}"


_ASSUMED: dict[str, str] = {
    "components": mark("Score parts: names, full marks, criteria"),
    "components.*.step": mark("Step of the marks"),
    "components.*.criteria.*.max": mark("Full marks of each criterion"),
    "components.*.weight": mark("Weights of the score parts"),
    "components.*.trim": mark("Dropping of highest and lowest"),
    "timing": mark("Times and prompts"),
    "timing.phases": mark("Times of the phases"),
    "timing.prompts_remaining": mark("Time prompts"),
    "tie_keys": mark("What decides between equal totals"),
    "rank_scope": mark("Within what is ranked"),
    "order_method": mark("How the running order is made"),
    "popularity.cap_mode": mark("What the cap of popularity points is a share of"),
    "popularity.tie": mark("Equal votes"),
    "rounding": mark("Rounding"),
    "rounding_stage": mark("When it is rounded"),
    "advance": mark("Who advances"),
    "awards": mark("Awards"),
    "publicity_days": mark("Days of publicity"),
}


def assumed(path: str) -> str:
    """What an assumed value is about; a path that the glossary does not know stays as it is."""
    words = _ASSUMED.get(path)
    return tr(words) if words else path


def people(names: list[str]) -> str:
    """Names in a row, as the language in force sets them."""
    return ("、" if current() == "zh" else ", ").join(names)


def counts(*, projects: int, judges: int, sessions: int | None = None) -> str:
    """How large a session or a contest is: ``1 session, 10 projects, 12 judges``."""
    parts = [] if sessions is None else [tr_count(sessions, "{n} session", "{n} sessions")]
    parts.append(tr_count(projects, "{n} project", "{n} projects"))
    parts.append(tr_count(judges, "{n} judge", "{n} judges"))
    return ("，" if current() == "zh" else ", ").join(parts)


def where(place: str) -> str:
    """Where a fault lies, as the language in force sets it: an input's rows are counted in Chinese (``第 4 行``)."""
    return place if current() == "zh" else _ROW.sub(r"row \1", place)


_ROW = re.compile(r"第 (\d+) 行")
