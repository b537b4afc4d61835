"""What was asked for, and by whom: a grant or the use of a room."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from service.domain.premises import WEEKDAYS, Hirer, minutes


class Kind(StrEnum):
    """The two kinds of application."""

    GRANT = "grant"
    PREMISES = "premises"


class PartyKind(StrEnum):
    """In which capacity someone is named; each list's legal basis says which of these it covers."""

    ORGANISATION = "organisation"
    REPRESENTATIVE = "representative"
    CO_ORGANISER = "co_organiser"
    SPEAKER = "speaker"
    PRIVATE_HIRER = "private_hirer"


@dataclass(frozen=True)
class Organisation:
    """The applicant; `number` is as written, since a wrong one is received too, and None where there is none."""

    name: str
    number: str | None


@dataclass(frozen=True)
class Representative:
    """Someone who acts for the association; birth year only where it is needed to tell people apart."""

    name: str
    role: str
    birth_year: int | None = None


@dataclass(frozen=True)
class Contact:
    """Who the City answers."""

    name: str
    email: str = ""
    phone: str = ""
    address: tuple[str, ...] = ()


@dataclass(frozen=True)
class Declaration:
    """The applicant's statement on its own conduct (intygande); never a creed (RF 2:2)."""

    text_version: str
    statements: Mapping[str, bool]
    signatory: str
    role: str
    date: date
    method: str
    reference: str = ""


@dataclass(frozen=True)
class Grant:
    """A grant applied for; the amount is whole öre."""

    type: str
    amount_ore: int
    purpose: str
    period_from: date
    period_to: date


@dataclass(frozen=True)
class CoOrganiser:
    """Another association that arranges the event (medarrangör)."""

    name: str
    number: str | None


@dataclass(frozen=True)
class Series:
    """A recurring time: a rule by RFC 5545, and whether school holidays (lov) are left out."""

    rule: str
    leave_out_free_days: bool


@dataclass(frozen=True)
class Wish:
    """A weekly time wished for in a season; `rooms` the most wanted first, `weekday` 0 is Monday, minutes are local."""

    weekday: int
    start: int
    end: int
    rooms: tuple[str, ...]


@dataclass(frozen=True)
class SeasonRequest:
    """Weekly times asked for a term: for which group, and the wishes, the most wanted first."""

    season: str
    group: str
    wishes: tuple[Wish, ...]


@dataclass(frozen=True)
class Premises:
    """A room asked for; date and times are local (Europe/Stockholm), `use` is one of the rule set's purposes."""

    type: str
    room: str
    date: date
    time_from: str
    time_to: str
    purpose: str
    organiser: str
    co_organisers: tuple[CoOrganiser, ...]
    open_to_public: bool | None
    expected_number: int | None
    hirer: Hirer = Hirer.ASSOCIATION
    use: str | None = None
    series: Series | None = None
    hold: str | None = None
    season: SeasonRequest | None = None


@dataclass(frozen=True)
class Party:
    """Someone named in an application, as a list search needs to know them."""

    kind: PartyKind
    name: str
    number: str | None = None
    birth_year: int | None = None


@dataclass(frozen=True)
class Application:
    """One application as it was handed in."""

    kind: Kind
    organisation: Organisation
    representatives: tuple[Representative, ...]
    contact: Contact | None
    declaration: Declaration | None
    grant: Grant | None
    premises: Premises | None

    @property
    def type(self) -> str:
        """The sort of grant or use within its kind, such as `verksamhetsbidrag`."""
        request = self.grant or self.premises
        assert request is not None
        return request.type

    @property
    def hirer(self) -> Hirer:
        """Who hires; grants are for associations."""
        return self.premises.hirer if self.premises else Hirer.ASSOCIATION

    def parties(self, speakers: tuple[str, ...] = ()) -> tuple[Party, ...]:
        """Everyone named who a list may concern; speakers are handed in, as they are not kept after the event."""
        private = self.hirer is Hirer.PERSON
        kind = PartyKind.PRIVATE_HIRER if private else PartyKind.ORGANISATION
        named = [Party(kind, self.organisation.name, self.organisation.number)]
        named += [Party(PartyKind.REPRESENTATIVE, r.name, birth_year=r.birth_year) for r in self.representatives]
        if self.premises:
            named += [Party(PartyKind.CO_ORGANISER, c.name, c.number) for c in self.premises.co_organisers]
        named += [Party(PartyKind.SPEAKER, name) for name in speakers]
        return tuple(named)


def from_document(document: Mapping[str, Any]) -> Application:
    """An application from its stored document, which `casework/intake/application_document.py` has validated."""
    organisation, contact = document["organisation"], document.get("contact")
    return Application(
        kind=Kind(document["kind"]),
        organisation=Organisation(organisation["name"], organisation.get("org_number")),
        representatives=tuple(
            Representative(r["name"], r["role"], r.get("birth_year")) for r in document.get("representatives", ())
        ),
        contact=_contact(contact),
        declaration=_declaration(document.get("declaration")),
        grant=_grant(document.get("grant")),
        premises=_premises(document.get("premises")),
    )


def _contact(given: Mapping[str, Any] | None) -> Contact | None:
    if given is None:
        return None
    return Contact(given["name"], given.get("email", ""), given.get("phone", ""), tuple(given.get("address", ())))


def _declaration(given: Mapping[str, Any] | None) -> Declaration | None:
    if given is None:
        return None
    return Declaration(
        text_version=given["text_version"],
        statements=dict(given["statements"]),
        signatory=given["signatory"],
        role=given["role"],
        date=date.fromisoformat(given["date"]),
        method=given["method"],
        reference=given.get("reference") or "",
    )


def _grant(given: Mapping[str, Any] | None) -> Grant | None:
    if given is None:
        return None
    return Grant(
        type=given["type"],
        amount_ore=given["amount_ore"],
        purpose=given["purpose"],
        period_from=date.fromisoformat(given["period"]["from"]),
        period_to=date.fromisoformat(given["period"]["to"]),
    )


def _premises(given: Mapping[str, Any] | None) -> Premises | None:
    if given is None:
        return None
    return Premises(
        type=given["type"],
        room=given["room"],
        date=date.fromisoformat(given["date"]),
        time_from=given["from"],
        time_to=given["to"],
        purpose=given["purpose"],
        organiser=given["organiser"],
        co_organisers=tuple(CoOrganiser(c["name"], c.get("org_number")) for c in given.get("co_organisers", ())),
        open_to_public=given.get("open_to_public"),
        expected_number=given.get("expected_number"),
        hirer=Hirer(given.get("hirer", Hirer.ASSOCIATION)),
        use=given.get("use"),
        series=_series(given.get("series")),
        hold=given.get("hold"),
        season=_season(given.get("season")),
    )


def _series(given: Mapping[str, Any] | None) -> Series | None:
    return Series(given["rule"], given.get("leave_out_free_days", True)) if given else None


def _season(given: Mapping[str, Any] | None) -> SeasonRequest | None:
    if given is None:
        return None
    return SeasonRequest(
        given["season"],
        given["group"],
        tuple(
            Wish(WEEKDAYS.index(one["weekday"]), minutes(one["from"]), minutes(one["to"]), tuple(one["rooms"]))
            for one in given["wishes"]
        ),
    )
