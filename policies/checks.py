"""Static checks: what rules decide over a grid of boundary values, before they decide anything.

The grid starts from situations where Coo would act alone, and changes one or two of their
values at a time to every value at which something might turn: both booleans, every trust,
one below, at and one above each number and limit, and every literal a rule itself names.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec
from msgspec import Struct

from ledger.domain.company import Negotiation
from ledger.domain.values import Risk, Trust
from ledger.domain.verdicts import Allow, FiredRule, Verdict
from policies.engine import Policies
from policies.inputs import NO_LIMIT, GateInput, values_of
from policies.provenance import NONE
from policies.rulebook import About, Rule

_WORD = re.compile(r"[a-z_]+")
_NUMBER = re.compile(r"(?<![\w.])-?\d+")
_QUOTED = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_TRUSTS = tuple(trust.value for trust in Trust)
_TEXTS: Mapping[str, tuple[str, ...]] = {
    "trust_to": _TRUSTS,
    "trust_total": (*_TRUSTS, NONE),
    "trust_lines": (*_TRUSTS, NONE),
    "trust_body": (*_TRUSTS, NONE),
    "negotiation": tuple(choice.value for choice in Negotiation),
    "currency": ("EUR", "USD", ""),
    "phase": ("proposal", "execution"),
    "first_number": ("2026-0001",),
}

_LIMITS: Mapping[str, str] = {
    "amount_minor": "ask_above_minor",
    "discount_bp": "max_discount_bp",
    "delivery_days": "min_delivery_days",
    "mails_today_to_contact": "max_mails_a_day_to_contact",
}


class Invariant(Struct, frozen=True):
    """Something no rule may ever bring about: `Allow` where `applies`."""

    name: str
    applies: Callable[[GateInput], bool]


class Violation(Struct, frozen=True):
    """An invariant that the rules break, the input that shows it, and the rules that fired."""

    invariant: str
    given: GateInput
    fired: tuple[FiredRule, ...]


class Findings(Struct, frozen=True):
    """What is wrong with a set of rules. `never_fire` are ids of rules about commands."""

    never_fire: tuple[str, ...]
    violations: tuple[Violation, ...]


INVARIANTS: tuple[Invariant, ...] = (
    Invariant("an untrusted recipient is never allowed", lambda g: g.trust_to == "untrusted"),
    Invariant(
        "nobody outside the address book is written to", lambda g: not g.recipient_in_address_book
    ),
    Invariant("nothing goes to somebody else's case", lambda g: not g.recipient_is_case_contact),
    Invariant(
        "an address that the talk did not go to so far is asked about",
        lambda g: g.recipient_changed and g.command != "IssueInvoice",
    ),
    Invariant("no foreign bank account leaves", lambda g: bool(g.foreign_accounts)),
    Invariant("no foreign mail address leaves", lambda g: bool(g.foreign_addresses)),
    Invariant(
        "amounts above the limit are asked about",
        lambda g: NO_LIMIT < g.ask_above_minor < g.amount_minor,
    ),
    Invariant(
        "an offer past the guardrails is never made alone",
        lambda g: g.command == "SendProposal" and not g.within_guardrails,
    ),
    Invariant(
        "no invoice is issued but for what was accepted",
        lambda g: g.command == "IssueInvoice" and not g.total_matches_accepted,
    ),
    Invariant(
        "no invoice is issued alone whose tax is not the one that was offered",
        lambda g: g.command == "IssueInvoice" and g.tax_changed,
    ),
    Invariant(
        "a credit note is never issued alone",
        lambda g: g.command == "IssueCreditNote",
    ),
    Invariant("a mail is never corrected alone", lambda g: g.command == "SendCorrection"),
    Invariant(
        "somebody else's message never leads to an act", lambda g: g.case_has_untrusted_sender
    ),
)
"""What holds for the shipped rules, and is tested whenever they or an operator's change."""


def check(policies: Policies, invariants: Sequence[Invariant] = INVARIANTS) -> Findings:
    """Decide the whole grid (some ten thousand inputs, about a second)."""
    fired: set[str] = set()
    broken: dict[str, Violation] = {}
    for given in grid(policies.rules):
        verdict = policies.decide(About.COMMANDS, given.command, values_of(given))
        fired.update(hit.rule for hit in verdict.fired)
        for violation in _violations(invariants, given, verdict):
            broken.setdefault(violation.invariant, violation)
    rules = (rule.id for rule in policies.rules if rule.about is About.COMMANDS)
    return Findings(tuple(r for r in rules if r not in fired), tuple(broken.values()))


def grid(rules: Iterable[Rule]) -> Iterator[GateInput]:
    """Every starting situation, with every value changed, and every two that rules mention."""
    named = _named_by(rules)
    for start in situations():
        changes = [
            (name, value)
            for name in start.__struct_fields__
            for value in _boundaries(start, name, named.get(name, ()))
        ]
        yield start
        yield from (msgspec.structs.replace(start, **{name: value}) for name, value in changes)
        mentioned = [change for change in changes if change[0] in named]
        for one, two in itertools.combinations(mentioned, 2):
            if one[0] != two[0]:
                yield msgspec.structs.replace(start, **dict((one, two)))


def situations() -> tuple[GateInput, ...]:
    """One situation a command in which nothing speaks against it."""
    calm = GateInput(
        command="SendReply",
        phase="proposal",
        risk=Risk.IRREVERSIBLE.value,
        case="lead-1",
        contact="con-1",
        to="ada@example.com",
        company_currency="EUR",
        ask_above_minor=1_000_00,
        recipient_in_address_book=True,
        recipient_is_case_contact=True,
        first_contact=False,
        max_mails_a_day_to_contact=5,
        max_discount_bp=1_000,
        min_delivery_days=10,
        max_rounds=2,
        negotiation="within_guardrails",
        trust_to="verified",
        trust_body="verified",
    )
    money = msgspec.structs.replace(
        calm, amount_minor=500_00, currency="EUR", trust_total="verified"
    )
    change = msgspec.structs.replace
    return (
        calm,
        change(money, command="SendProposal", version=2, delivery_days=10, within_guardrails=True),
        change(
            money,
            command="IssueInvoice",
            risk=Risk.COMPENSABLE.value,
            version=2,
            trust_lines="verified",
            trust_body=NONE,
            total_matches_accepted=True,
        ),
        change(money, command="SendInvoice", invoice_total_matches=True),
        change(money, command="SendReminder", invoice_total_matches=True),
        change(
            money,
            command="IssueCreditNote",
            amount_minor=-500_00,
            trust_lines="verified",
            trust_body=NONE,
            credit_matches_invoice=True,
        ),
        change(money, command="SendCreditNote", amount_minor=-500_00, credit_matches_invoice=True),
        change(calm, command="SendCorrection"),
        change(calm, command="SendSpecimen", risk=Risk.REVERSIBLE.value, trust_body=NONE),
        change(calm, command="ReopenCase", risk=Risk.REVERSIBLE.value, trust_body=NONE),
    )


def _violations(
    invariants: Iterable[Invariant], given: GateInput, verdict: Verdict
) -> Iterator[Violation]:
    if isinstance(verdict, Allow):
        broken = (invariant for invariant in invariants if invariant.applies(given))
        yield from (Violation(invariant.name, given, verdict.fired) for invariant in broken)


def _boundaries(start: GateInput, name: str, named: Iterable[object]) -> Sequence[object]:
    """The other values of one name worth trying."""
    present = getattr(start, name)
    match present:
        case bool():
            return [not present]
        case int():
            near = (_limit(start, name) + step for step in (-1, 0, 1))
            numbers = {NO_LIMIT, 0, 1, *near, *(n for n in named if isinstance(n, int))}
            return sorted(numbers - {present})
        case tuple():
            return [("x@example.net",)]
        case _ if name == "command":
            return []
        case _:
            texts = {*_TEXTS.get(name, ()), *(t for t in named if isinstance(t, str))}
            return sorted(texts - {present})


def _limit(start: GateInput, name: str) -> int:
    """What a number is compared with: its limit where it has one, else its present value."""
    return int(getattr(start, _LIMITS.get(name, name)))


def _named_by(rules: Iterable[Rule]) -> dict[str, set[object]]:
    """The literals of each condition, under every name that the condition mentions."""
    found: dict[str, set[object]] = {}
    for rule in rules:
        text = rule.when.text
        numbers = {int(hit) + step for hit in _NUMBER.findall(text) for step in (-1, 0, 1)}
        quoted = {one or two for one, two in _QUOTED.findall(text)}
        for name in _WORD.findall(_QUOTED.sub("", text)):
            found.setdefault(name, set()).update(numbers | quoted)
    return found
