"""Cards of what is over or broken, and questions: what was decided, what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from bot import texts
from bot.cards import brief
from bot.cards import rows as card_rows
from bot.channel import Button, Card, CardKind, Row, Verb
from bot.wording.amounts import ago_words, clock_words
from bot.wording.untrusted import excerpt, one_line
from ledger.domain.claims import stopped_by
from ledger.domain.commands import Command, IssueCreditNote, IssueInvoice, MailCommand, ReopenCase
from ledger.domain.entities import (
    Action,
    ActionStatus,
    Approval,
    ApprovalStatus,
    Case,
    Contact,
    Failure,
    Question,
    Stop,
)
from ledger.domain.verdicts import Allow, Receipt

LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"

UNDECIDED: Final = frozenset({ApprovalStatus.PENDING, ApprovalStatus.POSTPONED})
"""An approval in one of these still waits for its person."""


def decided_card(
    action: Action, approval: Approval, contact: Contact | None, now: datetime
) -> Card:
    """What was decided, by whom, when, and what came of it. It has no verbs."""
    command = action.command
    who = card_rows.who(contact)
    title = card_rows.headline(command, who) if command else one_line(action.name)
    rows = (
        card_rows.what_to_whom(command, contact)
        if command
        else (Row(texts.ROW_WHAT, (texts.ERASED,)),)
    )
    return Card(
        kind=CardKind.DECIDED,
        about=approval.id,
        number=approval.number,
        case=approval.case,
        title=title,
        rows=(
            *rows,
            Row(texts.ROW_DECIDED, (decided_words(approval, now),), important=True),
            _came_of_it(action, contact, approval, now),
        ),
        buttons=tuple(_holding(action, approval)),
    )


def waits_to_leave(action: Action, approval: Approval) -> bool:
    """Whether an approved mail can still be held."""
    approved = approval.status is ApprovalStatus.APPROVED and action.status is ActionStatus.ALLOWED
    return approved and action.leaves_at is not None and not action.attempts


def _holding(action: Action, approval: Approval) -> Iterator[Button]:
    if waits_to_leave(action, approval):
        typed = f"hold {approval.number}"
        yield Button(label=texts.VERB_HOLD, typed=typed, verb=Verb.HOLD)


def decided_words(approval: Approval, now: datetime) -> str:
    """`approved by nora at 10:02 (console)`"""
    if approval.status in UNDECIDED:
        return texts.UNDECIDED
    words = texts.DECISIONS[approval.status]
    if approval.decided_by:
        words += texts.BY_WHOM.format(who=one_line(approval.decided_by, 60))
    if approval.decided_at:
        words += texts.AT_WHEN.format(when=clock_words(approval.decided_at, now))
    if approval.channel:
        words += f" ({one_line(approval.channel, 30)})"
    reason = one_line(approval.reason).rstrip(".")
    if approval.since is not None:
        reason = texts.REMINDER_GONE.format(why=reason, ago=ago_words(approval.since, now))
    return words + (f": {reason}" if reason else "")


def outcome_lines(action: Action, contact: Contact | None) -> tuple[str, ...]:
    """What came of an action. It says "sent" only from a receipt."""
    if action.receipt is not None:
        return tuple(receipt_lines(action, action.receipt, contact))
    if action.status is ActionStatus.SUCCEEDED:
        return (texts.NO_RECEIPT,)
    line = texts.STATUS[action.status]
    told = (one_line(part) for part in (action.cause, action.remedy) if part)
    return (line, *told)


def receipt_lines(action: Action, receipt: Receipt, contact: Contact | None) -> Iterator[str]:
    """`Sent to Ada Byron <ada@…>`, then the proof and what came of it."""
    command = action.command
    to = (
        f"{card_rows.who(contact)} <{one_line(command.to)}>"
        if isinstance(command, MailCommand)
        else card_rows.who(contact)
    )
    yield _done(command).format(to=to, reference=receipt.reference)
    where = texts.AT_PLACE.format(place=one_line(receipt.location)) if receipt.location else ""
    reference = one_line(receipt.reference)
    yield texts.RECEIPT.format(provider=one_line(receipt.provider), reference=reference) + where
    for part in receipt.documents:
        yield f"{one_line(part.name)} ({brief.size_words(part.size)})"


def _came_of_it(action: Action, contact: Contact | None, approval: Approval, now: datetime) -> Row:
    if action.leaves_at is not None and waits_to_leave(action, approval):
        when = f"{action.leaves_at.astimezone(now.tzinfo):%H:%M:%S}"
        return Row(texts.ROW_LEAVES, (texts.LEAVES_AT.format(when=when),), important=True)
    lines = outcome_lines(action, contact)
    short = (lines[0], *_proof_in_brief(action.receipt)) if action.receipt else None
    return Row(texts.ROW_OUTCOME, lines, brief=short)


def _proof_in_brief(receipt: Receipt) -> tuple[str, ...]:
    """That there is a receipt, by whom, and which documents came of it."""
    documents = (f"{one_line(e.name)} ({brief.size_words(e.size)})" for e in receipt.documents)
    return (texts.RECEIPT_BRIEF.format(provider=one_line(receipt.provider)), *documents)


def _done(command: Command | None) -> str:
    match command:
        case None:
            return texts.DONE_ERASED
        case IssueInvoice():
            return texts.DONE_INVOICE
        case IssueCreditNote():
            return texts.DONE_CREDIT_NOTE
        case ReopenCase():
            return texts.DONE_REOPENED
        case _:
            return texts.DONE_MAIL


def outcome_card(action: Action, contact: Contact | None, number: int = 0) -> Card:
    """What an action came to, for the person who waits for it."""
    lines = outcome_lines(action, contact)
    return Card(
        kind=CardKind.OUTCOME if action.receipt else CardKind.FAILURE,
        about=action.id,
        number=number,
        case=action.case,
        title=lines[0],
        rows=(
            *_done_what(action),
            *(() if number else _unasked(action)),
            *_proof(action, lines[1:]),
        ),
    )


def _proof(action: Action, lines: tuple[str, ...]) -> tuple[Row, ...]:
    if action.receipt is None:
        return card_rows.row(texts.ROW_CAUSE, lines)
    return (Row(texts.ROW_PROOF, lines, brief=_proof_in_brief(action.receipt)),)


def _done_what(action: Action) -> Iterator[Row]:
    """What it was, and over how much."""
    if action.command is None:
        return
    yield card_rows.what(action.command)
    for amount in list(card_rows.how_much(action.command))[:1]:
        yield Row(amount.label, amount.lines[:1])


def _unasked(action: Action) -> Iterator[Row]:
    """Which rule let it happen without a card."""
    if isinstance(action.verdict, Allow):
        reasons = tuple(one_line(rule.reason, 300) for rule in action.verdict.fired if rule.reason)
        yield from card_rows.row(texts.ROW_UNASKED, reasons)


def question_card(
    question: Question, now: datetime, case: Case | None = None, contact: Contact | None = None
) -> Card:
    """What Coo cannot tell and does not guess, and whom it is about."""
    shown, cut = excerpt(question.text)
    if question.status != "open":
        return _answered(question)
    asked = texts.ASKED.format(when=clock_words(question.asked_at, now))
    return Card(
        kind=CardKind.QUESTION,
        about=question.id,
        number=question.number,
        case=question.case,
        title=texts.QUESTION,
        rows=(
            *_about(case, contact),
            Row(texts.ROW_WHY, (one_line(question.why), asked), brief=_why(question)),
            *card_rows.advice(question.recommendation),
        ),
        text=question.text,
        excerpt=shown,
        cut=cut,
        buttons=tuple(
            Button(
                label=one_line(option.label), typed=f"{question.number} {sign}", choice=option.id
            )
            for sign, option in zip(LETTERS, question.options, strict=False)
        ),
        footer=texts.ANSWER_FREELY.format(number=question.number),
    )


def _about(case: Case | None, contact: Contact | None) -> Iterator[Row]:
    """The case and its customer; what they wrote is a command away, never on the card."""
    if case is not None:
        who = f", {card_rows.who(contact)} <{one_line(contact.address)}>" if contact else ""
        first = f"{case.number}{who}"
        read = texts.READ_ALL.format(case=case.number)
        yield Row(texts.ROW_CASE, (first, read), brief=(first,))


def _why(question: Question) -> tuple[str, ...]:
    """Why it is asked, unless the question says so itself."""
    why = brief.first_sentence(question.why).rstrip(".")
    return () if not why or why in " ".join(question.text.split()) else (f"{why}.",)


def stopped_row(stop: Stop, now: datetime) -> Row:
    """Who stopped it, since when, and what lets it run again."""
    refused = stopped_by(stop)
    since = texts.SINCE.format(when=clock_words(stop.since, now))
    lines = (
        f"{one_line(refused.detail, 300).rstrip('.')}, {since}.",
        one_line(refused.remedy, 300),
    )
    return Row(texts.ROW_STOPPED, lines, important=True)


def _answered(question: Question) -> Card:
    chosen = next((each.label for each in question.options if each.id == question.choice), "")
    answer = ", ".join(part for part in (chosen, question.answer) if part) or question.status
    return Card(
        kind=CardKind.DECIDED,
        about=question.id,
        number=question.number,
        case=question.case,
        title=one_line(question.text),
        rows=(Row(texts.ROW_ANSWER, (one_line(answer),)),),
    )


def _in_brief(label: str, lines: tuple[str, ...], short: tuple[str, ...]) -> tuple[Row, ...]:
    return (Row(label, lines, brief=short),) if lines else ()


def failure_card(failure: Failure, now: datetime, evidence: Iterable[str] = ()) -> Card:
    """{what, cause, evidence, not done, owner, remedies}, with a button where Coo can act."""
    again = f"retry {failure.id}"
    since = texts.SINCE.format(when=clock_words(failure.since, now))
    seen = texts.SEEN.format(number=failure.count) if failure.count > 1 else ""
    rows = (
        Row(texts.ROW_CAUSE, (one_line(failure.cause, 300),), important=True),
        *_in_brief(texts.ROW_EVIDENCE, tuple(one_line(each) for each in evidence), ()),
        *_in_brief(
            texts.ROW_NOT_DONE, card_rows.short(failure.not_done), brief.advice(failure.not_done)
        ),
        Row(
            texts.ROW_OWNER,
            (f"{one_line(failure.owner)}, {since}{seen}",),
            brief=(f"{since}{seen}",),
        ),
        *_in_brief(
            texts.ROW_REMEDY,
            tuple(one_line(each, 300) for each in failure.remedies),
            tuple(one_line(each, 300) for each in failure.remedies if again not in each.split("`")),
        ),
    )
    retryable = failure.id == failure.case or failure.id.startswith("act-")
    button = Button(label=texts.VERB_RETRY, typed=again, command=again)
    return Card(
        kind=CardKind.DECIDED if failure.cleared else CardKind.FAILURE,
        about=failure.id,
        case=failure.case,
        title=one_line(brief.spelt(failure.what)) + (texts.CLEARED if failure.cleared else ""),
        rows=rows,
        buttons=(button,) if retryable and not failure.cleared else (),
    )
