"""What banks write into :86: of an MT940 line: three dialects, and plain text.

German banks number their subfields (`166?00GUTSCHRIFT?20SVWZ+…?32NAME`), with `?` or another sign;
Dutch and SEPA-wide ones use code words (`/NAME/…/REMI/…`); the rest write free text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

from connectors.payments.entries import is_iban

_NUMBERED = re.compile(r"(\d{3})([^\w\s])(?=\d{2})")
_SEPA = re.compile(
    r"(?:(?<=\n)|(?<=\s)|^)(EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|IBAN|BIC|PURP|COAM|OAMT)\+[ ]?"
)
_WORDS = re.compile(
    r"/(EREF|REMI|NAME|IBAN|BIC|CNTP|TRTP|MARF|CSID|ISDT|PREF|RTRN|ULTD|ULTC|ULTB|PURP|SVCL|BENM"
    r"|ORDP|ID|ADDR|OCMT|CHGS)/"
)
_PURPOSE = frozenset({f"{n:02}" for n in (*range(20, 30), *range(60, 64))})
_RETURN_CODES = frozenset({"108", "109", "111", "159", "181", "184"})
"""Business transaction codes of a returned debit, cheque or credit transfer."""

_PLACES = ("account", "bic", "name", "city")
"""What stands in /CNTP/, in this order."""


class Details(Struct, frozen=True, kw_only=True):
    """The other side, and what was written. `returned`: an earlier entry came back."""

    name: str = ""
    account: str = ""
    reference: str = ""
    end_to_end: str = ""
    returned: bool = False


def details_of(text: str) -> Details:
    """What :86: says, by the dialect it is in."""
    text = text.strip()
    numbered = _NUMBERED.match(text)
    if numbered:
        return _numbered(numbered[1], numbered[2], text[numbered.end(1) :])
    if _WORDS.match(text.replace("\n", "")):
        return _worded(text.replace("\n", ""))
    parts = _sepa(text)
    return Details(
        reference=parts.get("SVWZ", parts[""]),
        end_to_end=parts.get("EREF", ""),
        account=_account(parts.get("IBAN", "")),
    )


def _numbered(code: str, sign: str, text: str) -> Details:
    """Numbered subfields; a line break inside one is only the width of the statement."""
    fields: dict[str, str] = {}
    for part in text.replace("\n", "").split(sign)[1:]:
        if part[:2].isdigit():
            fields[part[:2]] = fields.get(part[:2], "") + part[2:]
        else:  # the sign stood in the text itself
            last = next(reversed(fields), "20")
            fields[last] = fields.get(last, "") + sign + part
    purpose = _lines(fields[key] for key in sorted(fields) if key in _PURPOSE)
    parts = _sepa(purpose)
    return Details(
        name=(fields.get("32", "") + fields.get("33", "")).strip(),
        account=fields.get("31", "").strip() or _account(parts.get("IBAN", "")),
        reference=parts.get("SVWZ", parts[""]).strip() or fields.get("00", "").strip(),
        end_to_end=_joined(parts.get("EREF", "")),
        returned=code in _RETURN_CODES or bool(fields.get("34", "").strip("0 ")),
    )


def _lines(parts: Iterable[str]) -> str:
    return "\n".join(part.rstrip() for part in parts)


def _sepa(text: str) -> dict[str, str]:
    """SEPA keyword to text; what stands before the first is under ""."""
    parts = _SEPA.split(text)
    found = {"": parts[0].strip()}
    for keyword, value in zip(parts[1::2], parts[2::2], strict=True):
        found.setdefault(keyword, value.strip())
    return found


def _worded(text: str) -> Details:
    parts = _WORDS.split(text)
    found: dict[str, str] = {}
    for word, value in zip(parts[1::2], parts[2::2], strict=True):
        found.setdefault(word, value.strip().strip("/"))
    party = dict(zip(_PLACES, found.get("CNTP", "").split("/"), strict=False))
    reference = re.sub(r"^(USTD|STRD)?/{0,2}(CUR/)?", "", found.get("REMI", ""))
    return Details(
        name=found.get("NAME", "") or party.get("name", ""),
        account=found.get("IBAN", "") or party.get("account", ""),
        reference=reference.strip("/"),
        end_to_end=found.get("EREF", ""),
        returned="RTRN" in found,
    )


def _account(text: str) -> str:
    """The account number at the start of a text, "" where there is none."""
    words = text.split()
    joined = "".join(words)
    if is_iban(joined):
        return joined
    return words[0] if words and is_iban(words[0]) else ""


def _joined(text: str) -> str:
    return text.replace("\n", "")
