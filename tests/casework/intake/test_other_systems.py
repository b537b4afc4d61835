"""Another system of the City reaches its own cases, and nothing can be guessed from the log."""

from dataclasses import replace

import pytest

from service.bookings import (
    bookings,
)
from service.casework.intake import enclosures
from service.casework.intake.receive import receive, repeat_key
from service.casework.review import correspondence
from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.domain.application import Kind, from_document
from service.domain.errors import NotFound
from service.domain.events.event import Actor, ActorKind
from service.office import users_and_keys
from tests.booking_steps import (
    asked,
    holds_true,
)
from tests.builders import a_premises_document
from tests.steps import someone

pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


async def test_another_system_reaches_no_case_but_its_own(desk: Desk) -> None:
    adam = await someone(desk, "Adam", "role:administrator")

    async def key(label: str) -> Actor:
        known = await users_and_keys.service_key(
            desk, await users_and_keys.create_key(desk, label=label, by=person(adam))
        )
        assert known is not None
        return Actor(ActorKind.KEY, known.pseudonym)

    mine, stranger, renewed = await key("e-tjänst"), await key("annan"), await key("e-tjänst")
    received = await receive(desk, a_premises_document(), by=mine, channel="e_service")

    async def enclose(by: Actor) -> None:
        await enclosures.add_enclosure(
            desk, received.case_id, kind="stadgar", name="s.txt", media_type="text/plain", body=b"S", by=by,
            kinds=frozenset(Kind),
        )  # fmt: skip

    with pytest.raises(NotFound):
        await correspondence.received_from_applicant(
            desk, received.case_id, kind="withdrawal", text="Nej.", by=stranger
        )
    with pytest.raises(NotFound):
        await enclose(stranger)
    with pytest.raises(NotFound):
        await bookings.for_applicant(desk, received.case_id, by=stranger)
    await enclose(mine)
    await enclose(renewed)
    await holds_true(desk)


async def test_what_the_log_looks_a_case_up_by_cannot_be_guessed_from_the_log(desk: Desk) -> None:
    case_id = await asked(desk)
    async with desk.store.reading() as reading:
        case, details = await reading.case(case_id), await reading.details(case_id)
    document = a_premises_document(room="tallen", open_to_public=False, expected_number=20, use="mote")
    application = from_document(document)
    other_key = replace(desk, keyed=lambda text: f"another key's digest of {len(text)} signs")
    assert repeat_key(desk, case, application) == details.repeat_key
    assert repeat_key(other_key, case, application) != details.repeat_key, "it takes the service's own key"
