"""The plays: one bad day each, on a company of its own, from the first mail to the money."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import timedelta
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from bot.channel import Verb
from bot.office.live import LiveOffice
from bot.prove.customer import LEAD, Customer, letter, paid
from bot.prove.disk import FullDisk
from bot.prove.ending import Ending, Parked, ended
from bot.prove.judging import lost, wrong
from bot.prove.stage import OPERATOR, Stage, Staged, founded, staged
from bot.prove.story import arrives, decide, play
from bot.work.hosting import Stepping
from connectors.base import Capability
from connectors.sandbox import Fault
from ledger.domain.entities import Approval, ApprovalStatus, Invoice, Question
from ledger.domain.errors import CooError
from ledger.domain.events import Approved, PaymentReceived, TapRefused
from ledger.domain.values import Money

COPIES: Final = 100
"""How often a webhook is delivered at once."""

MOST_CALLS: Final = 40
"""More calls than a story makes: each meets the planned fault."""

_SOON: Final = timedelta(minutes=5)
_LONG: Final = timedelta(days=400)


class Played(Struct, frozen=True, kw_only=True):
    """What came of a play. `did` says in words what was played and what was seen."""

    name: str
    did: str
    duplicated: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    parked: tuple[Parked, ...] = ()


class Act(Struct, frozen=True):
    """What a play returns: what was seen, what was wrong with it, and how it ended."""

    did: str
    wrong: Sequence[str]
    ending: Ending


Play = Callable[[Stage], Awaitable[Act]]


def rehearsed(name: str, stage: Stage, calm: Ending) -> Played:
    """Play it, and compare its end with that of the calm run."""
    stage.root.mkdir(parents=True)
    act = asyncio.run(_act(PLAYS[name], founded(stage)))
    ending = act.ending
    return Played(
        name=name,
        did=act.did,
        duplicated=ending.doubled,
        lost=tuple(_lost(name, ending, calm)),
        wrong=(*act.wrong, *wrong(ending, calm, same_books=name not in OTHER_DAYS, strict=False)),
        parked=ending.parked,
    )


def _lost(name: str, ending: Ending, calm: Ending) -> Iterator[str]:
    yield from lost(ending, calm, whole=name not in OTHER_EFFECTS)
    if name in OTHER_EFFECTS - OTHERS_ASK:
        yield from ending.left


async def _act(play_it: Play, stage: Stage) -> Act:
    return await play_it(stage)


# --- providers that fail -----------------------------------------------------------------------


def faulty(fault: Fault) -> Play:
    """Every call to every kind of provider ends like this."""

    async def act(stage: Stage) -> Act:
        seen: list[str] = []
        for mail in (Capability.KEYED, Capability.READ_BACK):
            ending = await _with_fault(replace(stage, root=stage.root / mail, mail=mail), fault)
            seen += [f"with a {mail} provider: {what}" for what in _not_found_out(ending)]
        last = replace(stage, root=stage.root / "neither", mail=Capability.NEITHER)
        ending = await _with_fault(last, fault)
        return Act(_recovered(ending), seen, ending)

    return act


async def _with_fault(stage: Stage, fault: Fault) -> Ending:
    stage.root.mkdir(parents=True)
    async with staged(founded(stage)) as company:
        company.world.fail_next(*[fault] * MOST_CALLS)
        await play(company)
        return await ended(company)


def _not_found_out(ending: Ending) -> list[str]:
    parked = [f"{one.action} stayed unknown" for one in ending.parked]
    return [*parked, *ending.doubled, *ending.unbidden, *ending.left]


def _recovered(ending: Ending) -> str:
    return (
        f"looked up where the provider can tell; {len(ending.parked)} parked and asked about "
        "where it cannot"
    )


async def busy_first(stage: Stage) -> Act:
    """Every second call is turned away."""
    async with staged(stage) as company:
        company.world.fail_next(*[Fault.ERROR, None] * MOST_CALLS)
        await play(company)
        calls, effects = len(company.world.calls), len(company.world.effects)
        return Act(f"{calls} calls, {effects} effects", (), await ended(company))


# --- what comes more often, or out of order ----------------------------------------------------


async def webhook_100(stage: Stage) -> Act:
    """The same payment and the same mail, a hundred times at once."""
    async with staged(stage) as company:
        mail = next(iter(Customer(company.world, stage.start).so_far()))
        taken = await asyncio.gather(
            *(company.app.intake.mail(mail.data, mail.name) for _ in range(COPIES))
        )
        new = [sum(one.new for one in taken)]
        await play(company)
        invoice = (await company.app.views.all(Invoice))[0]
        note = paid(invoice.number, invoice.total, stage.start, payment=invoice.number)
        many = (company.app.intake.payments(note.name, note.data) for _ in range(COPIES))
        new.append(sum(one.new for entries in await asyncio.gather(*many) for one in entries))
        await company.settle()
        facts = [fact async for fact in company.app.ledger.facts()]
        money = sum(isinstance(fact.event, PaymentReceived) for fact in facts)
        seen = [] if (new, money) == ([1, 0], 1) else [f"{new} new facts, {money} payments"]
        did = f"{COPIES} mails and {COPIES} payments at once: one fact each"
        return Act(did, seen, await ended(company))


async def double_tap(stage: Stage) -> Act:
    """Two devices approve the same card at the same moment, each time."""
    async with staged(stage) as company:
        await play(company, decided=_tapped_twice)
        facts = [fact async for fact in company.app.ledger.facts()]
        decided = [fact.event.approval for fact in facts if isinstance(fact.event, Approved)]
        told = [fact.event.why for fact in facts if isinstance(fact.event, TapRefused)]
        seen = [] if len(decided) == len(set(decided)) else ["a card was decided twice"]
        if len(told) != len(decided) or not all(why.startswith("already") for why in told):
            seen.append(f"the second tap was told {told}")
        did = f"{2 * len(decided)} taps on {len(decided)} cards; the second is told who decided"
        return Act(did, seen, await ended(company))


async def _tapped_twice(company: Staged) -> None:
    phone = LiveOffice(company.app, Stepping(company.works), operator=OPERATOR, channel="console")
    for card in await company.app.views.find(Approval, "status:pending"):
        taps = (one.tap(card.id, Verb.APPROVE, card.sha256) for one in (company.office, phone))
        await asyncio.gather(*taps)


async def prefetched(stage: Stage) -> Act:
    """Everything that can be looked at is looked at while a card waits, by a scanner of links."""
    async with staged(stage) as company:
        await arrives(company, letter("lead", LEAD, stage.start, subject="A new website"))
        await company.settle()
        card = (await company.app.views.find(Approval, "status:pending"))[0]
        before = await company.office.head()
        looks = [word.format(number=card.number) for word in LOOKS]
        for look in looks:
            await company.commands.answer(look)
        await company.settle()
        wrote = await company.office.head() - before
        seen = [f"{wrote} facts were written by looking"] if wrote or company.world.effects else []
        await play(company)
        did = f"{len(looks)} ways to look at a card, an approval unread among them: none decides"
        return Act(did, seen, await ended(company))


LOOKS: Final = (
    "approve {number}",
    "inbox",
    "show {number}",
    "edit {number}",
    "status",
    "status 1",
    "audit 1",
    "why {number}",
    "why not {number}",
    "replay 1",
    "failures",
    "help approve",
)
"""Every way to open a card. The first one names bytes that nobody has seen here yet."""


async def paid_before_issued(stage: Stage) -> Act:
    """The money is there before the invoice has a number."""
    async with staged(stage) as company:
        await arrives(company, paid("2026-0001", TOTAL, stage.start, payment="2026-0001"))
        await play(company)
        return Act("it waits, and the invoice finds it", (), await ended(company))


async def paid_before_delivered(stage: Stage) -> Act:
    """The money is there while the invoice still waits for approval."""
    async with staged(stage) as company:

        async def pays_first(company: Staged) -> None:
            for invoice in await company.app.views.all(Invoice):
                note = paid(invoice.number, invoice.total, stage.start, payment=invoice.number)
                await arrives(company, note)
            await company.settle()
            await decide(company)

        await play(company, decided=pays_first)
        did = "the card that would send it goes out of date, and the case closes"
        return Act(did, (), await ended(company))


TOTAL: Final = Money(2_618_00, "EUR")


# --- clock and disk ----------------------------------------------------------------------------


async def clock_forward(stage: Stage) -> Act:
    """Three cards wait, and the clock jumps by more than a year."""
    async with staged(stage) as company:
        cards = await _three_cards(company)
        company.clock.move(_LONG)
        await company.settle()
        await company.settle()
        waiting = await company.app.views.find(Approval, "status:pending")
        asked = await company.app.views.find(Question, "status:open")
        seen = [] if len(waiting) == len(cards) else [f"{len(waiting)} of {len(cards)} cards left"]
        seen += [] if len(asked) == 1 else [f"{len(asked)} questions were asked"]
        company.clock.move(-_LONG)
        await play(company)
        did = f"{len(cards)} cards waited, none expired, the operator was asked once"
        return Act(did, seen, await ended(company))


async def clock_back(stage: Stage) -> Act:
    """A card expires, and the clock goes back behind its end."""
    async with staged(stage) as company:
        await arrives(company, letter("lead", LEAD, stage.start, subject="A new website"))
        await company.settle()
        card = (await company.app.views.find(Approval, "status:pending"))[0]
        company.clock.move(timedelta(hours=72) - _SOON)
        await company.settle()
        for _ in range(6):
            company.clock.move(_SOON)
            await company.settle()
        company.clock.move(-_LONG)
        await company.office.tap(card.id, Verb.APPROVE, card.sha256)
        await company.settle()
        known = await company.app.views.get(Approval, card.id)
        expired = known is not None and known.status is ApprovalStatus.EXPIRED
        seen = [] if expired else ["an expired card came back to life"]
        seen += ["something left on an expired card"] if company.world.effects else []
        await play(company)
        did = "it stays expired; its tap is answered with a fresh card, and the offer goes out once"
        return Act(did, seen, await ended(company))


async def _three_cards(company: Staged) -> Sequence[Approval]:
    """Ada's card, and those of two others who ask for the same."""
    start, subject = company.stage.start, "A new website"
    await arrives(company, letter("lead", LEAD, start, subject=subject))
    for name in ("bo", "cy"):
        who = f"{name.title()} <{name}@example.org>"
        await arrives(company, letter(name, LEAD, start, subject=subject, sender=who))
    await company.settle()
    return await company.app.views.find(Approval, "status:pending")


async def disk_full(stage: Stage) -> Act:
    """Again and again the disk takes nothing, in the middle of the story; then there is room."""
    disk = FullDisk(stage.seed)
    tellings: list[str] = []
    while len(tellings) < disk.most:
        told = await _until_full(replace(stage, run=len(tellings)), disk)
        if not told:
            break
        tellings.append(told)
        disk.emptied()
    silent = [words for words in tellings if "written" not in words]
    seen = [f"a full disk was told as {words!r}" for words in silent]
    seen += [] if tellings else ["the disk was never full"]
    async with staged(replace(stage, run=disk.most + 1)) as company:
        await play(company)
        ending = await ended(company)
    return Act(f"full {len(tellings)} times; nothing left unrecorded, all went on", seen, ending)


async def _until_full(stage: Stage, disk: FullDisk) -> str:
    """What was told when the disk was full; "" where the story came to its end."""
    try:
        async with staged(stage, disk) as company:
            await play(company)
    except CooError as error:
        return error.cause
    return ""


PLAYS: Final[dict[str, Play]] = {
    "provider accepted, then errored": faulty(Fault.ACCEPTED_THEN_ERROR),
    "time-out after success": faulty(Fault.TIMEOUT_AFTER),
    "provider busy, then well": busy_first,
    f"webhook and mail ×{COPIES} at once": webhook_100,
    "double tap on two devices": double_tap,
    "link prefetch": prefetched,
    "paid before the invoice was issued": paid_before_issued,
    "paid before the invoice was delivered": paid_before_delivered,
    "clock jumps forward": clock_forward,
    "clock jumps back": clock_back,
    "disk full": disk_full,
}
"""By the name that the table shows."""

OTHERS_ASK: Final = frozenset({"clock jumps forward"})
"""Where other customers still wait at the end."""

OTHER_EFFECTS: Final = OTHERS_ASK | {
    "paid before the invoice was issued",
    "paid before the invoice was delivered",
    "clock jumps back",
}
"""Where other things are rightly done: no invoice is sent that is paid, or they bear other days."""

OTHER_DAYS: Final = frozenset({"clock jumps back"})
"""Where the books rightly name other days."""
