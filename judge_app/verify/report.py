"""What was found in a file, what witnesses say about it, and both in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from judge_app.verify.chain import Fault


@dataclass(frozen=True)
class Witness:
    """What somebody outside the file knows of it: the event ``seq`` had the hash that begins with ``hash`` (hex)."""

    seq: int
    hash: str

    @classmethod
    def parse(cls, text: str) -> Witness:
        """From ``SEQ:HASH`` with at least eight hex digits, as on a receipt or a sheet; raises ValueError."""
        match = re.fullmatch(r"\s*#?([0-9]{1,12}):([0-9A-Fa-f]{8,64})\s*", text)
        if match is None or int(match[1]) < 1:
            raise ValueError(
                f"{text!r} 不是见证（序号:哈希，至少 8 位十六进制） / {text!r} is no witness (SEQ:HASH, at least 8 hex digits)"
            )
        return cls(int(match[1]), match[2].lower())

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


@dataclass(frozen=True)
class Report:
    """One file's verification. ``records`` good events, the last of them with hash ``head`` (hex); ``faults`` in the
    order found, empty where the file is sound. ``readable`` is False for a file that could not be judged at all."""

    path: str
    kind: str
    readable: bool
    records: int = 0
    head: str = ""
    session_id: str = ""
    faults: tuple[Fault, ...] = ()
    witnesses: tuple[str, ...] = ()
    """The witnesses that the file agrees with."""
    checkpoints: int = 0
    keys: tuple[str, ...] = ()
    """The public keys (hex) that signed the checkpoints."""
    kinds: tuple[tuple[str, int], ...] = ()
    hashes: tuple[bytes, ...] = ()
    unsealed: bool = False
    """Part of it is still in the log that a crash left behind: what that log has lost, the chain cannot tell."""

    @property
    def ok(self) -> bool:
        return self.readable and not self.faults

    @property
    def first_bad(self) -> int | None:
        """The seq of the first bad event, None where none is known to be bad."""
        return min((fault.seq for fault in self.faults if fault.seq is not None), default=None)

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "path": self.path,
            "kind": self.kind,
            "ok": self.ok,
            "readable": self.readable,
            "session_id": self.session_id,
            "records": self.records,
            "head": self.head,
            "first_bad": self.first_bad,
            "faults": [{"code": one.code, "seq": one.seq, "zh": one.zh, "en": one.en} for one in self.faults],
            "witnesses": list(self.witnesses),
            "checkpoints": self.checkpoints,
            "keys": list(self.keys),
            "kinds": dict(self.kinds),
            "unsealed": self.unsealed,
        }

    def as_text(self) -> list[str]:
        """For people, Chinese and English."""
        lines = [self.path]
        if self.ok:
            lines.append(f"  完好：{self.records} 条记录 / sound: {self.records} events")
        elif not self.readable:
            lines.append("  无法核验 / cannot be verified")
        else:
            first = self.first_bad
            where = f"，第一处在第 {first} 条" if first is not None else ""
            where_en = f", first at event {first}" if first is not None else ""
            lines.append(f"  有问题{where} / NOT sound{where_en}（{self.records} 条完好 / {self.records} events hold）")
        lines.extend(f"  [{fault.code}] {fault.zh} / {fault.en}" for fault in self.faults)
        if self.readable and self.records:
            lines.append(f"  链首 / head: {self.records}:{self.head}")
            if self.checkpoints:
                keys = ", ".join(f"{key[:16]}…" for key in self.keys)
                lines.append(f"  签名检查点 / signed checkpoints: {self.checkpoints} ({keys})")
            lines.extend(f"  见证相符 / witness agrees: {witness}" for witness in self.witnesses)
            if self.unsealed:
                lines.append("  未封存：部分记录还在日志文件里 / not sealed: some events are still in the log file")
            if self.ok and not self.witnesses:
                lines.append(
                    "  未与见证比对：整条链重算过的文件只有凭回执、打印件、镜像或中心库上的序号和哈希才能识破（--witness）"
                )
                lines.append(
                    "  no witness was given: a file whose whole chain was rebuilt is told only by a seq and hash from a"
                    " receipt, a printed sheet, the mirror or the centre (--witness)"
                )
        return lines
