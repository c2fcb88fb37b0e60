"""Secrets that this workspace keeps: in its vault where it has one (`vault`), else in a private file each (`places`).

Mailboxes and plugins keep theirs here, under an address or `plugin.field`. Whether something else is asked before, each
of them says (`passwords`, `plugin_secrets`).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

from influtui.secrets import places, vault
from influtui.secrets.secret import Secret
from influtui.secrets.vault import Opens

Form = Literal["encrypted", "file"]


async def get(folder: Path, name: str, *, what: str) -> Secret | None:
    """The secret `name`; None where none is kept."""
    key = places.kept_at(folder, name)
    sealed = vault.read(folder)
    if sealed is not None and key.name in sealed.secrets:
        return await vault.opened(folder, sealed, key.name)
    return places.from_file(key, name, what=what) if key.exists() else None


async def put(folder: Path, name: str, secret: Secret) -> Path:
    """Keep a secret, encrypted where the workspace has a vault. Returns the file that holds it now."""
    if vault.read(folder) is None:
        return places.keep(folder, name, secret)
    key = places.kept_at(folder, name)
    async with places.alone(folder, vault.FILE):
        sealed = vault.read(folder)
        if sealed is None:
            return places.keep(folder, name, secret)
        path = await vault.stored(folder, sealed, key.name, secret)
    key.unlink(missing_ok=True)
    return path


async def ready(folder: Path) -> None:
    """Make sure that a secret can be kept now: for what may not be lost once it is had. Raises `NeedsConfiguration`."""
    sealed = vault.read(folder)
    if sealed is not None:
        await vault.unlocked(folder, sealed)


async def drop(folder: Path, name: str) -> Path | None:
    """Forget a secret. Returns the file that held it; None where none was kept. Needs no key."""
    key = places.kept_at(folder, name)
    if form(folder, name) == "file":
        key.unlink()
        return key
    async with places.alone(folder, vault.FILE):
        sealed = vault.read(folder)
        if sealed is None or key.name not in sealed.secrets:
            return None
        left = {each: box for each, box in sealed.secrets.items() if each != key.name}
        return vault.write(folder, msgspec.structs.replace(sealed, secrets=left))


async def encrypt(
    folder: Path, opens: Opens, passphrase: Secret | None = None, command: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Put every kept secret into a vault with a new key, and remove the files that held them. Returns their names."""
    (folder / places.FOLDER).mkdir(mode=0o700, parents=True, exist_ok=True)
    async with places.alone(folder, vault.FILE):
        held = {name: await get(folder, name, what="secret") for name in names(folder)}
        secrets = {name: secret for name, secret in held.items() if secret is not None}
        await vault.made(folder, secrets, opens, passphrase, command)
        for name in secrets:
            # Only when the vault is on disk, whole.
            places.kept_at(folder, name).unlink(missing_ok=True)
    return tuple(secrets)


def form(folder: Path, name: str) -> Form | None:
    """How `name` is kept; None where it is not."""
    return names(folder).get(places.kept_at(folder, name).name)


def place(folder: Path, name: str) -> str | None:
    """Where `name` is kept, in words; None where it is not. Opens nothing."""
    match form(folder, name):
        case "encrypted":
            return f"the encrypted secrets ({vault.path_in(folder)})"
        case "file":
            return f"a private file ({places.kept_at(folder, name)})"
        case _:
            return None


def names(folder: Path) -> Mapping[str, Form]:
    """What is kept, and how. Opens nothing."""
    found: dict[str, Form] = {}
    if (folder / places.FOLDER).is_dir():
        for path in sorted((folder / places.FOLDER).iterdir()):
            if path.is_file() and not path.name.startswith("."):
                found[path.name] = "file"
    sealed = vault.read(folder)
    return found | dict.fromkeys(sealed.secrets if sealed else (), "encrypted")
