"""Kept secrets, encrypted: one file of the workspace, each secret in it sealed by itself with AES-GCM.

The key is made of a passphrase by scrypt, or is a file of this machine that lies outside of the workspace, so that a copy
of the workspace alone opens nothing. Names stand in the clear: what is there can be listed, and removed, without the key.
"""

from __future__ import annotations

import asyncio
import os
import threading
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from influtui.model import records
from influtui.model.failures import Failure, NeedsConfiguration
from influtui.secrets import places
from influtui.secrets.asking import ASK
from influtui.secrets.secret import Secret

Opens = Literal["passphrase", "command", "host_key"]

FILE: Final = ".vault"
"""Beside the private files; no name of a secret begins with a dot."""
VARIABLE: Final = "INFLUTUI_PASSPHRASE"
"""The passphrase, for tests and for services that are started with it."""
ROUNDS: Final = 2**17
"""scrypt's n: a third of a second and 128 MiB for every guess (RFC 7914; OWASP's recommendation of 2026-11)."""
KEY_BYTES: Final = 32
SALT_BYTES: Final = 16
NONCE_BYTES: Final = 12
CHECK: Final = "influtui"

_keys: Final[dict[bytes, bytes]] = {}
"""By salt: a key that was made in this process."""
_opening: Final = threading.Lock()
"""Held by the one who opens a vault: whoever needs it meanwhile waits, so that nobody is asked twice."""
LOOK_S: Final = 0.02


class Sealed(msgspec.Struct, frozen=True):
    """One secret, sealed under its name."""

    nonce: bytes
    box: bytes


class Vault(msgspec.Struct, frozen=True):
    """The file. `check` is a text that everybody knows, sealed: by it a wrong key is told."""

    format: Literal[1]
    opens: Opens
    salt: bytes
    rounds: Annotated[int, msgspec.Meta(ge=2**14, le=2**20)]
    check: Sealed
    secrets: dict[str, Sealed]
    command: tuple[str, ...] = ()


def path_in(folder: Path) -> Path:
    """Where the vault of the workspace at `folder` is."""
    return folder / places.FOLDER / FILE


def read(folder: Path) -> Vault | None:
    """The vault, sealed as it is; None where there is none."""
    path = path_in(folder)
    try:
        return records.from_json(path.read_bytes(), Vault)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise NeedsConfiguration(
            f"the encrypted secrets cannot be read: {error}",
            hint=f"Restore {path} from a copy, or remove it.",
            at=str(path),
        ) from None


async def opened(folder: Path, vault: Vault, name: str) -> Secret:
    """One secret of it. Raises `NeedsConfiguration` where the key cannot be had."""
    key = await _key(folder, vault)
    return Secret(_unsealed(key, name, vault.secrets[name]))


async def unlocked(folder: Path, vault: Vault) -> None:
    """Have the key at hand. Raises `NeedsConfiguration` where it cannot be had."""
    await _key(folder, vault)


async def stored(folder: Path, vault: Vault, name: str, secret: Secret) -> Path:
    """Seal a secret into it. The caller holds the lock."""
    key = await _key(folder, vault)
    return write(folder, msgspec.structs.replace(vault, secrets={**vault.secrets, name: _sealed(key, name, secret)}))


async def made(
    folder: Path, secrets: dict[str, Secret], opens: Opens, passphrase: Secret | None, command: tuple[str, ...] = ()
) -> Path:
    """A new vault that holds these secrets, in the place of the one that is there. The caller holds the lock."""
    salt = os.urandom(SALT_BYTES)
    bare = Vault(1, opens, salt, ROUNDS, Sealed(b"", b""), {}, command)
    if opens == "host_key":
        _make_host_key()
    key = await _derived(bare, passphrase) if passphrase is not None else await _key(folder, bare, checked=False)
    vault = msgspec.structs.replace(
        bare,
        check=_sealed(key, "", Secret(CHECK)),
        secrets={name: _sealed(key, name, secret) for name, secret in secrets.items()},
    )
    _keys[salt] = key
    return write(folder, vault)


def write(folder: Path, vault: Vault) -> Path:
    """Put the vault in its place, whole."""
    return places.put(path_in(folder), msgspec.json.encode(vault))


def host_key() -> Path:
    """The file of this machine that opens vaults: in the user's own configuration, not in any workspace."""
    import platformdirs

    return Path(platformdirs.user_config_dir("influtui", appauthor=False)) / "vault.key"


def _make_host_key() -> None:
    path = host_key()
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        places.put(path, b64encode(os.urandom(KEY_BYTES)) + b"\n")


async def _key(folder: Path, vault: Vault, *, checked: bool = True) -> bytes:
    if vault.salt in _keys:
        return _keys[vault.salt]
    if not checked:
        return await _key_anew(folder, vault)
    waited = False
    while not _opening.acquire(blocking=False):  # who holds it may be in another thread, with a loop of its own
        waited = True
        await asyncio.sleep(LOOK_S)
    try:
        if vault.salt in _keys:
            return _keys[vault.salt]
        if waited:
            raise NeedsConfiguration("the secrets are encrypted, and were not opened", hint="Try again.")
        key = await _key_anew(folder, vault)
        _unsealed(key, "", vault.check)
        _keys[vault.salt] = key
        return key
    finally:
        _opening.release()


async def _key_anew(folder: Path, vault: Vault) -> bytes:
    if vault.opens == "host_key":
        return _of_host(places.from_file(host_key(), "the encrypted secrets", what="key"))
    return await _derived(vault, await _passphrase(folder, vault))


async def _passphrase(folder: Path, vault: Vault) -> Secret:
    if given := os.environ.get(VARIABLE):
        return Secret(given)
    if vault.opens == "command":
        named = "the encrypted secrets"
        return await places.from_command(vault.command, named, what="passphrase", key=str(path_in(folder)))
    ask = ASK.get()
    if ask is None:
        raise NeedsConfiguration(
            "the secrets are encrypted, and nobody can be asked for the passphrase here",
            hint="`influtui secret encrypt --host-key` or `--passphrase-command CMD` lets this machine open them;"
            f" {VARIABLE} in the environment does for one run.",
        )
    said = await ask("Passphrase of the encrypted secrets")
    if not said:
        raise NeedsConfiguration("the secrets are encrypted, and no passphrase was given", hint="Try again with it.")
    return Secret(said)


async def _derived(vault: Vault, passphrase: Secret) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    kdf = Scrypt(salt=vault.salt, length=KEY_BYTES, n=vault.rounds, r=8, p=1)
    return await asyncio.to_thread(kdf.derive, passphrase.reveal().encode())


def _of_host(text: Secret) -> bytes:
    try:
        key = b64decode(text.reveal(), validate=True)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise NeedsConfiguration("this machine's key is not right", hint=f"Restore {host_key()} from a copy.")
    return key


def _sealed(key: bytes, name: str, secret: Secret) -> Sealed:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(NONCE_BYTES)
    return Sealed(nonce, AESGCM(key).encrypt(nonce, secret.reveal().encode(), _bound_to(name)))


def _unsealed(key: bytes, name: str, sealed: Sealed) -> str:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(key).decrypt(sealed.nonce, sealed.box, _bound_to(name)).decode()
    except InvalidTag:
        pass
    if name:
        raise Failure(
            f"the encrypted {name} was changed by somebody", hint=f"`influtui secret set {name}` keeps it anew."
        )
    raise NeedsConfiguration(
        "that passphrase, or this machine's key, does not open the encrypted secrets",
        hint="Nothing was read or changed.",
    )


def _bound_to(name: str) -> bytes:
    """What a box is bound to: put under another name, it does not open."""
    return b"influtui vault 1\0" + name.encode()
