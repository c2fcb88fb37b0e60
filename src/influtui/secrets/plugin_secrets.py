"""Where a plugin's key or token comes from, in order: the environment, a command, systemd, what is kept here.

`place` says whether there is one without looking at it: listing plugins runs no command. What is found is told to the
redactor before anybody gets it.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from influtui.model.failures import NeedsConfiguration
from influtui.secrets import kept, places, redaction
from influtui.secrets.secret import Secret

WHAT: Final = "secret"
COMMAND: Final = "_command"
"""What is put behind a field's key in config.toml: `api_key_command = ["pass", "show", "youtube"]` in `[plugin.youtube]`."""
SHORTEST: Final = 6
"""Characters. Anything shorter is no key of any platform, and striking it out would strike out half of what is said."""


class Wanted(msgspec.Struct, frozen=True):
    """A secret field of a plugin, and the command that config.toml names for it, where it does."""

    plugin: str
    key: str
    env: str = ""
    command: tuple[str, ...] = ()
    rotates: bool = False
    """The platform gives a new one for it now and then: the newest is the one in the private file, whatever else there is."""

    @property
    def name(self) -> str:
        """As `influtui secret set` takes it: `youtube.api_key`."""
        return f"{self.plugin}.{self.key}"

    @property
    def variables(self) -> tuple[str, ...]:
        """The environment variables that may hold it, ours first."""
        ours = f"INFLUTUI_PLUGIN_{self.plugin}_{self.key}".upper().replace("-", "_")
        return (ours, self.env) if self.env else (ours,)


def place(wanted: Wanted, folder: Path | None) -> str | None:
    """Where the secret would be taken from, in words; None where there is none. Opens and runs nothing."""
    kept_here = kept.place(folder, wanted.name) if folder is not None else None
    if wanted.rotates and kept_here is not None:
        return kept_here
    for variable in wanted.variables:
        if os.environ.get(variable):
            return f"the environment ({variable})"
    if wanted.command:
        return f"a command ({wanted.command[0]})"
    if (path := places.credential(wanted.name)) is not None:
        return f"a systemd credential ({path.name})"
    return kept_here


def remedy(wanted: Wanted) -> str:
    """What a person can do who has it."""
    named = f", the environment as {wanted.env}" if wanted.env else ""
    return (
        f"`influtui secret set {wanted.name}` keeps it here;"
        f" it is also taken from a command ({wanted.key}{COMMAND} in config.toml){named}."
    )


async def secret_for(wanted: Wanted, folder: Path | None) -> Secret:
    """The secret. Raises `NeedsConfiguration`, naming the command that supplies it."""
    found = await _found(wanted, folder)
    if len(found.reveal()) < SHORTEST:
        raise NeedsConfiguration(f"{wanted.name} is too short to be a key", hint=remedy(wanted))
    redaction.learn(found.reveal())
    return found


async def keep(folder: Path, wanted: Wanted, secret: Secret) -> Path:
    """Keep it in the workspace. Returns the file that holds it. Raises `NeedsConfiguration` for what is no key."""
    if len(secret.reveal()) < SHORTEST:
        raise NeedsConfiguration(f"that is too short to be {wanted.name}", hint="Nothing was kept.")
    return await kept.put(folder, wanted.name, secret)


async def renewed(folder: Path, wanted: Wanted, exchange: Callable[[str], Awaitable[str]]) -> str:
    """Replace a secret that rotates by what `exchange` makes of the newest one, and give that. One process at a time.

    The exchange and the keeping of what it gave are one thing to whoever cancels this: both happen, or the first did not
    begin. The old value stands until the new one is on disk.
    """

    async def both() -> str:
        async with places.alone(folder, wanted.name):
            await kept.ready(folder)
            new = await exchange((await secret_for(wanted, folder)).reveal())
            redaction.learn(new)
            await keep(folder, wanted, Secret(new))
            return new

    return await asyncio.shield(asyncio.ensure_future(both()))


async def forget(folder: Path, plugin: str) -> Sequence[str]:
    """Remove what is kept for a plugin. Returns the names of what was there."""
    names = [name for name in kept.names(folder) if name.startswith(f"{plugin}.")]
    for name in names:
        await kept.drop(folder, name)
    return names


async def _found(wanted: Wanted, folder: Path | None) -> Secret:
    newest = wanted.rotates and folder is not None and await kept.get(folder, wanted.name, what=WHAT)
    if newest:
        return newest
    for variable in wanted.variables:
        if given := os.environ.get(variable):
            return Secret(given)
    if wanted.command:
        return await places.from_command(wanted.command, wanted.name, what=WHAT, key=f"{wanted.key}{COMMAND}")
    if (credential := places.credential(wanted.name)) is not None:
        return places.first_line(credential.read_text("utf-8"), wanted.name, str(credential), what=WHAT)
    if folder is not None and (found := await kept.get(folder, wanted.name, what=WHAT)) is not None:
        return found
    raise NeedsConfiguration(f"there is no {wanted.name}", hint=remedy(wanted))
