"""Who guesses waits; who does not guess does not, whoever guesses at them."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from service.web.throttle import ACCOUNT, ADDRESS, MOST_KEPT, PERSON, Throttle, Try
from tests.servers import PATIENCE, Browserlike, Service, running

MINUTE_MS = 60_000


def a_try(throttle: Throttle, now: int, *, account: str = "alva", address: str, browser: str | None = None) -> bool:
    """Whether a try from there is read; it fails if it is."""
    one = Try(throttle, account=account, address=address, browser=browser)
    if one.wait_ms(now) or not one.begin(now):
        return False
    one.end(failed=True)
    return True


@pytest.mark.parametrize("addresses", [1, 1000])
def test_ten_thousand_wrong_passwords_shut_nobody_out(addresses: int) -> None:
    throttle, now, read = Throttle(), 1_000_000, 0
    for number in range(10_000):
        read += a_try(throttle, now, address=f"10.0.{number % addresses}")
        now += 10

    assert read <= 10 + 50 + 7 * addresses, "ten at first, three once the account is guessed at, then two a minute"
    assert a_try(throttle, now, address="10.0.0", browser="used before"), "at once from a browser used before"
    assert a_try(throttle, now, address="192.0.2.1"), "at once from an address that has not guessed"
    assert a_try(throttle, now + MINUTE_MS, address="10.0.0"), "within a minute from where the guesses came"
    assert a_try(throttle, now, account="siv", address="192.0.2.1")


def test_one_address_that_guesses_at_everybody_is_slowed_and_others_behind_it_get_in_within_seconds() -> None:
    throttle, now = Throttle(), 1_000_000
    read = sum(a_try(throttle, now, account=f"a{number}", address="192.0.2.7") for number in range(10_000))

    assert read == 200
    assert not a_try(throttle, now, account="siv", address="192.0.2.7")
    assert a_try(throttle, now + 2000, account="siv", address="192.0.2.7")
    assert a_try(throttle, now, account="siv", address="192.0.2.7", browser="used before")


def test_a_try_that_is_not_read_makes_nobody_wait_longer() -> None:
    throttle, now = Throttle(), 1_000_000
    for _ in range(PERSON.burst):
        assert a_try(throttle, now, address="a")
    wait = Try(throttle, account="alva", address="a", browser=None).wait_ms(now)
    for _ in range(1000):
        assert not a_try(throttle, now, address="a")

    assert Try(throttle, account="alva", address="a", browser=None).wait_ms(now) == wait <= PERSON.every_ms


def test_others_tries_under_way_keep_no_browser_waiting_that_was_used_before() -> None:
    throttle, now = Throttle(), 1_000_000
    others = [Try(throttle, account="alva", address=f"10.0.0.{one}", browser=None) for one in range(20)]
    read = [one.begin(now) for one in others]
    assert not all(read), "so many at once are not read"

    own = Try(throttle, account="alva", address="192.0.2.1", browser="used before")
    assert own.wait_ms(now) == 0
    assert own.begin(now)


def test_what_did_not_fail_is_not_counted() -> None:
    throttle, now = Throttle(), 1_000_000
    for _ in range(ACCOUNT.burst * 2):
        one = Try(throttle, account="alva", address="a", browser=None)
        assert one.wait_ms(now) == 0
        assert one.begin(now)
        one.end(failed=False)


def test_it_keeps_no_more_than_it_can_hold() -> None:
    throttle = Throttle()
    for number in range(MOST_KEPT * 3):
        throttle.count(f"{number}", PERSON, number)
    assert len(throttle._empty_at) <= MOST_KEPT


@pytest.fixture
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that takes a proxy's word on where a visitor comes from."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRANSKA_TRUSTED_PROXIES", "127.0.0.1")
        with running(tmp_path_factory.mktemp("proxied")) as one:
            yield one


def guesses(visitor: Browserlike, count: int, *, address: str = "", email: str = "petter@demo.example") -> list[int]:
    headers = {"X-Forwarded-For": address} if address else {}
    form = {"_csrf_token": visitor.token(), "email": email, "password": "fel"}
    with ThreadPoolExecutor(4) as pool:
        sent = [pool.submit(visitor.client.post, "/sign-in", data=form, headers=headers) for _ in range(count)]
        return [one.result().status_code for one in sent]


def test_behind_a_trusted_proxy_each_visitor_is_one_and_a_right_one_gets_in(proxied: Service) -> None:
    petter = proxied.signed_in("petter")
    petter.send("/sign-out")
    assert 429 in guesses(proxied.visitor(), 30, address="198.51.100.9")

    again = petter.send("/sign-in", email="petter@demo.example", password="lindarna-vid-kanalen")
    assert again.status_code == 303, "a browser used before"
    new = proxied.visitor()
    new.client.headers["X-Forwarded-For"] = "203.0.113.4"
    answer = new.send("/sign-in", email="petter@demo.example", password="lindarna-vid-kanalen")
    assert answer.status_code == 303, "another address"


def test_who_has_to_wait_is_told_how_long(lite: Service) -> None:
    visitor = lite.visitor()
    guesses(visitor, 20, email="bo@demo.example")
    answer = visitor.send("/sign-in", email="bo@demo.example", password="lindarna-vid-kanalen")

    assert answer.status_code == 429
    seconds = int(answer.headers["retry-after"])
    assert 1 <= seconds <= 60
    assert answer.text.count(f"om {seconds} sekunder") == 2, "in the summary and at the field"
    assert "sign_in.too_many" not in answer.text
    assert 'value="bo@demo.example"' in answer.text
    time.sleep(seconds + 0.5)
    assert visitor.send("/sign-in", email="bo@demo.example", password="lindarna-vid-kanalen").status_code == 303


def test_whoever_says_to_be_a_proxy_and_is_not_trusted_is_not_believed(lite: Service) -> None:
    visitor = lite.visitor()
    form = {"_csrf_token": visitor.token(), "email": "samir@demo.example", "password": "fel"}
    codes = [
        visitor.client.post("/sign-in", data=form, headers={"X-Forwarded-For": f"198.51.100.{one}"}).status_code
        for one in range(14)
    ]
    assert 429 in codes


def test_a_guess_at_ones_old_password_counts_too(lite: Service) -> None:
    disa = lite.signed_in("disa")
    codes = [
        disa.send("/password", old_password=f"fel-{one}", new_password="blå cykel under bron").status_code
        for one in range(12)
    ]
    assert codes[:10] == [422] * 10
    assert 429 in codes[10:]
    waits = disa.send("/password", old_password="fel", new_password="blå cykel under bron")
    assert (waits.status_code, 1 <= int(waits.headers["retry-after"]) <= 60) == (429, True)


def test_tries_at_links_for_a_new_password_are_slowed_and_told_so(lite: Service) -> None:
    visitor = lite.visitor()
    answers = [visitor.get(f"/reset/gissad-{one}") for one in range(ADDRESS.burst + 30)]

    assert answers[0].status_code == 404
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1


def test_ten_sign_ins_at_once_keep_nobody_else_waiting(lite: Service) -> None:
    def sign_in(number: int) -> int:
        visitor = Browserlike(lite.url)
        email = f"{('alva', 'petter', 'disa', 'samir', 'siv')[number % 5]}@demo.example"
        return visitor.send("/sign-in", email=email, password="lindarna-vid-kanalen").status_code

    waits = []
    with ThreadPoolExecutor(10) as pool, httpx.Client(base_url=lite.url, timeout=PATIENCE) as client:
        client.get("/healthz")
        under_way = [pool.submit(sign_in, number) for number in range(10)]
        while not all(one.done() for one in under_way):
            began = time.perf_counter()
            assert client.get("/healthz").status_code == 200
            waits.append(time.perf_counter() - began)
            time.sleep(0.005)
        assert {one.result() for one in under_way} <= {303, 429, 503}
    assert sorted(waits)[len(waits) // 2] < 1, "not stopped; how fast exactly is for the benchmark on an idle machine"
