"""What becomes of the operator's words: an instruction, an answer, or help. No model here."""

from __future__ import annotations

import re

from graph.answers import AnswerId
from graph.desk import Desk, routed, says, tells
from graph.routing_documents import with_its_files
from graph.routing_expiries import missed_by_hand
from graph.routing_identity import same_or_not, vouched
from graph.routing_mail import MAIL, NEW_CASE, TO_CASE, opened
from graph.routing_own import placed_by_hand
from graph.routing_payments import payer_or_not
from ledger.domain.entities import Approval, Case, Contact, Question
from ledger.domain.events import (
    ExpiriesMissed,
    Instructed,
    MailReceived,
    OperatorSaid,
    OperatorWrote,
    QuestionAnswered,
    QuestionReplied,
)
from ledger.domain.facts import Draft, Fact

HELP = "help"

_CAN = (
    "Say it about a case and it becomes an instruction: reply to a card, or name the case by its "
    "id or number. `inbox` shows what waits for you, `status` how things stand, `help` the rest."
)
_WORD = re.compile(r"\w{3,}")


async def route_said(fact: Fact, said: OperatorSaid, desk: Desk) -> list[Draft]:
    """Words about a case, an approval or a question go there; others are answered with help."""
    approval = await desk.views.get(Approval, said.about) if said.about else None
    if approval:
        return [await _instructed(fact, said, approval.case, desk, approval)]
    question = await desk.views.get(Question, said.about) if said.about else None
    if question and question.status == "open":
        reply = QuestionReplied(
            question=question.id, operator=said.operator, channel=said.channel, text=said.text
        )
        return await route_reply(fact, reply, desk)
    case = question.case if question else await _case(said.about, desk)
    if case:
        return [await _instructed(fact, said, case, desk)]
    return [tells(fact, HELP, await _help(said, desk))]


async def route_reply(fact: Fact, reply: QuestionReplied, desk: Desk) -> list[Draft]:
    """The first answer to an open question counts; every other one is told why not."""
    question = await desk.views.get(Question, reply.question)
    if not question:
        return [tells(fact, HELP, f"There is no question {reply.question!r}. See `inbox`.")]
    problem = _problem(question, reply)
    if problem:
        return [tells(fact, HELP, problem, case=question.case)]
    person = await desk.person_behind(question.case)
    answer = QuestionAnswered(
        question=question.id,
        operator=reply.operator,
        channel=reply.channel,
        choice=reply.choice,
        text=reply.text,
    )
    said = says(fact, answer, case=question.case, person=person, key=f"answer:{question.id}")
    return [said, *await _by_hand(fact, question, reply, desk)]


def _problem(question: Question, reply: QuestionReplied) -> str:
    if question.status != "open":
        given = question.choice or question.answer
        return f"That question is already {question.status}{f': {given}' if given else ''}."
    known = [option.id for option in question.options]
    if reply.choice and reply.choice not in known:
        return f"{reply.choice!r} is none of the answers: {', '.join(known) or 'say it in words'}."
    if not reply.choice and not reply.text.strip():
        return "The answer was empty. The question still waits."
    return ""


async def _by_hand(
    fact: Fact, question: Question, reply: QuestionReplied, desk: Desk
) -> list[Draft]:
    """What follows at once from an answer: what still counts, who somebody is, where a mail is."""
    about = await desk.fact(question.about)
    if about is not None and isinstance(about.event, ExpiriesMissed):
        return await missed_by_hand(fact, about.event, reply.choice, desk)
    if reply.choice == AnswerId.SAME_PERSON:
        return await vouched(fact, question, reply, desk)
    return (
        await same_or_not(fact, question, reply, desk)
        or await payer_or_not(fact, question, reply, desk)
        or await _mail_by_hand(fact, question, reply, desk)
    )


async def _mail_by_hand(
    fact: Fact, question: Question, reply: QuestionReplied, desk: Desk
) -> list[Draft]:
    """Which case a mail belongs to."""
    if reply.choice != NEW_CASE and not reply.choice.startswith(TO_CASE):
        return []
    mail = await desk.history.fact(question.about)
    if isinstance(mail.event, OperatorWrote):
        return await placed_by_hand(fact, mail, mail.event, reply.choice, desk)
    if not isinstance(mail.event, MailReceived):
        return []
    if reply.choice == NEW_CASE:
        made = await opened(fact, mail, mail.event, desk)
        return [*made, *await with_its_files(fact, mail, made[0].case, desk)]
    case = reply.choice.removeprefix(TO_CASE)
    sender = await desk.sender(case, mail.person)
    placed = routed(mail, case, MAIL, f"{reply.operator} said so.", sender, cause=fact)
    return [placed, *await with_its_files(fact, mail, case, desk)]


async def _instructed(
    fact: Fact, said: OperatorSaid, case: str, desk: Desk, approval: Approval | None = None
) -> Draft:
    event = Instructed(
        operator=said.operator,
        channel=said.channel,
        approval=approval.id if approval else "",
        action=approval.action if approval else "",
        text=said.text,
    )
    return says(fact, event, case=case, person=await desk.person_behind(case))


async def _case(about: str, desk: Desk) -> str:
    found = await desk.views.get(Case, about) if about else None
    return found.id if found else ""


async def _help(said: OperatorSaid, desk: Desk) -> str:
    start = f"There is nothing called {said.about!r}. " if said.about else ""
    nearest = await _nearest(said.text, desk)
    if not nearest:
        return f"{start}{_CAN}"
    return f"{start}Do you mean case {nearest.number}, {nearest.title} ({nearest.id})? {_CAN}"


async def _nearest(text: str, desk: Desk) -> Case | None:
    """The case that shares most words with the text by its title or contact; newest wins."""
    words = _words(text)
    contacts = {contact.id: contact for contact in await desk.views.all(Contact)}
    cases = await desk.views.all(Case)
    shared = [(len(words & _named(case, contacts.get(case.contact))), case) for case in cases]
    hits = [(count, case.number, case) for count, case in shared if count]
    return max(hits, key=lambda hit: hit[:2])[2] if hits else None


def _named(case: Case, contact: Contact | None) -> set[str]:
    who = f"{contact.name} {contact.organisation}" if contact else ""
    return _words(f"{case.title} {who}")


def _words(text: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(text)}
