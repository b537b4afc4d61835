"""Support to be compared again, given by the steps that give it."""

from service.casework.decision import sign
from service.casework.review.findings import take
from service.desk.ports.desk import Desk
from service.domain.people import User
from tests.builders import a_grant_document, a_proposal
from tests.steps import do, screened, settle_all, unbiased

#: A list entry that is called what the chair of every test's association is called.
LISTED = "DEMO-X-999,person,Ylva Granfors,,,,XX,"
#: So little, in öre, that many of them fit into the round's frame.
AMOUNT = 100_000


async def granted(desk: Desk, alva: User, **changed: object) -> str:
    """A grant that this officer has decided, and that is not paid."""
    document = a_grant_document(**changed)
    document["grant"]["amount_ore"] = AMOUNT
    case_id = await screened(desk, document)
    await unbiased(desk, case_id, alva)
    await do(desk, take, case_id, alva)
    await settle_all(desk, case_id, alva)
    await do(desk, sign.decide, case_id, alva, proposal=a_proposal(amount_ore=AMOUNT))
    return case_id
