"""What arrives is received; only what cannot be stored safely is refused, and then nothing is half saved."""

import asyncio
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.casework.intake import application_document
from service.casework.intake.enclosures import add_enclosure
from service.casework.intake.receive import receive
from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.desk.ports.queue import QueueQuery
from service.desk.rulebook import rulebook
from service.domain.application import Kind
from service.domain.case import State
from service.domain.clock import utc_time
from service.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound, Unreadable
from service.domain.events.event import Actor, ActorKind
from service.proof.verification import verify_log
from tests.builders import KEY, NUMBER, a_grant_document, a_premises_document
from tests.fakes import NOON, Clock
from tests.steps import someone


def problems_of(document: object) -> dict[str, str]:
    with pytest.raises(InvalidInput) as caught:
        application_document.read(document, now=utc_time(NOON))
    return {one.pointer: one.code for one in caught.value.problems}


async def hand_in(desk: Desk, document: object | None = None, **kwargs: str | None) -> str:
    value = a_grant_document() if document is None else document
    return (await receive(desk, value, by=KEY, channel="e_service", **kwargs)).case_id  # type: ignore[arg-type]


async def test_opens_a_case_with_a_diary_number_and_the_rules_of_its_day(desk: Desk) -> None:
    received = await receive(desk, a_grant_document(), by=KEY, channel="e_service")

    async with desk.store.reading() as reading:
        case = await reading.case(received.case_id)
    assert (case.diary_number, case.state, case.rules_id) == ("HV 2026/1", State.RECEIVED, "granvik-2026-1")
    assert case.due_on.isoformat() == "2027-01-21"


async def test_diary_numbers_have_no_gaps_and_begin_again_each_year(desk: Desk, clock: Clock) -> None:
    for _ in range(3):
        await hand_in(desk)
    with pytest.raises(InvalidInput):
        await hand_in(desk, {"kind": "grant"})
    await asyncio.gather(*[hand_in(desk) for _ in range(5)])
    clock.forward(days=50)
    await hand_in(desk)

    async with desk.store.reading() as reading:
        page = await reading.queue(QueueQuery(kinds=(Kind.GRANT,), order="diary"))
    assert [row.case.diary_number for row in page.rows] == [f"HV 2026/{n}" for n in range(1, 9)] + ["HV 2027/1"]
    assert page.total == 9


async def test_the_rules_of_the_day_of_receipt_judge_although_it_is_registered_later(desk: Desk) -> None:
    late = await hand_in(desk, a_grant_document(received_at="2026-06-30T21:59:59Z"))
    next_day = await hand_in(desk, a_grant_document(received_at="2026-06-30T22:00:00Z"))

    async with desk.store.reading() as reading:
        assert (await reading.case(late)).rules_id == "granvik-2025-1", "23:59 in Stockholm"
        assert (await reading.case(next_day)).rules_id == "granvik-2026-1", "midnight in Stockholm"
        assert (await rulebook(desk, reading)).of(await reading.case(late)).id == "granvik-2025-1"


async def test_the_citys_own_diary_number_is_kept_and_used_once(desk: Desk) -> None:
    await hand_in(desk, a_grant_document(diary_number="SSK 155-943/2026"))

    with pytest.raises(InvalidInput) as caught:
        await hand_in(desk, a_grant_document(diary_number="SSK 155-943/2026"))
    assert caught.value.problems[0].pointer == "/diary_number"


async def test_the_same_key_gives_the_same_case_once(desk: Desk) -> None:
    first = await receive(desk, a_grant_document(), by=KEY, channel="e_service", idempotency_key="k1")
    again = await receive(desk, a_grant_document(), by=KEY, channel="e_service", idempotency_key="k1")
    other = await receive(
        desk, a_grant_document(), by=Actor(ActorKind.KEY, "k-zzzzzzzzzz"), channel="e_service", idempotency_key="k1"
    )

    assert (again.case_id, again.repeated_request) == (first.case_id, True)
    assert other.case_id != first.case_id, "another sender's keys are its own"


async def test_the_same_key_with_another_body_is_refused(desk: Desk) -> None:
    await receive(desk, a_grant_document(), by=KEY, channel="e_service", idempotency_key="k1")

    with pytest.raises(Conflict):
        await receive(desk, a_premises_document(), by=KEY, channel="e_service", idempotency_key="k1")


async def test_an_association_keeps_its_identity_by_number_and_never_by_name(desk: Desk) -> None:
    one = await hand_in(desk)
    renamed = await hand_in(desk, a_grant_document(organisation={"name": "Nytt namn", "org_number": "8029990002"}))
    nameless = [await hand_in(desk, a_grant_document(organisation={"name": "Nätverket"})) for _ in range(2)]

    async with desk.store.reading() as reading:
        ids = [(await reading.case(case)).organisation_id for case in (one, renamed, *nameless)]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3


@pytest.mark.parametrize(
    "document",
    [
        a_grant_document(organisation={"name": "X", "org_number": "802999-0003"}),
        a_grant_document(organisation={"name": "X", "org_number": "191212121212"}),
        a_grant_document(declaration=None, contact=None, representatives=[]),
        a_premises_document(room="slottet", date="2020-01-01"),
        a_premises_document(expected_number=0),
        a_grant_document(organisation={"name": "ש\u200fלום \u0627\u0644\u0633", "org_number": NUMBER}),
        a_grant_document(organisation={"name": "Fo\u0308reningen", "org_number": NUMBER}),
    ],
)
async def test_what_is_wrong_but_can_be_stored_is_received(desk: Desk, document: dict[str, object]) -> None:
    case_id = await hand_in(desk, document)

    async with desk.store.reading() as reading:
        assert (await reading.case(case_id)).state is State.RECEIVED
        assert "\u0308" not in (await reading.details(case_id)).org_name, "text is kept in NFC"


@pytest.mark.parametrize(
    ("document", "pointer", "code"),
    [
        ([], "", "input.type_object"),
        (a_grant_document(kind="loan"), "/kind", "input.choice"),
        (a_grant_document(religion="x"), "/religion", "input.unknown_field"),
        (a_grant_document(organisation={"name": "a\x00b"}), "/organisation/name", "input.nul"),
        (a_grant_document(organisation={"name": "a\ud800b"}), "/organisation/name", "input.surrogate"),
        (a_grant_document(organisation={"name": "a\u202eb"}), "/organisation/name", "input.format"),
        (a_grant_document(contact={"name": "Y", "email": "ylva at forening.example"}), "/contact/email", "input.email"),
        (a_grant_document(contact={"name": "Y", "email": "y@forening"}), "/contact/email", "input.email"),
        (a_grant_document(contact={"name": "Y", "phone": "ring mig"}), "/contact/phone", "input.phone"),
        (a_grant_document(contact={"name": "Y", "address": ["  "]}), "/contact/address/0", "input.missing"),
        (a_grant_document(organisation={"name": "x" * 10_000}), "/organisation/name", "input.too_long"),
        (a_grant_document(organisation={"name": "  "}), "/organisation/name", "input.missing"),
        (a_grant_document(organisation="x"), "/organisation", "input.type_object"),
        (a_grant_document(representatives=[{"name": "A", "role": "b", "birth_year": 12}]), "/representatives/0/birth_year", "input.out_of_range"),
        (a_grant_document(premises={}), "/premises", "input.not_wanted"),
        (a_grant_document(received_at="2030-01-01T00:00:00Z"), "/received_at", "input.not_now_or_earlier"),
        (a_grant_document(received_at="2026-02-31T00:00:00Z"), "/received_at", "input.format"),
        (a_premises_document(to="17:00"), "/premises/to", "input.ends_before_it_begins"),
        (a_premises_document(date="2026-02-30"), "/premises/date", "input.not_a_date"),
    ],
)  # fmt: skip
def test_what_cannot_be_parsed_or_stored_safely_is_refused_with_a_pointer(
    document: object, pointer: str, code: str
) -> None:
    assert problems_of(document)[pointer] == code


@pytest.mark.parametrize("amount", [-1, 2**63, 10**400, "45 000", True, 1.5, None])
def test_an_amount_is_whole_non_negative_ore(amount: object) -> None:
    document = a_grant_document()
    document["grant"]["amount_ore"] = amount

    assert "/grant/amount_ore" in problems_of(document)


def test_a_period_that_ends_before_it_begins_is_no_period() -> None:
    document = a_grant_document()
    document["grant"]["period"] = {"from": "2027-06-30", "to": "2027-01-01"}

    assert problems_of(document) == {"/grant/period/to": "input.ends_before_it_begins"}


def test_every_wrong_field_is_named_at_once() -> None:
    document = {"kind": "grant", "organisation": {}, "grant": {"type": "x"}, "extra": 1}

    assert set(problems_of(document)) == {
        "/organisation/name", "/grant/type", "/grant/amount_ore", "/grant/purpose", "/grant/period", "/extra",
    }  # fmt: skip


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=15,
)


@given(st.dictionaries(st.sampled_from(["kind", "organisation", "grant", "premises", "declaration", "x"]), json_values))
def test_any_json_is_read_or_refused_and_never_falls(value: object) -> None:
    with pytest.raises(InvalidInput):
        application_document.read(value, now=utc_time(NOON))


@pytest.mark.parametrize("body", [b"", b"{", b"NaN", b'{"a":Infinity}', b"\xff\xfe", b"[" * 100_000, b"1" * 5000])
def test_what_is_no_json_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(Unreadable):
        application_document.parse_json(body)


async def test_an_enclosure_is_kept_outside_the_database_under_its_digest(desk: Desk) -> None:
    case_id = await hand_in(desk)

    await add_enclosure(
        desk,
        case_id,
        kind="stadgar",
        name="../../etc/stadgar\u202e.pdf",
        media_type="application/pdf",
        body=b"%PDF-1.7 x",
        by=KEY,
        kinds=frozenset(Kind),
    )

    async with desk.store.reading() as reading:
        [stored] = await reading.enclosures(case_id)
        names = await reading.values([stored.name_ref])
    assert desk.files.path(stored.enclosure.sha256).read_bytes() == b"%PDF-1.7 x"
    assert names[stored.name_ref] == "stadgar.pdf"


@pytest.mark.parametrize(("kind", "body"), [("hemligt", b"x"), ("stadgar", b"")])
async def test_an_enclosure_of_an_unknown_kind_or_empty_is_refused(desk: Desk, kind: str, body: bytes) -> None:
    case_id = await hand_in(desk)

    with pytest.raises(InvalidInput):
        await add_enclosure(
            desk, case_id, kind=kind, name="x", media_type="text/plain", body=body, by=KEY, kinds=frozenset(Kind)
        )


async def test_an_enclosure_of_someone_elses_kind_finds_no_case(desk: Desk) -> None:
    case_id = await hand_in(desk)

    with pytest.raises(NotFound):
        await add_enclosure(
            desk,
            case_id,
            kind="stadgar",
            name="x",
            media_type="text/plain",
            body=b"x",
            by=KEY,
            kinds=frozenset({Kind.PREMISES}),
        )


@pytest.mark.parametrize(
    "number", ["850709-9805", "Anna Andersson född 1985", "HV 2026", "850709-9805/1 ", "hv 2026/1"]
)
def test_a_diary_number_is_a_number_and_no_person(number: str) -> None:
    assert "/diary_number" in problems_of(a_grant_document(diary_number=number))


async def test_an_application_from_before_any_rules_names_its_field(desk: Desk) -> None:
    with pytest.raises(InvalidInput) as caught:
        await hand_in(desk, a_grant_document(received_at="2001-01-01T00:00:00Z"))
    assert caught.value.problems[0].pointer == "/received_at"


@pytest.mark.parametrize("kind", ["grant", " grant "])
async def test_a_person_registers_only_the_kind_they_work_with(desk: Desk, kind: str) -> None:
    petter = await someone(desk, "Petter", "role:premises_officer")
    with pytest.raises(NotAllowed):
        await receive(desk, a_grant_document(kind=kind), by=person(petter), channel="file")


async def test_an_enclosure_that_is_not_taken_leaves_no_file(desk: Desk) -> None:
    with pytest.raises(NotFound):
        await add_enclosure(
            desk,
            "00000000-0000-4000-8000-00000000dead",
            kind="stadgar",
            name="x",
            media_type="text/plain",
            body=b"left",
            by=KEY,
            kinds=frozenset(Kind),
        )
    assert not desk.files.path(hashlib.sha256(b"left").hexdigest()).exists()


async def test_an_enclosure_that_was_changed_on_disk_is_named(desk: Desk) -> None:
    case_id = await hand_in(desk)
    await add_enclosure(
        desk,
        case_id,
        kind="stadgar",
        name="a\u200d\u030a.txt",
        media_type="text/plain",
        body=b"whole",
        by=KEY,
        kinds=frozenset(Kind),
    )
    assert (await verify_log(desk)).ok

    desk.files.path(hashlib.sha256(b"whole").hexdigest()).write_bytes(b"other")

    assert [(table, kind) for table, _, kind in (await verify_log(desk)).table_faults] == [("enclosure", "file")]
