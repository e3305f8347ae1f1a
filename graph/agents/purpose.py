"""What a first mail is for: whether somebody wants to buy, or writes about something else.

All patterns are matched against folded text (`graph.agents.plaintext.plain`).
"""

from __future__ import annotations

import re
from typing import Final

_OTHER: Final = {
    "an application for work": re.compile(
        r"\b(?:my (?:cv|resume|application)|curriculum vitae|salary expectations?|cover letter|"
        r"(?:apply|applying|application) (?:for|as|to)|internship|job (?:offer|opening|"
        r"opportunity)|"
        r"bewerb\w*|lebenslauf|gehaltsvorstellung\w*|praktikum\w*|stellenanzeige|"
        r"initiativbewerbung|"
        r"candidature|lettre de motivation|mon cv|postul\w+|offre d'emploi|poste de)\b"
    ),
    "an invoice or a reminder to you": re.compile(
        r"\b(?:our invoice|invoice (?:no\.?|number|#)? ?\w*\d|payment reminder|overdue|amount due|"
        r"(?:attached|enclosed)[^.!?]{0,40} invoice|payable within|(?:is|are) payable|"
        r"unsere rechnung|rechnung (?:nr|nummer)|anbei[^.!?]{0,40} rechnung|mahnung|"
        r"zahlungserinnerung|bitte (?:uberweisen|begleichen)|zahlbar (?:bis|innerhalb)|"
        r"notre facture|facture (?:n|numero)\b|ci-joint[^.!?]{0,40} facture|merci de (?:la |le )?"
        r"regler|a regler|relance de paiement)"
    ),
    "a notice of absence": re.compile(
        r"\b(?:out of (?:the |my )?office|on (?:annual |parental |sick )leave|abwesenheit\w*|"
        r"nicht (?:im buro|erreichbar|am platz)|(?:im|in) (?:den )?urlaub|elternzeit|"
        r"absent\w* (?:du|jusqu|de mon)|absence du bureau|en conges?|je suis absent\w*)\b"
    ),
    "a study or an interview": re.compile(
        r"\b(?:(?:my|a) (?:thesis|dissertation)|for an interview|interview you|survey|"
        r"questionnaire|"
        r"(?:bachelor|master|diplom|doktor)arbeit|umfrage|fur ein interview|"
        r"mon memoire|ma these|enquete aupres|questionnaire)\b"
    ),
    "advertising": re.compile(
        r"\b(?:unsubscribe|opt[- ]out|you (?:receive|are receiving) this|click here|order now|"
        r"limited (?:time|offer)|newsletter (?:abbestellen|abmelden)|abmelden\b|abbestellen|"
        r"jetzt (?:bestellen|sichern|buchen)|desinscri\w+|desabonn\w+|profitez)\b"
    ),
}

_BLAMES: Final = re.compile(
    r"\b(?:money back|(?:is|has been|are) down\b|does(?: not|n't) work|not working|broken|"
    r"still (?:waiting|not)|nobody (?:answers|answered)|angry|upset|annoyed|fed up|"
    r"geld zuruck|funktioniert? nicht|(?:seit|schon) [^.!?]{0,30} (?:warte|offline|kaputt)|"
    r"warten? (?:ich |wir )?(?:seit|immer noch|noch immer)|verargert|argerlich|sauer|frechheit|"
    r"ne (?:fonctionne|marche) (?:pas|plus)|en panne|scandal\w*|attends? (?:toujours|depuis))\b"
)
_YOURS: Final = re.compile(
    r"\b(?:you (?:built|made|delivered|designed|sent|promised)|your (?:work|service|support|"
    r"invoice)|"
    r"(?:das|die|den) (?:sie|ihr) |ihre (?:arbeit|rechnung|leistung)|auf (?:das|die|den)|"
    r"vous avez|votre (?:travail|service|facture))"
)


def other_than_buying(folded: str) -> str:
    """What the mail reads like instead of a request, in words; "" where it may be one."""
    return next((kind for kind, words in _OTHER.items() if words.search(folded)), "")


def blames(folded: str) -> bool:
    """Whether it complains about something of ours that does not work or does not come."""
    return bool(_BLAMES.search(folded) and _YOURS.search(folded))
