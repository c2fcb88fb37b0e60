from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from mail_server import MailServer

from influtui.mail.mailbox import ImapMailbox, Interrupted, connected
from influtui.model.failures import Failure, NeedsConfiguration
from influtui.model.settings import MailAccount
from influtui.secrets.secret import Secret

ME = "me@rig.test"
ONE = b"From: anna@mail.test\nSubject: one\nMessage-ID: <one@mail.test>\n\nHello\n"
TWO = b"From: ben@mail.test\nSubject: two\n\nHi\n"


@pytest.fixture
def me(request: pytest.FixtureRequest) -> str:
    """An empty mailbox of this test's own."""
    return f"{abs(hash(request.node.nodeid))}@rig.test"


def account(server: MailServer, address: str, **fields: Any) -> MailAccount:
    known = {"smtp_host": "127.0.0.1", "imap_host": "127.0.0.1", "imap_port": server.port, "imap_security": "none"}
    return MailAccount(address=address, **(known | fields))


@asynccontextmanager
async def inbox(server: MailServer, address: str) -> AsyncIterator[ImapMailbox]:
    async with connected(account(server, address), Secret("pw")) as mailbox:
        await mailbox.open(next(each for each in await mailbox.folders() if each.role == "inbox"))
        yield mailbox


async def refused(box: MailAccount, secret: str | None = "pw") -> Failure:
    with pytest.raises(Failure) as failed:
        async with connected(box, Secret(secret) if secret else None):
            pass
    return failed.value


async def test_new_mail_is_read_and_stays_unread(mail_server: MailServer, me: str) -> None:
    mail_server.deliver(me, ONE, TWO)
    async with inbox(mail_server, me) as mailbox:
        uids = await mailbox.uids()
        heads = [head async for head in mailbox.heads(uids)]
        bodies = [body async for body in mailbox.bodies(heads)]
        assert [body.raw.replace(b"\r\n", b"\n") for body in bodies] == [ONE, TWO]
        assert all(body.whole for body in bodies)
        assert await mailbox.uids(after=uids[-1]) == []
    assert all(
        b"S" not in each.name.rpartition(",")[2].encode() for each in (mail_server.maildir(me) / "cur").glob("*")
    )


async def test_of_a_large_message_the_beginning_is_read(mail_server: MailServer, me: str) -> None:
    mail_server.deliver(me, ONE + b"x" * 5_000)
    async with inbox(mail_server, me) as mailbox:
        heads = [head async for head in mailbox.heads(await mailbox.uids())]
        [cut] = [body async for body in mailbox.bodies(heads, limit=1_000)]
        [whole] = [body async for body in mailbox.bodies(heads, limit=None)]
    assert (len(cut.raw), cut.whole, whole.whole) == (1_000, False, True)
    assert whole.raw.startswith(cut.raw)


async def test_a_sent_message_is_filed_and_found_by_its_id(mail_server: MailServer, me: str) -> None:
    async with connected(account(mail_server, me), Secret("pw")) as mailbox:
        sent = next(each for each in await mailbox.folders() if each.role == "sent")
        await mailbox.file(sent, ONE.replace(b"\n", b"\r\n"), 1_795_348_800_000)
        await mailbox.open(sent)
        assert await mailbox.find("<one@mail.test>") == [1]
        assert await mailbox.find("<other@mail.test>") == []
    assert mail_server.stored(me, "Sent") == [ONE]


async def test_waiting_ends_when_mail_comes(mail_server: MailServer, me: str) -> None:
    async with inbox(mail_server, me) as mailbox:
        assert not await mailbox.wait(0.01)
        waiting = asyncio.create_task(mailbox.wait(30))
        await asyncio.sleep(0)
        mail_server.deliver(me, ONE)
        assert await waiting
        assert await mailbox.uids() == [1]


async def test_a_server_that_goes_away_ends_the_wait(mail_server: MailServer, me: str) -> None:
    async with inbox(mail_server, me) as mailbox:
        waiting = asyncio.create_task(mailbox.wait(30))
        await asyncio.sleep(0.05)
        mail_server.end_sessions()
        with pytest.raises(Interrupted) as gone:
            await waiting
    assert "inbox sync" in (gone.value.hint or "")


async def test_a_wrong_password_names_the_command_that_mends_it(mail_server: MailServer, me: str) -> None:
    failure = await refused(account(mail_server, me), "wrong")
    assert isinstance(failure, NeedsConfiguration)
    assert f"secret set {me}" in (failure.hint or "")
    assert "wrong" not in failure.message


async def test_no_password_goes_unencrypted_to_another_machine(mail_server: MailServer, me: str) -> None:
    failure = await refused(account(mail_server, me, imap_host="mail.example.com"))
    assert "unencrypted" in failure.message
    assert "--imap-security tls (port 993)" in (failure.hint or "")


async def test_a_server_without_starttls_gets_no_password(mail_server: MailServer, me: str) -> None:
    failure = await refused(account(mail_server, me, imap_security="starttls"))
    assert "offers no encryption" in failure.message


@pytest.fixture
def secured(server_tls: Callable[[str], Any], tmp_path: Any) -> Any:
    """Makes a mail server whose certificate is for a name; this test trusts who signed it."""
    if not MailServer.is_here():
        pytest.skip("no Dovecot here: apt-get install dovecot-imapd")

    def make(name: str) -> MailServer:
        server_tls(name)
        return MailServer(certificate=(tmp_path / "server.pem", tmp_path / "server.key"))

    return make


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_mail_is_read_encrypted(secured: Any, security: str) -> None:
    with secured("127.0.0.1") as server:
        server.deliver(ME, ONE)
        port = server.tls_port if security == "tls" else server.port
        async with connected(account(server, ME, imap_port=port, imap_security=security), Secret("pw")) as mailbox:
            assert (mailbox.greeting.encryption or "").startswith("TLSv1.")
            await mailbox.open((await mailbox.folders())[-1])


async def test_a_certificate_for_another_name_is_refused(secured: Any) -> None:
    with secured("imap.other.test") as server:
        failure = await refused(account(server, ME, imap_port=server.tls_port, imap_security="tls"))
    assert isinstance(failure, NeedsConfiguration)
    assert "certificate" in failure.message
    assert f"account test {ME}" in (failure.hint or "")
