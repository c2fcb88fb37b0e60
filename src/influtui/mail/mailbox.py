"""A mailbox on its server: its folders, what is new in them, a message's bytes, filing what was sent, waiting for mail.

Reading changes nothing there: folders are opened with EXAMINE and bodies read with PEEK, so a mail stays unread in the
person's own mail program. `Mailbox` is what the rest of the program knows; `connected` makes one that speaks IMAP.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final, NamedTuple, Protocol

from influtui.mail import folders as names
from influtui.mail import imap_wire as wire
from influtui.mail.connecting import Server, Unreachable, explained, no_encryption, refuse_plain, server_words, tls
from influtui.mail.folders import Folder
from influtui.mail.imap import HungUp, Imap, Refused
from influtui.mail.imap_wire import Garbled
from influtui.model.failures import Failure, NeedsConfiguration
from influtui.model.settings import MailAccount
from influtui.secrets.secret import Secret

HEADERS: Final = (
    "FROM SENDER REPLY-TO TO CC DELIVERED-TO DATE SUBJECT MESSAGE-ID IN-REPLY-TO REFERENCES RETURN-PATH CONTENT-TYPE"
    " AUTO-SUBMITTED X-FAILED-RECIPIENTS PRECEDENCE LIST-ID FEEDBACK-TYPE"
)
"""What is read of a mail before anybody knows whether it concerns us."""
A_BATCH: Final = 250
"""Messages in one command."""
BATCH_BYTES: Final = 4 * 1024 * 1024
"""Bytes that one command may bring, or one message."""
REFUSALS: Final = 3
"""Messages that a server may refuse in one folder before it is taken to refuse all."""
_PASSING: Final = frozenset({"UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "CONTACTADMIN", "OVERQUOTA"})
WHOLE: Final = 1024 * 1024
"""Bytes of a message that are read at first; the rest of a larger one is attachments, read when somebody wants them."""

_DATE: Final = re.compile(rb" ?(\d{1,2})-(\w{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH_NUMBERS: Final = {name.casefold(): number for number, name in enumerate(_MONTHS, 1)}


class Interrupted(Unreachable):
    """The connection broke, or the server said BYE, while a mailbox was read. What was read before is kept."""

    kind = "interrupted"


class Closed(Unreachable):
    """The server does not let a folder be opened, though it names it: it is gone by now, or not ours to read."""


class State(NamedTuple):
    """Where a folder stands. `next_uid` and `modseq` are None where the server does not say."""

    validity: int
    next_uid: int | None
    modseq: int | None
    messages: int


class Head(NamedTuple):
    """A message's headers, before it is known whether it concerns us."""

    uid: int
    size: int
    at: int
    """When it came, in milliseconds, as the server saw it (INTERNALDATE); 0 where it does not say."""
    headers: bytes


class Body(NamedTuple):
    """A message's bytes. `whole` is False where a large one was cut."""

    uid: int
    raw: bytes
    whole: bool


class Greeting(NamedTuple):
    """What a server said of itself when a connection stood."""

    encryption: str | None
    signed_in: bool
    can_wait: bool
    """Whether it tells of new mail by itself (IDLE)."""
    alerts: tuple[str, ...]


class Mailbox(Protocol):
    """A mailbox that can be read. Every method raises `Interrupted` when the connection is over, else `Unreachable`."""

    greeting: Greeting
    withheld: int
    """Messages that the server named and did not give when it was asked for them alone."""

    async def folders(self) -> list[Folder]:
        """Every folder that can be opened."""
        ...

    async def state(self, folder: Folder) -> State:
        """Where a folder stands, without opening it."""
        ...

    async def open(self, folder: Folder) -> State:
        """Open a folder for reading. Raises `Closed` where the server refuses."""
        ...

    async def uids(self, *, after: int = 0, since: datetime | None = None) -> list[int]:
        """The messages of the open folder, rising: those above a UID, and of a day or later."""
        ...

    def heads(self, uids: Sequence[int]) -> AsyncIterator[Head]:
        """Their headers. Messages that are gone by now are left out."""
        ...

    def bodies(self, heads: Sequence[Head], *, limit: int | None = WHOLE) -> AsyncIterator[Body]:
        """Their bytes, of each at most so many. Messages that are gone by now are left out."""
        ...

    async def find(self, message_id: str, *, after: int = 0) -> list[int]:
        """The messages of the open folder that have an id."""
        ...

    async def file(self, folder: Folder, raw: bytes, at: int) -> None:
        """Put a message into a folder, as read."""
        ...

    async def wait(self, seconds: float) -> bool:
        """Wait for news in the open folder, at most so long. Returns whether there is any."""
        ...


class ImapMailbox:
    """A mailbox on an IMAP server. Made by `connected`."""

    def __init__(self, imap: Imap, server: Server, secret: Secret | None) -> None:
        self._imap = imap
        self._server = server
        self._secret = secret
        self.withheld = 0
        self.greeting = Greeting(imap.encryption, imap.signed_in, imap.can("IDLE"), tuple(imap.alerts))

    async def folders(self) -> list[Folder]:
        """Every folder that can be opened."""
        marked = self._imap.can("SPECIAL-USE") and self._imap.can("LIST-EXTENDED")
        with self._explaining("its folders"):
            return names.listed(await self._imap.run(b'LIST "" "*"' + (b" RETURN (SPECIAL-USE)" if marked else b"")))

    async def state(self, folder: Folder) -> State:
        """Where a folder stands, without opening it."""
        asked = b"MESSAGES UIDNEXT UIDVALIDITY" + (b" HIGHESTMODSEQ" if self._imap.can("CONDSTORE") else b"")
        with self._explaining(f"the folder {folder.shown}"):
            for response in await self._imap.run(b"STATUS " + wire.quoted(folder.name) + b" (" + asked + b")"):
                if response.word(0) == b"STATUS":
                    told = wire.pairs(response.words[-1])
                    return State(
                        wire.number(told.get(b"UIDVALIDITY")) or 0,
                        wire.number(told.get(b"UIDNEXT")),
                        wire.number(told.get(b"HIGHESTMODSEQ")),
                        wire.number(told.get(b"MESSAGES")) or 0,
                    )
            raise Garbled("the server does not say where a folder stands")

    async def open(self, folder: Folder) -> State:
        """Open a folder for reading. Raises `Closed` where the server refuses."""
        condstore = b" (CONDSTORE)" if self._imap.can("CONDSTORE") else b""
        told: dict[str, int | None] = {}
        messages = 0
        with self._explaining(f"the folder {folder.shown}", refused=Closed):
            for response in await self._imap.run(b"EXAMINE " + wire.quoted(folder.name) + condstore):
                if response.status is not None and response.status.code is not None:
                    told[response.status.code] = wire.number(response.status.about.strip())
                elif response.word(1) == b"EXISTS":
                    messages = wire.number(response.word(0)) or 0
        return State(told.get("UIDVALIDITY") or 0, told.get("UIDNEXT"), told.get("HIGHESTMODSEQ"), messages)

    async def uids(self, *, after: int = 0, since: datetime | None = None) -> list[int]:
        """The messages of the open folder, rising: those above a UID, and of a day or later."""
        wanted = [b"UID %d:*" % (after + 1)] if after else []
        if since is not None:
            day = since.astimezone(UTC)
            wanted.append(f"SINCE {day.day}-{_MONTHS[day.month - 1]}-{day.year}".encode("ascii"))
        with self._explaining("its messages"):
            found = await self._searched(b" ".join(wanted) or b"ALL")
        # `n:*` names the newest message even where n is beyond it.
        return [uid for uid in found if uid > after]

    async def heads(self, uids: Sequence[int]) -> AsyncIterator[Head]:
        """Their headers. Messages that are gone by now are left out."""
        asked = b"(UID RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER.FIELDS (%s)])" % HEADERS.encode("ascii")
        wanted = set(uids)
        async for uid, told in self._fetched(_in_batches(uids), asked):
            headers = next((value for name, value in told.items() if name.startswith(b"BODY[")), None)
            if uid in wanted and isinstance(headers, bytes):
                wanted.discard(uid)
                yield Head(uid, wire.number(told.get(b"RFC822.SIZE")) or 0, _came(told.get(b"INTERNALDATE")), headers)

    async def bodies(self, heads: Sequence[Head], *, limit: int | None = WHOLE) -> AsyncIterator[Body]:
        """Their bytes, of each at most so many. Messages that are gone by now are left out."""
        part = b"BODY.PEEK[]" if limit is None else b"BODY.PEEK[]<0.%d>" % limit
        sizes = {head.uid: head.size for head in heads}
        async for uid, told in self._fetched(_by_size(heads, limit), b"(UID " + part + b")"):
            raw = next((value for name, value in told.items() if name.startswith(b"BODY[")), None)
            if isinstance(raw, bytes) and (size := sizes.pop(uid, None)) is not None:
                # Sizes that servers state are often a little off: what came short of the limit is whole.
                yield Body(uid, raw, limit is None or len(raw) < limit or size <= limit)

    async def find(self, message_id: str, *, after: int = 0) -> list[int]:
        """The messages of the open folder that have an id."""
        within = b"UID %d:* " % (after + 1) if after else b""
        with self._explaining("its messages"):
            found = await self._searched(
                within + b"HEADER Message-ID " + wire.quoted(message_id.encode("ascii", "replace"))
            )
            return [uid for uid in found if uid > after]

    async def file(self, folder: Folder, raw: bytes, at: int) -> None:
        """Put a message into a folder, as read."""
        day = datetime.fromtimestamp(at / 1000, UTC)
        when = f'"{day.day:2d}-{_MONTHS[day.month - 1]}-{day.year} {day:%H:%M:%S} +0000"'.encode("ascii")
        with self._explaining(f"a copy for the folder {folder.shown}", does="take"):
            await self._imap.append(b"APPEND " + wire.quoted(folder.name) + b" (\\Seen) " + when, raw)

    async def wait(self, seconds: float) -> bool:
        """Wait for news in the open folder, at most so long. Returns whether there is any."""
        with self._explaining("new mail"):
            if self._imap.can("IDLE"):
                return await self._imap.idle(seconds)
            await asyncio.sleep(seconds)
            return any(response.word(1) == b"EXISTS" for response in await self._imap.run(b"NOOP"))

    async def _searched(self, what: bytes) -> list[int]:
        found: set[int] = set()
        for response in await self._imap.run(b"UID SEARCH " + what):
            if response.word(0) == b"SEARCH":
                found |= {uid for each in response.words[1:] if (uid := wire.number(each)) is not None}
        return sorted(found)

    async def _fetched(
        self, batches: Iterable[Sequence[int]], asked: bytes
    ) -> AsyncIterator[tuple[int, dict[bytes, wire.Token]]]:
        """What the server gives of messages. One that it refuses (it is damaged there) keeps no other from being read."""
        waiting, refused, given = list(batches), list[Refused](), 0
        with self._explaining("its messages"):
            while waiting:
                try:
                    commands = [b"UID FETCH " + wire.uid_set(some) + b" " + asked for some in waiting]
                    async for response in self._imap.each(commands):
                        if response.word(1) == b"FETCH" and len(response.words) > 2:
                            told = wire.pairs(response.words[2])
                            if (uid := wire.number(told.get(b"UID"))) is not None:
                                given += 1
                                yield uid, told
                    waiting = []
                except Refused as no:
                    some, waiting = waiting[no.number], waiting[no.number + 1 :]
                    refused += [no] * (len(some) == 1)
                    if no.code in _PASSING or len(refused) > REFUSALS:
                        raise
                    half = len(some) // 2
                    waiting = [some[:half], some[half:], *waiting] if half else waiting
            # Where nothing is given, or many are refused, it is not the messages: none may be passed over then.
            if refused and not given:
                raise refused[0]
        self.withheld += len(refused)

    def _explaining(self, what: str, *, does: str = "give", refused: type[Unreachable] = Unreachable) -> _Explaining:
        return _Explaining(self._server, self._secret, what, does, refused)


class _Explaining:
    """Turns what goes wrong inside a block into a sentence."""

    def __init__(self, server: Server, secret: Secret | None, what: str, does: str, refused: type[Unreachable]) -> None:
        self._server = server
        self._secret = secret
        self._what = what
        self._does = does
        self._refused = refused

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        where = self._server.where
        if isinstance(error, HungUp):
            said = f": {server_words(error.said, self._secret)}" if error.said else ""
            raise Interrupted(
                f"{where} ended the connection{said}",
                hint="Nothing is lost: the next `influtui inbox sync` goes on where this one stopped.",
            ) from None
        if isinstance(error, TimeoutError | OSError):
            raise Interrupted(
                f"{where} did not answer in time",
                hint="Nothing is lost: the next `influtui inbox sync` goes on where this one stopped.",
            ) from None
        if isinstance(error, Refused):
            said = server_words(error.said, self._secret)
            if error.code == "OVERQUOTA":
                raise Unreachable(
                    f"the mailbox {self._server.address} is full: {said}",
                    hint="Make room in it (or ask its provider for more), then try again.",
                ) from None
            message = f"{where} does not {self._does} {self._what}: {said}"
            raise self._refused(message, hint="Try again later.") from None
        if isinstance(error, Garbled):
            raise Unreachable(
                f"{where} does not speak IMAP as it should: {server_words(str(error))}",
                hint=f"Is it an IMAP server? `influtui account test {self._server.address}` tries it.",
            ) from None


@asynccontextmanager
async def connected(account: MailAccount, secret: Secret | None) -> AsyncIterator[ImapMailbox]:
    """A connection to the mailbox's IMAP server: encrypted, checked and signed in.

    Raises `Unreachable` where the server cannot be used now, and `NeedsConfiguration` where a setting or the password
    is wrong; both name what to do.
    """
    server = imap_server(account)
    refuse_plain(server)
    try:
        imap = await Imap.connect(server.host, server.port, tls() if server.security == "tls" else None)
    except HungUp as gone:
        raise _not_now(server, gone.said) from None
    except (OSError, TimeoutError, ssl.SSLError) as error:
        raise explained(error, server) from None
    except Garbled as garbled:
        raise _no_imap(server, garbled) from None
    try:
        await _prepare(imap, server, account, secret)
        yield ImapMailbox(imap, server, secret)
    finally:
        await imap.close()


def imap_server(account: MailAccount) -> Server:
    """The mailbox's IMAP server. Raises `NeedsConfiguration` where none is named."""
    if account.imap_host is None:
        raise NeedsConfiguration(
            f"{account.address} has no server to read mail from",
            hint='Add imap_host = "imap.example.com" to its [[account]] in config.toml.',
        )
    port = account.imap_port or (143 if account.imap_security != "tls" else 993)
    return Server("imap", account.address, account.imap_host, port, account.imap_security)


async def _prepare(imap: Imap, server: Server, account: MailAccount, secret: Secret | None) -> None:
    try:
        if server.security == "starttls":
            if not imap.can("STARTTLS") or imap.signed_in:
                raise no_encryption(server)
            await imap.starttls(tls(), server.host)
        if secret is None and not imap.signed_in:
            raise NeedsConfiguration(
                f"there is no password for {account.address}, and {server.where} lets nobody read without one",
                hint=f"`influtui secret set {account.address}` keeps one.",
            )
        if secret is not None and not imap.signed_in:
            await imap.sign_in(
                account.imap_username or account.username or account.address, secret, by_token=account.auth == "xoauth2"
            )
    except Refused as refused:
        raise _refused(server, account, refused, secret) from None
    except HungUp as gone:
        raise _not_now(server, gone.said) from None
    except (OSError, TimeoutError, ssl.SSLError) as error:
        raise explained(error, server) from None
    except Garbled as garbled:
        raise _no_imap(server, garbled) from None


def _refused(server: Server, account: MailAccount, refused: Refused, secret: Secret | None) -> Failure:
    said = server_words(refused.said, secret)
    if refused.code in ("UNAVAILABLE", "INUSE", "LIMIT", "CONTACTADMIN"):
        return Unreachable(f"{server.where} does not let anybody in now: {said}", hint="Try again later.")
    if account.auth == "password":
        return NeedsConfiguration(
            f"{server.where} refused the password of {account.address}: {said}",
            hint=f"`influtui secret set {account.address}`, or mend password_command; then `influtui account test`."
            " Gmail and others want an app password.",
        )
    mend = (
        "mend token_command" if account.token_command else f"`influtui account login {account.address}` gets a new one"
    )
    return NeedsConfiguration(
        f"{server.where} refused the access token of {account.address}: {said}", hint=f"It may have expired: {mend}."
    )


def _not_now(server: Server, said: str) -> Failure:
    if not said:
        return explained(ConnectionError(), server)
    return Unreachable(f"{server.where} would not talk to us: {server_words(said)}", hint="Try again later.")


def _no_imap(server: Server, garbled: Garbled) -> Failure:
    return Unreachable(
        f"{server.where} cannot be used: {server_words(str(garbled))}",
        hint=f"Check imap_host, imap_port and imap_security of {server.address} in config.toml.",
    )


def _came(date: wire.Token) -> int:
    """`17-Jul-2026 02:44:25 -0700` in milliseconds."""
    match = _DATE.fullmatch(date) if isinstance(date, bytes) else None
    if match is None:
        return 0
    day, month, year, hour, minute, second, sign, hours, minutes = (each.decode("ascii") for each in match.groups())
    offset = (int(hours) * 60 + int(minutes)) * (-60 if sign == "-" else 60)
    try:
        number = _MONTH_NUMBERS[month.casefold()]
        found = datetime(int(year), number, int(day), int(hour), int(minute), min(int(second), 59), tzinfo=UTC)
        return (int(found.timestamp()) - offset) * 1000
    except (KeyError, ValueError, OverflowError):
        return 0


def _in_batches(uids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(uids), A_BATCH):
        yield uids[start : start + A_BATCH]


def _by_size(heads: Sequence[Head], limit: int | None) -> Iterator[list[int]]:
    """UIDs in batches that bring a bounded number of bytes."""
    batch: list[int] = []
    held = 0
    for head in heads:
        size = head.size if limit is None else min(head.size, limit)
        if batch and (held + size > BATCH_BYTES or len(batch) == A_BATCH):
            yield batch
            batch, held = [], 0
        batch.append(head.uid)
        held += size
    if batch:
        yield batch
