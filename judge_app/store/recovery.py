"""Recovery: a session file built anew from the longest chain that its own remains and its copies agree on."""

from __future__ import annotations

import contextlib
import glob
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from judge_app.core.contest import Struct
from judge_app.core.errors import BadInput, Problem
from judge_app.core.events import PauseKind, SessionPaused
from judge_app.core.journal import GENESIS, Record, chain, read
from judge_app.store.errors import StoreFailed
from judge_app.store.lock import FileLock
from judge_app.store.mirror import last_seq, lines
from judge_app.store.session_file import SessionFile, read_session, set_aside


class Recovered(Struct, frozen=True):
    """What a recovery did: how many records the new file has, which copy they came from, and where the old file went."""

    records: int
    source: str
    kept: Path | None
    heads: dict[str, int]
    """Path or name of each copy → the seq up to which it could be read (0 where it could not)."""


def salvage(path: str | Path) -> list[Record]:
    """The records of a damaged session file up to the first that does not hold; empty where nothing can be read.

    Works on a copy, so that the damaged file and its log stay as they are.
    """
    path = Path(path)
    found: list[Record] = []
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.db"
        for tail in ("", "-wal", "-journal"):
            if (source := path.with_name(path.name + tail)).exists():
                shutil.copyfile(source, f"{copy}{tail}")
        connection = sqlite3.connect(copy)
        try:
            prev = GENESIS
            for seq, data, prev_hash, digest in connection.execute(
                "SELECT seq, body, prev_hash, hash FROM journal NOT INDEXED ORDER BY seq"
            ):
                if seq != len(found) + 1 or prev_hash != prev or chain(prev, data) != digest:
                    break
                found.append(read(data, prev_hash, digest))
                prev = digest
        except (sqlite3.Error, msgspec.MsgspecError, TypeError, UnicodeDecodeError, OverflowError):
            pass  # what came before is what there is
        finally:
            connection.close()
    return found


def salvage_mirror(path: str | Path) -> list[Record]:
    """The records of a mirror up to the first that does not hold; empty where it cannot be read."""
    found: list[Record] = []
    with contextlib.suppress(BadInput, OSError):  # what came before is what there is
        for line in lines(Path(path)):
            if isinstance(line, Record):
                found.append(line)
    return found


def records_of(copy: str | Path) -> list[Record]:
    """What a backup or a mirror holds, up to the first record that is not sound."""
    copy = Path(copy)
    if copy.suffix == ".jsonl":
        return salvage_mirror(copy)
    try:
        return read_session(copy)
    except (BadInput, StoreFailed):
        return salvage(copy) if copy.exists() else []


def unfinished(path: Path) -> Path:
    """What a recovery is written to before it takes the session file's name; a crash may leave it behind, whole."""
    return path.with_name(f"{path.stem}.recovered{path.suffix}")


def remains(path: Path) -> list[Path]:
    """What earlier recoveries left of a session file that is not there: one that was not finished, damaged ones."""
    return [one for one in [unfinished(path), *damaged(path)] if one.exists()]


def damaged(path: Path) -> list[Path]:
    """The damaged files that were kept of a session."""
    return sorted(path.parent.glob(f"{glob.escape(path.stem)}.damaged-*{path.suffix}"))


def refill(
    session: SessionFile, copies: Sequence[str | Path], others: Sequence[tuple[str, Sequence[Record]]] = ()
) -> tuple[int, str]:
    """Append what a copy (or one of ``others``, as in ``recover``) knows beyond the head of a sound session file:
    records that were lost from its end.

    Only a copy that holds the file's own head counts. Returns how many they were, and the copy they came from. Raises
    BadInput where ``others`` tell of a take-over by a spare that no copy here knows of: it goes on there.
    """
    head, digest = session.head()

    def beyond(chains: Iterable[tuple[str, Sequence[Record]]]) -> list[tuple[str, Sequence[Record]]]:
        return [
            (name, records[head:])
            for name, records in chains
            if 0 < head < len(records) and records[head - 1].hash == digest
        ]

    ahead = [copy for copy in map(Path, copies) if copy.suffix != ".jsonl" or last_seq(copy) > head]
    here, elsewhere = beyond((copy.name, records_of(copy)) for copy in ahead), beyond(others)
    if _most_take_overs(elsewhere) > _most_take_overs(here):
        raise _taken_over(session.path)
    source, best = max([*here, *elsewhere], key=lambda entry: len(entry[1]), default=("", []))
    session.append(best)
    return len(best), source


def _most_take_overs(chains: Iterable[tuple[str, Sequence[Record]]]) -> int:
    return max((_take_overs(records) for _, records in chains), default=0)


def _take_overs(records: Sequence[Record]) -> int:
    return sum(isinstance(one.event, SessionPaused) and one.event.kind is PauseKind.TAKEN_OVER for one in records)


def _taken_over(path: Path) -> BadInput:
    return BadInput(
        Problem(
            str(path),
            "备用主机已接管本场（中心库中有接管记录）：请到备用主机上继续，不要在本机打开",
            "a spare computer took this session over (the centre knows): go on there, not on this one",
        )
    )


def recover(
    path: str | Path, copies: Sequence[str | Path], others: Sequence[tuple[str, Sequence[Record]]] = ()
) -> Recovered:
    """Replace a damaged or lost session file by the longest chain found in its remains, backups, mirrors, and ``others``
    (the centre's records, with a name for them).

    The old file is renamed and kept. Raises BadInput where nothing can be read, or where two copies tell different
    stories (same seq, other hash): then people decide, by hand; or where ``others`` tell of a take-over by a spare that
    nothing here knows of. Raises InUse, StoreFailed like SessionFile.
    """
    path = Path(path)
    chains: list[tuple[str, Sequence[Record]]] = []
    if path.exists():
        FileLock(path).release()  # nobody has it open
        chains.append((str(path), salvage(path)))
    chains += [(str(copy), records_of(copy)) for copy in copies]
    if chains and _most_take_overs(others) > _most_take_overs(chains):
        raise _taken_over(path)
    chains += others
    heads = {name: len(records) for name, records in chains}
    source, longest = max(chains, key=lambda entry: len(entry[1]), default=(str(path), []))
    if not longest:
        raise BadInput(Problem(str(path), "没有找到可以恢复的记录", "no records were found to recover from"))
    for name, records in chains:
        if records and records[-1].hash != longest[len(records) - 1].hash:
            apart = next(
                n for n, (one, other) in enumerate(zip(records, longest, strict=False), 1) if one.hash != other.hash
            )
            raise BadInput(
                Problem(
                    name,
                    f"与 {source} 从第 {apart} 条记录起不一致：请人工核对后再恢复",
                    f"differs from {source} from record {apart} on: compare them by hand before recovering",
                )
            )
    fresh = unfinished(path)
    for tail in ("", "-wal", "-journal"):
        Path(f"{fresh}{tail}").unlink(missing_ok=True)
    with SessionFile.create(fresh) as session:
        session.append(longest)
        session.seal()
    kept = set_aside(path) if path.exists() else None
    fresh.rename(path)
    return Recovered(records=len(longest), source=source, kept=kept, heads=heads)
