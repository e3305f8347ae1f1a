"""The playbook for silence: who does not answer or pay is asked again, on a card, when it is time.

One alarm at a time counts for an offer and one for an invoice: the last that was set. So whatever
comes in between only sets a later one, and after an outage a case asks once, for the latest step.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from graph.agents.reminder_texts import FOLLOW_UP as FOLLOWING
from graph.amounts import day_words
from graph.deal import PENDING, Bill, Deal, Doing, Progress, Stage
from graph.moves import AnyMove, Choice, Remind, Supersede, WakeOnWorkday, WriteToCustomer
from graph.planners.steps import is_asking, waiting
from graph.situation import Situation
from graph.slots import Intent
from graph.taxing import buyer_in
from ledger.domain.commands import SendReminder
from ledger.domain.events import (
    AbsenceNoted,
    AlarmRang,
    MailReceived,
    PaymentMatched,
    PaymentReceived,
    Routed,
)

FOLLOW_UP: Final = "follow-up:"
REMIND: Final = "remind:"
INVOICE_DUE: Final = "invoice-due:"
"""Purposes of alarms: the version of an offer, the invoice and the step of its reminder, or the
invoice alone follows."""

AFTER_THE_LAST: Final = 10
"""Working days after the last reminder until the operator is asked what to do."""

REST_WAITING: Final = 2
REST_MONEY: Final = 2
REST_REPLY: Final = 5
REST_DISPUTE: Final = 10
"""Working days for which a reminder rests: while something waits for the operator, after a payment
that does not close the invoice, after a message, and after a complaint."""

_NOT_SENT: Final = PENDING | {Progress.SUPERSEDED, Progress.EXPIRED}


def after_offer(s: Situation, version: int) -> tuple[AnyMove, ...]:
    """Look again when they have been silent for too long; nothing where that is not wanted."""
    days = s.company.follow_up_after
    if not days:
        return ()
    purpose = f"{FOLLOW_UP}{version}"
    return (WakeOnWorkday(on=s.today, after=days, purpose=purpose, country=country_of(s)),)


def after_invoice(s: Situation, bill: Bill) -> WakeOnWorkday | None:
    """The first reminder; None where the company has none."""
    if not s.company.reminders:
        return None
    return _wake(s, bill, 1, bill.due_on + timedelta(days=s.company.reminders[0].after_days))


def country_of(s: Situation) -> str:
    """Theirs, as it was entered; "" where nobody has."""
    buyer = buyer_in(s)
    return buyer.country if buyer else ""


def on_time(s: Situation, event: AlarmRang, purpose: str) -> tuple[Choice, ...]:
    """What is due after silence; () for an alarm of another kind."""
    if not purpose.startswith((FOLLOW_UP, REMIND)):
        return ()
    if _overruled(s.deal, event.alarm, purpose):
        return waiting("A later alarm takes its place.")
    away = s.deal.away_until
    if away is not None and s.today < away:
        wake = WakeOnWorkday(on=away, purpose=purpose, country=country_of(s))
        return (Choice(id="wait", moves=(wake,), why=f"They are away until {day_words(away)}."),)
    if purpose.startswith(FOLLOW_UP):
        return _follow_up(s, purpose.removeprefix(FOLLOW_UP))
    invoice, _, step = purpose.removeprefix(REMIND).rpartition(":")
    return _remind(s, invoice, int(step))


def interrupted(s: Situation, found: tuple[Choice, ...]) -> tuple[Choice, ...]:
    """The choices, each with what money or a message does to reminders: a card that waits is
    withdrawn, and the next one is put off."""
    moves = tuple(_interrupting(s))
    if not moves:
        return found
    gone = {one.action for one in moves if isinstance(one, Supersede)}
    return tuple(
        Choice(
            id=one.id,
            moves=(*moves, *(each for each in one.moves if not _again(each, gone))),
            why=one.why,
            goal=one.goal,
            not_taken=one.not_taken,
        )
        for one in found
    )


def unsent_follow_ups(deal: Deal) -> tuple[AnyMove, ...]:
    """Questions after silence that wait while the offer has run out."""
    return tuple(
        Supersede(action=one.action, why="the offer ran out") for one in _asked_after_silence(deal)
    )


def _asked_after_silence(deal: Deal) -> list[Doing]:
    """Questions after silence that wait for the operator, or to leave."""
    return [
        one
        for one in deal.doing
        if one.name == "SendReply" and one.purpose == FOLLOWING and is_asking(one)
    ]


def _again(move: AnyMove, gone: set[str]) -> bool:
    return isinstance(move, Supersede) and move.action in gone


def _follow_up(s: Situation, version: str) -> tuple[Choice, ...]:
    deal, offer = s.deal, s.deal.sent_offer
    over = deal.accepted or deal.declined or deal.closed
    if offer is None or str(offer.version) != version or over or s.today > offer.valid_until:
        return waiting("That offer is not open any more.")
    if deal.open or deal.pending:
        return waiting("Something about it waits for the operator first.")
    if _followed(deal, offer.version):
        return waiting("They were asked once already.")
    days = s.company.follow_up_after
    why = f"They have not answered our offer for {days} working days."
    return (Choice(id="follow-up", moves=(WriteToCustomer(purpose=FOLLOWING),), why=why),)


def _followed(deal: Deal, version: int) -> bool:
    """Whether they were asked, or were not to be asked, since this version was made."""
    since = [
        at
        for at, one in enumerate(deal.doing)
        if one.name == "SendProposal" and one.version == version
    ]
    later = deal.doing[since[-1] :] if since else deal.doing
    return any(
        one.purpose == FOLLOWING and one.progress is not Progress.SUPERSEDED for one in later
    )


def _remind(s: Situation, invoice: str, step: int) -> tuple[Choice, ...]:
    deal, bill, steps = s.deal, s.deal.owing, s.company.reminders
    owed = bill is not None and bill.invoice == invoice and bill.sent and bill.open.minor > 0
    if bill is None or not owed or deal.closed or step > len(steps):
        return waiting("Nothing is to be reminded of any more.")
    others = [one for one in deal.pending if one.name != SendReminder.__name__]
    if deal.open or others:
        wake = WakeOnWorkday(on=s.today, after=REST_WAITING, purpose=f"{REMIND}{invoice}:{step}")
        why = "Something about this invoice waits for the operator first."
        return (Choice(id="wait", moves=(wake,), why=why),)
    late = (s.today - bill.due_on).days
    due = max([step, *(at for at, one in enumerate(steps, 1) if one.after_days <= late)])
    following = tuple(_next(s, bill, due))
    if due <= _reached(deal, invoice):
        return (Choice(id="wait", moves=following, why="They were reminded already."),)
    stale = (
        Supersede(action=one.action, why="a later reminder is due") for one in _cards(deal, invoice)
    )
    why = f"Invoice {bill.number} was due on {day_words(bill.due_on)} and is not paid."
    return (Choice(id="remind", moves=(*stale, Remind(step=due), *following), why=why),)


def _next(s: Situation, bill: Bill, step: int) -> Iterator[AnyMove]:
    """When to look again after a step: for the next one, or to ask what to do."""
    steps = s.company.reminders
    if step >= len(steps):
        purpose = f"{INVOICE_DUE}{bill.invoice}"
        yield WakeOnWorkday(on=s.today, after=AFTER_THE_LAST, purpose=purpose)
        return
    planned = bill.due_on + timedelta(days=steps[step].after_days)
    apart = timedelta(days=steps[step].after_days - steps[step - 1].after_days)
    yield _wake(s, bill, step + 1, max(planned, s.today + apart))


def _interrupting(s: Situation) -> Iterator[AnyMove]:
    if isinstance(s.event, AbsenceNoted):
        yield from _until_back(s, s.event.back_on)
    rest = _rest(s)
    if not rest:
        return
    written = isinstance(s.event, MailReceived)
    if s.deal.stage is Stage.OFFERED and written:
        yield from _asked_later(s)
    for bill in _touched(s.deal, every=written):
        yield from _put_off(s, bill, rest)


def _touched(deal: Deal, *, every: bool) -> tuple[Bill, ...]:
    """The unpaid invoices that it concerns: money the one that it pays, a message every one."""
    bills = (*((deal.bill,) if deal.bill else ()), *(deal.others if every else ()))
    return tuple(one for one in bills if not one.credit and one.open.minor > 0)


def _put_off(s: Situation, bill: Bill, rest: int) -> Iterator[AnyMove]:
    deal = s.deal
    cards = _cards(deal, bill.invoice)
    for one in cards:
        yield Supersede(action=one.action, why=_why(s, bill))
    step = cards[-1].version if cards else _awaited(deal, bill.invoice)
    if step <= _reached(deal, bill.invoice) or step > len(s.company.reminders) or _settles(s, bill):
        return
    planned = bill.due_on + timedelta(days=s.company.reminders[step - 1].after_days)
    if cards or planned <= s.today + timedelta(days=rest + rest // 5 * 2 + 2):
        purpose = f"{REMIND}{bill.invoice}:{step}"
        yield WakeOnWorkday(on=s.today, after=rest, purpose=purpose, country=country_of(s))


def _until_back(s: Situation, back: date) -> Iterator[AnyMove]:
    """Nobody reads it now: what waits for the operator or to leave is asked again when they are
    back. An alarm that has not rung looks by itself whether they are."""
    deal, offer = s.deal, s.deal.sent_offer
    follow_ups = _asked_after_silence(deal) if offer else []
    bills = [one for one in (deal.bill, *deal.others) if one is not None and not one.credit]
    asked = [(one, cards) for one in bills if (cards := _cards(deal, one.invoice))]
    for one in (*follow_ups, *(card for _, cards in asked for card in cards)):
        yield Supersede(action=one.action, why="an absence notice came")
    if offer and follow_ups:
        purpose = f"{FOLLOW_UP}{offer.version}"
        yield WakeOnWorkday(on=back, purpose=purpose, country=country_of(s))
    for bill, cards in asked:
        yield _wake(s, bill, cards[-1].version, back)


def _asked_later(s: Situation) -> Iterator[AnyMove]:
    """They have said something, so the silence begins anew."""
    offer, intent = s.deal.sent_offer, s.slots.intent if s.slots else Intent.UNCLEAR
    ends = intent in {Intent.ACCEPTANCE, Intent.REJECTION}
    waits = any(one.purpose.startswith(FOLLOW_UP) for one in s.deal.alarms)
    if offer is not None and waits and not ends:
        yield from after_offer(s, offer.version)


def _rest(s: Situation) -> int:
    """For how many working days what just came lets reminders rest; 0 where it is no reason."""
    match s.event:
        case MailReceived(automatic=sign) if not sign and isinstance(s.fact.event, Routed):
            heard = s.deal.heard
            if heard is None or heard.sender == "other":
                return 0
            complains = s.slots is not None and s.slots.intent is Intent.COMPLAINT
            return REST_DISPUTE if complains else REST_REPLY
        case PaymentReceived() | PaymentMatched():
            return REST_MONEY
        case _:
            return 0


def _why(s: Situation, bill: Bill) -> str:
    if isinstance(s.event, MailReceived):
        complains = s.slots is not None and s.slots.intent is Intent.COMPLAINT
        return "they object to it" if complains else "they wrote"
    return "paid" if _settles(s, bill) else "something was paid"


def _settles(s: Situation, bill: Bill) -> bool:
    """Whether the payment that came closes the invoice."""
    money = s.deal.money(s.cause)
    return money is not None and money.size == bill.open


def _cards(deal: Deal, invoice: str) -> list[Doing]:
    """Reminders of an invoice that wait for the operator, or to leave."""
    return [
        one
        for one in deal.doing
        if one.name == SendReminder.__name__ and one.purpose == invoice and is_asking(one)
    ]


def _reached(deal: Deal, invoice: str) -> int:
    """The last step that was sent, tried or refused."""
    found = (
        one.version
        for one in deal.doing
        if one.name == SendReminder.__name__ and one.purpose == invoice
        and one.progress not in _NOT_SENT
    )  # fmt: skip
    return max(found, default=0)


def _awaited(deal: Deal, invoice: str) -> int:
    """The step that the last alarm is for; 0 for none."""
    prefix = f"{REMIND}{invoice}:"
    found = [one.purpose for one in deal.alarms if one.purpose.startswith(prefix)]
    return int(found[-1].removeprefix(prefix)) if found else 0


def _overruled(deal: Deal, alarm: str, purpose: str) -> bool:
    """Whether a later alarm was set for the same offer or invoice."""
    kind = purpose.rpartition(":")[0] + ":"
    same = [one.alarm for one in deal.alarms if one.purpose.startswith(kind)]
    return bool(same) and same[-1] != alarm


def _wake(s: Situation, bill: Bill, step: int, on: date) -> WakeOnWorkday:
    return WakeOnWorkday(on=on, purpose=f"{REMIND}{bill.invoice}:{step}", country=country_of(s))
