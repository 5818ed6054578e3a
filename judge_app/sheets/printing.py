"""A session's forms as PDF files: what the chair's window, a rehearsal and the command line print from.

File names hold only characters that every file system takes, whatever the entry number holds: ``F1-03-E2.pdf``,
``F1.pdf`` (all of them in one file), ``F2-03.pdf``, ``F3.pdf``, ``F6.pdf``; blank forms are ``F1-空白-….pdf``.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from judge_app.core.rules import RuleSet
from judge_app.core.stages import ProjectStage
from judge_app.core.views import Briefing, ChairView
from judge_app.sheets import (
    f1_judge_sheet,
    f2_project_summary,
    f3_ranking,
    f4_advancement,
    f5_correction,
    f6_timing,
    seat_card,
    words,
)
from judge_app.sheets.f6_timing import WallClock
from judge_app.sheets.paper import Form, Head, render


def head_of(
    briefing: Briefing,
    view: ChairView | None,
    number: str,
    *,
    printed_at: datetime,
    version: int = 1,
    supersedes: str = "",
    status: str = "",
) -> Head:
    """What every form of a session says about itself. ``number`` is the form's own part of the document number (F2-03);
    ``printed_at`` is local time with its offset. Raises ValueError for a time without one."""
    if printed_at.tzinfo is None:
        raise ValueError("printed_at needs its offset from UTC")
    return Head(
        contest_name=briefing.contest_name,
        edition=briefing.edition,
        region=briefing.region,
        round=briefing.round,
        session=briefing.session.name,
        hall=briefing.session.hall,
        date=words.chinese_date(briefing.session.date),
        preset_name=briefing.rules.name.zh,
        rules_version=briefing.rules.version,
        printed_at=printed_at.replace(microsecond=0).isoformat(),
        document_no=f"{briefing.session_id[:8].upper()}-{number}",
        version=version,
        supersedes=supersedes,
        status=status,
        head_seq=view.head_seq if view else None,
        head_hash=view.head_hash if view else "",
        rehearsal=briefing.rehearsal,
    )


def blank_head(rules: RuleSet, briefing: Briefing | None = None) -> Head:
    """The head of a form without data: the contest's and session's names where they are known, no number, no time."""
    if briefing is None:
        return Head(preset_name=rules.name.zh, rules_version=rules.version)
    return Head(
        contest_name=briefing.contest_name,
        edition=briefing.edition,
        region=briefing.region,
        round=briefing.round,
        session=briefing.session.name,
        hall=briefing.session.hall,
        date=words.chinese_date(briefing.session.date),
        preset_name=rules.name.zh,
        rules_version=rules.version,
        rehearsal=briefing.rehearsal,
    )


_UNSAFE = re.compile(r"[^\w.()（）-]+")


def safe_name(text: str) -> str:
    """``text`` as a part of a file name; one that had to be changed carries a mark of what it was, so that two different
    numbers never give one file."""
    kept = _UNSAFE.sub("_", text).strip("._")[:40]
    if kept == text:
        return kept
    return f"{kept}~{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:6]}"


def file_names(keys: Iterable[str]) -> dict[str, str]:
    """A safe name for each key, no two alike even where a file system does not tell case."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for key in dict.fromkeys(keys):
        name = safe_name(key)
        if name.casefold() in taken:
            name = f"{name}~{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:6]}"
        taken.add(name.casefold())
        found[key] = name
    return found


class Printing:
    """The forms of one session as they stand in one view, ready to be written or shown.

    ``wall`` maps the room's clock to the hall's time (f6_timing.anchored); ``version`` and ``supersedes`` are of a reprint.
    """

    def __init__(
        self,
        briefing: Briefing,
        view: ChairView,
        *,
        printed_at: datetime,
        wall: WallClock | None = None,
        due: Mapping[str, str] | None = None,
        device: str = "",
        version: int = 1,
        supersedes: str = "",
        blind: bool = False,
        presenter_signs: bool = False,
    ) -> None:
        self.briefing = briefing
        self.view = view
        self._printed_at = printed_at
        self._wall = wall
        self._due = due
        self._device = device
        self._version = version
        self._supersedes = supersedes
        self._blind = blind
        self._presenter_signs = presenter_signs
        self._stages = {progress.entry_no: progress.stage for progress in view.projects}
        self._entries = file_names(project.entry_no for project in briefing.projects)
        self._judges = file_names(judge.no for judge in briefing.judges)

    def _head(self, number: str, status: str = "") -> Head:
        return head_of(
            self.briefing,
            self.view,
            number,
            printed_at=self._printed_at,
            version=self._version,
            supersedes=self._supersedes,
            status=status,
        )

    def _status(self, entry_no: str) -> str:
        stage = self._stages.get(entry_no)
        return "" if stage is None else words.STAGE[stage]

    def _session_status(self) -> str:
        if self.view.published:
            return "已公布"
        if self.view.session_locked:
            return "已锁定"
        return "待复核" if all(stage in _HEARD for stage in self._stages.values()) else "进行中"

    def f1(self) -> dict[str, Form]:
        """The judges' sheets by file name, in running order, panel order."""
        found = {}
        for data in f1_judge_sheet.from_chair(self.briefing, self.view, blind=self._blind):
            number = f"F1-{self._entries[data.entry_no]}-{self._judges[data.judge_no]}"
            found[number] = f1_judge_sheet.form(self._head(number, self._status(data.entry_no)), data)
        return found

    def f2(self) -> dict[str, Form]:
        """The projects' summaries by file name, in running order."""
        zone = self._printed_at.tzinfo
        found = {}
        for data in f2_project_summary.from_chair(
            self.briefing, self.view, zone=zone, presenter_signs=self._presenter_signs
        ):
            number = f"F2-{self._entries[data.entry_no]}"
            found[number] = f2_project_summary.form(self._head(number, self._status(data.entry_no)), data)
        return found

    def f3(self) -> dict[str, Form]:
        """The session's ranking; nothing where the view holds no result."""
        data = f3_ranking.from_chair(self.briefing, self.view, zone=self._printed_at.tzinfo)
        return {} if data is None else {"F3": f3_ranking.form(self._head("F3", self._session_status()), data)}

    def f6(self) -> dict[str, Form]:
        """The session's times; nothing where its rules know no clock."""
        if self.briefing.rules.timing is None:
            return {}
        data = f6_timing.from_view(self.briefing, self.view, wall=self._wall, due=self._due, device=self._device)
        return {"F6": f6_timing.form(self._head("F6", self._session_status()), data)}

    def chosen(self, form: str, entry_no: str = "") -> dict[str, Form]:
        """The forms of one kind (F1, F2, F3, F6), of one project where an entry number is given, by file name."""
        found = {"F1": self.f1, "F2": self.f2, "F3": self.f3, "F6": self.f6}[form]()
        if not entry_no or form not in ("F1", "F2"):
            return found
        start = f"{form}-{self._entries[entry_no]}"
        return {name: one for name, one in found.items() if name == start or name.startswith(f"{start}-")}


_HEARD = (
    ProjectStage.CLOSED,
    ProjectStage.LOCKED,
    ProjectStage.FORFEITED,
    ProjectStage.WITHDRAWN,
    ProjectStage.DISQUALIFIED,
)


def print_all(
    briefing: Briefing,
    view: ChairView,
    out_dir: Path | str,
    *,
    printed_at: datetime,
    wall: WallClock | None = None,
    due: Mapping[str, str] | None = None,
    device: str = "",
    version: int = 1,
    supersedes: str = "",
    blind: bool = False,
    presenter_signs: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> list[Path]:
    """Writes F1 (one for each judge and project, and all in one file), F2 for each project, F3 and F6 into ``out_dir``.

    Only what the view may see is printed. Each file is whole or not there. ``progress`` is told (done, of). Raises
    OSError where a file cannot be written.
    """
    session = Printing(
        briefing,
        view,
        printed_at=printed_at,
        wall=wall,
        due=due,
        device=device,
        version=version,
        supersedes=supersedes,
        blind=blind,
        presenter_signs=presenter_signs,
    )
    f1, f2 = session.f1(), session.f2()
    jobs: list[tuple[str, list[Form]]] = [(name, [one]) for name, one in f1.items()]
    if f1:
        jobs.append(("F1", list(f1.values())))
    jobs += [(name, [one]) for found in (f2, session.f3(), session.f6()) for name, one in found.items()]
    folder = Path(out_dir)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for done, (name, forms) in enumerate(jobs, start=1):
        written.append(write(folder / f"{name}.pdf", render(forms, _title(forms, name))))
        if progress is not None:
            progress(done, len(jobs))
    return written


def print_blank(rules: RuleSet, out_dir: Path | str, briefing: Briefing | None = None) -> list[Path]:
    """Writes the forms without data into ``out_dir``: F1 for each class of judges, F2 to F6."""
    head = blank_head(rules, briefing)
    classes = list(dict.fromkeys(one.judge_class or "评委" for one in rules.judged_components))
    judges = max(sum(1 for one in briefing.judges if one.judge_class == name) for name in classes) if briefing else 7
    names = file_names(classes)
    forms = {f"F1-空白-{names[name]}": f1_judge_sheet.blank(rules, head, name) for name in classes}
    forms["F2-空白"] = f2_project_summary.blank(rules, head, judges=judges or 7)
    forms["F3-空白"] = f3_ranking.blank(rules, head)
    forms["F4-空白"] = f4_advancement.blank(head)
    forms["F5-空白"] = f5_correction.blank(head)
    if rules.timing is not None:
        forms["F6-空白"] = f6_timing.blank(rules, head)
    folder = Path(out_dir)
    folder.mkdir(parents=True, exist_ok=True)
    return [write(folder / f"{name}.pdf", render([form], _title([form], name))) for name, form in forms.items()]


def print_cards(
    briefing: Briefing,
    links: Mapping[str, str],
    out: Path | str,
    *,
    codes: Mapping[str, str] | None = None,
    judges: Sequence[str] | None = None,
) -> Path:
    """Writes the seat cards of the panel (or of the ``judges`` named) to ``out``, front and back by turns; ``links`` and
    ``codes`` by seat (``judge:E1``), as the host's view has them. Raises ValueError where there is no such judge."""
    forms = seat_card.cards(briefing, blank_head(briefing.rules, briefing), links, codes, judges=judges)
    return write(Path(out), render(forms, f"席位卡　{briefing.session.name}"))


def _title(forms: list[Form], name: str) -> str:
    first = forms[0]
    about = f"　{first.about}" if len(forms) == 1 and first.about else ""
    return f"{first.title}{about}　{first.head.session or name}"


def write(path: Path, data: bytes) -> Path:
    """A file that is whole or not there."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(data)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return path
