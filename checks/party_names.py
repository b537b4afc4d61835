"""Is anyone named in the application on a list that the law lets us compare with?"""

from service.domain.application import Kind, PartyKind
from service.domain.check import CheckDescription, CheckInput, ListAnswer, Need, PartyAnswer
from service.domain.finding import CheckResult, Evidence, Outcome, Source
from service.domain.watchlist import Candidate


class PartyNames:
    """Compares organisation, representatives and co-organisers; speakers only where the rule set cites a basis.

    A resemblance is something to look into, never a match. Parameter: `speakers_basis`, the provision that lets
    speakers be compared.
    """

    description = CheckDescription("party_names", "1", frozenset(Kind), frozenset({Need.LISTS}), deadline_seconds=10.0)

    def run(self, given: CheckInput) -> CheckResult:
        """A list past its maximum age cannot answer "no hit", but what it does show is shown."""
        speakers_too = bool(given.params.get("speakers_basis"))
        answers = [(one, _answers(one, speakers_too)) for one in given.lists]
        evidence = tuple(
            piece for source, parties in answers for party in parties for piece in _evidence(source, party)
        )
        sources = tuple(Source(one.key, one.version, one.sha256, one.age_days) for one in given.lists)
        stale = [one for one in given.lists if one.stale]
        too_old = tuple(
            Evidence("party_names.list_stale", {"list": one.title, "days": one.age_days, "max": one.max_age_days})
            for one in stale
        )
        compared = sum(len(parties) for _, parties in answers)
        counts: dict[str, str | int] = {"lists": len(given.lists), "names": compared}
        if not given.lists:
            return CheckResult(Outcome.UNKNOWN, "party_names.no_list")
        if stale:
            return CheckResult(Outcome.UNKNOWN, "party_names.stale", {"count": len(stale)}, too_old + evidence, sources)
        hits = [one for _, parties in answers for party in parties for one in party.candidates]
        if not hits:
            return CheckResult(Outcome.MET, "party_names.no_candidate", counts, (), sources)
        code = "needs_identifier" if all(one.needs_identifier for one in hits) else "candidate"
        return CheckResult(
            Outcome.NEEDS_INQUIRY, f"party_names.{code}", counts | {"count": len(hits)}, evidence, sources
        )


def _answers(source: ListAnswer, speakers_too: bool) -> list[PartyAnswer]:
    """The parties this list's legal basis covers."""
    return [
        one
        for one in source.parties
        if one.party.kind in source.subject_kinds and (speakers_too or one.party.kind is not PartyKind.SPEAKER)
    ]


def _evidence(source: ListAnswer, answer: PartyAnswer) -> list[Evidence]:
    pieces = []
    for one in answer.candidates:
        pieces.append(
            Evidence(
                "party_names.same_name" if _same(answer.party.name, one.matched_name) else "party_names.resembles",
                {
                    "name": answer.party.name,
                    "party": answer.party.kind.value,
                    "listed": one.matched_name,
                    "entry": one.entry_id,
                    "list": source.title,
                },
                answer.party.kind,
            )
        )
        pieces += [_reason(one, position, answer.party.kind) for position in range(len(one.evidence))]
    return pieces


def _same(left: str, right: str) -> bool:
    return left.casefold().split() == right.casefold().split()


def _reason(candidate: Candidate, position: int, kind: PartyKind) -> Evidence:
    reason = candidate.evidence[position]
    return Evidence(f"match.{reason.code}", {"left": reason.left, "right": reason.right}, kind)
