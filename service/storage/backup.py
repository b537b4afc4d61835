"""A copy of everything, from whichever database into whichever: tables as lines of JSON, and the files beside them."""

import hashlib
import json
import os
import re
import shutil
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from piccolo.columns import Boolean
from piccolo.table import Table

from service.domain.errors import GranskaError
from service.library_internals import column_name, columns_of, engine_of, primary_key, table_name
from service.storage import tables
from service.storage.engine import is_sqlite, reading, writing
from service.storage.log.tree_store import SCAN

FORMAT = "granska-backup-1"
MANIFEST = "manifest.json"
#: In an order in which no row comes before one that it refers to. Sign-ins are not copied.
ORDER: tuple[type[Table], ...] = (
    tables.OrganisationRow,
    tables.Account,
    tables.RightGrant,
    tables.ApiKey,
    tables.RuleSetRow,
    tables.RuleSetDraft,
    tables.ListVersion,
    tables.ListEntryRow,
    tables.CaseRow,
    tables.OrganisationAttribute,
    tables.SiteRow,
    tables.RoomRow,
    tables.BookingRow,
    tables.ClosureRow,
    tables.FeedRow,
    tables.ClearanceRow,
    tables.AllocationRow,
    tables.FindingRow,
    tables.EnclosureRow,
    tables.Distinction,
    tables.SecrecyRow,
    tables.DecisionRow,
    tables.IncidentRow,
    tables.ScreeningJob,
    tables.FormDraft,
    tables.Idempotency,
    tables.LogEntry,
    tables.LogNode,
    tables.LogCheckpoint,
    tables.Dispatch,
    tables.LogValue,
)
_CHUNK = 500


async def dump(target: Path, *, folder: Path, software: str) -> dict[str, int]:
    """Write a backup that shows one moment, while others go on writing; returns how many rows of each table."""
    counts: dict[str, int] = {}
    digests: dict[str, str] = {}
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        async with reading(engine_of(ORDER[0])):
            for table in ORDER:
                await _dump_table(archive, table, counts, digests)
            kept = await tables.EnclosureRow.raw(
                "SELECT DISTINCT e.sha256 FROM enclosure e JOIN log_value v ON v.commitment = e.name_ref"
            )
            wanted = {one["sha256"] for one in kept}
        async with reading(engine_of(tables.AccessEntry)):
            for table in tables.ACCESS_LOG:
                await _dump_table(archive, table, counts, digests)
        # A file is on disk before any row names it, so the moment's files are all there by now.
        for path in sorted((folder / "enclosures").rglob("*")):
            if path.is_file() and path.name in wanted:
                archive.write(path, f"enclosures/{path.name}")
        for path in (folder / "keys" / "distinction.key", *sorted((folder / "keys").glob("*.vkey"))):
            if path.is_file():
                archive.write(path, f"keys/{path.name}")
        manifest = {"format": FORMAT, "software": software, "rows": counts, "sha256": digests}
        archive.writestr(MANIFEST, json.dumps(manifest, indent=1, sort_keys=True))
    return counts


async def _dump_table(
    archive: zipfile.ZipFile, table: type[Table], counts: dict[str, int], digests: dict[str, str]
) -> None:
    name, digest, count = table_name(table), hashlib.sha256(), 0
    with archive.open(f"tables/{name}.jsonl", "w", force_zip64=True) as file:
        async for batch in _rows(table):
            text = "".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) + "\n" for one in batch).encode()
            digest.update(text)
            file.write(text)
            count += len(batch)
    counts[name], digests[name] = count, digest.hexdigest()


def _cells(row: dict[str, Any], columns: list[str]) -> list[Any]:
    return [row[name] for name in columns]


async def _rows(table: type[Table]) -> AsyncIterator[list[list[Any]]]:
    key = primary_key(table)
    columns = [column_name(column) for column in columns_of(table)]
    after: Any = None
    while True:
        query = table.select().order_by(key).limit(SCAN)
        batch = await (query if after is None else query.where(key > after))
        if batch:
            yield [_cells(row, columns) for row in batch]
            after = batch[-1][column_name(key)]
        if len(batch) < SCAN:
            return


def read_manifest(source: Path) -> dict[str, Any]:
    """What a backup says of itself; raises GranskaError for a file that is none."""
    try:
        with zipfile.ZipFile(source) as archive:
            manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise GranskaError("restore.not_a_backup") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise GranskaError("restore.not_a_backup")
    if not all(isinstance(manifest.get(name), dict) for name in ("rows", "sha256")):
        raise GranskaError("restore.not_a_backup")
    return manifest


async def load(source: Path, *, folder: Path) -> dict[str, int]:
    """Put a backup into an empty, migrated database and data folder, all of it or nothing."""
    manifest = read_manifest(source)
    with zipfile.ZipFile(source) as archive:
        _load_files(archive, folder)
        async with writing(engine_of(ORDER[0])):
            if await tables.LogEntry.exists() or await tables.Account.exists():
                raise GranskaError("restore.not_empty")
            for table in ORDER:
                await _load_table(archive, table, manifest)
        engine = engine_of(tables.AccessEntry)
        async with engine.transaction():
            for table in tables.ACCESS_LOG:
                await _load_table(archive, table, manifest)
    counts: dict[str, int] = manifest["rows"]
    return counts


async def _load_table(archive: zipfile.ZipFile, table: type[Table], manifest: dict[str, Any]) -> None:
    name, digest, batch = table_name(table), hashlib.sha256(), list[Table]()
    columns = [column_name(column) for column in columns_of(table)]
    truths = {column_name(column) for column in columns_of(table) if isinstance(column, Boolean)}
    try:
        with archive.open(f"tables/{name}.jsonl") as file:
            for line in file:
                digest.update(line)
                row = dict(zip(columns, json.loads(line), strict=True))
                kept: Any = {key: bool(one) if key in truths else one for key, one in row.items()}
                batch.append(table(**kept))
                if len(batch) == _CHUNK:
                    await table.insert(*batch)
                    batch.clear()
    except (KeyError, ValueError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        raise GranskaError("restore.damaged", table=name) from error
    if batch:
        await table.insert(*batch)
    if manifest["sha256"].get(name) != digest.hexdigest():
        raise GranskaError("restore.damaged", table=name)


def forget_files(folder: Path) -> None:
    """Take away what a restore that did not hold has put into an empty data folder."""
    shutil.rmtree(folder / "enclosures", ignore_errors=True)
    shutil.rmtree(folder / "indexes", ignore_errors=True)
    for path in (
        *(folder / "keys").glob("*.vkey"),
        folder / "keys" / "distinction.key",
        *folder.glob("granska*.sqlite*"),
    ):
        path.unlink(missing_ok=True)


def _load_files(archive: zipfile.ZipFile, folder: Path) -> None:
    for name in archive.namelist():
        kind, _, rest = name.partition("/")
        if kind == "enclosures" and len(rest) == 64 and rest.isalnum():
            target = folder / "enclosures" / rest[:2] / rest
        elif kind == "keys" and re.fullmatch(r"distinction\.key|log-[0-9a-f]{8}\.vkey", rest):
            target = folder / "keys" / rest
        else:
            continue
        body = archive.read(name)
        if kind == "enclosures" and hashlib.sha256(body).hexdigest() != rest:
            raise GranskaError("restore.damaged", table=kind)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(body)


async def drop_everything(engine: Any) -> None:
    """Leave an empty database after a restore that did not hold."""
    every: tuple[type[Table], ...] = (
        *ORDER,
        tables.RoomPart,
        tables.BookingSlot,
        *tables.ACCESS_LOG,
        tables.Session,
        tables.WorkerJob,
    )
    for table in reversed(every):
        owner = engine_of(table)
        cascade = "" if is_sqlite(engine) else " CASCADE"
        await owner.run_ddl(f"DROP TABLE IF EXISTS {table_name(table)}{cascade}")
    await engine.run_ddl("DROP TABLE IF EXISTS migration")
    if not is_sqlite(engine):
        made = "refuse", "gapless", "keep_version", "room_fixed", "room_parts", "booking_takes"
        for name in [f"granska_{one}" for one in made]:
            await engine.run_ddl(f"DROP FUNCTION IF EXISTS {name} CASCADE")
