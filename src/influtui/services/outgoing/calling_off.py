"""Call off letters that wait: drafts nobody wants any more, letters in a queue that should not go after all."""

from __future__ import annotations

from collections.abc import Sequence

from influtui.model.messages import SENDABLE
from influtui.model.text import plural
from influtui.services.workspace import Workspace
from influtui.store import outbox


async def call_off(workspace: Workspace, ids: Sequence[int]) -> list[int]:
    """Take these out of the queue, as one act. Returns those that still waited; what is under way by now goes."""
    async with workspace.change("outbox.cancel", "called off nothing") as unit:
        unit.undoable = False
        said = f"called off by {workspace.actor}"
        done = [each for each in ids if await outbox.move(unit.transaction, each, "cancelled", said, states=SENDABLE)]
        unit.summary = f"called off {plural(len(done), 'letter')}"
        unit.counted(len(done))
    return done
