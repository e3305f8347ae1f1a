"""How a case and a stop stand, in words."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from bot import texts
from bot.wording.amounts import clock_words
from bot.wording.untrusted import one_line
from ledger.domain.entities import (
    Action,
    ActionStatus,
    Approval,
    ApprovalStatus,
    Case,
    Question,
    Stop,
)
from ledger.domain.folding import case_status
from ledger.domain.folding_copies import COPY
from ledger.domain.going_live import Mode
from ledger.domain.identity import somebody
from ledger.domain.reading import Views

RUNNING: Final = frozenset({ActionStatus.ALLOWED, ActionStatus.ATTEMPTED})
WAITING: Final = frozenset({ApprovalStatus.PENDING, ApprovalStatus.POSTPONED})


async def status_of(views: Views, case: Case) -> str:
    """One word or two: stuck, needs you, closed, running, waiting."""
    approvals = [a for a in await views.all(Approval, case=case.id) if a.status in WAITING]
    questions = [q for q in await views.all(Question, case=case.id) if q.status == "open"]
    running = [a for a in await views.all(Action, case=case.id) if a.status in RUNNING]
    return case_status(
        case,
        open_approvals=len(approvals),
        open_questions=len(questions),
        running_actions=len(running),
    ).value


def watching_words(mode: Mode | None, now: datetime) -> str:
    """`WATCHING since 09:02: nothing leaves before `go-live`.`; "" where the company acts."""
    if mode is None or not mode.watching:
        return ""
    return texts.MODE_WATCHING.format(since=clock_words(mode.since, now))


async def stop_words(views: Views, stop: Stop, now: datetime) -> str:
    """`STOPPED: everything, by nora 10:02`"""
    if stop.scope == COPY:
        return texts.STATUS_HALTED_COPY.format(why=one_line(stop.reason))
    return texts.STATUS_STOPPED.format(
        what=await stop_name(views, stop),
        who=one_line(stop.by, 40),
        when=clock_words(stop.since, now),
        why=f" ({one_line(stop.reason)})" if stop.reason else "",
        which=f" {stop.target}" if stop.target else "",
    )


async def stop_name(views: Views, stop: Stop) -> str:
    """What a stop halts: everything, a case by its number, or a contact by name."""
    case = await views.get(Case, stop.target) if stop.scope == "case" else None
    contact = await somebody(views, stop.target) if stop.scope == "contact" else None
    if case is not None:
        return texts.STOPPED_CASE.format(number=case.number, title=one_line(case.title, 50))
    if stop.scope == COPY:
        return texts.STOPPED_COPY.format(why=one_line(stop.reason))
    if contact is not None:
        return texts.STOPPED_CONTACT.format(name=one_line(contact.name or contact.address, 50))
    return f"{stop.scope} {stop.target}" if stop.target else texts.STATUS_EVERYTHING
