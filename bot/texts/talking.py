"""What is said around a conversation in a chat: what was not taken in, and what was changed."""

from __future__ import annotations

from bot.texts.trouble import Trouble

CHAT_TOO_LARGE = Trouble(
    "What came in is {size} bytes long, more than the {most} that a message may have.",
    "Nothing of it was taken. Send a shorter message, or the content as a file.",
)
CHAT_EMPTY = Trouble(
    "What came in says nothing.",
    "Nothing was recorded. Send a text, a file, or use a button.",
)
CHAT_JUNK = Trouble(
    "What came in cannot be read: {why}.",
    "Nothing was recorded. Is something else sending to this address?",
)
CHAT_NAMELESS = Trouble(
    "What came in does not say {missing}.",
    "Nothing was recorded. Is something else sending to this address?",
)
CHAT_CUT = "{cut} characters at its end were left out"
CHAT_FEWER_FILES = "{cut} of its files were left out"
CHAT_FEWER_FIELDS = "{cut} of its fields were left out"

# --- changed and deleted messages -----------------------------------------------------------------

EDITED_LATE = (
    "You changed a message that was acted upon as you first wrote it. That alone changes nothing."
)
DELETED_LATE = "You deleted a message that was acted upon. What was done because of it stays done."
CHANGED_REMEDY = (
    "To go another way, say it in a new message (`tell 3 …`, `reject 3`), or take it back: `undo`."
)
DONE_TAP = "What was done: {verb}, card {number} ({title})."
DONE_ANSWER = "What was done: question {number} was answered with it."
DONE_SAID = "What was done: it went to case {label}."
DONE_SAID_ANYWHERE = "What was done: it was noted as said to Coo."
DONE_ORDER = "What was done: {order}."
ORDERS = {
    "StopOrdered": "a stop was ordered",
    "ResumeOrdered": "a stop was lifted",
    "WatchBegun": "Coo began to watch, and sends nothing",
    "WentLive": "Coo went live",
    "NumbersContinued": "the numbers go on where yours ended",
    "RetryOrdered": "another try was ordered",
    "UndoOrdered": "the way back was ordered",
    "WorkReported": "work was reported as done",
    "MergeOrdered": "two contacts were put together",
    "SplitOrdered": "a contact was taken apart",
    "OperatorTold": "what you said or did yourself was noted",
    "LeadTold": "what became of the message was noted",
    "DocumentReceived": "a document was handed in",
    "AssignOrdered": "something was put into a case",
    "MatchOrdered": "a payment was matched",
    "UnmatchOrdered": "a match of a payment was taken back",
    "KeyTold": "a contact got another key",
    "CommitmentTold": "a promise was noted",
    "CommitmentOrdered": "what became of the promise was noted",
    "KnowledgeStated": "it was remembered",
    "KnowledgeCorrected": "what was remembered was corrected",
    "KnowledgeForgotten": "what was remembered was forgotten",
}

# --- files, forms, strangers ----------------------------------------------------------------------

FILES_UNFETCHED = Trouble(
    "Files cannot be taken from this chat.", "Hand them in with `coo ingest FILE` instead."
)
FILE_TOO_LARGE = Trouble(
    "it has {size} bytes, more than the {most} that are taken from a chat",
    "Hand it in with `coo ingest FILE` instead.",
)
FILE_NOT_TAKEN = "{name} was not taken: {cause}"
FILE_TAKEN = "{name}: {what} taken in."
FILE_KNOWN = "{name}: {what}, all taken in before."
FILE_EMPTY = "{name}: nothing is in it."
FORM_TITLES = {
    "edit": "Edit card {number}",
    "reject": "Reject card {number}",
    "instruct": "Card {number}: tell me how",
}
FORM_SUBMITS = {"edit": "Preview", "reject": "Reject", "instruct": "Send"}
FORM_LABELS = {"reject": "Why?", "instruct": "How should it be instead?"}
FORM_LATER_TITLE = "Put off card {number}"
FORM_LATER_SUBMIT = "Put it off"
FORM_WHEN = "When shall I bring it again?"
FORM_LATER = (
    ("tomorrow", "Tomorrow morning"),
    ("1 hour", "In an hour"),
    ("3 hours", "In three hours"),
    ("48 hours", "In two days"),
)
FORM_WANTS = "Reply to this message with the new text; for another one begin with its name: {names}"
FORM_EMPTY = Trouble("The form came back empty.", "Nothing was done. Use the button once more.")
CHAT_BROKEN = Trouble(
    "That failed inside Coo: {what}.", "Nothing more was done. Try it again, or say `status`."
)
ANSWERED_BEFORE = Trouble(
    "This was answered before, and that answer came late.",
    "Nothing was done. Say it once more if you still want it.",
)
CHAT_NOTES = "Of your message, {notes}."
CHAT_MEANT = (
    "Question {number} is open ({about}), and I am not sure that you answered it. Nothing was sent."
)
CHAT_MEANT_HOW = (
    "If it is the answer, reply in the thread of the question, or say `{number} {answer}`. "
    "If it is something else, say `say {answer}`."
)
CHAT_NUMBER = Trouble(
    "You replied to something else, and {number} is also what waits as number {number}.",
    "Nothing was done. If you mean that one, write `#{number}`; if not, begin with another word.",
)
WORKING = "Working on it …"
CHATS_ELSEWHERE = "The chats of this folder are run by {holder}; this process leaves them to it."
CHATS_SERVED = "In chat: {channels}."
CHAT_UNBELIEVED = (
    "COO_PUBLIC_URL is set, but COO_TELEGRAM_SECRET is not: Coo goes on asking Telegram for "
    "messages. Set a secret of your own to let Telegram call instead."
)
CHAT_DEAF = (
    "Coo can write in Slack, but hears nothing there: set COO_SLACK_APP_TOKEN, or "
    "COO_SLACK_SIGNING_SECRET together with COO_PUBLIC_URL."
)
CHAT_ENDED = "{channel} is not served any more; everything else goes on. Mend it, then start anew."
