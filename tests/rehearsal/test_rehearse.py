"""Whole sessions through real processes: what a demonstration leaves is what was worked out by hand."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from judge_app import launch
from judge_app.core.events import CutOffReported, PhaseEnded, SheetSubmitted
from judge_app.core.journal import first_break
from judge_app.store.session_file import read_session

SAMPLES = Path(__file__).resolve().parents[2] / "resources" / "samples"


def judge_app(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The program as its user runs it, without a display."""
    environment = {**launch.environment(), "QT_QPA_PLATFORM": "offscreen"}
    environment.pop("DISPLAY", None)
    return subprocess.run(
        [sys.executable, "-m", "judge_app", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment,
        timeout=240,
        check=False,
    )


def expected(sample: str) -> Any:
    return json.loads((SAMPLES / sample / "expected.json").read_text("utf-8"))


def agrees(results: Any, wanted: Any) -> None:
    """Every figure that was worked out by hand, to the last digit."""
    for entry_no, figures in wanted["projects"].items():
        project = next(one for one in results["projects"] if one["entry_no"] == entry_no)
        assert (project["total"], project["rank"]) == (figures["total"], figures["rank"])
        for component, score in figures.items():
            if component not in ("total", "rank"):
                assert project["components"][component]["score"] == score
    assert results["advance"] == wanted["advance"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """The demonstration, played once for this module."""
    out = tmp_path_factory.mktemp("demo") / "out"
    done = judge_app("demo", "--headless", "--speed", "600", "--out", str(out), "--json")
    assert done.returncode == 0, done.stderr
    return out, json.loads(done.stdout)


@pytest.mark.xdist_group("demo")
def test_the_demonstration_gives_the_results_worked_out_by_hand(demo: tuple[Path, Any]) -> None:
    out, told = demo
    agrees(told["results"], expected("regional-final"))
    agrees(json.loads((out / "results.json").read_text("utf-8")), expected("regional-final"))
    assert told["locked"]
    assert told["centre_equal"]


@pytest.mark.xdist_group("demo")
def test_the_journal_holds_every_sheet_once_and_how_each_talk_was_cut_off(demo: tuple[Path, Any]) -> None:
    out, _ = demo
    records = read_session(out / "第一场.roadshow")
    assert first_break(records) is None
    events = [record.event for record in records]
    with (SAMPLES / "regional-final" / "scores.csv").open(encoding="utf-8-sig") as file:
        given = {(row["参赛序号"], row["评委编号"]) for row in csv.DictReader(file) if row["在席状态"] == "在席"}
    submitted = [(event.entry_no, event.judge) for event in events if isinstance(event, SheetSubmitted)]
    assert sorted(submitted) == sorted(given)
    cut = [event for event in events if isinstance(event, PhaseEnded) and event.by == "deadline"]
    reports = [event for event in events if isinstance(event, CutOffReported)]
    assert len(cut) == len(reports) == 10
    assert {event.run for event in cut} == {event.run for event in reports}
    assert all(report.curtain_us >= 0 for report in reports)


@pytest.mark.xdist_group("demo")
def test_every_form_is_on_paper_and_says_the_total(demo: tuple[Path, Any]) -> None:
    out, told = demo
    papers = {path.name for path in (out / "sheets").glob("*.pdf")}
    assert {"F1.pdf", "F3.pdf", "F6.pdf"} <= papers
    assert {f"F2-{number}.pdf" for number in range(1, 11)} <= papers
    assert sum(name.startswith("F1-") for name in papers) == 120
    assert told["sheets"] == len(papers)
    with pypdfium2.PdfDocument(out / "sheets" / "F2-4.pdf") as paper:
        text = paper[0].get_textpage().get_text_range()
    assert "124.87" in text
    assert "心电云远程诊断网络" in text


@pytest.mark.xdist_group("demo")
def test_results_are_computed_again_from_the_session_file(demo: tuple[Path, Any]) -> None:
    out, told = demo
    done = judge_app("results", str(out / "第一场.roadshow"), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == told["results"]


@pytest.mark.xdist_group("demo")
def test_sheets_and_sync_work_on_the_session_file_later(demo: tuple[Path, Any], tmp_path: Path) -> None:
    out, told = demo
    printed = judge_app("sheets", str(out / "第一场.roadshow"), "--out", str(tmp_path / "p"), "--json")
    assert printed.returncode == 0, printed.stderr
    assert len(json.loads(printed.stdout)["sheets"]) == told["sheets"]
    sent = judge_app("sync", str(out / "第一场.roadshow"), "--central", f"sqlite:///{tmp_path / 'c.sqlite'}", "--json")
    assert sent.returncode == 0, sent.stderr
    assert all(json.loads(sent.stdout)["equal"].values())


@pytest.mark.xdist_group("demo")
def test_a_second_rehearsal_does_not_write_over_the_first(demo: tuple[Path, Any]) -> None:
    out, _ = demo
    before = (out / "第一场.roadshow").read_bytes()
    done = judge_app("demo", "--headless", "--out", str(out))
    assert done.returncode == 2
    assert "已存在" in done.stderr
    assert (out / "第一场.roadshow").read_bytes() == before


def test_two_sessions_of_one_workbook_give_one_ranking(tmp_path: Path) -> None:
    sample = SAMPLES / "four-tracks"
    out = tmp_path / "out"
    done = judge_app(
        "rehearse",
        str(sample / "contest.xlsx"),
        "--scores",
        str(sample / "scores.csv"),
        "--speed",
        "2000",
        "--headless",
        "--out",
        str(out),
        "--json",
    )
    assert done.returncode == 0, done.stderr
    agrees(json.loads(done.stdout)["results"], expected("four-tracks"))
    assert len(list(out.glob("*.roadshow"))) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no-such.xlsx", "--scores", "{scores}"], "no-such.xlsx"),
        (["{contest}", "--scores", "no-such.csv"], "no-such.csv"),
        (["{contest}", "--scores", "{scores}", "--session", "第九场"], "第九场"),
        (["{scores}", "--scores", "{scores}"], "scores.csv"),
    ],
)
def test_wrong_input_is_named_and_nothing_is_made(arguments: list[str], said: str, tmp_path: Path) -> None:
    sample = SAMPLES / "regional-final"
    given = [one.format(contest=sample / "contest.xlsx", scores=sample / "scores.csv") for one in arguments]
    out = tmp_path / "out"
    done = judge_app("rehearse", *given, "--headless", "--out", str(out))
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stdout == ""
    assert not os.path.exists(out)
