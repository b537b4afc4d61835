"""The city's e-service hands in applications and their enclosures; it can do nothing else."""

from dataclasses import dataclass
from typing import Annotated, Any

from litestar import Request, Response, post
from litestar.datastructures import ResponseHeader
from litestar.params import HeaderParameter

from service.casework.intake import application_document, enclosures, receive
from service.casework.review import correspondence
from service.desk import form
from service.desk.form import read_form, schema_of, with_file
from service.domain.application import Kind
from service.domain.enclosure import ENCLOSURE_KINDS
from service.domain.errors import InvalidInput, Problem, TooLarge, WrongMediaType
from service.domain.events.event import Actor, ActorKind
from service.web import file_types, forms, quotas
from service.web.api import describe
from service.web.deps import AnyRequest, CaseId, TheDesk, TheKey
from service.web.route_permissions import INTAKE_KEY, may

MAX_KEY = 200


@dataclass(frozen=True)
class Received:
    """An application that has come in: its case, its diary number, and where its enclosures are sent."""

    id: str
    diary_number: str
    link: str
    enclosures: str


@dataclass(frozen=True)
class Made:
    """The id of what was made or changed."""

    id: str


@dataclass(frozen=True)
class EnclosureForm:
    """An enclosure as it is handed in; the file is beside it."""

    kind: str = form.choice(ENCLOSURE_KINDS)
    speaks_from: str = form.code()
    speaks_to: str = form.code()


@dataclass(frozen=True)
class AnswerForm:
    """The applicant's own words, and what they are about."""

    kind: str = form.choice(("completion", "communication", "withdrawal"))
    text: str = form.text()


_FILE = {
    "type": "string",
    "contentMediaType": "application/octet-stream",
    "description": f"PDF, PNG, JPEG, DOCX, XLSX, ODT or plain text; at most {enclosures.MAX_ENCLOSURE_BYTES} bytes.",
}


@post(
    "/api/v1/applications",
    opt=may(INTAKE_KEY),
    status_code=201,
    include_in_schema=True,
    operation_id="handInApplication",
    operation_class=describe.reads(describe.APPLICATION),
    responses=describe.COMMON,
    response_headers=[ResponseHeader("Location", value="", documentation_only=True)],
)
async def hand_in(
    request: AnyRequest,
    desk: TheDesk,
    key: TheKey,
    idempotency_key: Annotated[
        str | None,
        HeaderParameter(
            name="Idempotency-Key",
            description="The same key with the same body gives the same case.",
            schema_extra={"minLength": 1, "maxLength": MAX_KEY, "pattern": "^[!-~]+$"},
        ),
    ] = None,
) -> Response[Received]:
    """Receive an application; the case's checks are run at once, after the answer."""
    quotas.take(request, desk, key, "applications", quotas.APPLICATIONS)
    if request.content_type[0] != "application/json":
        raise WrongMediaType("input.json_only")
    if idempotency_key is not None and not (0 < len(idempotency_key) <= MAX_KEY and idempotency_key.isprintable()):
        raise InvalidInput([Problem("", "intake.key_malformed", {"max": MAX_KEY})])
    body = await request.body()
    if len(body) > application_document.MAX_BYTES:
        raise TooLarge("input.body_too_large", max=application_document.MAX_BYTES // 1000)
    received = await receive.receive(
        desk,
        application_document.parse_json(body),
        by=Actor(ActorKind.KEY, key.pseudonym),
        channel=enclosures.E_SERVICE,
        idempotency_key=idempotency_key,
    )
    request.app.state.worker.wake()
    link = f"{_base(request)}/cases/{received.case_id}"
    enclosures_at = f"/api/v1/applications/{received.case_id}/enclosures"
    answer = Received(received.case_id, received.diary_number, link, enclosures_at)
    return Response(answer, status_code=201, headers={"Location": link})


@post(
    "/api/v1/applications/{case_id:uuid}/enclosures",
    opt=may(INTAKE_KEY),
    status_code=201,
    request_max_body_size=enclosures.MAX_ENCLOSURE_BYTES + 100_000,
    include_in_schema=True,
    operation_id="handInEnclosure",
    operation_class=describe.reads(with_file(schema_of(EnclosureForm), _FILE), "multipart/form-data"),
    responses=describe.COMMON | {404: describe.problem("No such case")},
)
async def enclose(request: AnyRequest, desk: TheDesk, key: TheKey, case_id: CaseId) -> Response[Made]:
    """Receive one enclosure of an application: form fields `kind`, `file`, `speaks_from`, `speaks_to`."""
    quotas.take(request, desk, key, "enclosures", quotas.ENCLOSURES)
    if request.content_type[0] != "multipart/form-data":
        raise WrongMediaType("input.multipart_only")
    posted = await forms.read(request)
    file = await forms.upload(posted.upload("file"), most=enclosures.MAX_ENCLOSURE_BYTES)
    if not file.body:
        raise InvalidInput([Problem("/file", "enclosure.empty")])
    asked = read_form(EnclosureForm, posted.answers())
    looked = await file_types.look(file.body)
    enclosure_id = await enclosures.add_enclosure(
        desk,
        str(case_id),
        kind=asked.kind,
        name=file.name,
        media_type=looked.media_type,
        condition=looked.condition,
        body=file.body,
        speaks_from=asked.speaks_from,
        speaks_to=asked.speaks_to,
        by=Actor(ActorKind.KEY, key.pseudonym),
        kinds=frozenset(Kind),
    )
    request.app.state.worker.wake()
    return Response(Made(enclosure_id), status_code=201)


@post(
    "/api/v1/applications/{case_id:uuid}/answers",
    opt=may(INTAKE_KEY),
    status_code=201,
    include_in_schema=True,
    operation_id="handInAnswer",
    operation_class=describe.reads(schema_of(AnswerForm)),
    responses=describe.COMMON
    | {
        404: describe.problem("No such case, or nothing of the kind has been asked"),
        409: describe.problem("Someone changed the case at the same moment; send it again"),
    },
)
async def answer(request: AnyRequest, desk: TheDesk, key: TheKey, case_id: CaseId) -> Response[Made]:
    """The applicant's own words: an answer to what was asked last, or that they withdraw (`kind` and `text`)."""
    if request.content_type[0] != "application/json":
        raise WrongMediaType("input.json_only")
    asked = read_form(AnswerForm, (await forms.read(request)).answers())
    by = Actor(ActorKind.KEY, key.pseudonym)
    await correspondence.received_from_applicant(desk, str(case_id), kind=asked.kind, text=asked.text, by=by)
    request.app.state.worker.wake()
    return Response(Made(str(case_id)), status_code=201)


def _base(request: Request[Any, Any, Any]) -> str:
    return request.app.state.public_url or str(request.base_url).rstrip("/")


HANDLERS = (hand_in, enclose, answer)
