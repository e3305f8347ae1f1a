"""Commands about billing in parts: how a deal is billed, and what of its work is done."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final

from bot import texts
from bot.channel import Reply
from bot.commands.answers import recorded, trouble, unclear
from bot.commands.session import Session
from bot.commands.things import Candidate, Things
from bot.commands.words import Delivered, Milestone, Plan
from bot.office.port import Office
from bot.wording.untrusted import one_line
from bot.zones import zone_of_attention
from ledger.domain.billing import DELIVERY, BillingPlan, PlanUnclear, plan_of
from ledger.domain.entities import Case, Invoice, Proposal

_DONE: Final = re.compile(r"(.+?)\s+(?:is\s+)?(?:done|reached|erledigt|fertig|erreicht|fait)\b(.*)")
_DAY: Final = re.compile(r"(?:on\s+|am\s+|le\s+)?(\d{4}-\d{2}-\d{2})")


class Parts:
    """Only names the case and what is done; what is billed, the case itself decides."""

    def __init__(self, office: Office, session: Session) -> None:
        self._office, self._session = office, session
        self._things = Things(office.views)

    async def plan(self, intent: Plan) -> Reply:
        """Offer it again, billed in these parts; or show how it is billed."""
        found = await self._things.case(intent.thing) if intent.thing else None
        if found is None:
            return trouble(texts.NEEDS_TEXT, usage=texts.USAGE["billing"])
        if not isinstance(found, Candidate):
            return unclear(found, intent.thing)
        self._session.last_case = found.thing.id
        offer = await self._offer(found.thing)
        if not intent.text:
            plan = (offer.holds if offer else None) or BillingPlan()
            return Reply(lines=(texts.BILLING_PLAN.format(label=found.label, plan=plan.words),))
        try:
            plan = plan_of(intent.text)
        except PlanUnclear as error:
            return trouble(texts.PLAN_UNCLEAR, why=str(error))
        if offer is not None and offer.status == "accepted":
            return trouble(texts.BILLING_AGREED, number=offer.number)
        fact = await self._office.say(f"billing {plan.words}", found.thing.id)
        said = texts.BILLING_SAID.format(label=found.label, plan=plan.words)
        return await recorded(self._office, said, fact)

    async def delivered(self, intent: Delivered) -> Reply:
        """The whole work of a case is done."""
        if not intent.thing:
            return trouble(texts.NEEDS_TEXT, usage=texts.USAGE["delivered"])
        found = await self._things.case(intent.thing)
        if not isinstance(found, Candidate):
            return unclear(found, intent.thing)
        return await self._reported(found, DELIVERY, intent.day, texts.WORK_DELIVERED)

    async def told(self, text: str) -> Reply | None:
        """`I delivered the website`: of the one case that waits for it; None where none does."""
        waiting = await self._awaiting()
        last = [one for one in waiting if one.id == self._session.last_case]
        chosen = last or waiting
        if not chosen:
            return None
        labels = [await self._things.case(one.id) for one in chosen]
        known = [one for one in labels if isinstance(one, Candidate)]
        if len(known) > 1:
            cases = "; ".join(one.label for one in known)
            return trouble(texts.WORK_WHICH, cases=cases)
        day = _DAY.search(text)
        return await self._reported(known[0], DELIVERY, day[1] if day else "", texts.WORK_DELIVERED)

    async def milestone(self, intent: Milestone) -> Reply:
        """One milestone of a case is done."""
        if not intent.thing or not intent.text:
            return trouble(texts.NEEDS_TEXT, usage=texts.USAGE["milestone"])
        found = await self._things.case(intent.thing)
        if not isinstance(found, Candidate):
            return unclear(found, intent.thing)
        said = _DONE.fullmatch(intent.text.strip())
        name, day = (said[1], said[2]) if said else _split(intent.text)
        offer = await self._offer(found.thing)
        plan = offer.holds if offer else None
        number = plan.milestone(name.strip("\"' ")) if plan else 0
        if not number:
            known = plan.words if plan else "on acceptance"
            return trouble(texts.NO_MILESTONE, said=one_line(name, 40), plan=known)
        what = texts.WORK_MILESTONE.format(number=number)
        return await self._reported(found, number, day, what)

    async def _reported(self, found: Candidate[Case], work: int, day: str, what: str) -> Reply:
        on, said = None, _DAY.fullmatch(day.strip())
        if day.strip():
            on = _date(said[1]) if said else None
            if on is None:
                return trouble(texts.WORK_DAY, said=one_line(day, 40))
            if on > self._today():
                return trouble(texts.WORK_TO_COME, day=on.isoformat())
        self._session.last_case = found.thing.id
        fact = await self._office.report_work(found.thing.id, work, on)
        title = texts.WORK_NOTED.format(what=what, label=found.label)
        return await recorded(self._office, title, fact)

    def _today(self) -> date:
        moment: datetime = self._office.clock.now()
        return moment.astimezone(zone_of_attention(self._office.company)).date()

    async def _offer(self, case: Case) -> Proposal | None:
        offers = await self._office.views.find(Proposal, f"case:{case.id}")
        return offers[-1] if offers else None

    async def _awaiting(self) -> list[Case]:
        """The open cases whose final invoice waits."""
        found = []
        for offer in await self._office.views.all(Proposal):
            case = await self._office.views.get(Case, offer.case)
            if offer.holds is None or offer.status != "accepted" or case is None or case.closed:
                continue
            bills = await self._office.views.find(Invoice, f"proposal:{offer.id}")
            if not any(one.part and one.part.final and not one.credited_by for one in bills):
                found.append(case)
        return found


def _split(text: str) -> tuple[str, str]:
    day = re.search(r"\s+(\d{4}-\d{2}-\d{2})$", text)
    return (text[: day.start()], day[1]) if day else (text, "")


def _date(said: str) -> date | None:
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None
