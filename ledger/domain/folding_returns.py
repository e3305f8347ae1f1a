"""The fold of mails that came back: what was sent is not with the customer after all."""

from __future__ import annotations

from msgspec.structs import replace

from ledger.domain.commands import SendCreditNote, SendInvoice, SendProposal
from ledger.domain.entities import (
    Action,
    ActionStatus,
    CreditNote,
    Entity,
    Failure,
    Invoice,
    Proposal,
)
from ledger.domain.events import MailBounced
from ledger.domain.facts import Fact
from ledger.domain.look import Look


def fold_returns(fact: Fact, look: Look) -> list[Entity]:
    """The action is a failure with remedies, and what it brought is unsent; a hand's word stands.

    The receipt is gone from the present state, so that nobody renders "sent" from it.
    """
    event = fact.event
    action = look.get(Action, event.action) if isinstance(event, MailBounced) else None
    if not isinstance(event, MailBounced) or action is None:
        return []
    if action.status is ActionStatus.BY_OPERATOR:
        return []
    bounced = replace(
        action,
        status=ActionStatus.BOUNCED,
        receipt=None,
        cause=event.cause,
        remedy=event.remedy.replace("\n", " "),
    )
    return [bounced, _failure(event, action, fact), *_unsent(action, look)]


def _failure(event: MailBounced, action: Action, fact: Fact) -> Failure:
    return Failure(
        id=action.id,
        case=fact.case,
        what=f"{action.name} came back",
        cause=event.cause,
        not_done=action.name,
        owner="operator",
        remedies=tuple(each for each in event.remedy.split("\n") if each),
        since=fact.at,
    )


def _unsent(action: Action, look: Look) -> list[Entity]:
    match action.command:
        case SendProposal() as sent:
            return _proposal(sent, look)
        case SendInvoice() as sent:
            invoice = look.get(Invoice, sent.invoice)
            back = invoice is not None and invoice.status == "sent"
            return [replace(invoice, status="issued")] if invoice and back else []
        case SendCreditNote() as sent:
            note = look.get(CreditNote, sent.credit_note)
            return [replace(note, status="issued")] if note else []
        case _:
            return []


def _proposal(sent: SendProposal, look: Look) -> list[Entity]:
    proposal = look.get(Proposal, sent.proposal)
    if proposal is None or sent.version not in proposal.sent_versions:
        return []
    left = tuple(each for each in proposal.sent_versions if each != sent.version)
    unsent = proposal.status == "sent" and sent.version == proposal.version
    return [replace(proposal, sent_versions=left, status="drafted" if unsent else proposal.status)]
