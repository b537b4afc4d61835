"""A letter goes out whatever signs its text and its applicant's name have, and says who it is from and where to."""

import base64
import io

import pytest
from pypdf import PdfReader

from service.casework.decision import delivery
from service.casework.review import correspondence
from service.desk.ports.desk import Desk
from service.domain.decision import DecisionOutcome
from service.domain.errors import InvalidInput
from tests.builders import a_grant_document, a_proposal
from tests.casework.letters.reading import check_pdf, letters
from tests.steps import approved, do, in_review, sign, taken_grant, three, withdrawn

CONTACT = {
    "name": "Ylva Granfors", "email": "ylva@forening.example", "phone": "031-12 34 56",
    "address": ["c/o Granfors", "Lindgatan 4", "424 20 Granviken"],
}  # fmt: skip


def page_of(value: dict[str, str]) -> str:
    return PdfReader(io.BytesIO(base64.b64decode(value["pdf"]))).pages[0].extract_text()


async def test_an_applicant_with_an_emoji_in_its_name_gets_a_decision_against_it_as_any_other(desk: Desk) -> None:
    alva, *_ = await three(desk)
    named = a_grant_document(organisation={"name": "Klubben 🎉 ትግርኛ", "org_number": "802999-0002"})
    case_id = await withdrawn(desk, alva, named)
    proposal = a_proposal(DecisionOutcome.WRITE_OFF, clauses=("3.1",), reasons="Ni tog tillbaka den 🙏.")
    await do(desk, sign.decide, case_id, alva, proposal=proposal)
    _, preview = await delivery.preview(desk, case_id, "sv", by=alva)
    assert preview.startswith(b"%PDF")

    await do(desk, delivery.SendLetter, case_id, alva, channel="mail", language="sv", sent="")

    [(template, language, value)] = await letters(desk, case_id)
    assert template == "decision"
    assert "🎉" in page_of(value)
    assert "🙏" in value["text"]
    check_pdf(value, language)


async def test_signs_that_no_font_has_are_told_before_anything_is_sent_and_go_as_numbers_if_their_writer_says_so(
    desk: Desk,
) -> None:
    alva, *_ = await three(desk)
    case_id = await taken_grant(desk, alva)
    words = {"text": "\uf0b7 Stadgarna\n\uf0b7 Revisorns \ue123 märke ᚠ", "due": "", "language": "sv"}

    with pytest.raises(InvalidInput) as caught:
        await do(desk, correspondence.AskCompletion, case_id, alva, **words)
    [problem] = caught.value.problems
    assert (problem.pointer, problem.code) == ("/as_code_points", "letter.signs_left")
    assert "U+E123" in str(problem.params["signs"])
    assert "U+16A0" in str(problem.params["signs"])
    assert await letters(desk, case_id) == []

    await do(desk, correspondence.AskCompletion, case_id, alva, as_code_points=True, **words)

    [(_, _, value)] = await letters(desk, case_id)
    assert "\ue123" in value["text"], "what was written is kept as it was written"
    assert "• Stadgarna" in page_of(value)
    assert "[U+E123]" in page_of(value)


async def test_a_letter_says_how_the_city_is_reached_and_where_it_goes(desk: Desk) -> None:
    alva, *_ = await three(desk)
    case_id = await in_review(desk, alva, a_grant_document(contact=CONTACT))
    await do(desk, correspondence.AskCompletion, case_id, alva, text="Ring gärna.", due="", language="en")

    [(_, _, value)] = await letters(desk, case_id)

    page = page_of(value)
    for line in ("Box 100", "424 99 Granviken", "Telephone 031-000 00 00", "E-mail granviken@granviken.example"):
        assert line in page
    for line in CONTACT["address"]:
        assert line in page
    assert "031-12 34 56" not in page, "the applicant knows its own telephone number"


async def test_a_letter_to_one_who_gave_no_address_has_none(desk: Desk) -> None:
    alva, *_ = await three(desk)
    case_id = await approved(desk, alva)
    await do(desk, delivery.SendLetter, case_id, alva, channel="mail", language="sv", sent="")
    [(_, _, value)] = await letters(desk, case_id)
    assert "Granvikens Teaterförening\nBeslut" in page_of(value)
