"""The preset rule sets that ship with the program, and rule files that an organiser keeps: TOML in, RuleSet out.

A preset is a file ``KEY.toml`` in the form of core/rules.py; TOML has no null, so what a contest does not have is left
out. An organiser's own rule set is written beside the shipped ones' form by ``write_rules``. Nothing here is SQL.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path

from judge_app.core.errors import BadInput, Problem
from judge_app.core.rule_check import check
from judge_app.core.rule_draft_text import text_of
from judge_app.core.rules import RuleSet, decode_rules, encode_rules

ORDER = (
    "sichuan-2023",
    "shanxi-2019",
    "national-2020",
    "tianjin-2025",
    "national-2026",
    "shanghai-2025",
    "common-5",
    "common-7",
    "blank",
)
"""The order in which presets are offered: by notice, then the common ones; an organiser's own come after."""


def shipped() -> Path:
    """Where the presets that come with the program lie."""
    return Path(__file__).resolve().parents[2] / "resources" / "presets"


def read_rules(path: Path) -> RuleSet:
    """The rule set in a TOML file. Raises BadInput naming the file and the place in it."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadInput(Problem(str(path), f"无法读取：{error.strerror}", f"cannot be read: {error.strerror}")) from None
    return decode_toml(data, path.name)


def decode_toml(data: bytes, name: str) -> RuleSet:
    """The rule set in a TOML file's bytes (UTF-8, a BOM is allowed); ``name`` stands for the file in messages."""
    try:
        held = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadInput(Problem(name, "文件不是 UTF-8 编码", f"the file is not UTF-8 (byte {error.start})")) from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadInput(Problem(name, f"不是有效的 TOML：{error}", f"not valid TOML: {error}")) from None
    try:
        return decode_rules(held)
    except BadInput as error:
        raise BadInput([Problem(f"{name}: {one.place}", one.zh, one.en) for one in error.problems]) from None


def encode_toml(rules: RuleSet) -> bytes:
    """The rule set as a TOML file that ``decode_toml`` reads back as the same. Comments of a file that was read are not
    kept."""
    return text_of(encode_rules(rules)).encode()


def write_rules(path: Path, rules: RuleSet) -> None:
    """Writes a rule file whole or not at all. Raises BadInput for a rule set that cannot work, or a file that cannot be
    written; a shipped preset is never overwritten."""
    problems = check(rules)
    if problems:
        raise BadInput(problems)
    if path.resolve().parent == shipped():
        raise BadInput(Problem(str(path), "内置模板不能改写，请另存", "a shipped preset stays as it is: save a copy"))
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            file.write(encode_toml(rules))
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise BadInput(
            Problem(str(path), f"无法写入：{error.strerror}", f"cannot be written: {error.strerror}")
        ) from None


def presets_for(workbook: Path) -> Presets:
    """The presets that a workbook may name: rule files (``KEY.toml``) beside it, then the shipped ones."""
    return Presets(workbook.resolve().parent, shipped())


class Presets:
    """The rule files of one or more folders, found by key (the file's name); an earlier folder goes first."""

    def __init__(self, *folders: Path) -> None:
        self._folders = folders or (shipped(),)

    def keys(self) -> list[str]:
        """Every key, the shipped ones in their order, others by name."""
        found = {path.stem for folder in self._folders for path in folder.glob("*.toml")}
        return [key for key in ORDER if key in found] + sorted(found.difference(ORDER))

    def load(self, key: str) -> RuleSet:
        """One rule set. Raises BadInput for a key that there is not, or a file that cannot be taken."""
        if key in self.keys():
            for folder in self._folders:
                path = folder / f"{key}.toml"
                if path.is_file():
                    return read_rules(path)
        known = "、".join(self.keys())
        raise BadInput(Problem("preset", f"没有赛制模板 {key}（有 {known}）", f"there is no preset {key} ({known})"))

    def all(self) -> Iterator[RuleSet]:
        """Every rule set, in the order of ``keys``."""
        return (self.load(key) for key in self.keys())
