"""One typed line in, one answer out. Whatever goes wrong, there is an answer with a remedy."""

from __future__ import annotations

from typing import assert_never

from bot import texts
from bot.cards.outcomes import UNDECIDED
from bot.channel import CONSOLE, Card, Reply
from bot.commands import words
from bot.commands.answers import trouble
from bot.commands.auditing import Auditing
from bot.commands.billing import Billing
from bot.commands.books import Bookkeeping
from bot.commands.closer import Closer
from bot.commands.confirming import Confirming
from bot.commands.contexts import Contexts
from bot.commands.dealing import Dealing
from bot.commands.deciding import Deciding
from bot.commands.digesting import Digesting
from bot.commands.documents import DocumentCommands
from bot.commands.erasing import Erasing
from bot.commands.expenses import Spendings
from bot.commands.going_live import GoingLive
from bot.commands.halting import Halting
from bot.commands.handing_over import HandingOver
from bot.commands.identity import Identities
from bot.commands.knowing import Knowing
from bot.commands.leads import Leads, no_action
from bot.commands.looking import Looking
from bot.commands.manners import Manners
from bot.commands.matching import Matching
from bot.commands.memory_status import memory_reply
from bot.commands.pairing import Pairing
from bot.commands.parts import Parts
from bot.commands.past import GoingBack
from bot.commands.picturing import Picturing
from bot.commands.promising import Promising
from bot.commands.proving import Proving
from bot.commands.rehearsing import prove
from bot.commands.remembering import Remembering
from bot.commands.replaying import Replaying
from bot.commands.rights import barred, barred_below
from bot.commands.session import Session
from bot.commands.strays import Strays
from bot.commands.supposing import Supposing
from bot.commands.taking_over import TakingOver
from bot.commands.undoing import Undoing
from bot.home.gathering import home
from bot.home.overview import home_reply
from bot.office.port import Office
from bot.remembering.statements import Memories, Recollecting
from ledger.domain.entities import Approval, Question
from ledger.domain.errors import CooError
from ledger.domain.pairing import Role

Placing = words.Merge | words.Split | words.Link | words.CorrectAddress | words.Assign


class Commands:
    """The commands of one conversation."""

    def __init__(self, office: Office, session: Session) -> None:
        self._office, self.session = office, session
        self._deciding = Deciding(office, session)
        self._looking = Looking(office, session)
        self._auditing = Auditing(office, session)
        self._closer = Closer(office, session)
        self._picturing = Picturing(office, session)
        self._halting = Halting(office, session)
        self._identities = Identities(office)
        self._strays = Strays(office)
        self._matching = Matching(office, self._strays)
        self._proving = Proving(office)
        self._books = Bookkeeping(office, session)
        self._spendings = Spendings(office, session)
        self._handing_over = HandingOver(office, session)
        self._digesting = Digesting(office, session)
        self._going_back = GoingBack(office, session)
        self._replaying = Replaying(office, session)
        self._supposing = Supposing(office, session)
        self._taking_over = TakingOver(office)
        self._undoing = Undoing(office)
        self._dealing = Dealing(office, self._deciding.free)
        self._parts = Parts(office, session)
        self._promising = Promising(office, session)
        self._contexts = Contexts(office, session)
        self._remembering = Remembering(office, session)
        self._knowing = Knowing(office, session, self._recollected)
        self._erasing = Erasing(office, session)
        self._pairing = Pairing(office, session)
        self._confirming = Confirming(office)
        self._billing = Billing(office)
        self._going_live = GoingLive(office)
        self._manners = Manners(office)

    async def answer(self, line: str) -> Reply:
        """What `line` does and says. Never raises for what a person may have done."""
        try:
            intent = words.parse(line)
            reply = await barred(self._office, intent) or await self._run(intent)
        except CooError as error:
            reply = Reply(lines=(error.cause, error.remedy), trouble=True)
        return self._seen(reply)

    async def edited(self, approval: str, edits: dict[str, str]) -> Reply:
        """The preview of what an editor gave back."""
        found = await self._office.views.get(Approval, approval)
        if found is None or not edits:
            return await self.answer(f"show {approval}")
        if found.status not in UNDECIDED:  # who decided meanwhile, and what came of it
            return await self.answer(f"edit {approval}")
        return self._seen(await self._deciding.edited(found, edits))

    async def waits(self, card: Card) -> bool:
        """Whether there is still something to decide on a card that was shown."""
        found = await self._office.views.get(Approval, card.about)
        asked = await self._office.views.get(Question, card.about)
        if found is not None:
            return found.status in UNDECIDED
        return asked is None or asked.status == "open"

    async def barred_below(self, least: Role) -> Reply | None:
        """The answer to whoever has less than this role here, or None."""
        return await barred_below(self._office, least)

    def _seen(self, reply: Reply) -> Reply:
        for card in reply.cards:
            self.session.shown(card)
        return reply

    async def _run(self, intent: words.Intention) -> Reply:  # noqa: C901, PLR0911, PLR0912 - one arm a kind
        match intent:
            case words.Nothing() | words.Quit() | words.Unknown() | words.Help():
                return self._small(intent)
            case words.Say() | words.Numbered() | words.Tell() | words.OwnDeed():
                return await self._words(intent)
            case words.Inbox() | words.Status() | words.Failures() | words.ShowHome():
                return await self._look(intent)
            case words.MemoryStatus():
                return memory_reply(await self._office.memory())
            case words.Digest():
                return await self._digesting.digest()
            case words.Books() | words.ShowContact() | words.ShowInvoice() | words.Report():
                return await self._business(intent)
            case words.ShowContext():
                return await self._contexts.context(intent)
            case words.Audit() | words.Why() | words.More() | words.Timeline():
                return await self._story(intent)
            case words.AsOf() | words.Replay() | words.WhatIf():
                return await self._past(intent)
            case words.Halt() | words.Resume() | words.Retry():
                return await self._orders(intent)
            case words.Match() | words.Unmatch() | words.OpenInvoices():
                return await self._money(intent)
            case (
                words.Merge()
                | words.Split()
                | words.Link()
                | words.CorrectAddress()
                | words.Assign()
            ):
                return await self._place(intent)
            case words.Expense():
                return await self._spendings.told(intent)
            case words.Expenses():
                return await self._spendings.listed(intent)
            case words.Evidence():
                return await self._handing_over.evidence(intent)
            case words.Export():
                return await self._handing_over.export(intent)
            case words.Plan() | words.Delivered() | words.Milestone():
                return await self._part(intent)
            case words.Undo():
                return await self._undoing.undo(intent)
            case words.Promises() | words.Promise() | words.Settle():
                return await self._promised(intent)
            case words.Verify() | words.Anchor() | words.Takeover() | words.Erase():
                return await self._keep(intent)
            case words.Enter(field="form" | "language"):
                return await self._manners.enter(intent)
            case words.Enter():
                return await self._billing.enter(intent)
            case words.Remember() | words.Correct() | words.Forget() | words.Memory():
                return await self._known(intent)
            case words.Watch() | words.GoLive() | words.ContinueNumbers():
                return await self._live(intent)
            case words.NoAction():
                return await no_action(self._office, self.session.now(self._office))
            case words.Documents() | words.ShowDocument() | words.Attach():
                return await DocumentCommands(self._office).run(intent)
            case words.Lead():
                return await Leads(self._office).told(intent)
            case words.Prove(said):
                return await prove(said)
            case words.Confirm():
                return await self._confirming.confirm(intent)
            case words.Pair() | words.Devices() | words.SetRole() | words.Revoke():
                return await self._access(intent)
            case _:
                return await self._decide(intent)

    async def _part(self, intent: words.Plan | words.Delivered | words.Milestone) -> Reply:
        match intent:
            case words.Plan():
                return await self._parts.plan(intent)
            case words.Delivered(free=text) if text:
                return await self._parts.told(text) or await self._deciding.free(text)
            case words.Delivered():
                return await self._parts.delivered(intent)
            case words.Milestone():
                return await self._parts.milestone(intent)
            case _:
                assert_never(intent)

    async def _promised(self, intent: words.Promises | words.Promise | words.Settle) -> Reply:
        match intent:
            case words.Promises(thing):
                return await self._promising.promises(thing)
            case words.Settle():
                return await self._promising.settle(intent)
            case words.Promise(text):
                return await self._promising.told(intent) or await self._deciding.free(text)
            case _:
                assert_never(intent)

    async def _place(self, intent: Placing) -> Reply:
        match intent:
            case words.Merge():
                return await self._identities.merge(intent)
            case words.Split(thing):
                return await self._identities.split(thing)
            case words.Link():
                return await self._identities.link(intent)
            case words.CorrectAddress():
                return await self._identities.correct_address(intent)
            case words.Assign():
                return await self._strays.assign(intent)
            case _:
                assert_never(intent)

    async def _money(self, intent: words.Match | words.Unmatch | words.OpenInvoices) -> Reply:
        match intent:
            case words.Match():
                return await self._matching.match(intent)
            case words.Unmatch():
                return await self._matching.unmatch(intent)
            case words.OpenInvoices():
                return await self._books.open_invoices()
            case _:
                assert_never(intent)

    async def _live(self, intent: words.Watch | words.GoLive | words.ContinueNumbers) -> Reply:
        match intent:
            case words.Watch():
                return await self._going_live.watch()
            case words.GoLive():
                return await self._going_live.go_live(intent)
            case words.ContinueNumbers():
                return await self._going_live.numbers(intent)
            case _:
                assert_never(intent)

    def _small(self, intent: words.Nothing | words.Quit | words.Unknown | words.Help) -> Reply:
        match intent:
            case words.Nothing():
                return Reply(hints=(texts.NOTHING_SAID,))
            case words.Quit():
                return Reply(lines=(texts.BYE,), leave=True)
            case words.Help(topic):
                return self._looking.help(topic, short=self._office.channel != CONSOLE)
            case words.Unknown(word, near):
                if not near:
                    return trouble(texts.NO_SUCH_COMMAND, word=word)
                return trouble(texts.DID_YOU_MEAN, word=word, near=_or(near))
            case _:
                assert_never(intent)

    async def _words(
        self, intent: words.Say | words.Numbered | words.Tell | words.OwnDeed
    ) -> Reply:
        match intent:
            case words.OwnDeed():
                return await self._dealing.told(intent)
            case words.Say(text, free):
                said = self._deciding.free if free else self._deciding.say
                return await said(text)
            case words.Numbered(number, text):
                return await self._deciding.numbered(number, text)
            case words.Tell():
                done = await self._dealing.about(intent.thing, intent.text)
                return done or await self._deciding.tell(intent)
            case _:
                assert_never(intent)

    async def _orders(self, intent: words.Halt | words.Resume | words.Retry) -> Reply:
        match intent:
            case words.Halt():
                return await self._halting.stop(intent)
            case words.Resume(thing):
                return await self._halting.resume(thing)
            case words.Retry(thing):
                return await self._halting.retry(thing)
            case _:
                assert_never(intent)

    async def _business(
        self, intent: words.Books | words.ShowContact | words.ShowInvoice | words.Report
    ) -> Reply:
        match intent:
            case words.Books(period):
                return await (self._books.month(period) if period else self._books.books())
            case words.Report(month):
                return await self._picturing.report(month)
            case words.ShowContact(thing):
                return await self._books.contact(thing)
            case words.ShowInvoice(thing):
                return await self._books.invoice(thing)
            case _:
                assert_never(intent)

    async def _story(self, intent: words.Audit | words.Why | words.More | words.Timeline) -> Reply:
        match intent:
            case words.Audit(thing):
                return await self._auditing.audit(thing)
            case words.Why():
                return await self._auditing.why(intent)
            case words.More(thing):
                return await self._closer.more(thing)
            case words.Timeline(thing):
                return await self._picturing.timeline(thing)
            case _:
                assert_never(intent)

    async def _past(self, intent: words.AsOf | words.Replay | words.WhatIf) -> Reply:
        match intent:
            case words.WhatIf(said):
                return await self._supposing.whatif(said)
            case words.AsOf(said):
                return await self._going_back.look(said)
            case words.Replay():
                return await self._replaying.replay(intent)
            case _:
                assert_never(intent)

    async def _look(
        self, intent: words.Inbox | words.Status | words.Failures | words.ShowHome
    ) -> Reply:
        match intent:
            case words.Inbox():
                return await self._looking.inbox()
            case words.Status(thing):
                return await self._looking.status(thing)
            case words.Failures():
                return await self._looking.failures()
            case words.ShowHome():
                return home_reply(await home(self._office, self.session.now(self._office)))
            case _:
                assert_never(intent)

    async def _keep(
        self, intent: words.Verify | words.Anchor | words.Takeover | words.Erase
    ) -> Reply:
        match intent:
            case words.Verify() | words.Anchor():
                return await self._proving.answer(intent)
            case words.Takeover(said):
                return await self._taking_over.takeover(said)
            case words.Erase():
                return await self._erasing.erase(intent)
            case _:
                assert_never(intent)

    async def _known(
        self, intent: words.Remember | words.Correct | words.Forget | words.Memory
    ) -> Reply:
        match intent:
            case words.Remember(text):
                promised = await self._promising.told(words.Promise(text, free=True))
                return promised or await self._remembering.remember(intent)
            case words.Correct():
                return await self._remembering.correct(intent)
            case words.Forget():
                return await self._remembering.forget(intent)
            case words.Memory():
                return await self._knowing.memory(intent)
            case _:
                assert_never(intent)

    async def _recollected(self, question: Recollecting) -> Memories:
        return await self._office.recollect(question)

    async def _access(
        self, intent: words.Pair | words.Devices | words.SetRole | words.Revoke
    ) -> Reply:
        match intent:
            case words.Pair():
                return await self._pairing.pair(intent)
            case words.Devices():
                return await self._pairing.devices()
            case words.SetRole():
                return await self._pairing.role(intent)
            case words.Revoke(thing):
                return await self._pairing.revoke(thing)
            case _:
                assert_never(intent)

    async def _decide(
        self,
        intent: words.Show
        | words.Approve
        | words.Reject
        | words.Edit
        | words.Later
        | words.DidIt
        | words.Hold,
    ) -> Reply:
        match intent:
            case words.Show(thing):
                return await self._deciding.show(thing)
            case words.Approve(thing):
                return await self._deciding.approve(thing)
            case words.Reject():
                return await self._deciding.reject(intent)
            case words.Edit():
                return await self._deciding.edit(intent)
            case words.Later():
                return await self._deciding.later(intent)
            case words.DidIt(thing):
                return await self._deciding.did_it(thing)
            case words.Hold(thing):
                return await self._deciding.hold(thing)
            case _:
                assert_never(intent)


def _or(near: tuple[str, ...]) -> str:
    quoted = [f"`{each}`" for each in near]
    return " or ".join((", ".join(quoted[:-1]), quoted[-1])) if len(quoted) > 1 else quoted[0]
