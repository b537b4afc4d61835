"""A letter as it will be printed: plain text in blocks, no markup."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Block:
    """A piece of a letter: a heading, a list, or a paragraph of lines."""

    kind: str
    text: str = ""
    items: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """A letter ready to be printed."""

    language: str
    date: str
    number: str
    sender: str
    sender_lines: tuple[str, ...]
    recipient: str
    recipient_lines: tuple[str, ...]
    title: str
    blocks: tuple[Block, ...]

    @property
    def text(self) -> str:
        """The letter as plain text."""
        parts = [self.title]
        for one in self.blocks:
            parts.append(one.text or "\n".join(one.lines) or "\n".join(f"- {item}" for item in one.items))
        return "\n\n".join(parts)


@dataclass(frozen=True)
class Sender:
    """How an answer reaches whom a letter comes from: address lines, telephone, e-mail, each where there is one."""

    address: tuple[str, ...] = ()
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Recipient:
    """Who a letter goes to, and the lines of a postal address, where there is one."""

    name: str
    address: tuple[str, ...] = ()


@dataclass(frozen=True)
class TypesetLetter:
    """A letter as PDF, and the signs that no font has, which are set as their code points."""

    pdf: bytes
    left: tuple[str, ...] = ()


class ApplicantNews(StrEnum):
    """What has happened to what an applicant has, told at once by the rule set's letter of this name."""

    CALLED_OFF = "called_off"
    ROOM_CLOSED = "room_closed"
    ROOM_REOPENED = "room_reopened"
    HOLD_LAPSED = "hold_lapsed"
    STOP_CONSIDERED = "stop_considered"
    SUPPORT_STOPPED = "support_stopped"
    SUPPORT_HALTED = "support_halted"
    SUPPORT_RELEASED = "support_released"
