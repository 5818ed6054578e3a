"""A contest's rule set as data: what is judged, how it is counted, timed, ranked, rewarded and admitted.

The form is that of the preset files (``resources/presets/*.toml``) and of ``judge-app presets show NAME --json``;
numbers of points, weights and ratios are ``Decimal`` (decimal strings in files, never binary floats). ``decode_rules``
takes the form from outside and names the place of what it cannot take; ``RuleSet.check`` says in an organiser's words
what in a well-formed rule set cannot work. Nothing here computes a result: see scoring.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

import msgspec

from judge_app.core.contest import Struct
from judge_app.core.errors import BadInput, Problem

Scope = Literal["all", "track", "topic", "session"]
StageText = Literal[
    "welcome", "called", "between", "scoring", "time_up", "paused", "technical", "end", "end_note", "results_soon"
]
"""Words that the audience reads and that a contest may have its own of; ``time_up`` are the curtain's."""
"""Within what ranks (or votes) are compared: the whole contest, one track, one topic or one session."""


class Rule(Struct, frozen=True, omit_defaults=False):
    """The base of every part of a rule set: encoded in full, so that a rule set shown is a rule set complete."""


class Text(Rule, frozen=True):
    """One name in Chinese and English."""

    zh: str
    en: str = ""


class GradeBand(Rule, frozen=True):
    """A grade on the sheet (优 17–20): ``low`` and ``high`` are points, both inclusive."""

    name: str
    low: Decimal
    high: Decimal


class Criterion(Rule, frozen=True):
    """A line of the sheet. ``step`` None: the component's step."""

    name: str
    max: Decimal
    step: Decimal | None = None
    look_for: str = ""
    name_en: str = ""
    look_for_en: str = ""
    bands: tuple[GradeBand, ...] = ()


class Trim(Rule, frozen=True):
    """How many of the highest and lowest marks go, and what happens when there are too few.

    From ``from_n`` valid sheets on, exactly ``high`` highest and ``low`` lowest go, on the judge's total or on each
    criterion. With fewer the project waits for a ruling (``ruling``) or takes the plain mean (``plain_mean``). Fewer
    than ``warn_below`` valid sheets are flagged.
    """

    high: int = 1
    low: int = 1
    from_n: int = 3
    on: Literal["judge_total", "criterion"] = "judge_total"
    below: Literal["ruling", "plain_mean"] = "ruling"
    warn_below: int = 5


class Component(Rule, frozen=True):
    """A part of the total. ``source`` judges: sheets of the judges of ``judge_class``, trimmed and averaged;
    external: one number that no judge gives (a performance test), entered ``once`` or ``twice`` by two people.

    ``trim`` None: the plain mean of all valid sheets. ``weight`` multiplies the score in the total.
    """

    key: str
    name: str
    max: Decimal
    source: Literal["judges", "external"] = "judges"
    weight: Decimal = Decimal(1)
    required: bool = True
    judge_class: str | None = None
    step: Decimal = Decimal(1)
    criteria: tuple[Criterion, ...] = ()
    trim: Trim | None = None
    entry: Literal["once", "twice"] = "once"
    name_en: str = ""

    @property
    def judged(self) -> bool:
        return self.source == "judges"

    def step_of(self, criterion: Criterion) -> Decimal:
        """The step of a line: its own, or the component's."""
        return self.step if criterion.step is None else criterion.step

    @property
    def smallest_step(self) -> Decimal:
        """What a total given without criteria must lie on."""
        return min((self.step_of(criterion) for criterion in self.criteria), default=self.step)

    def criterion(self, name: str) -> Criterion | None:
        return next((criterion for criterion in self.criteria if criterion.name == name), None)


class Popularity(Rule, frozen=True):
    """Points by the rank of the votes (S1-07): rank 1 takes ``table[0]``; beyond the table 0.

    ``tie``: equal votes share the better rank's points, or the mean of the points of the places they take.
    ``zero_votes``: points of a project nobody voted for. ``cap`` is a share; what it is a share of is ``cap_mode``
    (A-14): of the project's own total (floored), of full marks (clipped, or the whole table scaled), or of nothing.
    """

    name: str = "网络人气积分"
    name_en: str = "Popularity points"
    table: tuple[Decimal, ...] = ()
    tie: Literal["same_rank_same_points", "mean_of_places"] = "same_rank_same_points"
    zero_votes: Decimal = Decimal(0)
    scope: Scope = "all"
    cap: Decimal | None = None
    cap_mode: Literal["own_total", "full_marks_clip", "full_marks_scale", "none"] = "none"


class Rounding(Rule, frozen=True):
    """How printed values are rounded; HALF_UP to two places is what contests print (A-06)."""

    mode: Literal["HALF_UP", "HALF_EVEN", "DOWN"] = "HALF_UP"
    places: int = 2


class Phase(Rule, frozen=True):
    """A timed part of one project's turn. ``slides_end``: its end takes the slides off the screen (S1-02).

    ``auto_advance``: the next phase starts by itself. ``prompts_remaining`` None: the timing's prompts.
    """

    key: str
    name: str
    seconds: int
    slides_end: bool = False
    auto_advance: bool = False
    prompts_remaining: tuple[int, ...] | None = None
    name_en: str = ""


class Timing(Rule, frozen=True):
    """The phases in order, the prompts in remaining seconds (0 = time is up), and whether unused time carries over."""

    phases: tuple[Phase, ...]
    prompts_remaining: tuple[int, ...] = (120, 60, 30, 0)
    carry_over: bool = False

    def prompts_of(self, phase: Phase) -> tuple[int, ...]:
        """The prompts that a phase reaches, longest first: one that is not shorter than the phase never sounds."""
        chosen = self.prompts_remaining if phase.prompts_remaining is None else phase.prompts_remaining
        return tuple(sorted((second for second in chosen if second < phase.seconds), reverse=True))


class Advance(Rule, frozen=True):
    """Who goes on: the first ``n``, a ``ratio`` of a basis, or everyone from a ``line`` of points on.

    ``per``: one list for the whole contest, or one for each track, topic or session (None: the rank scope).
    ``quota`` hard: a number given from above, a tie across it needs a ruling; soft: all who tie at it go on (A-09).
    """

    type: Literal["top_n", "ratio", "score_line"]
    n: int | None = None
    ratio: Decimal | None = None
    line: Decimal | None = None
    per: Scope | None = None
    basis: Literal["passed_initial_review", "ranked_in_final"] = "passed_initial_review"
    rounding: Literal["half_up", "floor", "ceil", "largest_remainder"] = "half_up"
    quota: Literal["hard", "soft"] = "hard"


class Award(Rule, frozen=True):
    """One award. Composite awards are filled by rank in the order they are written; single and organisation awards are
    given by decision. ``count`` None: the notice states none. ``per`` None: the rank scope."""

    name: str
    count: int | None = None
    kind: Literal["composite", "single", "organisation"] = "composite"
    recipient: Literal["project", "person", "unit"] = "project"
    per: Scope | None = None
    name_en: str = ""


class DeductionRule(Rule, frozen=True):
    """A penalty that may be recorded against a project; a rule set that lists none deducts nothing (A-29)."""

    key: str
    name: str
    points: Decimal
    name_en: str = ""


class OutlierRule(Rule, frozen=True):
    """When a judge's mark is flagged: further from the median of the others than ``share`` of the component's maximum.

    A flag only, never a change (W25: the chair may ask for an explanation).
    """

    share: Decimal = Decimal("0.20")
    from_n: int = 4


class FileRule(Rule, frozen=True):
    """A paper to hand in. ``max_bytes`` is allowed when ``inclusive``, just refused when not (A-26).

    ``name_parts`` are the parts of the file's name in order, of: lead_unit, project, track, unit_short, captain, phone.
    ``kind`` 全部 limits the sum of all files. ``name_strict`` False: a wrong name is a note, never a refusal (A-27).
    """

    kind: str
    required: bool = True
    max_bytes: int | None = None
    inclusive: bool = True
    extensions: tuple[str, ...] = ()
    name_parts: tuple[str, ...] = ()
    name_separators: tuple[str, ...] = ("+", "＋", "-", "")
    name_strict: bool = False


class FormField(Rule, frozen=True):
    """A field of the entry form; ``max_chars`` counts Chinese characters as one each."""

    name: str
    max_chars: int | None = None
    required: bool = False
    name_en: str = ""


class TrackRule(Rule, frozen=True):
    """A track and who may lead in it (S0-07, S0-10); empty: anyone. ``aliases`` are other names of the same track."""

    name: str
    name_en: str = ""
    aliases: tuple[str, ...] = ()
    lead_types: tuple[str, ...] = ()
    lead_levels: tuple[str, ...] = ()
    """Levels of the lead unit that may enter; a unit without a level is asked about (A-25)."""


class EntryRules(Rule, frozen=True):
    """Who and what may enter; None or empty: no such rule. What each comes from is in ``RuleSet.stated`` under
    ``entry_rules.NAME``; a value found in neither ``stated`` nor ``assumed`` is a practice."""

    unit_quota: int | None = None
    unit_quota_roles: tuple[Literal["lead", "partner"], ...] = ("lead", "partner")
    one_track: bool = False
    one_region: bool = False
    editions_running: int | None = None
    """The most editions in a row in which one unit may enter with one topic (A-23)."""
    prior_award_months: int | None = None
    """An award in the same field earlier than this many months before the deadline is asked about (A-22)."""
    barred_awards: tuple[str, ...] = ()
    """Kinds of prior award that bar an entry outright, as the notice words them (S4-10)."""
    barred_award_levels: tuple[str, ...] = ()
    team_min: int | None = None
    team_max: int | None = None
    single_member_is_captain: bool = True
    projects_per_person: int | None = None
    lead_in_health_system: bool = False
    partner_units: int | None = None
    partner_members: int | None = None
    staff_may_compete: bool = True
    max_age: int | None = None
    age_on: str = ""
    """The day (ISO) on which ``max_age`` is counted, inclusive; empty: the entry deadline."""
    joint_advice: tuple[str, ...] = ()
    """Kinds of unit that the notice advises to join; a hint, never a block (S1-41)."""
    fee_covers_members: int | None = None
    """How many members one fee covers: a note on the fee, not a limit (A-37)."""
    files: tuple[FileRule, ...] = ()
    slide_sections: tuple[str, ...] = ()
    slide_ratio: str = ""


class OwnEvent(Rule, frozen=True):
    """An event beside the contest with its own sheet and ranking (星锐TALK秀, A-35): the projects of that track.

    ``components`` and ``timing`` None: those of the rule set.
    """

    name: str
    name_en: str = ""
    max_age: int | None = None
    age_on: str = ""
    """The day (ISO) on which ``max_age`` is counted, inclusive; empty: the entry deadline."""
    team_size: int | None = None
    components: tuple[Component, ...] | None = None
    timing: Timing | None = None
    tie_keys: tuple[str, ...] | None = None
    advance: Advance | None = None
    awards: tuple[Award, ...] = ()
    assumed: tuple[str, ...] = ()


class Round(Rule, frozen=True):
    """One round of a contest; what it leaves None is the rule set's own. Who advances from it is the list of the next.

    ``kind`` paper_review: the same sheets and results over days, without a clock.
    """

    key: str
    name: str
    name_en: str = ""
    kind: Literal["roadshow", "paper_review"] = "roadshow"
    components: tuple[Component, ...] | None = None
    timing: Timing | None = None
    tie_keys: tuple[str, ...] | None = None
    rank_scope: Scope | None = None
    advance: Advance | None = None
    awards: tuple[Award, ...] = ()
    assumed: tuple[str, ...] = ()
    """Paths within this round of values that no notice states."""


class RuleSet(Rule, frozen=True):
    """All settings of one contest, versioned; it locks at the first submitted sheet (the room sees to that)."""

    key: str
    name: Text
    components: tuple[Component, ...]
    format: Literal["judge-app/rules/1"] = "judge-app/rules/1"
    version: int = 1
    notice: str = ""
    kind: Literal["roadshow", "paper_review"] = "roadshow"
    popularity: Popularity | None = None
    rounding: Rounding = Rounding()
    rounding_stage: Literal["component_then_sum", "final_only"] = "component_then_sum"
    tie_keys: tuple[str, ...] = ("exact_total",)
    rank_scope: Scope = "all"
    order_method: Literal["draw", "strokes", "registration", "manual"] = "draw"
    timing: Timing | None = None
    advance: Advance | None = None
    awards: tuple[Award, ...] = ()
    publicity_days: int | None = None
    appeal_minutes: int | None = None
    """How long after a result an appeal on site may be made (A-34); None: no such rule."""
    assumed: tuple[str, ...] = ()
    """Paths of values that no notice states; they block publishing until confirmed by name."""
    stated: dict[str, str] = msgspec.field(default_factory=dict)
    """Path → rule id of the notice (S1-04)."""
    quotes: dict[str, str] = msgspec.field(default_factory=dict)
    """Rule id → the notice's exact words."""
    own_events: tuple[OwnEvent, ...] = ()
    rounds: tuple[Round, ...] = ()
    tracks: tuple[TrackRule, ...] = ()
    topics: tuple[str, ...] = ()
    entry_rules: EntryRules = EntryRules()
    form_fields: tuple[FormField, ...] = ()
    deductions: tuple[DeductionRule, ...] = ()
    outliers: OutlierRule | None = OutlierRule()
    stage_words: dict[StageText, Text] = msgspec.field(default_factory=dict)
    """The contest's own words before the audience, where the usual ones do not serve."""
    announce: Literal["full", "short", "components", "total"] = "full"
    """How a result is read out (domain.md §2.3); total: only the total, never the parts."""
    review: Literal["none", "two_people"] = "none"
    """Whether the chair may lock a result only once the scorer has recomputed it and the checker, another person at
    another computer, agrees (domain.md §2.2, step 7)."""

    def component(self, key: str) -> Component | None:
        return next((component for component in self.components if component.key == key), None)

    @property
    def judged_components(self) -> tuple[Component, ...]:
        return tuple(component for component in self.components if component.judged)

    def components_of(self, judge_class: str) -> tuple[Component, ...]:
        """The components that a judge of a class fills. 评委 fits any rule set with one judge class."""
        classes = {component.judge_class for component in self.judged_components}
        if judge_class == "评委" and len(classes) == 1:
            return self.judged_components
        return tuple(component for component in self.judged_components if component.judge_class == judge_class)

    @property
    def all_assumed(self) -> tuple[str, ...]:
        """Every assumed path, those of events and rounds included (``own_events.0.components``)."""
        return (
            *self.assumed,
            *(f"own_events.{at}.{path}" for at, event in enumerate(self.own_events) for path in event.assumed),
            *(f"rounds.{at}.{path}" for at, held in enumerate(self.rounds) for path in held.assumed),
        )

    @property
    def full_marks(self) -> Decimal:
        """The most a project can reach on paper: weighted maxima plus the best popularity points before any cap."""
        marks = sum((component.max * component.weight for component in self.components), Decimal(0))
        if self.popularity is not None:
            marks += max(self.popularity.table, default=Decimal(0))
        return marks

    def for_round(self, key: str) -> RuleSet:
        """The rule set as it stands in one round; raises KeyError for a round it does not hold."""
        for chosen in self.rounds:
            if chosen.key == key:
                return msgspec.structs.replace(
                    self,
                    kind=chosen.kind,
                    components=self.components if chosen.components is None else chosen.components,
                    timing=None if chosen.kind == "paper_review" else (chosen.timing or self.timing),
                    tie_keys=self.tie_keys if chosen.tie_keys is None else chosen.tie_keys,
                    rank_scope=chosen.rank_scope or self.rank_scope,
                    advance=chosen.advance,
                    awards=chosen.awards,
                    popularity=None if chosen.kind == "paper_review" else self.popularity,
                )
        raise KeyError(key)

    def round_at(self, stage: str) -> int | None:
        """The place of the round whose name or key is ``stage``; None where it holds no such round."""
        return next((place for place, one in enumerate(self.rounds) if stage in (one.key, one.name)), None)

    def held_in(self, stage: str) -> RuleSet:
        """The rule set as it stands in the round whose name or key is ``stage`` (a workbook's 阶段); as it is where it
        holds no such round. What holds rounds and is asked for another is told by ``check_fit``."""
        place = self.round_at(stage)
        return self if place is None else self.for_round(self.rounds[place].key)

    def for_event(self, name: str) -> RuleSet:
        """The rule set of an event beside the contest; raises KeyError for one it does not hold."""
        for event in self.own_events:
            if event.name == name:
                return msgspec.structs.replace(
                    self,
                    components=self.components if event.components is None else event.components,
                    timing=event.timing or self.timing,
                    tie_keys=self.tie_keys if event.tie_keys is None else event.tie_keys,
                    rank_scope="track",
                    popularity=None,
                    advance=event.advance,
                    awards=event.awards,
                    own_events=(),
                    rounds=(),
                )
        raise KeyError(name)


_AT = re.compile(r"^(?P<what>.*?) - at `\$?\.?(?P<path>.*)`$", re.DOTALL)
_UNKNOWN = re.compile(r"^Object contains unknown field `(?P<name>.*)`$")
_MISSING = re.compile(r"^Object missing required field `(?P<name>.*)`$")
_EXPECTED = re.compile(r"^Expected `(?P<want>.*?)`, got `(?P<got>.*?)`$")
_TYPES = {
    "int": ("整数", "a whole number"),
    "str": ("文字", "text"),
    "null": ("空", "nothing"),
    "array": ("列表", "a list"),
}
_ENUM = re.compile(r"^Invalid enum value (?P<value>.*)$", re.DOTALL)


def problem_of(error: msgspec.ValidationError, place: str = "") -> Problem:
    """A msgspec complaint as a Problem: its JSON path behind ``place``, its words in both languages."""
    text = str(error)
    path = ""
    if match := _AT.match(text):
        text, path = match["what"], match["path"]
    if match := _UNKNOWN.match(text):
        path = _join(path, match["name"])
        zh, en = "没有这个设置项，请检查拼写", "there is no such key; check the spelling"
    elif match := _MISSING.match(text):
        path = _join(path, match["name"])
        zh, en = "缺少这一项", "this key is missing"
    elif match := _EXPECTED.match(text):
        want, got = (_TYPES.get(match[name], (match[name], match[name])) for name in ("want", "got"))
        zh, en = f"应为 {want[0]}，得到的是 {got[0]}", f"expected {want[1]}, got {got[1]}"
    elif text.startswith("Invalid decimal"):
        zh, en = "不是一个数；请只填数字，如 18 或 18.5", "is no number; write digits only, as 18 or 18.5"
    elif match := _ENUM.match(text):
        zh, en = f"不能是 {match['value']}", f"{match['value']} is not one of the choices"
    else:
        zh, en = f"不能使用：{text}", text
    return Problem(_join(place, path) or "$", zh, en)


def _join(place: str, path: str) -> str:
    if not place or not path:
        return place or path
    return f"{place}{path}" if path.startswith("[") else f"{place}.{path}"


def decode_rules(data: Mapping[str, Any], place: str = "") -> RuleSet:
    """The rule set in ``data`` (the form of a preset file). Raises BadInput naming the path and what is wrong; one
    that is well-formed but cannot work is returned: ask ``RuleSet.check``."""
    held = dict(data)
    if held.get("outliers") is False:  # how a file says that no mark is flagged: TOML has no null
        held["outliers"] = None
    try:
        rules = msgspec.convert(held, RuleSet)
    except msgspec.ValidationError as error:
        raise BadInput(problem_of(error, place)) from None
    bad = [
        Problem(_join(place, path), f"{value} 不是一个有限的数", f"{value} is not a finite number")
        for path, value in _decimals(rules)
        if not value.is_finite()
    ]
    if bad:
        raise BadInput(bad)
    return rules


def _decimals(value: Any, path: str = "") -> list[tuple[str, Decimal]]:
    if isinstance(value, Decimal):
        return [(path, value)]
    found: list[tuple[str, Decimal]] = []
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            found += _decimals(getattr(value, name), _join(path, name))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            found += _decimals(item, f"{path}[{index}]")
    return found


def encode_rules(rules: RuleSet) -> dict[str, Any]:
    """The rule set as JSON-ready data in the form that ``decode_rules`` takes: every key, numbers as strings."""
    data: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(rules))
    return data


def merge_patch(target: Any, patch: Any) -> Any:
    """RFC 7396: ``patch`` merged into ``target``; null removes a key, an array replaces one. Neither is changed."""
    if not isinstance(patch, Mapping):
        return patch
    result: dict[str, Any] = dict(target) if isinstance(target, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge_patch(result.get(key), value)
    return result


def change_rules(rules: RuleSet, patch: Mapping[str, Any], place: str = "rule_changes") -> RuleSet:
    """The rule set with a merge patch applied. Raises BadInput naming the path under ``place``."""
    return decode_rules(merge_patch(encode_rules(rules), patch), place)
