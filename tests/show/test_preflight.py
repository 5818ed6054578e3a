"""Green, amber and red: what was found of a deck, and what to do; each rule with a deck that does not meet it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from judge_app.core.preflight import DeckFile, DeckReport, DriverStatus, Fault, Light, Trial
from judge_app.show.preflight import SECTIONS, Means, Wish, deck_report, no_deck

GOOD = DeckFile(
    name="讲稿.pptx", kind="slides", sha256="0" * 64, width=16, height=9, slides=6, text="".join(SECTIONS), fonts=()
)
TESTED = DriverStatus(kind="impress", version="7.4", tested="2026-12-01T01:00:00Z", end_ms=20)
WENT_WELL = Trial(slides=6, open_ms=700, start_ms=200, end_ms=20)


def report(
    file: DeckFile = GOOD, trial: Trial | None = WENT_WELL, wish: Wish | None = None, **means: Any
) -> DeckReport:
    given = Means(**{"driver": TESTED, **means})
    return deck_report("5", "全流程输血安全管理", file, wish or Wish(), given, trial)


def keys(made: DeckReport) -> dict[str, Light]:
    return {finding.key: finding.light for finding in made.findings}


def of(**changes: Any) -> DeckFile:
    return msgspec.structs.replace(GOOD, **changes)


def test_a_good_deck_with_a_good_trial_is_green() -> None:
    made = report()
    assert (made.light, made.findings, made.driver, made.slides) == (Light.GREEN, (), "impress", 6)


@pytest.mark.parametrize("fault", [Fault.MISSING, Fault.EMPTY, Fault.DAMAGED, Fault.PASSWORD, Fault.UNKNOWN_KIND])
def test_a_deck_that_cannot_be_opened_is_red_and_nothing_else_is_said(fault: Fault) -> None:
    made = report(DeckFile(name="a", faults=(fault,)), trial=None)
    assert keys(made) == {fault.value: Light.RED}
    assert made.light is Light.RED


@pytest.mark.parametrize(
    "fault",
    [
        fault
        for fault in Fault
        if fault not in {Fault.MISSING, Fault.EMPTY, Fault.DAMAGED, Fault.PASSWORD, Fault.OUTSIDE}
        and fault is not Fault.UNKNOWN_KIND
    ],
)
def test_what_may_disturb_a_show_is_amber(fault: Fault) -> None:
    assert keys(report(of(faults=(fault,)))) == {fault.value: Light.AMBER}


def test_shape_and_sections_are_looked_for_where_the_rules_ask() -> None:
    made = report(of(width=4, height=3, text=GOOD.text.replace("所需支持", "")))
    assert keys(made) == {"ratio": Light.AMBER, "sections": Light.AMBER}
    assert "所需支持" in made.findings[1].zh
    assert "项目起源" not in made.findings[1].zh
    assert report(of(width=4, height=3, text=""), wish=Wish(ratio="", sections=())).light is Light.GREEN
    assert report(of(text=GOOD.text.replace("应用场景（痛点难点）", "痛点难点"))).light is Light.GREEN


def test_a_font_is_known_under_each_of_its_names() -> None:
    file = of(fonts=("微软雅黑", "方正小标宋"))
    made = report(file, families=frozenset({"Microsoft YaHei"}))
    assert keys(made) == {"fonts": Light.AMBER}
    assert "方正小标宋" in made.findings[0].zh
    assert "微软雅黑" not in made.findings[0].zh
    assert report(file, families=None).light is Light.GREEN, "where fonts are not known, nothing is said of them"


def test_a_driver_is_untested_until_a_trial() -> None:
    untested = DriverStatus(kind="powerpoint")
    assert keys(report(trial=None, driver=untested)) == {"untested": Light.AMBER}
    assert report(trial=None).light is Light.GREEN
    assert report(driver=untested).light is Light.GREEN, "its trial has just gone well"


@pytest.mark.parametrize("stage", ["open", "start"])
def test_a_deck_that_its_program_refuses_is_red_unless_a_pdf_is_kept(stage: str) -> None:
    failed = Trial(stage=stage, hung=True, zh="没有响应", en="no answer")
    assert keys(report(trial=failed)) == {"trial": Light.RED}
    assert keys(report(trial=failed, fallback=True)) == {"trial": Light.AMBER}


def test_a_show_that_does_not_end_is_red_whatever_is_kept() -> None:
    assert report(trial=Trial(stage="end", zh="没有结束", en="it goes on"), fallback=True).light is Light.RED


def test_without_a_program_the_kept_pdf_is_shown() -> None:
    assert keys(report(driver=None, trial=None)) == {"no_program": Light.RED}
    assert keys(report(driver=None, trial=None, fallback=True)) == {"no_program": Light.AMBER}


def test_slow_trials_and_hidden_slides_are_said() -> None:
    made = report(trial=Trial(slides=5, open_ms=9000, start_ms=200, end_ms=900))
    assert set(keys(made)) == {"slow_end", "slow_start", "slides"}


def test_every_finding_says_what_to_do_in_both_languages() -> None:
    found = [
        *report(of(faults=tuple(Fault))).findings,
        *report(
            of(
                faults=tuple(
                    fault for fault in Fault if keys(report(of(faults=(fault,)))).get(fault.value) is Light.AMBER
                ),
                width=1,
                text="",
                fonts=("x",),
            ),
            families=frozenset(),
        ).findings,
        *report(trial=Trial(stage="start", zh="甲", en="a")).findings,
        *no_deck("1", "甲").findings,
    ]
    assert len(found) > 12
    assert all(one.zh and one.en and one.do_zh and one.do_en for one in found)
