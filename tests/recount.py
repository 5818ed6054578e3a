"""An independent recount: the calculation written a second time, from the rules as they are worded, by other means.

Everything here works on plain JSON data and ``fractions.Fraction``; nothing of the program is imported, so an error would
have to be made twice to go unseen. ``recount(rules, given)`` takes a rule set (the form of presets-reference.json) and a
``judge-app/tabulation-input/1`` object and gives the ``judge-app/tabulation/1`` object. ``random_contest`` makes contests
that are full of ties, absences, recusals, blanks and too few sheets.
"""

from __future__ import annotations

import copy
import math
import random
import re
from fractions import Fraction
from typing import Any

Data = dict[str, Any]

# ---------------------------------------------------------------------------------------------- reading numbers, printing


def frac(text: Any) -> Fraction:
    return Fraction(str(text))


def show(value: Fraction, places: int) -> str:
    """A value that has at most ``places`` decimals, with exactly that many."""
    whole = value * 10**places
    assert whole.denominator == 1
    digits = str(abs(whole.numerator)).rjust(places + 1, "0")
    sign = "-" if whole < 0 else ""
    return sign + (digits if places == 0 else f"{digits[:-places]}.{digits[-places:]}")


def short(value: Fraction) -> str:
    """Without trailing zeros."""
    for places in range(13):
        if (value * 10**places).denominator == 1:
            return show(value, places)
    raise AssertionError(value)


def to_places(value: Fraction, rounding: Data) -> Fraction:
    """Rounding as the rule set says: HALF_UP, HALF_EVEN or DOWN, on values that are not negative."""
    unit = Fraction(1, 10 ** rounding.get("places", 2))
    steps = value / unit
    below = math.floor(steps)
    rest = steps - below
    mode = rounding.get("mode", "HALF_UP")
    up = {
        "HALF_UP": rest >= Fraction(1, 2),
        "HALF_EVEN": rest > Fraction(1, 2) or (rest == Fraction(1, 2) and below % 2 == 1),
        "DOWN": False,
    }[mode]
    return (below + (1 if up else 0)) * unit


def judge_order(number: str) -> list[Any]:
    """J2 before J10."""
    return [[1, int(bit), ""] if bit.isdigit() else [2, 0, bit] for bit in re.findall(r"[0-9]+|[^0-9]+", number)] + [
        [3, 0, number]
    ]


def patched(target: Any, patch: Any) -> Any:
    """RFC 7396."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    base = copy.deepcopy(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            base.pop(key, None)
        else:
            base[key] = patched(base.get(key), value)
    return base


# ------------------------------------------------------------------------------------------------------- one component


class Part:
    """One component of one project."""

    def __init__(self) -> None:
        self.state = "FINAL"
        self.exact: Fraction | None = None
        self.score: Fraction | None = None
        self.valid = 0
        self.kept = 0
        self.high: list[str] = []
        self.low: list[str] = []
        self.kept_sum: Fraction | None = None
        self.totals: dict[str, Fraction] = {}
        self.sheets: dict[str, Data] = {}
        self.left_out = False
        self.ruled = False


def drop(marks: dict[str, Fraction], high: int, low: int) -> tuple[list[str], list[str], list[str]]:
    """(dropped as highest, dropped as lowest, kept): of equal marks the judge whose number sorts last goes."""
    kept = sorted(marks, key=judge_order)
    tops, bottoms = [], []
    for wanted, best in [(tops, max)] * high + [(bottoms, min)] * low:
        extreme = best(marks[judge] for judge in kept)
        victim = [judge for judge in kept if marks[judge] == extreme][-1]
        wanted.append(victim)
        kept.remove(victim)
    return tops, bottoms, kept


def judged_part(
    rules: Data, component: Data, project: Data, panel: set[str], presence: dict[str, str], ruling: str | None
) -> Part:
    part = Part()
    part.sheets = {sheet["judge"]: sheet for sheet in project["sheets"] if sheet["component"] == component["key"]}
    unfinished = False
    for judge in panel:
        if presence[judge] != "present":
            continue
        sheet = part.sheets.get(judge, {})
        points = sheet.get("points")
        if points is not None:
            names = [criterion["name"] for criterion in component["criteria"]]
            if any(points.get(name) is None for name in names):
                unfinished = True
            else:
                part.totals[judge] = sum((frac(points[name]) for name in names), Fraction(0))
        elif sheet.get("total") is not None:
            part.totals[judge] = frac(sheet["total"])
        else:
            unfinished = True
    part.valid = len(part.totals)
    if not panel and not component.get("required", True):
        part.left_out = True
        return part
    if not panel or unfinished:
        part.state = "INCOMPLETE"
        return part
    trim = component.get("trim")
    drops: tuple[int, int] | None = None
    if part.valid == 0:
        part.state = "PENDING_RULING"
        return part
    if trim is not None:
        wanted = trim.get("high", 1), trim.get("low", 1)
        if part.valid >= trim.get("from_n", 3):
            drops = wanted
        elif trim.get("below", "ruling") == "ruling":
            if ruling == "plain_mean":
                part.ruled = True
            elif ruling == "literal" and part.valid > sum(wanted):
                part.ruled, drops = True, wanted
            else:
                part.state = "PENDING_RULING"
                return part
    if drops is None:
        part.kept, part.kept_sum = part.valid, sum(part.totals.values(), Fraction(0))
    elif trim and trim.get("on", "judge_total") == "criterion":
        part.kept, part.kept_sum = part.valid - sum(drops), Fraction(0)
        for criterion in component["criteria"]:
            marks = {judge: frac(part.sheets[judge]["points"][criterion["name"]]) for judge in part.totals}
            for judge in drop(marks, *drops)[2]:
                part.kept_sum += marks[judge]
    else:
        part.high, part.low, kept = drop(part.totals, *drops)
        part.kept, part.kept_sum = len(kept), sum((part.totals[judge] for judge in kept), Fraction(0))
    part.exact = part.kept_sum / part.kept
    part.score = to_places(part.exact, rules["rounding"])
    if part.ruled:
        part.state = "FINAL_BY_RULING"
    return part


def external_part(rules: Data, component: Data, project: Data) -> Part:
    part = Part()
    value = project.get("external", {}).get(component["key"])
    if value is None:
        if component.get("required", True):
            part.state = "INCOMPLETE"
        else:
            part.left_out = True
        return part
    part.valid = part.kept = 1
    part.exact = part.kept_sum = frac(value)
    part.score = to_places(part.exact, rules["rounding"])
    return part


# --------------------------------------------------------------------------------------------------------- one project


class Project:
    def __init__(self, rules: Data, data: Data, rulings: list[Data]) -> None:
        self.rules, self.data, self.no = rules, data, data["entry_no"]
        self.out = data.get("standing", "competing") != "competing"
        self.presence = {sheet["judge"]: sheet.get("presence", "present") for sheet in data["sheets"]}
        self.parts: dict[str, Part] = {}
        for component in rules["components"]:
            if component.get("source", "judges") == "external":
                self.parts[component["key"]] = external_part(rules, component, data)
                continue
            family = {
                other["key"]
                for other in rules["components"]
                if other.get("judge_class") == component.get("judge_class")
                and other.get("source", "judges") == "judges"
            }
            panel = {sheet["judge"] for sheet in data["sheets"] if sheet["component"] in family}
            method = None
            for ruling in rulings:
                if (
                    ruling["kind"] == "few_sheets"
                    and ruling["entry_no"] == self.no
                    and ruling["component"] == component["key"]
                ):
                    method = ruling["method"]
            self.parts[component["key"]] = judged_part(rules, component, data, panel, self.presence, method)
        states = {part.state for part in self.parts.values()}
        self.state = next(
            (one for one in ("INCOMPLETE", "PENDING_RULING", "FINAL_BY_RULING") if one in states), "FINAL"
        )
        self.points = Fraction(0)
        self.votes_ruling: str | None = None
        for ruling in rulings:
            if ruling["kind"] == "votes" and ruling["entry_no"] == self.no:
                self.votes_ruling = ruling["method"]  # the last word counts
        self.votes_void = self.votes_ruling in ("void", "void_up")
        self.counted: Fraction | None = None
        self.total: Fraction | None = None
        self.exact: Fraction | None = None
        self.rank: int | None = None
        self.key: str | None = None
        self.ruled = self.votes_void
        self.flags = self.first_flags() | ({"VOTES_VOIDED"} if self.votes_void else set())

    def scope(self, per: str) -> str:
        return "" if per == "all" else str(self.data.get(per, ""))

    def weighted(self, judged_only: bool, exact: bool) -> Fraction | None:
        total = Fraction(0)
        for component in self.rules["components"]:
            part = self.parts[component["key"]]
            if part.left_out or (judged_only and component.get("source", "judges") != "judges"):
                continue
            value = part.exact if exact else part.score
            if value is None:
                return None
            total += frac(component.get("weight", "1")) * value
        return total

    def add_up(self, voided: bool) -> None:
        once = self.rules.get("rounding_stage") == "final_only"
        judged = self.weighted(True, once)
        self.counted = None if judged is None else self.capped(judged, voided or self.votes_void)
        everything, exact = self.weighted(False, once), self.weighted(False, True)
        if self.state in ("FINAL", "FINAL_BY_RULING"):
            assert everything is not None
            assert exact is not None
            assert self.counted is not None
            self.total = to_places(everything + self.counted, self.rules["rounding"])
            self.exact = exact + self.counted

    def capped(self, judged: Fraction, voided: bool) -> Fraction:
        rule = self.rules.get("popularity")
        if rule is None or voided or self.out:
            return Fraction(0)
        printed = to_places(self.points, self.rules["rounding"])
        cap = rule.get("cap")
        mode = rule.get("cap_mode", "none")
        if cap is None or mode == "none":
            return printed
        unit = Fraction(1, 10 ** self.rules["rounding"].get("places", 2))
        table = [frac(value) for value in rule["table"]]
        if mode == "own_total":
            # p ≤ cap × (judged + p)  ⇔  p ≤ judged × cap / (1 − cap), cut to the places
            return min(printed, math.floor(judged * frac(cap) / (1 - frac(cap)) / unit) * unit)
        most = full_marks(self.rules) * frac(cap)
        if mode == "full_marks_clip":
            return min(printed, math.floor(most / unit) * unit)
        factor = min(Fraction(1), most / max(table))
        return to_places(self.points * factor, self.rules["rounding"])

    def first_flags(self) -> set[str]:
        flags = set()
        for judge, presence in self.presence.items():
            if presence == "recused":
                flags.add(f"JUDGE_RECUSED:{judge}")
            elif presence in ("absent", "left"):
                flags.add(f"JUDGE_ABSENT:{judge}")
        flags |= {f"JUDGE_REPLACED:{s['replaces']}→{s['judge']}" for s in self.data["sheets"] if s.get("replaces")}
        for component in self.rules["components"]:
            part = self.parts[component["key"]]
            if component.get("source", "judges") == "external":
                continue
            flags |= {f"ZERO_SCORE:{judge}" for judge, total in part.totals.items() if total == 0}
            if part.state == "INCOMPLETE" or part.left_out:
                continue
            trim = component.get("trim")
            if trim is not None and part.valid < trim.get("warn_below", 5):
                flags.add(f"VALID_BELOW_{trim.get('warn_below', 5)}:{component['key']}={part.valid}")
            if part.kept == 1:
                flags.add("SINGLE_SCORE_LEFT")
            if part.valid >= 4:
                for judge, mark in part.totals.items():
                    others = sorted(value for other, value in part.totals.items() if other != judge)
                    size = len(others)
                    median = (others[(size - 1) // 2] + others[size // 2]) / 2
                    if abs(mark - median) > Fraction(20, 100) * frac(component["max"]):
                        flags.add(f"OUTLIER:{component['key']}:{judge}")
        if self.out:
            flags.add(self.data["standing"].upper())
        return flags

    def tie_value(self, key: str) -> Fraction | None:
        judged = [one for one in self.rules["components"] if one.get("source", "judges") == "judges"]
        if key == "exact_total":
            return self.exact
        if key in self.parts:
            return self.parts[key].score
        kind, _, name = key.partition(":")
        if kind == "untrimmed_mean":
            part = self.parts[name or judged[0]["key"]]
            return sum(part.totals.values(), Fraction(0)) / len(part.totals) if part.totals else None
        assert kind == "criterion"
        owner = next(one for one in judged if any(line["name"] == name for line in one["criteria"]))
        part = self.parts[owner["key"]]
        values = []
        for judge in part.totals:
            points = part.sheets[judge].get("points")
            if points is None:
                return None
            values.append(frac(points[name]))
        return sum(values, Fraction(0)) / len(values) if values else None


def full_marks(rules: Data) -> Fraction:
    best = max((frac(value) for value in (rules.get("popularity") or {}).get("table", [])), default=Fraction(0))
    return sum((frac(one["max"]) * frac(one.get("weight", "1")) for one in rules["components"]), Fraction(0)) + best


# ------------------------------------------------------------------------------------------------------- the contest


def give_popularity(rules: Data, projects: list[Project]) -> None:
    rule = rules.get("popularity")
    if rule is None:
        return
    table = [frac(value) for value in rule["table"]]
    # votes that were voided for good leave no trace among the others'; merely void, they keep their place there
    in_the_running = [project for project in projects if project.votes_ruling != "void_up"]
    for project in projects:
        if project.out or project.votes_void:
            continue
        votes = project.data.get("votes")
        if project.data.get("popularity_rank") is not None and votes != 0:
            rank = project.data["popularity_rank"]
        elif not votes:
            project.points = frac(rule.get("zero_votes", "0"))
            continue
        else:
            scope = project.scope(rule.get("scope", "all"))
            rank = 1 + sum(
                1
                for other in in_the_running
                if other.scope(rule.get("scope", "all")) == scope and (other.data.get("votes") or 0) > votes
            )
        project.points = table[rank - 1] if rank <= len(table) else Fraction(0)


def sort_out(tied: list[Project], keys: list[str], rulings: list[Data]) -> list[list[Project]]:
    """Groups of projects that stay equal, best first; notes the key that put a project ahead."""
    if len(tied) == 1:
        return [tied]
    for at, key in enumerate(keys):
        values = [project.tie_value(key) for project in tied]
        if None in values or len(set(values)) == 1:
            continue
        groups: list[list[Project]] = []
        for value in sorted({value for value in values if value is not None}, reverse=True):
            same = [project for project in tied if project.tie_value(key) == value]
            inner = sort_out(same, keys[at + 1 :], rulings)
            if groups:
                for project in groups[-1]:
                    project.key = key
            groups += inner
        return groups
    for ruling in reversed(rulings):
        if ruling["kind"] == "tie" and sorted(ruling["order"]) == sorted(project.no for project in tied):
            ordered = sorted(tied, key=lambda project: ruling["order"].index(project.no))
            for project in ordered:
                project.ruled = True
            for project in ordered[:-1]:
                project.key = "ruling"
            return [[project] for project in ordered]
    return [tied]


def ranking(rules: Data, projects: list[Project], rulings: list[Data]) -> list[list[Project]]:
    """Groups of equals within one scope, best first."""
    done = [project for project in projects if project.total is not None and not project.out]
    groups: list[list[Project]] = []
    for total in sorted({project.total for project in done if project.total is not None}, reverse=True):
        groups += sort_out([one for one in done if one.total == total], rules["tie_keys"], rulings)
    return groups


def scopes_of(projects: list[Project], per: str) -> dict[str, list[Project]]:
    found: dict[str, list[Project]] = {}
    for project in projects:
        if not project.out:
            found.setdefault(project.scope(per), []).append(project)
    return found


def same(ruling: Data, group: list[Project]) -> bool:
    return sorted(ruling["entries"]) == sorted(project.no for project in group)


def advance(
    rules: Data, projects: list[Project], rulings: list[Data], passed: dict[str, int]
) -> tuple[list[str], str, list[str]]:
    rule = rules.get("advance")
    if rule is None:
        return [], "NOT_STATED", []
    per = rule.get("per") or rules["rank_scope"]
    scopes = scopes_of(projects, per)
    listed: list[str] = []
    candidates: list[str] = []
    states = []
    for scope, members in scopes.items():
        if any(project.total is None for project in members):
            states.append("PENDING")
            continue
        groups = ranking(rules, members, rulings)
        places: int | None
        if rule["type"] == "top_n":
            places = rule["n"]
        elif rule["type"] == "score_line":
            listed += [one.no for group in groups for one in group if (one.total or 0) >= frac(rule["line"])]
            continue
        else:
            places = quota_of(rule, per, scope, scopes, passed)
        if places is None:
            states.append("NOT_STATED")
            continue
        for group in groups:
            if places <= 0:
                break
            if len(group) <= places:
                listed += [project.no for project in group]
                places -= len(group)
                continue
            for project in group:
                project.flags.add("TIE_AT_CUT")
            ruling = next((one for one in reversed(rulings) if one["kind"] == "cut" and same(one, group)), None)
            if ruling is not None:
                for project in group:
                    project.ruled = True
                listed += (
                    [project.no for project in group] if ruling.get("method") == "both" else ruling["order"][:places]
                )
            elif rule.get("quota", "hard") == "hard":
                states.append("PENDING_RULING")
                candidates += [project.no for project in group]
            else:
                listed += [project.no for project in group]
            places = 0
    state = next((one for one in ("PENDING", "PENDING_RULING", "NOT_STATED") if one in states), "FINAL")
    return listed, state if scopes else "PENDING", candidates


def quota_of(rule: Data, per: str, scope: str, scopes: dict[str, list[Project]], passed: dict[str, int]) -> int | None:
    ratio = frac(rule["ratio"])
    if rule.get("basis", "passed_initial_review") == "ranked_in_final":
        basis = {name: len([one for one in members if one.total is not None]) for name, members in scopes.items()}
    elif per == "all" or list(scopes) == [""]:
        basis = {"": sum(passed.values())} if passed else {}
    else:
        basis = {**{name: passed[name] for name in scopes if name in passed}, **passed}
    if scope not in basis:
        return None
    exact = {name: ratio * count for name, count in basis.items()}
    rounding = rule.get("rounding", "half_up")
    if rounding == "half_up":
        return math.floor(exact[scope] + Fraction(1, 2))
    if rounding == "floor":
        return math.floor(exact[scope])
    if rounding == "ceil":
        return math.ceil(exact[scope])
    total = math.floor(sum(exact.values(), Fraction(0)) + Fraction(1, 2))
    given = {name: math.floor(value) for name, value in exact.items()}
    while sum(given.values()) < total:
        open_names = [name for name in exact if given[name] == math.floor(exact[name])]
        best = max(open_names, key=lambda name: (exact[name] - given[name], -list(exact).index(name)))
        given[best] += 1
    return given[scope]


def awards(rules: Data, projects: list[Project], rulings: list[Data]) -> tuple[dict[str, list[str]], str]:
    composite = [award for award in rules.get("awards", []) if award.get("kind", "composite") == "composite"]
    counted: list[Data] = []
    for award in composite:
        if award.get("count") is None:
            break
        counted.append(award)
    if not counted:
        return {}, "NOT_STATED"
    found: dict[str, list[str]] = {}
    states = []
    for members in scopes_of(projects, rules["rank_scope"]).values():
        if any(project.total is None for project in members):
            states.append("PENDING")
            continue
        slots = [award["name"] for award in counted for _ in range(award["count"])]
        for award in counted:
            found.setdefault(award["name"], [])
        undecided = False
        for group in ranking(rules, members, rulings):
            if not slots:
                break
            taken, slots_after = slots[: len(group)], slots[len(group) :]
            if len(group) == len(taken) and len(set(taken)) == 1:
                if not undecided:
                    found[taken[0]] += [project.no for project in group]
                slots = slots_after
                continue
            for project in group:
                project.flags.add("TIE_AT_AWARD")
            ruling = next((one for one in reversed(rulings) if one["kind"] == "award" and same(one, group)), None)
            if ruling is None:
                undecided = True
                states.append("PENDING_RULING")
                slots = slots_after
                continue
            for project in group:
                project.ruled = True
            method = ruling.get("method") or "order"
            if method == "order":
                if not undecided:
                    for number, name in zip(ruling["order"], taken, strict=False):
                        found[name].append(number)
            else:
                if not undecided:
                    found[taken[0]] += [project.no for project in group]
                if method == "add_place":
                    own = len([name for name in taken if name == taken[0]])
                    slots_after = slots[own:]
            slots = slots_after
    state = next((one for one in ("PENDING", "PENDING_RULING") if one in states), "FINAL")
    return found, state if scopes_of(projects, rules["rank_scope"]) else "PENDING"


def recount(preset: Data, given: Data) -> Data:
    """The tabulation/1 object for an input that can be taken (nothing is checked here)."""
    rules = patched(preset, given.get("rule_changes") or {})
    rules.setdefault("rounding", {"mode": "HALF_UP", "places": 2})
    rules.setdefault("rank_scope", "all")
    rulings = given.get("rulings") or []
    voided = given.get("popularity") == "voided"
    projects = [Project(rules, data, rulings) for data in given["projects"]]
    give_popularity(rules, projects)
    places = rules["rounding"].get("places", 2)
    for project in projects:
        project.add_up(voided)
        if voided:
            project.flags.add("VOTES_VOIDED")
    for members in scopes_of(projects, rules["rank_scope"]).values():
        position = 1
        for group in ranking(rules, members, rulings):
            for project in group:
                project.rank = position
            position += len(group)
    keys = {project.no: project.key for project in projects}
    listed, advance_state, candidates = advance(rules, projects, rulings, given.get("passed_initial_review") or {})
    won, award_state = awards(rules, projects, rulings)
    for project in projects:
        project.key = keys[project.no]
    return {
        "format": "judge-app/tabulation/1",
        "preset": given["preset"],
        "full_marks": short(full_marks(rules)),
        "projects": [report(project, places, voided) for project in projects],
        "advance": listed,
        "advance_status": advance_state,
        "advance_candidates": candidates,
        "awards": won,
        "award_status": award_state,
        "assumed": rules.get("assumed", []),
    }


def report(project: Project, places: int, voided: bool) -> Data:
    state = project.state
    if state == "FINAL" and project.ruled:
        state = "FINAL_BY_RULING"
    points = Fraction(0) if voided else to_places(project.points, project.rules["rounding"])
    return {
        "entry_no": project.no,
        "status": state,
        "total": None if project.total is None else show(project.total, places),
        "rank": project.rank,
        "tie_key": project.key,
        "flags": sorted(project.flags),
        "popularity_points": show(points, places),
        "popularity_counted": None if project.counted is None else show(project.counted, places),
        "components": {
            key: {
                "score": None if part.score is None else show(part.score, places),
                "valid": part.valid,
                "dropped_high": names(part.high),
                "dropped_low": names(part.low),
                "kept_sum": None if part.kept_sum is None else short(part.kept_sum),
            }
            for key, part in project.parts.items()
        },
    }


def names(judges: list[str]) -> Any:
    """One name, a list in the judges' order where several were dropped, None where nobody was."""
    ordered = sorted(judges, key=judge_order)
    return ordered if len(ordered) > 1 else (ordered[0] if ordered else None)


# ---------------------------------------------------------------------------------------------------- random contests


def random_contest(dice: random.Random, presets: dict[str, Data]) -> Data:
    """A random input on a random preset, small and crowded, so that ties and shortages are common."""
    key = dice.choice(sorted(presets))
    changes = random_changes(dice, presets[key])
    rules = patched(presets[key], changes)
    tracks = ["甲", "乙", "丙"][: dice.randint(1, 3)]
    spread = dice.choice([1, 1, 2, 5, 40])
    panels = [dice.choice([2, 3, 3, 4, 5, 5, 7, 7, 11]) for _ in "EPQ"]
    trouble = dice.choice([0, 0, 1, 3])
    projects: list[Data] = []
    for number in range(1, dice.randint(1, 9) + 1):
        project = random_project(dice, rules, number, tracks, spread, panels, trouble)
        if projects and dice.random() < 0.3:
            project["sheets"] = echoed(dice, rules, dice.choice(projects)["sheets"])
        projects.append(project)
    given: Data = {"format": "judge-app/tabulation-input/1", "preset": key, "projects": projects}
    if changes:
        given["rule_changes"] = changes
    if dice.random() < 0.8:
        given["passed_initial_review"] = {track: dice.randint(0, 25) for track in tracks if dice.random() < 0.95}
    if dice.random() < 0.1:
        given["popularity"] = "voided"
    return given


def random_changes(dice: random.Random, rules: Data) -> Data:
    changes: Data = {}
    if dice.random() < 0.3:
        changes["rounding_stage"] = "final_only"
    if dice.random() < 0.2:
        changes["rounding"] = {
            "mode": dice.choice(["HALF_UP", "HALF_EVEN", "DOWN"]),
            "places": dice.choice([0, 0, 1, 2, 3]),
        }
    if dice.random() < 0.4:
        changes["rank_scope"] = dice.choice(["all", "track", "topic", "session"])
    if dice.random() < 0.4:
        changes["popularity"] = {
            "table": ["10", "9", "8", "7", "6", "5", "4", "3", "2", "1"][: dice.randint(1, 10)],
            "cap": dice.choice(["0.05", "0.01", "0.0333", "0.5"]),
            "cap_mode": dice.choice(["own_total", "full_marks_clip", "full_marks_scale", "none"]),
            "scope": dice.choice(["all", "track"]),
            "zero_votes": dice.choice(["0", "0", "0.5"]),
        }
    elif dice.random() < 0.1:
        changes["popularity"] = None
    if dice.random() < 0.5:
        changes["advance"] = random_advance(dice)
    if dice.random() < 0.5:
        counts = [dice.randint(0, 3) for _ in range(dice.randint(0, 4))]
        changes["awards"] = [
            {"name": f"奖{at}", "count": count, "kind": "composite"} for at, count in enumerate(counts)
        ]
        if dice.random() < 0.2:
            changes["awards"].append({"name": "末奖", "kind": "composite"})
    if dice.random() < 0.3:
        components = copy.deepcopy(rules["components"])
        for component in components:
            if component.get("source", "judges") != "judges":
                continue
            high, low = dice.choice([(1, 1), (0, 0), (2, 1), (1, 0), (2, 2), (0, 2)])
            component["trim"] = {
                "high": high,
                "low": low,
                "from_n": high + low + dice.randint(1, 3),
                "on": dice.choice(["judge_total", "judge_total", "criterion"]),
                "below": dice.choice(["ruling", "plain_mean"]),
                "warn_below": dice.choice([0, 3, 5]),
            }
            if dice.random() < 0.2:
                del component["trim"]
            if dice.random() < 0.2:
                component["required"] = False
        changes["components"] = components
    return changes


def random_advance(dice: random.Random) -> Data:
    quota = dice.choice(["hard", "soft"])
    kind = dice.choice(["top_n", "ratio", "ratio", "score_line"])
    rule: Data = {"type": kind, "quota": quota}
    if kind == "top_n":
        rule["n"] = dice.randint(0, 4)
    elif kind == "score_line":
        rule["line"] = str(dice.randint(40, 130))
    else:
        rule["ratio"] = dice.choice(["0.20", "0.5", "0.333", "1"])
        rule["per"] = dice.choice(["all", "track"])
        rule["basis"] = dice.choice(["passed_initial_review", "ranked_in_final"])
        rule["rounding"] = dice.choice(["half_up", "floor", "ceil", "largest_remainder"])
    return rule


def echoed(dice: random.Random, rules: Data, sheets: list[Data]) -> list[Data]:
    """Another project's sheets, as they are or with one point moved from one line or component to another: a tie."""
    own = copy.deepcopy(sheets)
    points = [sheet["points"] for sheet in own if sheet.get("points") and None not in sheet["points"].values()]
    if points and dice.random() < 0.6:
        chosen = dice.choice(points)
        up, down = dice.choice(sorted(chosen)), dice.choice(sorted(chosen))
        if frac(chosen[up]) >= 1:  # a whole point is on every step in use, and full marks are never given
            chosen[up] = short(frac(chosen[up]) - 1)
            chosen[down] = short(frac(chosen[down]) + 1)
    return own


def random_project(
    dice: random.Random, rules: Data, number: int, tracks: list[str], spread: int, panels: list[int], trouble: int
) -> Data:
    project: Data = {
        "entry_no": str(number),
        "track": dice.choice(tracks),
        "topic": dice.choice(["子", "丑"]),
        "session": dice.choice(["上午", "下午"]),
        "sheets": [],
    }
    if dice.random() < 0.8:
        project["votes"] = dice.choice([0, 10, 10, 20, 30, 40, dice.randint(0, 99)])
    if dice.random() < 0.05:
        project["popularity_rank"] = dice.randint(1, 12)
    if dice.random() < 0.05:
        project["standing"] = dice.choice(["withdrawn", "disqualified"])
    external = {
        component["key"]: show(Fraction(dice.randint(8000, 9000), 100), 2)
        for component in rules["components"]
        if component.get("source", "judges") == "external" and dice.random() < 0.95
    }
    if external:
        project["external"] = external
    classes = list(dict.fromkeys(one["judge_class"] for one in rules["components"] if one.get("judge_class")))
    for letter, judge_class, usual in zip("EPQ", classes, panels, strict=False):
        own = [one for one in rules["components"] if one.get("judge_class") == judge_class]
        if dice.random() < 0.03 * trouble:
            usual = dice.randint(0, 2)
        for seat in range(1, usual + 1):
            project["sheets"] += random_sheets(dice, own, f"{letter}{seat}", spread, trouble)
    dice.shuffle(project["sheets"])
    return project


def random_sheets(dice: random.Random, components: list[Data], judge: str, spread: int, trouble: int) -> list[Data]:
    """One judge's lines for one project."""
    luck = dice.random() if dice.random() < 0.3 + trouble / 3 else 1
    presence = "absent" if luck < 0.05 else "left" if luck < 0.07 else "recused" if luck < 0.12 else "present"
    replaces = "R1" if dice.random() < 0.02 else None
    sheets = []
    for component in components:
        sheet: Data = {"judge": judge, "component": component["key"], "presence": presence}
        if replaces:
            sheet["replaces"] = replaces
        on_criteria = (component.get("trim") or {}).get("on") == "criterion"
        luck = dice.random()
        if presence != "present" and luck < 0.8:
            if luck < 0.1:
                continue  # his other lines say where he is
        elif luck < 0.003 * trouble:
            pass  # blank
        elif luck < 0.5 and not on_criteria:
            sheet["total"] = random_mark(dice, component["max"], smallest_step(component), spread)
        else:
            sheet["points"] = {
                line["name"]: random_mark(dice, line["max"], line.get("step") or component.get("step", "1"), spread)
                for line in component["criteria"]
            }
            if dice.random() < 0.002 * trouble:
                sheet["points"][component["criteria"][0]["name"]] = None
            if dice.random() < 0.005:
                sheet["points"] = dict.fromkeys(sheet["points"], "0")
        sheets.append(sheet)
    return sheets


def smallest_step(component: Data) -> str:
    return str(min((line.get("step") or component.get("step", "1") for line in component["criteria"]), key=frac))


def random_mark(dice: random.Random, full: str, step: str, spread: int) -> str:
    most = int(frac(full) / frac(step))
    return short(frac(step) * max(0, most * 17 // 20 - dice.randint(0, spread)))


def random_rulings(dice: random.Random, found: Data, given: Data, rules: Data) -> list[Data]:
    """Rulings on what a first count left open, some of them on nothing."""
    rulings: list[Data] = []

    def rule(**fields: Any) -> None:
        rulings.append({**fields, "by": "评委组长", "reason": "随机"})

    judged = [one["key"] for one in rules["components"] if one.get("source", "judges") == "judges"]
    for project in found["projects"]:
        for key in judged:
            part = project["components"][key]
            if (part["score"] is None and dice.random() < 0.6) or dice.random() < 0.02:
                method = dice.choice(["plain_mean", "plain_mean", "literal"])
                rule(kind="few_sheets", entry_no=project["entry_no"], component=key, method=method)
    groups: dict[tuple[Any, ...], list[str]] = {}
    data = {project["entry_no"]: project for project in given["projects"]}
    for project in found["projects"]:
        if project["rank"] is not None:
            scope = data[project["entry_no"]].get(rules["rank_scope"], "")
            groups.setdefault((scope, project["rank"]), []).append(project["entry_no"])
    ties = [group for group in groups.values() if len(group) > 1]
    if len(found["advance_candidates"]) > 1:
        ties.append(found["advance_candidates"])
    for group in ties:
        if dice.random() < 0.3:
            continue
        shuffled = dice.sample(group, len(group))
        kind = dice.choice(["tie", "cut", "award", "award"])
        if kind == "tie":
            rule(kind=kind, entries=group, order=shuffled)
        elif kind == "cut" and dice.random() < 0.4:
            rule(kind=kind, entries=group, method="both")
        elif kind == "cut" or dice.random() < 0.4:
            rule(kind=kind, entries=group, method="order", order=shuffled)
        else:
            rule(kind=kind, entries=group, method=dice.choice(["keep_total", "add_place"]))
    if rules.get("popularity") is not None and dice.random() < 0.5:
        scope = rules["popularity"].get("scope", "all")
        for _ in range(dice.randint(1, 3)):
            chosen = dice.choice(given["projects"])
            methods = ["void", "void_up", "void_up", "count"]
            if any(
                project.get("popularity_rank") is not None
                and project.get("votes") != 0
                and (scope == "all" or project.get(scope) == chosen.get(scope))
                for project in given["projects"]
            ):
                methods = ["void", "count"]  # who moves up is unknown where ranks come from elsewhere
            rule(kind="votes", entry_no=chosen["entry_no"], method=dice.choice(methods))
            rulings.insert(dice.randrange(len(rulings)), rulings.pop())
    return rulings
