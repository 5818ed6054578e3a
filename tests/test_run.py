"""run.py and the locks beside it."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")


@pytest.fixture(scope="module")
def run() -> ModuleType:
    spec = importlib.util.spec_from_file_location("run", ROOT / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pins(lock: str) -> dict[str, str]:
    """Package → its whole entry: version, marker and hashes."""
    entries = re.split(r"\n(?=\S)", (ROOT / lock).read_text(encoding="utf-8").strip())
    return {re.split(r"[= ;]", entry)[0]: entry for entry in entries}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address_and_no_path(lock: str) -> None:
    assert not re.search(r"://|^-|file:|@ ", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_one_version_and_hashes(lock: str) -> None:
    found = pins(lock)
    assert len(found) > 30
    for entry in found.values():
        assert re.match(r"[a-z0-9-]+==[^ ;\\]+( ; [^\\]+)? \\\n( +--hash=sha256:[0-9a-f]{64}( \\\n)?)+$", entry), entry


def test_the_development_lock_holds_the_same_versions_and_hashes_as_the_apps() -> None:
    development = pins("requirements-dev.lock")
    assert {name: development.get(name) for name in pins("requirements.lock")} == pins("requirements.lock")
    assert "pytest" in development
    assert "pytest" not in pins("requirements.lock")


def test_a_package_is_missing_unless_installed_or_provided_for_this_architecture(run: ModuleType) -> None:
    table = "\n".join(
        [
            "ii \tdpkg\tamd64\t",
            "ii \tlibglib2.0-0t64\tamd64\tlibglib2.0-0 (= 2.84.4-3), libglib2.0-0:i386",
            "ii \tlibx11-6\tamd64\t",
            "ii \tfonts-something\tall\t",
            "rc \tlibgl1\tamd64\t",
            "ii \tlibegl1\ti386\t",
        ]
    )
    asked = ["libglib2.0-0", "libx11-6", "fonts-something", "libgl1", "libegl1", "libcups2"]
    assert run.missing_from(asked, table) == ["libgl1", "libegl1", "libcups2"]


def test_run_py_imports_only_the_standard_library() -> None:
    source = (ROOT / "run.py").read_text(encoding="utf-8")
    imported = set(re.findall(r"^\s*(?:import|from) (\w+)", source, re.MULTILINE))
    assert imported <= set(sys.stdlib_module_names)
