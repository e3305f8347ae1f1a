"""Who is who, as the operator says it: merges, splits, keys, and the answers to `Same person?`."""

from __future__ import annotations

from graph.desk import Desk, says, tells
from graph.likeness import APART, SAME, SOMEBODY, called
from graph.marks import MAIL
from ledger.domain.entities import Contact, Question
from ledger.domain.events import (
    AddressCorrected,
    ContactCreated,
    ContactsKeptApart,
    ContactsMerged,
    ContactSplit,
    Event,
    KeyTold,
    MailReceived,
    MergeOrdered,
    QuestionReplied,
    Routed,
    SplitOrdered,
)
from ledger.domain.facts import Draft, Fact, short_id
from ledger.domain.identity import Identity, identity

MERGE, SPLIT, KEY = "merge", "split", "link"

_HOW_ELSE = (
    "Nobody was merged. Say who it is: `merge CON-KNOWN {entry}`; `status NAME` shows the id of a "
    "contact."
)


async def route_merge(fact: Fact, order: MergeOrdered, desk: Desk) -> list[Draft]:
    """Two become one, unless they are already or one of them is not known."""
    kept, other = (
        await identity(desk.views, order.contact),
        await identity(desk.views, order.merged),
    )
    if kept is None or other is None:
        missing = order.merged if kept else order.contact
        return [tells(fact, MERGE, f"There is no contact {missing!r}. Nothing was merged.")]
    if kept.id == other.id:
        return [tells(fact, MERGE, f"They are one already: {called(kept)}.")]
    return _merging(fact, kept, order.contact, other, order.operator, order.channel)


def _merging(
    fact: Fact,
    kept: Identity,
    named: str,
    other: Identity,
    operator: str,
    channel: str,
    question: str = "",
) -> list[Draft]:
    event = ContactsMerged(
        contact=named, merged=other.id, operator=operator, channel=channel, question=question
    )
    text = (
        f"{called(other)} is now known as {called(kept)}. A mail still goes to the address "
        f"of its case; `split {other.id}` takes it back."
    )
    return [says(fact, event), tells(fact, MERGE, text)]


async def route_split(fact: Fact, order: SplitOrdered, desk: Desk) -> list[Draft]:
    """One is by itself again; who names the head of a pair means the other one."""
    whole = await identity(desk.views, order.contact)
    if whole is None:
        return [tells(fact, SPLIT, f"There is no contact {order.contact!r}. Nothing changed.")]
    own = next(record for record in whole.records if record.id == order.contact)
    joined = [record for record in whole.records if record.merged_into == order.contact]
    leaving = own if own.merged_into else joined[0] if len(joined) == 1 else None
    if leaving is None:
        return [tells(fact, SPLIT, _not_split(whole, joined))]
    event = ContactSplit(
        contact=leaving.merged_into,
        parted=leaving.id,
        operator=order.operator,
        channel=order.channel,
    )
    text = (
        f"@{leaving.id} stands by itself again. "
        "Each has what came under their own key; a stop ordered for both holds for both."
    )
    return [says(fact, event), tells(fact, SPLIT, text)]


def _not_split(whole: Identity, joined: list[Contact]) -> str:
    if not joined:
        return f"{called(whole)} is merged with nobody. Nothing changed."
    names = ", ".join(f"`split {record.id}` for @{record.id}" for record in joined)
    return f"Several were merged with {called(whole)}. Nothing changed. Name one: {names}."


async def route_key(fact: Fact, told: KeyTold, desk: Desk) -> list[Draft]:
    """A contact is also known under this key; whoever had it so far is merged with them."""
    known = await identity(desk.views, told.contact)
    if known is None:
        return [tells(fact, KEY, f"There is no contact {told.contact!r}. Nothing changed.")]
    corrected = _corrected(fact, told)
    own = await desk.contact_of(fact.person)
    other = await identity(desk.views, own.id) if own else None
    if other is not None and other.id == known.id and corrected:
        return corrected
    if other is not None and other.id == known.id:
        return [tells(fact, KEY, f"That key is known of {called(known)} already.")]
    if other is not None:
        merging = _merging(fact, known, told.contact, other, told.operator, told.channel)
        return [*merging, *corrected]
    entry = short_id("con", fact.person)
    by_mail = told.kind == MAIL
    created = ContactCreated(
        contact=entry,
        address=told.key if by_mail else "",
        kind=told.kind,
        key="" if by_mail else told.key,
    )
    merged = ContactsMerged(
        contact=told.contact, merged=entry, operator=told.operator, channel=told.channel
    )
    text = f"{called(known)} is also known by {told.key}. `split {entry}` takes it back."
    return [
        says(fact, created, person=fact.person, key=f"contact:{fact.person}"),
        says(fact, merged),
        tells(fact, KEY, text, person=fact.person),
        *corrected,
    ]


def _corrected(fact: Fact, told: KeyTold) -> list[Draft]:
    """That mails go to another address from now on, where the operator said just that."""
    if not told.instead:
        return []
    event = AddressCorrected(
        contact=told.contact, operator=told.operator, channel=told.channel, address=told.key
    )
    return [says(fact, event, person=fact.person)]


# --- answers to `Same person?` ------------------------------------------------------------------


async def same_or_not(
    fact: Fact, question: Question, reply: QuestionReplied, desk: Desk
) -> list[Draft]:
    """What an answer says of who is who; [] where the question was about something else."""
    choice = reply.choice
    if choice.startswith(SAME):
        entry, _, other = choice.removeprefix(SAME).partition(":")
        return await _yes(fact, question, reply, desk, (other, entry))
    if choice.startswith(APART):
        entry, _, others = choice.removeprefix(APART).partition(":")
        return [_kept_apart(fact, reply, entry, other) for other in others.split(",") if other]
    if choice.startswith(SOMEBODY):
        text = _HOW_ELSE.format(entry=choice.removeprefix(SOMEBODY))
        return [tells(fact, MERGE, text)]
    if not choice and any(option.id.startswith(SOMEBODY) for option in question.options):
        return await _named(fact, question, reply, desk)
    return []


async def _yes(
    fact: Fact, question: Question, reply: QuestionReplied, desk: Desk, pair: tuple[str, str]
) -> list[Draft]:
    kept, other = await identity(desk.views, pair[0]), await identity(desk.views, pair[1])
    if kept is None or other is None or kept.id == other.id:
        return []
    return _merging(fact, kept, pair[0], other, reply.operator, reply.channel, question=question.id)


def _kept_apart(fact: Fact, reply: QuestionReplied, entry: str, other: str) -> Draft:
    event = ContactsKeptApart(
        contact=entry,
        other=other,
        operator=reply.operator,
        channel=reply.channel,
        question=reply.question,
    )
    return says(fact, event)


async def _named(fact: Fact, question: Question, reply: QuestionReplied, desk: Desk) -> list[Draft]:
    """A contact's id as the answer in one's own words."""
    asked = next(option.id for option in question.options if option.id.startswith(SOMEBODY))
    entry = asked.removeprefix(SOMEBODY)
    known = await desk.views.get(Contact, reply.text.strip().lower())
    if known is None:
        return [tells(fact, MERGE, _HOW_ELSE.format(entry=entry))]
    return await _yes(fact, question, reply, desk, (known.id, entry))


async def vouched(
    fact: Fact, question: Question, reply: QuestionReplied, desk: Desk
) -> list[Draft]:
    """Who answered a known thread from another address is its contact, says the operator."""
    case = await desk.case(question.case)
    mail = await _last_from_another(question.case, desk)
    if case is None or mail is None or not isinstance(mail.event, MailReceived) or not mail.person:
        return []
    kept, own = await identity(desk.views, case.contact), await desk.contact_of(mail.person)
    if kept is None:
        return []
    if own is not None:
        pair = (case.contact, own.id)
        return await _yes(fact, question, reply, desk, pair)
    entry = short_id("con", mail.person)
    created = ContactCreated(contact=entry, name=mail.event.sender_name, address=mail.event.sender)
    merged: Event = ContactsMerged(
        contact=case.contact,
        merged=entry,
        operator=reply.operator,
        channel=reply.channel,
        question=question.id,
        evidence=("it answered a known thread",),
    )
    return [
        says(fact, created, person=mail.person, key=f"contact:{mail.person}"),
        says(fact, merged),
    ]


async def _last_from_another(case: str, desk: Desk) -> Fact | None:
    """The newest mail of a case that came from another address than its contact's."""
    for fact in reversed(await desk.history.case(case)):
        if isinstance(fact.event, Routed) and fact.event.sender == "other":
            return await desk.fact(fact.event.fact)
    return None
