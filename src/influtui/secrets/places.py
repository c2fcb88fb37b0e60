"""Where a secret can lie: what a command prints, a systemd credential, a private file. Which is asked when, others say.

A file that others may read is refused, not warned about: a secret there is already known. Nothing here prints, logs or
stores a secret, except `keep` and `put`, which are asked to. Encrypted ones are `vault`'s; `kept` knows both.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import re
import stat
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from influtui.model.failures import NeedsConfiguration
from influtui.secrets.secret import Secret

FOLDER: Final = "secrets"
"""The folder of a workspace that holds kept secrets: 0700, a file each, 0600."""
PATIENCE: Final = 60.0
"""Seconds a command may take: long enough to type a passphrase for it."""
LOOK_AGAIN_S: Final = 0.05


async def from_command(command: Sequence[str], named: str, *, what: str, key: str) -> Secret:
    """The first line of what `command` prints. `named` is whose secret it is, `key` what config.toml calls the command."""
    said = f"the {what} command of {named} ({command[0]})"
    hint = f"Run it by hand to see why; it stands in config.toml as {key}."
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError as error:
        raise NeedsConfiguration(f"{said} cannot be run: {error.strerror}", hint=hint) from None
    try:
        printed, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise NeedsConfiguration(f"{said} took more than {PATIENCE:.0f} seconds", hint=hint) from None
    if process.returncode:
        raise NeedsConfiguration(f"{said} failed with exit code {process.returncode}", hint=hint)
    return first_line(printed.decode("utf-8", "replace"), named, command[0], what=what)


def from_file(path: Path, named: str, *, what: str) -> Secret:
    """The first line of a file that only its owner can read."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise NeedsConfiguration(
            f"the {what} file of {named} cannot be read: {error.strerror}",
            hint=f"`influtui secret set {named}` writes one.",
            at=str(path),
        ) from None
    with os.fdopen(handle, encoding="utf-8", errors="replace") as file:
        found = os.fstat(file.fileno())
        if stat.S_IMODE(found.st_mode) & 0o077 or found.st_uid not in (os.getuid(), 0):
            raise NeedsConfiguration(
                f"the {what} file of {named} can be read by others, so it is not used",
                hint=f"`chmod 600 {path}`, and change the {what} if anybody else uses this machine.",
                at=str(path),
            )
        return first_line(file.read(), named, str(path), what=what)


def credential(name: str) -> Path | None:
    """The file of the systemd credential `influtui.NAME`; None where there is none."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    path = Path(folder) / f"influtui.{name}" if folder else None
    # systemd keeps this folder from everybody else itself.
    return path if path is not None and path.exists() else None


def first_line(text: str, named: str, where: str, *, what: str) -> Secret:
    """The first line as a secret. Raises `NeedsConfiguration` where there is none."""
    line = text.partition("\n")[0].rstrip("\r")
    if not line:
        raise NeedsConfiguration(
            f"{where} gave no {what} for {named}", hint="The first line of what it prints or holds is taken."
        )
    return Secret(line)


def keep(folder: Path, name: str, secret: Secret) -> Path:
    """Write a secret into the workspace's private folder. Returns the file."""
    path = kept_at(folder, name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    return put(path, f"{secret.reveal()}\n".encode())


def put(path: Path, body: bytes) -> Path:
    """Put a file in its place whole, readable by its owner only, there after a power cut too."""
    written = path.with_name(f".{path.name}.new")
    written.unlink(missing_ok=True)
    handle = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    written.replace(path)
    _settled(path.parent)
    return path


@asynccontextmanager
async def alone(folder: Path, name: str) -> AsyncIterator[None]:
    """While this is open, no other process does the same with the kept secret `name`."""
    path = kept_at(folder, name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    handle = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await asyncio.sleep(LOOK_AGAIN_S)
        yield
    finally:
        os.close(handle)


def _settled(folder: Path) -> None:
    """A new name in a folder is there after a power cut too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def kept_at(folder: Path, name: str) -> Path:
    """The file that `keep` writes for `name`."""
    return folder / FOLDER / re.sub(r"[^a-z0-9@._-]", "_", name.casefold()).lstrip(".")
