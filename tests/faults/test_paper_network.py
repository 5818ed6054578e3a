"""Seats, room, network and disk in any order: what holds after every single step, with crashes, copies, late and stale
sheets, other content under a used id, and two laptops for one judge. At length: ``run.py faults protocol``.
"""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from judge_app.core import commands
from judge_app.wire import signing
from judge_app.wire.messages import Receipt, Refusal, Submit
from tests.core.sessions import PAPER, PRESIDING, setup
from tests.faults.history import check_rows, fold
from tests.faults.paper_network import Laptop, World
from tests.faults.test_history import shown

JUDGES = ("E2", "E3", "P1")
PROJECTS = ("1", "2")
SETUP = setup(msgspec.structs.replace(PAPER, review="none"), projects=len(PROJECTS), judges=PRESIDING)
numbers = st.integers(0, 10_000)


def few_sheets(entry_no: str, component: str) -> str:
    """A ruling for whatever number of sheets there is."""
    ruling = {"kind": "few_sheets", "by": "钱主", "reason": "人少", "entry_no": entry_no}
    return msgspec.json.encode(ruling | {"component": component, "method": "plain_mean"}).decode()


class Network(RuleBasedStateMachine):
    """One session on paper; nobody presents, so that a sheet may be given from the start."""

    hasty = False

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.world = World(Path(self.folder.name), SETUP, hasty=self.hasty)
        self.host = Laptop(self.world, "host")
        self.chair = self.seated("chair")
        self.sitting = {judge: [self.seated(f"judge:{judge}")] for judge in JUDGES}
        self.checked = 0
        self.answers: dict[str, list[Receipt | Refusal]] = {}

    def seated(self, seat: str) -> Laptop:
        laptop = Laptop(self.world, seat)
        self.world.order(self.host, commands.AdmitDevice(seat=seat, device=laptop.device))
        self.world.connect(laptop)
        return laptop

    def a_laptop(self, number: int) -> tuple[str, Laptop]:
        judge = JUDGES[number % len(JUDGES)]
        own = self.sitting[judge]
        return judge, own[number // len(JUDGES) % len(own)]

    # what people do

    @rule(who=numbers, project=st.sampled_from(PROJECTS), share=st.sampled_from([0.0, 0.3, 0.5, 1.0]), behind=numbers)
    def submit(self, who: int, project: str, share: float, behind: int) -> None:
        """A sheet on the revision that stands, or now and then on another."""
        judge, laptop = self.a_laptop(who)
        if not laptop.client._session_id:
            return
        stands = self.world.room.committed.projects[project].sheets[judge].revision
        revision = stands if behind % 5 else behind % 4
        self.world.send(laptop, self.world.sheet(judge, project, revision, share))

    @rule(project=st.sampled_from(PROJECTS), judge=st.sampled_from(JUDGES))
    def return_sheet(self, project: str, judge: str) -> None:
        self.world.order(self.chair, commands.ReturnSheet(entry_no=project, judge=judge, reason="看不清"))

    @rule(project=st.sampled_from(PROJECTS), step=st.sampled_from(["close", "lock", "lock", "reopen"]))
    def chair_decides(self, project: str, step: str) -> None:
        if step == "lock":
            for judge in self.world.room.committed.projects[project].missing:
                laptop = self.sitting[judge][-1]
                stands = self.world.room.committed.projects[project].sheets[judge].revision
                self.world.connect(laptop)
                self.world.send(laptop, self.world.sheet(judge, project, stands, 0.7))
            self.flow()
        held = self.world.room.committed.projects[project]
        keys = [one.key for one in self.world.setup.rules.judged_components]
        orders: dict[str, list[tuple[Laptop, commands.AnyCommand]]] = {
            "close": [(self.host, commands.CloseScoring(entry_no=project, missing=held.missing))],
            "lock": [
                *((self.chair, commands.MakeRuling(ruling=few_sheets(project, key), reason="人少")) for key in keys),
                (self.chair, commands.LockProject(entry_no=project)),
            ],
            "reopen": [
                (self.chair, commands.ReopenProject(entry_no=project, reason="复议", second_person="周持")),
            ],
        }
        for laptop, command in orders[step]:
            self.world.order(laptop, command)

    @rule(judge=st.sampled_from(JUDGES))
    def another_laptop(self, judge: str) -> None:
        """A second device for a judge: let in, it puts the first out."""
        if len(self.sitting[judge]) < 3:
            self.sitting[judge].append(self.seated(f"judge:{judge}"))

    # what the network, the disk and the power do

    @precondition(lambda self: self.world.to_room)
    @rule(number=numbers, times=st.sampled_from([1, 1, 1, 2, 100]))
    def arrive(self, number: int, times: int) -> None:
        """Any one that is in the air, in whatever order, once or many times."""
        laptop, message = self.world.to_room.pop(number % len(self.world.to_room))
        if isinstance(message, Submit):
            for _ in range(times):
                self.world.arrive(laptop, message)

    @precondition(lambda self: self.world.to_seat)
    @rule(number=numbers, lost=st.booleans())
    def answer(self, number: int, lost: bool) -> None:
        laptop, answer = self.world.to_seat.pop(number % len(self.world.to_seat))
        if not lost:
            self.heard(laptop, answer)

    def heard(self, laptop: Laptop, answer: Receipt | Refusal) -> None:
        self.world.hear(laptop, answer)
        self.answers.setdefault(answer.command_id, []).append(answer)

    @rule()
    def flow(self) -> None:
        """For a moment the network is well."""
        while self.world.to_room:
            self.arrive(0, 1)
        while self.world.writer.waiting:
            self.world.commit()
        while self.world.to_seat:
            self.answer(0, False)

    @rule(number=numbers)
    def reconnect(self, number: int) -> None:
        self.world.connect(self.a_laptop(number)[1])

    @rule()
    def commit(self) -> None:
        self.world.commit()

    @rule()
    def crash(self) -> None:
        self.world.crash()
        for laptop in self.world.laptops:
            self.world.connect(laptop)

    @rule(number=numbers)
    def an_old_frame_comes_again(self, number: int) -> None:
        """Something that this device once sent, however long ago, after whatever happened since."""
        _, laptop = self.a_laptop(number)
        if laptop.given:
            self.world.arrive(laptop, list(laptop.given.values())[number % len(laptop.given)])

    @rule(number=numbers)
    def other_content_under_a_known_id(self, number: int) -> None:
        _, laptop = self.a_laptop(number)
        recorded = [one for one in laptop.given if self.world.disk.first_of(one)]
        if not recorded:
            return
        first = laptop.given[recorded[number % len(recorded)]]
        submit = signing.sign_command(
            laptop.client._identity.key,
            self.world.setup.session_id,
            laptop.device,
            first.command_id,
            first.counter,
            first.data.replace('"comment":""', '"comment":"x"') + " ",
        )
        self.world.commit_all()
        before, length = len(self.world.to_seat), self.world.room.state.seq
        self.world.arrive(laptop, submit)
        self.world.commit_all()
        answers = [one for _, one in self.world.to_seat[before:]]
        del self.world.to_seat[before:]
        assert [type(one) for one in answers] == [Refusal]
        assert answers[0].code in ("id_reused", "not_admitted")
        assert self.world.room.state.seq == length

    @rule(number=numbers)
    def said_for_another(self, number: int) -> None:
        """A judge's own sheet from another judge's device: the signature does not fit."""
        judge, laptop = self.a_laptop(number)
        other = self.sitting[JUDGES[(JUDGES.index(judge) + 1) % len(JUDGES)]][-1]
        if not laptop.given:
            return
        before, length = len(self.world.to_seat), self.world.room.state.seq
        self.world.arrive(other, list(laptop.given.values())[number % len(laptop.given)])
        answers = [one for _, one in self.world.to_seat[before:]]
        del self.world.to_seat[before:]
        assert [one.code for one in answers if isinstance(one, Refusal)] == ["bad_signature"]
        assert self.world.room.state.seq == length

    # what holds

    @invariant()
    def the_history_is_sound(self) -> None:
        if not hasattr(self, "world"):
            return
        rows = self.world.rows()
        receipts = [
            msgspec.to_builtins(receipt)
            for laptop in self.world.laptops
            for receipt in laptop.client.receipts().values()
        ]
        assert check_rows(rows, receipts, signing.public_hex(self.world.keys.signing)) == []
        scores, wrong = fold(rows)
        assert wrong == []
        assert scores == shown(self.world.room.committed)

    @invariant()
    def a_seat_that_holds_a_receipt_never_hears_otherwise(self) -> None:
        for answers in getattr(self, "answers", {}).values():
            receipts = {one.seq for one in answers if isinstance(one, Receipt)}
            assert len(receipts) <= 1

    def teardown(self) -> None:
        """The network is well again: every command of a device that may act is answered, and what is recorded is
        exactly what was receipted."""
        if not hasattr(self, "world"):
            return
        for laptop in self.world.laptops:
            self.world.connect(laptop)
        while self.world.to_room or self.world.writer.waiting or self.world.to_seat:
            while self.world.to_room:
                laptop, message = self.world.to_room.pop(0)
                if isinstance(message, Submit):
                    self.world.arrive(laptop, message)
            while self.world.writer.waiting:
                self.world.commit()
            while self.world.to_seat:
                self.heard(*self.world.to_seat.pop(0))
        self.the_history_is_sound()
        for laptop in self.world.laptops:
            found = self.world.room.joining.device_state(laptop.device)
            if found is not None and found[1].admitted and not found[1].revoked:
                assert not laptop.client.pending()
        self.world.close()
        self.folder.cleanup()


class HastyNetwork(Network):
    """The same with a room that acknowledges before the commit."""

    hasty = True


QUICK = settings(max_examples=25, stateful_step_count=40)


def test_no_sheet_is_lost_doubled_or_changed_by_any_order_of_things(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        run_state_machine_as_test(Network, settings=QUICK)  # type: ignore[no-untyped-call]
    assert {record.getMessage().partition(" ")[0] for record in caplog.records} <= {"command"}  # an id used again


def receipt_then_crash(machine: type[Network]) -> None:
    """The order of things that a room without its promise cannot stand: a sheet, its receipt, and the power goes."""
    network = machine()
    network.open()
    try:
        network.submit(0, "1", 0.5, 1)
        network.arrive(0, 1)
        if not network.world.to_seat:
            network.commit()
        network.answer(0, False)
        network.crash()
        network.the_history_is_sound()
    finally:
        network.world.close()
        network.folder.cleanup()


def test_a_room_that_acknowledges_before_the_commit_is_found_out() -> None:
    """The negative control of what is looked at after every step."""
    receipt_then_crash(Network)
    with pytest.raises(AssertionError, match=r"is for what is not stored|something else than is stored"):
        receipt_then_crash(HastyNetwork)
