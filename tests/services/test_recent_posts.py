"""What an account posted lately, for a person to look at."""

from __future__ import annotations

from typing import Any

from influtui.model.ids import CreatorId
from influtui.model.times import Millis
from influtui.services.people.creators import recent_posts
from influtui.services.workspace import Workspace


async def test_the_latest_posts_come_first_and_unknown_numbers_stay_unknown(workspace: Workspace, account: Any) -> None:
    anna = CreatorId(await account("instagram:anna"))
    other = await account("instagram:other")
    async with workspace.db.write(Millis(1), durability="normal") as transaction:
        for who, name, at, likes in (
            (anna, "a", 10, 5),
            (anna, "b", 30, None),
            (anna, "c", None, 1),
            (other, "d", 40, 9),
        ):
            await transaction.run(
                "INSERT INTO creator_posts (creator_id, platform_post_id, caption, posted_at, likes, sponsored, as_of, source)"
                " VALUES (?, ?, ?, ?, ?, ?, 50, 'file')",
                (who, name, name, at, likes, 1 if name == "a" else None),
            )
    found = await recent_posts(workspace, anna)
    assert [(each.caption, each.likes, each.sponsored) for each in found] == [
        ("b", None, None),
        ("a", 5, True),
        ("c", 1, None),
    ]
    assert len(await recent_posts(workspace, anna, 1)) == 1
