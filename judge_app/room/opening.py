"""Taking up a session file: what is sound is taken, a damaged one is put together from its copies, nothing is reset.

A file that does not open is renamed and kept; its records come from what it still holds, the mirror, the backups and the
centre, whichever has most, if they tell one story. A sound file that lost its end is continued from a copy that has it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from pathlib import Path

from judge_app.core.events import PauseKind, SessionOpened, SessionPaused
from judge_app.core.journal import Record
from judge_app.room.mirroring import mirror_file
from judge_app.store.backups import Backups
from judge_app.store.central import Central
from judge_app.store.recovery import damaged, records_of, recover, refill, remains, salvage
from judge_app.store.session_file import CorruptSession, SessionFile

log = logging.getLogger(__name__)

CENTRE_S = 3.0
"""How long a damaged file's recovery waits for the centre: its copies here come first."""


def copies_of(path: Path, *, mirror: Path | None, backups: Path | None) -> list[Path]:
    """The mirror and the newest backup of a session, where they are."""
    found = []
    if mirror is not None and (one := mirror_file(mirror, path)).exists():
        found.append(one)
    if backups is not None:
        found += [backup.path for backup in Backups(backups, path.stem).list()[:1]]
    return found


def take_up(
    path: Path,
    *,
    by_hand: bool,
    spare: bool = False,
    mirror: Path | None = None,
    backups: Path | None = None,
    central: str | None = None,
) -> SessionPaused | None:
    """Make a session file sound before a room opens it; returns how the room is to begin: paused, where the host opened
    it ``by_hand``, a ``spare`` takes over, or anything had to be recovered, else at once (None).

    Raises BadInput where it cannot be made sound (another version, no copy, copies that contradict each other), InUse,
    and StoreFailed.
    """
    copies = copies_of(path, mirror=mirror, backups=backups)
    if not path.exists():
        copies += remains(path)  # a crash in the midst of a recovery
        return _recovered(path, copies, central) if copies else None
    try:
        with SessionFile.open(path) as session:
            # Only where the host waits for it anyway: a room that comes back from a crash does so at once.
            others = _others(central, next(session.records(), None)) if by_hand else []
            count, source = refill(session, copies, others)
            untold = _untold(path, session)
    except CorruptSession as problem:
        log.error("%s", problem)
        return _recovered(path, copies, central)
    if spare:
        return SessionPaused(kind=PauseKind.TAKEN_OVER, sheets=0, last_at="", may_lack=True)
    if source:
        log.warning("%d records were lost from the end of %s; they came from %s", count, path, source)
        return SessionPaused(kind=PauseKind.RECOVERED, sheets=0, last_at="", source=source, may_lack=True)
    if untold:
        return SessionPaused(kind=PauseKind.RECOVERED, sheets=0, last_at="", kept=untold, may_lack=True)
    return SessionPaused(kind=PauseKind.OPENED, sheets=0, last_at="") if by_hand else None


def _untold(path: Path, session: SessionFile) -> str:
    """A damaged file that was kept and of which the journal says nothing yet: the room died before it was told."""
    names = {one.name for one in damaged(path)}
    if not names:
        return ""
    told = {record.event.kept for record in session.records() if isinstance(record.event, SessionPaused)}
    return max(names - told, default="")


def _recovered(path: Path, copies: Sequence[Path], central: str | None) -> SessionPaused:
    left = salvage(path) if path.exists() else []
    known = next((records for copy in copies if (records := records_of(copy))), left)
    made = recover(path, copies, _others(central, known[0] if known else None))
    log.warning("%s was put together anew from %s: %d records; heads %s", path, made.source, made.records, made.heads)
    return SessionPaused(
        kind=PauseKind.RECOVERED,
        sheets=0,
        last_at="",
        source=Path(made.source).name,
        kept="" if made.kept is None else made.kept.name,
        may_lack=True,
    )


def _others(url: str | None, first: Record | None) -> list[tuple[str, Sequence[Record]]]:
    """What the centre holds of the session that begins with that record, with its name; it is not waited for long."""
    if url is None or first is None or not isinstance(first.event, SessionOpened):
        return []
    session_id = first.event.setup.session_id
    found: list[Record] = []

    def ask() -> None:
        try:
            with Central.connect(url, migrate=True) as centre:  # as the room does a moment later
                found.extend(centre.records(session_id))
        except Exception as problem:  # the centre may be away; there are the copies here
            log.warning("the centre could not be asked for the session: %s", problem)

    thread = threading.Thread(target=ask, name="asking the centre", daemon=True)
    thread.start()
    thread.join(CENTRE_S)
    return [("centre", found)] if found and not thread.is_alive() else []
