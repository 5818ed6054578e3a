"""What goes out of a table runs nothing in a spreadsheet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge_app.exchange.safety import defuse


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+cmd|'/c calc'!A0",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "  =1",
        "\u3000=1",
        "＝1+1",
        "－1＋1",
        "＠x",
        "-",
        "+86 021",
    ],
)
def test_what_would_run_gets_an_apostrophe(text: str) -> None:
    assert defuse(text) == "'" + text


@pytest.mark.parametrize("text", ["", "心电云", "18", "-5", "+3.50", "a=b", "《=》", "1-2", "J1"])
def test_what_runs_nothing_stays(text: str) -> None:
    assert defuse(text) == text


@given(st.text())
def test_nothing_defused_begins_as_a_formula_does_unless_it_is_a_number(text: str) -> None:
    out = defuse(text)
    assert not out.lstrip(" \u3000").startswith(("=", "@", "＝", "＠"))
    assert out in (text, "'" + text)
