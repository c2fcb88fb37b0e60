"""Mailboxes to write from: kept in `config.toml`, tried without sending anything.

A new mailbox is appended to the file, so that what a person wrote into it, comments included, stays as it is.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec
import tomli_w

from influtui.mail import mailbox as mailboxes
from influtui.mail import submission
from influtui.mail.addresses import sendable
from influtui.mail.connecting import refuse_plain
from influtui.model import records
from influtui.model.failures import Failure, NeedsConfiguration, NotFound, ReadOnly, WrongUsage
from influtui.model.nearest import nearest
from influtui.model.settings import MailAccount
from influtui.secrets import kept
from influtui.secrets.secret import Secret
from influtui.services import settings
from influtui.services.mailbox import credentials
from influtui.services.workspace import CONFIG, Workspace, read_settings


class AccountTest(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.account_test/1"):
    """What a mailbox's servers said to a connection that sent nothing. Of one that failed, only where it is."""

    address: str
    server: str
    encryption: str | None = None
    signed_in: bool = False
    size_limit: int | None = None
    imap_server: str | None = None
    """Where answers are read; None where nothing is."""
    imap_encryption: str | None = None
    tells_of_new_mail: bool | None = None
    """Whether it does so by itself (IDLE)."""
    failed: tuple[Literal["smtp", "imap"], ...] = ()
    """Which of the servers did not let us in."""


class Tried(NamedTuple):
    """Both servers of a mailbox, tried: one that fails does not keep the other from it."""

    found: AccountTest
    failures: tuple[Failure, ...]
    """What stands in the way, with the commands that mend it, a server each."""


async def accounts(workspace: Workspace) -> tuple[MailAccount, ...]:
    """The mailboxes of this workspace, the one that is used by default first."""
    return read_settings(workspace.folder).account


async def account(workspace: Workspace, address: str | None = None) -> MailAccount:
    """The mailbox of that address, or the default one. Raises `NeedsConfiguration` where there is none."""
    known = await accounts(workspace)
    if not known:
        raise NeedsConfiguration(
            "there is no mailbox to write from",
            hint="`influtui account add you@example.com --smtp-host smtp.example.com`",
        )
    if address is None:
        return known[0]
    found = next((each for each in known if each.address.casefold() == address.strip().casefold()), None)
    if found is None:
        near = nearest(address, [each.address for each in known])
        raise NotFound(
            f"there is no mailbox {address}",
            hint=f"Did you mean {near}?" if near else "`influtui account list` shows them.",
        )
    return found


async def add(workspace: Workspace, given: MailAccount) -> MailAccount:
    """Keep a mailbox in `config.toml`. Raises `WrongUsage` for an address or a server that cannot be right."""
    checked = msgspec.structs.replace(given, address=sendable(given.address))
    refuse_plain(submission.smtp_server(checked))
    for host, example in ((checked.smtp_host, "--smtp-host smtp"), (checked.imap_host, "--imap-host imap")):
        if host is not None and (not host.strip() or any(char.isspace() or char in "/@" for char in host)):
            raise WrongUsage(f"“{host}” is not the name of a server", hint=f"{example}.example.com")
    if checked.imap_host is not None:
        refuse_plain(mailboxes.imap_server(checked))
    if workspace.db.read_only:
        raise ReadOnly("nothing was written: this session is read-only", hint="Leave out --read-only.")
    if any(each.address == checked.address for each in await accounts(workspace)):
        raise WrongUsage(
            f"there is a mailbox {checked.address} already", hint=f"Change it in {workspace.folder / CONFIG}."
        )
    table: dict[str, Any] = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in msgspec.structs.asdict(checked).items()
        if value is not None
    }
    _append(workspace.folder / CONFIG, tomli_w.dumps({"account": [table]}), checked)
    return checked


async def try_out(workspace: Workspace, address: str | None = None) -> Tried:
    """Connect to both servers, encrypt and sign in; send nothing. Raises what stands in the way before that: no password."""
    chosen = await account(workspace, address)
    secret = await credentials.secret_for(workspace, chosen)
    found = AccountTest(address=chosen.address, server=submission.smtp_server(chosen).where)
    failures: list[Failure] = []
    try:
        async with submission.connected(chosen, secret) as connection:
            told = connection.greeting
        found = msgspec.structs.replace(
            found, encryption=told.encryption, signed_in=told.signed_in, size_limit=told.size_limit
        )
    except Failure as failure:
        failures.append(failure)
        found = msgspec.structs.replace(found, failed=("smtp",))
    if chosen.imap_host is None:
        return Tried(found, tuple(failures))
    found = msgspec.structs.replace(found, imap_server=mailboxes.imap_server(chosen).where)
    try:
        async with mailboxes.connected(chosen, secret) as mailbox:
            reading = mailbox.greeting
        found = msgspec.structs.replace(found, imap_encryption=reading.encryption, tells_of_new_mail=reading.can_wait)
    except Failure as failure:
        failures.append(failure)
        found = msgspec.structs.replace(found, failed=(*found.failed, "imap"))
    return Tried(found, tuple(failures))


async def set_password(workspace: Workspace, address: str, password: Secret) -> Path:
    """Keep a mailbox's password in this workspace, where only its owner can read it. Returns the file that holds it."""
    chosen = await account(workspace, address)
    if workspace.db.read_only:
        raise ReadOnly("nothing was written: this session is read-only", hint="Leave out --read-only.")
    if chosen.password_command or chosen.password_file:
        where = "password_command" if chosen.password_command else "password_file"
        raise WrongUsage(
            f"{chosen.address} takes its password from its {where}; nothing was kept",
            hint=f"Remove {where} from {workspace.folder / CONFIG} first.",
        )
    if not password.reveal():
        raise WrongUsage("an empty password was given; nothing was kept")
    return await kept.put(workspace.folder, chosen.address, password)


def _append(path: Path, table: str, added: MailAccount) -> None:
    before = path.read_text("utf-8") if path.exists() else ""
    after = f"{before.rstrip()}\n\n{table}".lstrip("\n")
    try:
        kept = records.convert(tomllib.loads(after).get("account", []), list[MailAccount])
    except (tomllib.TOMLDecodeError, msgspec.ValidationError):
        kept = []
    if added not in kept:
        raise NeedsConfiguration(
            "config.toml lists its mailboxes in a form that cannot be added to",
            hint=f"Add this table to {path} yourself:\n{table}",
        )
    settings.write(path, after)
