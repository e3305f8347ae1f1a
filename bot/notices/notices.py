"""What Coo says of its own accord: from one new fact to a notice, or to nothing.

Pure. `bot/notices/announcer.py` looks up what is around a fact and keeps count.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from msgspec import Struct

from bot import texts
from bot.cards.outcomes import UNDECIDED, failure_card, outcome_card
from bot.channel import Card, CardKind, Reply
from bot.notices.confirming import asked_words, decided_change_words
from bot.notices.pairing import paired_words, revoked_words, role_words, stranger_words
from bot.wording.amounts import ago_words, counted
from bot.wording.untrusted import one_line
from ledger.domain import events
from ledger.domain.amounts import amount_words
from ledger.domain.confirming import Confirmation
from ledger.domain.entities import Action, Approval, Case, Contact, Failure, Invoice, Question
from ledger.domain.events import Event
from ledger.domain.facts import Fact
from ledger.domain.messages import Outcome
from ledger.domain.values import PLAYBOOK


class Around(Struct, frozen=True, kw_only=True):
    """What a fact is about, as it is now.

    `card` is what an approval, a question or a digest has now, `source` the desk fact that fits
    no case.
    `elsewhere`: the tap behind it was made in another conversation, perhaps of the same person.
    """

    now: datetime
    me: str = ""
    channel: str = ""
    elsewhere: bool = False
    case: Case | None = None
    contact: Contact | None = None
    action: Action | None = None
    approval: Approval | None = None
    question: Question | None = None
    invoice: Invoice | None = None
    failure: Failure | None = None
    card: Card | None = None
    confirmation: Confirmation | None = None
    source: Fact | None = None


class Notice(Struct, frozen=True, kw_only=True):
    """Something to tell. `once`: a second one of the same key is only counted, until `over`."""

    reply: Reply
    once: str = ""
    over: str = ""


def notice(fact: Fact, around: Around) -> Notice | None:
    """What a person should hear of this fact, or None."""
    make = _NOTICES.get(type(fact.event))
    return make(fact.event, fact, around) if make else None


def _line(text: str, *more: str) -> Notice:
    return Notice(reply=Reply(lines=(text, *filter(None, more))))


def _asked(_: events.ApprovalRequested, __: Fact, around: Around) -> Notice | None:
    if around.card is None or around.card.kind is not CardKind.APPROVAL:
        return None
    return Notice(reply=Reply(cards=(around.card,)))


def _questioned(_: events.QuestionAsked, __: Fact, around: Around) -> Notice | None:
    if around.card is None or around.card.kind is not CardKind.QUESTION:
        return None
    return Notice(reply=Reply(cards=(around.card,)))


def _withdrawn(event: events.QuestionWithdrawn, _: Fact, around: Around) -> Notice | None:
    number = around.question.number if around.question else ""
    return _line(texts.SAY_WITHDRAWN.format(number=number, why=one_line(event.why)))


def _decided(words: str) -> Callable[[Any, Fact, Around], Notice | None]:
    """Told only where somebody else, or another channel, decided: one's own tap was answered."""

    def make(event: Any, _: Fact, around: Around) -> Notice | None:
        if _is_mine(event, around):
            return None
        who = f"{one_line(event.operator, 60)} ({one_line(event.channel, 30)})"
        return _line(f"{_card_name(around)}: {words.format(who=who)}")

    return make


def _is_mine(event: Any, around: Around) -> bool:
    """Whether the tap behind a fact was made here, where it was answered already."""
    same = (event.operator, event.channel) == (around.me, around.channel)
    return same and not around.elsewhere


def _refused(event: events.TapRefused, _: Fact, around: Around) -> Notice | None:
    who = "" if _is_mine(event, around) else texts.BY_WHOM.format(who=one_line(event.operator, 60))
    why = one_line(event.why, 300)
    return _line(texts.SAY_REFUSED.format(card=_card_name(around), who=who, why=why))


def _postponed(event: events.Postponed, _: Fact, around: Around) -> Notice | None:
    until = event.until.astimezone(around.now.tzinfo)
    return _line(texts.SAY_POSTPONED.format(card=_card_name(around), until=f"{until:%d %b %H:%M}"))


def _superseded(event: events.ApprovalSuperseded, _: Fact, around: Around) -> Notice | None:
    if not event.approval:
        return None
    why = one_line(event.why, 300)
    if event.since is not None:
        ago = ago_words(event.since, around.now)
        return _line(texts.SAY_REMINDER_GONE.format(why=why, ago=ago, card=_card_name(around)))
    return _line(texts.SAY_SUPERSEDED.format(card=_card_name(around), why=why))


def _expired(_: events.ApprovalExpired, __: Fact, around: Around) -> Notice | None:
    return _line(texts.SAY_EXPIRED.format(card=_card_name(around)))


def _leaving(event: events.MailWaits, _: Fact, around: Around) -> Notice | None:
    when = f"{event.leaves_at.astimezone(around.now.tzinfo):%H:%M:%S}"
    number = around.approval.number if around.approval else event.approval
    return _line(texts.SAY_LEAVES.format(card=_card_name(around), when=when, number=number))


def _succeeded(event: events.ActionSucceeded, _: Fact, around: Around) -> Notice | None:
    if around.action is None or around.action.receipt is None:
        return _line(texts.SAY_DONE.format(action=event.action))
    number = around.approval.number if around.approval else 0
    return Notice(reply=Reply(cards=(outcome_card(around.action, around.contact, number),)))


def _withheld(event: events.ActionWithheld, _: Fact, around: Around) -> Notice | None:
    if event.why == "superseded":  # the superseded approval is told in its own words
        return None
    name = _action_name(around, event.action)
    detail, remedy = one_line(event.detail, 300), one_line(event.remedy, 300)
    text = texts.SAY_WITHHELD.format(action=name, why=detail)
    return Notice(reply=Reply(lines=(text, remedy), trouble=True))


def _reported(event: events.FailureReported, fact: Fact, around: Around) -> Notice | None:
    failure = around.failure or Failure(
        id=event.failure,
        case=fact.case,
        what=event.what,
        cause=event.cause,
        not_done=event.not_done,
        owner=event.owner,
        remedies=event.remedies,
        since=fact.at,
    )
    card = failure_card(failure, around.now, event.evidence)
    return Notice(reply=Reply(cards=(card,)), once=f"failure:{event.failure}")


def _cleared(event: events.FailureCleared, _: Fact, around: Around) -> Notice | None:
    what = around.failure.what if around.failure else event.failure
    text = texts.SAY_CLEARED.format(what=one_line(what), how=one_line(event.how))
    return Notice(reply=Reply(lines=(text,)), over=f"failure:{event.failure}")


def _stuck(event: events.CaseStuck, fact: Fact, around: Around) -> Notice | None:
    name = _case_name(around, fact.case)
    tries = counted(event.tries, "try").replace("trys", "tries")
    lines = (
        texts.SAY_STUCK.format(case=name, subscriber=event.subscriber, tries=tries),
        one_line(event.cause, 300),
        one_line(event.remedy, 300),
        texts.SAY_STUCK_RETRY.format(case=fact.case),
    )
    return Notice(reply=Reply(lines=lines, trouble=True), once=f"stuck:{fact.case}")


def _unstuck(_: events.CaseUnstuck, fact: Fact, around: Around) -> Notice | None:
    text = texts.SAY_UNSTUCK.format(case=_case_name(around, fact.case))
    return Notice(reply=Reply(lines=(text,)), over=f"stuck:{fact.case}")


def _told(event: events.Told, _: Fact, __: Around) -> Notice | None:
    text = event.text.strip()
    return _line(one_line(text, 1_000)) if text else None


def _opened(event: events.CaseOpened, fact: Fact, around: Around) -> Notice | None:
    name = _case_name(around, fact.case)
    return _line(texts.SAY_OPENED.format(kind=event.kind, case=name))


def _closed(event: events.CaseClosed, fact: Fact, around: Around) -> Notice | None:
    name, outcome = _case_name(around, fact.case), one_line(event.outcome)
    return _line(texts.SAY_CLOSED.format(case=name, outcome=outcome))


def _matched(event: events.PaymentMatched, _: Fact, around: Around) -> Notice | None:
    number = around.invoice.number if around.invoice else event.invoice
    return _line(texts.SAY_MATCHED.format(amount=amount_words(event.amount), invoice=number))


def _unrouted(event: events.Unrouted, _: Fact, around: Around) -> Notice | None:
    if around.source is not None and isinstance(around.source.event, events.MailUnreadable):
        return None  # that it could not be read was told already
    if event.outcome == Outcome.NO_ACTION:
        return None  # the digest counts it, `no-action` lists it
    why, remedy = one_line(event.why, 300), one_line(event.remedy, 300)
    what = arrived(around.source) or event.kind
    return _line(texts.SAY_UNROUTED.format(what=what, why=why), remedy)


def arrived(source: Fact | None) -> str:
    """What came in and from whom, as it claims."""
    match source.event if source else None:
        case events.MailReceived(sender=sender, subject=subject):
            about = f", {one_line(subject, 60)!r}," if subject else ""
            return texts.MAIL_FROM.format(who=one_line(sender, 60) or "?", about=about)
        case events.PaymentReceived(amount=amount, payer=payer):
            who = one_line(payer, 60) or "?"
            return texts.PAYMENT_FROM.format(amount=amount_words(amount), who=who)
        case _:
            return ""


def _unreadable(event: events.MailUnreadable, _: Fact, __: Around) -> Notice | None:
    source, cause = one_line(event.source), one_line(event.cause, 300)
    lines = (texts.SAY_UNREADABLE.format(source=source, cause=cause), one_line(event.remedy, 300))
    return Notice(reply=Reply(lines=lines, trouble=True))


_AS_ORDERED: Final = "policy:"
"""How the cause begins where the operator's own rules keep a text from the models."""


def _fell_back(event: events.PlannerFellBack, _: Fact, __: Around) -> Notice | None:
    if event.used != PLAYBOOK or event.cause.startswith(_AS_ORDERED):
        return None
    part = texts.PARTS.get(event.part, event.part)
    text = texts.SAY_FELL_BACK.format(part=part, used=texts.TIERS.get(event.used, event.used))
    cause = one_line(event.cause, 300)
    return Notice(reply=Reply(lines=(text, cause)), once=f"fallback:{event.part}:{event.used}")


def _policy(event: events.PolicyRefused, _: Fact, __: Around) -> Notice | None:
    where = f"{one_line(event.file)}:{event.line}"
    refused = texts.SAY_POLICY.format(where=where, reason=one_line(event.reason, 300))
    kept = texts.SAY_POLICY_KEPT.format(kept=event.kept)
    return Notice(reply=Reply(lines=(refused, kept), trouble=True), once=f"policy:{event.file}")


def _stopped(event: events.StopOrdered, _: Fact, around: Around) -> Notice | None:
    if (event.operator, event.channel) == (around.me, around.channel):
        return None
    what = event.target or texts.STATUS_EVERYTHING
    who = f"{one_line(event.operator, 60)} ({one_line(event.channel, 30)})"
    return _line(texts.SAY_STOPPED.format(what=what, who=who))


def _moded(words: str) -> Callable[[Any, Fact, Around], Notice | None]:
    """That Coo watches, or is live: for everybody but who said so, who was answered."""

    def make(event: Any, _: Fact, around: Around) -> Notice | None:
        if (event.operator, event.channel) == (around.me, around.channel):
            return None
        who = f"{one_line(event.operator, 60)} ({one_line(event.channel, 30)})"
        return _line(words.format(who=who))

    return make


def _anchored(event: events.HeadAnchored, _: Fact, __: Around) -> Notice | None:
    return _line(texts.SAY_ANCHORED.format(day=event.day, seq=event.seq), event.line)


def _restored(event: events.CopyRestored, _: Fact, __: Around) -> Notice | None:
    when = f"{event.made_at:%Y-%m-%d %H:%M} UTC"
    return _line(texts.SAY_RESTORED.format(kind=event.kind, when=when))


def _overtaken(event: events.CopySuperseded, _: Fact, __: Around) -> Notice | None:
    line = texts.SAY_SUPERSEDED_COPY.format(generation=event.generation)
    return Notice(reply=Reply(lines=(line,), trouble=True))


def _erased(event: events.PersonErased, _: Fact, __: Around) -> Notice | None:
    mails, documents = counted(event.mails, "mail"), counted(event.documents, "document")
    who = event.contacts[0] if event.contacts else event.erasure
    done = texts.SAY_ERASED.format(who=who, mails=mails, documents=documents)
    kept = texts.SAY_ERASED_KEPT.format(numbers=", ".join(event.kept)) if event.kept else ""
    return _line(done, kept, texts.SAY_TOMBSTONE)


def _retention_ended(event: events.RetentionEnded, _: Fact, __: Around) -> Notice | None:
    return _line(texts.SAY_RETENTION.format(number=event.number))


def _in_words(words: Callable[[Any], str]) -> Callable[[Any, Fact, Around], Notice | None]:
    """Told in these words; "" is nothing to tell."""

    def make(event: Any, _: Fact, __: Around) -> Notice | None:
        text = words(event)
        return _line(text) if text else None

    return make


def _digested(_: events.DigestMade, __: Fact, around: Around) -> Notice | None:
    return Notice(reply=Reply(cards=(around.card,))) if around.card else None


def _confirm(event: events.ConfirmationAsked, _: Fact, around: Around) -> Notice | None:
    number = around.confirmation.number if around.confirmation else 0
    return _line(asked_words(event, number))


def _due(_: events.CommitmentsDue, __: Fact, around: Around) -> Notice | None:
    return Notice(reply=Reply(cards=(around.card,))) if around.card else None


def _gist(event: events.GistMade, _: Fact, around: Around) -> Notice | None:
    """Told where a line cannot be added to the card any more."""
    who = one_line(around.contact.name or around.contact.address, 60) if around.contact else "?"
    by = texts.GIST_BY.format(by=one_line(event.by, 40))
    if not event.text:
        return None
    return _line(texts.SAY_GIST.format(who=who, gist=one_line(event.text, 500), by=by))


_NOTICES: Final[dict[type[Event], Callable[[Any, Fact, Around], Notice | None]]] = {
    events.ApprovalRequested: _asked,
    events.QuestionAsked: _questioned,
    events.QuestionWithdrawn: _withdrawn,
    events.Approved: _decided(texts.SAY_APPROVED),
    events.Rejected: _decided(texts.SAY_REJECTED),
    events.DoneByOperator: _decided(texts.SAY_DID_IT),
    events.Postponed: _postponed,
    events.TapRefused: _refused,
    events.ApprovalSuperseded: _superseded,
    events.ApprovalExpired: _expired,
    events.MailWaits: _leaving,
    events.GistMade: _gist,
    events.ActionSucceeded: _succeeded,
    events.ActionWithheld: _withheld,
    events.FailureReported: _reported,
    events.FailureCleared: _cleared,
    events.CaseStuck: _stuck,
    events.CaseUnstuck: _unstuck,
    events.Told: _told,
    events.CaseOpened: _opened,
    events.CaseClosed: _closed,
    events.PaymentMatched: _matched,
    events.Unrouted: _unrouted,
    events.MailUnreadable: _unreadable,
    events.PlannerFellBack: _fell_back,
    events.PolicyRefused: _policy,
    events.StopOrdered: _stopped,
    events.WatchBegun: _moded(texts.SAY_WATCHING),
    events.WentLive: _moded(texts.SAY_LIVE),
    events.HeadAnchored: _anchored,
    events.CopyRestored: _restored,
    events.CopySuperseded: _overtaken,
    events.PersonErased: _erased,
    events.RetentionEnded: _retention_ended,
    events.DigestMade: _digested,
    events.CommitmentsDue: _due,
    events.ConfirmationAsked: _confirm,
    events.ChangeConfirmed: _in_words(decided_change_words),
    events.ChangeRefused: _in_words(decided_change_words),
    events.ChatPaired: _in_words(paired_words),
    events.ChatRoleChanged: _in_words(role_words),
    events.ChatRevoked: _in_words(revoked_words),
    events.StrangerRefused: _in_words(stranger_words),
}
"""Facts a person hears of. A failed or unknown action is told by its `FailureReported`."""

TOLD: Final = frozenset(_NOTICES)


def _card_name(around: Around) -> str:
    if around.approval is None:
        return texts.CARD_UNKNOWN
    title = one_line(around.approval.title, 60)
    waiting = around.approval.status in UNDECIDED
    name = texts.CARD_NUMBER.format(number=around.approval.number)
    return f"{name} ({title})" if title and not waiting else name


def _action_name(around: Around, action: str) -> str:
    if around.action is None:
        return action
    return texts.COMMAND_WORDS.get(around.action.name, around.action.name)


def _case_name(around: Around, case: str) -> str:
    if around.case is None:
        return case
    title = one_line(around.case.title, 60)
    return f"{around.case.number}, {title}" if title else f"{around.case.number} ({case})"
