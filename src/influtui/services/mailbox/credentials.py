"""What a mailbox is signed in with: its password, or an access token that is renewed in time; and getting the first one."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from influtui.mail import oauth
from influtui.mail.oauth import DeviceCode, Provider, Question, Refusal
from influtui.model.failures import NeedsConfiguration, ReadOnly, WrongUsage
from influtui.model.settings import MailAccount
from influtui.secrets import places, tokens
from influtui.secrets.passwords import password_for, variable
from influtui.secrets.secret import Secret
from influtui.secrets.tokens import Grant
from influtui.services.workspace import Workspace, wall_clock

WHAT: Final = "access token"

Asked = Callable[[DeviceCode], None]
"""Told what a person has to type in, and where."""
Pasted = Callable[[Question], str]
"""Shows an address to open, and gives back the one at which the browser ended."""


async def secret_for(workspace: Workspace, account: MailAccount) -> Secret | None:
    """What signs in to an account now; None where it signs in nowhere. Raises `NeedsConfiguration` with what supplies it."""
    if account.auth == "password":
        return await password_for(account, workspace.folder)
    if given := os.environ.get(variable(account.address)):
        return Secret(given)
    if account.token_command:
        return await places.from_command(account.token_command, account.address, what=WHAT, key="token_command")
    mend = f"`influtui account login {account.address}` gets one."
    if account.oauth is None:
        raise NeedsConfiguration(
            f"nothing says where access tokens for {account.address} come from",
            hint='Set oauth = "google" or "microsoft" in its [[account]], or token_command.',
        )
    of = oauth.provider(account.oauth, account.oauth_url)

    async def exchange(grant: Grant) -> Grant:
        try:
            return await oauth.refreshed(of, grant, now=wall_clock)
        except Refusal as refusal:
            raise NeedsConfiguration(
                f"the sign-in of {account.address} has ended: {refusal.message}", hint=mend.replace("one", "a new one")
            ) from None

    found = await tokens.fresh(workspace.folder, account.address, wall_clock(), exchange)
    if found is None:
        raise NeedsConfiguration(f"there is no access token for {account.address}", hint=mend)
    return found


async def log_in(workspace: Workspace, account: MailAccount, grant: Grant, *, asked: Asked, pasted: Pasted) -> Path:
    """Get the first tokens of an account, over whatever terminal this is. Returns the file that holds them."""
    if workspace.db.read_only:
        raise ReadOnly("nothing was written: this session is read-only", hint="Leave out --read-only.")
    if account.auth != "xoauth2" or account.oauth is None:
        raise WrongUsage(
            f"{account.address} does not sign in with access tokens of Google or Microsoft",
            hint='Set auth = "xoauth2" and oauth = "google" or "microsoft" in its [[account]] of config.toml.',
        )
    of = oauth.provider(account.oauth, account.oauth_url)
    known = await tokens.read(workspace.folder, account.address)
    if not grant.client_id and known is not None:
        grant = Grant(client_id=known.client_id, client_secret=known.client_secret)
    if not grant.client_id:
        raise WrongUsage("a client id is needed", hint=f"Register one at {of.register}, then: --client-id ID.")
    made = await _asked(of, account, grant, asked, pasted)
    return await tokens.write(workspace.folder, account.address, made)


async def _asked(of: Provider, account: MailAccount, grant: Grant, asked: Asked, pasted: Pasted) -> Grant:
    try:
        if of.device is not None:
            code = await oauth.begin(of, grant.client_id)
            asked(code)
            return await oauth.wait(of, grant, code, now=wall_clock)
        question = oauth.question(of, grant.client_id, account.address)
        return await oauth.answered(of, grant, question, pasted(question), now=wall_clock)
    except Refusal as refusal:
        raise NeedsConfiguration(refusal.message, hint="Check the client id, and try again.") from None
