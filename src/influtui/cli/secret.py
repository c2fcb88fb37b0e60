"""`secret set`: keep a mailbox's password or a plugin's key where only its owner can read it."""

from __future__ import annotations

import sys

import click

from influtui.cli.frame import with_workspace
from influtui.cli.output import Output
from influtui.secrets.secret import Secret
from influtui.services import accounts, plugins
from influtui.services.workspace import Workspace


@click.group(no_args_is_help=True)
def secret() -> None:
    """Passwords and keys. They are never taken from the command line, where other programs can read them."""


@secret.command("set")
@click.argument("name", metavar="ADDRESS|PLUGIN.FIELD")
@with_workspace
async def set_secret(workspace: Workspace, out: Output, name: str) -> None:
    """Keep the password of mailbox ADDRESS, or what a plugin needs: `influtui secret set youtube.api_key`.

    It is asked for on a terminal, else the first line of standard input is taken.
    """
    if "@" in name or "." not in name:
        await accounts.account(workspace, name)
        path = await accounts.set_password(workspace, name, _given(f"Password of {name}"))
        instead = "`account add … --password-command 'pass show mail'`"
    else:
        path = await plugins.keep_secret(workspace, name, _given(name))
        instead = f"`config set plugin.{name}_command 'pass show {name}'`"
    if out.json:
        key = "address" if "@" in name else "name"
        out.data({"schema": "influtui.secret/1", key: name, "file": str(path)})
        return
    out.say(f"Kept in {path}, unencrypted, readable by you alone.")
    out.note(f"A password manager is safer: {instead}.")


def _given(question: str) -> Secret:
    if sys.stdin.isatty():
        return Secret(click.prompt(question, hide_input=True, err=True))
    return Secret(sys.stdin.readline().rstrip("\r\n"))
