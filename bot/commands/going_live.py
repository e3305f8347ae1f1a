"""Commands that watch, go live, and say how numbers go on."""

from __future__ import annotations

from collections.abc import Iterator

from bot import texts
from bot.channel import Reply
from bot.commands.answers import recorded, trouble
from bot.commands.words import ContinueNumbers, GoLive
from bot.findings import Health
from bot.live.readiness import Readiness, Series
from bot.office.port import Office
from bot.wording.amounts import counted
from bot.wording.untrusted import one_line
from ledger.domain.going_live import CREDIT_NOTE_BOOK, INVOICE_BOOK, MODE, Mode

_BOOKS = {
    "invoice": INVOICE_BOOK,
    "invoices": INVOICE_BOOK,
    "credit": CREDIT_NOTE_BOOK,
    "credit-note": CREDIT_NOTE_BOOK,
    "credit-notes": CREDIT_NOTE_BOOK,
}


class GoingLive:
    """`watch`, `go-live`, `numbers`."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def watch(self) -> Reply:
        """From here on nothing leaves."""
        mode = await self._office.views.get(Mode, MODE)
        if mode is not None and mode.watching:
            said = texts.WATCH_ALREADY.format(since=_since(mode))
            return Reply(lines=(said,), hints=(texts.WATCH_HINT,))
        fact = await self._office.watch()
        reply = await recorded(self._office, texts.WATCH_NOW, fact)
        return Reply(lines=reply.lines, hints=(texts.WATCH_HINT,), waits_for=fact)

    async def go_live(self, intent: GoLive) -> Reply:
        """What it would mean; with `confirm` behind it: do it."""
        if intent.said not in {"", "confirm", "yes"}:
            return trouble(texts.LIVE_TYPE, said=one_line(intent.said, 60))
        ready = await self._office.readiness()
        if ready.mode is None:
            return Reply(lines=(texts.LIVE_NEVER_WATCHED,))
        if not ready.mode.watching:
            return Reply(lines=(texts.LIVE_ALREADY.format(since=_since(ready.mode)),))
        if not intent.said:
            lines = (texts.LIVE_HEAD, *_meaning(ready))
            return Reply(lines=lines, hints=(texts.LIVE_CONFIRM,))
        return await self._live(ready)

    async def _live(self, ready: Readiness) -> Reply:
        broken = next((each for each in ready.findings if each.health is Health.BROKEN), None)
        if broken is not None:
            return trouble(texts.LIVE_BROKEN, what=broken.what, remedy=broken.remedy)
        fact = await self._office.go_live()
        reply = await recorded(self._office, texts.LIVE_NOW, fact)
        first = texts.LIVE_FIRST.format(operator=ready.operator).strip()
        more = (first,) if ready.real and not (ready.mode and ready.mode.looked_right) else ()
        again = (texts.LIVE_ASKED.format(held=_held(ready.held)),) if ready.held else ()
        return Reply(lines=(*reply.lines, *again, *more), waits_for=fact)

    async def numbers(self, intent: ContinueNumbers) -> Reply:
        """Which number comes next; or that a book goes on after the operator's own last one."""
        if not intent.book and not intent.last:
            lines = tuple(_next(each) for each in await self._office.series())
            return Reply(lines=lines, hints=(texts.NUMBERS_HINT,))
        book = _BOOKS.get(intent.book.lower(), "")
        if not book or not intent.last:
            said = one_line(f"{intent.book} {intent.last}".strip(), 60)
            return trouble(texts.NUMBERS_WHICH, said=said)
        fact = await self._office.continue_numbers(book, intent.last)
        after = next(each for each in await self._office.series() if each.book == book)
        text = texts.NUMBERS_DONE.format(book=book, last=after.last, next=after.next)
        return Reply(lines=(text,), waits_for=fact)


def _meaning(ready: Readiness) -> Iterator[str]:
    for finding in ready.findings:
        if finding.health is not Health.ABSENT:
            yield texts.LIVE_FINDING.format(health=finding.health.value, what=finding.what)
        if finding.health is Health.BROKEN:
            yield texts.LIVE_REMEDY.format(remedy=finding.remedy)
    yield texts.LIVE_WAITING.format(cards=_waiting(ready.waiting))
    if ready.held:
        yield texts.LIVE_HELD.format(held=_held(ready.held))
    if not ready.real:
        yield texts.LIVE_FILES
    elif ready.mode is None or not ready.mode.looked_right:
        yield texts.LIVE_FIRST.format(operator=ready.operator)
    for each in ready.series:
        yield texts.LIVE_NUMBER.format(book=each.book, next=each.next, after=_after(each))


def _waiting(count: int) -> str:
    return f"{counted(count, 'card')} {'waits' if count == 1 else 'wait'}"


def _held(count: int) -> str:
    return f"{count} {'was' if count == 1 else 'were'} approved"


def _next(series: Series) -> str:
    first = "" if series.confirmed else texts.NUMBERS_FIRST
    return texts.NUMBERS_LINE.format(
        book=series.book, next=series.next, after=_after(series), first=first
    )


def _after(series: Series) -> str:
    return texts.LIVE_AFTER.format(last=series.last) if series.last else ""


def _since(mode: Mode) -> str:
    return f"{mode.since:%Y-%m-%d %H:%M} UTC"
