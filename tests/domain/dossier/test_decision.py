"""What a proposal leaves behind, and what undoes it."""

from service.domain.dossier.folding import fold
from service.domain.events import decision as events
from service.domain.events.event import Entry

REF = "0" * 64
PROPOSED = events.DecisionProposed(
    proposal="p", outcome="refusal", amount_ore=None, clauses=("4.1",), based_on=(), act_ids=(), bookings=(),
    reasons=REF, circumstances=None, response=None, search_left_out=None, beyond_frame=None, own_conditions=(),
)  # fmt: skip


def folded(*happened: tuple[str, object]):
    return fold([Entry(seq, 1000 * seq, actor, "case", data) for seq, (actor, data) in enumerate(happened)])


def test_a_proposal_stands_until_it_is_given_back() -> None:
    assert folded(("u-a", PROPOSED)).proposal.by == "u-a"
    back = folded(("u-a", PROPOSED), ("u-b", events.ProposalReturned(proposal="p", text=REF)))
    assert (back.proposal, back.returned.actor) == (None, "u-b")
    assert (
        folded(("u-a", PROPOSED), ("u-b", events.ProposalReturned(proposal="p", text=REF)), ("u-a", PROPOSED)).returned
        is None
    )


def test_who_has_seconded_it_and_when() -> None:
    seconded = events.ProposalSeconded(proposal="p", questions=("facts",), text=REF)

    proposal = folded(("u-a", PROPOSED), ("u-b", seconded)).proposal

    assert (proposal.seconded_by, proposal.seconded_seq) == ("u-b", 1)
