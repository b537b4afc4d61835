"""Headers, cookies, sessions, form tokens and logs: on every route, from the first page."""

import pytest

from tests.servers import Service


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
    for secret in (
        "Granfors",
        "121212",
        "alva@",
        "INJECTED",
        alva.client.cookies["granska_session"],
        lite.key,
        "lindarna-vid-kanalen",
    ):
        assert secret not in log


@pytest.mark.parametrize(
    "path", ["/static/%00%0aFORGED%20850709-9805", "/static/" + "x" * 300, "/static/../../etc/passwd", "/%00"]
)
def test_an_odd_address_is_not_found_and_writes_no_line(lite: Service, path: str) -> None:
    assert lite.visitor().client.get(path).status_code in (400, 404)
    assert "FORGED" not in lite.log.read_text()


def test_a_page_that_someone_came_back_to_is_shown_and_not_an_error(lite: Service) -> None:
    alva = lite.signed_in("alva")

    assert alva.get("/queue/search").headers["location"] == "/queue"
    case = alva.get("/queue").text.split("/cases/")[1][:36]
    assert alva.get(f"/cases/{case}/decision").headers["location"] == f"/cases/{case}"
