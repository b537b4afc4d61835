"""The names of a case are looked for on the lists, in indexes that are what they were built as."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from service.audit.canonical import canonical
from service.desk.ports.desk import Desk
from service.domain import policy
from service.domain.application import Party
from service.domain.case import Case
from service.domain.check import ListAnswer, PartyAnswer
from service.domain.errors import NotFound
from service.domain.people import User
from service.domain.watchlist import Candidate, ListDefinition, Method
from service.pipeline.isolated import call_thread
from service.screening.list_indexes import ensure_index
from service.screening.material import material_of


def list_answer(
    definition: ListDefinition,
    parties: tuple[PartyAnswer, ...],
    *,
    version: str,
    sha256: str,
    age_days: int,
    method: Method,
) -> ListAnswer:
    """What a list's version says, with what the rule set says of the list."""
    return ListAnswer(
        key=definition.key,
        title=definition.title,
        version=version,
        sha256=sha256,
        age_days=age_days,
        max_age_days=definition.max_age_days,
        subject_kinds=definition.subject_kinds,
        parties=parties,
        method=method,
    )


async def compare_names(
    desk: Desk, case_id: str, *, by: User
) -> tuple[Case, list[tuple[ListDefinition, tuple[PartyAnswer, ...]]]]:
    """Everyone named in an undecided case against every active list; speakers only where the rules cite a basis."""
    async with desk.store.reading() as reading:
        material = await material_of(desk, reading, case_id)
    case = material.case
    policy.check_can_see(case, by)
    if case.closed:
        raise NotFound("case.not_found")
    parties = material.application.parties(material.compared_speakers)
    return case, [
        (one, await search_list(desk, case.organisation_id, one, material.lists[one.key].version, parties))
        for one in material.procedure.lists.values()
        if one.key in material.lists
    ]


async def search_list(
    desk: Desk,
    organisation: str,
    definition: ListDefinition,
    version: str,
    parties: Sequence[Party],
    *,
    quiet: Collection[Party] = (),
) -> tuple[PartyAnswer, ...]:
    """What a list's version says of everyone its legal basis covers, with what a person has held apart before.

    `quiet` are those of whom this very version has been asked just now, and has said nothing.
    """
    model = desk.finder.method().model
    loud = [party for party in parties if party not in quiet]
    found = await find_parties(desk, organisation, definition, version, loud, model=model)
    if quiet:
        covered = [party for party in parties if party.kind.value in definition.subject_kinds]
        by_party = {answer.party: answer for answer in found}
        found = tuple(by_party.get(party, PartyAnswer(party, ())) for party in covered)
    async with desk.store.reading() as reading:
        held_apart = await reading.distinctions([one.pair for answer in found for one in answer.candidates])
    return with_held_apart(found, frozenset(held_apart))


async def find_parties(
    desk: Desk, organisation: str, definition: ListDefinition, version: str, parties: Sequence[Party], *, model: str
) -> tuple[PartyAnswer, ...]:
    """What a list's version says of everyone its legal basis covers, whatever anyone has said of it since."""
    await ensure_index(desk, version)
    return await call_thread(lambda: find_here(desk, organisation, definition, version, parties, model=model))


def find_here(
    desk: Desk, organisation: str, definition: ListDefinition, version: str, parties: Sequence[Party], *, model: str
) -> tuple[PartyAnswer, ...]:
    """The same where the caller stands; the index is there."""
    answers = []
    for party in parties:
        if party.kind.value in definition.subject_kinds:
            candidates = desk.finder.search(version, definition.key, party, name=model)
            paired = tuple(replace(found, pair=_pair(desk, organisation, party, found)) for found in candidates)
            finder = desk.finder
            answers.append(PartyAnswer(party, paired, readable=finder.readable(party), read_as=finder.read_as(party)))
    return tuple(answers)


def with_held_apart(answers: Sequence[PartyAnswer], held_apart: frozenset[str]) -> tuple[PartyAnswer, ...]:
    """The answers with the pairs marked that a person has held apart."""
    marked = []
    for answer in answers:
        candidates = [replace(found, held_apart=found.pair in held_apart) for found in answer.candidates]
        marked.append(replace(answer, candidates=tuple(candidates)))
    return tuple(marked)


def _pair(desk: Desk, organisation: str, party: Party, candidate: Candidate) -> str:
    """This party of this applicant and this entry, both as they are now, as a hash that only this service can make."""
    return desk.keyed(
        canonical(
            {
                "organisation": organisation,
                "kind": party.kind.value,
                "name": party.name,
                "number": party.number,
                "born": party.birth_year,
                "list": candidate.list_key,
                "entry": candidate.entry_id,
                "entry_digest": candidate.entry_digest,
            }
        )
    )
