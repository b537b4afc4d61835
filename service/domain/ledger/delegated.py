"""Whether a decision in the log was within what the rule sets of its day let its maker decide."""

from datetime import date

from service.domain.clock import local_day, midnight, months_before
from service.domain.decision import FAVOURABLE, DecisionOutcome
from service.domain.events.decision_record import CaseDecided
from service.domain.events.event import Entry
from service.domain.events.office import AdoptedAdverse, AdoptedClause, AdoptedPoint
from service.domain.ledger.course import Course
from service.domain.ledger.facts import CaseFact
from service.domain.ledger.tables import Adopted, Tables


class Delegated:
    """A decision beside the rule sets that the log says were adopted: its own, and that in force on its day."""

    def __init__(self, tables: Tables, case: CaseFact, course: Course, entry: Entry, data: CaseDecided) -> None:
        self._tables, self._case, self._course, self._entry, self._data = tables, case, course, entry, data
        self._day: date = local_day(entry.at)
        self._outcome = DecisionOutcome(data.outcome)
        self._criteria = tables.adopted.get(data.criteria_rules.id)
        self._procedure = tables.adopted.get(data.procedure_rules.id)

    def by_rules_in_force(self) -> bool:
        """Whether it names the rules the case is judged by, and the routine that was in force that day."""
        criteria, procedure = self._data.criteria_rules, self._data.procedure_rules
        if (criteria.id, criteria.sha256) != (self._case.rules, self._case.rules_sha256) or self._criteria is None:
            return False
        in_force = _in_force(self._tables, self._day)
        return in_force is not None and (procedure.id, procedure.sha256) == (in_force.id, in_force.sha256)

    def clauses_carry(self) -> bool:
        """Whether every clause it cites is one of its rules that can carry this."""
        cited, kind = self._cited(), self._case.kind
        known = bool(cited) and len(cited) == len(self._data.clauses)
        return known and all(kind in clause.kinds and self._outcome in clause.outcomes for clause in cited)

    def point_carries(self) -> bool:
        """Whether the delegation point reaches this kind, outcome and ground, and is told of as it was adopted."""
        point, people = self._point(), self._data.people
        if point is None or (people.ceiling_ore, people.board) != (point.ceiling_ore, point.board):
            return False
        reaches = self._case.kind in point.kinds and self._outcome in point.outcomes
        return reaches and all(clause.ground in point.grounds for clause in self._cited())

    def within_ceiling(self) -> bool:
        """Whether what is given, with what the association got under the same point before, is within its ceiling."""
        point, given = self._point(), self._data.amount_ore
        if point is None or point.ceiling_ore is None or given is None or self._outcome not in FAVOURABLE:
            return True
        return given + self._given_before(point) <= point.ceiling_ore

    @property
    def adverse(self) -> bool:
        """Whether it goes against the applicant."""
        rule = self._adverse_rule()
        in_part = self._outcome is DecisionOutcome.PARTIAL_APPROVAL
        return rule is not None or (in_part and (not self._for_the_frame() or self._below_the_share()))

    def heard(self) -> bool:
        """Whether the applicant has been told and has had their time, or an exception was made (FL 25)."""
        if self._course.excepted:
            return True
        rule, cited = self._adverse_rule(), set(self._data.clauses)
        if rule is not None and rule.completion_suffices and self._ordered_in_vain():
            return True
        for letter in self._course.communications.values():
            tells = letter.outcome == self._outcome and cited <= letter.names
            if tells and (letter.answered or self._day > letter.due):
                return True
        return False

    def _ordered_in_vain(self) -> bool:
        """Whether just what this rests on was asked for, and did not come in time."""
        relied = {self._tables.finding[id].code for id in self._data.based_on if id in self._tables.finding}
        orders = self._course.completions.values()
        return any(not order.answered and self._day > order.due and relied <= order.names for order in orders)

    def _cited(self) -> list[AdoptedClause]:
        known = self._criteria.clauses if self._criteria else {}
        return [known[name] for name in self._data.clauses if name in known]

    def _point(self) -> AdoptedPoint | None:
        return self._procedure.points.get(self._data.people.delegation_point) if self._procedure else None

    def _given_before(self, point: AdoptedPoint) -> int:
        if self._case.kind != "grant" or self._procedure is None:
            return 0
        since = midnight(months_before(self._day, self._procedure.ceiling_months))
        others = self._tables.granted_to(self._case.organisation, but=self._entry.case or "")
        return sum(one.amount_ore for one in others if one.point == point.id and one.at >= since)

    def _adverse_rule(self) -> AdoptedAdverse | None:
        """The strictest rule that applies; writing off follows the applicant's wish, or is as a dismissal."""
        outcome = self._outcome
        if outcome is DecisionOutcome.WRITE_OFF:
            if self._case.withdrawn or self._course.turn:
                return None
            outcome = DecisionOutcome.DISMISSAL
        grounds = {clause.ground for clause in self._cited()}
        rules = self._procedure.adverse if self._procedure else ()
        found = [rule for rule in rules if outcome in rule.outcomes and grounds & set(rule.grounds)]
        return min(found, key=lambda rule: rule.completion_suffices, default=None)

    def _for_the_frame(self) -> bool:
        cited = [clause for clause in self._cited() if self._case.kind in clause.kinds]
        cutting = [clause for clause in cited if DecisionOutcome.APPROVAL not in clause.outcomes]
        return any(clause.frame for clause in cited) and all(clause.frame for clause in cutting)

    def _below_the_share(self) -> bool:
        """Of money only: which of a case's times could still be had is not kept in the log."""
        if self._case.amount_ore is None or self._procedure is None:
            return False
        return (self._data.amount_ore or 0) * 100 < self._case.amount_ore * self._procedure.partial_share_percent


def _in_force(tables: Tables, day: date) -> Adopted | None:
    valid = [one for one in tables.adopted.values() if one.valid_from <= day]
    return max(valid, key=lambda one: one.valid_from, default=None)
