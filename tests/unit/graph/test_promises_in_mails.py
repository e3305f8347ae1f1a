"""What a mail promises, read by rules: 17 November 2026 is a Tuesday."""

from __future__ import annotations

from datetime import date

import pytest

from graph.agents.promises import promises_in

TUESDAY = date(2026, 11, 17)
TOMORROW, FRIDAY = date(2026, 11, 18), date(2026, 11, 20)
MONDAY, LAST = date(2026, 11, 23), date(2026, 11, 30)

SAID = [
    ("I'll send you the logo files by Friday.", "the logo files", FRIDAY, "other"),
    ("By Friday, I'll send you the texts.", "the texts", FRIDAY, "other"),
    ("I'm sending you the photos tomorrow.", "the photos", TOMORROW, "other"),
    ("You will have the texts on Monday.", "the texts", MONDAY, "other"),
    ("The files will follow tomorrow.", "The files will follow", TOMORROW, "other"),
    ("I'll call you on Monday.", "call", MONDAY, "other"),
    ("I will get back to you by Friday.", "get back", FRIDAY, "other"),
    ("I promise to return the signed contract by Friday.", "the signed contract", FRIDAY, "other"),
    ("We will pay the invoice by 30 November.", "pay the invoice", LAST, "payment"),
    ("We'll settle the invoice at the end of the month.", "settle the invoice", LAST, "payment"),
    ("Payment will be made by 30.11.2026.", "Payment will be made", LAST, "payment"),
    ("Our accountant will transfer the money on Monday.", "transfer the money", MONDAY, "payment"),
    ("We'll deliver the draft within two weeks.", "deliver the draft", date(2026, 12, 1),
     "delivery"),
    ("I'll forward the contract on Thursday or Friday and you can start then.", "the contract",
     FRIDAY, "other"),
    ("You asked for them by Monday, I will upload the photos on Friday.", "the photos", FRIDAY,
     "other"),
    ("We will send the papers within 3 working days.", "the papers", FRIDAY, "other"),
    ("I will bring the keys on the 30th.", "the keys", LAST, "other"),
    ("I'll email the numbers on 2026-11-30.", "email the numbers", LAST, "other"),
    ("wir überweisen bis 30.11.", "überweisen", LAST, "payment"),
    ("Wir überweisen den Betrag bis zum 30. November.", "überweisen den Betrag", LAST, "payment"),
    ("Die Zahlung erfolgt bis zum 30.11.", "Die Zahlung erfolgt", LAST, "payment"),
    ("Unsere Buchhaltung wird den Betrag bis 30.11. überweisen.", "den Betrag überweisen", LAST,
     "payment"),
    ("Ich schicke Ihnen die Logodateien bis Freitag.", "die Logodateien", FRIDAY, "other"),
    ("Morgen schicke ich Ihnen die Bilder.", "die Bilder", TOMORROW, "other"),
    ("Die Unterlagen bekommen Sie morgen.", "Die Unterlagen", TOMORROW, "other"),
    ("Ich werde Ihnen die Texte am Montag senden.", "die Texte", MONDAY, "other"),
    ("Ich lasse Ihnen die Daten bis Ende der Woche zukommen.", "die Daten", FRIDAY, "other"),
    ("Die Dateien reiche ich bis Freitag nach.", "Die Dateien", FRIDAY, "other"),
    ("Ich melde mich am Montag bei Ihnen.", "melde mich", MONDAY, "other"),
    ("Ich rufe Sie am Montag an.", "rufe an", MONDAY, "other"),
    ("Wir liefern bis Ende November.", "liefern", LAST, "delivery"),
    ("je vous envoie les fichiers demain", "les fichiers", TOMORROW, "other"),
    ("Nous vous enverrons le contrat signé avant le 30/11.", "le contrat signé", LAST, "other"),
    ("Je vais vous envoyer le logo lundi.", "le logo", MONDAY, "other"),
    ("Vous recevrez les textes vendredi.", "les textes", FRIDAY, "other"),
    ("On vous transmet les accès demain matin.", "les accès", TOMORROW, "other"),
    ("Je vous rappelle lundi.", "rappelle", MONDAY, "other"),
    ("Nous réglerons la facture d'ici vendredi.", "réglerons la facture", FRIDAY, "payment"),
    ("Le virement sera effectué vendredi.", "Le virement sera effectué", FRIDAY, "payment"),
    ("Le contrat signé suivra demain.", "Le contrat signé suivra", TOMORROW, "other"),
]  # fmt: skip

NO_DAY = [
    "I'll send you the brand guide.",
    "I will send you the files soon.",
    "We'll send the logo files next Friday.",
    "Wir werden die Rechnung in den nächsten Tagen begleichen.",
    "Die Rechnung bezahlen wir umgehend, wir zahlen noch.",
    "Je vous enverrai les fichiers.",
    "We will pay by 3.11.",
]

NONE = [
    "I would have sent the files by Friday.",
    "Could you send the logo by Friday?",
    "could you send by Friday?",
    "Please send us the draft by Friday.",
    "If you agree, I'll send the files by Friday.",
    "I won't be able to send the files by Friday.",
    "I might send you the files tomorrow.",
    "I will be on holiday until Monday.",
    "We will need the draft by Friday.",
    "We look forward to your offer by Friday.",
    "Will you pay by Friday?",
    "I sent the files on Monday.",
    "We paid the invoice today.",
    "I'll think about it.",
    "I'll let you know.",
    "Attached I'm sending you the files today.",
    "He said you'll have it by Friday.",
    "You promised you will send the draft by Friday.",
    "Let me know by Monday.",
    "You will receive three days of workshop, right?",
    "We would like to have this by Friday.",
    "Once we have your bank details, we will pay within 3 days.",
    "Können Sie mir das bis Freitag schicken?",
    "Bitte schicken Sie uns die Dateien bis Freitag.",
    "Sobald die Freigabe da ist, überweisen wir bis Freitag.",
    "Wir können die Dateien leider nicht bis Freitag schicken.",
    "Wir würden gerne bis Freitag zahlen.",
    "Anbei sende ich Ihnen die Dateien.",
    "Ich habe die Dateien am Montag geschickt.",
    "Wir brauchen die Texte bis Freitag.",
    "Wann liefern Sie?",
    "Ja, das passt, wir nehmen das Angebot an.",
    "Sie haben den Entwurf bis Freitag versprochen.",
    "Pourriez-vous nous envoyer le devis avant vendredi ?",
    "Je ne vous enverrai pas les fichiers demain.",
    "Dès que vous confirmez, je vous envoie le logo.",
    "Ci-joint je vous envoie le logo aujourd'hui.",
    "Vous m'avez envoyé les fichiers hier.",
    "Vous deviez nous livrer vendredi.",
]


@pytest.mark.parametrize(("text", "what", "due", "kind"), SAID)
def test_a_promise_is_read_with_its_day_and_what_it_is_about(
    text: str, what: str, due: date, kind: str
) -> None:
    (found,) = promises_in(text, TUESDAY)
    assert (found.what, found.due, found.kind, found.quote) == (what, due, kind, text)


@pytest.mark.parametrize("text", NO_DAY)
def test_a_promise_without_a_single_day_is_kept_without_one(text: str) -> None:
    assert [found.due for found in promises_in(text, TUESDAY)] == [None]


@pytest.mark.parametrize("text", NONE)
def test_what_is_asked_past_unreal_or_conditional_is_no_promise(text: str) -> None:
    assert promises_in(text, TUESDAY) == ()


def test_only_new_words_promise_neither_quoted_ones_nor_a_signature_do() -> None:
    text = (
        "Hi Nora,\n\nwe accept. I'll send you the logo\nfiles by Friday.\n\nBest regards\nAnna\n"
        "We will deliver by Monday: our slogan\n\n"
        "On Mon, 16 Nov 2026, Nora wrote:\n> I'll send you the offer by Thursday.\n"
    )
    assert [found.what for found in promises_in(text, TUESDAY, "Anna")] == ["the logo files"]


def test_a_circular_promises_nothing() -> None:
    text = "We will send you great offers by Friday.\n\nUnsubscribe: https://example.com"
    assert promises_in(text, TUESDAY) == ()


def test_several_promises_of_a_mail_are_told_apart() -> None:
    text = "I'll send the texts tomorrow. Die Zahlung erfolgt bis 30.11. Viele Grüße"
    assert [(one.due, one.kind) for one in promises_in(text, TUESDAY)] == [
        (TOMORROW, "other"),
        (LAST, "payment"),
    ]


def test_days_count_from_the_day_of_the_mail_over_the_turn_of_the_year() -> None:
    (found,) = promises_in("Wir zahlen bis 5.1.", date(2026, 12, 30))
    assert found.due == date(2027, 1, 5)
