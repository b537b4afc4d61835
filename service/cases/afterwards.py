"""After the decision: the letter, the notice board, the appeal, what is added later, and a decision taken up again."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from service.bookings.booking_outcome import as_settled
from service.bookings.bookings import bookings
from service.cases import lettering
from service.casework.review.correspondence import CHANNELS
from service.desk.fields import check_day, check_text, one_of
from service.desk.ports.desk import Desk
from service.desk.ports.store import Reading
from service.desk.step import Scene, entries, step
from service.domain import policy
from service.domain.application import Kind
from service.domain.case import Case, State
from service.domain.clock import local_day
from service.domain.decision import FAVOURABLE, DecisionOutcome
from service.domain.dossier import Decided, Dossier
from service.domain.errors import InvalidInput, NotAllowed, NotFound, Problem
from service.domain.events import EventType
from service.domain.finding import Resolution
from service.domain.letter import Sheet
from service.domain.people import User
from service.domain.premises import BookingStatus, Estate, label
from service.domain.ruleset import RuleSet
from service.rules.calendar import last_day

#: What can be written to a decision afterwards; its own text stays as it was (JO 1008-2021).
ADDENDA = ("addendum", "correction")
#: How a court ends an appeal.
APPEAL_OUTCOMES = ("upheld", "annulled", "dismissed", "withdrawn")
#: Why a decided case is taken up again.
REOPENING = ("revocation", "change")
#: What can be done about a booking that was executed rather than decided.
_OF_EXECUTIONS = frozenset({EventType.LETTER_SENT, EventType.CASE_REOPENED})
SIDE_KINDS = ("disclosure", "data_subject")


def _decision(scene: Scene) -> Decided:
    found = scene.dossier.decision or (scene.dossier.executed if scene.type in _OF_EXECUTIONS else None)
    if found is None:
        raise NotFound("decision.not_found")
    return found


def _check_since(decided: Decided, day: date, now: date, pointer: str) -> None:
    """A day from the decision's own to today."""
    if day > now:
        raise InvalidInput([Problem(pointer, "input.not_now_or_earlier")])
    if day < local_day(decided.at):
        raise InvalidInput([Problem(pointer, "input.not_earlier", {"day": local_day(decided.at).isoformat()})])


async def decision_values(
    desk: Desk, reading: Reading, data: Mapping[str, Any], criteria: RuleSet, language: str
) -> dict[str, str]:
    """What the decision's letter says, from the record."""
    references = [data[name] for name in ("reasons", "circumstances", "response") if data.get(name)]
    references += [one["text"] for one in data["conditions"]] + list(data["acts"])
    references += [data["people"]["board_minute"]] if data["people"]["board_minute"] else []
    values = await reading.values(references)
    names = await reading.names()
    say = desk.words.say

    def text(reference: str | None) -> str:
        return str(values.get(reference or "", {}).get("text", ""))

    granted = "" if data["amount_ore"] is None else lettering.kronor(data["amount_ore"], language)
    asked = "" if data["requested_ore"] is None else lettering.kronor(data["requested_ore"], language)
    outcome = DecisionOutcome(data["outcome"])
    of_room = ".room" if outcome in FAVOURABLE and data["amount_ore"] is None else ""
    point = data["people"]["delegation_point"]
    decider = data["people"]["decider"]
    acts = [values[one] for one in data["acts"] if one in values]
    told = lettering.listed([f"{a['who']} ({a['capacity']}): {a['what']}, {a['when']}. {a['source']}." for a in acts])
    translated = {one.id: one.text[language] for one in criteria.routine.conditions} if language != "sv" else {}
    conditions = [
        translated.get(one["id"] or "", text(one["text"]))
        + (f" {say(language, 'letter.by', {'day': one['due']})}" if one["due"] else "")
        for one in data["conditions"]
    ]
    said = text(data["response"])
    minute = values.get(data["people"]["board_minute"] or "", {"date": "-", "paragraph": "-"})
    signed = {"name": names.get(decider, decider), "point": point, "day": minute["date"], "at": minute["paragraph"]}
    board = data["people"]["board"]
    return {
        "outcome": say(language, f"term.decision.{outcome}", {}),
        "decision": say(language, f"letter.decision.{outcome}{of_room}", {"amount": granted, "asked": asked}),
        "reasons": text(data["reasons"]),
        "circumstances": "\n\n".join(one for one in (text(data["circumstances"]), told) if one),
        "answer": f"{say(language, 'letter.you_said', {})}\n\n{said}" if said else "",
        "clauses": lettering.clause_lines(criteria, data["clauses"], language),
        "conditions": lettering.listed(conditions),
        "decided_by": say(language, "letter.decided_by_board" if board else "letter.decided_by", signed),
        "point": say(language, "letter.point_board" if board else "letter.point", signed),
        "next": say(language, "letter.next.favourable" if outcome in FAVOURABLE else "letter.next.other", {}),
    }


async def booking_values(desk: Desk, reading: Reading, case: Case, given: Decided, language: str) -> dict[str, str]:
    """What a letter says of the times: those that were given and what they cost, those that were not and why not.

    A time that has been moved or called off since is told as what it was, and what holds now after it.
    """
    say, estate = desk.words.say, await reading.estate()
    types = (EventType.BOOKING_ASKED, EventType.BOOKING_MOVED, EventType.BOOKING_SETTLED, EventType.BOOKING_CANCELLED)
    rows = await reading.entries_of_cases([case.id], [one.value for one in types])
    settled = as_settled(entries(rows), given.id)
    found = [one for one in settled if one.status is BookingStatus.CONFIRMED]
    not_given = (BookingStatus.MISSED, BookingStatus.LAPSED, BookingStatus.RELEASED)  # what the hirer struck is not
    missed = [one for one in settled if one.status in not_given and one.span.start * 1000 > given.at]
    now = {(one.room, one.span) for one in await bookings(reading, case.id) if one.status is BookingStatus.CONFIRMED}
    values = await reading.values([one["text"] for one in given.data["conditions"]])
    total = sum(one.price_ore for one in found)
    told = [lettering.listed([f"{label(one.span)}, {_place(estate, one.room)}" for one in found])]
    if missed:
        lines = [
            f"{label(one.span)}, {_place(estate, one.room)}. {say(language, one.why or 'letter.time_left_out', {})}"
            for one in missed
        ]
        told.append(f"{say(language, 'letter.not_given', {})}\n\n{lettering.listed(lines)}")
    if now != {(one.room, one.span) for one in found}:
        lines = [f"{label(span)}, {_place(estate, room)}" for room, span in sorted(now, key=lambda one: one[1])]
        after = lettering.listed(lines) or say(language, "letter.no_times_left", {})
        told.append(f"{say(language, 'letter.changed_since', {})}\n\n{after}")
    return {
        "times": "\n\n".join(one for one in told if one),
        "price": say(language, "letter.price", {"amount": lettering.kronor(total, language)}) if found else "",
        "conditions": lettering.listed(
            [str(values[one["text"]]["text"]) for one in given.data["conditions"] if one["text"] in values]
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
    values["matter"] = lettering.matter(desk, details, case, language)
    return lettering.sheet(desk, procedure, "booking", language, values, case=case, recipient=details.org_name)


async def decision_letter(
    desk: Desk, reading: Reading, case: Case, decided: Decided, criteria: RuleSet, procedure: RuleSet, language: str
) -> Sheet:
    """The decision as a letter."""
    details = await reading.details(case.id)
    values = await decision_values(desk, reading, decided.data, criteria, language)
    values["matter"] = lettering.matter(desk, details, case, language)
    if case.kind is Kind.PREMISES and decided.outcome in FAVOURABLE:
        given = await booking_values(desk, reading, case, decided, language)
        values |= {name: given[name] for name in ("times", "price")}
    values["decided_on"] = local_day(decided.at).isoformat()
    return lettering.sheet(desk, procedure, "decision", language, values, case=case, recipient=details.org_name)


async def send_letter(desk: Desk, case_id: str, *, channel: str, language: str, sent: str, by: User, seen: int) -> None:
    """Send the decision with how to appeal, and write down how and when (expediering)."""
    one_of("/channel", channel, CHANNELS)
    one_of("/language", language, lettering.LANGUAGES)
    async with step(desk, case_id, EventType.LETTER_SENT, by=by, seen=seen) as scene:
        decided = _decision(scene)
        day = check_day("/sent", sent) if sent else scene.today
        _check_since(decided, day, scene.today, "/sent")
        template = "booking" if decided is scene.dossier.executed else "decision"
        if template == "booking":
            written = await confirmation(desk, scene.writing, scene.case, decided, scene.procedure, language)
        else:
            written = await decision_letter(
                desk, scene.writing, scene.case, decided, scene.criteria, scene.procedure, language
            )
        await scene.take(
            {
                "decision": decided.id,
                "channel": channel,
                "sent": day.isoformat(),
                "letter": lettering.keep(desk, scene.writing, scene.case, template, written),
            }
        )


async def post_notice(desk: Desk, case_id: str, *, posted: str, by: User, seen: int) -> None:
    """Note the day on which the decision was posted on the notice board: from it runs the time for appeal (KL 13:5)."""
    async with step(desk, case_id, EventType.DECISION_POSTED, by=by, seen=seen) as scene:
        decided = _decision(scene)
        if decided.posted:
            raise NotAllowed("decision.posted_already")
        day = check_day("/posted", posted)
        _check_since(decided, day, scene.today, "/posted")
        last = last_day(day, scene.procedure.routine.appeal_days)
        values = await decision_values(desk, scene.writing, decided.data, scene.criteria, "sv")
        values |= {"decided_on": local_day(decided.at).isoformat(), "last_day": last.isoformat()}
        notice = lettering.sheet(desk, scene.procedure, "notice", "sv", values, case=scene.case, recipient="")
        await scene.take(
            {
                "decision": decided.id,
                "posted": day.isoformat(),
                "last_day": last.isoformat(),
                "letter": lettering.keep(desk, scene.writing, scene.case, "notice", notice),
            }
        )


async def report(desk: Desk, case_id: str, *, meeting: str, by: User, seen: int) -> None:
    """Note the meeting at which the delegated decision was reported to the board (KL 6:40)."""
    async with step(desk, case_id, EventType.DECISION_REPORTED, by=by, seen=seen) as scene:
        decided = _decision(scene)
        day = check_day("/meeting", meeting)
        _check_since(decided, day, scene.today, "/meeting")
        await scene.take({"decision": decided.id, "meeting": day.isoformat()})


async def add_to_decision(desk: Desk, case_id: str, *, kind: str, text: str, by: User, seen: int) -> None:
    """Add a dated text to a decision, or correct an obvious slip: a record of its own; the decision stays as it was."""
    text = check_text("/text", text)
    one_of("/kind", kind, ADDENDA)
    async with step(desk, case_id, EventType.DECISION_ADDED_TO, by=by, seen=seen) as scene:
        decided = _decision(scene)
        if kind == "correction" and decided.by != scene.by.pseudonym and not scene.by.delegation_points:
            raise NotAllowed("decision.no_delegation")
        await scene.take(
            {
                "decision": decided.id,
                "addendum": desk.outside.new_id(),
                "kind": kind,
                "text": scene.keep("addendum", text),
            }
        )


async def accept_terms(desk: Desk, case_id: str, *, terms: str, on: str, text: str, by: User, seen: int) -> None:
    """The applicant has accepted the terms, in this version, before payment or access."""
    text = check_text("/text", text)
    day = check_day("/on", on)
    async with step(desk, case_id, EventType.TERMS_ACCEPTED, by=by, seen=seen) as scene:
        decided = scene.dossier.grant
        if decided is None:
            raise NotAllowed("decision.not_favourable")
        if terms != decided.data["terms"]:
            raise InvalidInput([Problem("/terms", "decision.other_terms", {"terms": decided.data["terms"]})])
        if day > scene.today:
            raise InvalidInput([Problem("/on", "input.not_now_or_earlier")])
        await scene.take(
            {"decision": decided.id, "terms": terms, "on": day.isoformat(), "text": scene.keep("applicant", text)}
        )


async def report_condition(
    desk: Desk, case_id: str, *, position: int, on: str, met: bool, text: str, by: User, seen: int
) -> None:
    """Note whether a condition of the decision has been met."""
    text, day = check_text("/text", text), check_day("/on", on)
    async with step(desk, case_id, EventType.CONDITION_REPORTED, by=by, seen=seen) as scene:
        decided = scene.dossier.grant
        if decided is None:
            raise NotAllowed("decision.not_favourable")
        if not 0 <= position < len(decided.data["conditions"]):
            raise InvalidInput([Problem("/position", "input.missing")])
        await scene.take(
            {
                "decision": decided.id,
                "position": position,
                "on": day.isoformat(),
                "met": met,
                "text": scene.keep("resolution", text),
            }
        )


async def receive_appeal(desk: Desk, case_id: str, *, received: str, text: str, by: User, seen: int) -> None:
    """An appeal has come in to the City; whether in time is tested by a person (rättidsprövning)."""
    text, day = check_text("/text", text), check_day("/received", received)
    async with step(desk, case_id, EventType.APPEAL_RECEIVED, by=by, seen=seen) as scene:
        decided = _decision(scene)
        _check_since(decided, day, scene.today, "/received")
        await scene.take(
            {
                "appeal": desk.outside.new_id(),
                "decision": decided.id,
                "received": day.isoformat(),
                "text": scene.keep("applicant", text),
            }
        )


def appeal_in_time(dossier: Dossier) -> bool | None:
    """Whether the last appeal came in time by the dates of the case; None where nothing has been posted yet.

    Before a notice is posted the time has not begun to run, and an appeal cannot be late (KL 13:5).
    """
    appeal = dossier.appeal
    last = next((one.last_day for one in dossier.decisions if appeal and one.id == appeal.decision), None)
    return None if appeal is None or last is None else appeal.received <= last


async def check_appeal(desk: Desk, case_id: str, *, in_time: bool, text: str, by: User, seen: int) -> None:
    """A person tests whether the appeal came in time; the dates of the case decide which answer can be given."""
    text = check_text("/text", text)
    async with step(desk, case_id, EventType.APPEAL_TESTED, by=by, seen=seen) as scene:
        appeal, decided = scene.dossier.appeal, _decision(scene)
        if appeal is None or appeal.in_time is not None:
            raise NotAllowed("appeal.tested_already")
        computed = appeal_in_time(scene.dossier)
        if in_time != (True if computed is None else computed):
            raise InvalidInput([Problem("/in_time", "appeal.dates_say_other", {"day": decided.last_day or "-"})])
        data = {
            "appeal": appeal.id,
            "in_time": in_time,
            "last_day": decided.last_day,
            "text": scene.keep("resolution", text),
        }
        await scene.take(data)


async def forward_appeal(desk: Desk, case_id: str, *, on: str, by: User, seen: int) -> None:
    """The appeal, with the case, has been sent on to the court."""
    async with step(desk, case_id, EventType.APPEAL_FORWARDED, by=by, seen=seen) as scene:
        appeal = scene.dossier.appeal
        if appeal is None or appeal.in_time is None:
            raise NotAllowed("appeal.test_first")
        day = check_day("/on", on)
        if not appeal.received <= day.isoformat() <= scene.today.isoformat():
            raise InvalidInput([Problem("/on", "input.not_now_or_earlier")])
        await scene.take({"appeal": appeal.id, "on": day.isoformat()})


async def settle_appeal(desk: Desk, case_id: str, *, outcome: str, on: str, text: str, by: User, seen: int) -> None:
    """How the appeal ended. A decision that the court annuls is void, and the case is open again (KL 13:15)."""
    text, day = check_text("/text", text), check_day("/on", on)
    one_of("/outcome", outcome, APPEAL_OUTCOMES)
    async with step(desk, case_id, EventType.APPEAL_SETTLED, by=by, seen=seen) as scene:
        appeal = scene.dossier.appeal
        if appeal is None or appeal.in_time is None:
            raise NotAllowed("appeal.test_first")
        if appeal.outcome is not None:
            raise NotAllowed("appeal.settled_already")
        if appeal.forwarded is None and outcome in ("upheld", "annulled"):
            raise NotAllowed("appeal.forward_first")
        if day > scene.today:
            raise InvalidInput([Problem("/on", "input.not_now_or_earlier")])
        left = len(scene.dossier.open_appeals) - 1
        data: dict[str, Any] = {
            "appeal": appeal.id,
            "outcome": outcome,
            "on": day.isoformat(),
            "left": left,
            "text": scene.keep("resolution", text),
            "owner": None,
            "due": None,
        }
        changed: dict[str, Any] = {"state": State.APPEALED} if left else {}
        if outcome == "annulled":
            due = _new_due(scene)
            data |= {"owner": scene.by.id, "due": due}
            changed = {"state": State.IN_REVIEW, "owner": scene.by.id, "due_on": due}
        await scene.take(data, **changed)


def _new_due(scene: Scene) -> str:
    days = scene.criteria.kinds[scene.case.kind].answer_days
    return (scene.today + timedelta(days=days)).isoformat()


async def declare_final(desk: Desk, case_id: str, *, by: User, seen: int) -> None:
    """The decision has gained legal force (laga kraft): its time for appeal is over and nobody has appealed in time."""
    async with step(desk, case_id, EventType.DECISION_FINAL, by=by, seen=seen) as scene:
        decided = _decision(scene)
        if decided.last_day is None:
            raise NotAllowed("decision.not_posted")
        if scene.dossier.open_appeals:
            raise NotAllowed("appeal.test_first")
        if scene.today <= date.fromisoformat(decided.last_day):
            raise NotAllowed("decision.still_appealable", day=decided.last_day)
        await scene.take({"decision": decided.id, "last_day": decided.last_day})


async def reopen(desk: Desk, case_id: str, *, ground: str, text: str, by: User, seen: int) -> None:
    """Take a decided case up again: to revoke or recover, or to change it; everything adverse starts anew."""
    text = check_text("/text", text)
    one_of("/ground", ground, REOPENING)
    async with step(desk, case_id, EventType.CASE_REOPENED, by=by, seen=seen) as scene:
        decided = _decision(scene)
        if ground == "revocation" and scene.dossier.given is None:
            raise NotAllowed("decision.nothing_to_revoke")
        due = _new_due(scene)
        data = {
            "ground": ground,
            "decision": decided.id,
            "text": scene.keep("resolution", text),
            "owner": scene.by.id,
            "due": due,
        }
        await scene.take(data, owner=scene.by.id, due_on=due)


async def stop_support(desk: Desk, case_id: str, *, finding: str, text: str, by: User, seen: int) -> None:
    """Stop payment and access at once on a confirmed sanctions listing: no communication is awaited (2025:327, 3 §).

    Only a listing that two persons have confirmed can stop them; the decision on the case is made as always.
    """
    text = check_text("/text", text)
    async with step(desk, case_id, EventType.SUPPORT_STOPPED, by=by, seen=seen) as scene:
        if scene.dossier.stopped:
            raise NotAllowed("support.stopped_already")
        basis = await scene.basis()
        known = [
            one
            for one in basis.findings
            if one.id == finding and one.finding.check == "party_names" and one.resolution is Resolution.OBSTACLE
        ]
        if not known or not policy.match_confirmed(basis, known[0]):
            raise InvalidInput([Problem("/finding", "support.not_confirmed")])
        await scene.take({"finding": finding, "text": scene.keep("resolution", text)})


async def release_support(desk: Desk, case_id: str, *, text: str, by: User, seen: int) -> None:
    """Payment and access may go on."""
    text = check_text("/text", text)
    async with step(desk, case_id, EventType.SUPPORT_RELEASED, by=by, seen=seen) as scene:
        if scene.dossier.stopped is None:
            raise NotAllowed("support.not_stopped")
        await scene.take({"text": scene.keep("resolution", text)})


async def decide_aside(
    desk: Desk, case_id: str, *, kind: str, text: str, delegation_point: str, language: str, by: User, seen: int
) -> None:
    """A decision beside the case's own, with its own way of appeal: not to release a document, or on personal data."""
    text = check_text("/text", text)
    one_of("/kind", kind, SIDE_KINDS)
    one_of("/language", language, lettering.LANGUAGES)
    async with step(desk, case_id, EventType.SIDE_DECISION, by=by, seen=seen) as scene:
        if delegation_point not in scene.by.delegation_points or delegation_point not in scene.procedure.delegation:
            raise NotAllowed("decision.no_delegation")
        details = await scene.writing.details(case_id)
        written = lettering.sheet(
            desk, scene.procedure, kind, language, {"text": text}, case=scene.case, recipient=details.org_name
        )
        await scene.take(
            {
                "decision": desk.outside.new_id(),
                "kind": kind,
                "text": scene.keep("reasons", text),
                "letter": lettering.keep(desk, scene.writing, scene.case, kind, written),
                "delegation_point": delegation_point,
            }
        )
