"""How the room fares: the host is told of every change, and of nothing else."""

from __future__ import annotations

from judge_app.core import views
from judge_app.room.health import Health

FULL, LATE = ("磁盘已满", "the disk is full"), ("备份晚了", "the copy is late")


class Told:
    """A health, and who was told of it."""

    def __init__(self) -> None:
        self.who: list[str] = []
        self.health = Health(lambda: self.who.append("host"), lambda: self.who.append("all"))

    def since(self) -> list[str]:
        who, self.who = self.who, []
        return who

    def now(self) -> views.Health:
        return self.health.now(7, stage_online=True)


def test_a_trouble_is_told_as_it_comes_changes_and_goes() -> None:
    told = Told()
    for what, text, says in (
        ("disk", FULL, ["host"]),
        ("backup", LATE, ["host"]),
        ("disk", FULL, []),
        ("disk", LATE, ["host"]),
        ("disk", FULL, ["host"]),
        ("backup", None, ["host"]),
        ("backup", None, []),
    ):
        told.health.set_trouble(what, text)
        assert told.since() == says
    assert told.now().trouble == (FULL,)


def test_what_is_watched_is_told_where_it_differs() -> None:
    told = Told()
    told.health.set(battery=40, disk_free=9000)
    told.health.set(battery=40)
    assert told.since() == ["host"]
    told.health.set(battery=None)
    assert told.since() == ["host"]
    assert (told.now().battery, told.now().disk_free) == (None, 9000)
    assert (told.now().head_seq, told.now().stage_online) == (7, True)


def test_everybody_is_told_first_where_the_centre_holds_another_story_and_once_that_is_settled() -> None:
    told = Told()
    for status, pending, says in (
        ("waiting", 3, ["host"]),
        ("waiting", 3, []),
        ("contested", 3, ["all", "host"]),
        ("contested", 4, ["host"]),
        ("ok", 0, ["all", "host"]),
    ):
        told.health.set_centre(status, pending)
        assert told.since() == says
        assert (told.now().centre, told.now().pending) == (status, pending)


def test_a_commit_is_told_with_the_views_that_it_makes_and_a_heartbeat_by_itself() -> None:
    told = Told()
    told.health.written("2026-12-05T09:30:00.000Z", 2_500_000)
    assert told.since() == []
    assert (told.now().last_write, told.now().commit_us) == ("2026-12-05T09:30:00.000Z", 2_500)
    told.health.beaten("2026-12-05T09:30:05.000Z", 1_000)
    assert told.since() == ["host"]
    assert (told.now().last_write, told.now().commit_us) == ("2026-12-05T09:30:05.000Z", 1)
