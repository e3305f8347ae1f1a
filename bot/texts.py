"""All wording that people read. A `Trouble` always says what to do about it; a test checks."""

from __future__ import annotations

from typing import Final

from msgspec import Struct


class Trouble(Struct, frozen=True):
    """Something is not right. Both texts may hold `{name}` places, filled by `put`."""

    cause: str
    remedy: str

    def put(self, **values: object) -> tuple[str, str]:
        """(cause, remedy), filled in."""
        return self.cause.format(**values), self.remedy.format(**values)


# --- settings --------------------------------------------------------------------------------

SETTING_NOT_SECONDS: Final = Trouble(
    "{name} is {value!r}, which is no number of seconds between 0 and 600.",
    "Set it to a number such as 30, or unset it.",
)
SETTING_NOT_URL: Final = Trouble(
    "{name} is no web address.",
    "Set it to something like http://localhost:11434/v1, or unset it.",
)
SETTING_NO_PRICE: Final = Trouble(
    "{name} has {part!r}, which is no model with its two prices.",
    "Write NAME=READ/WRITTEN in USD for a million tokens, such as gpt-5-mini=0.25/2.",
)
SETTING_IN_CLEAR: Final = Trouble(
    "{name} would send your customers' words and your key in the clear to {host!r}.",
    "Use https, or http only for this machine or a private network.",
)
SETTING_URL_SECRET: Final = Trouble(
    "{name} carries a user name, a password or a query.",
    "Give the bare address, and the key in OPENAI_API_KEY.",
)

# --- the data folder ------------------------------------------------------------------------

FOLDER_IS_FILE: Final = Trouble(
    "{path} is no folder.", "Name a folder, with --data or COO_DATA; `coo init` makes it."
)
FOLDER_SHUT: Final = Trouble(
    "The data folder {path} cannot be written to.",
    "Give yourself the right to write there, or name another with --data or COO_DATA.",
)

# --- company.yaml ----------------------------------------------------------------------------

YAML_BROKEN: Final = Trouble(
    "this is no valid YAML: {reason}.", "Mend that line; `coo init` shows what a good file is."
)
YAML_NO_MAPPING: Final = Trouble(
    "the file holds no `key: value` lines.", "Run `coo init` to write a complete file."
)
YAML_MISSING: Final = Trouble("{path} is missing.", "Add a line `{key}: …` there.")
YAML_NO_TEXT: Final = Trouble("{path} is no text.", "Put the value in quotes.")
YAML_NO_TEXTS: Final = Trouble(
    "{path} is no list of texts.", 'Write it as `{key}: ["one", "two"]`.'
)
YAML_NO_WHOLE: Final = Trouble(
    "{path} is no whole number from {low} to {high}.", "Write digits only, without quotes."
)
YAML_NO_BOOL: Final = Trouble("{path} is neither true nor false.", "Write true or false.")
YAML_NO_CHOICE: Final = Trouble("{path} is {value!r}, which is no choice.", "Choose: {allowed}.")
YAML_NO_SECTION: Final = Trouble(
    "{path} has no `key: value` lines below it.", "Indent them by two spaces below `{key}:`."
)
YAML_NO_SECTIONS: Final = Trouble(
    "{path} is no list of entries.", "Begin each entry with `- id: …` below `{key}:`."
)
YAML_UNKNOWN_KEY: Final = Trouble("{path} is no key that Coo knows.", "Did you mean {offer}?")
YAML_FLOAT: Final = Trouble(
    "{path} is {value}, which a computer does not keep exactly.",
    'Put it in quotes, with all its digits: `{key}: "2400.00"`.',
)
YAML_INEXACT: Final = Trouble(
    "{path} cannot be read exactly: {reason}.", 'Write it in quotes, like `{key}: "2400.00"`.'
)

COMPANY_MISSING: Final = Trouble(
    "There is no {path}.",
    "Run `coo init --data {folder}` to write one, with `--defaults` to try Coo out.",
)
COMPANY_NO_UTF8: Final = "it is no text in UTF-8"
COMPANY_UNREADABLE: Final = Trouble(
    "{path} cannot be read: {why}.", "Make it a UTF-8 text file that you may read."
)
COMPANY_EXISTS: Final = Trouble(
    "There is already a {path}; it was left as it is.",
    "Edit it, or run `coo init --force`, which keeps the old one beside it.",
)
COMPANY_NOT_WRITTEN: Final = Trouble(
    "{path} could not be written: {why}.",
    "Name a folder that you may write to, with --data or COO_DATA.",
)
COMPANY_BAD_ID: Final = Trouble(
    "{path} is {value!r}, which is no id.", "Use small letters, digits and hyphens: studio-nord."
)
COMPANY_BAD_CURRENCY: Final = Trouble(
    "{path} is {value!r}, which is no ISO 4217 currency.", "Use a code such as EUR, CHF or USD."
)
COMPANY_BAD_COUNTRY: Final = Trouble(
    "{path} is {value!r}, which is no country code.", "Use two letters such as DE, FR or US."
)
COMPANY_BAD_MAIL: Final = Trouble(
    "{path} is {value!r}, which is no mail address.", "Write it bare: nora@studio-nord.example."
)
COMPANY_NO_EXEMPT_NOTE: Final = Trouble(
    "{path} is true, but tax.exempt_note is empty.",
    "Write the sentence your invoices must carry, in `exempt_note`.",
)
COMPANY_BAD_IBAN: Final = Trouble(
    "{path} is {value!r}, and its check digits are wrong.", "Copy it again from your bank."
)
COMPANY_TWICE: Final = Trouble(
    "{path} is {value!r}, which another item already has.", "Give each item an id of its own."
)
COMPANY_FLOOR_ABOVE: Final = Trouble(
    "{path} is higher than the price.", "Lower the floor, or raise the price."
)
COMPANY_NOT_POSITIVE: Final = Trouble("{path} is not above zero.", "Write a positive amount.")
COMPANY_BAD_FORMAT: Final = Trouble(
    "{path} does not work: {reason}.", 'Use "{{year}}-{{number:04d}}" or a variation of it.'
)

# --- coo init --------------------------------------------------------------------------------

ASK_NAME: Final = "What is your company called?"
ASK_OPERATOR: Final = "And you?"
ASK_MAIL: Final = "At which address do customers write to you?"
ASK_COUNTRY: Final = "In which country (two letters)?"
ASK_CURRENCY: Final = "In which currency do you bill?"
ASK_TAX: Final = "VAT in percent, or `none` for a small business?"
ASK_IBAN: Final = "To which IBAN shall customers pay?"
ASK_DISCOUNT: Final = "How many percent may an offer lie below your list price at most?"
ASK_ALONE: Final = "May Coo answer a counter-offer alone within these limits (yes or no)?"
ASK_FIRST_ITEM: Final = "What do you sell? One thing at a time (empty: an example price list)"
ASK_NEXT_ITEM: Final = "What else (empty: that is all)?"
ASK_PRICE: Final = "Net price of {title}?"
ASK_FLOOR: Final = "The lowest net price you would ever take?"
ASK_WORDS: Final = "Which words do customers use for it, separated by commas?"
ASK_AGAIN: Final = "That does not work: {reason}. Once more:"

INIT_LEFT: Final = Trouble(
    "You left before the last question, so nothing was written.",
    "Start again, or run `coo init --defaults`, which asks nothing.",
)

EXEMPT_NOTE: Final = "No VAT is charged (small business)."
EXEMPT_NOTES: Final = {
    "DE": "Gemäß § 19 UStG wird keine Umsatzsteuer berechnet.",
    "AT": "Umsatzsteuerfrei aufgrund der Kleinunternehmerregelung (§ 6 Abs. 1 Z 27 UStG).",
    "FR": "TVA non applicable, art. 293 B du CGI.",
}

# --- cards -----------------------------------------------------------------------------------

ROW_WHAT: Final = "What"
ROW_TO: Final = "To"
ROW_AMOUNT: Final = "Amount"
ROW_LINES: Final = "Lines"
ROW_DATES: Final = "Dates"
ROW_ASKS: Final = "Asks because"
ROW_RISK: Final = "Risk"
ROW_SOURCES: Final = "Values from"
ROW_ADVICE: Final = "Coo advises"
ROW_NOTHING: Final = "If not"
ROW_UNTIL: Final = "Until"
ROW_SUBJECT: Final = "Subject"
ROW_DOCUMENTS: Final = "Attached"
ROW_THREAD: Final = "Thread"
ROW_CHECKS: Final = "Only if"
ROW_EDITED: Final = "Edited"
ROW_DECIDED: Final = "Decided"
ROW_OUTCOME: Final = "Came of it"
ROW_PROOF: Final = "Proof"
ROW_UNASKED: Final = "Not asked"
ROW_WHY: Final = "Asks because"
ROW_CASE: Final = "Case"
ROW_ANSWER: Final = "Answer"
ROW_CAUSE: Final = "Cause"
ROW_EVIDENCE: Final = "Evidence"
ROW_NOT_DONE: Final = "Not done"
ROW_OWNER: Final = "Where"
ROW_REMEDY: Final = "What to do"

SEND_PROPOSAL: Final = "Send an offer to {who}"
SEND_REPLY: Final = "Answer {who}"
SEND_INVOICE: Final = "Send an invoice to {who}"
ISSUE_INVOICE: Final = "Issue an invoice to {who}"
WHAT_PROPOSAL: Final = "Mail offer {proposal}, version {version}"
WHAT_REPLY: Final = "Mail an answer: {purpose}"
WHAT_INVOICE: Final = "Mail invoice {number} ({invoice})"
WHAT_ISSUE: Final = "Take the next invoice number for offer {proposal}, version {version}"
NOBODY_KNOWN: Final = "somebody unknown"
TO_STRANGER: Final = "! This contact is not in your address book."
TO_OTHER_ADDRESS: Final = "! Your address book has another address for them: {address}"
TO_FIRST: Final = "The first mail to them."
GROSS: Final = "{amount} gross"
NET: Final = "{amount} net"
TAX_LINE: Final = "{amount} tax at {rate} %"
LESS: Final = "less {percent} %"
LINE_TAX: Final = "{rate} % tax [{item}]"
LINES_DIFFER: Final = "! The lines add up to {amount}."
LINES_MIXED: Final = "! The lines are not all in the currency of the total."
DATES: Final = "Service on {service}, payable within {days}"
IN_REPLY_TO: Final = "answers {mail}"
REFERS_TO: Final = "refers to {mails}"
NO_MAIL: Final = "no mail"

CHECK_UNPAID: Final = "invoice {invoice} is still unpaid"
CHECK_NOT_ISSUED: Final = "there is no invoice for offer {proposal} yet"
CHECK_OPEN: Final = "offer {proposal} is still open at version {version}"
CHECK_ACCEPTED: Final = "offer {proposal} is accepted at version {version}"
CHECK_NO_FACT: Final = "no new message came in {case} since its step {version}"

TRUST_OPERATOR: Final = "yours"
TRUST_VERIFIED: Final = "checked"
TRUST_UNTRUSTED: Final = "! unchecked"
SOURCE_MAIL: Final = "mail from {sender}"
SOURCE_PAYMENT: Final = "payment"
SOURCE_SAID: Final = "what you said"
SOURCE_TAP: Final = "what you decided"
SOURCE_ANSWER: Final = "what you answered"
SOURCE_COMPANY: Final = "company.yaml"
SOURCE_CONTACT: Final = "address book"
SOURCE_PROPOSAL: Final = "the offer"
SOURCE_ACCEPTANCE: Final = "the acceptance"
SOURCE_INVOICE: Final = "the issued invoice"
SOURCE_UNDERSTOOD: Final = "what was read out of the mail"
SOURCE_CASE: Final = "the case's beginning"
SOURCE_ROUTED: Final = "what came in"
MORE_SOURCES: Final = "and {number} more"
SOMEBODY_ERASED: Final = "an erased person"

ASKS_BY_DEFAULT: Final = "No rule allows it, and then you decide."
POLICY: Final = "rules {policy}"
EFFECTS: Final = {"ask": "asks", "allow": "allows", "deny": "forbids"}
RISKS: Final = {
    "reversible": "It can be taken back.",
    "compensable": "It can be made good, not undone.",
    "irreversible": "It cannot be taken back.",
}
NOTHING_HAPPENS: Final = "Nothing happens; it waits."
EXPIRES: Final = "{when} (in {left}), then it pauses; that is no refusal"
POSTPONED: Final = "put off until {when}"
BOUND_TO: Final = "Approving runs exactly these bytes: {sha}…"
YOUR_EDIT: Final = "your edit"
PREVIEW: Final = "Edited: {title}"
QUESTION: Final = "Coo asks"
ASKED: Final = "asked {when}"
READ_ALL: Final = "`audit {case}` shows all of it"
ANSWER_FREELY: Final = "Or in your own words: {number} …"
SINCE: Final = "since {when}"
SEEN: Final = ", seen {number} times"
CLEARED: Final = " (over)"
ERASED: Final = "Its text was erased with the person it concerned."

VERB_APPROVE: Final = "Approve"
VERB_EDIT: Final = "Edit"
VERB_REJECT: Final = "Reject"
VERB_TELL: Final = "Tell me how"
VERB_LATER: Final = "Later"
VERB_DID_IT: Final = "I did it myself"
VERB_SEND_EDIT: Final = "Send exactly this"
VERB_EDIT_AGAIN: Final = "Edit again"
VERB_DROP: Final = "Back to the original"
VERB_RETRY: Final = "Try again"

DECISIONS: Final = {
    "approved": "approved",
    "rejected": "rejected",
    "superseded": "no longer counts",
    "expired": "expired undecided, so it is paused, not refused",
    "done by operator": "done by hand",
}
UNDECIDED: Final = "not decided yet"
BY_WHOM: Final = " by {who}"
AT_WHEN: Final = ", {when}"

STATUS: Final = {
    "proposed": "Proposed; no rule has decided yet.",
    "asking": "It waits for a person.",
    "allowed": "It may run and is about to.",
    "denied": "A rule forbids it; it will not run.",
    "rejected": "Refused; it will not run.",
    "superseded": "Replaced; it will not run.",
    "expired": "Paused: nobody decided in time.",
    "done by operator": "Done by hand; Coo will not do it again.",
    "withheld": "Held back; it has not run.",
    "attempted": "Begun; there is no receipt yet.",
    "succeeded": "Done.",
    "failed": "It did not happen.",
    "unknown": "Nobody knows whether it happened.",
}
NO_RECEIPT: Final = "It is recorded as done, but the receipt was erased."
DONE_MAIL: Final = "Sent to {to}"
DONE_INVOICE: Final = "Invoice {reference} issued to {to}"
DONE_ERASED: Final = "Done ({reference})"
RECEIPT: Final = "receipt {reference} from {provider}"
AT_PLACE: Final = ", at {place}"

# --- commands --------------------------------------------------------------------------------


class CommandText(Struct, frozen=True):
    """One command as `help` shows it; docs/commands.md lists every one, a test compares."""

    name: str
    usage: str
    does: str


COMMANDS: Final = (
    CommandText("inbox", "inbox", "What waits for you."),
    CommandText("show", "show 3", "A card with its full text."),
    CommandText("approve", "approve 3", "Let exactly the shown bytes run, once."),
    CommandText("edit", "edit 3 [subject|body TEXT]", "Change a text, and see the exact preview."),
    CommandText("reject", "reject 3 WHY", "Refuse it; Coo learns from the reason."),
    CommandText("tell", "tell 3 HOW", "Say how you want a card or a case instead."),
    CommandText("later", "later 3 [tomorrow]", "Put a card off."),
    CommandText("did-it", "did-it 3", "You did it yourself; Coo must not do it again."),
    CommandText("say", "say TEXT", "Say something to Coo, whatever its first word."),
    CommandText("status", "status [CASE|NAME]", "How things stand, or how one case stands."),
    CommandText("audit", "audit CASE", "The whole chain of a case, from first mail to proof."),
    CommandText("why", "why [not] [3|CASE [step 7]]", "One step in plain words, or one not taken."),
    CommandText("replay", "replay CASE", "Run a case again from the records; touches nothing."),
    CommandText("failures", "failures", "What is broken now."),
    CommandText("retry", "retry 3|CASE|ID", "Try again what failed or was held back."),
    CommandText("stop", "stop [CASE|NAME]", "Halt every effect at once, or only theirs."),
    CommandText("resume", "resume [CASE|NAME]", "Lift a stop."),
    CommandText("help", "help [COMMAND]", "This list, or more about one command."),
    CommandText("quit", "quit", "Leave; Coo goes on where it runs."),
)

MORE_HELP: Final = {
    "inbox": "Up to three cards are shown whole, more as a list; `show 3` opens one.",
    "show": "A thing is a number, an id, a name or the beginning of a subject: `show ada`.",
    "approve": (
        "An approval counts for the bytes you saw here. A card you have not seen yet is shown "
        "first; say `approve` again to let it run. After `edit`, it sends the preview."
    ),
    "edit": (
        "`edit 3` opens the text; `edit 3 subject New subject` changes it in one line (\\n begins "
        "a new line). The preview is then exactly what `approve 3` sends."
    ),
    "reject": "The reason is asked for where you leave it out.",
    "tell": "`tell 3 friendlier, please` or `tell ada we start in March`.",
    "later": "`later 3`, `later 3 tomorrow`; nothing is decided meanwhile.",
    "did-it": "The action is closed as done by you.",
    "say": "Text that begins with no command is taken as said to Coo anyway.",
    "status": "`status ada` and `status 2` show one case.",
    "audit": "Steps are numbered; `why CASE step 7` explains one.",
    "why": "`why 3` a card, `why ada` her newest step, `why not 3` or `why not discount`.",
    "replay": "The records are replayed on today's code; a difference is named.",
    "failures": "Each is listed once, with its cause, what was not done, and what to do.",
    "retry": "A number is that card's action. What might have happened is looked up first.",
    "stop": "`stop` alone halts all, bypassing the planner. `stop ada because …` gives a reason.",
    "resume": "`resume` lifts the stop of everything; name a case or a person for theirs.",
    "help": "Or just write what you want.",
    "quit": "What waits for you keeps waiting.",
}

HELP_TITLE: Final = "What you can say"
HELP_FREE: Final = "Anything else is said to Coo. `4 yes` answers question 4."

NOTHING_SAID: Final = "Say `inbox` to see what waits, or `help`."
DID_YOU_MEAN: Final = Trouble("There is no command {word!r}.", "Did you mean {near}?")
NO_SUCH_COMMAND: Final = Trouble("There is no command {word!r}.", "`help` lists them all.")
NOT_FOUND: Final = Trouble(
    "I know nothing called {said!r} here.",
    "Use a number, an id, a name or a subject; if you only meant to tell me: `say …`.",
)
AMBIGUOUS: Final = Trouble("{said!r} could be several things.", "Name one of these:")
WHICH: Final = Trouble("Which one?", "Name one of these:")
NOTHING_WAITS: Final = Trouble("Nothing waits for you.", "`status` shows what is going on.")
NOTHING_BROKEN_TO_RETRY: Final = Trouble(
    "Nothing is broken or held back under {said!r}.", "`failures` lists what is."
)
NO_CASES: Final = Trouble("There is no case yet.", "Put a mail in with `coo ingest FILE`.")
NEEDS_TEXT: Final = Trouble("There is no text in it.", "Write `{usage}`.")
NOT_EDITABLE: Final = Trouble(
    "{field!r} cannot be edited here; editable: {fields}.",
    "Write `edit {number} {first} NEW TEXT`, or `tell {number} HOW`.",
)
NOTHING_EDITABLE: Final = Trouble(
    "Nothing in it can be edited by hand.", "Write `tell {number} HOW you want it`."
)
NOT_SEEN: Final = "You have not seen this one here yet. Nothing was sent."
APPROVE_AGAIN: Final = "Say `approve {number}` to let exactly this run."
PREVIEW_HINT: Final = (
    "Say `approve {number}` to send exactly this, `edit {number}` to go on, "
    "`show {number}` to drop the change."
)
ALREADY: Final = "Card {number} is decided already: {decided}. Nothing was done now."
RENEWED: Final = "Card {number} had expired, so nothing was done. It is looked at afresh now."
NOW_WAITS: Final = "In this case now waits: {cards}."
NOTHING_ELSE: Final = (
    "`status {case}` shows how its case stands; `tell {case} HOW` goes on with it."
)
ERASED_CARD: Final = Trouble(
    "The text of this card was erased with the person it concerned.",
    "It cannot run any more; reject it with `reject {number} erased`.",
)
GONE_ACTION: Final = Trouble(
    "The action behind this card is not in the read tables.", "Run `coo doctor`."
)

NOTED: Final = {
    "approve": "Your yes is recorded: {title}",
    "edit": "Your yes to the edited text is recorded: {title}",
    "reject": "Your no is recorded: {title}",
    "instruct": "Your wish is recorded: {title}",
    "later": "Put off: {title}",
    "did_it": "Recorded as done by you: {title}",
}
SAID: Final = "Noted."
SAID_ABOUT: Final = "Noted, about {label}."
ANSWERED: Final = "Taken as the answer to {number}: {answer}"
ANSWER_OVER: Final = Trouble(
    "Question {number} is {status} already.", "To add something, write `say …`."
)
NOBODY_WORKS: Final = (
    "It is recorded, but nobody works on this folder now: start `coo run` (or `coo chat`)."
)
STOP_HOLDS: Final = "A stop is in force, so it is held back until `resume{which}`."
ASK_REASON: Final = "Why not?"
ASK_HOW: Final = "How do you want it?"
REASON_HINT: Final = "Nothing was rejected yet. Give the reason: `reject {number} too cheap`."
HOW_HINT: Final = "Say how: `tell {number} shorter, please`."

INBOX_TITLE: Final = "{number} for you"
INBOX_EMPTY: Final = "Nothing waits for you."
INBOX_OPEN: Final = "`show 3` opens one."
INBOX_LATER: Final = "Put off: {labels}"
INBOX_PAUSED: Final = (
    "Paused, nobody decided in time: card {number}, {title}. `approve {number}` looks at it afresh."
)
COLUMNS_INBOX: Final = ("", "What", "How much", "Until")
COLUMNS_CASES: Final = ("", "Case", "With", "Stands", "Changed")
COLUMNS_HELP: Final = ("Say", "To")
COLUMNS_AUDIT: Final = ("Step", "When", "What happened")

STATUS_TITLE: Final = "{company}"
STATUS_CLEAR: Final = "All is quiet."
STATUS_FOR_YOU: Final = "For you: {cards}, {questions}. `inbox` shows them."
STATUS_BROKEN: Final = "Broken: {failures}. `failures` shows them."
STATUS_STOPPED: Final = "STOPPED: {what}, by {who} {when}{why}. `resume{which}` lifts it."
STATUS_EVERYTHING: Final = "everything"
STOPPED_CASE: Final = "case {number}, {title}"
STOPPED_CONTACT: Final = "everything to {name}"
STATUS_NOBODY: Final = "Nobody works on this folder now. `coo run` does."
STATUS_HELD: Final = "Held back: {actions}. `status CASE` says why."
STATUS_WORKER: Final = "At work: {who}."
STATUS_RULES: Final = "Rules in force: {policy}."
STATUS_REFUSED: Final = "Rules refused: {what}."
STATUS_ASKED: Final = "Question {number}: {text}"
STATUS_CARD: Final = "Card {number}: {title}, until {until}"
STATUS_ALARM: Final = "Waits for {when}: {purpose}"
STATUS_OFFER: Final = "Offer {number}, version {version}: {amount}, {status}"
STATUS_INVOICE: Final = "Invoice {number}: {amount}, {status}, {open} open, due {due}"
STATUS_ACTION: Final = "{name}: {status}{proof}"

FAILURES_TITLE: Final = "{number} broken"
FAILURES_NONE: Final = "Nothing is broken."
COLUMNS_FAILURES: Final = ("What", "Cause", "Since", "Times", "Try again")

STOPPED_ALL: Final = "Stopped. Nothing leaves any more until you say `resume`."
STOPPED_ONE: Final = "Stopped for {label}. Nothing of theirs leaves until `resume {target}`."
NOT_STOPPED: Final = "Nothing was stopped."
STOP_ALL_HINT: Final = "`stop` alone halts everything."
RESUMED_ALL: Final = "The stop of everything is lifted; what was held back is checked afresh."
RESUMED_ONE: Final = "The stop is lifted for {label}."
STILL_STOPPED: Final = "Still stopped: {what}. `resume{which}` lifts it."
NOT_IN_FORCE: Final = Trouble("No such stop is in force.", "`status` lists the stops in force.")
RETRIED: Final = "Trying again: {what}"

REPLAY_SAME: Final = "Replay of {case} is identical: {deliveries} over {facts}{time}."
REPLAY_DIFFERS: Final = "Replay of {case} differs in {number}."
REPLAY_TIME: Final = " in {ms} ms"
BYE: Final = "Bye. What waits for you keeps waiting."

COMMAND_WORDS: Final = {
    "SendProposal": "Send an offer",
    "SendReply": "Answer",
    "SendInvoice": "Send an invoice",
    "IssueInvoice": "Issue an invoice",
}

# --- audit and why ---------------------------------------------------------------------------

AUDIT_HINT: Final = "`why {case} step 7` says all of a step, `why not {case}` what was left out."
COST: Final = "{facts}; {effects} with receipt; {cards}, {questions}; model: {model}."
NO_MODEL: Final = "not used"
CALLS_FAILED: Final = " ({number} failed)"
ERASED_ENTRY: Final = "(personal texts erased)"

CAME_IN: Final = {
    "mail": "Mail came in",
    "payment": "Payment",
    "said": "You said",
    "tap": "You decided",
    "answer": "You answered",
    "stop": "Stop ordered",
    "resume": "Resume ordered",
    "retry": "Retry ordered",
    "alarm": "An alarm rang",
    "unknown": "Something came in that is no longer on record",
}
FROM_WHOM: Final = " from {who}"
ROUTED: Final = "belongs here by: {why}"
OTHER_SENDER: Final = " (! from another address than this case's contact)"
CAME_AT: Final = "arrived {when}"
NEW_CONTACT: Final = "Somebody new: {name} ({contact})"
KNOWN_CONTACT: Final = "A known contact, {contact}, recognised by {how}"
UNDERSTOOD: Final = "Understood as {intent} in {language}, read by {by}"
UNSURE: Final = "! unsure about: {what}"
REMEMBERED: Final = "Remembered {number}"
REMEMBERED_NOTHING: Final = "Remembered nothing that fits"
TODAY: Final = "today"
DEGRADED: Final = "! memory was incomplete: {what}"
PLANNED: Final = "Planned by {planner}: {goal}"
STEP_LEFT_OUT: Final = "not: {what}, because {why}"
REMARK: Final = "{planner} says: {remark}"
FELL_BACK: Final = "{part}: {wanted} gave nothing usable, so {used} took over"
PARTS: Final = {
    "extract": "Reading the mail",
    "plan": "Planning",
    "draft": "Writing the mail",
}
"""What a model does here, by the name of the part."""
TIERS: Final = {
    "main": "the main model",
    "cheap": "the cheaper model",
    "playbook": "the playbook",
}
DRAFTED: Final = "Offer {number}, version {version}: {total} gross"
DRAFT_DISCOUNT: Final = "{discount} % off the list"
DRAFT_TERMS: Final = "{discount} % off the list, delivery in {days}, valid until {until}"
ACCEPTED: Final = "The customer accepted version {version}"
DECLINED: Final = "The customer declined version {version}"
PROPOSED: Final = "{name} proposed by {agent}{amount}"
BYTES: Final = "{action}, bytes {sha}…"
TRUSTED: Final = {
    "operator": "from you",
    "verified": "checked",
    "untrusted": "! from unchecked text",
}
REPLACES: Final = "in place of {action}"
VERDICT_ALLOW: Final = "Rules: allowed"
VERDICT_ASK: Final = "Rules: ask a human"
VERDICT_DENY: Final = "Rules: forbidden"
VERDICT_ALLOW_AGAIN: Final = "Rules, again right before the effect: allowed"
VERDICT_ASK_AGAIN: Final = "Rules, again right before the effect: a human decides, and did"
VERDICT_DENY_AGAIN: Final = "Rules, again right before the effect: forbidden"
ASKED_YOU: Final = "You were asked"
ASKED_BYTES: Final = "{approval}, bytes {sha}…, until {until}"
DECIDED: Final = {
    "approved": "Approved",
    "rejected": "Rejected",
    "instructed": "Instructed",
    "postponed": "Put off",
    "done": "Done by hand",
    "superseded": "The approval no longer counts",
    "expired": "Expired undecided; paused",
    "refused": "A tap did not count",
}
DECIDED_BYTES: Final = "exactly the bytes {sha}…"
TAPPED_AT: Final = "tapped {when}"
QUESTION_ASKED: Final = "Coo asked: {text}"
QUESTION_ENDED: Final = "The question ended: {how}"
TRIED: Final = "Try {n} left through {connector} ({how})"
PROVED: Final = "Done: receipt {reference} from {provider}"
RECEIPT_COST: Final = "it cost {amount}"
WENT_WRONG: Final = {
    "failed": "It failed ({what})",
    "unknown": "Nobody knows whether it happened ({what})",
    "withheld": "Held back ({what})",
    "stuck": "The case got stuck ({what})",
    "reported": "Failure reported: {what}",
}
REMEDY: Final = "to do: {remedy}"
RECOVERED: Final = "Works again: {what}"
INVOICED: Final = "Invoice {number} issued on {issued}: {total} gross, due {due}"
PAID: Final = "{amount} matched to invoice {invoice}"
SETTLED: Final = "Invoice {invoice} is paid in full"
CHOSE: Final = "Decision on {topic}: {chosen}, by {by}"
CHOSE_OUTCOME: Final = "outcome: {outcome}"
EVIDENCE: Final = "on the evidence of {facts}"
MODEL_CALL: Final = "{model} for {part}: {tokens} tokens, {ms} ms, cost {cost}"
MODEL_FAILED: Final = "{model} was asked for {part} and gave nothing usable; it cost {cost}"
MODEL_NOT_ASKED: Final = "{model} was not asked for {part}"
NOTED_KINDS: Final = {
    "opened": "Case opened: {text}",
    "closed": "Case closed: {text}",
    "reopened": "Case opened again: {text}",
}
ALARM_SET: Final = "Set an alarm for {when}: {purpose}"
ALARMS: Final = {
    "expire": "then the card expires",
    "offer-expires": "then the offer ends",
    "invoice-due": "then look whether it is paid",
}
TOLD: Final = "You were told: {text}"

BECAUSE_PLAN: Final = "Because the plan was “{goal}”: {why}"
WHY_NOT_TITLE: Final = "Not taken in {label}"
WHY_NOT_ANYTHING: Final = "leaving anything out"
NEVER_CONSIDERED: Final = "There is no record of {what} in {label}: it was never considered."
NOT_TAKEN: Final = {
    "plan": "Left out of the plan: {what}",
    "alternative": "Not chosen: {what}",
    "denied": "Forbidden by the rules: {what}",
    "withheld": "Held back: {what}",
    "refused": "A tap that did not count: {what}",
    "rejected": "You refused: {what}",
    "superseded": "Overtaken by events: {what}",
    "expired": "Nobody decided in time: {what}",
}
NO_STEP: Final = Trouble(
    "There is no step {step!r} in {label}.", "`audit {case}` lists the steps with their numbers."
)

# --- notices ---------------------------------------------------------------------------------

CARD_NUMBER: Final = "Card {number}"
CARD_UNKNOWN: Final = "That card"
SAY_WITHDRAWN: Final = "Question {number} answered itself: {why}"
SAY_APPROVED: Final = "approved by {who}"
SAY_REJECTED: Final = "rejected by {who}"
SAY_DID_IT: Final = "done by hand, says {who}"
SAY_REFUSED: Final = "{card}: the tap{who} did not count, {why}"
SAY_POSTPONED: Final = "{card}: put off until {until}"
SAY_SUPERSEDED: Final = "{card} no longer counts: {why}"
SAY_EXPIRED: Final = "{card} expired undecided. It is paused, not refused; nothing was done."
SAY_DONE: Final = "{action} is done; its receipt was erased."
SAY_WITHHELD: Final = "Held back: {action}. {why}"
SAY_CLEARED: Final = "Works again: {what} {how}"
SAY_STUCK: Final = "Case {case} is stuck: {subscriber} could not go on after {tries}."
SAY_STUCK_RETRY: Final = "The other cases go on. `retry {case}` tries again."
SAY_UNSTUCK: Final = "Case {case} goes on again."
SAY_OPENED: Final = "New {kind}, case {case}"
SAY_CLOSED: Final = "Case {case} is closed: {outcome}"
SAY_MATCHED: Final = "{amount} is booked on invoice {invoice}."
SAY_UNROUTED: Final = "A {what} fits no case: {why}"
MAIL_FROM: Final = "mail from {who}{about}"
PAYMENT_FROM: Final = "payment of {amount} from {who}"
SAY_UNREADABLE: Final = "{source} could not be read: {cause}"
SAY_FELL_BACK: Final = "{part} goes on by {used}, since no model gave anything usable."
SAY_POLICY: Final = "Rules refused, {where}: {reason}"
SAY_POLICY_KEPT: Final = "Mend that line; until then {kept} stays in force."
SAY_STOPPED: Final = "Stopped: {what}, by {who}. `resume` lifts it."
SAY_MANY: Final = "{number} new cards wait for you: `inbox` lists them."
SAY_AGAIN: Final = "Still broken, seen {number} times: {what}"

# --- console ---------------------------------------------------------------------------------

CUT: Final = "… {number} more characters: `{show}`"
CHOOSE: Final = "{title}: what shall become of it?"
CHOOSE_NOTHING: Final = "Nothing now"
TOOLBAR: Final = "help: what you can say · Ctrl-D: leave"
TOOLBAR_WAITS: Final = "waiting: {numbers} · Enter: choose · help · Ctrl-D: leave"
EDIT_ONE: Final = "Enter: go on · Ctrl-C: leave it"
EDIT_MANY: Final = "Esc, then Enter: go on · Ctrl-C: leave it"
LEFT: Final = "Left as it was."
STILL_WORKING: Final = "Still at work; what comes of it is told here."
CONSOLE_BROKEN: Final = Trouble(
    "Coo itself stumbled over this: {what}.",
    "Nothing more was done. Try again; if it stays, `coo doctor` and then `failures`.",
)
NEWS_BROKEN: Final = Trouble(
    "News cannot be read now: {what}.", "It is tried again; `status` shows how things stand."
)

# --- coo doctor ------------------------------------------------------------------------------

COLUMNS_DOCTOR: Final = ("", "Is", "")
COLUMNS_DATA: Final = ("File", "Is", "Holds", "If lost")
DOCTOR_FINE: Final = "How Coo is set up: nothing is broken"
DOCTOR_BROKEN: Final = "How Coo is set up: something is broken"
DOCTOR_DATA: Final = "What lies in the data folder"
DOCTOR_LEAVES: Final = "What leaves this machine"
DOCTOR_VERSIONS: Final = "{coo} on Python {python}"
DOCTOR_UNINSTALLED: Final = "not installed as a package"
DOCTOR_SQLITE: Final = Trouble(
    "{version} has a rare race when several processes write to one folder.",
    "Let one process work at a time, or use a Python with SQLite 3.51.3 (or 3.50.7, 3.44.6).",
)
DOCTOR_NO_FOLDER: Final = Trouble("{path} is not there yet.", "`coo init` makes it.")
DOCTOR_KEYS_OPEN: Final = Trouble(
    "{path} can be read by other users of this machine.", "`chmod 600` it."
)
DOCTOR_COMPANY: Final = "{name}, {currency}, {items} things on the price list"
DOCTOR_NO_PRICES: Final = (
    "Add what you sell under `prices`; without it every request is asked about."
)
DOCTOR_UNKNOWN_VARIABLE: Final = Trouble(
    "{name} is set, but nobody reads it.", "Did you mean {near}? Else unset it."
)
DOCTOR_KEY_ALONE: Final = Trouble(
    "OPENAI_API_KEY is set, but no model is named, so none is used.",
    "Set COO_MODEL to use one, or leave it.",
)
DOCTOR_NO_MODEL: Final = Trouble(
    "No model: playbooks plan and draft.", "To use one set COO_MODEL (and COO_MODEL_BASE_URL)."
)
DOCTOR_MODEL: Final = "{model}, else {cheap}, at {host}, {seconds} s a call, key {key}"
DOCTOR_KEY_SET: Final = "set"
DOCTOR_KEY_UNSET: Final = "not set"
DOCTOR_NEEDS_KEY: Final = "This endpoint needs a key: set OPENAI_API_KEY."
DOCTOR_MAY_NOT_SEE: Final = (
    "company.yaml says model_may_see: {scope}, so this model is shown nothing. Change either."
)
DOCTOR_NO_PRICE: Final = (
    "No price is known for {models}, so each call counts as one of the dearest and the budget is "
    "soon used up. Set COO_MODEL_PRICES, such as {model}=0.25/2."
)
DOCTOR_NO_LEDGER: Final = Trouble("There is no ledger yet.", "The first mail or chat makes it.")
DOCTOR_CHAIN: Final = "{facts} facts, the chain holds, head {head}"
DOCTOR_EMPTY: Final = "none"
DOCTOR_CHAIN_BROKEN: Final = Trouble(
    "{what}", "Coo writes nothing more. Restore the last backup of the folder."
)
DOCTOR_RULES: Final = "{number} rules, {policy}"
DOCTOR_RULES_REFUSED: Final = "Refused, the last good ones stay in force: {what}. Mend that line."
DOCTOR_NOBODY: Final = Trouble(
    "Nobody works on this folder now.", "`coo run` or `coo chat` does; the rest waits safely."
)
DOCTOR_FELL_OVER: Final = Trouble(
    "It cannot be read: {what}.", "Check the disk and the rights of the folder, then try again."
)
DOCTOR_THERE: Final = "there"
DOCTOR_NOT_YET: Final = "not yet"

DATA_FILES: Final = {
    "company.yaml": ("what you configured", "write it anew"),
    "ledger.db": ("every fact; personal texts sealed", "restore a backup"),
    "keys.db": ("the keys to personal texts", "restore a backup"),
    "blobs": ("raw mails and documents, sealed", "restore a backup"),
    "policies": ("your own rules", "shipped rules decide"),
    "mail": ("incoming and sent mails, readable", "sent ones are only kept here"),
    "invoices": ("invoices as PDF and JSON, readable", "rendered from facts"),
    "memory.db": ("what Coo remembers, readable", "rebuilt from facts"),
    "checkpoints.db": ("where plans stand", "rebuilt from facts"),
    "run.lock": ("who is at work", "nothing"),
}
LEAVES_NOTHING: Final = (
    "Nothing. No model is used, mails are files in `mail/out`, and no usage is reported."
)
LEAVES_LOCAL: Final = "To {host} (this machine or your own network), for the model {model}:"
LEAVES_OUT: Final = "To {host}, for the model {model}:"
LEAVES_WHAT: Final = (
    "  the texts of mails, your price list and what memory recalls, as `model_may_see` and the "
    "rules allow."
)
LEAVES_REST: Final = "Nothing else. Mails are files in `mail/out`, and no usage is reported."

# --- when a command ends otherwise ------------------------------------------------------------

INTERRUPTED: Final = "Stopped by you. What was recorded stays; start again to go on."
TERMINATED: Final = "Ended from outside. What was recorded stays; start again to go on."
DISK_REFUSED: Final = Trouble(
    "{what} cannot be used: {why}.",
    "Check that it is what and where it should be, its rights, and the free space on the disk.",
)
SOMETHING_ON_DISK: Final = "A file or a device"
STUMBLED: Final = Trouble(
    "Coo itself stumbled over this: {what}.",
    "What was recorded stays. Try again; if it stays, report it with the details in {file}.",
)

# --- coo demo, coo run, coo ingest, coo verify ----------------------------------------------------

DEMO_NO_EXAMPLES: Final = Trouble(
    "The folder `examples`, which holds the demo's mails, is not here.",
    "Run the demo in a checkout (`make demo`) or in the image; all else works without it.",
)
DEMO_OWN_COMPANY: Final = Trouble(
    "{folder} is a company of your own, and the demo would issue invoices in its name.",
    "Leave --data away, or name an empty folder.",
)
DEMO_START: Final = "One lead becomes one paid invoice. Data folder: {folder}"
DEMO_HOW: Final = "Ada's mails arrive by themselves. Type `help`, or Enter on a card to choose."
DEMO_EARLIER: Final = (
    "First, quietly, a deal of {days} days ago, so that there is something to remember …"
)
DEMO_STORY: Final = "The story of {case}"
DEMO_PROOF: Final = "The proof"
DEMO_CHAIN: Final = "Chain      {chain}: {facts} facts, each sealed to the one before it"
DEMO_REPLAY: Final = "Replay     {replay}: the same facts again, with no way to reach the world"
DEMO_EFFECTS: Final = "Effects    {effects}, doubled: {doubled}"
DEMO_ARTEFACTS: Final = "Artefacts  in {folder}"
DEMO_HINT: Final = "Look around: `coo chat --data {folder}`"
SERVING: Final = "Coo serves {folder}. New mail goes into mail/inbox; Ctrl-C ends it."
TAKEN_NEW: Final = "{name}: {what} taken in."
TAKEN_KNOWN: Final = "{name}: {what} was taken in before, nothing new."
TAKEN_TIMES: Final = "{line} ({count} of these)"
TAKEN_UNREADABLE: Final = "{name}: kept, but it could not be read. {cause} {remedy}"
TAKEN_NOTHING: Final = "{name}: there is nothing in it to take in."
CHAIN_HOLDS: Final = "The chain verifies: {facts} facts, head {head}."
REPLAY_HOLDS: Final = "Replay identical: {cases} cases, {deliveries} deliveries."
INIT_DONE: Final = "Wrote {path}. It is commented: open it, change what you like."
INIT_KEPT: Final = "The former file is kept as {path}."
INIT_NEXT: Final = "Next: `coo doctor --data {folder}`, then `coo chat --data {folder}`."
