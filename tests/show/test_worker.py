"""Workers: a call that hangs costs its budget and its process, and the next call is answered by a new one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from judge_app.show.driver import DriverKind, ShowError, ShowHung
from judge_app.show.fake import FakeDriver, FakeOffice, Mood, set_mood
from judge_app.show.worker import SECOND_NS, Worker, WorkerDriver, serve, worker_argv


@pytest.fixture
def worker(office: FakeOffice) -> Iterator[Worker]:
    worker = Worker(worker_argv(DriverKind.FAKE, str(office.folder)))
    yield worker
    worker.stop()


def test_a_call_that_hangs_is_given_up_and_its_process_killed(worker: Worker, office: FakeOffice) -> None:
    worker.call("is_running", 10 * SECOND_NS)
    first = worker.pid
    assert first is not None
    set_mood(office.folder, Mood(hang=True))
    with pytest.raises(ShowHung) as caught:
        worker.call("end", SECOND_NS // 5)
    assert "end" in caught.value.en
    assert not psutil.pid_exists(first)
    assert worker.pid not in (None, first)


def test_an_end_does_not_wait_behind_a_start_that_hangs(office: FakeOffice) -> None:
    driver = WorkerDriver(DriverKind.FAKE, worker_argv(DriverKind.FAKE, str(office.folder)))
    driver.warm()
    try:
        with pytest.raises(ShowError):
            driver.open(Path("/nowhere"))
        assert driver.end(10 * SECOND_NS) == 0
    finally:
        driver.stop()


def test_a_worker_that_died_is_said_to_have_gone_and_started_anew(worker: Worker) -> None:
    worker.call("is_running", 10 * SECOND_NS)
    assert worker.pid is not None
    process = psutil.Process(worker.pid)
    process.kill()
    process.wait()
    assert worker.call("is_running", 10 * SECOND_NS) is False


def test_a_drivers_own_error_comes_back_in_both_languages(worker: Worker) -> None:
    with pytest.raises(ShowError) as caught:
        worker.call("go", 10 * SECOND_NS, slide=2)
    assert (caught.value.zh, caught.value.en) == ("没有在放映", "no show is running")


def test_an_unknown_request_and_a_crash_in_a_foreign_program_are_answers_and_not_ends(office: FakeOffice) -> None:
    class Crashing(FakeDriver):
        def end(self) -> int:
            raise RuntimeError("RPC_E_DISCONNECTED")

    answers: list[dict[str, object]] = []
    requests = [{"id": 1, "op": "end", "args": {}}, {"id": 2, "op": "dance", "args": {}}]
    lines = iter([json.dumps(request) for request in requests])
    serve(Crashing(office.folder), lines, lambda line: answers.append(json.loads(line)))
    assert [answer["id"] for answer in answers] == [1, 2]
    assert "RPC_E_DISCONNECTED" in str(answers[0]["en"])
    assert "dance" in str(answers[1]["en"])
