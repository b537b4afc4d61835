"""Is anyone named in the application on a list that the law lets us compare with?"""

from collections.abc import Iterable

from service.domain.application import Kind, Party, PartyKind
from service.domain.check import CheckDescription, CheckInput, Example, Fetched, ListAnswer, Need, NoParams, PartyAnswer
from service.domain.errors import Params
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
        traits=frozenset({Trait.NAMES_LISTED_PARTY, Trait.OF_THE_ASSOCIATION}),
        deadline_seconds=10.0,
    )
    params = NoParams
    examples = (
        Example(an_input(fetched=_example()), Outcome.MET, "party_names.no_candidate"),
        Example(an_input(fetched=_example(_LISTED)), Outcome.NEEDS_INQUIRY, "party_names.candidate"),
    )

    def run(self, given: CheckInput, _: NoParams) -> CheckResult:
        """A list past its maximum age cannot answer "no hit", but what it does show is shown."""
        if not given.lists:
            return CheckResult(Outcome.UNKNOWN, "party_names.no_list")
        answers = [(asked, _answers(asked)) for asked in given.lists]
        sources = tuple(Source(asked.key, asked.version, asked.sha256, asked.age_days) for asked in given.lists)
        compared = sum(len(parties) for _, parties in answers)
        counts: dict[str, str | int] = {"lists": len(given.lists), "names": compared}
        if not compared:
            # No list's legal basis covers anyone who is named: nobody was looked for, and that is no pass.
            return CheckResult(Outcome.NOT_APPLICABLE, "party_names.nobody_covered", counts, (), sources)
        evidence = _shown(answers)
        found_wanting = (("party_names.stale", _stale(given.lists)), ("party_names.unreadable", _unreadable(answers)))
        for code, faults in found_wanting:
            if faults:
                count = {"count": len(faults)}
                return CheckResult(Outcome.UNKNOWN, code, count, faults + evidence, sources)
        candidates = _candidates(answers)
        if not candidates:
            return CheckResult(Outcome.MET, "party_names.no_candidate", counts, evidence, sources)
        left = [candidate for candidate in candidates if not candidate.held_apart]
        if not left:
            counts |= {"count": len(candidates)}
            return CheckResult(Outcome.MET, "party_names.all_held_apart", counts, evidence, sources)
        counts |= {"count": len(left)}
        quiet = all(candidate.needs_identifier for candidate in left)
        code = "party_names.needs_identifier" if quiet else "party_names.candidate"
        return CheckResult(Outcome.NEEDS_INQUIRY, code, counts, evidence, sources)


#: What each list answered of each party that it can speak of.
Answers = list[tuple[ListAnswer, list[PartyAnswer]]]


def _shown(answers: Answers) -> tuple[Evidence, ...]:
    """What the lists show of anyone, with how it was compared."""
    evidence: list[Evidence] = []
    for source, parties in answers:
        for party in parties:
            evidence += _evidence(source, party)
    method = next((source.method for source, _ in answers if source.method), None)
    if evidence and method:
        evidence.append(_method(method))
    return tuple(evidence)


def _candidates(answers: Answers) -> list[Candidate]:
    candidates: list[Candidate] = []
    for _, parties in answers:
        for party in parties:
            candidates += party.candidates
    return candidates


def _stale(lists: Iterable[ListAnswer]) -> tuple[Evidence, ...]:
    """The lists that are past their age."""
    stale = [source for source in lists if source.stale]
    return tuple(
        Evidence("party_names.list_stale", {"list": old.title, "days": old.age_days, "max": old.max_age_days})
        for old in stale
    )


def _unreadable(answers: Answers) -> tuple[Evidence, ...]:
    """The names that could not be compared with a list."""
    unreadable = []
    for source, parties in answers:
        for party in parties:
            if not party.readable:
                params: Params = {"name": party.party.name, "list": source.title}
                unreadable.append(Evidence("party_names.not_comparable", params, party.party.kind))
    return tuple(unreadable)


def _answers(source: ListAnswer) -> list[PartyAnswer]:
    """The parties this list's legal basis covers."""
    return [answer for answer in source.parties if answer.party.kind in source.subject_kinds]


def _evidence(source: ListAnswer, answer: PartyAnswer) -> list[Evidence]:
    pieces: list[Evidence] = []
    if answer.read_as:
        mended = {"name": answer.party.name, "read_as": answer.read_as}
        pieces.append(Evidence("party_names.read_as", mended, answer.party.kind))
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
        pieces.append(Evidence(_how_alike(answer, one), params, kind))
        if one.name != one.matched_name:
            pieces.append(Evidence("party_names.alias", {"listed": one.matched_name, "main": one.name}, kind))
        pieces += [_reason(one, position, kind) for position in range(len(one.evidence))]
    return pieces


def _how_alike(answer: PartyAnswer, candidate: Candidate) -> str:
    if answer.party.name.casefold().split() == candidate.matched_name.casefold().split():
        return "party_names.same_name"
    return "party_names.quiet" if candidate.needs_identifier else "party_names.resembles"


def _reason(candidate: Candidate, position: int, kind: PartyKind) -> Evidence:
    reason = candidate.evidence[position]
    return Evidence(f"match.{reason.code}", {"left": reason.left, "right": reason.right}, kind)


def _method(method: Method) -> Evidence:
    """By what numbers the weights were made, so that the record can be read without us."""
    bands = {}
    for schema, rows in sorted(method.bands.items()):
        counted = [f"{low:.1f}-{high:.1f}: {matches}/{pairs}" for low, high, pairs, matches in rows]
        bands[f"bands_{schema}"] = "; ".join(counted)
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
