"""What the review of a case leaves behind, event by event."""

from service.domain.dossier.folding import fold
from service.domain.events import review as events
from service.domain.events.event import Entry
from service.domain.events.fields import SentLetter

OFFICER, OTHER = "u-alva", "u-bo"
LETTER = SentLetter("completion", "sv", "", "")
REF = "0" * 64


def folded(*happened: tuple[str, object]):
    return fold([Entry(seq, 1000 * seq, actor, "case", data) for seq, (actor, data) in enumerate(happened)])


def test_who_has_declared_what_the_newest_counts() -> None:
    no = events.ConflictDeclared(conflict=False, hint=False, text=None, released=False)
    yes = events.ConflictDeclared(conflict=True, hint=False, text=None, released=True)

    dossier = folded((OFFICER, no), (OTHER, no), (OTHER, yes))

    assert (dossier.conflict(OFFICER), dossier.conflict(OTHER), dossier.conflict("u-x")) == (False, True, None)


def test_a_completion_is_over_when_it_is_answered_or_its_reminded_day_has_gone() -> None:
    asked = events.CompletionAsked(completion="c", missing=(), text=REF, due="2026-11-20", letter=LETTER)
    reminded = events.CompletionReminded(completion="c", due="2026-11-27", letter=LETTER)
    answered = events.CompletionAnswered(completion="c", answer=REF, received="2026-11-22")

    [waiting] = folded((OFFICER, asked), (OFFICER, reminded)).completions
    assert (waiting.due, waiting.answered_on) == ("2026-11-27", None)
    assert not waiting.over("2026-11-27")
    assert waiting.over("2026-11-28")

    [done] = folded((OFFICER, asked), (OFFICER, answered)).completions
    assert (done.answered_on, done.answer) == ("2026-11-22", REF)
    assert done.over("2026-11-22")


def test_an_act_is_found_by_one_and_verified_by_another() -> None:
    act = events.FoundAct(act="a", value=REF, grade="court", link_only=False)
    search = events.SearchRecorded(
        search="s", template="open", searched_on="2026-11-20", searched=REF, found_acts=(act,)
    )

    dossier = folded((OFFICER, search), (OTHER, events.ActVerified(act="a")))

    assert (dossier.acts["a"].by, dossier.acts["a"].verified_by) == (OFFICER, OTHER)
    assert len(dossier.searches) == 1


def test_the_newest_assessment_of_a_criterion_stands() -> None:
    first = events.AssessmentWritten(criterion="purpose", result="met", text=REF)
    second = events.AssessmentWritten(criterion="purpose", result="not_met", text=REF)

    assert folded((OFFICER, first), (OFFICER, second)).assessed["purpose"].result == "not_met"


def test_the_clock_stands_still_until_it_is_started() -> None:
    pause = events.CasePaused(ground="court", note=None, until=None)
    resume = events.CaseResumed(days=3, due="2026-12-01")

    assert folded((OFFICER, pause)).paused is not None
    assert folded((OFFICER, pause), (OFFICER, resume)).paused is None


def test_an_answer_from_another_authority_says_only_its_class() -> None:
    asked = events.ConsultationAsked(consultation="q", consultee="police", circumstances=REF, due="2026-12-01")
    answered = events.ConsultationAnswered(
        consultation="q",
        answer_class="opinion",
        answered_on="2026-11-22",
        enclosure=None,
        disclosed=True,
        provision=None,
    )

    [consultation] = folded((OFFICER, asked), (OFFICER, answered)).consultations

    assert (consultation.answer, consultation.answered_on, consultation.disclosed) == ("opinion", "2026-11-22", True)


def test_what_is_material_moves_the_mark_that_a_second_reader_has_to_be_after() -> None:
    note = events.NoteWritten(note=REF)
    written = events.AssessmentWritten(criterion="purpose", result="met", text=REF)

    assert folded((OFFICER, note), (OFFICER, note)).last_material == folded().last_material
    assert folded((OFFICER, note), (OFFICER, written)).last_material == 1
