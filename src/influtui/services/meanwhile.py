"""What others do to the very rows that somebody is working on: looked for from a moment on, and told once."""

from __future__ import annotations

from collections.abc import Sequence

from influtui.model.ids import CreatorId, JournalId
from influtui.services.workspace import Workspace
from influtui.store import meanwhile as store
from influtui.store.meanwhile import Act


class Meanwhile:
    """Watches people (by their accounts), from when it was made."""

    def __init__(self, workspace: Workspace, since: JournalId, creators: Sequence[CreatorId]) -> None:
        self._workspace = workspace
        self._since = since
        self._creators = creators

    async def acts(self) -> list[Act]:
        """What was done since the last look, oldest first."""
        found = await store.of_people(self._workspace.db, self._creators, self._since)
        self._since = max([self._since, *(act.id for act in found)])
        return found

    async def told(self) -> str | None:
        """The newest of it as a sentence. None: nobody did anything."""
        found = await self.acts()
        if not found:
            return None
        newest = found[-1]
        who = "you, elsewhere," if newest.actor == self._workspace.actor else newest.actor
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        return f"Meanwhile {who} {newest.summary[:1].lower()}{newest.summary[1:]}{more}"


async def watch(workspace: Workspace, creators: Sequence[CreatorId]) -> Meanwhile:
    """Watch the people of these accounts from now on."""
    return Meanwhile(workspace, await store.latest(workspace.db), list(creators))
