"""Reads session files and mirrors as FORMAT.md describes them, without changing a byte of them."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from judge_app.verify import ed25519
from judge_app.verify.chain import Chain, Fault, Link, LogChain
from judge_app.verify.report import Report, Witness

APPLICATION_ID = 0x52534A31
SCHEMA = 1
COLUMNS = ("event_id", "command_id", "part", "kind", "version", "actor", "at", "mono_ns", "boot_id")

# The tables, index and triggers, by SHA-256 (the first half, hex) of their SQL in FORMAT.md with runs of white space as one
# blank: the triggers and unique keys are what keeps hands out of the journal.
SQL = {
    ("table", "meta"): "629f1f717f456eab372325fcc83e12d7",
    ("table", "journal"): "109b3ab7e32f3eb01123e30684cadd4d",
    ("index", "journal_command"): "ce72c2eb95bfc6cea87ac58429180faa",
    ("table", "checkpoint"): "f2fa8598585165dc68c1b543f5a8e4cb",
    ("table", "heartbeat"): "432381151ba15b5723face371a71e714",
    ("trigger", "journal_follows"): "09e77d957e010ced63f1caa6d6f7a86a",
    ("trigger", "journal_no_update"): "09f1a1c20204512e9a5417ad4cf00a72",
    ("trigger", "journal_no_delete"): "44d7415ddb7e60278338a2e37f5013d1",
    ("trigger", "checkpoint_of_record"): "67f0482cc1a4320286b736149b9c7878",
    ("trigger", "checkpoint_no_update"): "f8b95ff6dcb3549830247c029d562039",
    ("trigger", "checkpoint_no_delete"): "bb2ddcbd6f060d1c0facffb17a72b644",
}


def verify_file(path: str | Path, witnesses: Sequence[Witness] = (), keys: Sequence[str] = ()) -> Report:
    """Check one session file or mirror; never raises for what is in it."""
    path = Path(path)
    try:
        with open(path, "rb") as file:
            first = file.read(100)
    except OSError as problem:
        reason = problem.strerror or str(problem)
        return _unreadable(path, "file", f"文件无法读取：{reason}", f"the file cannot be read: {reason}")
    if first.startswith(b"SQLite format 3\0"):
        return _verify_session(path, first, witnesses, keys)
    if first.lstrip()[:1] == b"{":
        return _verify_mirror(path, witnesses, keys)
    return _unreadable(path, "kind", "不是场次文件或镜像", "this is neither a session file nor a mirror")


def _unreadable(path: Path, code: str, zh: str, en: str, kind: str = "") -> Report:
    return Report(path=str(path), kind=kind, readable=False, faults=(Fault(code, None, zh, en),))


# session files


def _verify_session(path: Path, header: bytes, witnesses: Sequence[Witness], keys: Sequence[str]) -> Report:
    if len(header) < 100 or int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        return _unreadable(path, "kind", "是其他程序的数据库", "this is another program's database")
    version = int.from_bytes(header[60:64], "big")
    if version != SCHEMA:
        return _unreadable(
            path,
            "schema",
            f"文件格式 {version} 不是 {SCHEMA}：请用相应版本核验",
            f"the file's format is {version}, not {SCHEMA}",
        )
    if _is_held(path):
        return _unreadable(
            path,
            "in_use",
            "文件正被会场进程使用：请核验它的备份",
            "a running room holds the file: verify a backup of it",
            "session",
        )
    chain = Chain()
    faults: list[Fault] = []
    signers: list[str] = []
    checkpoints = 0
    with tempfile.TemporaryDirectory() as folder:
        # A copy, with the log that a crash may have left: reading it in place would change the files.
        copy = Path(folder) / "copy"
        try:
            for tail in ("", "-wal", "-journal"):
                source = path.with_name(path.name + tail)
                if source.exists():
                    shutil.copyfile(source, f"{copy}{tail}")
            with closing(sqlite3.connect(copy)) as connection:
                connection.execute("PRAGMA trusted_schema = OFF")
                faults += _guards(connection)
                for link in _links(connection):
                    if not chain.take(link):
                        break
                if chain.fault is not None:
                    faults.append(chain.fault)
                else:
                    found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(3)")]
                    if found != ["ok"]:
                        faults.append(_damage("; ".join(found), None))
                rows = connection.execute("SELECT seq, hash, at, public_key, signature FROM checkpoint ORDER BY seq")
                signed, checkpoints, signers = _checkpoints(rows, chain, keys)
                faults += signed
        except (sqlite3.Error, UnicodeDecodeError, OverflowError) as problem:
            faults.append(_damage(str(problem), len(chain.hashes) + 1 if chain.fault is None else None))
        except OSError as problem:
            return _unreadable(
                path, "file", f"文件无法读取：{problem}", f"the file cannot be read: {problem}", "session"
            )
    log = path.with_name(path.name + "-wal")
    unsealed = log.exists() and log.stat().st_size > 0
    return _report(path, "session", chain, faults, witnesses, checkpoints, signers, unsealed=unsealed)


def _damage(detail: str, seq: int | None) -> Fault:
    return Fault("database", seq, f"数据库损坏：{detail}", f"the database is damaged: {detail}")


def _is_held(path: Path) -> bool:
    """Whether a running room holds the lock beside the file."""
    name = path.resolve()
    lock = name.with_name(name.name + ".lock")
    if not lock.exists():
        return False
    try:
        with open(lock, "rb+" if sys.platform == "win32" else "rb") as file:
            if sys.platform == "win32":
                import msvcrt

                file.seek(1 << 20)
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
                file.seek(1 << 20)
                msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
            else:
                import fcntl

                fcntl.flock(file.fileno(), fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return sys.platform == "win32"
    return False


def _guards(connection: sqlite3.Connection) -> list[Fault]:
    rows = connection.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    found = {(str(kind), str(name)): " ".join(str(sql).split()) for kind, name, sql in rows}
    faults = []
    for (kind, name), digest in SQL.items():
        sql = found.pop((kind, name), None)
        if sql is None:
            faults.append(Fault("guard", None, f"{kind} {name} 缺失", f"the {kind} {name} is missing"))
        elif hashlib.sha256(sql.encode()).hexdigest()[:32] != digest:
            faults.append(Fault("guard", None, f"{kind} {name} 被改过", f"the {kind} {name} has been changed"))
    faults.extend(
        Fault("guard", None, f"多出的 {kind} {name}", f"the {kind} {name} does not belong here") for kind, name in found
    )
    return faults


def _links(connection: sqlite3.Connection) -> Iterator[Link]:
    names = ", ".join(COLUMNS)
    for row in connection.execute(f"SELECT seq, body, prev_hash, hash, {names} FROM journal NOT INDEXED ORDER BY seq"):
        seq, body, prev_hash, digest, *rest = row
        yield Link(seq, body, prev_hash, digest, dict(zip(COLUMNS, rest, strict=True)))


def _checkpoints(
    rows: Iterable[Sequence[Any]], chain: Chain, keys: Sequence[str]
) -> tuple[list[Fault], int, list[str]]:
    """What is wrong with (seq, hash, at, public key, signature) of every checkpoint, how many they are, and by whom."""
    faults: list[Fault] = []
    signers: list[str] = []
    count = 0
    for seq, digest, at, key, signature in rows:
        if chain.fault is not None and seq > len(chain.hashes):
            break  # nothing is known of what it stands on
        count += 1
        if not 1 <= seq <= len(chain.hashes) or chain.hashes[seq - 1] != digest:
            faults.append(
                Fault(
                    "checkpoint",
                    seq,
                    f"第 {seq} 条的检查点是另一个哈希",
                    f"the checkpoint of event {seq} has another hash",
                )
            )
            continue
        message = b"rsj-cp-v1\0" + seq.to_bytes(8, "big") + digest + str(at).encode()
        if not ed25519.verify(key, message, signature):
            faults.append(
                Fault(
                    "signature", seq, f"第 {seq} 条检查点的签名无效", f"the signature of checkpoint {seq} is not valid"
                )
            )
            continue
        if key.hex() not in signers:
            signers.append(key.hex())
            if keys and key.hex() not in {known.lower() for known in keys}:
                faults.append(
                    Fault(
                        "key",
                        seq,
                        f"检查点由陌生的密钥 {key.hex()} 签名",
                        f"checkpoints are signed by a stranger's key {key.hex()}",
                    )
                )
    return faults, count, signers


# mirrors


def _verify_mirror(path: Path, witnesses: Sequence[Witness], keys: Sequence[str]) -> Report:
    kind, chain = "mirror", Chain()
    faults: list[Fault] = []
    signed: list[tuple[Any, ...]] = []
    try:
        with open(path, "rb") as file:
            first = file.readline(4096)
            try:
                form = json.loads(first)["format"]
            except (ValueError, KeyError, TypeError, RecursionError):
                form = None
            if form not in ("judge-app/mirror/1", "judge-app/contest/1"):
                return _unreadable(path, "kind", "不是场次镜像", "this is no mirror of a session")
            if form == "judge-app/contest/1":
                kind, chain = "contest", LogChain()
            for raw in file:
                if not raw.endswith(b"\n"):
                    break  # being written when the power went; it does not count
                try:
                    line = json.loads(raw)
                    if "checkpoint" in line:
                        signed.append(_signature(line["checkpoint"], len(chain.hashes)))
                        continue
                    body, prev, digest = (
                        line["body"].encode(),
                        bytes.fromhex(line["prev_hash"]),
                        bytes.fromhex(line["hash"]),
                    )
                    link = Link(line["seq"], body, prev, digest)
                except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
                    seq = len(chain.hashes) + 1
                    faults.append(
                        Fault(
                            "line",
                            seq,
                            f"第 {seq} 条的行不合格式：{problem!r}",
                            f"the line of event {seq} is malformed: {problem!r}",
                        )
                    )
                    break
                if not chain.take(link):
                    break
    except OSError as problem:
        return _unreadable(path, "file", f"文件无法读取：{problem}", f"the file cannot be read: {problem}", "mirror")
    if chain.fault is not None:
        faults.append(chain.fault)
    wrong, checkpoints, signers = _checkpoints(signed, chain, keys)
    return _report(path, kind, chain, [*faults, *wrong], witnesses, checkpoints, signers)


def _signature(held: Any, known: int) -> tuple[Any, ...]:
    """A mirror's checkpoint line as a row; raises ValueError, KeyError and TypeError where it is none."""
    seq, at = held["seq"], held["at"]
    if type(seq) is not int or not isinstance(at, str) or not 1 <= seq <= known:
        raise ValueError("a checkpoint stands behind its event")
    at.encode()  # half of a surrogate pair is JSON and no text: UnicodeEncodeError is a ValueError
    digest, key, signature = (bytes.fromhex(held[name]) for name in ("hash", "public_key", "signature"))
    return seq, digest, at, key, signature


def _report(
    path: Path,
    kind: str,
    chain: Chain,
    faults: list[Fault],
    witnesses: Sequence[Witness],
    checkpoints: int = 0,
    signers: Sequence[str] = (),
    *,
    unsealed: bool = False,
) -> Report:
    agreed = []
    for witness in witnesses:
        if witness.seq > len(chain.hashes):
            # Behind a bad event nothing can be said; at the end of a good chain events are missing.
            if chain.fault is None:
                faults.append(
                    Fault(
                        "cut",
                        len(chain.hashes) + 1,
                        f"见证 {witness} 说有 {witness.seq} 条，文件只有 {len(chain.hashes)} 条：末尾被截去",
                        f"the witness {witness} knows {witness.seq} events, the file has {len(chain.hashes)}: its end is cut off",
                    )
                )
        elif not chain.hashes[witness.seq - 1].hex().startswith(witness.hash):
            faults.append(
                Fault(
                    "witness",
                    witness.seq,
                    f"第 {witness.seq} 条的哈希与见证 {witness} 不符：该条或之前的内容被改过，且整条链被重算",
                    f"event {witness.seq} has not the hash of the witness {witness}: it or an event before it was"
                    " changed and the chain rebuilt",
                )
            )
        else:
            agreed.append(str(witness))
    return Report(
        path=str(path),
        kind=kind,
        readable=True,
        records=len(chain.hashes),
        head=chain.head.hex(),
        session_id=chain.session_id,
        faults=tuple(faults),
        witnesses=tuple(agreed),
        checkpoints=checkpoints,
        keys=tuple(signers),
        kinds=tuple(sorted(chain.kinds.items())),
        hashes=tuple(chain.hashes),
        unsealed=unsealed,
    )
