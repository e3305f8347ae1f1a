"""The gate: what the rules see of a proposed command, and what they say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import assert_never

import msgspec

from ledger.domain.applied import as_known, policies_of
from ledger.domain.commands import (
    Command,
    IssueCreditNote,
    IssueInvoice,
    OutgoingMail,
    ReopenCase,
    SendCorrection,
    SendCreditNote,
    SendInvoice,
    SendProposal,
    SendReminder,
    SendReply,
    SendSpecimen,
    amount_of,
    command_name,
    command_sha,
)
from ledger.domain.company import Company
from ledger.domain.entities import Contact
from ledger.domain.events import ActionProposed, Event
from ledger.domain.going_live import MODE, Mode
from ledger.domain.knowledge import Knowledge
from ledger.domain.known import held_for
from ledger.domain.reading import Clock, Views
from ledger.domain.values import Line, canonical, reversed_lines
from ledger.domain.verdicts import Deny, FiredRule, Verdict
from policies.circumstances import Circumstances, gathered
from policies.consistency import Kind, findings
from policies.engine import Policies
from policies.first_numbers import first_number
from policies.inputs import NO_LIMIT, GateInput, values_of
from policies.outgoing import (
    foreign_accounts,
    foreign_addresses,
    foreign_links,
    own_domains,
    readable,
    reveals,
    unbacked_amounts,
)
from policies.pricing import adds_up, below_floor, discount_bp, from_list
from policies.provenance import NONE, foreign_sender, trust_of, untrusted
from policies.rulebook import About, Effect
from policies.said_before import said_before
from policies.taxes import tax_fields

__all__ = ["Gate", "GateInput", "gate_input"]

Fields = dict[str, object]

_FOUND = {
    "repeats": Kind.REPETITION,
    "contradicts": Kind.CONTRADICTION,
    "off_voice": Kind.VOICE,
}
"""Under which names the rules see what `policies.consistency` finds."""


class Gate:
    """Evaluates proposed commands. Pure but for the lookups; never raises for a bad command."""

    def __init__(self, policies: Policies, views: Views, company: Company, clock: Clock) -> None:
        self._policies = policies
        self._views = views
        self._company = company
        self._clock = clock

    async def evaluate(
        self,
        case: str,
        person: str,
        proposed: ActionProposed,
        *,
        phase: str,
        alongside: Sequence[Event] = (),
    ) -> tuple[Verdict, str]:
        """The verdict, and the canonical JSON of everything the rules saw.

        `phase` is "proposal" or "execution". `alongside`: the events of the same delivery that
        are not in the views yet (the `Routed` being handled, `ProposalDrafted`, `Recalled` …);
        without them a version that is only just drafted is unknown, and the rules ask.
        """
        command = proposed.command
        if command is None or command_sha(command) != proposed.sha256:
            return self._unreadable(command), canonical({"action": proposed.action}).decode()
        now = self._clock.now()
        if isinstance(command, SendSpecimen):
            return await self._specimen(case, person, command, phase)
        world = await gathered(self._views, case, command, now, alongside)
        held = await held_for(self._views, command.contact, now)
        given = gate_input(as_known(self._company, held), command, proposed, world)
        seen = msgspec.structs.replace(
            given,
            phase=phase,
            case=case,
            person=person,
            hour=now.hour,
            watching=await self._watching(),
            remembered_policies=policies_of(held),
            **tax_fields(self._company, held, command, world.offer),
            **await first_number(self._views, self._company, command, now.date()),
            **await self._consistency(case, proposed, world, held, now.date()),
        )
        values = values_of(seen)
        verdict = self._policies.decide(About.COMMANDS, seen.command, values)
        return verdict, canonical(values).decode()

    async def _watching(self) -> bool:
        mode = await self._views.get(Mode, MODE)
        return mode is not None and mode.watching

    async def _specimen(
        self, case: str, person: str, command: SendSpecimen, phase: str
    ) -> tuple[Verdict, str]:
        """The first real mail, to the operator: all that matters is that it is their address."""
        own = _same_address(command.to, self._company.operator.email)
        values = values_of(
            GateInput(
                command=command_name(command),
                phase=phase,
                risk=command.risk.value,
                case=case,
                person=person,
                contact=command.contact,
                to=command.to,
                recipient_in_address_book=own,
                recipient_is_case_contact=own,
                first_contact=False,
                watching=await self._watching(),
                hour=self._clock.now().hour,
            )
        )
        verdict = self._policies.decide(About.COMMANDS, command_name(command), values)
        return verdict, canonical(values).decode()

    async def _consistency(
        self,
        case: str,
        proposed: ActionProposed,
        world: Circumstances,
        held: Sequence[Knowledge],
        today: date,
    ) -> dict[str, tuple[str, ...]]:
        """What a mail repeats and contradicts of what its reader was told, and how it sounds."""
        mail = proposed.command
        if not isinstance(mail, OutgoingMail):
            return {}
        said = await said_before(
            self._views,
            self._company,
            held,
            contact=mail.contact,
            case=case,
            action=proposed.action,
            today=today,
        )
        found = findings(as_known(self._company, held), mail, world.offer, said)
        return {
            name: tuple(each.words for each in found if each.kind is kind)
            for name, kind in _FOUND.items()
        }

    def _unreadable(self, command: Command | None) -> Deny:
        erased = "Its content was erased with the person it belonged to."
        differs = "Its bytes are not the ones that were proposed."
        reason = erased if command is None else differs
        fired = FiredRule("command-unreadable", Effect.DENY.value, f"{reason} Nothing may run.")
        return Deny((fired,), self._policies.policy)


def gate_input(
    company: Company, command: Command, proposed: ActionProposed, world: Circumstances
) -> GateInput:
    """What the rules see. Pure: the same arguments give the same input."""
    fields: Fields = {
        "command": command_name(command),
        "risk": command.risk.value,
        "contact": command.contact,
        "phase": "",
        "case": "",
        "company_currency": company.currency,
        "ask_above_minor": _ask_above(company),
        "memory_degraded": world.memory_degraded,
        **_amount(command),
        **_recipient(company, command, proposed, world),
        **_trust(command, proposed),
        **_guardrails(company),
        **_deal(company, command, world),
        **_text(company, command, world),
    }
    return msgspec.convert(fields, GateInput)


def _ask_above(company: Company) -> int:
    """The limit above which to ask. It is not converted: for another currency there is none."""
    limit = company.ask_above
    if limit is None:
        return NO_LIMIT
    return limit.minor if limit.currency == company.currency else 0


def _amount(command: Command) -> Fields:
    amount = amount_of(command)
    if amount is None:
        return {}
    return {"amount_minor": amount.minor, "currency": amount.currency}


def _recipient(
    company: Company, command: Command, proposed: ActionProposed, world: Circumstances
) -> Fields:
    of_case = world.case is not None and world.case.contact == command.contact != ""
    return {
        "to": command.to if isinstance(command, OutgoingMail) else command.contact,
        "recipient_in_address_book": _in_address_book(world.contact, command),
        "recipient_is_case_contact": of_case,
        "case_has_untrusted_sender": world.other_sender or foreign_sender(proposed.provenance),
        "contact_ids": world.contact_ids,
        "recipient_changed": world.recipient_changed,
        "first_contact": world.contact is None or world.contact.mails_sent == 0,
        "mails_today_to_contact": world.mails_today,
        "max_mails_a_day_to_contact": company.budgets.mails_per_contact_per_day,
    }


def _in_address_book(contact: Contact | None, command: Command) -> bool:
    """The contact with exactly this id, and for a mail exactly its address."""
    if isinstance(command, OutgoingMail):
        return contact is not None and _same_address(command.to, contact.address)
    return contact is not None


def _same_address(one: str, other: str) -> bool:
    # Upper and lower case are the same mailbox only among ASCII letters: the Kelvin sign
    # lower-cases to "k", and a look-alike address is somebody else's.
    if one.isascii() and other.isascii():
        return one.lower() == other.lower() != ""
    return one == other != ""


def _trust(command: Command, proposed: ActionProposed) -> Fields:
    trust = trust_of(command, proposed.provenance)
    recipient = trust.get("to") or trust["contact"]
    others = {f"trust_{n}": trust[n].value if n in trust else NONE for n in _OTHERS}
    return {"trust_to": recipient.value, "untrusted_arguments": untrusted(trust), **others}


_OTHERS = ("total", "lines", "body")


def _guardrails(company: Company) -> Fields:
    rails = company.guardrails
    return {
        "max_discount_bp": rails.max_discount_bp,
        "min_delivery_days": rails.deadline_days,
        "max_rounds": rails.rounds,
        "negotiation": rails.negotiation.value,
    }


def _deal(company: Company, command: Command, world: Circumstances) -> Fields:
    match command:
        case SendProposal():
            return _offered(company, command, world)
        case IssueInvoice():
            return {
                **_priced(company, command, command.lines, 0),
                "version": command.version,
                "total_matches_accepted": _is_accepted(command, world),
            }
        case SendInvoice():
            return {
                "lines_known": world.invoice is not None,
                "invoice_total_matches": _is_issued(command, world),
            }
        case SendReminder():
            return {
                "lines_known": world.invoice is not None,
                "invoice_total_matches": _is_open(command, world),
            }
        case IssueCreditNote():
            return {
                "lines_known": world.invoice is not None,
                "total_adds_up": adds_up(command.lines, command.total, command.part),
                "credit_matches_invoice": _reverses(command, world),
            }
        case SendCreditNote():
            return {
                "lines_known": world.credit_note is not None,
                "credit_matches_invoice": _is_credited(command, world),
            }
        case SendReply():
            return {"purpose": command.purpose}
        case SendCorrection() | SendSpecimen() | ReopenCase():
            return {}
        case _:
            assert_never(command)


def _offered(company: Company, command: SendProposal, world: Circumstances) -> Fields:
    offer = world.offer
    if offer is None or offer.contact != command.contact:
        unknown = {"total_adds_up": False, "prices_from_list": False}
        return {"version": command.version, "lines_known": False, **unknown}
    priced = _priced(company, command, offer.lines, offer.discount_bp)
    rails = company.guardrails
    within = (
        priced["total_adds_up"] is True
        and priced["prices_from_list"] is True
        and priced["below_floor"] is False
        and discount_bp(company, offer.lines, offer.discount_bp) <= rails.max_discount_bp
        and offer.delivery_days >= rails.deadline_days
        and command.version <= rails.rounds + 1
        and not offer.replans
    )
    return {
        **priced,
        "version": command.version,
        "delivery_days": offer.delivery_days,
        "within_guardrails": within,
    }


def _priced(
    company: Company, command: SendProposal | IssueInvoice, lines: tuple[Line, ...], stated: int
) -> Fields:
    return {
        "lines_known": bool(lines),
        "total_adds_up": adds_up(
            lines, command.total, command.part if isinstance(command, IssueInvoice) else None
        ),
        "prices_from_list": from_list(company, lines),
        "below_floor": below_floor(company, lines),
        "discount_bp": discount_bp(company, lines, stated),
    }


def _is_accepted(command: IssueInvoice, world: Circumstances) -> bool:
    offer = world.offer
    if offer is None or offer.accepted_version != command.version:
        return False
    accepted = (offer.contact, offer.lines, offer.total)
    return accepted == (command.contact, command.lines, command.total)


def _is_issued(command: SendInvoice, world: Circumstances) -> bool:
    invoice = world.invoice
    if invoice is None:
        return False
    issued = (invoice.contact, invoice.number, invoice.total)
    return issued == (command.contact, command.number, command.total)


def _is_open(command: SendReminder, world: Circumstances) -> bool:
    """Whether exactly this much is owed on the invoice it names."""
    invoice = world.invoice
    if invoice is None:
        return False
    owed = (invoice.contact, invoice.number, invoice.open)
    return owed == (command.contact, command.number, command.total)


def _reverses(command: IssueCreditNote, world: Circumstances) -> bool:
    """Whether it takes back exactly what the invoice says, line by line."""
    invoice = world.invoice
    if invoice is None:
        return False
    turned = (invoice.contact, invoice.number, reversed_lines(invoice.lines), -invoice.total)
    same_tax = (invoice.tax, invoice.buyer) == (command.tax, command.buyer)
    return same_tax and turned == (
        command.contact,
        command.number,
        command.lines,
        command.total,
    )


def _is_credited(command: SendCreditNote, world: Circumstances) -> bool:
    note = world.credit_note
    if note is None:
        return False
    issued = (note.contact, note.number, note.invoice_number, note.total)
    return issued == (command.contact, command.number, command.invoice, command.total)


def _text(company: Company, command: Command, world: Circumstances) -> Fields:
    return _mail_text(company, command, world) if isinstance(command, OutgoingMail) else {}


def _mail_text(company: Company, mail: OutgoingMail, world: Circumstances) -> Fields:
    text = readable(f"{mail.subject}\n{mail.body}")
    own = (company.email, company.operator.email, mail.to)
    return {
        "attachments": len(mail.attachments),
        "foreign_addresses": foreign_addresses(text, own),
        "foreign_accounts": foreign_accounts(text, company.bank.iban),
        "foreign_links": foreign_links(text, own_domains(company)),
        "unbacked_amounts": unbacked_amounts(
            text,
            company,
            world.lines,
            mail.total if isinstance(mail, SendInvoice | SendCreditNote) else None,
            world.offer.plan if world.offer else None,
        ),
        "reveals": reveals(text, company, world.lines),
    }
