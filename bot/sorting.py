"""Which mails have anything to do with the business, before a word of them is recorded.

Deterministic: exact keys of what the company knows, and what its operator said of earlier mails.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

from connectors.mail.parse import ParsedMail
from graph.routing_numbers import cases_of_number, numbers_in
from ledger.domain.entities import Action, Case, Contact
from ledger.domain.events import MailSetAside
from ledger.domain.identity import ids_of
from ledger.domain.look import LESSONS
from ledger.domain.messages import BULK, Judged, MailLesson, Message, Outcome, judged
from ledger.views import ReadViews

_WORD: Final = re.compile(r"[^\W\d_]{4,30}")
_MOST_WORDS: Final = 8
_THREAD: Final = 50

SENDER, LIST, WORD = "sender:", "list:", "word:"


class Sorted(Struct, frozen=True):
    """`aside`: why it is of no concern, "" where it is read. `lesson`: on whose earlier word."""

    marks: tuple[str, ...]
    aside: str = ""
    lesson: str = ""
    wanted: bool = False


class Sorting:
    """Looks at a mail as the company stands now."""

    def __init__(self, views: ReadViews, pseudonym: Callable[[str], str]) -> None:
        self._views, self._pseudonym = views, pseudonym

    async def sort(self, mail: ParsedMail) -> Sorted:
        """Whether a mail is read; what the operator said counts, but never against a known deal."""
        marks = marks_of(mail.sender, mail.subject, self._pseudonym, list_id=mail.list_id)
        learnt = await self._learnt(marks)
        lesson = _words(learnt) if learnt else ""
        bulk = mail.automatic.startswith(BULK)
        if learnt is not None and learnt.lead:
            return Sorted(marks, lesson=lesson, wanted=True)
        refused = learnt is not None and not mail.automatic
        if not (bulk or refused) or await self._in_a_deal(mail):
            return Sorted(marks)
        if (bulk or (learnt and learnt.mark != "sender")) and await self._is_known(mail):
            return Sorted(marks)
        return Sorted(marks, aside=lesson if refused else mail.automatic, lesson=lesson)

    async def concerns(self, mail: ParsedMail) -> bool:
        """Whether a mail of the operator's own is about business: its thread, a number, to whom."""
        if await self._views.find(Action, f"message:{mail.message_id}"):
            return False  # Coo's own, which only came back
        if await self._in_a_deal(mail) or await self._in_a_thread(mail):
            return True
        person = self._pseudonym(mail.recipient) if mail.recipient else ""
        for contact in await self._views.find(Contact, f"person:{person}") if person else ():
            for each in await ids_of(self._views, contact.id):
                cases = await self._views.find(Case, f"contact:{each}")
                if any(not case.closed for case in cases):
                    return True
        return False

    async def _in_a_thread(self, mail: ParsedMail) -> bool:
        """Whether it answers a mail that is on record, whatever has become of that so far."""
        for name in (mail.in_reply_to, *mail.references[-_THREAD:]):
            known = await self._views.find(Message, f"mail:{name}") if name else ()
            if any(each.outcome is not Outcome.NO_ACTION for each in known):
                return True
        return False

    async def _learnt(self, marks: Sequence[str]) -> Judged | None:
        if not await self._views.counter(LESSONS):
            return None
        found = [await self._views.get(MailLesson, mark) for mark in marks]
        return judged(tuple(marks), {one.id: one for one in found if one is not None})

    async def _is_known(self, mail: ParsedMail) -> bool:
        """Whether it is from somebody in the address book."""
        person = self._pseudonym(mail.sender) if mail.sender else ""
        return bool(person and await self._views.find(Contact, f"person:{person}"))

    async def _in_a_deal(self, mail: ParsedMail) -> bool:
        """Whether it is in a thread of ours, or quotes a number of ours."""
        for name in (mail.in_reply_to, *mail.references[-_THREAD:]):
            if name and await self._views.find(Action, f"message:{name}"):
                return True
        for number in numbers_in(f"{mail.subject}\n{mail.text}"):
            if not number.isdigit() and await cases_of_number(number, self._views):
                return True
        return False


def aside(mail: ParsedMail, found: Sorted, where: str) -> MailSetAside:
    """All that is kept of a mail that is of no concern."""
    return MailSetAside(
        raw_sha256=mail.raw_sha256,
        size=mail.size,
        why=found.aside,
        marks=found.marks,
        where=where,
    )


def marks_of(
    sender: str, subject: str, pseudonym: Callable[[str], str], *, list_id: str = ""
) -> tuple[str, ...]:
    """What a lesson about a mail holds for, the exactest first; none can be read back."""
    words = dict.fromkeys(_WORD.findall(subject.casefold()))
    named = [(SENDER, sender)] if sender else []
    named += [(LIST, f"list:{list_id.casefold()}")] if list_id else []
    named += [(WORD, f"word:{word}") for word in list(words)[:_MOST_WORDS]]
    return tuple(prefix + pseudonym(name) for prefix, name in named)


def _words(learnt: Judged) -> str:
    what = "a lead" if learnt.lead else "no lead"
    of = {"sender": "this sender", "list": "this list"}.get(learnt.mark, "mail with such a subject")
    return f"You said of {of} that it was {what} ({learnt.fact})."
