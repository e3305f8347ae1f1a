"""What keeps a promise: a payment, a mail with the thing or the words, a letter that left. Pure.

Only what plainly shows it: who doubts whether a mail brought what was promised leaves it open, and
the operator says so with a word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from graph.agents.plaintext import plain
from graph.agents.promise_words import HERE
from graph.agents.promises import PAYMENT, sentences_of
from graph.agents.quoting import new_text
from ledger.domain.commands import SendInvoice, SendProposal, SendReply
from ledger.domain.entities import Commitment
from ledger.domain.events import MailReceived

_AS_PROMISED: Final = re.compile(
    r"\b(?:as promised|as agreed|like i promised|wie (?:versprochen|zugesagt|besprochen|"
    r"angekundigt)|"
    r"comme (?:promis|convenu|annonce))\b"
)
_WORD: Final = re.compile(r"[a-z0-9]{4,}")
_EMPTY: Final = frozenset((
    "will", "with", "your", "have", "that", "this", "them", "they", "send", "sent", "sending",
    "over", "also", "follow", "files", "file", "document", "documents", "dokument", "dokumente",
    "datei", "dateien", "unterlagen", "fichier", "fichiers", "papers", "paper", "thing", "things",
    "noch", "eine", "einen", "dass", "ihnen", "euch", "nous", "vous", "votre", "pour", "avec",
    "werden", "wird", "seront", "sera", "suivra", "deliver", "provide",
))  # fmt: skip
"""Words of a promise that do not say which thing is meant."""

_STEM: Final = 5
_REPLY: Final = re.compile(
    r"^(?:get back|come back|reply|answer|respond|write|let know|be in touch|antwort\w*|"
    r"melde mich|melden uns|schreibe?\w*|reponds?|repondrai|reviens|recontact\w*)\b"
)
_OFFER: Final = re.compile(r"\b(?:offer|quote|quotation|proposal|estimate|angebot\w*|offerte|devis|"
                           r"offre|proposition)\b")  # fmt: skip
_INVOICE: Final = re.compile(r"\b(?:invoice|rechnung|facture)\b")
_PAY: Final = re.compile(
    r"\b(?:pay|settle|transfer|zahl\w*|uberweis\w*|begleich\w*|regl\w*|pai\w*)\b"
)


def kept_by_mail(one: Commitment, mail: MailReceived, open_ones: Sequence[Commitment]) -> str:
    """How a mail of theirs keeps their promise, in words; "" where it does not show that.

    `open_ones` are all promises of theirs that the mail could keep.
    """
    if one.kind == PAYMENT:
        return ""
    told = [plain(each) for each in sentences_of(new_text(mail.text, mail.sender_name))]
    names = plain(" ".join(each.name for each in mail.attachments))
    about = _stems(one.what)
    if mail.attachments and about & _stems(names):
        return f"came as {_named(mail)}"
    brings = [each for each in told if HERE.search(each) or _AS_PROMISED.search(each)]
    if any(about & _stems(each) for each in brings):
        return "came with the mail" if mail.attachments else "their mail brings it"
    alone = sum(each.kind != PAYMENT for each in open_ones) == 1
    if mail.attachments and alone and any(_AS_PROMISED.search(each) for each in told):
        return f"came as {_named(mail)}"
    return ""


def kept_by_sending(one: Commitment, command: object) -> str:
    """How a mail of ours that left keeps our promise; "" where it does not show that."""
    what = plain(one.what)
    match command:
        case SendProposal() if _OFFER.search(what):
            return "the offer was sent"
        case SendInvoice() if _INVOICE.search(what) and not _PAY.search(what):
            return "the invoice was sent"
        case SendReply() | SendProposal() if _REPLY.match(what):
            return "we wrote to them"
        case _:
            return ""


def _named(mail: MailReceived) -> str:
    return ", ".join(each.name for each in mail.attachments[:3])


def _stems(text: str) -> set[str]:
    """The beginnings of the words that say which thing is meant."""
    parts = _WORD.findall(plain(text).replace("_", " "))
    return {word[:_STEM] for word in parts if word not in _EMPTY}
