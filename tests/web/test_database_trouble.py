"""A database that is locked, read-only or gone: 503 that says when to try again, nothing half done, and no other 5xx."""

import contextlib
import sqlite3
from collections.abc import Iterator

import httpx
import pytest

from tests.servers import Service, new_database, psql, running


@contextlib.contextmanager
def trouble(service: Service) -> Iterator[None]:
    """Nobody can write: another holds the file, or the database has been made read-only."""
    address = service.environment["GRANSKA_DATABASE"]
    if not address:
        other = sqlite3.connect(service.folder / "granska.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")
            other.close()
        return
    name = address.rpartition("/")[2]
    of_others = f"datname = '{name}' AND pid <> pg_backend_pid()"
    others = f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE {of_others}"
    psql(address, f"ALTER DATABASE {name} SET default_transaction_read_only = on", others)
    try:
        yield
    finally:
        psql(address, "SET default_transaction_read_only = off", others)
        cluster = address.rpartition("/")[0]
        psql(f"{cluster}/postgres", f"ALTER DATABASE {name} RESET default_transaction_read_only")
        psql(f"{cluster}/postgres", others)


def test_what_cannot_be_written_is_said_to_be_tried_again(service: Service) -> None:
    alva, before = service.signed_in("alva"), service.visitor()
    page = before.token()
    with trouble(service):
        answers = [
            before.client.post(
                "/sign-in", data={"_csrf_token": page, "email": "siv@demo.example", "password": "lindarna-vid-kanalen"}
            ),
            alva.client.post("/language", data={"_csrf_token": alva.client.cookies["granska_csrf"], "language": "en"}),
            httpx.post(
                service.url + "/api/v1/applications",
                json={},
                headers={"Authorization": f"Bearer {service.key}", "Idempotency-Key": "x"},
            ),
            alva.get("/users"),
            httpx.get(service.url + "/healthz"),
        ]
    codes = [one.status_code for one in answers]
    assert [code for code in codes if code >= 500 and code != 503] == []
    assert codes[0] == 503, answers[0].text
    assert int(answers[0].headers["retry-after"]) > 0
    assert "Inget har sparats" in answers[0].text
    assert codes[-2:] == [403, 200], "a refusal that cannot be written down is still a refusal"

    again = before.send("/sign-in", email="siv@demo.example", password="lindarna-vid-kanalen")
    assert again.status_code == 303, "and afterwards it goes on"
    assert httpx.get(service.url + "/readyz").status_code == 200


def test_a_service_whose_database_is_gone_lives_and_is_not_ready(
    postgres: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    address = new_database(postgres)
    cluster, _, name = address.rpartition("/")
    with running(tmp_path_factory.mktemp("gone"), address) as service:
        ended = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        psql(f"{cluster}/postgres", f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false", ended)
        ready = httpx.get(service.url + "/readyz")
        assert (ready.status_code, "sql" in ready.text.casefold()) == (503, False)
        assert httpx.get(service.url + "/healthz").status_code == 200
        assert httpx.get(service.url + "/queue", cookies={"granska_session": "x"}).status_code == 503
        psql(f"{cluster}/postgres", f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")
        assert httpx.get(service.url + "/readyz").status_code == 200
