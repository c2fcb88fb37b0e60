"""What somebody has begun to write in the app and not finished: kept by actor and place, so that no lost line costs it."""

from __future__ import annotations

from influtui.services.workspace import Workspace
from influtui.store import drafts as rows


async def keep(workspace: Workspace, place: str, text: str) -> None:
    """Keep a draft; nothing left of it clears it. On the disk when this returns."""
    async with workspace.db.write(workspace.clock(), durability="normal") as transaction:
        await rows.put(transaction, workspace.actor, f"draft:{place}", text if text.strip() else None)


async def kept(workspace: Workspace, place: str) -> str:
    """The draft of a place; empty where there is none."""
    return await rows.get(workspace.db, workspace.actor, f"draft:{place}") or ""
