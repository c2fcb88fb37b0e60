"""Showing addresses in a person's browser: by their own command, else by this machine's."""

from __future__ import annotations

import asyncio
import os
import webbrowser
from collections.abc import Sequence

from influtui.model.failures import Failure, NeedsConfiguration
from influtui.services.workspace import Workspace


async def open_links(workspace: Workspace, urls: Sequence[str]) -> None:
    """Open each. Raises `NeedsConfiguration` where there is no browser, `Failure` where `open_command` fails."""
    command = workspace.settings.open_command
    if command is None and (os.environ.get("SSH_CONNECTION") or not await asyncio.to_thread(_browser_is_there)):
        raise NeedsConfiguration(
            "there is no browser on this machine",
            hint="Copy the addresses, or set one: `influtui config set open_command …`.",
        )
    for url in urls:
        if command is None:
            await asyncio.to_thread(webbrowser.open, url)
            continue
        process = await asyncio.create_subprocess_exec(
            *command, url, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL
        )
        if await process.wait():
            raise Failure(f"open_command failed with exit code {process.returncode}", hint=url)


def _browser_is_there() -> bool:
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True
