"""Running orders: strokes by the mainland standard, draws that can be replayed, changes by hand, freezing."""

from __future__ import annotations

import hashlib
import itertools
import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge_app.core.errors import BadInput, Refused
from judge_app.core.order import (
    Entrant,
    RunningOrder,
    StrokeTable,
    by_draw,
    by_hand,
    by_registration,
    by_strokes,
    moved,
    natural,
    published,
    replay,
    stroke_key,
)

ROOT = Path(__file__).resolve().parents[2]
CASES = json.loads((ROOT / "tests" / "acceptance" / "other-cases.json").read_text(encoding="utf-8"))
STROKES = (ROOT / "resources" / "strokes" / "strokes-gb.z").read_bytes()


@pytest.fixture(scope="module")
def table() -> StrokeTable:
    return StrokeTable.parse(STROKES)


def named(*names: str) -> list[Entrant]:
    return [Entrant(id=name, name=name) for name in names]


def ordered(table: StrokeTable, *names: str) -> list[str]:
    return list(by_strokes(named(*names), table).ids)


@pytest.mark.parametrize("case", CASES["order_cases"], ids=lambda case: case["id"])
def test_the_worked_order_by_strokes_comes_out(case: dict[str, object], table: StrokeTable) -> None:
    assert ordered(table, *case["names"]) == case["expected_order"]  # type: ignore[misc]
    for character, key in case["first_char_keys"].items():  # type: ignore[attr-defined]
        count, _, forms = key.split(" ")
        assert (len(table.strokes(character) or ""), table.strokes(character)) == (int(count), forms)


def test_a_table_that_counts_four_strokes_for_the_walk_radical_would_fail_the_worked_order(table: StrokeTable) -> None:
    class Wrong(StrokeTable):
        def strokes(self, character: str) -> str | None:
            return "11354454" if character == "远" else table.strokes(character)

    case = CASES["order_cases"][0]
    wrong = Wrong(0, ())
    assert list(by_strokes(named(*case["names"]), wrong).ids) != case["expected_order"]


@pytest.mark.parametrize(
    ("character", "strokes"),
    [("乙", "5"), ("人", "34"), ("北", "21135"), ("忝", "11342444"), ("氵", "441"), ("辶", "454"), ("重", "312511211")],
)
def test_strokes_follow_the_mainland_standard(character: str, strokes: str, table: StrokeTable) -> None:
    assert table.strokes(character) == strokes


def test_every_character_of_gb_2312_has_strokes(table: StrokeTable) -> None:
    level_one_and_two = [
        bytes((high, low)).decode("gb2312")
        for high in range(0xB0, 0xF8)
        for low in range(0xA1, 0xFF)
        if not (high == 0xD7 and low > 0xF9)
    ]
    assert len(level_one_and_two) == 6763
    assert [character for character in level_one_and_two if table.strokes(character) is None] == []


def test_a_damaged_table_is_refused_in_both_languages() -> None:
    for data in (b"", STROKES[:1000], STROKES[:-1], b"x" + STROKES):
        with pytest.raises(BadInput) as caught:
            StrokeTable.parse(data)
        assert "重新安装" in caught.value.problems[0].zh
        assert "install" in caught.value.problems[0].en


def test_digits_come_before_latin_and_latin_before_chinese(table: StrokeTable) -> None:
    assert ordered(table, "一号", "AI病理", "5G急救", "α评估") == ["5G急救", "AI病理", "α评估", "一号"]


def test_quotes_book_marks_spaces_and_full_width_forms_do_not_count(table: StrokeTable) -> None:
    plain = stroke_key("AI医共体", table)
    for name in ("《AI医共体》", "“ＡＩ”医 共体", "AI·医共体", "（AI）医共体", "ai医共体"):
        assert stroke_key(name, table) == plain


def test_a_shorter_name_comes_before_the_longer_one_that_begins_with_it(table: StrokeTable) -> None:
    assert ordered(table, "心电云", "心电") == ["心电", "心电云"]


def test_the_next_character_decides_when_the_first_are_equal(table: StrokeTable) -> None:
    assert ordered(table, "基于知识图谱", "基于大模型") == ["基于大模型", "基于知识图谱"]


def test_a_character_without_strokes_is_reported_and_put_last_at_its_place(table: StrokeTable) -> None:
    order = by_strokes(named("䶮医平台", "一站式", "龘龘平台"), table)
    assert order.ids == ("一站式", "龘龘平台", "䶮医平台")
    assert [(place.id, place.why, place.characters) for place in order.unsure] == [("䶮医平台", "lacking", "䶮")]


def test_a_character_without_strokes_that_decided_nothing_is_not_reported(table: StrokeTable) -> None:
    assert by_strokes(named("心电䶮", "远程"), table).unsure == ()
    assert [place.id for place in by_strokes(named("心电䶮", "心电云"), table).unsure] == ["心电䶮"]


def test_names_of_wholly_equal_strokes_are_reported_to_be_decided_by_hand(table: StrokeTable) -> None:
    order = by_strokes(named("人工", "入工", "一工"), table)
    assert [(place.id, place.why, place.with_ids) for place in order.unsure] == [
        ("人工", "equal", ("入工",)),
        ("入工", "equal", ("人工",)),
    ]


HAN = st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FEF), min_size=1, max_size=4)
NAME = st.one_of(HAN, st.text(alphabet="AB1《》 一乙二十丁", min_size=1, max_size=4))


@given(names=st.lists(NAME, unique=True, max_size=20), data=st.data())
def test_the_order_never_depends_on_the_order_of_input(names: list[str], data: st.DataObject) -> None:
    table = StrokeTable.parse(STROKES)
    assert by_strokes(named(*names), table) == by_strokes(named(*data.draw(st.permutations(names))), table)


@given(names=st.lists(HAN, unique=True, min_size=2, max_size=12))
def test_neighbours_are_in_order_of_stroke_count_then_forms(names: list[str]) -> None:
    table = StrokeTable.parse(STROKES)
    ids = by_strokes(named(*names), table).ids
    for before, after in itertools.pairwise(ids):
        left, right = ([(len(s), s) for c in name if (s := table.strokes(c))] for name in (before, after))
        assert left <= right


def test_a_draw_can_be_redone_with_any_sha_256_tool() -> None:
    order = by_draw([Entrant(id=str(number), name="") for number in range(1, 30)], "2026年12月5日 上证指数 3200.11")
    by_hand_ = sorted(
        (str(number) for number in range(1, 30)),
        key=lambda id: hashlib.sha256(f"2026年12月5日 上证指数 3200.11:{id}".encode()).hexdigest(),
    )
    assert list(order.ids) == by_hand_
    assert order.draw is not None
    assert replay(order.draw) == order.ids


@given(
    ids=st.lists(st.text(min_size=1, max_size=5), unique=True, min_size=1, max_size=30),
    seed=st.text(min_size=1),
    data=st.data(),
)
def test_a_draw_depends_on_seed_and_entries_alone(ids: list[str], seed: str, data: st.DataObject) -> None:
    if not seed.strip():
        seed = "0"
    first = by_draw([Entrant(id=id, name="") for id in ids], seed)
    second = by_draw([Entrant(id=id, name="x") for id in data.draw(st.permutations(ids))], seed)
    assert first == second
    assert sorted(first.ids) == sorted(ids)


def test_two_seeds_give_two_orders() -> None:
    entrants = [Entrant(id=str(number), name="") for number in range(40)]
    assert by_draw(entrants, "1").ids != by_draw(entrants, "2").ids


def test_every_place_is_as_likely_for_the_first_entry() -> None:
    entrants = [Entrant(id=str(number), name="") for number in range(5)]
    counts = [0] * 5
    for seed in range(5000):
        counts[by_draw(entrants, str(seed)).place("0") - 1] += 1
    # chi-square with 4 degrees of freedom; 33.4 is passed by chance once in a million
    assert sum((count - 1000) ** 2 / 1000 for count in counts) < 33.4


def test_a_draw_without_a_seed_or_of_an_unknown_algorithm_is_refused() -> None:
    with pytest.raises(Refused, match="NO_SEED"):
        by_draw(named("一"), "  ")
    record = by_draw(named("一"), "1").draw
    assert record is not None
    with pytest.raises(Refused, match="UNKNOWN_DRAW"):
        replay(msgspec.structs.replace(record, algorithm="dice"))


def test_registration_keeps_the_order_given_and_hands_out_numbers() -> None:
    order = by_registration(named("丙", "甲", "乙"))
    assert order.ids == ("丙", "甲", "乙")
    assert order.numbers() == {"丙": "1", "甲": "2", "乙": "3"}


def test_the_same_id_twice_is_refused_by_every_method(table: StrokeTable) -> None:
    twice = named("甲", "乙", "甲")
    for make in (
        lambda: by_strokes(twice, table),
        lambda: by_draw(twice, "1"),
        lambda: by_registration(twice),
        lambda: by_hand(twice, ["甲", "乙"]),
    ):
        with pytest.raises(Refused, match="TWICE_IN_ORDER"):
            make()


def test_an_order_by_hand_has_every_project_exactly_once() -> None:
    assert by_hand(named("甲", "乙"), ["乙", "甲"]).ids == ("乙", "甲")
    for ids in (["甲"], ["甲", "甲"], ["甲", "乙", "丙"]):
        with pytest.raises(Refused, match="NOT_A_PERMUTATION"):
            by_hand(named("甲", "乙"), ids)


def test_a_move_is_logged_with_name_and_reason_and_shifts_the_others() -> None:
    order = moved(by_registration(named(*"甲乙丙丁")), "丁", 2, by="陈主任", reason="航班延误", at="2026-12-05T08:00")
    assert order.ids == tuple("甲丁乙丙")
    change = order.changes[0]
    assert (change.id, change.before, change.after, change.by, change.reason) == ("丁", 4, 2, "陈主任", "航班延误")


@pytest.mark.parametrize(
    ("id", "to", "by", "reason", "code"),
    [
        ("甲", 2, "", "理由", "NO_REASON"),
        ("甲", 2, "陈", " ", "NO_REASON"),
        ("戊", 2, "陈", "理由", "NOT_IN_ORDER"),
        ("甲", 0, "陈", "理由", "NO_SUCH_PLACE"),
        ("甲", 5, "陈", "理由", "NO_SUCH_PLACE"),
    ],
)
def test_a_move_without_its_particulars_is_refused(id: str, to: int, by: str, reason: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        moved(by_registration(named(*"甲乙丙丁")), id, to, by=by, reason=reason)
    assert caught.value.code == code
    assert caught.value.zh
    assert caught.value.en


def test_unsure_places_are_confirmed_before_publishing_and_then_nothing_moves(table: StrokeTable) -> None:
    order: RunningOrder = by_strokes(named("䶮医平台", "一站式"), table)
    with pytest.raises(Refused, match="UNSURE_PLACES"):
        published(order, by="陈主任", at="2026-12-01T09:00")
    confirmed = moved(order, "䶮医平台", 2, by="陈主任", reason="字典 20 画")
    frozen = published(confirmed, by="陈主任", at="2026-12-01T09:00")
    assert frozen.published_by == "陈主任"
    with pytest.raises(Refused, match="ORDER_FROZEN"):
        moved(frozen, "一站式", 2, by="陈主任", reason="改名")
    with pytest.raises(Refused, match="ORDER_FROZEN"):
        published(frozen, by="陈主任", at="2026-12-02T09:00")


def test_publishing_needs_a_name_and_a_time() -> None:
    with pytest.raises(Refused, match="NO_NAME"):
        published(by_registration(named("甲")), by="", at="2026-12-01T09:00")


def test_j2_comes_before_j10_and_odd_digits_are_letters() -> None:
    assert natural("²") == ((1, 0, "²"),)
    assert sorted(["J10", "J2", "10", "2", "J1"], key=natural) == ["2", "10", "J1", "J2", "J10"]
