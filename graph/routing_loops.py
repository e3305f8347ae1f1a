"""A correspondent that answers faster than people do, again and again: perhaps a machine.

Two programs that answer each other never stop by themselves, and not every one says what it is.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from graph.desk import Desk, says, unrouted
from ledger.domain.entities import Question
from ledger.domain.events import ActionSucceeded, MailReceived, Option, QuestionAsked, Routed
from ledger.domain.facts import Draft, Fact, short_id
from ledger.domain.folding_messages import MACHINE

QUICK: Final = timedelta(minutes=3)
"""Who answers a mail of ours within that time may be a machine."""
WITHIN: Final = timedelta(hours=1)
MOST_QUICK: Final = 5
"""With so many quick answers in a row of `WITHIN`, a person is asked."""


async def loop_broken(
    fact: Fact, mail: MailReceived, case: str, read: str, desk: Desk
) -> list[Draft]:
    """The question whether a machine answers, and nothing else is done; [] where none seems to.

    `read` is the id of the answer that has the mail read after all. It is asked once a day.
    """
    quick = await _quick_answers(fact, case, desk)
    if quick < MOST_QUICK:
        return []
    question = short_id("ask", case, fact.at.date(), "loop")
    why = f"{quick} answers in a row came within {QUICK // timedelta(minutes=1)} minutes each."
    if await desk.views.get(Question, question):
        remedy = "It was not read. `assign … to CASE` has it read after all."
        return [unrouted(fact, "mail", f"Perhaps a machine answers: {why}", remedy)]
    event = QuestionAsked(
        question=question,
        about=fact.id,
        text=f"Does a machine answer us here? {why} I answer nothing more until you say so.",
        why="Two programs that answer each other never stop by themselves.",
        recommendation=f"Look at the mail {mail.subject!r}.",
        options=(
            Option(read, "A person wrote it: read it"),
            Option(f"{MACHINE}{case}", "A machine: leave it unread"),
        ),
    )
    return [says(fact, event, case=case, person=fact.person)]


async def _quick_answers(fact: Fact, case: str, desk: Desk) -> int:
    """How many mails in a row, the present one last, followed at once on something of ours."""
    sent = None
    quick = 0
    for each in await desk.history.case(case):
        match each.event:
            case ActionSucceeded():
                sent = sent or each.at
            case Routed(kind="mail") if fact.at - each.at <= WITHIN:
                soon = sent is not None and each.at - sent <= QUICK
                quick, sent = (quick + 1 if soon else 0), None
            case _:
                pass
    return quick + 1 if sent is not None and fact.at - sent <= QUICK else 0
