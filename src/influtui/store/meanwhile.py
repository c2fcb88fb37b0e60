"""What was done to somebody since a moment: acts of the journal, for who is about to act on the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import msgspec

from influtui.model.ids import CreatorId, JournalId
from influtui.store.database import Reader

MOST: Final = 200
"""Rows that are watched at once. Who edits more is told by the conflicts of the edit itself."""
_REMOVED_AT_MOST: Final = 500

_THEIRS: Final = (
    ("persons", "SELECT id FROM persons WHERE id IN ({people})"),
    ("creators", "SELECT id FROM creators WHERE person_id IN ({people})"),
    ("notes", "SELECT id FROM notes WHERE person_id IN ({people})"),
    ("picks", "SELECT id FROM picks WHERE person_id IN ({people})"),
    ("collaborations", "SELECT id FROM collaborations WHERE person_id IN ({people})"),
    ("conversations", "SELECT id FROM conversations WHERE person_id IN ({people})"),
    (
        "messages",
        "SELECT m.id FROM messages m JOIN conversations v ON v.id = m.conversation_id WHERE v.person_id IN ({people})",
    ),
    *(
        (
            noun,
            f"SELECT t.id FROM {noun} t JOIN collaborations l ON l.id = t.collaboration_id WHERE l.person_id IN ({{people}})",
        )
        for noun in ("terms", "agreements", "shipments", "posts", "collaboration_moves")
    ),
)


class Act(NamedTuple):
    """One act that somebody has done."""

    id: JournalId
    at: int
    actor: str
    summary: str


async def latest(reader: Reader) -> JournalId:
    """The newest act there is."""
    rows = await reader.all("SELECT coalesce(max(id), 0) FROM journal")
    return JournalId(rows[0][0])


async def of_people(reader: Reader, creators: Sequence[CreatorId], since: JournalId) -> list[Act]:
    """What was done after `since` to the people of these accounts, and to what belongs to them, oldest first."""
    ids = list(creators[:MOST])
    rows = await reader.all(f"SELECT DISTINCT person_id FROM creators WHERE id IN ({_marks(ids)})", ids)
    people = [row[0] for row in rows]
    if not people:
        return []
    found = await _acts(reader, people, since)
    removed = await reader.all(
        "SELECT j.id, j.at, j.actor, j.summary, r.before FROM journal j JOIN journal_rows r ON r.journal_id = j.id"
        " WHERE j.id > ? AND r.after IS NULL AND r.noun IN ('picks', 'notes') ORDER BY j.id LIMIT ?",
        (since, _REMOVED_AT_MOST),
    )
    theirs = {row["id"]: _act(row) for row in removed if _person(row["before"]) in people}
    return sorted({**theirs, **{act.id: act for act in found}}.values())


async def _acts(reader: Reader, people: Sequence[Any], since: JournalId) -> list[Act]:
    marks = _marks(people)
    mine = " UNION ALL ".join(
        f"SELECT '{noun}' AS noun, id AS row_id FROM ({sql.format(people=marks)}) AS of_{noun}" for noun, sql in _THEIRS
    )
    rows = await reader.all(
        f"WITH mine (noun, row_id) AS ({mine}) SELECT DISTINCT j.id, j.at, j.actor, j.summary FROM mine"
        " JOIN journal_rows r ON r.noun = mine.noun AND r.row_id = mine.row_id JOIN journal j ON j.id = r.journal_id"
        " WHERE j.id > ? ORDER BY j.id",
        [*list(people) * len(_THEIRS), since],
    )
    return [_act(row) for row in rows]


def _act(row: Any) -> Act:
    return Act(JournalId(row["id"]), row["at"], row["actor"], row["summary"])


def _person(before: str | None) -> int | None:
    columns = msgspec.json.decode(before) if before else {}
    person: int | None = columns.get("person_id")
    return person


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
