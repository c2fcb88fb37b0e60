"""Read what came into a mailbox: look at the headers of what is new, read what concerns us, take it in.

A mailbox is read folder by folder and batch by batch. Each batch is one transaction that also says how far the folder
was read, so that whatever ends in the middle (a BYE, a crash, a full disk) goes on there. Where a folder is numbered
anew, what is known already is recognised and not taken in twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from time import monotonic
from typing import Final

import msgspec

from influtui.mail import authentication, heading, impersonation
from influtui.mail import mailbox as mailboxes
from influtui.mail.connecting import Unreachable, is_loopback
from influtui.mail.folders import Folder
from influtui.mail.impersonation import KnownDomains
from influtui.mail.mailbox import Body, Closed, Head, Interrupted, Mailbox, State
from influtui.mail.second_process import Understanding
from influtui.mail.understanding import Guidance, Understood
from influtui.model.failures import Failure, ReadOnly
from influtui.model.incoming import LocalRule, ParsedMessage
from influtui.model.settings import MailAccount
from influtui.model.suppression import email_key
from influtui.model.text import plural
from influtui.model.times import rfc3339
from influtui.services.incoming import arrivals, matching
from influtui.services.incoming.arrivals import ACTOR, Arrival, Taken
from influtui.services.incoming.matching import Knowledge
from influtui.services.mailbox import credentials
from influtui.services.outgoing import reconciling
from influtui.services.outgoing.reconciling import Reconciled
from influtui.services.workspace import Workspace
from influtui.store import filing, received
from influtui.store.database import Row

LOOKED_BACK_DAYS: Final = 90
"""How far back a mailbox is read the first time; further where we wrote earlier than that."""
PAGE: Final = 2_000
"""Messages whose headers are held at once."""
BATCH: Final = 200
"""Messages taken in by one transaction, at most."""
SMALLEST_BATCH: Final = 100
HOLD: Final = 0.05
"""Seconds for which one transaction should keep others from writing: batches become smaller where it takes longer."""
BATCH_BYTES: Final = 16 * 1024 * 1024

_DAY: Final = 86_400_000
_SPARED: Final = frozenset({"junk", "sent"})
"""Folders whose loss does not keep a mailbox from being read."""


class SyncReport(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.sync/1"):
    """What reading a mailbox brought."""

    account: str
    at: str
    looked: int
    """Messages that were new in it."""
    kept: int
    kinds: dict[str, int]
    """Of the kept ones: how many of each kind."""
    unmatched: int
    """Kept, and nobody knows whose: `inbox list is:unmatched`."""
    known: int
    """Here already: copies in another folder, our own letters in Sent."""
    passed: int
    """Of no concern to us: left where they are, nothing of them was kept."""
    to_confirm: int
    """Ask for something that a person must confirm first: `inbox list is:unconfirmed`."""
    suppressed: int
    stopped: int
    """Sequences that ended because somebody answered."""
    paused: int
    went: int = 0
    """Letters whose outcome was unknown, and that lie in Sent."""
    filed: int = 0
    """Letters of which a copy was put into Sent."""
    troubles: tuple[str, ...] = ()
    """What could not be read or filed, though the rest could: a sentence each."""


class _Sums(msgspec.Struct):
    looked: int = 0
    passed: int = 0
    taken: Taken = msgspec.field(default_factory=Taken)


Told = Callable[[int, int], None]
"""Told how many messages of a folder were looked at, and of how many."""


async def sync(
    workspace: Workspace, account: MailAccount, *, everything: bool = False, told: Told | None = None
) -> SyncReport:
    """Read what is new in a mailbox. `everything` looks at all of it, whatever its age and whether it was seen before.

    Raises what stands in the way; what was taken in before that stays taken in.
    """
    async with opened(workspace, account) as mailbox:
        return await read(workspace, account, mailbox, everything=everything, told=told)


@asynccontextmanager
async def opened(workspace: Workspace, account: MailAccount) -> AsyncIterator[Mailbox]:
    """A connection to an account's mailbox, signed in."""
    if workspace.db.read_only or workspace.rehearsal:
        raise ReadOnly("nothing was read from the mailbox: this session is read-only", hint="Leave out --read-only.")
    if workspace.settings.world is not None and not _is_here(account):
        raise Failure(
            "this is a demo world: its people are invented, so no mailbox is read",
            hint="Open a workspace of your own with --workspace DIR.",
        )
    secret = await credentials.secret_for(workspace, account)
    async with mailboxes.connected(account, secret) as mailbox:
        yield mailbox


async def read(
    workspace: Workspace, account: MailAccount, mailbox: Mailbox, *, everything: bool = False, told: Told | None = None
) -> SyncReport:
    """Read what is new through a connection that stands."""
    reading = _Reading(workspace, account, mailbox, told)
    await reading.prepare()
    troubles: list[str] = []
    try:
        for folder in _of_interest(await mailbox.folders()):
            try:
                await reading.folder(folder, everything=everything)
            except Closed as closed:
                if folder.role not in _SPARED:
                    raise
                troubles.append(f"{closed.message}; the other folders were read")
    finally:
        await reading.close()
    if mailbox.withheld:
        messages = plural(mailbox.withheld, "message")
        troubles.append(f"{account.address}: its server does not give {messages}; look there with another mail program")
    async with workspace.db.write(workspace.clock(), durability="normal") as transaction:
        await received.synced(transaction, account.address)
    reconciled = Reconciled()
    try:
        reconciled = await reconciling.reconcile(workspace, account, mailbox)
    except Interrupted:
        raise
    except Unreachable as refused:
        # What came in is in; only the copies of what went, or the word of Sent on a doubt, have to wait.
        troubles.append(f"{refused.message}. {refused.hint or ''}".rstrip())
    sums, taken = reading.sums, reading.sums.taken
    return SyncReport(
        account=account.address,
        at=rfc3339(workspace.clock()) or "",
        looked=sums.looked,
        kept=taken.kept,
        kinds=taken.kinds,
        unmatched=taken.unmatched,
        known=taken.known,
        passed=sums.passed + taken.passed,
        to_confirm=taken.to_confirm,
        suppressed=taken.suppressed,
        stopped=taken.stopped,
        paused=taken.paused,
        went=taken.went + reconciled.went,
        filed=reconciled.filed,
        troubles=tuple(troubles),
    )


class _Reading:
    """One pass over a mailbox."""

    def __init__(self, workspace: Workspace, account: MailAccount, mailbox: Mailbox, told: Told | None) -> None:
        self.workspace = replace(workspace, actor=ACTOR)
        self.account = account
        self.mailbox = mailbox
        self.told = told
        self.sums = _Sums()
        self._address = account.address
        self._ours = frozenset({account.address.casefold()})
        self._people: dict[str, int] = {}
        self._domains = KnownDomains()
        self._authserv_id: str | None = None
        self._batch = SMALLEST_BATCH
        self._understanding = Understanding(Guidance())
        self._coming: set[str] = set()
        """The ids of messages that concern us and were not taken in yet."""

    async def prepare(self) -> None:
        """Read what messages are matched against and does not change from batch to batch."""
        db = self.workspace.db
        self._people = await received.people_of_ours(db)
        self._domains = KnownDomains({each.rpartition("@")[2] for each in (*self._people, *self._ours)})
        self._authserv_id = (await received.learned(db, self._address)).authserv_id
        rules = tuple(rule_of(row) for row in await received.rules(db))
        self._understanding = Understanding(Guidance(self._ours, rules))

    async def close(self) -> None:
        """Let go of what was started for this pass."""
        await self._understanding.close()

    async def folder(self, folder: Folder, *, everything: bool) -> None:
        """Read what is new in one folder."""
        before = (await received.folders(self.workspace.db, self._address)).get(folder.key)
        # Opened rather than asked about: what STATUS says of a folder that nobody has open may be an hour old.
        state = await self.mailbox.open(folder)
        same = before is not None and before.validity == state.validity
        if same and before is not None and not everything and state.next_uid == before.next_uid:
            return
        if same and before is not None and not everything:
            uids = await self.mailbox.uids(after=before.next_uid - 1)
        else:
            uids = await self.mailbox.uids(since=None if everything else await self._since())
        await self._take_in_all(folder, state, uids)
        last = max(uids[-1] + 1 if uids else 1, state.next_uid or 1, before.next_uid if same and before else 1)
        async with self.workspace.db.write(self.workspace.clock(), durability="normal") as transaction:
            at = received.Folder(state.validity, last, state.modseq)
            await received.read_up_to(transaction, self._address, folder.key, at)

    async def _since(self) -> datetime:
        now = self.workspace.clock()
        first = await received.first_letter(self.workspace.db, self._address)
        since = min(now - LOOKED_BACK_DAYS * _DAY, (first or now) - _DAY)
        return datetime.fromtimestamp(since / 1000, UTC)

    async def _take_in_all(self, folder: Folder, state: State, uids: Sequence[int]) -> None:
        """Look at messages page by page, and take in batch by batch what concerns us."""
        # What a second process works on; without one each batch is taken in before the next is fetched.
        ahead: list[asyncio.Task[list[Arrival]]] = []
        try:
            for start in range(0, len(uids), PAGE):
                async for batch in self._batches(folder, uids[start : start + PAGE]):
                    ahead.append(asyncio.create_task(self._arrivals(folder, state, batch)))
                    while len(ahead) > self._understanding.ahead:
                        await self._take_in(folder, state, await ahead.pop(0))
                if self.told is not None:
                    self.told(min(start + PAGE, len(uids)), len(uids))
            while ahead:
                await self._take_in(folder, state, await ahead.pop(0))
        finally:
            for task in ahead:
                task.cancel()
            await asyncio.gather(*ahead, return_exceptions=True)

    async def _batches(self, folder: Folder, uids: Sequence[int]) -> AsyncIterator[list[tuple[Head, Body]]]:
        """Of some messages those that concern us, with their bytes."""
        heads = [(head, heading.read(head.headers)) async for head in self.mailbox.heads(uids)]
        heads = await self._but_our_letters(folder, heads)
        self.sums.looked += len(heads)
        wanted = await self._wanted(folder, heads)
        self.sums.passed += len(heads) - len(wanted)
        await self._understanding.prepare_for(len(wanted))
        by_uid = {head.uid: head for head in wanted}
        batch: list[tuple[Head, Body]] = []
        held = 0
        async for body in self.mailbox.bodies(wanted):
            batch.append((by_uid[body.uid], body))
            held += len(body.raw)
            if len(batch) >= self._batch or held >= BATCH_BYTES:
                yield batch
                batch, held = [], 0
        if batch:
            yield batch

    async def _but_our_letters(
        self, folder: Folder, heads: list[tuple[Head, ParsedMessage]]
    ) -> list[tuple[Head, ParsedMessage]]:
        """The messages but the letters that we sent from here: those are no news, and only that they went may be."""
        own = {message.message_id for _, message in heads if message.message_id and self._is_ours(folder, message)}
        letters = await received.letters(self.workspace.db, own)
        if not letters:
            return heads
        async with self.workspace.db.write(self.workspace.clock(), durability="normal") as transaction:
            await filing.note_all(transaction, [letter.message for letter in letters.values()])
            for letter in letters.values():
                if letter.state == "unknown":
                    self.sums.taken.went += await arrivals.went(transaction, letter)
        sent = letters.keys()
        rest = [
            (head, message)
            for head, message in heads
            if not (message.message_id in sent and self._is_ours(folder, message))
        ]
        self.sums.taken.known += len(heads) - len(rest)
        return rest

    async def _wanted(self, folder: Folder, heads: Sequence[tuple[Head, ParsedMessage]]) -> list[Head]:
        """Of which messages the whole has to be read."""
        known = await arrivals.knowledge(
            self.workspace.db, self._address, [(message, None) for _, message in heads], self._people,
            now=self.workspace.clock(),
        )  # fmt: skip
        strangers = {
            message.sender
            for _, message in heads
            if message.sender and email_key(message.sender) not in self._people and not matching.is_bulk(message)
        }
        if strangers:
            self._people |= await received.people_at(self.workspace.db, strangers)
        wanted: dict[int, Head] = {}
        ids: set[str] = {*known.ids, *self._coming}
        found = -1
        # Again while anything is found: an answer may stand before what it answers.
        while found != len(wanted):
            found = len(wanted)
            for head, message in heads:
                if head.uid not in wanted and self._concerns_us(folder, message, known, ids):
                    wanted[head.uid] = head
                    ids |= {message.message_id} if message.message_id else set()
        self._coming |= {message.message_id for head, message in heads if head.uid in wanted and message.message_id}
        return [wanted[uid] for uid in sorted(wanted)]

    def _concerns_us(self, folder: Folder, message: ParsedMessage, known: Knowledge, ids: set[str]) -> bool:
        """Whether a message has to be read whole: `ids` are those of what we have, and of what will be read."""
        if any(each in ids for each in matching.referred(message)):
            return True
        if self._is_ours(folder, message):
            return any(email_key(each) in self._people for each in message.recipients)
        if matching.is_machine(message):
            return True
        known_sender = message.sender is not None and email_key(message.sender) in self._people
        return not matching.is_bulk(message) and (known_sender or matching.looks_like_an_answer(message, known))

    def _is_ours(self, folder: Folder, message: ParsedMessage) -> bool:
        """Whether we wrote a message: by where it lies, since anybody can put our address into From."""
        if folder.role != "all":
            return folder.role == "sent"
        # Where all mail lies in one folder, what was delivered to us bears the mark of it.
        return self._says_it_is_ours(message) and not message.first("delivered-to")

    def _says_it_is_ours(self, message: ParsedMessage) -> bool:
        return (message.sender or "").casefold() in self._ours

    async def _arrivals(self, folder: Folder, state: State, batch: Sequence[tuple[Head, Body]]) -> list[Arrival]:
        understood = await self._understanding.of([body.raw for _, body in batch])
        return [
            self._arrival(folder, state, head, body, found)
            for (head, body), found in zip(batch, understood, strict=True)
        ]

    def _arrival(self, folder: Folder, state: State, head: Head, body: Body, understood: Understood) -> Arrival:
        message = understood.message
        now = self.workspace.clock()
        verdict = authentication.verdict(message, self._authserv_id)
        is_ours = self._is_ours(folder, message)
        doubts = () if is_ours else impersonation.doubts(message, self._domains)
        if not is_ours and self._says_it_is_ours(message):
            doubts = (f"it says that it is from {self._address} itself, and was delivered here", *doubts)
        return Arrival(
            folder=folder,
            validity=state.validity,
            uid=body.uid,
            came=min(head.at or message.at or now, now),
            size=head.size,
            packed=understood.packed,
            whole=body.whole,
            message=message,
            found=understood.found,
            is_ours=is_ours,
            unverified="; ".join(filter(None, (verdict.doubt, *doubts))) or None,
            is_proven=verdict.is_proven,
        )

    async def _take_in(self, folder: Folder, state: State, batch: Sequence[Arrival]) -> None:
        many = "a message" if len(batch) == 1 else f"{len(batch)} messages"
        async with self.workspace.change("inbox.sync", f"took in {many}", durability="normal") as unit:
            unit.undoable = False
            begun = monotonic()
            taken = await arrivals.take_in(unit, self._address, batch, self._people, self._domains)
            unit.summary = f"took in {taken.kept} {'message' if taken.kept == 1 else 'messages'} for {self._address}"
            up_to = received.Folder(state.validity, batch[-1].uid + 1, state.modseq)
            await received.read_up_to(
                unit.transaction, self._address, folder.key, up_to, looked=len(batch), kept=taken.kept
            )
        held = monotonic() - begun
        if held > HOLD:
            self._batch = max(SMALLEST_BATCH, self._batch // 2)
        elif held < HOLD / 2:
            self._batch = min(BATCH, self._batch * 2)
        _add(self.sums.taken, taken)
        self._coming.difference_update(each.message.message_id for each in batch)
        # Whoever else runs on this loop gets a turn between two batches.
        await asyncio.sleep(0)


def rule_of(row: Row) -> LocalRule:
    """What a correction taught, from its row."""
    return LocalRule(
        id=f"local.{row['id']}", kind=row["kind"], sender=row["sender"], domain=row["domain"], phrase=row["phrase"]
    )


def _of_interest(folders: Sequence[Folder]) -> list[Folder]:
    """The folders that hold answers, and what was written elsewhere. Where all mail lies in one folder, that one and Junk."""
    roles = {folder.role for folder in folders}
    wanted = ("all", "junk") if "all" in roles else ("inbox", "junk", "sent")
    return sorted((each for each in folders if each.role in wanted), key=lambda each: wanted.index(each.role))


def _is_here(account: MailAccount) -> bool:
    return account.imap_host is not None and is_loopback(account.imap_host)


def _add(sums: Taken, more: Taken) -> None:
    for kind, count in more.kinds.items():
        sums.kinds[kind] = sums.kinds.get(kind, 0) + count
    for name in ("unmatched", "known", "passed", "suppressed", "stopped", "paused", "to_confirm", "went"):
        setattr(sums, name, getattr(sums, name) + getattr(more, name))
