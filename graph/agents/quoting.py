"""Which part of a mail its sender wrote just now: no quoted history, no signature.

Only that part may say anything. A quoted "we accept" from last week accepts nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from graph.agents.plaintext import plain

_WROTE = (
    re.compile(r"^on .{4,200} wrote ?:?$"),
    re.compile(r"^am .{4,200} schrieb.{0,120}:?$"),
    re.compile(r"^le .{4,200} a ecrit ?:?$"),
    re.compile(r"^.{1,120} (wrote on|schrieb am) .{3,120}:$"),
)
_HISTORY = (
    *_WROTE,
    re.compile(
        r"^-{2,} ?(original (message|appointment)|original-?nachricht|ursprungliche nachricht"
        r"|reply message|message original) ?-*"
    ),
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
    r"^(sent from (my|outlook)|get outlook for|von meinem .{2,30} gesendet"
    r"|gesendet von (meinem|outlook|mail)|envoye de(puis)? (mon|outlook))"
)
_AFTERTHOUGHT = re.compile(r"^p\.? ?s\.?\b")
_SMALL_PRINT = re.compile(
    r"^(this|the information in this|the contents? of this) (e-?mail|message|"
    r"communication)\b.{0,80}"
    r"\b(may contain|contains?|is|are|confidential|intended|privileged)\b"
    r"|^(confidentiality|legal) (notice|disclaimer)|^disclaimer\b|^if you are not the intended"
    r"|^please consider the environment|^think before you print"
    r"|^(diese|dieses|der inhalt dieser) (e-?mail|nachricht|mail).{0,80}"
    r"\b(enthalt|vertraulich|kann|konnen|ist|sind)\b"
    r"|^(vertraulichkeitshinweis|rechtlicher hinweis|haftungsausschluss)"
    r"|^ce (message|courriel|mail|courrier).{0,80}\b(confidentiel\w*|peut|contient|destine|"
    r"etablis?)\b"
    r"|^(les informations contenues|avis de confidentialite|avertissement)"
)
_SIGNED = re.compile(
    r"\b(tel|phone|fon|mobile?|fax|www|gmbh|ltd|llc|llp|inc|sarl|sas|ag|kg|ug|e\.k)\b|@|https?:|"
    r"\+\d\d"
)
_SIGNATURE_LINES = 12
_SIGNATURE_WIDTH = 70


def new_text(text: str, name: str = "") -> str:
    """What the sender wrote now. Lines that begin with ">" are dropped, history is cut off.

    `name` is the sender's: a line that says only that begins a signature.
    """
    lines = _unquoted(text.splitlines())
    cut = next((at for at in range(len(lines)) if _ends(lines, at)), len(lines))
    return "\n".join(_unsigned(lines[:cut], plain(name).split())).strip()


def _unquoted(lines: Sequence[str]) -> list[str]:
    """The lines without those behind ">", and without the line that says who wrote them."""
    kept: list[str] = []
    for line in lines:
        if line.lstrip().startswith(">"):
            kept = _unintroduced(kept)
        else:
            kept.append(line)
    return kept


def _unintroduced(lines: list[str]) -> list[str]:
    """The lines without an "On …, Nora wrote:" (of one or two lines) at their end."""
    filled = [at for at, line in enumerate(lines) if line.strip()][-2:]
    for first in reversed(filled):
        said = " ".join(plain(line).strip() for line in lines[first:] if line.strip())
        if any(mark.match(said) for mark in _WROTE):
            return lines[:first]
    return lines


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
    if at and _SMALL_PRINT.match(bare):
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


def _unsigned(lines: Sequence[str], name: Sequence[str]) -> list[str]:
    """The lines before a closing formula, and an afterthought below it."""
    kept = [line for line in lines if not _DEVICE.match(plain(line).strip())]
    for at, line in enumerate(kept):
        below = kept[at + 1 :]
        closes = _CLOSING.match(plain(line).strip()) or _is_name(line, name, below)
        if at and closes and _is_signature(below):
            return kept[:at] + _afterthought(below)
    return kept


def _is_name(line: str, name: Sequence[str], below: Sequence[str]) -> bool:
    """Whether the line says the sender's name, and an address or a phone follows."""
    words = plain(line).strip(" ,.").split()
    known = bool(words) and words in ([*name], [*name[:1]], [*name[-1:]])
    return known and bool(_SIGNED.search(plain("\n".join(below))))


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
