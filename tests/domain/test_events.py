from typing import Annotated

import msgspec
import pytest

from service.audit.leaf import data_of, encode
from service.audit.merkle import leaf_hash
from service.audit.verify import LogCheck
from service.domain.events.bookings import BookingAsked, KeyAccessScreened
from service.domain.events.catalogue import CATALOGUE, Catalogue, as_json, commitments_in, may_cause
from service.domain.events.decision_record import CaseDecided
from service.domain.events.describe import all_events, meanings
from service.domain.events.event import COLLEAGUES, Actor, ActorKind, CaseEvent, Event, EventData, event
from service.domain.events.fields import Commitment, SentLetter, Whole
from service.domain.events.intake import CaseScreened, CaseTaken
from service.domain.events.log import ValueErased
from service.domain.events.review import CompletionAsked
from service.domain.events.support import ReassessmentProposed, StopEnded

ID = "00000000-0000-4000-8000-000000000001"
PERSON = Actor(ActorKind.PERSON, "u-abcdefghij")
CLASSES = sorted(CATALOGUE.versions.values(), key=lambda cls: (cls.declared.type, cls.declared.version))


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.declared.type)
def test_every_field_says_what_it_means_and_holds_no_dictionary(cls: type[EventData]) -> None:
    assert cls.__doc__
    for meaning in meanings(cls):
        assert meaning.means or meaning.name.rpartition(".")[2] in {"id", "sha256", "key", "version", "part", "value",
            "template", "language", "body", "text", "due"}, f"{cls.declared.type}: {meaning.name}"  # fmt: skip
        assert meaning.holds != "part" or any(below.name.startswith(f"{meaning.name}.") for below in meanings(cls))


@pytest.mark.parametrize(
    "data",
    [
        {"owner": ID}, {"owner": ID, "before": None, "name": "Anna"}, {"owner": "Anna", "before": None},
        {"owner": ID + "\n", "before": None}, {"owner": None, "before": None}, None, 1, [], "x", {"a": 1},
    ],
)  # fmt: skip
def test_a_field_too_many_too_few_or_of_another_kind_is_refused(data: object) -> None:
    assert CATALOGUE.read("case:taken", 1, {"owner": ID, "before": None}) == CaseTaken(owner=ID, before=None)

    with pytest.raises(msgspec.ValidationError):
        CATALOGUE.read("case:taken", 1, data)


def test_what_breaks_its_class_cannot_be_logged() -> None:
    with pytest.raises(ValueError, match="owner"):
        encode(Event(CaseTaken(owner="Anna", before=None), PERSON, 1, case=ID), 0)
    with pytest.raises(ValueError, match="case-missing"):
        encode(Event(CaseTaken(owner=ID, before=None), PERSON, 1), 0)
    with pytest.raises(ValueError, match="actor-not-allowed"):
        encode(Event(CaseTaken(owner=ID, before=None), Actor(ActorKind.SYSTEM, "system"), 1, case=ID), 0)


#: What the service does of itself in a case: it asks the checks, before a person takes it and before the key, and again
#: while support stands, when it puts what is new to a person; it writes down that the last day of a stop is over.
ASKED_BY_THE_SERVICE = {CaseScreened, KeyAccessScreened, ReassessmentProposed, StopEnded}


@pytest.mark.parametrize(
    "cls",
    [cls for cls in CLASSES if issubclass(cls, CaseEvent) and cls not in ASKED_BY_THE_SERVICE],
    ids=lambda cls: cls.__name__,
)
def test_no_step_of_a_case_after_screening_happens_without_a_person_or_the_e_service(cls: type[EventData]) -> None:
    assert may_cause(cls, ActorKind.PERSON) or may_cause(cls, ActorKind.KEY)
    assert not may_cause(cls, ActorKind.SYSTEM)


def test_a_decision_names_a_person() -> None:
    assert not may_cause(CaseDecided, ActorKind.KEY)
    assert CATALOGUE.fault_of("case:decided", 1, "system", "system", ID) == "actor-not-allowed"


@pytest.mark.parametrize("value", [None, 1, [], "x", {"a": 1}])
def test_hostile_values_become_a_fault_and_never_an_exception(value: object) -> None:
    assert CATALOGUE.fault_of("case:taken", 1, "person", PERSON.id, value) == "case-missing"
    assert CATALOGUE.fault_of(str(value), 1, "person", PERSON.id, ID) == "unknown-type"


@pytest.mark.parametrize("version", [0, 2, True, None, "1", 1.0, [], 2**70])
def test_a_version_that_there_is_not_is_a_fault(version: object) -> None:
    assert CATALOGUE.fault_of("case:taken", version, "person", PERSON.id, ID) == "unknown-version"


def test_finds_commitments_at_any_depth() -> None:
    a, b, c = ("a" * 64, "b" * 64, "c" * 64)
    letter = SentLetter("completion", "sv", body=b, sha256=c)
    asked = CompletionAsked(completion=ID, missing=("x",), text=a, due="2026-11-26", letter=letter)

    assert commitments_in(asked) == [a, b]
    assert commitments_in(asked, but="letter") == [a]
    erased = ValueErased(values=(a, c), enclosures=(), ground="x", document=None, classes=(), proposal=None)
    assert commitments_in(erased) == [a, c]
    assert commitments_in(BookingAsked(bookings=())) == []


def test_the_data_of_an_event_is_plain_json() -> None:
    assert as_json(CaseTaken(owner=ID, before=None)) == {"owner": ID, "before": None}


def test_no_code_that_once_meant_something_else_is_used_again() -> None:
    given_up = {
        "clearance:withdrawn", "standing:given", "standing:withdrawn", "access:screened", "access:given",
        "readings:forgotten", "subject:exported",
    }  # fmt: skip

    assert given_up & set(CATALOGUE.newest) == set()


def test_a_new_event_is_one_class(monkeypatch: pytest.MonkeyPatch) -> None:
    """Written, verified, committed to and described by what the class says, with nothing else in the house changed."""

    @event("note:pinned", persons=COLLEAGUES, material=True)
    class NotePinned(CaseEvent, frozen=True):
        """A note is to stand first."""

        position: Annotated[Whole, "which note, from 0"]
        reason: Annotated[Commitment | None, "why"]

    more = Catalogue([*CATALOGUE.versions.values(), NotePinned])
    monkeypatch.setattr(CATALOGUE, "versions", more.versions)
    monkeypatch.setattr(CATALOGUE, "newest", more.newest)
    committed: list[str] = []
    pinned = NotePinned(position=0, reason="a" * 64)
    leaf = encode(Event(pinned, PERSON, 1_790_000_000_000, case=ID), 0)

    check = LogCheck(on_commitment=lambda seq, commitment, case: committed.append(commitment))
    check.add([(0, leaf.encode(), leaf_hash(leaf.encode()).hex().encode())])

    assert check.done().ok
    assert committed == ["a" * 64]
    assert data_of(leaf) == pinned
    [described] = [one for one in all_events() if one.declared.type == "note:pinned"]
    assert [(field.name, field.means, field.holds, field.optional) for field in described.fields] == [
        ("position", "which note, from 0", "whole", False),
        ("reason", "why", "commitment", True),
    ]
    with pytest.raises(ValueError, match="actor-not-allowed"):
        encode(Event(pinned, Actor(ActorKind.KEY, "k-abcdefghij"), 1, case=ID), 0)
