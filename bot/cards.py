"""Cards: what a person sees before they decide, and afterwards. Pure, and rendered by code.

The order is always the same: what will happen, to whom, how much, why it asks, where each
value came from, what Coo recommends, what happens if nothing is done, and when it expires.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from bot import card_rows, texts
from bot.amounts import clock_words, span_words
from bot.card_sources import Sources, provenance_lines
from bot.channel import Button, Card, CardKind, Row, Verb
from bot.untrusted import excerpt, one_line
from ledger.domain.commands import Command, MailCommand, command_sha, with_edits
from ledger.domain.entities import (
    Action,
    ActionStatus,
    Approval,
    ApprovalStatus,
    Contact,
    Failure,
    Question,
)
from ledger.domain.verdicts import Allow, Ask, Deny, FiredRule, Receipt

NO_SOURCES: Final[Sources] = {}
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"

UNDECIDED: Final = frozenset({ApprovalStatus.PENDING, ApprovalStatus.POSTPONED})
"""An approval in one of these still waits for its person."""


def card_of(
    action: Action,
    approval: Approval,
    contact: Contact | None,
    now: datetime,
    sources: Sources = NO_SOURCES,
) -> Card:
    """The card an approval has now: with verbs while it is undecided, else what came of it."""
    if approval.status in UNDECIDED and action.command is not None:
        return approval_card(action, action.command, approval, contact, now, sources)
    return decided_card(action, approval, contact, now)


def approval_card(
    action: Action,
    command: Command,
    approval: Approval,
    contact: Contact | None,
    now: datetime,
    sources: Sources = NO_SOURCES,
) -> Card:
    """Exactly the bytes of `command`, and why they wait. Its tap is bound to their sha256."""
    shown, cut = excerpt(card_rows.body(command))
    return Card(
        kind=CardKind.APPROVAL,
        about=approval.id,
        number=approval.number,
        case=approval.case,
        title=card_rows.headline(command, card_rows.who(contact)),
        rows=(
            *_facts_of(command, contact),
            *_reasons(action),
            *_rows(texts.ROW_SOURCES, provenance_lines(action.provenance, sources, now)),
            *_rows(texts.ROW_ADVICE, _lines(action.recommendation)),
            Row(texts.ROW_NOTHING, _lines(action.if_nothing) or (texts.NOTHING_HAPPENS,)),
            Row(texts.ROW_UNTIL, (_until(approval, now),)),
            *card_rows.rest(command),
        ),
        text=card_rows.body(command),
        excerpt=shown,
        cut=cut,
        buttons=tuple(_verbs(approval.number, command)),
        footer=texts.BOUND_TO.format(sha=command_sha(command)[: card_rows.SHA_SIGNS]),
        sha256=command_sha(command),
    )


def preview_card(
    action: Action,
    approval: Approval,
    edits: dict[str, str],
    contact: Contact | None,
    now: datetime,
    sources: Sources = NO_SOURCES,
) -> Card:
    """The card of the edited command. Sending from here approves these very bytes.

    Raises `CommandInvalid` for a field that may not be edited.
    """
    if action.command is None:
        return decided_card(action, approval, contact, now)
    edited = with_edits(action.command, edits)
    base = approval_card(action, edited, approval, contact, now, sources)
    number = approval.number
    return Card(
        kind=CardKind.PREVIEW,
        about=base.about,
        number=number,
        case=base.case,
        title=texts.PREVIEW.format(title=base.title),
        rows=(*base.rows, Row(texts.ROW_EDITED, (", ".join(sorted(edits)),))),
        text=base.text,
        excerpt=base.excerpt,
        cut=base.cut,
        buttons=(
            Button(label=texts.VERB_SEND_EDIT, typed=f"approve {number}", verb=Verb.EDIT),
            Button(label=texts.VERB_EDIT_AGAIN, typed=f"edit {number}", command=f"edit {number}"),
            Button(label=texts.VERB_DROP, typed=f"show {number}", command=f"show {number}"),
        ),
        footer=base.footer,
        sha256=base.sha256,
        edits=dict(edits),
    )


def decided_card(
    action: Action, approval: Approval, contact: Contact | None, now: datetime
) -> Card:
    """What was decided, by whom, when, and what came of it. It has no verbs."""
    command = action.command
    who = card_rows.who(contact)
    title = card_rows.headline(command, who) if command else one_line(action.name)
    rows = _facts_of(command, contact) if command else (Row(texts.ROW_WHAT, (texts.ERASED,)),)
    return Card(
        kind=CardKind.DECIDED,
        about=approval.id,
        number=approval.number,
        case=approval.case,
        title=title,
        rows=(
            *rows,
            Row(texts.ROW_DECIDED, (decided_words(approval, now),), important=True),
            Row(texts.ROW_OUTCOME, outcome_lines(action, contact)),
        ),
    )


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
    return words + (f": {one_line(approval.reason)}" if approval.reason else "")


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
    done = texts.DONE_MAIL if isinstance(command, MailCommand) else texts.DONE_INVOICE
    yield (done if command else texts.DONE_ERASED).format(to=to, reference=receipt.reference)
    where = texts.AT_PLACE.format(place=one_line(receipt.location)) if receipt.location else ""
    reference = one_line(receipt.reference)
    yield texts.RECEIPT.format(provider=one_line(receipt.provider), reference=reference) + where
    for part in receipt.documents:
        yield f"{one_line(part.name)} ({card_rows.size_words(part.size)})"


def outcome_card(action: Action, contact: Contact | None, number: int = 0) -> Card:
    """What an action came to, for the person who waits for it."""
    lines = outcome_lines(action, contact)
    return Card(
        kind=CardKind.OUTCOME if action.receipt else CardKind.FAILURE,
        about=action.id,
        number=number,
        case=action.case,
        title=lines[0],
        rows=_rows(texts.ROW_PROOF if action.receipt else texts.ROW_CAUSE, lines[1:]),
    )


def question_card(question: Question, now: datetime) -> Card:
    """What Coo cannot tell and does not guess."""
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
            Row(texts.ROW_WHY, (one_line(question.why), asked)),
            *_rows(texts.ROW_ADVICE, _lines(question.recommendation)),
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


def failure_card(failure: Failure, now: datetime, evidence: Iterable[str] = ()) -> Card:
    """{what, cause, evidence, not done, owner, remedies}, with a button where Coo can act."""
    again = f"retry {failure.id}"
    since = texts.SINCE.format(when=clock_words(failure.since, now))
    seen = texts.SEEN.format(number=failure.count) if failure.count > 1 else ""
    rows = (
        Row(texts.ROW_CAUSE, (one_line(failure.cause, 300),), important=True),
        *_rows(texts.ROW_EVIDENCE, tuple(one_line(each) for each in evidence)),
        *_rows(texts.ROW_NOT_DONE, _lines(failure.not_done)),
        Row(texts.ROW_OWNER, (f"{one_line(failure.owner)}, {since}{seen}",)),
        *_rows(texts.ROW_REMEDY, tuple(one_line(each, 300) for each in failure.remedies)),
    )
    retryable = failure.id == failure.case or failure.id.startswith("act-")
    button = Button(label=texts.VERB_RETRY, typed=again, command=again)
    return Card(
        kind=CardKind.DECIDED if failure.cleared else CardKind.FAILURE,
        about=failure.id,
        case=failure.case,
        title=one_line(failure.what) + (texts.CLEARED if failure.cleared else ""),
        rows=rows,
        buttons=(button,) if retryable and not failure.cleared else (),
    )


def fired_lines(fired: Iterable[FiredRule]) -> tuple[str, ...]:
    """`first-contact: It is your first mail to them. (asks)`"""
    return tuple(
        f"{one_line(rule.rule, 60)}: {one_line(rule.reason, 300)} ({texts.EFFECTS[rule.effect]})"
        if rule.effect in texts.EFFECTS
        else f"{one_line(rule.rule, 60)}: {one_line(rule.reason, 300)}"
        for rule in fired
    )


def _facts_of(command: Command, contact: Contact | None) -> tuple[Row, ...]:
    return (
        card_rows.what(command),
        card_rows.to_whom(command, contact),
        *card_rows.how_much(command),
    )


def _reasons(action: Action) -> Iterator[Row]:
    match action.verdict:
        case Allow(fired, policy) | Ask(fired, policy) | Deny(fired, policy):
            lines = fired_lines(fired) or (texts.ASKS_BY_DEFAULT,)
            yield Row(texts.ROW_ASKS, (*lines, texts.POLICY.format(policy=policy)))
        case None:
            yield Row(texts.ROW_ASKS, (texts.ASKS_BY_DEFAULT,))
    yield Row(texts.ROW_RISK, (texts.RISKS.get(action.risk, action.risk),))


def _until(approval: Approval, now: datetime) -> str:
    if approval.status is ApprovalStatus.POSTPONED and approval.until:
        return texts.POSTPONED.format(when=clock_words(approval.until, now))
    when, left = clock_words(approval.expires_at, now), span_words(approval.expires_at - now)
    return texts.EXPIRES.format(when=when, left=left)


def _verbs(number: int, command: Command) -> Iterator[Button]:
    yield Button(label=texts.VERB_APPROVE, typed=f"approve {number}", verb=Verb.APPROVE)
    if command.editable:
        yield Button(label=texts.VERB_EDIT, typed=f"edit {number}", verb=Verb.EDIT)
    yield Button(label=texts.VERB_REJECT, typed=f"reject {number} WHY", verb=Verb.REJECT)
    yield Button(label=texts.VERB_TELL, typed=f"tell {number} HOW", verb=Verb.INSTRUCT)
    yield Button(label=texts.VERB_LATER, typed=f"later {number}", verb=Verb.LATER)
    yield Button(label=texts.VERB_DID_IT, typed=f"did-it {number}", verb=Verb.DID_IT)


def _rows(label: str, lines: tuple[str, ...]) -> tuple[Row, ...]:
    return (Row(label, lines),) if lines else ()


def _lines(text: str) -> tuple[str, ...]:
    return (one_line(text, 300),) if text.strip() else ()
