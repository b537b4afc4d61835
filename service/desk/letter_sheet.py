"""Letters: the rule set's text filled in, in the applicant's language, as the sheet that is printed."""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import date

from service.audit.leaf import data_of
from service.desk import application_parts
from service.desk.ports.cases import CaseDetails
from service.desk.ports.desk import Desk
from service.desk.ports.store import Reading, Writing
from service.desk.rulebook import today
from service.domain.case import Case
from service.domain.errors import InvalidInput, NotFound, Problem
from service.domain.events.fields import SentLetter
from service.domain.letter import Block, Recipient, Sheet
from service.domain.routine import Letter
from service.domain.ruleset import RuleSet

LANGUAGES = ("sv", "en")
_MOST_NAMED = 12


def filled(letter: Letter, language: str, values: Mapping[str, str]) -> tuple[Block, ...]:
    """The letter's blocks; a paragraph whose places are all empty goes, and a heading that then stands alone."""
    blocks: list[Block] = []
    for piece in re.split(r"\n\s*\n", letter.body[language].strip()):
        names = re.findall(r"\{([a-z_]+)\}", piece)
        if names and not any(values.get(name, "").strip() for name in names):
            continue
        text = re.sub(r"\{([a-z_]+)\}", lambda found: values.get(found[1], "").strip(), piece)
        blocks += blocks_of(text)
    return tuple(
        one
        for position, one in enumerate(blocks)
        if one.kind != "heading" or (position + 1 < len(blocks) and blocks[position + 1].kind != "heading")
    )


def blocks_of(text: str) -> list[Block]:
    """Plain text as blocks: "## " begins a heading, "- " an item, an empty line ends a paragraph."""
    blocks: list[Block] = []
    for piece in re.split(r"\n\s*\n", text.strip()):
        lines = tuple(line.strip() for line in piece.split("\n") if line.strip())
        if not lines:
            continue
        if lines[0].startswith("## "):
            blocks.append(Block("heading", text=lines[0][3:]))
            lines = lines[1:]
        if lines and all(line.startswith("- ") for line in lines):
            blocks.append(Block("list", items=tuple(line[2:] for line in lines)))
        elif lines:
            blocks.append(Block("paragraph", lines=lines))
    return blocks


def listed(lines: Sequence[str]) -> str:
    """Lines as a list in a letter's text."""
    return "\n".join("- " + " ".join(line.split()) for line in lines)


def sheet(
    desk: Desk,
    procedure: RuleSet,
    template: str,
    language: str,
    values: Mapping[str, str],
    *,
    case: Case,
    recipient: Recipient,
    day: date | None = None,
) -> Sheet:
    """A letter of this case by the rule set's template; the way of appeal is the template's own."""
    letter = procedure.letters[template]
    appeal = procedure.appeal[letter.route][language] if letter.route != "none" else ""
    return Sheet(
        language=language,
        date=(day or today(desk)).isoformat(),
        number=case.diary_number,
        sender=procedure.adopted_by,
        sender_lines=sender_lines(desk, procedure, language),
        recipient=recipient.name,
        recipient_lines=recipient.address,
        title=letter.title[language],
        blocks=filled(letter, language, {"number": case.diary_number, "appeal": appeal, **values}),
    )


def sender_lines(desk: Desk, procedure: RuleSet, language: str) -> tuple[str, ...]:
    """How the City is reached, as a letter in that language says it."""
    sender = procedure.sender
    by = {"phone": sender.phone, "email": sender.email}
    reached = [desk.words.say(language, f"letter.sender.{way}", {"to": to}) for way, to in by.items() if to]
    return (*sender.address, *reached)


async def recipient_of(reading: Reading, case: Case) -> Recipient:
    """The applicant as a letter is addressed to it; without an address where none was given, or it is erased."""
    details = await reading.details(case.id)
    parts = [part for part in details.application_parts if part.part == "contact"]
    values = await reading.values(application_parts.commitments(tuple(parts)))
    contact = application_parts.assembled(tuple(parts), values).get("contact") or {}
    return Recipient(details.org_name, tuple(contact.get("address", ())))


def keep(
    desk: Desk, writing: Writing, case: Case, template: str, written: Sheet, *, as_code_points: bool = True
) -> SentLetter:
    """Set and keep a letter as it goes out; returns what the event says of it.

    Raises InvalidInput where it has signs that no font has and nobody has said that they may be sent as their code
    points. What is kept as text is what was written.
    """
    typeset = desk.typesetter.typeset(written)
    if typeset.left and not as_code_points:
        signs = ", ".join(f"{sign} (U+{ord(sign):04X})" for sign in typeset.left[:_MOST_NAMED])
        raise InvalidInput([Problem("/as_code_points", "letter.signs_left", {"signs": signs})])
    pdf = typeset.pdf
    value = {"title": written.title, "text": written.text, "pdf": base64.b64encode(pdf).decode()}
    body = writing.keep("letter", value, case=case.id)
    return SentLetter(template, written.language, body, hashlib.sha256(pdf).hexdigest())


def matter(desk: Desk, details: CaseDetails, case: Case, language: str) -> str:
    """What was applied for, in a few words."""
    kind = desk.words.say(language, f"term.type.{case.type}", {}).lower()
    return f"{kind} ({details.when_label})"


def clause_lines(criteria: RuleSet, clauses: Sequence[str], language: str) -> str:
    """The clauses with their full text, since nobody should have to look them up."""
    known = [criteria.clauses[one] for one in clauses if one in criteria.clauses]
    return listed([f"{one.id} {one.title[language]}: {one.text[language]}" for one in known])


def kronor(ore: int, language: str = "sv") -> str:
    """Öre as kronor, as a letter in that language writes them."""
    whole, rest = divmod(ore, 100)
    if language == "en":
        return f"{whole:,}.{rest:02d}" if rest else f"{whole:,}"
    written = f"{whole:,}".replace(",", "\N{NO-BREAK SPACE}")
    return f"{written},{rest:02d}" if rest else written


CHANNELS = ("mail", "post", "e_service")


async def sent_letter(desk: Desk, case_id: str, seq: int) -> bytes:
    """The letter (PDF) that went out with this entry of the case; raises NotFound where none did, or it is erased."""
    async with desk.store.reading() as reading:
        row = await reading.log_entry(seq)
        sent = getattr(data_of(row.leaf), "letter", None) if row and row.case_id == case_id else None
        if not isinstance(sent, SentLetter):
            raise NotFound("letter.not_found")
        kept = (await reading.values([sent.body])).get(sent.body)
    if kept is None:
        raise NotFound("letter.erased")
    return base64.b64decode(kept["pdf"])
