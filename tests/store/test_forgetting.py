"""Whoever is forgotten is in none of the bytes that this program keeps; everybody else is untouched."""

from __future__ import annotations

from pathlib import Path

import worlds

from influtui.model.ids import PersonId
from influtui.model.profile_records import SeenComment, SeenPost, WrittenNote
from influtui.services import upkeep
from influtui.services.workspace import Workspace, opened
from influtui.store import forgetting, snapshots

TRACES = ("zebrafinch", "Zelda Quux", "warblesongs", "whispered secret", "zelda@quux.example", "humming")


def zelda() -> worlds.ProfileRecord:
    return worlds.record(
        9,
        handle="Zebrafinch",
        name="Zelda Quux",
        bio="warblesongs at dawn",
        email="zelda@quux.example",
        url="https://example.com/zebrafinch",
        person_name="Zelda Quux",
        notes=(WrittenNote(at=6, actor="somebody", text="told me a whispered secret"),),
        seen_posts=(SeenPost(platform_post_id="z", caption="humming again"),),
    )


def commented() -> worlds.ProfileRecord:
    return worlds.record(
        3,
        seen_posts=(
            SeenPost(platform_post_id="p", seen_comments=(SeenComment(commenter="zebrafinch", text="humming"),)),
        ),
    )


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def assert_nothing_is_left(folder: Path) -> None:
    held = bytes_of(folder).lower()
    assert b"nobody_1" in held, "the search itself works"
    assert [trace for trace in TRACES if trace.lower().encode() in held] == []


async def person_of(workspace: Workspace, handle: str) -> PersonId:
    rows = await workspace.db.all("SELECT person_id FROM creators WHERE handle_key = ?", (handle.casefold(),))
    return PersonId(rows[0][0])


async def forget(workspace: Workspace, handle: str = "zebrafinch") -> tuple[forgetting.Erased, forgetting.Scrubbed]:
    person = await person_of(workspace, handle)
    async with workspace.change("creators.forget", "forgot a person") as unit:
        erased = await forgetting.erase(unit.transaction, person)
        unit.counted(erased.accounts)
        unit.undoable = False
    return erased, await forgetting.scrub(workspace.db, workspace.clock())


async def busy_world(workspace: Workspace) -> None:
    """Zelda, edited, undone, deleted notes and all, with the daily snapshots and copies that go with it."""
    await worlds.imported(workspace, *(worlds.record(number) for number in (1, 2)), zelda(), commented())
    async with workspace.change("creators.edit", "renamed Zelda Quux", reason="zebrafinch asked") as unit:
        await unit.update_many("creators", {3: {"bio": "warblesongs, louder"}, 1: {"tags": "|hats|"}})
    async with workspace.change("creators.note", "noted") as unit:
        note = await unit.insert("notes", {"person_id": 3, "at": 1, "actor": "x", "text": "another whispered secret"})
    async with workspace.change("creators.note", "removed a note") as unit:
        await unit.delete("notes", note)
    async with workspace.db.write(1) as transaction:
        await transaction.run("INSERT INTO memory VALUES ('me', 'draft', 'dear Zelda Quux', 1)")
    snapshots.daily(workspace.db.path, "2026-11-20")


async def test_nothing_of_a_forgotten_person_is_left_in_any_byte(workspace: Workspace) -> None:
    await busy_world(workspace)
    erased, scrubbed = await forget(workspace)
    assert (erased.accounts, erased.kept_figures) == (1, False)
    assert scrubbed == forgetting.Scrubbed(True, None, ("2026-11-20",))
    assert_nothing_is_left(workspace.folder)
    await worlds.text_index_is_whole(workspace)
    assert await worlds.search(workspace, "warblesongs") == []
    assert await worlds.search(workspace, "hats") == [1, 2, 4]


async def test_forgetting_reaches_what_an_undone_import_still_holds(workspace: Workspace) -> None:
    await worlds.imported(workspace, worlds.record(1))
    await worlds.imported(workspace, zelda(), commented())
    await upkeep.undo(workspace)
    await worlds.imported(workspace, zelda())
    await forget(workspace)
    assert_nothing_is_left(workspace.folder)


async def test_the_figures_of_a_collaboration_stay_without_anybody_they_could_be_traced_to(
    workspace: Workspace,
) -> None:
    await worlds.imported(workspace, worlds.record(1), zelda())
    async with workspace.change("everything", "worked with Zelda Quux") as unit:
        person, creator, at = 2, 2, unit.at
        brand = await unit.insert("brands", {"name": "Hats", "created_at": at})
        campaign = await unit.insert(
            "campaigns",
            {"brand_id": brand, "code": "h", "name": "H", "goal": "content", "currency": "EUR", "created_at": at},
        )
        await unit.insert(
            "picks",
            {
                "campaign_id": campaign,
                "person_id": person,
                "creator_id": creator,
                "verdict": "pick",
                "reason": "humming",
                "judged_by": "me",
                "judged_at": at,
            },
        )
        collaboration = await unit.insert(
            "collaborations",
            {"campaign_id": campaign, "person_id": person, "creator_id": creator, "created_at": at},
        )
        await unit.insert(
            "terms",
            {
                "collaboration_id": collaboration,
                "slot": "fee",
                "value": "humming",
                "amount_minor": 180_00,
                "currency": "EUR",
                "noted_at": at,
                "noted_by": "me",
            },
        )
        conversation = await unit.insert(
            "conversations",
            {
                "person_id": person,
                "collaboration_id": collaboration,
                "channel": "email",
                "subject": "humming",
                "last_at": at,
                "awaiting": "us",
            },
        )
        await unit.insert(
            "messages",
            {
                "conversation_id": conversation,
                "direction": "in",
                "state": "received",
                "sender": "zelda@quux.example",
                "body": "a whispered secret",
                "written_by": "zelda@quux.example",
                "at": at,
            },
        )
        post = await unit.insert(
            "posts",
            {"collaboration_id": collaboration, "url": "https://example.com/zebrafinch/1", "recorded_at": at},
        )
        await unit.insert("post_snapshots", {"post_id": post, "at": at, "source": "hand", "impressions": 9_000})
    erased, _ = await forget(workspace)
    assert erased.kept_figures
    assert_nothing_is_left(workspace.folder)
    figures = await workspace.db.all(
        "SELECT t.amount_minor, s.impressions FROM terms t JOIN posts p USING (collaboration_id)"
        " JOIN post_snapshots s ON s.post_id = p.id"
    )
    assert [tuple(row) for row in figures] == [(180_00, 9_000)]


async def test_others_can_still_be_undone_and_the_forgotten_stay_gone(workspace: Workspace) -> None:
    await busy_world(workspace)
    await forget(workspace)
    undone = [await upkeep.undo(workspace) for _ in range(3)]
    assert "forgotten" in {each.why.split()[-1] for outcome in undone for each in outcome.left}
    rows = await workspace.db.all("SELECT id, tags FROM creators")
    assert {row["id"]: row["tags"] for row in rows} == {1: None, 2: None, 4: None}
    assert_nothing_is_left(workspace.folder)


async def test_it_says_when_another_session_still_holds_the_old_pages(workspace: Workspace, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(forgetting, "_STILL_S", 0.1)
    await busy_world(workspace)
    async with opened(workspace.folder, read_only=True) as other:
        rows = other.db.stream("SELECT * FROM creators", chunk=1)
        await anext(rows)
        _, scrubbed = await forget(workspace)
        assert not scrubbed.complete
        assert "another session is reading" in (scrubbed.why_not or "")
        await rows.aclose()
    assert (await forgetting.scrub(workspace.db, 1)).complete
    assert_nothing_is_left(workspace.folder)
