"""The room: decides in arrival order, writes in batches, and answers after the commit.

What else a room does is done by parts that it owns: with what it begins (``beginning``), what time alone makes
(``timekeeping``), the ways into its seats (``joining``), who is here and what they see (``showing``), how it fares
(``health``), what it says no with (``refusals``). They write nothing: what they come to is the room's to record.

It knows no socket. All of it runs on one asyncio loop; the journal is written by the writer's thread. ``state`` runs ahead
of ``committed`` by what is being written; only ``committed`` is shown.
"""

from __future__ import annotations

import asyncio
import collections
import datetime as dt
import logging
import os
import re
import uuid
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from judge_app.core import commands, events, journal, session, views
from judge_app.core.errors import BadInput, Problem, Refused
from judge_app.core.events import AnyEvent, Event, SessionSetup
from judge_app.core.journal import Record
from judge_app.core.seats import Role, Seat
from judge_app.core.session import State
from judge_app.room import beginning, refusals
from judge_app.room.counter import Counters
from judge_app.room.joining import Joining
from judge_app.room.keys import RoomKeys
from judge_app.room.photos import Photos
from judge_app.room.showing import Showing, Sink
from judge_app.room.timekeeping import Timekeeping
from judge_app.room.verifier import Job, Verifier
from judge_app.room.writer import Writer
from judge_app.store.backups import Backups
from judge_app.store.errors import StoreFailed
from judge_app.store.session_file import SessionFile
from judge_app.wire import messages, signing
from judge_app.wire.messages import Refusal, Submit

log = logging.getLogger(__name__)

HEARTBEAT_S = 5.0
REOPEN_S = 2.0
BACKUP_MOST_S = 120.0
"""How long a copy may take."""

Answer = Callable[[messages.Receipt | Refusal], None]
"""Who hears what became of a command; called once, on the room's loop."""


class Taken(NamedTuple):
    """A command that was taken: what its receipt says."""

    actor: str
    """The seat that gave it."""
    digest: str
    seq: int
    hash: bytes
    at: str

    @classmethod
    def by(cls, record: Record) -> Taken:
        """The command of a record that is its first."""
        body = record.body
        return cls(body.actor, body.command_digest, record.seq, record.hash, body.at.wall)


class Writing(NamedTuple):
    """A command that the disk is at work on, and who waits for its receipt."""

    taken: Taken
    waiting: list[Answer]


class Asked(NamedTuple):
    """A command on its way to the verifier and back."""

    seat: Seat
    answer: Answer


class Room:
    """One session's authority. Make it with ``open_room``; call its methods from its loop alone."""

    def __init__(
        self,
        file: SessionFile,
        keys: RoomKeys,
        records: Iterable[Record],
        setup: SessionSetup | None,
        rate: int,
        pause: events.SessionPaused | None = None,
    ) -> None:
        self.keys = keys
        self.state = State()
        self._path = file.path
        self.photos = Photos(file.path)
        self.named_photos: dict[str, None] = {}
        """The photos that the journal names, in order."""
        self._file = file
        self._writing: dict[str, Writing] = {}
        self._stored_ids: set[int] = set()
        """The numbers of all commands that are in the file, which knows the rest: their receipts are asked of it."""
        self._asking: dict[object, tuple[str, Answer]] = {}
        self._head = (0, journal.GENESIS)
        self._snapshots: collections.deque[tuple[int, State]] = collections.deque()
        self._ahead: collections.deque[Record] = collections.deque()
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []
        self._gathered: list[Record] | None = None
        self._unused = b""
        self._public: dict[str, Ed25519PublicKey] = {}
        self._stopped = False
        """Whether the store is in trouble: until the file is open again nothing is taken, made or written."""
        self._closing = False
        self.superseded = False
        """Whether another room has taken this session over."""
        self._tasks: list[asyncio.Task[None]] = []
        self.feeds: set[object] = set()
        """The connections of spares that follow."""
        self.new_records: list[Callable[[Sequence[Record]], None]] = []
        """Who else hears of committed records (the sync to the centre, the mirror), on the loop."""
        self.loop = asyncio.get_running_loop()
        first: Record | None = None
        for record in records:
            self._take(record, stored=True)
            first, last = first or record, record
        if first is None:
            self.clock, made = beginning.begun(self._path, setup, rate)
        else:
            self.clock, made = beginning.gone_on(self.state, first, last, rate, pause)
        opening = self._records(made, actor="room", command_id=_own_id(), digest="")
        file.append(opening)
        for record in opening:
            self._take(record, stored=True)
        self.committed = self.state
        """What is on the disk."""
        self.showing = Showing(self.clock, lambda: self.committed, self.live)
        """Who is here, and what they see."""
        self.health = self.showing.health
        """What is wrong, and what else the host is told of this computer and its copies."""
        self.health.written(opening[-1].body.at.wall, 0)
        self.joining = Joining(
            keys, self.clock, lambda: self.state, lambda: self.committed, self.health, self.showing.tell_hosts
        )
        """Its seats, and the ways into them."""
        self.timekeeping = Timekeeping(
            self.clock,
            lambda: self.state,
            self.own,
            self.health,
            stopped=lambda: self._stopped,
            superseded=lambda: self.superseded,
        )
        """What time alone makes."""
        self._counters = Counters(self.health)
        self._writer = Writer(file, self._on_committed, self._on_failed)
        self._verifier = Verifier(self._on_checked)

    def start(self) -> None:
        """Begin to write, to watch deadlines and the clock, and to beat."""
        self._writer.start()
        self._verifier.start()
        self.timekeeping.arm()
        self._tasks = [asyncio.create_task(self._beat()), asyncio.create_task(self.timekeeping.watch())]

    async def stop(self) -> None:
        """Write what waits and close the file."""
        self._closing = True
        self.showing.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.timekeeping.close()
        await self.loop.run_in_executor(None, self._verifier.stop)
        await asyncio.sleep(0)  # what it has told is taken
        await self.loop.run_in_executor(None, self._writer.stop)
        await asyncio.sleep(0)
        self._file.close()

    # commands

    async def submit(self, seat: Seat, device: str, message: Submit) -> messages.Receipt | Refusal:
        """A device's command: its receipt once it is on the disk, or why it was refused. The same again gets the same."""
        heard: asyncio.Future[messages.Receipt | Refusal] = self.loop.create_future()
        self.take(seat, device, message, lambda answer: None if heard.done() else heard.set_result(answer))
        return await heard

    def take(self, seat: Seat, device: str, message: Submit, answer: Answer) -> None:
        """As ``submit``, without waiting: ``answer`` is called with what became of it, at once or later."""
        refused = self._unwelcome(seat, device, message)
        if refused is not None:
            answer(refused)
            return
        key = self._public[device]
        self._verifier.check(Job(key, self.state.session.session_id, device, message, Asked(seat, answer)))

    def _on_checked(self, checked: Sequence[tuple[Job[Asked], bool]]) -> None:
        self.loop.call_soon_threadsafe(self._after_check, checked)

    def _after_check(self, checked: Sequence[tuple[Job[Asked], bool]]) -> None:
        self._gathered = []  # commands that came together are committed together
        for job, genuine in checked:
            try:
                self._decide(job, genuine)
            except Exception:  # a mistake of ours must not leave the seats behind it without an answer
                log.exception("command %s failed", job.message.command_id)
                job.back.answer(refusals.failed(job.message.command_id))
        gathered, self._gathered = self._gathered, None
        if gathered:
            self._writer.write(gathered)

    def _decide(self, job: Job[Asked], genuine: bool) -> None:
        message, (seat, answer) = job.message, job.back
        refused = self._unwelcome(seat, job.device, message) if genuine else refusals.bad_signature(message.command_id)
        if refused is not None:  # revoked, or the store failed, while the signature was looked at
            answer(refused)
            return
        digest = signing.digest(message.data)
        writing = self._writing.get(message.command_id)
        if writing is not None:
            if self._is_same(seat, message, digest, writing.taken, answer):
                writing.waiting.append(answer)
            return
        if _number_of(message.command_id) in self._stored_ids:
            self._answer_again(seat, message, digest, answer)
            return
        self._counters.take(seat, job.device, message)
        try:
            command = messages.read_command(message.data)
        except messages.Malformed as error:
            answer(refusals.malformed(message.command_id, error))
            return
        if isinstance(command, commands.EnterPaper) and command.photo and not self.photos.known(command.photo):
            answer(refusals.photo_missing(message.command_id))
            return
        try:
            if not isinstance(command, commands.SubmitSheet):  # a sheet asks nothing of the clock
                self.timekeeping.slept()
            now = self.timekeeping.catch_up()
            made = session.decide(self.state, command, seat, now)
        except Refused as error:
            # A judge's sheet waits at his seat until the host goes on; what others wished before that is not wished then.
            again = error.code == "paused" and seat.role is Role.JUDGE
            answer(refusals.by_the_rules(message.command_id, error, again=again))
            return
        self._write(self._records(made, actor=seat.id, command_id=message.command_id, digest=digest))
        self._writing[message.command_id].waiting.append(answer)

    def _answer_again(self, seat: Seat, message: Submit, digest: str, answer: Answer) -> None:
        """A command that is in the file: its receipt once more, after what the disk is at work on now."""
        asked = object()
        self._asking[asked] = message.command_id, answer

        def look(file: SessionFile) -> None:
            found = file.first_of(message.command_id)
            if found is None:
                raise StoreFailed("lost", "已写入的记录读不到", "a record that was written is not to be found")
            self.loop.call_soon_threadsafe(tell, Taken.by(found))

        def tell(taken: Taken) -> None:
            # Not where the store failed meanwhile: then it was told to come again.
            if self._asking.pop(asked, None) and self._is_same(seat, message, digest, taken, answer):
                answer(self._receipt(message.command_id, taken))

        if not self.with_file(look):
            del self._asking[asked]
            answer(refusals.store_trouble(message.command_id))

    def _is_same(self, seat: Seat, message: Submit, digest: str, taken: Taken, answer: Answer) -> bool:
        """Whether a command that came again is the one that was taken; another one of the same id is refused."""
        if (taken.digest, taken.actor) == (digest, seat.id):
            return True
        log.warning("command %s came again with other bytes", message.command_id)
        self.health.set_trouble(
            "command",
            (
                "收到编号相同但内容不同的提交，请检查该席位的电脑",
                "a command came twice with different content: look at that seat's computer",
            ),
        )
        answer(refusals.id_reused(message.command_id))
        return False

    def _unwelcome(self, seat: Seat, device: str, message: Submit) -> Refusal | None:
        """Why nothing of this device is taken now, before its signature is looked at."""
        if self._stopped:
            return refusals.store_trouble(message.command_id)
        if self.superseded:
            return refusals.superseded(message.command_id)
        if not _UUID.fullmatch(message.command_id):
            return refusals.bad_id(message.command_id)
        sitting = next((d for d in self.state.devices.get(seat.id, ()) if d.id == device), None)
        if sitting is None or not sitting.admitted or sitting.revoked:
            return refusals.not_admitted(message.command_id)
        if device not in self._public:
            self._public[device] = signing.read_public(sitting.key)
        return None

    def own(self, made: Sequence[Event]) -> None:
        """Events that the room makes itself: a deadline, an enrolment, a clock step. While the store is in trouble
        nothing is made: what time alone makes comes once the file is open again."""
        if made and not self._stopped and not self.superseded:
            self._write(self._records(made, actor="room", command_id=_own_id(), digest=""))

    async def enrol(
        self, request: messages.EnrolRequest, *, local: bool = False
    ) -> messages.Enrolled | messages.Denied:
        """A device with a seat's token: known from now on, once that is on the disk. ``local``: a window of this very
        computer."""
        denied = self.joining.unfit(request)
        if denied is not None:
            return denied
        if self._stopped:
            return refusals.STORE_TROUBLE
        made, answer = self.joining.enrol(request, local=local)
        if made:
            self.own(made)
            try:
                await self._stored(self.state.seq)
            except _NotStored:
                return refusals.STORE_TROUBLE
        return answer

    async def _stored(self, seq: int) -> None:
        """Return once the record ``seq`` is on the disk; raises _NotStored."""
        if self.committed.seq < seq:
            waiting: asyncio.Future[None] = self.loop.create_future()
            self._waiting.append((seq, waiting))
            await waiting

    @property
    def epoch(self) -> int:
        return 1 if self.committed.room is None else self.committed.room.epoch

    def heard_of_epoch(self, hello: messages.Hello) -> None:
        """A device has met a newer epoch of this session, and can show this very room's key's word for it: a spare has
        taken over. From then on nothing is taken here, and the seats go where the session is."""
        if hello.epoch <= self.epoch or self.superseded:
            return
        session_id = self.state.session.session_id
        if not signing.epoch_is_genuine(self.keys.signing.public_key(), session_id, hello.epoch, hello.proof):
            log.debug("device %r names epoch %d without proof", hello.device, hello.epoch)  # anybody may, and often
            return
        log.error("epoch %d of this session has begun elsewhere: nothing is taken here any more", hello.epoch)
        self.superseded = True
        self.health.set_trouble(
            "superseded",
            (
                "备用主机已接管本场：本机不再接收任何内容，请关闭本机程序，到备用主机上继续",
                "a spare has taken this session over: nothing is taken here any more; close this program and go on there",
            ),
        )
        self.showing.drop(lambda sink: sink.seat.role is not Role.HOST, refusals.SUPERSEDED)

    # records

    def _records(self, made: Sequence[Event], *, actor: str, command_id: str, digest: str) -> list[Record]:
        stamp = self.clock.stamp()
        seq, prev = self._head
        records = []
        for part, event in enumerate(made):
            random = self._random(32).hex()
            body = journal.Body(
                seq=seq + part + 1,
                event_id=random[:32],
                command_id=command_id,
                part=part,
                command_digest=digest,
                version=journal.VERSION,
                actor=actor,
                at=stamp,
                salt=random[32:],
                event=cast(AnyEvent, event),
            )
            record = journal.seal(body, prev)
            prev = record.hash
            records.append(record)
        return records

    def _random(self, count: int) -> bytes:
        """So many random bytes of the system's, fetched a page at a time: each fetch gives up the interpreter's lock."""
        if len(self._unused) < count:
            self._unused = os.urandom(4096)
        taken, self._unused = self._unused[:count], self._unused[count:]
        return taken

    def _take(self, record: Record, *, stored: bool) -> None:
        """A record becomes part of the state, here and when a file is read."""
        body = record.body
        self.state = session.evolve(self.state, body)
        self._head = (record.seq, record.hash)
        if isinstance(body.event, events.PaperEntered) and body.event.photo:
            self.named_photos[body.event.photo] = None
        if not body.by_command or body.part:
            return
        if stored:
            self._stored_ids.add(_number_of(body.command_id))
        else:
            self._writing[body.command_id] = Writing(Taken.by(record), [])

    def _receipt(self, command_id: str, taken: Taken) -> messages.Receipt:
        session_id = self.state.session.session_id
        return signing.sign_receipt(
            self.keys.signing, session_id, command_id, taken.digest, taken.seq, taken.hash.hex(), taken.at
        )

    def _write(self, records: Sequence[Record]) -> None:
        for record in records:
            self._take(record, stored=False)
            self._ahead.append(record)
        self._snapshots.append((self.state.seq, self.state))
        if self._gathered is None:
            self._writer.write(records)
        else:
            self._gathered.extend(records)
        self.timekeeping.arm()

    def _on_committed(self, records: Sequence[Record], took_ns: int) -> None:
        """On the writer's thread: the receipts are signed there, beside the loop."""
        ids = [record.body.command_id for record in records if record.body.by_command and record.body.part == 0]
        receipts = [self._receipt(command_id, self._writing[command_id].taken) for command_id in ids]
        self.loop.call_soon_threadsafe(self._after_commit, records, receipts, took_ns)

    def _on_failed(self, records: Sequence[Record], error: Exception) -> None:
        self.loop.call_soon_threadsafe(self._after_failure, error)

    def _after_commit(self, records: Sequence[Record], receipts: Sequence[messages.Receipt], took_ns: int) -> None:
        last = records[-1]
        while self._snapshots and self._snapshots[0][0] <= last.seq:
            self.committed = self._snapshots.popleft()[1]
        while self._ahead and self._ahead[0].seq <= last.seq:
            self._ahead.popleft()
        self.health.written(last.body.at.wall, took_ns)
        for receipt in receipts:
            self._stored_ids.add(_number_of(receipt.command_id))
            for answer in self._writing.pop(receipt.command_id).waiting:
                try:
                    answer(receipt)
                except Exception:  # one connection's failure must not leave the others without their receipts
                    log.exception("the receipt of command %s was not sent", receipt.command_id)
        for seq, asked in self._waiting:
            if seq <= last.seq and not asked.done():
                asked.set_result(None)
        self._waiting = [(seq, asked) for seq, asked in self._waiting if seq > last.seq]
        for hear in self.new_records:
            hear(records)
        if any(isinstance(record.event, events.JudgeAdded) for record in records):
            self._seat_anew()
        # Receipts first: their coroutines run before this.
        self.showing.show_soon([record.body for record in records])
        if any(isinstance(record.event, events.DeviceRevoked) for record in records):
            self._drop_revoked()

    def _after_failure(self, error: Exception) -> None:
        """Nothing that was not committed is true: memory is thrown away and read again from the file."""
        if self._stopped:
            return
        log.critical("the journal could not be written: %s", error)
        self._stopped = True
        self.health.set_trouble(
            "store",
            (
                f"写入失败，已停止接收：{error}。正在重新打开场次文件",
                f"writing failed, nothing is accepted: {error}. Opening the session file again",
            ),
        )
        waiting = [(one, answer) for one, writing in self._writing.items() for answer in writing.waiting]
        waiting += self._asking.values()
        for writing in self._writing.values():
            writing.waiting.clear()
        self._asking.clear()
        for command_id, answer in waiting:
            answer(refusals.store_trouble(command_id))
        for _, asked in self._waiting:
            if not asked.done():
                asked.set_exception(_NotStored())
        self._waiting = []
        self.showing.show_hosts()
        self._tasks.append(asyncio.create_task(self._reopen()))

    async def _reopen(self) -> None:
        await self.loop.run_in_executor(None, self._writer.stop)
        self._file.close()
        while not self._closing:
            try:
                file = await self.loop.run_in_executor(None, SessionFile.open, self._path)
            except Exception:  # whatever it is, the room stays stopped, says so, and tries again
                log.exception("the session file could not be opened again")
                await asyncio.sleep(REOPEN_S)
                continue
            self._file = file
            self.state, self._head = State(), (0, journal.GENESIS)
            self._writing, self._stored_ids = {}, set()
            self._snapshots.clear()
            self._ahead.clear()
            for record in file.records():
                self._take(record, stored=True)
            heard, self.committed = self.committed.seq, self.state
            self._writer = Writer(file, self._on_committed, self._on_failed)
            self._writer.start()
            self._stopped = False
            self.health.set_trouble("store", None)
            # The batch whose commit failed may be in the file for all that.
            fresh = list(file.records(heard))
            for hear in self.new_records if fresh else ():
                hear(fresh)
            at = dt.datetime.now().astimezone().strftime("%H:%M:%S")
            self.health.set_trouble(
                "recovered",
                (
                    f"{at} 写入曾失败；场次文件已重新打开并核对，{self.state.seq} 条记录完好，评委会自动重发",
                    f"{at} writing had failed; the session file was opened again and checked, {self.state.seq} records"
                    " are whole, and seats send again by themselves",
                ),
            )
            # That batch may have seated a judge or put a device out; with a device it matters before the views go.
            self._seat_anew()
            self._drop_revoked()
            self.showing.show_all_again()
            self.timekeeping.arm_anew()
            return

    # the session file

    @property
    def file(self) -> SessionFile:
        """The session file as it is open now; another one after the store was in trouble."""
        return self._file

    def history(self) -> list[Record]:
        """Every record that is on the disk now."""
        return list(self._file.records())

    def with_file(self, act: Callable[[SessionFile], None]) -> bool:
        """Have something written beside the journal, between two commits, on the writer's thread. An error counts as a
        failed commit: stop, say so, open again. While the store is in trouble nothing is done, and that is False."""

        def guarded(file: SessionFile) -> None:
            try:
                act(file)
            except Exception as error:  # what is stored is unknown now
                self._on_failed((), error)

        if self._stopped:
            return False
        self._writer.call(guarded)
        return True

    async def _beat(self) -> None:
        """A write that is read back: only that proves that the store takes what it is given."""
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            self.with_file(self._heartbeat)

    def _heartbeat(self, file: SessionFile) -> None:
        took = file.heartbeat()
        self.loop.call_soon_threadsafe(self._beaten, took)

    def _beaten(self, took_ns: int) -> None:
        self.health.beaten(self.clock.stamp().wall, took_ns)

    async def backup(self, folder: Path) -> None:
        """A checked copy of the session file, the newest 20 kept; raises StoreFailed."""
        done: asyncio.Future[None] = self.loop.create_future()
        backups = Backups(folder, self._path.stem)

        def tell(error: Exception | None) -> None:
            if done.done():  # given up meanwhile
                return
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(error)

        def copy(file: SessionFile) -> None:
            try:
                backups.take(file)
            except Exception as error:  # the room goes on; the host is told
                self.loop.call_soon_threadsafe(tell, error)
            else:
                self.loop.call_soon_threadsafe(tell, None)

        if self._stopped:
            raise StoreFailed("store_trouble", "场次文件暂时不能写入", "the session file cannot be written just now")
        self._writer.call(copy)
        # A writer that ends because the store failed leaves it undone: the next turn has another writer.
        await asyncio.wait_for(done, BACKUP_MOST_S)
        self.health.set(last_backup=self.clock.stamp().wall)

    # what the seats are told

    def live(self) -> views.Live:
        """What is true now beside the journal."""
        seq, hash_ = self._committed_head()
        return views.Live(
            seats=self.showing.seats,
            health=self.health.now(self.committed.seq, stage_online=self.showing.sits("stage")),
            join_links=self.joining.links(),
            addresses=self.joining.addresses,
            head_seq=seq,
            head_hash=hash_.hex(),
            slides=self.showing.slides,
        )

    def _committed_head(self) -> tuple[int, bytes]:
        if self._ahead:
            return self._ahead[0].seq - 1, self._ahead[0].prev_hash
        return self._head

    def _seat_anew(self) -> None:
        """A judge joined the panel: there is a seat more, with its link, and everybody is told who sits here."""
        self.joining.seat_anew()
        self.showing.brief_all()

    def _drop_revoked(self) -> None:
        self.showing.drop(self._is_revoked, refusals.REVOKED)

    def _is_revoked(self, sink: Sink) -> bool:
        found = self.joining.device_state(sink.device)
        return found is not None and found[1].revoked


_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _number_of(command_id: str) -> int:
    """A command's id (a UUID in its one form) as a number, which takes half the memory."""
    return int(command_id.replace("-", ""), 16)


class _NotStored(Exception):
    """The batch that held this command was not committed."""


def _own_id() -> str:
    return str(uuid.uuid4())


def open_room(
    path: Path, setup: SessionSetup | None = None, *, rate: int = 1, pause: events.SessionPaused | None = None
) -> Room:
    """The room of a session file, made new from ``setup`` where there is no file; call it inside the running loop.
    With ``pause`` a room that has records begins paused.

    Raises BadInput (no file and no set-up, damaged keys) and what SessionFile raises.
    """
    if path.exists():
        file = SessionFile.open(path)
    elif setup is None:
        raise BadInput(Problem(str(path), "没有这个场次文件", "there is no such session file"))
    else:
        beginning.check_setup(setup)
        file = SessionFile.create(path)
    try:
        return Room(file, RoomKeys.of(path), file.records(), setup, rate, pause)
    except BaseException:
        file.close()
        raise
