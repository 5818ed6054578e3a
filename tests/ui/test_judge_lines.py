"""Reading and writing marks: exact hundredths, and a word for everything that is not a mark."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge_app.core.rules import Component, Criterion
from judge_app.ui.judge.lines import Line, Wrong, lines_of, points_of, read, stepped, totals, values_of, written
from tests.ui.sitting import RULES


def line(full: str = "20", step: str = "1") -> Line:
    criterion = Criterion(name="综合表现", max=Decimal(full), step=Decimal(step))
    component = Component(key="expert100", name="专家评委评分", max=Decimal(full), criteria=(criterion,))
    return lines_of((component,))[0]


@pytest.mark.parametrize(
    ("text", "step", "value"),
    [
        ("18", "1", 1800),
        ("0", "1", 0),
        (" 18 ", "1", 1800),
        ("１８", "1", 1800),
        ("8.5", "0.5", 850),
        ("8。5", "0.5", 850),
        ("8．5", "0.5", 850),
        ("8.", "0.5", 800),
        (".5", "0.5", 50),
        ("18.0", "1", 1800),
        ("", "1", None),
        ("  ", "1", None),
    ],
)
def test_marks_are_read_as_they_are_typed(text: str, step: str, value: int | None) -> None:
    assert read(text, line(step=step)) == value


@pytest.mark.parametrize(
    "text", ["21", "20.5", "18.5", "-1", "abc", "1e2", "nan", "inf", "1,5", "一", "+-3", "0x10", "٣٤", "1_0"]
)
def test_what_is_no_mark_of_the_line_is_never_taken(text: str) -> None:
    found = read(text, line())
    assert isinstance(found, Wrong)
    assert found.words


def test_the_reason_names_the_full_marks_or_the_step() -> None:
    over, between = read("25", line()), read("8.3", line("10", "0.5"))
    assert isinstance(over, Wrong)
    assert isinstance(between, Wrong)
    assert "20" in over.words
    assert "0.5" in between.words


@given(full=st.integers(1, 400), tenths=st.sampled_from([1, 5, 10]), at=st.integers(0, 4000))
def test_every_mark_that_is_written_is_read_again(full: int, tenths: int, at: int) -> None:
    held = line(str(full), str(Decimal(tenths) / 10))
    value = min(at * held.step, held.full // held.step * held.step)
    assert read(written(value, held), held) == value


@given(
    value=st.none() | st.integers(0, 2000),
    steps=st.integers(-30, 30).filter(bool),
    tenths=st.sampled_from([1, 5, 10, 30]),
)
def test_steps_land_on_marks_of_the_line_and_go_the_way_they_should(value: int | None, steps: int, tenths: int) -> None:
    held = line("20", str(Decimal(tenths) / 10))
    after = stepped(value, steps, held)
    assert 0 <= after <= held.full
    assert after % held.step == 0
    if value is not None:
        assert (after >= value) if steps > 0 and value <= held.full - held.step else True
        assert (after <= value) if steps < 0 else True


def test_a_blank_is_stepped_from_either_end() -> None:
    assert stepped(None, 1, line()) == 0
    assert stepped(None, -1, line()) == 2000


def test_half_points_keep_their_place() -> None:
    assert written(800, line("10", "0.5")) == "8.0"
    assert written(1800, line()) == "18"
    assert written(850, line()) == "8.50", "a value that lies between the steps is shown as it is"


def test_points_go_out_by_component_and_come_back() -> None:
    components = RULES.components_of("专家评委")
    values = {held.key: at * 100 for at, held in enumerate(lines_of(components))}
    points = points_of(values)
    assert set(points) == {"expert100", "creative10"}
    assert values_of(points) == values
    assert totals(points, components) == (1000, 500)
    assert totals(None, components) == (0, 0)
