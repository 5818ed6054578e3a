"""Every test of the Prepare window is in our look and in Chinese, unless it says otherwise."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from judge_app.ui.language import Language
from tests.ui.desk import dressed


@pytest.fixture(autouse=True)
def language(qapp: QApplication) -> Iterator[Language]:
    with dressed(qapp) as used:
        yield used
