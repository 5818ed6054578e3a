"""The chain of events as FORMAT.md describes it: one link checked after the other, the first bad one named."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

VERSION = 1
"""The newest version of an event's form that this verifier knows."""


@dataclass(frozen=True)
class Link:
    """One record as stored. ``columns`` are the other columns of its row, where there are any."""

    seq: Any
    body: Any
    prev_hash: Any
    hash: Any
    columns: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """What is wrong: a stable code, the seq of the first bad event where there is one, and words for people."""

    code: str
    seq: int | None
    zh: str
    en: str


def event_hash(prev_hash: bytes, body: bytes) -> bytes:
    """``SHA-256("rsj-ev-v1\\0" ‖ previous hash ‖ length of the body as 8 bytes, big-endian ‖ body)``."""
    return hashlib.sha256(b"rsj-ev-v1\0" + prev_hash + len(body).to_bytes(8, "big") + body).digest()


class Chain:
    """Takes the links in order and holds the hashes of those that are good; stops at the first that is not."""

    def __init__(self) -> None:
        self.hashes: list[bytes] = []
        self.fault: Fault | None = None
        self.session_id = ""
        self.kinds: dict[str, int] = {}
        self._events: set[str] = set()
        self._commands: set[tuple[str, int]] = set()

    @property
    def head(self) -> bytes:
        return self.hashes[-1] if self.hashes else bytes(32)

    def take(self, link: Link) -> bool:
        """Whether the link is good; after a bad one nothing more is to be taken."""
        self.fault = self._fault(link, len(self.hashes) + 1)
        if self.fault is None:
            self.hashes.append(link.hash)
        return self.fault is None

    def _fault(self, link: Link, seq: int) -> Fault | None:
        if link.seq != seq:
            return Fault(
                "gap", seq, f"第 {seq} 条缺失（其后是 {link.seq!r}）", f"event {seq} is missing (next is {link.seq!r})"
            )
        if not all(isinstance(value, bytes) for value in (link.body, link.prev_hash, link.hash)):
            return Fault("type", seq, f"第 {seq} 条的内容或哈希不是字节", f"body or hash of event {seq} is not bytes")
        if link.prev_hash != self.head:
            return Fault(
                "prev_hash",
                seq,
                f"第 {seq} 条的 prev_hash 与上一条的哈希不符",
                f"prev_hash of event {seq} is not the hash of the event before it",
            )
        if event_hash(link.prev_hash, link.body) != link.hash:
            return Fault(
                "hash", seq, f"第 {seq} 条的内容与其哈希不符", f"the body of event {seq} does not have its hash"
            )
        return self._body_fault(link, seq)

    def _body_fault(self, link: Link, seq: int) -> Fault | None:
        """What is wrong with what a link says, once its place and its hash are right."""
        try:
            body = json.loads(link.body.decode("utf-8"))
            said = _columns(body)
            session_id = str(body["event"]["setup"]["session_id"]) if said["kind"] == "SessionOpened" else ""
        except (UnicodeDecodeError, ValueError, KeyError, TypeError, RecursionError) as problem:
            return Fault(
                "body",
                seq,
                f"第 {seq} 条的内容不合格式：{problem!r}",
                f"the body of event {seq} is malformed: {problem!r}",
            )
        if said["version"] > VERSION:
            return Fault(
                "version",
                seq,
                f"第 {seq} 条由更新的版本写成（{said['version']}）：请用新版核验",
                f"event {seq} has the newer form {said['version']}: verify with a newer program",
            )
        if said["seq"] != seq:
            return Fault(
                "seq",
                seq,
                f"第 {seq} 条的内容自称第 {said['seq']} 条",
                f"the body of event {seq} says seq {said['seq']}",
            )
        for name, value in link.columns.items():
            if value != said[name] or type(value) is not type(said[name]):
                return Fault(
                    f"column:{name}",
                    seq,
                    f"第 {seq} 条的 {name} 列为 {value!r}，内容里是 {said[name]!r}",
                    f"column {name} of event {seq} is {value!r}, its body says {said[name]!r}",
                )
        self.session_id = self.session_id or session_id
        return self._told_twice(said, seq)

    def _told_twice(self, said: dict[str, Any], seq: int) -> Fault | None:
        if said["event_id"] in self._events:
            return Fault("event_id", seq, f"第 {seq} 条的事件号重复", f"event {seq} has the id of an earlier one")
        self._events.add(said["event_id"])
        if said["command_id"]:
            part = (said["command_id"], said["part"])
            if part in self._commands:
                return Fault(
                    "command_id", seq, f"第 {seq} 条的命令重复记录", f"event {seq} repeats a part of a command"
                )
            self._commands.add(part)
        opening = said["kind"] == "SessionOpened"
        if opening != (seq == 1):
            return Fault("opening", seq, f"第 {seq} 条不应是 {said['kind']}", f"event {seq} must not be {said['kind']}")
        self.kinds[said["kind"]] = self.kinds.get(said["kind"], 0) + 1
        return None


class LogChain(Chain):
    """The chain of a contest's own log: its entries say who and when, and belong to no session."""

    def _body_fault(self, link: Link, seq: int) -> Fault | None:
        try:
            body = json.loads(link.body.decode("utf-8"))
            said, version, kind = body["seq"], body["version"], str(body["entry"]["entry"])
            if not (isinstance(body["actor"], str) and body["actor"] and isinstance(body["at"], str)):
                raise ValueError("no actor or no time")
        except (UnicodeDecodeError, ValueError, KeyError, TypeError, RecursionError) as problem:
            return Fault(
                "body",
                seq,
                f"第 {seq} 条的内容不合格式：{problem!r}",
                f"the body of entry {seq} is malformed: {problem!r}",
            )
        if said != seq or version != VERSION:
            return Fault(
                "seq",
                seq,
                f"第 {seq} 条自称第 {said} 条、版本 {version}",
                f"entry {seq} says seq {said}, version {version}",
            )
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        return None


def _columns(body: Any) -> dict[str, Any]:
    """What the columns beside a body must say; raises KeyError, TypeError, ValueError where it is no body."""
    at, event = body["at"], body["event"]
    said = {
        "seq": body["seq"],
        "event_id": body["event_id"],
        "command_id": body["command_id"],
        "part": body["part"],
        "kind": event["event"],
        "version": body["version"],
        "actor": body["actor"],
        "at": at["wall"],
        "mono_ns": at["mono_ns"],
        "boot_id": at["boot_id"],
    }
    for name, value in said.items():
        wanted = int if name in ("seq", "part", "version", "mono_ns") else str
        if type(value) is not wanted:
            raise TypeError(f"{name}: {value!r}")
    return said
