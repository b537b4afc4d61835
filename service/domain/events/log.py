"""Events of the log itself: its keys, what is taken out of it, what is erased."""

from typing import Annotated

from service.domain.events.event import READERS, CaseEvent, EventData, event
from service.domain.events.fields import Code, Commitment, Digest, Part, PublicKey, Signature, Time, Uuid, Whole
from service.domain.people import Role

_ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})


@event("log:opened", service=True)
class LogOpened(EventData, frozen=True):
    """The log begins: its first entry."""

    origin: Annotated[Code, "the log's name"]
    vkey: Annotated[PublicKey, "the key it is signed with"]


@event("log:key-rotated", persons=_ADMINISTRATORS, service=True)
class LogKeyRotated(EventData, frozen=True):
    """The log is signed with a new key from here on."""

    old: Annotated[PublicKey, "the key before"]
    new: Annotated[PublicKey, "the key from now on"]
    signature: Annotated[Signature | None, "by which the old key vouches for the new one; none where it was lost"]


class SignedBefore(Part, frozen=True):
    """A checkpoint of the log that was signed before this entry."""

    size: Annotated[Whole, "of the log, as it was signed"]
    at: Annotated[Time, "when"]


class SentBefore(Part, frozen=True):
    """A checkpoint that came through on its way out, before this entry."""

    dispatch: Annotated[Uuid, "the sending"]
    size: Annotated[Whole, "of the checkpoint"]
    channel: Annotated[Code, "by which way"]
    at: Annotated[Time, "when"]


@event("log:heads", service=True)
class LogHeads(EventData, frozen=True):
    """Before the log is signed: how far the access log had come, and what was signed and sent since the last time.

    By it the access log cannot be emptied, nor a signature's day be changed, without the log contradicting it.
    """

    access: Annotated[Whole, "how many entries the access log had"]
    access_root: Annotated[Digest, "the root of its tree"]
    signed: Annotated[tuple[SignedBefore, ...], "the checkpoints since the last such entry"]
    sent: Annotated[tuple[SentBefore, ...], "those that came through since then"]


@event("sample:drawn", persons=frozenset({Role.AUDITOR}))
class SampleDrawn(EventData, frozen=True):
    """An auditor has drawn cases to look through, so that the draw can be made again."""

    size: Annotated[Whole, "how large the log was whose root the seed is"]
    seed: Annotated[Digest, "what the draw follows from"]
    of: Annotated[Whole, "how many there were to draw from"]
    cases: Annotated[tuple[Uuid, ...], "the cases that were drawn"]


@event("record:unmasked", persons=READERS)
class RecordUnmasked(CaseEvent, frozen=True):
    """Someone has opened the personal values of a decision record, for a purpose."""

    decision: Annotated[Uuid, "the decision whose record it is"]
    purpose: Annotated[Code, "for what"]
    note: Annotated[Commitment, "why, in words"]


@event("case:handed-out", persons=READERS)
class CaseHandedOut(CaseEvent, frozen=True):
    """A bundle of the case has been handed out (utlämnande)."""

    purpose: Annotated[Code, "for what"]
    masked: Annotated[tuple[Code, ...], "the kinds of value that were masked"]
    entries: Annotated[Digest, "of the hashes of all entries of the case before this one, in their order"]
    values: Annotated[Digest, "of all commitments in them, sorted"]
    withheld: Annotated[Digest, "of those whose values were masked, sorted"]


@event("subject-access:exported", persons=frozenset({Role.COORDINATOR}))
class SubjectAccessExported(EventData, frozen=True):
    """What is kept of a person has been gathered at their own request (GDPR, article 15)."""

    request: Annotated[Commitment, "the diary number of the request and the name it is about"]
    cases: Annotated[tuple[Uuid, ...], "the cases that name them"]


@event("access-log:erased", service=True)
class AccessLogErased(EventData, frozen=True):
    """Texts of the access log whose time was over are gone; their hashes stay."""

    count: Annotated[Whole, "how many"]
    up_to: Annotated[Whole, "all entries of the access log before this number"]


class ErasureOfCase(Part, frozen=True):
    """What of a case, or of the incidents that belong to none, is to be erased."""

    case: Annotated[Uuid | None, "the case; none for incidents"]
    classes: Annotated[tuple[Code, ...], "the retention classes"]
    digest: Annotated[Digest, "of the commitments whose values are to go"]
    values: Annotated[Whole, "how many they are"]


@event("erasure:proposed", persons=_ADMINISTRATORS)
class ErasureProposed(EventData, frozen=True):
    """An administrator has put forward what is to be erased; another carries it out."""

    proposal: Annotated[Uuid, "the proposal"]
    cases: Annotated[tuple[ErasureOfCase, ...], "of which cases, and what"]
    ground: Annotated[Code, "by which ground"]
    document: Annotated[Commitment, "the adopted decision on erasure (gallringsbeslut) that it rests on, in words"]


@event("erasure:settled", persons=_ADMINISTRATORS)
class ErasureSettled(EventData, frozen=True):
    """A proposal to erase has been carried out, or taken back."""

    proposal: Annotated[Uuid, "the proposal"]
    outcome: Annotated[Code, "carried out, or taken back"]


@event("value:erased", persons=_ADMINISTRATORS, service=True, material=True)
class ValueErased(EventData, frozen=True):
    """Kept values have been erased (gallring); what the log committed to them stays."""

    values: Annotated[tuple[Commitment, ...], "the commitments whose values are gone"]
    enclosures: Annotated[tuple[Uuid, ...], "the enclosures whose files are gone"]
    ground: Annotated[Code, "by which ground"]
    document: Annotated[Commitment | None, "the decision or rule that it rests on, in words"]
    classes: Annotated[tuple[Code, ...], "the retention classes of the values"]
    proposal: Annotated[Uuid | None, "the proposal that another person made; none where the service erased by itself"]
