"""Real databases, a real server, a real browser; what is missing is said on screen, and in CI it is a failure."""

import os
import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import argon2
import hypothesis
import pytest

from service import app
from service.desk.ports.desk import Desk
from service.office import passwords
from service.settings import Settings
from tests.builders import SHARED
from tests.fakes import Clock
from tests.filled import a_filled_desk
from tests.servers import Service, a_cluster, new_database, postgres_folder, running

IN_CI = os.environ.get("CI") == "true"
_forbidden_skips: list[str] = []
# How long an example takes says something of the machine and nothing of the code.
hypothesis.settings.register_profile("granska", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("granska")
#: The people of a test's own desk need no hash that takes a tenth of a second; those of a served district have it.
passwords._hasher = argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not SHARED.is_dir():
        for item in items:
            if item.get_closest_marker("shared_data"):
                item.add_marker(pytest.mark.skip(reason="../shared is not here"))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and "shared_data" not in report.keywords:
        _forbidden_skips.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if IN_CI and _forbidden_skips and not hasattr(session.config, "workerinput"):
        session.exitstatus = 1


def pytest_terminal_summary(terminalreporter: Any) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    shared = sum("shared_data" in one.keywords for one in skipped)
    if shared:
        terminalreporter.write_line(f"{shared} tests need ../shared, which is not here")
    if IN_CI and _forbidden_skips:
        terminalreporter.write_line(f"In CI nothing may be skipped: {_forbidden_skips}")


# --- PostgreSQL ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A cluster for the tests of one worker."""
    # What survives a fall is asked by tests/storage/test_kill_postgres.py, of a cluster that waits for its disk.
    with postgres_folder() as folder, a_cluster(folder, "-c fsync=off") as cluster:
        yield cluster


@pytest.fixture(params=["sqlite", "postgres"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """A fresh folder, and a database of each kind."""
    if request.param == "sqlite":
        return Settings(data=str(tmp_path))
    cluster = request.getfixturevalue("postgres")
    if "desk" in request.fixturenames:  # which makes it, as a copy
        return Settings(data=str(tmp_path), database=f"{cluster}/t{secrets.token_hex(6)}")
    return Settings(data=str(tmp_path), database=new_database(cluster))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def desk(settings: Settings, clock: Clock, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """A desk over a migrated database with both rule sets, the rooms and a fresh fictional list, and no case."""
    await a_filled_desk(settings, tmp_path_factory)
    clock.skip(100_000)  # the ids that were given there
    async with app.opened_desk(settings, outside=clock.outside()) as opened:
        yield opened


# --- A running service -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service for each kind of database, shared by the tests of one file."""
    folder = tmp_path_factory.mktemp("service")
    database = new_database(request.getfixturevalue("postgres")) if request.param == "postgres" else ""
    with running(folder, database) as one:
        yield one


@pytest.fixture(scope="module")
def lite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service on SQLite, for tests in which the database makes no difference."""
    with running(tmp_path_factory.mktemp("lite")) as one:
        yield one
