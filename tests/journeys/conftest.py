"""A real Chromium, and axe-core on every page it shows."""

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from tests.builders import ROOT
from tests.conftest import PATIENCE, Service

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PASSWORD = "granska-demo-2026"


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


class Visitor:
    """Someone at a browser: complains of every error on the console and of every barrier that axe finds."""

    def __init__(self, browser: Browser, url: str, *, javascript: bool = True) -> None:
        self.javascript = javascript
        self.context = browser.new_context(
            base_url=url, java_script_enabled=javascript, viewport={"width": 1280, "height": 900}
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE * 1000 / 5)
        self.complaints: list[str] = []
        self.page.on(
            "console", lambda one: self.complaints.append(one.text) if one.type in ("error", "warning") else None
        )
        self.page.on("pageerror", lambda one: self.complaints.append(str(one)))

    def sign_in(self, name: str) -> "Visitor":
        self.go("/sign-in")
        self.page.fill("#email", f"{name}@demo.example")
        self.page.fill("#password", PASSWORD)
        self.press("main button")
        return self

    def press(self, what: str | Locator, *, look: bool = True) -> None:
        """Press something that leads to a new page, and look at that page."""
        button = self.page.locator(what) if isinstance(what, str) else what
        with self.page.expect_navigation(wait_until="load"):
            button.first.click()
        if look:
            self.look()

    def go(self, path: str) -> "Visitor":
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status < 400, (path, answer.status)
        self.look()
        return self

    def look(self) -> None:
        """No barrier and no complaint on the page as it is now."""
        if self.javascript:
            self.page.evaluate(AXE.read_text("utf-8"))
            found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            barriers = [f"{one['id']}: {one['nodes'][0]['html'][:150]}" for one in found["violations"]]
            assert barriers == [], self.page.url
        assert self.complaints == [], self.page.url

    def text(self) -> str:
        return self.page.inner_text("body")


@pytest.fixture
def visit(chromium: Browser, service: Service) -> Iterator[Callable[..., Visitor]]:
    visitors: list[Visitor] = []

    def start(**kwargs: bool) -> Visitor:
        visitors.append(Visitor(chromium, service.url, **kwargs))
        return visitors[-1]

    yield start
    for one in visitors:
        one.context.close()
