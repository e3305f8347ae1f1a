"""What a person typed, as one of a few typed intentions. Pure; looks nothing up."""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches
from typing import Final

from msgspec import Struct

from bot import texts


class Help(Struct, frozen=True):
    """What can be said; of one command where `topic` is set."""

    topic: str = ""


class Status(Struct, frozen=True):
    """How things stand: of all, or of one case or contact."""

    thing: str = ""


class Inbox(Struct, frozen=True):
    """What waits for the operator."""


class Failures(Struct, frozen=True):
    """What is broken now."""


class Show(Struct, frozen=True):
    """A card with its full text."""

    thing: str = ""


class Approve(Struct, frozen=True):
    """Let exactly the shown bytes run."""

    thing: str = ""


class Reject(Struct, frozen=True):
    """Refuse, with a reason."""

    thing: str = ""
    reason: str = ""


class Edit(Struct, frozen=True):
    """Change a text; without one, open it for editing."""

    thing: str = ""
    field: str = ""
    text: str = ""


class Later(Struct, frozen=True):
    """Put a card off."""

    thing: str = ""
    when: str = ""


class Tell(Struct, frozen=True):
    """Say how a card or a case should go instead."""

    thing: str = ""
    text: str = ""


class DidIt(Struct, frozen=True):
    """The operator did it by hand."""

    thing: str = ""


class Hold(Struct, frozen=True):
    """Stop an approved mail that waits to leave."""

    thing: str = ""


class Audit(Struct, frozen=True):
    """The whole chain of a case."""

    thing: str = ""


class Why(Struct, frozen=True):
    """One step explained; `negated`: one not taken. `step` is a step number of the trail."""

    thing: str = ""
    step: str = ""
    negated: bool = False


class ShowContext(Struct, frozen=True):
    """What the next model call on a case would see: `part` is read, plan or draft."""

    thing: str = ""
    part: str = ""


class Replay(Struct, frozen=True):
    """Run a case again from the records; with `policy` or `model`, as it would have been."""

    thing: str = ""
    policy: str = ""
    model: str = ""


class Verify(Struct, frozen=True):
    """Check the whole chain, against an anchor or a file of them where one is given."""

    anchors: str = ""


class Anchor(Struct, frozen=True):
    """Hand out the head of the chain as a signed line."""


class Prove(Struct, frozen=True):
    """Kill a throw-away company at every moment, and show that nothing is lost or doubled."""

    said: str = ""


class AsOf(Struct, frozen=True):
    """A look at the past: `said` begins with the moment, and goes on with what to look at."""

    said: str = ""


class Books(Struct, frozen=True):
    """What was invoiced, paid and is open; of one month, quarter or year where it is said."""

    period: str = ""


class Export(Struct, frozen=True):
    """Files to hand over: `books` of a period, perhaps into a folder."""

    said: str = ""


class Evidence(Struct, frozen=True):
    """Everything of a case as files for a lawyer, perhaps into a folder."""

    said: str = ""


class Expense(Struct, frozen=True):
    """Something was spent; or what is the matter with an expense that is there (`e4 …`)."""

    said: str = ""


class Expenses(Struct, frozen=True):
    """What was spent in a period."""

    period: str = ""


class Digest(Struct, frozen=True):
    """What happened since the last digest."""


class ShowContact(Struct, frozen=True):
    """Somebody in the address book."""

    thing: str = ""


class Enter(Struct, frozen=True):
    """What tax, e-invoices and letters need to know of somebody: `field` is as people type it.

    A form of address has the field `form`, also where it was typed behind `address`.
    """

    thing: str
    field: str
    value: str = ""


class ShowInvoice(Struct, frozen=True):
    """One invoice."""

    thing: str = ""


class More(Struct, frozen=True):
    """All that a card leaves out: its bytes, where each value came from, rules, and the story."""

    thing: str = ""


class Timeline(Struct, frozen=True):
    """A case as a picture."""

    thing: str = ""


class Report(Struct, frozen=True):
    """A month as a picture: `2026-11`, a name, `last month`, or "" for this one."""

    month: str = ""


class ShowHome(Struct, frozen=True):
    """The overview that opens a chat."""


class MemoryStatus(Struct, frozen=True):
    """Which memory is searched, how complete it is, and what is built beside it."""


class WhatIf(Struct, frozen=True):
    """Rules on trial: `said` names a file of rules, a span and what to show."""

    said: str = ""


class Erase(Struct, frozen=True):
    """Show what erasing somebody means; `confirmed`: do it."""

    thing: str = ""
    confirmed: bool = False


class Halt(Struct, frozen=True):
    """Stop effects: all, or of one case or contact."""

    thing: str = ""
    reason: str = ""


class Resume(Struct, frozen=True):
    """Lift a stop."""

    thing: str = ""


class Retry(Struct, frozen=True):
    """Try again what failed or was held back."""

    thing: str = ""


class Takeover(Struct, frozen=True):
    """Compare a restored copy with the world, and let it act where `said` says so."""

    said: str = ""


class Merge(Struct, frozen=True):
    """Two contacts are one; `kept` stays."""

    kept: str = ""
    other: str = ""


class Split(Struct, frozen=True):
    """Take a merge back."""

    thing: str = ""


class Link(Struct, frozen=True):
    """A contact is also known under a phone number, an account, an address or a chat name."""

    thing: str = ""
    key: str = ""


class CorrectAddress(Struct, frozen=True):
    """Mails to a contact go to another address from now on."""

    thing: str = ""
    address: str = ""


class Assign(Struct, frozen=True):
    """Something that fits no case belongs to this one; "nothing" takes it off the list."""

    thing: str = ""
    case: str = ""


class Match(Struct, frozen=True):
    """What a payment pays: `rest` names invoices, perhaps an amount; or a case for a stray."""

    thing: str = ""
    rest: str = ""


class Unmatch(Struct, frozen=True):
    """A payment does not pay that invoice, or any."""

    thing: str = ""
    rest: str = ""


class OpenInvoices(Struct, frozen=True):
    """The invoices on which something is open, and the money that is on none."""


class NoAction(Struct, frozen=True):
    """The messages that needed nothing, and why."""


class Lead(Struct, frozen=True):
    """A message that needed nothing was a lead after all, or (`lead` false) a case was none."""

    thing: str = ""
    lead: bool = True


class Documents(Struct, frozen=True):
    """The files that came in: the newest, or those of a case."""

    thing: str = ""


class ShowDocument(Struct, frozen=True):
    """What one document says, page by page."""

    thing: str = ""


class Attach(Struct, frozen=True):
    """Hand a file of this machine in for a case."""

    thing: str = ""
    path: str = ""


class Promises(Struct, frozen=True):
    """Who promised what to whom: all that is open, or with somebody or in a case."""

    thing: str = ""


class Promise(Struct, frozen=True):
    """Somebody promised something. `free`: a plain sentence, which may turn out to tell of none."""

    text: str = ""
    free: bool = False


class OwnDeed(Struct, frozen=True):
    """The operator told or did something himself. `thing` names the case or card, "" where the
    sentence does. `free`: a plain sentence, which may turn out to be something else.
    """

    thing: str = ""
    text: str = ""
    free: bool = False


class Settle(Struct, frozen=True):
    """What became of a promise. `verb`: kept, broken, withdrawn, moved."""

    verb: str
    thing: str = ""
    text: str = ""


class Undo(Struct, frozen=True):
    """Take something back; `reason` is for whoever gets to read why."""

    thing: str = ""
    reason: str = ""


class Plan(Struct, frozen=True):
    """Say in which parts the offer of a case is to be billed."""

    thing: str = ""
    text: str = ""


class Delivered(Struct, frozen=True):
    """The work of a case is delivered. `free`: a plain sentence; it may be about
    something else."""

    thing: str = ""
    day: str = ""
    free: str = ""


class Milestone(Struct, frozen=True):
    """A milestone of a case is done. `text` is its number or name, and maybe the day."""

    thing: str = ""
    text: str = ""


class Remember(Struct, frozen=True):
    """Something holds, from now on or for a time."""

    text: str = ""


class Correct(Struct, frozen=True):
    """Something that was remembered is otherwise: the thing, and how it is."""

    said: str = ""


class Forget(Struct, frozen=True):
    """Something that was remembered holds no longer."""

    said: str = ""


class Memory(Struct, frozen=True):
    """What is known and remembered; `everything`: also what does not hold now."""

    query: str = ""
    everything: bool = False


class Pair(Struct, frozen=True):
    """Show a one-time code for a chat: `said` is a role and a name, both optional."""

    said: str = ""


class Devices(Struct, frozen=True):
    """Who may speak in chat."""


class SetRole(Struct, frozen=True):
    """Let a paired chat do more or less."""

    thing: str = ""
    role: str = ""


class Revoke(Struct, frozen=True):
    """End a pairing."""

    thing: str = ""


class Confirm(Struct, frozen=True):
    """Let a change of bank or tax data count, or not."""

    thing: str = ""
    agreed: bool = True


class Say(Struct, frozen=True):
    """Free text to Coo. `free`: typed without a command word, so it may be an answer."""

    text: str
    free: bool = True


class Numbered(Struct, frozen=True):
    """Text that begins with a number: an answer to that question, or words to that card."""

    number: str
    text: str


class Watch(Struct, frozen=True):
    """Plan, draft and ask, and let nothing leave."""


class GoLive(Struct, frozen=True):
    """What going live would mean; with `confirm`: do it."""

    said: str = ""


class ContinueNumbers(Struct, frozen=True):
    """A book goes on after the operator's own last number; without one: which comes next."""

    book: str = ""
    last: str = ""


class Quit(Struct, frozen=True):
    """Leave the conversation."""


class Unknown(Struct, frozen=True):
    """Something that looks like a command and is none; `near` are the likeliest."""

    word: str
    near: tuple[str, ...]


class Nothing(Struct, frozen=True):
    """An empty line."""


Intention = (
    Help
    | Status
    | Inbox
    | Failures
    | Show
    | Approve
    | Reject
    | Edit
    | Later
    | Tell
    | DidIt
    | Hold
    | Audit
    | Why
    | ShowContext
    | Replay
    | Verify
    | Anchor
    | Prove
    | AsOf
    | Books
    | Export
    | Evidence
    | Expense
    | Expenses
    | Digest
    | ShowContact
    | Enter
    | ShowInvoice
    | More
    | Timeline
    | Report
    | ShowHome
    | MemoryStatus
    | WhatIf
    | Erase
    | Halt
    | Resume
    | Retry
    | Takeover
    | Merge
    | Split
    | Link
    | CorrectAddress
    | Assign
    | Match
    | Unmatch
    | OpenInvoices
    | NoAction
    | Lead
    | Documents
    | ShowDocument
    | Attach
    | Promises
    | Promise
    | OwnDeed
    | Settle
    | Undo
    | Plan
    | Delivered
    | Milestone
    | Remember
    | Correct
    | Forget
    | Memory
    | Pair
    | Devices
    | SetRole
    | Revoke
    | Confirm
    | Say
    | Numbered
    | Watch
    | GoLive
    | ContinueNumbers
    | Quit
    | Unknown
    | Nothing
)

FEW_WORDS: Final = 3
"""A line of at most so many words whose first is nearly a command is taken for a slip."""

_NUMBERED: Final = re.compile(r"#?(\d{1,9})[.:,)]*(?:\s+(.*))?", re.DOTALL)
_QUOTED: Final = re.compile(r"""(["'])(.+?)\1\s*(.*)""", re.DOTALL)
_AS_OF: Final = re.compile(r"(?P<what>.+?)\s+--as-of[\s=]+(?P<when>.+)", re.DOTALL)
_OPTION: Final = re.compile(r"""--(policy|model)[=\s]\s*("[^"]+"|'[^']+'|[^\s-]\S*)""")
_PROMISED: Final = re.compile(
    r"(?:(?:i|we)(?: have|'ve)?|\S+(?: \S+){0,2}) promised\s+\S.*"
    r"|(?:ich habe|wir haben|\S+(?: \S+){0,2} hat) .+ (?:versprochen|zugesagt)\W*"
    r"|(?:j'ai|nous avons|\S+(?: \S+){0,2} (?:nous a|m'a|a)) promis\s+\S.*",
    re.IGNORECASE | re.DOTALL,
)
_DONE: Final = re.compile(
    r"(?:(?:i|we)(?: have|'ve)?(?: just| already| now)? (?:told|informed|assured|offered|agreed|"
    r"confirmed|wrote|written|emailed|mailed|texted|answered|replied|called|phoned|rang|spoke|"
    r"spoken|talked|sent)"
    r"|(?:ich habe?|wir haben|habe?) .*(?:gesagt|mitgeteilt|angeboten|best[äa]tigt|geschrieben|"
    r"gemailt|geantwortet|angerufen|telefoniert|gesprochen|geschickt|gesendet)"
    r"|(?:j['’]ai|nous avons|(?:je|on) (?:leur|lui) ai?|on a) (?:dit|confirm|propos|[ée]crit|"
    r"r[ée]pondu|appel|t[ée]l[ée]phon|parl|envoy))",
    re.IGNORECASE | re.DOTALL,
)
"""How a sentence begins that may tell what the operator did himself; a rule reads what."""

_DELIVERED: Final = re.compile(
    r"(?:i|we)(?: have|'ve)?(?: just)? (?:delivered|handed over|shipped)\b(?! .*\?).*"
    r"|the \S+(?: \S+)? (?:is|went) live\b.*"
    r"|(?:ich habe|wir haben) .*(?:geliefert|übergeben|ausgeliefert)\W*"
    r"|(?:der|die|das) \S+(?: \S+)? ist (?:jetzt )?(?:live|online|geliefert|übergeben)\W*"
    r"|(?:j'ai|nous avons) livré\b.*"
    r"|(?:le|la|l')\s?\S+(?: \S+)? est (?:en ligne|livrée?)\b.*",
    re.IGNORECASE | re.DOTALL,
)
_MOVED: Final = re.compile(r"(?P<thing>.+?)\s+(?:is\s+)?(?:moved\s+)?(?:to|until)\s+(?P<day>.+)")
_ENTERED: Final = re.compile(
    r"(?P<thing>\"[^\"]+\"|'[^']+'|.+?)\s+"
    r"(?P<field>country|vat[- ]id|business|address|form|language|reference|order|currency)\b[:\s]*"
    r"(?P<value>.*)",
    re.IGNORECASE | re.DOTALL,
)
_FORMS: Final = frozenset({"du", "sie", "tu", "vous", "first name", "vorname", "prénom"})
"""Forms of address; anything else behind `address` is where somebody lives."""
_ALSO_OLD: Final = re.compile(r"\s*(?:--all|,?\s*\balso old)\b", re.IGNORECASE)
_STEP: Final = re.compile(r"(.*?)\s*\bstep\s+(\d+)", re.IGNORECASE)


def parse(line: str) -> Intention:
    """What `line` means. A leading slash, or `/coo`, makes the first word a command for sure."""
    text = line.replace("\N{NO-BREAK SPACE}", " ").strip()
    if not text:
        return Nothing()
    bare = re.sub(r"^/(coo\s+)?", "", text)
    word, _, rest = bare.partition(" ")
    dated = _AS_OF.fullmatch(bare)
    if dated and word.lower() in _WORDS:
        return AsOf(f"{dated['when']} {dated['what']}")
    known = _WORDS.get(word.lower().rstrip("!."))
    if known:
        return known(rest.strip())
    numbered = _NUMBERED.fullmatch(bare)
    if numbered:
        number, said = numbered.group(1), (numbered.group(2) or "").strip()
        return Numbered(number, said) if said else Show(number)
    if bare == text and "?" not in text and _PROMISED.fullmatch(text):
        return Promise(text, free=True)
    if bare == text and "?" not in text and _DONE.match(text):
        return OwnDeed(text=text, free=True)
    if bare == text and "?" not in text and _DELIVERED.fullmatch(text):
        return Delivered(free=text)
    near = nearest(word)
    if bare != text or (near and len(bare.split()) <= FEW_WORDS):
        return Unknown(word, near)
    return Say(text)


def nearest(word: str) -> tuple[str, ...]:
    """The commands that a word is most like, the likeliest first."""
    names = [each.name for each in texts.COMMANDS]
    return tuple(get_close_matches(word.lower(), names, n=3, cutoff=0.7))


def split_thing(rest: str) -> tuple[str, str]:
    """(thing, what follows). A name of several words stands in quotes."""
    quoted = _QUOTED.fullmatch(rest)
    if quoted:
        return quoted.group(2), quoted.group(3)
    thing, _, text = rest.partition(" ")
    return _bare(thing), text.strip()


def _bare(thing: str) -> str:
    quoted = _QUOTED.fullmatch(thing)
    return quoted.group(2) if quoted and not quoted.group(3) else thing.rstrip(":,.!?")


def _path(rest: str) -> str:
    quoted = _QUOTED.fullmatch(rest)
    return quoted.group(2) if quoted and not quoted.group(3) else rest


def _erase(rest: str) -> Intention:
    said, _, last = rest.rpartition(" ")
    if last.casefold() == "confirm":
        return Erase(_bare(said.strip()), confirmed=True)
    return Erase(_bare(rest))


def _reject(rest: str) -> Intention:
    return Reject(*split_thing(rest))


def _edit(rest: str) -> Intention:
    thing, more = split_thing(rest)
    field, _, text = more.partition(" ")
    return Edit(thing, field.rstrip(":").lower(), text.strip().replace("\\n", "\n"))


def _merge(rest: str) -> Intention:
    """`merge A B`, `merge A with B`; `merge B into A` keeps A."""
    first, more = split_thing(rest)
    word, _, behind = more.partition(" ")
    if word.lower() == "into":
        return Merge(_bare(behind.strip()), first)
    joined = word.lower() in {"with", "and"} and behind.strip()
    return Merge(first, _bare((behind if joined else more).strip()))


def _assign(rest: str) -> Intention:
    """`assign 2 to case 3`, `assign payment PAY-7 to 3`."""
    bare = re.sub(r"^(?:the\s+)?(?:payment|mail)\s+(?=\S)", "", rest, flags=re.IGNORECASE)
    thing, more = split_thing(bare)
    case = re.sub(r"^to\s+", "", more, flags=re.IGNORECASE)
    return Assign(thing, _bare(re.sub(r"^case\s+(?=\d)", "", case, flags=re.IGNORECASE)))


def _match(rest: str) -> Intention:
    """`match PAY-7 2026-0001, 2026-0002`, `match payment PAY-7 to 2026-0001 500`, `match 2 3`."""
    return Match(*split_thing(_unnamed(rest)))


def _open(rest: str) -> Intention:
    """`open invoices`; anything else is said to Coo."""
    asked = rest.casefold().rstrip(".!?") in {"", "invoices", "invoice"}
    return OpenInvoices() if asked else Say(f"open {rest}")


def _unnamed(rest: str) -> str:
    return re.sub(r"^(?:the\s+)?payment\s+(?=\S)", "", rest, flags=re.IGNORECASE)


def _why(rest: str) -> Intention:
    negated = bool(re.match(r"not\b", rest, re.IGNORECASE))
    asked = rest[len("not") :].strip() if negated else rest
    step = _STEP.fullmatch(_bare(asked))
    if step and not negated:
        return Why(step.group(1).rstrip(","), step.group(2))
    return Why(_bare(asked), negated=negated)


def _undo(rest: str) -> Intention:
    """`undo case 3 they changed their mind`: a number alone is a card's."""
    case = re.match(r"case\s+#?\d+", rest, re.IGNORECASE)
    if case:
        return Undo(case[0], rest[case.end() :].strip())
    return Undo(*split_thing(rest))


def _of_case(rest: str) -> str:
    return re.sub(r"^case\s+(?=#?\d)", "", rest, flags=re.IGNORECASE)


def _settle(verb: str) -> Callable[[str], Intention]:
    """`kept p4`, `broken 4 they never answered`"""
    return lambda rest: Settle(verb, *split_thing(rest))


def _moved(rest: str) -> Intention:
    """`moved p4 to Friday`"""
    hit = _MOVED.fullmatch(rest)
    return Settle("moved", _bare(hit["thing"]), hit["day"]) if hit else Settle("moved")


def _contact(rest: str) -> Intention:
    """`contact Ada`; `contact Ada country FR`, `contact "Order GmbH" vat-id …`."""
    entered = _ENTERED.fullmatch(rest)
    if not entered:
        return ShowContact(_bare(rest))
    field, value = entered["field"].lower().replace(" ", "-"), entered["value"].strip()
    if field == "address" and value.casefold() in _FORMS:
        field = "form"
    return Enter(_bare(entered["thing"]), field, value)


def _promise(rest: str) -> Intention:
    """`promise Anna the draft by Tuesday`; `promise p4 moved to Friday`, `promise p4 kept`."""
    settled = re.fullmatch(r"(#?p?\d+)\s+(?:is\s+)?(kept|broken|moved|waived)\b\s*(.*)", rest)
    if not settled:
        return Promise(rest)
    thing, verb, more = settled.groups()
    if verb == "moved":
        return _moved(f"{thing} {more}")
    return Settle("withdrawn" if verb == "waived" else verb, thing, more)


def _memory(rest: str) -> Intention:
    """`memory status`, `memory Anna`, `memory Anna --all`, `memory Anna also old`"""
    if _bare(rest).lower() == "status":
        return MemoryStatus()
    query, found = _ALSO_OLD.subn("", rest)
    return Memory(_bare(query.strip()), everything=bool(found))


def _halt(rest: str) -> Intention:
    thing, _, reason = f" {rest}".partition(" because ")
    whole = {"", "all", "everything", "now"}
    return Halt(
        "" if _bare(thing.strip()).lower() in whole else _bare(thing.strip()), reason.strip()
    )


def _replay(rest: str) -> Intention:
    found: dict[str, str] = {}
    for name, value in _OPTION.findall(rest):
        found[name] = value.strip("\"'")
    return Replay(_bare(_OPTION.sub("", rest).strip()), **found)


def _resume(rest: str) -> Intention:
    return Resume("" if rest.lower() in {"all", "everything"} else _bare(rest))


def _who(rest: str) -> Intention:
    """`who` alone lists who is paired; `who is Ada?` is said to Coo."""
    return Say(f"who {rest}") if rest else Devices()


def _confirm(rest: str) -> Intention:
    """`confirm 5`, `confirm 5 no`"""
    thing, more = split_thing(rest)
    return Confirm(thing, agreed=_bare(more).lower() not in {"no", "not"})


def _role(rest: str) -> Intention:
    """`role ID viewer`"""
    thing, more = split_thing(rest)
    return SetRole(thing, _bare(more).lower())


_WORDS: Final[dict[str, Callable[[str], Intention]]] = {
    "help": lambda rest: Help(rest.lower()),
    "?": lambda rest: Help(rest.lower()),
    "status": lambda rest: Status(_bare(rest)),
    "inbox": lambda _: Inbox(),
    "failures": lambda _: Failures(),
    "show": lambda rest: Show(_bare(rest)),
    "approve": lambda rest: Approve(_bare(rest)),
    "reject": _reject,
    "edit": _edit,
    "later": lambda rest: Later(*split_thing(rest)),
    "tell": lambda rest: Tell(*split_thing(rest)),
    "say": lambda rest: Say(rest, free=False) if rest else Help("say"),
    "did-it": lambda rest: DidIt(_bare(rest)),
    "hold": lambda rest: Hold(_bare(rest)),
    "audit": lambda rest: Audit(_bare(rest)),
    "why": _why,
    "context": lambda rest: ShowContext(*split_thing(rest)),
    "as-of": lambda rest: AsOf(rest) if rest else Help("as-of"),
    "books": lambda rest: Books(_bare(rest)),
    "export": Export,
    "evidence": Evidence,
    "expense": Expense,
    "expenses": lambda rest: Expenses(_path(rest)),
    "digest": lambda _: Digest(),
    "contact": _contact,
    "invoice": lambda rest: ShowInvoice(_bare(rest)),
    "more": lambda rest: More(_bare(rest)),
    "timeline": lambda rest: Timeline(_bare(rest)),
    "report": lambda rest: Report(_bare(rest)),
    "home": lambda _: ShowHome(),
    "start": lambda _: ShowHome(),
    "whatif": lambda rest: WhatIf(rest) if rest else Help("whatif"),
    "replay": _replay,
    "verify": lambda rest: Verify(_path(rest)),
    "anchor": lambda _: Anchor(),
    "prove": Prove,
    "erase": _erase,
    "stop": _halt,
    "resume": _resume,
    "retry": lambda rest: Retry(_bare(rest)),
    "takeover": lambda rest: Takeover(" ".join(rest.lower().rstrip(".!").split())),
    "take-over": lambda rest: Takeover(" ".join(rest.lower().rstrip(".!").split())),
    "merge": _merge,
    "split": lambda rest: Split(_bare(rest)),
    "unmerge": lambda rest: Split(_bare(rest)),
    "no-action": lambda _: NoAction(),
    "documents": lambda rest: Documents(_bare(rest)),
    "document": lambda rest: ShowDocument(_bare(rest)),
    "attach": lambda rest: Attach(*split_thing(rest)),
    "lead": Lead,
    "no-lead": lambda rest: Lead(rest, lead=False),
    "address": lambda rest: CorrectAddress(*split_thing(rest)),
    "link": lambda rest: Link(*split_thing(rest)),
    "assign": _assign,
    "match": _match,
    "unmatch": lambda rest: Unmatch(*split_thing(_unnamed(rest))),
    "open": _open,
    "undo": _undo,
    "billing": lambda rest: Plan(*split_thing(_of_case(rest))),
    "delivered": lambda rest: Delivered(*split_thing(_of_case(rest))),
    "milestone": lambda rest: Milestone(*split_thing(_of_case(rest))),
    "promises": lambda rest: Promises(_bare(rest)),
    "promise": _promise,
    "told": lambda rest: OwnDeed(*split_thing(_of_case(rest))),
    "kept": _settle("kept"),
    "broken": _settle("broken"),
    "waive": _settle("withdrawn"),
    "moved": _moved,
    "remember": Remember,
    "correct": Correct,
    "forget": Forget,
    "memory": _memory,
    "confirm": _confirm,
    "watch": lambda _: Watch(),
    "go-live": lambda rest: GoLive(rest.lower().rstrip(".!")),
    "golive": lambda rest: GoLive(rest.lower().rstrip(".!")),
    "numbers": lambda rest: ContinueNumbers(*split_thing(rest)) if rest else ContinueNumbers(),
    "pair": lambda rest: Pair(" ".join(rest.split())),
    "devices": lambda _: Devices(),
    "who": _who,
    "role": _role,
    "revoke": lambda rest: Revoke(_bare(rest)),
    "quit": lambda _: Quit(),
    "exit": lambda _: Quit(),
}
