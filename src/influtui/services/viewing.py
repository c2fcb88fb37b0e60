"""How a person last looked at a place of the app: its columns, order and recent searches. By actor, not journaled."""

from __future__ import annotations

from contextlib import suppress
from typing import TypeVar

import msgspec

from influtui.model import records
from influtui.model.failures import Failure
from influtui.services.workspace import Workspace
from influtui.store import campaign_in_use
from influtui.store import drafts as rows
from influtui.store import views as store

V = TypeVar("V", bound=msgspec.Struct)


async def recalled(workspace: Workspace, place: str, kind: type[V]) -> V:
    """The view of a place as it was left; the default where there is none, or none that can be read."""
    text = await rows.get(workspace.db, workspace.actor, f"view:{place}")
    with suppress(msgspec.DecodeError, UnicodeDecodeError):
        return records.from_json(text or "{}", kind)
    return kind()


async def remember(workspace: Workspace, place: str, view: msgspec.Struct) -> None:
    """Keep a view. A session that cannot write forgets it when it ends."""
    text = msgspec.json.encode(view).decode()
    with suppress(Failure):
        async with workspace.db.write(workspace.clock(), durability="normal") as transaction:
            await rows.put(transaction, workspace.actor, f"view:{place}", text)


async def rejections(workspace: Workspace) -> int:
    """How many people are rejected in the campaign in use; none without one."""
    code = await campaign_in_use.in_use(workspace.db, workspace.actor) or workspace.settings.campaign
    return await store.rejected(workspace.db, code) if code else 0
