"""What was brought along, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bot import texts
from bot.bringing.bringing import Done
from bot.channel import Reply
from bot.wording.amounts import counted
from bot.wording.untrusted import one_line
from ledger.domain.events import ToneLearned
from ledger.domain.forms import PRONOUNS, Form

MOST_WRONG: Final = 30
_LANGUAGES: Final = {"en": "English", "de": "German", "fr": "French"}


def told(done: Done) -> Reply:
    """The counts; or every row that is wrong, and that nothing was taken."""
    if done.wrong:
        return Reply(lines=(texts.BRING_NOTHING, *_wrong(done)), trouble=True)
    return Reply(lines=tuple(_lines(done)))


def _wrong(done: Done) -> Iterator[str]:
    for each in done.wrong[:MOST_WRONG]:
        what, remedy = one_line(each.what, 200), one_line(each.remedy, 200)
        yield texts.BRING_WRONG.format(where=one_line(each.where, 80), what=what, remedy=remedy)
    if len(done.wrong) > MOST_WRONG:
        yield texts.BRING_MORE.format(count=len(done.wrong) - MOST_WRONG)


def _lines(done: Done) -> Iterator[str]:
    if not done.new:
        yield texts.BRING_AGAIN
    else:
        contacts = counted(done.contacts, "contact")
        invoices = counted(done.invoices, "open invoice")
        yield texts.BRING_CONTACTS.format(contacts=contacts, invoices=invoices)
        if done.known:
            yield texts.BRING_KNOWN.format(known=done.known)
    if done.paid:
        yield texts.BRING_PAID.format(paid=counted(done.paid, "invoice"))
    if done.mails or done.others:
        others = texts.BRING_OTHERS.format(count=done.others) if done.others else ""
        yield texts.BRING_MAILS.format(mails=counted(done.mails, "mail"), others=others)
    for tone in done.tones:
        yield from _tone(tone)
    if done.forms:
        count = counted(done.forms, "contact")
        yield texts.BRING_CONTACT_FORMS.format(count=count)
    if done.continues:
        yield texts.BRING_CONTINUES.format(last=one_line(done.continues, 60))


def _tone(tone: ToneLearned) -> Iterator[str]:
    language = _LANGUAGES.get(tone.language, tone.language)
    counts = {"language": language, "mails": tone.mails}
    if tone.greeting:
        yield texts.BRING_GREETING.format(count=tone.greeted, greeting=tone.greeting, **counts)
    if tone.sign_off:
        yield texts.BRING_SIGN_OFF.format(count=tone.signed, sign_off=tone.sign_off, **counts)
    if not tone.greeting and not tone.sign_off:
        yield texts.BRING_NO_HABIT.format(language=language)
    words = PRONOUNS.get(tone.language)
    if words and tone.familiar + tone.formal:
        yield texts.BRING_FORMS.format(
            language=language,
            familiar=tone.familiar,
            formal=tone.formal,
            du=words[Form.FAMILIAR],
            sie=words[Form.FORMAL],
        )
