"""A body that does not come is given up with 408, a form of endless fields with 413; two services share no folder."""

import re
import socket
import subprocess
import time
from urllib.parse import urlsplit

import httpx
import pytest

from service.web import bounds
from tests.builders import ROOT
from tests.servers import Service, granska


def test_a_form_of_more_fields_than_any_of_ours_is_refused_before_it_is_read(lite: Service) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    began = time.perf_counter()
    answer = httpx.post(lite.url + "/sign-in", content="a=1&" * bounds.MOST_FIELDS, headers=headers)
    assert answer.status_code == 413
    assert time.perf_counter() - began < 5
    assert httpx.post(lite.url + "/sign-in", content="a=1&" * 100, headers=headers).status_code == 403


async def test_a_body_that_stands_still_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    from litestar import Litestar, Request, post

    @post("/")
    async def read(request: Request) -> str:  # type: ignore[type-arg]
        return str(len(await request.body()))

    monkeypatch.setattr(bounds, "BETWEEN_PARTS", 0.2)
    app = bounds.Bounds(Litestar([read]))  # type: ignore[arg-type]
    sent: list[dict[str, object]] = []
    parts = [{"type": "http.request", "body": b"x", "more_body": True}]

    async def receive() -> dict[str, object]:
        if parts:
            return parts.pop(0)
        await asyncio.sleep(30)
        raise AssertionError("it was waited for")

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "raw_path": b"/", "query_string": b"", "headers": [],
             "server": ("127.0.0.1", 1), "client": ("127.0.0.1", 2), "scheme": "http", "root_path": "",
             "http_version": "1.1", "asgi": {"version": "3.0"}, "state": {}}  # fmt: skip
    await app(scope, receive, send)  # type: ignore[arg-type]
    assert sent[0]["status"] == 408


def test_half_a_request_does_not_keep_others_waiting(lite: Service) -> None:
    address = urlsplit(lite.url)
    with socket.create_connection((address.hostname or "", address.port or 0)) as half:
        half.sendall(b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nemail=")
        assert httpx.get(lite.url + "/healthz").status_code == 200


def test_a_second_service_on_one_folder_refuses_and_a_worker_beside_it_does_not(lite: Service) -> None:
    second = lite.run("serve", "--port", "18999")
    assert second.returncode == 1
    assert "Traceback" not in second.stderr
    assert "granska serve" in second.stdout + second.stderr
    assert httpx.get(lite.url + "/healthz").status_code == 200


def test_nor_does_a_second_service_on_a_file_that_is_named_as_the_database(lite: Service) -> None:
    named = f"sqlite:///{lite.folder / 'granska.sqlite'}"
    environment = {"GRANSKA_DATA": str(lite.folder), "GRANSKA_DATABASE": named}
    assert granska("serve", "--port", "18998", environment=environment).returncode == 1


def test_throwing_everything_away_asks_first(tmp_path: object) -> None:
    import os
    from pathlib import Path

    folder = Path(str(tmp_path)) / "data"
    folder.mkdir()
    environment = os.environ | {"GRANSKA_DATA": str(folder)}
    run = ["make", "--no-print-directory", "-C", str(ROOT), "reset"]
    kept = subprocess.run(run, env=environment, input="nej\n", text=True, capture_output=True, check=False)
    assert kept.returncode != 0
    assert folder.is_dir()
    subprocess.run([*run, "YES=1"], env=environment, check=True, capture_output=True)
    assert not folder.exists()


def test_the_head_of_an_answer_alone_is_had_of_every_page(lite: Service) -> None:
    petter = lite.signed_in("petter")
    address = re.findall(r"(/feeds/[\w-]{43}\.ics)", petter.send("/rooms/tallen/feeds").text)[0]
    for path in (address, "/queue", "/calendar", "/help", "/static/granska.js"):
        whole, head = petter.client.get(path), petter.client.head(path)
        assert head.status_code == whole.status_code == 200, path
        assert head.content == b""
        assert head.headers["content-type"] == whole.headers["content-type"]
    assert lite.visitor().client.head("/queue").status_code == 303
    assert petter.client.head("/finns-inte").status_code == 404
