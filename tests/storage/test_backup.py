"""A backup made while others write, and what may be put back."""

import asyncio
import shutil
import zipfile
from pathlib import Path

import pytest

from service import app
from service.desk.ports.desk import Desk
from service.domain.errors import GranskaError
from service.outbox import FolderChannel
from service.proof import checkpoints
from service.proof.exported import read_exported
from service.proof.verification import verify_log
from service.settings import Settings
from service.storage import backup
from tests.builders import a_grant_document
from tests.logs import with_channels
from tests.servers import new_database
from tests.steps import decided_case, screened, someone


async def root_of(desk: Desk) -> tuple[int, bytes]:
    async with desk.store.reading() as reading:
        size = await reading.log_size()
        return size, await reading.log_root(size)


async def test_a_backup_taken_while_others_write_is_one_moment_of_the_same_log(
    desk: Desk, settings: Settings, tmp_path: Path
) -> None:
    await decided_case(desk)
    stop = asyncio.Event()

    async def busy() -> int:
        count = 0
        while not stop.is_set():
            await someone(desk, f"P{count}")
            count += 1
        return count

    writer = asyncio.create_task(busy())
    for number in range(3):
        await asyncio.sleep(0.2)
        await backup.dump(tmp_path / f"{number}.zip", folder=Path(settings.data), software="x")
    stop.set()
    assert await writer > 3
    await checkpoints.sign_log(desk)
    live, root = await root_of(desk)
    async with desk.store.reading() as reading:
        roots = {size: await reading.log_root(size) for size in range(1, live + 1)}
    exporting = with_channels(desk, FolderChannel(tmp_path / "out", Path(settings.data) / "keys"))
    await checkpoints.send_checkpoints(exporting)

    for number in range(3):
        target = Settings(data=str(tmp_path / f"restored{number}"))
        result = await app.restore_backup(target, tmp_path / f"{number}.zip", None)
        assert result.ok, (result.report.faults, result.table_faults[:3], result.value_faults[:3])
        assert result.report.root == roots[result.report.size].hex()

    # A backup from before the last signature does not reach it, and is refused where the signatures are at hand.
    behind = await app.restore_backup(
        Settings(data=str(tmp_path / "behind")), tmp_path / "0.zip", read_exported(tmp_path / "out")
    )
    assert {one.kind for one in behind.report.faults} == {"truncated"}
    assert root == roots[live]


@pytest.mark.parametrize("way", ["to postgres", "to sqlite"])
async def test_moving_keeps_the_root_and_goes_on(
    desk: Desk, settings: Settings, tmp_path: Path, request: pytest.FixtureRequest, way: str
) -> None:
    await decided_case(desk)
    await checkpoints.sign_log(desk)
    before = await root_of(desk)
    exporting = with_channels(desk, FolderChannel(tmp_path / "out", Path(settings.data) / "keys"))
    await checkpoints.send_checkpoints(exporting)
    await backup.dump(tmp_path / "b.zip", folder=Path(settings.data), software="x")
    key = Path(settings.data) / "keys" / "log.key"
    address = new_database(request.getfixturevalue("postgres")) if way == "to postgres" else ""
    target = Settings(data=str(tmp_path / "there"), database=address)

    result = await app.restore_backup(target, tmp_path / "b.zip", read_exported(tmp_path / "out"))

    assert result.ok, (result.report.faults, result.table_faults[:3])
    assert not (tmp_path / "there" / "keys" / "log.key").exists(), "the signing key is not in a backup"
    shutil.copy(key, tmp_path / "there" / "keys" / "log.key")
    async with app.opened_desk(target) as there:
        assert await root_of(there) == before
        await screened(there, a_grant_document())
        await checkpoints.sign_log(there)
        assert (await verify_log(there, exported=read_exported(tmp_path / "out"))).ok


async def test_a_restore_never_lands_on_something(desk: Desk, settings: Settings, tmp_path: Path) -> None:
    await backup.dump(tmp_path / "b.zip", folder=Path(settings.data), software="x")
    with pytest.raises(GranskaError, match="not_empty"):
        await app.restore_backup(settings, tmp_path / "b.zip", None)


@pytest.mark.parametrize("spoil", ["value", "log", "none"])
async def test_a_spoilt_backup_is_not_left_there(desk: Desk, settings: Settings, tmp_path: Path, spoil: str) -> None:
    await decided_case(desk)
    await backup.dump(tmp_path / "b.zip", folder=Path(settings.data), software="x")
    target = Settings(data=str(tmp_path / "there"))
    if spoil == "none":
        (tmp_path / "b.zip").write_bytes(b"PK not a zip")
    else:
        rewrite(tmp_path / "b.zip", "log_value" if spoil == "value" else "log_entry")

    with pytest.raises(GranskaError, match=r"damaged|not_a_backup"):
        await app.restore_backup(target, tmp_path / "b.zip", None)
    with pytest.raises(GranskaError, match="not_migrated"):
        async with app.opened_desk(target):
            pass


def rewrite(path: Path, table: str) -> None:
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    name = f"tables/{table}.jsonl"
    files[name] = files[name].replace(b"grant", b"gramt", 1)
    with zipfile.ZipFile(path, "w") as archive:
        for one, body in files.items():
            archive.writestr(one, body)


async def test_a_backup_plants_no_key_and_takes_no_file_away(desk: Desk, settings: Settings, tmp_path: Path) -> None:
    await backup.dump(tmp_path / "b.zip", folder=Path(settings.data), software="x")
    with zipfile.ZipFile(tmp_path / "b.zip", "a") as archive:
        archive.writestr("keys/log.key", "PLANTED")
        archive.writestr("keys/../outside", "PLANTED")
        archive.writestr("keys/evil.vkey", "PLANTED")
    live = tmp_path / "live"
    (live / "keys").mkdir(parents=True)
    (live / "keys" / "distinction.key").write_bytes(b"x" * 32)
    with pytest.raises(GranskaError, match="not_empty"):
        await app.restore_backup(Settings(data=str(live)), tmp_path / "b.zip", None)
    assert (live / "keys" / "distinction.key").read_bytes() == b"x" * 32

    await app.restore_backup(Settings(data=str(tmp_path / "there")), tmp_path / "b.zip", None)

    assert not any(b"PLANTED" in path.read_bytes() for path in (tmp_path / "there").rglob("*") if path.is_file())


@pytest.mark.parametrize(
    "manifest",
    [b"{}", b"[]", b'{"format": "granska-backup-1"}', b'{"format": "granska-backup-1", "rows": {}, "sha256": []}'],
)
async def test_a_manifest_that_is_none_is_told_so(tmp_path: Path, manifest: bytes) -> None:
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("manifest.json", manifest)
    with pytest.raises(GranskaError, match="not_a_backup"):
        await app.restore_backup(Settings(data=str(tmp_path / "there")), tmp_path / "b.zip", None)
