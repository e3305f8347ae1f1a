"""What the operator says holds, is obeyed from then on, and can be corrected, ended and erased."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from ledger.domain.entities import Action, Contact
from ledger.domain.events import ActionProposed, KnowledgeStated, ProposalDrafted, VerdictGiven
from ledger.domain.knowledge import Knowledge
from ledger.domain.values import Money, Trust
from ledger.domain.verdicts import Ask
from ledger.replay import refold

if TYPE_CHECKING:
    from tests.scenarios.conftest import Business, Founder
else:
    Business = Founder = Any

ASKS = (
    "Hello Nora,\n\nwe would like your website design package. Could you send us an offer?\n\nAda\n"
)
BEN = "Ben Acme <ben@acme.example>"


async def asks_anew(business: Business, subject: str) -> None:
    """Ada asks in a case of its own: what there was before is closed."""
    await business.says("tell ada close the case")
    await business.mail(ASKS, subject=subject)


async def prices(business: Business) -> list[int]:
    """The net sums of all offers so far."""
    return [event.net.minor for event in await business.facts(ProposalDrafted)]


async def test_the_price_that_was_said_is_offered_and_the_card_cites_it(business: Business) -> None:
    await business.offered()
    said = await business.says("remember the website package costs 2100 for Ada until 31 December")
    assert "Website design package costs €2,100.00, until 31 Dec 2026" in said
    await asks_anew(business, "One more website")
    proposed = (await business.facts(ActionProposed))[-1]
    stated = next(f for f in await business.all_facts() if isinstance(f.event, KnowledgeStated))
    assert proposed.provenance["total"].trust is Trust.OPERATOR
    assert stated.id in proposed.provenance["total"].sources
    assert "Card 2 waits with another price" in await business.says("correct k1 2150")
    assert "Card 2 waits" not in await business.says("correct k2 2100")
    card = await business.says("show 2")
    assert "€2,100.00: you said so on 23 November 2026 (company.yaml: €2,400.00" in card
    # Corrected, the next offer follows; forgotten, or over, it is the list price again.
    await business.says("correct k3 2000")
    await asks_anew(business, "A third website")
    await business.says("forget k4")
    await asks_anew(business, "A fourth website")
    assert await prices(business) == [2400_00, 2100_00, 2000_00, 2400_00]
    assert "is identical" in await business.says("replay 3")
    everything = await business.says("memory Ada --all")
    assert "[corrected on 23 Nov 2026, see k2]" in everything
    assert "[forgotten on 23 Nov 2026]" in everything
    assert "k1" not in await business.says("memory Ada")
    assert not (await refold(business.app.ledger)).difference


async def test_a_price_said_for_a_time_is_over_when_the_time_is(business: Business) -> None:
    await business.says("remember website costs 2.200 bis 30. November")
    await business.mail(ASKS)
    business.clock.forward(days=8)
    await business.mail(ASKS, sender=BEN)
    assert await prices(business) == [2200_00, 2400_00]
    assert "[expired]" in await business.says("memory website --all")


async def test_the_later_word_counts_between_company_yaml_and_what_was_said(
    founder: Founder,
) -> None:
    async with founder.business() as business:
        await business.says("remember website costs 2200")
        company = business.app.company
    dearer = tuple(
        price if price.id != "website" else _priced(price, 2500_00) for price in company.prices
    )
    founder.clock.forward(hours=1)
    founder.configure(prices=dearer)
    async with founder.business() as business:
        await business.mail(ASKS)
        assert await prices(business) == [2500_00]
        assert "superseded by a newer price list" in await business.says("memory website --all")
        await business.says("remember website costs 2300")
        await business.mail(ASKS, sender=BEN)
        assert await prices(business) == [2500_00, 2300_00]


def _priced(item: Any, minor: int) -> Any:
    return replace(item, price=Money(minor, item.price.currency))


async def test_terms_discounts_and_forms_of_address_are_obeyed(business: Business) -> None:
    await business.mail(ASKS)
    await business.says("remember Ada zahlt innerhalb von 30 Tagen")
    await business.says("remember until 31 December 5% for Ada")
    await business.says("remember Ada prefers du")
    await business.says("remember Ada spricht Deutsch")
    await asks_anew(business, "Again")
    card = (await business.cards())[-1]
    action = await business.app.views.get(Action, card.action)
    assert action is not None
    body = getattr(action.command, "body", "")
    assert body.startswith("Hallo Ada,")
    assert "deine Anfrage" in body
    assert "2.280,00 €" in body
    await business.approves(card)
    await business.mail("Ja, wir nehmen das Angebot an.\n\nAda\n", answers=business.sent()[-1])
    issued = (await business.invoices())[0]
    assert issued.due_on - issued.issued_on == timedelta(days=30)


async def test_what_is_never_to_be_done_with_somebody_asks_and_is_named(business: Business) -> None:
    await business.offered()
    await business.says("remember never write to Ada on a Friday")
    await business.mail("Thanks. Could you do it for 2300?\n\nAda\n", answers=business.sent()[-1])
    verdict = (await business.facts(VerdictGiven))[-1].verdict
    assert isinstance(verdict, Ask)
    reasons = [rule.reason for rule in verdict.fired if rule.rule == "remembered-policy"]
    assert reasons == ["You said of this contact: never write to Ada on a Friday."]


async def test_who_is_merged_is_known_by_what_was_said_of_both(business: Business) -> None:
    await business.mail(ASKS)
    await business.mail(ASKS, sender="Ada Work <ada@work.example>", subject="From work")
    kept, other = [each.id for each in await business.app.views.all(Contact)]
    await business.says(f"remember {kept} prefers du")
    await business.says(f"remember {other} pays within 30 days")
    await business.says(f"merge {kept} {other}")
    both = await business.says(f"memory {kept}")
    assert "form of address: du" in both
    assert "within 30 days" in both
    await business.says(f"split {other}")
    assert "within 30 days" not in await business.says(f"memory {kept}")


async def test_the_past_shows_what_was_known_then(business: Business) -> None:
    await business.mail(ASKS)
    await business.says("remember Ada prefers Sie")
    business.clock.forward(days=1)
    await business.says("correct k1 du")
    business.clock.forward(days=1)
    then = await business.says("as-of 2026-11-23 memory Ada")
    assert "form of address: Sie" in then
    assert "form of address: du" in await business.says("memory Ada")


async def test_how_somebody_pays_is_read_off_invoices_and_payments(business: Business) -> None:
    await business.invoiced()
    bill = (await business.invoices())[0]
    assert "Open: €2,856.00 on 1 invoice" in await business.says("memory Ada")
    await business.pays("2856.00", reference=bill.number)
    told = await business.says("memory Ada")
    assert "Paid 1 invoice, on average 4 days after the date of the invoice; 0 late" in told


async def test_an_erased_persons_knowledge_is_gone_to_the_last_byte(founder: Founder) -> None:
    async with founder.business() as business:
        await business.mail(ASKS)
        await business.says("remember Ada likes marzipanbaerchen")
        await business.says("remember never call Ada before zwoelfuhrdreissig")
        await business.says("correct k1 Ada likes nougatwuerfel")
        await business.says("erase Ada")
        await business.says("erase Ada confirm")
        assert "marzipan" not in await business.says("memory --all")
        known = await business.app.views.all(Knowledge)
        assert {(one.text, one.quote) for one in known} == {("", "")}
        assert not (await refold(business.app.ledger)).difference
    raw = b"".join(path.read_bytes() for path in founder.folder.rglob("*") if path.is_file())
    for word in (b"marzipanbaerchen", b"zwoelfuhrdreissig", b"nougatwuerfel"):
        assert word not in raw
