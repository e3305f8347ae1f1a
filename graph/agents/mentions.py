"""Whether words of the price list are asked for or only mentioned: "we already have a logo"."""

from __future__ import annotations

import re

_OWN = re.compile(
    r"(?:\b(?:on|via|through|from|visited|saw|seen|found|browsed|like|love|auf|uber|ueber|von|"
    r"durch|gefallt|besucht|sur|par|vu|visite|grace a)\s+(?:\w+\s+){0,2}?)?"
    r"\b(?:your|ihre[rnm]?|eure[rnm]?|deine[rnm]?|votre)\s+$"
)
_WANTED = re.compile(
    r"\b(?:(?:would|we'd|i'd|'d) (?:\w+ )?(?:like|love)|want|need|take|buy|get|order|book|"
    r"interested in|brauchen|brauche|mochten|mochte|hatten gerne?|hatte gerne?|nehmen|nehme|"
    r"buchen|bestellen|"
    r"interess\w+ (?:uns |mich )?(?:an|fur)|voudr\w+|souhait\w+|aimer\w+|prendre|commander|"
    r"interess\w+ par)\s+(?:to (?:buy|order|book|have|get) )?"
    r"(?:your|ihre[rnm]?|ihr|eure[rnm]?|deine[rnm]?|votre)\s+$"
)
"""What is wanted of ours: "we would like your website design package"."""

_TAKE_CARE = re.compile(r"\b(?:take|takes|taking|taken|with|great|best|medical|health)\s+$")
_THEIRS = re.compile(
    r"\b(?:our|my|unser(?:e[rnms]?)?|mein(?:e[rnms]?)?|notre|nos|mon|ma)\s+(?:\w+\s+)?$"
)
_NOT = re.compile(
    r"\b(?:no|not|without|kein|keine|keinen|ohne|nicht|sans|pas de|pas d')\s+"
    r"(?:(?:a|an|the|any|new)\s+)?$"
)
_SOMEBODY = re.compile(r"(?:design|entwickl|develop|train|manag|gestalt)(?:ers?|erin(?:nen)?)$")
_CLAUSE = re.compile(r"[,.;:!?\n]|\b(?:and|but|und|aber|et|mais)\b")
_ONE = r"(?:(?:an?|the|our|my|ein\w*|unser\w*|mein\w*|das|die|une?|notre|mon|ma|la|le|l')\s*)?"
_HAVE = re.compile(
    r"(?<!could )(?<!can )(?<!may )(?<!might )(?<!should )(?<!would )(?<!if )"
    r"\b(?:i|we|they|you)(?: already| also)*(?:'ve| have| had| own)(?: already| got)* "
    rf"{_ONE}(?:\w+ )?$"
    rf"|\b(?:wir|ich|sie) (?:haben|habe|besitzen) (?:schon |bereits |ja )*{_ONE}(?:\w+ )?$"
    rf"|\b(?:haben|habe) (?:wir|ich) (?:schon |bereits |ja )*{_ONE}(?:\w+ )?$"
    rf"|\b(?:avons|ai|avez|ont|possedons) (?:deja |bien )*{_ONE}(?:\w+ )?$"
    r"|\b(?:built|made|designed|created|developed|gestaltet|gebaut|entwickelt|realise|cree)\w* "
    r"(?:\w+ ){0,2}$"
)
_ALREADY = re.compile(
    r"^ (?:(?:we|i|already|wir|ich|ist|haben?|gibt|es|steht|existiert|existe|est) )*"
    r"(?:already (?:have|exist\w*|there)|is (?:already )?(?:there|done|finished|in place)|"
    r"exists?\b|schon|bereits|vorhanden|fertig|existiert|existe|deja)\b"
    r"|^ (?:we|i) (?:already )?have\b|^ (?:haben wir|habe ich)\b(?! (?:noch )?(?:nicht|kein))"
)
_THEIR_MAKER = re.compile(
    r"^,? (?:that |which )?you(?:'ve| have| had)? (?:just )?(?:built|made|designed|delivered|"
    r"created|sent|did)\b|^,? (?:das|die|den|welche\w?) (?:sie|du|ihr) (?:uns |mir )?\w+"
    r"|^,? que (?:vous|tu) (?:nous |m')?(?:avez|as)\b"
)

_FOR = re.compile(
    r"\s+(?:(?:for|of|on|to|fur|an|auf|von|de|pour|sur)\s+)?"
    r"(?:our|my|unser(?:e[rnms]?)?|mein(?:e[rnms]?)?|notre|nos|mon|ma)\s+(?:\w+\s+)?"
)


def only_mentioned(folded: str, start: int, end: int, *, care: bool) -> bool:
    """Whether the words from `start` to `end` name something that nobody asks for.

    `care`: the word is "care", which idioms have as well ("take care", "health care").
    """
    before, after = folded[max(0, start - 60) : start], folded[end : end + 60]
    owned = _OWN.search(before) and not _WANTED.search(before)
    if owned or _SOMEBODY.search(folded[start:end]):
        return True
    if _NOT.search(before) or (care and _TAKE_CARE.search(before)):
        return True
    clause = _CLAUSE.split(before)[-1]
    rest = _CLAUSE.split(after, maxsplit=1)[0]
    return bool(_HAVE.search(clause) or _ALREADY.match(rest) or _THEIR_MAKER.match(after))


def perhaps_mentioned(folded: str, start: int) -> bool:
    """Whether it is called theirs: "our website" may be what they want, or what they have."""
    return bool(_THEIRS.search(folded[max(0, start - 48) : start]))


def belongs_to(folded: str, one_end: int, other_start: int) -> bool:
    """Whether the second is only what the first is for: "a logo for our website"."""
    return bool(_FOR.fullmatch(folded[one_end:other_start]))
