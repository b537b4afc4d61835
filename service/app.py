"""Puts the parts together: the only module that knows them all."""

import contextlib
import hmac
import os
import secrets
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path

from service.desk.ports.desk import Desk, Outside
from service.desk.ports.log import Channel
from service.domain.clock import Instant
from service.domain.errors import GranskaError
from service.matching import population
from service.matching.finder import Finder, sweep_indexes
from service.matching.population import Population
from service.outbox import FolderChannel, HttpsChannel, MailChannel
from service.pipeline.registry import Registry
from service.proof.checkpoints import open_log
from service.proof.exported import Exported
from service.proof.security_log import note_backup
from service.proof.verification import Verification, verify_log
from service.rules.load import parse
from service.scanner import Scanner
from service.settings import FONTS, Settings, resource
from service.sources.fetch import fetch_list
from service.sources.formats import read_list
from service.storage import backup
from service.storage.database import applied, migrate, opened, reading_engine
from service.storage.files import FileStore
from service.storage.job_store import JobStore
from service.storage.keys import KeyFolder
from service.storage.log.access_log import AccessLog
from service.storage.session_store import SessionStore
from service.storage.store import TableStore
from service.typesetting import Typesetter
from service.words import Catalogue


def real_outside() -> Outside:
    """The real clock, identities and randomness."""
    return Outside(
        now=lambda: Instant(time.time_ns() // 1_000_000),
        monotonic=time.monotonic,
        new_id=lambda: str(uuid.uuid4()),
        random=secrets.token_bytes,
    )


def prepare_folder(folder: Path) -> None:
    """Make the data folder, for its owner only."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def population_table(settings: Settings) -> Population:
    """The City's own table of how common names are, where one is named; the shipped one otherwise."""
    return population.load(Path(settings.population)) if settings.population else population.load()


def keyed_hash(path: Path, random: Callable[[int], bytes]) -> Callable[[str], str]:
    """HMAC-SHA-256 (hex) with a key that is made on first use and lies in the data folder, for its owner only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_name(f".{secrets.token_hex(8)}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(random(32))
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)  # whole or not at all, and the first process wins
        fresh.unlink()
    key = path.read_bytes()
    if len(key) != 32:
        raise GranskaError("keys.damaged", path=path.name)
    return lambda text: hmac.new(key, text.encode(), "sha256").hexdigest()


def key_folder(settings: Settings, outside: Outside) -> KeyFolder:
    """Where the log's keys lie."""
    return KeyFolder(settings.folder / "keys", outside.random, settings.log_key)


def outbox_of(settings: Settings) -> tuple[Channel, ...]:
    """The ways out that have been set up."""
    channels: list[Channel] = []
    if settings.checkpoint_folder:
        channels.append(FolderChannel(Path(settings.checkpoint_folder), settings.folder / "keys"))
    if settings.checkpoint_url:
        if not settings.checkpoint_url.startswith("https://"):
            raise GranskaError("settings.not_https", name="GRANSKA_CHECKPOINT_URL")
        channels.append(HttpsChannel(settings.checkpoint_url))
    if settings.checkpoint_mail:
        channels.append(MailChannel(settings.checkpoint_mail, settings.mail_from, settings.mail_server))
    return tuple(channels)


def words_with(checks: Registry) -> Catalogue:
    """The words of the service, and those that these checks bring."""
    return Catalogue.load(resource("templates") / "words").with_checks(checks.word_files)


@asynccontextmanager
async def opened_desk(
    settings: Settings, *, outside: Outside | None = None, checks: Registry | None = None
) -> AsyncIterator[Desk]:
    """Everything a step needs, over an up-to-date database; given back at the end."""
    prepare_folder(settings.folder)
    outside = outside or real_outside()
    checks = checks or Registry()
    async with opened(settings.address) as engine:
        if not await applied():
            raise GranskaError("database.not_migrated")
        jobs = JobStore(engine, settings.folder / "jobs")
        desk = Desk(
            store=TableStore(engine, random=outside.random, new_id=outside.new_id),
            access_log=AccessLog(reading_engine(), outside.random),
            keys=key_folder(settings, outside),
            outbox=outbox_of(settings),
            sessions=SessionStore(engine),
            jobs=jobs,
            outside=outside,
            words=words_with(checks),
            checks=checks,
            finder=Finder(settings.folder / "indexes", table=population_table(settings)),
            files=FileStore(settings.folder / "enclosures"),
            scan=Scanner(settings.clamd),
            typesetter=Typesetter(resource("templates") / "letters" / "letter.typ", FONTS),
            parse_rules=parse,
            read_list=read_list,
            fetch_list=fetch_list,
            keyed=keyed_hash(settings.folder / "keys" / "distinction.key", outside.random),
            diary_prefix=settings.diary_prefix,
            software=version("granska"),
        )
        try:
            yield desk
        finally:
            await jobs.close()


async def migrate_database(settings: Settings, *, outside: Outside | None = None) -> int:
    """Bring the schema up to date and open the log; returns how many migrations were run."""
    prepare_folder(settings.folder)
    outside = outside or real_outside()
    async with opened(settings.address) as engine:
        done = await migrate()
        store = TableStore(engine, random=outside.random, new_id=outside.new_id)
        await store.sweep()
        sweep_indexes(settings.folder / "indexes")
    for path in settings.folder.glob("*.sqlite"):
        os.chmod(path, 0o600)
    async with opened_desk(settings, outside=outside) as desk:
        await open_log(desk, origin=settings.log_origin or f"granska/{secrets.token_hex(4)}")
    return done


async def write_backup(settings: Settings, target: Path) -> dict[str, int]:
    """A backup of everything but sign-ins and the signing key; returns how many rows of each table."""
    async with opened_desk(settings) as desk:
        await note_backup(desk)
        part = target.with_name(f".{target.name}.part")
        try:
            counts = await backup.dump(part, folder=settings.folder, software=desk.software)
            os.replace(part, target)
        finally:
            part.unlink(missing_ok=True)
    return counts


async def restore_backup(settings: Settings, source: Path, exported: Exported | None) -> Verification:
    """Put a backup into an empty place and verify it; what does not hold is not left there."""
    backup.read_manifest(source)
    prepare_folder(settings.folder)
    if any(any(settings.folder.glob(one)) for one in ("enclosures", "indexes", "keys/distinction.key", "keys/*.vkey")):
        raise GranskaError("restore.not_empty")
    async with opened(settings.address) as engine:
        if await applied():
            raise GranskaError("restore.not_empty")
        await migrate()
        try:
            await backup.load(source, folder=settings.folder)
        except BaseException:
            await backup.drop_everything(engine)
            backup.forget_files(settings.folder)
            raise
    async with opened_desk(settings) as desk:
        result = await verify_log(desk, exported=exported)
    if not result.ok:
        async with opened(settings.address) as engine:
            await backup.drop_everything(engine)
        backup.forget_files(settings.folder)
    for path in settings.folder.glob("*.sqlite"):
        os.chmod(path, 0o600)
    return result
