"""The secrets of a workspace as people see them: which are needed, where each would come from, never what it is."""

from __future__ import annotations

from pathlib import Path

import msgspec

from influtui.model.failures import NeedsConfiguration, NotFound, WrongUsage
from influtui.model.nearest import nearest
from influtui.secrets import kept, passwords, vault
from influtui.secrets.kept import Form
from influtui.secrets.secret import Secret
from influtui.secrets.vault import Opens
from influtui.services.mailbox import accounts
from influtui.services.plugin import plugins
from influtui.services.workspace import Workspace

SHORTEST_PASSPHRASE = 8


class KnownSecret(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.secret/1"):
    """A secret: who asks for it, where it would be taken from (None: nowhere), and how it is kept here (None: it is not)."""

    name: str
    asked_by: str | None
    place: str | None
    kept: Form | None


async def secrets(workspace: Workspace) -> list[KnownSecret]:
    """Every secret that a mailbox or a plugin asks for, then what is kept and nobody asks for. Opens none."""
    folder = workspace.folder
    found = [
        KnownSecret(
            name=each.address,
            asked_by=f"mailbox {each.address}",
            place=passwords.place(each, folder),
            kept=kept.form(folder, each.address),
        )
        for each in await accounts.accounts(workspace)
        if each.username is not None
    ]
    for state in await plugins.plugins(workspace):
        for setting in await plugins.setting_places(workspace, state.id):
            if setting.field.kind == "secret":
                name = f"{state.id}.{setting.field.key}"
                found.append(
                    KnownSecret(
                        name=name,
                        asked_by=f"plugin {state.id}",
                        place=setting.place,
                        kept=kept.form(folder, name),
                    )
                )
    asked = {each.name.casefold() for each in found}
    return [
        *found,
        *(
            KnownSecret(name=name, asked_by=None, place=kept.place(folder, name), kept=form)
            for name, form in kept.names(folder).items()
            if name not in asked
        ),
    ]


async def remove(workspace: Workspace, name: str) -> Path:
    """Forget a secret that is kept here. Returns the file that held it. Raises `NotFound` for what is not kept."""
    plugins.refuse_read_only(workspace)
    held = await kept.drop(workspace.folder, name)
    if held is None:
        names = kept.names(workspace.folder)
        close = nearest(name, names)
        raise NotFound(
            f"no secret {name} is kept here",
            hint=f"Did you mean {close}?" if close else "`influtui secret list` says where each comes from.",
        )
    return held


async def encrypt(
    workspace: Workspace, opens: Opens, passphrase: Secret | None = None, command: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Encrypt every kept secret, and those that are kept from now on. Again: with another key. Returns their names."""
    plugins.refuse_read_only(workspace)
    if passphrase is not None and len(passphrase.reveal()) < SHORTEST_PASSPHRASE:
        raise WrongUsage(
            f"a passphrase needs {SHORTEST_PASSPHRASE} characters at least; nothing was changed",
            hint="Five words that have nothing to do with each other are a good one.",
        )
    try:
        return await kept.encrypt(workspace.folder, opens, passphrase, command)
    except ImportError:
        raise NeedsConfiguration(
            "encrypting needs the package cryptography, which is not installed", hint="pip install cryptography"
        ) from None


def unencrypted(folder: Path) -> list[str]:
    """Which secrets are kept in private files that are not encrypted."""
    return [name for name, form in kept.names(folder).items() if form == "file"]


def has_vault(folder: Path) -> bool:
    """Whether what is kept from now on is encrypted."""
    return vault.path_in(folder).exists()
