"""Bank statements in CAMT.053 (ISO 20022), versions 001.02 to 001.13.

Elements are found by their local names, so one reader serves all versions. Booked entries
only; money that left the account is negative. Source: the message definition reports of
camt.053.001.02 and .001.13.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from connectors.payments.amounts import Unclear, money
from connectors.payments.dates import booking_date
from connectors.payments.entries import MOST_ENTRIES, Entry, payments, refused
from ledger.domain.errors import InputUnreadable
from ledger.domain.events import PaymentReceived
from ledger.domain.values import Money

_STATEMENT = "BkToCstmrStmt"
_SIGNS = {"CRDT": "", "DBIT": "-"}
_DEEPEST = 60
_REMEDY = "Download the statement again as CAMT.053 (XML)."


def read_camt053(raw: bytes) -> list[PaymentReceived]:
    """The booked entries. Raises `InputUnreadable` naming the entry and what it lacks."""
    try:
        entries = [entry for at, element in _elements(raw) for entry in _entries(at, element)]
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise InputUnreadable(f"This is no sound XML: {error}.", _REMEDY) from error
    return payments(entries, "camt053")


def _elements(raw: bytes) -> Iterator[tuple[int, Element]]:
    """The `Ntry` elements not pending, numbered from 1; each is emptied after its turn."""
    count = depth = 0
    statement = False
    for event, element in iterparse(BytesIO(raw), events=("start", "end"), forbid_dtd=True):
        name = _name(element)
        depth += 1 if event == "start" else -1
        _refuse_depth(depth)
        statement = statement or name == _STATEMENT
        if event == "end" and name == "Ntry" and statement:
            count += 1
            _refuse_count(count)
            if not _is_pending(element):
                yield count, element
            element.clear()
    if not statement:
        raise InputUnreadable("This XML file is no CAMT.053 statement.", _REMEDY)


def _refuse_depth(depth: int) -> None:
    if depth > _DEEPEST:
        raise InputUnreadable("The XML is nested deeper than any bank statement.", _REMEDY)


def _refuse_count(count: int) -> None:
    if count > MOST_ENTRIES:
        raise InputUnreadable(
            f"The statement has more than {MOST_ENTRIES:,} entries.", "Split it by months."
        )


def _entries(at: int, entry: Element) -> list[Entry]:
    """One entry, or one for each of its transactions where they add up to it."""
    where = f"entry {at}"
    try:
        _refuse_unless_booked(entry)
        total = _amount(entry, _text(entry, "CdtDbtInd"))
        booked_on = _booked_on(entry)
        details = list(_below(entry, "NtryDtls", "TxDtls"))
        split = _split(entry, details, total)
    except Unclear as error:
        raise refused(where, error) from error
    bank_id = _text(entry, "AcctSvcrRef")
    if split is None:
        return [_entry(where, entry, details, total, booked_on, bank_id)]
    return [
        _entry(f"{where}.{n}", entry, [detail], amount, booked_on, _own_id(detail, bank_id, n))
        for n, (detail, amount) in enumerate(zip(details, split, strict=True), start=1)
    ]


def _split(entry: Element, details: list[Element], total: Money) -> list[Money] | None:
    """The amounts of a batch's transactions; None where they do not add up to the entry."""
    if len(details) < 2:  # noqa: PLR2004  one transaction is no batch
        return None
    direction = _text(entry, "CdtDbtInd")
    amounts = [_detail_amount(detail, direction) for detail in details]
    known = [each for each in amounts if each is not None and each.currency == total.currency]
    whole = len(known) == len(details) and sum(each.minor for each in known) == total.minor
    return known if whole else None


def _detail_amount(detail: Element, direction: str) -> Money | None:
    direction = _text(detail, "CdtDbtInd") or direction
    for holder in (detail, *_below(detail, "AmtDtls", "TxAmt")):
        if _child(holder, "Amt") is not None:
            return _amount(holder, direction)
    return None


def _amount(holder: Element, direction: str) -> Money:
    element = _child(holder, "Amt")
    if element is None or direction not in _SIGNS:
        raise Unclear("Amt or CdtDbtInd is missing.", _REMEDY)
    digits = (element.text or "").strip()
    if digits.startswith(("-", "+")):
        raise Unclear(f"{digits[:30]!r} is no amount.", _REMEDY)
    return money(_SIGNS[direction] + digits, element.get("Ccy", ""))


def _booked_on(entry: Element) -> date:
    for name in ("BookgDt", "ValDt"):
        text = _text(entry, name, "Dt") or _text(entry, name, "DtTm")
        if text:
            return booking_date(text.rstrip("Z")[:10], days_first=None)
    raise Unclear("BookgDt is missing.", _REMEDY)


def _entry(
    where: str, entry: Element, details: list[Element], amount: Money, on: date, bank_id: str
) -> Entry:
    """`details` are the transactions that this payment stands for; all their references count."""
    first = details[0] if details else entry
    party = "Dbtr" if amount.minor >= 0 else "Cdtr"
    remittances = [text for detail in details for text in _remittance(detail)]
    return Entry(
        where=where,
        amount=amount,
        booked_on=on,
        bank_id=bank_id or (_text(first, "Refs", "AcctSvcrRef") if len(details) == 1 else ""),
        payer=_party(first, party),
        payer_account=_account(first, party),
        reference="\n".join(remittances) or _text(entry, "AddtlNtryInf"),
        end_to_end="\n".join(_text(detail, "Refs", "EndToEndId") for detail in details),
        returned=_is_returned(entry, details),
    )


def _is_returned(entry: Element, details: list[Element]) -> bool:
    """Whether the bank says that an earlier entry came back."""
    reversal = _text(entry, "RvslInd") in {"true", "1"}
    return reversal or any(_child(detail, "RtrInf") is not None for detail in details)


def _own_id(detail: Element, bank_id: str, ordinal: int) -> str:
    """The id of one transaction of a batch: its own, else that of the batch and its place."""
    own = _text(detail, "Refs", "AcctSvcrRef")
    if own and own != bank_id:
        return own
    return f"{bank_id}/{ordinal}" if bank_id else ""


def _remittance(detail: Element) -> list[str]:
    """What the payer wrote: free lines, and structured references."""
    free = [_own_text(each) for each in _below(detail, "RmtInf", "Ustrd")]
    structured = [
        _own_text(each)
        for path in (("CdtrRefInf", "Ref"), ("RfrdDocInf", "Nb"), ("AddtlRmtInf",))
        for each in _below(detail, "RmtInf", "Strd", *path)
    ]
    return [text for text in (*free, *structured) if text]


def _party(detail: Element, role: str) -> str:
    """The other side's name; newer versions put it one level deeper."""
    for name in (role, f"Ultmt{role}"):
        found = _text(detail, "RltdPties", name, "Nm") or _text(
            detail, "RltdPties", name, "Pty", "Nm"
        )
        if found:
            return found
    return ""


def _account(detail: Element, role: str) -> str:
    path = ("RltdPties", f"{role}Acct", "Id")
    return _text(detail, *path, "IBAN") or _text(detail, *path, "Othr", "Id")


def _is_pending(entry: Element) -> bool:
    """Whether the entry is an announcement or information, no money yet."""
    return _status(entry) in {"PDNG", "INFO", "FUTR"}


def _refuse_unless_booked(entry: Element) -> None:
    if _status(entry) != "BOOK":
        raise Unclear(
            f"Its status {_status(entry)[:20]!r} does not say that it is booked.", _REMEDY
        )


def _status(entry: Element) -> str:
    return _text(entry, "Sts", "Cd") or _text(entry, "Sts")


def _below(element: Element, *path: str) -> Iterator[Element]:
    """Every element down a path of local names."""
    if not path:
        yield element
        return
    for child in element:
        if _name(child) == path[0]:
            yield from _below(child, *path[1:])


def _child(element: Element, name: str) -> Element | None:
    return next(_below(element, name), None)


def _text(element: Element, *path: str) -> str:
    """The text at the first element down a path, "" for none."""
    found = next(_below(element, *path), None)
    return "" if found is None else _own_text(found)


def _own_text(element: Element) -> str:
    return (element.text or "").strip()


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
