"""An association's dossier, from one of its cases."""

from typing import Any

from litestar import Response, get

from service.domain.premises import label
from service.proof import access_log
from service.support.association import association
from service.web import render
from service.web.deps import AnyRequest, SignedIn, TheDesk
from service.web.route_permissions import CASE_READERS, OFFICERS, may


@get("/cases/{case_id:uuid}/association", opt=may(CASE_READERS))
async def association_page(request: AnyRequest, desk: TheDesk, user: SignedIn) -> Response[Any]:
    """All that the association of this case has and has had."""
    case_id = str(request.path_params["case_id"])
    found = await association(desk, case_id, by=user)
    await access_log.note(desk, user, access_log.ASSOCIATION, case_id)
    return render.page(
        request,
        "pages/association.html",
        found=found,
        label_of_time=label,
        board=not user.only_reviews,
        may_withdraw=user.has(*OFFICERS.roles),
    )


HANDLERS = (association_page,)
