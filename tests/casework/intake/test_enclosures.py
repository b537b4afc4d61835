"""A document is added with the day or the period that it speaks of, where the applicant or the officer states it."""

from datetime import date

import pytest

from service.casework.intake.enclosures import add_enclosure
from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.domain.application import Kind
from service.domain.enclosure import ENCLOSURE_KINDS, Enclosure
from service.domain.errors import InvalidInput
from service.proof.verification import verify_log
from service.screening.material import material_of
from tests.steps import employed_officer, in_review

REPORT = {"name": "x.pdf", "media_type": "application/pdf", "body": b"%PDF-1.7"}


async def added(desk: Desk, kind: str, **days: str) -> Enclosure:
    officer = await employed_officer(desk)
    case_id = await in_review(desk, officer)
    await add_enclosure(desk, case_id, kind=kind, by=person(officer), kinds=frozenset({Kind.GRANT}), **REPORT, **days)
    async with desk.store.reading() as reading:
        [stored] = await reading.enclosures(case_id)
        given = (await material_of(desk, reading, case_id)).enclosures[0]
    assert (given.id, given.kind, given.received_on) == (stored.enclosure.id, kind, date(2026, 11, 22))
    assert given.speaks_of == (
        None if stored.enclosure.speaks_from is None
        else (stored.enclosure.speaks_from, stored.enclosure.speaks_to or stored.enclosure.speaks_from)
    )  # fmt: skip
    assert (await verify_log(desk)).ok
    return stored.enclosure


@pytest.mark.parametrize(
    ("days", "kept"),
    [
        ({}, (None, None)),
        ({"speaks_from": "", "speaks_to": ""}, (None, None)),
        ({"speaks_from": "2026-03-14"}, (date(2026, 3, 14), None)),
        ({"speaks_from": "2025-01-01", "speaks_to": "2025-12-31"}, (date(2025, 1, 1), date(2025, 12, 31))),
    ],
)
async def test_a_day_or_a_period_is_kept_and_given_to_the_checks(
    desk: Desk, days: dict[str, str], kept: tuple[date | None, date | None]
) -> None:
    enclosure = await added(desk, "verksamhetsberattelse", **days)

    assert (enclosure.speaks_from, enclosure.speaks_to) == kept


@pytest.mark.parametrize(
    ("kind", "days", "problem"),
    [
        ("bokslut", {"speaks_from": "2025"}, ("/speaks_from", "input.not_a_date")),
        ("bokslut", {"speaks_from": "2025-01-01", "speaks_to": "i fjol"}, ("/speaks_to", "input.not_a_date")),
        ("bokslut", {"speaks_from": "2025-12-31", "speaks_to": "2025-01-01"}, ("/speaks_to", "input.ends_before_it_begins")),
        ("bokslut", {"speaks_to": "2025-12-31"}, ("/speaks_to", "input.ends_before_it_begins")),
        ("ovrigt", {"speaks_from": "2025-01-01"}, ("/speaks_from", "enclosure.speaks_of_no_time")),
    ],
)  # fmt: skip
async def test_a_time_that_cannot_be_is_refused_by_its_field(
    desk: Desk, kind: str, days: dict[str, str], problem: tuple[str, str]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        await added(desk, kind, **days)

    assert [(one.pointer, one.code) for one in caught.value.problems] == [problem]


def test_the_kinds_are_the_ones_that_there_are_words_for() -> None:
    assert len(ENCLOSURE_KINDS) == 13
