"""Small invented worlds for the store's tests, and a picture of everything that undo must restore."""

from __future__ import annotations

from typing import Any

from influtui.model.profile_records import Measured, ProfileRecord, SeenComment, SeenPost, WrittenNote
from influtui.services.importing.intake import ingest
from influtui.services.importing.report import ImportReport
from influtui.services.workspace import Workspace

NOT_RESTORED = {"journal", "journal_rows", "change_log", "imports", "counters", "sqlite_sequence"}


def record(number: int, **more: Any) -> ProfileRecord:
    """An invented account."""
    values: dict[str, Any] = {
        "platform": "instagram",
        "handle": f"nobody_{number}",
        "name": f"Nobody Number{number}",
        "bio": f"knits hats no{number}",
        "followers": 1_000 + number,
        "engagement_rate": 0.1 + 0.2 + number,
    }
    return ProfileRecord(**values | more)


def rich_record(number: int) -> ProfileRecord:
    """An invented account with posts, comments, a second measurement and a note."""
    return record(
        number,
        snapshots=(Measured(at=5, source="elsewhere", followers=7),),
        notes=(WrittenNote(at=6, actor="somebody", text="met at a fair"),),
        seen_posts=(
            SeenPost(platform_post_id="p1", likes=3, seen_comments=(SeenComment(commenter="x", text="nice"),)),
        ),
    )


async def imported(workspace: Workspace, *records: ProfileRecord, source: str = "hats.csv") -> ImportReport:
    """Take in records as one import."""
    return await ingest(workspace, list(records), source=source, kind="csv")


async def picture(workspace: Workspace) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table of the catalogue and the campaigns, without the columns that only say when it changed."""
    tables = await workspace.db.all(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'creator_text%'"
        " AND name NOT LIKE 'undone_%' ORDER BY name"
    )
    found = {}
    for (table,) in tables:
        # An index says the same in other blocks after a change and its return.
        if table in NOT_RESTORED or table.startswith(("gram_", "sqlite_", "message_text_")):
            continue
        rows = [dict(row) for row in await workspace.db.all(f"SELECT * FROM {table}")]
        for row in rows:
            row.pop("version", None)
            row.pop("updated_at", None)
        found[table] = sorted(rows, key=repr)
    return found


async def search(workspace: Workspace, word: str) -> list[int]:
    """Ids of accounts whose text has a word, from the full-text index."""
    rows = await workspace.db.all("SELECT rowid FROM creator_text WHERE creator_text MATCH ? ORDER BY rowid", (word,))
    return [row[0] for row in rows]


async def text_index_is_whole(workspace: Workspace) -> None:
    """Raise when the full-text index says anything else than the rows."""
    async with workspace.db.write(0) as transaction:
        await transaction.run("INSERT INTO creator_text (creator_text, rank) VALUES ('integrity-check', 1)")
