"""The language model of an endpoint: the planner's port on the connector's journal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from bot.settings import ModelEndpoint
from bot.work.world import Models
from connectors.journaled import Asked, JournaledModels, MaySee, Tiers
from connectors.model import ModelUnavailable as NotAnswered
from connectors.model import OpenAIModel
from connectors.prices import PriceList
from connectors.rests import Rests
from graph.ports import ModelAnswer, ModelRequest, ModelUnavailable, call_id
from ledger.domain.entities import Case
from ledger.domain.facts import short_id
from ledger.domain.identity import ids_of
from ledger.domain.prompts import prompt_sha256
from ledger.domain.verdicts import Verdict
from ledger.journal import Journal
from policies.model_gate import may_model_see

if TYPE_CHECKING:
    from bot.opening import App

REPLAY: Final = "replay"
"""Marks the calls of a replay in the journal: part `replay-extract`, `replay-plan`, …"""


class LiveModels:
    """Asks the configured endpoint; translates the connector's error into the planner's."""

    def __init__(self, journaled: JournaledModels) -> None:
        self._journaled = journaled

    async def ask(self, request: ModelRequest) -> ModelAnswer:
        try:
            answered = await self._journaled.ask(call_id(request), request)
        except NotAnswered as error:
            raise ModelUnavailable(error.reason, error.cause) from error
        return ModelAnswer(text=answered.text, model=answered.model, microusd=answered.microusd)


class OtherModel:
    """Asks another model what the planner asked then, for a replay.

    Its calls have names and parts of their own, so that no rebuilt case takes one of its answers
    for what was said; a second replay finds them again and pays nothing. They count in the
    budgets of the case and of the day.
    """

    def __init__(self, journaled: JournaledModels, model: str) -> None:
        self._journaled = journaled
        self._model = model

    async def ask(self, request: ModelRequest) -> ModelAnswer:
        asked = prompt_sha256(request.system, request.user, request.schema)
        name = short_id("call", REPLAY, self._model, call_id(request), asked)
        marked = replace(request, part=f"{REPLAY}-{request.part}")
        try:
            answered = await self._journaled.ask(name, marked)
        except NotAnswered as error:
            raise ModelUnavailable(error.reason, error.cause) from error
        return ModelAnswer(text=answered.text, model=answered.model, microusd=answered.microusd)


@asynccontextmanager
async def live_models(app: App, endpoint: ModelEndpoint) -> AsyncIterator[Models]:
    """The models at an endpoint, for as long as this process asks them."""
    async with _journaled(app, endpoint) as journaled:
        yield LiveModels(journaled)


@asynccontextmanager
async def other_model(app: App, endpoint: ModelEndpoint, model: str) -> AsyncIterator[Models]:
    """One model at the endpoint, for replays; it has no cheaper one to fall back to."""
    async with _journaled(app, replace(endpoint, model=model, cheap=model)) as journaled:
        yield OtherModel(journaled, model)


@asynccontextmanager
async def _journaled(app: App, endpoint: ModelEndpoint) -> AsyncIterator[JournaledModels]:
    key = endpoint.key.reveal() if endpoint.key else ""
    provider = OpenAIModel(base_url=endpoint.base_url, api_key=key)
    try:
        yield JournaledModels(
            journal=Journal(app.ledger, app.company),
            provider=provider,
            tiers=Tiers(main=endpoint.model, cheap=endpoint.cheap),
            prices=PriceList(local=endpoint.local, own=endpoint.prices),
            may_see=_may_see(app, endpoint),
            deadline=endpoint.deadline_s,
            rests=Rests(app.clock),
        )
    finally:
        await provider.close()


def _may_see(app: App, endpoint: ModelEndpoint) -> MaySee:
    async def asked(request: Asked) -> Verdict:
        case = await app.views.get(Case, request.case)
        return may_model_see(
            app.policies,
            case_kind=case.kind if case else "",
            contact=case.contact if case else "",
            contact_ids=await ids_of(app.views, case.contact) if case else (),
            scope=app.company.model_may_see,
            endpoint_is_local=endpoint.local,
        )

    return asked
