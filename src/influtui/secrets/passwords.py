"""Where a mailbox's password comes from, in order: the environment (tests), a command, a file, systemd, what is kept here."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from influtui.model.failures import NeedsConfiguration
from influtui.model.settings import MailAccount
from influtui.secrets import kept, places
from influtui.secrets.secret import Secret

PREFIX: Final = "INFLUTUI_PASSWORD_"
WHAT: Final = "password"


async def password_for(account: MailAccount, folder: Path) -> Secret | None:
    """The password of `account` in the workspace at `folder`; None where the account signs in nowhere.

    Raises `NeedsConfiguration`, naming the command that supplies it.
    """
    address = account.address
    given = os.environ.get(variable(address))
    if given:
        return Secret(given)
    if account.password_command:
        return await places.from_command(account.password_command, address, what=WHAT, key="password_command")
    if account.password_file:
        return places.from_file(Path(account.password_file).expanduser(), address, what=WHAT)
    if (path := places.credential(address)) is not None:
        return places.first_line(path.read_text("utf-8"), address, str(path), what=WHAT)
    if (found := await kept.get(folder, address, what=WHAT)) is not None:
        return found
    if account.username is None:
        return None
    raise NeedsConfiguration(
        f"there is no password for {address}",
        hint=f"`influtui secret set {address}` keeps one here; `account add --password-command` asks a program.",
    )


def place(account: MailAccount, folder: Path) -> str | None:
    """Where the password would be taken from, in words; None where there is none. Opens and runs nothing."""
    if os.environ.get(variable(account.address)):
        return f"the environment ({variable(account.address)})"
    if account.password_command:
        return f"a command ({account.password_command[0]})"
    if account.password_file:
        return f"a private file ({account.password_file})"
    if (path := places.credential(account.address)) is not None:
        return f"a systemd credential ({path.name})"
    return kept.place(folder, account.address)


def variable(address: str) -> str:
    """The environment variable that overrides all others: `INFLUTUI_PASSWORD_ANNA_X_TEST`. Made for tests."""
    return PREFIX + re.sub(r"[^A-Z0-9]", "_", address.upper())
