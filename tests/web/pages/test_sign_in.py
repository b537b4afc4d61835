"""Signing in: slow to guess, and leading nowhere else."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from service.office.demo_starts import MARK
from tests.servers import PATIENCE, Service, running


def test_guessing_passwords_is_slowed_down_per_account(lite: Service) -> None:
    visitor = lite.visitor()
    codes = [visitor.send("/sign-in", email="gissa@demo.example", password=f"fel-{n}").status_code for n in range(20)]

    assert codes[:10] == [422] * 10
    assert 429 in codes[10:]


def test_a_wrong_password_and_an_unknown_user_get_the_same_answer(lite: Service) -> None:
    answers = [
        lite.visitor().send("/sign-in", email=one, password="fel").text
        for one in ("disa@demo.example", "ingen@demo.example")
    ]
    blank = [re.sub(r'value="[^"]*"', "", one) for one in answers]

    assert blank[0] == blank[1]


@pytest.mark.parametrize(
    "next_page", ["//evil.example", "https://evil.example", "/\\evil", "/queue?x=//a", "javascript:x", "/a//b?c@d"]
)
def test_signing_in_leads_nowhere_else(lite: Service, next_page: str) -> None:
    visitor = lite.visitor()

    answer = visitor.send("/sign-in", email="samir@demo.example", password="lindarna-vid-kanalen", next=next_page)

    assert answer.headers["location"] == "/queue"


def test_the_filters_of_the_queue_are_kept_over_sign_in(lite: Service) -> None:
    visitor = lite.visitor()
    asked = "/queue?state=all&order=amount&dir=desc&page=1"
    sent_to = visitor.get(asked).headers["location"]
    page = visitor.get(sent_to).text
    wanted = re.findall(r'name="next" value="([^"]*)"', page)[0].replace("&amp;", "&")
    assert wanted == asked
    answer = visitor.send("/sign-in", email="samir@demo.example", password="lindarna-vid-kanalen", next=wanted)
    assert answer.headers["location"] == asked


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

    assert 1 <= codes.count(422) <= 10
    assert codes.count(429) == 30 - codes.count(422)


def test_a_new_password_ends_other_sign_ins_and_stands_in_the_log(tmp_path_factory: pytest.TempPathFactory) -> None:
    with running(tmp_path_factory.mktemp("password")) as service:
        here, elsewhere = service.signed_in("alva"), service.signed_in("alva")
        assert here.send("/password", old_password="fel", new_password="ett-helt-nytt-ord").status_code == 422
        assert here.send("/password", old_password="lindarna-vid-kanalen", new_password="kort").status_code == 422
        assert elsewhere.get("/queue").status_code == 200

        assert (
            here.send("/password", old_password="lindarna-vid-kanalen", new_password="ett-helt-nytt-ord").status_code
            == 303
        )

        assert here.get("/queue").status_code == 200
        assert elsewhere.get("/queue").status_code == 303
        old = service.visitor().send("/sign-in", email="alva@demo.example", password="lindarna-vid-kanalen")
        assert old.status_code == 422
        assert "user:password-changed" in service.run("log", "show").stdout
        assert service.run("log", "verify").returncode == 0


def test_a_demo_has_a_button_for_each_of_its_people_with_what_waits(lite: Service) -> None:
    visitor = lite.visitor()
    page = visitor.get("/sign-in").text
    assert "Börja som Alva: föreningsbidrag, 9 nya ansökningar" in " ".join(page.split())
    fields = dict(re.findall(r'name="(email|password)" value="([^"]+)"', page))
    answer = visitor.send("/sign-in", next="", **fields)
    assert answer.status_code == 303


def test_a_folder_that_the_demo_did_not_make_has_none(tmp_path: Path) -> None:
    with running(tmp_path) as service:
        (service.folder / MARK).unlink()
    with running(tmp_path) as service:
        page = service.visitor().get("/sign-in").text
        assert "Börja som" not in page
        assert "lindarna" not in page
