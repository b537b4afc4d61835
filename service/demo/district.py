"""Fills a fresh folder with the fictional demo district; nobody in it is real."""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from service.bookings import rooms
from service.casework.intake.enclosures import add_enclosure
from service.casework.intake.receive import receive
from service.casework.review import incidents
from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.desk.rulebook import today
from service.domain.application import Kind
from service.domain.clock import local_time, utc_time
from service.domain.events.event import Actor
from service.domain.people import User
from service.office import users_and_keys
from service.office.demo_starts import MARK
from service.office.rule_set_adoption import adopt_at_setup
from service.screening.list_import import import_list
from service.screening.run_checks import run_waiting_checks

PASSWORD = "lindarna-vid-kanalen"  # noqa: S105 - the demo's own, printed at start
ACCOUNTS = (
    ("Alva Handläggare", "alva@demo.example", ("role:association_officer", "delegation:F1")),
    ("Petter Lokal", "petter@demo.example", ("role:premises_officer", "delegation:L1")),
    (
        "Disa Beslutsfattare",
        "disa@demo.example",
        ("role:decision_maker", "delegation:F2", "delegation:L2", "delegation:N1"),
    ),
    ("Samir Samordnare", "samir@demo.example", ("role:coordinator",)),
    ("Ronja Revisor", "ronja@demo.example", ("role:auditor",)),
    ("Adam Administratör", "adam@demo.example", ("role:administrator",)),
    ("Siv Samordnare", "siv@demo.example", ("role:coordinator",)),
    (
        "Bo Handläggare",
        "bo@demo.example",
        ("role:association_officer", "role:premises_officer", "delegation:F1", "delegation:L1"),
    ),
    ("Ada Administratör", "ada@demo.example", ("role:administrator",)),
)
#: The examples that come with the enclosures the routine asks for.
WITH_ENCLOSURES = frozenset(
    {
        "01-grant-complete",
        "03-grant-name-too-common-without-birth-year",
        "08-grant-above-the-officers-ceiling",
        "09-grant-for-the-holidays",
    }
)
KEY_FILE = "demo-intake-key"


async def fill(desk: Desk, *, fixtures: Path, folder: Path) -> bool:
    """Fill the database with the examples alone, unless it has users already; returns whether it did."""
    async with desk.store.reading() as reading:
        if await reading.users():
            return False
    rules = [file.read_text("utf-8") for file in sorted((fixtures / "rulesets").glob("*.toml"))]
    users = await set_up(desk, rules, fixtures=fixtures, folder=folder)
    await examples(desk, fixtures, grants_by=users[0], rooms_by=users[1])
    return True


async def set_up(desk: Desk, rules: Sequence[str], *, fixtures: Path, folder: Path) -> list[User]:
    """Users with their rights, rules, rooms, the list and an incident; returns the users in the order of `ACCOUNTS`."""
    users = [
        await users_and_keys.create_user(desk, name=name, email=email, password=PASSWORD, temporary=False)
        for name, email, _ in ACCOUNTS
    ]
    for text in rules:
        await adopt_at_setup(desk, text)
    for user, (_, _, rights) in zip(users, ACCOUNTS, strict=True):
        for right in rights:
            await users_and_keys.grant_right(desk, user.id, right)
    key = await users_and_keys.create_key(desk, label="Stadens e-tjänst (demo)")
    keyfile = folder / KEY_FILE
    keyfile.write_text(key + "\n", "utf-8")
    keyfile.chmod(0o600)
    rooms_file = json.loads((fixtures / "rooms" / "granvik.json").read_text("utf-8"))
    await rooms.load(desk, rooms_file, by=person(users[1]))
    await import_list(desk, "demo", demo_list(desk, fixtures), by=person(users[3]))
    await _incident(desk, users[3], users[6])
    async with desk.store.reading() as reading:
        found = [await reading.user(user.id) for user in users]
    made = [user for user in found if user is not None]
    accounts = [{"id": user.id, "email": user.email, "password": PASSWORD} for user in made]
    mark = folder / MARK
    mark.write_text(json.dumps(accounts, indent=1) + "\n", "utf-8")
    mark.chmod(0o600)
    return made


async def examples(desk: Desk, fixtures: Path, *, grants_by: User, rooms_by: User) -> None:
    """The examples, each registered by the officer of its kind, and checked."""
    for file in sorted((fixtures / "applications").glob("*.json")):
        document = dated(desk, json.loads(file.read_text("utf-8")))
        officer = person(grants_by if document["kind"] == Kind.GRANT else rooms_by)
        received = await receive(desk, document, by=officer, channel="demo")
        if file.stem in WITH_ENCLOSURES:
            await _enclose(desk, received.case_id, fixtures / "enclosures", by=officer)
    await run_waiting_checks(desk)


async def _enclose(desk: Desk, case_id: str, folder: Path, *, by: Actor) -> None:
    for file in sorted(folder.glob("*.txt")):
        await add_enclosure(
            desk,
            case_id,
            kind=file.stem,
            name=file.name,
            media_type="text/plain",
            body=file.read_bytes(),
            by=by,
            kinds=frozenset(Kind),
        )


def demo_list(desk: Desk, fixtures: Path) -> bytes:
    """The fictional list, dated now so that it is fresh."""
    text = (fixtures / "lists" / "demo.csv").read_text("utf-8")
    now = utc_time(desk.outside.now()).strftime("%Y-%m-%dT%H:%M:%SZ")
    return text.replace("GENERATED", now, 1).encode()


def dated(desk: Desk, document: dict[str, object]) -> dict[str, object]:
    """An example with its dates moved: `@-5` is five days ago, `@+30` in thirty days, `@-5T12:00` at noon UTC."""
    now = local_time(desk.outside.now())

    def moved(value: object) -> object:
        if isinstance(value, str) and value.startswith("@"):
            days, _, clock = value[1:].partition("T")
            day = (now + timedelta(days=int(days))).date().isoformat()
            return f"{day}T{clock}:00+00:00" if clock else day
        if isinstance(value, dict):
            return {key: moved(one) for key, one in value.items()}
        return [moved(one) for one in value] if isinstance(value, list) else value

    changed = moved(document)
    assert isinstance(changed, dict)
    return changed


async def _incident(desk: Desk, recorder: User, verifier: User) -> None:
    """One incident, so that the demo shows what the check finds."""
    day = today(desk)
    new = incidents.NewIncident(
        org_number="802999-0028",
        kind="missing_report",
        room="",
        event_date=day - timedelta(days=200),
        act="Redovisningen av förra årets bidrag kom inte in trots två påminnelser.",
        source="HV 2025/311, påminnelse",
        informed_on=day - timedelta(days=180),
        applicant_view="Föreningen uppger att kassören slutade och att redovisningen är på väg.",
        expires_on=day + timedelta(days=300),
    )
    incident_id = await incidents.record(desk, new, by=recorder)
    await incidents.verify(desk, incident_id, saw=True, is_act=True, by=verifier)
