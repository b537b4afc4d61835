"""What the letter on a decision says, and the confirmation of a booking."""

from service.bookings.booking_outcome import as_settled
from service.bookings.bookings import bookings
from service.casework.letters import compose
from service.desk.ports.desk import Desk
from service.desk.ports.store import Reading
from service.desk.step import entries
from service.domain.application import Kind
from service.domain.case import Case
from service.domain.clock import local_day
from service.domain.decision import FAVOURABLE, DecisionOutcome
from service.domain.dossier.dossier import Decided
from service.domain.events.bookings import BookingAsked, BookingCancelled, BookingMoved, BookingSettled
from service.domain.events.decision_record import CaseDecided
from service.domain.letter import Sheet
from service.domain.premises import BookingStatus, Estate, label
from service.domain.ruleset import RuleSet


async def decision_values(
    desk: Desk, reading: Reading, data: CaseDecided, criteria: RuleSet, language: str
) -> dict[str, str]:
    """What the decision's letter says, from the record."""
    references = [one for one in (data.reasons, data.circumstances, data.response) if one]
    references += [condition.text for condition in data.conditions] + list(data.acts)
    references += [data.people.board_minute] if data.people.board_minute else []
    values = await reading.values(references)
    names = await reading.names()
    say = desk.words.say

    def text(reference: str | None) -> str:
        return str(values.get(reference or "", {}).get("text", ""))

    granted = "" if data.amount_ore is None else compose.kronor(data.amount_ore, language)
    asked = "" if data.requested_ore is None else compose.kronor(data.requested_ore, language)
    outcome = DecisionOutcome(data.outcome)
    of_room = ".room" if outcome in FAVOURABLE and data.amount_ore is None else ""
    point = data.people.delegation_point
    decider = data.people.decider
    acts = [values[one] for one in data.acts if one in values]
    told = compose.listed([f"{a['who']} ({a['capacity']}): {a['what']}, {a['when']}. {a['source']}." for a in acts])
    translated = {one.id: one.text[language] for one in criteria.routine.conditions} if language != "sv" else {}
    conditions = [
        translated.get(condition.id or "", text(condition.text))
        + (f" {say(language, 'letter.by', {'day': condition.due})}" if condition.due else "")
        for condition in data.conditions
    ]
    said = text(data.response)
    minute = values.get(data.people.board_minute or "", {"date": "-", "paragraph": "-"})
    signed = {"name": names.get(decider, decider), "point": point, "day": minute["date"], "at": minute["paragraph"]}
    board = data.people.board
    return {
        "outcome": say(language, f"term.decision.{outcome}", {}),
        "decision": say(language, f"letter.decision.{outcome}{of_room}", {"amount": granted, "asked": asked}),
        "reasons": text(data.reasons),
        "circumstances": "\n\n".join(one for one in (text(data.circumstances), told) if one),
        "answer": f"{say(language, 'letter.you_said', {})}\n\n{said}" if said else "",
        "clauses": compose.clause_lines(criteria, data.clauses, language),
        "conditions": compose.listed(conditions),
        "decided_by": say(language, "letter.decided_by_board" if board else "letter.decided_by", signed),
        "point": say(language, "letter.point_board" if board else "letter.point", signed),
        "next": say(language, "letter.next.favourable" if outcome in FAVOURABLE else "letter.next.other", {}),
    }


async def booking_values(desk: Desk, reading: Reading, case: Case, given: Decided, language: str) -> dict[str, str]:
    """What a letter says of the times: those that were given and what they cost, those that were not and why not.

    A time that has been moved or cancelled since is told as what it was, and what holds now after it.
    """
    say, estate = desk.words.say, await reading.estate()
    rows = await reading.entries_of_cases([case.id], BookingAsked, BookingMoved, BookingSettled, BookingCancelled)
    settled = as_settled(entries(rows), given.id)
    found = [one for one in settled if one.status is BookingStatus.CONFIRMED]
    not_given = (BookingStatus.MISSED, BookingStatus.LAPSED, BookingStatus.RELEASED)  # what the hirer struck is not
    missed = [one for one in settled if one.status in not_given and one.span.start * 1000 > given.at]
    now = {(one.room, one.span) for one in await bookings(reading, case.id) if one.status is BookingStatus.CONFIRMED}
    values = await reading.values([condition.text for condition in given.conditions])
    total = sum(one.price_ore for one in found)
    told = [compose.listed([f"{label(one.span)}, {_place(estate, one.room)}" for one in found])]
    if missed:
        lines = [
            f"{label(one.span)}, {_place(estate, one.room)}. {say(language, one.why or 'letter.time_left_out', {})}"
            for one in missed
        ]
        told.append(f"{say(language, 'letter.not_given', {})}\n\n{compose.listed(lines)}")
    if now != {(one.room, one.span) for one in found}:
        lines = [f"{label(span)}, {_place(estate, room)}" for room, span in sorted(now, key=lambda one: one[1])]
        after = compose.listed(lines) or say(language, "letter.no_times_left", {})
        told.append(f"{say(language, 'letter.changed_since', {})}\n\n{after}")
    return {
        "times": "\n\n".join(one for one in told if one),
        "price": say(language, "letter.price", {"amount": compose.kronor(total, language)}) if found else "",
        "conditions": compose.listed(
            [str(values[condition.text]["text"]) for condition in given.conditions if condition.text in values]
        ),
    }


def _place(estate: Estate, room: str) -> str:
    known = estate.rooms[room]
    site = estate.sites[known.site]
    return f"{known.name}, {site.name}, {site.address}"


async def confirmation(
    desk: Desk, reading: Reading, case: Case, executed: Decided, procedure: RuleSet, language: str
) -> Sheet:
    """The confirmation of a booking that was executed: no decision, and no way of appeal."""
    details = await reading.details(case.id)
    values = await booking_values(desk, reading, case, executed, language)
    values["matter"] = compose.matter(desk, details, case, language)
    return compose.sheet(desk, procedure, "booking", language, values, case=case, recipient=details.org_name)


async def decision_letter(
    desk: Desk, reading: Reading, case: Case, decided: Decided, criteria: RuleSet, procedure: RuleSet, language: str
) -> Sheet:
    """The decision as a letter."""
    details = await reading.details(case.id)
    values = await decision_values(desk, reading, record_of(decided), criteria, language)
    values["matter"] = compose.matter(desk, details, case, language)
    if case.kind is Kind.PREMISES and decided.outcome in FAVOURABLE:
        given = await booking_values(desk, reading, case, decided, language)
        values |= {name: given[name] for name in ("times", "price")}
    values["decided_on"] = local_day(decided.at).isoformat()
    return compose.sheet(desk, procedure, "decision", language, values, case=case, recipient=details.org_name)


def record_of(decided: Decided) -> CaseDecided:
    """The record of a decision; an execution has none, and no letter of a decision is made of it."""
    assert decided.record is not None
    return decided.record
