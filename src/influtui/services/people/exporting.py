"""Creators out: every column, the person, notes, the series and what was seen, in an order that does not change.

What is written here comes back through `services/importing` without loss; the form is `model/exchange.py`. Writing it to a
file or a terminal is the face's.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from influtui.model.exchange import Columns, CommentOut, CreatorOut, NoteOut, PostOut, creator_out, snapshot_out
from influtui.model.tiers import default_scheme
from influtui.model.times import rfc3339
from influtui.services.finding.search import matching
from influtui.services.workspace import Workspace
from influtui.store import catalogue

_RUN: Final = 1_000


async def export(workspace: Workspace, query: str = "") -> AsyncIterator[list[CreatorOut]]:
    """All creators that `query` asks for (all, where it is empty), by id, in runs.

    A person's notes stand with the first of their accounts that is written, once.
    """
    ids = sorted(await matching(workspace, query)) if query.strip() else await catalogue.all_ids(workspace.db)
    scheme = default_scheme()
    written: set[int] = set()
    for start in range(0, len(ids), _RUN):
        found = await catalogue.full(workspace.db, ids[start : start + _RUN])
        run = []
        for row in found.accounts:
            notes = [] if row["person_id"] in written else found.notes.get(row["person_id"], [])
            if notes:
                written.add(row["person_id"])
            run.append(
                creator_out(
                    row,
                    tier=scheme.of(row["followers"]),
                    notes=[NoteOut(at=_time(note["at"]), actor=note["actor"], text=note["text"]) for note in notes],
                    snapshots=[snapshot_out(each) for each in found.snapshots.get(row["id"], [])],
                    seen_posts=[_post(each, found) for each in found.posts.get(row["id"], [])],
                )
            )
        yield run


def _post(row: Columns, found: catalogue.Full) -> PostOut:
    return PostOut(
        **{name: row[name] for name in _PLAIN},
        posted_at=rfc3339(row["posted_at"]),
        as_of=rfc3339(row["as_of"]),
        sponsored=None if row["sponsored"] is None else bool(row["sponsored"]),
        seen_comments=tuple(_comment(each) for each in found.comments.get(row["id"], [])),
    )


_PLAIN: Final = ("platform_post_id", "url", "caption", "likes", "comments", "shares", "views", "source")


def _comment(row: Columns) -> CommentOut:
    return CommentOut(commenter=row["commenter"], text=row["text"], at=rfc3339(row["at"]))


def _time(at: int) -> str:
    return rfc3339(at) or ""
