"""One party against one list: no candidate, needs an identifier, or candidates with their reasons.

This is the whole interface of matching; what stands behind it can be replaced.
"""

from collections.abc import Sequence

from service.domain.application import Party, PartyKind
from service.domain.organisation import normal_form
from service.domain.watchlist import Candidate, ListEntry, MatchEvidence, Schema
from service.matching import normalise
from service.matching.common_names import COMMON
from service.matching.compare import Comparison, compare
from service.matching.index import Listed, NameIndex

THRESHOLD = 800
MOST_CANDIDATES = 10
MOST_VERSIONS = 8
PERSON_KINDS = frozenset({PartyKind.REPRESENTATIVE, PartyKind.SPEAKER})


class Finder:
    """Keeps the indexes of each list version it has been asked about."""

    def __init__(self) -> None:
        self._indexes: dict[str, dict[Schema, NameIndex]] = {}

    def knows(self, version: str) -> bool:
        """Whether this version's indexes have been built."""
        return version in self._indexes

    def search(self, version: str, list_key: str, entries: Sequence[ListEntry], party: Party) -> tuple[Candidate, ...]:
        """The entries that resemble the party, best first; `entries` are needed only while the version is not known."""
        if version not in self._indexes:
            if not entries:
                # No list is empty; answering from nothing would be a pass by a search that could not look.
                raise LookupError(f"no entries for list version {version}")
            built = {schema: NameIndex(entries, schema) for schema in Schema}
            while len(self._indexes) >= MOST_VERSIONS:
                self._indexes.pop(next(iter(self._indexes)))
            self._indexes[version] = built
        schema = Schema.PERSON if party.kind in PERSON_KINDS else Schema.ORGANISATION
        return find(self._indexes[version][schema], list_key, party, schema)


def find(index: NameIndex, list_key: str, party: Party, schema: Schema) -> tuple[Candidate, ...]:
    """Search one index for one party."""
    analyse = normalise.person if schema is Schema.PERSON else normalise.organisation
    name = analyse(party.name)
    best: dict[str, Candidate] = {}
    number = normal_form(party.number) if party.number else None
    for listed in index.by_number.get(number, ()) if number else ():
        same = MatchEvidence("org_number_same", number or "", number or "")
        best[listed.entry.entry_id] = _candidate(list_key, listed, 1000, (same,), needs_identifier=False)
    for listed in index.candidates(name):
        candidate = _judge(index, list_key, party, name, listed, schema)
        if candidate is None:
            continue
        before = best.get(candidate.entry_id)
        if before is None or candidate.score > before.score:
            best[candidate.entry_id] = candidate
    ordered = sorted(best.values(), key=lambda one: (-one.score, one.entry_id))
    return tuple(ordered[:MOST_CANDIDATES])


def _judge(
    index: NameIndex, list_key: str, party: Party, name: normalise.Name, listed: Listed, schema: Schema
) -> Candidate | None:
    comparison = compare(name, listed.name, index.weight)
    if comparison.score < THRESHOLD or not comparison.met:
        return None
    if schema is Schema.ORGANISATION:
        return _organisation(list_key, party, listed, comparison)
    return _person(list_key, party, name, listed, comparison)


def _organisation(list_key: str, party: Party, listed: Listed, comparison: Comparison) -> Candidate | None:
    evidence = comparison.evidence
    number = normal_form(party.number) if party.number else None
    if number and listed.entry.org_numbers and number not in listed.entry.org_numbers:
        other = MatchEvidence("org_number_differs", number, ", ".join(listed.entry.org_numbers))
        return _candidate(list_key, listed, comparison.score // 2, (other, *evidence), needs_identifier=True)
    if listed.weak:
        evidence += (MatchEvidence("weak_alias", "", listed.name.text),)
    # One short token, such as an acronym, is shared by too many names to say anything alone.
    thin = len(comparison.met) == 1 and len(comparison.met[0]) <= 4
    return _candidate(list_key, listed, comparison.score, evidence, needs_identifier=listed.weak or thin)


def _person(
    list_key: str, party: Party, name: normalise.Name, listed: Listed, comparison: Comparison
) -> Candidate | None:
    evidence, years = comparison.evidence, listed.entry.birth_years
    gap = _year_gap(party.birth_year, listed)
    if gap is not None and gap >= 5:
        return None  # at least five years apart: another person, whatever the name
    agrees = gap == 0
    common = all(normalise.fold_key(one) in COMMON for one in comparison.met)
    thin = len(comparison.met) < 2
    if party.birth_year is None:
        evidence += (MatchEvidence("birth_year_missing", "", ", ".join(map(str, years))),)
    elif not years:
        evidence += (MatchEvidence("birth_year_not_listed", str(party.birth_year), ""),)
    else:
        code = "birth_year_same" if agrees else "birth_year_near"
        evidence = (MatchEvidence(code, str(party.birth_year), ", ".join(map(str, years))), *evidence)
    if common:
        evidence += (MatchEvidence("common_name", name.text, listed.name.text),)
    if listed.weak:
        evidence += (MatchEvidence("weak_alias", "", listed.name.text),)
    if thin and not agrees and not comparison.whole:
        return None  # one name in common, while the listed person has more
    quiet = (common or thin or listed.weak) and not agrees
    return _candidate(list_key, listed, comparison.score, evidence, needs_identifier=quiet)


def _year_gap(year: int | None, listed: Listed) -> int | None:
    """Years between the two at best, 0 within the list's own tolerance; None where either is unknown."""
    if year is None or not listed.entry.birth_years:
        return None
    nearest = min(abs(year - one) for one in listed.entry.birth_years)
    return max(0, nearest - listed.entry.birth_span)


def _candidate(
    list_key: str, listed: Listed, score: int, evidence: tuple[MatchEvidence, ...], *, needs_identifier: bool
) -> Candidate:
    return Candidate(
        list_key=list_key,
        entry_id=listed.entry.entry_id,
        name=listed.entry.names[0].text,
        matched_name=listed.name.text,
        score=min(score, 1000),
        evidence=evidence,
        needs_identifier=needs_identifier,
    )
