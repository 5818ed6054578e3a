"""Checks on units: how many entries, who may lead, who may join (S0-07 … S0-18, S4-04, S4-07, A-24, A-25)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from judge_app.core.contest import Project
from judge_app.core.entries import same
from judge_app.core.entry_case import Case, Found, Verdict, numbers
from judge_app.core.rules import TrackRule

_HEALTH = (
    *(
        "医疗卫生机构",
        "医院",
        "基层医疗卫生机构",
        "公共卫生机构",
        "卫健",
        "卫生健康",
        "医共体",
        "医联体",
        "血站",
        "疾控",
    ),
    *("疾病预防控制", "妇幼", "卫生院", "卫生服务", "急救", "卫生监督", "诊所", "质控中心", "卫生系统"),
)
"""Words that make a unit's type one of the health system."""
_OTHER_TYPES = ("企业", "公司", "厂商", "科研", "研究院", "高校", "高等院校", "大学", "学院", "学会", "协会", "个人")
_NO_LEVEL = ("", "未定级", "未评级", "未评", "无", "不详")
_LEVELS = ("三级", "二级", "一级")


def unit_quota(case: Case, path: str) -> Iterator[Found]:
    """S0-18, S4-04, A-24: a unit under its names; one that is over only together with its branches is asked about."""
    quota = case.entry.unit_quota or 0
    by_name: dict[str, list[str]] = {}
    by_root: dict[str, list[str]] = {}
    for project in case.projects:
        names = [project.lead_unit] if "lead" in case.entry.unit_quota_roles else []
        names += project.partner_units if "partner" in case.entry.unit_quota_roles else ()
        rejected = False
        for unit in dict.fromkeys(case.units.canonical(name) for name in names if name):
            before = by_name.setdefault(unit, [])
            before.append(project.entry_no)
            if len(before) > quota:
                rejected = True
                yield (
                    Verdict.REJECT,
                    project.entry_no,
                    f"{unit} 已有 {numbers(before[:-1])} 号，本项目是第 {len(before)} 个，超过上限 {quota}",
                    f"{unit} already has entries {numbers(before[:-1])}; this is number {len(before)}, over {quota}",
                )
        for root in dict.fromkeys(case.units.root(name) for name in names if name):
            family = by_root.setdefault(root, [])
            family.append(project.entry_no)
            if len(family) > quota and not rejected:
                yield (
                    Verdict.CONFIRM,
                    project.entry_no,
                    f"与上级或下属单位（{root}）合计是第 {len(family)} 个，超过上限 {quota}；请确认是否按一个单位计",
                    f"with its parent or branches ({root}) it is number {len(family)}, over {quota}: one unit or several?",
                )


def lead_types(case: Case, path: str) -> Iterator[Found]:
    """S0-07, S0-08, S2-04: who may lead in a track."""
    for project, track in in_track(case, path):
        if not track.lead_types:
            continue
        record = case.units.record(project.lead_unit)
        kind = record.type if record else ""
        if not kind:
            yield _unknown_unit(project, "类型", "type")
        elif not _is_kind(kind, track.lead_types):
            allowed = "、".join(track.lead_types)
            if _is_kind(kind, ("医疗卫生机构", *_OTHER_TYPES)):
                yield (
                    Verdict.REJECT,
                    project.entry_no,
                    f"{track.name}赛道须由 {allowed} 牵头，{project.lead_unit} 是{kind}",
                    f"{track.name} is led by {allowed}; {project.lead_unit} is {kind}",
                )
            else:
                yield (
                    Verdict.CONFIRM,
                    project.entry_no,
                    f"{project.lead_unit} 的类型“{kind}”是否属于 {allowed}，请确认",
                    f'is {project.lead_unit}, of type "{kind}", one of {allowed}? confirm',
                )


def lead_levels(case: Case, path: str) -> Iterator[Found]:
    """S0-10, S2-05, A-25: the level of the lead unit; one without a level is asked about."""
    for project, track in in_track(case, path):
        if not track.lead_levels:
            continue
        record = case.units.record(project.lead_unit)
        level = (record.level if record else "").replace(" ", "")
        allowed = "、".join(track.lead_levels)
        if any(level.startswith(one) for one in track.lead_levels):
            continue
        if level in _NO_LEVEL or not level.startswith(_LEVELS):
            yield (
                Verdict.CONFIRM,
                project.entry_no,
                f"{track.name}赛道限 {allowed}；{project.lead_unit} 的等级是“{level or '未填'}”，请确认",
                f'{track.name} is for {allowed}; the level of {project.lead_unit} is "{level or "not given"}", confirm',
            )
        else:
            yield (
                Verdict.REJECT,
                project.entry_no,
                f"{track.name}赛道限 {allowed}，{project.lead_unit} 是{level}",
                f"{track.name} is for {allowed}; {project.lead_unit} is {level}",
            )


def in_track(case: Case, path: str) -> Iterator[tuple[Project, TrackRule]]:
    wanted = case.rules.tracks[int(path.split(".")[1])]
    for project in case.projects:
        track = case.tracks.get(same(project.track))
        if track is wanted and case.event(project) is None:
            yield project, track


def track_paths(attribute: str) -> Callable[[Case], Sequence[str]]:
    return lambda case: [
        f"tracks.{index}.{attribute}" for index, track in enumerate(case.rules.tracks) if getattr(track, attribute)
    ]


def _unknown_unit(project: Project, zh: str, en: str) -> Found:
    return (
        Verdict.CONFIRM,
        project.entry_no,
        f"“单位”表里没有 {project.lead_unit} 的{zh}；请补上或确认",
        f"the sheet 单位 has no {en} of {project.lead_unit}; add it or confirm",
    )


def _is_kind(kind: str, allowed: Iterable[str]) -> bool:
    """Whether a unit's type is one of ``allowed``; every kind of health body is a 医疗卫生机构, a 公司 is an 企业."""
    wide = {
        "医疗卫生机构": _HEALTH,
        "医院": ("医院",),
        "基层医疗卫生机构": ("基层", "卫生院", "卫生服务", "医共体", "诊所"),
        "公共卫生机构": ("公共卫生", "疾控", "疾病预防控制", "妇幼", "急救", "血站", "卫生监督"),
        "卫健直属机构": ("卫健", "卫生健康"),
        "企业": ("企业", "公司", "厂商"),
        "医学院": ("医学院", "医科大学"),
    }
    return any(word in kind for one in allowed for word in wide.get(one, (one,)))


def joint(case: Case, path: str) -> Iterator[Found]:
    """S4-07, S4-25: how many units may join, and who may lead."""
    limit = case.entry.partner_units
    for project in case.projects:
        count = len({case.units.canonical(unit) for unit in project.partner_units})
        if limit is not None and count > limit:
            yield (
                Verdict.REJECT,
                project.entry_no,
                f"联合单位有 {count} 家（{'、'.join(project.partner_units)}），超过上限 {limit} 家",
                f"it has {count} partner units ({', '.join(project.partner_units)}), over {limit}",
            )


def health_lead(case: Case, path: str) -> Iterator[Found]:
    for project in case.projects:
        record = case.units.record(project.lead_unit)
        if record is None or not record.type:
            yield _unknown_unit(project, "类型", "type")
        elif not _is_kind(record.type, ("医疗卫生机构",)):
            other = _is_kind(record.type, _OTHER_TYPES)
            yield (
                Verdict.REJECT if other else Verdict.CONFIRM,
                project.entry_no,
                f"主申报单位须是卫生健康系统单位，{project.lead_unit} 是{record.type}" + ("" if other else "；请确认"),
                f"the lead must be of the health system; {project.lead_unit} is {record.type}"
                + ("" if other else "; confirm"),
            )


def partner_members(case: Case, path: str) -> Iterator[Found]:
    limit = case.entry.partner_members or 0
    for project in case.projects:
        partners = {case.units.canonical(unit) for unit in project.partner_units}
        lead = case.units.canonical(project.lead_unit)
        team = case.team(project)
        theirs = [member.name for member in team if case.units.canonical(member.unit) in partners and member.unit]
        if len(theirs) > limit:
            yield (
                Verdict.REJECT,
                project.entry_no,
                f"联合单位的参赛人员有 {len(theirs)} 人（{'、'.join(theirs)}），超过上限 {limit} 人",
                f"{len(theirs)} members are of partner units ({', '.join(theirs)}), over {limit}",
            )
        for member in team:
            if member.unit and case.units.canonical(member.unit) not in {lead, *partners}:
                yield (
                    Verdict.CONFIRM,
                    project.entry_no,
                    f"{member.name} 的单位 {member.unit} 既不是主申报单位，也不是联合单位；请确认",
                    f"{member.name} is of {member.unit}, which is neither the lead nor a partner; confirm",
                )
            elif not member.unit and partners:
                yield (
                    Verdict.CONFIRM,
                    project.entry_no,
                    f"没有 {member.name} 的单位，无法计入联合单位人数；请补上",
                    f"the unit of {member.name} is not given and cannot be counted; add it",
                )


def advice(case: Case, path: str) -> Iterator[Found]:
    """S1-41: a hint, never a block."""
    wanted = case.entry.joint_advice
    for project in case.projects:
        units = (project.lead_unit, *project.partner_units)
        kinds = [record.type for record in map(case.units.record, units) if record and record.type]
        missing = [one for one in wanted if not any(_is_kind(kind, (one,)) for kind in kinds)]
        if missing:
            yield (
                Verdict.NOTE,
                project.entry_no,
                f"通知建议由 {'、'.join(wanted)} 联合申报；本项目没有 {'、'.join(missing)}（不影响参赛）",
                f"the notice advises {', '.join(wanted)} to join; here there is no {', '.join(missing)} (no obstacle)",
            )
