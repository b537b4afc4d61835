"""A decided case is taken up again, and support is stopped or released meanwhile."""

from service.casework.decision.decided import decision_of, new_due
from service.desk.fields import check_text, one_of
from service.desk.ports.desk import Desk
from service.desk.step import step
from service.domain.basis import match_confirmed
from service.domain.errors import InvalidInput, NotAllowed, Problem
from service.domain.events.decision import CaseReopened, SupportReleased, SupportStopped
from service.domain.finding import Resolution
from service.domain.people import User

#: Why a decided case is taken up again.
REOPENING = ("revocation", "change")


async def reopen(desk: Desk, case_id: str, *, ground: str, text: str, by: User, seen: int) -> None:
    """Take a decided case up again: to revoke or recover, or to change it; everything adverse starts anew."""
    text = check_text("/text", text)
    one_of("/ground", ground, REOPENING)
    async with step(desk, case_id, CaseReopened, by=by, seen=seen) as scene:
        decided = decision_of(scene)
        if ground == "revocation" and scene.dossier.given is None:
            raise NotAllowed("decision.nothing_to_revoke")
        due = new_due(scene)
        data = CaseReopened(
            ground=ground,
            decision=decided.id,
            text=scene.keep("resolution", text),
            owner=scene.by.id,
            due=due,
        )
        await scene.take(data, owner=scene.by.id, due_on=due)


async def stop_support(desk: Desk, case_id: str, *, finding: str, text: str, by: User, seen: int) -> None:
    """Stop payment and access at once on a confirmed sanctions listing: no communication is awaited (2025:327, 3 §).

    Only a listing that two persons have confirmed can stop them; the decision on the case is made as always.
    """
    text = check_text("/text", text)
    async with step(desk, case_id, SupportStopped, by=by, seen=seen) as scene:
        if scene.dossier.stopped:
            raise NotAllowed("support.stopped_already")
        basis = await scene.basis()
        known = [
            one
            for one in basis.findings
            if one.id == finding and one.finding.names_listed_party and one.resolution is Resolution.OBSTACLE
        ]
        if not known or not match_confirmed(basis, known[0]):
            raise InvalidInput([Problem("/finding", "support.not_confirmed")])
        await scene.take(SupportStopped(finding=finding, text=scene.keep("resolution", text)))


async def release_support(desk: Desk, case_id: str, *, text: str, by: User, seen: int) -> None:
    """Payment and access may go on."""
    text = check_text("/text", text)
    async with step(desk, case_id, SupportReleased, by=by, seen=seen) as scene:
        if scene.dossier.stopped is None:
            raise NotAllowed("support.not_stopped")
        await scene.take(SupportReleased(text=scene.keep("resolution", text)))
