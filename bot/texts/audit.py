"""Audit, `why` and `why not`."""

from __future__ import annotations

from typing import Final

from bot.texts.trouble import Trouble

AUDIT_HINT: Final = "`why {case} step 7` says all of a step, `why not {case}` what was left out."
COST: Final = "{facts}; {effects} with receipt; {cards}, {questions}; model: {model}."
NO_MODEL: Final = "not used"
CALLS_FAILED: Final = " ({number} failed)"
ERASED_ENTRY: Final = "(personal texts erased)"

CAME_IN: Final = {
    "mail": "Mail came in",
    "document": "A document came in",
    "payment": "Payment",
    "said": "You said",
    "tap": "You decided",
    "answer": "You answered",
    "stop": "Stop ordered",
    "resume": "Resume ordered",
    "retry": "Retry ordered",
    "alarm": "An alarm rang",
    "undo": "Undo ordered",
    "prices": "Prices changed",
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
STALE: Final = "left out {number}, since {why}: {cases}"
DEGRADED: Final = "! memory was incomplete: {what}"
PLANNED: Final = "Planned by {planner}: {goal}"
STEP_LEFT_OUT: Final = "not: {what}, because {why}"
REMARK: Final = "{planner} says: {remark}"
FELL_BACK: Final = "{part}: {wanted} gave nothing usable, so {used} took over"
PARTS: Final = {
    "replay-extract": "A replay, reading the mail",
    "replay-plan": "A replay, planning",
    "replay-draft": "A replay, writing the mail",
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
UNDOES: Final = "takes back {action} (step {step})"
UNDONE: Final = "! taken back by {action} (step {step})"
BEING_UNDONE: Final = "to be taken back by {action} (step {step})"
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
    "prolonged": "Counts longer",
    "hold": "Asked to hold it",
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
CREDITED: Final = (
    "Credit note {number} issued on {issued}: {total} gross, reverses invoice {invoice}"
)
PAID: Final = "{amount} matched to invoice {invoice}"
SETTLED: Final = "Invoice {invoice} is paid in full"
CHOSE: Final = "Decision on {topic}: {chosen}, by {by}"
CHOSE_OUTCOME: Final = "outcome: {outcome}"
EVIDENCE: Final = "on the evidence of {facts}"
MODEL_CALL: Final = "{model} for {part}: {tokens} tokens, {ms} ms, cost {cost}"
SAW: Final = "saw {tokens} of {budget} tokens, context {sha}…"
SAW_BRIEF: Final = "saw {tokens} of {budget} tokens{left_out}"
AND_NOT: Final = ", and not {number}"
SAW_SECTION: Final = "{section}: {items}, {tokens} tokens of {room}"
FROM_SOURCES: Final = "from {sources}"
ELSEWHERE: Final = "{facts} elsewhere"
NOT_SHOWN: Final = "not shown of {section}: {number}, {why} ({names})"
CONTEXT_TITLE: Final = "What the next call to {part} would see: {label}"
CONTEXT_NOTHING: Final = "nothing"
CONTEXT_UNTRUSTED: Final = " (data, not trusted)"
CONTEXT_HINT: Final = "What it is about comes with the next fact. sha256 {sha}"
COLUMNS_CONTEXT: Final = ("Section", "Tokens", "What is in it")
NO_SUCH_PART: Final = Trouble(
    "There is no call to {part!r} something.", "Say `context CASE` and one of: {parts}."
)
RESTS_ON: Final = "what it cites is {sources}"
MODEL_FAILED: Final = "{model} was asked for {part} and gave nothing usable; it cost {cost}"
MODEL_NOT_ASKED: Final = "{model} was not asked for {part}"
NOTED_KINDS: Final = {
    "opened": "Case opened: {text}",
    "closed": "Case closed: {text}",
    "reopened": "Case opened again: {text}",
    "erased": "Everything personal in it was erased ({text})",
    "promised": "Promised: {text}",
    "turned out": "A decision turned out: {text}",
    "promise kept": "Promise kept: {text}",
    "promise broken": "Promise broken: {text}",
    "promise withdrawn": "Promise withdrawn: {text}",
    "promise moved": "Promise moved to {text}",
}
ALARM_SET: Final = "Set an alarm for {when}: {purpose}"
ALARMS: Final = {
    "expire": "then the card expires",
    "offer-expires": "then the offer ends",
    "digest": "then the digest comes",
    "invoice-due": "then look whether it is paid",
    "remind": "then a reminder is due, unless it is paid",
    "follow-up": "then ask whether they have read the offer",
    "leave": "then the approved mail leaves",
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
