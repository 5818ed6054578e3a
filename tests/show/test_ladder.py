"""The ladder: every rung is looked at, none is skipped without cause, and it always comes to a verdict."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from judge_app.show import guard, ladder
from judge_app.show.ladder import Answer, Look, Rung, Try, Verdict


class Program:
    """A simulated program on a virtual clock: which rungs come back how, and which of them really end the show."""

    def __init__(self, answers: dict[Rung, Answer], effective: set[Rung], vanish_ns: int = 0) -> None:
        self.answers = answers
        self.effective = effective
        self.vanish_ns = vanish_ns
        self.clock_ns = 0
        self.attempts: list[Rung] = []
        self._ends_ns: int | None = None

    def attempt(self, rung: Rung, budget_ns: int) -> Answer:
        self.attempts.append(rung)
        answer = self.answers.get(rung, Answer.DONE)
        self.clock_ns += budget_ns if answer is Answer.HUNG else 4_000_000
        if rung in self.effective and self._ends_ns is None:
            self._ends_ns = self.clock_ns + self.vanish_ns
        return answer

    def gone(self) -> bool:
        return self._ends_ns is not None and self.clock_ns >= self._ends_ns

    def now(self) -> int:
        return self.clock_ns

    def wait(self, ns: int) -> bool:
        self.clock_ns += max(ns, 1)
        return False

    def ended(self) -> Verdict:
        verdict = guard.end_show(self, self.now, self.wait)
        assert verdict is not None
        return verdict


def test_a_show_that_ends_when_asked_is_confirmed_at_the_first_rung() -> None:
    program = Program({}, {Rung.END})
    assert program.ended() == Verdict(method="end", gone_ns=4_000_001, confirmed=True)
    assert program.attempts == [Rung.END]


def test_a_window_that_takes_a_moment_to_vanish_is_waited_for() -> None:
    program = Program({}, {Rung.END}, vanish_ns=350 * ladder.MILLISECOND)
    verdict = program.ended()
    assert (verdict.method, program.attempts) == ("end", [Rung.END])
    assert verdict.gone_ns is not None
    assert 354 <= verdict.gone_ns // ladder.MILLISECOND <= 366


def test_a_program_that_says_it_ended_and_did_not_is_found_out() -> None:
    program = Program({}, {Rung.CLOSE})
    assert program.ended().method == "close"
    assert program.attempts == [Rung.END, Rung.BLANK, Rung.CLOSE]


def test_a_frozen_program_is_not_asked_to_blank_but_closed_and_killed() -> None:
    program = Program({Rung.END: Answer.HUNG, Rung.CLOSE: Answer.DONE}, {Rung.KILL})
    verdict = program.ended()
    assert program.attempts == [Rung.END, Rung.CLOSE, Rung.KILL]
    assert verdict.method == "kill"
    assert verdict.gone_ns is not None
    assert verdict.gone_ns <= 2_600 * ladder.MILLISECOND


def test_an_end_that_fails_although_the_show_is_gone_is_good_enough() -> None:
    program = Program({Rung.END: Answer.FAILED}, {Rung.END})
    assert program.ended().method == "end"


def test_a_program_that_may_not_be_killed_leaves_the_curtain_and_says_so() -> None:
    program = Program({Rung.KILL: Answer.FAILED, Rung.BLANK: Answer.FAILED}, set())
    assert program.ended() == Verdict(method="curtain", gone_ns=None, confirmed=False)


def test_a_show_that_could_only_be_blanked_is_recorded_as_blanked_and_unconfirmed() -> None:
    program = Program({Rung.KILL: Answer.FAILED}, set())
    assert program.ended() == Verdict(method="blank", gone_ns=None, confirmed=False)


def test_giving_up_while_waiting_gives_no_verdict() -> None:
    program = Program({}, {Rung.END}, vanish_ns=10**9)
    assert guard.end_show(program, program.now, lambda ns: True) is None


_answers = st.dictionaries(st.sampled_from(list(Rung)), st.sampled_from(list(Answer)))


@given(
    answers=_answers, effective=st.sets(st.sampled_from(list(Rung))), vanish_ms=st.integers(min_value=0, max_value=5000)
)
def test_whatever_the_program_does_the_ladder_ends_in_bounded_time_and_tells_the_truth(
    answers: dict[Rung, Answer], effective: set[Rung], vanish_ms: int
) -> None:
    program = Program(answers, effective, vanish_ms * ladder.MILLISECOND)
    verdict = program.ended()
    assert verdict.confirmed == program.gone()
    assert (verdict.gone_ns is not None) == verdict.confirmed
    assert program.attempts == sorted(set(program.attempts), key=list(Rung).index)
    assert program.clock_ns <= sum(ladder.BUDGET_NS.values()) + sum(ladder.PATIENCE_NS.values()) + 10**9
    if verdict.method == "curtain":
        assert Rung.KILL in program.attempts


def test_acts_name_their_budgets() -> None:
    climb, act = ladder.begin()
    assert act == Try(rung=Rung.END, budget_ns=1_500_000_000)
    climb, act = ladder.tried(climb, Answer.DONE, 5)
    assert act == Look(after_ns=0)
