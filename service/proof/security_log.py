"""What happens at the door and with the copies, in the access log: signed in, failed, slowed, refused, backed up.

Nothing of it says who someone was that the service does not know, nor from which address they came.
"""

from service.desk.ports.desk import Desk
from service.domain.people import SYSTEM, ServiceKey, User
from service.proof import access_log

SIGNED_IN, FAILED, SLOWED, REFUSED, BACKUP = "signed-in", "sign-in-failed", "sign-in-slowed", "refused", "backup"
HOUR_MS = 3_600_000
#: Who failed under an address that no account has.
UNKNOWN = "unknown"


class SecurityLog:
    """Writes down what happened, once per person, step and hour where whoever asks could otherwise fill the log."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str, str], int] = {}

    async def signed_in(self, desk: Desk, user: User) -> None:
        """Someone has signed in."""
        await access_log.note(desk, user, SIGNED_IN, None)

    async def failed(self, desk: Desk, user: User | None) -> None:
        """Someone gave a wrong password for this user, or an address that nobody has."""
        await self._once(desk, user, FAILED)

    async def slowed(self, desk: Desk, user: User | None) -> None:
        """Someone guessed so often that they have to wait."""
        await self._once(desk, user, SLOWED)

    async def refused(self, desk: Desk, who: User | ServiceKey, step: str, case_id: str | None) -> None:
        """Someone asked for a step without the right to it; `step` is a method and a route, never an address."""
        await self._once(desk, who, REFUSED, step=step, case_id=case_id)

    async def _once(
        self, desk: Desk, who: User | ServiceKey | None, action: str, *, step: str = "", case_id: str | None = None
    ) -> None:
        hour = desk.outside.now() // HOUR_MS
        told = (who.pseudonym if who else UNKNOWN, action, step)
        if self._told.get(told) == hour:
            return
        self._told = {one: at for one, at in self._told.items() if at == hour} | {told: hour}
        await access_log.note(desk, who or UNKNOWN, action, case_id, step=step)


async def note_backup(desk: Desk) -> None:
    """Write down that everything is being copied, so that the copy says so too."""
    await access_log.note(desk, SYSTEM, BACKUP, None)
