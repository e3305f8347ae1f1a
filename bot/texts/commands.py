"""Commands, their help and their answers."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from bot.texts.trouble import Trouble


class CommandText(Struct, frozen=True):
    """One command as `help` shows it; docs/commands.md lists every one, a test compares."""

    name: str
    usage: str
    does: str


COMMANDS: Final = (
    CommandText("inbox", "inbox", "What waits for you."),
    CommandText("show", "show 3", "A card with its full text."),
    CommandText("more", "more 3", "All that a card leaves out: bytes, sources, rules, story."),
    CommandText("approve", "approve 3", "Let exactly the shown bytes run, once."),
    CommandText("edit", "edit 3 [subject|body TEXT]", "Change a text, and see the exact preview."),
    CommandText("reject", "reject 3 WHY", "Refuse it; Coo learns from the reason."),
    CommandText("tell", "tell 3 HOW", "Say how you want a card or a case instead."),
    CommandText("later", "later 3 [tomorrow]", "Put a card off."),
    CommandText("did-it", "did-it 3", "You did it yourself; Coo must not do it again."),
    CommandText("hold", "hold 3", "Stop an approved mail that has not left yet; decide again."),
    CommandText("say", "say TEXT", "Say something to Coo, whatever its first word."),
    CommandText("status", "status [CASE|NAME]", "How things stand, or how one case stands."),
    CommandText("books", "books [MONTH]", "Income, tax, open, unmatched; also of a month."),
    CommandText("expense", "expense 23.80 EUR hosting", "Something was spent; or a word about e4."),
    CommandText("expenses", "expenses [MONTH|FILE]", "What was spent; or take in a CSV file."),
    CommandText("evidence", "evidence CASE", "A case as files that a lawyer can read and check."),
    CommandText("export", "export books MONTH", "The books of a month as one file to hand over."),
    CommandText("digest", "digest", "Done, waiting, failed, spent: since the last digest."),
    CommandText(
        "contact",
        "contact NAME [address du]",
        "Somebody; or enter address, language, country …",
    ),
    CommandText("invoice", "invoice NUMBER", "One invoice, its lines and payments."),
    CommandText("timeline", "timeline CASE", "A case as a picture."),
    CommandText("report", "report [MONTH]", "The month as a picture: money, pipeline, models."),
    CommandText("home", "home", "The overview: what waits, runs and is stuck; today's money."),
    CommandText("audit", "audit CASE", "The whole chain of a case, from first mail to proof."),
    CommandText("why", "why [not] [3|CASE [step 7]]", "One step in plain words, or one not taken."),
    CommandText("context", "context CASE [plan]", "What the next model call would see, and not."),
    CommandText(
        "replay",
        "replay CASE [--policy FILE]",
        "Run a case again from the records; touches nothing.",
    ),
    CommandText("verify", "verify [ANCHOR|FILE]", "Check the whole chain, and against anchors."),
    CommandText("anchor", "anchor", "The head of the chain, as a line to keep elsewhere."),
    CommandText(
        "prove", "prove [--seed 7]", "Crash a throw-away company everywhere; show the end."
    ),
    CommandText("as-of", "as-of DATE LOOK", "Any look, as things stood at that moment."),
    CommandText("whatif", "whatif FILE [--since 30d]", "What other rules would have changed."),
    CommandText("failures", "failures", "What is broken now."),
    CommandText("retry", "retry 3|CASE|ID", "Try again what failed or was held back."),
    CommandText("undo", "undo 3|CASE|NUMBER [WHY]", "Take something back, the way business does."),
    CommandText("billing", "billing CASE PLAN", "In which parts the offer of a case is billed."),
    CommandText("delivered", "delivered CASE [DATE]", "The work is done; bills what waits for it."),
    CommandText("milestone", "milestone CASE N|NAME done", "That milestone is done; bills it."),
    CommandText("stop", "stop [CASE|NAME]", "Halt every effect at once, or only theirs."),
    CommandText("resume", "resume [CASE|NAME]", "Lift a stop."),
    CommandText("takeover", "takeover [yes]", "Compare a restored copy, and let it act."),
    CommandText("merge", "merge CON-A CON-B", "Two contacts are one; the first keeps its id."),
    CommandText("split", "split CON", "Take a merge back; also `unmerge`."),
    CommandText("link", "link CON KEY", "A phone, account, address or chat name is theirs too."),
    CommandText("address", "address CON NEW-ADDRESS", "Mails to them go there from now on."),
    CommandText("assign", "assign 2 to case 3", "Say where a stray mail or payment belongs."),
    CommandText("match", "match PAYMENT INVOICE[, …] [SUM]", "Say what a payment pays."),
    CommandText("unmatch", "unmatch PAYMENT [INVOICE]", "Take a match of a payment back."),
    CommandText("open", "open invoices", "What is open, and money that is on no invoice."),
    CommandText("no-action", "no-action", "Messages that needed nothing, and why."),
    CommandText("documents", "documents [CASE]", "Files that came in, and how each was read."),
    CommandText("document", "document NAME|ID", "What a document says, page by page."),
    CommandText("attach", "attach CASE FILE", "Hand a file of this machine in for a case."),
    CommandText("lead", "lead N", "That message was a lead after all; teaches Coo."),
    CommandText("no-lead", "no-lead CASE", "Mail like this case's is no lead; teaches Coo."),
    CommandText("told", "told CASE WHAT", "You told them yourself: it binds what Coo does next."),
    CommandText("promises", "promises [NAME|CASE]", "Who promised what to whom, due when."),
    CommandText("promise", "promise NAME WHAT by DAY", "Note a promise that you know of."),
    CommandText("kept", "kept p4", "That promise was kept."),
    CommandText("broken", "broken p4 [WHY]", "That promise was broken."),
    CommandText("moved", "moved p4 to DAY", "That promise is due on another day."),
    CommandText("waive", "waive p4 [WHY]", "That promise binds nobody any more."),
    CommandText("erase", "erase PERSON [confirm]", "What erasing somebody means; then do it."),
    CommandText("watch", "watch", "Draft and ask, and let nothing leave before `go-live`."),
    CommandText("go-live", "go-live [confirm]", "What going live would mean; then do it."),
    CommandText("numbers", "numbers [invoice NUMBER]", "Go on after your own last number."),
    CommandText("confirm", "confirm 5 [no]", "Let a change of bank or tax data count, or not."),
    CommandText("pair", "pair [ROLE [NAME]]", "A one-time code that lets a chat speak to me."),
    CommandText("devices", "devices", "Who may speak to me in chat, and as what; also `who`."),
    CommandText("role", "role ID ROLE", "Let a paired chat do more or less."),
    CommandText("revoke", "revoke ID", "End a pairing at once, and all its cards."),
    CommandText("remember", "remember TEXT", "A price, term, preference, rule or note that holds."),
    CommandText(
        "correct", "correct k3 TEXT", "What was remembered is otherwise; both stay on record."
    ),
    CommandText("forget", "forget k3|NAME", "From now on it holds no longer; erases nobody."),
    CommandText(
        "memory", "memory QUERY|status [--all]", "What I know and remember; how complete it is."
    ),
    CommandText("help", "help [COMMAND|all]", "This list, or more about one command."),
    CommandText("quit", "quit", "Leave; Coo goes on where it runs."),
)

MORE_HELP: Final = {
    "inbox": "Up to three cards are shown whole, more as a list; `show 3` opens one.",
    "show": "A thing is a number, an id, a name or the beginning of a subject: `show ada`.",
    "more": (
        "A number is a card's or a question's; an action's or a failure's id works too. The exact "
        "bytes that an approval is bound to come as a file."
    ),
    "timeline": "In a chat it is a picture; the console writes a file and says where.",
    "report": "`report` is this month, `report last month`, `report 2026-10`, `report october`.",
    "home": "Slack shows it as the app's Home tab, Telegram after /start.",
    "approve": (
        "An approval counts for the bytes you saw here. A card you have not seen yet is shown "
        "first; say `approve` again to let it run. After `edit`, it sends the preview. "
        "`approve 3 4 5` approves each of them, as you saw it."
    ),
    "edit": (
        "`edit 3` opens the text; `edit 3 subject New subject` changes it in one line (\\n begins "
        "a new line). The preview is then exactly what `approve 3` sends."
    ),
    "reject": "The reason is asked for where you leave it out.",
    "tell": "`tell 3 friendlier, please` or `tell ada we start in March`.",
    "undo": (
        "What has not run is withdrawn. An issued invoice gets a credit note, a mail that left a "
        "correction, a closed case is opened again: each waits for your yes. `undo 2026-0001 wrong "
        "quantity` puts the reason on the document."
    ),
    "remember": (
        "`remember Anna prefers du`, `remember logo costs 900 from March`, `remember Acme pays "
        "within 14 days`, `remember until 31 December 10% for Acme`, `remember never call Ben "
        "before 10`. German works too. What I cannot place is kept as a note."
    ),
    "correct": "`correct k3 950`, `correct logo 950 from April`; it says what it replaced.",
    "forget": (
        "`forget k3`, `forget Anna language`. It ends it and keeps the record; who shall vanish "
        "is erased with `erase`."
    ),
    "memory": (
        "`memory Anna`, `memory logo`, `memory k3`, `memory` alone for all facts; `--all` (or "
        "`also old`) adds what is superseded, corrected, forgotten or expired, marked as such. "
        "`memory status` shows what memory is searched with and what it lacks; "
        "`coo memory reindex --to …` at the machine "
        "makes it anew beside, and switches."
    ),
    "later": "`later 3`, `later 3 tomorrow`; nothing is decided meanwhile.",
    "did-it": "The action is closed as done by you.",
    "hold": (
        "An approved mail waits `hold_seconds` of company.yaml (a minute) before it leaves. Its "
        "card says until when, and comes back after `hold 3`. What has left is taken "
        "back with `undo`."
    ),
    "say": "Text that begins with no command is taken as said to Coo anyway.",
    "status": "`status ada` and `status 2` show one case.",
    "digest": "It also comes by itself at `digest_at` of company.yaml, and never on an empty day.",
    "books": (
        "Every invoice with its total, what is paid of it and what is open. `books October`, "
        "`books 2026-10`, `books Q4`, `books 2026`: income, expenses, tax, what is open and what "
        "is unmatched, with a column a currency."
    ),
    "expense": (
        "Amount, currency, category, day, rate and vendor in any order: `expense 23.80 EUR hosting "
        "2026-10-03 19% at Hetzner`. `expense e4 travel` corrects it, `expense e4 remove` drops it."
    ),
    "expenses": (
        "With what waits for your word. `expenses cards.csv` takes a file in, each line once; its "
        "first line names the columns: date, amount, currency, vendor, category, rate, number."
    ),
    "evidence": (
        "`evidence 2 [FOLDER]`: mails, documents, approvals, receipts, payments and the chain, in "
        "order of time, with a script that checks them. In a chat it is one ZIP."
    ),
    "export": (
        "`export books 2026-10 [FOLDER]`: one ZIP for an accountant, readable without Coo. In a "
        "chat it hangs on the answer; at the machine it lies in the folder, or in `exports`."
    ),
    "contact": (
        "By name, address, organisation or id, with all cases. `contact ada country FR`, "
        "`vat-id FR40303265045`, `business yes`, `address 1 rue X, 75001 Paris`, `reference …` (a "
        "Leitweg-ID), `order PO-7`, `currency USD` enter what invoices need; `none` takes it away. "
        "`address du` (or Sie, tu, vous, `first name`) and `language fr` say how to write to them."
    ),
    "invoice": "By number, by whom it is to, or by its case.",
    "as-of": (
        "DATE is `2026-11-23` (its end), `2026-11-23 14:30`, `yesterday`, `3 days ago` or `14:30`. "
        "LOOK is status, inbox, show, books, contact, invoice, audit, why, failures, promises, or "
        "just the name of a case, a person or an invoice. `audit ada --as-of yesterday` says the "
        "same."
    ),
    "whatif": (
        "FILE is a file of rules as if it lay in `policies/` (or a folder in the place of all "
        "yours). `--since` takes 30d, 12h, 4w, a day, or all. `whatif FILE show new-asks` lists a "
        "group. Nothing is done or recorded."
    ),
    "context": (
        "`context CASE read`, `plan` or `draft`: each sees something else. It works without a "
        "model, too; what a call really saw is at its step in `audit CASE`."
    ),
    "audit": "Steps are numbered; `why CASE step 7` explains one.",
    "prove": "It takes a minute or two, in a process of its own; your company is not touched.",
    "why": "`why 3` a card, `why ada` her newest step, `why not 3` or `why not discount`.",
    "replay": (
        "The records are replayed on today's code; a difference is named. `--policy FILE` shows "
        "what other rules would have said, `--model NAME` what another model would have done "
        "(it is asked, and its calls cost). Nothing is done either way."
    ),
    "verify": (
        "A chain alone cannot show that its end was cut off; an anchor you kept elsewhere can: "
        "`verify coo-anchor 1 …`, or `verify FILE` with one anchor a line."
    ),
    "anchor": "One comes every day by itself; `anchors.txt` in the data folder has them all.",
    "failures": "Each is listed once, with its cause, what was not done, and what to do.",
    "retry": "A number is that card's action. What might have happened is looked up first.",
    "stop": "`stop` alone halts all, bypassing the planner. `stop ada because …` gives a reason.",
    "resume": "`resume` lifts the stop of everything; name a case or a person for theirs.",
    "takeover": "A restored copy is stopped. `takeover` says what happened since, and what to say.",
    "merge": (
        "Old and new cases, stops, limits and memory then see one contact; mails still go to the "
        "address of their case. `merge CON-B into CON-A` says the same. `split` takes it back."
    ),
    "split": "Each has again what came under their own address; a stop of both stays for both.",
    "watch": "Cards come as ever; what you approve is asked again after `go-live`.",
    "go-live": (
        "`go-live` alone shows what it means, `go-live confirm` does it. The first real mail goes "
        "to you first."
    ),
    "numbers": "`numbers invoice RE-2026-0042`: Coo's next invoice is RE-2026-0043.",
    "documents": "`documents ada`; alone it lists those of all cases. `document NAME` shows one.",
    "document": (
        "What stands in it is somebody's words: it is shown, cited and searched for their order "
        "number, and never obeyed. One that cannot be read is asked about: `5 TEXT` answers "
        "with what it says."
    ),
    "attach": (
        "`attach ada contract.pdf`. In Slack and Telegram send the file in the thread of the case "
        "or of its card instead."
    ),
    "no-action": "Every message is a case, needs you, or is listed here. `lead N` corrects it.",
    "lead": "It is read and opens a case. Later mail of that sender, list or subject is read too.",
    "no-lead": "Later mail of that sender, list or subject is left unread. The case stays.",
    "address": "`address ada ada@new.example` corrects where mails to them go; both stay theirs.",
    "link": "`link ada +49 40 1234567`, an IBAN, a customer id, an address, or `slack:U12`.",
    "told": (
        "`told 3 900 is fine`, or just say it: I told Ada 900 is fine; I sent the contract; I "
        "called Ada. What waits for them in that case is withdrawn; a price that you named binds."
    ),
    "promises": (
        "Open ones first, by their day, each with its words and where they stand; then those that "
        "are over. Ours are announced the working day before and on the day, those of others when "
        "their day has passed."
    ),
    "promise": (
        "`promise Anna the draft by Tuesday` is yours; `promise Anna promised us the logo by "
        "Friday` is hers. Without a day it is kept without one. You may also just say: I promised "
        "Anna the draft by Tuesday."
    ),
    "kept": "By its number in `promises`, or by what it is about.",
    "broken": "By its number in `promises`; the reason is kept with it.",
    "billing": (
        "`billing 3 on delivery`, `billing 3 deposit 40% final`, `billing 3 milestones 30/40/30`, "
        "`billing 3 milestones Design 30 / Build 70`; makes the offer anew. Without a "
        "plan it shows what holds."
    ),
    "delivered": (
        "`delivered 3`, `delivered 3 2026-11-20`, or a sentence: I delivered the website. Only "
        "your word counts; what a customer writes asks."
    ),
    "milestone": "`milestone 3 2 done`, `milestone 3 Design done 2026-11-20`.",
    "moved": "`moved p4 to Friday`, `moved p4 to 2026-11-30`; also opens one that was over.",
    "waive": "For what nobody waits for any more; neither kept nor broken.",
    "assign": (
        "`inbox` lists what fits no case, with its number. `assign 2 to nothing` takes it off. "
        "`match 2 3` is the same as `assign 2 to case 3`."
    ),
    "match": (
        "The payment by its id, as `invoice NUMBER` shows it, or its number in `inbox`. What is "
        "named is all that it pays: `match PAY-7 2026-0001, 2026-0002` fills one invoice after the "
        "other, and takes it off any other. With a sum, so much of it goes to that one invoice."
    ),
    "unmatch": "Without an invoice it is taken off all of them; what is open then is asked again.",
    "open": "Each invoice with what is open on it; below, payments that are on no invoice.",
    "erase": (
        "Without `confirm` it only shows what would go and what the law keeps. It destroys the key "
        "to all their words, and every copy; invoices stay for as long as they must."
    ),
    "confirm": (
        "Said in another channel than the change was made in; company.yaml and the console are "
        "one. Until then documents go out with what was in force. `confirm 5 no`: it was not you."
    ),
    "pair": (
        "ROLE is owner, approver or viewer; NAME is whose chat it is, you where you leave it out. "
        "The code counts once, for ten minutes: type `pair CODE` in a direct message to me."
    ),
    "devices": "The console is not listed: who sits at the machine is the owner.",
    "role": "`role chat-1 viewer`. A viewer sees, an approver decides, an owner configures.",
    "revoke": "`devices` names them. A stolen phone is revoked from the console or another chat.",
    "help": "Or just write what you want.",
    "quit": "What waits for you keeps waiting.",
}

USAGE: Final = {each.name: each.usage for each in COMMANDS}

HELP_TITLE: Final = "What you can say"
HELP_ALL: Final = "all"
HELP_MORE: Final = "`help all` lists everything, `help approve` says more about one."
HELP_SHORT: Final = frozenset({"inbox", "approve", "reject", "tell", "status", "digest", "stop"})
"""What is said most: a phone shows no more at a glance."""

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
NOT_SEEN_ALL: Final = (
    "You have not seen {numbers} here as it is now, so nothing of that was approved. "
    "`show {first}` shows it."
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
    "hold": "Your stop is recorded: {title}",
}
HOLD_NOTHING: Final = Trouble(
    "No approved mail waits to leave, so there is nothing to hold.",
    "What has left is taken back with `undo`; nothing was changed.",
)
HOLD_WHICH: Final = Trouble(
    "Several mails wait to leave: cards {numbers}.", "Name one, such as `hold 3`."
)
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
STATUS_CREDIT_NOTE: Final = "Credit note {number} for invoice {invoice}: {amount}, {status}"
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
UNDOING: Final = "Undoing: {what}"
UNDO_WHAT: Final = Trouble(
    "Nothing was named, so nothing was undone.",
    "`undo 3` for a card, `undo 2026-0001` for an invoice, `undo case 2` for a closed case; "
    "`audit CASE` shows the ids of all that was done.",
)
UNDO_NOTHING: Final = Trouble(
    "Nothing called {said!r} could be undone.",
    "Name a card by its number, an action by its id, an invoice or an offer by its number, or a "
    "case; `audit CASE` shows what was done.",
)
RETRIED: Final = "Trying again: {what}"

MERGED: Final = "Recorded: {other} is {kept}. `split {entry}` takes it back."
PARTED: Final = "Recorded: {name} stands by itself again."
LINKED: Final = "Recorded: {name} is also known by {key}."
ADDRESS_CORRECTED: Final = "Recorded: mails to {name} go to {address} from now on."
NO_ADDRESS: Final = Trouble(
    "{said!r} is no mail address. Nobody was changed.",
    "Give it bare: `address NAME ada@new.example`.",
)
NOBODY_CHANGED: Final = "Nobody was changed."
ONE_ALREADY: Final = Trouble("They are one already: {names}.", "`split CON` takes it back.")
MERGED_WITH_NOBODY: Final = Trouble(
    "{name} is merged with nobody.", "`status CON` shows who somebody is."
)
SPLIT_WHICH: Final = Trouble("Several were merged with {name}.", "Name the one that leaves:")
NO_KEY: Final = Trouble(
    "{said!r} is no key that Coo could know somebody by.",
    "Give a whole phone number, IBAN, customer id (cus_…), mail address, or CHANNEL:USER.",
)

NO_ACTION_NONE: Final = "No message was left without action."
NO_ACTION_TITLE: Final = "Without action ({number})"
NO_ACTION_MORE: Final = "And {number} older ones."
COLUMNS_NO_ACTION: Final = ("No.", "When", "What", "Why")
NOT_KEPT: Final = "mail, of which no text was kept"
LEAD_HINT: Final = "`lead N` reads one after all, and teaches Coo."
MESSAGE_COUNTS: Final = (
    "Messages: {every} = {case} in cases + {yours} for you + {none} without action."
)
NO_SUCH_MESSAGE: Final = Trouble(
    "{said!r} is no message that was left without action.", "`no-action` lists them by number."
)
LEAD_TAKEN: Final = "Recorded: message {number} was a lead. It is read now."
LEAD_DENIED: Final = (
    "Recorded: mail like that of {case} is no lead. The case stays as it is; `tell` it to close."
)
LEAD_GONE: Final = Trouble(
    "That message lies nowhere any more, and its text was not kept.",
    "Put the mail back into the folder mail/inbox/cur and say it again. Nothing was changed.",
)
STRAY: Final = "Fits no case: {what}. {why} `assign {number} to case N`, or `… to nothing`."
STRAYS_MORE: Final = "And {number} more that fit no case."
STATUS_STRAYS: Final = "Fits no case: {number}. `inbox` lists it."
ASSIGNED: Final = "Recorded: {what} belongs to {case}."
PUT_ASIDE: Final = "Recorded: {what} belongs to no case; it is off the list."

CONTACT_KEY: Final = "Also known by {key} ({entry}, merged into {into}; `split {entry}`)"

REPLAY_SAME: Final = "Replay of {case} is identical: {deliveries} over {facts}{time}."
REPLAY_DIFFERS: Final = "Replay of {case} differs in {number}."
REPLAY_TIME: Final = " in {ms} ms"
BYE: Final = "Bye. What waits for you keeps waiting."

COMMAND_WORDS: Final = {
    "SendProposal": "Send an offer",
    "SendReply": "Answer",
    "SendInvoice": "Send an invoice",
    "SendReminder": "Remind of an invoice",
    "IssueInvoice": "Issue an invoice",
    "IssueCreditNote": "Issue a credit note",
    "SendCreditNote": "Send a credit note",
    "SendCorrection": "Correct a mail",
    "SendSpecimen": "Show you the first real mail",
    "ReopenCase": "Open a case again",
}
