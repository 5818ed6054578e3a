"""Recovery: a session file built anew from the longest chain that its own remains and its copies agree on."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from judge_app.core.contest import Struct
from judge_app.core.errors import BadInput, Problem
from judge_app.core.journal import GENESIS, Record, chain, read
from judge_app.store.errors import StoreFailed
from judge_app.store.lock import FileLock
from judge_app.store.mirror import read_mirror
from judge_app.store.session_file import SessionFile, read_session, set_aside


class Recovered(Struct, frozen=True):
    """What a recovery did: how many records the new file has, which copy they came from, and where the old file went."""

    records: int
    source: Path
    kept: Path | None
    heads: dict[str, int]
    """Path of each copy → the seq up to which it could be read (0 where it could not)."""


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
        except (sqlite3.Error, msgspec.MsgspecError, TypeError):
            pass  # what came before is what there is
        finally:
            connection.close()
    return found


def recover(path: str | Path, copies: Sequence[str | Path]) -> Recovered:
    """Replace a damaged or lost session file by the longest chain found in its remains, backups and mirrors.

    The old file is renamed and kept, checkpoints stay in it. Raises BadInput where nothing can be read, or where two copies tell different
    stories (same seq, other hash): then people decide, by hand. Raises InUse, StoreFailed like SessionFile.
    """
    path = Path(path)
    chains: list[tuple[Path, list[Record]]] = []
    if path.exists():
        FileLock(path).release()  # nobody has it open
        chains.append((path, salvage(path)))
    for copy in map(Path, copies):
        try:
            chains.append((copy, read_mirror(copy) if copy.suffix == ".jsonl" else read_session(copy)))
        except (BadInput, StoreFailed):
            chains.append((copy, [] if copy.suffix == ".jsonl" else salvage(copy) if copy.exists() else []))
    heads = {str(copy): len(records) for copy, records in chains}
    source, longest = max(chains, key=lambda entry: len(entry[1]), default=(path, []))
    if not longest:
        raise BadInput(Problem(str(path), "没有找到可以恢复的记录", "no records were found to recover from"))
    for copy, records in chains:
        if records and records[-1].hash != longest[len(records) - 1].hash:
            apart = next(
                n for n, (one, other) in enumerate(zip(records, longest, strict=False), 1) if one.hash != other.hash
            )
            raise BadInput(
                Problem(
                    str(copy),
                    f"与 {source} 从第 {apart} 条记录起不一致：请人工核对后再恢复",
                    f"differs from {source} from record {apart} on: compare them by hand before recovering",
                )
            )
    fresh = path.with_name(f"{path.stem}.recovered{path.suffix}")
    fresh.unlink(missing_ok=True)
    with SessionFile.create(fresh) as session:
        session.append(longest)
        session.seal()
    kept = set_aside(path) if path.exists() else None
    fresh.rename(path)
    return Recovered(records=len(longest), source=source, kept=kept, heads=heads)
