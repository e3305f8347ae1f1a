"""What somebody newly wrote, apart from the history they quote and their signature."""

from __future__ import annotations

import re

_WROTE = re.compile(
    r"(?:On\b.{3,240}\bwrote|Am\b.{3,240}\bschrieb\b.{0,120}|.{1,120}\bschrieb am\b.{3,120}"
    r"|.{1,120}\bwrote on\b.{3,120}|Le\b.{3,240}\ba écrit)\s*:",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"[-_ ]{2,60}(?:Original Message|Original Appointment|Ursprüngliche Nachricht"
    r"|Originalnachricht|Message d['’]origine|Message original|Reply message)[-_ ]{2,60}",
    re.IGNORECASE,
)
_FORWARDED = re.compile(
    r"[-_ ]{0,60}(?:Begin forwarded message|Forwarded message|Weitergeleitete Nachricht"
    r"|Anfang der weitergeleiteten (?:Nachricht|E-?Mail)|Message (?:transféré|réexpédié)"
    r"|Début du message (?:transféré|réexpédié))\s?:?[-_ ]{0,60}",
    re.IGNORECASE,
)
_FROM_LINE = re.compile(r"\*?(?:From|Von|De)\s*:\*?\s*\S.*", re.IGNORECASE)
_DATE_LINE = re.compile(
    r"\*?(?:Sent|Date|Gesendet|Datum|Envoyé|Envoyé le)\s*:\*?\s*\S.*", re.IGNORECASE
)
_DEVICE = re.compile(
    r"(?:Sent from my|Sent from Outlook|Get Outlook for|Von meinem .{2,30} gesendet"
    r"|Gesendet von (?:meinem|Outlook|Mail)|Envoyé de(?:puis)? mon|Envoyé depuis Outlook).{0,80}",
    re.IGNORECASE,
)
_WIDTH = 500
_HEADER_LINES = 6


def new_text(text: str) -> str:
    """The new part of a mail's text, in English, German and French customs.

    Removed: lines behind ">", the line that introduces them ("On … wrote:"), everything below
    a quoted message that is not marked, the signature, "Sent from my phone". Answers between
    quoted lines stay. A forwarded message stays, since it is what the mail is about. "" where
    nothing is new.
    """
    lines = text.split("\n")
    kept: list[str] = []
    forwarded = False
    at = 0
    while at < len(lines):
        line = lines[at].strip()[:_WIDTH]
        forwarded = forwarded or _FORWARDED.fullmatch(line) is not None
        if _ends(lines, at, line, forwarded=forwarded):
            break
        introduction = _introduction(lines, at)
        if introduction and not _quoted_next(lines, at + introduction):
            break
        if not introduction and not line.startswith(">") and not _DEVICE.fullmatch(line):
            kept.append(lines[at].rstrip())
        at += introduction or 1
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _ends(lines: list[str], at: int, line: str, *, forwarded: bool) -> bool:
    """Whether the signature or an unmarked quoted message begins here."""
    if line == "--" or _ORIGINAL.fullmatch(line):
        return True
    if forwarded or not _FROM_LINE.fullmatch(line):
        return False
    below = lines[at + 1 : at + _HEADER_LINES]
    return any(_DATE_LINE.fullmatch(other.strip()[:_WIDTH]) for other in below)


def _introduction(lines: list[str], at: int) -> int:
    """How many lines, up to three, introduce a quotation here; 0 for none."""
    joined = ""
    for count, line in enumerate(lines[at : at + 3], start=1):
        if not line.strip() or line.lstrip().startswith(">"):
            return 0
        joined = f"{joined} {line.strip()[:_WIDTH]}".strip()
        if _WROTE.fullmatch(joined):
            return count
    return 0


def _quoted_next(lines: list[str], at: int) -> bool:
    """Whether the next line that is not empty is marked as quoted."""
    following = next((line for line in lines[at : at + _HEADER_LINES] if line.strip()), "")
    return following.lstrip().startswith(">")
