"""Which case a mail belongs to. Exact keys only, in this order: thread, number, sender."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from graph.desk import Desk, routed, says, unrouted
from graph.likeness import asked_whether_same, hints_of
from graph.routing_loops import loop_broken
from graph.routing_numbers import cases_of_number, numbers_in
from graph.routing_receipts import receipt_for_the_books
from graph.routing_returns import absence, came_back, is_our_own
from ledger.domain.entities import Action, ActionStatus, Case
from ledger.domain.events import (
    CaseOpened,
    ContactCreated,
    ContactRecognised,
    MailReceived,
    OperatorWrote,
    Option,
    QuestionAsked,
)
from ledger.domain.facts import Draft, Fact, derived_id, short_id
from ledger.domain.messages import QUIET, Message, Outcome

MAIL = "mail"
AUTOMATIC = "automatic"
"""What a mail is routed as: one that a machine sent makes no card that waits out of date."""
TO_CASE = "case:"
"""Prefix of an answer that sends a mail to a case."""
NEW_CASE = "new"
"""The answer that opens a new case for a mail."""

_REFERENCES = 50

_OPEN_ENDED = frozenset({ActionStatus.ATTEMPTED, ActionStatus.UNKNOWN})


class Match(Struct, frozen=True):
    """A case, and the exact key that led to it. `proves`: the action that it shows was done."""

    case: str
    why: str
    proves: str = ""


async def route_mail(fact: Fact, mail: MailReceived, desk: Desk) -> list[Draft]:
    """The facts that follow from a mail. The first mail with a Message-ID counts."""
    marker = mail_marker(mail)
    if mail.brings_back:
        return await _route(fact, mail, desk)
    known = await desk.fact(marker)
    if known:
        return [] if known.cause == fact.id else [_again(fact, mail)]
    drafts = await _route(fact, mail, desk)
    learnt = await _learnt(fact, mail, desk)
    return [*learnt, *drafts[:-1], replace(drafts[-1], id=marker, key=f"mail:{marker}")]


def mail_marker(mail: MailReceived | OperatorWrote) -> str:
    """The id of the fact that says where a mail went, so that a second copy finds it."""
    return derived_id("0" * 12, MAIL, mail.message_id or mail.raw_sha256)


async def _route(fact: Fact, mail: MailReceived, desk: Desk) -> list[Draft]:
    if await is_our_own(mail, desk):
        return [_own(fact)]
    back = await came_back(fact, mail, desk)
    if back:
        return back
    match = await _by_thread(mail, desk) or await _by_number(fact, mail, desk)
    if match and mail.automatic:
        told = await absence(fact, mail, match.case, desk)
        return [*told, routed(fact, match.case, AUTOMATIC, match.why, proves=match.proves)]
    if match:
        sender = await desk.sender(match.case, fact.person)
        looping = await loop_broken(fact, mail, match.case, f"{TO_CASE}{match.case}", desk)
        if looping:
            return looping
        return [routed(fact, match.case, MAIL, match.why, sender, proves=match.proves)]
    receipt = await receipt_for_the_books(fact, mail, desk)
    return receipt or await _by_sender(fact, mail, desk)


async def _by_thread(mail: MailReceived, desk: Desk) -> Match | None:
    """A Message-ID of a mail in a case: one that Coo sent, else one of yours or of theirs."""
    names = [mail.in_reply_to, *reversed(mail.references[-_REFERENCES:])]
    for name in names:
        found = await desk.views.find(Action, f"message:{name}") if name else ()
        if found and not await desk.erased(found[0].case):
            proves = found[0].id if found[0].status in _OPEN_ENDED else ""
            return Match(found[0].case, f"It answers the mail {name}.", proves)
    found_in = await case_of_thread(names, desk)
    return (
        Match(found_in[0], f"It is in the thread of the mail {found_in[1]}.") if found_in else None
    )


async def case_of_thread(names: Sequence[str], desk: Desk) -> tuple[str, str] | None:
    """The case in which the first of these Message-IDs lies, and which; None where none does."""
    for name in names:
        for message in await desk.views.find(Message, f"mail:{name}") if name else ():
            if message.case and not await desk.erased(message.case):
                return message.case, name
    return None


async def _by_number(fact: Fact, mail: MailReceived, desk: Desk) -> Match | None:
    """A document number, quoted exactly. Bare digits only count from the case's own contact."""
    for number in numbers_in(f"{mail.subject}\n{mail.text}"):
        for case in await cases_of_number(number, desk.views):
            if await desk.erased(case):
                continue
            if not number.isdigit() or await desk.sender(case, fact.person) == "same":
                return Match(case, f"It quotes the number {number}.")
    return None


async def _by_sender(fact: Fact, mail: MailReceived, desk: Desk) -> list[Draft]:
    contact = await desk.contact_of(fact.person)
    cases = await desk.open_cases(contact.id) if contact else []
    if len(cases) == 1:
        kind, sender = (AUTOMATIC, "") if mail.automatic else (MAIL, "same")
        told = await absence(fact, mail, cases[0].id, desk)
        read = f"{TO_CASE}{cases[0].id}"
        looping = [] if mail.automatic else await loop_broken(fact, mail, cases[0].id, read, desk)
        if looping:
            return looping
        why = "Its sender has this one open case."
        return [*told, routed(fact, cases[0].id, kind, why, sender)]
    if cases and not mail.automatic:
        return [_which(fact, mail, cases)]
    if mail.automatic:
        return [_automatic(fact, mail)]
    if fact.erased:
        return [_erased(fact)]
    if not fact.person:
        return [_nobody(fact)]
    return await opened(fact, fact, mail, desk)


async def opened(cause: Fact, fact: Fact, mail: MailReceived, desk: Desk) -> list[Draft]:
    """A new case for the mail in `fact`: opened, whose it is, and the mail itself."""
    case = short_id("lead", fact.id)
    contact = await desk.contact_of(fact.person)
    name = contact.id if contact else short_id("con", fact.person)
    asked = [] if contact else await asked_whether_same(cause, fact, mail, desk)
    title = mail.subject or f"Mail from {mail.sender_name or mail.sender}"
    event = CaseOpened(kind="lead", fact=fact.id, contact=name, title=title)
    who = (
        says(cause, ContactRecognised(contact=name, by="address"), case=case, person=fact.person)
        if contact
        else _created(cause, fact, mail, case, desk)
    )
    return [
        says(cause, event, case=case, person=fact.person, key=f"case:{case}"),
        who,
        *asked,
        routed(
            fact, case, MAIL, f"It opened this case. {mail.lesson}".strip(), "same", cause=cause
        ),
    ]


async def _learnt(fact: Fact, mail: MailReceived, desk: Desk) -> list[Draft]:
    """What a known contact's mail adds to what may give them away, and the question it raises."""
    own = await desk.contact_of(fact.person)
    if own is None or mail.automatic:
        return []
    fresh = tuple(hint for hint in hints_of(mail, desk) if hint not in own.hints)
    if not fresh:
        return []
    event = ContactRecognised(contact=own.id, by="address", hints=fresh)
    asked = await asked_whether_same(fact, fact, mail, desk)
    return [says(fact, event, person=fact.person), *asked]


def _created(cause: Fact, fact: Fact, mail: MailReceived, case: str, desk: Desk) -> Draft:
    event = ContactCreated(
        contact=short_id("con", fact.person),
        name=mail.sender_name,
        address=mail.sender,
        hints=hints_of(mail, desk),
    )
    return says(cause, event, case=case, person=fact.person, key=f"contact:{fact.person}")


def _which(fact: Fact, mail: MailReceived, cases: list[Case]) -> Draft:
    """Several open cases of one sender: a person says which, Coo does not guess."""
    options = [Option(f"{TO_CASE}{case.id}", f"{case.number}: {case.title}") for case in cases]
    event = QuestionAsked(
        question=short_id("ask", fact.id, MAIL),
        about=fact.id,
        why=f"Its sender has {len(cases)} open cases, and it names none of them.",
        options=(*options, Option(NEW_CASE, "Something new")),
        text=f"Which case does the mail {mail.subject!r} belong to?",
    )
    return says(fact, event, case=cases[-1].id, person=fact.person)


def _again(fact: Fact, mail: MailReceived) -> Draft:
    why = f"A mail with the same Message-ID {mail.message_id!r} was taken in before."
    remedy = "Nothing to do, unless the sender says it is another one."
    return unrouted(fact, MAIL, why, remedy, settled=True)


def _own(fact: Fact) -> Draft:
    why = "It is our own mail, come back to us."
    return unrouted(fact, MAIL, why, "Nothing to do.", settled=True)


def _automatic(fact: Fact, mail: MailReceived) -> Draft:
    why = f"It is automatic mail ({mail.automatic}) and belongs to no case."
    remedy = "Nothing was answered. Read it if you expected it."
    quiet = Outcome.NO_ACTION if mail.automatic.startswith(QUIET) else ""
    return unrouted(fact, MAIL, why, remedy, outcome=quiet)


def _erased(fact: Fact) -> Draft:
    why = "Its sender was erased before it was read."
    return unrouted(fact, MAIL, why, "Nothing was answered. If they write again, it is a new case.")


def _nobody(fact: Fact) -> Draft:
    return unrouted(
        fact, MAIL, "It names no sender that could be answered.", "Read it in the blob store."
    )
