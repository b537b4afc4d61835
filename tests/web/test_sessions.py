"""Sessions: given by the service, ended by it."""

import time

import httpx
import pytest

from tests.servers import Service, running


def session_of(client: httpx.Client) -> str:
    return client.cookies["granska_session"]


def test_an_id_the_service_did_not_give_is_never_adopted(lite: Service) -> None:
    visitor = lite.visitor()
    visitor.client.cookies.set("granska_session", "attacker-chosen-id", domain="127.0.0.1")

    visitor.send("/sign-in", email="alva@demo.example", password="lindarna-vid-kanalen")

    ids = [one.value for one in visitor.client.cookies.jar if one.name == "granska_session"]
    assert "attacker-chosen-id" not in ids[-1:]
    intruder = httpx.get(lite.url + "/queue", cookies={"granska_session": "attacker-chosen-id"})
    assert intruder.status_code == 303


def test_signing_in_again_gives_a_new_id_and_ends_the_old_one(lite: Service) -> None:
    alva = lite.signed_in("alva")
    before = session_of(alva.client)

    alva.send("/sign-in", email="alva@demo.example", password="lindarna-vid-kanalen")

    assert session_of(alva.client) != before
    assert httpx.get(lite.url + "/queue", cookies={"granska_session": before}).status_code == 303


def test_signing_out_ends_the_session_in_the_store(lite: Service) -> None:
    alva = lite.signed_in("alva")
    stolen = session_of(alva.client)

    alva.send("/sign-out")

    assert httpx.get(lite.url + "/queue", cookies={"granska_session": stolen}).status_code == 303


def test_a_session_that_is_idle_too_long_is_over(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRANSKA_IDLE_MINUTES", "0")
    with running(tmp_path_factory.mktemp("idle")) as service:
        alva = service.signed_in("alva")
        time.sleep(1.1)
        assert alva.get("/queue").status_code == 303
