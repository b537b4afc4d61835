"""A diary number (diarienummer) as people write it, and the case that it names."""

import re
import unicodedata

from service.desk.fields import HYPHENS
from service.desk.ports.desk import Desk
from service.desk.ports.store import Reading
from service.domain.case import Case

#: HV 2026/12, hv2026-12, 2026/12, HV-2026-12.
_OUR_OWN = re.compile(r"([A-ZÅÄÖ]{1,8})?[\s.:-]*(\d{4})\s*[/:-]\s*0*(\d{1,8})")
_MOST_SIGNS = 40


def diary_numbers(text: str, prefix: str) -> list[str]:
    """The diary numbers that may be meant: as typed, with the signs as they are printed, and of our own series."""
    written = " ".join(unicodedata.normalize("NFC", text).translate(HYPHENS).upper().split())
    if len(written) > _MOST_SIGNS or "\x00" in written or not any(sign.isdigit() for sign in written):
        return []
    meant = [text.strip(), written]
    found = _OUR_OWN.fullmatch(written)
    if found:
        meant.append(f"{found[1] or prefix} {found[2]}/{found[3]}")
    return list(dict.fromkeys(meant))


async def case_called(desk: Desk, reading: Reading, text: str) -> Case | None:
    """The case with this diary number, however it is written; None where there is none."""
    for number in diary_numbers(text, desk.diary_prefix):
        case = await reading.case_by_diary_number(number)
        if case is not None:
            return case
    return None
