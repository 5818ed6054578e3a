"""The pre-flight of the session's slides, read from beside the session file whenever it is made anew."""

from __future__ import annotations

from pathlib import Path

import msgspec

from judge_app.core.preflight import DeckReport, Finding, Light, Preflight
from judge_app.core.views import DeckNote

Text = tuple[str, str]
MOST_NAMED = 4
"""How many projects the desk's one line names."""


def report_of(session_file: Path) -> Path:
    """Where the pre-flight of a session lies."""
    return session_file.with_suffix(".preflight.json")


class DeckReports:
    """The report of one session, as it is now."""

    def __init__(self, session_file: Path) -> None:
        self._path = report_of(session_file)
        self._made = 0
        self._report: Preflight | None = None

    def read(self) -> Preflight | None:
        """The newest report; None where there is none that can be read."""
        try:
            made = self._path.stat().st_mtime_ns
            if made != self._made:
                self._report = msgspec.json.decode(self._path.read_bytes(), type=Preflight)
                self._made = made
        except (OSError, msgspec.DecodeError):
            self._report, self._made = None, 0
        return self._report


def notes_of(report: Preflight | None) -> tuple[DeckNote, ...] | None:
    """A note for each deck that is not green."""
    if report is None:
        return None
    return tuple(
        DeckNote(entry_no=deck.entry_no, light=deck.light.value, zh=_words(deck, "zh"), en=_words(deck, "en"))
        for deck in report.decks
        if deck.light is not Light.GREEN
    )


def trouble_of(report: Preflight | None) -> Text | None:
    """The slides that will not be shown as they are, in a line."""
    red = [deck for deck in report.decks if deck.light is Light.RED] if report is not None else []
    if not red:
        return None
    zh = "；".join(f"{deck.entry_no} 号 {_worst(deck).zh}" for deck in red[:MOST_NAMED])
    en = "; ".join(f"no. {deck.entry_no} {_worst(deck).en}" for deck in red[:MOST_NAMED])
    more = len(red) - MOST_NAMED
    return (
        f"路演材料放不了：{zh}" + (f"；另有 {more} 份" if more > 0 else ""),
        f"slides that cannot be shown: {en}" + (f"; and {more} more" if more > 0 else ""),
    )


def _worst(deck: DeckReport) -> Finding:
    return min(deck.findings, key=lambda finding: finding.light is not Light.RED)


def _words(deck: DeckReport, language: str) -> str:
    found = [(one.zh, one.do_zh) if language == "zh" else (one.en, one.do_en) for one in deck.findings]
    return "\n".join(f"{what} → {do}" if do else what for what, do in found)
