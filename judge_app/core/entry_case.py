"""The entries under examination: what several checks of eligibility.py look up, and what a check says."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import Protocol, TypeVar

from judge_app.core.contest import Project
from judge_app.core.entries import Entries, TeamMember, Units, same
from judge_app.core.order import natural
from judge_app.core.rules import EntryRules, OwnEvent, RuleSet, TrackRule


class Verdict(enum.StrEnum):
    """What a finding asks for: refuse the entry, have somebody confirm it, or just know it."""

    REJECT = "reject"
    CONFIRM = "confirm"
    NOTE = "note"


Found = tuple[Verdict, str, str, str]
"""Verdict, entry number, Chinese, English."""


class Case:
    """The entries under examination, with what several checks look up."""

    def __init__(self, entries: Entries, rules: RuleSet) -> None:
        self.entries = entries
        self.rules = rules
        self.entry: EntryRules = rules.entry_rules
        self.contest = entries.contest
        self.projects = entries.contest.projects
        self.units = Units(entries.units)
        self.events: dict[str, OwnEvent] = {event.name: event for event in rules.own_events}
        self.tracks: dict[str, TrackRule] = {}
        for track in rules.tracks:
            for name in (track.name, *track.aliases):
                self.tracks.setdefault(same(name), track)
        self.members_of = _by_entry(entries.members)
        self.awards_of = _by_entry(entries.awards)
        self.files_of = _by_entry(entries.files)
        self.answers_of = _by_entry(entries.forms)
        self.placements_of = _by_entry(entries.placements)
        self._teams = {project.entry_no: self._team(project) for project in self.projects}

    def _team(self, project: Project) -> tuple[TeamMember, ...]:
        listed = self.members_of.get(project.entry_no)
        if listed:
            return tuple(listed)
        names = dict.fromkeys((*project.members, *((project.captain,) if project.captain else ())))
        return tuple(
            TeamMember(entry_no=project.entry_no, name=name, captain=name == project.captain) for name in names
        )

    def team(self, project: Project) -> tuple[TeamMember, ...]:
        """The members by the sheet 成员, or else by the project's own line; empty where neither has any."""
        return self._teams[project.entry_no]

    @property
    def teams_known(self) -> bool:
        return any(self._teams.values())

    def event(self, project: Project) -> OwnEvent | None:
        return self.events.get(project.track)

    def source(self, path: str) -> tuple[str, str]:
        """The rule ids and the words of the notice behind a path of the rule set, or behind what it is part of."""
        while path:
            rule = self.rules.stated.get(path)
            if rule:
                quotes = [self.rules.quotes.get(one.strip(), "") for one in rule.split(",")]
                return rule, "；".join(quote for quote in quotes if quote)
            path = path.rpartition(".")[0]
            if "." not in path:  # what is stated of all tracks says nothing of one track's rule
                break
        return "", ""


class _OfEntry(Protocol):
    @property
    def entry_no(self) -> str: ...


T = TypeVar("T", bound=_OfEntry)


def _by_entry(listed: Iterable[T] | None) -> dict[str, list[T]]:
    """The listed things by entry number, in their order."""
    found: dict[str, list[T]] = {}
    for one in listed or ():
        found.setdefault(one.entry_no, []).append(one)
    return found


def numbers(entry_nos: Iterable[str]) -> str:
    """Entry numbers as a message lists them: once each, in natural order."""
    return "、".join(sorted(dict.fromkeys(entry_nos), key=natural))
