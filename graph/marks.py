"""The keys somebody is known by, and the hints that may give them away. Each is one exact text.

A mark is what a pseudonym is made of: `ada@example.com`, `phone:+49…`, `chat:slack:U1`,
`payer:DE…`. Names are never keys: two people may share one.
"""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

MAIL, PHONE, CHAT, PAYMENT = "mail", "phone", "chat", "payment"

_ADDRESS: Final = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+")
_CHAT: Final = re.compile(r"(?:slack|telegram|console):\S+")
_ACCOUNT: Final = re.compile(r"[A-Za-z]{2}[0-9]{2}[A-Za-z0-9]{8,30}|cus_[A-Za-z0-9]+")
_DIALLED: Final = re.compile(r"\+|\(?0")
"""How a number begins that is meant to be dialled: a bare row of digits may be anything."""

_QUOTED: Final = re.compile(
    r"^\s*>|^-{2,}\s*\w.*-{2,}\s*$|\b(?:wrote|schrieb|écrit)\b.*:\s*$", re.MULTILINE
)
_SEARCHED: Final = 4_000
_MOST: Final = 5


class Key(Struct, frozen=True):
    """One exact key. `value` is its normal form."""

    kind: str
    value: str

    @property
    def mark(self) -> str:
        """What its pseudonym is made of. An address stands for itself, as in every mail."""
        if self.kind == MAIL:
            return self.value
        return f"payer:{self.value}" if self.kind == PAYMENT else f"{self.kind}:{self.value}"


def key_of(text: str, country: str) -> Key | None:
    """The key a person typed: an address, a phone number, `slack:U1`, an IBAN or customer id.

    A phone number without a country is one of `country` (ISO 3166). None where it is no key.
    """
    bare = text.strip()
    if _ADDRESS.fullmatch(bare):
        return Key(MAIL, bare.lower())
    if _CHAT.fullmatch(bare):
        return Key(CHAT, bare)
    joined = re.sub(r"\s", "", bare)
    if _ACCOUNT.fullmatch(joined):
        return Key(PAYMENT, joined.upper())
    number = phone(bare, country)
    return Key(PHONE, number) if number else None


def phone(text: str, country: str) -> str:
    """A phone number in E.164; "" where it is none that could be dialled."""
    import phonenumbers  # noqa: PLC0415 - its tables take long to load, and few facts need them

    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def phones_in(text: str, country: str) -> tuple[str, ...]:
    """The phone numbers of a mail's own words in E.164; what it quotes is somebody else's."""
    own = _own_words(text)
    if not any(sign.isdigit() for sign in own):
        return ()
    import phonenumbers  # noqa: PLC0415 - as above

    found = phonenumbers.PhoneNumberMatcher(own, country)
    dialled = (each for each in found if _DIALLED.match(each.raw_string))
    format_ = phonenumbers.PhoneNumberFormat.E164
    numbers = (phonenumbers.format_number(each.number, format_) for each in dialled)
    return tuple(dict.fromkeys(numbers))[:_MOST]


def name_mark(name: str) -> str:
    """The mark of a name with at least a first and a last word; "" for less."""
    words = re.findall(r"\w+", name.casefold())
    return f"name:{' '.join(words)}" if len(words) > 1 else ""


def domain_of(address: str) -> str:
    """What stands behind the @, lower case."""
    return address.rpartition("@")[2].casefold() if "@" in address else ""


def _own_words(text: str) -> str:
    """The end of what the sender wrote before the first quotation: there the signature is."""
    quoted = _QUOTED.search(text)
    return text[: quoted.start() if quoted else len(text)][-_SEARCHED:]
