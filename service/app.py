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

from service.cases.ports import Desk, Outside
from service.domain.errors import GranskaError
from service.domain.events import SYSTEM_ACTOR, Event, EventType
from service.matching import population
from service.matching.finder import Finder, sweep_indexes
from service.matching.population import Population
from service.pipeline.registry import Registry
from service.rules.load import parse
from service.settings import Settings, resource
from service.sources.formats import read_list
from service.storage.database import applied, migrate, opened
from service.storage.files import FileStore
from service.storage.session_store import SessionStore
from service.storage.store import TableStore
from service.words import Catalogue

LOG_ORIGIN = "granska/log"


def real_outside() -> Outside:
    """The real clock, identities and randomness."""
    return Outside(
        now=lambda: time.time_ns() // 1_000_000,
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


@asynccontextmanager
async def opened_desk(
    settings: Settings, *, outside: Outside | None = None, checks: Registry | None = None
) -> AsyncIterator[Desk]:
    """Everything a step needs, over an up-to-date database; given back at the end."""
    prepare_folder(settings.folder)
    outside = outside or real_outside()
    async with opened(settings.address) as engine:
        if not await applied():
            raise GranskaError("database.not_migrated")
        store = TableStore(engine, random=outside.random, new_id=outside.new_id)
        yield Desk(
            store=store,
            sessions=SessionStore(engine),
            outside=outside,
            words=Catalogue.load(resource("templates") / "words"),
            checks=checks or Registry(),
            finder=Finder(settings.folder / "indexes", table=population_table(settings)),
            files=FileStore(settings.folder / "enclosures"),
            parse_rules=parse,
            read_list=read_list,
            keyed=keyed_hash(settings.folder / "keys" / "clearance.key", outside.random),
            diary_prefix=settings.diary_prefix,
            software=version("granska"),
        )


async def migrate_database(settings: Settings) -> int:
    """Bring the schema up to date and open the log; returns how many migrations were run."""
    prepare_folder(settings.folder)
    outside = real_outside()
    async with opened(settings.address) as engine:
        done = await migrate()
        store = TableStore(engine, random=outside.random, new_id=outside.new_id)
        await store.sweep()
        sweep_indexes(settings.folder / "indexes")
        async with store.writing() as writing:
            if await writing.log_size() == 0:
                data = {"origin": LOG_ORIGIN}
                await writing.log_opened(Event(EventType.LOG_OPENED, SYSTEM_ACTOR, outside.now(), data))
    path = settings.folder / "granska.sqlite"
    if path.exists():
        os.chmod(path, 0o600)
    return done
