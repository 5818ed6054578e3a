"""Makes the test vectors anew: ``python tests/verify/make_vectors.py``. Needed only when the written format changes.

The sound file is written by the program; the others are made from it by hand, as a tamperer would.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from judge_app.core import events
from judge_app.store.mirror import Mirror
from judge_app.store.session_file import Checkpoint, SessionFile, checkpoint_message
from tests.core.simulation import Sitting

HERE = Path(__file__).parent / "vectors"
KEY = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"the vectors' own key").digest())
STRANGER = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"a stranger's key").digest())
AT = "2026-12-05T10:00:00.000Z"


def signed(key: Ed25519PrivateKey, seq: int, digest: bytes) -> Checkpoint:
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    signature = key.sign(checkpoint_message(seq, digest, AT))
    return Checkpoint(seq=seq, hash=digest, at=AT, public_key=public, signature=signature)


def by_hand(
    name: str, change: Callable[[sqlite3.Connection], object], guards_back: Callable[[str], str] = lambda sql: sql
) -> None:
    """A copy of the sound file with its guards taken off, changed, and the guards put back (or something like them)."""
    path = HERE / f"{name}.roadshow"
    shutil.copyfile(HERE / "sound.roadshow", path)
    connection = sqlite3.connect(path, isolation_level=None)
    guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for guard, _ in guards:
        connection.execute(f"DROP TRIGGER {guard}")
    change(connection)
    for _, sql in guards:
        connection.execute(guards_back(sql))
    connection.execute("VACUUM")
    connection.close()


def run(*statements: str) -> Callable[[sqlite3.Connection], object]:
    return lambda connection: [connection.execute(one) for one in statements]


def rebuilt(seq: int, old: str, new: str) -> Callable[[sqlite3.Connection], None]:
    """Change one body and make every hash behind it fit again; what a chain alone cannot tell."""

    def change(connection: sqlite3.Connection) -> None:
        prev = bytes(32)
        connection.execute("DELETE FROM checkpoint WHERE seq >= ?", (seq,))
        for number, body in connection.execute("SELECT seq, body FROM journal ORDER BY seq").fetchall():
            if number == seq:
                assert old.encode() in body
                body = body.replace(old.encode(), new.encode())
            digest = hashlib.sha256(b"rsj-ev-v1\0" + prev + len(body).to_bytes(8, "big") + body).digest()
            connection.execute(
                "UPDATE journal SET body = ?, prev_hash = ?, hash = ? WHERE seq = ?", (body, prev, digest, number)
            )
            prev = digest

    return change


def resign(connection: sqlite3.Connection, change: Callable[[sqlite3.Connection], object], seq: int) -> None:
    """Rebuild the chain and put a stranger's checkpoint on its end."""
    connection.execute("DELETE FROM checkpoint")
    change(connection)
    (digest,) = connection.execute("SELECT hash FROM journal WHERE seq = ?", (seq,)).fetchone()
    made = signed(STRANGER, seq, digest)
    row = (made.seq, made.hash, made.at, made.public_key, made.signature)
    connection.execute("INSERT INTO checkpoint VALUES (?, ?, ?, ?, ?)", row)


def renumbered(connection: sqlite3.Connection) -> None:
    """Take event 10 out and move the later ones up, columns and bodies left alone."""
    connection.execute("DELETE FROM checkpoint")
    connection.execute("DELETE FROM journal WHERE seq = 10")
    for (seq,) in connection.execute("SELECT seq FROM journal WHERE seq > 10 ORDER BY seq").fetchall():
        connection.execute("UPDATE journal SET seq = ? WHERE seq = ?", (seq - 1, seq))


def main() -> None:
    HERE.mkdir(exist_ok=True)
    for old in HERE.iterdir():
        old.unlink()
    sitting = Sitting()
    sitting.write([events.RoomStarted(boot_id="boot", origin_real_ns=1, origin_ns=1, rate=1, epoch=1)], "room")
    sitting.hear("1")
    sitting.score("1")
    sitting.lock("1")
    records = sitting.records
    sheet = next(record for record in records if isinstance(record.event, events.SheetSubmitted))
    line = next(iter(next(iter(sheet.event.points.values())).items()))
    old = json.dumps({line[0]: line[1]}, ensure_ascii=False, separators=(",", ":"))[1:-1]
    new = json.dumps({line[0]: line[1] - 100}, ensure_ascii=False, separators=(",", ":"))[1:-1]
    last, head = len(records), records[-1].hash.hex()
    with SessionFile.create(HERE / "sound.roadshow") as session:
        session.append(records)
        for seq in (sheet.seq, last):
            session.checkpoint(signed(KEY, seq, records[seq - 1].hash))
        Mirror.open(HERE / "sound.jsonl", session).close()
        session.seal()
    at = sheet.seq
    cases: list[dict[str, object]] = []

    def case(
        file: str,
        what: str,
        first_bad: int | None,
        code: str | None,
        witnesses: tuple[str, ...] = (),
        keys: tuple[str, ...] = (),
    ) -> None:
        found = {"file": file, "what": what, "first_bad": first_bad, "code": code}
        cases.append(found | {"witnesses": list(witnesses), "keys": list(keys)})

    key, stranger = (signed(one, 1, bytes(32)).public_key.hex() for one in (KEY, STRANGER))
    witness = f"{last}:{head[:16]}"
    case("sound.roadshow", "nothing", None, None)
    case("sound.roadshow", "nothing, held against its receipt", None, None, (witness,))
    case("sound.roadshow", "nothing, held against the room's key", None, None, (), (key,))
    case("sound.jsonl", "nothing", None, None, (witness,))

    edit = "UPDATE journal SET body = CAST(replace(CAST(body AS TEXT), ?, ?) AS BLOB) WHERE seq = ?"
    by_hand("body", lambda connection: connection.execute(edit, (old, new, at)))
    case("body.roadshow", "a mark was changed in the body", at, "hash")
    by_hand("actor", run(f"UPDATE journal SET actor = 'judge:E2' WHERE seq = {at}"))
    case("actor.roadshow", "the column says another judge than the body", at, "column:actor")
    by_hand("time", run(f"UPDATE journal SET at = '2026-12-05T09:29:59.000Z' WHERE seq = {at}"))
    case("time.roadshow", "the column says another time than the body", at, "column:at")
    by_hand("deleted", run("DELETE FROM checkpoint", f"DELETE FROM journal WHERE seq = {at}"))
    case("deleted.roadshow", "an event was deleted", at, "gap")
    by_hand("renumbered", renumbered)
    case("renumbered.roadshow", "event 10 was deleted and the later ones moved up", 10, "prev_hash")
    by_hand("hash", run("DELETE FROM checkpoint", f"UPDATE journal SET hash = zeroblob(32) WHERE seq = {at}"))
    case("hash.roadshow", "a hash was overwritten", at, "hash")
    by_hand("guard", run(), lambda sql: "SELECT 1" if "journal_no_delete" in sql else sql)
    case("guard.roadshow", "a trigger is gone", None, "guard")
    by_hand("hollow", run(), lambda sql: sql.replace("BEFORE DELETE ON journal", "BEFORE DELETE ON journal WHEN 0"))
    case("hollow.roadshow", "a trigger was replaced by one that does nothing", None, "guard")
    by_hand("signature", run(f"UPDATE checkpoint SET signature = zeroblob(64) WHERE seq = {last}"))
    case("signature.roadshow", "a signature was overwritten", last, "signature")
    by_hand("cut", run(f"DELETE FROM checkpoint WHERE seq > {last - 3}", f"DELETE FROM journal WHERE seq > {last - 3}"))
    case("cut.roadshow", "the last three events were cut off, no witness", None, None)
    case("cut.roadshow", "the last three events were cut off", last - 2, "cut", (witness,))
    by_hand("rebuilt", rebuilt(at, old, new))
    case("rebuilt.roadshow", "a mark was changed and the chain rebuilt, no witness", None, None)
    case("rebuilt.roadshow", "a mark was changed and the chain rebuilt", last, "witness", (witness,))
    case(
        "rebuilt.roadshow",
        "the same, held against the judge's receipt",
        at,
        "witness",
        (f"{at}:{sheet.hash.hex()[:8]}",),
    )

    by_hand("resigned", lambda connection: resign(connection, rebuilt(at, old, new), last))
    case("resigned.roadshow", "rebuilt and signed anew with another key, no key given", None, None)
    case("resigned.roadshow", "rebuilt and signed anew with another key", last, "key", (), (key,))
    case("resigned.roadshow", "the tamperer's key is sound to the tamperer", None, None, (), (stranger,))

    content = (HERE / "sound.jsonl").read_text("utf-8").splitlines(keepends=True)
    (HERE / "mirror-body.jsonl").write_text(
        "".join(content).replace(
            json.dumps(old, ensure_ascii=False)[1:-1], json.dumps(new, ensure_ascii=False)[1:-1], 1
        ),
        "utf-8",
    )
    case("mirror-body.jsonl", "a mark was changed in a line", at, "hash")
    (HERE / "mirror-gap.jsonl").write_text("".join(content[:10] + content[11:]), "utf-8")
    case("mirror-gap.jsonl", "a line was deleted", 10, "gap")
    (HERE / "mirror-torn.jsonl").write_text("".join(content)[:-40], "utf-8")
    case("mirror-torn.jsonl", "the last line is torn: it does not count", None, None)

    index = {"format": "judge-app/verify-vectors/1", "events": last, "head": head, "key": key, "cases": cases}
    (HERE / "vectors.json").write_text(json.dumps(index, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
