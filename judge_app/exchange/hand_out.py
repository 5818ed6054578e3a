"""A contest handed out to its rooms: a folder a session, with the workbook of that session alone, its rules and slides.

``judge-app host FOLDER/contest.xlsx`` and the start window open it as it lies, from a stick or a disk. Each hand-out is a
new folder with its time in the name, so that an older one is never mixed with it, and holds a list of what was written
with each file's SHA-256. Every workbook is read back before it counts as written. Slides may be gigabytes on a slow
stick: they are copied and hashed in pieces, and between two pieces the work can be stopped.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path, PureWindowsPath

from judge_app.core.contest import Contest, Struct
from judge_app.core.errors import BadInput, Problem
from judge_app.core.rule_check import check
from judge_app.core.rules import RuleSet
from judge_app.exchange import cells
from judge_app.exchange import draft as drafts
from judge_app.exchange.draft import Draft
from judge_app.exchange.planning import part_for
from judge_app.exchange.workbook import check_fit, read_contest

LIST = "清单.txt"
DECKS = "路演材料"
PIECE = 1 << 20
"""How many bytes are copied or hashed between two reports."""

Report = Callable[[int, int], bool]
"""Is told how many bytes of slides are done, of how many; says whether to go on."""


class Stopped(Exception):
    """The report said not to go on; what was written is gone again."""


class _Progress:
    """Counts bytes of slides, each copied and then hashed."""

    def __init__(self, total: int, report: Report | None) -> None:
        self._total = total
        self._report = report
        self._done = 0

    def add(self, count: int) -> None:
        """Raises Stopped."""
        self._done += count
        if self._report is not None and not self._report(min(self._done, self._total), self._total):
            raise Stopped


class Room(Struct, frozen=True):
    """What one room gets. ``lacking`` are the entry numbers whose slides the workbook names and nobody has."""

    session: str
    folder: str
    decks: int = 0
    lacking: tuple[str, ...] = ()


class HandOut(Struct, frozen=True):
    """One hand-out: its folder, and what is in it a room."""

    folder: str
    rooms: tuple[Room, ...]


def obstacles(contest: Contest) -> list[Problem]:
    """What in a contest without findings still keeps it from being handed out."""
    found = []
    loose = [project.entry_no for project in contest.projects if not project.session]
    if loose:
        listed = "、".join(loose)
        found.append(
            Problem(
                "项目",
                f"还没有分场：{listed}；请先分场",
                f"without a session: {cells.in_english(listed)}; split them first",
            )
        )
    for session in contest.sessions:
        if not contest.heard_in(session.name):
            found.append(
                Problem(session.name, "没有项目；请安排或删去这一场", "it has no projects; give it some, or remove it")
            )
    return found


def hand_out(
    draft: Draft,
    contest: Contest,
    rules: RuleSet,
    folder: Path,
    *,
    slides: Path | None,
    stamp: str,
    write_rules: Callable[[Path, RuleSet], None] | None,
    report: Report | None = None,
) -> HandOut:
    """Writes a folder a session under ``folder``; ``slides`` is the folder that paths of slides are relative to, ``stamp``
    this moment (20261205-0830). ``write_rules`` writes the contest's own rule set; None where a shipped preset is used.

    Raises BadInput where the contest is not ready, or something cannot be written, and Stopped where ``report`` says so;
    then nothing is left behind.
    """
    problems = [*check(rules), *check_fit(contest, rules, file_name=draft.name), *obstacles(contest)]
    if problems:
        raise BadInput(problems)
    target = folder / f"{_name(contest.name)}-{stamp}"
    if target.exists():
        raise BadInput(Problem(str(target), "已存在，请稍后再试", "it exists already; try again in a moment"))
    sources = [_inside(slides, one.deck) for one in contest.projects if one.deck and one.session]
    try:
        progress = _Progress(2 * sum(one.stat().st_size for one in sources if one is not None), report)
        target.mkdir(parents=True)
        rooms = tuple(
            _room(draft, contest, rules, target, session.name, slides, write_rules, progress)
            for session in contest.sessions
        )
        _list(target, progress)
    except OSError as error:
        shutil.rmtree(target, ignore_errors=True)
        reason = error.strerror or str(error)
        raise BadInput(Problem(str(target), f"无法写入：{reason}", f"cannot be written: {reason}")) from None
    except (BadInput, Stopped):
        shutil.rmtree(target, ignore_errors=True)
        raise
    return HandOut(folder=str(target), rooms=rooms)


def _room(
    draft: Draft,
    contest: Contest,
    rules: RuleSet,
    target: Path,
    session: str,
    slides: Path | None,
    write_rules: Callable[[Path, RuleSet], None] | None,
    progress: _Progress,
) -> Room:
    progress.add(0)
    number = [one.name for one in contest.sessions].index(session) + 1
    folder = target / f"{number:02d}-{_name(session)}"
    folder.mkdir()
    decks: dict[str, str] = {}
    lacking, found = [], 0
    for project in contest.heard_in(session):
        if not project.deck:
            continue
        copied = f"{_name(project.entry_no)}-{PureWindowsPath(project.deck).name}"
        decks[project.entry_no] = f"{DECKS}/{copied}"  # also of one that is brought later
        source = _inside(slides, project.deck)
        if source is None:
            lacking.append(project.entry_no)
            continue
        (folder / DECKS).mkdir(exist_ok=True)
        _copy(source, folder / DECKS / copied, progress)
        found += 1
    part = part_for(draft, contest, session, decks)
    workbook = folder / "contest.xlsx"
    drafts.save(part._replace(name=workbook.name), workbook)
    if write_rules is not None:
        write_rules(folder / f"{rules.key}.toml", rules)
    read = read_contest(workbook, known_presets=(rules.key,))
    unfit = check_fit(read, rules, file_name=f"{folder.name}/{workbook.name}")
    if unfit:
        raise BadInput(unfit)
    return Room(session=session, folder=str(folder), decks=found, lacking=tuple(lacking))


def _inside(slides: Path | None, deck: str) -> Path | None:
    """The file of a workbook's cell, where it is one and lies in the folder of the slides: a cell may name anything."""
    if slides is None:
        return None
    whole = (slides / deck).resolve()
    return whole if whole.is_relative_to(slides.resolve()) and whole.is_file() else None


def _copy(source: Path, target: Path, progress: _Progress) -> None:
    with source.open("rb") as old, target.open("wb") as new:
        while piece := old.read(PIECE):
            new.write(piece)
            progress.add(len(piece))
    shutil.copystat(source, target)


def _list(target: Path, progress: _Progress) -> None:
    files = sorted(path for path in target.rglob("*") if path.is_file())
    lines = [f"{_digest(path, progress)}  {path.relative_to(target).as_posix()}" for path in files]
    (target / LIST).write_text("\n".join(lines) + "\n", "utf-8")


def _digest(path: Path, progress: _Progress) -> str:
    found, slides = hashlib.sha256(), path.parent.name == DECKS
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            found.update(piece)
            progress.add(len(piece) if slides else 0)
    return found.hexdigest()


def _name(text: str) -> str:
    """A name as a folder on every system."""
    kept = "".join(letter if letter.isalnum() or letter in "-_（）()" else "-" for letter in text)
    return kept.strip("-")[:60] or "contest"
