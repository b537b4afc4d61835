"""What concerns the association is asked again while it has support: of the lists and registers as they are now."""

from collections.abc import Iterable
from dataclasses import dataclass

from service.desk.candidates import candidates_in
from service.desk.ports.desk import Desk
from service.desk.ports.store import Writing
from service.domain.events.fields import RenewedAnswer
from service.domain.finding import NEEDS_NOBODY, Finding, Outcome, Trait
from service.domain.ruleset import RequiredCheck
from service.pipeline.runner import Clocks, Sources, run_checks
from service.screening.inputs import Inputs, sources_of
from service.screening.material import Material
from service.screening.run_checks import frozen, given_of, texts_of


@dataclass(frozen=True)
class AskedAgain:
    """What checks said of a case as it is now, and all that they were given; not saved yet."""

    material: Material
    inputs: Inputs
    findings: list[Finding]

    @property
    def outcome(self) -> Outcome:
        """The first answer that somebody has to look at, or else the first."""
        outcomes = [finding.result.outcome for finding in self.findings]
        return next((outcome for outcome in outcomes if outcome not in NEEDS_NOBODY), outcomes[0])

    def answers(self, desk: Desk, writing: Writing) -> tuple[RenewedAnswer, ...]:
        """The answers as the log has them, their texts kept where they can be erased."""
        case_id = self.material.case.id
        return tuple(_answer(desk, writing, case_id, finding) for finding in self.findings)

    def kept_inputs(self, writing: Writing) -> str:
        """What the checks were given, kept where it can be erased; its commitment."""
        return writing.keep("inputs", self.inputs.document(), case=self.material.case.id)


async def ask_again(
    desk: Desk, material: Material, required: Iterable[RequiredCheck], sources: Sources | None = None
) -> AskedAgain:
    """Ask these checks of a case as it is now; `sources` may have some of what they need at hand already."""
    inputs = Inputs(today=material.today)
    findings = await run_checks(
        list(required),
        kind=material.case.kind,
        given=given_of(material),
        sources=inputs.recorded({**sources_of(desk, material), **(sources or {})}),
        installed=desk.checks,
        clocks=Clocks(desk.outside.now, desk.outside.monotonic),
    )
    return AskedAgain(material, inputs, [frozen(desk, finding)[0] for finding in findings])


async def checks_with(desk: Desk, required: Iterable[RequiredCheck], trait: Trait) -> list[RequiredCheck]:
    """Those of the required checks that have this trait.

    One that cannot say what it is may have it: it is asked, and its silence is no pass.
    """
    wanted = []
    for check in required:
        try:
            description = await desk.checks.describe(check.check)
        except Exception:  # noqa: BLE001 - a plug-in may raise anything
            description = None
        if description is None or trait in description.traits:
            wanted.append(check)
    return wanted


def _answer(desk: Desk, writing: Writing, case_id: str, finding: Finding) -> RenewedAnswer:
    detail, speakers = texts_of(desk, finding.result)
    looked_at = candidates_in([*detail["evidence"], *speakers])
    return RenewedAnswer(
        check=finding.check,
        check_version=finding.check_version,
        outcome=finding.result.outcome.value,
        code=finding.result.code,
        lists=tuple(source.ref for source in finding.result.sources),
        detail=writing.keep("finding", detail, case=case_id),
        speakers=writing.keep("speaker-detail", speakers, case=case_id) if speakers else None,
        open_pairs=tuple(candidate.pair for candidate in looked_at if candidate.open),
    )
