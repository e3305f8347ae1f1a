"""A card says where the customer writes `du` and the mail says `Sie`: the operator decides."""

from __future__ import annotations

from msgspec.structs import replace

from bot import texts
from bot.channel import Button, Card, Row
from ledger.domain.entities import Contact
from ledger.domain.forms import PRONOUNS, Form, form_in, language_in


def with_form(card: Card, body: str, contact: Contact | None) -> Card:
    """The card with the way to the familiar form, where they use it and this mail does not."""
    if contact is None or contact.forms.theirs != Form.FAMILIAR:
        return card
    language = language_in(body, contact.language)
    if form_in(body, language) is not Form.FORMAL:
        return card
    said = {each.value: word for each, word in PRONOUNS[language].items()}
    words = {"theirs": said["familiar"], "ours": said["formal"], "number": card.number}
    row = Row(
        texts.ROW_FORM,
        (texts.FORM_DIFFERS.format(**words),),
        brief=(texts.FORM_DIFFERS_BRIEF.format(**words),),
    )
    typed = f"tell {card.number} per {words['theirs']}"
    button = Button(label=texts.VERB_FORM.format(**words), typed=typed, command=typed)
    buttons = (*card.buttons[:-1], button, *card.buttons[-1:])
    return replace(card, rows=(*card.rows, row), buttons=buttons)
