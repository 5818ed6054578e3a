"""Commands on slide decks: decks, the pre-flight of a session's slides; and the hidden processes of the show."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from judge_app.cli.output import Json, bad, bad_input_exits, put, put_json, say

if TYPE_CHECKING:
    from judge_app.core.preflight import DeckFile, DeckReport, DriverStatus, Preflight, Trial
    from judge_app.core.rules import RuleSet
    from judge_app.show.driver import DriverKind
    from judge_app.show.kept import KeptDecks
    from judge_app.show.preflight import Wish
    from judge_app.show.tested import TestedDrivers

app = typer.Typer()

LIGHTS = {"green": "🟢", "amber": "🟡", "red": "🔴"}


@app.command()
def decks(
    source: Annotated[Path, typer.Argument(metavar="CONTEST.xlsx|FILE.roadshow|FOLDER")],
    session: Annotated[str | None, typer.Option(help="只检查这一场 / this session alone")] = None,
    no_trial: Annotated[bool, typer.Option("--no-trial", help="不试放映 / start no show for trial")] = False,
    no_keep: Annotated[
        bool, typer.Option("--no-keep", help="不制作 PDF 备份和页面图片 / keep no PDF, no pictures")
    ] = False,
    out: Annotated[Path | None, typer.Option(metavar="FILE.json", help="报告写到哪里 / where the report goes")] = None,
    data: Annotated[Path | None, typer.Option(help="数据文件夹 / folder for what is kept")] = None,
    as_json: Json = False,
) -> None:
    """预检所有演示文件：打得开吗、版面、段落、字体、试放映；绿黄红各写明怎么办 / the pre-flight of all decks.

    试放映会在投影屏上短暂出现，请在开场前、投影接好后运行。有红灯时退出码为 1。
    Trial shows appear for a moment on the projector: run it before the session. Exits 1 where any deck is red.
    """
    import msgspec

    from judge_app.core.preflight import Light, worst

    with bad_input_exits():
        asked = read_source(source, session)
        report_to = out or asked.report
        check = Check(asked.wish, data, trial=not no_trial, keep=not no_keep)
        with contextlib.closing(check):
            report = check.all(asked.decks, asked.folder, (lambda _: None) if as_json else say)
        if report_to is not None:
            beside = report_to.with_name(report_to.name + ".new")
            beside.write_bytes(msgspec.json.format(msgspec.json.encode(report)))
            beside.replace(report_to)
    light = worst(deck.light for deck in report.decks)
    if as_json:
        put_json({"light": light.value, **json.loads(msgspec.json.encode(report))})
    else:
        show(report)
        if report_to is not None:
            put(f"报告 / report: {report_to}")
    if light is Light.RED:
        raise typer.Exit(1)


@app.command("show-worker", hidden=True, context_settings={"ignore_unknown_options": True})
def show_worker(arguments: list[str]) -> None:
    """A slide-show driver's own process."""
    from judge_app.show import worker

    raise typer.Exit(worker.main(arguments))


@app.command("show-stills", hidden=True)
def show_stills(pdf: Path, folder: Path) -> None:
    """The process that draws a deck's pages."""
    from judge_app.show import making

    raise typer.Exit(making.main([str(pdf), str(folder)]))


class Source:
    """What is to be checked: (entry number, project, its file or None) each, the folder that files may not leave, what
    the rules ask, and where the report goes by itself."""

    def __init__(
        self,
        decks: Sequence[tuple[str, str, Path | None]],
        wish: Wish,
        folder: Path | None = None,
        report: Path | None = None,
    ) -> None:
        self.decks = decks
        self.wish = wish
        self.folder = folder
        self.report = report


def read_source(source: Path, session: str | None) -> Source:
    """The decks of a workbook, of a session file, or of a folder. Raises BadInput."""
    from judge_app.hosting import contest_of, decks_file
    from judge_app.show.driver import deck_kind
    from judge_app.show.preflight import Wish
    from judge_app.store.presets import presets_for

    if source.is_dir():
        found = sorted(path for path in source.iterdir() if path.is_file() and deck_kind(path))
        if not found:
            raise bad(str(source), "文件夹里没有演示文件", "there are no slide files in this folder")
        return Source([(number_of(path.stem), path.stem, path) for path in found], Wish())
    if source.suffix == ".roadshow":
        from judge_app.core.overall import replay
        from judge_app.store.session_file import read_session

        setup = replay(read_session(source)).session
        listed: dict[str, str] = {}
        with contextlib.suppress(OSError, ValueError):
            listed = json.loads(decks_file(source).read_text("utf-8"))
        chosen = [
            (project.entry_no, project.name, Path(listed[project.entry_no]) if project.entry_no in listed else None)
            for project in setup.contest.projects
            if project.session in ("", setup.session.name)
        ]
        return Source(chosen, wish_of(setup.rules), report=source.with_suffix(".preflight.json"))
    contest = contest_of(source)
    named = [project for project in contest.projects if session in (None, project.session)]
    if not named:
        raise bad(source.name, f"没有“{session}”这一场", f"there is no session {session!r}")
    folder = source.resolve().parent
    return Source(
        [(one.entry_no, one.name, folder / one.deck if one.deck else None) for one in named],
        wish_of(presets_for(source).load(contest.preset).held_in(contest.round)),
        folder,
    )


def number_of(stem: str) -> str:
    """The entry number that a file's name begins with, or the name: 05-输血 is 5."""
    digits = re.match(r"0*(\d+)", stem)
    return digits[1] if digits else stem


def wish_of(rules: RuleSet) -> Wish:
    """What a rule set asks of slides; where notice 001 rules, its sections."""
    from judge_app.show.preflight import RATIO, SECTIONS, Wish

    entry = rules.entry_rules
    return Wish(
        ratio=entry.slide_ratio or RATIO,
        sections=entry.slide_sections or (SECTIONS if rules.notice == "001" else ()),
    )


class Check:
    """Carries the pre-flight out: reads each file, keeps its PDF and its slides' pictures, and tries its show."""

    def __init__(self, wish: Wish, data: Path | None, *, trial: bool, keep: bool) -> None:
        from judge_app.cli.play import has_display
        from judge_app.show.impress import find_soffice
        from judge_app.show.kept import KeptDecks
        from judge_app.show.tested import TestedDrivers
        from judge_app.ui.application import data_folder
        from judge_app.ui.stage.trials import TrialScreen

        folder = data or data_folder()
        self._wish = wish
        self._kept: KeptDecks | None = KeptDecks(folder / "decks") if keep else None
        self._tested: TestedDrivers = TestedDrivers(folder / "drivers.json")
        self._soffice = find_soffice()
        if trial and not has_display():
            say("没有显示器，不试放映 / no display: no trial shows")
        if not has_display():
            os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        self._tries = trial and has_display()
        self._screen = TrialScreen(folder / "preflight")

    def all(
        self, decks: Sequence[tuple[str, str, Path | None]], folder: Path | None, seen: Callable[[str], None]
    ) -> Preflight:
        """Every deck in turn; ``seen`` hears how far it is."""
        from judge_app.core.preflight import Preflight
        from judge_app.show.preflight import no_deck

        if self._tries:
            seen("试放映会在投影屏上短暂出现 / trial shows appear on the projector for a moment")
        reports = []
        for at, (entry_no, name, path) in enumerate(decks, start=1):
            seen(f"{at}/{len(decks)} {entry_no} {name}")
            reports.append(no_deck(entry_no, name) if path is None else self._one(entry_no, name, path, folder))
        kinds = self._screen.kinds()
        statuses = tuple(self._status(kind) for kind in dict.fromkeys(kinds.values()))
        return Preflight(made=_utc(), drivers=statuses, decks=tuple(reports))

    def close(self) -> None:
        """End the programs that were started for trial."""
        self._screen.close()

    def _one(self, entry_no: str, name: str, path: Path, folder: Path | None) -> DeckReport:
        from judge_app.exchange.decks import deck_file
        from judge_app.show.preflight import Means, deck_report

        file = deck_file(path, folder)
        readable = bool(file.sha256) and not {"password", "damaged"} & set(file.faults)
        fallback, stills = self._keep(path, file) if readable else (False, 0)
        kind = self._screen.kinds().get(file.kind)
        trial: Trial | None = None
        if readable and kind is not None and self._tries:
            trial = self._screen.trial(file.kind, path)
            self._tested.learn(kind, _version(kind), trial, _utc())
        means = Means(
            driver=None if kind is None else self._status(kind),
            fallback=fallback,
            stills=stills,
            families=self._screen.families(),
            office=self._soffice is not None,
        )
        return deck_report(entry_no, name, file, self._wish, means, trial)

    def _keep(self, path: Path, file: DeckFile) -> tuple[bool, int]:
        """Whether a PDF of it is kept, and how many pictures of its slides."""
        from judge_app.show.driver import ShowError
        from judge_app.show.making import keep_pdf, keep_stills

        if self._kept is None:
            return False, 0
        pdf: Path | None = path if file.kind == "pdf" else self._kept.pdf(file.sha256)
        try:
            if pdf is None and self._soffice is not None and file.kind == "slides":
                pdf = keep_pdf(path, file.sha256, self._kept, self._soffice)
            stills = 0 if pdf is None else keep_stills(pdf, file.sha256, self._kept)
        except ShowError as error:
            say(f"{path.name}: {error.zh} / {error.en}")
            stills = 0
        return file.kind != "pdf" and pdf is not None, stills

    def _status(self, kind: DriverKind) -> DriverStatus:
        return self._tested.status(kind, _version(kind))


def _version(kind: DriverKind) -> str:
    from judge_app.show.tested import version_of

    return version_of(kind)


def _utc() -> str:
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def show(report: Preflight) -> None:
    """The report for people, in both languages."""
    for line in lines_of(report):
        put(line)


def lines_of(report: Preflight) -> Iterator[str]:
    """A deck a line, its findings under it; the drivers last."""
    for deck in report.decks:
        kept = " · PDF ✓" if deck.fallback else ""
        trial = deck.trial
        timed = f" · 结束 / end {trial.end_ms} ms" if trial is not None and trial.end_ms >= 0 else ""
        pages = f" · {deck.slides} 页 / slides" if deck.slides else ""
        yield f"{LIGHTS[deck.light]} {deck.entry_no} {deck.name} · {deck.deck or '—'}{pages} · {deck.driver or '—'}{timed}{kept}"
        for found in deck.findings:
            yield f"    {LIGHTS[found.light]} {found.zh}" + (f" → {found.do_zh}" if found.do_zh else "")
            yield f"       {found.en}" + (f" → {found.do_en}" if found.do_en else "")
    for driver in report.drivers:
        state = f"{driver.tested} {driver.end_ms} ms" if driver.tested else "本机尚未测试 / untested on this system"
        yield f"驱动 / driver {driver.kind} {driver.version}: {state}"
