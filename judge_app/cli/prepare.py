"""The command that prepares a contest: the Prepare window."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from judge_app.cli.output import bad_input_exits

if TYPE_CHECKING:
    from judge_app.core.rules import RuleSet

app = typer.Typer()


@app.command()
def prepare(
    contest: Annotated[
        Path | None, typer.Argument(metavar="[CONTEST.xlsx]", help="要准备的工作簿 / the workbook to begin with")
    ] = None,
) -> None:
    """准备一届大赛：工作簿、赛制、分场、出场顺序、交付会场 / prepare a contest, from workbook to a folder a room."""
    with bad_input_exits():
        raise typer.Exit(run_prepare(contest))


class Shelf:
    """Where rule sets lie: the presets of the program, and the rule files beside a workbook."""

    def __init__(self) -> None:
        from judge_app.store.presets import Presets

        self._shipped = tuple(Presets().all())

    def keys(self, folder: Path | None) -> Sequence[str]:
        """Every key that a workbook in ``folder`` may name."""
        from judge_app.store.presets import Presets, presets_for

        return (Presets() if folder is None else presets_for(folder / "contest.xlsx")).keys()

    def load(self, folder: Path | None, key: str) -> RuleSet:
        """One rule set. Raises BadInput."""
        from judge_app.store.presets import Presets, presets_for

        return (Presets() if folder is None else presets_for(folder / "contest.xlsx")).load(key)

    def shipped(self) -> Sequence[RuleSet]:
        """Those of the program, in the order in which they are offered."""
        return self._shipped

    def write(self, path: Path, rules: RuleSet) -> None:
        """Writes a rule file. Raises BadInput."""
        from judge_app.store.presets import write_rules

        write_rules(path, rules)


def run_prepare(workbook: Path | None) -> int:
    """The Prepare window until it is closed; the exit status. Raises BadInput for a file that is no workbook."""
    from judge_app.exchange.draft import open_draft
    from judge_app.ui.application import Application, Settings, data_folder
    from judge_app.ui.prepare import EntryCheck, Preparation, PrepareDesk, PrepareWindow, Recovery

    given = None if workbook is None else workbook.resolve()
    if given is not None:
        open_draft(given)
    application = Application(Settings(data_folder() / "settings.json"))

    async def main() -> int:
        left = asyncio.Event()
        window = PrepareWindow()
        application.serve(window)
        recovery = Recovery(data_folder() / "prepare", window)
        desk = PrepareDesk(Preparation(Shelf()), window, recovery, EntryCheck(window))
        desk.left.connect(left.set)
        if given is not None:
            desk.open(given)
        application.open(window)
        await left.wait()
        return 0

    return application.run(main)
