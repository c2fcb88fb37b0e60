"""A run of scores can be stopped and goes on; what is asked for one account adds up to what is stored."""

from __future__ import annotations

import pytest

from influtui.model.creators import Ref
from influtui.model.ids import CreatorId
from influtui.services import scoring
from influtui.services.workspace import Workspace
from influtui.store import scores as store
from influtui.store.scores import NO_CAMPAIGN

DAY = 86_400_000


async def people(workspace: Workspace, count: int) -> list[CreatorId]:
    """Accounts of one size, the first of which engages far below the others."""
    async with workspace.change("creators.add", "Added people") as unit:
        first = await unit.transaction.next_ids("creators", count)
        person = await unit.transaction.next_ids("persons", count)
        for number in range(count):
            await unit.insert("persons", {"id": person + number, "created_at": unit.at})
            handle = f"baker{number}"
            columns = {
                "id": first + number, "person_id": person + number, "platform": "instagram", "handle": handle,
                "handle_key": handle, "followers": 10_000 + number, "following": 300,
                "engagement_rate": 0.2 if number == 0 else 3.0 + number / 100, "engagement_variant": "er_followers",
                "as_of": unit.at - 5 * DAY, "created_at": unit.at, "updated_at": unit.at - 1,
            }  # fmt: skip
            await unit.insert("creators", columns)
    return [CreatorId(first + number) for number in range(count)]


async def test_a_second_run_finds_everything_up_to_date(workspace: Workspace) -> None:
    ids = await people(workspace, 30)
    assert (await scoring.score(workspace, ids)).scored == 30
    second = await scoring.score(workspace, ids)
    assert (second.scored, second.up_to_date) == (0, 30)
    assert (await scoring.score(workspace, ids, again=True)).scored == 30


async def test_a_stopped_run_keeps_what_it_wrote(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = await people(workspace, 30)
    monkeypatch.setattr(scoring, "_CHUNK", 10)

    def stop(done: int, _total: int) -> None:
        if done == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await scoring.score(workspace, ids, progress=stop)
    rest = await scoring.score(workspace, ids)
    assert (rest.scored, rest.up_to_date) == (10, 20)


async def test_an_account_that_changed_is_scored_anew(workspace: Workspace) -> None:
    ids = await people(workspace, 20)
    await scoring.score(workspace, ids)
    async with workspace.change("creators.edit", "Changed one") as unit:
        await unit.update("creators", ids[3], {"engagement_rate": 9.0, "updated_at": unit.at + 1})
    assert (await scoring.score(workspace, ids)).scored == 1


async def test_why_adds_up_to_what_is_stored(workspace: Workspace) -> None:
    ids = await people(workspace, 30)
    await scoring.score(workspace, ids)
    _, explained = await scoring.why(workspace, Ref(id=ids[0]))
    stored = await store.read(workspace.db, NO_CAMPAIGN, ids[0])
    assert stored is not None
    by_kind = {score.kind: score for score in explained.scores}
    assert by_kind["authenticity"].value == pytest.approx(stored.authenticity)
    assert by_kind["reach"].value == pytest.approx(stored.reach)
    assert stored.bought_followers is not None
    assert stored.bought_followers > 20
    assert (stored.relevance, stored.fit) == (None, None)


async def test_engagement_far_below_the_peers_names_the_peers(workspace: Workspace) -> None:
    ids = await people(workspace, 30)
    _, explained = await scoring.why(workspace, Ref(id=ids[0]))
    clean = next(score for score in explained.scores if score.kind == "authenticity")
    evidence = next(part.evidence for part in clean.components if part.signal == "low_engagement")
    assert "30 peers" in evidence


async def test_a_workspaces_own_rules_change_the_model(workspace: Workspace) -> None:
    ids = await people(workspace, 15)
    await scoring.score(workspace, ids)
    (workspace.folder / scoring.RULES).write_text("[reach.ships]\nweight = 0.5\n", "utf-8")
    report = await scoring.score(workspace, ids)
    assert report.model.endswith("+own")
    assert report.scored == 15
