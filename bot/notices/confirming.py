"""What the operator hears of changes that need a second channel."""

from __future__ import annotations

from bot import texts
from bot.wording.untrusted import one_line
from ledger.domain import events
from ledger.domain.confirming import Confirmation


def asked_words(event: events.ConfirmationAsked, number: int) -> str:
    """A change waits to be confirmed."""
    return texts.SAY_CONFIRM.format(what=one_line(event.what, 400), number=number)


def decided_change_words(event: events.ChangeConfirmed | events.ChangeRefused) -> str:
    """It counts from now on, or it does not."""
    text = texts.SAY_CONFIRMED if isinstance(event, events.ChangeConfirmed) else texts.SAY_UNCHANGED
    who = f"{one_line(event.operator, 60)} ({one_line(event.channel, 30)})"
    return text.format(who=who)


def waiting_words(asked: Confirmation) -> str:
    """One line of `inbox`."""
    return texts.INBOX_CONFIRM.format(number=asked.number, what=one_line(asked.what, 200))
