"""What each move makes: facts at once, commands for the gate. Pure, and in the plan's order."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from graph.agents.draft import draft
from graph.agents.draft_check import wrong_with
from graph.balances import booking, terms_of
from graph.briefing import needs_text, plan_for, priced_for, proposal_ids
from graph.briefs import Brief, Drafted, brief_of, drafted_of
from graph.commands import (
    Letter,
    Proposed,
    accepted_provenance,
    action_of,
    bill_provenance,
    issue_invoice,
    learned_provenance,
    letter,
    mail_provenance,
    offer_provenance,
    pdf_of,
    send_invoice,
    send_proposal,
    send_reminder,
    send_reply,
    stored_draft,
)
from graph.deal import Deal, Doing
from graph.moves import (
    AnyMove,
    AskOperator,
    CloseDeal,
    CorrectMail,
    CreditInvoice,
    Decide,
    DeclineDeal,
    IssueInvoice,
    MatchPayment,
    OfferProposal,
    ProposeReopening,
    RecordAcceptance,
    RecordTold,
    RecordWork,
    Remind,
    ReopenDeal,
    SendAgain,
    SendCreditNote,
    SendInvoice,
    SettleBill,
    Supersede,
    TellOperator,
    Wait,
    WakeMe,
    WakeOnWorkday,
    Withdraw,
    WithdrawQuestion,
    WriteToCustomer,
)
from graph.ordering import order_doubt
from graph.parts import issue_part, other_tax, work_provenance
from graph.planners.wording import remembered
from graph.promising.minding import mind
from graph.situation import Situation
from graph.state import CaseState
from graph.taxing import doubted, form_in, incomplete, kind_of, tax_of
from graph.terms import Priced, Unpriceable
from graph.way_back import correction, credit_note, credit_note_mail, reopening
from ledger.domain.commands import Command, SendCorrection, SendProposal, SendReminder
from ledger.domain.entities import Contact, Invoice
from ledger.domain.events import (
    AbsenceNoted,
    ActionProposed,
    ApprovalSuperseded,
    CaseReopened,
    Event,
    InvoicePaid,
    ProposalAccepted,
    ProposalDeclined,
    ProposalDrafted,
    ProposalTold,
    QuestionAsked,
    QuestionWithdrawn,
    WorkDone,
)
from ledger.domain.facts import short_id
from ledger.domain.tax import TaxKind, Unclear
from ledger.domain.values import OPERATOR, PLAYBOOK, Provenance, Trust

_NO_ADDRESS = "the contact has no address in the address book."


@dataclass
class Making:
    """Collects what a plan's moves make. One instance a delivery; it reads nothing.

    `earlier`: provenance by action, of the actions that are to be proposed again. `invoice`: the
    case's, where one is to be reversed.
    """

    situation: Situation
    contact: Contact | None
    briefs: dict[int, Brief]
    drafts: dict[int, Drafted]
    why: str
    earlier: dict[str, dict[str, Provenance]] = field(default_factory=dict)
    invoice: Invoice | None = None
    events: list[Event] = field(default_factory=list)
    actions: list[ActionProposed] = field(default_factory=list)

    @classmethod
    def of(cls, state: CaseState, situation: Situation, contact: Contact | None) -> Making:
        """From the state of a delivery, after its texts were written."""
        briefs = [brief_of(data) for data in state.get("briefs", [])]
        drafts = [drafted_of(data) for data in state.get("drafted", [])]
        made = [one["event"] for one in state.get("out", []) if one["event"]["type"] == "PlanMade"]
        return cls(
            situation=situation,
            contact=contact,
            briefs={brief.step: brief for brief in briefs},
            drafts={drafted.step: drafted for drafted in drafts},
            why=made[-1]["why"] if made else "",
        )

    @property
    def deal(self) -> Deal:
        return self.situation.deal

    def make(self, step: int, move: AnyMove) -> None:  # noqa: C901, PLR0912  # one line a move: a table
        """Add what one move makes."""
        match move:
            case OfferProposal():
                self._offer(step, move)
            case WriteToCustomer():
                self._reply(step, move)
            case SendAgain():
                self._again(step, move)
            case SendInvoice():
                self._send_invoice(step, move)
            case Remind():
                self._remind(step, move)
            case CreditInvoice():
                self._credit(step, move)
            case SendCreditNote():
                self._take(
                    step, credit_note_mail(self.situation, self._letter(step), move.replaces)
                )
            case CorrectMail():
                self._correct(step, move)
            case ProposeReopening():
                self._take(step, reopening(self.situation, self.contact, move.replaces))
            case Withdraw():
                self._withdraw(move)
            case IssueInvoice():
                self._issue(step, move)
            case RecordTold():
                self._told(step, move)
            case RecordAcceptance():
                self._accept(move)
            case RecordWork():
                done = WorkDone(
                    proposal=self.deal.proposal, work=move.work, on=move.on, fact=move.fact
                )
                self.events.append(done)
            case MatchPayment():
                self._match(move)
            case SettleBill():
                self._settle()
            case AskOperator():
                self._ask(step, move)
            case WithdrawQuestion():
                self.events.append(QuestionWithdrawn(question=move.question, why=move.why))
            case Supersede():
                self._supersede(move)
            case DeclineDeal():
                self._decline(move)
            case ReopenDeal():
                self.events.append(CaseReopened(why=move.why, undoes=move.undoes))
            case Wait() | Decide() | TellOperator() | WakeMe() | WakeOnWorkday() | CloseDeal():
                return

    def _offer(self, step: int, move: OfferProposal) -> None:
        proposal, number, version = proposal_ids(self.situation)
        mail = self._letter(step)
        try:
            price = priced_for(self.situation, move, self.contact)
        except Unpriceable as error:
            self._cannot(step, str(error))
            return
        if mail is None:
            self._cannot(step, _NO_ADDRESS)
            return
        tax = kind_of(tax_of(self.situation, price.lines))
        offer = _drafted(price, proposal, number, version, self.deal.contact, tax)
        offer = msgspec.structs.replace(offer, plan=plan_for(self.situation, move))
        self.events.append(offer)
        command = send_proposal(self.situation, mail, offer, proposal)
        figures = offer_provenance(move.basis)
        if move.wording.learned and mail.drafted.by == PLAYBOOK:
            figures["body"] = learned_provenance(self.situation, move.wording.learned)
        self._propose_mail(step, mail, command, figures, move.replaces)

    def _reply(self, step: int, move: WriteToCustomer) -> None:
        mail = self._letter(step)
        if mail is None:
            self._cannot(step, _NO_ADDRESS)
            return
        command = send_reply(self.situation, mail, move.purpose)
        self._propose_mail(step, mail, command, {}, move.replaces)

    def _again(self, step: int, move: SendAgain) -> None:
        doing = self.deal.action(move.action)
        if doing is None:
            self._cannot(step, "there is no such action in this case.")
        elif doing.name == "IssueInvoice":
            self._issue(step, IssueInvoice(version=doing.version, part=doing.part))
        elif doing.name == "SendInvoice":
            again = SendInvoice(replaces=move.action, wording=move.wording)
            self._send_invoice(step, again)
        elif doing.name == "SendReminder":
            again_ = Remind(step=doing.version, replaces=move.action, wording=move.wording)
            self._remind(step, again_)
        elif doing.name == "IssueCreditNote":
            self._credit(step, CreditInvoice(reason=doing.purpose, replaces=move.action))
        elif doing.name == "SendCreditNote":
            mail = self._letter(step)
            self._take(step, credit_note_mail(self.situation, mail, move.action))
        elif doing.name == "ReopenCase":
            self._take(step, reopening(self.situation, self.contact, move.action))
        else:
            self._mail_again(step, move, doing)

    def _mail_again(self, step: int, move: SendAgain, doing: Doing) -> None:
        text = None if needs_text(doing, move) else stored_draft(doing, step)
        mail, offer = self._letter(step, text), self.deal.version(doing.version)
        if mail is None:
            self._cannot(step, "its text or the contact's address is gone.")
        elif doing.name == SendCorrection.__name__:
            self._correct_again(step, mail, doing)
        elif doing.name != SendProposal.__name__:
            reply = send_reply(self.situation, mail, doing.purpose)
            self._propose_mail(step, mail, reply, {}, move.action)
        elif offer is None or self.deal.accepted or self.deal.declined:
            self._cannot(step, "the offer is no longer open.")
        else:
            command = send_proposal(self.situation, mail, offer, self.deal.proposal)
            self._propose_mail(step, mail, command, self._figures(move.action), move.action)

    def _figures(self, action: str) -> dict[str, Provenance]:
        """Where the figures of an earlier action came from: trust is never gained by waiting."""
        unknown = Provenance((), Trust.UNTRUSTED, "the earlier action is not on record")
        known = self.earlier.get(action, {})
        return {name: known.get(name, unknown) for name in ("total", "lines")}

    def _issue(self, step: int, move: IssueInvoice) -> None:
        offer = self.deal.version(move.version)
        if offer is None or self.contact is None:
            self._cannot(step, "the accepted offer or the contact is not known.")
            return
        tax = tax_of(self.situation, offer.lines)
        if isinstance(tax, Unclear):
            self._ask(step, doubted(self.situation, tax))
            return
        asked = incomplete(self.situation, form_in(self.situation, tax)) or order_doubt(
            self.situation
        )
        if asked is not None:
            self._ask(step, asked)
            return
        if move.part and (asked := other_tax(self.situation, tax)) is not None:
            self._ask(step, asked)
            return
        said = tuple(self.events)
        command = (
            issue_part(self.situation, offer, tax, move.part, self.contact, said)
            if move.part
            else issue_invoice(self.situation, offer, tax)
        )
        self._propose(
            step,
            Proposed(
                command=command,
                provenance=accepted_provenance(self.situation, offer)
                | work_provenance(self.situation, command.part, said),
            ),
        )

    def _send_invoice(self, step: int, move: SendInvoice) -> None:
        bill, mail = self.deal.bill, self._letter(step)
        if bill is None or mail is None or not pdf_of(bill):
            self._cannot(step, "the invoice, its PDF or the contact's address is missing.")
            return
        figures = bill_provenance(self.situation, bill)
        self._propose_mail(step, mail, send_invoice(mail, bill), figures, move.replaces)

    def _remind(self, step: int, move: Remind) -> None:
        bill, mail = self.deal.owing, self._letter(step)
        if bill is None or mail is None or bill.open.minor <= 0:
            self._cannot(step, "nothing is open on the invoice, or the address is missing.")
            return
        figures = bill_provenance(self.situation, bill)
        command = send_reminder(self.situation, mail, bill, move.step)
        self._propose_mail(step, mail, command, figures, move.replaces)

    def _credit(self, step: int, move: CreditInvoice) -> None:
        said = tuple(self.events)
        made = credit_note(self.situation, self.invoice, said, move.reason, move.replaces)
        self._take(step, made)

    def _correct(self, step: int, move: CorrectMail) -> None:
        doing = self.deal.action(move.action)
        if doing is None:
            self._cannot(step, "there is no such action in this case.")
            return
        mail = self._letter(step)
        self._take(step, correction(self.situation, mail, doing, move.replaces))

    def _correct_again(self, step: int, mail: Letter, doing: Doing) -> None:
        first = self.deal.action(doing.undoes)
        if first is None:
            self._cannot(step, "the mail it corrects is not in this case.")
            return
        self._take(step, correction(self.situation, mail, first, doing.action))

    def _take(self, step: int, made: Proposed | str) -> None:
        """Propose what was made, or ask where it could not be."""
        if isinstance(made, str):
            self._cannot(step, made)
        else:
            self._propose(step, made)

    def _withdraw(self, move: Withdraw) -> None:
        doing = self.deal.action(move.action)
        if doing is not None:
            gone = ApprovalSuperseded(approval=doing.approval, action=doing.action, why=move.why)
            self.events.append(gone)

    def _told(self, step: int, move: RecordTold) -> None:
        proposal, number, version = proposal_ids(self.situation)
        try:
            price = priced_for(self.situation, move, self.contact)
        except Unpriceable as error:
            self._cannot(step, str(error))
            return
        tax = kind_of(tax_of(self.situation, price.lines))
        self.events += [
            _drafted(price, proposal, number, version, self.deal.contact, tax),
            ProposalTold(
                proposal=proposal, version=version, fact=move.fact, message_id=move.message_id
            ),
        ]

    def _accept(self, move: RecordAcceptance) -> None:
        self.events.append(
            ProposalAccepted(
                proposal=self.deal.proposal, version=move.version, fact=move.fact, by=move.by
            )
        )

    def _match(self, move: MatchPayment) -> None:
        money = self.deal.money(move.fact)
        if money is not None:
            self.events += booking(terms_of(self.situation), self.deal, money, move.close)

    def _settle(self) -> None:
        if self.deal.bill is not None:
            today = self.situation.today
            self.events.append(InvoicePaid(invoice=self.deal.bill.invoice, paid_on=today))

    def _decline(self, move: DeclineDeal) -> None:
        offer = self.deal.offer
        if offer is not None:
            self.events.append(
                ProposalDeclined(proposal=self.deal.proposal, version=offer.version, fact=move.fact)
            )

    def _supersede(self, move: Supersede) -> None:
        doing = self.deal.action(move.action)
        if doing is None or not doing.approval:
            return
        fact = self.situation.fact
        source = fact if isinstance(fact.event, AbsenceNoted) else self.situation.source
        told = source is not None and doing.name == SendReminder.__name__
        gone = ApprovalSuperseded(
            approval=doing.approval,
            action=doing.action,
            why=move.why,
            since=source.at if source is not None and told else None,
        )
        self.events.append(gone)

    def _ask(self, step: int, move: AskOperator) -> None:
        memory = remembered(self.situation.recalled)
        advice = " ".join(part for part in (move.recommendation, memory) if part)
        self.events.append(
            QuestionAsked(
                question=short_id("ask", self.deal.case, self.situation.fact.id, step),
                about=move.about,
                why=move.why,
                recommendation=advice,
                options=move.options,
                text=move.text,
            )
        )

    def _cannot(self, step: int, why: str) -> None:
        """A move that turned out impossible is asked about, never half made."""
        self._ask(
            step,
            AskOperator(
                topic="impossible",
                about=self.situation.cause,
                text=f"I could not prepare this step: {why} Nothing was sent. What should happen?",
                why=why,
            ),
        )

    def _letter(self, step: int, text: Drafted | None = None) -> Letter | None:
        """The mail for a step, its text checked once more; None: no address or no text."""
        drafted = text or self._checked(step)
        if drafted is None or self.contact is None or not self.contact.address:
            return None
        return letter(self.deal, self.contact, drafted)

    def _checked(self, step: int) -> Drafted | None:
        """The draft where it holds, else the template; None where no text was asked for."""
        drafted, brief = self.drafts.get(step), self.briefs.get(step)
        if brief is None:
            return None
        if drafted is None or (
            drafted.by != OPERATOR and wrong_with(brief, drafted.subject, drafted.body)
        ):
            return draft(brief)
        return drafted

    def _propose_mail(
        self,
        step: int,
        mail: Letter,
        command: Command,
        figures: dict[str, Provenance],
        replaces: str,
    ) -> None:
        provenance = mail_provenance(self.situation, mail, figures)
        self._propose(step, Proposed(command=command, provenance=provenance, replaces=replaces))

    def _propose(self, step: int, proposed: Proposed) -> None:
        memory = remembered(self.situation.recalled)
        advice = " ".join(part for part in (self.why, self._mind(proposed), memory) if part)
        full = msgspec.structs.replace(proposed, recommendation=advice)
        self.actions.append(action_of(self.situation, full, step))

    def _mind(self, proposed: Proposed) -> str:
        """What a new offer should mind of earlier promises; "" for everything else."""
        if not isinstance(proposed.command, SendProposal):
            return ""
        drafted = [event for event in self.events if isinstance(event, ProposalDrafted)]
        promised, today = self.situation.promised, self.situation.today
        return mind(promised, drafted[-1], today) if drafted else ""


def _drafted(  # the parts of one fact
    price: Priced, proposal: str, number: str, version: int, contact: str, tax: TaxKind | None
) -> ProposalDrafted:
    return ProposalDrafted(
        proposal=proposal,
        number=number,
        version=version,
        contact=contact,
        lines=price.lines,
        net=price.sums.net,
        total=price.sums.gross,
        discount_bp=price.discount_bp,
        valid_until=price.valid_until,
        delivery_days=price.delivery_days,
        tax=tax,
    )
