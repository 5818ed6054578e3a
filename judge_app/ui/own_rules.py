"""The rules that one project is held to: the contest's, or those of an event of its own (星锐TALK秀)."""

from __future__ import annotations

from judge_app.core.rules import RuleSet
from judge_app.core.views import Briefing


def rules_of(briefing: Briefing, entry_no: str | None) -> RuleSet:
    """The rule set of a project; the contest's for a project that is not known."""
    rules = briefing.rules
    track = next((project.track for project in briefing.projects if project.entry_no == entry_no), "")
    if track and any(event.name == track for event in rules.own_events):
        return rules.for_event(track)
    return rules
