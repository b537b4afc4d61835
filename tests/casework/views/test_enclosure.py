"""A page asks for what it shows: one enclosure is three questions, a poll for the checks three."""

import hashlib

import pytest

from service.casework.intake.enclosures import add_enclosure
from service.casework.views.enclosure import checks_wait, enclosure_file
from service.desk.actors import person
from service.desk.ports.desk import Desk
from service.domain.application import Kind
from service.domain.errors import NotAllowed, NotFound
from service.screening.run_checks import run_waiting_checks
from tests.queries import counted
from tests.steps import employed_officer, in_review, someone

STATUTES = {"kind": "stadgar", "name": "stadgar.pdf", "media_type": "application/pdf", "body": b"%PDF-1.7 stadgar"}


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_one_enclosure_and_a_poll_are_three_questions_each(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    officer = await employed_officer(desk)
    case_id = await in_review(desk, officer)
    id = await add_enclosure(desk, case_id, by=person(officer), kinds=frozenset({Kind.GRANT}), **STATUTES)

    with counted(monkeypatch) as asked:
        file = await enclosure_file(desk, case_id, id, by=officer)
    assert len(asked) == 3, asked
    assert (file.name, file.path.read_bytes()) == ("stadgar.pdf", b"%PDF-1.7 stadgar")

    with counted(monkeypatch) as asked:
        assert await checks_wait(desk, case_id, by=officer)
    assert len(asked) == 3, asked
    await run_waiting_checks(desk)
    assert not await checks_wait(desk, case_id, by=officer)


async def test_an_enclosure_is_for_those_to_whom_its_case_is_open(desk: Desk) -> None:
    officer = await employed_officer(desk)
    case_id = await in_review(desk, officer)
    other = await in_review(desk, officer)
    id = await add_enclosure(desk, case_id, by=person(officer), kinds=frozenset({Kind.GRANT}), **STATUTES)
    undeclared = await someone(desk, "Bo", "role:association_officer")
    premises = await someone(desk, "Pia", "role:premises_officer")
    auditor = await someone(desk, "Ronja", "role:auditor")

    with pytest.raises(NotAllowed, match="declare_first"):
        await enclosure_file(desk, case_id, id, by=undeclared)
    for who, case, enclosure in (
        (premises, case_id, id),
        (auditor, case_id, id),
        (officer, other, id),
        (officer, case_id, other),
    ):
        with pytest.raises(NotFound):
            await enclosure_file(desk, case, enclosure, by=who)


async def test_a_file_whose_bytes_are_gone_is_not_found(desk: Desk) -> None:
    officer = await employed_officer(desk)
    case_id = await in_review(desk, officer)
    id = await add_enclosure(desk, case_id, by=person(officer), kinds=frozenset({Kind.GRANT}), **STATUTES)
    desk.files.remove(hashlib.sha256(b"%PDF-1.7 stadgar").hexdigest())

    with pytest.raises(NotFound, match=r"enclosure\.changed"):
        await enclosure_file(desk, case_id, id, by=officer)
