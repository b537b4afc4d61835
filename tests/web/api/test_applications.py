"""The city's e-service, over HTTP, on both databases."""

import io
import json
import sqlite3
import threading
import time
import zipfile

import httpx
import pytest

from tests.builders import a_grant_document, a_premises_document
from tests.servers import Service, granska

JSON = {"Content-Type": "application/json"}


def test_hands_in_an_application_and_gets_its_diary_number_and_link(service: Service) -> None:
    with service.api() as api:
        answer = api.post("/api/v1/applications", json=a_grant_document())

    body = answer.json()
    assert answer.status_code == 201
    assert body["diary_number"].startswith("HV ")
    assert body["link"] == answer.headers["location"] == f"{service.url}/cases/{body['id']}"
    service.screened(body["id"])


def test_the_same_key_and_body_give_the_same_case_and_another_body_is_refused(service: Service) -> None:
    key = {"Idempotency-Key": "same-1"}
    with service.api() as api:
        first, again = (api.post("/api/v1/applications", json=a_grant_document(), headers=key) for _ in range(2))
        other = api.post("/api/v1/applications", json=a_premises_document(), headers=key)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert (other.status_code, other.headers["content-type"]) == (422, "application/problem+json")


def test_the_same_request_twenty_times_at_once_makes_one_case(service: Service) -> None:
    answers: list[httpx.Response] = []

    def send() -> None:
        with service.api() as api:
            answers.append(
                api.post("/api/v1/applications", json=a_grant_document(), headers={"Idempotency-Key": "at-once"})
            )

    threads = [threading.Thread(target=send) for _ in range(20)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert {one.status_code for one in answers} == {201}
    assert len({one.json()["id"] for one in answers}) == 1


def test_an_enclosure_comes_in_a_second_call_and_the_checks_see_it(service: Service) -> None:
    with service.api() as api:
        case = api.post("/api/v1/applications", json=a_grant_document()).json()
        for kind in ("stadgar", "arsmotesprotokoll", "verksamhetsplan"):
            answer = api.post(
                case["enclosures"],
                data={"kind": kind},
                files={"file": (f"{kind}.txt", b"Stadgar for en liten forening")},
            )
            assert answer.status_code == 201
    service.screened(case["id"])

    page = service.signed_in("siv").get(f"/cases/{case['id']}").text

    assert "Allt som rutinen kräver finns" in page
    assert "stadgar.txt" in page


PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + bytes(100)


@pytest.mark.parametrize(
    ("name", "body", "status", "pointer"),
    [
        ("a.pdf", b"%PDF-1.7\n%x\n1 0 obj", 201, None),
        ("a.png", PNG, 201, None),
        ("a.txt", "åäö".encode(), 201, None),
        ("a.pdf", b"MZ\x90\x00" + bytes(100), 422, "/file"),
        ("a.txt", b"<html><script>", 422, "/file"),
        ("a.txt", b"#!/bin/sh\nrm -rf", 422, "/file"),
        ("a.svg", b'<?xml version="1.0"?><svg onload="x"/>', 422, "/file"),
        ("a.docx", b"PK\x03\x04 not really", 422, "/file"),
        ("a.txt", b"\xff\xfe\x00\x01", 422, "/file"),
        ("a.txt", b"", 422, "/file"),
        ("a.txt", b"x" * 10_000_001, 413, None),
    ],
)
def test_an_enclosure_is_judged_by_its_content_and_size(
    lite: Service, name: str, body: bytes, status: int, pointer: str | None
) -> None:
    with lite.api() as api:
        case = api.post("/api/v1/applications", json=a_grant_document()).json()
        answer = api.post(case["enclosures"], data={"kind": "ovrigt"}, files={"file": (name, body)})

    assert answer.status_code == status
    if pointer:
        assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{", JSON, 400),
        (b"", JSON, 400),
        (b"\xff\xfe", JSON, 400),
        (b'{"kind": NaN}', JSON, 400),
        (b"[" * 200_000, JSON, 400),
        (b"[]", JSON, 422),
        (b"null", JSON, 422),
        (json.dumps(a_grant_document(kind="loan")).encode(), JSON, 422),
        (json.dumps(a_grant_document(organisation={"name": "a\ud800"})).encode(), JSON, 422),
        (json.dumps(a_grant_document(organisation={"name": "a\x00"})).encode(), JSON, 422),
        (b'{"kind":"grant"}', {"Content-Type": "text/plain"}, 415),
        (b"kind=grant", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
        (b" " * 1_000_001 + b"{}", JSON, 413),
        (b"x" * 5_000_000, JSON, 413),
    ],
)  # fmt: skip
def test_what_cannot_be_read_gets_a_problem_document_and_nothing_is_saved(
    lite: Service, body: bytes, headers: dict[str, str], status: int
) -> None:
    with sqlite3.connect(lite.folder / "granska.sqlite") as database:
        while database.execute("SELECT count(*) FROM screening_job").fetchone()[0]:
            time.sleep(0.1)  # what earlier tests handed in is still being checked
    database.close()
    before = lite.run("log", "verify").stdout
    with lite.api() as api:
        answer = api.post("/api/v1/applications", content=body, headers=headers)

    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    problem = answer.json()
    assert problem["status"] == status
    assert problem["title"]
    assert lite.run("log", "verify").stdout == before


def test_each_wrong_field_has_a_pointer_and_a_sentence_in_the_callers_language(lite: Service) -> None:
    with lite.api() as api:
        swedish, english = (
            api.post(
                "/api/v1/applications",
                json={"kind": "grant", "organisation": {}, "grant": {}},
                headers={"Accept-Language": one},
            ).json()
            for one in ("sv", "en-GB")
        )

    assert {one["pointer"] for one in swedish["errors"]} == {
        "/organisation/name", "/grant/type", "/grant/amount_ore", "/grant/purpose", "/grant/period",
    }  # fmt: skip
    assert swedish["errors"][0]["detail"] == "Fyll i det här fältet."
    assert english["errors"][0]["detail"] == "Fill in this field."


def test_an_error_never_repeats_a_personal_number(lite: Service) -> None:
    document = a_grant_document(kind="19121212-1212")
    document["19121212-1212"] = 1
    document["grant"]["period"]["from"] = "121212-1212"

    with lite.api() as api:
        answer = api.post("/api/v1/applications", json=document)

    assert answer.status_code == 422
    assert "1212-1212" not in answer.text


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic eDp5", "bearer granska_x"])
def test_without_a_key_that_is_valid_nothing_is_received(lite: Service, header: str) -> None:
    answer = httpx.post(lite.url + "/api/v1/applications", json=a_grant_document(), headers={"Authorization": header})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_an_enclosure_for_a_case_that_is_not_there_is_a_404(lite: Service) -> None:
    with lite.api() as api:
        for case_id in ("00000000-0000-4000-8000-00000000dead", "x", "%00"):
            answer = api.post(
                f"/api/v1/applications/{case_id}/enclosures", data={"kind": "ovrigt"}, files={"file": ("a.txt", b"x")}
            )
            assert answer.status_code == 404


def test_an_enclosure_says_the_period_it_speaks_of_and_a_day_that_is_none_is_named(lite: Service) -> None:
    file = {"file": ("berattelse.txt", "Verksamhetsberättelse 2025".encode())}
    with lite.api() as api:
        case_id = api.post("/api/v1/applications", json=a_grant_document()).json()["id"]
        place = f"/api/v1/applications/{case_id}/enclosures"
        period = {"speaks_from": "2025-01-01", "speaks_to": "2025-12-31"}
        assert api.post(place, data={"kind": "verksamhetsberattelse"} | period, files=file).status_code == 201
        wrong = api.post(place, data={"kind": "verksamhetsberattelse", "speaks_from": "i fjol"}, files=file)

    assert (wrong.status_code, [one["pointer"] for one in wrong.json()["errors"]]) == (422, ["/speaks_from"])
    page = lite.signed_in("alva").opened(case_id)
    assert "avser 2025-01-01 – 2025-12-31" in " ".join(page.split())


def test_what_was_received_is_checked_also_when_many_come_at_once(service: Service) -> None:

    with service.api() as api:
        ids = [api.post("/api/v1/applications", json=a_grant_document()).json()["id"] for _ in range(10)]
    done = granska("log", "verify", environment=service.environment)
    assert done.returncode == 0, done.stdout
    for one in ids:
        service.screened(one)


def test_the_e_service_adds_only_to_what_came_through_it(lite: Service) -> None:
    paper = lite.signed_in("alva").get("/queue").text.split("/cases/")[1][:36]

    with lite.api() as api:
        answer = api.post(
            f"/api/v1/applications/{paper}/enclosures", data={"kind": "ovrigt"}, files={"file": ("a.txt", b"x")}
        )

    assert answer.status_code == 404


def test_a_form_in_an_encoding_that_does_not_exist_or_lies_is_refused(lite: Service) -> None:
    def part(disposition: str, body: bytes, type: str = "text/plain") -> bytes:
        return (
            b"--b\r\nContent-Disposition: form-data; "
            + disposition.encode()
            + b"\r\nContent-Type: "
            + type.encode()
            + b"\r\n\r\n"
            + body
            + b"\r\n"
        )

    multipart = {"Content-Type": "multipart/form-data; boundary=b"}
    bodies = [
        part('name="kind"', b"stadgar", "text/plain; charset=nope") + b"--b--\r\n",
        part('name="kind"', b"+2AA-", "text/plain; charset=utf-7") + b"--b--\r\n",
        part('name="kind"', b"\xff") + b"--b--\r\n",
    ]
    with lite.api() as api:
        case = api.post("/api/v1/applications", json=a_grant_document()).json()
        codes = [api.post(case["enclosures"], content=body, headers=multipart).status_code for body in bodies]
        forms = [httpx.post(lite.url + "/sign-in", content=body, headers=multipart).status_code for body in bodies]

    assert set(codes) <= {400, 422}
    assert set(forms) <= {400, 403}


def test_a_damaged_archive_is_refused(lite: Service) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text" * 3)
    body = bytearray(whole.getvalue())
    body[40:50] = b"\xff" * 10

    with lite.api() as api:
        case = api.post("/api/v1/applications", json=a_grant_document()).json()
        answer = api.post(case["enclosures"], data={"kind": "stadgar"}, files={"file": ("a.odt", bytes(body))})

    assert answer.status_code == 422
