"""Checks on papers, form fields and slides (S0-21, S1-32 … S1-40, S4-13 … S4-24, A-26, A-27)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from judge_app.core.contest import Project
from judge_app.core.entries import EntryFile, same
from judge_app.core.entry_case import Case, Found, Verdict
from judge_app.core.entry_teams import captain_of
from judge_app.core.rule_check import NAME_PARTS
from judge_app.core.rules import FileRule, Text

_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_NO_DECK = Text(zh="没有路演材料", en="there is no slide deck")
_WORD = re.compile(r"[A-Za-z0-9.%+\-]+")


def files(case: Case, path: str) -> Iterator[Found]:
    """S0-21, S1-40, S2-16, S4-13, S4-15, A-26, A-27: papers, their types, sizes and names."""
    rule = case.entry.files[int(path.split(".")[2])]
    kinds = {same(kind) for kind in re.split(r"[或/]", rule.kind)}
    if kinds & {"申报表", "报名表"}:
        kinds |= {"申报表", "报名表"}
    for project in case.projects:
        mine = case.files_of.get(project.entry_no, [])
        if rule.kind == "全部":
            whole = [file for file in mine if same(file.kind) in ("全部", "压缩包", "材料包")]
            yield from _size(project, rule, whole or mine)
            chosen = whole
        else:
            chosen = [file for file in mine if same(file.kind) in kinds]
            if rule.required and not chosen:
                yield (Verdict.REJECT, project.entry_no, f"缺少材料：{rule.kind}", f"the paper is missing: {rule.kind}")
            for file in chosen:
                yield from _size(project, rule, [file])
        for file in chosen:
            extension = file.name.rpartition(".")[2].lower() if "." in file.name else ""
            if rule.extensions and extension not in rule.extensions:
                allowed = "、".join(rule.extensions)
                yield (
                    Verdict.REJECT,
                    project.entry_no,
                    f"{rule.kind}“{file.name}”应为 {allowed} 文件",
                    f'{rule.kind} "{file.name}" should be a {allowed} file',
                )
            yield from _file_name(case, project, rule, file)


def _size(project: Project, rule: FileRule, files: Sequence[EntryFile]) -> Iterator[Found]:
    if rule.max_bytes is None or not files:
        return
    if any(file.size is None for file in files):
        yield (
            Verdict.CONFIRM,
            project.entry_no,
            f"{rule.kind}没有字节数，大小无法核对；请补上",
            f"the size of {rule.kind} is not given and cannot be checked; add it",
        )
        return
    size = sum(file.size or 0 for file in files)
    if size > rule.max_bytes or (size == rule.max_bytes and not rule.inclusive):
        words = ("不超过", "at most") if rule.inclusive else ("低于", "below")
        yield (
            Verdict.REJECT,
            project.entry_no,
            f"{rule.kind}共 {size:,} 字节，须{words[0]} {rule.max_bytes:,} 字节（{rule.max_bytes / 1048576:g} M）",
            f"{rule.kind} has {size:,} bytes; it must have {words[1]} {rule.max_bytes:,} ({rule.max_bytes / 1048576:g} M)",
        )


def _file_name(case: Case, project: Project, rule: FileRule, file: EntryFile) -> Iterator[Found]:
    if not rule.name_parts:
        return
    stem = file.name.rpartition(".")[0] if "." in file.name else file.name
    if "phone" in rule.name_parts and _PHONE.search(stem):
        yield (
            Verdict.NOTE,
            project.entry_no,
            "文件名含手机号：不要公开，导出和公示时请遮盖",
            "the file's name holds a phone number: keep it off anything public",
        )
    if not _name_fits(case, project, rule, stem):
        wanted = (rule.name_separators[0] if rule.name_separators else "").join(
            NAME_PARTS.get(part, part) for part in rule.name_parts
        )
        yield (
            Verdict.REJECT if rule.name_strict else Verdict.NOTE,
            project.entry_no,
            f"{rule.kind}的文件名“{_masked(file.name)}”不是“{wanted}”",
            f'the name "{_masked(file.name)}" of {rule.kind} is not "{wanted}"',
        )


def _name_fits(case: Case, project: Project, rule: FileRule, stem: str) -> bool:
    track = case.tracks.get(same(project.track))
    values: dict[str, Iterable[str]] = {
        "lead_unit": case.units.names(project.lead_unit),
        "unit_short": case.units.names(project.lead_unit),
        "project": (project.name, re.sub(r"[“”\"'‘’《》]", "", project.name)),
        "track": (project.track, *((track.name, *track.aliases) if track else ())),
        "captain": (captain_of(project, case.team(project)),),
    }
    parts = [
        r"1[3-9]\d{9}"
        if part == "phone"
        else "(?:" + "|".join(re.escape(same(one)) for one in values.get(part, ())) + ")"
        for part in rule.name_parts
    ]
    between = "(?:" + "|".join(re.escape(same(one)) for one in rule.name_separators) + ")"
    return re.fullmatch(between.join(parts), same(stem)) is not None


def _masked(name: str) -> str:
    return _PHONE.sub(lambda match: match[0][:3] + "****" + match[0][-4:], name)


def file_paths(case: Case) -> Sequence[str]:
    return [f"entry_rules.files.{index}" for index in range(len(case.entry.files))]


def lengths(content: str) -> tuple[int, int]:
    """(characters without spaces, length as word processors count: a Chinese character or mark 1, a Latin word 1)."""
    packed = "".join(content.split())
    words = _WORD.findall(content)
    return len(packed), len("".join(_WORD.sub("", content).split())) + len(words)


def form(case: Case, path: str) -> Iterator[Found]:
    """S1-34 … S1-38, S4-13, S4-24: fields of the form, their length in characters, and whether they are filled."""
    field = case.rules.form_fields[int(path.split(".")[1])]
    for project in case.projects:
        answers = case.answers_of.get(project.entry_no, [])
        if not answers:
            if path == form_paths(case)[0]:
                yield (
                    Verdict.CONFIRM,
                    project.entry_no,
                    "“报名表”表里没有这个项目，字数无法核对；请补上",
                    "the sheet 报名表 has nothing of this entry, lengths cannot be checked; add it",
                )
            continue
        mine = [answer.content for answer in answers if _bare(answer.field) == _bare(field.name)]
        content = "".join(mine)
        if field.required and not content.strip():
            yield (
                Verdict.REJECT,
                project.entry_no,
                f"“{field.name}”必填，是空的",
                f'"{field.name}" is required and empty',
            )
        elif not mine:
            yield (
                Verdict.NOTE,
                project.entry_no,
                f"“报名表”表里没有“{field.name}”，字数未检查",
                f'the sheet 报名表 has no "{field.name}"; its length was not checked',
            )
        if field.max_chars is None:
            continue
        characters, words = lengths(content)
        if words > field.max_chars:
            yield (
                Verdict.REJECT,
                project.entry_no,
                f"“{field.name}”有 {words} 字，限 {field.max_chars} 字以内",
                f'"{field.name}" has {words} characters, the limit is {field.max_chars}',
            )
        elif characters > field.max_chars:
            yield (
                Verdict.CONFIRM,
                project.entry_no,
                f"“{field.name}”按文字处理软件计 {words} 字，按字符计 {characters}，限 {field.max_chars}；请确认",
                f'"{field.name}" has {words} words and characters but {characters} characters, limit {field.max_chars}',
            )


def _bare(field: str) -> str:
    """A field's name without its remark: 创新点（300字以内） is 创新点."""
    return re.sub(r"\(.*\)$", "", same(field))


def form_paths(case: Case) -> Sequence[str]:
    """The fields of which something is asked."""
    return [
        f"form_fields.{index}"
        for index, field in enumerate(case.rules.form_fields)
        if field.required or field.max_chars is not None
    ]


def slides(case: Case, path: str) -> Iterator[Found]:
    """S1-32, S1-33: the slides' shape and their sections, as far as the file's own text tells."""
    decks = {deck.entry_no: deck for deck in case.entries.decks or ()}
    for project in case.projects:
        deck = decks.get(project.entry_no)
        if deck is None or deck.unreadable is not None:
            why = (deck and deck.unreadable) or _NO_DECK
            yield (
                Verdict.CONFIRM,
                project.entry_no,
                f"幻灯片未检查：{why.zh}",
                f"the slides were not checked: {why.en}",
            )
            continue
        if path.endswith("slide_ratio"):
            wide, high = (float(part) for part in case.entry.slide_ratio.replace("：", ":").split(":"))
            if not deck.height or abs(deck.width / deck.height - wide / high) > 0.01 * wide / high:
                shape = f"{deck.width / deck.height:.2f}:1" if deck.height else "?"
                yield (
                    Verdict.CONFIRM,
                    project.entry_no,
                    f"版面应为 {case.entry.slide_ratio}，文件是 {shape}",
                    f"the slides should be {case.entry.slide_ratio}, the file is {shape}",
                )
        else:
            said = same(deck.text)
            missing = [section for section in case.entry.slide_sections if not _has_section(section, said)]
            if missing:
                yield (
                    Verdict.CONFIRM,
                    project.entry_no,
                    f"幻灯片文字里没有找到：{'、'.join(missing)}（图片里的字看不到，请人工查看）",
                    f"not found in the slides' text: {', '.join(missing)} (words in pictures cannot be seen; look)",
                )


def _has_section(section: str, said: str) -> bool:
    """A section is there under its own words, or under all that its brackets name: 应用场景（痛点难点）."""
    main, _, inner = same(section).rstrip(")").partition("(")
    return main in said or bool(inner and inner in said)


def slide_paths(case: Case) -> Sequence[str]:
    return [f"entry_rules.{name}" for name in ("slide_sections", "slide_ratio") if getattr(case.entry, name)]
