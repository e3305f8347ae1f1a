"""What each entry of a trail says to a person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, assert_never

from bot import texts
from bot.cards.making import fired_lines
from bot.cards.rows import SHA_SIGNS
from bot.wording.amounts import clock_words, counted, percent_plain, usd_words
from bot.wording.slots import slot_lines
from bot.wording.untrusted import one_line
from ledger.audit import entries as line
from ledger.audit.entries import Entry
from ledger.domain.amounts import amount_words
from ledger.domain.events import ContextSeen, LeftOut, SectionSeen, Stale
from ledger.domain.values import Trust
from ledger.domain.verdicts import Allow, Ask, Deny

MOST_EPISODES: Final = 5
MOST_NAMED: Final = 4
"""Ids of things left out that a line names."""


def entry_lines(entry: Entry, now: datetime) -> list[str]:
    """An entry in words: one line, and indented details below it."""
    head, *details = _WORDS[type(entry)](entry, now)
    erased = [texts.ERASED_ENTRY] if entry.erased else []
    return [head, *(f"  {each}" for each in [*details, *erased])]


def _came_in(entry: line.CameIn, now: datetime) -> Iterator[str]:
    kind = texts.CAME_IN.get(entry.kind, entry.kind)
    amount = f" of {amount_words(entry.amount)}" if entry.amount else ""
    who = texts.FROM_WHOM.format(who=one_line(entry.who, 80)) if entry.who else ""
    yield f"{kind}{amount}{who}"
    if entry.summary:
        yield one_line(entry.summary, 240)
    if entry.routed:
        other = texts.OTHER_SENDER if entry.sender == "other" else ""
        yield texts.ROUTED.format(why=one_line(entry.routed)) + other
    yield from (f"! {one_line(note)}" for note in entry.notes)
    if clock_words(entry.came_at, now) != clock_words(entry.at, now):
        yield texts.CAME_AT.format(when=clock_words(entry.came_at, now))


def _who(entry: line.WhoItWas, _: datetime) -> Iterator[str]:
    name = one_line(" ".join(part for part in (entry.name, entry.address) if part), 100)
    if entry.how == "new":
        yield texts.NEW_CONTACT.format(name=name, contact=entry.contact)
    else:
        yield texts.KNOWN_CONTACT.format(contact=entry.contact, how=one_line(entry.how))


def _understood(entry: line.Understanding, _: datetime) -> Iterator[str]:
    intent = entry.intent.replace("_", " ")
    yield texts.UNDERSTOOD.format(intent=intent, language=entry.language, by=entry.by)
    if entry.slots:
        yield from slot_lines(entry.slots)
    if entry.unsure:
        yield texts.UNSURE.format(what=one_line(", ".join(entry.unsure)))


def _clause(text: str) -> str:
    """A sentence without its full stop, to go on in the same line."""
    return one_line(text).rstrip(".")


def _remembered(entry: line.Remembered, _: datetime) -> Iterator[str]:
    if not entry.episodes:
        yield texts.REMEMBERED_NOTHING
    else:
        yield texts.REMEMBERED.format(number=counted(len(entry.episodes), "thing"))
    for each in entry.episodes[:MOST_EPISODES]:
        age = texts.TODAY if not each.age_days else f"{counted(each.age_days, 'day')} old"
        yield f"{each.kind}, {age}: {one_line(each.text, 200)} ({each.case})"
    if len(entry.episodes) > MOST_EPISODES:
        yield texts.MORE_SOURCES.format(number=len(entry.episodes) - MOST_EPISODES)
    for why in dict.fromkeys(each.reason for each in entry.stale):
        yield _stale(why, [each for each in entry.stale if each.reason == why])
    if entry.degraded:
        yield texts.DEGRADED.format(what=one_line(entry.degraded))


def _stale(why: str, some: Sequence[Stale]) -> str:
    cases = dict.fromkeys(each.case for each in some)
    number = counted(len(some), "thing")
    return texts.STALE.format(number=number, why=why, cases=", ".join(cases))


def _planned(entry: line.Planned, _: datetime) -> Iterator[str]:
    yield texts.PLANNED.format(planner=entry.planner, goal=one_line(entry.goal))
    if entry.why:
        yield one_line(entry.why, 300)
    if entry.remark:
        remark = one_line(entry.remark, 300)
        yield texts.REMARK.format(planner=one_line(entry.planner, 60), remark=remark)
    if entry.rests_on is not None:
        yield texts.RESTS_ON.format(sources=sources_words(entry.rests_on))
    for step in entry.steps:
        after = f" (after {', '.join(step.needs)})" if step.needs else ""
        yield f"{step.id}. {one_line(step.what)}{after}"
    for what, why in entry.not_taken:
        yield texts.STEP_LEFT_OUT.format(what=_clause(what), why=_clause(why))


def _fell_back(entry: line.FellBack, _: datetime) -> Iterator[str]:
    yield texts.FELL_BACK.format(
        part=texts.PARTS.get(entry.part, entry.part),
        wanted=texts.TIERS.get(entry.wanted, entry.wanted),
        used=texts.TIERS.get(entry.used, entry.used),
    )
    yield one_line(entry.cause, 300)


def _drafted(entry: line.Drafted, _: datetime) -> Iterator[str]:
    total = amount_words(entry.total)
    yield texts.DRAFTED.format(number=entry.number, version=entry.version, total=total)
    discount = percent_plain(entry.discount_bp)
    days, until = counted(entry.delivery_days, "day"), entry.valid_until.isoformat()
    yield texts.DRAFT_TERMS.format(discount=discount, days=days, until=until)


def _moved(entry: line.DealMoved, _: datetime) -> Iterator[str]:
    words = texts.ACCEPTED if entry.accepted else texts.DECLINED
    yield words.format(version=entry.version)


def _proposed(entry: line.Proposed, _: datetime) -> Iterator[str]:
    name = texts.COMMAND_WORDS.get(entry.name, entry.name)
    amount = f", {amount_words(entry.amount)}" if entry.amount else ""
    yield texts.PROPOSED.format(name=name, agent=entry.agent, amount=amount)
    yield texts.BYTES.format(action=entry.action, sha=entry.sha256[:SHA_SIGNS])
    for trust in (Trust.UNTRUSTED, Trust.VERIFIED, Trust.OPERATOR):
        names = [name for name, each in entry.provenance.items() if each.trust is trust]
        if names:
            yield f"{texts.TRUSTED[trust]}: {', '.join(names).replace('_', ' ')}"
    if entry.replaces:
        yield texts.REPLACES.format(action=entry.replaces)
    if entry.undoes:
        yield texts.UNDOES.format(action=entry.undoes, step=entry.undoing)
    if entry.undone_by:
        words = texts.UNDONE if entry.undone else texts.BEING_UNDONE
        yield words.format(action=entry.undone_by, step=entry.undone_in)


def _judged(entry: line.Judged, _: datetime) -> Iterator[str]:
    verdict = entry.verdict
    again = entry.phase == "execution"
    match verdict:
        case Allow():
            yield texts.VERDICT_ALLOW_AGAIN if again else texts.VERDICT_ALLOW
        case Ask():
            yield texts.VERDICT_ASK_AGAIN if again else texts.VERDICT_ASK
        case Deny():
            yield texts.VERDICT_DENY_AGAIN if again else texts.VERDICT_DENY
        case _:
            assert_never(verdict)
    yield from fired_lines(verdict.fired) or (texts.ASKS_BY_DEFAULT,)
    yield texts.POLICY.format(policy=verdict.policy)


def _asked(entry: line.Asked, now: datetime) -> Iterator[str]:
    title = f": {one_line(entry.title)}" if entry.title else ""
    yield f"{texts.ASKED_YOU}{title}"
    yield texts.ASKED_BYTES.format(
        approval=entry.approval,
        sha=entry.sha256[:SHA_SIGNS],
        until=clock_words(entry.expires_at, now),
    )


def _decided(entry: line.Decided, now: datetime) -> Iterator[str]:
    who = texts.BY_WHOM.format(who=one_line(entry.who, 60)) if entry.who else ""
    channel = f" ({one_line(entry.channel, 30)})" if entry.channel else ""
    reason = f": {one_line(entry.reason, 300)}" if entry.reason else ""
    yield f"{texts.DECIDED[entry.how]}{who}{channel}{reason}"
    if entry.sha256:
        yield texts.DECIDED_BYTES.format(sha=entry.sha256[:SHA_SIGNS])
    if entry.tapped_at and clock_words(entry.tapped_at, now) != clock_words(entry.at, now):
        yield texts.TAPPED_AT.format(when=clock_words(entry.tapped_at, now))


def _questioned(entry: line.Questioned, _: datetime) -> Iterator[str]:
    if entry.ended:
        who = texts.BY_WHOM.format(who=one_line(entry.who, 60)) if entry.who else ""
        yield texts.QUESTION_ENDED.format(how=one_line(entry.ended)) + who
        return
    yield texts.QUESTION_ASKED.format(text=one_line(entry.text, 300))
    if entry.why:
        yield one_line(entry.why, 300)


def _tried(entry: line.Tried, _: datetime) -> Iterator[str]:
    yield texts.TRIED.format(n=entry.n, connector=entry.connector, how=entry.capability)
    yield texts.BYTES.format(action=entry.action, sha=entry.sha256[:SHA_SIGNS])


def _proved(entry: line.Proved, _: datetime) -> Iterator[str]:
    receipt = entry.receipt
    reference, provider = one_line(receipt.reference), one_line(receipt.provider)
    yield texts.PROVED.format(reference=reference, provider=provider)
    if receipt.location:
        yield one_line(receipt.location, 200)
    for part in receipt.documents:
        yield f"{one_line(part.name)}, sha256 {part.sha256[:SHA_SIGNS]}"
    if receipt.cost:
        yield texts.RECEIPT_COST.format(amount=amount_words(receipt.cost))


def _wrong(entry: line.WentWrong, _: datetime) -> Iterator[str]:
    yield texts.WENT_WRONG[entry.kind].format(what=one_line(entry.what))
    yield one_line(entry.cause, 300)
    if entry.remedy:
        yield texts.REMEDY.format(remedy=one_line(entry.remedy, 300))


def _invoiced(entry: line.Invoiced, _: datetime) -> Iterator[str]:
    total = amount_words(entry.total)
    dates = {"issued": entry.issued_on.isoformat(), "due": entry.due_on.isoformat()}
    yield texts.INVOICED.format(number=entry.number, total=total, **dates)


def _credited(entry: line.Credited, _: datetime) -> Iterator[str]:
    yield texts.CREDITED.format(
        number=entry.number,
        issued=entry.issued_on.isoformat(),
        total=amount_words(entry.total),
        invoice=entry.invoice_number,
    )
    if entry.reason:
        yield one_line(entry.reason, 300)


def _paid(entry: line.Paid, _: datetime) -> Iterator[str]:
    if entry.amount is None:
        yield texts.SETTLED.format(invoice=entry.number or entry.invoice)
    else:
        amount, invoice = amount_words(entry.amount), entry.number or entry.invoice
        yield texts.PAID.format(amount=amount, invoice=invoice)


def _chose(entry: line.Chose, _: datetime) -> Iterator[str]:
    yield texts.CHOSE.format(
        topic=one_line(entry.topic), chosen=_clause(entry.chosen), by=one_line(entry.by, 60)
    )
    for each in entry.alternatives:
        yield texts.STEP_LEFT_OUT.format(what=_clause(each.what), why=_clause(each.why_not))
    if entry.outcome:
        yield texts.CHOSE_OUTCOME.format(outcome=one_line(entry.outcome))
    yield texts.EVIDENCE.format(facts=counted(len(entry.evidence), "fact"))


def _spent(entry: line.Spent, _: datetime) -> Iterator[str]:
    cost, part = usd_words(entry.microusd), texts.PARTS.get(entry.part, entry.part).lower()
    if entry.failed:
        words = texts.MODEL_FAILED if entry.made else texts.MODEL_NOT_ASKED
        yield words.format(model=entry.model, part=part, cost=cost)
        yield one_line(entry.failed, 300)
        yield from _saw(entry)
        return
    yield texts.MODEL_CALL.format(
        model=entry.model, part=part, cost=cost, tokens=entry.tokens, ms=entry.milliseconds
    )
    yield from _saw(entry)


def _saw(entry: line.Spent) -> Iterator[str]:
    """What the call was shown, section by section, and what it was not."""
    if entry.saw is None:
        return
    yield saw_line(entry.saw)
    for section in entry.saw.sections:
        if section.items:
            yield section_line(section, entry.sources.get(section.name))
    yield from left_out_lines(entry.saw.left_out)


def saw_line(saw: ContextSeen) -> str:
    """`Saw 812 of 6,000 tokens, context 0f3c…`"""
    sha = saw.sha256[:SHA_SIGNS]
    return texts.SAW.format(tokens=f"{saw.tokens:,}", budget=f"{saw.budget:,}", sha=sha)


def section_line(section: SectionSeen, sources: line.Grounds | None = None) -> str:
    """`turns: 3, 210 tokens of 1,200, from steps 4, 9 and 2 facts elsewhere`"""
    return texts.SAW_SECTION.format(
        section=section.name,
        items=section.items,
        tokens=f"{section.tokens:,}",
        room=f"{section.budget:,}",
    ) + (f", {sources_words(sources)}" if sources and (sources.steps or sources.elsewhere) else "")


def sources_words(sources: line.Grounds) -> str:
    """`from steps 4, 9 and 2 facts elsewhere`"""
    steps = ", ".join(map(str, sources.steps))
    parts = [f"step{'s' if len(sources.steps) > 1 else ''} {steps}"] if steps else []
    parts += [texts.ELSEWHERE.format(facts=counted(sources.elsewhere, "fact"))] * bool(
        sources.elsewhere
    )
    return texts.FROM_SOURCES.format(sources=" and ".join(parts))


def left_out_lines(left_out: Iterable[LeftOut]) -> Iterator[str]:
    """One line a section and reason: how many, and which."""
    found: dict[tuple[str, str], list[LeftOut]] = {}
    for each in left_out:
        found.setdefault((each.section, each.why), []).append(each)
    for (section, why), some in found.items():
        names = ", ".join(one_line(each.item, 40) for each in some[:MOST_NAMED])
        more = ", …" if len(some) > MOST_NAMED else ""
        yield texts.NOT_SHOWN.format(
            section=section, number=len(some), why=one_line(why), names=names + more
        )


def _noted(entry: line.Noted, _: datetime) -> Iterator[str]:
    text = one_line(entry.text, 300)
    if entry.kind in texts.NOTED_KINDS:
        yield texts.NOTED_KINDS[entry.kind].format(text=text)
    else:
        yield texts.TOLD.format(text=text)


def _alarm(entry: line.AlarmNoted, now: datetime) -> Iterator[str]:
    when = clock_words(entry.due, now)
    yield texts.ALARM_SET.format(when=when, purpose=purpose_words(entry.purpose))


def purpose_words(purpose: str) -> str:
    """What an alarm is for: `expire:apr-…` → `then the card expires`."""
    return texts.ALARMS.get(purpose.partition(":")[0], one_line(purpose))


def _recovered(entry: line.Recovered, _: datetime) -> Iterator[str]:
    yield texts.RECOVERED.format(what=one_line(entry.what))


_WORDS: Final[dict[type[Entry], Callable[[Any, datetime], Iterator[str]]]] = {
    line.CameIn: _came_in,
    line.WhoItWas: _who,
    line.Understanding: _understood,
    line.Remembered: _remembered,
    line.Planned: _planned,
    line.FellBack: _fell_back,
    line.Drafted: _drafted,
    line.DealMoved: _moved,
    line.Proposed: _proposed,
    line.Judged: _judged,
    line.Asked: _asked,
    line.Decided: _decided,
    line.Questioned: _questioned,
    line.Tried: _tried,
    line.Proved: _proved,
    line.WentWrong: _wrong,
    line.Recovered: _recovered,
    line.Invoiced: _invoiced,
    line.Credited: _credited,
    line.Paid: _paid,
    line.Chose: _chose,
    line.Spent: _spent,
    line.AlarmNoted: _alarm,
    line.Noted: _noted,
}
"""One way to say it for each kind of entry; a test asserts that none is left out."""

SAID: Final = frozenset(_WORDS)
