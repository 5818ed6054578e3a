"""What an organiser brings: the contest, its sessions, projects, units, judges and staff.

Everything here is a frozen value. Numbers of points are never kept as binary floats: see rules.py and scoring.py.
"""

from __future__ import annotations

import enum
import unicodedata

import msgspec


class Struct(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The base of every value of the core: frozen, strict on unknown keys, and compact when encoded."""


class PanelRole(enum.StrEnum):
    """What a judge is on his panel (workbook column 角色)."""

    JUDGE = "评委"
    CHAIR = "评委组长"
    RESERVE = "候补"


class Presence(enum.StrEnum):
    """A judge's presence for one project (domain.md 45; presence is per project, not per session)."""

    PRESENT = "present"
    ABSENT = "absent"
    LEFT = "left"
    RECUSED = "recused"


class Project(Struct, frozen=True):
    """One entry. ``entry_no`` is its only id on screens and forms (S1-16)."""

    entry_no: str
    name: str
    lead_unit: str = ""
    partner_units: tuple[str, ...] = ()
    track: str = ""
    topic: str = ""
    session: str = ""
    captain: str = ""
    members: tuple[str, ...] = ()
    deck: str = ""
    """Path of the slides as the workbook gives it, relative to the workbook; empty where there is none."""
    votes: int | None = None


class Judge(Struct, frozen=True):
    """A person who scores. ``no`` is unique in the contest; ``judge_class`` names the components he fills."""

    no: str
    name: str
    judge_class: str
    unit: str = ""
    sessions: tuple[str, ...] = ()
    role: PanelRole = PanelRole.JUDGE


class PlannedSession(Struct, frozen=True):
    """One sitting in one hall with one panel, as planned. ``date`` is ISO (2026-12-05), ``start`` HH:MM, local time."""

    name: str
    hall: str = ""
    date: str = ""
    start: str = ""
    scope: str = ""
    """The tracks or topics heard in it, as the workbook words them."""


class StaffMember(Struct, frozen=True):
    """A person who works at the contest without judging (主持人, 计时员, 计分员, 复核人, 监督人, …)."""

    name: str
    role: str
    unit: str = ""


class ExternalScore(Struct, frozen=True):
    """A result that no judge gives, such as 性能评测; ``score`` is a decimal string. Entered twice by two people."""

    entry_no: str
    component: str
    score: str
    entered_by: tuple[str, ...] = ()


class Contest(Struct, frozen=True):
    """One edition of a contest as its workbook describes it."""

    name: str
    edition: str = ""
    region: str = ""
    round: str = ""
    preset: str = ""
    passed_initial_review: dict[str, int] = {}
    """Track name → number of projects that passed the initial review (the basis of a ratio quota)."""
    award_counts: dict[str, int] = {}
    entry_deadline: str = ""
    sessions: tuple[PlannedSession, ...] = ()
    projects: tuple[Project, ...] = ()
    judges: tuple[Judge, ...] = ()
    staff: tuple[StaffMember, ...] = ()
    external: tuple[ExternalScore, ...] = ()
    part: bool = False
    """Whether this is what one room was handed of a contest of several sessions, the others of which it does not name."""

    def panel(self, session: str) -> tuple[Judge, ...]:
        """The judges of a session, in the workbook's order, reserves included."""
        return tuple(judge for judge in self.judges if session in judge.sessions)

    def heard_in(self, session: str) -> tuple[Project, ...]:
        """The projects of a session in running order."""
        return tuple(project for project in self.projects if project.session == session)


def same_person(one: str, other: str) -> bool:
    """Whether two names are one, however they are spaced, in whatever width and case."""
    plain = ["".join(unicodedata.normalize("NFKC", name).casefold().split()) for name in (one, other)]
    return plain[0] == plain[1]
