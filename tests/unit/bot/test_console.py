from __future__ import annotations

import asyncio
import io
from collections.abc import Sequence
from datetime import UTC
from typing import Any

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput
from rich.console import Console

from bot.channel import Progress
from bot.console.chat import ConsoleChat
from bot.console.lines import Lines, PipedLines, TerminalLines, Words
from ledger.domain import events
from ledger.domain.errors import ChainBroken
from ledger.domain.facts import Fact

Paper = Any


def working(paper: Paper) -> None:
    """Somebody works: a yes is approved and sent."""

    def react(fact: Fact) -> None:
        tapped = fact.event
        if isinstance(tapped, events.Tapped) and tapped.verb in {"approve", "edit"}:
            paper.approve(tap=fact.id)
            paper.send()

    paper.react = react


async def piped(paper: Paper, *lines: str) -> str:
    out = Console(width=100, no_color=True, highlight=False, file=io.StringIO())
    source = PipedLines(io.StringIO("".join(f"{each}\n" for each in lines)), out.print)
    await ConsoleChat(paper, source, out, UTC).run()
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


class Typist:
    """A person at a terminal, as a list of what they do."""

    interactive = True

    def __init__(self, *lines: str, chosen: str = "", asked: str = "", edits: Any = None) -> None:
        self.lines = list(lines)
        self.chosen, self.asked = chosen, asked
        self.edits = edits or {}
        self.options: Sequence[tuple[str, str]] = ()
        self.known: Sequence[str] = ()

    def numbers(self, known: Sequence[str]) -> None:
        self.known = known

    async def line(self) -> str | None:
        await asyncio.sleep(0)
        return self.lines.pop(0) if self.lines else None

    async def ask(self, question: str) -> str:
        return self.asked

    async def choose(self, title: str, options: Sequence[tuple[str, str]]) -> str:
        self.options = options
        return self.chosen

    async def edit(self, name: str, text: str) -> str | None:
        return self.edits.get(name, text)


async def typed(paper: Paper, typist: Lines) -> str:
    out = Console(width=100, no_color=True, highlight=False, file=io.StringIO())
    await ConsoleChat(paper, typist, out, UTC).run()
    assert isinstance(out.file, io.StringIO)
    return out.file.getvalue()


# --- through a pipe ------------------------------------------------------------------------------


async def test_two_piped_lines_approve_a_card_and_show_the_receipt(paper: Paper) -> None:
    paper.story()
    working(paper)
    shown = await piped(paper, "inbox", "approve 1")
    order = ["coo> inbox", "Dear Ada,", "coo> approve 1", "recorded", "Sent to Ada Byron"]
    places = [shown.index(part) for part in order]
    assert places == sorted(places)


async def test_every_line_is_answered(paper: Paper) -> None:
    paper.story()
    lines = ["inbox", "xyzzy please", "", "/nonsense", "approve ghost", "reject 1", "quit"]
    shown = await piped(paper, *lines)
    for line, following in zip(lines, [*lines[1:], "Bye."], strict=True):
        start = shown.index(f"coo> {line}\n") + len(f"coo> {line}\n")
        assert shown[start:].split(f"coo> {following}\n")[0].strip()


async def test_no_line_is_wider_than_a_hundred_columns(paper: Paper) -> None:
    paper.story()
    shown = await piped(paper, "help", "inbox", "audit ada", "why 1", "status ada")
    assert max(map(len, shown.splitlines())) <= 100


async def test_a_pipe_is_never_asked_back(paper: Paper) -> None:
    paper.story()
    shown = await piped(paper, "reject 1", "edit 1")
    assert "Give the reason: `reject 1 too cheap`" in shown
    assert "The preview is then exactly what `approve 1` sends." in shown
    assert paper.count(events.Tapped) == 0


async def test_quit_ends_the_conversation(paper: Paper) -> None:
    shown = await piped(paper, "quit", "stop")
    assert "Bye." in shown
    assert paper.count(events.StopOrdered) == 0


async def test_a_defect_is_answered_and_the_conversation_goes_on(paper: Paper) -> None:
    async def broken(case: str) -> Any:
        raise ValueError("boom")

    paper.story()
    paper.replay = broken
    shown = await piped(paper, "replay 1", "inbox")
    assert "Coo itself stumbled over this: ValueError: boom" in shown
    assert "1 for you" in shown


async def test_news_that_cannot_be_read_is_said_once(paper: Paper) -> None:
    async def broken(after: int, seconds: float) -> Any:
        raise ChainBroken(5, "f5", "its hash differs")

    paper.news = broken
    shown = await piped(paper, "inbox", "say hello", "say again")
    assert shown.count("News cannot be read now") == 1


async def test_work_that_takes_longer_is_said_to_go_on(paper: Paper) -> None:
    paper.settles = False
    assert "Still at work" in await piped(paper, "say hello")


# --- at a terminal -------------------------------------------------------------------------------


async def test_enter_on_an_empty_line_opens_the_choices_of_the_last_card(paper: Paper) -> None:
    paper.story()
    working(paper)
    typist = Typist("inbox", "", chosen="approve 1")
    shown = await typed(paper, typist)
    assert [label for _, label in typist.options][:3] == ["Approve", "Edit", "Reject"]
    assert "Sent to Ada Byron" in shown


async def test_choosing_to_reject_asks_for_the_reason(paper: Paper) -> None:
    paper.story()
    await typed(paper, Typist("inbox", "", chosen="reject 1 WHY", asked="too cheap"))
    tapped = paper.last(events.Tapped)
    assert (tapped.verb, tapped.text) == ("reject", "too cheap")


async def test_a_reason_left_open_rejects_nothing(paper: Paper) -> None:
    paper.story()
    shown = await typed(paper, Typist("reject 1", asked=" "))
    assert "Nothing was rejected yet." in shown
    assert paper.count(events.Tapped) == 0


async def test_editing_ends_in_the_preview_and_sending_from_there_approves_it(paper: Paper) -> None:
    paper.story()
    typist = Typist("edit 1", "", chosen="approve 1", edits={"body": "Short."})
    shown = await typed(paper, typist)
    assert "Edited: Send an offer" in shown
    tapped = paper.last(events.Tapped)
    assert (tapped.verb, tapped.edits["body"]) == ("edit", "Short.")


async def test_a_text_that_is_left_as_it_was_is_no_edit(paper: Paper) -> None:
    paper.story()
    assert "Left as it was." in await typed(paper, Typist("edit 1"))
    await typed(paper, Typist("edit 1", "", chosen="approve 1", edits={"body": "Short."}))
    assert set(paper.last(events.Tapped).edits) == {"body"}


async def test_a_card_that_is_decided_opens_no_choices_any_more(paper: Paper) -> None:
    paper.story()
    working(paper)
    typist = Typist("inbox", "approve 1", "", chosen="approve 1")
    await typed(paper, typist)
    assert typist.options == ()
    assert paper.count(events.Tapped) == 1


async def test_giving_up_an_edit_changes_nothing(paper: Paper) -> None:
    paper.story()
    assert "Left as it was." in await typed(paper, Typist("edit 1", edits={"subject": None}))
    assert paper.count(events.Tapped) == 0


async def test_an_option_of_a_question_can_be_chosen(paper: Paper) -> None:
    paper.story()
    paper.ask(options=(events.Option("a1", "The website"),))
    await typed(paper, Typist("show 2", "", chosen="2 a"))
    assert paper.last(events.QuestionReplied).choice == "a1"


async def test_the_numbers_that_wait_are_offered_for_completion(paper: Paper) -> None:
    paper.story()
    typist = Typist()
    await typed(paper, typist)
    assert typist.known == ["1"]


async def test_what_another_process_appends_appears_while_nobody_types(paper: Paper) -> None:
    class Waiting(Typist):
        async def line(self) -> str | None:
            paper.story()
            for _ in range(20):
                await asyncio.sleep(0)
            return None

    typist = Waiting()
    shown = await typed(paper, typist)
    assert "New lead, case 1" in shown
    assert "approve 1" in shown
    assert typist.known == ["1"]


async def test_a_card_that_came_as_a_notice_counts_as_seen(paper: Paper) -> None:
    class Waiting(Typist):
        async def line(self) -> str | None:
            if not paper.facts:
                paper.story()
            for _ in range(20):
                await asyncio.sleep(0)
            return await super().line()

    await typed(paper, Waiting("approve 1"))
    assert paper.count(events.Tapped) == 1


async def test_progress_is_shown_and_is_no_fact(paper: Paper) -> None:
    out = Console(width=100, no_color=True, file=io.StringIO())
    chat = ConsoleChat(paper, Typist(), out, UTC)
    await chat.progress(Progress(case="lead-1", text="drafting"))
    assert isinstance(out.file, io.StringIO)
    assert "… drafting" in out.file.getvalue()
    assert paper.facts == []


# --- the prompt itself ---------------------------------------------------------------------------


@pytest.fixture
def keys() -> Any:
    with create_pipe_input() as source, create_app_session(source, DummyOutput()):
        yield source


async def test_a_typed_line_is_read_and_the_end_of_input_ends(keys: PipeInput) -> None:
    lines = TerminalLines()
    keys.send_text("inbox\r")
    assert await lines.line() == "inbox"
    keys.send_text("\x04")
    assert await lines.line() is None


async def test_an_interrupt_drops_the_line_and_leaves_where_there_is_none(keys: PipeInput) -> None:
    keys.send_text("appro\x03inbox\r")
    assert await TerminalLines().line() == "inbox"
    keys.send_text("\x03")
    assert await TerminalLines().line() is None


async def test_arrow_keys_choose_and_escape_chooses_nothing(keys: PipeInput) -> None:
    options = [("approve 1", "Approve"), ("reject 1 WHY", "Reject")]
    keys.send_text("\x1b[B\r")
    assert await TerminalLines().choose("Card 1", options) == "approve 1"
    keys.send_text("\x1b[B\x1b[B\r")
    assert await TerminalLines().choose("Card 1", options) == "reject 1 WHY"
    keys.send_text("\x03")
    assert await TerminalLines().choose("Card 1", options) == ""


async def test_a_hasty_second_enter_decides_nothing(keys: PipeInput) -> None:
    keys.send_text("\r")
    assert await TerminalLines().choose("Card 1", [("approve 1", "Approve")]) == ""


async def test_a_text_is_edited_in_place_or_left(keys: PipeInput) -> None:
    keys.send_text(" Ada\r")
    assert await TerminalLines().edit("subject", "Dear") == "Dear Ada"
    keys.send_text("\x1b\r")
    assert await TerminalLines().edit("body", "one\ntwo") == "one\ntwo"
    keys.send_text("\x03")
    assert await TerminalLines().edit("subject", "Dear") is None


def test_tab_completes_commands_and_then_numbers() -> None:
    words = Words()
    words.known = ("3", "4")

    def offered(text: str) -> list[str]:
        return [each.text for each in words.get_completions(Document(text), CompleteEvent())]

    assert offered("re") == ["reject", "report", "replay", "retry", "resume", "revoke", "remember"]
    assert offered("approve ") == ["3", "4"]
    assert offered("status ") == []
    assert offered("") == []
