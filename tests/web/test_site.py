"""What every answer carries, and under which names."""

import re

import httpx
import pytest

from service.web.site import HEADERS
from tests.servers import Service, running

PAGES = [
    "/sign-in",
    "/help",
    "/nothing",
    "/queue",
    "/static/granska.js",
    "/api/v1/openapi.json",
    "/healthz",
    "/cases/x",
]


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_carries_the_security_headers(lite: Service, path: str) -> None:
    for client in (lite.visitor().client, lite.signed_in("alva").client):
        answer = client.get(path)
        for name, value in HEADERS.items():
            assert answer.headers[name] == value, (path, answer.status_code)


@pytest.mark.parametrize("path", ["/queue", "/rules", "/help", "/register/grant", "/sign-in"])
def test_no_page_has_inline_script_or_style_or_an_outside_address(lite: Service, path: str) -> None:
    html = lite.signed_in("alva").get(path).text

    assert re.findall(r"<script(?![^>]*src=)", html) == []
    assert re.findall(r"\sstyle=|<style|\son[a-z]+=", html) == []
    assert re.findall(r'(?:src|href|action)="(?:https?:)?//', html) == []


def test_cookies_are_for_the_server_and_for_this_site_only(lite: Service) -> None:
    visitor = lite.visitor()
    answers = [
        visitor.get("/sign-in"),
        visitor.send("/sign-in", email="alva@demo.example", password="lindarna-vid-kanalen"),
    ]
    cookies = [one for answer in answers for one in answer.headers.get_list("set-cookie")]

    assert len(cookies) == 3, "the form token, the session, and the browser that was used before"
    for one in cookies:
        assert "httponly" in one.casefold()
        assert "samesite=lax" in one.casefold()


def test_with_https_cookies_are_secure_and_the_browser_is_told_to_stay(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRANSKA_PUBLIC_URL", "https://granska.example")
    with running(tmp_path_factory.mktemp("https")) as service:
        answer = httpx.get(service.url + "/sign-in", headers={"Host": "granska.example"})

    assert "secure" in answer.headers["set-cookie"].casefold()
    assert answer.headers["strict-transport-security"]


def test_answers_only_under_its_own_names(lite: Service) -> None:
    assert httpx.get(lite.url + "/sign-in", headers={"Host": "evil.example"}).status_code == 400
