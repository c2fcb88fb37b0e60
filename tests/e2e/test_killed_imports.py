"""An import killed twenty times over, beside a session that goes on working, ends with everybody there once."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from influtui.services.workspace import opened

ROUNDS = 20
PEOPLE = 20_000


def rows_in(folder: Path) -> int:
    connection = sqlite3.connect(f"{(folder / 'influtui.db').as_uri()}?mode=ro", uri=True)
    try:
        return int(connection.execute("SELECT count(*) FROM creators").fetchone()[0])
    finally:
        connection.close()


def importing(folder: Path, path: Path) -> subprocess.Popen[bytes]:
    words = ["--workspace", str(folder), "--json", "creators", "import", str(path)]
    return subprocess.Popen(
        [sys.executable, "-m", "influtui", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


async def test_twenty_kills_lose_no_acknowledged_change_and_leave_an_intact_database(tmp_path: Path) -> None:
    folder = tmp_path / "workspace"
    path = tmp_path / "tiktok.ndjson"
    path.write_text("".join(f'{{"handle":"h{number}","followers":{number}}}\n' for number in range(PEOPLE)))
    acknowledged = 0
    async with opened(folder) as session:
        for _ in range(ROUNDS):
            before = rows_in(folder)
            process = importing(folder, path)
            give_up = time.monotonic() + 60
            while rows_in(folder) == before and process.poll() is None and time.monotonic() < give_up:
                time.sleep(0.005)
            process.send_signal(signal.SIGKILL)
            process.wait()
            assert rows_in(folder) >= before
            async with session.change("campaign.note", "wrote something down meanwhile") as unit:
                await unit.insert("notes", {"person_id": 1, "at": unit.at, "actor": "me", "text": "a note"})
            acknowledged += 1
            [check] = await session.db.all("PRAGMA quick_check")
            assert check[0] == "ok"
        assert importing(folder, path).wait() == 0
        [check] = await session.db.all("PRAGMA integrity_check")
        assert check[0] == "ok"
        [notes] = await session.db.all("SELECT count(*) FROM notes")
        assert notes[0] == acknowledged
        [people] = await session.db.all(
            "SELECT count(*), count(DISTINCT handle_key), count(DISTINCT person_id) FROM creators"
        )
        assert tuple(people) == (PEOPLE, PEOPLE, PEOPLE)
        [measured] = await session.db.all("SELECT count(*) FROM snapshots")
        assert measured[0] == PEOPLE
