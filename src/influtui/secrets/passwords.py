"""Where a mailbox's password comes from, in order: the environment (tests), a command, systemd, a private file.

A file that others may read is refused, not warned about: a password there is already known. Nothing here prints,
logs or stores a password, except `keep`, which is asked to.
"""

from __future__ import annotations

import asyncio
import os
import re
import stat
from pathlib import Path
from typing import Final

from influtui.model.failures import NeedsConfiguration
from influtui.model.settings import MailAccount
from influtui.secrets.secret import Secret

FOLDER: Final = "secrets"
"""The folder of a workspace that holds kept passwords: 0700, a file a mailbox, 0600."""
PREFIX: Final = "INFLUTUI_PASSWORD_"
PATIENCE: Final = 60.0
"""Seconds a password command may take: long enough to type a passphrase for it."""


async def password_for(account: MailAccount, folder: Path) -> Secret | None:
    """The password of `account` in the workspace at `folder`; None where the account signs in nowhere.

    Raises `NeedsConfiguration`, naming the command that supplies it.
    """
    given = os.environ.get(variable(account.address))
    if given:
        return Secret(given)
    if account.password_command:
        return await _from_command(account)
    if account.password_file:
        return _from_file(Path(account.password_file).expanduser(), account)
    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    if credentials and (path := Path(credentials) / f"influtui.{account.address}").exists():
        # systemd keeps this folder from everybody else itself.
        return _first_line(path.read_text("utf-8"), account, str(path))
    if (path := kept_at(folder, account.address)).exists():
        return _from_file(path, account)
    if account.username is None:
        return None
    raise NeedsConfiguration(
        f"there is no password for {account.address}",
        hint=f"`influtui secret set {account.address}` keeps one here; `account add --password-command` asks a program.",
    )


def keep(folder: Path, address: str, password: Secret) -> Path:
    """Write a password into the workspace's private folder. Returns the file."""
    path = kept_at(folder, address)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    written = path.with_name(f".{path.name}.new")
    written.unlink(missing_ok=True)
    handle = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f"{password.reveal()}\n")
        file.flush()
        os.fsync(file.fileno())
    written.replace(path)
    return path


def kept_at(folder: Path, address: str) -> Path:
    """The file that `keep` writes for `address`."""
    return folder / FOLDER / re.sub(r"[^a-z0-9@._-]", "_", address.casefold()).lstrip(".")


def variable(address: str) -> str:
    """The environment variable that overrides all others: `INFLUTUI_PASSWORD_ANNA_X_TEST`. Made for tests."""
    return PREFIX + re.sub(r"[^A-Z0-9]", "_", address.upper())


async def _from_command(account: MailAccount) -> Secret:
    command = account.password_command or ()
    named = f"the password command of {account.address} ({command[0]})"
    hint = "Run it by hand to see why; it stands in config.toml as password_command."
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError as error:
        raise NeedsConfiguration(f"{named} cannot be run: {error.strerror}", hint=hint) from None
    try:
        printed, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise NeedsConfiguration(f"{named} took more than {PATIENCE:.0f} seconds", hint=hint) from None
    if process.returncode:
        raise NeedsConfiguration(f"{named} failed with exit code {process.returncode}", hint=hint)
    return _first_line(printed.decode("utf-8", "replace"), account, command[0])


def _from_file(path: Path, account: MailAccount) -> Secret:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise NeedsConfiguration(
            f"the password file of {account.address} cannot be read: {error.strerror}",
            hint=f"`influtui secret set {account.address}` writes one.",
            at=str(path),
        ) from None
    with os.fdopen(handle, encoding="utf-8", errors="replace") as file:
        found = os.fstat(file.fileno())
        if stat.S_IMODE(found.st_mode) & 0o077 or found.st_uid not in (os.getuid(), 0):
            raise NeedsConfiguration(
                f"the password file of {account.address} can be read by others, so it is not used",
                hint=f"`chmod 600 {path}`, and change the password if anybody else uses this machine.",
                at=str(path),
            )
        return _first_line(file.read(), account, str(path))


def _first_line(text: str, account: MailAccount, where: str) -> Secret:
    line = text.partition("\n")[0].rstrip("\r")
    if not line:
        raise NeedsConfiguration(
            f"{where} gave no password for {account.address}",
            hint="The first line of what it prints or holds is taken.",
        )
    return Secret(line)
