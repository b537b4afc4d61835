"""A booking by phone for an association with a standing clearance: received, checked and executed in one go.

What the association has attested and who represents it is what it had when the clearance was given; what the caller
wants is new. Each part is the same step, with the same event, as when it is taken by itself.
"""

from dataclasses import dataclass

from service.bookings import clearance_steps
from service.bookings.availability import Call
from service.bookings.clearance import clearance_of
from service.casework.intake import receive
from service.casework.review import assignment
from service.desk import application_parts
from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.desk.rulebook import rulebook, today
from service.domain.errors import GranskaError, InvalidInput, NotAllowed, Problem
from service.domain.organisation import normal_form
from service.domain.people import User
from service.domain.premises import Hirer
from service.screening import run_checks

CHANNEL = "phone"


@dataclass(frozen=True)
class Booked:
    """The case, and why it was not executed (a code with parameters), or None where it was."""

    case_id: str
    diary_number: str
    error: GranskaError | None


async def book(desk: Desk, call: Call, *, purpose: str, hold: str | None, by: User) -> Booked:
    """Take the booking down and, where the rule set has it so and nothing is missing, carry it out.

    The caller's officer has said that nothing makes them partial. Raises InvalidInput where the association has no
    clearance to build on: its booking goes by an application of its own.
    """
    if call.hirer is not Hirer.ASSOCIATION:
        raise NotAllowed("clearance.only_associations")
    number = normal_form(call.number)
    if not number:
        raise InvalidInput([Problem("/number", "book.number")])
    async with desk.store.reading() as reading:
        organisation = await reading.organisation_by_number(number)
        procedure = (await rulebook(desk, reading)).procedure(today(desk))
        rules = procedure.premises
        if organisation is None:
            raise NotAllowed("clearance.unknown")
        clearance = await clearance_of(desk, reading, organisation, procedure)
        if clearance.given is None or clearance.missing:
            # What is attested anew, or by others, has not been looked at: that goes by an application of its own.
            code, params = clearance.missing[0]
            raise NotAllowed(code, **dict(params))
        standing = clearance.given
        details = await reading.details(standing.case)
        values = await reading.values(application_parts.commitments(details.application_parts))
        if not application_parts.whole(details.application_parts, values):
            raise NotAllowed("clearance.none")
        before = application_parts.assembled(details.application_parts, values)
    problems = [] if purpose.strip() else [Problem("/purpose", "input.missing")]
    if call.use not in rules.purposes:
        problems.append(Problem("/use", "input.choice", {"choices": ", ".join(rules.purposes)}))
    if problems:
        raise InvalidInput(problems)
    kept = ("kind", "organisation", "contact", "representatives", "declaration")
    document = {name: before[name] for name in kept if name in before}
    document["premises"] = {
        "type": "booking",
        "room": call.room,
        "date": call.day,
        "from": call.start,
        "to": call.end,
        "purpose": purpose.strip(),
        "organiser": before["organisation"]["name"],
        "open_to_public": call.public,
        "expected_number": call.persons,
        "hirer": "association",
        "use": call.use,
    } | ({"hold": hold} if hold else {})
    received = await receive.receive(desk, document, by=person(by), channel=CHANNEL, only_if_free=True)
    await run_checks.screen(desk, received.case_id)
    try:
        unbiased = assignment.DeclareConflict(conflict=False, text="", and_take="")
        await unbiased.take(desk, received.case_id, by=by, seen=0)
        async with desk.store.reading() as reading:
            case = await reading.case(received.case_id)
        await clearance_steps.Execute().take(desk, received.case_id, by=by, seen=case.version)
    except GranskaError as error:
        return Booked(received.case_id, received.diary_number, error)
    return Booked(received.case_id, received.diary_number, None)
