from __future__ import annotations

import asyncio
import stat
from collections.abc import Iterator
from typing import Any

import pytest
from mail_server import MailServer
from token_giver import TokenGiver

from influtui.mail import oauth
from influtui.mail.mailbox import connected
from influtui.model.failures import NeedsConfiguration, WrongUsage
from influtui.model.settings import MailAccount
from influtui.secrets.tokens import Grant
from influtui.services.mailbox import credentials
from influtui.services.workspace import Workspace

ME = "me@rig.test"


@pytest.fixture
def giver(monkeypatch: pytest.MonkeyPatch) -> Iterator[TokenGiver]:
    monkeypatch.setattr(oauth, "_SOONEST_POLL_S", 0.01)
    with TokenGiver(ME) as started:
        yield started


def account(giver: TokenGiver, **fields: Any) -> MailAccount:
    known = {"smtp_host": "127.0.0.1", "auth": "xoauth2", "oauth": "microsoft", "oauth_url": giver.url}
    return MailAccount(address=ME, **(known | fields))


async def log_in(workspace: Workspace, box: MailAccount, **options: Any) -> list[Any]:
    shown: list[Any] = []

    def pasted(question: oauth.Question) -> str:
        shown.append(question)
        return f"{oauth.REDIRECT}?state={question.state}&code=4%2Fabc&scope=x"

    grant = Grant(client_id="client", **options)
    path = await credentials.log_in(workspace, box, grant, asked=shown.append, pasted=pasted)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    return shown


async def test_a_code_typed_in_on_another_device_signs_in(workspace: Workspace, giver: TokenGiver) -> None:
    [code] = await log_in(workspace, account(giver))
    assert (code.code, code.url) == ("WDJB-MJHT", f"{giver.url}/device")
    assert [fields.get("client_id") for _, fields in giver.asked] == ["client"] * 3
    token = await credentials.secret_for(workspace, account(giver))
    assert token is not None
    assert token.reveal() == "access-1"


async def test_an_address_pasted_from_a_browser_signs_in(workspace: Workspace, giver: TokenGiver) -> None:
    [question] = await log_in(workspace, account(giver, oauth="google"), client_secret="s")
    assert f"login_hint={ME.replace('@', '%40')}" in question.url
    [(_, fields)] = giver.asked
    assert (fields["code"], fields["client_secret"], fields["code_verifier"]) == ("4/abc", "s", question.verifier)
    assert question.verifier not in question.url


async def test_an_answer_to_another_question_is_refused(workspace: Workspace, giver: TokenGiver) -> None:
    with pytest.raises(WrongUsage, match="not the address of the answer"):
        await credentials.log_in(
            workspace, account(giver, oauth="google"), Grant(client_id="c"),
            asked=lambda _: None, pasted=lambda _: f"{oauth.REDIRECT}?state=forged&code=x",
        )  # fmt: skip
    assert giver.asked == []


async def test_a_token_that_is_about_to_expire_is_renewed_once_for_all_who_ask(
    workspace: Workspace, giver: TokenGiver
) -> None:
    giver.lifetime = 60
    await log_in(workspace, account(giver))
    giver.lifetime = 3600
    found = await asyncio.gather(*(credentials.secret_for(workspace, account(giver)) for _ in range(3)))
    assert {each.reveal() for each in found if each} == {"access-2"}


async def test_a_renewal_that_is_cancelled_loses_no_token(workspace: Workspace, giver: TokenGiver) -> None:
    giver.lifetime = 60
    await log_in(workspace, account(giver))
    giver.lifetime = 3600
    asking = asyncio.create_task(credentials.secret_for(workspace, account(giver)))
    while len(giver.asked) < 4:
        await asyncio.sleep(0.005)
    asking.cancel()
    token = await credentials.secret_for(workspace, account(giver))
    assert token is not None
    assert token.reveal() in giver.valid


async def test_a_grant_that_was_revoked_names_the_command_that_gets_a_new_one(
    workspace: Workspace, giver: TokenGiver
) -> None:
    giver.lifetime = 60
    await log_in(workspace, account(giver))
    giver.refresh = "revoked"
    with pytest.raises(NeedsConfiguration, match="has ended") as refused:
        await credentials.secret_for(workspace, account(giver))
    assert f"account login {ME}" in (refused.value.hint or "")
    assert "refresh-1" not in refused.value.message


async def test_without_a_token_the_command_is_named(workspace: Workspace, giver: TokenGiver) -> None:
    with pytest.raises(NeedsConfiguration) as missing:
        await credentials.secret_for(workspace, account(giver))
    assert "account login" in (missing.value.hint or "")


async def test_a_program_can_give_the_tokens(workspace: Workspace, giver: TokenGiver) -> None:
    token = await credentials.secret_for(workspace, account(giver, token_command=("echo", "tok")))
    assert token is not None
    assert token.reveal() == "tok"


async def test_tokens_are_not_asked_for_in_plain_text(workspace: Workspace, giver: TokenGiver) -> None:
    with pytest.raises(NeedsConfiguration, match="not encrypted"):
        await credentials.secret_for(workspace, account(giver, oauth_url="http://login.example.com"))


async def test_a_mailbox_is_read_with_a_token_until_it_expires(workspace: Workspace, giver: TokenGiver) -> None:
    if not MailServer.is_here():
        pytest.skip("no Dovecot here: apt-get install dovecot-imapd")
    with MailServer(tokens_at=f"{giver.url}/introspect") as server:
        box = account(giver, imap_host="127.0.0.1", imap_port=server.port, imap_security="none")
        await log_in(workspace, box)
        token = await credentials.secret_for(workspace, box)
        async with connected(box, token) as mailbox:
            assert [folder.role for folder in await mailbox.folders()].count("inbox") == 1
        giver.valid.clear()
        with pytest.raises(NeedsConfiguration, match="refused the access token") as refused:
            async with connected(box, token):
                pass
        assert f"account login {ME}" in (refused.value.hint or "")
