"""Mails of many customers, in their own words: each leads to what a careful human would do.

`mails/leads.yaml` and `mails/answers.yaml` say for each mail what that is, and why.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec.structs import replace

from bot.company.text import defaults
from ledger.domain.commands import SendInvoice, SendProposal
from ledger.domain.entities import (
    Action,
    ActionStatus,
    Approval,
    Case,
    Contact,
    Proposal,
    Question,
)
from ledger.domain.events import CaseOpened, MailSetAside, Unrouted

MAILS = Path(__file__).parent / "mails"
LEADS: dict[str, Any] = yaml.safe_load((MAILS / "leads.yaml").read_text())
ANSWERS: dict[str, Any] = yaml.safe_load((MAILS / "answers.yaml").read_text())
REQUEST = "Hello, we would like a new website. Could you send us an offer?\n"
A_SITTING = 6
"""Mails that one company reads in one test."""


@dataclass
class Seen:
    """What there is to see of a case: cards, effects, questions, the offer and its sum."""

    contact: str = ""
    offer: dict[str, int] = field(default_factory=dict)
    net: float = 0.0
    actions: list[str] = field(default_factory=list)
    recipients: set[str] = field(default_factory=set)
    questions: list[str] = field(default_factory=list)
    outcome: str = ""

    @property
    def only_asks(self) -> bool:
        return bool(self.questions) and not self.actions and not self.outcome


def sittings(table: dict[str, Any]) -> list[Any]:
    """The table in parts, each named after its first mail; every third is among the fast tests."""
    names = list(table)
    parts = [names[at : at + A_SITTING] for at in range(0, len(names), A_SITTING)]
    return [
        pytest.param(part, id=f"from-{part[0]}", marks=pytest.mark.slow if at % 3 else ())
        for at, part in enumerate(parts)
    ]


@pytest.fixture
def busy(founder: Any) -> Any:
    """A company that may write to many people a day."""
    budgets = replace(defaults().budgets, mails_per_day=500)
    founder.configure(budgets=budgets)
    return founder


def test_each_mail_has_one_expectation_and_each_expectation_one_mail() -> None:
    for folder, table in (("leads", LEADS), ("answers", ANSWERS)):
        assert {path.stem for path in (MAILS / folder).glob("*.eml")} == set(table)
    assert len(LEADS) + len(ANSWERS) >= 60


@pytest.mark.parametrize("names", sittings(LEADS))
async def test_a_first_mail_leads_to_its_offer_or_to_a_question(
    busy: Any, names: list[str]
) -> None:
    async with busy.business() as business:
        wrong = {}
        for name in names:
            seen = await after_lead(business, name)
            if not fits_lead(LEADS[name], seen):
                wrong[name] = seen
    assert wrong == {}


@pytest.mark.parametrize("names", sittings(ANSWERS))
async def test_an_answer_to_an_offer_leads_to_its_step_or_to_a_question(
    busy: Any, names: list[str]
) -> None:
    async with busy.business() as business:
        wrong = {}
        for name in names:
            seen = await after_answer(business, name)
            if not fits_answer(ANSWERS[name], seen):
                wrong[name] = seen
    assert wrong == {}


# --- what happens ------------------------------------------------------------------------------


async def after_lead(business: Any, name: str) -> Seen:
    raw = (MAILS / "leads" / f"{name}.eml").read_bytes()
    taken = await business.raw(raw)
    facts = await business.all_facts()
    about = [fact for fact in facts if getattr(fact.event, "fact", "") == taken.fact.id]
    opened = next((fact for fact in about if isinstance(fact.event, CaseOpened)), None)
    if opened is None:
        aside = isinstance(taken.fact.event, MailSetAside)
        assert aside or any(isinstance(fact.event, Unrouted) for fact in about)
        return Seen()
    seen = await looked(business, opened.case)
    assert seen.contact == taken.fact.event.sender == sender_of(raw)
    return seen


async def after_answer(business: Any, name: str) -> Seen:
    """The answer comes to an approved offer of one website."""
    raw = (MAILS / "answers" / f"{name}.eml").read_bytes()
    sender = sender_of(raw) if ANSWERS[name].get("from") != "another" else "ada@other.example"
    taken = await business.mail(REQUEST, sender=sender)
    facts = await business.all_facts()
    opened = [fact for fact in facts if isinstance(fact.event, CaseOpened)]
    case = next(fact.case for fact in opened if fact.event.fact == taken.fact.id)
    (action,) = await of_case(business, Action, case)
    (card,) = await business.app.views.find(Approval, f"action:{action.id}")
    await business.approves(card)
    (offer,) = await of_case(business, Action, case)
    assert offer.status is ActionStatus.SUCCEEDED
    (proposal,) = await of_case(business, Proposal, case)
    raw = raw.replace(b"OFFER-ID", offer.message_id.encode())
    await business.raw(raw.replace(b"OFFER-NUMBER", proposal.number.encode()))
    return await looked(business, case, but=offer.id)


async def looked(business: Any, case: str, but: str = "") -> Seen:
    """The case as it stands, without the action `but`."""
    actions = [one for one in await of_case(business, Action, case) if one.id != but]
    proposals = await of_case(business, Proposal, case)
    questions = await of_case(business, Question, case)
    known = await business.app.views.get(Case, case)
    contact = await business.app.views.get(Contact, known.contact)
    mails = [one.command for one in actions if isinstance(one.command, SendProposal | SendInvoice)]
    return Seen(
        contact=contact.address,
        offer={line.item: line.quantity for one in proposals for line in one.lines},
        net=proposals[-1].net.minor / 100 if proposals else 0.0,
        actions=[f"{one.name} {one.status.value}" for one in actions],
        recipients={mail.to for mail in mails},
        questions=[one.text for one in questions if one.status == "open"],
        outcome=known.outcome if known.closed else "",
    )


async def of_case(business: Any, kind: type[Any], case: str) -> list[Any]:
    return [one for one in await business.app.views.all(kind) if one.case == case]


def sender_of(raw: bytes) -> str:
    return parseaddr(str(message_from_bytes(raw, policy=policy.default)["From"]))[1]


# --- what should have happened -----------------------------------------------------------------


def may_ask(wanted: dict[str, Any], seen: Seen) -> bool:
    return seen.only_asks and "ask" in (wanted.get("may"), wanted.get("today"))


def fits_lead(wanted: dict[str, Any], seen: Seen) -> bool:
    if "leave" in wanted:
        return seen == Seen()
    if "ask" in wanted or may_ask(wanted, seen):
        return seen.only_asks and not seen.offer
    return (
        seen.offer == wanted["offer"]
        and seen.actions == ["SendProposal asking"]
        and seen.recipients == {seen.contact}
        and not seen.questions
    )


def fits_answer(wanted: dict[str, Any], seen: Seen) -> bool:
    if "leave" in wanted:
        return not seen.actions and not seen.questions and not seen.outcome
    if "ask" in wanted or may_ask(wanted, seen):
        return seen.only_asks
    if seen.questions or not seen.recipients <= {seen.contact}:
        return False
    if "declined" in wanted:
        return seen.outcome == "declined" and not seen.actions
    if "accepted" in wanted:
        return seen.actions == ["IssueInvoice succeeded", "SendInvoice asking"]
    net = wanted.get("agreed", wanted.get("counter"))
    return seen.net == net and seen.actions == ["SendProposal succeeded"]
