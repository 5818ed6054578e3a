"""How the room stands, in the words of the top bar's pills: what was saved, how it is copied, what the computer has left."""

from __future__ import annotations

from datetime import datetime

from judge_app.core.views import Health
from judge_app.ui.glossary import ago, local_time
from judge_app.ui.language import tr
from judge_app.ui.theme import Tone

Said = tuple[str, Tone, str]
"""The word, its tone, and the tip that says more."""

LOW_BATTERY = 30


def saved(health: Health) -> Said:
    """The last safe write, and what room is left for more."""
    if not health.last_write:
        return "", "ok", ""
    tip = tr("Last safe write: record {seq}, {ms} ms", seq=health.head_seq, ms=f"{health.commit_us / 1000:.1f}")
    if health.disk_free is not None:
        tip += "\n" + tr("{gb} GB free on this disk", gb=f"{health.disk_free / 1000:.1f}")
    return tr("Saved {time}", time=local_time(health.last_write)), "ok", tip


def copies(health: Health, wall: datetime) -> Said:
    """The verified copy and, where one is set, the mirror on another medium: the worse of the two has the word."""
    copy: Said = (
        (tr("Copy {when}", when=ago(health.last_backup, wall)), "ok", "")
        if health.last_backup
        else (tr("No copy yet"), "warn" if health.last_write else "plain", "")
    )
    match health.mirror:
        case "waiting":
            mirror: Said = (
                tr("Mirror: {n} behind", n=health.mirror_lag),
                "warn",
                tr("Its medium is away or slow; it is filled again by itself"),
            )
        case "same_disk":
            mirror = tr("Mirror on this disk"), "warn", tr("It dies with this disk: put in another medium")
        case "ahead":
            mirror = tr("Mirror knows more"), "stop", tr("Something was lost here: the mirror holds it")
        case "ok":
            return copy[0], copy[1], tr("The mirror is complete: {folder}", folder=health.mirror_folder)
        case _:
            return copy
    return mirror if copy[1] != "stop" else copy


def battery(health: Health) -> Said:
    """What is left, while this computer runs on it."""
    if health.battery is None:
        return "", "plain", ""
    tone: Tone = "warn" if health.battery < LOW_BATTERY else "plain"
    return tr("Battery {n} %", n=health.battery), tone, tr("This computer is not on mains")
