"""The pre-flight of a deck: from what its file says and how a trial went to green, amber or red, and what to do.

Pure; who reads files, starts shows and keeps PDFs is the caller (cli/decks.py).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from judge_app.core.contest import Struct
from judge_app.core.preflight import DeckFile, DeckReport, DriverStatus, Fault, Finding, Light, Trial, worst

RATIO: Final = "16:9"
SECTIONS: Final = (
    "项目起源",
    "主创团队",
    "应用场景（痛点难点）",
    "解决思路与方法",
    "创新点",
    "推广普及意义",
    "所需支持",
)
"""The sections that notice 001 asks for (S1-33)."""
SLOW_END_MS: Final = 300
SLOW_START_MS: Final = 3000

_ALIASES: Final = (
    ("微软雅黑", "microsoftyahei", "microsoftyaheiui", "微软雅黑light", "microsoftyaheilight"),
    ("宋体", "simsun", "nsimsun", "新宋体"),
    ("黑体", "simhei"),
    ("楷体", "kaiti", "楷体_gb2312", "kaiti_gb2312"),
    ("仿宋", "fangsong", "仿宋_gb2312", "fangsong_gb2312"),
    ("等线", "dengxian", "等线light", "dengxianlight"),
    ("华文中宋", "stzhongsong"),
    ("华文楷体", "stkaiti"),
    ("华文宋体", "stsong"),
    ("华文细黑", "stxihei"),
    ("华文仿宋", "stfangsong"),
    ("隶书", "lisu"),
    ("幼圆", "youyuan"),
    ("思源黑体", "思源黑体cn", "sourcehansanscn", "sourcehansanssc", "notosanscjksc", "notosanssc"),
    ("思源宋体", "思源宋体cn", "sourcehanserifcn", "sourcehanserifsc", "notoserifcjksc", "notoserifsc"),
    ("arial", "liberationsans", "arimo"),
    ("timesnewroman", "liberationserif", "tinos"),
    ("couriernew", "liberationmono", "cousine"),
    ("calibri", "carlito"),
    ("cambria", "caladea"),
)
"""A font under its Chinese and its English name; or one of the same widths, which breaks no line."""


class Wish(Struct, frozen=True):
    """What the rules ask of slides: a ratio (``16:9``) and sections; empty: nothing."""

    ratio: str = RATIO
    sections: tuple[str, ...] = SECTIONS


class Means(Struct, frozen=True):
    """What this machine has for a deck. ``driver`` None: no program here shows its kind. ``families`` are the installed
    fonts, None where they are not known; ``office`` says whether LibreOffice is here to make a PDF."""

    driver: DriverStatus | None
    fallback: bool = False
    stills: int = 0
    families: frozenset[str] | None = None
    office: bool = False


def deck_report(
    entry_no: str, name: str, file: DeckFile, wish: Wish, means: Means, trial: Trial | None = None
) -> DeckReport:
    """The pre-flight of one project's deck."""
    fatal = list(_fatal(file))
    findings = fatal or [
        *_shown(file, means, trial),
        *_file_findings(file),
        *_shape(file, wish),
        *_sections(file, wish),
        *_fonts(file, means),
    ]
    slides = file.slides or (0 if trial is None else trial.slides)
    return DeckReport(
        entry_no=entry_no,
        name=name,
        deck=file.name,
        light=worst(finding.light for finding in findings),
        driver="" if means.driver is None or fatal else means.driver.kind,
        sha256=file.sha256,
        slides=slides,
        fallback=means.fallback,
        stills=means.stills,
        trial=trial,
        findings=tuple(findings),
    )


def no_deck(entry_no: str, name: str) -> DeckReport:
    """A project that handed in no slides."""
    found = Finding(
        key="none",
        light=Light.AMBER,
        zh="没有交路演材料：现场只显示计时",
        en="no slides were handed in: only the clock is shown",
        do_zh="向项目组收取，填入“路演材料”一列",
        do_en="ask the team for them and fill in the column 路演材料",
    )
    return DeckReport(entry_no=entry_no, name=name, deck="", light=Light.AMBER, findings=(found,))


_FATAL: Final = {
    Fault.MISSING: (
        "文件不在",
        "the file is not there",
        "把文件放到工作簿所在的文件夹，或改正“路演材料”一列",
        "put it into the workbook's folder, or correct the column 路演材料",
    ),
    Fault.OUTSIDE: (
        "不在工作簿所在的文件夹内",
        "it is outside the workbook's folder",
        "把文件复制到工作簿所在的文件夹",
        "copy it into the workbook's folder",
    ),
    Fault.EMPTY: (
        "文件是空的：没有任何一页",
        "the file is empty: there is no slide in it",
        "向项目组重新收取",
        "ask the team for it again",
    ),
    Fault.DAMAGED: (
        "文件已损坏，打不开",
        "the file is damaged and cannot be opened",
        "向项目组重新收取，最好同时收一份 PDF",
        "ask the team for it again, best with a PDF beside it",
    ),
    Fault.PASSWORD: (
        "有打开密码",
        "it has a password",
        "请项目组去掉密码后重新交",
        "ask the team to remove the password and hand it in again",
    ),
    Fault.UNKNOWN_KIND: (
        "不是演示文件（.pptx、.ppt、.odp、.pdf、.key）",
        "not a file of slides (.pptx, .ppt, .odp, .pdf, .key)",
        "请项目组交 .pptx 或 PDF",
        "ask the team for a .pptx or a PDF",
    ),
}

_WATCH: Final = {
    Fault.UNREAD: (
        "旧格式或专有格式，内容没有检查",
        "an old or closed format: its contents were not checked",
        "另存为 .pptx 或 PDF，再检查一次",
        "save it as .pptx or PDF and check again",
    ),
    Fault.REPAIR: (
        "文件内缺少部件，打开时可能要求修复",
        "a part is missing inside: the program may ask to repair it",
        "在 PowerPoint 中打开并另存，再检查一次",
        "open it in PowerPoint, save it anew, and check again",
    ),
    Fault.WRITE_PASSWORD: (
        "有修改密码，打开时可能弹出对话框",
        "it has a password for changes: a dialog may come up when it is opened",
        "请项目组去掉修改密码",
        "ask the team to remove that password",
    ),
    Fault.MACROS: (
        "带有宏：放映时不会运行",
        "it has macros: they will not run",
        "确认没有宏也能放映",
        "make sure that it does without them",
    ),
    Fault.LINKED: (
        "引用了别处的文件（视频、声音或对象）",
        "it points at a film, sound or object in another file",
        "请项目组把它嵌入演示文件",
        "ask the team to embed it",
    ),
    Fault.MEDIA: (
        "有视频或声音：PDF 备份中没有",
        "it has film or sound, which a fallback PDF lacks",
        "在这台电脑上试放一遍",
        "play it once on this computer",
    ),
    Fault.ADVANCES: (
        "有自动换片的页面",
        "some slides advance by themselves",
        "确认是项目组的本意",
        "make sure that the team means it",
    ),
    Fault.KIOSK: (
        "设为循环或展台放映，翻页笔可能无效",
        "set to loop or to kiosk mode: the clicker may do nothing",
        "在“设置放映方式”中改为“演讲者放映”",
        "set up the show as presented by a speaker",
    ),
}


def _finding(key: str, light: Light, words: tuple[str, str, str, str]) -> Finding:
    zh, en, do_zh, do_en = words
    return Finding(key=key, light=light, zh=zh, en=en, do_zh=do_zh, do_en=do_en)


def _fatal(file: DeckFile) -> Iterator[Finding]:
    for fault in file.faults:
        if fault in _FATAL:
            yield _finding(fault.value, Light.RED, _FATAL[fault])


def _file_findings(file: DeckFile) -> Iterator[Finding]:
    for fault in file.faults:
        if fault in _WATCH:
            yield _finding(fault.value, Light.AMBER, _WATCH[fault])


_STAGES: Final = {
    "open": ("打不开", "it cannot be opened"),
    "start": ("不能放映", "it cannot be shown"),
    "end": ("放映不能按时结束", "its show cannot be ended in time"),
    "close": ("关不上", "it cannot be closed"),
}


def _shown(file: DeckFile, means: Means, trial: Trial | None) -> Iterator[Finding]:
    """Whether it will be shown, and ended."""
    if means.driver is None:
        if means.fallback:
            yield _finding(
                "no_program",
                Light.AMBER,
                (
                    "本机没有能放映它的程序：将放映 PDF 备份，没有动画",
                    "no program here shows it: the fallback PDF will be shown, without animation",
                    "请项目组确认 PDF 版面",
                    "have the team look at the PDF",
                ),
            )
        else:
            yield _finding(
                "no_program",
                Light.RED,
                (
                    "本机没有能放映它的程序",
                    "no program here shows it",
                    "安装 LibreOffice 或 PowerPoint，或请项目组交 PDF",
                    "install LibreOffice or PowerPoint, or ask the team for a PDF",
                ),
            )
        return
    if trial is None:
        if not means.driver.tested:
            yield _untested(means.driver)
        return
    if trial.stage:
        yield _failed(means, trial)
        return
    if trial.end_ms > SLOW_END_MS:
        yield _finding(
            "slow_end",
            Light.AMBER,
            (
                f"试放映的结束用了 {trial.end_ms} 毫秒",
                f"the trial show took {trial.end_ms} ms to end",
                "幕布照常准时落下；请关掉本机其他程序",
                "the curtain is in time all the same; close other programs on this computer",
            ),
        )
    if trial.open_ms > SLOW_START_MS or trial.start_ms > SLOW_START_MS:
        yield _finding(
            "slow_start",
            Light.AMBER,
            (
                f"打开 {trial.open_ms} 毫秒，开始放映 {trial.start_ms} 毫秒，偏慢",
                f"slow: {trial.open_ms} ms to open, {trial.start_ms} ms to start",
                "请项目组压缩图片和视频",
                "ask the team to compress pictures and films",
            ),
        )
    if file.slides and trial.slides and file.slides != trial.slides:
        yield _finding(
            "slides",
            Light.AMBER,
            (
                f"文件有 {file.slides} 页，放映程序打开了 {trial.slides} 页",
                f"the file has {file.slides} slides, the program opened {trial.slides}",
                "请项目组查看隐藏页",
                "ask the team about hidden slides",
            ),
        )


def _untested(driver: DriverStatus) -> Finding:
    return _finding(
        "untested",
        Light.AMBER,
        (
            f"放映驱动 {driver.kind} 在这台电脑上尚未测试",
            f"the driver {driver.kind} is untested on this system",
            "接好投影，运行一次带试放映的预检",
            "connect the projector and run the pre-flight with its trial shows",
        ),
    )


def _failed(means: Means, trial: Trial) -> Finding:
    zh, en = _STAGES[trial.stage]
    if means.fallback and trial.stage in ("open", "start"):
        return _finding(
            "trial",
            Light.AMBER,
            (
                f"{zh}：{trial.zh}。将放映 PDF 备份，没有动画",
                f"{en}: {trial.en}. The fallback PDF will be shown, without animation",
                "请项目组确认 PDF 版面，或另存后再检查",
                "have the team look at the PDF, or save the deck anew and check again",
            ),
        )
    return _finding(
        "trial",
        Light.RED,
        (
            f"{zh}：{trial.zh}",
            f"{en}: {trial.en}",
            "在放映程序中打开看有什么对话框；请项目组另存后重新交，或交 PDF",
            "open it in its program and see what it asks; have it saved anew, or ask for a PDF",
        ),
    )


def _shape(file: DeckFile, wish: Wish) -> Iterator[Finding]:
    if not wish.ratio or not file.height:
        return
    wide, high = (float(part) for part in wish.ratio.replace("：", ":").split(":"))
    if abs(file.width / file.height - wide / high) > 0.01 * wide / high:
        shape = f"{file.width / file.height:.2f}:1"
        yield _finding(
            "ratio",
            Light.AMBER,
            (
                f"版面应为 {wish.ratio}，文件是 {shape}：投影两侧会留黑边",
                f"the slides should be {wish.ratio}, the file is {shape}: black bars will show",
                f"在“幻灯片大小”中改为 {wish.ratio}",
                f"set the slide size to {wish.ratio}",
            ),
        )


def _sections(file: DeckFile, wish: Wish) -> Iterator[Finding]:
    if Fault.UNREAD in file.faults:
        return
    said = _bare(file.text)
    missing = [section for section in wish.sections if not _has(section, said)]
    if missing:
        yield _finding(
            "sections",
            Light.AMBER,
            (
                f"文字里没有找到：{'、'.join(missing)}（图片里的字看不到）",
                f"not found in its text: {', '.join(missing)} (words in pictures cannot be seen)",
                "人工翻看一遍；缺的请项目组补上",
                "look through it; ask the team to add what is missing",
            ),
        )


def _has(section: str, said: str) -> bool:
    """A section is there under its own words, or under what its brackets name: 应用场景（痛点难点）."""
    main, _, inner = _bare(section).rstrip(")").partition("(")
    return main in said or bool(inner and inner in said)


def _fonts(file: DeckFile, means: Means) -> Iterator[Finding]:
    if means.families is None:
        return
    here = {name for family in means.families for name in _names(family)}
    missing = [font for font in file.fonts if not here & _names(font)]
    if missing:
        listed = "、".join(missing[:6]) + ("…" if len(missing) > 6 else "")
        yield _finding(
            "fonts",
            Light.AMBER,
            (
                f"本机没有字体：{listed}，会换成别的字体，可能换行或溢出",
                f"fonts missing here: {', '.join(missing[:6])}; others stand in, lines may break or run over",
                "安装这些字体，或请项目组在文件中嵌入字体，或交 PDF",
                "install them, or have them embedded in the file, or ask for a PDF",
            ),
        )


def _names(family: str) -> set[str]:
    """A family under every name that it goes by."""
    name = _bare(family)
    return {name}.union(*(alias for alias in _ALIASES if name in alias))


def _bare(text: str) -> str:
    """Text as it is compared: NFKC, without spaces, lower case."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()
