"""What every test gets: no warning of Qt, Python or our own log passes unseen, and Qt needs no screen.

- A Qt message or a Python warning at warning level fails the test (``qt_log_level_fail`` and ``filterwarnings`` in
  pyproject.toml).
- A log record at WARNING or above fails it too, unless the test says that it expects one: records that arrive while
  ``caplog.at_level(...)`` or ``caplog.set_level(...)`` is in force, at that level or above, are expected, and the test
  is then to look at them.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator

import hypothesis
import pytest

if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# No deadlines anywhere: the cores are shared, so a time says nothing about the code. In CI the examples are the same
# on every run, so that a failure is the commit's own.
_timeless = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("here", _timeless)
hypothesis.settings.register_profile("ci", _timeless, derandomize=True, database=None, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "here")


class UnexpectedRecords(logging.Handler):
    """Keeps the records at WARNING and above that the running test has not said it expects."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        super().__init__(logging.WARNING)
        self.caplog = caplog
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        expected_from = self.caplog.handler.level
        if expected_from == logging.NOTSET or record.levelno < expected_from:
            self.records.append(record)


@pytest.fixture(autouse=True)
def unexpected_log_records_fail(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fails the test after its end for each record that it did not expect."""
    handler = UnexpectedRecords(caplog)
    logging.getLogger().addHandler(handler)
    yield
    logging.getLogger().removeHandler(handler)
    if handler.records:
        lines = [f"{record.levelname} {record.name}: {record.getMessage()}" for record in handler.records]
        pytest.fail("unexpected log records:\n" + "\n".join(lines), pytrace=False)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--no-office", action="store_true", help="leave out the tests that need LibreOffice")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--no-office"):
        for item in items:
            if item.get_closest_marker("office"):
                item.add_marker(pytest.mark.skip(reason="left out by --no-office"))
