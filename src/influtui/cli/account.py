"""`account`: the mailboxes that mail is sent from."""

from __future__ import annotations

import shlex
from typing import Any, Final

import click

from influtui.cli.frame import with_workspace
from influtui.cli.output import Output
from influtui.model.failures import WrongUsage
from influtui.model.settings import MailAccount
from influtui.model.text import safe
from influtui.services import accounts
from influtui.services.workspace import Workspace

_IMAP_PORTS: Final = {"tls": 993, "starttls": 143, "none": 143}
_PORTS: Final = {"tls": 465, "starttls": 587, "none": 25}


@click.group(no_args_is_help=True)
def account() -> None:
    """The mailboxes to write from. They stand in the workspace's config.toml; passwords do not."""


@account.command("add")
@click.argument("address")
@click.option("--smtp-host", required=True, help="The server that takes outgoing mail.")
@click.option("--smtp-port", type=click.IntRange(1, 65535), help="Default: 465, with starttls 587.")
@click.option("--smtp-security", type=click.Choice(list(_PORTS)), default="tls", show_default=True)
@click.option("--name", help="The name beside the address, and {{ sender }} in templates.")
@click.option("--username", help="To sign in with. Default: the address, as most providers want; '' for none.")
@click.option("--password-command", help="A program whose first line of output is the password: 'pass show mail'.")
@click.option("--password-file", help="A file whose first line is the password; only you may be able to read it.")
@click.option("--reply-to", help="Where answers should go, if not to the address.")
@click.option("--imap-host", help="The server to read answers from.")
@click.option("--imap-port", type=click.IntRange(1, 65535), help="Default: 993, with starttls 143.")
@click.option("--imap-security", type=click.Choice(list(_IMAP_PORTS)), default="tls", show_default=True)
@click.option("--imap-username", help="To read with, if not as the one to send with.")
@with_workspace
async def add(workspace: Workspace, out: Output, /, **options: Any) -> None:
    """Add a mailbox. The first one is used where none is named.

    \b
    influtui account add you@example.com --smtp-host smtp.example.com --imap-host imap.example.com
    influtui secret set you@example.com
    influtui account test
    """
    command = options.pop("password_command")
    try:
        words = tuple(shlex.split(command)) if command else None
    except ValueError as error:
        raise WrongUsage(f"--password-command cannot be read: {error}", hint="Mind its quotation marks.") from None
    if options["username"] is None and options["smtp_security"] != "none":
        options["username"] = options["address"].strip()
    options["username"] = options["username"] or None
    options["smtp_port"] = options["smtp_port"] or _PORTS[options["smtp_security"]]
    options["imap_port"] = options["imap_port"] or (
        _IMAP_PORTS[options["imap_security"]] if options["imap_host"] else None
    )
    added = await accounts.add(workspace, MailAccount(password_command=words, **options))
    if out.json:
        out.data(_row(added))
        return
    out.say(f"Added {added.address}. `influtui account test {added.address}` tries it without sending anything.")
    if added.username and not (words or added.password_file):
        out.note(f"Its password: `influtui secret set {added.address}`.")


@account.command("list")
@with_workspace
async def list_accounts(workspace: Workspace, out: Output) -> None:
    """The mailboxes of this workspace, the default one first."""
    known = await accounts.accounts(workspace)
    if out.json:
        for each in known:
            out.data(_row(each))
        return
    if not known:
        out.note("There is no mailbox yet: influtui account add ADDRESS --smtp-host HOST")
        return
    rows = [
        (
            safe(each.address),
            safe(each.name or "-"),
            safe(f"{each.smtp_host}:{each.smtp_port}"),
            safe(each.smtp_security),
        )
        for each in known
    ]
    out.table(("address", "name", "server", "security"), rows)


@account.command("test")
@click.argument("address", required=False)
@with_workspace
async def test_account(workspace: Workspace, out: Output, address: str | None) -> None:
    """Connect, encrypt and sign in to a mailbox's server. Nothing is sent."""
    found = await accounts.try_out(workspace, address)
    if out.json:
        out.data(found)
        return
    how = f"with {found.encryption}" if found.encryption else "without encryption, within this machine"
    signed_in = "signed in" if found.signed_in else "no sign-in asked for"
    out.say(f"{found.address}: {found.server} answers {how}; {signed_in}.")


def _row(each: MailAccount) -> dict[str, Any]:
    return {
        "schema": "influtui.account/1",
        "address": each.address,
        "name": each.name,
        "smtp_host": each.smtp_host,
        "smtp_port": each.smtp_port,
        "smtp_security": each.smtp_security,
        "username": each.username,
        "reply_to": each.reply_to,
        "imap_host": each.imap_host,
        "imap_port": each.imap_port,
        "imap_security": each.imap_security,
        "imap_username": each.imap_username,
    }
