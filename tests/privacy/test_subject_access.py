"""What a data subject is given: their own, and nobody else's."""

import json

import pytest

from service.desk.ports.desk import Desk
from service.domain.errors import InvalidInput
from service.privacy import subject_access
from service.proof.verification import verify_log
from tests.steps import decided_case, someone

WHO = [{"name": "Rakel Försvinn", "role": "ordförande"}, {"name": "Henning Ekdal", "role": "kassör"}]


async def test_a_data_subject_gets_their_own_and_nobody_elses(desk: Desk) -> None:
    await decided_case(desk, representatives=WHO)
    samir = await someone(desk, "Sam", "role:coordinator")

    found = await subject_access.export(
        desk, subject_access.Asked(request="HV 2026/77", person="rakel försvinn"), by=samir
    )

    text = json.dumps(found, ensure_ascii=False)
    assert "Rakel Försvinn" in text
    assert "Henning Ekdal" not in text
    assert "Ylva Granfors" not in text
    assert [one["association"] for one in found["cases"]] == ["Granvikens Teaterförening"]
    assert (await verify_log(desk)).ok


async def test_an_association_gets_all_of_its_cases(desk: Desk) -> None:
    await decided_case(desk)
    samir = await someone(desk, "Sam", "role:coordinator")

    found = await subject_access.export(
        desk, subject_access.Asked(request="HV 2026/77", organisation="802999-0002"), by=samir
    )

    assert {one["field"] for one in found["cases"][0]["kept"]} >= {"application.contact", "reasons", "finding"}


@pytest.mark.parametrize(
    "asked",
    [
        subject_access.Asked(request="", person="Rakel Försvinn"),
        subject_access.Asked(request="HV 2026/77"),
        subject_access.Asked(request="HV 2026/77", person="Rak"),
        subject_access.Asked(request="HV 2026/77", person="Rakel Försvinn", organisation="802999-0002"),
        subject_access.Asked(request="HV 2026/77", organisation="12"),
    ],
)
async def test_nobody_is_searched_for_without_their_own_registered_request(
    desk: Desk, asked: subject_access.Asked
) -> None:
    samir = await someone(desk, "Sam", "role:coordinator")
    with pytest.raises(InvalidInput):
        await subject_access.export(desk, asked, by=samir)


async def test_words_find_nobody(desk: Desk) -> None:
    await decided_case(desk, representatives=WHO)
    samir = await someone(desk, "Sam", "role:coordinator")
    for words in ("Teater", "Försvinn", "ordförande", "Rakel"):
        found = await subject_access.export(desk, subject_access.Asked(request="HV 2026/77", person=words), by=samir)
        assert found["cases"] == []
