"""Headers, cookies, sessions, form tokens and logs: on every route, from the first page."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from service.web.site import HEADERS
from tests.servers import PATIENCE, Service, running

PAGES = ["/sign-in", "/help", "/nothing", "/queue", "/static/granska.js", "/api/v1/openapi.json", "/health", "/cases/x"]


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
        visitor.send("/sign-in", email="alva@demo.example", password="granska-demo-2026"),
    ]
    cookies = [one for answer in answers for one in answer.headers.get_list("set-cookie")]

    assert len(cookies) == 2
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


def session_of(client: httpx.Client) -> str:
    return client.cookies["granska_session"]


def test_an_id_the_service_did_not_give_is_never_adopted(lite: Service) -> None:
    visitor = lite.visitor()
    visitor.client.cookies.set("granska_session", "attacker-chosen-id", domain="127.0.0.1")

    visitor.send("/sign-in", email="alva@demo.example", password="granska-demo-2026")

    ids = [one.value for one in visitor.client.cookies.jar if one.name == "granska_session"]
    assert "attacker-chosen-id" not in ids[-1:]
    intruder = httpx.get(lite.url + "/queue", cookies={"granska_session": "attacker-chosen-id"})
    assert intruder.status_code == 303


def test_signing_in_again_gives_a_new_id_and_ends_the_old_one(lite: Service) -> None:
    alva = lite.signed_in("alva")
    before = session_of(alva.client)

    alva.send("/sign-in", email="alva@demo.example", password="granska-demo-2026")

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


@pytest.mark.parametrize(
    "path", ["/sign-in", "/sign-out", "/language", "/queue/search", "/register/grant", "/log/verify", "/users"]
)
def test_a_form_without_its_token_is_refused(lite: Service, path: str) -> None:
    alva = lite.signed_in("alva")

    assert alva.client.post(path, data={"email": "x"}).status_code == 403
    assert alva.client.post(path, data={"_csrf_token": "x" * 128}).status_code == 403


def test_a_key_in_a_cookie_or_a_session_opens_no_api(lite: Service) -> None:
    alva = lite.signed_in("alva")

    assert alva.client.post("/api/v1/applications", json={}).status_code == 401


def test_guessing_passwords_is_slowed_down_per_account(lite: Service) -> None:
    visitor = lite.visitor()
    codes = [visitor.send("/sign-in", email="gissa@demo.example", password=f"fel-{n}").status_code for n in range(12)]

    assert codes == [422] * 10 + [429] * 2


def test_a_wrong_password_and_an_unknown_user_get_the_same_answer(lite: Service) -> None:
    answers = [
        lite.visitor().send("/sign-in", email=one, password="fel").text
        for one in ("disa@demo.example", "ingen@demo.example")
    ]
    blank = [re.sub(r'value="[^"]*"', "", one) for one in answers]

    assert blank[0] == blank[1]


@pytest.mark.parametrize(
    "next_page", ["//evil.example", "https://evil.example", "/\\evil", "/queue?x=1", "javascript:x"]
)
def test_signing_in_leads_nowhere_else(lite: Service, next_page: str) -> None:
    visitor = lite.visitor()

    answer = visitor.send("/sign-in", email="samir@demo.example", password="granska-demo-2026", next=next_page)

    assert answer.headers["location"] == "/queue"


def test_the_technical_log_holds_no_person_no_secret_and_no_injected_line(lite: Service) -> None:
    alva = lite.signed_in("alva")
    alva.get("/queue?state=x%0aINJECTED")
    alva.send("/queue/search", q="121212-1212")
    with lite.api() as api:
        api.post(
            "/api/v1/applications",
            content=b'{"kind": "Granfors 121212-1212"}',
            headers={"Content-Type": "application/json"},
        )
        api.post("/api/v1/applications", content=b"Granfors", headers={"Content-Type": "application/json"})

    log = lite.log.read_text()
    for secret in ("Granfors", "121212", "alva@", "INJECTED", session_of(alva.client), lite.key, "granska-demo-2026"):
        assert secret not in log


@pytest.mark.parametrize(
    "path", ["/static/%00%0aFORGED%20850709-9805", "/static/" + "x" * 300, "/static/../../etc/passwd", "/%00"]
)
def test_an_odd_address_is_not_found_and_writes_no_line(lite: Service, path: str) -> None:
    assert lite.visitor().client.get(path).status_code in (400, 404)
    assert "FORGED" not in lite.log.read_text()


def test_many_guesses_at_once_are_counted_too(lite: Service) -> None:
    visitor = lite.visitor()
    form = {"_csrf_token": visitor.token(), "email": "samtidigt@demo.example", "password": "fel"}
    with ThreadPoolExecutor(15) as pool:
        cookies = dict(visitor.client.cookies)
        guesses = [
            pool.submit(httpx.post, lite.url + "/sign-in", data=form, cookies=cookies, timeout=PATIENCE)
            for _ in range(30)
        ]
        codes = [guess.result().status_code for guess in guesses]

    assert codes.count(422) == 10
    assert codes.count(429) == 20


def test_a_page_that_someone_came_back_to_is_shown_and_not_an_error(lite: Service) -> None:
    alva = lite.signed_in("alva")

    assert alva.get("/queue/search").headers["location"] == "/queue"
    case = alva.get("/queue").text.split("/cases/")[1][:36]
    assert alva.get(f"/cases/{case}/decision").headers["location"] == f"/cases/{case}"


def test_a_new_password_ends_other_sign_ins_and_stands_in_the_log(tmp_path_factory: pytest.TempPathFactory) -> None:
    with running(tmp_path_factory.mktemp("password")) as service:
        here, elsewhere = service.signed_in("alva"), service.signed_in("alva")
        assert here.send("/password", old_password="fel", new_password="ett-helt-nytt-ord").status_code == 422
        assert here.send("/password", old_password="granska-demo-2026", new_password="kort").status_code == 422
        assert elsewhere.get("/queue").status_code == 200

        assert (
            here.send("/password", old_password="granska-demo-2026", new_password="ett-helt-nytt-ord").status_code
            == 303
        )

        assert here.get("/queue").status_code == 200
        assert elsewhere.get("/queue").status_code == 303
        old = service.visitor().send("/sign-in", email="alva@demo.example", password="granska-demo-2026")
        assert old.status_code == 422
        assert "user:password-changed" in service.run("log", "show").stdout
        assert service.run("log", "verify").returncode == 0
