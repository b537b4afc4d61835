"""Real databases, a real server, a real browser; what is missing is said on screen, and in CI it is a failure."""

import contextlib
import glob
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import argon2
import httpx
import hypothesis
import pytest

from service import app
from service.bookings import rooms
from service.demo import demo_list
from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.domain.events import SYSTEM_ACTOR
from service.domain.people import User
from service.office import users_and_keys
from service.office.rule_set_adoption import adopt_at_setup
from service.screening.list_import import import_list
from service.settings import Settings
from tests.builders import FIXTURES, PASSWORD, RULES_2025, RULES_2026, SHARED
from tests.fakes import Clock

#: How long a test waits for something that will come, in seconds: far longer than it takes on a loaded machine.
PATIENCE = 300
IN_CI = os.environ.get("CI") == "true"
_forbidden_skips: list[str] = []
#: A connection is closed after each answer, so that none is left open when a test ends.
NO_KEEPING = httpx.Limits(max_keepalive_connections=0)
# How long an example takes says something of the machine and nothing of the code.
hypothesis.settings.register_profile("granska", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("granska")
#: The people of a test's own desk need no hash that takes a tenth of a second; those of a served district have it.
users_and_keys._hasher = argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


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


def postgres_tools(folder: Path) -> tuple[Path, list[str]]:
    """Where PostgreSQL's programs are, and how to run them as someone who is not root, with this folder for them."""
    installed = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
    if not installed:
        pytest.skip("PostgreSQL is not installed")
    if os.geteuid() != 0:
        return Path(installed[-1]).parent, []
    shutil.chown(folder, "postgres")
    return Path(installed[-1]).parent, ["runuser", "-u", "postgres", "--"]


@contextlib.contextmanager
def postgres_folder() -> Iterator[Path]:
    """A folder that another user may own; not pytest's, whose rights every new run of any checkout sets back."""
    folder = Path(tempfile.mkdtemp(prefix="granska-postgres-"))
    folder.chmod(0o755)  # its owner reaches what is made below it
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A cluster for the tests of one worker."""
    # What survives a fall is asked by tests/log/test_kill_postgres.py, of a cluster that waits for its disk.
    with postgres_folder() as folder, a_cluster(folder, "-c fsync=off") as cluster:
        yield cluster


@contextlib.contextmanager
def a_cluster(folder: Path, options: str = "") -> Iterator[str]:
    """A PostgreSQL of our own on loopback, as `postgresql://granska@127.0.0.1:PORT`."""
    tools, as_owner = postgres_tools(folder)
    port = free_port()
    data = folder / "data"
    run = [*as_owner, str(tools / "initdb"), "-D", str(data), "-A", "trust", "-U", "granska", "-E", "UTF8", "--no-sync"]
    subprocess.run(run, check=True, capture_output=True, cwd=folder)
    options += f" -p {port} -k {folder} -c listen_addresses=127.0.0.1 -c max_connections=60"
    control = [*as_owner, str(tools / "pg_ctl"), "-D", str(data)]
    subprocess.run(
        [*control, "-o", options, "-l", str(folder / "log"), "-w", "-t", str(PATIENCE), "start"],
        check=True,
        cwd=folder,
        stdout=subprocess.DEVNULL,
    )
    try:
        yield f"postgresql://granska@127.0.0.1:{port}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=True, cwd=folder, stdout=subprocess.DEVNULL)


def psql(database: str, *statements: str) -> str:
    """Run these, each by itself; returns what the last one said, without headings."""
    said = ""
    for one in statements:
        command = ["psql", "-qAt", "-d", database, "-c", one]
        said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return said


def new_database(cluster: str, template: str = "template1") -> str:
    name = "t" + secrets.token_hex(6)
    psql(f"{cluster}/postgres", f"CREATE DATABASE {name} TEMPLATE {template}")
    return f"{cluster}/{name}"


#: What each worker has filled once, to be copied for each test: the folder, and on PostgreSQL the database's name.
_FILLED: dict[tuple[str, str], tuple[Path, str]] = {}


def _copy_of(what: str, cluster: str, target: Path, name: str = "") -> str:
    """Put a copy of what was filled into the folder; returns the copied database's address, or nothing on SQLite."""
    folder, template = _FILLED[what, cluster]
    shutil.copytree(folder, target, dirs_exist_ok=True)
    if not cluster:
        return ""
    if name:
        psql(f"{cluster}/postgres", f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name} TEMPLATE {template}")
        return f"{cluster}/{name}"
    return new_database(cluster, template)


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
    cluster, _, name = settings.database.rpartition("/")
    if ("desk", cluster) not in _FILLED:
        folder = tmp_path_factory.mktemp("desk")
        database = new_database(cluster) if cluster else ""
        await _fill_desk(Settings(data=str(folder), database=database))
        _FILLED["desk", cluster] = folder, database.rpartition("/")[2]
    _copy_of("desk", cluster, settings.folder, name)
    clock.skip(100_000)  # the ids that were given there
    async with app.opened_desk(settings, outside=clock.outside()) as opened:
        yield opened


async def _fill_desk(settings: Settings) -> None:
    await app.migrate_database(settings)
    async with app.opened_desk(settings, outside=Clock().outside()) as opened:
        for file in (RULES_2025, RULES_2026):
            await adopt_at_setup(opened, file.read_text("utf-8"))
        await load_rooms(opened)
        await import_list(
            opened, "demo", demo_list(opened, FIXTURES), by=person(await someone(opened, "Samir", "role:coordinator"))
        )


async def load_rooms(desk: Desk) -> None:
    """The fictional district's rooms."""
    await rooms.load(desk, json.loads((FIXTURES / "rooms" / "granvik.json").read_text("utf-8")), by=SYSTEM_ACTOR)


async def someone(desk: Desk, name: str, *rights: str) -> User:
    """A user with these rights."""
    user = await users_and_keys.create_user(desk, name=name, email=f"{name}@x.example", password=PASSWORD)
    for one in rights:
        await users_and_keys.grant_right(desk, user.id, one)
    async with desk.store.reading() as reading:
        found = await reading.user(user.id)
    assert found is not None
    return found


# --- A running service -----------------------------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class Service:
    """`granska serve` over the demo district, in a process of its own."""

    url: str
    key: str
    folder: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes]
    log: Path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return granska(*arguments, environment=self.environment)

    def api(self) -> httpx.Client:
        return httpx.Client(
            base_url=self.url, headers={"Authorization": f"Bearer {self.key}"}, timeout=PATIENCE, limits=NO_KEEPING
        )

    def visitor(self) -> "Browserlike":
        return Browserlike(self.url)

    def signed_in(self, name: str) -> "Browserlike":
        visitor = self.visitor()
        answer = visitor.send("/sign-in", email=f"{name}@demo.example", password="granska-demo-2026")
        assert answer.status_code == 303, answer.text
        return visitor

    def screened(self, case_id: str) -> None:
        """Wait until the case's checks have been run."""
        someone_in = self.signed_in("siv")
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            page = someone_in.get(f"/cases/{case_id}").text
            if "Kontrollerna körs" not in page:
                return
            time.sleep(0.05)
        raise AssertionError("the checks were not run in time")


class Browserlike:
    """An HTTP client that fills in forms as a browser does: it takes the token from the page."""

    def __init__(self, url: str) -> None:
        self.client = httpx.Client(base_url=url, timeout=PATIENCE, limits=NO_KEEPING)

    def get(self, path: str, **kwargs: Any) -> httpx.Response:
        return self.client.get(path, **kwargs)

    def token(self) -> str:
        return self.get("/help").text.split('name="_csrf_token" value="')[1].split('"')[0]

    def send(self, path: str, *, files: Any = None, **fields: Any) -> httpx.Response:
        return self.client.post(path, data={"_csrf_token": self.token(), **fields}, files=files)

    def version(self, case_id: str) -> str:
        """The case's version as the page's forms hold it; whoever has not declared yet has no conflict of interest."""
        page = self.opened(case_id)
        return page.split('name="version" value="')[1].split('"')[0]

    def opened(self, case_id: str) -> str:
        """The case page, past the question on conflict of interest."""
        page = self.get(f"/cases/{case_id}").text
        if f"/cases/{case_id}/steps/conflict" in page:
            version = page.split('name="version" value="')[1].split('"')[0]
            answer = self.send(f"/cases/{case_id}/steps/conflict", version=version, conflict="no")
            assert answer.status_code == 303, answer.text
            page = self.get(f"/cases/{case_id}").text
        return page

    def step(self, case_id: str, name: str, **fields: Any) -> httpx.Response:
        """Take a step of the routine in JSON, as another system does in a person's name."""
        headers = {"x-csrftoken": self.token()}
        body = {"version": self.version(case_id), **fields}
        return self.client.post(f"/cases/{case_id}/steps/{name}", json=body, headers=headers)

    def act(self, case_id: str, step: str, *, files: Any = None, **fields: Any) -> httpx.Response:
        return self.send(f"/cases/{case_id}/{step}", files=files, version=self.version(case_id), **fields)


def granska(*arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "granska"), *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, env=os.environ | environment, timeout=PATIENCE, check=False
    )


def wait_for_health(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until the service answers; at once a failure where it has ended."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(url + "/health", timeout=PATIENCE).status_code == 200:
                return
        assert process.poll() is None, log.read_text()
        time.sleep(0.05)
    raise AssertionError("the service did not start in time")


@contextlib.contextmanager
def running(folder: Path, database: str = "") -> Iterator[Service]:
    """Serve the demo district until the end of the block."""
    environment = {"GRANSKA_DATA": str(folder), "GRANSKA_DATABASE": database, "GRANSKA_DEMO": "1"}
    cluster, _, name = database.rpartition("/")
    if ("demo", cluster) not in _FILLED:
        first = Path(tempfile.mkdtemp(prefix="demo-", dir=folder.parent))
        template = new_database(cluster) if cluster else ""
        filled = granska("demo", environment={**environment, "GRANSKA_DATA": str(first), "GRANSKA_DATABASE": template})
        assert filled.returncode == 0, filled.stderr
        _FILLED["demo", cluster] = first, template.rpartition("/")[2]
    if not (folder / "demo-intake-key").exists():  # or it is started again, with what it has
        _copy_of("demo", cluster, folder, name)
    port, log = free_port(), folder / "server.log"
    command = [str(Path(sys.executable).parent / "granska"), "serve", "--port", str(port)]
    with log.open("wb") as file:
        process = subprocess.Popen(command, env=os.environ | environment, stdout=file, stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for_health(url, process, log)
        key = (folder / "demo-intake-key").read_text().strip()
        yield Service(url, key, folder, environment, process, log)
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


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
