"""A page asks for what it shows: how many questions the ten most used routes put to the database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from service.casework.intake.enclosures import add_enclosure
from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.domain.application import Kind
from service.web.site import SiteConfig, build_site
from tests.builders import FIXTURES, PASSWORD, ROOT
from tests.queries import counted
from tests.steps import in_review, someone

#: The questions that each puts. Three of them are who asks: the session, the person, their rights. What changes
#: something counts what it asks, not what it writes.
MOST = {
    "queue": 5,
    "case": 20,
    "step": 20,
    "enclosure": 6,
    "checks": 6,
    "precedents": 8,
    "calendar": 8,
    "book": 8,
    "draft": 7,
    "note": 13,
}


class Asleep:
    """A worker that runs nothing."""

    def wake(self) -> None: ...


@dataclass
class Visitor:
    """A browser at the site, in this process."""

    client: httpx.AsyncClient
    token: str = ""

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(path)

    async def send(self, path: str, **fields: str) -> httpx.Response:
        page = (await self.get("/help")).text
        token = page.split('name="_csrf_token" value="')[1].split('"')[0]
        return await self.client.post(path, data={"_csrf_token": token, **fields})


@asynccontextmanager
async def visiting(desk: Desk, email: str) -> AsyncIterator[Visitor]:
    """Someone who has signed in."""

    @asynccontextmanager
    async def opening() -> AsyncIterator[Any]:
        yield desk, Asleep()

    site = build_site(SiteConfig(ROOT / "templates", desk.words, FIXTURES), opening)
    async with site.lifespan():
        transport = httpx.ASGITransport(app=site)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            visitor = Visitor(client)
            assert (await visitor.send("/sign-in", email=email, password=PASSWORD)).status_code == 303
            yield visitor


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_the_ten_most_used_routes_ask_for_what_they_show(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    officer = await someone(desk, "Alva", "role:association_officer", "role:premises_officer", "delegation:F1")
    case_id = await in_review(desk, officer)
    statutes = {"kind": "stadgar", "name": "s.pdf", "media_type": "application/pdf", "body": b"%PDF-1.7"}
    enclosure = await add_enclosure(desk, case_id, by=person(officer), kinds=frozenset({Kind.GRANT}), **statutes)
    async with desk.store.reading() as reading:
        version = str((await reading.case(case_id)).version)
    asked: dict[str, int] = {}
    case = f"/cases/{case_id}"

    async with visiting(desk, "Alva@x.example") as visitor:
        pages = {
            "queue": "/queue",
            "case": case,
            "step": f"{case}/steps/note",
            "enclosure": f"{case}/enclosures/{enclosure}",
            "checks": f"{case}/checks",
            "precedents": f"{case}/precedents",
            "calendar": "/calendar",
            "book": "/book",
        }
        for name, path in pages.items():
            with counted(monkeypatch) as questions:
                assert (await visitor.get(path)).status_code == 200, name
            asked[name] = len(questions)
        forms = {
            "draft": (f"{case}/draft", {"_form": "note:written", "text": "Börjar"}),
            "note": (f"{case}/steps/note", {"version": version, "text": "Ringde föreningen."}),
        }
        page = (await visitor.get("/help")).text
        token = page.split('name="_csrf_token" value="')[1].split('"')[0]
        for name, (path, fields) in forms.items():
            with counted(monkeypatch) as questions:
                answer = await visitor.client.post(path, data={"_csrf_token": token, **fields})
            assert answer.status_code in (204, 303), answer.text
            asked[name] = len(questions)
            print(name, *[q[:150] for q in questions], sep="\n   ")

    assert asked == MOST
