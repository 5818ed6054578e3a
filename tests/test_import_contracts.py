"""The dependency rule covers every package, so that a new one cannot slip in unruled."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
OURS = {path.parent.name for path in ROOT.glob("judge_app/*/__init__.py")} | {
    path.stem for path in ROOT.glob("judge_app/*.py") if not path.stem.startswith("__")
}

SEES_EVERYTHING = {"cli", "hosting"}  # with __main__: they put the parts together


def sources(forbidden: str) -> set[str]:
    """The packages that may not import this."""
    return {
        source.removeprefix("judge_app.")
        for contract in CONTRACTS
        if forbidden in contract["forbidden_modules"]
        for source in contract["source_modules"]
    }


def test_every_package_has_a_contract_on_which_others_it_may_import() -> None:
    ruled = {
        source.removeprefix("judge_app.")
        for contract in CONTRACTS
        if any(module.startswith("judge_app.") for module in contract["forbidden_modules"])
        for source in contract["source_modules"]
    }
    assert ruled == OURS - SEES_EVERYTHING


def test_nobody_may_import_what_sees_everything() -> None:
    for top in (*SEES_EVERYTHING, "__main__"):
        assert sources(f"judge_app.{top}") == OURS - SEES_EVERYTHING


def test_qt_sql_and_sockets_are_forbidden_to_every_package_but_their_own() -> None:
    assert sources("PySide6") == OURS - {"ui", "show"}
    assert sources("sqlalchemy") == OURS - {"store"}
    assert sources("aiohttp") == OURS - {"room", "seat"}
