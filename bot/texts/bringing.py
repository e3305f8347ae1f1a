"""What people read about what they bring along."""

from __future__ import annotations

from typing import Final

from bot.texts.trouble import Trouble

BRING_NOTHING: Final = "Nothing was brought along: every row must be right first."
BRING_WRONG: Final = "  {where}: {what} {remedy}"
BRING_MORE: Final = "  … and {count} more."
BRING_CONTACTS: Final = "Brought along: {contacts}, {invoices}."
BRING_KNOWN: Final = "{known} were there already and stay as they are."
BRING_PAID: Final = "{paid} left out, since nothing is owed on them."
BRING_MAILS: Final = "{mails} of your own read{others}."
BRING_OTHERS: Final = "; {count} by others, by machines or to several people were left alone"
BRING_GREETING: Final = "  {language}: {count} of {mails} begin “{greeting}”."
BRING_SIGN_OFF: Final = "  {language}: {count} of {mails} end “{sign_off}”."
BRING_FORMS: Final = "  {language}: {familiar} say {du}, {formal} say {sie}."
BRING_NO_HABIT: Final = "  {language}: no greeting or sign-off often enough to be a habit."
BRING_CONTACT_FORMS: Final = "The form of address was noted for {count}; `memory NAME` shows it."
BRING_CONTINUES: Final = (
    "Your highest invoice number is {last}: the next goes on after it, and I show it to you before "
    "I give it. `numbers` shows it, `numbers invoice …` sets another."
)
BRING_AGAIN: Final = "All of it was there already. Nothing was added."
INIT_WITHOUT_FROM: Final = Trouble(
    "`init` was given {path}, and does not know what for.", "Say `coo init --from {path}`."
)
