"""What whoever runs the service must still do: each point looked at, none decided."""

import os
import shutil
import stat
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from service.demo.district import ACCOUNTS, PASSWORD
from service.desk.ports.desk import Desk
from service.desk.rulebook import rulebook, today
from service.domain.clock import DAY_MS, Instant, local_day
from service.domain.errors import NotFound
from service.domain.people import SYSTEM, Role
from service.office import users_and_keys
from service.settings import FONTS, Settings

#: How little of the disk may be left (bytes), and how old a backup may be, before it is said.
LEAST_FREE, OLDEST_BACKUP_DAYS = 2_000_000_000, 2


@dataclass(frozen=True)
class Advice:
    """Something to do, as a code with what can stand in its words."""

    code: str
    params: dict[str, str | int]


async def advice(desk: Desk, settings: Settings) -> list[Advice]:
    """All that is left to do, in the order in which it matters."""
    return [one async for one in _advice(desk, settings)]


async def _advice(desk: Desk, settings: Settings) -> AsyncIterator[Advice]:
    for path in _open_to_others(settings.folder):
        yield Advice("doctor.open_to_others", {"path": path})
    async for one in _of_accounts(desk, settings):
        yield one
    async for one in _of_people(desk):
        yield one
    if not settings.secure:
        yield Advice("doctor.no_https", {})
    elif not settings.trusted_proxies:
        yield Advice("doctor.no_proxy", {})
    if not desk.outbox:
        yield Advice("doctor.no_channel", {})
    async for one in _of_log(desk):
        yield one
    async for one in _of_lists(desk):
        yield one
    if not settings.clamd:
        yield Advice("doctor.no_scanner", {})
    if not any(FONTS.glob("*.ttf")):
        yield Advice("doctor.no_fonts", {})
    free = shutil.disk_usage(settings.folder).free
    if free < LEAST_FREE:
        yield Advice("doctor.disk", {"free": free // 1_000_000})


def _open_to_others(folder: Path) -> list[str]:
    """What of the data folder somebody else on the machine may read."""
    if os.name != "posix":
        return []
    keys = folder / "keys"
    secret = [folder, keys, folder / "csrf-secret", *folder.glob("*.sqlite"), *keys.glob("*.key")]
    others = stat.S_IRWXG | stat.S_IRWXO
    return [path.name for path in secret if path.exists() and path.stat().st_mode & others]


async def _of_accounts(desk: Desk, settings: Settings) -> AsyncIterator[Advice]:
    demo = []
    for _, email, _ in ACCOUNTS:
        if await users_and_keys.sign_in(desk, email=email, password=PASSWORD):
            demo.append(email)
    if demo:
        yield Advice("doctor.demo_accounts", {"count": len(demo)})
    if settings.demo == "1":
        yield Advice("doctor.demo_shown", {})


async def _of_people(desk: Desk) -> AsyncIterator[Advice]:
    async with desk.store.reading() as reading:
        users = [user for user in await reading.users() if user.closed_at is None]
        keys = await reading.keys()
    administrators = [user for user in users if user.has(Role.ADMINISTRATOR)]
    if len(administrators) < 2:
        yield Advice("doctor.administrators", {"count": len(administrators)})
    if not any(user.has(Role.AUDITOR) for user in users):
        yield Advice("doctor.no_auditor", {})
    endless = [key.pseudonym for key in keys if key.revoked_at is None and key.expires is None]
    if endless:
        yield Advice("doctor.keys_without_end", {"keys": ", ".join(endless)})


async def _of_log(desk: Desk) -> AsyncIterator[Advice]:
    taken = await desk.access_log.last_of(SYSTEM)  # the service itself reads nothing: it only copies
    if taken is None:
        yield Advice("doctor.no_backup", {})
    elif taken < desk.outside.now() - OLDEST_BACKUP_DAYS * DAY_MS:
        yield Advice("doctor.old_backup", {"day": local_day(taken).isoformat()})
    async with desk.store.reading() as reading:
        sent = await reading.dispatches(20)
        newest = await reading.log_page(before=None, case_id=None, limit=1)
    behind = newest[0].at - desk.outside.now() if newest else 0
    if behind > 0:
        yield Advice("doctor.clock", {"seconds": max(1, behind // 1000)})
    for one in sent:
        if one.error:
            yield Advice("doctor.not_sent", {"channel": one.channel})


async def _of_lists(desk: Desk) -> AsyncIterator[Advice]:
    async with desk.store.reading() as reading:
        active = await reading.active_lists()
        try:
            definitions = (await rulebook(desk, reading)).procedure(today(desk)).lists
        except NotFound:
            yield Advice("doctor.no_rules", {})
            return
    for key, definition in sorted(definitions.items()):
        version = active.get(key)
        if version is None:
            yield Advice("doctor.no_list", {"list": key})
        elif local_day(Instant(version.as_of)) + timedelta(days=definition.max_age_days) < today(desk):
            yield Advice("doctor.old_list", {"list": key, "day": local_day(Instant(version.as_of)).isoformat()})
