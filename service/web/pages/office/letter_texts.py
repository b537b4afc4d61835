"""The letters' texts: read, tried out, and put forward as a new version of the rule set, without programming."""

from datetime import timedelta
from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from service.casework.letters import edit_texts
from service.desk import letter_sheet
from service.desk.fields import check_day, check_text
from service.desk.ports.desk import Desk
from service.desk.rulebook import today
from service.domain.errors import GranskaError, NotFound
from service.rules.references import LETTER_PLACES
from service.web import forms, render
from service.web.deps import AnyRequest, SignedIn, TheDesk
from service.web.problems import page_or_complaint
from service.web.route_permissions import RULE_OWNERS, may


@get("/letters", opt=may(RULE_OWNERS))
async def all_letters(request: AnyRequest, desk: TheDesk) -> Response[Any]:
    """The letters of the newest rule set."""
    rules, _ = await edit_texts.newest(desk)
    return render.page(request, "pages/letters.html", rules=rules)


@get("/letters/{name:str}", opt=may(RULE_OWNERS))
async def one_letter(request: AnyRequest, desk: TheDesk) -> Response[Any]:
    """One letter's text in both languages, and how it reads in an invented case."""
    return await _show(request, desk, None)


async def _show(
    request: AnyRequest, desk: Desk, form: forms.Form | None, error: GranskaError | None = None
) -> Response[Any]:
    name = str(request.path_params["name"])
    rules, _ = await edit_texts.newest(desk)
    if name not in rules.letters:
        raise NotFound("letter.not_found")
    written = form or forms.Form(
        {language: [rules.letters[name].body[language].strip()] for language in letter_sheet.LANGUAGES}
        | {"id": [f"{rules.id}-b"], "valid_from": [(today(desk) + timedelta(days=1)).isoformat()]}
    )
    texts = {language: written.text(language) for language in letter_sheet.LANGUAGES}
    sheets = []
    if error is None:
        try:
            sheets = [await edit_texts.preview(desk, name, texts, language=one) for one in letter_sheet.LANGUAGES]
        except GranskaError as raised:
            error = raised
    return page_or_complaint(
        request,
        "pages/letter.html",
        error=error,
        at="sv",
        name=name,
        rules=rules,
        posted=written,
        sheets=sheets,
        places=sorted(LETTER_PLACES),
    )


@post("/letters/{name:str}", opt=may(RULE_OWNERS), status_code=303)
async def edit_letter(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """Look at the new text, or put it forward."""
    form = await forms.read(request)
    if form.text("do") != "put_forward":
        answer = await _show(request, desk, form)
        answer.status_code = 200 if answer.status_code == 303 else answer.status_code
        return answer
    texts = {language: form.text(language) for language in letter_sheet.LANGUAGES}
    try:
        draft = await edit_texts.put_forward(
            desk,
            str(request.path_params["name"]),
            texts,
            id=form.text("id").strip(),
            valid_from=check_day("/valid_from", form.text("valid_from")),
            diary_number=check_text("/diary_number", form.text("diary_number"), most=40),
            by=user,
        )
    except NotFound:
        raise
    except GranskaError as error:
        return await _show(request, desk, form, error)
    return Redirect(f"/rules/drafts/{draft}", status_code=303)


HANDLERS = (all_letters, one_letter, edit_letter)
