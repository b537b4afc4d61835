"""That a session is about to end is said in the browser, in time, and whoever is there goes on."""

from collections.abc import Callable, Iterator

import pytest

from tests.browser import Visitor
from tests.servers import Service, running

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
