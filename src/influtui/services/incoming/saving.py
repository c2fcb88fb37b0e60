"""Attachments as files: fetched and written only when a person asks, under a harmless name, over nothing that is there.

Only the beginning of a large message is kept here; the rest is fetched from its server when it is wanted.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from influtui.mail.attachments import file_name
from influtui.mail.mailbox import Head, Mailbox
from influtui.mail.parsing import content, parse
from influtui.model.failures import Failure, NotFound
from influtui.model.incoming import Attachment
from influtui.services.incoming import syncing
from influtui.services.mailbox.accounts import account as account_of
from influtui.services.workspace import Workspace
from influtui.store import conversations, received
from influtui.store.database import Row
from influtui.store.packing import unpacked

FOLDER: Final = "attachments"
"""The folder of a workspace that holds them."""


class Saved(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.attachment/1"):
    """A file that was written."""

    message: int
    name: str
    """As its sender calls it."""
    file: str
    size: int
    warning: str | None
    """Why to be careful with it."""


async def save(
    workspace: Workspace,
    conversation: int,
    names: Sequence[str] = (),
    *,
    message: int | None = None,
    to: Path | None = None,
) -> list[Saved]:
    """Write attachments of a conversation into a folder: those named (or numbered from 1), else all of its newest message
    that has any. Raises `NotFound` where there are none such."""
    known = await conversations.messages(workspace.db, conversation)
    holding = [each for each in known if each.attachments and message in (None, each.id)]
    if not holding:
        raise NotFound(
            f"no message of conversation {conversation} has an attachment", hint=f"influtui inbox show {conversation}"
        )
    chosen = holding[-1]
    wanted = [_numbered(chosen.attachments, name) for name in names] or list(range(len(chosen.attachments)))
    raw = await _whole(workspace, chosen.id)
    folder = to or workspace.folder / FOLDER / str(conversation)
    saved = []
    for number in wanted:
        octets = content(raw, number)
        if octets is None:
            raise Failure(f"attachment {number + 1} of message {chosen.id} cannot be read: it is damaged")
        attachment = chosen.attachments[number]
        path = await asyncio.to_thread(_write, folder, attachment.file_name, octets)
        saved.append(
            Saved(message=chosen.id, name=attachment.name, file=str(path), size=len(octets), warning=attachment.warning)
        )
    return saved


async def _whole(workspace: Workspace, message: int) -> bytes:
    """A message's bytes, from here where they are here, else from its server."""
    row = await received.raw(workspace.db, message)
    if row is None:
        raise NotFound(f"message {message} did not come in by mail")
    if row["whole"]:
        return unpacked(row["raw"])
    account = await account_of(workspace, row["account"])
    async with syncing.opened(workspace, account) as mailbox:
        raw = await _fetched(mailbox, row)
    if raw is None:
        raise Failure(
            f"message {message} is not in the mailbox any more, and only its beginning was kept",
            hint="Ask its sender for the file again.",
        )
    return raw


async def _fetched(mailbox: Mailbox, row: Row) -> bytes | None:
    """The whole message, where it was last seen or wherever its id is found; None where it is gone."""
    folders = await mailbox.folders()
    for folder in sorted(folders, key=lambda each: each.key != row["folder"]):
        state = await mailbox.open(folder)
        uids = [row["uid"]] if (folder.key, state.validity) == (row["folder"], row["validity"]) else []
        uids += await mailbox.find(row["id"]) if row["id"] else []
        for uid in uids:
            async for body in mailbox.bodies([Head(uid, row["size"], 0, b"")], limit=None):
                if parse(body.raw).message_id == row["id"]:
                    return body.raw
    return None


def _numbered(attachments: Sequence[Attachment], name: str) -> int:
    for number, each in enumerate(attachments):
        if name in (str(number + 1), each.name, each.file_name):
            return number
    shown = ", ".join(f"{number + 1} {each.file_name}" for number, each in enumerate(attachments))
    raise NotFound(f"there is no attachment “{name}”", hint=f"There are: {shown}.")


def _write(folder: Path, name: str, octets: bytes) -> Path:
    """A new file that only its owner can read. What is there stays: a number is put behind the name."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    taken: set[str] = set()
    while True:
        path = folder / file_name(name, taken=taken)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except FileExistsError:
            taken.add(path.name.casefold())
            continue
        with os.fdopen(handle, "wb") as file:
            file.write(octets)
        return path
