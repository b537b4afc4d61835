"""The city's e-service hands in applications and their enclosures; it can do nothing else."""

from typing import Any

from litestar import Request, Response, get, post

from service.casework.intake import application_document, enclosures, receive
from service.casework.review import correspondence
from service.domain.application import Kind
from service.domain.errors import InvalidInput, Problem, TooLarge, WrongMediaType
from service.domain.events.event import Actor, ActorKind
from service.web import file_types, forms
from service.web.api.description import openapi
from service.web.deps import AnyRequest, TheDesk, TheKey
from service.web.route_permissions import INTAKE_KEY, may

MAX_KEY = 200


@post("/api/v1/applications", opt=may(INTAKE_KEY), status_code=201)
async def hand_in(request: AnyRequest, desk: TheDesk, key: TheKey) -> Response[dict[str, Any]]:
    """Receive an application; the case's checks are run at once, after the answer."""
    if request.content_type[0] != "application/json":
        raise WrongMediaType("input.json_only")
    idempotency_key = request.headers.get("idempotency-key")
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
    answer = {
        "id": received.case_id,
        "diary_number": received.diary_number,
        "link": link,
        "enclosures": f"/api/v1/applications/{received.case_id}/enclosures",
    }
    return Response(answer, status_code=201, headers={"Location": link})


@post(
    "/api/v1/applications/{case_id:uuid}/enclosures",
    opt=may(INTAKE_KEY),
    status_code=201,
    request_max_body_size=enclosures.MAX_ENCLOSURE_BYTES + 100_000,
)
async def enclose(request: AnyRequest, desk: TheDesk, key: TheKey) -> Response[dict[str, Any]]:
    """Receive one enclosure of an application: form fields `kind`, `file`, `speaks_from`, `speaks_to`."""
    if request.content_type[0] != "multipart/form-data":
        raise WrongMediaType("input.multipart_only")
    case_id = str(request.path_params["case_id"])
    form = await forms.read(request)
    file = await forms.upload(form.upload("file"), most=enclosures.MAX_ENCLOSURE_BYTES)
    if not file.body:
        raise InvalidInput([Problem("/file", "enclosure.empty")])
    enclosure_id = await enclosures.add_enclosure(
        desk,
        case_id,
        kind=form.text("kind"),
        name=file.name,
        media_type=file_types.media_type(file.body),
        body=file.body,
        speaks_from=form.text("speaks_from"),
        speaks_to=form.text("speaks_to"),
        by=Actor(ActorKind.KEY, key.pseudonym),
        kinds=frozenset(Kind),
    )
    request.app.state.worker.wake()
    return Response({"id": enclosure_id}, status_code=201)


@post("/api/v1/applications/{case_id:uuid}/answers", opt=may(INTAKE_KEY), status_code=201)
async def answer(request: AnyRequest, desk: TheDesk, key: TheKey) -> Response[dict[str, Any]]:
    """The applicant's own words: an answer to what was asked last, or that they withdraw (`kind` and `text`)."""
    if request.content_type[0] != "application/json":
        raise WrongMediaType("input.json_only")
    case_id = str(request.path_params["case_id"])
    form = await forms.read(request)
    await correspondence.received_from_applicant(
        desk, case_id, kind=form.text("kind"), text=form.text("text"), by=Actor(ActorKind.KEY, key.pseudonym)
    )
    request.app.state.worker.wake()
    return Response({"id": case_id}, status_code=201)


@get("/api/v1/openapi.json", opt=may(INTAKE_KEY))
async def describe() -> dict[str, Any]:
    """What this API does, as OpenAPI 3.1; for those who hold a key."""
    return openapi()


def _base(request: Request[Any, Any, Any]) -> str:
    return request.app.state.public_url or str(request.base_url).rstrip("/")


HANDLERS = (hand_in, enclose, answer, describe)
