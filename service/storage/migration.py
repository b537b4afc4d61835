"""A migration of ours: statements, run one by one on whichever database it is."""

from collections.abc import Callable
from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from service.storage import piccolo_conf


def migration(id: str, description: str, statements: Callable[..., list[str]]) -> MigrationManager:
    """What Piccolo runs; `statements` gives those of SQLite (`lite`) or of PostgreSQL, in their order."""
    manager = MigrationManager(migration_id=id, app_name="storage", description=description)

    async def run() -> None:
        engine: Any = piccolo_conf.DB
        for statement in statements(lite=engine.engine_type == "sqlite"):
            await engine.run_ddl(statement)

    manager.add_raw(run)
    return manager


def indexes_for(indexes: tuple[str, ...], *, lite: bool) -> list[str]:
    """Text is sorted by code point on both (`@C`); the service makes sort keys that put å, ä and ö last."""
    return [one.replace("@C", "" if lite else ' COLLATE "C"') for one in indexes]
