"""The demo world: a whole workspace, the same for the same seed."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from influtui.cli.main import main
from influtui.demo import world
from influtui.demo.script import script
from influtui.model.failures import Failure
from influtui.services import inbox, upkeep
from influtui.services.campaign import campaigns, results
from influtui.services.parcel import fulfilment
from influtui.services.workspace import opened
from influtui.store import functions

SIZE = 300


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world of `SIZE` creators."""
    folder = tmp_path_factory.mktemp("demo") / "world"
    asyncio.run(world.make(folder, creators=SIZE))
    return folder


def tables(folder: Path) -> dict[str, list[Any]]:
    connection = sqlite3.connect(folder / "influtui.db")
    functions.give(connection)
    try:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in names}
    finally:
        connection.close()


def test_the_same_seed_and_size_make_the_same_world_to_the_last_row_in_any_process(made: Path, tmp_path: Path) -> None:
    words = ["demo", "--no-ui", "--dir", str(tmp_path / "again"), "--creators", str(SIZE)]
    other = os.environ | {"PYTHONHASHSEED": "12345"}
    subprocess.run([sys.executable, "-m", "influtui", *words], check=True, capture_output=True, env=other)
    assert tables(tmp_path / "again") == tables(made)
    assert (tmp_path / "again" / world.TRUTH).read_bytes() == (made / world.TRUTH).read_bytes()


def test_it_holds_as_many_creators_as_were_asked_for(made: Path) -> None:
    assert len(tables(made)["creators"]) == SIZE


def test_what_is_true_of_the_accounts_stands_beside_the_catalogue_and_not_in_it(made: Path) -> None:
    truth = json.loads((made / world.TRUTH).read_text("utf-8"))
    assert {"honest", "viral", "bought_followers", "bought_engagement", "pod"} == set(truth["patterns"].values())
    told = {value for rows in tables(made).values() for row in rows for value in row if isinstance(value, str)}
    assert not any("bought_" in value for value in told)


def test_files_are_for_their_owner_only(made: Path) -> None:
    for name in ("influtui.db", "config.toml", world.TRUTH):
        assert stat.S_IMODE((made / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(made.stat().st_mode) == 0o700


async def test_every_pane_has_something_to_do(made: Path) -> None:
    async with opened(made) as workspace:
        states = {each.code: each.state for each in await campaigns.list_campaigns(workspace)}
        assert states == {each.code: each.state for each in script().campaign}
        waiting = [row for row in await inbox.conversations(workspace) if row.awaiting == "us"]
        assert 5 <= len(waiting) <= 20
        parcels = {each.state for each in await fulfilment.list_shipments(workspace)}
        assert {"in_transit", "delivered"} <= parcels
        earned = await results.results(workspace, "BALM-LAUNCH")
        assert len(earned.results) >= 5
        assert earned.totals.all_in_cpm is not None
        status = await campaigns.status(workspace, "BAKE-AUTUMN")
        assert {"contacted", "in_conversation", "agreed", "shipping", "posted", "measuring"} <= dict(
            status.states
        ).keys()


async def test_its_time_goes_on_from_its_own_now(made: Path) -> None:
    async with opened(made) as workspace:
        now = world.now_of(world.DEFAULT_SEED)
        assert 0 <= workspace.clock() - now < 3_600_000
        newest = await workspace.db.one("SELECT max(at) FROM journal")
        assert newest is not None
        assert newest[0] < now


async def test_you_can_undo_what_you_did_last_in_it(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made, tmp_path / "world")
    async with opened(tmp_path / "world") as workspace:
        assert workspace.actor == world.YOU
        assert (await upkeep.undo(workspace)).done


def test_making_it_again_finds_it(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--no-ui", "--json", "--dir", str(made), "--creators", str(SIZE)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["schema"], told["made"], told["creators"]) == ("influtui.demo/1", False, SIZE)


def test_another_world_in_the_folder_is_not_touched(made: Path) -> None:
    with pytest.raises(Failure, match="another demo world"):
        asyncio.run(world.make(made, seed=1, creators=SIZE))


def test_a_folder_with_something_else_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("mine")
    with pytest.raises(Failure, match="something else"):
        asyncio.run(world.make(tmp_path, creators=SIZE))
    assert not (tmp_path / "influtui.db").exists()


def test_a_world_too_small_for_its_campaigns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="too small"):
        asyncio.run(world.make(tmp_path / "tiny", creators=5))


def test_a_world_whose_making_was_interrupted_is_made_anew(made: Path, tmp_path: Path) -> None:
    half = tmp_path / "half"
    half.mkdir()
    for name in ("influtui.db", "config.toml"):
        shutil.copy(made / name, half / name)
    with sqlite3.connect(half / "influtui.db") as connection:
        connection.execute("DELETE FROM journal_rows")
    connection.close()
    assert asyncio.run(world.make(half, creators=100)).made
    assert len(tables(half)["creators"]) == 100


def test_an_interrupted_world_with_somebody_elses_file_in_it_is_left_alone(made: Path, tmp_path: Path) -> None:
    half = tmp_path / "half"
    half.mkdir()
    shutil.copy(made / "config.toml", half / "config.toml")
    (half / "precious").write_text("mine")
    with pytest.raises(Failure, match="something else"):
        asyncio.run(world.make(half, creators=100))
    assert (half / "config.toml").exists()
