"""Billing in parts: what was agreed, what each invoice bills of it, and what it deducts. Pure.

Every part but the last is a share of the whole by tax rate; the last invoice lists the whole and
deducts the net and the tax of the earlier ones. So the parts meet the whole to the cent, however
the shares divide.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from datetime import date
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from ledger.domain.values import BASIS_POINTS, Line, Money, TaxLine, Totals, rounded_share, totals

DELIVERY: Final = 0
"""The delivery where work is reported; a milestone is its number."""

MOST_PARTS: Final = 12


class Trigger(StrEnum):
    """What a part waits for."""

    ACCEPTANCE = "acceptance"
    MILESTONE = "milestone"
    DELIVERY = "delivery"


class PlannedPart(Struct, frozen=True, omit_defaults=True, gc=False):
    """One part of a plan. `name` is of a milestone, where it has one."""

    trigger: Trigger
    share_bp: int
    name: str = ""


class BillingPlan(Struct, frozen=True, omit_defaults=True, gc=False):
    """The parts of a deal, the last one being the final invoice. None: all on acceptance."""

    parts: tuple[PlannedPart, ...] = ()

    @property
    def milestones(self) -> tuple[int, ...]:
        """The places (from 1) of the parts that are milestones."""
        return tuple(
            place
            for place, part in enumerate(self.parts, start=1)
            if part.trigger is Trigger.MILESTONE
        )

    def triggered(self, place: int, *, accepted: bool, done: Iterable[int]) -> bool:
        """Whether what the part at this place (from 1) waits for has come.

        The delivery of the whole makes the final invoice due, whatever it waited for.
        """
        part, reached = self.parts[place - 1], set(done)
        if place == len(self.parts) and DELIVERY in reached:
            return True
        match part.trigger:
            case Trigger.ACCEPTANCE:
                return accepted
            case Trigger.DELIVERY:
                return DELIVERY in reached
            case Trigger.MILESTONE:
                return self.milestones.index(place) + 1 in reached

    def unbilled(self, billed: Container[int]) -> tuple[int, ...]:
        """The places without an invoice; none once the final one bills all that was left."""
        last = len(self.parts)
        if last in billed:
            return ()
        return tuple(place for place in range(1, last + 1) if place not in billed)

    def milestone(self, said: str) -> int:
        """The number of a milestone by number or name; 0 where there is none such."""
        for number, place in enumerate(self.milestones, start=1):
            if said == str(number) or said.casefold() == self.parts[place - 1].name.casefold():
                return number
        return 0

    def place_of(self, work: int) -> int:
        """The part (from 1) that reported work makes due: a milestone's, else the final one."""
        places = self.milestones
        return places[work - 1] if 0 < work <= len(places) else len(self.parts)

    def awaits(self, place: int) -> str:
        """`delivered`, `milestone 2 (Build)`, `acceptance`."""
        part = self.parts[place - 1]
        match part.trigger:
            case Trigger.ACCEPTANCE:
                return "acceptance"
            case Trigger.DELIVERY:
                return "delivered"
            case Trigger.MILESTONE:
                name = f" ({part.name})" if part.name else ""
                return f"milestone {self.milestones.index(place) + 1}{name}"

    def called(self, place: int) -> str:
        """`deposit invoice`, `invoice 2 of 3`, `final invoice`, or `invoice` where it is the only
        one."""
        if len(self.parts) == 1:
            return "invoice"
        if place == len(self.parts):
            return "final invoice"
        if self.parts[place - 1].trigger is Trigger.ACCEPTANCE:
            return "deposit invoice"
        return f"invoice {place} of {len(self.parts)}"

    @property
    def words(self) -> str:
        """As the operator can write it: `deposit 40%, final on delivery`."""
        if not self.parts:
            return "on acceptance"
        if len(self.parts) == 1:
            return f"on {self.parts[0].trigger}"
        said = []
        milestones = [self.parts[place - 1] for place in self.milestones]
        if self.parts[0].trigger is Trigger.ACCEPTANCE:
            said.append(f"deposit {percent(self.parts[0].share_bp)}")
        if milestones:
            each = "/".join(f"{one.name} {percent(one.share_bp)}".strip() for one in milestones)
            said.append(f"milestones {each}")
        if self.parts[-1].trigger is Trigger.DELIVERY:
            said.append(f"final {percent(self.parts[-1].share_bp)} on delivery")
        return ", ".join(said)


class Deduction(Struct, frozen=True, gc=False):
    """An earlier invoice of the same deal that the final one deducts, with its tax by rate."""

    invoice: str
    number: str
    issued_on: date
    taxes: tuple[TaxLine, ...]

    @property
    def net(self) -> Money:
        return sum((one.base for one in self.taxes[1:]), start=self.taxes[0].base)

    @property
    def tax(self) -> Money:
        return sum((one.tax for one in self.taxes[1:]), start=self.taxes[0].tax)

    @property
    def gross(self) -> Money:
        return self.net + self.tax


class InvoicePart(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Which part of a deal an invoice bills: `place` (from 1) of `of`.

    `again` counts the invoices of this part that a credit note reversed. `supplied`: the work was
    done by the service date; else that is the day it is expected. `service_from` begins the
    period of the service, None where it was one day. `deducted` are the earlier invoices.
    """

    place: int
    of: int
    trigger: Trigger
    share_bp: int
    name: str = ""
    again: int = 0
    supplied: bool = True
    service_from: date | None = None
    deducted: tuple[Deduction, ...] = ()

    @property
    def final(self) -> bool:
        return self.place == self.of


class PlanUnclear(ValueError):
    """The words are no plan; the message says what is wrong with them, for the operator."""


def share_lines(
    lines: Sequence[Line], plan: BillingPlan, place: int, words: str
) -> tuple[Line, ...]:
    """One line a tax rate with this part's share of the whole; `words` is what they say.

    Shares are rounded as sums from the first part on, so that no cent is lost or billed twice.
    """
    before = sum(part.share_bp for part in plan.parts[: place - 1])
    upto = before + plan.parts[place - 1].share_bp
    bases: dict[int, int] = {}
    for line in lines:
        bases[line.tax_bp] = bases.get(line.tax_bp, 0) + line.net.minor
    currency = lines[0].unit_price.currency
    made = [
        Line(
            item="part",
            description=words,
            quantity=1,
            unit="",
            unit_price=Money(rounded_share(base, upto) - rounded_share(base, before), currency),
            tax_bp=rate,
        )
        for rate, base in sorted(bases.items())
    ]
    return tuple([line for line in made if line.unit_price.minor] or made[:1])


def asked_for(lines: Iterable[Line], part: InvoicePart | None, currency: str) -> Totals:
    """What an invoice asks for: its lines' sums, less by rate what earlier invoices billed."""
    whole = totals(lines, currency)
    if part is None or not part.deducted:
        return whole
    rates = {one.rate_bp: one for one in whole.taxes}
    for deduction in part.deducted:
        for one in deduction.taxes:
            zero = Money(0, currency)
            had = rates.get(one.rate_bp, TaxLine(one.rate_bp, zero, zero))
            rates[one.rate_bp] = TaxLine(one.rate_bp, had.base - one.base, had.tax - one.tax)
    taxes = tuple(rates[rate] for rate in sorted(rates))
    net = sum((one.base for one in taxes), start=Money(0, currency))
    return Totals(net=net, taxes=taxes, gross=sum((one.tax for one in taxes), start=net))


def reversed_part(part: InvoicePart | None) -> InvoicePart | None:
    """The part as its credit note has it: what was deducted with its sign turned."""
    if part is None or not part.deducted:
        return part
    turned = tuple(
        replace(one, taxes=tuple(TaxLine(tax.rate_bp, -tax.base, -tax.tax) for tax in one.taxes))
        for one in part.deducted
    )
    return replace(part, deducted=turned)


def percent(basis_points: int) -> str:
    """`40%`, `33.33%`"""
    return f"{basis_points / 100:g}%"


# --- the operator's words ----------------------------------------------------------------------

_AT_ONCE = re.compile(r"(?:on |upon |at )?(?:acceptance|order|once)")
_AT_DELIVERY = re.compile(r"(?:on |upon |at |after )?delivery")
_SHARE: Final = r"(\d{1,2}(?:[.,]\d{1,2})?)"
_DEPOSIT = re.compile(rf"\bdeposit (?:of )?{_SHARE} ?%")
_FINAL = re.compile(rf"\bfinal(?: {_SHARE} ?%)?(?: on delivery)?")
_MILESTONES = re.compile(r"\bmilestones? ")
_ONE_MILESTONE = re.compile(rf"(.*?) ?{_SHARE} ?%?")
HOW: Final = (
    "`on acceptance`, `on delivery`, `deposit 40% final`, `milestones 30/40/30`, "
    "`milestones Design 30 / Build 70`, `deposit 20% milestones 30/30 final`"
)


def plan_of(text: str) -> BillingPlan:
    """The plan behind its words; one without parts for `on acceptance`. Raises `PlanUnclear`."""
    said = " ".join(text.replace(",", " , ").split()).strip(" .")
    said = re.sub(r"(\d) , (\d)", r"\1,\2", said)
    if _AT_ONCE.fullmatch(said.lower()):
        return BillingPlan()
    if _AT_DELIVERY.fullmatch(said.lower()):
        return BillingPlan((PlannedPart(Trigger.DELIVERY, BASIS_POINTS),))
    return _in_parts(said)


def _in_parts(said: str) -> BillingPlan:
    parts: list[PlannedPart] = []
    rest = said
    deposit = _DEPOSIT.search(rest.lower())
    if deposit:
        parts.append(PlannedPart(Trigger.ACCEPTANCE, _points(deposit[1])))
        rest = rest[: deposit.start()] + rest[deposit.end() :]
    final = _FINAL.search(rest.lower())
    if final:
        rest = rest[: final.start()] + rest[final.end() :]
    rest, stages = _milestones(rest)
    parts += stages
    if re.sub(r"\band\b|[,;]", " ", rest.lower()).strip() or not parts:
        raise PlanUnclear(f"{said!r} is no billing plan. Say one of: {HOW}.")
    return _whole(parts, _points(final[1]) if final and final[1] else 0, ends=bool(final))


def _whole(parts: list[PlannedPart], last: int, *, ends: bool) -> BillingPlan:
    """With the final part, which takes what is left; its share may be said as well."""
    left = BASIS_POINTS - sum(part.share_bp for part in parts)
    if left < 0 or (ends and not left) or (last and last != left):
        raise PlanUnclear("The shares of a billing plan must come to 100 %.")
    if left:
        parts.append(PlannedPart(Trigger.DELIVERY, left))
    if len(parts) > MOST_PARTS or any(not part.share_bp for part in parts):
        raise PlanUnclear(f"A billing plan has up to {MOST_PARTS} parts, none of 0 %.")
    return BillingPlan(tuple(parts))


def _milestones(rest: str) -> tuple[str, list[PlannedPart]]:
    found = _MILESTONES.search(rest.lower())
    if not found:
        return rest, []
    stages = []
    for one in rest[found.end() :].strip(" ,;").split("/"):
        hit = _ONE_MILESTONE.fullmatch(one.strip(" ,;"))
        if not hit:
            raise PlanUnclear(f"{one.strip()!r} is no milestone with its share. Say one of: {HOW}.")
        name = hit[1].strip(" ,;:")
        stages.append(PlannedPart(Trigger.MILESTONE, _points(hit[2]), name))
    return rest[: found.start()], stages


def _points(share: str) -> int:
    whole, _, cents = share.replace(",", ".").partition(".")
    return int(whole) * 100 + int(cents.ljust(2, "0") or 0)
