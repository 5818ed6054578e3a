"""Commands on rules and entries: presets, order, check-entries."""

from __future__ import annotations

import enum
import secrets
from pathlib import Path
from typing import Annotated

import typer

from judge_app.cli.output import Json, bad_input_exits, put, put_json, say

app = typer.Typer()
presets = typer.Typer(help="赛制模板：列出、查看、检查 / preset rule sets.", no_args_is_help=False)
app.add_typer(presets, name="presets")


@presets.callback(invoke_without_command=True)
def presets_alone(context: typer.Context) -> None:
    """Without a command: the list."""
    if context.invoked_subcommand is None:
        list_presets(as_json=False)


@presets.command("list")
def list_presets(as_json: Json = False) -> None:
    """所有模板 / every preset, a line each."""
    from judge_app.exchange.rules_text import list_text
    from judge_app.store.presets import Presets

    with bad_input_exits():
        known = list(Presets().all())
    if as_json:
        put_json({"presets": [{"key": rules.key, "zh": rules.name.zh, "en": rules.name.en} for rules in known]})
    else:
        put(list_text(known))


@presets.command("show")
def show_preset(name: Annotated[str, typer.Argument(metavar="NAME")], as_json: Json = False) -> None:
    """一个模板的全部规则及出处 / one preset whole, with its sources."""
    import msgspec

    from judge_app.exchange.rules_text import show_text
    from judge_app.store.presets import Presets

    with bad_input_exits():
        rules = Presets().load(name)
    if as_json:
        put(msgspec.json.encode(rules).decode())
    else:
        put(show_text(rules))


@presets.command("check")
def check_preset(file: Annotated[Path, typer.Argument(metavar="FILE.toml")], as_json: Json = False) -> None:
    """检查一个规则文件 / does a rule file hold together?"""
    from judge_app.core.rule_check import check
    from judge_app.exchange.rules_text import check_text
    from judge_app.store.presets import read_rules

    with bad_input_exits():
        rules = read_rules(file)
        problems = check(rules)
    if as_json:
        put_json(
            {
                "key": rules.key,
                "problems": [{"place": one.place, "zh": one.zh, "en": one.en} for one in problems],
                "assumed": list(rules.assumed),
            }
        )
    else:
        put(check_text(rules, problems))
    if problems:
        raise typer.Exit(2)


class Method(enum.StrEnum):
    """How a running order is made."""

    STROKES = "strokes"
    DRAW = "draw"
    REGISTRATION = "registration"


@app.command()
def order(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="contest.xlsx 或每行一个项目名称的文本 / or a name a line")
    ],
    method: Annotated[Method, typer.Option()],
    seed: Annotated[str | None, typer.Option(help="抽签种子，留空则随机并记录 / empty: random, and recorded")] = None,
    as_json: Json = False,
) -> None:
    """出场顺序：按笔画、抽签或报名先后 / running order by strokes, by draw or as registered."""
    import datetime as dt

    from judge_app.exchange.running_order import order_file

    with bad_input_exits():
        drawn = seed
        if method is Method.DRAW and not seed:
            drawn = secrets.token_hex(8)
            say(f"抽签种子 / seed: {drawn}")
        at = dt.datetime.now().astimezone().isoformat(timespec="seconds")
        report = order_file(file, method=method.value, seed=drawn or "", at=at)
    if as_json:
        put_json(report.data())
    else:
        put(report.text())


@app.command("check-entries")
def check_entries(
    contest: Annotated[Path, typer.Argument(metavar="CONTEST.xlsx")],
    preset: Annotated[str, typer.Option(help="用哪个模板的参赛规则 / whose entry rules")] = "",
    english: Annotated[bool, typer.Option("--en", help="英文 / in English")] = False,
    as_json: Json = False,
) -> None:
    """参赛资格核查：拒绝、需确认、提示，各引原文 / entries held against the rules, each finding with its quote."""
    from judge_app.exchange.entries import check_entries as examine
    from judge_app.store.presets import presets_for

    known = presets_for(contest)
    with bad_input_exits():
        report = examine(contest, known.load, known_presets=known.keys(), preset=preset)
    if as_json:
        put_json(report.data())
    else:
        put(report.text("en" if english else "zh"))
