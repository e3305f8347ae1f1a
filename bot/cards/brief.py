"""What a small screen shows of a command: its own words, without ids, hashes and rule names.

`more` tells all of it. Nothing that would change a decision is left out: amounts, recipients,
warnings, documents and the text of a mail stand on the card itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, assert_never

from bot import texts
from bot.wording.amounts import counted, percent_plain
from bot.wording.untrusted import inline, one_line
from ledger.domain.amounts import amount_words
from ledger.domain.commands import (
    Command,
    IssueCreditNote,
    IssueInvoice,
    MailCommand,
    ReopenCase,
    SendCorrection,
    SendCreditNote,
    SendInvoice,
    SendProposal,
    SendReminder,
    SendReply,
    SendSpecimen,
)
from ledger.domain.values import Line
from ledger.domain.verdicts import FiredRule

WORDS: Final = 160
"""Signs of one remark that are read at a glance; a phone shows about four lines of them."""

BY_DEFAULT: Final = "default"
"""How the rules name the one that asks where no other spoke."""

WARNING: Final = "!"

_KILO: Final = 1024
_PRECEDENT: Final = re.compile(r"\s*Most similar so far \(")
"""How planners begin what memory says of a like case; `more` tells it."""

_SENTENCE: Final = re.compile(r"[.!?](?=\s+[A-ZÄÖÜ])")
_COMMANDS: Final = re.compile(rf"\b(?:{'|'.join(texts.COMMAND_WORDS)})\b")
_IDS: Final = re.compile(r" \((?:con|inv|pro|crn|act|lead|apr|ask)-[0-9a-z]{6,}\)")


def what(command: Command) -> str:  # noqa: C901 - one arm a command: a table
    """What exactly will happen, under a headline that says to whom."""
    match command:
        case SendProposal(version=version):
            return texts.BRIEF_PROPOSAL.format(version=version)
        case SendReply(purpose=purpose):
            return texts.BRIEF_REPLY.format(purpose=one_line(purpose))
        case SendInvoice(number=number):
            return texts.BRIEF_INVOICE.format(number=inline(number))
        case SendReminder(number=number, step=step):
            return texts.BRIEF_REMINDER.format(number=inline(number), step=step)
        case IssueInvoice(version=version):
            return texts.BRIEF_ISSUE.format(version=version)
        case IssueCreditNote(number=number, invoice_date=day):
            return texts.BRIEF_CREDIT.format(number=inline(number), day=day.isoformat())
        case SendCreditNote(number=number, invoice=invoice):
            return texts.BRIEF_CREDIT_NOTE.format(number=inline(number), invoice=inline(invoice))
        case SendCorrection(proposal=proposal):
            return texts.BRIEF_WITHDRAWN if proposal else texts.BRIEF_CORRECTION
        case SendSpecimen():
            return texts.BRIEF_SPECIMEN
        case ReopenCase(outcome=outcome):
            return texts.BRIEF_REOPEN.format(outcome=one_line(outcome))
        case _:
            assert_never(command)


def reasons(fired: Sequence[FiredRule]) -> tuple[str, ...]:
    """Why it asks, and the rule behind each reason."""
    lines = [
        texts.BRIEF_REASON.format(reason=one_line(each.reason, WORDS), rule=one_line(each.rule, 40))
        for each in fired
        if each.reason and each.rule != BY_DEFAULT
    ]
    return tuple(lines) or (texts.ASKS_BY_DEFAULT,)


def sources(lines: Sequence[str]) -> tuple[str, ...]:
    """Values that nobody checked, each; of the others only that they are."""
    doubtful = tuple(one_line(each, WORDS) for each in lines if each.startswith(WARNING))
    if len(doubtful) == len(lines):
        return doubtful
    return (*doubtful, texts.BRIEF_OTHERS) if doubtful else (texts.BRIEF_SOURCES,)


def spelt(text: str) -> str:
    """A text that names a command, in the words that people have for it."""
    return _COMMANDS.sub(lambda found: texts.COMMAND_WORDS[found.group()], text)


def advice(text: str) -> tuple[str, ...]:
    """What Coo recommends, without the precedent, and nobody by id."""
    own = spelt(_IDS.sub("", _PRECEDENT.split(text)[0]).strip())
    return (one_line(own, WORDS),) if own else ()


def first_sentence(text: str) -> str:
    """What is read at a glance of a longer explanation."""
    flat = " ".join(text.split())
    end = _SENTENCE.search(flat)
    return one_line(flat[: end.end()].rstrip() if end else flat, WORDS)


def documents(command: MailCommand) -> tuple[str, ...]:
    """The documents by name and size; they hang on the card themselves."""
    return tuple(f"{inline(each.name)} ({size_words(each.size)})" for each in command.attachments)


def lines(command: IssueInvoice | IssueCreditNote) -> tuple[str, ...]:
    """The lines as a customer would read them."""
    return tuple(map(_line, command.lines))


def size_words(size: int) -> str:
    """`873 bytes`, `42 kB`, `1.5 MB`"""
    if size < _KILO:
        return counted(size, "byte")
    return f"{size // _KILO} kB" if size < _KILO * _KILO else f"{size / _KILO / _KILO:.1f} MB"


def _line(line: Line) -> str:
    off = f" ({texts.LESS.format(percent=percent_plain(line.discount_bp))})"
    return texts.BRIEF_LINE.format(
        quantity=line.quantity,
        what=inline(line.description),
        price=amount_words(line.unit_price),
        off=off if line.discount_bp else "",
    )
