"""A contest handed out to its rooms: a folder a session, with the workbook of that session alone, its rules and slides.

``judge-app host FOLDER/contest.xlsx`` and the start window open it as it lies, from a stick or a disk. Each hand-out is a
new folder with its time in the name, so that an older one is never mixed with it, and holds a list of what was written
with each file's SHA-256. Every workbook is read back before it counts as written.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path, PureWindowsPath

from judge_app.core.contest import Contest, Struct
from judge_app.core.errors import BadInput, Problem
from judge_app.core.rules import RuleSet
from judge_app.exchange import draft as drafts
from judge_app.exchange.draft import Draft
from judge_app.exchange.planning import part_for
from judge_app.exchange.workbook import check_fit, read_contest

LIST = "清单.txt"
DECKS = "路演材料"


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
            Problem("项目", f"还没有分场：{listed}；请先分场", f"without a session: {listed}; split them first")
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
) -> HandOut:
    """Writes a folder a session under ``folder``; ``slides`` is the folder that paths of slides are relative to, ``stamp``
    this moment (20261205-0830). ``write_rules`` writes the contest's own rule set; None where a shipped preset is used.

    Raises BadInput where the contest is not ready, or something cannot be written; then nothing is left behind.
    """
    problems = [*rules.check(), *check_fit(contest, rules, file_name=draft.name), *obstacles(contest)]
    if problems:
        raise BadInput(problems)
    target = folder / f"{_name(contest.name)}-{stamp}"
    if target.exists():
        raise BadInput(Problem(str(target), "已存在，请稍后再试", "it exists already; try again in a moment"))
    try:
        target.mkdir(parents=True)
        rooms = tuple(
            _room(draft, contest, rules, target, session.name, slides, write_rules) for session in contest.sessions
        )
        _list(target)
    except OSError as error:
        shutil.rmtree(target, ignore_errors=True)
        reason = error.strerror or str(error)
        raise BadInput(Problem(str(target), f"无法写入：{reason}", f"cannot be written: {reason}")) from None
    except BadInput:
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
) -> Room:
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
        shutil.copy2(source, folder / DECKS / copied)
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


def _list(target: Path) -> None:
    files = sorted(path for path in target.rglob("*") if path.is_file())
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(target).as_posix()}" for path in files
    ]
    (target / LIST).write_text("\n".join(lines) + "\n", "utf-8")


def _name(text: str) -> str:
    """A name as a folder on every system."""
    kept = "".join(letter if letter.isalnum() or letter in "-_（）()" else "-" for letter in text)
    return kept.strip("-")[:60] or "contest"
