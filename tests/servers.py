"""A real PostgreSQL, and a real service in a process of its own, with people who fill in its forms."""

import base64
import contextlib
import glob
import json
import os
import secrets
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.builders import NOT_SEARCHED

#: How long a test waits for something that will come, in seconds: far longer than it takes on a loaded machine.
PATIENCE = 300

#: A connection is closed after each answer, so that none is left open when a test ends.
NO_KEEPING = httpx.Limits(max_keepalive_connections=0)


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
FILLED: dict[tuple[str, str], tuple[Path, str]] = {}


def copy_of_filled(what: str, cluster: str, target: Path, name: str = "") -> str:
    """Put a copy of what was filled into the folder; returns the copied database's address, or nothing on SQLite."""
    folder, template = FILLED[what, cluster]
    shutil.copytree(folder, target, dirs_exist_ok=True)
    if not cluster:
        return ""
    if name:
        psql(f"{cluster}/postgres", f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name} TEMPLATE {template}")
        return f"{cluster}/{name}"
    return new_database(cluster, template)


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
        answer = visitor.send("/sign-in", email=f"{name}@demo.example", password="lindarna-vid-kanalen")
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


def let_sessions_end(service: Service) -> None:
    """As if nobody had clicked for two hours."""
    with sqlite3.connect(service.folder / "granska.sqlite", timeout=30) as database:
        for key, body in database.execute("SELECT id, body FROM session").fetchall():
            said = json.loads(base64.b64decode(body))
            said["seen"] = said.get("seen", 0) - 7200
            kept = base64.b64encode(json.dumps(said).encode()).decode()
            database.execute("UPDATE session SET body = ? WHERE id = ?", (kept, key))


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
        body = {"version": self.version(case_id), **_as_decided(name), **fields}
        return self.client.post(f"/cases/{case_id}/steps/{name}", json=body, headers=headers)

    def act(self, case_id: str, step: str, *, files: Any = None, **fields: Any) -> httpx.Response:
        fields = {"version": self.version(case_id), **_as_decided(step), **fields}
        return self.send(f"/cases/{case_id}/{step}", files=files, **fields)


def _as_decided(step: str) -> dict[str, str]:
    """What a decision says where its test is about something else: why open sources were not searched."""
    return {"search_left_out": NOT_SEARCHED} if step in ("decision", "propose", "steps/propose") else {}


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
            if httpx.get(url + "/healthz", timeout=PATIENCE).status_code == 200:
                return
        assert process.poll() is None, log.read_text()
        time.sleep(0.05)
    raise AssertionError("the service did not start in time")


@contextlib.contextmanager
def running(folder: Path, database: str = "") -> Iterator[Service]:
    """Serve the demo district until the end of the block."""
    environment = {"GRANSKA_DATA": str(folder), "GRANSKA_DATABASE": database, "GRANSKA_DEMO": "1"}
    cluster, _, name = database.rpartition("/")
    if ("demo", cluster) not in FILLED:
        first = Path(tempfile.mkdtemp(prefix="demo-", dir=folder.parent))
        template = new_database(cluster) if cluster else ""
        filled = granska("demo", environment={**environment, "GRANSKA_DATA": str(first), "GRANSKA_DATABASE": template})
        assert filled.returncode == 0, filled.stderr
        FILLED["demo", cluster] = first, template.rpartition("/")[2]
    if not (folder / "demo-intake-key").exists():  # or it is started again, with what it has
        copy_of_filled("demo", cluster, folder, name)
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
