"""Cards: what a person sees before they decide, and afterwards. Pure, and rendered by code.

The order is always the same: what will happen, to whom, how much, why it asks, where each
value came from, what Coo recommends, what happens if nothing is done, and when it expires.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from bot import texts
from bot.cards import brief
from bot.cards import rows as card_rows
from bot.cards.outcomes import UNDECIDED, decided_card
from bot.cards.sources import Sources, provenance_lines
from bot.channel import Button, Card, CardKind, Row, Verb
from bot.wording.amounts import clock_words, span_words
from bot.wording.untrusted import excerpt, one_line
from ledger.domain.commands import Command, command_sha, with_edits
from ledger.domain.entities import (
    Action,
    Approval,
    ApprovalStatus,
    Contact,
)
from ledger.domain.values import Provenance, Risk, Trust
from ledger.domain.verdicts import Allow, Ask, Deny, FiredRule

NO_SOURCES: Final[Sources] = {}


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
            *card_rows.what_to_whom(command, contact),
            *_reasons(action),
            *_sources(provenance_lines(action.provenance, sources, now)),
            *card_rows.advice(action.recommendation),
            _if_nothing(action.if_nothing),
            _until(approval, now),
            *card_rows.rest(command),
        ),
        text=card_rows.body(command),
        excerpt=shown,
        cut=cut,
        buttons=tuple(_verbs(approval.number, command)),
        footer=texts.BOUND_TO.format(sha=command_sha(command)[: card_rows.SHA_SIGNS]),
        sha256=command_sha(command),
        irreversible=action.risk == Risk.IRREVERSIBLE,
        attachments=card_rows.attachments(command),
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
    mine = Provenance((), Trust.OPERATOR, texts.YOUR_EDIT)
    sourced = replace(action, provenance={**action.provenance, **dict.fromkeys(edits, mine)})
    base = approval_card(sourced, edited, approval, contact, now, sources)
    number = approval.number
    return replace(
        base,
        kind=CardKind.PREVIEW,
        title=texts.PREVIEW.format(title=base.title),
        rows=(*base.rows, Row(texts.ROW_EDITED, (", ".join(sorted(edits)),))),
        buttons=(
            Button(label=texts.VERB_SEND_EDIT, typed=f"approve {number}", verb=Verb.EDIT),
            Button(label=texts.VERB_EDIT_AGAIN, typed=f"edit {number}", command=f"edit {number}"),
            Button(label=texts.VERB_DROP, typed=f"show {number}", command=f"show {number}"),
        ),
        edits=dict(edits),
    )


def fired_lines(fired: Iterable[FiredRule]) -> tuple[str, ...]:
    """`first-contact: It is your first mail to them. (asks)`"""
    return tuple(
        f"{one_line(rule.rule, 60)}: {one_line(rule.reason, 300)} ({texts.EFFECTS[rule.effect]})"
        if rule.effect in texts.EFFECTS
        else f"{one_line(rule.rule, 60)}: {one_line(rule.reason, 300)}"
        for rule in fired
    )


def _reasons(action: Action) -> Iterator[Row]:
    match action.verdict:
        case Allow(fired, policy) | Ask(fired, policy) | Deny(fired, policy):
            lines = fired_lines(fired) or (texts.ASKS_BY_DEFAULT,)
            rules = texts.POLICY.format(policy=policy)
            yield Row(texts.ROW_ASKS, (*lines, rules), brief=brief.reasons(fired))
        case None:
            yield Row(texts.ROW_ASKS, (texts.ASKS_BY_DEFAULT,))
    yield Row(texts.ROW_RISK, (texts.RISKS.get(action.risk, action.risk),), brief=())


def _sources(lines: tuple[str, ...]) -> Iterator[Row]:
    if lines:
        yield Row(texts.ROW_SOURCES, lines, brief=brief.sources(lines))


def _if_nothing(text: str) -> Row:
    whole = card_rows.short(text) or (texts.NOTHING_HAPPENS,)
    return Row(texts.ROW_NOTHING, whole, brief=(brief.first_sentence(whole[0]),))


def _until(approval: Approval, now: datetime) -> Row:
    if approval.status is ApprovalStatus.POSTPONED and approval.until:
        return Row(
            texts.ROW_UNTIL, (texts.POSTPONED.format(when=clock_words(approval.until, now)),)
        )
    when, left = clock_words(approval.expires_at, now), span_words(approval.expires_at - now)
    short = texts.EXPIRES_BRIEF.format(when=when, left=left)
    return Row(texts.ROW_UNTIL, (texts.EXPIRES.format(when=when, left=left),), brief=(short,))


def _verbs(number: int, command: Command) -> Iterator[Button]:
    yield Button(label=texts.VERB_APPROVE, typed=f"approve {number}", verb=Verb.APPROVE)
    if command.editable:
        yield Button(label=texts.VERB_EDIT, typed=f"edit {number}", verb=Verb.EDIT)
    yield Button(label=texts.VERB_REJECT, typed=f"reject {number} WHY", verb=Verb.REJECT)
    yield Button(label=texts.VERB_TELL, typed=f"tell {number} HOW", verb=Verb.INSTRUCT)
    yield Button(label=texts.VERB_LATER, typed=f"later {number}", verb=Verb.LATER)
    yield Button(label=texts.VERB_DID_IT, typed=f"did-it {number}", verb=Verb.DID_IT)
    yield more_button(str(number))


def more_button(about: str) -> Button:
    """The way to all that a card leaves out."""
    return Button(label=texts.VERB_MORE, typed=f"more {about}", command=f"more {about}")
