"""Each name that resembles a listed one is answered for by itself, by what fits a person or an organisation."""

from typing import Any

import pytest

from service.casework.review.findings import resolve, take
from service.desk.candidates import APART, OF_ORGANISATIONS, OF_PERSONS, Candidate, settled
from service.desk.ports.desk import Desk
from service.domain.errors import InvalidInput
from service.domain.finding import Resolution
from service.domain.people import User
from service.proof.verification import verify_log
from tests.builders import a_grant_document
from tests.steps import answers_to, codes, do, employed_officer, listed_too, screened, unbiased

TWO = [{"name": "Ylva Granfors", "role": "ordförande"}, {"name": "Torkel Vindspår", "role": "kassör"}]


async def resembling(desk: Desk) -> tuple[str, User, str, dict[str, str]]:
    """A case in which two of the board resemble listed persons: it, its officer, the finding, and the pairs."""
    await listed_too(desk, "DEMO-X-998,person,Ylva Granfors,,,,XX,", "DEMO-X-999,person,Torkel Vindspår,,,,XX,")
    case_id, officer = await screened(desk, a_grant_document(representatives=TWO)), await employed_officer(desk)
    await unbiased(desk, case_id, officer)
    await do(desk, take, case_id, officer)
    async with desk.store.reading() as reading:
        findings = await reading.findings(case_id, 1)
    [named] = [one.id for one in findings if one.case_finding.finding.check == "party_names"]
    return case_id, officer, named, await answers_to(desk, case_id, named)


async def test_one_answer_is_not_for_all_names(desk: Desk) -> None:
    case_id, officer, finding, apart = await resembling(desk)
    assert len(apart) == 2

    async def settle(resolution: Resolution, answers: dict[str, str]) -> Any:
        given = {"finding_id": finding, "resolution": resolution, "reason": "Kontrollerat.", "answers": answers}
        return await do(desk, resolve, case_id, officer, **given)

    first, second = apart
    one_left = {first: APART}
    assert await codes(settle(Resolution.NO_OBSTACLE, {})) == {"finding.candidate_unanswered"}
    assert await codes(settle(Resolution.NO_OBSTACLE, one_left)) == {"finding.candidate_unanswered"}
    assert await codes(settle(Resolution.OBSTACLE, {**one_left, second: "org_number"})) == {
        "finding.candidate_unanswered"
    }, "a person has no organisation number"
    assert await codes(settle(Resolution.OBSTACLE, apart)) == {"finding.not_as_candidates"}
    assert await codes(settle(Resolution.NO_OBSTACLE, {**one_left, second: "document"})) == {
        "finding.not_as_candidates"
    }

    await settle(Resolution.OBSTACLE, {**one_left, second: "document"})
    async with desk.store.reading() as reading:
        assert set(await reading.distinctions([first, second])) == {first}, "the other is the listed one"
    assert (await verify_log(desk)).ok


@pytest.mark.parametrize(
    ("person", "fitting", "other"), [(True, OF_PERSONS, OF_ORGANISATIONS), (False, OF_ORGANISATIONS, OF_PERSONS)]
)
def test_what_shows_that_they_are_the_same_fits_the_kind_of_party(
    person: bool, fitting: tuple[str, ...], other: tuple[str, ...]
) -> None:
    candidate = Candidate("p", "Namnet", "Namnet", "listan", person=person, open=True)

    for identifier in fitting:
        assert settled([candidate], {"p": identifier}).same[0].identifier == identifier
    for identifier in {*other, "", "likhet"} - set(fitting):
        with pytest.raises(InvalidInput):
            settled([candidate], {"p": identifier})
