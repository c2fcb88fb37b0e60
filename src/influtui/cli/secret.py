"""`secret set|list|remove|encrypt`: passwords and keys, kept where only their owner can read them, and never shown."""

from __future__ import annotations

import shlex
import sys

import click

from influtui.cli.frame import confirmed, with_workspace
from influtui.cli.output import Output
from influtui.cli.verbs import Noun
from influtui.model.failures import WrongUsage
from influtui.model.text import safe
from influtui.secrets.secret import Secret
from influtui.services import keeping
from influtui.services.mailbox import accounts
from influtui.services.plugin import plugins
from influtui.services.workspace import Workspace


@click.group(cls=Noun, no_args_is_help=True)
def secret() -> None:
    """Passwords and keys. They are never taken from the command line, where other programs can read them, nor shown."""


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
        encrypted = keeping.has_vault(workspace.folder)
        out.data({"schema": "influtui.secret/1", key: name, "file": str(path), "encrypted": encrypted})
        return
    if keeping.has_vault(workspace.folder):
        out.say(f"Kept in {path}, encrypted.")
        return
    out.say(f"Kept in {path}, unencrypted, readable by you alone.")
    out.note(f"`influtui secret encrypt` encrypts it; a password manager does too: {instead}.")


@secret.command("list")
@with_workspace
async def list_secrets(workspace: Workspace, out: Output) -> None:
    """Which passwords and keys are needed or kept, and where each would be taken from. None is opened or shown."""
    found = await keeping.secrets(workspace)
    if out.json:
        for each in found:
            out.data(each)
        return
    rows = [tuple(map(safe, (each.name, each.asked_by or "nobody", each.place or "not there"))) for each in found]
    out.table(("secret", "asked for by", "taken from"), rows)
    plain = keeping.unencrypted(workspace.folder)
    if plain:
        out.note(f"Not encrypted: {', '.join(plain)}. `influtui secret encrypt` encrypts what is kept here.")


@secret.command("remove")
@click.argument("name", metavar="ADDRESS|PLUGIN.FIELD")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_workspace
async def remove(workspace: Workspace, out: Output, name: str, yes: bool) -> None:
    """Forget a password or key that is kept here. What a command or the environment gives stays where it is."""
    confirmed(f"What is kept as {name} is deleted.", yes=yes)
    path = await keeping.remove(workspace, name)
    if out.json:
        out.data({"schema": "influtui.secret-removal/1", "name": name, "file": str(path)})
        return
    out.say(f"{name} is no longer in {path}.")


@secret.command("encrypt")
@click.option("--passphrase-command", metavar="CMD", help="A program whose first line of output is the passphrase.")
@click.option("--host-key", is_flag=True, help="A key file of this machine, outside of the workspace, opens them.")
@with_workspace
async def encrypt(workspace: Workspace, out: Output, passphrase_command: str | None, host_key: bool) -> None:
    """Encrypt the secrets that are kept here, and those to come. Called again, it changes what opens them.

    Without an option a passphrase is asked for, then and whenever they are needed; what runs in the
    background cannot ask, so for that name a program or take the machine's key.
    """
    if passphrase_command and host_key:
        raise WrongUsage("--passphrase-command and --host-key are two ways: choose one")
    if host_key:
        names = await keeping.encrypt(workspace, "host_key")
    elif passphrase_command:
        try:
            command = tuple(shlex.split(passphrase_command))
        except ValueError as error:
            raise WrongUsage(
                f"--passphrase-command cannot be read: {error}", hint="Mind its quotation marks."
            ) from None
        names = await keeping.encrypt(workspace, "command", command=command)
    else:
        names = await keeping.encrypt(workspace, "passphrase", _new_passphrase())
    if out.json:
        out.data({"schema": "influtui.secret-encryption/1", "names": list(names)})
        return
    out.say(
        f"{len(names)} kept {'secret is' if len(names) == 1 else 'secrets are'} encrypted, and those to come will be."
    )


def _new_passphrase() -> Secret:
    if sys.stdin.isatty():
        return Secret(click.prompt("New passphrase", hide_input=True, err=True, confirmation_prompt="Once more"))
    return _given("New passphrase")


def _given(question: str) -> Secret:
    if sys.stdin.isatty():
        return Secret(click.prompt(question, hide_input=True, err=True))
    return Secret(sys.stdin.readline().rstrip("\r\n"))
