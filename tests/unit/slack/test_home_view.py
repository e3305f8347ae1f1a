from __future__ import annotations

from typing import Any

from bot import texts
from bot.channel import Button, Card, CardKind, Verb
from bot.home.overview import Home, Item, Section
from bot.slack.home import HomePage, home_view, stranger_view
from bot.slack.inbound import COMMANDED, Me, from_tap
from ledger.domain.events import ChatKind

ME = Me(team="T1", user="UCOO")
APPROVE = Button(label="Approve", typed="approve 3", verb=Verb.APPROVE)
MORE = Button(label="More", typed="more 3", command="more 3")
CARD = Card(
    kind=CardKind.APPROVAL,
    about="apr-1",
    number=3,
    title="Send an offer",
    buttons=(APPROVE, MORE),
)


def buttons(view: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (each["text"]["text"], each["value"])
        for block in view["blocks"]
        if block["type"] == "actions"
        for each in block["elements"]
    ]


def page(*sections: Section, ids: dict[tuple[str, str], str] | None = None) -> HomePage:
    return HomePage(home=Home(title="Studio", line="All is well", sections=sections), ids=ids or {})


def test_a_card_on_home_has_the_buttons_of_its_post_and_more_says_its_command() -> None:
    waiting = Section(heading="Waits", cards=(CARD,))
    view = home_view(page(waiting, ids={("apr-1", "approve 3"): "nonce:approve"}))
    assert buttons(view) == [("Approve", "nonce:approve"), ("More", f"{COMMANDED}more 3")]


def test_a_button_without_a_post_is_written_out_instead_of_approving_unseen_bytes() -> None:
    view = home_view(page(Section(heading="Waits", cards=(CARD,))))
    assert buttons(view) == [("More", f"{COMMANDED}more 3")]
    assert "approve 3" in str(view["blocks"])


def test_a_remedy_is_one_tap_away() -> None:
    retry = Button(label=texts.VERB_RETRY, typed="retry act-1", command="retry act-1")
    stuck = Section(heading="Stuck", items=(Item(text="Mail failed", buttons=(retry,)),))
    assert buttons(home_view(page(stuck))) == [(texts.VERB_RETRY, f"{COMMANDED}retry act-1")]


def test_home_is_never_longer_than_slack_takes() -> None:
    many = tuple(Section(heading=f"Part {n}", cards=(CARD,) * 20) for n in range(30))
    view = home_view(page(*many))
    assert len(view["blocks"]) <= 100
    assert "inbox" in str(view["blocks"][-1])


def test_a_stranger_sees_how_to_pair_and_nothing_else() -> None:
    view = stranger_view()
    assert "coo pair" in str(view["blocks"])
    assert buttons(view) == []


def tap(value: str, place: dict[str, str]) -> Any:
    body = {
        "user": {"id": "U1"},
        "container": place,
        "actions": [{"value": value, "action_ts": "1.1"}],
    }
    found = from_tap(body, ME, "D1")
    assert found is not None
    return found.event


def test_a_command_on_home_counts_as_typed_in_the_persons_own_chat() -> None:
    said = tap(f"{COMMANDED}more 3", {"type": "view"})
    assert (said.kind, said.text, said.chat, said.button) == (
        ChatKind.COMMAND,
        "/coo more 3",
        "D1",
        "",
    )


def test_a_command_in_a_message_is_no_command() -> None:
    place = {"type": "message", "message_ts": "1.1", "channel_id": "C1"}
    assert tap(f"{COMMANDED}stop", place).kind is ChatKind.TAP
