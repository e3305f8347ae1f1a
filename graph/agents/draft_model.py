"""A model's sentences around the figures. Amounts, dates and the signature stay with the code."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from graph.agents.draft import Prose, assembled, draft, form_of, subject_of
from graph.agents.draft_check import check_prose, wrong_with
from graph.agents.fallback import Reader, Task, ask_model, schema_of
from graph.briefs import Brief, Drafted
from graph.ports import World
from ledger.domain.events import PlannerFellBack
from ledger.domain.forms import PRONOUNS
from memory.working import Item, WorkingContext

_SYSTEM = (
    "You write two passages of a short business mail for a one-person company: `opening` comes "
    "right after the greeting, `closing` right before the signature. The program adds greeting, "
    "figures, dates, terms and signature around them; write none of these.\n"
    "You get JSON: what the mail is for (`task`), its `language`, the company's `voice`, perhaps a "
    "`tone` the owner asked for, the `services` it is about, and as `facts` what the owner laid "
    "down for this customer: keep to it, and never say it.\n"
    "Write one to three plain sentences a passage, in that language and voice. Say nothing that "
    "is not in the JSON: no amount, percentage, date or deadline, no address, link or bank detail, "
    "no discount, no extra, no promise."
)
_SEEN = frozenset({"first", "invoice"})
"""Purposes whose mails the operator sees before they leave. Others may go out under a standing
grant, so they keep the templates' words, unless the operator asked for another tone."""

_LANGUAGES = {"en": "English", "de": "German", "fr": "French"}

_MEANINGS = {
    "first": "send our offer in answer to a request",
    "agreed": "send a new version of our offer: we agree to the price the customer asked for",
    "counter": "send a new version of our offer: our best price, though they asked for less",
    "revised": "send our offer again, changed",
    "invoice": "send the invoice that is attached",
    "clarify": "ask which of our services they need and how much; a list of services follows",
    "hold": "say in a friendly way that our last offer stands and we cannot go lower",
    "decline": "say in a friendly way that we cannot take this on",
}


class ModelDraft(Struct, frozen=True, forbid_unknown_fields=True):
    """What the model is asked for."""

    opening: str
    closing: str


class Draftwork(Struct, frozen=True, kw_only=True):
    """A draft and the models that gave up on it."""

    drafted: Drafted
    fell_back: tuple[PlannerFellBack, ...] = ()


async def drafted(world: World, brief: Brief) -> Draftwork:
    """The mail: a model's sentences where a person reads them and they hold, else the template."""
    if not _worth_asking(brief):
        return Draftwork(drafted=draft(brief))
    answer = await ask_model(world, _task(brief), _reader(brief))
    if answer.value is None:
        return Draftwork(drafted=draft(brief), fell_back=answer.fell_back)
    written = Drafted(
        step=brief.step,
        subject=subject_of(brief),
        body=assembled(brief, answer.value),
        by=answer.by,
    )
    return Draftwork(drafted=written, fell_back=answer.fell_back)


def _worth_asking(brief: Brief) -> bool:
    """Where the words are neither the operator's nor bound to leave unread."""
    own = bool(brief.body or brief.said) or brief.purpose not in _MEANINGS
    return not own and (brief.purpose in _SEEN or bool(brief.tone))


def _reader(brief: Brief) -> Reader[Prose]:
    def read(text: str, _: WorkingContext | None) -> Prose:
        found = msgspec.json.decode(text, type=ModelDraft)
        prose = Prose(opening=found.opening.strip(), closing=found.closing.strip())
        check_prose(brief, prose)
        wrong = wrong_with(brief, subject_of(brief), assembled(brief, prose))
        if wrong:
            raise ValueError(wrong)
        return prose

    return read


def _task(brief: Brief) -> Task:
    lines = brief.quote.lines if brief.quote else ()
    services = [line.description for line in lines] or list(brief.titles)
    return Task(
        cause=brief.cause,
        node="delegate",
        step=f"draft-{brief.step}",
        part="draft",
        system=_SYSTEM,
        goal=(
            _one("task", _MEANINGS[brief.purpose]),
            _one("language", _LANGUAGES[brief.language]),
            _one("voice", brief.voice),
            _one("tone", brief.tone),
            _one("known_customer", brief.met_before),
            *((_one("address", _called(brief)),) if _called(brief) else ()),
            _one("services", services),
        ),
        schema_name="draft",
        schema=schema_of(ModelDraft),
        case=brief.case,
        person=brief.person,
        contact=brief.contact,
    )


def _called(brief: Brief) -> str:
    """How the sentences address them; "" in English, where nothing was said."""
    return brief.address or PRONOUNS.get(brief.language, {}).get(form_of(brief), "")


def _one(name: str, value: Any) -> Item:
    return Item(id=name, under=name, single=True, shown={"value": value}, priority=1)
