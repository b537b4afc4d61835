"""How many questions are asked of the database while something is done."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from service.storage.engine import SafeSQLite


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The statements that are run within, in their order; on SQLite."""
    asked: list[str] = []
    run = SafeSQLite._run_in_existing_connection

    async def counting(self: SafeSQLite, connection: Any, query: str, *rest: Any, **more: Any) -> Any:
        asked.append(query)
        return await run(self, connection, query, *rest, **more)

    with monkeypatch.context() as patched:
        patched.setattr(SafeSQLite, "_run_in_existing_connection", counting)
        yield asked
