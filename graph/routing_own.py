"""What the operator did himself: his own mails, and what he says that he told. Facts, not wishes.

A mail of his Sent folder belongs to a case by the same exact keys as a customer's: thread, number,
and to whom it went. What he states in it is read here, by rules, so that it is on record.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from graph.agents.own_words import WROTE, stated_in
from graph.agents.quoting import new_text
from graph.desk import Desk, says, tells, unrouted
from graph.routing_mail import TO_CASE, case_of_thread, mail_marker
from graph.routing_numbers import cases_of_number, numbers_in
from ledger.domain.entities import Action, Approval, ApprovalStatus, Case
from ledger.domain.events import (
    DoneByOperator,
    MailReceived,
    OperatorActed,
    OperatorTold,
    OperatorWrote,
    Option,
    QuestionAsked,
)
from ledger.domain.facts import Draft, Fact, short_id
from ledger.domain.messages import Message, Outcome
from ledger.domain.values import Money

MAIL: Final = "mail"
NOWHERE: Final = f"{TO_CASE}none"
"""The answer that an own mail belongs to no case."""

_REFERENCES: Final = 50
_SHOWN: Final = 300
_SENT_BY: Final = {"invoice": "SendInvoice"}
"""Which of our mails has left where the operator sent such a document himself."""

_WAITS: Final = (ApprovalStatus.PENDING, ApprovalStatus.POSTPONED)


class Doer(Struct, frozen=True):
    """Who did it, and where that is on record."""

    operator: str
    channel: str


async def route_own_mail(fact: Fact, mail: OperatorWrote, desk: Desk) -> list[Draft]:
    """The facts that follow from a mail of the operator's own. A second copy of it adds nothing."""
    marker = mail_marker(mail)
    known = await desk.fact(marker)
    if known is not None:
        return [] if known.cause == fact.id else [_again(fact)]
    drafts = await _own(fact, mail, desk)
    return [*drafts[:-1], replace(drafts[-1], id=marker, key=f"mail:{marker}")]


async def route_told(fact: Fact, told: OperatorTold, desk: Desk) -> list[Draft]:
    """His word about a case: as good as a mail of his."""
    case = await desk.case(told.case)
    if case is None or await desk.erased(case.id):
        return [tells(fact, "told", f"There is no case {told.case!r}. Nothing was noted.")]
    stated = stated_in(told.text, how=told.how)
    price = Money(stated.minor, stated.currency or desk.currency) if stated.minor else None
    event = OperatorActed(
        fact=fact.id,
        how=told.how,
        why=f"{told.operator} said so.",
        price=price,
        gross=stated.gross,
        agreed=stated.agreed,
        sent=stated.sent,
        text=told.text[:_SHOWN],
    )
    return await _acted(fact, event, case.id, Doer(told.operator, told.channel), desk)


async def placed_by_hand(
    fact: Fact, mail: Fact, event: OperatorWrote, choice: str, desk: Desk
) -> list[Draft]:
    """The operator says to which case his own mail belongs."""
    case = await desk.case(choice.removeprefix(TO_CASE))
    if case is None:
        return [unrouted(mail, MAIL, _NO_CASE, _NOTHING, cause=fact, outcome=Outcome.NO_ACTION)]
    return await _in_case(fact, mail, event, case.id, "You said so.", desk)


async def _own(fact: Fact, mail: OperatorWrote, desk: Desk) -> list[Draft]:
    if await desk.views.find(Action, f"message:{mail.message_id}"):
        return [unrouted(fact, MAIL, "Coo sent this mail.", _NOTHING, settled=True)]
    names = [mail.in_reply_to, *reversed(mail.references[-_REFERENCES:])]
    for name in names:
        found = await desk.views.find(Action, f"message:{name}") if name else ()
        if found and not await desk.erased(found[0].case):
            why = f"You wrote it in the thread of the mail {name}."
            return await _in_case(fact, fact, mail, found[0].case, why, desk)
    thread = await case_of_thread(names, desk)
    if thread is not None:
        why = f"You answered the mail {thread[1]}."
        return await _in_case(fact, fact, mail, thread[0], why, desk)
    for number in numbers_in(f"{mail.subject}\n{mail.text}"):
        cases = await cases_of_number(number, desk.views) if not number.isdigit() else ()
        if len(cases) == 1 and not await desk.erased(cases[0]):
            return await _in_case(fact, fact, mail, cases[0], f"It quotes {number}.", desk)
    return await _by_recipient(fact, mail, desk)


async def _by_recipient(fact: Fact, mail: OperatorWrote, desk: Desk) -> list[Draft]:
    contact = await desk.contact_of(fact.person)
    cases = await desk.open_cases(contact.id) if contact else []
    if len(cases) == 1:
        why = "You wrote to somebody who has this one open case."
        return await _in_case(fact, fact, mail, cases[0].id, why, desk)
    if cases:
        return [_which(fact, mail, cases)]
    return [unrouted(fact, MAIL, _NO_CASE, _NOTHING, outcome=Outcome.NO_ACTION)]


async def _in_case(
    cause: Fact, fact: Fact, mail: OperatorWrote, case: str, why: str, desk: Desk
) -> list[Draft]:
    stated = stated_in(mail.text, [each.name for each in mail.files])
    price = Money(stated.minor, stated.currency or desk.currency) if stated.minor else None
    event = OperatorActed(
        fact=fact.id,
        how=WROTE,
        why=why,
        answers=await _answered(mail.in_reply_to, desk),
        message_id=mail.message_id,
        price=price,
        gross=stated.gross,
        agreed=stated.agreed,
        sent=stated.sent,
        text=new_text(mail.text)[:_SHOWN],
    )
    return await _acted(cause, event, case, Doer("you", "mail"), desk)


async def _acted(cause: Fact, event: OperatorActed, case: str, by: Doer, desk: Desk) -> list[Draft]:
    """What he did, after the cards that it makes true."""
    person = await desk.person_behind(case)
    done = [
        says(
            cause,
            DoneByOperator(
                approval=one.id,
                action=one.action,
                operator=by.operator,
                channel=by.channel,
                tap=cause.id,
            ),
            case=case,
            person=person,
            key=f"decision:{one.id}",
        )
        for one in await _made_true(event, case, desk)
    ]
    return [*done, says(cause, event, case=case, person=person)]


async def _made_true(event: OperatorActed, case: str, desk: Desk) -> list[Approval]:
    """The cards that wait for what he has sent himself."""
    name = _SENT_BY.get(event.sent, "")
    waiting = [
        one for one in await desk.views.all(Approval, case=case) if name and one.status in _WAITS
    ]
    found = [(one, await desk.action_behind(one)) for one in waiting]
    return [one for one, action in found if action is not None and action.name == name]


async def _answered(name: str, desk: Desk) -> str:
    """The customer's mail (its desk fact) that bears this Message-ID, or ""."""
    for message in await desk.views.find(Message, f"mail:{name}") if name else ():
        fact = await desk.fact(message.id)
        if fact is not None and isinstance(fact.event, MailReceived):
            return fact.id
    return ""


def _which(fact: Fact, mail: OperatorWrote, cases: list[Case]) -> Draft:
    options = [Option(f"{TO_CASE}{one.id}", f"{one.number}: {one.title}") for one in cases]
    event = QuestionAsked(
        question=short_id("ask", fact.id, MAIL),
        about=fact.id,
        why=f"Whom you wrote to has {len(cases)} open cases, and your mail names none of them.",
        options=(*options, Option(NOWHERE, "None of them")),
        text=f"You wrote {mail.subject!r} yourself. Which case does that belong to?",
    )
    return says(fact, event, case=cases[-1].id, person=fact.person)


def _again(fact: Fact) -> Draft:
    return unrouted(fact, MAIL, "This mail is on record already.", _NOTHING, settled=True)


_NO_CASE: Final = "You wrote it yourself, and it belongs to no open case."
_NOTHING: Final = "Nothing to do."
