"""That a session is about to end is said in the browser, in time, and whoever is there goes on."""

from collections.abc import Callable, Iterator

import pytest

from tests.browser import DEMO_PASSWORD, Visitor
from tests.servers import Service, let_sessions_end, running

Visit = Callable[..., Visitor]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """On SQLite alone: the database makes no difference to it."""
    with running(tmp_path_factory.mktemp("session-end")) as one:
        yield one


def test_five_minutes_before_it_is_said_and_being_there_is_enough(service: Service, visit: Visit) -> None:
    alva = visit().sign_in("alva").go("/register/grant")
    page = alva.page
    assert not page.locator("#session-ending").is_visible()
    page.evaluate("localStorage.setItem('granska-seen', String(Date.now() - 56 * 60 * 1000))")
    page.wait_for_selector("#session-ending", state="visible")
    alva.look()
    page.click("#session-ending button")
    page.wait_for_selector("#session-ending", state="hidden")
    page.evaluate("localStorage.setItem('granska-seen', String(Date.now() - 61 * 60 * 1000))")
    page.wait_for_selector("#session-ending [data-over]", state="visible")


def test_what_was_sent_too_late_is_sent_again_in_the_browser(service: Service, visit: Visit) -> None:
    alva = visit().sign_in("alva").go("/register/grant")
    page = alva.page
    page.fill("#organisation-name", "För Sent Ute")
    page.fill("#contact-address", "c/o Granfors\nLindgatan 4\n424 20 Granviken")
    page.fill("#grant-amount_ore", "12 000:-")
    let_sessions_end(service)
    alva.press("main form[action='/register/grant'] button.govuk-button")
    assert page.url.endswith("/sign-in?next=%2Fregister%2Fgrant")
    page.fill("#email", "alva@demo.example")
    page.fill("#password", DEMO_PASSWORD)
    alva.press("main form[action='/sign-in'] button >> nth=0")
    assert page.url.endswith("/kept")
    assert "För Sent Ute" in alva.text()
    alva.press("text=Skicka igen", look=False)
    alva.complaints.clear()  # the browser notes the answer 422: the paper is not complete
    alva.look()
    assert page.url.endswith("/register/grant")
    assert page.input_value("#organisation-name") == "För Sent Ute"
    assert page.input_value("#contact-address") == "c/o Granfors\nLindgatan 4\n424 20 Granviken"
    assert page.input_value("#grant-amount_ore") == "12 000:-"
    assert "Det finns något att rätta" in alva.text()
