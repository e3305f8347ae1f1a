"""Whether free words in a chat are the answer to Coo's open question, or only come after it.

In a console the question stands right above what is typed. In a chat other things may have come
between, and the answer to a customer's question is mailed to them: so what may be meant otherwise
is asked about, and goes nowhere.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from bot import texts
from bot.channel import Reply
from bot.chat.requests import QUESTION
from bot.commands import parse
from bot.commands.words import Say
from bot.wording.untrusted import one_line
from ledger.domain.entities import Post, Question
from ledger.domain.events import ChatReceived
from ledger.domain.reading import Views

FRESH: Final = timedelta(hours=1)
"""So long after a question free words in the same chat count as its answer."""


async def not_as_an_answer(
    views: Views, received: ChatReceived, at: datetime, line: str
) -> Reply | None:
    """What is asked back where free words cannot be meant as the answer to the open question
    with certainty; None where they can, or where none is open."""
    said = parse(line)
    found = await views.find(Question, "status:open")
    if not (isinstance(said, Say) and said.free) or len(found) != 1:
        return None
    (question,) = found
    asked_before = question.asked_at <= at
    if asked_before and _picks(question, line):
        return None
    fresh = asked_before and at - question.asked_at <= FRESH
    if fresh and not line.rstrip().endswith("?") and await _is_last(views, received, question):
        return None
    about = one_line(question.about or question.text, 120)
    ask = texts.CHAT_MEANT.format(number=question.number, about=about)
    typed = texts.CHAT_MEANT_HOW.format(number=question.number, answer=one_line(line, 200))
    return Reply(lines=(ask, typed))


def _picks(question: Question, line: str) -> bool:
    """Whether the words are one of the question's own options."""
    said = line.strip().casefold().rstrip(".)")
    return any(said in {each.id.casefold(), each.label.casefold()} for each in question.options)


async def _is_last(views: Views, received: ChatReceived, question: Question) -> bool:
    """Whether nothing else that waits for the operator was posted here after the question."""
    posts = await views.find(Post, f"chat:{received.channel}:{received.chat}")
    shown = [post for post in posts if post.message]
    return bool(shown) and shown[-1].subject == f"{QUESTION}:{question.id}"
