"""Whoever opens a case is written down, in a log of its own, before they see it."""

from service.audit.leaf import timestamp
from service.desk.ports.access_log import AccessRow
from service.desk.ports.desk import Desk
from service.domain.people import Role, ServiceKey, User

#: What can be done to a case by looking; the calendar with names shows many cases' hirers at once.
OPENED, ENCLOSURE, RECORD, BUNDLE, PUBLIC_COPY, HISTORY, REPLAYED, EXPORTED, CALENDAR, ASSOCIATION, LOG_EXPORTED = (
    "opened",
    "enclosure",
    "record",
    "bundle",
    "public-copy",
    "history",
    "replayed",
    "exported",
    "calendar",
    "association",
    "log-exported",
)


async def note(
    desk: Desk,
    who: User | ServiceKey | str,
    action: str,
    case_id: str | None,
    *,
    role: Role | None = None,
    step: str = "",
) -> None:
    """Write down that this person, in the role that lets them, or this system did this; or someone the log calls so.

    `step` is what was asked for where someone was refused it.
    """
    now = desk.outside.now()
    held = role or (min(who.roles, default=None) if isinstance(who, User) else None)
    await desk.access_log.note(
        actor=who if isinstance(who, str) else who.pseudonym,
        role=held.value if held else "none",
        action=action,
        case=case_id,
        at=timestamp(now),
        at_ms=now,
        step=step,
    )


async def page(desk: Desk, *, before: int | None, case_id: str | None, limit: int) -> tuple[list[AccessRow], int]:
    """Who looked at what, newest first, and how many entries there have been."""
    return await desk.access_log.page(before=before, case=case_id, limit=limit), await desk.access_log.size()
