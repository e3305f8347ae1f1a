"""What a text asks for beside the price list: an offer that leaves it out is no answer to it.

A person is asked then. Nothing here decides what is offered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from graph.agents.numbers import count_of
from graph.agents.plaintext import plain
from graph.agents.words import Place, unnumbered, word_set, words_in

_DEEDS = re.compile(
    r"\b(?:seo|search engine \w+|suchmaschinen\w*|referencement|e-?commerce|hosting|hebergement|"
    r"social media|reseaux sociaux|google ads|adwords|anzeigen|videograf\w*|videograph\w*|"
    r"photography|photographie|fotografie|fotoshooting\w*|photo ?shoot\w*|"
    r"translations?|translate|ubersetz\w+|traduc\w+|traduire|copywriting|printing|"
    r"druck(?:en|sachen)|impression|online[- ]?booking|reservation en ligne|online-?buchung\w*|"
    r"booking (?:system|tool)|buchungs(?:system|tool)\w*|multilingual|multi-?language|"
    r"mehrsprachig\w*|multilingue|zweisprachig\w*|bilingual|bilingue)\b"
)
"""Services that many are asked for; where one is on the price list, it is found as an item."""

_THINGS = re.compile(
    r"\b(?:(?:online|web)[- ]?(?:shop|store)\w*|boutique en ligne|shop(?:system|seite)|"
    r"marketplace|(?:mobile |native )?apps?|application mobile|domains?|flyers?|leaflets?|"
    r"brochures?|broschuren?|prospekte?|business cards?|visitenkarten?|cartes? de visite|posters?|"
    r"plakate?|affiches?|banners?|stickers?|aufkleber|autocollants?|letterheads?|briefpapier|"
    r"papier a en-?tete|packaging|verpackung\w*|newsletters?|videos?|films?|imagefilm\w*|photos?|"
    r"fotos?|texte|illustrations?|animations?|chatbots?|crm|database|datenbank|base de donnees|"
    r"plugins?|forum|blogs?|members?' area|login|mitgliederbereich|espace membres?)\b"
)
"""Things that somebody may want made, or may have: "our flyers" are no order."""

_THEIRS = re.compile(
    r"\b(?:our|my|their|your|unsere[rnms]?|meine[rnms]?|ihre[rnms]?|notre|nos|mon|ma|mes|votre|vos|"
    r"no|not|without|keine?[nr]?|ohne|sans|pas de|pas d')\s*(?:\w+\s+)?$"
)
_FIRM = re.compile(
    r"^[- ]*(?:\w+ )?(?:company|studio|agency|shop|store|production|publisher|business|startup|"
    r"start-up|"
    r"developers?|firma|agentur|verlag|unternehmen|laden|dienst|ltd|gmbh|inc|sarl|entreprise|"
    r"agence)\b"
)
_LIKE = re.compile(
    r"^(?:,? (?:(?:just |exactly |that is |etwas |so )?(?:like|similar to|wie bei|wie|ahnlich wie|"
    r"comme|"
    r"a la|facon|du (?:type|style)|im stil von|in the style of))) (?!(?:this|that|follows|usual|"
    r"always|immer|folgt|besprochen|gehabt|discussed|agreed|suit|convenu|d'habitude|ca|cela)\b)"
)
_SIZE = re.compile(
    r"^ (?:of|with|mit|de|avec|aus|a|having|including|inkl\.?)(?: (?:about|up to|etwa|ca\.?|"
    r"bis zu))?"
    r" (?P<n>\d+|[a-z]+) (?P<what>\w+)"
)
_NO_SIZE = word_set(
    "people person persons participants delegates colleagues employees attendees leute personen "
    "teilnehmer teilnehmern teilnehmende mitarbeiter mitarbeitern kollegen personnes participants "
    "collaborateurs salaries day days tag tage tagen jour jours month months monate monaten mois "
    "hour hours stunden heures eur euro euros"
)
_ITEM_LINE = re.compile(r"^[ \t]*(?:[-*•·–+o]|\(?\d{1,2}[.)]+|\(?[a-h]\))[ \t]+(?P<text>\S.*)$")
_ROW = re.compile(r"^[^\t]+\t[^\t]*\d[^\t]*$")
_DETAIL = re.compile(
    r"^(?:start|begin\w*|deadline|date|when|where|budget|contact|location|place|industry|"
    r"termin|beginn|ort|wann|wo|datum|zeitraum|ansprechpartner|branche|lieferung|"
    r"debut|delai|lieu|quand|ou|total|summe|somme|item|position|pos|qty|delivery|colou?rs?)\b"
)
_DETERMINER = word_set(
    "a an some another new ein eine einen einem une des du un weitere neue nouveau"
)
_NOT_THINGS = word_set(
    "offer quote quotation price call answer reply question lot bit few idea look budget deadline "
    "angebot preis anruf antwort frage idee termin devis prix reponse question offre peu appel "
    "day days tag tage tagen jour jours journee journees month months monat monate monaten mois "
    "hour "
    "hours stunde stunden heure heures week weeks woche wochen semaine semaines year years jahr "
    "jahre "
    "people person persons personen leute personnes team half halben halbe demi demie date meeting "
    "moment colleague friend great good nice fair fresh modern clean simple small big schones "
    "gutes "
    "modernes neues beau belle bon bonne petit petite grand joli"
)
_JOINED = re.compile(r"^[ \t]*(?:,|&|\+|\b(?:and|und|et|plus|sowie|as well as|ainsi qu'?e?))\s+")


def services_in(text: str, places: Sequence[Place]) -> tuple[str, ...]:
    """The common services and things that are asked for beside the items, in words known here."""
    return tuple(dict.fromkeys(_services(plain(text), places)))


def unlisted_in(text: str, places: Sequence[Place]) -> bool:
    """Whether a list names more than its items, or something is joined to one by "and"."""
    folded = unnumbered(plain(text))
    return any((*_lines(folded, places), *_neighbours(folded, places)))


def compared_in(text: str, places: Sequence[Place]) -> bool:
    """Whether an item is to be like something else: "a website like amazon"."""
    folded = plain(text)
    return any(_LIKE.match(folded[end : end + 60]) for end in _ends(places))


def specified_in(text: str, places: Sequence[Place]) -> bool:
    """Whether a size is named for an item: "a website with 5 pages"."""
    folded = plain(text)
    sizes = [hit for end in _ends(places) if (hit := _SIZE.match(folded[end : end + 60]))]
    return any((count_of(hit["n"]) or 0) > 1 and hit["what"] not in _NO_SIZE for hit in sizes)


def _ends(places: Sequence[Place]) -> list[int]:
    return [place.end for place in places]


def _services(folded: str, places: Sequence[Place]) -> Iterator[str]:
    for hit in (*_DEEDS.finditer(folded), *_THINGS.finditer(folded)):
        inside = any(place.start <= hit.start() < place.end for place in places)
        theirs = hit.re is _THINGS and _THEIRS.search(folded[: hit.start()][-40:])
        if not inside and not theirs and not _FIRM.match(folded[hit.end() : hit.end() + 40]):
            yield hit[0]


def _lines(folded: str, places: Sequence[Place]) -> Iterator[str]:
    """Lines of a list that names items, but for those with an item or a detail."""
    at, strange, listed = 0, [], False
    for line in folded.splitlines(keepends=True):
        item = _ITEM_LINE.match(line.rstrip("\n")) or _ROW.match(line.rstrip("\n"))
        if item:
            has = any(at <= place.start < at + len(line) for place in places)
            listed = listed or has
            said = item["text"] if "text" in item.re.groupindex else line.partition("\t")[0]
            if not has and not _DETAIL.match(said) and re.search(r"[a-z]{3}", said):
                strange.append(said)
        at += len(line)
    yield from strange if listed else ()


def _neighbours(folded: str, places: Sequence[Place]) -> Iterator[str]:
    """What is joined to an item by "and": `a logo and a chatbot`, `a logo and 500 mugs`."""
    for end in _ends(places):
        joined = _JOINED.match(folded[end : end + 80])
        if joined:
            start = end + joined.end()
            yield from _thing(folded[start : start + 50], start, places)


def _thing(after: str, start: int, places: Sequence[Place]) -> Iterator[str]:
    """The noun phrase at the start of `after`, where it names a thing that is no item."""
    line = re.split(r"[.!?;,\n]", after)[0]
    words = words_in(line)
    if not words or not (words[0].text in _DETERMINER or (count_of(words[0].text) or 0) > 1):
        return
    reach = words[: len(("two", "new", "things", "more"))]
    near = any(start <= place.start < start + reach[-1].end for place in places)
    if not near and not any(word.text in _NOT_THINGS for word in words[:3]) and words[1:]:
        yield line[: words[min(len(words), 3) - 1].end]
