"""A program that gets rows on its standard input: its words are run as they are, and no shell reads them."""

from __future__ import annotations

import asyncio
import shlex
from pathlib import Path
from typing import Final

from influtui.model.failures import NeedsConfiguration, WrongUsage
from influtui.tui.hearing import Ran

PATIENCE: Final = 60.0
"""Seconds that a program may take."""
MOST_SHOWN: Final = 200_000
"""Characters of its output that are shown."""


def words_of(line: str) -> list[str]:
    """The program and its arguments."""
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise WrongUsage(f"“{line.strip()}” cannot be read as words: {error}") from None
    if not words:
        raise WrongUsage("there is no program to send the rows to", hint="For example: | jq .handle")
    return words


async def run_program(words: list[str], given: str, folder: Path) -> Ran:
    """Run a program in the workspace's folder with `given` on its standard input."""
    try:
        process = await asyncio.create_subprocess_exec(
            *words,
            cwd=folder,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise NeedsConfiguration(f"“{words[0]}” does not start: {reason}", hint="Is it installed?") from None
    try:
        out, err = await asyncio.wait_for(process.communicate(given.encode()), PATIENCE)
    except (TimeoutError, asyncio.CancelledError) as error:
        process.kill()
        await process.wait()
        if isinstance(error, asyncio.CancelledError):
            raise
        raise WrongUsage(f"“{words[0]}” was still running after {PATIENCE:.0f} s and was stopped") from None
    return Ran(process.returncode or 0, _text(out), _text(err))


def _text(written: bytes) -> str:
    return written.decode("utf-8", "replace")[:MOST_SHOWN]
