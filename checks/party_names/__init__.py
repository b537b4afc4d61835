"""Is anyone named in the application on a list that the law lets us compare with?"""

from service.domain.application import Kind, Party, PartyKind
from service.domain.check import CheckDescription, CheckInput, Example, Fetched, ListAnswer, Need, NoParams, PartyAnswer
from service.domain.examples import an_input
from service.domain.finding import HELD_APART, METHOD, CheckResult, Evidence, Outcome, Source, Trait
from service.domain.watchlist import Candidate, Method


def _example(*candidates: Candidate) -> Fetched:
    asked = PartyAnswer(Party(PartyKind.REPRESENTATIVE, "Ylva Granfors"), candidates)
    covered = frozenset(kind.value for kind in PartyKind)
    return Fetched(lists=(ListAnswer("demo", "Övningslistan", "v1", "0" * 64, 1, 7, covered, (asked,)),))


_LISTED = Candidate("demo", "P-1", "d" * 64, "Ylva Granfors", "Ylva Granfors", 990, (), needs_identifier=False)


class PartyNames:
    """Compares organisation, representatives and co-organisers; speakers only where the rule set cites a basis.

    A resemblance is something to look into, never a match; one that a person has looked into for exactly this party
    and this list entry is shown, and asked of nobody again.
    """

    description = CheckDescription(
        "party_names",
        "4",
        frozenset(Kind),
        owner="Granska",
        rests_on="https://lagen.nu/2025:327",
        needs=frozenset({Need.LISTS}),
        traits=frozenset({Trait.NAMES_LISTED_PARTY}),
        deadline_seconds=10.0,
    )
    params = NoParams
    examples = (
        Example(an_input(fetched=_example()), Outcome.MET, "party_names.no_candidate"),
        Example(an_input(fetched=_example(_LISTED)), Outcome.NEEDS_INQUIRY, "party_names.candidate"),
    )

    def run(self, given: CheckInput, _: NoParams) -> CheckResult:
        """A list past its maximum age cannot answer "no hit", but what it does show is shown."""
        answers = [(one, _answers(one)) for one in given.lists]
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


def _answers(source: ListAnswer) -> list[PartyAnswer]:
    """The parties this list's legal basis covers."""
    return [answer for answer in source.parties if answer.party.kind in source.subject_kinds]


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
            pieces.append(Evidence(HELD_APART, params, kind))
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
        METHOD,
        {
            "model": method.model,
            "population": method.population,
            "analysis": method.analysis,
            "base_rate": f"{method.base_rate:.3f}",
            **bands,
        },
    )
