"""The words of a mail that nobody asked for: a reminder of an invoice, a question after silence.

No fee and no interest stands in them: what a customer owes is what the invoice says.
"""

from __future__ import annotations

from typing import Final

from ledger.domain.company import Language
from ledger.domain.forms import Form

FOLLOW_UP: Final = "follow-up"
REMINDER: Final = "reminder-"
"""How the purpose of a reminder begins; its kind follows."""

OVERDUE: Final = {
    Language.ENGLISH: "Invoice {number}\nStill open: {total}\nIt was payable by {due}",
    Language.GERMAN: "Rechnung {number}\nNoch offen: {total}\nZahlbar war sie bis {due}",
    Language.FRENCH: "Facture {number}\nReste à régler : {total}\nÉchéance : {due}",
}

_ENGLISH = {
    "follow-up": (
        "a few days ago we sent you our offer {number}. Could you have a look at it?",
        "If anything is unclear or should change, simply answer this mail.",
    ),
    "reminder-friendly": (
        "perhaps our invoice has slipped through. It is still open:",
        (
            "If you have paid in the meantime, please disregard this mail. You will find "
            "the invoice attached once more."
        ),
    ),
    "reminder-firm": (
        "our invoice is overdue, and we have not seen your payment yet:",
        (
            "Please transfer the amount. If something about the invoice is unclear, simply "
            "answer this mail. If you have paid in the meantime, please disregard it."
        ),
    ),
    "reminder-final": (
        (
            "we have written to you about this invoice before. This is our last reminder; "
            "it is still not paid:"
        ),
        (
            "Please transfer the amount without further delay, or tell us what stands in "
            "the way. If you have paid in the meantime, please disregard this mail."
        ),
    ),
}
_GERMAN = {
    "follow-up": (
        (
            "vor einigen Tagen haben wir Ihnen unser Angebot {number} geschickt. Konnten "
            "Sie es schon ansehen?"
        ),
        ("Ist etwas unklar oder soll etwas anders sein, antworten Sie einfach auf diese Mail."),
    ),
    "reminder-friendly": (
        "vielleicht ist unsere Rechnung untergegangen. Sie ist noch offen:",
        (
            "Haben Sie inzwischen gezahlt, betrachten Sie diese Mail bitte als "
            "gegenstandslos. Die Rechnung liegt noch einmal bei."
        ),
    ),
    "reminder-firm": (
        "unsere Rechnung ist überfällig, und Ihre Zahlung ist noch nicht eingegangen:",
        (
            "Bitte überweisen Sie den Betrag. Ist etwas an der Rechnung unklar, antworten "
            "Sie einfach auf diese Mail. Haben Sie inzwischen gezahlt, betrachten Sie sie "
            "bitte als gegenstandslos."
        ),
    ),
    "reminder-final": (
        (
            "wir haben Ihnen zu dieser Rechnung schon geschrieben. Dies ist unsere letzte "
            "Mahnung; sie ist noch immer nicht bezahlt:"
        ),
        (
            "Bitte überweisen Sie den Betrag jetzt, oder sagen Sie uns, was dem "
            "entgegensteht. Haben Sie inzwischen gezahlt, betrachten Sie diese Mail bitte "
            "als gegenstandslos."
        ),
    ),
}
_GERMAN_FAMILIAR = {
    "follow-up": (
        (
            "vor einigen Tagen haben wir dir unser Angebot {number} geschickt. Konntest du "
            "es schon ansehen?"
        ),
        "Ist etwas unklar oder soll etwas anders sein, antworte einfach auf diese Mail.",
    ),
    "reminder-friendly": (
        "vielleicht ist unsere Rechnung untergegangen. Sie ist noch offen:",
        (
            "Hast du inzwischen gezahlt, betrachte diese Mail bitte als gegenstandslos. Die"
            " Rechnung liegt noch einmal bei."
        ),
    ),
    "reminder-firm": (
        "unsere Rechnung ist überfällig, und deine Zahlung ist noch nicht eingegangen:",
        (
            "Bitte überweise den Betrag. Ist etwas an der Rechnung unklar, antworte einfach"
            " auf diese Mail. Hast du inzwischen gezahlt, betrachte sie bitte als "
            "gegenstandslos."
        ),
    ),
    "reminder-final": (
        (
            "wir haben dir zu dieser Rechnung schon geschrieben. Dies ist unsere letzte "
            "Mahnung; sie ist noch immer nicht bezahlt:"
        ),
        (
            "Bitte überweise den Betrag jetzt, oder sag uns, was dem entgegensteht. Hast du"
            " inzwischen gezahlt, betrachte diese Mail bitte als gegenstandslos."
        ),
    ),
}
_FRENCH = {
    "follow-up": (
        (
            "nous vous avons envoyé il y a quelques jours notre offre {number}. Avez-vous "
            "pu en prendre connaissance ?"
        ),
        ("Si quelque chose n'est pas clair ou doit changer, répondez simplement à ce message."),
    ),
    "reminder-friendly": (
        "notre facture vous a peut-être échappé. Elle reste ouverte :",
        (
            "Si vous avez réglé entre-temps, merci de ne pas tenir compte de ce message. "
            "Vous trouverez de nouveau la facture ci-jointe."
        ),
    ),
    "reminder-firm": (
        "notre facture est échue et nous n'avons pas encore reçu votre règlement :",
        (
            "Merci de régler ce montant. Si quelque chose n'est pas clair, répondez "
            "simplement à ce message. Si vous avez réglé entre-temps, merci de ne pas en "
            "tenir compte."
        ),
    ),
    "reminder-final": (
        (
            "nous vous avons déjà écrit au sujet de cette facture. Ceci est notre dernier "
            "rappel ; elle n'est toujours pas réglée :"
        ),
        (
            "Merci de régler ce montant sans délai, ou de nous dire ce qui s'y oppose. Si "
            "vous avez réglé entre-temps, merci de ne pas tenir compte de ce message."
        ),
    ),
}
_FRENCH_FAMILIAR = {
    "follow-up": (
        (
            "nous t'avons envoyé il y a quelques jours notre offre {number}. As-tu pu en "
            "prendre connaissance ?"
        ),
        ("Si quelque chose n'est pas clair ou doit changer, réponds simplement à ce message."),
    ),
    "reminder-friendly": (
        "notre facture t'a peut-être échappé. Elle reste ouverte :",
        (
            "Si tu as réglé entre-temps, merci de ne pas tenir compte de ce message. Tu "
            "trouveras de nouveau la facture ci-jointe."
        ),
    ),
    "reminder-firm": (
        "notre facture est échue et nous n'avons pas encore reçu ton règlement :",
        (
            "Merci de régler ce montant. Si quelque chose n'est pas clair, réponds "
            "simplement à ce message. Si tu as réglé entre-temps, merci de ne pas en tenir "
            "compte."
        ),
    ),
    "reminder-final": (
        (
            "nous t'avons déjà écrit au sujet de cette facture. Ceci est notre dernier "
            "rappel ; elle n'est toujours pas réglée :"
        ),
        (
            "Merci de régler ce montant sans délai, ou de nous dire ce qui s'y oppose. Si "
            "tu as réglé entre-temps, merci de ne pas tenir compte de ce message."
        ),
    ),
}
_FORMAL = {
    Language.ENGLISH: _ENGLISH,
    Language.GERMAN: _GERMAN,
    Language.FRENCH: _FRENCH,
}
_FAMILIAR = {Language.GERMAN: _GERMAN_FAMILIAR, Language.FRENCH: _FRENCH_FAMILIAR}


def words_after_silence(purpose: str, language: Language, form: Form) -> tuple[str, str] | None:
    """(opening, closing) of such a mail; None for every other purpose."""
    formal = _FORMAL[language]
    words = _FAMILIAR.get(language, formal) if form is Form.FAMILIAR else formal
    return words.get(purpose)
