"""How an offer and an invoice say in which parts a deal is billed, by language."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from graph.amounts import percent_words
from ledger.domain.billing import BillingPlan, PlannedPart, Trigger
from ledger.domain.company import Language


class PlanTexts(Struct, frozen=True, kw_only=True):
    """The words of one language. `when` is by trigger."""

    plan: str
    whole: str
    when: dict[Trigger, str]
    milestone: str
    named: str
    deposit: str
    part: str


TEXTS: Final = {
    Language.ENGLISH: PlanTexts(
        plan="Payment: {parts}.",
        whole="the whole on delivery",
        when={
            Trigger.ACCEPTANCE: "{share} deposit on acceptance",
            Trigger.MILESTONE: "{share} after {milestone}",
            Trigger.DELIVERY: "{share} on delivery",
        },
        milestone="milestone {number}",
        named="milestone {number} ({name})",
        deposit="Deposit of {share} on offer {number}",
        part="{share} of offer {number}, {milestone}",
    ),
    Language.GERMAN: PlanTexts(
        plan="Zahlung: {parts}.",
        whole="der ganze Betrag bei Lieferung",
        when={
            Trigger.ACCEPTANCE: "{share} Anzahlung bei Auftrag",
            Trigger.MILESTONE: "{share} nach {milestone}",
            Trigger.DELIVERY: "{share} bei Lieferung",
        },
        milestone="Meilenstein {number}",
        named="Meilenstein {number} ({name})",
        deposit="Anzahlung von {share} auf Angebot {number}",
        part="{share} von Angebot {number}, {milestone}",
    ),
    Language.FRENCH: PlanTexts(
        plan="Paiement : {parts}.",
        whole="la totalité à la livraison",
        when={
            Trigger.ACCEPTANCE: "{share} d'acompte à la commande",
            Trigger.MILESTONE: "{share} après {milestone}",
            Trigger.DELIVERY: "{share} à la livraison",
        },
        milestone="l'étape {number}",
        named="l'étape {number} ({name})",
        deposit="Acompte de {share} sur l'offre {number}",
        part="{share} de l'offre {number}, {milestone}",
    ),
}


def plan_words(plan: BillingPlan, language: str) -> str:
    """`Payment: 40 % deposit on acceptance, 60 % on delivery.`"""
    texts = TEXTS[Language(language)]
    if len(plan.parts) == 1:
        return texts.plan.format(parts=texts.whole)
    said = [
        texts.when[part.trigger].format(
            share=percent_words(part.share_bp, language),
            milestone=_milestone(plan, place, part, texts),
        )
        for place, part in enumerate(plan.parts, start=1)
    ]
    return texts.plan.format(parts=", ".join(said))


def part_words(plan: BillingPlan, place: int, number: str, language: str) -> str:
    """The line of an invoice for a part: `Deposit of 40 % on offer P-1234`."""
    texts, part = TEXTS[Language(language)], plan.parts[place - 1]
    words = texts.deposit if part.trigger is Trigger.ACCEPTANCE else texts.part
    milestone = _milestone(plan, place, part, texts)
    share = percent_words(part.share_bp, language)
    return words.format(share=share, number=number, milestone=milestone)


def _milestone(plan: BillingPlan, place: int, part: PlannedPart, texts: PlanTexts) -> str:
    if part.trigger is not Trigger.MILESTONE:
        return ""
    number = plan.milestones.index(place) + 1
    words = texts.named if part.name else texts.milestone
    return words.format(number=number, name=part.name)
