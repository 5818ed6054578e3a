"""What is checked before a file from outside is parsed, and what is defused before a table goes out.

Limits: a file is at most 20 MB, its unpacked parts together at most 200 MB, and no part of 4 MB or more may be packed
over 300:1. Every refusal is a BadInput that says what the file really is and what to do. Nothing is unpacked to disk.
"""

from __future__ import annotations

import io
import os
import re
import stat
import zipfile
import zlib
from pathlib import Path

from judge_app.core.errors import BadInput, Problem

MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_PARTS = 2_000
MAX_UNPACKED_BYTES = 200 * 1024 * 1024
MAX_RATIO = 300
RATIO_FROM_BYTES = 4 * 1024 * 1024

_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


DAMAGED = (zipfile.BadZipFile, zlib.error, ValueError, EOFError, OSError, NotImplementedError, RuntimeError)
"""What zipfile raises on a package that was damaged (ValueError: a part that begins before the file does)."""


def defuse(text: str) -> str:
    """``text`` made harmless for a CSV or workbook cell: what would run as a formula gets a leading apostrophe.

    Plain numbers ("-5", "+3.50") stay as they are. The full-width signs count, since some spreadsheets fold them.
    """
    if text.lstrip(" \u3000").startswith(_FORMULA_START) or text.startswith(("\t", "\r", "\n")):
        return text if _PLAIN_NUMBER.fullmatch(text) else "'" + text
    return text


def refuse(name: str, zh: str, en: str) -> BadInput:
    """A BadInput with one problem about the whole file ``name``."""
    return BadInput(Problem(name, zh, en))


def read_file(path: Path, *, limit: int = MAX_FILE_BYTES) -> bytes:
    """The bytes of a regular file of at most ``limit`` bytes; the size is asked for before anything is read.

    Raises BadInput for a missing file, a folder, a device, an unreadable or an over-long one.
    """
    name = path.name or str(path)
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        raise refuse(
            name, "找不到这个文件；请检查路径和文件名", "there is no such file; check the path and the name"
        ) from None
    except IsADirectoryError:
        raise _folder(name) from None
    except PermissionError:
        if path.is_dir():
            raise _folder(name) from None
        raise refuse(
            name,
            "没有读取权限，或文件正被其他程序占用；请关闭占用它的程序，或另存一份再试",
            "it may not be read, or another program holds it; close that program or save a copy",
        ) from None
    except (OSError, ValueError) as error:
        raise refuse(
            name, f"打不开这个文件（{error}）；请检查路径", f"it cannot be opened ({error}); check the path"
        ) from None
    status = os.fstat(descriptor)
    problem = None
    if stat.S_ISDIR(status.st_mode):
        problem = _folder(name)
    elif not stat.S_ISREG(status.st_mode):
        problem = refuse(name, "这不是普通文件；请给出一个文件", "this is not a regular file; give a file")
    elif status.st_size > limit:
        problem = _too_big(name, status.st_size, limit)
    if problem is not None:
        os.close(descriptor)
        raise problem
    with os.fdopen(descriptor, "rb") as file:
        try:
            data = file.read(limit + 1)
        except OSError as error:
            raise refuse(
                name,
                f"读取中断（{error}）；请把文件复制到本机硬盘再试",
                f"reading it failed ({error}); copy it to this machine's disk and try again",
            ) from None
    if len(data) > limit:
        raise _too_big(name, len(data), limit)
    if not data:
        raise refuse(name, "文件是空的（0 字节）；请重新导出", "the file is empty (0 bytes); export it again")
    return data


def _folder(name: str) -> BadInput:
    return refuse(name, "这是文件夹，不是文件；请选择里面的文件", "this is a folder, not a file; choose the file in it")


def _too_big(name: str, size: int, limit: int) -> BadInput:
    return refuse(
        name,
        f"文件有 {size / 1048576:.1f} MB，超过上限 {limit // 1048576} MB，没有读取；请删去图片和多余工作表后另存",
        f"the file has {size / 1048576:.1f} MB, over the limit of {limit // 1048576} MB, and was not read; "
        "save it without pictures and needless sheets",
    )


def open_package(data: bytes, name: str) -> zipfile.ZipFile:
    """The checked .xlsx package in ``data``; its parts are safe to parse with an XML parser that knows no entities.

    Raises BadInput, which names what the file is instead (.xls, .csv, Word, encrypted, with macros, a zip bomb …).
    """
    _refuse_other_formats(data, name)
    try:
        package = zipfile.ZipFile(io.BytesIO(data))
        parts = package.infolist()
    except DAMAGED:
        raise refuse(
            name,
            "文件已损坏（不是完整的 .xlsx）；请在 Excel 或 WPS 里打开后另存为 .xlsx",
            "the file is damaged (not a whole .xlsx); open it in Excel or WPS and save it as .xlsx again",
        ) from None
    _refuse_bombs(parts, name)
    _refuse_other_packages(package, {part.filename for part in parts}, name)
    for part in parts:
        if part.filename.lower().endswith((".xml", ".rels")):
            _refuse_entities(package, part, name)
    return package


def _refuse_other_formats(data: bytes, name: str) -> None:
    if data.startswith(_OLE2):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise refuse(
                name,
                "文件设了打开密码；请在 Excel 或 WPS 里取消密码后另存为 .xlsx",
                "the file is encrypted with a password; remove it in Excel or WPS and save as .xlsx",
            )
        raise refuse(
            name,
            "这是旧格式（.xls 或 .et），只是改了扩展名或没有转换；请另存为 .xlsx",
            "this is the old format (.xls or .et); save it as .xlsx",
        )
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return
    if data.startswith(b"%PDF"):
        raise refuse(name, "这是 PDF，不是工作簿；请给出 .xlsx", "this is a PDF, not a workbook; give the .xlsx")
    head = data[:4096]
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith((b"<html", b"<!doctype", b"<table", b"<?xml")):
        raise refuse(
            name,
            "这是网页或 XML 表格，只是扩展名像工作簿；请另存为 .xlsx",
            "this is a web page or an XML table with a workbook's name; save it as .xlsx",
        )
    if b"\x00" not in head and (b"," in head or b"\t" in head or b";" in head):
        raise refuse(
            name,
            "这是文本（CSV），只是扩展名像工作簿；请在 Excel 或 WPS 里打开后另存为 .xlsx",
            "this is text (CSV) with a workbook's name; open it in Excel or WPS and save it as .xlsx",
        )
    raise refuse(
        name, "这不是 .xlsx 工作簿；请检查是否选错文件", "this is not an .xlsx workbook; is it the right file?"
    )


def _refuse_bombs(parts: list[zipfile.ZipInfo], name: str) -> None:
    if len(parts) > MAX_PARTS:
        raise refuse(
            name,
            f"包内有 {len(parts)} 个部件，超过上限 {MAX_PARTS}；请新建工作簿，只复制需要的表",
            f"the package has {len(parts)} parts, over the limit of {MAX_PARTS}; copy the sheets into a new workbook",
        )
    if len({part.filename for part in parts}) != len(parts):
        raise refuse(
            name,
            "包内有重名部件，内容不明确；请在 Excel 或 WPS 里打开后另存",
            "the package has two parts of one name; open it in Excel or WPS and save it again",
        )
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MAX_UNPACKED_BYTES:
        raise _bomb(name, f"解开后有 {unpacked // 1048576} MB", f"unpacked it has {unpacked // 1048576} MB")
    for part in parts:
        if part.flag_bits & 0x1:
            raise refuse(
                name, "压缩包加了密码；请去掉密码后另存", "the package is encrypted; save it without a password"
            )
        if part.file_size >= RATIO_FROM_BYTES and part.file_size > MAX_RATIO * max(part.compress_size, 1):
            ratio = part.file_size // max(part.compress_size, 1)
            raise _bomb(name, f"部件 {part.filename} 压缩了 {ratio} 倍", f"part {part.filename} is packed {ratio}:1")


def _bomb(name: str, zh: str, en: str) -> BadInput:
    return refuse(
        name,
        f"{zh}，像是压缩炸弹，没有解开；请新建工作簿，只复制有内容的单元格",
        f"{en}: it looks like a zip bomb and was not unpacked; copy the filled cells into a new workbook",
    )


def _refuse_other_packages(package: zipfile.ZipFile, parts: set[str], name: str) -> None:
    if "xl/workbook.xml" not in parts or "[Content_Types].xml" not in parts:
        if any(part.startswith("word/") for part in parts):
            raise refuse(name, "这是 Word 文档，不是工作簿；请给出 .xlsx", "this is a Word document; give the .xlsx")
        if any(part.startswith("ppt/") for part in parts):
            raise refuse(name, "这是演示文稿，不是工作簿；请给出 .xlsx", "this is a slide show; give the .xlsx")
        if "xl/workbook.bin" in parts:
            raise refuse(name, "这是 .xlsb；请另存为 .xlsx", "this is an .xlsb; save it as .xlsx")
        if "content.xml" in parts:
            raise refuse(
                name, "这是 OpenDocument 表格（.ods）；请另存为 .xlsx", "this is an .ods sheet; save it as .xlsx"
            )
        raise refuse(
            name,
            "这是普通压缩包，不是 .xlsx；请先解压，再选里面的工作簿",
            "this is a plain zip archive, not an .xlsx; unpack it and choose the workbook in it",
        )
    macro = any(part.lower().endswith("vbaproject.bin") or part.startswith("xl/macrosheets/") for part in parts)
    if macro or b"macroEnabled" in _part(package, "[Content_Types].xml", name):
        raise refuse(
            name,
            "工作簿带有宏，不予打开；请另存为不带宏的 .xlsx",
            "the workbook has macros and is not opened; save it as .xlsx without macros",
        )


def _part(package: zipfile.ZipFile, part: str, name: str) -> bytes:
    try:
        return package.read(part)
    except (*DAMAGED, KeyError):
        raise damaged(name, part) from None


def damaged(name: str, detail: str) -> BadInput:
    """The refusal of a package whose part cannot be read."""
    return refuse(
        name,
        f"文件内部损坏（{detail}）；请在 Excel 或 WPS 里打开后另存为 .xlsx",
        f"the file is damaged inside ({detail}); open it in Excel or WPS and save it as .xlsx again",
    )


def _refuse_entities(package: zipfile.ZipFile, part: zipfile.ZipInfo, name: str) -> None:
    """A workbook never has a DOCTYPE; one that does wants to be expanded (XXE, a billion laughs)."""
    try:
        with package.open(part) as stream:
            tail = b""
            while chunk := stream.read(1 << 16):
                window = (tail + chunk).replace(b"\x00", b"")
                if b"<!DOCTYPE" in window or b"<!ENTITY" in window:
                    raise refuse(
                        name,
                        f"部件 {part.filename} 里有实体定义（DOCTYPE），不予解析；请在 Excel 或 WPS 里另存为 .xlsx",
                        f"part {part.filename} defines entities (DOCTYPE) and is not parsed; save the workbook again "
                        "as .xlsx in Excel or WPS",
                    )
                tail = chunk[-32:]
    except DAMAGED:
        raise damaged(name, part.filename) from None
