"""The bundled regional final, as it ended, for every test of the forms."""

from __future__ import annotations

import json
from typing import Any

import pytest

from judge_app.core.views import Briefing, ChairView
from tests.sheets.sittings import SAMPLES, regional_final, shown


@pytest.fixture(scope="session")
def final() -> tuple[Briefing, ChairView]:
    """The regional final as its chair sees it."""
    return shown(regional_final())


@pytest.fixture(scope="session")
def expected() -> dict[str, Any]:
    """What must come out of the regional final."""
    found: dict[str, Any] = json.loads((SAMPLES / "regional-final" / "expected.json").read_text("utf-8"))
    return found
