"""Decks for the bundled sample: one 16:9 PDF a project, with the seven sections that notice 001 asks for (S1-32, S1-33).

They are made from what the workbook says of a project, with figures drawn from its entry number: invented, always the
same, and plainly marked as a sample.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from reportlab.lib.colors import Color, HexColor
from reportlab.pdfgen.canvas import Canvas

from judge_app.core.contest import Contest, Project, Struct
from judge_app.sheets.fonts import Weight, font, printable

WIDTH: Final = 960.0
HEIGHT: Final = 540.0
SECTIONS: Final = (
    "项目起源",
    "主创团队",
    "应用场景（痛点难点）",
    "解决思路与方法",
    "创新点",
    "推广普及意义",
    "所需支持",
)

_INK, _INK_2, _LINE, _PAPER = HexColor("#16212b"), HexColor("#51606d"), HexColor("#dfe5ea"), HexColor("#ffffff")


class _Look(Struct, frozen=True):
    """The colours of one deck: every team has its own."""

    deep: str
    main: str
    soft: str
    accent: str


_LOOKS: Final = (
    _Look(deep="#0c3b4a", main="#13748c", soft="#e2f0f4", accent="#e0912f"),
    _Look(deep="#2b2357", main="#5448a8", soft="#eceaf8", accent="#d9603b"),
    _Look(deep="#123d2c", main="#1f7d55", soft="#e3f2ea", accent="#c98a12"),
    _Look(deep="#4a1f33", main="#a13b68", soft="#f8e8ef", accent="#2e7fa8"),
    _Look(deep="#17324f", main="#2766a8", soft="#e6eef8", accent="#cf5b4a"),
)

_PAINS: Final = {
    "医疗健康信息管理": ("流程跨科室，数据分散在多个系统", "人工核对多，差错不易追溯", "管理指标滞后，发现问题时已晚"),
    "远程医疗与医联体": (
        "基层缺少专科医师，患者往返奔波",
        "影像与心电口径不一，难以互认",
        "会诊预约靠电话，等待时间长",
    ),
    "互联网+医疗健康": ("出院后随访断档，依从性下降", "线上线下两套流程，患者反复填写", "药品与处方信息不能共享"),
    "大数据与人工智能应用": (
        "病历与影像数量大，人工复核跟不上",
        "模型结论难以解释，临床不敢用",
        "数据标注成本高，标准不统一",
    ),
    "区块链与数据监管治理": ("数据使用无痕，责任难以界定", "规则靠人记，用药审核不全面", "跨机构共享缺少信任基础"),
}
_STEPS: Final = (
    ("汇", "数据汇聚", "接入院内各业务系统"),
    ("治", "质量治理", "统一口径与编码"),
    ("用", "临床应用", "嵌入现有工作流程"),
    ("评", "持续评价", "用指标闭环改进"),
)
_IDEAS: Final = (
    ("流程创新", "把事后统计变为事中提醒"),
    ("技术创新", "可解释的规则与模型并行"),
    ("模式创新", "县乡村三级同质化服务"),
)
_ASKS: Final = ("示范应用场景与试点单位", "数据标准与接口规范指导", "成果转化与推广渠道")


def make_decks(contest: Contest, directory: Path) -> dict[str, Path]:
    """A deck for each project of a contest, as ``NN-name.pdf``; entry number → path. The directory is made."""
    directory.mkdir(parents=True, exist_ok=True)
    return {project.entry_no: make_deck(contest, project, directory) for project in contest.projects}


def make_deck(contest: Contest, project: Project, directory: Path) -> Path:
    """One project's deck of six slides."""
    safe = "".join("_" if char in '\\/:*?"<>|' else char for char in project.name)
    path = directory / f"{project.entry_no.zfill(2)}-{safe}.pdf"
    first = font(Weight.REGULAR).fontName
    canvas = Canvas(str(path), pagesize=(WIDTH, HEIGHT), initialFontName=first, invariant=1)  # type: ignore[arg-type]  # the stubs say float
    canvas.setTitle(printable(project.name))
    canvas.setAuthor(printable(project.lead_unit))
    seed = sum((place + 1) * ord(char) for place, char in enumerate(project.entry_no))
    deck = _Deck(canvas, contest, project, _LOOKS[seed % len(_LOOKS)], random.Random(seed))
    slides: Sequence[Callable[[], None]] = (deck.cover, deck.origin, deck.scene, deck.method, deck.ideas, deck.spread)
    for slide in slides:
        slide()
        canvas.showPage()
    canvas.save()
    return path


class _Deck:
    """One deck being drawn. Heights are counted from the top, as a reader sees them."""

    def __init__(self, canvas: Canvas, contest: Contest, project: Project, look: _Look, figures: random.Random) -> None:
        self.canvas = canvas
        self.contest = contest
        self.project = project
        self.look = look
        self.figures = figures
        self.number = 1

    # the slides

    def cover(self) -> None:
        look = self.look
        self.rect(0, 0, WIDTH, HEIGHT, HexColor(look.deep))
        self.canvas.saveState()
        for step in range(9):
            self.canvas.setStrokeColor(HexColor(look.main), alpha=0.55 - step * 0.05)
            self.canvas.setLineWidth(1.5)
            self.canvas.circle(WIDTH - 130, HEIGHT / 2 - 30, 60 + step * 34, stroke=1, fill=0)
        self.canvas.restoreState()
        self.rect(64, 144, 56, 6, HexColor(look.accent))
        self.text(64, 124, f"{self.project.entry_no.zfill(2)} 号项目", 20, Weight.MEDIUM, HexColor(look.soft))
        top = 208.0
        for line in self.wrapped(self.project.name, 50, Weight.BOLD, 700):
            self.text(64, top, line, 50, Weight.BOLD, _PAPER)
            top += 64
        self.text(64, top - 8, self.project.topic or self.project.track, 21, Weight.REGULAR, HexColor(look.soft))
        self.text(64, 424, self.project.lead_unit, 23, Weight.MEDIUM, _PAPER)
        if self.project.captain:
            self.text(64, 458, f"路演人　{self.project.captain}", 18, Weight.REGULAR, HexColor(look.soft))
        self.text(64, 508, self.contest.name, 13, Weight.REGULAR, HexColor(look.soft))

    def origin(self) -> None:
        self.head(SECTIONS[0], SECTIONS[1])
        unit = self.project.lead_unit or "本单位"
        name = self.project.name if len(self.project.name) <= 20 else "本项目"
        story = (
            f"{unit}在日常工作中发现，{name}相关业务长期依靠人工传递与重复登记。",
            "项目组从一个科室的小改进起步，经过三轮迭代，形成可复用的整体方案。",
        )
        top = 156.0
        for paragraph in story:
            for line in self.wrapped(paragraph, 20, Weight.REGULAR, 420):
                self.text(64, top, line, 20, Weight.REGULAR, _INK)
                top += 34
            top += 16
        self.figure(64, 380, f"{self.figures.randint(14, 38)} 个月", "从立项到上线")
        self.figure(230, 380, f"{self.figures.randint(6, 28)} 个", "参与科室")
        self.figure(396, 380, f"{self.figures.randint(3, 9)} 轮", "需求访谈")
        self.canvas.setStrokeColor(_LINE)
        self.canvas.line(540, HEIGHT - 130, 540, HEIGHT - 470)
        members = self.project.members or ((self.project.captain,) if self.project.captain else ("项目组",))
        roles = ("项目负责人", "临床与业务", "信息与算法", "实施与推广", "质量与评价")
        for place, member in enumerate(members[:5]):
            y = 158.0 + place * 78
            self.disc(600, y + 14, 27, HexColor(self.look.main if place == 0 else self.look.soft))
            colour = _PAPER if place == 0 else HexColor(self.look.main)
            self.text(600, y + 23, member[:1], 24, Weight.BOLD, colour, centred=True)
            self.text(644, y + 10, member, 21, Weight.BOLD, _INK)
            self.text(644, y + 36, roles[place], 15, Weight.REGULAR, _INK_2)

    def scene(self) -> None:
        self.head(SECTIONS[2])
        pains = _PAINS.get(self.project.topic, _PAINS["医疗健康信息管理"])
        for place, pain in enumerate(pains):
            x = 64.0 + place * 284
            self.rect(x, 138, 264, 150, HexColor(self.look.soft), radius=10)
            self.text(x + 22, 186, f"{place + 1}", 38, Weight.BOLD, HexColor(self.look.accent))
            top = 222.0
            for line in self.wrapped(pain, 19, Weight.MEDIUM, 222):
                self.text(x + 22, top, line, 19, Weight.MEDIUM, _INK)
                top += 30
        self.text(64, 330, "改进前，每百例耗时（分钟）", 16, Weight.MEDIUM, _INK_2)
        for place, name in enumerate(("登记", "核对", "传递", "反馈")):
            minutes = self.figures.randint(24, 92)
            y = 350.0 + place * 34
            self.text(64, y + 17, name, 16, Weight.REGULAR, _INK)
            self.rect(118, y, 7.2 * minutes, 22, HexColor(self.look.main), radius=4)
            self.text(128 + 7.2 * minutes, y + 17, str(minutes), 16, Weight.BOLD, _INK)

    def method(self) -> None:
        self.head(SECTIONS[3])
        for place, (sign, name, what) in enumerate(_STEPS):
            x = 64.0 + place * 216
            self.disc(x + 90, 214, 54, HexColor(self.look.main))
            self.text(x + 90, 230, sign, 42, Weight.BOLD, _PAPER, centred=True)
            if place:
                self.canvas.setStrokeColor(HexColor(self.look.accent))
                self.canvas.setLineWidth(3)
                self.canvas.line(x - 62, HEIGHT - 214, x + 20, HEIGHT - 214)
                self.canvas.line(x + 8, HEIGHT - 206, x + 20, HEIGHT - 214)
                self.canvas.line(x + 8, HEIGHT - 222, x + 20, HEIGHT - 214)
            self.text(x + 90, 312, name, 22, Weight.BOLD, _INK, centred=True)
            self.text(x + 90, 342, what, 16, Weight.REGULAR, _INK_2, centred=True)
        self.rect(64, 386, 832, 76, HexColor(self.look.soft), radius=10)
        self.text(
            88,
            432,
            "符合国家与行业标准，接口按统一规范开放，数据不出院区。",
            20,
            Weight.MEDIUM,
            HexColor(self.look.deep),
        )

    def ideas(self) -> None:
        self.head(SECTIONS[4])
        for place, (name, what) in enumerate(_IDEAS):
            y = 146.0 + place * 104
            self.rect(64, y, 6, 76, HexColor(self.look.accent))
            self.text(90, y + 30, name, 24, Weight.BOLD, _INK)
            self.text(90, y + 62, what, 18, Weight.REGULAR, _INK_2)
        self.text(520, 158, "上线前后对比", 16, Weight.MEDIUM, _INK_2)
        base, height = 440.0, 240.0
        self.canvas.setStrokeColor(_LINE)
        self.canvas.setLineWidth(1)
        for line in range(5):
            level = HEIGHT - base + line * height / 4
            self.canvas.line(520, level, 896, level)
        for place, name in enumerate(("及时率", "完整率", "满意度")):
            before, after = self.figures.randint(46, 68), self.figures.randint(83, 98)
            x = 552.0 + place * 122
            self.rect(x, base - height * before / 100, 34, height * before / 100, HexColor(self.look.soft))
            self.rect(x + 40, base - height * after / 100, 34, height * after / 100, HexColor(self.look.main))
            self.text(x + 17, base - height * before / 100 - 8, f"{before}%", 14, Weight.REGULAR, _INK_2, centred=True)
            self.text(x + 57, base - height * after / 100 - 8, f"{after}%", 14, Weight.BOLD, _INK, centred=True)
            self.text(x + 37, base + 24, name, 16, Weight.REGULAR, _INK, centred=True)

    def spread(self) -> None:
        self.head(SECTIONS[5], SECTIONS[6])
        self.figure(64, 206, f"{self.figures.randint(4, 26)} 家", "已应用机构", size=44)
        self.figure(64, 306, f"{self.figures.randint(3, 96)} 万人次", "累计服务", size=44)
        self.figure(64, 406, f"{self.figures.randint(12, 41)}%", "平均成本下降", size=44)
        self.canvas.setStrokeColor(_LINE)
        self.canvas.line(480, HEIGHT - 130, 480, HEIGHT - 470)
        for place, ask in enumerate(_ASKS):
            y = 178.0 + place * 66
            self.disc(538, y - 8, 16, HexColor(self.look.soft))
            self.text(538, y - 1, str(place + 1), 18, Weight.BOLD, HexColor(self.look.main), centred=True)
            self.text(572, y, ask, 20, Weight.MEDIUM, _INK)
        self.rect(520, 384, 376, 78, HexColor(self.look.deep), radius=10)
        self.text(708, 432, "感谢各位评委，请批评指正", 22, Weight.BOLD, _PAPER, centred=True)

    # the parts

    def head(self, *sections: str) -> None:
        """A slide's title line and foot."""
        self.number += 1
        self.rect(0, 0, WIDTH, HEIGHT, _PAPER)
        self.rect(0, 0, WIDTH, 8, HexColor(self.look.main))
        for place, section in enumerate(sections):
            x = 64.0 if place == 0 else (572.0 if sections == SECTIONS[:2] else 520.0)
            self.text(x, 88, section, 32, Weight.BOLD, HexColor(self.look.deep))
        name = self.project.name if len(self.project.name) <= 40 else self.project.name[:39] + "…"
        foot = f"{self.project.entry_no.zfill(2)}　{name}　·　样例幻灯片，数据均为虚构"
        self.text(64, 514, foot, 13, Weight.REGULAR, _INK_2)
        self.text(884, 514, str(self.number), 13, Weight.MEDIUM, _INK_2)

    def figure(self, x: float, top: float, value: str, label: str, size: float = 30) -> None:
        self.text(x, top, value, size, Weight.BOLD, HexColor(self.look.main))
        self.text(x, top + 30, label, 15, Weight.REGULAR, _INK_2)

    def text(
        self, x: float, top: float, words: str, size: float, weight: Weight, colour: Color, *, centred: bool = False
    ) -> None:
        face = font(weight)
        words = printable(words)
        self.canvas.setFont(face.fontName, size)
        self.canvas.setFillColor(colour)
        self.canvas.drawString(x - (face.width(words, size) / 2 if centred else 0), HEIGHT - top, words)

    def wrapped(self, words: str, size: float, weight: Weight, width: float) -> Iterable[str]:
        """Chinese breaks between any two characters, but no line begins with a mark that belongs to the one before."""
        face, line = font(weight), ""
        for char in printable(words):
            if face.width(line + char, size) > width and char not in "，。、；：！？）》”":
                yield line
                line = ""
            line += char
        yield line

    def rect(self, x: float, top: float, width: float, height: float, colour: Color, radius: float = 0) -> None:
        self.canvas.setFillColor(colour)
        if radius:
            self.canvas.roundRect(x, HEIGHT - top - height, width, height, radius, stroke=0, fill=1)
        else:
            self.canvas.rect(x, HEIGHT - top - height, width, height, stroke=0, fill=1)

    def disc(self, x: float, top: float, radius: float, colour: Color) -> None:
        self.canvas.setFillColor(colour)
        self.canvas.circle(x, HEIGHT - top, radius, stroke=0, fill=1)
