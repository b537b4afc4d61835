"""Two associations are one by a document, and one dossier: never concluded, and undone where it was not so."""

import pytest

from service.casework.decision import stops
from service.casework.review.association import JoinAssociation, SeparateAssociation
from service.desk.ports.desk import Desk
from service.desk.stops import stopped
from service.domain.stops import StopScope
from service.proof.verification import verify_log
from service.support.association import association as dossier_page
from service.support.changes import what_changed
from tests.builders import OTHER_NUMBER, a_grant_document, association
from tests.fakes import Clock
from tests.steps import codes, do, put_in, screened, three, unbiased


async def test_a_changed_number_joins_the_dossiers_and_a_stop_of_one_is_a_stop_of_both(
    desk: Desk, clock: Clock
) -> None:
    alva, bo, disa = await three(desk)
    before = await screened(desk, a_grant_document())
    after = await screened(desk, a_grant_document(organisation=association("X") | {"org_number": OTHER_NUMBER}))
    await unbiased(desk, before, alva, bo)
    await unbiased(desk, after, alva)
    said = {
        "ground": "missing_report", "text": "Saknas.", "until": "2027-01-31", "exception": "", "exception_text": "",
        "language": "sv",
    }  # fmt: skip
    stop = await do(desk, stops.ConsiderStop, before, alva, **said)
    clock.forward(days=20)
    await do(desk, stops.SetStop, before, bo, stop=stop, text="Ja.", language="sv")
    _, mark = await what_changed(desk, None)
    paper = await put_in(desk, after, alva)
    async with desk.store.reading() as reading:
        number = (await reading.case(before)).diary_number
        theirs = (await reading.case(after)).organisation_id
        assert not await stopped(reading, theirs, StopScope.DECISIONS)

    joining = {"other": number, "kind": "number_changed", "text": "Registreringsbevis 2026-11-01."}
    assert await codes(do(desk, JoinAssociation, after, alva, **joining, enclosure="")) == {
        "association.document_missing"
    }
    await do(desk, JoinAssociation, after, alva, **joining, enclosure=paper)

    async with desk.store.reading() as reading:
        assert await stopped(reading, theirs, StopScope.DECISIONS), "in whatever case it was set"
    assert {one.case.id for one in (await dossier_page(desk, after, by=alva)).cases} == {before, after}
    change, _ = await what_changed(desk, mark)
    assert change is not None
    assert theirs in change.organisations
    later = await screened(desk, a_grant_document())
    async with desk.store.reading() as reading:
        assert (await reading.case(later)).organisation_id == theirs, "by the old number too"
    result = await verify_log(desk)
    assert result.ok, (result.value_faults, result.table_faults, result.report.faults)

    apart = do(desk, SeparateAssociation, after, alva, joined="", text="Fel förening.")
    assert await codes(apart) == {"association.stopped_meanwhile"}, "nothing is carried out from under a stop"
    await unbiased(desk, before, disa)
    await do(desk, stops.ReleaseSupport, before, disa, stop=stop, text="Löst.", language="sv")
    await do(desk, SeparateAssociation, after, alva, joined="", text="Fel förening.")
    async with desk.store.reading() as reading:
        own = {case_id: (await reading.case(case_id)).organisation_id for case_id in (before, after, later)}
    assert own[after] == theirs
    assert own[before] == own[later] != theirs, "what has come by its number since is its own too"
    result = await verify_log(desk)
    assert result.ok, (result.value_faults, result.table_faults, result.report.faults)


@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_nothing_is_joined_that_cannot_be_seen_or_is_the_same_already(desk: Desk) -> None:
    alva, *_ = await three(desk)
    one = await screened(desk, a_grant_document())
    await unbiased(desk, one, alva)
    same = await screened(desk, a_grant_document())
    paper = await put_in(desk, one, alva)
    async with desk.store.reading() as reading:
        number = (await reading.case(same)).diary_number
    joining = {"kind": "merged", "text": "Protokoll.", "enclosure": paper}

    assert await codes(do(desk, JoinAssociation, one, alva, other=number, **joining)) == {"association.same_already"}
    assert await codes(do(desk, JoinAssociation, one, alva, other="HV 2026/999", **joining)) == {"case.not_found"}
    assert await codes(do(desk, SeparateAssociation, one, alva, joined="", text=".")) == {"association.none_joined"}


async def test_joins_within_joins_are_undone_one_by_one(desk: Desk) -> None:
    alva, *_ = await three(desk)
    cases = []
    for name in ("A", "B", "C"):
        cases.append(await screened(desk, a_grant_document(organisation=association(f"Förening {name}"))))
    for case_id in cases:
        await unbiased(desk, case_id, alva)
    one, other, third = cases
    for into, joined in ((one, other), (third, one)):
        paper = await put_in(desk, into, alva)
        async with desk.store.reading() as reading:
            number = (await reading.case(joined)).diary_number
        said = {"other": number, "kind": "merged", "text": "Protokoll.", "enclosure": paper}
        await do(desk, JoinAssociation, into, alva, **said)

    await do(desk, SeparateAssociation, one, alva, joined="", text="Fel.")
    await do(desk, SeparateAssociation, third, alva, joined="", text="Fel.")

    async with desk.store.reading() as reading:
        assert len({(await reading.case(case_id)).organisation_id for case_id in cases}) == 3
    result = await verify_log(desk)
    assert result.ok, (result.value_faults, result.table_faults, result.report.faults)
