from __future__ import annotations

import pytest

from influtui.model.times import Millis
from influtui.services.workspace import Workspace
from influtui.store import raw_bodies
from influtui.store.raw_bodies import Answer

NOON = Millis(1_795_348_800_000)
DAY = 86_400_000


async def _add(workspace: Workspace, *answers: Answer, now: int = NOON) -> None:
    async with workspace.db.write(Millis(now), durability="normal") as transaction:
        await raw_bodies.add(transaction, answers, now=Millis(now))


def _answer(text: str, *refs: str, at: int = NOON) -> Answer:
    return Answer("acme", refs, at, text.encode())


async def test_answers_come_back_byte_for_byte_newest_first(workspace: Workspace) -> None:
    await _add(workspace, _answer("older é", "acme:anna", at=NOON - 1), _answer("newer", "acme:anna", "acme:ben"))
    assert [each.body.decode() for each in await raw_bodies.about(workspace.db, "acme", "Anna")] == ["newer", "older é"]
    assert [each.refs for each in await raw_bodies.about(workspace.db, "acme", "ben")] == [("acme:anna", "acme:ben")]
    assert await raw_bodies.about(workspace.db, "acme", "ann") == []


async def test_answers_are_let_go_after_thirty_days(workspace: Workspace) -> None:
    await _add(workspace, _answer("old", "acme:anna"))
    await _add(workspace, _answer("new", "acme:anna", at=NOON + 31 * DAY), now=NOON + 31 * DAY)
    assert [each.body for each in await raw_bodies.about(workspace.db, "acme", "anna")] == [b"new"]


async def test_the_oldest_go_when_there_are_too_many(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw_bodies, "LARGEST_BYTES", 40)
    await _add(workspace, *(_answer(f"answer number {n}", "acme:anna", at=NOON + n) for n in range(5)))
    kept = [each.body.decode() for each in await raw_bodies.about(workspace.db, "acme", "anna")]
    assert kept == ["answer number 4"]


@pytest.mark.parametrize(
    "text", ["it is ANNA.example", '{"h":"anna.ex\\u0061mple"}', '{"u":"https:\\/\\/x\\/anna.example"}']
)
async def test_whoever_is_forgotten_is_in_no_answer_however_it_was_written(workspace: Workspace, text: str) -> None:
    await _add(workspace, _answer(text, "acme:ben"), _answer("of somebody else", "acme:ben"))
    async with workspace.db.write(NOON, durability="normal") as transaction:
        assert await raw_bodies.forget(transaction, ["anna.example"]) == 1
        assert await raw_bodies.forget(transaction, []) == 0
    assert [each.body for each in await raw_bodies.about(workspace.db, "acme", "ben")] == [b"of somebody else"]
