"""Someone at a real browser, who complains of every error on the console and of every barrier that axe finds."""

import os
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page

from tests.builders import ROOT
from tests.servers import PATIENCE, Service

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"

DEMO_PASSWORD = "lindarna-vid-kanalen"


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
        self.page.fill("#password", DEMO_PASSWORD)
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


SHOTS = ROOT / "service" / "web" / "static" / "help"

#: The pictures of the help pages are taken anew with GRANSKA_SHOTS=write.
WRITE_SHOTS = os.environ.get("GRANSKA_SHOTS") == "write"


def shoot(visitor: Visitor, name: str) -> None:
    """A picture of the page for the help pages: taken each time, kept when asked to."""
    picture = visitor.page.screenshot(full_page=False)
    path: Path = SHOTS / f"{name}.png"
    if WRITE_SHOTS:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(picture)
    assert path.read_bytes()[16:24] == picture[16:24], "the kept picture has the size of the page"
    pages = "".join(one.read_text("utf-8") for one in (ROOT / "templates" / "help").glob("*.html"))
    assert f"/static/help/{name}.png" in pages, "a help page shows it"


def cookies(who: Any) -> str:
    return "; ".join(f"{name}={value}" for name, value in who.client.cookies.items())


def hand_in(service: Service, document: dict[str, object]) -> str:
    with service.api() as api:
        case = api.post("/api/v1/applications", json=document).json()
        for kind in ("stadgar", "arsmotesprotokoll", "verksamhetsplan"):
            api.post(
                case["enclosures"],
                data={"kind": kind},
                files={"file": (f"{kind}.txt", b"Stadgar for en liten forening")},
            )
    service.screened(case["id"])
    return str(case["id"])
