"""The ids of buttons: short, opaque, and their own meaning whatever becomes of the card."""

from __future__ import annotations

from bot.channel import Button, Card, CardKind, Verb
from bot.chat.buttons import callbacks
from bot.chat.port import CALLBACK_BYTES
from bot.chat.requests import Place, Requests

REQUESTS = Requests(b"s" * 32)
PLACE = Place(channel="telegram", chat="77", identity="id-1", operator="Nora")


def card(*buttons: Button, kind: CardKind = CardKind.APPROVAL) -> Card:
    return Card(kind=kind, about="x-1", title="t", buttons=buttons)


def test_an_approvals_buttons_are_named_by_their_verbs() -> None:
    verbs = [Button(label=verb.value, typed=verb.value, verb=verb) for verb in Verb]
    [ids] = callbacks("n" * 16, [card(*verbs)])
    assert list(ids) == [f"{'n' * 16}:{verb.value}" for verb in Verb]


def test_options_and_commands_are_named_by_their_place() -> None:
    options = [Button(label=name, typed=name, choice=name) for name in ("yes", "no")]
    retry = Button(label="Retry", typed="retry 1", command="retry 1")
    first, second = callbacks(
        "n" * 16,
        [card(*options, kind=CardKind.QUESTION), card(retry, kind=CardKind.FAILURE)],
    )
    assert [each.split(":")[1] for each in (*first, *second)] == ["o0.0", "o1.0", "c0.1"]


def test_every_id_fits_the_smallest_service() -> None:
    verbs = [Button(label=verb.value, typed=verb.value, verb=verb) for verb in Verb]
    post = REQUESTS.post("approval:apr-1", "fact-1", PLACE)
    ids = callbacks(post.nonce, [card(*verbs)] * 9)
    assert max(len(each.encode()) for row in ids for each in row) <= CALLBACK_BYTES


def test_the_same_reason_is_the_same_post_and_another_chat_is_another() -> None:
    one = REQUESTS.post("approval:apr-1", "fact-1", PLACE)
    assert one == REQUESTS.post("approval:apr-1", "fact-1", PLACE)
    elsewhere = Place(channel="slack", chat="77", identity="id-2")
    others = [
        REQUESTS.post("approval:apr-1", "fact-1", elsewhere),
        REQUESTS.post("approval:apr-1", "fact-2", PLACE),
        REQUESTS.post("approval:apr-2", "fact-1", PLACE),
    ]
    assert len({one.post, *(each.post for each in others)}) == 4
    assert len({one.nonce, *(each.nonce for each in others)}) == 4


def test_a_nonce_cannot_be_made_without_the_secret() -> None:
    mine = REQUESTS.post("approval:apr-1", "fact-1", PLACE)
    theirs = Requests(b"t" * 32).post("approval:apr-1", "fact-1", PLACE)
    assert mine.post == theirs.post
    assert mine.nonce != theirs.nonce
