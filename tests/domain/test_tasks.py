"""What is left to do in a case, by example."""

from dataclasses import replace

from service.domain.basis import Basis
from service.domain.case import State
from service.domain.dossier.dossier import Asked, Done, Dossier, RecordedAct
from service.domain.events.fields import SentLetter
from service.domain.events.review import ApplicationWithdrawn, CompletionAsked
from service.domain.finding import Outcome, Resolution
from service.domain.tasks import Task, tasks
from tests.builders import a_case, a_finding, a_rule_set, all_met, an_officer

RULES = a_rule_set()
LETTER = SentLetter("completion", "sv", "", "")


def a_basis(dossier: Dossier | None = None, findings=None, **case: object) -> Basis:
    found = all_met(RULES) if findings is None else findings
    return Basis(a_case(**case), dossier or Dossier(), found, RULES, RULES, "2026-11-22")


def by_code(basis: Basis, *, waiting: bool = False) -> dict[str, Task]:
    return {task.code: task for task in tasks(basis, waiting=waiting)}


def test_a_clean_case_that_nobody_has_taken_has_two_things_left() -> None:
    left = [task.code for task in tasks(a_basis(owner=None), waiting=False) if not task.done]

    assert left == ["task.take", "task.search", "task.decide"]


def test_nothing_is_checked_while_the_checks_wait() -> None:
    assert not by_code(a_basis(), waiting=True)["task.checks"].done
    assert by_code(a_basis())["task.checks"].done
    assert not by_code(a_basis(findings=[]))["task.checks"].done


def test_what_a_check_leaves_is_counted_and_what_can_be_completed_is_asked_for() -> None:
    findings = [a_finding("completeness", Outcome.NOT_MET), a_finding("declaration", Outcome.UNKNOWN)]
    curable = [replace(findings[0], finding=replace(findings[0].finding, traits=frozenset({"curable"}))), findings[1]]

    left = by_code(a_basis(findings=curable))

    assert left["task.findings"].params == {"count": 2}
    assert not left["task.completion"].done
    assert "task.search" in left, "what does not hold is looked into"


def test_a_completion_that_was_asked_for_takes_the_place_of_asking() -> None:
    asked = CompletionAsked(completion="c", missing=(), text="", due="2026-11-30", letter=LETTER)
    dossier = Dossier(completions=[Asked("c", 0, an_officer().pseudonym, "2026-11-30", 1, asked)])

    waiting = by_code(a_basis(dossier, [a_finding("completeness", Outcome.NOT_MET)]))["task.completion_open"]

    assert (waiting.done, waiting.due, waiting.step) == (False, "2026-11-30", "reminder")
    assert not waiting.overdue("2026-11-30")
    assert waiting.overdue("2026-12-01")


def test_a_withdrawn_application_is_only_to_be_written_off() -> None:
    withdrawn = Done(ApplicationWithdrawn(received="2026-11-20", text=""), an_officer().pseudonym, 0, 2)

    assert [task.code for task in tasks(a_basis(Dossier(withdrawn=withdrawn)), waiting=False)][-1] == "task.write_off"


def test_an_act_that_nobody_else_has_read_is_left() -> None:
    acts = {
        "a": RecordedAct("a", "0" * 64, "decision", False, "u-a", 1, verified_by="u-b"),
        "b": RecordedAct("b", "0" * 64, "decision", False, "u-a", 1),
    }

    verify = by_code(a_basis(Dossier(acts=acts)))["task.verify"]

    assert (verify.done, verify.params) == (False, {"count": 1})


def test_an_obstacle_calls_for_open_sources_and_the_criteria() -> None:
    obstacle = [a_finding("declaration", Outcome.NOT_MET, Resolution.OBSTACLE)]

    left = by_code(a_basis(findings=obstacle))

    assert not left["task.search"].optional, "every grant has it, or a reason why not"
    assert left["task.assess"].params == {"done": 0, "count": len(RULES.routine.criteria_of(a_case().kind))}


def test_a_decided_case_without_a_decision_has_nothing_of_it_left() -> None:
    assert tasks(a_basis(state=State.DECIDED), waiting=False) == []
