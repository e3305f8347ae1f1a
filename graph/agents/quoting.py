"""Which part of a mail its sender wrote just now: no quoted history, no signature.

Only that part may say anything. A quoted "we accept" from last week accepts nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from graph.agents.plaintext import plain

_HISTORY = (
    re.compile(r"^on .{4,200} wrote ?:?$"),
    re.compile(r"^am .{4,200} schrieb.{0,120}:?$"),
    re.compile(r"^le .{4,200} a ecrit ?:?$"),
    re.compile(r"^-{2,} ?(original message|original-nachricht|ursprungliche nachricht) ?-*"),
    re.compile(r"^-{2,} ?message d'origine ?-*"),
    re.compile(r"^_{10,}$"),
)
_FORWARD = (
    re.compile(r"^-{2,} ?(forwarded message|weitergeleitete nachricht|message transfere) ?-*"),
    re.compile(r"^begin forwarded message"),
    re.compile(r"^anfang der weitergeleiteten"),
    re.compile(r"^debut du message (transfere|reexpedie)"),
)
_HEADER = re.compile(
    r"^\*?(from|von|de|sent|gesendet|envoye|date|datum|to|an|a|cc|subject|betreff|objet|reply-to)"
    r" ?:\*? ?\S"
)
_FROM = re.compile(r"^\*?(from|von|de) ?:\*? ?\S")
_CLOSING = re.compile(
    r"^(best|kind|warm|many)? ?(regards|wishes|greetings)|^(yours|sincerely|cheers|thanks|"
    r"thank you)"
    r"( (truly|sincerely|faithfully|so much|a lot|again|in advance))*[,.!]?$|^best[,.!]?$"
    r"|^(mit )?(freundliche|beste|liebe|herzliche|viele|schone)[nr]? grus|^mfg\b|^lg\b|^vg\b"
    r"|^(vielen )?dank( im voraus)?[,.!]?$|^(bien )?cordialement|^(meilleures |mes )?salutations"
    r"|^bien a vous|^merci( d'avance| beaucoup)?[,.!]?$|^(tres )?belle journee|^bonne journee"
)
_DEVICE = re.compile(
    r"^(sent from my|von meinem .{2,30} gesendet|gesendet von|envoye de(puis)? mon)"
)
_AFTERTHOUGHT = re.compile(r"^p\.? ?s\.?\b")
_SIGNATURE_LINES = 12
_SIGNATURE_WIDTH = 70


def new_text(text: str) -> str:
    """What the sender wrote now. Lines that begin with ">" are dropped, history is cut off."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith(">")]
    cut = next((at for at in range(len(lines)) if _ends(lines, at)), len(lines))
    return "\n".join(_unsigned(lines[:cut])).strip()


def forwarded_text(text: str) -> str:
    """What stands below a "forwarded message" line, without its header; "" for no such line."""
    lines = text.splitlines()
    at = next((at for at, line in enumerate(lines) if _is_forward(line)), None)
    if at is None:
        return ""
    rest = [line.lstrip("> ") for line in lines[at + 1 :]]
    return new_text("\n".join(line for line in rest if not _HEADER.match(plain(line).strip())))


def _is_forward(line: str) -> bool:
    bare = plain(line).strip()
    return any(mark.match(bare) for mark in _FORWARD)


def _ends(lines: Sequence[str], at: int) -> bool:
    bare = plain(lines[at]).strip()
    if bare.startswith("-- ") or bare == "--" or _is_forward(lines[at]):
        return True
    joined = " ".join([bare, *(plain(line).strip() for line in lines[at + 1 : at + 2])])
    split = bare.startswith(("on ", "am ", "le ")) and any(mark.match(joined) for mark in _HISTORY)
    return split or any(mark.match(bare) for mark in _HISTORY) or _is_header(lines, at)


def _is_header(lines: Sequence[str], at: int) -> bool:
    """A block such as Outlook's: From, then at least one more header line right below."""
    if not _FROM.match(plain(lines[at]).strip()):
        return False
    below = [plain(line).strip() for line in lines[at + 1 : at + 4]]
    return sum(bool(_HEADER.match(line)) for line in below) >= 1


def _unsigned(lines: Sequence[str]) -> list[str]:
    """The lines before a closing formula, and an afterthought below it."""
    kept = [line for line in lines if not _DEVICE.match(plain(line).strip())]
    for at, line in enumerate(kept):
        if at and _CLOSING.match(plain(line).strip()) and _is_signature(kept[at + 1 :]):
            return kept[:at] + _afterthought(kept[at + 1 :])
    return kept


def _is_signature(lines: Sequence[str]) -> bool:
    """Few and short lines; more than that is a text that somebody wants read."""
    filled = [line for line in lines if line.strip()]
    before = [line for line in filled if not _AFTERTHOUGHT.match(plain(line).strip())]
    short = sum(len(line) <= _SIGNATURE_WIDTH for line in before)
    return len(filled) <= _SIGNATURE_LINES and short >= len(before) - 1


def _afterthought(lines: Sequence[str]) -> list[str]:
    at = next(
        (at for at, line in enumerate(lines) if _AFTERTHOUGHT.match(plain(line).strip())), None
    )
    return [] if at is None else list(lines[at:])
