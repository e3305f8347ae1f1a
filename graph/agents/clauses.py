"""Which sentences of a request ask for an item, and which ask for something beside it.

An offer answers the sentences that ask for its items, for a price or for a reply. Whatever else
is asked, in whatever words, a person answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from graph.agents.plaintext import plain
from graph.agents.words import Place, unnumbered, words_in

_END = re.compile(r"[.!?]+(?=\s|$)|\n[ \t]*(?:\n|(?=[-*•·–+] |\(?\d{1,2}[.)]))|\n(?=[^\n]*\t)")
_WANTS = re.compile(
    r"\?|\b(?:please|pls|need\w*|wants?\b|wanting|(?:would|we'd|i'd) (?:\w+ )?(?:like|love)|"
    r"(?:could|can|would) (?:you|we|i|u)|looking for|looking to|interested|quot\w+|offers?\b|"
    r"proposal|book(?:ing)?\b|order(?:ing)?\b|pric(?:e|es|ing)\b|costs?\b|how much|hire|enquir\w+|"
    r"inquir\w+|require|requests?\b|estimate|after an?\b|searching|kindly|must|has to|have to|"
    r"bitte[nt]?\b|brauch\w*|benotig\w*|mochte\w*|hatten?\b|gerne?\b|suchen?\b|sucht\b|gesucht|"
    r"interess\w*|angebot\w*|anfrag\w*|kost(?:et|en)\b|buchen|bestellen|bieten|anbieten|preis\w*|"
    r"planen|plant\b|wunsch\w*|offerte|fehlt|soll(?:en|te|ten)?\b|muss|mussen|konnten? (?:sie|ihr)|"
    r"konnen (?:sie|wir)|kannst|denken an|besoin|voudr\w+|souhait\w*|aimer\w+|cherch\w*|devis|"
    r"offre|tarifs?|prix|combien|reserver|commander|proposition|merci de|s'il (?:vous|te)|svp|"
    r"budget|faut|faudrait|pourri\w+|pouvez|peux-tu|peut-on|envisag\w+)"
)
_PLAIN = re.compile(
    r"\b(?:offers?|quot\w+|proposal|estimate|pric\w+|costs?|how much|charge|rates?|fees?|budget|"
    r"for (?:it|that|this)|pour (?:cela|ca)|prevoir|compter|repl\w+|answer\w*|hear from|get back|"
    r"let (?:me|us) know|call|phone|contact|questions?|"
    r"interested|interest|availab\w+|free|around|possible|feasible|work with|manage|"
    r"(?:do|is|does) (?:that|this|it)|when|how long|start\w*|thank\w*|regards|forward to|"
    r"within|(?:by|before|until|till)\b|deadline|be (?:online|live|ready)|go live|"
    r"innerhalb|spatestens|bis (?:zum|zur|ende|mitte|anfang)|online gehen|"
    r"avant|d'ici|en ligne (?:pour|le|des)|"
    r"see (?:above|below|attached)|or was|how are you|how is|remember|hope|wie geht\w*|"
    r"erinner\w*|comment (?:allez|vas)|souven\w*|"
    r"angebot\w*|preis\w*|kost\w*|offerte|kalkul\w*|nehmen|nimmst|verlang\w*|antwort\w*|meld\w*|"
    r"ruckmeldung\w*|anruf\w*|telefon\w*|fragen|moglich|machbar|geht|ginge|klappt|verfugbar|zeit|"
    r"termin\w*|wann|wie lange|dank\w*|freu\w*|gruss\w*|anbieten|bieten|bietet|dafur|einplanen|"
    r"rechnen|zukommen|beziehen|"
    r"devis|offre|tarif\w*|prix|combien|cout\w*|proposition|repon\w*|rappel\w*|telephon\w*|"
    r"possible|faisable|disponib\w*|quand|delais?|merci|cordialement|salutations|agreer|chiffr\w*)"
)
"""What an offer answers by itself, or what only goes with a request."""

_DOING = re.compile(
    r"^\W*(?:to |then |please |maybe |perhaps |de |d')*(?:redo|update|improve|fix|change|write|"
    r"make|"
    r"create|design|build|print|translate|set up|organi[sz]e|shoot|take over|look after|refaire|"
    r"mettre a jour|creer|realiser|imprimer|rediger|concevoir|organiser)\b"
    r"|\b(?:uberarbeiten|erneuern|gestalten|erstellen|schreiben|drucken|einrichten|ubernehmen)\W*$"
    r"|\b(?:also|additionally|in addition|auch noch|ausserdem|zusatzlich|aussi|egalement)\b"
)
_PAPER = re.compile(
    r"\b(?:invoice|receipt|bill|copy|copies|files?|password|login|certificate|contract|warranty|"
    r"rechnung\w*|beleg\w*|quittung|kopie\w*|datei\w*|unterlagen|vertrag\w*|passwort|"
    r"zugangsdaten|\w*bescheinigung|facture|recu|copie|fichiers?|contrat|mot de passe|attestation)"
    r"\b"
)
_EARLIER = re.compile(
    r"\b(?:last (?:year|month|week|time)|(?<!hello )(?<!hi )(?<!hey )(?<!me )again|resend|ago|"
    r"letzte[snm]? (?:jahr|monat|woche|mal)s?|noch ?(?:ein)?mal|erneut|derniere?|"
    r"encore une fois|de nouveau)\b"
)
_TELLS = re.compile(
    r"^\W*(?:i|we|you|he|she|they|it|there|ich|wir|er|es|je|nous|vous|il|elle|on)\b|^\W*j'"
    r"|\b(?:is|are|was|were|has|had|ist|sind|war|waren|hat|hatte|est|sont|etait|ont|will)\b|'ll\b"
)
_CLAUSE = re.compile(r"[,;:]|\b(?:and|und|et|plus|sowie)\b")
_FRAGMENT = 6
"""Words of a sentence that needs no verb to be a request: "Logo, please", "2 workshop days"."""


class Sentence(Struct, frozen=True):
    """A sentence or a line of a list, folded, and where it begins."""

    text: str
    start: int

    def holds(self, places: Sequence[Place]) -> bool:
        """Whether one of the places lies in it."""
        return any(self.start <= place.start < self.start + len(self.text) for place in places)

    @property
    def wants(self) -> bool:
        """Whether it asks or orders, in words or as a mere fragment."""
        short = len(words_in(self.text)) <= _FRAGMENT and not _TELLS.search(self.text)
        return short or bool(_WANTS.search(self.text))


def sentences_of(text: str) -> tuple[Sentence, ...]:
    """The sentences; a line that was only wrapped goes on."""
    folded, found, start = unnumbered(plain(text)), [], 0
    for hit in _END.finditer(folded):
        found.append(Sentence(folded[start : hit.end()], start))
        start = hit.end()
    return tuple(one for one in (*found, Sentence(folded[start:], start)) if one.text.strip())


def is_asked_for(text: str, places: Sequence[Place]) -> bool:
    """Whether one of the places lies in a sentence that asks or orders."""
    return any(one.holds(places) and one.wants for one in sentences_of(text))


def about_the_past(text: str, places: Sequence[Place]) -> bool:
    """Whether an earlier time is spoken of, or a paper about an item ("invoice for the logo")."""
    held = [(one, place) for one in sentences_of(text) for place in places if one.holds([place])]
    return any(
        _EARLIER.search(one.text)
        or _PAPER.search(one.text[: place.start - one.start])
        or _PAPER.match(one.text[place.end - one.start :].lstrip())
        for one, place in held
    )


def asked_beside(text: str, places: Sequence[Place]) -> bool:
    """Whether a sentence, or a part of one, asks for something that is no item."""
    return any(_beside(sentences_of(text), places))


def _beside(found: Sequence[Sentence], places: Sequence[Place]) -> Iterator[str]:
    for one in found:
        if not _WANTS.search(one.text):
            continue
        if one.holds(places):
            yield from _clauses(one, places)
        elif not _PLAIN.search(one.text) and not one.text.rstrip().endswith(":"):
            yield one.text


def _clauses(one: Sentence, places: Sequence[Place]) -> Iterator[str]:
    """The parts of a request that want something done, but name no item."""
    start = 0
    for hit in (*_CLAUSE.finditer(one.text), None):
        end = hit.start() if hit else len(one.text)
        part = Sentence(one.text[start:end], one.start + start)
        if _DOING.search(part.text) and not part.holds(places) and not _PLAIN.search(part.text):
            yield part.text
        start = hit.end() if hit else end
