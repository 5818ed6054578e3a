"""How a seat stands with its room, for whoever shows it: the link's state and what became of each command."""

from __future__ import annotations

import enum

from judge_app.core.contest import Struct


class Link(enum.StrEnum):
    """The state of the link to the room. Only ONLINE proves that the room has answered lately."""

    CONNECTING = "connecting"
    WAITING_ADMISSION = "waiting_admission"
    """The host has to let this device in."""
    ONLINE = "online"
    SILENT = "silent"
    """Connected, but nothing heard for 2 s: what is shown may be stale."""
    OFFLINE = "offline"
    REFUSED = "refused"
    """The room will not have this device (revoked, wrong link, taken seat): retrying does not help."""


class Connection(Struct, frozen=True):
    """``since`` is wall UTC ISO of the last change; ``zh``/``en`` say what is wrong and what to do, else empty."""

    link: Link
    since: str = ""
    rtt_ms: float | None = None
    zh: str = ""
    en: str = ""


class Delivery(enum.StrEnum):
    """What became of a command: sending until the room has answered, whatever happens to the network."""

    SENDING = "sending"
    RECORDED = "recorded"
    REFUSED = "refused"


class CommandState(Struct, frozen=True):
    """A command's fate. ``seq`` numbers its receipt; a refusal carries its code and reason."""

    command_id: str
    delivery: Delivery
    kind: str = ""
    entry_no: str = ""
    seq: int | None = None
    code: str = ""
    zh: str = ""
    en: str = ""
