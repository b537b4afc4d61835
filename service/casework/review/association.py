"""Two associations are one, by a document: a changed number, a merger. Recorded by an officer, never concluded."""

from dataclasses import dataclass

from service.desk import form
from service.desk.diary import case_called
from service.desk.step import Scene, dossier_of
from service.desk.step_form import CaseNow, StepForm, unless
from service.desk.stops import stops_of
from service.domain import policy
from service.domain.case import Case
from service.domain.dossier.dossier import Done
from service.domain.errors import InvalidInput, NotAllowed, NotFound, Problem
from service.domain.events.support import AssociationJoined, AssociationSeparated
from service.domain.premises import Hirer

#: Why two are one.
KINDS = ("number_changed", "merged")


@dataclass(frozen=True)
class JoinAssociation(StepForm):
    """Record that the association of another case is the one of this case, by a document in it.

    From then on their cases have one dossier, and a stop of one is a stop of both.
    """

    name = "join-association"
    event = AssociationJoined

    other: str = form.text(most=40)
    kind: str = form.choice(KINDS)
    enclosure: str = form.code()
    text: str = form.text()

    async def work(self, scene: Scene) -> None:
        other = await self._other(scene)
        if other.organisation_id == scene.case.organisation_id:
            raise NotAllowed("association.same_already")
        moved = await scene.writing.case_ids_of(other.organisation_id)
        for case_id in moved:
            if (await dossier_of(scene.writing, case_id)).conflict(scene.by.pseudonym):
                raise NotAllowed("conflict.locked_out")
        enclosures = {stored.enclosure.id for stored in await scene.writing.enclosures(scene.case.id)}
        if self.enclosure not in enclosures:
            raise InvalidInput([Problem("/enclosure", "association.document_missing")])
        await scene.take_moved(
            AssociationJoined(
                kind=self.kind,
                into=scene.case.organisation_id,
                joined=other.organisation_id,
                cases=tuple(moved),
                enclosure=self.enclosure,
                text=scene.keep("resolution", self.text),
            )
        )

    async def _other(self, scene: Scene) -> Case:
        """The other case: this person may see it and has no conflict of interest in it; no private person's."""
        other = await case_called(scene.desk, scene.writing, self.other)
        if other is None or other.kind not in scene.by.case_kinds:
            raise InvalidInput([Problem("/other", "case.not_found")])
        policy.check_can_see(other, scene.by)
        for case in (scene.case, other):
            if (await scene.writing.details(case.id)).hirer == Hirer.PERSON:
                raise NotFound("association.none")
        return other


@dataclass(frozen=True)
class SeparateAssociation(StepForm):
    """It was not so: the cases that were joined are of the association that they were of before."""

    name = "separate-association"
    event = AssociationSeparated

    joined: str = form.code()
    text: str = form.text()

    @classmethod
    def hindrance(cls, case: CaseNow) -> str | None:
        return unless(case.dossier.joined, "association.none_joined")

    async def work(self, scene: Scene) -> None:
        joined = scene.dossier.joined
        chosen = joined.get(self.joined) or (next(iter(joined.values())) if len(joined) == 1 else None)
        if chosen is None:
            raise NotAllowed("association.none_joined")
        organisation = scene.case.organisation_id
        known = (await stops_of(scene.writing, [organisation])).get(organisation, [])
        if any(of_case.stop.standing or of_case.stop.waiting for of_case in known):
            raise NotAllowed("association.stopped_meanwhile")
        await scene.take_moved(
            AssociationSeparated(
                joined=chosen.data.joined,
                cases=await _theirs(scene, chosen),
                text=scene.keep("resolution", self.text),
            )
        )


async def _theirs(scene: Scene, joined: Done[AssociationJoined]) -> tuple[str, ...]:
    """The cases that were joined and are still of this association, and those that have come by their numbers since."""
    here = await scene.writing.case_ids_of(scene.case.organisation_id)
    files = await scene.writing.cases_by_id(here)
    moved = [case_id for case_id in joined.data.cases if case_id in files]
    numbers = {files[case_id].details.org_number for case_id in moved} - {None}
    later = [
        case_id
        for case_id, file in files.items()
        if file.case.registered_at >= joined.at and file.details.org_number in numbers and case_id not in moved
    ]
    return tuple(sorted([*moved, *later]))
