"""The router: which case a fact on the desk concerns. Exact keys only, no model, no guess."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never, cast

from graph.desk import ROUTER, Desk, unrouted
from graph.drafts import placed
from graph.routing_brought import route_brought
from graph.routing_confirming import route_configured, route_confirm, route_told_key
from graph.routing_documents import route_document
from graph.routing_doorstep import route_chat
from graph.routing_expiries import route_missed
from graph.routing_identity import route_merge, route_split
from graph.routing_mail import route_mail
from graph.routing_matches import route_match, route_unmatch
from graph.routing_own import route_own_mail, route_told
from graph.routing_payments import route_issued, route_payment
from graph.routing_payouts import route_paid_out
from graph.routing_prices import route_prices
from graph.routing_roles import unauthorised
from graph.routing_said import route_reply, route_said
from graph.routing_stops import (
    route_alarm,
    route_resume,
    route_retry,
    route_stop,
    route_take_over,
)
from graph.routing_strays import route_assign
from graph.routing_taps import route_tap
from graph.routing_undo import route_undo
from graph.routing_work import route_work
from ledger.domain.events import (
    AlarmRang,
    AssignOrdered,
    ChatReceived,
    CompanyConfigured,
    ConfirmOrdered,
    CopyTakenOver,
    DocumentReceived,
    ExpiriesMissed,
    InvoiceBrought,
    InvoiceIssued,
    KeyTold,
    MailReceived,
    MailUnreadable,
    MatchOrdered,
    MergeOrdered,
    OperatorSaid,
    OperatorTold,
    OperatorWrote,
    PaidOut,
    PaymentReceived,
    PricesChanged,
    QuestionReplied,
    ResumeOrdered,
    RetryOrdered,
    SplitOrdered,
    StopOrdered,
    Tapped,
    UndoOrdered,
    UnmatchOrdered,
    WorkReported,
)
from ledger.domain.facts import Delivery, Draft, Fact, Reaction, derived_id
from ledger.domain.reading import Clock, History, Views
from ledger.domain.values import DESK

Arrived = (
    MailReceived
    | DocumentReceived
    | MailUnreadable
    | PaymentReceived
    | PaidOut
    | OperatorSaid
    | OperatorTold
    | OperatorWrote
    | Tapped
    | QuestionReplied
    | StopOrdered
    | ResumeOrdered
    | RetryOrdered
    | CopyTakenOver
    | AlarmRang
    | ExpiriesMissed
    | InvoiceIssued
    | MergeOrdered
    | SplitOrdered
    | KeyTold
    | AssignOrdered
    | MatchOrdered
    | UnmatchOrdered
    | UndoOrdered
    | WorkReported
    | PricesChanged
    | ChatReceived
    | CompanyConfigured
    | ConfirmOrdered
    | InvoiceBrought
)
"""What comes from outside and may concern a case; and an invoice, which money may wait for."""


class Router:
    """Reacts to the desk. It reads the present state, so what it has said once it never redoes."""

    def __init__(
        self,
        *,
        views: Views,
        history: History,
        clock: Clock,
        pseudonym: Callable[[str], str],
        country: str,
        currency: str = "EUR",
        operator: str = "",
    ) -> None:
        self._desk = Desk(
            views=views,
            history=history,
            clock=clock,
            pseudonym=pseudonym,
            country=country,
            currency=currency,
            operator=operator,
        )

    @property
    def name(self) -> str:
        return ROUTER

    def wants(self, fact: Fact) -> bool:
        """What came from outside; the company's own files concern no single case."""
        arrived = fact.case == DESK and isinstance(fact.event, Arrived)
        return arrived or isinstance(fact.event, InvoiceIssued)

    async def handle(self, delivery: Delivery) -> Reaction:
        """The facts that follow, or none where they are in the ledger already."""
        fact = delivery.fact
        if await self._desk.fact(derived_id(fact.id, ROUTER, 0)):
            return Reaction()
        drafts = await unauthorised(fact, fact.event, self._desk)
        drafts = drafts or await self._route(fact, cast("Arrived", fact.event))
        return Reaction(drafts=tuple([placed(draft, ROUTER, n) for n, draft in enumerate(drafts)]))

    async def _route(self, fact: Fact, event: Arrived) -> list[Draft]:  # noqa: C901, PLR0911, PLR0912 - one arm a type, nothing nested
        match event:
            case MailReceived():
                return await route_mail(fact, event, self._desk)
            case DocumentReceived():
                return await route_document(fact, event, self._desk)
            case MailUnreadable():
                return [unrouted(fact, "mail", event.cause, event.remedy)]
            case PaymentReceived():
                return await route_payment(fact, event, self._desk)
            case PaidOut():
                return await route_paid_out(fact, event, self._desk)
            case OperatorSaid():
                return await route_said(fact, event, self._desk)
            case OperatorTold():
                return await route_told(fact, event, self._desk)
            case OperatorWrote():
                return await route_own_mail(fact, event, self._desk)
            case Tapped():
                return await route_tap(fact, event, self._desk)
            case QuestionReplied():
                return await route_reply(fact, event, self._desk)
            case StopOrdered():
                return await route_stop(fact, event, self._desk)
            case ResumeOrdered():
                return await route_resume(fact, event, self._desk)
            case RetryOrdered():
                return await route_retry(fact, event, self._desk)
            case CopyTakenOver():
                return await route_take_over(fact, event, self._desk)
            case AlarmRang():
                return await route_alarm(fact, event, self._desk)
            case ExpiriesMissed():
                return await route_missed(fact, event, self._desk)
            case InvoiceIssued():
                return await route_issued(fact, event, self._desk)
            case MergeOrdered():
                return await route_merge(fact, event, self._desk)
            case SplitOrdered():
                return await route_split(fact, event, self._desk)
            case KeyTold():
                return await route_told_key(fact, event, self._desk)
            case AssignOrdered():
                return await route_assign(fact, event, self._desk)
            case MatchOrdered():
                return await route_match(fact, event, self._desk)
            case UnmatchOrdered():
                return await route_unmatch(fact, event, self._desk)
            case UndoOrdered():
                return await route_undo(fact, event, self._desk)
            case WorkReported():
                return await route_work(fact, event, self._desk)
            case PricesChanged():
                return await route_prices(fact, event, self._desk)
            case CompanyConfigured():
                return await route_configured(fact, event, self._desk)
            case ConfirmOrdered():
                return await route_confirm(fact, event, self._desk)
            case InvoiceBrought():
                return await route_brought(fact, event, self._desk)
            case ChatReceived():
                return await route_chat(fact, event, self._desk)
            case _:
                assert_never(event)
