"""Every way to change anything leaves an event that names who: all routes and all commands are walked.

A route or command that is not on the list below fails, and so does one whose change no event tells of.
"""

import re
import sqlite3
from pathlib import Path
from typing import Any

from service.app import words_with
from service.pipeline.registry import Registry
from service.web.site import SiteConfig, build_site, routes
from tests.builders import DAY, FIXTURES, ROOT, RULES_2026, a_grant_document, a_premises_document, today
from tests.logs import entries, state
from tests.servers import Browserlike, Service, running


def one_value(folder: Path, question: str) -> str:
    with sqlite3.connect(folder / "granska.sqlite") as database:
        value = str(database.execute(question).fetchone()[0])
    database.close()
    return value


class Walk:
    """Takes one step at a time, and looks at what it left behind."""

    def __init__(self, service: Service) -> None:
        self.service, self.folder = service, service.folder
        self.taken: set[tuple[str, str]] = set()
        self.changing = 0

    def step(self, route: tuple[str, str], act: Any, *, wants: str | None) -> Any:
        """Do it; `wants` is the event it must leave, None where nothing may change."""
        before, size = state(self.folder), len(entries(self.folder, 0))
        answer = act()
        after, new = state(self.folder), entries(self.folder, size)
        self.taken.add(route)
        status = getattr(answer, "status_code", 200)
        assert status < 400, (route, status, re.sub(r"<[^>]+>", " ", getattr(answer, "text", ""))[:1500])
        changed = {name for name in before if before[name] != after.get(name)}
        if wants is None:
            assert changed == set(), (route, changed)
        else:
            assert wants in {one["type"] for one in new}, (route, wants, [one["type"] for one in new])
            assert changed > {"log_entry"} or wants in WITHOUT_ROW, (route, changed)
            self.changing += 1
        for one in new:
            assert re.fullmatch(r"(u|k)-[a-z2-7]{10}|system", one["actor"]["id"]), (route, one)
        assert not changed or new, (route, "changed without an event", changed)
        return answer


#: Events that are the whole record of what was done; no other row is theirs.
WITHOUT_ROW = {"record:unmasked", "case:handed-out", "sample:drawn", "match:asked", "subject-access:exported"} | {
    "erasure:settled",
}


def finding(one: Browserlike, case_id: str) -> str:
    return re.findall(rf"/cases/{case_id}/findings/([0-9a-f-]{{36}})", one.get(f"/cases/{case_id}").text)[0]


def test_every_route_that_changes_anything_leaves_its_event(tmp_path: Path) -> None:
    with running(tmp_path) as service:
        walk = Walk(service)
        alva, petter, disa, samir, siv, ronja, adam = (
            service.signed_in(one) for one in ("alva", "petter", "disa", "samir", "siv", "ronja", "adam")
        )
        api = service.api()
        key = api.post
        received = walk.step(
            ("POST", "/api/v1/applications"),
            lambda: key("/api/v1/applications", json=a_grant_document()),
            wants="case:received",
        ).json()
        case_id = received["id"]
        service.screened(case_id)
        walk.step(
            ("POST", "/api/v1/applications/{case_id:uuid}/enclosures"),
            lambda: key(
                f"/api/v1/applications/{case_id}/enclosures",
                data={"kind": "stadgar"},
                files={"file": ("stadgar.txt", b"Stadgar", "text/plain")},
            ),
            wants="enclosure:added",
        )
        service.screened(case_id)
        cases = "/cases/{case_id:uuid}"
        walk.step(("POST", f"{cases}/take"), lambda: alva.act(case_id, "take"), wants="case:taken")
        walk.step(("POST", f"{cases}/release"), lambda: alva.act(case_id, "release"), wants="case:released")
        alva.act(case_id, "take")
        walk.step(("POST", f"{cases}/rescreen"), lambda: alva.act(case_id, "rescreen"), wants="case:rescreen-asked")
        service.screened(case_id)
        walk.step(
            ("POST", f"{cases}/findings/{{finding_id:uuid}}"),
            lambda: alva.act(
                case_id, f"findings/{finding(alva, case_id)}", resolution="obstacle", reason="Begärt, ej inkommet."
            ),
            wants="finding:resolved",
        )
        walk.step(
            ("POST", f"{cases}/secrecy"),
            lambda: alva.act(case_id, "secrecy", provision="21 kap. 3 §", authority="Nämnden", enclosure=""),
            wants="secrecy:marked",
        )
        walk.step(
            ("POST", f"{cases}/enclosures"),
            lambda: alva.act(case_id, "enclosures", kind="ovrigt", files={"file": ("brev.txt", b"Brev", "text/plain")}),
            wants="enclosure:added",
        )
        service.screened(case_id)
        walk.step(
            ("POST", f"{cases}/steps/{{step:str}}"),
            lambda: alva.act(case_id, "steps/note", text="Ringde föreningen."),
            wants="note:written",
        )
        walk.step(
            ("POST", "/api/v1/applications/{case_id:uuid}/answers"),
            lambda: key(
                f"/api/v1/applications/{case_id}/answers", json={"kind": "withdrawal", "text": "Vi tar tillbaka den."}
            ),
            wants="application:withdrawn",
        )
        walk.step(
            ("POST", f"{cases}/draft"),
            lambda: alva.send(f"/cases/{case_id}/draft", _form="case:decided", reasons="Påbörjat"),
            wants=None,
        )
        walk.step(
            ("POST", f"{cases}/decision"),
            lambda: alva.act(
                case_id, "decision", outcome="write_off", delegation_point="F1", clauses="3.1", reasons="Återkallad."
            ),
            wants="case:decided",
        )
        walk.step(
            ("POST", "/records/{case_id:uuid}/unmask"),
            lambda: disa.send(f"/records/{case_id}/unmask", purpose="audit", note="Granskning."),
            wants="record:unmasked",
        )
        found = alva.send("/queue/search", q="Enbackens Kulturförening").text
        named = re.findall(r"/cases/([0-9a-f-]{36})", found)[0]
        version = alva.version(named)
        walk.step(
            ("POST", "/queue/bulk"),
            lambda: alva.send("/queue/bulk", do="assign", case=f"{named}:{version}"),
            wants="case:assigned",
        )
        page = alva.get(f"/cases/{named}").text
        for at in re.findall(rf"/cases/{named}/findings/([0-9a-f-]{{36}})", page):
            alva.act(named, f"findings/{at}", resolution="no_obstacle", reason="En annan person.", identifier="")
        alva.act(named, "rescreen")
        service.screened(named)
        pair = re.findall(rf"/cases/{named}/distinctions/([0-9a-f]{{64}})/withdraw", alva.get(f"/cases/{named}").text)[
            0
        ]
        walk.step(
            ("POST", f"{cases}/distinctions/{{pair:str}}/withdraw"),
            lambda: alva.act(named, f"distinctions/{pair}/withdraw", distinction_reason="Ny uppgift."),
            wants="distinction:withdrawn",
        )
        service.screened(named)
        alva.act(named, "rescreen")
        service.screened(named)
        for at in re.findall(rf"/cases/{named}/findings/([0-9a-f-]{{36}})", alva.get(f"/cases/{named}").text):
            alva.act(named, f"findings/{at}", resolution="no_obstacle", reason="En annan person.", identifier="")
        version = alva.version(named)
        walk.step(
            ("POST", "/grant-rounds/{grant_round_id:str}/proposals"),
            lambda: alva.send(
                "/grant-rounds/2026-autumn/proposals",
                **{"case": named, f"version-{named}": version, f"amount-{named}": "9 000", f"reason-{named}": "Ramen."},
            ),
            wants="decision:proposed",
        )
        paper = {
            "org_name": "Pappersföreningen", "type": "verksamhetsbidrag", "amount": "1000", "purpose": "Läger",
            "period_from": "2027-01-01", "period_to": "2027-02-01",
        }  # fmt: skip
        walk.step(
            ("POST", "/register/{kind:str}"), lambda: alva.send("/register/grant", **paper), wants="case:received"
        )
        match_key = service.run("keys", "add", "m", "--right", "match", "--by", "adam@demo.example").stdout.strip()
        room = petter.get("/queue").text
        number = re.findall(r"HV \d{4}/\d+", room)[0]
        walk.step(
            ("POST", "/match/{list_key:str}"),
            lambda: api.post(
                "/match/demo",
                headers={"Authorization": f"Bearer {match_key}", "Granska-Case": number},
                json={"queries": {"q": {"schema": "Person", "properties": {"name": ["Tarkvin Vosberg"]}}}},
            ),
            wants="match:asked",
        )
        walk.step(
            ("POST", "/incidents"),
            lambda: samir.send(
                "/incidents", org_number="802999-0010", kind="damage", event_date="2026-10-01", act="Ett bord.",
                source="HV 2026/8", informed_on="2026-10-05", applicant_view="Ersätts.", expires_on="2027-06-30",
            ),
            wants="incident:recorded",
        )  # fmt: skip
        incident = re.findall(r"/incidents/([0-9a-f-]{36})/verify", siv.get("/incidents").text)[0]
        walk.step(
            ("POST", "/incidents/{incident_id:uuid}/verify"),
            lambda: siv.send(f"/incidents/{incident}/verify"),
            wants="incident:verified",
        )
        walk.step(
            ("POST", "/users"),
            lambda: adam.send("/users", name="Ny Person", email="ny@demo.example", password="ett-langt-losenord"),
            wants="user:created",
        )
        user_id = one_value(service.folder, "SELECT id FROM account WHERE name = 'Ny Person'")
        walk.step(
            ("POST", "/users/{user_id:uuid}/rights"),
            lambda: adam.send(f"/users/{user_id}/rights", right="delegation:L1"),
            wants="right:granted",
        )
        grant = one_value(service.folder, f"SELECT id FROM right_grant WHERE account_id = '{user_id}'")
        walk.step(
            ("POST", "/rights/{grant_id:uuid}/withdraw"),
            lambda: adam.send(f"/rights/{grant}/withdraw"),
            wants="right:withdrawn",
        )
        text = RULES_2026.read_text("utf-8").replace("granvik-2026-1", "x-2027").replace("2026-07-01", DAY)
        walk.step(
            ("POST", "/rules/drafts"),
            lambda: samir.send("/rules/drafts", files={"file": ("x.toml", text.encode(), "text/plain")}),
            wants="ruleset:drafted",
        )
        draft = re.findall(r"/rules/drafts/([0-9a-f-]{36})", samir.get("/rules/drafts").text)[0]
        walk.step(
            ("POST", "/rules/drafts/{draft_id:uuid}/impact"),
            lambda: siv.send(f"/rules/drafts/{draft}/impact"),
            wants="ruleset:impact-seen",
        )
        walk.step(
            ("POST", "/rules/drafts/{draft_id:uuid}/adopt"),
            lambda: siv.send(f"/rules/drafts/{draft}/adopt"),
            wants="ruleset:adopted",
        )
        letter = walk.step(
            ("POST", "/letters/{name:str}"),
            lambda: samir.send(
                "/letters/notice", do="put_forward", sv="Beslut i {number}.", en="Decision in {number}.",
                id="z-2027", valid_from="2027-03-01", diary_number="HV 2026/99",
            ),
            wants="ruleset:drafted",
        )  # fmt: skip
        assert letter.status_code == 303
        walk.step(("POST", "/replay"), lambda: ronja.send("/replay", how="sample", count="3"), wants="sample:drawn")
        over = walk_premises(walk, service, petter, samir)
        decided_number = received["diary_number"]
        open_still = {"what": "cases", "cases": decided_number, "classes": ["contact"], "ground": "gdpr-17"}
        assert "laga kraft" in adam.send("/erase/plan", **open_still).text, "decided, and nothing more"
        erasing = open_still | {"cases": over}
        shown = walk.step(("POST", "/erase/plan"), lambda: adam.send("/erase/plan", **erasing), wants=None)
        assert over in shown.text
        digest = re.findall(r'name="shown" value="([0-9a-f]+)"', shown.text)[0]
        said = {"shown": digest, "document": "Gallringsbeslut HV 2026/61"}
        for _ in range(2):
            walk.step(("POST", "/erase"), lambda: adam.send("/erase", **erasing, **said), wants="erasure:proposed")
        proposals = re.findall(r"/erase/([0-9a-f-]{36})", adam.get("/erase").text)
        walk.step(
            ("POST", "/erase/{proposal_id:uuid}/take-back"),
            lambda: adam.send(f"/erase/{proposals[0]}/take-back"),
            wants="erasure:settled",
        )
        assert "En annan administratör" in adam.get(f"/erase/{proposals[1]}").text
        ada = service.signed_in("ada")
        walk.step(
            ("POST", "/erase/{proposal_id:uuid}/carry-out"),
            lambda: ada.send(f"/erase/{proposals[1]}/carry-out"),
            wants="erasure:settled",
        )
        walk.step(
            ("POST", "/password"),
            lambda: disa.send("/password", old_password="granska-demo-2026", new_password="ett-annat-losenord"),
            wants="user:password-changed",
        )
        walk.step(
            ("POST", f"{cases}/bundle"),
            lambda: alva.send(f"/cases/{case_id}/bundle", purpose="appeal"),
            wants="case:handed-out",
        )
        walk.step(("POST", "/log/checkpoint"), lambda: ronja.send("/log/checkpoint"), wants=None)
        walk.step(("POST", "/log/verify"), lambda: ronja.send("/log/verify"), wants=None)
        walk.step(("POST", "/log/damaged"), lambda: ronja.send("/log/damaged"), wants=None)
        walk.step(("POST", "/workbench"), lambda: samir.send("/workbench", diary_number=number), wants=None)
        walk.step(("POST", "/queue/search"), lambda: alva.send("/queue/search", q="Granvik"), wants=None)
        walk.step(("POST", "/language"), lambda: alva.send("/language", language="en", back="/"), wants=None)
        walk.step(("POST", "/sign-out"), lambda: alva.send("/sign-out"), wants=None)
        walk.step(("POST", "/sign-in"), lambda: service.signed_in("alva").get("/queue"), wants=None)
        assert "Allt stämmer" in service.run("log", "verify").stdout
    site = build_site(SiteConfig(ROOT / "templates", words_with(Registry()), FIXTURES), opening=None)  # type: ignore[arg-type]
    # The steps share one way in; that each leaves its event, whoever takes it, is tests/casework/test_random_steps.py.
    paths = [(method, re.sub(r"/steps/[a-z-]+$", "/steps/{step:str}", path)) for method, path, _ in routes(site)]
    unsafe = {(method, path) for method, path in paths if method not in ("GET", "HEAD")}
    assert sorted(unsafe - walk.taken) == [], "a route that nobody has walked"
    assert walk.changing >= 24


def walk_premises(walk: Walk, service: Service, petter: Browserlike, samir: Browserlike) -> str:
    """Rooms, holds, a booking by phone, and a season."""
    api = service.api()
    slot = {"room": "tallen", "date": "2027-03-01", "from": "10:00", "to": "12:00"}
    held = walk.step(("POST", "/api/v1/holds"), lambda: api.post("/api/v1/holds", json=slot), wants="slot:held").json()
    walk.step(
        ("DELETE", "/api/v1/holds/{booking_id:uuid}"),
        lambda: api.delete(f"/api/v1/holds/{held['id']}"),
        wants="booking:settled",
    )
    walk.step(("POST", "/book/look"), lambda: petter.send("/book/look", **slot), wants=None)
    answer = walk.step(("POST", "/holds"), lambda: petter.send("/holds", **slot), wants="slot:held")
    hold = re.findall(r"hold=([0-9a-f-]{36})", answer.headers["location"])[0]
    walk.step(
        ("POST", "/holds/{booking_id:uuid}/give-up"),
        lambda: petter.send(f"/holds/{hold}/give-up"),
        wants="booking:settled",
    )
    document = a_premises_document(room="tallen", use="mote", open_to_public=False, expected_number=12)
    document["organisation"] = {"name": "Granvikens Bokcirkel", "org_number": "802999-0093"}
    case_id = api.post("/api/v1/applications", json=document).json()["id"]
    service.screened(case_id)
    petter.opened(case_id)
    petter.act(case_id, "take")
    petter.act(case_id, "decision", outcome="approval", delegation_point="L1", clauses="5.1", reasons="Lokalen passar.")
    petter.act(case_id, "steps/clearance")
    booked = walk.step(
        ("POST", "/book"),
        lambda: petter.send(
            "/book", **slot, number="802999-0093", use="mote", persons="9", public="no", purpose="Möte",
            disinterest="yes",
        ),
        wants="booking:executed",
    )  # fmt: skip
    executed = booked.headers["location"].rpartition("/")[2].partition("?")[0].partition("#")[0]
    [number] = set(re.findall(r"HV \d{4}/\d+", petter.get(f"/cases/{executed}").text.partition("</h1>")[0])) or [""]
    page = petter.get(f"/cases/{executed}/steps/cancel").text
    times = re.findall(r'name="bookings"[^>]*value="([0-9a-f-]{36})"', page)
    said = {"received": today(), "how": "phone", "language": "sv", "text": "De ringde."}
    assert petter.step(executed, "cancel", bookings=times, **said).status_code == 200
    mine = api.get(f"/api/v1/applications/{case_id}/bookings").json()["bookings"][0]
    assert mine["status"] == "confirmed"
    cancelled = walk.step(
        ("POST", "/api/v1/applications/{case_id:uuid}/bookings/{booking_id:uuid}/cancel"),
        lambda: api.post(f"/api/v1/applications/{case_id}/bookings/{mine['id']}/cancel"),
        wants="booking:cancelled",
    )
    assert cancelled.json() == {"id": mine["id"], "fee_ore": 0}
    site = {"site_id": "nya-huset", "site_name": "Nya huset", "address": "Gatan 1"}
    walk.step(("POST", "/sites"), lambda: samir.send("/sites", **site), wants="site:described")
    room = {
        "id": "salen", "site": "nya-huset", "name": "Salen", "kind": "sal", "capacity": "50", "before": "0",
        "after": "0", "longest": "480", "ahead_hours": "0", "ahead_days": "365", "hours_mon": "08:00-22:00",
    }  # fmt: skip
    walk.step(
        ("POST", "/rooms/{room_id:str}/edit"), lambda: samir.send("/rooms/new/edit", **room), wants="room:described"
    )
    closing = {"first": "2027-03-01", "last": "2027-03-02", "ground": "maintenance"}
    rooms = "/rooms/{room_id:str}"
    walk.step(
        ("POST", f"{rooms}/closures"), lambda: petter.send("/rooms/salen/closures", **closing), wants="room:closed"
    )
    closure = re.findall(r"/closures/([0-9a-f-]{36})/lift", petter.get("/rooms/salen").text)[0]
    walk.step(
        ("POST", f"{rooms}/closures/{{closure_id:uuid}}/lift"),
        lambda: petter.send(f"/rooms/salen/closures/{closure}/lift"),
        wants="room:reopened",
    )
    walk.step(("POST", f"{rooms}/feeds"), lambda: petter.send("/rooms/salen/feeds"), wants="feed:made")
    feed = re.findall(r"/feeds/([0-9a-f-]{36})/revoke", petter.get("/rooms/salen").text)[0]
    walk.step(
        ("POST", f"{rooms}/feeds/{{feed_id:uuid}}/revoke"),
        lambda: petter.send(f"/rooms/salen/feeds/{feed}/revoke"),
        wants="feed:revoked",
    )
    season = "/seasons/{season_id:str}"
    walk.step(("POST", f"{season}/share"), lambda: petter.send("/seasons/2027-varen/share"), wants="allocation:made")
    walk.step(("POST", f"{season}/again"), lambda: petter.send("/seasons/2027-varen/again"), wants=None)
    page = petter.get("/seasons/2027-varen").text
    allocation = re.findall(r'name="allocation" value="([0-9a-f-]{36})"', page)[0]
    wish = re.findall(r'<option value="([0-9a-f-]{36}/\d+)"', page)[0]
    walk.step(
        ("POST", f"{season}/edit"),
        lambda: petter.send("/seasons/2027-varen/edit", allocation=allocation, wish=wish, room="", text="De avstår."),
        wants="allocation:made",
    )
    walk.step(("POST", f"{season}/book"), lambda: petter.send("/seasons/2027-varen/book"), wants="booking:asked")
    for case in set(re.findall(r"/cases/([0-9a-f-]{36})", page)):
        service.screened(case)
    return number


# --- Commands --------------------------------------------------------------------------------------------------------
