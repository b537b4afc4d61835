"""What the review of a case leaves behind."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from service.domain.dossier.dossier import Asked, Assessed, Consulted, Data, Done, Dossier, RecordedAct
from service.domain.events.event import Entry
from service.domain.events.folds import Folds
from service.domain.events.intake import CaseScreened, EnclosureAdded, FindingResolved
from service.domain.events.review import (
    ActVerified,
    ApplicationWithdrawn,
    AssessmentWritten,
    CasePaused,
    CaseResumed,
    CommunicationAnswered,
    CommunicationExcepted,
    CommunicationSent,
    CompletionAnswered,
    CompletionAsked,
    CompletionReminded,
    ConflictDeclared,
    ConsultationAnswered,
    ConsultationAsked,
    FindingConfirmed,
    NoteWritten,
    SearchRecorded,
)

FOLDS = Folds[Dossier]()


def done(data: Data, entry: Entry) -> Done[Data]:
    """What was done, with who, when and where in the log."""
    return Done(data, entry.actor, entry.at, entry.seq)


def _answer(asked: Iterable[Asked[Any]], id: str, entry: Entry, *, answer: str, on: date) -> None:
    for request in asked:
        if request.id == id:
            request.answer, request.answered_on, request.answered_seq = answer, on, entry.seq


@FOLDS.of(CaseScreened)
def case_screened(dossier: Dossier, data: CaseScreened, _: Entry) -> None:
    """Which findings carry on the very answer of an earlier one."""
    for answer in data.findings:
        if answer.carried_from:
            dossier.carried[answer.id] = answer.carried_from


@FOLDS.of(EnclosureAdded)
def enclosure_added(dossier: Dossier, data: EnclosureAdded, entry: Entry) -> None:
    """A document, of which sort and by whom."""
    dossier.enclosures[data.enclosure] = (data.kind, entry.actor)


@FOLDS.of(ConflictDeclared)
def conflict_declared(dossier: Dossier, data: ConflictDeclared, entry: Entry) -> None:
    """Who has declared what."""
    dossier.declared[entry.actor] = (data.conflict, entry.seq)


@FOLDS.of(CompletionAsked)
def completion_asked(dossier: Dossier, data: CompletionAsked, entry: Entry) -> None:
    """What was asked for."""
    dossier.completions.append(Asked(data.completion, entry.at, entry.actor, data.due, entry.seq, data))


@FOLDS.of(CompletionReminded)
def completion_reminded(dossier: Dossier, data: CompletionReminded, _: Entry) -> None:
    """The new last day."""
    for asked in dossier.completions:
        if asked.id == data.completion:
            asked.reminded, asked.due = asked.reminded + 1, data.due


@FOLDS.of(CompletionAnswered)
def completion_answered(dossier: Dossier, data: CompletionAnswered, entry: Entry) -> None:
    """The answer."""
    _answer(dossier.completions, data.completion, entry, answer=data.answer, on=data.received)


@FOLDS.of(SearchRecorded)
def search_recorded(dossier: Dossier, data: SearchRecorded, entry: Entry) -> None:
    """A search, and the acts it found."""
    dossier.searches.append(done(data, entry))
    for act in data.found_acts:
        dossier.acts[act.act] = RecordedAct(act.act, act.value, act.grade, act.link_only, entry.actor, entry.seq)


@FOLDS.of(ActVerified)
def act_verified(dossier: Dossier, data: ActVerified, entry: Entry) -> None:
    """Who has verified an act."""
    dossier.acts[data.act].verified_by = entry.actor


@FOLDS.of(FindingResolved)
def finding_resolved(dossier: Dossier, data: FindingResolved, entry: Entry) -> None:
    """Who has settled a finding; whoever had confirmed the answer before has not confirmed this one."""
    dossier.resolved_by[data.finding] = entry.actor
    dossier.confirmed.pop(data.finding, None)


@FOLDS.of(FindingConfirmed)
def finding_confirmed(dossier: Dossier, data: FindingConfirmed, entry: Entry) -> None:
    """Who has confirmed it, or not."""
    dossier.confirmed[data.finding] = (entry.actor, data.agrees)


@FOLDS.of(ConsultationAsked)
def consultation_asked(dossier: Dossier, data: ConsultationAsked, entry: Entry) -> None:
    """Who was asked."""
    dossier.consultations.append(Consulted(data.consultation, entry.at, entry.actor, data.due, entry.seq, data))


@FOLDS.of(ConsultationAnswered)
def consultation_answered(dossier: Dossier, data: ConsultationAnswered, entry: Entry) -> None:
    """What sort of answer came, and whether the applicant may see it."""
    _answer(dossier.consultations, data.consultation, entry, answer=data.answer_class, on=data.answered_on)
    for asked in dossier.consultations:
        if asked.id == data.consultation:
            asked.disclosed, asked.enclosure = data.disclosed, data.enclosure


@FOLDS.of(AssessmentWritten)
def assessment_written(dossier: Dossier, data: AssessmentWritten, entry: Entry) -> None:
    """A criterion, as it was assessed last."""
    dossier.assessed[data.criterion] = Assessed(
        data.criterion, data.result, data.text, entry.actor, entry.at, entry.seq
    )


@FOLDS.of(CommunicationSent)
def communication_sent(dossier: Dossier, data: CommunicationSent, entry: Entry) -> None:
    """What the applicant was told."""
    dossier.communications.append(Asked(data.communication, entry.at, entry.actor, data.due, entry.seq, data))


@FOLDS.of(CommunicationAnswered)
def communication_answered(dossier: Dossier, data: CommunicationAnswered, entry: Entry) -> None:
    """The answer."""
    _answer(dossier.communications, data.communication, entry, answer=data.answer, on=data.received)


@FOLDS.of(CommunicationExcepted)
def communication_excepted(dossier: Dossier, data: CommunicationExcepted, entry: Entry) -> None:
    """The exception."""
    dossier.exception = done(data, entry)


@FOLDS.of(ApplicationWithdrawn)
def application_withdrawn(dossier: Dossier, data: ApplicationWithdrawn, entry: Entry) -> None:
    """The withdrawal."""
    dossier.withdrawn = done(data, entry)


@FOLDS.of(CasePaused)
def case_paused(dossier: Dossier, data: CasePaused, entry: Entry) -> None:
    """The pause."""
    dossier.paused = done(data, entry)


@FOLDS.of(CaseResumed)
def case_resumed(dossier: Dossier, _: CaseResumed, __: Entry) -> None:
    """No pause."""
    dossier.paused = None


@FOLDS.of(NoteWritten)
def note_written(dossier: Dossier, data: NoteWritten, entry: Entry) -> None:
    """A note."""
    dossier.notes.append(done(data, entry))
