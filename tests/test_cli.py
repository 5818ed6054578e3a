"""The command line as scripts meet it: exit statuses, one JSON object, one line for bad input; and every worked case."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psutil
import pytest
from typer.testing import CliRunner

from judge_app.__main__ import app
from judge_app.core import overall
from judge_app.core.awards import Outcome
from judge_app.core.contest_log import RulingMade
from judge_app.core.marks import Ruling
from judge_app.core.results import Effect
from judge_app.exchange.draft import open_draft, read
from judge_app.store.contest_file import append
from judge_app.store.session_file import SessionFile, read_session
from tests.core.contests import heard

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "resources" / "samples" / "regional-final"
CASES = json.loads((ROOT / "tests" / "acceptance" / "scoring-cases.json").read_text("utf-8"))["cases"]

COMMANDS = [
    "tabulate",
    "results",
    "prepare",
    "rehearse",
    "demo",
    "room",
    "host",
    "console",
    "judge",
    "chair",
    "stage",
    "join",
    "sheets",
    "sync",
    "verify",
    "central",
    "presets",
    "order",
    "check-entries",
]


def run(*arguments: str, input: str | None = None) -> Any:
    """One command in this process."""
    return CliRunner().invoke(app, list(arguments), input=input, catch_exceptions=False)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_in_both_languages(command: str) -> None:
    done = run(command, "--help")
    assert done.exit_code == 0
    assert any("一" <= letter <= "鿿" for letter in done.output)


def test_results_count_what_was_decided_for_the_contest_and_say_what_is_open(tmp_path: Path) -> None:
    files = []
    for at, shares in enumerate(([0.9, 0.7], [0.7, 0.6])):
        path = tmp_path / f"{at}.roadshow"
        with SessionFile.create(path) as file:
            file.append(heard(at, shares).records)
            file.seal()
        files.append(str(path))
    found = json.loads(run("results", *files, "--json").stdout)
    assert (found["advance"], "log" in found) == (["1"], False)
    assert "晋级线上同分" in run("results", *files).stdout
    following = tmp_path / "next.xlsx"
    assert run("results", *files, "--next", str(following)).exit_code == 2  # nobody has settled who goes on
    assert not following.exists()
    ruling = Ruling(kind="cut", by="甲", reason="评议", entries=("2", "3"), order=("3", "2"))
    nothing = Effect(
        changes=(),
        advance_before=Outcome.PENDING_RULING,
        advance_after=Outcome.FINAL,
        awards_before=Outcome.PENDING_RULING,
        awards_after=Outcome.PENDING_RULING,
    )
    append(tmp_path / "小赛.contest", [RulingMade(ruling=ruling, effect=nothing)], "甲", seen=0)
    found = json.loads(run("results", *files, "--json").stdout)
    assert (found["advance"], found["log"]) == (["1", "3"], str(tmp_path / "小赛.contest"))
    assert [one["kind"] for one in found["obstacles"]] == ["award", "value"]
    shown = run("results", *files).stdout
    assert ("奖项分界上同分" in shown, "晋级线上同分" in shown) == (True, False)
    assert run("results", *files, "--log", str(tmp_path / "none.contest")).exit_code == 2
    assert run("results", *files, "--next", str(following)).exit_code == 0
    known = {one.entry_no: one for path in files for one in overall.replay(read_session(path)).session.contest.projects}
    contest = read(open_draft(following), known_presets=[]).contest
    assert [(one.entry_no, one.name) for one in contest.projects] == [(no, known[no].name) for no in ("1", "3")]
    assert run("results", *files, "--next", str(following)).exit_code == 2  # what is there stays


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_tabulate_gives_what_was_worked_out_by_hand(case: dict[str, Any], tmp_path: Path) -> None:
    given = tmp_path / "input.json"
    given.write_text(json.dumps(case["input"], ensure_ascii=False), "utf-8")
    done = run("tabulate", str(given))
    assert done.exit_code == 0, done.stderr
    result = json.loads(done.stdout)
    projects = {project["entry_no"]: project for project in result["projects"]}
    for entry_no, wanted in case["expect"]["projects"].items():
        for field, value in wanted.items():
            if field == "flags":
                assert set(value) <= set(projects[entry_no]["flags"])
            else:
                assert projects[entry_no][field] == value
    for entry_no, key in case["expect"].get("tie_keys", {}).items():
        assert projects[entry_no]["tie_key"] == key
    for field in ("advance", "award_status"):
        if field in case["expect"]:
            assert result[field] == case["expect"][field]


def test_tabulate_names_the_place_of_bad_input_in_one_line() -> None:
    sheet = {"judge": "J1", "component": "expert100", "points": {"综合表现": "21"}}
    given = {
        "format": "judge-app/tabulation-input/1",
        "preset": "sichuan-2023",
        "projects": [{"entry_no": "1", "sheets": [sheet]}],
    }
    done = run("tabulate", "-", input=json.dumps(given, ensure_ascii=False))
    assert done.exit_code == 2
    assert done.stdout == ""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("projects[0].sheets[0].points.综合表现:")


@pytest.mark.parametrize(
    "arguments",
    [
        ("tabulate", "no-such.json"),
        ("results", "no-such.roadshow"),
        ("results", str(SAMPLE / "scores.csv")),
        ("sheets", "no-such.roadshow", "--out", "nowhere"),
        ("sync", "no-such.roadshow", "--central", "sqlite:///nowhere/x.sqlite"),
        ("presets", "show", "no-such-preset"),
        ("presets", "check", "no-such.toml"),
        ("order", "no-such.txt", "--method", "strokes"),
        ("check-entries", "no-such.xlsx"),
        ("room", "no-such.roadshow"),
        ("join", "https://example.invalid"),
        ("rehearse", "no-such.xlsx", "--scores", "no-such.csv"),
        ("verify", "no-such.roadshow"),
        ("central", "--url", "not-an-address"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_wrong_name_exits_with_2_and_says_so_on_standard_error_alone(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = psutil.Process().nice()
    done = run(*arguments)
    assert done.exit_code == 2
    assert psutil.Process().nice() == before, "what does not run does not go before other programs"
    assert list(tmp_path.iterdir()) == []
    if arguments[0] != "verify":  # its report is its result, also where a file cannot be read
        assert done.stdout == ""
        assert done.stderr.strip()


def test_presets_are_listed_shown_and_checked_as_one_object() -> None:
    listed = json.loads(run("presets", "list", "--json").stdout)
    assert [one["key"] for one in listed["presets"]][:2] == ["sichuan-2023", "shanxi-2019"]
    shown = json.loads(run("presets", "show", "shanxi-2019", "--json").stdout)
    assert shown["timing"]["phases"][0]["seconds"] == 480
    done = run("presets", "check", str(ROOT / "resources" / "presets" / "shanxi-2019.toml"), "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["problems"] == []


def test_a_draw_is_the_same_for_the_same_seed() -> None:
    first = run("order", str(SAMPLE / "contest.xlsx"), "--method", "draw", "--seed", "20261205", "--json")
    again = run("order", str(SAMPLE / "contest.xlsx"), "--method", "draw", "--seed", "20261205", "--json")
    assert first.exit_code == 0
    held, other = json.loads(first.stdout), json.loads(again.stdout)
    assert held["draw"]["seed"] == "20261205"
    held.pop("at", None), other.pop("at", None)
    assert [one for one in held.items() if one[0] != "draw"] == [one for one in other.items() if one[0] != "draw"]


def test_entries_are_checked_as_one_object() -> None:
    done = run("check-entries", str(SAMPLE / "contest.xlsx"), "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)


def test_prepare_refuses_a_file_that_is_no_workbook_before_a_window_opens(tmp_path: Path) -> None:
    (tmp_path / "contest.xlsx").write_text("no")
    for path in (tmp_path / "contest.xlsx", tmp_path / "none.xlsx"):
        done = run("prepare", str(path))
        assert done.exit_code == 2
        assert path.name in done.stderr
