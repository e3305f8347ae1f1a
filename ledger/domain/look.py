"""What the fold may look at: the state as of the facts before the one being folded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, Protocol, TypeVar

from ledger.domain.entities import Entity

E = TypeVar("E", bound=Entity)

CASE_NUMBERS: Final = "number:case"
"""Counts cases: the handle people type for one."""

CARD_NUMBERS: Final = "number:card"
"""Counts approvals and questions in one series, so that `approve 3` and `answer 3` never clash."""

STRAY_NUMBERS: Final = "number:stray"
"""Counts what fitted no case: the handle people type for one."""

MESSAGE_NUMBERS: Final = "number:message"
"""Counts messages that needed no action: the handle people type for one."""

LESSONS: Final = "lessons"
"""Counts what the operator said of messages; 0 as long as there is nothing to ask for."""

KNOWLEDGE_NUMBERS: Final = "number:knowledge"
"""Counts what was stated: the handle people type for one (`k3`)."""

PROMISE_NUMBERS: Final = "number:promise"
"""Counts commitments: the handle people type for one."""

PROMISES_SINCE: Final = "promises:since"
"""The `seq` of the fact from which on commitments are recorded; 0 before there is one."""

JOURNAL_NUMBERS: Final = "number:journal"
"""Counts entries of the journal."""

EXPENSE_NUMBERS: Final = "number:expense"
"""Counts expenses: the handle people type for one (`e4`)."""

INVOICES: Final = "invoices"
"""Counts every invoice ever issued, in whatever series."""


GENERATION: Final = "generation"
"""The generation of this copy of the company; 0 as long as no copy ever took over."""


BACKUPS: Final = "backups"
"""Counts backups and exports."""


CREDIT_NOTES: Final = "credit notes"
"""Counts every credit note ever issued, in whatever series."""


class Look(Protocol):
    """Synchronous reads of the state, and counters that are folded along with it."""

    def get(self, kind: type[E], entity_id: str) -> E | None:
        """The entity with exactly this id, or None."""
        ...

    def find(self, kind: type[E], key: str) -> Sequence[E]:
        """Entities under an exact lookup key, oldest first."""
        ...

    def add(self, counter: str, amount: int = 1) -> int:
        """Raise a counter (0 at first) and return its new value. An amount of 0 only reads it."""
        ...


def messages_that(outcome: str) -> str:
    """The counter of messages that turned out so."""
    return f"messages:{outcome}"


def invoice_series(series: str) -> str:
    """The counter that holds the last number taken in a series."""
    return f"invoice:{series}"


def credit_note_series(series: str) -> str:
    """The counter that holds the last number taken in a series of credit notes."""
    return f"credit note:{series}"


def mails_of_day(day: date, contact: str = "") -> str:
    """The counter of mails that began to leave on a day (UTC), to one contact where given."""
    return f"mails:{day}:{contact}" if contact else f"mails:{day}"


def model_of_day(day: date) -> str:
    """The counter of model money spent or set aside on a day (UTC), in micro-units of USD."""
    return f"model:day:{day}"


def model_of_case(case: str) -> str:
    """The counter of model money spent or set aside for a case, in micro-units of USD."""
    return f"model:case:{case}"
