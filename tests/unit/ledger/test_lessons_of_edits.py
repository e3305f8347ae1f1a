"""What the operator changes in drafts again and again, and what is no habit."""

from __future__ import annotations

from ledger.domain.lessons import Sent, general, lessons_of, letter_of
from ledger.domain.precedents import Change

DRAFT = """Hello {name},

Thank you for your request. Here is our offer:

Offer P-1, version 1

1 × Website at €2,400.00

To accept, simply answer this mail. If anything should change, let us know.

Best wishes
Nora Lindt"""


def mail(n: int, text: str, *, contact: str = "", same: bool = False, language: str = "en") -> Sent:
    name = f"{('Ada', 'Bea', 'Cem', 'Dora')[n % 4]} Example"
    draft, first = DRAFT.format(name=name), name.split(maxsplit=1)[0]
    return Sent(
        action=f"act-{n}", number=f"P-{n}", contact=contact or f"con-{n}", language=language,
        draft=draft, text=text.format(name=name, first=first), names=(name,), same=same,
    )  # fmt: skip


EDITED = DRAFT.replace("Hello {name},", "Hi {first},").replace(
    "If anything should change, let us know.\n\nBest wishes",
    "We keep every draft for you.\n\nSee you soon",
)


def habits(*mails: Sent) -> dict[Change, str]:
    return {one.change: one.text for one in lessons_of(mails)}


def test_a_letter_has_its_parts_around_the_figures() -> None:
    letter = letter_of(DRAFT)
    assert (letter.greeting, letter.bye) == ("Hello {name},", "Best wishes")
    assert letter.opening == ("Thank you for your request.", "Here is our offer:")
    assert letter.closing[-1] == "If anything should change, let us know."


def test_what_was_changed_in_three_mails_is_a_habit() -> None:
    assert habits(*(mail(n, EDITED) for n in range(3))) == {
        Change.GREETING: "Hi {first},",
        Change.SIGN_OFF: "See you soon",
        Change.CLOSING: "We keep every draft for you.",
        Change.LEFT_OUT: "If anything should change, let us know.",
    }


def test_twice_is_no_habit() -> None:
    assert habits(mail(0, EDITED), mail(1, EDITED), mail(2, DRAFT)) == {}


def test_a_habit_stays_where_later_drafts_have_it_already() -> None:
    kept = mail(2, EDITED)
    unchanged = Sent(**{**_fields(kept), "draft": kept.text})
    assert habits(mail(0, EDITED), mail(1, EDITED), unchanged)[Change.SIGN_OFF] == "See you soon"


def test_what_one_customer_gets_is_for_nobody_else() -> None:
    personal = [mail(0, EDITED, contact="con-1") for _ in range(3)]
    assert habits(*personal) == {}
    own = [mail(0, EDITED, contact="con-1", same=True) for _ in range(3)]
    assert Change.SIGN_OFF in habits(*own)


def test_a_name_a_figure_or_an_address_is_never_learned() -> None:
    for words in ("Greet Example from me.", "It is 5 € less.", "Write to me@x.example."):
        text = DRAFT.replace("Best wishes", f"{words}\n\nBest wishes")
        assert Change.CLOSING not in habits(*(mail(n, text) for n in range(3)))


def test_words_are_learned_for_their_own_language_only() -> None:
    mails = [mail(n, EDITED, language=("en", "de", "fr")[n]) for n in range(3)]
    assert habits(*mails) == {}


def test_a_greeting_keeps_a_place_for_the_name() -> None:
    assert general("Hi Ada,", ("Ada Example",)) == "Hi {first},"
    assert general("Dear Ada Example,", ("Ada Example",)) == "Dear {name},"
    assert general("Moin,", ("Ada Example",)) == "Moin,"


def _fields(sent: Sent) -> dict[str, object]:
    return {name: getattr(sent, name) for name in sent.__struct_fields__}


def test_a_name_we_do_not_know_somebody_by_is_no_greeting_for_others() -> None:
    kate = EDITED.replace("Hi {first},", "Hi Kate,")
    assert Change.GREETING not in habits(*(mail(n, kate) for n in range(3)))
    own = habits(*(mail(0, kate, contact="con-0", same=True) for _ in range(3)))
    assert own[Change.GREETING] == "Hi Kate,"
    all_of_you = EDITED.replace("Hi {first},", "Good Morning all,")
    assert habits(*(mail(n, all_of_you) for n in range(3)))[Change.GREETING] == "Good Morning all,"
