"""What the processes do that the robustness tests start, kill and let compete. Each says on its pipe what was acknowledged."""

from __future__ import annotations

import asyncio
import resource
import sys
from collections.abc import Coroutine
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import worlds

from influtui.cli.main import main
from influtui.services.importing.intake import ingest
from influtui.services.workspace import opened


def edits(folder: Path, said: Connection, rows: int) -> None:
    """Tag all of `rows` creators again and again, and say the number of each edit that was acknowledged."""

    async def inside() -> None:
        async with opened(folder) as workspace:
            for number in range(1, 1_000_000):
                async with workspace.change("creators.edit", f"edit {number}") as unit:
                    await unit.update_many("creators", {each: {"tags": f"|{number}|"} for each in range(1, rows + 1)})
                said.send(number)

    _run(said, inside())


def imports(folder: Path, said: Connection, first: int, rows: int) -> None:
    """Import invented creators, and say how many rows were acknowledged."""

    async def inside() -> None:
        async with opened(folder) as workspace:
            report = await ingest(
                workspace,
                (worlds.record(number) for number in range(first, first + rows)),
                source="many.csv",
                kind="csv",
                listener=lambda progress: said.send(progress.rows),
            )
            said.send(("done", report.added))

    _run(said, inside())


def notes(folder: Path, said: Connection, writer: int, count: int) -> None:
    """Write notes, one act each."""

    async def inside() -> None:
        async with opened(folder) as workspace:
            for number in range(count):
                async with workspace.change("creators.note", "noted") as unit:
                    text = f"{writer}/{number}"
                    await unit.insert("notes", {"person_id": 1, "at": 1, "actor": str(writer), "text": text})
            said.send(("done", count))

    _run(said, inside())


def on_a_full_disk(argv: list[str], said: Connection, bytes_a_file: int, errors: Path) -> None:
    """Run a command where no file may grow beyond `bytes_a_file`."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_a_file, bytes_a_file))
    with errors.open("w") as file:
        sys.stderr = file
        said.send(main(argv))


def _run(said: Connection, work: Coroutine[Any, Any, None]) -> None:
    try:
        asyncio.run(work)
    except BaseException as error:
        said.send(("failed", repr(error)))
        raise
