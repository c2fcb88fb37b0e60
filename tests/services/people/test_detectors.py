"""The detectors are measured on a world whose patterns are made by code that shares nothing with them."""

from __future__ import annotations

import json

import pytest

from influtui.model.failures import WrongUsage
from influtui.model.scoring.detection import measured
from influtui.services.people import detectors
from influtui.services.workspace import Workspace
from influtui.store import scores as store
from influtui.store.scores import NO_CAMPAIGN

DAY = 86_400_000


def test_precision_and_recall_are_counted_at_the_flag() -> None:
    points = {"a": 40.0, "b": 30.0, "c": 10.0, "d": None}
    found = measured("pods", points, {"a", "c"}, flag_at=25)
    assert (found.flagged, found.right, found.precision, found.recall) == (2, 1, 0.5, 0.5)


def test_nothing_flagged_has_no_precision() -> None:
    found = measured("pods", {"a": 1.0}, {"a"}, flag_at=25)
    assert (found.precision, found.recall) == (None, 0.0)


async def test_without_a_truth_nothing_is_measured(workspace: Workspace) -> None:
    with pytest.raises(WrongUsage, match="no truth"):
        await detectors.measure(workspace)


async def test_without_scores_nothing_is_measured(workspace: Workspace) -> None:
    (workspace.folder / detectors.TRUTH).write_text(json.dumps({"patterns": {}}), "utf-8")
    with pytest.raises(WrongUsage, match="scored"):
        await detectors.measure(workspace)


async def test_a_second_source_that_disagrees_is_no_jump(workspace: Workspace) -> None:
    async with workspace.change("creators.add", "Added one") as unit:
        person = await unit.insert(
            "persons", {"id": await unit.transaction.next_ids("persons", 1), "created_at": unit.at}
        )
        columns = {
            "id": await unit.transaction.next_ids("creators", 1), "person_id": person, "platform": "instagram",
            "handle": "baker", "handle_key": "baker", "created_at": unit.at, "updated_at": unit.at,
        }  # fmt: skip
        creator = await unit.insert("creators", columns)
        readings = [(creator, unit.at - day * DAY, "series", 10_000 - day) for day in range(20)]
        readings.append((creator, unit.at - 5 * DAY + 1, "old list", 4_000))
        sql = "INSERT INTO snapshots (creator_id, at, source, followers) VALUES (?, ?, ?, ?)"
        await unit.transaction.many(sql, readings)
    (account,) = await store.accounts(workspace.db, [creator])
    assert {reading.followers for reading in account.series} == {10_000 - day for day in range(20)}
    assert await store.read(workspace.db, NO_CAMPAIGN, creator) is None
