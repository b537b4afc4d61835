"""A real Chromium, and axe-core on every page it shows."""

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser import Visitor
from tests.servers import Service


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no Chromium is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        )
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, service: Service) -> Iterator[Callable[..., Visitor]]:
    visitors: list[Visitor] = []

    def start(**kwargs: bool) -> Visitor:
        visitors.append(Visitor(chromium, service.url, **kwargs))
        return visitors[-1]

    yield start
    for one in visitors:
        one.context.close()
