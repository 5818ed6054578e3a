"""Entry rules → findings: what a rule set asks of entries, held against what is known of them.

Each finding quotes the rule it stands on; a check whose data is not there is *not checked*, never passed. No finding
changes anything: the committee decides. The checks themselves are in entry_units, entry_tracks, entry_awards, entry_teams
and entry_papers. Sources: notices.md (S0-06 … S4-25), domain.md A-22 … A-27, A-36, A-37, §2.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from judge_app.core import entry_awards, entry_papers, entry_teams, entry_tracks, entry_units
from judge_app.core.contest import Struct
from judge_app.core.entries import Entries
from judge_app.core.entry_case import Case, Found, Verdict
from judge_app.core.rules import EntryRules, RuleSet

__all__ = ["CheckState", "EligibilityReport", "Finding", "Verdict", "examine"]


class Finding(Struct, frozen=True):
    """One thing found about one project. ``rule`` is the notice's rule id ("S0-18"), ``quote`` its words; both are empty
    for a value that no notice states (``assumed`` or practice)."""

    verdict: Verdict
    check: str
    entry_no: str
    zh: str
    en: str
    rule: str = ""
    quote: str = ""


class CheckState(Struct, frozen=True):
    """Whether a check that the rules ask for was made. ``zh``/``en`` name it; ``lacking`` says what data is not there."""

    check: str
    zh: str
    en: str
    done: bool
    lacking: str = ""
    rule: str = ""


class EligibilityReport(Struct, frozen=True):
    """All findings in running order of the entries, and which checks were made."""

    findings: tuple[Finding, ...]
    checks: tuple[CheckState, ...]

    def of(self, entry_no: str) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.entry_no == entry_no)

    def verdict(self, entry_no: str) -> Verdict | None:
        """The gravest verdict on a project; None: nothing was found by the checks that were made."""
        found = {finding.verdict for finding in self.of(entry_no)}
        return next((verdict for verdict in Verdict if verdict in found), None)

    @property
    def not_checked(self) -> tuple[CheckState, ...]:
        return tuple(check for check in self.checks if not check.done)


class _Check(NamedTuple):
    key: str
    zh: str
    en: str
    paths: Callable[[Case], Sequence[str]]
    """The paths of the rule set that ask for the check; none: the rule set does not ask."""
    lacking: Callable[[Case], str]
    """The sheet that is not there, or ""."""
    run: Callable[[Case, str], Iterator[Found]]


def examine(entries: Entries, rules: RuleSet) -> EligibilityReport:
    """Every check that the rule set asks for, on every entry. Pure: equal input gives an equal report."""
    case = Case(entries, rules)
    findings: list[Finding] = []
    states: list[CheckState] = []
    for check in _CHECKS:
        for path in check.paths(case):
            rule, quote = case.source(path)
            lacking = check.lacking(case)
            about = _about(case, path)
            states.append(
                CheckState(
                    check=check.key,
                    zh=f"{check.zh}（{about}）" if about else check.zh,
                    en=f"{check.en} ({about})" if about else check.en,
                    done=not lacking,
                    lacking=lacking,
                    rule=rule,
                )
            )
            if lacking:
                continue
            findings.extend(
                Finding(verdict=verdict, check=check.key, entry_no=entry_no, zh=zh, en=en, rule=rule, quote=quote)
                for verdict, entry_no, zh, en in check.run(case, path)
            )
    place = {project.entry_no: number for number, project in enumerate(case.projects)}
    findings.sort(key=lambda finding: place.get(finding.entry_no, len(place)))
    return EligibilityReport(findings=tuple(findings), checks=tuple(states))


def _about(case: Case, path: str) -> str:
    """Which of several a path is about: the track's, paper's, field's or event's name; "" where there is but one."""
    head, _, rest = path.removeprefix("entry_rules.").partition(".")
    index = rest.partition(".")[0]
    if not index.isdigit():
        return ""
    number = int(index)
    return {
        "tracks": lambda: case.rules.tracks[number].name,
        "files": lambda: case.entry.files[number].kind,
        "form_fields": lambda: case.rules.form_fields[number].name,
        "own_events": lambda: case.rules.own_events[number].name,
    }[head]()


def _nothing_lacks(case: Case) -> str:
    return ""


def _needs(sheet: str, attribute: str) -> Callable[[Case], str]:
    return lambda case: sheet if getattr(case.entries, attribute) is None else ""


def _needs_teams(case: Case) -> str:
    return "" if case.teams_known else "成员"


def _when(path: str, asked: Callable[[EntryRules], object]) -> Callable[[Case], Sequence[str]]:
    return lambda case: (f"entry_rules.{path}",) if asked(case.entry) else ()


def _no_findings(case: Case, path: str) -> Iterator[Found]:
    """For a part of another check whose data may lack on its own: only its state is of interest."""
    return iter(())


def _needs_people(case: Case) -> str:
    lacking = [] if case.teams_known else ["成员"]
    lacking += [] if case.entries.judges_given else ["评委"]
    return "、".join(lacking)


def _needs_host_staff(case: Case) -> str:
    return "" if case.entries.staff_given else "工作人员"


_CHECKS: tuple[_Check, ...] = (
    _Check(
        "tracks",
        "赛道名称",
        "track names",
        lambda case: ("tracks",) if case.rules.tracks else (),
        _nothing_lacks,
        entry_tracks.known_track,
    ),
    _Check(
        "one_track",
        "一个赛道",
        "one track",
        _when("one_track", lambda e: e.one_track),
        _nothing_lacks,
        entry_tracks.one_track,
    ),
    _Check(
        "one_region",
        "一个分赛区",
        "one region",
        _when("one_region", lambda e: e.one_region),
        _needs("赛区赛道", "placements"),
        entry_tracks.one_region,
    ),
    _Check(
        "lead_types",
        "牵头单位类型",
        "type of the lead unit",
        entry_units.track_paths("lead_types"),
        _needs("单位", "units"),
        entry_units.lead_types,
    ),
    _Check(
        "lead_levels",
        "牵头单位等级",
        "level of the lead unit",
        entry_units.track_paths("lead_levels"),
        _needs("单位", "units"),
        entry_units.lead_levels,
    ),
    _Check(
        "unit_quota",
        "每单位项目数",
        "entries of one unit",
        _when("unit_quota", lambda e: e.unit_quota is not None),
        _nothing_lacks,
        entry_units.unit_quota,
    ),
    _Check(
        "unit_aliases",
        "每单位项目数：别名与上级单位",
        "entries of one unit: aliases and parents",
        _when("unit_quota", lambda e: e.unit_quota is not None),
        _needs("单位", "units"),
        _no_findings,
    ),
    _Check(
        "partner_units",
        "联合单位数",
        "partner units",
        _when("partner_units", lambda e: e.partner_units is not None),
        _nothing_lacks,
        entry_units.joint,
    ),
    _Check(
        "lead_in_health_system",
        "主申报单位属于卫生健康系统",
        "lead of the health system",
        _when("lead_in_health_system", lambda e: e.lead_in_health_system),
        _needs("单位", "units"),
        entry_units.health_lead,
    ),
    _Check(
        "partner_members",
        "联合单位人数",
        "members of partner units",
        _when("partner_members", lambda e: e.partner_members is not None),
        _needs("成员", "members"),
        entry_units.partner_members,
    ),
    _Check(
        "joint_advice",
        "联合申报建议",
        "advice on joining",
        _when("joint_advice", lambda e: e.joint_advice),
        _needs("单位", "units"),
        entry_units.advice,
    ),
    _Check("team_size", "团队人数", "size of the team", entry_teams.team_paths, _needs_teams, entry_teams.team_size),
    _Check(
        "captain",
        "队长",
        "captain",
        _when("single_member_is_captain", lambda e: e.team_max is not None),
        _needs_teams,
        entry_teams.captain,
    ),
    _Check(
        "projects_per_person",
        "每人项目数",
        "entries of one person",
        _when("projects_per_person", lambda e: e.projects_per_person is not None),
        _needs_teams,
        entry_teams.persons,
    ),
    _Check(
        "staff_may_compete",
        "评委与工作人员不参赛",
        "judges and staff",
        lambda case: ("entry_rules.staff_may_compete",),
        _needs_people,
        entry_teams.staff,
    ),
    _Check(
        "host_staff",
        "工作人员与承办方不参赛",
        "staff and hosts",
        _when("staff_may_compete", lambda e: not e.staff_may_compete),
        _needs_host_staff,
        _no_findings,
    ),
    _Check("max_age", "年龄", "age", entry_teams.age_paths, entry_teams.needs_births, entry_teams.age),
    _Check(
        "editions_running",
        "同一主题连续届数",
        "editions running with one topic",
        _when("editions_running", lambda e: e.editions_running is not None),
        entry_tracks.needs_past,
        entry_tracks.editions,
    ),
    _Check(
        "prior_awards",
        "既往获奖（同领域）",
        "prior awards in the field",
        _when("prior_award_months", lambda e: e.prior_award_months is not None),
        entry_awards.needs_awards_and_deadline,
        entry_awards.prior_awards,
    ),
    _Check(
        "barred_awards",
        "不得申报的获奖",
        "awards that bar",
        _when("barred_awards", lambda e: e.barred_awards),
        _needs("既往获奖", "awards"),
        entry_awards.barred_awards,
    ),
    _Check("files", "材料", "papers", entry_papers.file_paths, _needs("材料", "files"), entry_papers.files),
    _Check(
        "form_fields",
        "报名表字数",
        "lengths in the form",
        entry_papers.form_paths,
        _needs("报名表", "forms"),
        entry_papers.form,
    ),
    _Check("slides", "幻灯片", "slides", entry_papers.slide_paths, _needs("路演材料", "decks"), entry_papers.slides),
    _Check(
        "fee_covers_members",
        "参赛费所含人数",
        "members covered by the fee",
        _when("fee_covers_members", lambda e: e.fee_covers_members is not None),
        _needs_teams,
        entry_teams.fee,
    ),
)
