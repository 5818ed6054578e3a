"""What every command shares: where text goes, and how bad input and failures end a command."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from judge_app.core.errors import BadInput, Problem, Refused

Json = Annotated[bool, typer.Option("--json", help="只输出一个 JSON 对象 / print one JSON object")]
RESOURCES = Path(__file__).resolve().parents[2] / "resources"


def say(text: str) -> None:
    """A line for people, on standard error, so that standard output stays the result."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201


def put(text: str) -> None:
    """The result, on standard output."""
    print(text, flush=True)  # noqa: T201


def put_json(data: Any) -> None:
    """The result as one JSON object."""
    put(json.dumps(data, ensure_ascii=False))


@contextlib.contextmanager
def bad_input_exits() -> Iterator[None]:
    """Bad input is said line by line and exits with 2; anything that failed otherwise says so and exits with 1."""
    from judge_app.launch import NotReady

    try:
        yield
    except BadInput as error:
        for problem in error.problems:
            say(f"{problem.place}: {problem.zh}")
            say(f"    {problem.en}")
        raise typer.Exit(2) from None
    except Refused as error:
        say(f"{error.zh} / {error.en}")
        raise typer.Exit(1) from None
    except (NotReady, OSError) as error:
        say(f"失败 / failed: {error}")
        raise typer.Exit(1) from None


def bad(place: str, zh: str, en: str) -> BadInput:
    """One problem with what was given."""
    return BadInput(Problem(place, zh, en))
