"""What role each command takes. The same is asked again where it counts, see `graph/`."""

from __future__ import annotations

from typing import Final

from bot import texts
from bot.channel import Reply
from bot.commands import words
from bot.commands.answers import trouble
from bot.office.port import Office
from ledger.domain.pairing import Role

_VIEWER: Final = (
    words.Nothing,
    words.Quit,
    words.Unknown,
    words.Help,
    words.Inbox,
    words.Show,
    words.Status,
    words.Failures,
    words.Books,
    words.Digest,
    words.ShowContact,
    words.ShowInvoice,
    words.OpenInvoices,
    words.Audit,
    words.Why,
    words.ShowContext,
    words.AsOf,
    words.Devices,
    words.More,
    words.Timeline,
    words.Report,
    words.ShowHome,
    words.MemoryStatus,
    words.Promises,
    words.NoAction,
    words.Documents,
    words.ShowDocument,
    words.Memory,
)
_APPROVER: Final = (
    words.Approve,
    words.Reject,
    words.Edit,
    words.Later,
    words.DidIt,
    words.Hold,
    words.Tell,
    words.Say,
    words.Numbered,
    words.Halt,
    words.Watch,
    words.Retry,
    words.Undo,
    words.Assign,
    words.Match,
    words.Expense,
    words.Expenses,
    words.Unmatch,
    words.Lead,
    words.Attach,
    words.Promise,
    words.OwnDeed,
    words.Settle,
    words.Remember,
    words.Enter,
    words.Correct,
    words.Forget,
)


def needed(intent: words.Intention) -> Role:
    """The least role that may say this. What is in no list is the owner's."""
    match intent:
        case words.ContinueNumbers(book=""):
            return Role.VIEWER
        case words.Replay(policy="", model="") | words.Verify(anchors=""):
            return Role.VIEWER
        case _ if isinstance(intent, _VIEWER):
            return Role.VIEWER
        case _ if isinstance(intent, _APPROVER):
            return Role.APPROVER
        case _:
            return Role.OWNER


async def barred(office: Office, intent: words.Intention) -> Reply | None:
    """The answer to whoever may not say this, or None."""
    return await barred_below(office, needed(intent))


async def barred_below(office: Office, least: Role) -> Reply | None:
    """The answer to whoever has less than this role, or None."""
    if not office.identity and least is Role.VIEWER:
        return None  # nothing to look up for whoever sits at the machine and looks
    role = await office.role()
    if role is not None and role.may(least):
        return None
    if role is None:
        return trouble(texts.ROLE_NONE)
    return trouble(texts.ROLE_TOO_LITTLE, role=role, needed=least)
