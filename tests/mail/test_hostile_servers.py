"""What a mailbox does when its server does not do what it should."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hostile_imap import HANG_UP, HostileImap

from influtui.mail import imap
from influtui.mail.connecting import Unreachable
from influtui.mail.folders import Folder
from influtui.mail.mailbox import Closed, Head, ImapMailbox, Interrupted, connected
from influtui.model.failures import Failure, NeedsConfiguration
from influtui.model.settings import MailAccount
from influtui.secrets.secret import Secret

INBOX = Folder(b"INBOX", "INBOX", "inbox")
ONE = Head(1, 10, 0, b"")


@asynccontextmanager
async def mailbox(replies: dict[str, Any] | None = None, **options: Any) -> AsyncIterator[ImapMailbox]:
    security = options.pop("security", "none")
    async with HostileImap(replies, **options) as server:
        box = MailAccount(
            address="me@rig.test", smtp_host="127.0.0.1", imap_host="127.0.0.1", imap_port=server.port,
            imap_security=security,
        )  # fmt: skip
        async with connected(box, Secret("hunter2")) as found:
            yield found


async def refused(replies: dict[str, Any] | None = None, **options: Any) -> Failure:
    with pytest.raises(Failure) as failed:
        async with mailbox(replies, **options):
            pass
    return failed.value


@pytest.mark.parametrize("at_a_time", [1, 1 << 20])
async def test_a_message_is_read_from_a_server_with_manners_of_its_own(at_a_time: int) -> None:
    replies = {
        "UID SEARCH": b"* search 7456 \r\n* 3 EXISTS\r\n{tag} ok done\r\n",
        "UID FETCH": b"* 2 EXPUNGE\r\n* 9 fetch (flags () uid 7456 rfc822.size 5 internaldate NIL"
        b" body[header.fields (from)] {7}\r\nFrom: x)\r\n* OK [ALERT] soon {3}\r\n{tag} OK\r\n",
    }
    async with mailbox(replies, at_a_time=at_a_time) as box:
        assert await box.uids() == [7456]
        assert [head async for head in box.heads([7456])] == [Head(7456, 5, 0, b"From: x")]


async def test_a_goodbye_in_the_middle_is_said_in_its_words() -> None:
    replies = {"UID FETCH": b"* 1 FETCH (UID 1 BODY[]<0> {5}\r\nHello)\r\n* BYE \x1b[2JShutting down\r\n"}
    async with mailbox(replies) as box:
        bodies: list[bytes] = []

        async def read() -> None:
            async for body in box.bodies([ONE, Head(2, 10, 0, b"")]):
                bodies.append(body.raw)

        with pytest.raises(Interrupted, match="Shutting down") as gone:
            await read()
    assert bodies == [b"Hello"]
    assert "goes on where this one stopped" in (gone.value.hint or "")


async def test_a_goodbye_ends_the_wait_at_once() -> None:
    async with mailbox({"IDLE": b"+ idling\r\n* BYE too long\r\n"}) as box:
        with pytest.raises(Interrupted, match="too long"):
            await asyncio.wait_for(box.wait(600), 60)


async def test_a_line_that_is_dead_without_a_word_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "PATIENCE", 0.05)
    async with mailbox({"IDLE": b"+ idling\r\n", "DONE": b"* nothing\r\n"}) as box:
        with pytest.raises(Interrupted, match="did not answer in time"):
            await box.wait(0.01)


async def test_a_full_mailbox_is_called_full() -> None:
    replies = {"APPEND": b"{tag} NO [OVERQUOTA] Quota exceeded (mailbox for user is full)\r\n"}
    async with mailbox(replies) as box:
        with pytest.raises(Unreachable, match="is full: Quota exceeded") as full:
            await box.file(INBOX, b"X\r\n", 1_795_348_800_000)
    assert "Make room" in (full.value.hint or "")


DAMAGED = 5
"""The message that the server does not give."""


def all_but_the_damaged(damaged: frozenset[int] = frozenset({DAMAGED})) -> Any:
    """A server that refuses a FETCH with a damaged message in it, as some do, and gives the others."""

    def fetch(words: list[str]) -> bytes:
        uids = [uid for each in words[2].split(",") for uid in _range(each)]
        if damaged & set(uids):
            return b"{tag} NO Some messages could not be fetched\r\n"
        given = b"".join(f"* {uid} FETCH (UID {uid} BODY[]<0> {{2}}\r\nHi)\r\n".encode() for uid in uids)
        return given + b"{tag} OK\r\n"

    return fetch


def _range(text: str) -> range:
    first, _, last = text.partition(":")
    return range(int(first), int(last or first) + 1)


async def test_a_message_that_is_damaged_on_its_server_keeps_no_other_from_being_read() -> None:
    async with mailbox({"UID FETCH": all_but_the_damaged()}) as box:
        read = [body.uid async for body in box.bodies([Head(uid, 10, 0, b"") for uid in range(1, 12)])]
        assert (read, box.withheld) == ([uid for uid in range(1, 12) if uid != DAMAGED], 1)
        assert await box.uids() == [], "and the connection goes on"


@pytest.mark.parametrize("damaged", [range(1, 12), range(1, 6), [7]])
async def test_where_nothing_or_little_is_given_no_message_is_passed_over(damaged: Sequence[int]) -> None:
    """Defence: a server in trouble refuses all; what is passed over then would be lost."""
    async with mailbox({"UID FETCH": all_but_the_damaged(frozenset(damaged))}) as box:
        heads = [Head(uid, 10, 0, b"") for uid in (range(1, 12) if len(damaged) > 1 else damaged)]
        with pytest.raises(Unreachable, match="does not give its messages: Some messages could not be fetched"):
            _ = [body async for body in box.bodies(heads)]


async def test_a_folder_that_cannot_be_opened_is_told_from_a_server_that_cannot() -> None:
    async with mailbox({"EXAMINE": b"{tag} NO [NONEXISTENT] Mailbox is gone\r\n"}) as box:
        with pytest.raises(Closed, match="does not give the folder INBOX: Mailbox is gone"):
            await box.open(INBOX)


async def test_a_folder_that_takes_no_copy_is_named() -> None:
    async with mailbox({"APPEND": b"{tag} NO [READ-ONLY] Mailbox is read-only\r\n"}) as box:
        with pytest.raises(Unreachable, match="does not take a copy for the folder INBOX: Mailbox is read-only"):
            await box.file(INBOX, b"X\r\n", 1_795_348_800_000)


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (b"* 1 FETCH (UID 1 BODY[] {99999999999}\r\n", "wants to send"),
        (b"* " + b"(" * 5_000 + b"\r\n", "nests"),
    ],
)
async def test_a_server_that_asks_for_all_memory_is_left(octets: bytes, said: str) -> None:
    async with mailbox({"UID FETCH": octets}) as box:
        with pytest.raises(Unreachable, match=said):
            _ = [body async for body in box.bodies([ONE])]


async def test_encryption_that_is_struck_out_is_an_error_and_no_password_goes() -> None:
    async with HostileImap() as server:
        box = MailAccount(
            address="me@rig.test", smtp_host="127.0.0.1", imap_host="127.0.0.1", imap_port=server.port,
            imap_security="starttls",
        )  # fmt: skip
        with pytest.raises(Unreachable, match="no encryption"):
            async with connected(box, Secret("hunter2")):
                pass
        assert not any(b"AUTH" in line or b"LOGIN" in line for line in server.heard)


async def test_what_is_slipped_in_before_the_encryption_is_not_read_as_if_it_were_encrypted(
    server_tls: Callable[[str], ssl.SSLContext],
) -> None:
    options: Any = {
        "tls": server_tls("127.0.0.1"),
        "capabilities": b"IMAP4rev1 STARTTLS AUTH=PLAIN",
        "security": "starttls",
    }
    async with mailbox(**options) as box:
        assert (box.greeting.encryption or "").startswith("TLSv1.")
    failure = await refused({"STARTTLS": b"{tag} OK go\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n"}, **options)
    assert "slipped in" in failure.message


async def test_a_session_that_is_open_before_encryption_is_an_attack() -> None:
    failure = await refused(greeting=b"* PREAUTH welcome\r\n", capabilities=b"IMAP4rev1 STARTTLS", security="starttls")
    assert "no encryption" in failure.message


@pytest.mark.parametrize(
    ("code", "kind"), [(b"[AUTHENTICATIONFAILED] bad", NeedsConfiguration), (b"[UNAVAILABLE] later", Unreachable)]
)
async def test_a_password_is_at_fault_only_where_the_server_says_so(code: bytes, kind: type[Failure]) -> None:
    failure = await refused({"AUTHENTICATE": b"{tag} NO " + code + b"\r\n"})
    assert type(failure) is kind


async def test_a_server_that_repeats_the_password_does_not_get_it_shown() -> None:
    failure = await refused({"AUTHENTICATE": b"{tag} NO hunter2 is wrong\r\n"})
    assert "hunter2" not in f"{failure.message}{failure.hint}"


@pytest.mark.parametrize(
    ("greeting", "said"),
    [
        (b"* BYE too many connections\r\n", "too many connections"),
        (b"220 smtp.example.com ESMTP\r\n", "no IMAP server"),
        (HANG_UP, "hung up"),
    ],
)
async def test_what_answers_instead_of_a_greeting_is_said(greeting: bytes, said: str) -> None:
    if greeting == HANG_UP:
        server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            box = MailAccount(
                address="me@rig.test", smtp_host="x", imap_host="127.0.0.1", imap_port=port, imap_security="none"
            )
            with pytest.raises(Failure, match=said):
                async with connected(box, Secret("x")):
                    pass
        return
    assert said in (await refused(greeting=greeting)).message
