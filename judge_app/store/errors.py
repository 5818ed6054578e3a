"""The errors of files and databases.

JudgeAppError
 ├── StoreFailed           a write did not become durable (full, read-only, unplugged)
 └── BadInput
      ├── CorruptSession   the file does not hold together; it is left as it is
      ├── NotASession      missing, empty, or another program's file
      ├── VersionMismatch  written by a newer or older program
      └── InUse            (lock.py) a running process has it open
"""

from __future__ import annotations

import errno
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from judge_app.core.errors import BadInput, JudgeAppError, Problem


class StoreFailed(JudgeAppError):
    """A write that did not become durable; ``code`` is SQLite's or the system's name for it, the texts for people."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        self.code = code
        self.zh = zh
        self.en = en
        super().__init__(f"{code}: {zh} / {en}")


class CorruptSession(BadInput):
    """A session file that does not hold together; it is left as it is (``set_aside`` renames it).

    ``what`` is ``header``, ``log``, ``database``, ``tables`` or ``record``; ``first_bad`` the seq of the first bad
    record where one is known; ``good`` counts the records before it that hold.
    """

    def __init__(self, path: Path, what: str, detail: str, first_bad: int | None = None, good: int = 0) -> None:
        self.path = path
        self.what = what
        self.detail = detail
        self.first_bad = first_bad
        self.good = good
        where_zh = f"第 {first_bad} 条记录有误，之前的 {good} 条完好" if first_bad is not None else "无法完整读出"
        where_en = (
            f"record {first_bad} is bad, the {good} before it hold"
            if first_bad is not None
            else "it cannot be read whole"
        )
        super().__init__(
            Problem(
                str(path),
                f"场次文件已损坏：{where_zh}（{what}: {detail}）。文件会原样保留，请从备份或镜像恢复",
                f"the session file is damaged: {where_en} ({what}: {detail}). It is kept as it is;"
                " restore from a backup or the mirror",
            )
        )


class NotASession(BadInput):
    """The file is missing, empty, or of another program."""


class VersionMismatch(BadInput):
    """The file was written by a newer or older program: it has version ``found`` where this one reads ``reads``."""

    def __init__(self, path: Path, found: int, reads: int) -> None:
        self.path = path
        self.found = found
        self.reads = reads
        if found > reads:
            zh = f"由更新版本的 Judge App 写成（格式 {found}，本程序支持到 {reads}）：请升级本程序"
            en = f"written by a newer Judge App (format {found}, this one reads {reads}): update this program"
        else:
            zh = f"格式 {found} 过旧，本程序（格式 {reads}）不能打开：请用写它的版本打开"
            en = f"has the old format {found}; this program (format {reads}) cannot open it: use the one that wrote it"
        super().__init__(Problem(str(path), zh, en))


def failure_of(path: Path, problem: BaseException) -> StoreFailed:
    """What to tell people about an error of SQLite or the system."""
    cause = problem.orig or problem if isinstance(problem, DBAPIError) else problem
    code = getattr(cause, "sqlite_errorname", None) or type(cause).__name__
    if isinstance(cause, OSError) and cause.errno is not None:
        code = errno.errorcode.get(cause.errno, f"errno {cause.errno}")
    name = path.name
    if code in ("SQLITE_FULL", "ENOSPC", "EDQUOT"):
        zh, en = f"磁盘已满，{name} 未能写入：请腾出空间", f"the disk is full, {name} was not written: make room"
    elif code.startswith(("SQLITE_READONLY", "SQLITE_PERM")) or code in ("EROFS", "EACCES", "EPERM"):
        zh, en = f"{name} 或其文件夹不可写", f"{name} or its folder cannot be written"
    elif code in ("ENOENT", "ENOTDIR", "SQLITE_CANTOPEN"):
        zh, en = f"{name} 所在的文件夹不存在或打不开", f"the folder of {name} is not there or cannot be opened"
    elif code.startswith(("SQLITE_IOERR", "E")):
        zh, en = (
            f"磁盘读写出错，{name} 未能写入：请检查磁盘",
            f"the disk failed, {name} was not written: check the disk",
        )
    elif code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        zh, en = f"{name} 被另一个程序占用", f"{name} is held by another program"
    else:
        zh, en = f"{name} 写入失败", f"{name} was not written"
    return StoreFailed(code, zh, f"{en} ({cause})")
