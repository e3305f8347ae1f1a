"""The command `digest`: what happened since the last one."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot import texts
from bot.channel import Reply
from bot.commands.session import Session
from bot.digest.content import digest_of, is_empty
from bot.digest.due import last_digest
from bot.digest.telling import Digests
from bot.office.port import Office
from bot.wording.standing import watching_words
from ledger.domain.going_live import MODE, Mode

NEWEST: Final = 5_000
"""So many facts are looked at where no digest was made yet: those of the last day among them."""

A_DAY: Final = timedelta(days=1)


class Digesting:
    """Looks at what happened; the daily digest comes at its hour all the same."""

    def __init__(self, office: Office, session: Session) -> None:
        self._office, self._session = office, session
        self._digests = Digests(office.views, office.history)

    async def digest(self) -> Reply:
        """Since the last digest, or since yesterday where there was none."""
        now = self._session.now(self._office)
        until = await self._office.head()
        last = await last_digest(self._office.views)
        after = max(0, until - NEWEST) if last is None else last
        since = now - A_DAY if last is None else None
        news = await self._office.news(after, 0)
        span = [fact for fact in news if since is None or fact.at > since]
        made = digest_of(span, now.date(), after, until)
        if is_empty(made):
            mode = watching_words(await self._office.views.get(Mode, MODE), now)
            return Reply(lines=tuple(filter(None, (mode, texts.DIGEST_QUIET))))
        return Reply(cards=(await self._digests.card(made, now, texts.DIGEST_SO_FAR),))
