"""What a field of an event may hold; anything else is refused, when it is written and when it is verified.

A pattern is for the whole text. Personal values and free text appear as commitments only, and nowhere in clear.
"""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from service.domain import clock

#: Marks the fields that hold commitments: a SHA-256 over field, value and salt, of which the value can be erased.
IS_COMMITMENT = {"commitment": True}

Uuid = Annotated[str, Meta(pattern=r"\A[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")]
#: An id of a rule, a list, a room; a word of ours; a version.
Code = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9_.:/+-]{0,99}\Z")]
#: SHA-256, in hexadecimal.
Digest = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
Commitment = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z", extra=IS_COMMITMENT)]
#: A day in Stockholm; ISO 8601 in the log.
Day = date
#: An instant, UTC, to the millisecond.
Time = Annotated[str, Meta(pattern=r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z\Z")]
DiaryNumber = Annotated[str, Meta(pattern=r"\A[^\x00-\x1f]{1,40}\Z")]
#: What the log calls a person, a key or the service itself.
Pseudonym = Annotated[str, Meta(pattern=r"\A(?:(u|k)-[a-z2-7]{10}|system)\Z")]
#: A public key as the C2SP signed-note format writes it.
PublicKey = Annotated[str, Meta(pattern=r"\A[^\s+]{1,100}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}\Z")]
#: An Ed25519 signature, base64.
Signature = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9+/]{86}==\Z")]
#: A whole number that every JSON reader keeps exactly (RFC 8785).
Whole = Annotated[int, Meta(gt=-(2**53), lt=2**53)]
#: UTC epoch seconds.
Second = Annotated[clock.Second, Meta(gt=-(2**53), lt=2**53)]
#: Money, in öre.
Ore = Whole


class Part(Struct, frozen=True, forbid_unknown_fields=True):
    """Something that an event says in several fields."""


class RuleSetRef(Part, frozen=True):
    """A rule set, by its id and the digest of its text."""

    id: Code
    sha256: Digest


class ListRef(Part, frozen=True):
    """A version of a watch list (bevakningslista) as it was asked."""

    key: Code
    version: Code
    sha256: Digest


class ApplicationPart(Part, frozen=True):
    """A separately kept part of an application document."""

    part: Code
    value: Commitment


class SameAsListed(Part, frozen=True):
    """A party of the case that is the listed one, and by what beside the name."""

    pair: Annotated[Digest, "the pair of party and list entry"]
    identifier: Annotated[Code, "what beside the name shows it"]


class SentLetter(Part, frozen=True):
    """A letter as it went: by which template, in which language, its text, and the digest of its PDF."""

    template: Code
    language: Code
    body: Commitment
    sha256: Digest


class Condition(Part, frozen=True):
    """A condition (villkor): of the routine (its id) or of this decision (null), its text, and by when it is met."""

    id: Code | None
    text: Commitment
    due: Day | None


class RenewedAnswer(Part, frozen=True):
    """What a check said when it was asked again after the decision."""

    check: Annotated[Code, "the check"]
    check_version: Annotated[Code, "in which version"]
    outcome: Annotated[Code, "what it said"]
    code: Annotated[Code, "its word for it"]
    lists: Annotated[tuple[ListRef, ...], "the lists it was asked of"]
    detail: Annotated[Commitment, "the sentences"]
    speakers: Annotated[Commitment | None, "what of them is about speakers"]
    open_pairs: Annotated[tuple[Digest, ...], "the pairs of name and list entry that a person has to look at"]
