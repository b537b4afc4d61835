"""What the letter on a decision says, and the confirmation of a booking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.bookings.booking_outcome import Settled, as_settled
from service.bookings.bookings import bookings
from service.bookings.hirer_told import place_and_time
from service.desk import letter_sheet
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
from service.domain.premises import Booking, BookingStatus, Estate
from service.domain.ruleset import RuleSet


async def decision_values(
    desk: Desk, reading: Reading, data: CaseDecided, criteria: RuleSet, language: str
) -> dict[str, str]:
    """What the decision's letter says, from the record."""
    texts = _Texts(await reading.values(_references(data)))
    names = await reading.names()
    say = desk.words.say
    outcome = DecisionOutcome(data.outcome)
    favourable, people = outcome in FAVOURABLE, data.people
    amounts = {"amount": _kronor(data.amount_ore, language), "asked": _kronor(data.requested_ore, language)}
    of_room = ".room" if favourable and data.amount_ore is None else ""
    said = texts.of(data.response)
    minute = texts.values.get(people.board_minute or "", {"date": "-", "paragraph": "-"})
    signed = {
        "name": names.get(people.decider, people.decider),
        "point": people.delegation_point,
        "day": minute["date"],
        "at": minute["paragraph"],
    }
    circumstances = [texts.of(data.circumstances), letter_sheet.listed(texts.acts(data.acts))]
    return {
        "outcome": say(language, f"term.decision.{outcome}", {}),
        "decision": say(language, f"letter.decision.{outcome}{of_room}", amounts),
        "reasons": texts.of(data.reasons),
        "circumstances": "\n\n".join(part for part in circumstances if part),
        "answer": f"{say(language, 'letter.you_said', {})}\n\n{said}" if said else "",
        "clauses": letter_sheet.clause_lines(criteria, data.clauses, language),
        "conditions": letter_sheet.listed(_conditions(desk, data, criteria, texts, language)),
        "decided_by": say(language, "letter.decided_by_board" if people.board else "letter.decided_by", signed),
        "point": say(language, "letter.point_board" if people.board else "letter.point", signed),
        "next": say(language, "letter.next.favourable" if favourable else "letter.next.other", {}),
    }


def _references(data: CaseDecided) -> list[str]:
    """The kept texts that the letter tells of."""
    single = (data.reasons, data.circumstances, data.response, data.people.board_minute)
    references = [reference for reference in single if reference]
    return references + [condition.text for condition in data.conditions] + list(data.acts)


@dataclass(frozen=True)
class _Texts:
    """What has been kept, and not erased, of what the letter tells of."""

    values: Mapping[str, Any]

    def of(self, reference: str | None) -> str:
        return str(self.values.get(reference or "", {}).get("text", ""))

    def acts(self, references: Sequence[str]) -> list[str]:
        kept = [self.values[reference] for reference in references if reference in self.values]
        return [f"{act['who']} ({act['capacity']}): {act['what']}, {act['when']}. {act['source']}." for act in kept]


def _kronor(ore: int | None, language: str) -> str:
    return "" if ore is None else letter_sheet.kronor(ore, language)


def _conditions(desk: Desk, data: CaseDecided, criteria: RuleSet, texts: _Texts, language: str) -> list[str]:
    """Each condition, the routine's own in the letter's language, with the day by which it has to be met."""
    own = {condition.id: condition.text[language] for condition in criteria.routine.conditions}
    written = []
    for condition in data.conditions:
        text = texts.of(condition.text)
        if language != "sv":
            text = own.get(condition.id or "", text)
        if condition.due:
            text += f" {desk.words.say(language, 'letter.by', {'day': condition.due.isoformat()})}"
        written.append(text)
    return written


async def booking_values(desk: Desk, reading: Reading, case: Case, given: Decided, language: str) -> dict[str, str]:
    """What a letter says of the times: those that were given and what they cost, those that were not and why not.

    A time that has been moved or cancelled since is told as what it was, and what holds now after it.
    """
    say, estate = desk.words.say, await reading.estate()
    rows = await reading.entries_of_cases([case.id], BookingAsked, BookingMoved, BookingSettled, BookingCancelled)
    settled = as_settled(entries(rows), given.id)
    confirmed = [time for time in settled if time.status is BookingStatus.CONFIRMED]
    missed = [time for time in settled if time.status in _NOT_GIVEN and time.span.start * 1000 > given.at]
    times = await bookings(reading, case.id)
    told = [
        letter_sheet.listed([place_and_time(estate, time.room, time.span) for time in confirmed]),
        _told_of_missed(desk, estate, missed, language),
        _told_of_changes(desk, estate, confirmed, times, language),
    ]
    total = letter_sheet.kronor(sum(time.price_ore for time in confirmed), language)
    values = await reading.values([condition.text for condition in given.conditions])
    conditions = [str(values[condition.text]["text"]) for condition in given.conditions if condition.text in values]
    return {
        "times": "\n\n".join(part for part in told if part),
        "price": say(language, "letter.price", {"amount": total}) if confirmed else "",
        "conditions": letter_sheet.listed(conditions),
    }


def _told_of_missed(desk: Desk, estate: Estate, missed: Sequence[Settled], language: str) -> str:
    """The times that were not given, each with why."""
    if not missed:
        return ""
    lines = []
    for time in missed:
        why = desk.words.say(language, time.why or "letter.time_left_out", {})
        lines.append(f"{place_and_time(estate, time.room, time.span)}. {why}")
    return f"{desk.words.say(language, 'letter.not_given', {})}\n\n{letter_sheet.listed(lines)}"


def _told_of_changes(
    desk: Desk, estate: Estate, confirmed: Sequence[Settled], times: Sequence[Booking], language: str
) -> str:
    """What holds now, where that is not what was given."""
    now = {(time.span, time.room) for time in times if time.status is BookingStatus.CONFIRMED}
    if now == {(time.span, time.room) for time in confirmed}:
        return ""
    lines = [place_and_time(estate, room, span) for span, room in sorted(now)]
    after = letter_sheet.listed(lines) or desk.words.say(language, "letter.no_times_left", {})
    return f"{desk.words.say(language, 'letter.changed_since', {})}\n\n{after}"


#: What a letter says was not given; what the hirer struck is not among it.
_NOT_GIVEN = (BookingStatus.MISSED, BookingStatus.LAPSED, BookingStatus.RELEASED)


async def confirmation(
    desk: Desk, reading: Reading, case: Case, executed: Decided, procedure: RuleSet, language: str
) -> Sheet:
    """The confirmation of a booking that was executed: no decision, and no way of appeal."""
    details = await reading.details(case.id)
    values = await booking_values(desk, reading, case, executed, language)
    values["matter"] = letter_sheet.matter(desk, details, case, language)
    recipient = await letter_sheet.recipient_of(reading, case)
    return letter_sheet.sheet(desk, procedure, "booking", language, values, case=case, recipient=recipient)


async def decision_letter(
    desk: Desk, reading: Reading, case: Case, decided: Decided, criteria: RuleSet, procedure: RuleSet, language: str
) -> Sheet:
    """The decision as a letter."""
    details = await reading.details(case.id)
    values = await decision_values(desk, reading, record_of(decided), criteria, language)
    values["matter"] = letter_sheet.matter(desk, details, case, language)
    if case.kind is Kind.PREMISES and decided.outcome in FAVOURABLE:
        given = await booking_values(desk, reading, case, decided, language)
        values |= {name: given[name] for name in ("times", "price")}
    values["decided_on"] = local_day(decided.at).isoformat()
    recipient = await letter_sheet.recipient_of(reading, case)
    return letter_sheet.sheet(desk, procedure, "decision", language, values, case=case, recipient=recipient)


def record_of(decided: Decided) -> CaseDecided:
    """The record of a decision; an execution has none, and no letter of a decision is made of it."""
    assert decided.record is not None
    return decided.record
