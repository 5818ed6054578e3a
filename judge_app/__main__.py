"""The program's way in: the command line of judge_app.cli; without a command, the start window."""

from __future__ import annotations

import io
import sys

import typer

from judge_app.cli import central, decks, play, prepare, record, results, rules, seats

app = typer.Typer(
    name="judge-app",
    help="路演评审 · Live judging of roadshow contests. 不带参数时打开起始窗口 / without a command: the start window.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for concern in (results, prepare, play, seats, record, central, rules, decks):
    app.add_typer(concern.app)


@app.callback(invoke_without_command=True)
def start(context: typer.Context) -> None:
    """The start window, where no command is given."""
    if context.invoked_subcommand is None:
        from judge_app.hosting import run_start

        raise typer.Exit(run_start())


def main() -> None:
    """The program's way in: UTF-8 on every system's standard streams, then the command."""
    for stream in (sys.stdout, sys.stderr, sys.stdin):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
    app()


if __name__ == "__main__":
    main()
