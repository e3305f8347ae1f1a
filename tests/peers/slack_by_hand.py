"""Be a person in the Slack of the tests, at a terminal: `python tests/peers/slack_by_hand.py`.

It prints the settings with which `coo run` connects to it, then takes a line at a time: `/coo …`
is a command, `tap N LABEL` uses a button of message N, `fill LABEL=TEXT; …` sends the open form,
`home` and `tap home LABEL` are the home tab, `see` shows everything, `drop` cuts the connection,
`quit` ends. Anything else is written as a message.
"""

from __future__ import annotations

import asyncio
import sys

from slack_person import Person
from slack_server import SlackServer, slack_server


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def show(person: Person) -> None:
    """The conversation, and the form on top of it."""
    for n, seen in enumerate(person.sees()):
        mark = "  ↳ " if seen.thread else ""
        say(f"--- {n}\n{mark}{seen}")
    if person.modal:
        say(f"=== form\n{person.modal}\n{person.modal.fields}")
    for warning in person.warnings:
        say(f"!!! {warning}")


async def act(slack: SlackServer, person: Person, line: str) -> None:
    """Do what one line says."""
    match line.split(" ", 2):
        case ["see"]:
            return
        case ["drop"]:
            slack.sockets.drop()
        case ["home"]:
            await person.opens_home()
            home = await slack.until(lambda: person.id in slack.world.homes and person.home())
            say(f"=== home\n{home}")
        case ["tap", "home", label]:
            await person.taps_home(label)
        case ["tap", number, label] if number.isdecimal():
            await person.taps(person.sees()[int(number)], label)
        case ["fill", *rest]:
            pairs = (pair.partition("=") for pair in " ".join(rest).split(";"))
            await person.submits({name.strip(): text.strip() for name, _, text in pairs})
        case _ if line.startswith("/"):
            await person.types_command(line)
        case _:
            await person.writes(line)


async def main() -> None:
    async with slack_server() as slack:
        person = slack.person(sys.argv[1] if len(sys.argv) > 1 else "nora")
        say(f"export COO_SLACK_API={slack.api}")
        say(f"export COO_SLACK_BOT_TOKEN={slack.bot_token}")
        say(f"export COO_SLACK_APP_TOKEN={slack.app_token}")
        while (line := (await asyncio.to_thread(sys.stdin.readline)).strip()) != "quit":
            try:
                if line:
                    await act(slack, person, line)
            except (AssertionError, IndexError, KeyError) as error:
                say(f"??? {error}")
            await asyncio.sleep(1)  # time for the app to answer
            show(person)


if __name__ == "__main__":
    asyncio.run(main())
