"""Every word of a mail written without a model, by language."""

from __future__ import annotations

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from ledger.domain.company import Language
from ledger.domain.forms import Form


class Texts(Struct, frozen=True, kw_only=True):
    """The words of one language. `{…}` places are filled by `agents.draft`.

    `opening`, `closing` and `subjects` are by purpose; what a purpose lacks is left out.
    """

    hello: str
    hello_nobody: str
    dear: str
    dear_nobody: str
    again: str
    bye: str
    bye_friendly: str
    reply: str
    each: str
    less: str
    net: str
    tax: str
    untaxed: str
    total: str
    valid: str
    delivery: str
    number: str
    bill: str
    credit: str
    warm: str
    opening: dict[str, str]
    closing: dict[str, str]
    subjects: dict[str, str]
    units: dict[str, tuple[str, str]]


ENGLISH: Final = Texts(
    hello="Hello {name},",
    hello_nobody="Hello,",
    dear="Dear {name},",
    dear_nobody="Dear Sir or Madam,",
    again="It is good to hear from you again.",
    bye="Kind regards",
    bye_friendly="Best wishes",
    reply="Re: {subject}",
    each="{quantity} × {title} at {price}: {net}",
    less="    less {percent}: {net}",
    net="Net: {amount}",
    tax="VAT {rate}: {amount}",
    untaxed="No VAT is charged.",
    total="Total: {amount}",
    valid="This offer is valid until {day}.",
    delivery="Delivery: within {days} days of your acceptance.",
    number="Offer {number}, version {version}",
    bill="Invoice {number}\nTotal: {total}\nPayable by {due}",
    credit="Credit note {number}\nReverses invoice {invoice} in full\nTotal: {total}",
    warm="I am looking forward to working with you.",
    opening={
        "first": "thank you for your request. Here is our offer:",
        "agreed": "thank you for your message. We are happy to agree on this price:",
        "counter": "thank you for your message. We looked at what we can do. "
        "To keep the quality you expect, this is the best price we can offer:",
        "revised": "here is our offer once more, with the changes:",
        "invoice": "thank you for your order. You will find the invoice attached:",
        "clarify": "thank you for your message. So that we can make you a good offer, please tell "
        "us which of our services you need, and how much of each:",
        "hold": "thank you for your message. We went through our calculation once more and cannot "
        "go lower than offer {number}. It stands as we sent it.",
        "prices": "thank you for your question. These are our net prices:",
        "decline": "thank you for thinking of us. Unfortunately we cannot take this on.",
        "answer": "thank you for your message.",
        "credit": "you will find a credit note attached. It takes our invoice back:",
        "correction": "a correction: please disregard the mail that this one answers.",
        "withdrawal": "a correction: our offer {number} no longer stands. Please disregard the "
        "mail that this one answers.",
    },
    closing={
        "first": "To accept, simply answer this mail. If anything should change, let us know.",
        "agreed": "To accept, simply answer this mail.",
        "counter": "To accept, simply answer this mail.",
        "revised": "To accept, simply answer this mail. If anything should change, let us know.",
        "invoice": "Please quote the invoice number when you transfer the amount.",
        "clarify": "A short answer is enough.",
        "hold": "If you would like to go ahead, simply answer this mail.",
        "prices": "We are happy to make you an offer.",
        "decline": "We wish you every success.",
        "answer": "If anything is open, simply answer this mail.",
        "credit": "You need not pay that invoice. If you have paid already, the amount is paid "
        "back.",
        "correction": "We are sorry for the trouble. If anything is open, simply answer this mail.",
        "withdrawal": "We are sorry for the trouble. If anything is open, simply answer this mail.",
    },
    subjects={
        "offer": "Offer {number} from {company}",
        "invoice": "Invoice {number} from {company}",
        "credit": "Credit note {number} from {company}",
        "other": "Your message to {company}",
    },
    units={"day": ("day", "days"), "hour": ("hour", "hours"), "month": ("month", "months")},
)

GERMAN: Final = Texts(
    hello="Guten Tag {name},",
    hello_nobody="Guten Tag,",
    dear="Guten Tag {name},",
    dear_nobody="Sehr geehrte Damen und Herren,",
    again="schön, wieder von Ihnen zu hören.",
    bye="Mit freundlichen Grüßen",
    bye_friendly="Herzliche Grüße",
    reply="Re: {subject}",
    each="{quantity} × {title} zu {price}: {net}",
    less="    abzüglich {percent}: {net}",
    net="Netto: {amount}",
    tax="USt. {rate}: {amount}",
    untaxed="Es wird keine Umsatzsteuer berechnet.",
    total="Gesamtbetrag: {amount}",
    valid="Dieses Angebot gilt bis zum {day}.",
    delivery="Lieferung: innerhalb von {days} Tagen nach Ihrer Zusage.",
    number="Angebot {number}, Version {version}",
    bill="Rechnung {number}\nGesamtbetrag: {total}\nZahlbar bis {due}",
    credit="Stornorechnung {number}\nHebt die Rechnung {invoice} vollständig auf\n"
    "Gesamtbetrag: {total}",
    warm="Ich freue mich auf die Zusammenarbeit.",
    opening={
        "first": "vielen Dank für Ihre Anfrage. Hier ist unser Angebot:",
        "agreed": "vielen Dank für Ihre Nachricht. Auf diesen Preis gehen wir gerne ein:",
        "counter": "vielen Dank für Ihre Nachricht. Wir haben geprüft, was möglich ist. "
        "Damit die Qualität stimmt, ist dies der beste Preis, den wir anbieten können:",
        "revised": "hier ist unser Angebot noch einmal, mit den Änderungen:",
        "invoice": "vielen Dank für Ihren Auftrag. Anbei erhalten Sie die Rechnung:",
        "clarify": "vielen Dank für Ihre Nachricht. Damit wir Ihnen ein gutes Angebot machen "
        "können, nennen Sie uns bitte, welche unserer Leistungen Sie brauchen und wie viel davon:",
        "hold": "vielen Dank für Ihre Nachricht. Wir haben noch einmal gerechnet und können nicht "
        "unter Angebot {number} gehen. Es gilt, wie wir es geschickt haben.",
        "prices": "vielen Dank für Ihre Frage. Das sind unsere Nettopreise:",
        "decline": "vielen Dank, dass Sie an uns gedacht haben. Leider können wir das nicht "
        "übernehmen.",
        "answer": "vielen Dank für Ihre Nachricht.",
        "credit": "anbei erhalten Sie eine Stornorechnung. Sie hebt unsere Rechnung auf:",
        "correction": "eine Korrektur: Bitte betrachten Sie die Mail, auf die diese antwortet, als "
        "gegenstandslos.",
        "withdrawal": "eine Korrektur: Unser Angebot {number} gilt nicht mehr. Bitte betrachten "
        "Sie die Mail, auf die diese antwortet, als gegenstandslos.",
    },
    closing={
        "first": (
            "Zum Annehmen genügt eine Antwort auf diese Mail. Soll etwas anders sein, sagen Sie es "
            "uns."
        ),
        "agreed": "Zum Annehmen genügt eine Antwort auf diese Mail.",
        "counter": "Zum Annehmen genügt eine Antwort auf diese Mail.",
        "revised": (
            "Zum Annehmen genügt eine Antwort auf diese Mail. Soll etwas anders sein, sagen Sie es "
            "uns."
        ),
        "invoice": "Bitte nennen Sie bei der Überweisung die Rechnungsnummer.",
        "clarify": "Eine kurze Antwort genügt.",
        "hold": "Wenn Sie zusagen möchten, genügt eine Antwort auf diese Mail.",
        "prices": "Gerne machen wir Ihnen ein Angebot.",
        "decline": "Wir wünschen Ihnen viel Erfolg.",
        "answer": "Ist noch etwas offen, antworten Sie einfach auf diese Mail.",
        "credit": "Diese Rechnung brauchen Sie nicht zu zahlen. Haben Sie schon gezahlt, wird "
        "Ihnen der Betrag erstattet.",
        "correction": "Bitte entschuldigen Sie die Umstände. Ist noch etwas offen, antworten Sie "
        "einfach auf diese Mail.",
        "withdrawal": "Bitte entschuldigen Sie die Umstände. Ist noch etwas offen, antworten Sie "
        "einfach auf diese Mail.",
    },
    subjects={
        "offer": "Angebot {number} von {company}",
        "invoice": "Rechnung {number} von {company}",
        "credit": "Stornorechnung {number} von {company}",
        "other": "Ihre Nachricht an {company}",
    },
    units={"day": ("Tag", "Tage"), "hour": ("Stunde", "Stunden"), "month": ("Monat", "Monate")},
)

GERMAN_FAMILIAR: Final = replace(
    GERMAN,
    hello="Hallo {name},",
    hello_nobody="Hallo,",
    dear="Hallo {name},",
    dear_nobody="Hallo,",
    again="schön, wieder von dir zu hören.",
    bye="Viele Grüße",
    delivery="Lieferung: innerhalb von {days} Tagen nach deiner Zusage.",
    opening={
        **GERMAN.opening,
        "first": "vielen Dank für deine Anfrage. Hier ist unser Angebot:",
        "agreed": "vielen Dank für deine Nachricht. Auf diesen Preis gehen wir gerne ein:",
        "counter": "vielen Dank für deine Nachricht. Wir haben geprüft, was möglich ist. "
        "Damit die Qualität stimmt, ist dies der beste Preis, den wir anbieten können:",
        "invoice": "vielen Dank für deinen Auftrag. Anbei erhältst du die Rechnung:",
        "clarify": "vielen Dank für deine Nachricht. Damit wir dir ein gutes Angebot machen "
        "können, nenne uns bitte, welche unserer Leistungen du brauchst und wie viel davon:",
        "hold": "vielen Dank für deine Nachricht. Wir haben noch einmal gerechnet und können nicht "
        "unter Angebot {number} gehen. Es gilt, wie wir es geschickt haben.",
        "prices": "vielen Dank für deine Frage. Das sind unsere Nettopreise:",
        "decline": "vielen Dank, dass du an uns gedacht hast. Leider können wir das nicht "
        "übernehmen.",
        "answer": "vielen Dank für deine Nachricht.",
        "credit": "anbei erhältst du eine Stornorechnung. Sie hebt unsere Rechnung auf:",
        "correction": "eine Korrektur: Bitte betrachte die Mail, auf die diese antwortet, als "
        "gegenstandslos.",
        "withdrawal": "eine Korrektur: Unser Angebot {number} gilt nicht mehr. Bitte betrachte "
        "die Mail, auf die diese antwortet, als gegenstandslos.",
    },
    closing={
        "first": (
            "Zum Annehmen genügt eine Antwort auf diese Mail. Soll etwas anders sein, sag es uns."
        ),
        "agreed": "Zum Annehmen genügt eine Antwort auf diese Mail.",
        "counter": "Zum Annehmen genügt eine Antwort auf diese Mail.",
        "revised": (
            "Zum Annehmen genügt eine Antwort auf diese Mail. Soll etwas anders sein, sag es uns."
        ),
        "invoice": "Bitte nenne bei der Überweisung die Rechnungsnummer.",
        "clarify": "Eine kurze Antwort genügt.",
        "hold": "Wenn du zusagen möchtest, genügt eine Antwort auf diese Mail.",
        "prices": "Gerne machen wir dir ein Angebot.",
        "decline": "Wir wünschen dir viel Erfolg.",
        "answer": "Ist noch etwas offen, antworte einfach auf diese Mail.",
        "credit": "Diese Rechnung brauchst du nicht zu zahlen. Hast du schon gezahlt, wird "
        "dir der Betrag erstattet.",
        "correction": "Bitte entschuldige die Umstände. Ist noch etwas offen, antworte "
        "einfach auf diese Mail.",
        "withdrawal": "Bitte entschuldige die Umstände. Ist noch etwas offen, antworte "
        "einfach auf diese Mail.",
    },
    subjects={**GERMAN.subjects, "other": "Deine Nachricht an {company}"},
)
"""German for whoever wants to be called `du`."""

FRENCH: Final = Texts(
    hello="Bonjour {name},",
    hello_nobody="Bonjour,",
    dear="Bonjour {name},",
    dear_nobody="Madame, Monsieur,",
    again="nous sommes heureux de vous retrouver.",
    bye="Cordialement",
    bye_friendly="Bien cordialement",
    reply="Re: {subject}",
    each="{quantity} × {title} à {price} : {net}",
    less="    moins {percent} : {net}",
    net="Total HT : {amount}",
    tax="TVA {rate} : {amount}",
    untaxed="TVA non applicable.",
    total="Total TTC : {amount}",
    valid="Cette offre est valable jusqu'au {day}.",
    delivery="Livraison : dans les {days} jours suivant votre accord.",
    number="Offre {number}, version {version}",
    bill="Facture {number}\nTotal TTC : {total}\nÀ régler au plus tard le {due}",
    credit="Avoir {number}\nAnnule en totalité la facture {invoice}\nTotal TTC : {total}",
    warm="Au plaisir de travailler avec vous.",
    opening={
        "first": "merci de votre demande. Voici notre offre :",
        "agreed": "merci de votre message. Nous acceptons volontiers ce prix :",
        "counter": "merci de votre message. Nous avons étudié ce qui est possible. "
        "Pour garder la qualité attendue, voici le meilleur prix que nous puissions proposer :",
        "revised": "voici de nouveau notre offre, avec les modifications :",
        "invoice": "merci de votre commande. Vous trouverez la facture ci-jointe :",
        "clarify": "merci de votre message. Pour vous faire une bonne offre, dites-nous s'il vous "
        "plaît de quelles prestations vous avez besoin et en quelle quantité :",
        "hold": "merci de votre message. Nous avons refait nos calculs et ne pouvons pas descendre "
        "au-dessous de l'offre {number}. Elle reste telle que nous l'avons envoyée.",
        "prices": "merci de votre question. Voici nos prix hors taxes :",
        "decline": "merci d'avoir pensé à nous. Nous ne pouvons malheureusement pas donner suite.",
        "answer": "merci de votre message.",
        "credit": "vous trouverez ci-joint un avoir. Il annule notre facture :",
        "correction": "une rectification : merci de ne pas tenir compte du message auquel celui-ci "
        "répond.",
        "withdrawal": "une rectification : notre offre {number} n'est plus valable. Merci de ne "
        "pas tenir compte du message auquel celui-ci répond.",
    },
    closing={
        "first": (
            "Pour accepter, il suffit de répondre à ce message. Si quelque chose doit changer, "
            "dites-le-nous."
        ),
        "agreed": "Pour accepter, il suffit de répondre à ce message.",
        "counter": "Pour accepter, il suffit de répondre à ce message.",
        "revised": (
            "Pour accepter, il suffit de répondre à ce message. Si quelque chose doit changer, "
            "dites-le-nous."
        ),
        "invoice": "Merci d'indiquer le numéro de facture lors du virement.",
        "clarify": "Une réponse brève suffit.",
        "hold": "Si vous souhaitez accepter, il suffit de répondre à ce message.",
        "prices": "Nous vous ferons volontiers une offre.",
        "decline": "Nous vous souhaitons beaucoup de succès.",
        "answer": "Pour toute question, répondez simplement à ce message.",
        "credit": "Vous n'avez pas à régler cette facture. Si vous l'avez déjà payée, le montant "
        "vous est remboursé.",
        "correction": "Veuillez nous excuser pour ce désagrément. Pour toute question, répondez "
        "simplement à ce message.",
        "withdrawal": "Veuillez nous excuser pour ce désagrément. Pour toute question, répondez "
        "simplement à ce message.",
    },
    subjects={
        "offer": "Offre {number} de {company}",
        "invoice": "Facture {number} de {company}",
        "credit": "Avoir {number} de {company}",
        "other": "Votre message à {company}",
    },
    units={"day": ("jour", "jours"), "hour": ("heure", "heures"), "month": ("mois", "mois")},
)

FRENCH_FAMILIAR: Final = replace(
    FRENCH,
    dear_nobody="Bonjour,",
    again="quel plaisir d'avoir de tes nouvelles.",
    bye="Bien à toi",
    bye_friendly="À bientôt",
    delivery="Livraison : dans les {days} jours suivant ton accord.",
    warm="Au plaisir de travailler avec toi.",
    opening={
        **FRENCH.opening,
        "first": "merci de ta demande. Voici notre offre :",
        "agreed": "merci de ton message. Nous acceptons volontiers ce prix :",
        "counter": "merci de ton message. Nous avons étudié ce qui est possible. "
        "Pour garder la qualité attendue, voici le meilleur prix que nous puissions proposer :",
        "invoice": "merci de ta commande. Tu trouveras la facture ci-jointe :",
        "clarify": "merci de ton message. Pour te faire une bonne offre, dis-nous s'il te plaît "
        "de quelles prestations tu as besoin et en quelle quantité :",
        "hold": "merci de ton message. Nous avons refait nos calculs et ne pouvons pas descendre "
        "au-dessous de l'offre {number}. Elle reste telle que nous l'avons envoyée.",
        "prices": "merci de ta question. Voici nos prix hors taxes :",
        "decline": "merci d'avoir pensé à nous. Nous ne pouvons malheureusement pas donner suite.",
        "answer": "merci de ton message.",
        "credit": "tu trouveras ci-joint un avoir. Il annule notre facture :",
    },
    closing={
        **FRENCH.closing,
        "first": "Pour accepter, il suffit de répondre à ce message. Si quelque chose doit "
        "changer, dis-le-nous.",
        "revised": "Pour accepter, il suffit de répondre à ce message. Si quelque chose doit "
        "changer, dis-le-nous.",
        "hold": "Si tu souhaites accepter, il suffit de répondre à ce message.",
        "prices": "Nous te ferons volontiers une offre.",
        "decline": "Nous te souhaitons beaucoup de succès.",
        "answer": "Pour toute question, réponds simplement à ce message.",
        "credit": "Tu n'as pas à régler cette facture. Si tu l'as déjà payée, le montant t'est "
        "remboursé.",
        "correction": "Désolés pour ce désagrément. Pour toute question, réponds simplement à ce "
        "message.",
        "withdrawal": "Désolés pour ce désagrément. Pour toute question, réponds simplement à ce "
        "message.",
    },
    subjects={**FRENCH.subjects, "other": "Ton message à {company}"},
)
"""French for whoever is called `tu`."""

TEXTS: Final[dict[Language, Texts]] = {
    Language.ENGLISH: ENGLISH,
    Language.GERMAN: GERMAN,
    Language.FRENCH: FRENCH,
}

FAMILIAR: Final[dict[Language, Texts]] = {
    Language.GERMAN: GERMAN_FAMILIAR,
    Language.FRENCH: FRENCH_FAMILIAR,
}
"""By language, where it has a familiar form of address."""


def texts_in(language: Language, form: Form | None) -> Texts:
    """The words of a language; the familiar ones where they are wanted and there are any."""
    return FAMILIAR.get(language, TEXTS[language]) if form is Form.FAMILIAR else TEXTS[language]
