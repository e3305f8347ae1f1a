"""`coo slack …`: what it takes to make the Slack app."""

from __future__ import annotations

from typing import Annotated

import typer

from bot import texts
from bot.channel import Reply
from bot.console.render import put
from bot.console.screen import screen
from bot.settings import Settings

slack = typer.Typer(help="Make the Slack app that Coo speaks through.", no_args_is_help=True)


@slack.callback()
def _slack() -> None:
    """Make the Slack app that Coo speaks through."""


@slack.command()
def manifest(
    as_yaml: Annotated[bool, typer.Option("--yaml", help="YAML instead of JSON.")] = False,
    link: Annotated[
        bool, typer.Option("--link", help="A link that opens Slack with all of it filled in.")
    ] = False,
    http: Annotated[
        bool, typer.Option("--http", help="Over HTTP to COO_PUBLIC_URL, not by Socket Mode.")
    ] = False,
) -> None:
    """Print what Slack has to know of the app, to paste into "Create app from a manifest"."""
    from bot.slack import manifest as made  # noqa: PLC0415 - Slack's library takes its time to load

    url = Settings.from_env().public_url if http else ""
    if http and not url:
        put(screen(stderr=True), Reply(lines=texts.SLACK_NO_PUBLIC_URL.put(), trouble=True))
        raise typer.Exit(2)
    found = made.manifest(url)
    form = made.as_link if link else made.as_yaml if as_yaml else made.as_json
    typer.echo(form(found))
    put(screen(stderr=True), Reply(hints=texts.SLACK_OPEN if link else texts.SLACK_NEXT))
