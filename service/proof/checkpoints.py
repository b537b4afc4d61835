"""The log is signed as it stands, and the signature is sent out of reach of whoever owns the database."""

import base64
import logging
from collections.abc import Iterable
from dataclasses import dataclass

from service.audit import merkle
from service.audit.checkpoint import Checkpoint, body_of, unsigned
from service.audit.leaf import data_of, timestamp
from service.audit.note import BadKey, BadNote, VerifyingKey, read_verifying_key
from service.desk.actors import acting
from service.desk.ports.desk import Desk
from service.desk.ports.log import Channel, KeptCheckpoint, LogHead, LogRow
from service.desk.ports.store import Reading
from service.domain.clock import CLOCK_TOLERANCE_MS, NEVER, Instant
from service.domain.errors import GranskaError, NotAllowed, Unavailable, place_of
from service.domain.events.event import SYSTEM_ACTOR, Actor, Event
from service.domain.events.log import LogHeads, LogKeyRotated, LogOpened, SentBefore, SignedBefore
from service.domain.people import Role

logger = logging.getLogger("granska.checkpoints")
ACCESS_LOG = "/access-log"
MOST_ROTATIONS = 1000


@dataclass(frozen=True)
class Signed:
    """What was signed, or had been."""

    size: int
    note: str
    fresh: bool


async def open_log(desk: Desk, *, origin: str) -> None:
    """Make the key and write the first entry, where there is none yet."""
    async with desk.store.writing() as writing:
        if await writing.log_size():
            return
        key = desk.keys.signing() or desk.keys.make(origin)
        desk.keys.prepare(key)
        data = LogOpened(origin=key.name, vkey=str(key.verifier))
        await writing.log_opened(Event(data, SYSTEM_ACTOR, desk.outside.now()))
    desk.keys.promote(str(key.verifier))


async def sign_log(desk: Desk) -> Signed:
    """Sign the log as it stands; what is already signed is not signed again.

    Raises GranskaError where there is no key, and where the log no longer goes on from what was signed last: two
    checkpoints that contradict each other are never made.
    """
    async with desk.store.reading() as reading:
        _, current = await origin_of(reading)
    desk.keys.promote(current)
    key = desk.keys.signing()
    if key is None or str(key.verifier) != current:
        raise Unavailable("checkpoint.no_key")
    await desk.access_log.checkpoint(
        lambda read, root: Checkpoint(key.name + ACCESS_LOG, read, root).signed(key), desk.outside.now()
    )
    access = await desk.access_log.head()
    async with desk.store.writing() as writing:
        head, last = await writing.log_head(), await writing.last_checkpoint()
        before, since = await _last_heads(writing)
        if last is not None:
            await _check_goes_on(writing, last, head)
            if last.size == head.size and (before.access if before else 0) == access.size:
                return Signed(last.size, last.note, fresh=False)
        heads = await _heads_now(writing, before, since, access)
        await writing.heads_noted(Event(heads, SYSTEM_ACTOR, desk.outside.now()))
        head = await writing.log_head()
        note = Checkpoint(key.name, head.size, head.root).signed(key)
        await writing.checkpoint_signed(head.size, note, desk.outside.now())
    return Signed(head.size, note, fresh=True)


async def _last_heads(reading: Reading) -> tuple[LogHeads | None, Instant]:
    """What was said last of the access log and of what was signed, and when."""
    found = await reading.entries_of_type(LogHeads, limit=1)
    data = data_of(found[0].leaf) if found else None
    return (data, found[0].at) if isinstance(data, LogHeads) else (None, NEVER)


async def _heads_now(reading: Reading, before: LogHeads | None, since: Instant, access: LogHead) -> LogHeads:
    """The access log's head, and the checkpoints and sendings that no such entry has named yet."""
    size = max((one.size for one in before.signed), default=0) if before else 0
    signed = []
    while coming := await reading.checkpoint_after(size):
        signed.append(SignedBefore(coming.size, timestamp(coming.at)))
        size = coming.size
    # What a clock of another machine dates a little earlier is named twice rather than not at all.
    rows = await reading.sent_checkpoints(since=Instant(since - CLOCK_TOLERANCE_MS))
    sent = [SentBefore(row.id, row.size, row.channel, timestamp(row.at)) for row in rows]
    return LogHeads(access.size, access.root.hex(), tuple(signed), tuple(sent))


async def _check_goes_on(reading: Reading, last: KeptCheckpoint, head: LogHead) -> None:
    """Prove to ourselves what a stranger would ask: that what is to be signed goes on from what was."""
    try:
        signed = unsigned(body_of(last.note))
    except BadNote as error:
        raise GranskaError("checkpoint.contradiction", size=last.size) from error
    proof = await reading.log_consistency(last.size, head.size) if last.size < head.size else []
    goes_on = merkle.verify_consistency(last.size, head.size, signed.root, head.root, proof)
    if signed.size != last.size or not goes_on:
        raise GranskaError("checkpoint.contradiction", size=last.size)


@dataclass(frozen=True)
class Sent:
    """How many checkpoints went out, and the channels that did not take theirs."""

    count: int
    failed: tuple[str, ...] = ()

    def check(self) -> None:
        """Raise Unavailable where a channel did not take its checkpoint: until it does, that way out proves nothing."""
        if self.failed:
            raise Unavailable("checkpoint.not_sent", channels=", ".join(self.failed))


async def send_checkpoints(desk: Desk) -> Sent:
    """Send every channel what it has not had. What fails is kept, and tried again."""
    sent, failed = 0, list[str]()
    for channel in desk.outbox:
        try:
            sent += await _send(desk, channel)
        except Exception as error:  # noqa: BLE001 - one channel must not stop the others, nor the service
            logger.error("checkpoints could not be sent by %s: %s", channel.name, place_of(error))
            async with desk.store.writing() as writing:
                last = await writing.last_checkpoint()
                size = last.size if last else 0
                await writing.checkpoint_sent(size, channel.name, desk.outside.now(), type(error).__name__[:60])
            failed.append(channel.name)
    return Sent(sent, tuple(failed))


async def _send(desk: Desk, channel: Channel) -> int:
    """The log's checkpoints, oldest first, and the newest of the access log."""
    sent = 0
    last = await desk.access_log.last_checkpoint()
    if last:
        await channel.send_access_log(last.size, last.note)
    while True:
        async with desk.store.reading() as reading:
            before = await reading.dispatched(channel.name)
            coming = await reading.checkpoint_after(before)
            if coming is None:
                return sent
            hashes = await reading.log_hashes(before, coming.size)
        await channel.send(coming.size, coming.note, before, hashes)
        async with desk.store.writing() as writing:
            await writing.checkpoint_sent(coming.size, channel.name, desk.outside.now(), None)
        sent += 1


def rotation_text(new: VerifyingKey) -> bytes:
    """What the old key signs to vouch for the new one."""
    return f"granska log key\n{new}\n".encode()


async def rotate_key(desk: Desk, *, by: Actor, lost: bool = False) -> VerifyingKey:
    """Sign with a new key from now on; the old one vouches for it, unless it is lost.

    The log is signed with the old key first, so that nothing stands between the two.
    """
    old = None if lost else desk.keys.signing()
    if not lost:
        await sign_log(desk)
    async with desk.store.reading() as reading:
        origin, current = await origin_of(reading)
    new = desk.keys.make(origin)
    signature = None if old is None else base64.b64encode(old.signature(rotation_text(new.verifier))).decode()
    async with desk.store.writing() as writing:
        await acting(writing, by, Role.ADMINISTRATOR)
        data = LogKeyRotated(old=current, new=str(new.verifier), signature=signature)
        await writing.key_rotated(Event(data, by, desk.outside.now()))
        # Kept before the transaction ends: a log that names a key nobody has could never be signed again.
        desk.keys.prepare(new)
    await sign_log(desk)
    return new.verifier


async def origin_of(reading: Reading) -> tuple[str, str]:
    """The log's name, and the public key it says it is signed with now; raises NotAllowed for a log without one."""
    opened = await _opened(reading)
    rotated = rotations_in(await reading.entries_of_type(LogKeyRotated, limit=1))
    return opened.origin, rotated[0].new if rotated else opened.vkey


async def first_key(reading: Reading) -> tuple[str, list[LogKeyRotated]]:
    """The public key of the first day, and every change of key since, oldest first."""
    opened = await _opened(reading)
    rotated = await reading.entries_of_type(LogKeyRotated, limit=MOST_ROTATIONS)
    return opened.vkey, rotations_in(reversed(rotated))


async def _opened(reading: Reading) -> LogOpened:
    row = await reading.log_entry(0)
    data = data_of(row.leaf) if row else None
    if not isinstance(data, LogOpened):
        raise NotAllowed("log.empty")
    return data


def rotations_in(rows: Iterable[LogRow]) -> list[LogKeyRotated]:
    """The changes of key among these entries; what cannot be read vouches for nothing."""
    rotations = []
    for row in rows:
        try:
            data = data_of(row.leaf)
        except (ValueError, KeyError):
            continue
        if isinstance(data, LogKeyRotated):
            rotations.append(data)
    return rotations


def vouched_for(trusted: tuple[VerifyingKey, ...], rotations: Iterable[LogKeyRotated]) -> tuple[VerifyingKey, ...]:
    """The trusted keys, and every key that one of them vouches for; `rotations` come oldest first."""
    known = {str(key): key for key in trusted}
    for rotation in rotations:
        old, signature = known.get(rotation.old), rotation.signature
        try:
            new = read_verifying_key(rotation.new)
            if old and signature and old.verifies(rotation_text(new), base64.b64decode(signature, validate=True)):
                known[str(new)] = new
        except (BadKey, ValueError):
            continue
    return tuple(known.values())
