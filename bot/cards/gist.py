"""What somebody wrote in another language, and its gist by a model: shown, deciding nothing."""

from __future__ import annotations

from msgspec.structs import replace

from bot import texts
from bot.channel import Card, Row
from bot.wording.untrusted import one_line
from graph.agents.quoting import new_text
from ledger.domain.entities import Gist
from ledger.domain.errors import UnknownFact
from ledger.domain.events import MailReceived
from ledger.domain.reading import History, Views

ORIGINAL = 300
"""Signs of the original on a card."""
_BRIEF = 120


async def with_gist(card: Card, case: str, views: Views, history: History) -> Card:
    """The card with original and gist of the last mail of its case, where a model made one."""
    gist = await views.get(Gist, case)
    if gist is None or gist.over or not gist.text:
        return card
    try:
        mail = (await history.fact(gist.fact)).event
    except UnknownFact:
        return card
    if not isinstance(mail, MailReceived):
        return card
    wrote = one_line(new_text(mail.text, mail.sender_name), ORIGINAL)
    by = texts.GIST_BY.format(by=one_line(gist.by, 40))
    rows = (
        Row(texts.ROW_ORIGINAL, (wrote,), brief=(one_line(wrote, _BRIEF),)),
        Row(texts.ROW_GIST, (one_line(gist.text, 500), by), brief=(one_line(gist.text, 500), by)),
    )
    return replace(card, rows=(*card.rows, *rows))
