"""What an organisation number is, and what it is not."""

import re

from stdnum.luhn import is_valid as luhn_is_valid

_DIGITS = re.compile(r"[0-9]{10}")
_WRITTEN = re.compile(r"\s*(?:16)?([0-9]{6})[-\s]?([0-9]{4})\s*")


def normal_form(written: str) -> str | None:
    """The number as NNNNNN-NNNN, or None where it does not have that form; `16` may stand before it."""
    match = _WRITTEN.fullmatch(written)
    return f"{match[1]}-{match[2]}" if match else None


def is_organisation_number(written: str) -> bool:
    """Whether this has the form, the check digit and the third digit of an organisation number.

    The third digit is at least 2, which tells it from a personal number (lag 1974:174); the check digit is Luhn's.
    """
    number = normal_form(written)
    return number is not None and number[2] >= "2" and luhn_is_valid(number.replace("-", ""))


def looks_personal(text: str) -> bool:
    """Whether this could hold a personal or coordination number: a date of birth and four more digits.

    Used to refuse such text where it does not belong, so it prefers to be wrong on the side of caution.
    """
    number = normal_form(text)
    if number is not None:
        return number[2] < "2"
    for run in re.findall(r"(?<!\d)(?:(?:16|18|19|20)\d{6}|\d{6})[-+\s]?\d{4}(?!\d)", text):
        digits = re.sub(r"\D", "", run)[-10:]
        month, day = int(digits[2:4]), int(digits[4:6])
        if 1 <= month <= 12 and (1 <= day <= 31 or 61 <= day <= 91):
            return True
    return False


#: What stands where a number that may be somebody's own would have stood.
MASKED_NUMBER = "••••••-••••"


def shown_number(text: str) -> str:
    """A number as pages and lists show it: one that may be a personal number is masked."""
    return MASKED_NUMBER if looks_personal(text) else text
