"""A salted stand-in for a personal value: reveals nothing, binds for ever (audit-log, section 2)."""

import hashlib

from service.audit.canonical import canonical

SALT_BYTES = 32
_DOMAIN = b"granska/commit/v1\x00"


def commit(field: str, value: object, salt: bytes) -> str:
    """Hex SHA-256 over the domain, the canonical [field, value] and a fresh 256-bit salt."""
    if len(salt) != SALT_BYTES:
        raise ValueError("a commitment needs a salt of 32 bytes")
    return hashlib.sha256(_DOMAIN + canonical([field, value]).encode() + salt).hexdigest()
