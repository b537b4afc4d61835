"""What was posted, as plain values or a list of complaints."""

import contextlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from litestar import Request
from litestar.datastructures import UploadFile

from service.desk.fields import as_clock, as_day, as_number, check_amount, check_number
from service.desk.form import Answers
from service.domain.clock import STOCKHOLM
from service.domain.errors import InvalidInput, Problem, TooLarge, Unreadable
from service.domain.finding import Resolution
from service.domain.premises import day_of

#: The fields that another system may send as numbers.
NUMBERS = frozenset({"version", "position"})


class Form:
    """A posted form; every value is text until a rule has read it."""

    def __init__(self, values: Mapping[str, list[Any]]) -> None:
        self._values = values

    def text(self, name: str) -> str:
        """The value, or nothing."""
        return next((one for one in self._values.get(name, ()) if isinstance(one, str)), "")

    def texts(self, name: str) -> list[str]:
        """Every value of a repeated field."""
        return [one for one in self._values.get(name, ()) if isinstance(one, str) and one]

    def every(self, name: str) -> list[str]:
        """Every value of a repeated field, empty ones too."""
        return [one for one in self._values.get(name, ()) if isinstance(one, str)]

    def yes(self, name: str) -> bool:
        """Whether this was answered with yes; raises InvalidInput where it was not answered."""
        if self.text(name) not in ("yes", "no"):
            raise InvalidInput([Problem(f"/{name}", "input.missing")])
        return self.text(name) == "yes"

    def by_prefix(self, prefix: str) -> dict[str, str]:
        """What was answered in the fields whose names begin so, by the rest of their names."""
        return {name.removeprefix(prefix): self.text(name) for name in self._values if name.startswith(prefix)}

    def names(self) -> list[str]:
        """The fields that came."""
        return list(self._values)

    def but(self, **changed: list[str]) -> "Form":
        """The same with these fields otherwise; an empty list takes one away."""
        return Form({name: value for name, value in {**self._values, **changed}.items() if value})

    def written(self) -> dict[str, list[str]]:
        """What a person has written or chosen, without the form's own fields."""
        own = ("_csrf_token", "_form", "version")
        return {name: self.every(name) for name in self._values if name not in own and any(self.every(name))}

    def upload(self, name: str) -> UploadFile | None:
        """A file."""
        return next((one for one in self._values.get(name, ()) if isinstance(one, UploadFile)), None)

    def uploads(self, name: str) -> list[UploadFile]:
        """Every file of a field that takes several."""
        return [file for file in self._values.get(name, ()) if isinstance(file, UploadFile) and file.filename]

    def number(self, name: str) -> int:
        """A whole number; raises InvalidInput."""
        return check_number(f"/{name}", self.text(name))

    def answers(self) -> Answers:
        """What was typed and chosen, as a form is read from it; files are not among it."""
        return {name: self.every(name) for name in self._values}


class Given:
    """What was typed into a page's forms, with what was wrong with it, as the page's fields are drawn from it.

    Each field says what it is called when it asks what was wrong with it; so the summary above the page, which is drawn
    last, calls it the same.
    """

    def __init__(self, form: Form, problems: Sequence[Problem]) -> None:
        self._form = form
        self.problems = {_id_of(problem): problem for problem in reversed(problems)}
        self._labels: dict[str, str] = {}
        self.text, self.texts, self.every = form.text, form.texts, form.every

    def complaint(self, id: str, label: str) -> Problem | None:
        """What is wrong with the field of this id, which the page calls so; the first of it."""
        self._labels[id] = label
        return self.problems.get(id)

    def label(self, id: str) -> str:
        """What the page calls this field; empty where it has none of the id."""
        return self._labels.get(id, "")

    @property
    def blank(self) -> "Given":
        """For another form of the same page: nothing typed, nothing wrong."""
        return Given(Form({}), ())

    @property
    def unblamed(self) -> "Given":
        """What was typed, with nothing wrong: the complaints are about another form of the page."""
        return Given(self._form, ())

    @property
    def without_values(self) -> "Given":
        """The complaints alone, for what is never shown again, such as a password."""
        given = Given(Form({}), ())
        given.problems, given._labels = self.problems, self._labels
        return given


def _id_of(problem: Problem) -> str:
    """A field's id on the page: its JSON pointer with dashes."""
    return problem.pointer[1:].replace("/", "-")


def is_json(request: Request[Any, Any, Any]) -> bool:
    """Whether another system sends this, and wants no page."""
    return request.headers.get("content-type", "").split(";")[0].strip() == "application/json"


async def read(request: Request[Any, Any, Any]) -> Form:
    """The form of this request; a JSON object of texts, numbers, yes and no, and lists of texts stands for one."""
    if is_json(request):
        return Form(_from_json(await request.body()))
    try:
        posted = await request.form()
    except (ValueError, LookupError) as error:
        raise Unreadable("input.not_multipart") from error
    form = Form({name: posted.getall(name) for name in posted})
    for name in form.names():
        _check_whole_signs([name, *form.every(name)], "input.not_multipart")
    return form


def _from_json(body: bytes) -> dict[str, list[Any]]:
    try:
        given = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable("input.not_json") from error
    if not isinstance(given, dict):
        raise Unreadable("input.not_json")
    values: dict[str, list[Any]] = {}
    for name, value in given.items():
        listed = value if isinstance(value, list) else [value]
        values[name] = [_json_text(name, element) for element in listed]
        _check_whole_signs([name, *values[name]], "input.not_json")
    return values


def _check_whole_signs(texts: Sequence[str], code: str) -> None:
    """Raise Unreadable for half a sign (a lone surrogate), which neither a page nor a database can hold."""
    try:
        "".join(texts).encode()
    except UnicodeEncodeError as error:
        raise Unreadable(code) from error


def _json_text(name: str, one: Any) -> str:
    if isinstance(one, bool):
        return "yes" if one else "no"
    if one is None:
        return ""
    if isinstance(one, str) or (isinstance(one, int) and name in NUMBERS):
        return str(one)
    raise InvalidInput([Problem(f"/{name}", "input.json_value")])


def resolution(form: Form) -> Resolution:
    """What a person made of a finding."""
    try:
        return Resolution(form.text("resolution"))
    except ValueError as error:
        raise InvalidInput([Problem("/resolution", "input.missing")]) from error


@dataclass(frozen=True)
class Upload:
    """A file that was handed in."""

    name: str
    body: bytes


async def upload(file: UploadFile | None, *, most: int) -> Upload:
    """The file's bytes; raises InvalidInput or TooLarge."""
    if file is None or not file.filename:
        raise InvalidInput([Problem("/file", "input.missing")])
    body = await file.read(most + 1)
    if len(body) > most:
        raise TooLarge("enclosure.too_large", max=most // 1_000_000)
    return Upload(file.filename, body)


def application(form: Form, kind: str, *, today: date) -> dict[str, Any]:
    """The paper form as the same document that the e-service sends; empty fields are left out."""
    document: dict[str, Any] = {
        "kind": kind,
        "organisation": _filled({"name": form.text("org_name"), "org_number": form.text("org_number")}),
        "representatives": _people(form),
    }
    contact = {name: form.text(f"contact_{name}").strip() for name in ("name", "email", "phone")}
    address = [line.strip() for line in form.text("contact_address").splitlines() if line.strip()]
    if any(contact.values()) or address:
        document["contact"] = _filled(contact | {"address": address or None})
    received_on = as_day(form.text("received_on"))
    if received_on not in ("", today.isoformat()):
        document["received_at"] = _received_at(received_on)
    if form.text("diary_number"):
        document["diary_number"] = form.text("diary_number")
    document[kind] = _grant(form) if kind == "grant" else _premises(form)
    if form.text("signatory"):
        document["declaration"] = _declaration(form)
    return document


def _received_at(day: str) -> str:
    """Noon in Stockholm on the day it came in; what is no day is left for the reader of the document to name."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", day):
        return day
    with contextlib.suppress(ValueError):
        return datetime.combine(date.fromisoformat(day), time(12), STOCKHOLM).isoformat()
    return day


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in ("", None)}


def _people(form: Form) -> list[dict[str, Any]]:
    people = []
    for position in range(4):
        name, role = form.text(f"person_{position}_name"), form.text(f"person_{position}_role")
        year = form.text(f"person_{position}_year").strip()
        if name.strip() or role.strip():
            person: dict[str, Any] = _filled({"name": name, "role": role})
            people.append(person | ({"birth_year": _whole(year)} if year else {}))
    return people


def _whole(text: str) -> Any:
    """A whole number where it is one; otherwise the text, which the reader of the document complains about."""
    compact = as_number(text)
    return int(compact) if re.fullmatch(r"-?\d{1,18}", compact) else text


def _grant(form: Form) -> dict[str, Any]:
    grant = _filled({"type": form.text("type"), "purpose": form.text("purpose")})
    amount = check_amount("/grant/amount_ore", form.text("amount"))
    if amount is not None:
        grant["amount_ore"] = amount
    grant["period"] = _filled({"from": as_day(form.text("period_from")), "to": as_day(form.text("period_to"))})
    return grant


def _premises(form: Form) -> dict[str, Any]:
    names = ("type", "room", "purpose", "organiser")
    premises = _filled({name: form.text(name) for name in names} | {"date": as_day(form.text("date"))})
    premises |= _filled({"from": as_clock(form.text("time_from")), "to": as_clock(form.text("time_to"))})
    premises |= _filled({"hirer": form.text("hirer"), "use": form.text("use"), "hold": form.text("hold")})
    rule = form.text("rule").strip() or _weekly(form)
    if rule:
        premises["series"] = {"rule": rule, "leave_out_free_days": form.text("leave_out_free_days") != "no"}
    premises["open_to_public"] = {"yes": True, "no": False}.get(form.text("open_to_public"))
    number = form.text("expected_number").strip()
    premises["expected_number"] = _whole(number) if number else None
    premises["speakers"] = _lines(form.text("speakers"))
    premises["co_organisers"] = [{"name": one} for one in _lines(form.text("co_organisers"))]
    return premises


def _weekly(form: Form) -> str:
    """A rule for every week, or every other, from the first time until a last day; empty if it is not wanted."""
    weeks, until = form.text("repeat"), form.text("repeat_until").strip()
    if not weeks and not until:
        return ""
    try:
        last = day_of(as_day(until))
    except ValueError as error:
        raise InvalidInput([Problem("/repeat_until", "input.not_a_date" if until else "input.missing")]) from error
    return f"FREQ=WEEKLY;INTERVAL={2 if weeks == '2' else 1};UNTIL={last:%Y%m%d}"


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _declaration(form: Form) -> dict[str, Any]:
    attested = form.texts("statements")
    statements = ("democratic_state", "human_rights", "gender_equality", "no_violent_extremism")
    return _filled(
        {
            "text_version": form.text("declaration_version"),
            "signatory": form.text("signatory"),
            "role": form.text("signatory_role"),
            "date": as_day(form.text("declaration_date")),
            "method": "signature_on_paper",
        }
    ) | {"statements": {one: one in attested for one in statements}}
