"""Is anyone named in the application on a list that the law lets us compare with?"""

from service.domain.application import Kind, PartyKind
from service.domain.check import CheckDescription, CheckInput, ListAnswer, Need, PartyAnswer
from service.domain.finding import CheckResult, Evidence, Outcome, Source
from service.domain.watchlist import Candidate, Method


class PartyNames:
    """Compares organisation, representatives and co-organisers; speakers only where the rule set cites a basis.

    A resemblance is something to look into, never a match; one that a person has looked into for exactly this party
    and this list entry is shown, and asked of nobody again. Parameter: `speakers_basis`, the provision that lets
    speakers be compared.
    """

    description = CheckDescription("party_names", "3", frozenset(Kind), frozenset({Need.LISTS}), deadline_seconds=10.0)

    def run(self, given: CheckInput) -> CheckResult:
        """A list past its maximum age cannot answer "no hit", but what it does show is shown."""
        speakers_too = bool(given.params.get("speakers_basis"))
        answers = [(one, _answers(one, speakers_too)) for one in given.lists]
        evidence = tuple(
            piece for source, parties in answers for party in parties for piece in _evidence(source, party)
        )
        method = next((one.method for one in given.lists if one.method), None)
        if evidence and method:
            evidence += (_method(method),)
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
        if not compared:
            # No list's legal basis covers anyone who is named: nobody was looked for, and that is no pass.
            return CheckResult(Outcome.NOT_APPLICABLE, "party_names.nobody_covered", counts, (), sources)
        if stale:
            return CheckResult(Outcome.UNKNOWN, "party_names.stale", {"count": len(stale)}, too_old + evidence, sources)
        unreadable = tuple(
            Evidence("party_names.not_comparable", {"name": party.party.name, "list": source.title}, party.party.kind)
            for source, parties in answers
            for party in parties
            if not party.readable
        )
        if unreadable:
            count = {"count": len(unreadable)}
            return CheckResult(Outcome.UNKNOWN, "party_names.unreadable", count, unreadable + evidence, sources)
        hits = [one for _, parties in answers for party in parties for one in party.candidates]
        left = [one for one in hits if not one.held_apart]
        if not hits:
            return CheckResult(Outcome.MET, "party_names.no_candidate", counts, (), sources)
        if not left:
            counts |= {"count": len(hits)}
            return CheckResult(Outcome.MET, "party_names.all_held_apart", counts, evidence, sources)
        code = "needs_identifier" if all(one.needs_identifier for one in left) else "candidate"
        return CheckResult(
            Outcome.NEEDS_INQUIRY, f"party_names.{code}", counts | {"count": len(left)}, evidence, sources
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
        kind = answer.party.kind
        params: dict[str, str | int] = {
            "name": answer.party.name,
            "party": kind.value,
            "listed": one.matched_name,
            "entry": one.entry_id,
            "list": source.title,
            "weight": one.score,
            "pair": one.pair,
        }
        if one.held_apart:
            # The pair stands in the event of whoever held it apart; what is settled needs no reasons again.
            pieces.append(Evidence("party_names.held_apart", params, kind))
            continue
        same = answer.party.name.casefold().split() == one.matched_name.casefold().split()
        code = "same_name" if same else "quiet" if one.needs_identifier else "resembles"
        pieces.append(Evidence(f"party_names.{code}", params, kind))
        if one.name != one.matched_name:
            pieces.append(Evidence("party_names.alias", {"listed": one.matched_name, "main": one.name}, kind))
        pieces += [_reason(one, position, kind) for position in range(len(one.evidence))]
    return pieces


def _reason(candidate: Candidate, position: int, kind: PartyKind) -> Evidence:
    reason = candidate.evidence[position]
    return Evidence(f"match.{reason.code}", {"left": reason.left, "right": reason.right}, kind)


def _method(method: Method) -> Evidence:
    """By what numbers the weights were made, so that the record can be read without us."""
    bands = {
        f"bands_{schema}": "; ".join(f"{low:.1f}-{high:.1f}: {matches}/{pairs}" for low, high, pairs, matches in rows)
        for schema, rows in sorted(method.bands.items())
    }
    return Evidence(
        "party_names.method",
        {
            "model": method.model,
            "population": method.population,
            "analysis": method.analysis,
            "base_rate": f"{method.base_rate:.3f}",
            **bands,
        },
    )
