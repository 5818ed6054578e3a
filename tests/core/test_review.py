"""The desk's review: 可计算 → 待复核 → 已复核 → 已锁定 → 已公布, each step by the role that may, line by line."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from judge_app.core import commands, overall, session
from judge_app.core.contest import Presence
from judge_app.core.errors import Refused
from judge_app.core.explain import announce, flag_words
from judge_app.core.review import Line, Tick, fits, lines
from judge_app.core.rules import RuleSet
from judge_app.core.stages import ProjectStage, ResultStatus, ReviewStep
from judge_app.core.views import ChairView
from tests.core.contests import sitting as two_rooms
from tests.core.sessions import REVIEWED, RULES, setup
from tests.core.simulation import Sitting, encoded

FEW = '{"kind":"few_sheets","by":"王一","reason":"人少","entry_no":"1","component":"professional30","method":"plain_mean"}'


def closed(rules: object = REVIEWED) -> Sitting:
    sitting = Sitting(setup(rules))  # type: ignore[arg-type]
    sitting.hear("1")
    sitting.score("1")
    return sitting


def recompute(sitting: Sitting, name: str = "吴计", **found: str) -> str:
    ticks = sitting.ticks("1", **found)
    return sitting.refusal("scorer", commands.RecomputeResult(entry_no="1", name=name, ticks=ticks))


def check(sitting: Sitting, name: str = "郑核", **found: str) -> str:
    ticks = sitting.ticks("1", **found)
    return sitting.refusal("checker", commands.CheckResult(entry_no="1", name=name, ticks=ticks))


def lock(sitting: Sitting) -> str:
    return sitting.refusal("chair", commands.LockProject(entry_no="1"))


def status(sitting: Sitting) -> ResultStatus:
    return session.result_status(sitting.state, "1")


def test_a_result_goes_from_computable_to_published_each_step_by_its_role() -> None:
    sitting = Sitting(setup(REVIEWED, projects=1))
    assert status(sitting) is ResultStatus.INCOMPLETE
    sitting.hear("1")
    sitting.score("1")
    assert status(sitting) is ResultStatus.COMPUTABLE
    assert check(sitting) == "not_recomputed"
    assert lock(sitting) == "not_reviewed"
    assert recompute(sitting) == ""
    assert status(sitting) is ResultStatus.PENDING_REVIEW
    assert lock(sitting) == "not_reviewed"
    assert check(sitting) == ""
    assert status(sitting) is ResultStatus.REVIEWED
    assert lock(sitting) == ""
    assert status(sitting) is ResultStatus.LOCKED
    sitting.sign()
    sitting.do("chair", commands.LockSession())
    sitting.do("chair", commands.ConfirmAssumed(path="tie_keys", name="组委会"))
    sitting.do("chair", commands.PublishResults())
    assert status(sitting) is ResultStatus.PUBLISHED
    assert sitting.read_back() == sitting.state


def test_rules_that_ask_for_no_review_lock_as_they_always_did() -> None:
    sitting = closed(RULES)
    assert lock(sitting) == ""


def test_a_result_that_waits_for_a_ruling_is_not_recomputed() -> None:
    sitting = Sitting(setup(REVIEWED))
    sitting.hear("1")
    for judge in ("E2", "E3"):
        sitting.do("host", commands.SetPresence(entry_no="1", judge=judge, presence=Presence.ABSENT, reason="病"))
    sitting.score("1")
    assert status(sitting) is ResultStatus.PENDING_RULING
    assert recompute(sitting) == "not_computable"


def test_the_lines_are_the_numbers_of_the_printed_sheets_in_their_order() -> None:
    sitting = closed()
    result = session.tabulation(sitting.state, ["1"]).projects[0]
    made = lines(REVIEWED, result)
    assert [line.key for line in made] == [
        *(f"mark|expert100|{judge}" for judge in ("E1", "E2", "E3")),
        "component|expert100|",
        *(f"mark|creative10|{judge}" for judge in ("E1", "E2", "E3")),
        "component|creative10|",
        "mark|professional30|P1",
        "component|professional30|",
        "total||",
    ]
    assert made[3].shown == str(result.components["expert100"].score)
    assert made[-1].shown == str(result.total)


VOTED = msgspec.structs.replace(RULES, review="two_people")
VOID = '{"kind":"votes","by":"王一","reason":"刷票","entry_no":"2","method":"%s"}'


def voted() -> Sitting:
    sitting = Sitting(setup(VOTED, votes=(700, 900, 500)))
    for entry_no in ("1", "2"):
        sitting.hear(entry_no)
        sitting.score(entry_no)
    return sitting


def test_votes_are_compared_line_by_line_their_rank_points_and_what_counts() -> None:
    sitting = voted()
    result = session.tabulation(sitting.state).projects[0]
    made = lines(VOTED, session.tabulation(sitting.state, ["1"]).projects[0])
    assert made[-4:] == (
        Line(kind="votes_rank", shown="2"),
        Line(kind="votes_points", shown="2.00"),
        Line(kind="votes_counted", shown="2.00"),
        Line(kind="total", shown=str(result.total)),
    ), "ranks by votes are over all projects, whichever is looked at"
    assert recompute(sitting) == ""
    assert check(sitting) == ""
    assert lock(sitting) == ""


def test_a_cap_on_points_for_votes_is_a_line_and_no_votes_have_no_rank() -> None:
    assert VOTED.popularity is not None
    popularity = msgspec.structs.replace(VOTED.popularity, cap=Decimal("0.05"), cap_mode="own_total")
    rules = msgspec.structs.replace(VOTED, popularity=popularity)
    sitting = Sitting(setup(rules, votes=(0, 900, 500)))
    sitting.hear("1")
    sitting.score("1")
    result = session.tabulation(sitting.state, ["1"]).projects[0]
    votes = [(line.kind, line.shown) for line in lines(rules, result) if line.kind.startswith("votes")]
    assert votes == [
        ("votes_rank", "—"),
        ("votes_points", "0.00"),
        ("votes_cap", str(result.popularity_cap)),
        ("votes_counted", "0.00"),
    ]


def test_votes_that_are_voided_take_the_reviews_of_all_that_is_not_locked() -> None:
    sitting = voted()
    recompute(sitting)
    assert status(sitting) is ResultStatus.PENDING_REVIEW
    sitting.do("chair", commands.MakeRuling(ruling=VOID % "void_up", reason="刷票"))
    assert status(sitting) is ResultStatus.COMPUTABLE, "its rank by votes has moved"


@pytest.mark.parametrize("method", ["void", "void_up"])
def test_whose_votes_moved_by_a_ruling_is_reviewed_and_locked_as_the_desk_sees_it(method: str) -> None:
    """The desk sees some of the projects; what two people tick there is what the contest gives."""
    sitting = voted()
    sitting.do("chair", commands.MakeRuling(ruling=VOID % method, reason="刷票"))
    shown = sitting.view("scorer")
    assert isinstance(shown, ChairView)
    assert shown.tabulation is not None
    result = shown.tabulation.project("1")
    assert result.popularity_rank == (1 if method == "void_up" else 2)
    ticks = tuple(Tick(line=line.key, shown=line.shown) for line in lines(VOTED, result))
    recomputed = commands.RecomputeResult(entry_no="1", name="吴计", ticks=ticks)
    assert sitting.refusal("scorer", recomputed) == ""
    assert sitting.refusal("checker", commands.CheckResult(entry_no="1", name="郑核", ticks=ticks)) == ""
    assert lock(sitting) == ""
    official = session.tabulation(sitting.state).project("1")
    assert official.total == result.total
    assert str(official.total) == ticks[-1].shown


def in_a_contest(rules: RuleSet, *, at: int = 0, part: bool = False) -> Sitting:
    """One of two rooms, its first project heard; over both 1 has the most votes, then 3, 4 and 2."""
    made = two_rooms(at, rules)
    votes = {"1": 900, "2": 500, "3": 700, "4": 600}
    projects = tuple(
        msgspec.structs.replace(project, votes=votes[project.entry_no]) for project in made.setup.contest.projects
    )
    sessions = (made.setup.session,) if part else made.setup.contest.sessions
    contest = msgspec.structs.replace(made.setup.contest, projects=projects, sessions=sessions, part=part)
    sitting = Sitting(msgspec.structs.replace(made.setup, contest=contest))
    for project in projects:
        sitting.hear(project.entry_no)
        sitting.score(project.entry_no)
    return sitting


@pytest.mark.parametrize("part", [False, True])
def test_a_room_of_several_signs_no_points_for_votes_and_no_total(part: bool) -> None:
    """The votes of all rooms are ranked together; what a room has of them is shown as its own, and ticked by nobody."""
    rooms = [in_a_contest(VOTED, at=at, part=part) for at in (0, 1)]
    assert not overall.count([room.state for room in rooms]).contest.part
    contest = {one.entry_no: one for one in overall.results([room.state for room in rooms]).projects}
    own = session.tabulation(rooms[0].state, ["2"]).project("2")
    assert (own.popularity_rank, contest["2"].popularity_rank) == (2, 4)
    assert own.total != contest["2"].total
    assert own.flags == (*contest["2"].flags, "VOTES_OF_ONE_ROOM")
    assert "全赛合并" in flag_words(VOTED, own.flags[-1]).zh
    said = announce(VOTED, own)
    assert "合并计算后公布" in said.zh
    assert str(own.total) not in said.zh + said.en, "no provisional number is read out"
    kinds = {line.kind for line in lines(VOTED, own)}
    assert kinds == {"mark", "component"}
    rooms[0].review("1")
    assert lock(rooms[0]) == ""


@pytest.mark.parametrize("method", ["void", "void_up", "count"])
def test_votes_that_are_ranked_over_rooms_are_ruled_on_for_all_of_them(method: str) -> None:
    sitting = in_a_contest(VOTED)
    made = commands.MakeRuling(ruling=VOID % method, reason="刷票")
    with pytest.raises(Refused, match="All rooms") as refused:
        sitting.do("chair", made)
    assert refused.value.code == "votes_elsewhere"
    assert "全部会场" in refused.value.zh


def test_a_room_of_several_does_not_publish_totals_with_votes_of_its_own() -> None:
    """What it would show before the audience is not the contest's total."""
    own = msgspec.structs.replace(VOTED, popularity=msgspec.structs.replace(VOTED.popularity, scope="session"))
    refused = []
    for rules in (VOTED, own):
        sitting = in_a_contest(rules)
        for project in sitting.setup.contest.projects:
            sitting.review(project.entry_no)
            sitting.lock(project.entry_no)
        sitting.sign()
        sitting.do("chair", commands.LockSession())
        refused.append(sitting.refusal("chair", commands.PublishResults()))
    assert refused == ["votes_elsewhere", "assumed_left"]  # the second is kept back by its assumed values alone


def test_votes_that_are_ranked_in_each_room_are_the_rooms_own_in_a_contest_of_several() -> None:
    assert VOTED.popularity is not None
    own = msgspec.structs.replace(VOTED, popularity=msgspec.structs.replace(VOTED.popularity, scope="session"))
    sitting = in_a_contest(own)
    result = session.tabulation(sitting.state).project("2")
    assert "VOTES_OF_ONE_ROOM" not in result.flags
    assert lines(own, result)[-1] == Line(kind="total", shown=str(result.total))
    sitting.do("chair", commands.MakeRuling(ruling=VOID % "void_up", reason="刷票"))


def test_a_project_that_votes_give_nothing_has_its_total_ticked_in_a_contest_of_several_rooms() -> None:
    sitting = in_a_contest(REVIEWED)
    result = session.tabulation(sitting.state).project("2")
    assert "VOTES_OF_ONE_ROOM" not in result.flags
    assert lines(REVIEWED, result)[-1].kind == "total"


def test_a_number_that_is_longer_than_two_places_is_shown_whole() -> None:
    assert fits((Tick(line="total||", shown="1.00"),), (Line(kind="total", shown="1.00"),))
    assert not fits((), (Line(kind="total", shown="1.00"),))


@pytest.mark.parametrize("change", ["missing", "number", "order", "twice"])
def test_ticks_that_are_not_of_the_result_as_it_stands_are_refused(change: str) -> None:
    sitting = closed()
    ticks = sitting.ticks("1")
    wrong = {
        "missing": ticks[1:],
        "number": (msgspec.structs.replace(ticks[0], shown="0.00"), *ticks[1:]),
        "order": ticks[::-1],
        "twice": (*ticks, ticks[-1]),
    }[change]
    assert sitting.refusal("scorer", commands.RecomputeResult(entry_no="1", name="吴计", ticks=wrong)) == (
        "result_changed"
    )


def test_the_checker_is_another_person_than_the_scorer_however_the_name_is_spaced() -> None:
    sitting = closed()
    recompute(sitting)
    assert check(sitting, "吴 计") == "same_person"
    assert check(sitting, "") == "name_needed"
    assert check(sitting) == ""


def test_the_checker_sits_at_another_computer_than_the_scorer() -> None:
    sitting = closed()
    sitting.seated("scorer", "d1", "aa")
    sitting.seated("checker", "d2", "aa")
    recompute(sitting)
    assert check(sitting) == "same_device"
    sitting.do("host", commands.RevokeDevice(seat="checker", device="d2", reason="换机"))
    sitting.seated("checker", "d3", "bb")
    assert check(sitting) == ""


def test_a_computer_that_the_scorer_gave_back_is_none_for_the_checker() -> None:
    """Where the result was recomputed is what counts, not what stands on the scorer's desk now."""
    sitting = closed()
    sitting.seated("scorer", "d1", "aa")
    recompute(sitting)
    sitting.seated("scorer", "d2", "bb")
    sitting.seated("checker", "d3", "aa")
    assert check(sitting) == "same_device"
    assert sitting.read_back() == sitting.state
    assert recompute(sitting) == "", "recomputed anew on the scorer's other computer"
    assert check(sitting) == ""


def test_computers_that_were_never_told_apart_are_not_compared() -> None:
    """Programs from before reviews named none."""
    sitting = closed()
    sitting.seated("scorer", "d1", "")
    sitting.seated("checker", "d2", "")
    recompute(sitting)
    assert check(sitting) == ""


def test_a_rehearsal_may_run_both_desks_on_one_computer() -> None:
    sitting = Sitting(msgspec.structs.replace(setup(REVIEWED), rehearsal=True))
    sitting.hear("1")
    sitting.score("1")
    sitting.seated("scorer", "d1", "aa")
    sitting.seated("checker", "d2", "aa")
    recompute(sitting)
    assert check(sitting) == ""


def test_a_difference_keeps_the_lock_away_until_it_is_settled() -> None:
    sitting = closed()
    assert recompute(sitting, total="1.23") == ""
    assert session.review_step(sitting.state, "1") is ReviewStep.DIFFERS
    check(sitting)
    assert lock(sitting) == "differs"
    assert recompute(sitting) == "", "the scorer looked again"
    assert session.review_step(sitting.state, "1") is ReviewStep.RECOMPUTED, "and it is checked anew"
    assert check(sitting, component="1.00") == ""
    assert lock(sitting) == "differs"
    assert check(sitting) == ""
    assert lock(sitting) == ""


def test_a_difference_has_a_reason_and_the_number_itself_is_none() -> None:
    sitting = closed()
    ticks = sitting.ticks("1")
    bare = (msgspec.structs.replace(ticks[0], found="7"), *ticks[1:])
    assert sitting.refusal("scorer", commands.RecomputeResult(entry_no="1", name="吴计", ticks=bare)) == "reason_needed"
    same = (msgspec.structs.replace(ticks[0], found=ticks[0].shown, reason="x"), *ticks[1:])
    sitting.do("scorer", commands.RecomputeResult(entry_no="1", name="吴计", ticks=same))
    assert session.review_step(sitting.state, "1") is ReviewStep.RECOMPUTED


@pytest.mark.parametrize(
    ("who", "command"),
    [
        ("chair", commands.ReturnSheet(entry_no="1", judge="E2", reason="涂改")),
        ("host", commands.SetPresence(entry_no="1", judge="E2", presence=Presence.LEFT, reason="离席")),
        ("chair", commands.MakeRuling(ruling=FEW, reason="人少")),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, commands.Command) else value,
)
def test_whatever_changes_a_result_takes_its_review_away(who: str, command: commands.Command) -> None:
    sitting = closed()
    sitting.review("1")
    sitting.do(who, command)
    assert session.review_step(sitting.state, "1") is ReviewStep.NONE


def test_another_projects_change_leaves_a_review_alone() -> None:
    sitting = closed()
    sitting.review("1")
    sitting.hear("2")
    sitting.score("2")
    assert session.review_step(sitting.state, "1") is ReviewStep.CHECKED


def test_a_locked_result_keeps_its_review_and_a_reopened_one_is_reviewed_anew() -> None:
    sitting = closed()
    sitting.review("1")
    lock(sitting)
    assert session.review_step(sitting.state, "1") is ReviewStep.CHECKED
    assert recompute(sitting) == "locked"
    sitting.do("chair", commands.ReopenProject(entry_no="1", reason="复议", second_person="周持"))
    assert sitting.stage("1") is ProjectStage.CLOSED
    assert lock(sitting) == "not_reviewed"


def test_the_desk_sees_the_review_and_the_host_how_far_it_is() -> None:
    sitting = closed()
    recompute(sitting, total="1.23")
    for who in ("chair", "scorer", "checker", "supervisor"):
        shown = sitting.chair_view(who)
        assert shown.reviews[0].recomputed is not None
        assert [tick.found for tick in shown.reviews[0].recomputed.differences] == ["1.23"]
    assert sitting.host_view().projects[0].review is ReviewStep.DIFFERS
    assert b"1.23" not in encoded(sitting.host_view())
    assert not any(b"differs" in encoded(sitting.view(who)) for who in ("judge:E2", "stage", "viewer"))


def test_a_chair_whose_own_sheet_is_back_does_not_see_the_review() -> None:
    sitting = closed()
    recompute(sitting)
    sitting.do("chair", commands.ReturnSheet(entry_no="1", judge="E1", reason="涂改"))
    assert sitting.chair_view().reviews == ()
