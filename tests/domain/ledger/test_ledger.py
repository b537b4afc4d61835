"""The log folded into facts: what does not follow is named."""

import pytest

from service.domain.events.event import SYSTEM_ACTOR, Entry
from service.domain.events.office import RightGranted, RightWithdrawn, UserCreated
from service.domain.events.review import NoteWritten
from service.domain.ledger.ledger import Ledger

CREATED = UserCreated(user="alva", pseudonym="u-alva", value="0" * 64, credential="1" * 64, temporary=False)


def test_a_person_without_the_right_causes_nothing() -> None:
    ledger = Ledger()
    ledger.add(Entry(0, 0, SYSTEM_ACTOR.id, None, CREATED))

    with pytest.raises(ValueError, match="without the right"):
        ledger.add(
            Entry(1, 0, "u-alva", None, RightGranted(grant="g", user="alva", right="role:administrator", proposal=None))
        )


def test_what_ends_has_to_have_begun() -> None:
    with pytest.raises(KeyError):
        Ledger().add(Entry(0, 0, SYSTEM_ACTOR.id, None, RightWithdrawn(grant="g", user="alva", right="role:auditor")))


def test_a_step_belongs_to_a_case_that_there_is() -> None:
    with pytest.raises(KeyError):
        Ledger().add(Entry(0, 0, SYSTEM_ACTOR.id, "no-such-case", NoteWritten(note="0" * 64)))


def test_facts_are_kept_by_table_and_id() -> None:
    ledger = Ledger()
    ledger.add(Entry(0, 0, SYSTEM_ACTOR.id, None, CREATED))

    assert [key[1] for key in ledger.facts()] == ["alva"]
    assert ledger.taken() == ({}, [])
