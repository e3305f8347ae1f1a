"""What a claim of an effect can end in: a try that may leave, or why it may not.

Every refusal says `why` (as in `ActionWithheld`: stopped, budget, superseded), the detail and
the remedy, so that whoever needs no more can treat them alike.
"""

from __future__ import annotations

from msgspec import Struct

from ledger.domain.entities import Action, Case, Stop
from ledger.domain.events import CreditNoteIssued, InvoiceIssued
from ledger.domain.facts import Fact
from ledger.domain.going_live import WATCHING

Issued = InvoiceIssued | CreditNoteIssued
"""A document that took its number."""


class Claimed(Struct, frozen=True, kw_only=True):
    """Try `n` is durable and may leave. `issued` is the document whose number it took."""

    n: int
    issued: Issued | None = None


class Refused(Struct, frozen=True, kw_only=True):
    """It may not leave, and nothing was written."""

    why: str
    detail: str
    remedy: str


class StoppedBy(Refused, frozen=True, kw_only=True):
    """The operator halted it."""

    stop: Stop


class OverBudget(Refused, frozen=True, kw_only=True):
    """The cap is reached. `scope`: mails per day, or mails per contact per day."""

    scope: str
    limit: int
    used: int


class NoLongerApproved(Refused, frozen=True, kw_only=True):
    """These bytes may not run: undecided, decided otherwise, replaced, erased or unknown."""


class WorldMoved(Refused, frozen=True, kw_only=True):
    """What the command takes for granted is no longer true; `detail` says what."""


class InvoiceExists(Refused, frozen=True, kw_only=True):
    """Another action issued the invoice for this version of the proposal."""

    invoice: InvoiceIssued


class CreditNoteExists(Refused, frozen=True, kw_only=True):
    """Another action issued the credit note for this invoice."""

    credit_note: CreditNoteIssued


class AlreadyDone(Refused, frozen=True, kw_only=True):
    """This try, or the whole action, has its outcome. `outcome` is that fact."""

    outcome: Fact


class AlreadyClaimed(Refused, frozen=True, kw_only=True):
    """Try `n` was claimed before and nobody saw its end: recover it as the connector can.

    `issued` is the document whose number it took; `stop` is in force now, if any: then look the
    effect up, but do not repeat it.
    """

    n: int
    issued: Issued | None = None
    stop: Stop | None = None


Claim = Claimed | Refused


def concerns(stop: Stop, action: Action, case: Case | None) -> bool:
    """Whether a stop in force covers an action: everything, its case, or a contact of it.

    That is whom the command names, and whom the case is about, whoever they are merged with. A
    copy that must not act is stopped as a whole.
    """
    contacts = {action.command.contact if action.command else "", case.contact if case else ""}
    match stop.scope:
        case "all" | "copy":
            return True
        case "case":
            return stop.target == action.case
        case "contact":
            return not contacts.isdisjoint({stop.target, *stop.covers} - {""})
        case _:
            return False


def stopped_by(stop: Stop) -> StoppedBy:
    """Refused by a stop that is in force."""
    if stop.scope == "copy":
        return StoppedBy(
            why="stopped",
            detail=f"This copy of the company must not act: {stop.reason}.",
            remedy="`takeover` compares it with the world and lets it act.",
            stop=stop,
        )
    what = "everything" if stop.scope == "all" else f"{stop.scope} {stop.target}"
    order = "resume" if stop.scope == "all" else f"resume {stop.target}"
    reason = f" ({stop.reason})" if stop.reason else ""
    return StoppedBy(
        why="stopped",
        detail=f"{stop.by} stopped {what}{reason}.",
        remedy=f"`{order}` lets it run.",
        stop=stop,
    )


def watching() -> Refused:
    """Refused since the company watches: nothing leaves before `go-live`."""
    return Refused(
        why=WATCHING,
        detail="Watching: nothing is sent until `go-live`.",
        remedy="`go-live` ends that; its card is then asked again.",
    )


def over_budget(action: str, scope: str, limit: int, used: int) -> OverBudget:
    """Refused by a cap on mails."""
    return OverBudget(
        why="budget",
        detail=f"The limit of {scope} ({limit}) is reached.",
        remedy=(
            f"`retry {action}` sends it after midnight UTC, or at once when you have raised the "
            "budget in company.yaml and started Coo again."
        ),
        scope=scope,
        limit=limit,
        used=used,
    )


def withdrawn(detail: str) -> NoLongerApproved:
    """Refused since these bytes may not run (any more)."""
    remedy = "Look at the newest card of the case; nothing else may run."
    return NoLongerApproved(why="superseded", detail=detail, remedy=remedy)


def world_moved(why: str) -> WorldMoved:
    """Refused since the world is no longer the one that was approved of."""
    remedy = "Coo looks afresh and proposes what fits now."
    return WorldMoved(why="superseded", detail=why, remedy=remedy)


def invoice_exists(invoice: InvoiceIssued) -> InvoiceExists:
    """Refused since the invoice is there."""
    return InvoiceExists(
        why="superseded",
        detail=f"Invoice {invoice.number} was issued for this version of the proposal already.",
        remedy="Send that one; an issued invoice is only ever reversed by a credit note.",
        invoice=invoice,
    )


def credit_note_exists(note: CreditNoteIssued) -> CreditNoteExists:
    """Refused since the invoice is reversed."""
    return CreditNoteExists(
        why="superseded",
        detail=f"Credit note {note.number} has reversed invoice {note.invoice_number} already.",
        remedy="Nothing to do; an invoice is reversed once.",
        credit_note=note,
    )


def already_done(action: str, n: int, outcome: Fact) -> AlreadyDone:
    """Refused since the end is known."""
    return AlreadyDone(
        why="superseded",
        detail=f"Try {n} of {action!r} has its outcome already.",
        remedy="Nothing to do; `audit` shows it.",
        outcome=outcome,
    )


def already_claimed(
    action: str, n: int, issued: Issued | None, stop: Stop | None
) -> AlreadyClaimed:
    """Refused since this very try is out already."""
    return AlreadyClaimed(
        why="superseded",
        detail=f"Try {n} of {action!r} was claimed already, and its end is not recorded.",
        remedy="It is looked up or repeated under its key; nothing to do by hand.",
        n=n,
        issued=issued,
        stop=stop,
    )
