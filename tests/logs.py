"""Logs that have left the house, to be verified and spoilt."""

import shutil
from pathlib import Path
from typing import Any

from service import app
from service.audit.verify import Depth
from service.desk.ports.desk import Desk
from service.proof.verification import Verification, read_exported, verify_log
from service.settings import Settings


def settings_of(folder: Path) -> Settings:
    return Settings(data=str(folder), checkpoint_folder=str(folder / "exported"))


def copy_of(folder: Path, target: Path) -> Path:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns("indexes", "*-wal", "*-shm"))
    return target


async def verified(folder: Path, *, exported: Path | None = None) -> Verification:
    async with app.opened_desk(settings_of(folder)) as desk:
        return await verify_log(desk, exported=read_exported(exported) if exported else None)


async def tree_holds(settings: Settings) -> bool:
    async with app.opened_desk(settings) as desk:
        return (await verify_log(desk, depth=Depth.CANONICAL)).ok


def with_channels(desk: Desk, *channels: Any) -> Desk:
    from dataclasses import replace

    return replace(desk, outbox=channels)
