"""What the log says of accounts and rights."""

from service.domain.events.event import SYSTEM_ACTOR, Entry
from service.domain.events.office import PasswordChanged, RightGranted, RightWithdrawn, UserCreated
from service.domain.ledger.ledger import Ledger

REF = "0" * 64
CREATED = UserCreated(user="alva", pseudonym="u-alva", value=REF, credential="1" * 64, temporary=False)
GRANTED = RightGranted(grant="g", user="alva", right="role:administrator", proposal=None)


def a_ledger(*happened: tuple[str, object]) -> Ledger:
    ledger = Ledger()
    for seq, (actor, data) in enumerate(happened):
        ledger.add(Entry(seq, 1000 * seq, actor, None, data))
    return ledger


def test_an_account_has_the_password_it_was_given_last() -> None:
    changed = PasswordChanged(user="alva", credential="2" * 64)

    user = a_ledger((SYSTEM_ACTOR.id, CREATED), ("u-alva", changed)).tables.user["alva"]

    assert (user.pseudonym, user.credential, user.password_at) == ("u-alva", "2" * 64, 1000)


def test_a_right_is_held_from_when_it_was_given_until_it_was_taken_back() -> None:
    ledger = a_ledger((SYSTEM_ACTOR.id, CREATED), (SYSTEM_ACTOR.id, GRANTED))
    assert ledger.tables.rights_of("u-alva") == {"role:administrator"}

    ledger.add(Entry(2, 5000, "u-alva", None, RightWithdrawn(grant="g", user="alva", right="role:administrator")))

    assert ledger.tables.rights_of("u-alva") == set()
    assert (ledger.tables.right["g"].since, ledger.tables.right["g"].until) == (1000, 5000)
