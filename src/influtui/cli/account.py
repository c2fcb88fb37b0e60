"""`account`: the mailboxes that mail is sent from."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any, Final

import click

from influtui.cli.frame import with_workspace
from influtui.cli.output import Output
from influtui.cli.verbs import Noun
from influtui.mail.oauth import DeviceCode, Question
from influtui.model.failures import WrongUsage
from influtui.model.settings import MailAccount
from influtui.model.text import safe
from influtui.secrets.tokens import Grant
from influtui.services.mailbox import accounts, credentials, trying
from influtui.services.workspace import Workspace

_IMAP_PORTS: Final = {"tls": 993, "starttls": 143, "none": 143}
_PORTS: Final = {"tls": 465, "starttls": 587, "none": 25}


@click.group(cls=Noun, no_args_is_help=True)
def account() -> None:
    """The mailboxes to write from. They stand in the workspace's config.toml; passwords do not."""


@account.command("add")
@click.argument("address")
@click.option("--smtp-host", required=True, help="The server that takes outgoing mail.")
@click.option("--smtp-port", metavar="N", type=click.IntRange(1, 65535), help="Default: 465, with starttls 587.")
@click.option("--smtp-security", type=click.Choice(list(_PORTS)), default="tls", show_default=True)
@click.option("--name", help="The name beside the address, and {{ sender }} in templates.")
@click.option("--username", help="To sign in with. Default: the address, as most providers want; '' for none.")
@click.option("--password-command", help="A program whose first line of output is the password: 'pass show mail'.")
@click.option("--password-file", help="A file whose first line is the password; only you may be able to read it.")
@click.option("--reply-to", help="Where answers should go, if not to the address.")
@click.option("--imap-host", help="The server to read answers from.")
@click.option("--imap-port", metavar="N", type=click.IntRange(1, 65535), help="Default: 993, with starttls 143.")
@click.option("--imap-security", type=click.Choice(list(_IMAP_PORTS)), default="tls", show_default=True)
@click.option("--auth", type=click.Choice(("password", "xoauth2")), default="password", show_default=True)
@click.option("--oauth", type=click.Choice(("google", "microsoft")), help="Whose access tokens `account login` gets.")
@click.option("--token-command", help="A program whose first line of output is an access token: 'oama access you@…'.")
@click.option("--imap-username", help="To read with, if not as the one to send with.")
@with_workspace
async def add(workspace: Workspace, out: Output, /, **options: Any) -> None:
    """Add a mailbox. The first one is used where none is named.

    \b
    influtui account add you@example.com --smtp-host smtp.example.com \\
        --imap-host imap.example.com
    influtui secret set you@example.com
    influtui account test
    """
    words = _words(options.pop("password_command"), "--password-command")
    options["token_command"] = _words(options["token_command"], "--token-command")
    if options["oauth"] or options["token_command"]:
        options["auth"] = "xoauth2"
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
    if added.auth == "xoauth2" and not added.token_command:
        out.note(f"Its access: `influtui account login {added.address} --client-id ID`.")
    elif added.username and not (words or added.password_file):
        out.note(f"Its password: `influtui secret set {added.address}`.")


@account.command("list")
@with_workspace
async def list_accounts(workspace: Workspace, out: Output) -> None:
    """The mailboxes of this workspace, the default one first."""
    known = await accounts.accounts(workspace)
    none = "There is no mailbox yet: `influtui account add ADDRESS --smtp-host HOST`."
    if not out.listed(known, none, _row):
        return
    rows = [
        (
            safe(each.address),
            safe(each.name or "-"),
            safe(f"{each.smtp_host}:{each.smtp_port}"),
            safe(each.smtp_security),
            safe(f"{each.imap_host}:{each.imap_port or 993}" if each.imap_host else "-"),
            safe("token" if each.auth == "xoauth2" else "password"),
        )
        for each in known
    ]
    out.table(("address", "name", "sends through", "security", "is read at", "signs in by"), rows)


@account.command("test")
@click.argument("address", required=False)
@click.option("--mail", is_flag=True, help="Send a mail to oneself too, and learn from where it turns up.")
@with_workspace
async def test_account(workspace: Workspace, out: Output, address: str | None, mail: bool) -> int:
    """Connect, encrypt and sign in to both of a mailbox's servers. Without --mail nothing is sent."""
    found, failures = await accounts.try_out(workspace, address)
    if out.json:
        out.data(found)
    else:
        _show_servers(out, found)
    for failure in failures:
        out.error(failure)
    if failures:
        return max(failure.exit_code for failure in failures)
    if not mail:
        if found.imap_server is not None and not out.json:
            out.note("`influtui account test --mail` learns more, by a mail to yourself.")
        return 0
    taught = await trying.by_mail(workspace, await accounts.account(workspace, address))
    if out.json:
        out.data(taught)
    else:
        _show_taught(out, taught)
    return 0


def _show_servers(out: Output, found: accounts.AccountTest) -> None:
    """What the servers that let us in said."""
    if "smtp" not in found.failed:
        signed_in = "signed in" if found.signed_in else "no sign-in asked for"
        out.say(f"{found.address}: {found.server} answers {_how(found.encryption)}; {signed_in}.")
    if found.imap_server is None:
        out.note("No server to read answers from: set imap_host in its [[account]], or add it with --imap-host.")
    elif "imap" not in found.failed:
        waits = "tells of new mail" if found.tells_of_new_mail else "is asked for new mail every few minutes"
        out.say(f"{found.address}: {found.imap_server} answers {_how(found.imap_encryption)}; signed in; {waits}.")


def _show_taught(out: Output, taught: trying.MailTest) -> None:
    """What a mail to oneself taught."""
    out.say(f"A mail to yourself came into {taught.arrived_in} after {taught.seconds} s.")
    out.say(
        "Its server keeps a copy of what it sends." if taught.files_sent else "influtui files a copy of what it sends."
    )
    if taught.authserv_id:
        out.say(f"What it finds out about senders is signed {taught.authserv_id}; only that is believed.")
    else:
        out.note("It does not say what it finds out about senders: nobody can be told from who only says so.")


@account.command("login")
@click.argument("address", required=False)
@click.option("--client-id", default="", help="Of your own registration with the provider. Needed the first time.")
@click.option(
    "--client-secret-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Holds the client's secret: Google wants one.",
)
@with_workspace
async def login(
    workspace: Workspace, out: Output, address: str | None, client_id: str, client_secret_file: Path | None
) -> None:
    """Get access tokens for a mailbox of Google or Microsoft. Works over SSH: the browser may be anywhere.

    \b
    influtui account login you@example.com --client-id 1234-abcd
    """
    chosen = await accounts.account(workspace, address)
    secret = client_secret_file.read_text("utf-8").partition("\n")[0].strip() if client_secret_file else None

    def asked(code: DeviceCode) -> None:
        out.note(f"Open {safe(code.url)} on any device and type {safe(code.code)}. Waiting …")

    def pasted(question: Question) -> str:
        out.note(f"Open this in any browser and agree:\n\n{question.url}\n")
        answer: str = click.prompt("The address that the browser ends at", err=True, prompt_suffix=": ")
        return answer

    grant = Grant(client_id=client_id.strip(), client_secret=secret)
    path = await credentials.log_in(workspace, chosen, grant, asked=asked, pasted=pasted)
    if out.json:
        out.data({"schema": "influtui.login/1", "address": chosen.address, "file": str(path)})
        return
    out.say(f"Signed in. The tokens of {chosen.address} are kept in {path} and renewed by themselves.")


def _how(encryption: str | None) -> str:
    return f"with {encryption}" if encryption else "without encryption, within this machine"


def _words(command: str | None, option: str) -> tuple[str, ...] | None:
    try:
        return tuple(shlex.split(command)) if command else None
    except ValueError as error:
        raise WrongUsage(f"{option} cannot be read: {error}", hint="Mind its quotation marks.") from None


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
        "auth": each.auth,
        "imap_host": each.imap_host,
        "imap_port": each.imap_port,
        "imap_security": each.imap_security,
        "imap_username": each.imap_username,
    }
