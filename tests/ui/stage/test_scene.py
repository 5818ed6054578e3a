"""What the audience reads in every situation, in both languages."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication

from judge_app.core.clock import SECOND, EndedBy, HoldKind
from judge_app.core.rules import Text
from judge_app.core.stages import ProjectStage
from judge_app.core.views import StageView
from judge_app.seat.state import Connection, Link
from judge_app.ui.language import Code, Language
from judge_app.ui.stage.scene import Kind, Scene, scene_of
from tests.ui.sitting import RULES, briefing, ended, running, stage_view

ONLINE = Connection(link=Link.ONLINE)
OFFLINE = Connection(link=Link.OFFLINE)
TEN_MINUTES = 600 * SECOND


@pytest.fixture(autouse=True)
def chinese(qapp: QApplication) -> Iterator[Language]:
    language = Language(qapp, "zh")
    yield language
    language.use("en")


def at(left_s: float, phase: str = "presentation") -> Scene:
    """The picture with so many seconds left."""
    clock = running(TEN_MINUTES, phase)
    return scene_of(briefing(), stage_view(clock), TEN_MINUTES - round(left_s * SECOND), ONLINE)


@pytest.mark.parametrize(
    ("left_s", "clock", "prompt", "tone"),
    [
        (480, "8:00", "", "brand"),
        (120.5, "2:01", "", "brand"),
        (120, "2:00", "剩余 2 分钟", "brand"),
        (110.000000001, "1:51", "剩余 2 分钟", "brand"),
        (110, "1:50", "", "brand"),
        (60.000000001, "1:01", "", "brand"),
        (60, "1:00", "剩余 1 分钟", "warn"),
        (54.5, "0:55", "剩余 1 分钟", "warn"),
        (54, "0:54", "", "warn"),
        (30, "0:30", "剩余 30 秒", "stop"),
        (27.5, "0:28", "剩余 30 秒", "stop"),
        (27, "0:27", "", "stop"),
        (0.000000001, "0:01", "", "stop"),
    ],
)
def test_the_clock_and_its_prompts(left_s: float, clock: str, prompt: str, tone: str) -> None:
    scene = at(left_s)
    assert (scene.clock, scene.prompt, scene.clock_tone) == (clock, prompt, tone)
    assert (scene.number, scene.title, scene.subtitle) == ("05", "全流程输血安全管理", "松涧市中心血站　郦清和")
    assert scene.words == "演示"
    assert not scene.alarm


def test_zero_stands_once_at_the_cut_off_and_stays() -> None:
    for left_s in (0, -1, -300):
        scene = at(left_s)
        assert (scene.clock, scene.words, scene.alarm) == ("0:00", "时间到，请停止演示", True)


def test_a_phase_whose_slides_do_not_end_runs_over_and_says_so() -> None:
    scene = at(-35, "qa")
    assert (scene.clock, scene.words, scene.prompt, scene.clock_tone) == ("+0:35", "问答", "时间到", "stop")


def test_what_the_room_says_of_an_end_by_the_deadline_looks_the_same_as_what_the_clock_said() -> None:
    told = scene_of(briefing(), stage_view(ended(TEN_MINUTES, EndedBy.DEADLINE)), TEN_MINUTES + SECOND, ONLINE)
    assert told == at(-1)


def test_a_phase_that_the_host_ended_is_not_called_time_up() -> None:
    clock = ended(TEN_MINUTES, EndedBy.HOST, left_ns=90 * SECOND)
    scene = scene_of(briefing(), stage_view(clock), TEN_MINUTES, ONLINE)
    assert (scene.clock, scene.words, scene.alarm) == ("1:30", "演示结束", False)


@pytest.mark.parametrize(("held", "words"), [(HoldKind.PAUSE, "暂停"), (HoldKind.TECHNICAL, "技术中断")])
def test_a_held_clock_stands_and_says_why(held: HoldKind, words: str) -> None:
    clock = running(TEN_MINUTES, deadline_ns=None, remaining_ns=200 * SECOND, held=held)
    for now in (0, TEN_MINUTES, 9 * TEN_MINUTES):
        scene = scene_of(briefing(), stage_view(clock), now, ONLINE)
        assert scene.clock == "3:20"
        assert words in scene.words


def test_without_the_rooms_time_no_number_is_made_up() -> None:
    assert scene_of(briefing(), stage_view(running(TEN_MINUTES)), None, ONLINE).clock == "–:––"


def test_a_lost_host_is_said_while_a_clock_runs_and_only_then() -> None:
    running_on = scene_of(briefing(), stage_view(running(TEN_MINUTES)), 0, OFFLINE)
    assert "与主机断开" in running_on.note
    assert scene_of(briefing(), stage_view(), 0, OFFLINE).note == ""


def test_the_day_from_welcome_to_thanks() -> None:
    def card(**changes: object) -> Scene:
        view = StageView(**{"current": None, "stage": None, "clock": None, "following": None, **changes})  # type: ignore[arg-type]  # by name
        return scene_of(briefing(), view, 0, ONLINE)

    welcome = card(following="1")
    assert (welcome.kicker, welcome.title, welcome.foot_right) == (
        "欢迎",
        "星澜赛区决赛（样例）",
        "下一项　01　一站式多学科会诊平台",
    )
    following = card(following="6")
    assert (following.kicker, following.number, following.title) == ("下一项", "06", "远程超声带教系统")
    called = card(current="5", stage=ProjectStage.CALLED, following="6")
    assert (called.kicker, called.number, called.words) == ("请上场", "05", "演示 8:00　问答 4:00")
    scoring = card(current="5", stage=ProjectStage.SCORING, following="6")
    assert (scoring.kicker, scoring.title) == ("评委评分中", "全流程输血安全管理")
    assert card(done=True).title == "感谢各位"


def test_before_the_room_has_answered_it_says_that_it_connects() -> None:
    assert scene_of(None, None, None, None).words == "正在连接主机……"


def test_english_is_said_throughout(chinese: Language) -> None:
    code: Code = "en"
    chinese.use(code)
    scene = at(60)
    assert (scene.prompt, scene.foot_right) == ("1 min left", "Next 06 远程超声带教系统")


def test_other_prompts_of_a_rule_set_are_followed() -> None:
    timing = RULES.timing
    assert timing is not None
    rules = msgspec.structs.replace(RULES, timing=msgspec.structs.replace(timing, prompts_remaining=(180, 45, 0)))
    scene = scene_of(briefing(rules=rules), stage_view(running(TEN_MINUTES)), TEN_MINUTES - 171 * SECOND, ONLINE)
    assert scene.prompt == "剩余 3 分钟"
    scene = scene_of(briefing(rules=rules), stage_view(running(TEN_MINUTES)), TEN_MINUTES - 45 * SECOND, ONLINE)
    assert scene.prompt == "剩余 45 秒"
    assert scene.kind is Kind.CLOCK


@given(st.integers(1, 480 * SECOND))
def test_what_a_prompt_says_is_about_what_the_clock_reads(left: int) -> None:
    """Never more than a tenth of it beside the clock, or three seconds where that is less."""
    scene = scene_of(briefing(), stage_view(running(TEN_MINUTES)), TEN_MINUTES - left, ONLINE)
    said = {"剩余 2 分钟": 120, "剩余 1 分钟": 60, "剩余 30 秒": 30}
    if scene.prompt:
        minutes, seconds = map(int, scene.clock.split(":"))
        behind = said[scene.prompt] - (60 * minutes + seconds)
        assert 0 <= behind < max(3, said[scene.prompt] // 10)


def test_a_slide_is_shown_again_beside_the_clock_for_as_long_as_there_is_time() -> None:
    view = stage_view(running(TEN_MINUTES, "qa"), still=7)
    scene = scene_of(briefing(), view, TEN_MINUTES - 90 * SECOND, ONLINE)
    assert (scene.kind, scene.still, scene.clock, scene.words) == (Kind.STILL, 7, "1:30", "问答")
    over = scene_of(briefing(), view, TEN_MINUTES, ONLINE)
    assert (over.kind, over.still, over.prompt) == (Kind.CLOCK, 0, "时间到")
    held = stage_view(running(TEN_MINUTES, "qa", held=HoldKind.PAUSE, deadline_ns=None, remaining_ns=SECOND), still=7)
    assert scene_of(briefing(), held, 0, ONLINE).kind is Kind.CLOCK


def test_a_contest_says_it_in_its_own_words_in_both_languages(chinese: Language) -> None:
    words = {"time_up": Text(zh="时间到，谢谢！", en="Thank you!"), "called": Text(zh="有请")}
    own = briefing(rules=msgspec.structs.replace(RULES, stage_words=words))
    over = scene_of(own, stage_view(running(TEN_MINUTES)), TEN_MINUTES, ONLINE)
    assert (over.words, over.alarm) == ("时间到，谢谢！", True)
    assert scene_of(own, stage_view(), 0, ONLINE).kicker == "有请"
    chinese.use("en")
    assert scene_of(own, stage_view(running(TEN_MINUTES)), TEN_MINUTES, ONLINE).words == "Thank you!"
    assert scene_of(own, stage_view(), 0, ONLINE).kicker == "有请", "one language is better than none"


@pytest.mark.parametrize("stage", [ProjectStage.CLOSED, ProjectStage.LOCKED])
def test_once_the_judges_have_done_the_next_project_is_named(stage: ProjectStage) -> None:
    scene = scene_of(briefing(), stage_view(stage=stage), 0, ONLINE)
    assert (scene.kicker, scene.title) == ("下一项", "远程超声带教系统")
