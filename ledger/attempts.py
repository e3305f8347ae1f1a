"""The claim of an effect: stop, approval, preconditions, budget and number are checked, and the
try is durable.

All of it in one transaction, before anything leaves. What was true a moment ago does not count.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, assert_never

from msgspec import Struct
from msgspec.structs import replace

from ledger.domain.billing import InvoicePart, asked_for
from ledger.domain.claims import (
    Claim,
    Claimed,
    Issued,
    Refused,
    already_claimed,
    already_done,
    concerns,
    credit_note_exists,
    invoice_exists,
    over_budget,
    stopped_by,
    watching,
    withdrawn,
    world_moved,
)
from ledger.domain.commands import IssueCreditNote, IssueInvoice, ReopenCase
from ledger.domain.company import Company
from ledger.domain.entities import Action, ActionStatus, Approval, ApprovalStatus, Case, Stop
from ledger.domain.errors import CurrencyMismatch
from ledger.domain.events import (
    AttemptStarted,
    CreditNoteIssued,
    Event,
    InvoiceIssued,
    Routed,
    VerdictGiven,
)
from ledger.domain.facts import Draft, short_id
from ledger.domain.folding_actions import is_mail
from ledger.domain.folding_spending import counts_today
from ledger.domain.going_live import MODE, Mode
from ledger.domain.holding import first_broken
from ledger.domain.identity import identity_in
from ledger.domain.look import mails_of_day
from ledger.domain.values import Totals
from ledger.domain.verdicts import Allow
from ledger.numbering import CREDIT_NOTE_BOOK, next_number
from ledger.reads import Reads
from ledger.store import Ledger, Tx

DISPATCHER: Final = "dispatcher"
"""Who says that an attempt started: the one who claims."""

_RUNNABLE: Final = frozenset(
    {
        ActionStatus.ALLOWED,
        ActionStatus.ASKING,
        ActionStatus.WITHHELD,
        ActionStatus.ATTEMPTED,
    }
)
_RETRIED: Final = frozenset({ActionStatus.FAILED, ActionStatus.UNKNOWN, ActionStatus.DENIED})
"""These run again only where the operator ordered exactly that."""


class Attempts:
    """Claims tries of actions. The one door through which `AttemptStarted` enters."""

    def __init__(self, ledger: Ledger, company: Company) -> None:
        self._ledger = ledger
        self._company = company

    async def claim(
        self,
        action: Action,
        *,
        n: int,
        connector: str,
        capability: str,
        cause: str,
        verdict: VerdictGiven | None = None,
    ) -> Claim:
        """Claim the n-th try of an action, or learn why it may not leave.

        `action` is what the caller is about to run: its `sha256` must still be what counts.
        `cause` is the fact being reacted to; after a recorded failure only a `Routed` of kind
        retry makes another try possible. For an `IssueInvoice` or an `IssueCreditNote` the next
        number is taken along.
        `verdict`, what the rules said last, is on record before anything leaves.
        """
        event = AttemptStarted(
            action=action.id,
            n=n,
            sha256=action.sha256,
            connector=connector,
            capability=capability,
        )
        return await self._ledger.transact(
            lambda tx: _Counter(tx, self._company).claim(event, cause, verdict)
        )

    async def moved(self, action: Action) -> str:
        """Why the world no longer fits the action, in plain words; "" where it does."""
        company = self._ledger.company
        return await self._ledger.glance(lambda c: first_broken(action, Reads(c, company)))


class _Wanted(Struct, frozen=True):
    """A try that is asked for: the action as it stands in this transaction."""

    action: Action
    n: int
    cause: str
    verdict: VerdictGiven | None = None


class _Counter:
    """The counter where one claim is decided, inside its transaction."""

    def __init__(self, tx: Tx, company: Company) -> None:
        self._tx = tx
        self._reads = Reads(tx.connection, tx.company)
        self._company = company

    def claim(self, event: AttemptStarted, cause: str, verdict: VerdictGiven | None) -> Claim:
        action = self._reads.get(Action, event.action)
        if action is None or action.sha256 != event.sha256:
            return withdrawn(f"The bytes to be run are not those of {event.action!r} as it stands.")
        wanted = _Wanted(action, event.n, cause, verdict)
        refused = (
            self._done(wanted)
            or self._claimed(wanted)
            or self._stopped(action)
            or self._watched(action)
            or self._unapproved(wanted)
            or self._moved(action)
            or self._over_budget(action)
        )
        return refused or self._take(wanted, event)

    # --- what may stand in the way ----------------------------------------------------------------

    def _done(self, wanted: _Wanted) -> Refused | None:
        action = wanted.action
        tries = {wanted.n, action.attempts} if action.receipt else {wanted.n}
        for n in sorted(tries):
            outcome = self._tx.by_key(f"outcome:{action.id}:{n}")
            if outcome is not None:
                return already_done(action.id, n, outcome)
        return None

    def _claimed(self, wanted: _Wanted) -> Refused | None:
        action, n = wanted.action, wanted.n
        if self._tx.by_key(attempt_key(action.id, n)) is None:
            return None
        issued = self._issued(action)
        taken = issued if issued is not None and issued.action == action.id else None
        return already_claimed(action.id, n, taken, self._stop(action))

    def _stopped(self, action: Action) -> Refused | None:
        stop = self._stop(action)
        return None if stop is None else stopped_by(stop)

    def _watched(self, action: Action) -> Refused | None:
        mode = self._reads.get(Mode, MODE)
        inside = isinstance(action.command, ReopenCase)
        return watching() if mode is not None and mode.watching and not inside else None

    def _stop(self, action: Action) -> Stop | None:
        case = self._reads.get(Case, action.case)
        active = self._reads.find(Stop, "active")
        return next((stop for stop in active if concerns(stop, action, case)), None)

    def _unapproved(self, wanted: _Wanted) -> Refused | None:
        action = wanted.action
        if action.command is None:
            return withdrawn(f"The content of {action.id!r} was erased with its person.")
        if wanted.n != action.attempts + 1:
            return withdrawn(f"{action.id!r} is at try {action.attempts}, so {wanted.n} is none.")
        retried = action.status in _RETRIED and self._ordered_again(wanted)
        if action.status not in _RUNNABLE and not retried:
            return withdrawn(f"{action.id!r} is {action.status}.")
        return self._undecided(action, retried=retried)

    def _undecided(self, action: Action, *, retried: bool) -> Refused | None:
        if not action.approval:
            allowed = isinstance(action.verdict, Allow) or retried
            return None if allowed else withdrawn(f"Nobody allowed {action.id!r}.")
        approval = self._reads.get(Approval, action.approval)
        if approval is None or approval.status is not ApprovalStatus.APPROVED:
            status = approval.status if approval else "unknown"
            return withdrawn(f"The approval {action.approval!r} is {status}.")
        if (approval.action, approval.sha256) != (action.id, action.sha256):
            return withdrawn(f"The approval {action.approval!r} is of other bytes.")
        return None

    def _ordered_again(self, wanted: _Wanted) -> bool:
        """Whether we react to the operator's order to retry, given after the last outcome."""
        action, order = wanted.action, self._tx.fact(wanted.cause)
        last = self._tx.by_key(f"outcome:{action.id}:{action.attempts}")
        retry = isinstance(order.event, Routed) and order.event.kind == "retry"
        newer = last is None or order.seq > last.seq
        return retry and newer and order.case == action.case

    def _moved(self, action: Action) -> Refused | None:
        why = first_broken(action, self._reads)
        return world_moved(why) if why else None

    def _over_budget(self, action: Action) -> Refused | None:
        today = self._tx.now().date()
        if not is_mail(action) or action.command is None or counts_today(action, today):
            return None
        caps = self._company.budgets
        of_day = mails_of_day(today)
        over = self._over(action, "mails per day", [of_day], caps.mails_per_day)
        if over or action.approval:  # one more mail to a contact is what a person just decided
            return over
        known = identity_in(self._reads, action.command.contact)
        ids = known.ids if known else (action.command.contact,)
        to_contact = [mails_of_day(today, each) for each in ids]
        limit = caps.mails_per_contact_per_day
        return self._over(action, "mails per contact per day", to_contact, limit)

    def _over(
        self, action: Action, scope: str, counters: Sequence[str], limit: int
    ) -> Refused | None:
        used = sum(self._reads.counter(counter) for counter in counters)
        return over_budget(action.id, scope, limit, used) if used >= limit else None

    # --- taking it --------------------------------------------------------------------------------

    def _take(self, wanted: _Wanted, event: AttemptStarted) -> Claim:
        action = wanted.action
        started = replace(event, approval=action.approval)
        facts = [_draft(wanted, started, attempt_key(action.id, wanted.n))]
        if wanted.verdict is not None:
            key = f"verdict:{action.id}:{wanted.n}"
            facts.insert(0, _draft(wanted, wanted.verdict, key))
        issued = self._issued(action)
        if issued is not None and issued.action != action.id:
            return _exists(issued)
        if issued is None and isinstance(action.command, IssueInvoice | IssueCreditNote):
            if not _adds_up(action.command):
                return withdrawn(f"The lines of {action.id!r} do not add up to its total.")
            issued = self._issue(action, action.command)
            facts.append(_draft(wanted, issued, document_key(action.command)))
        self._tx.append(facts)
        return Claimed(n=wanted.n, issued=issued)

    def _issued(self, action: Action) -> Issued | None:
        """The document that there is already, whoever issued it."""
        if not isinstance(action.command, IssueInvoice | IssueCreditNote):
            return None
        fact = self._tx.by_key(document_key(action.command))
        return fact.event if fact and isinstance(fact.event, Issued) else None

    def _issue(self, action: Action, command: IssueInvoice | IssueCreditNote) -> Issued:
        match command:
            case IssueInvoice():
                return self._issue_invoice(action, command)
            case IssueCreditNote():
                return self._issue_credit_note(action, command)
            case _:
                assert_never(command)

    def _issue_credit_note(self, action: Action, command: IssueCreditNote) -> CreditNoteIssued:
        today: date = self._tx.now().date()
        numbers = self._company.credit_note_numbers
        number = next_number(self._reads, numbers, today, CREDIT_NOTE_BOOK)
        return CreditNoteIssued(
            credit_note=short_id("crn", action.id),
            number=number.text,
            series=number.series,
            action=action.id,
            invoice=command.invoice,
            invoice_number=command.number,
            invoice_date=command.invoice_date,
            contact=command.contact,
            lines=command.lines,
            net=_asked(command).net,
            total=command.total,
            issued_on=today,
            ordinal=number.ordinal,
            reason=command.reason,
            tax=command.tax,
            buyer=command.buyer,
            e_invoice=command.e_invoice,
            part=command.part,
        )

    def _issue_invoice(self, action: Action, command: IssueInvoice) -> InvoiceIssued:
        today: date = self._tx.now().date()
        number = next_number(self._reads, self._company.invoice_numbers, today)
        return InvoiceIssued(
            invoice=short_id("inv", action.id),
            number=number.text,
            series=number.series,
            action=action.id,
            proposal=command.proposal,
            version=command.version,
            contact=command.contact,
            lines=command.lines,
            net=_asked(command).net,
            total=command.total,
            issued_on=today,
            service_date=command.service_date,
            due_on=today + timedelta(days=command.due_days),
            ordinal=number.ordinal,
            tax=command.tax,
            buyer=command.buyer,
            e_invoice=command.e_invoice,
            part=command.part,
        )


def attempt_key(action: str, n: int) -> str:
    """The key of a try: it is claimed once, whoever asks."""
    return f"attempt:{action}:{n}"


def invoice_key(proposal: str, version: int, part: InvoicePart | None = None) -> str:
    """The key of an invoice: one for each version of a proposal, and each part of it.

    Once a credit note has reversed a part, it can be billed again under the next key.
    """
    whole = f"invoice:{proposal}:{version}"
    return f"{whole}:{part.place}:{part.again}" if part else whole


def credit_note_key(invoice: str) -> str:
    """The key of a credit note: one for each invoice."""
    return f"credit:{invoice}"


def document_key(command: IssueInvoice | IssueCreditNote) -> str:
    """The key under which a command's document is issued once."""
    if isinstance(command, IssueCreditNote):
        return credit_note_key(command.invoice)
    return invoice_key(command.proposal, command.version, command.part)


def _exists(issued: Issued) -> Refused:
    if isinstance(issued, CreditNoteIssued):
        return credit_note_exists(issued)
    return invoice_exists(issued)


def _asked(command: IssueInvoice | IssueCreditNote) -> Totals:
    return asked_for(command.lines, command.part, command.total.currency)


def _adds_up(command: IssueInvoice | IssueCreditNote) -> bool:
    try:
        return _asked(command).gross == command.total
    except CurrencyMismatch:
        return False


def _draft(wanted: _Wanted, event: Event, key: str) -> Draft:
    action = wanted.action
    return Draft(
        case=action.case,
        event=event,
        key=key,
        by=DISPATCHER,
        cause=wanted.cause,
        person=action.person,
    )
