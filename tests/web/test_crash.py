"""The service is killed in the middle of its work: nothing that was acknowledged is lost, and the work is resumed."""

import threading

import httpx
import pytest

from tests.builders import a_grant_document
from tests.servers import NO_KEEPING, new_database, running


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_what_was_acknowledged_survives_a_kill_and_is_screened_after_the_restart(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest, kind: str
) -> None:
    folder = tmp_path_factory.mktemp("crash")
    database = new_database(request.getfixturevalue("postgres")) if kind == "postgres" else ""
    acknowledged: list[str] = []

    with running(folder, database) as service:

        def hand_in() -> None:
            with httpx.Client(
                base_url=service.url, headers={"Authorization": f"Bearer {service.key}"}, limits=NO_KEEPING
            ) as api:
                for _ in range(200):
                    try:
                        answer = api.post("/api/v1/applications", json=a_grant_document())
                    except httpx.TransportError:
                        return
                    acknowledged.append(answer.json()["id"])

        threads = [threading.Thread(target=hand_in) for _ in range(4)]
        for one in threads:
            one.start()
        while len(acknowledged) < 40:
            pass
        service.process.kill()
        for one in threads:
            one.join()

    assert len(acknowledged) >= 40
    with running(folder, database) as service:
        alva = service.signed_in("alva")
        for one in acknowledged[-5:]:
            service.screened(one)
        assert all(alva.get(f"/cases/{one}").status_code == 200 for one in acknowledged[::10])
        assert service.run("log", "verify").returncode == 0
