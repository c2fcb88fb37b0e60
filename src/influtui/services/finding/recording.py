"""Recording what a platform answers to a plugin's source, for the plugin's own contract tests."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from influtui.host.activation import Host
from influtui.host.calls import Fault
from influtui.host.recording import Exchange, Recorder, Recording
from influtui.model import records
from influtui.model.failures import Failure, NotFound, WrongUsage
from influtui.model.nearest import nearest
from influtui.model.times import rfc3339
from influtui.services.finding import quotas
from influtui.services.plugin import authoring
from influtui.services.workspace import Workspace, read_settings

LIMIT: Final = 3
"""Accounts a page: enough for a test, and few people's data."""
PAGES: Final = 2


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """What was written, and what it holds."""

    path: Path
    source: str
    calls: int
    accounts: int


async def record(workspace: Workspace, which: str, query: str, *, into: Path | None, source: str | None) -> Recorded:
    """Ask a source for two pages and for one account, with the user's own keys, and write what it was answered.

    `which` is an installed plugin's id or a folder. Never overwrites what is not a recording. Raises `Failure`.
    """
    async with authoring.located(workspace, which) as found:
        manifest = found.manifest
        entries = {entry.id: entry for entry in manifest.source} if manifest else {}
        name = source or next(iter(entries), "")
        if name not in entries:
            close = nearest(name, entries)
            raise NotFound(f"{found.id} has no source “{name}”", hint=f"Did you mean {close}?" if close else None)
        path = into or Path("tests/recordings") / f"{name}.json"
        _free(path)
        host = Host([found], read_settings(workspace.folder).plugin, workspace.clock, folder=workspace.folder)
        recorders: list[Recorder] = []

        def through(http: object) -> Recorder:
            recorders.append(Recorder(http))  # type: ignore[arg-type]  # the host's own client
            return recorders[-1]

        accounts = 0
        try:
            opened = await host.open_source(name, await quotas.uses(workspace, name), through=through)
            try:
                cursor: str | None = None
                for _ in range(PAGES):
                    page = await opened.search(query, cursor=cursor, limit=LIMIT)
                    accounts, cursor = accounts + len(page.profiles), page.next
                    if cursor is None:
                        break
                await opened.search(query, cursor=None, limit=1)
            finally:
                await quotas.keep(workspace, opened)
                await opened.close()
        except Fault as fault:
            raise Failure(fault.message, hint="Nothing was written.") from fault
        finally:
            await host.close()
    exchanges: tuple[Exchange, ...] = tuple(recorders[0].exchanges)
    recording = Recording(
        source=name, query=query, limit=LIMIT, at=str(rfc3339(workspace.clock())), exchanges=exchanges
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(recording)) + b"\n")
    return Recorded(path=path, source=name, calls=len(exchanges), accounts=accounts)


def _free(path: Path) -> None:
    """Raise where something else than a recording would be overwritten."""
    if path.exists():
        try:
            records.from_json(path.read_bytes(), Recording)
        except (OSError, msgspec.DecodeError):
            raise WrongUsage(f"{path} is there, and is no recording", hint="Name another file with --into.") from None
