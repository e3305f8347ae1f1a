"""The words people promise with, in English, German and French; all on folded text (`plain`)."""

from __future__ import annotations

import re
from typing import Final

PAY = (
    r"pay|settle|transfer|wire|remit|(?:uber|an)weis\w*|(?:be)?zahl\w*|begleich\w*|"
    r"pai(?:e|es|ons|ent|erai|erons|era|er)|paye[rz]?|payons|regl\w+|vire(?:rai|rons|r)?|virons"
)
MAKE = (
    r"deliver|finish|complete|ship|launch|liefer\w*|fertig\w*|livr\w+|termin(?:e|er|erai|erons|ons)"
)
GIVE = (
    r"send|share|forward|provide|supply|upload|submit|return|post|give|attach|hand|bring|drop|"
    r"schick\w*|send(?:e|en)|zusend\w*|ubersend\w*|reich\w*|lass\w*|stell\w*|geb\w*|bring\w*|"
    r"lade\w*|"
    r"zukommen|zuschick\w*|nachreich\w*|nachliefer\w*|weiterleit\w*|leit\w*|"
    r"envoi\w*|envoy\w*|enver\w+|transmet\w*|fournir\w*|fourni\w*|ferai|ferons|fais|faisons|"
    r"remett\w*|communiqu\w*|donn\w*|partag\w*|apporter\w*|depos\w*|retourn\w*|poster\w*"
)
DO = (
    r"call|phone|ring|reply|answer|respond|get back|come back|be in touch|let you know|write|"
    r"sign|confirm|prepare|draft|review|check|approve|decide|sort|arrange|organi[sz]e|set up|book|"
    r"fix|update|follow up|email|mail|visit|come (?:by|over|round)|pick up|collect|tell you|inform|"
    r"meld\w*|ruf\w*|anruf\w*|antwort\w*|schreib\w*|unterschreib\w*|unterzeichn\w*|bestatig\w*|"
    r"pruf\w*|entscheid\w*|bereit\w*|erstell\w*|mach\w*|kummer\w*|informier\w*|gebe\w*|"
    r"komm(?:e|en) vorbei|erledig\w*|"
    r"appell\w*|rappell\w*|repond\w*|revien\w*|reviendr\w*|ecri\w*|sign(?:e|erai|erons|ons|er)|"
    r"confirm\w*|prepar\w*|verifi\w*|valid\w*|inform\w*|tiendr\w*|tiens|tenons|recontact\w*|"
    r"contact\w*"
)
ANY = rf"(?:{PAY}|{MAKE}|{GIVE}|{DO})"

SELF = r"(?:i|we)"
OURS = (
    r"(?:my|our) (?:\w+ )?(?:colleague|accountant|assistant|team|office|bank|accounting|partner|"
    r"bookkeeper|department|boss|lawyer|printer|secretary)\w*(?: \w+)?"
)
EN = re.compile(
    rf"\b(?:{SELF}(?:'ll| will| shall| promise to| commit to| undertake to|'m going to|"
    rf" am going to|"
    rf"'re going to| are going to)|{OURS} (?:will|is going to))"
    rf"(?: (?!not\b|never\b|have\b)[a-z]+ly| also| then| of course| gladly| just| certainly|"
    rf" make sure to)*"
    rf" (?P<verb>{ANY})\b"
)
EN_NOW = re.compile(
    r"\b(?:i'm|i am|we're|we are) (?P<verb>(?:sending|paying|transferring|wiring|delivering|"
    r"calling|"
    r"shipping|forwarding|finishing|returning|submitting|uploading))\b"
)
EN_GET = re.compile(
    r"\byou(?:'ll| will| shall) (?P<verb>have|get|receive|hear from (?:me|us)|find)\b"
)
EN_PASSIVE = re.compile(
    r"\b(?P<thing>(?:the |our |my |your |all |its )?(?:\w+ ){0,3}?\w+) (?:will|shall|is going to) "
    r"(?:be (?:with you|sent|paid|made|transferred|delivered|settled|ready|finished|done|wired|"
    r"on (?:its|the) way|provided|uploaded)|follow|reach you|arrive|go out)\b"
)
DE_SOFT = (
    r"(?: (?:ihnen|dir|euch|sie|dich|die|das|den|dem|der|es|uns|mich|dann|noch|auch|gerne|"
    r"selbstverstandlich|naturlich|also|spatestens|bis|am|bestimmt|sicher|unser\w*|mein\w*|"
    r"voraussichtlich|hierzu|dazu|sofort|umgehend|gleich|morgen|heute))*"
)
DE_NOW = (
    r"schick(?:e|en)|send(?:e|en)|ubersend(?:e|en)|zahl(?:e|en)|bezahl(?:e|en)|uberweis(?:e|en)|"
    r"begleich(?:e|en)|liefer(?:e|n)|meld(?:e|en)|ruf(?:e|en)|antwort(?:e|en)|schreib(?:e|en)|"
    r"lass(?:e|en)|reich(?:e|en)|gebe?n?|bring(?:e|en)|stell(?:e|en)|lad(?:e|en)|leit(?:e|en)|"
    r"unterschreib(?:e|en)|bestatig(?:e|en)|pruf(?:e|en)|entscheid(?:e|en)|erledig(?:e|en)|"
    r"mach(?:e|en)|erstell(?:e|en)|kummer(?:e|n)|informier(?:e|en)|bereit(?:e|en)|komm(?:e|en)"
)
DE = re.compile(
    rf"\b(?:(?:ich|wir){DE_SOFT} (?P<verb>{DE_NOW})|(?P<turned>{DE_NOW}) (?:ich|wir))\b"
)
DE_WILL = re.compile(
    r"\b(?:(?:ich|wir) (?:werde|werden|verspreche\w*|sage\w* zu)|(?:werde ich|werden wir)|"
    r"(?:meine?|unsere?) (?:\w+ )?(?:kollege|kollegin|buchhaltung|bank|buro|steuerberater\w*|"
    r"assisten\w+|team|abteilung)(?: \w+)? wird)\b"
    rf".{{0,160}}?\b(?P<verb>(?:an|nach|zu|weiter|vor|ein|ab|her|hoch)?(?:zu)?(?:{ANY}))\b"
)
DE_GET = re.compile(
    r"\b(?:sie|du|ihr) (?P<verb>bekommen|erhalten|bekommst|erhaltst|haben|horen)\b"
    r"|\b(?P<turned>bekommen|erhalten|bekommst|erhaltst|haben|horen) (?:sie|du|ihr)\b"
)
DE_PASSIVE = re.compile(
    r"\b(?:(?:die|der|das) )?(?:zahlung|uberweisung|betrag|rechnung|unterlagen|dateien|daten|"
    r"lieferung|entwurf|vertrag|"
    r"antwort|ruckmeldung|texte|bilder|geld)\b.{0,40}?\b(?:erfolgt|folgt|folgen|kommt|kommen|"
    r"(?:wird|werden).{0,60}?(?:uberwiesen|bezahlt|beglichen|geschickt|gesendet|geliefert|"
    r"ubersandt|versandt|angewiesen|nachgereicht|fertig))\b"
    r"|\b(?:folgt|folgen|kommt|kommen|erfolgt)\b.{0,30}\b(?:unterlagen|dateien|daten|texte|bilder|"
    r"zahlung|uberweisung|vertrag|entwurf|antwort)\b"
)
FR_NOW = (
    r"envoie|transmet|envoyons|paie|payons|regle|reglons|vire|virons|livre|livrons|transmets|"
    r"transmettons|"
    r"rappelle|rappelons|appelle|appelons|reviens|revenons|fais|faisons|tiens|tenons|confirme|"
    r"confirmons|signe|signons|reponds|repondons|donne|donnons|remets|remettons|prepare|preparons|"
    r"termine|terminons|depose|deposons|partage|partageons|ecris|ecrivons|retourne|retournons"
)
FR_WILL = (
    r"enverrai|enverrons|enverra|paierai|paierons|payerai|payerons|reglerai|reglerons|virerai|"
    r"virerons|"
    r"livrerai|livrerons|transmettrai|transmettrons|rappellerai|rappellerons|appellerai|"
    r"appellerons|reviendrai|reviendrons|ferai|ferons|fera|tiendrai|tiendrons|confirmerai|"
    r"confirmerons|"
    r"signerai|signerons|repondrai|repondrons|donnerai|donnerons|remettrai|remettrons|"
    r"preparerai|preparerons|terminerai|terminerons|deposerai|deposerons|partagerai|partagerons|"
    r"fournirai|fournirons|ecrirai|ecrirons|communiquerai|communiquerons|retournerai|retournerons|"
    r"effectuerai|effectuerons|procederai|procederons"
)
FR_SUBJECT = (
    r"(?:je|j'|nous|on|(?:mon|ma|notre) (?:\w+ )?(?:collegue|comptable|banque|equipe|associee?))"
)
FR_SOFT = r"(?:\s?(?:vous|te|t'|les|le|la|l'|en|y|lui|vous les|vous le))*\s?"
FR = re.compile(rf"\b{FR_SUBJECT}\s?{FR_SOFT}(?P<verb>{FR_NOW})\b")
FR_FUTURE = re.compile(
    rf"\b{FR_SUBJECT}\s?{FR_SOFT}(?:(?P<verb>{FR_WILL})|"
    rf"(?:vais|allons|va|m'engage a|nous engageons a|promets de|promettons de)"
    rf"{FR_SOFT}(?P<turned>{ANY}))\b"
)
FR_GET = re.compile(r"\b(?:vous|tu) (?P<verb>recevrez|aurez|recevras|auras)\b")
FR_PASSIVE = re.compile(
    r"\b(?:(?:le|la|les|votre|notre) )?(?:virement|paiement|reglement|facture|fichiers?|"
    r"documents?|textes?|livraison|devis|"
    r"contrat|reponse)\b.{0,40}?\b(?:sera|seront|suivra|suivront|partira|arrivera|arriveront|suit|"
    r"suivent)\b"
)
DATED: Final = (EN_NOW, EN_GET, DE, DE_GET, DE_PASSIVE, FR)
"""Forms of the present: a promise only with a day."""
PLAIN: Final = (EN, EN_PASSIVE, DE_WILL, FR_FUTURE, FR_GET, FR_PASSIVE)
LATER: Final = re.compile(
    r"\b(?:noch|demnachst|bald|spater|gleich|in kurze|zeitnah|umgehend|bientot|prochainement|"
    r"rapidement|soon|shortly|later)\b"
)
"""Words that make a present one of the future, without saying when."""

WEAK: Final = re.compile(
    r"^(?:get back|come back|be in touch|let you know|check|review|decide|sort|arrange|update|"
    r"follow up|tell you|inform|have|get|find|receive|hear\b.*|haben|pruf\w*|entscheid\w*|mach\w*|"
    r"kummer\w*|meld\w*|informier\w*|reviendr\w*|verifi\w*|fix|book|prepare|draft|organi[sz]e|"
    r"set up|give|geb\w*|lass\w*|stell\w*|hand|post|return|attach|confirm\w*|answer|reply|write|"
    r"respond|auras|aurez|"
    r"ferai|ferons|bring\w*|komm\w*)$"
)
"""What people say without meaning a day; a promise only where one is named."""

CONDITION = re.compile(
    r"\b(?:if|unless|once|provided|in case|as soon as (?!possible)|when (?:you|we|i|it|the|they|my|"
    r"our)|after (?:you|we have|i have|receiving|receipt)|depending|assuming|whether|"
    r"wenn|falls|sobald|sofern|soweit|nachdem|vorausgesetzt|abhangig|"
    r"si |s'il|des que (?!possible)|lorsque|quand|a condition|des (?:la )?reception|apres (?:votre|"
    r"reception)|selon)"
)
NOT = re.compile(
    r"\b(?:not|never|won't|wont|cannot|can't|couldn't|wouldn't|unable|no longer|nothing|"
    r"nicht|kein\w*|nie|niemals|nichts|leider"
    r"|ne (?:\w+ )?(?:\w+ )?(?:pas|plus|jamais|rien)|n'\w+ (?:pas|plus)|pas|jamais)\b"
)
UNREAL = re.compile(
    r"\b(?:would|could|might|may|should|hope to|try to|trying to|want(?:ed)? to|like to|wish|"
    r"perhaps|maybe|probably not|supposed to|"
    r"wurde|wurden|konnte|konnten|hatte|hatten|mochte|mochten|sollte|sollten|wollte|wollten|"
    r"vielleicht|eventuell|versuche\w*|"
    r"pourrai[st]|pourrions|pourriez|voudrai[st]|voudrions|aurai[st]|aurions|souhait\w*|"
    r"peut-etre|essaie\w*|essay\w*|aimerai[st]|devrai[st]|enverrais|ferais)\b"
)
HERE = re.compile(
    r"\b(?:attached|enclosed|herewith|please find|anbei|hiermit|im anhang|beigefugt|angehangt|"
    r"in der anlage|ci-joint\w*|en piece jointe|veuillez trouver)\b"
)
TOLD = re.compile(
    r"^\W*(?:you|he|she|they|sie|ihr|er|il|elle|ils|vous)\b[^,;]{0,40}\b(?:said|promised|wrote|"
    r"told|"
    r"sagte\w*|versprach\w*|versprochen|geschrieben|schrieb\w*|dit|promis|ecrit)\b"
)
"""Somebody else's words, told again."""

BULK = re.compile(
    r"\b(?:unsubscribe|view (?:this|it) in (?:your|a) browser|manage (?:your )?preferences|"
    r"newsletter|abbestellen|abmelden vom|se desabonner|desinscri\w*|gerer vos preferences)\b"
)
PAID = re.compile(
    rf"\b(?:{PAY}|payment|paid|zahlung|uberwiesen|uberweisung|virement|paiement|reglement|"
    rf"beglichen|"
    r"bezahlt|paying|transferring|wiring|settled)\b"
)
DELIVERED = re.compile(
    rf"\b(?:{MAKE}|delivered|lieferung|geliefert|livraison|delivering|shipping|finishing|"
    rf"finished)\b"
)
SMALL = re.compile(
    rf"\b(?:to you|for you|an sie|fur sie|ihnen|dir|euch|sie|vous|te|noch|also|then|dann|auch|"
    rf"gerne|of course|selbstverstandlich|naturlich|over|by|until|on|before|bis|spatestens|at|"
    rf"at the latest|latest|your way|uns|(?<=back )to|bei|soon|shortly|bald|bientot|"
    rf"{OURS} (?:will|is going to)|(?:i'm|i am|we're|we are|i|we|you)(?:'ll| will| shall)?"
    rf"(?: promise to| commit to| going to)?|ich werde|wir werden|werde ich|werden wir|ich|wir|"
    rf"(?:meine?|unsere?) \w+ wird|je|nous|on|vais|allons|va)\b|\bj'|^ ?(?:and|und|et|aber|but|"
    rf"so|thanks?)\b"
)
PARTICLE = re.compile(r"\b(?:nach|zu|ab|zukommen|mit)\W*$")
SENDING = re.compile(
    rf"^(?:{GIVE}|sending|forwarding|submitting|uploading|returning|have|get|receive|bekommen|"
    r"erhalten|haben|recevrez|aurez)$"
)
