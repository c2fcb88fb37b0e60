"""`secret set`: keep a mailbox's password where only its owner can read it."""

from __future__ import annotations

import sys

import click

from influtui.cli.frame import with_workspace
from influtui.cli.output import Output
from influtui.secrets.secret import Secret
from influtui.services import accounts
from influtui.services.workspace import Workspace


@click.group(no_args_is_help=True)
def secret() -> None:
    """Passwords. They are never taken from the command line, where other programs can read them."""


@secret.command("set")
@click.argument("address")
@with_workspace
async def set_secret(workspace: Workspace, out: Output, address: str) -> None:
    """Keep the password of mailbox ADDRESS: asked for on a terminal, else the first line of standard input."""
    await accounts.account(workspace, address)
    if sys.stdin.isatty():
        text = click.prompt(f"Password of {address}", hide_input=True, err=True)
    else:
        text = sys.stdin.readline().rstrip("\r\n")
    path = await accounts.set_password(workspace, address, Secret(text))
    if out.json:
        out.data({"schema": "influtui.secret/1", "address": address, "file": str(path)})
        return
    out.say(f"Kept in {path}, unencrypted, readable by you alone.")
    out.note("A password manager is safer: `account add … --password-command 'pass show mail'`.")
