"""A walk through the routes, and the part of it that goes through the rooms."""

import re
import time
from typing import Any

import pyotp

from tests.builders import a_premises_document, today
from tests.logs import entries, state
from tests.servers import Browserlike, Service

#: Events that are the whole record of what was done; no other row is theirs.
WITHOUT_ROW = {"record:unmasked", "case:handed-out", "sample:drawn", "match:asked", "subject-access:exported"} | {
    "erasure:settled",
    "right:declined",
    "log:heads",
    "user:reset-made",
    "user:reset-settled",
}


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
    version = petter.version(case_id)
    walk.step(
        ("POST", "/cases/{case_id:uuid}/withdrawal"),
        lambda: petter.send(
            f"/cases/{case_id}/withdrawal", cases=case_id, text="Nya uppgifter.", **{f"version-{case_id}": version}
        ),
        wants="case:reopened",
    )
    return number


def walk_accounts(walk: Walk, service: Service, adam: Browserlike, ada: Browserlike) -> None:
    """An account that is made, given a link for a new password, seen signed in, and closed."""
    made = {"name": "Nils Slut", "email": "slut@demo.example", "password": "blaklocka-under-bron"}
    walk.step(("POST", "/users"), lambda: adam.send("/users", **made), wants="user:created")
    nils = adam.get("/users").text.split("Nils Slut <span")[1].split("/users/")[1][:36]
    route = ("POST", "/users/{user_id:uuid}/reset")
    page = walk.step(route, lambda: adam.send(f"/users/{nils}/reset"), wants="user:reset-made").text
    secret = re.findall(r"/reset/([\w=-]+)", page)[0]
    chosen = {"new_password": "svala-over-taknocken"}
    visitor = service.visitor()
    walk.step(
        ("POST", "/reset/{secret:str}"),
        lambda: visitor.send(f"/reset/{secret}", **chosen),
        wants="user:password-changed",
    )
    assert visitor.get(f"/reset/{secret}").status_code == 404, "it is used"
    signed_in = {"email": "slut@demo.example", "password": "svala-over-taknocken"}
    assert visitor.send("/sign-in", **signed_in).status_code == 303
    walk.step(
        ("POST", "/password/sign-ins/{sign_in:str}"), lambda: visitor.send("/password/sign-ins/others"), wants=None
    )
    bo = adam.get("/users").text.split("Disa Beslutsfattare <span")[1].split("/users/")[1][:36]
    for step, wants in (("confirm", "user:reset-settled"), ("decline", "user:reset-settled")):
        walk.step(route, lambda: adam.send(f"/users/{bo}/reset"), wants="user:reset-made")
        waiting = re.findall(r"/resets/([0-9a-f-]{36})/decline", ada.get("/rights/waiting").text)[0]
        settled = ("POST", f"/resets/{{reset_id:uuid}}/{step}")
        walk.step(settled, lambda: ada.send(f"/resets/{waiting}/{step}"), wants=wants)  # noqa: B023
    secret = "".join(re.findall(r"<code>([A-Z2-7 ]+)</code>", visitor.get("/second-factor").text)[0].split())
    code = pyotp.TOTP(secret)
    walk.step(
        ("POST", "/second-factor"), lambda: visitor.send("/second-factor", code=code.now()), wants="user:factor-set"
    )
    visitor.send("/sign-in", **signed_in)
    later = code.at(int(time.time()) + 30)
    walk.step(("POST", "/sign-in/code"), lambda: visitor.send("/sign-in/code", code=later), wants=None)
    walk.step(("POST", "/users/{user_id:uuid}/sign-out"), lambda: adam.send(f"/users/{nils}/sign-out"), wants=None)
    walk.step(("POST", "/users/{user_id:uuid}/close"), lambda: adam.send(f"/users/{nils}/close"), wants="user:closed")
