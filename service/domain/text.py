"""When a text says something that someone can see."""

import unicodedata


def visible(text: str) -> bool:
    """Whether there is anything but spaces and signs without a shape."""
    return any(unicodedata.category(one)[0] not in "CZ" for one in text)
