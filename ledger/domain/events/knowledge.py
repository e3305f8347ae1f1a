"""What the operator states, corrects and forgets. On the desk; sealed for the contact it is about.

How topics are named. Subject and topic together say what a statement is about; of the same two at
most one holds at a moment. What an episode could contradict is named the same way.

| topic | kind | value | subject |
|---|---|---|---|
| `price:<item id>` | price | money, net per unit | a contact, or the item |
| `discount` | term | percent off the price | a contact or the company |
| `discount-cap` | term | percent, the most that is given | a contact or the company |
| `payment-days` | term | days | a contact or the company |
| `early-payment` | term | percent and days: what an early payer keeps | a contact or the company |
| `delivery-days` | term | days | a contact or the company |
| `preference:address` | preference | text: `du`, `Sie`, `tu`, `vous`, `first name` | a contact |
| `preference:language` | preference | text: `en`, `de`, `fr` | a contact |
| `preference:<word>` | preference | text | a contact |
| `policy:<knowledge id>` | policy | text: what is never, or always, done | a contact, company |
| `tax:country` | billing | text: ISO 3166-1 alpha-2 | a contact |
| `tax:vat-id` | billing | text: as checked, no spaces | a contact |
| `tax:business` | billing | yes/no: a business, not a consumer | a contact |
| `billing:address` | billing | text: lines below the name | a contact |
| `billing:reference` | billing | text: buyer reference, Leitweg-ID | a contact |
| `billing:order` | billing | text: number of their purchase order | a contact |
| `finance:<word>` | finance | money, days, date, text | a contact or the company |
| `note:<knowledge id>` | note | text | a contact, an item or the company |

Policies and notes have topics of their own: one never supersedes another.
"""

from __future__ import annotations

from datetime import datetime

from ledger.domain.events.base import Event
from ledger.domain.knowledge import KnowledgeKind, Value
from ledger.domain.values import Personal


class KnowledgeStated(Event, frozen=True, kw_only=True):
    """The operator said that something holds, from `valid_from` on (None: from now on).

    `subject` is a contact's id, an item's, or "company"; `sources` are facts it rests on besides
    this one. `text` holds the words of a text value, `quote` the sentence as it was said.
    """

    knowledge: str
    kind: KnowledgeKind
    subject: str
    topic: str
    value: Value
    operator: str
    channel: str
    by: str = ""
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    sources: tuple[str, ...] = ()
    text: Personal = ""
    quote: Personal = ""


class KnowledgeCorrected(Event, frozen=True, kw_only=True):
    """What was stated (`replaces`) was wrong; this is how it is. `valid_from` None: as it was."""

    knowledge: str
    replaces: str
    value: Value
    operator: str
    channel: str
    by: str = ""
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    sources: tuple[str, ...] = ()
    text: Personal = ""
    quote: Personal = ""


class KnowledgeForgotten(Event, frozen=True, kw_only=True):
    """From now on this holds no longer. It stays on record: only `erase` erases."""

    knowledge: str
    operator: str
    channel: str
    by: str = ""
    quote: Personal = ""
