"""Keeps `collaborations.state` in step with what happened, in the transaction of each change.

The state is derived (`model/pipeline.derive`), like the text index: `UnitOfWork` notes which rows an act writes and calls
`settle` at its end, so no service sets a state and undo needs no thought. A write that goes around the unit of work
calls `settle` itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from influtui.model import records
from influtui.store.database import Transaction

if TYPE_CHECKING:
    from influtui.model.pipeline import Event
    from influtui.store.database import Reader

_CHUNK: Final = 400

# How to get from a written row to the collaborations it is about.
_OF: Final = {
    "collaborations": "SELECT id FROM collaborations WHERE id IN ({})",
    "collaboration_moves": "SELECT collaboration_id FROM collaboration_moves WHERE id IN ({})",
    "terms": "SELECT collaboration_id FROM terms WHERE id IN ({})",
    "agreements": "SELECT collaboration_id FROM agreements WHERE id IN ({})",
    "shipments": "SELECT collaboration_id FROM shipments WHERE id IN ({})",
    "posts": "SELECT collaboration_id FROM posts WHERE id IN ({})",
    "post_snapshots": "SELECT p.collaboration_id FROM post_snapshots s JOIN posts p ON p.id = s.post_id WHERE s.id IN ({})",
    "conversations": "SELECT collaboration_id FROM conversations WHERE id IN ({})",
    "messages": "SELECT v.collaboration_id FROM messages m JOIN conversations v ON v.id = m.conversation_id"
    " WHERE m.id IN ({})",
    "picks": "SELECT c.id FROM picks p JOIN collaborations c"
    " ON c.campaign_id = p.campaign_id AND c.person_id = p.person_id WHERE p.id IN ({})",
}
# The same for rows that are gone or have moved: by the columns that they held.
_BY_COLUMN: Final = {
    "collaboration_id": "SELECT id FROM collaborations WHERE id IN ({})",
    "conversation_id": "SELECT collaboration_id FROM conversations WHERE id IN ({})",
    "post_id": "SELECT collaboration_id FROM posts WHERE id IN ({})",
    "person_id": "SELECT id FROM collaborations WHERE person_id IN ({})",
}

# Each fact is one row: collaboration, name, when, and what only hand moves and agreements have.
_EVENTS: Final = (
    "SELECT c.id, CASE p.verdict WHEN 'pick' THEN 'picked' WHEN 'reserve' THEN 'reserved' ELSE p.verdict END,"
    " p.judged_at, NULL, 0, NULL FROM collaborations c"
    " JOIN picks p ON p.campaign_id = c.campaign_id AND p.person_id = c.person_id"
    " WHERE p.verdict <> 'later' AND c.id IN ({})",
    "SELECT v.collaboration_id, CASE m.direction WHEN 'out' THEN 'sent' ELSE 'answered' END, m.at, NULL, 0, NULL"
    " FROM messages m JOIN conversations v ON v.id = m.conversation_id"
    " WHERE m.state IN ('sent', 'logged', 'received')"
    " AND coalesce(m.kind, '') NOT IN ('bounce', 'auto_reply', 'complaint') AND v.collaboration_id IN ({})",
    "SELECT collaboration_id, 'offered', noted_at, NULL, 0, NULL FROM terms WHERE carried = 0 AND collaboration_id IN ({})",
    "SELECT collaboration_id, 'agreed', agreed_at, NULL, 2 * id, NULL FROM agreements WHERE collaboration_id IN ({})",
    "SELECT collaboration_id, 'reopened', ended_at, NULL, 2 * id + 1, NULL FROM agreements"
    " WHERE ended_at IS NOT NULL AND collaboration_id IN ({})",
    "SELECT collaboration_id, 'parcel', created_at, NULL, 0, NULL FROM shipments"
    " WHERE state NOT IN ('draft', 'cancelled') AND collaboration_id IN ({})",
    "SELECT s.collaboration_id, 'delivered', coalesce((SELECT max(e.recorded_at) FROM shipment_events e"
    " WHERE e.shipment_id = s.id AND e.state = 'delivered'), s.updated_at), NULL, 0, NULL FROM shipments s"
    " WHERE s.state = 'delivered' AND s.collaboration_id IN ({})",
    "SELECT collaboration_id, 'posted', recorded_at, NULL, 0, NULL FROM posts WHERE collaboration_id IN ({})",
    "SELECT p.collaboration_id, 'measured', s.at, NULL, 0, NULL FROM post_snapshots s JOIN posts p ON p.id = s.post_id"
    " WHERE p.collaboration_id IN ({})",
    "SELECT collaboration_id, 'moved', at, to_state, id, known FROM collaboration_moves WHERE collaboration_id IN ({})",
)


class Affected:
    """Which collaborations an act may have moved. Filled by `UnitOfWork` row by row, read once by `settle`."""

    def __init__(self) -> None:
        self._rows: dict[str, set[int]] = {}
        self._held: dict[str, set[int]] = {}

    def __bool__(self) -> bool:
        return bool(self._rows)

    def note(self, noun: str, row_id: int, *columns: Mapping[str, Any] | None) -> None:
        """A row of `noun` was written; `columns` are what it held before and after."""
        if noun not in _OF:
            return
        self._rows.setdefault(noun, set()).add(row_id)
        for held in columns:
            for column in _BY_COLUMN.keys() & (held or {}).keys():
                if held is not None and held[column] is not None:
                    self._held.setdefault(column, set()).add(held[column])

    async def collaborations(self, reader: Reader) -> list[int]:
        """The ids of the collaborations that these rows are about."""
        found: set[int] = set()
        for statement, ids in (
            *((_OF[noun], ids) for noun, ids in self._rows.items()),
            *((_BY_COLUMN[column], ids) for column, ids in self._held.items()),
        ):
            for row in await _in_chunks(reader, statement, sorted(ids)):
                if row[0] is not None:
                    found.add(row[0])
        return sorted(found)


async def events_of(reader: Reader, collaborations: Sequence[int]) -> dict[int, list[Event]]:
    """Everything that happened to each collaboration that has a bearing on its state."""
    from influtui.model.pipeline import Event  # here and below: the app's first frame changes nothing

    found: dict[int, list[Event]] = {each: [] for each in collaborations}
    for statement in _EVENTS:
        for collaboration, name, at, to, order, known in await _in_chunks(reader, statement, collaborations):
            knew = records.from_json(known, dict[str, int]) if known else {}
            found[collaboration].append(Event(at=at, name=name, to=to, order=order, known=knew))
    return found


async def settle(transaction: Transaction, collaborations: Iterable[int]) -> int:
    """Write the state that each collaboration's events make. Returns how many were different."""
    from influtui.model.pipeline import derive

    ids = sorted(set(collaborations))
    events = await events_of(transaction, ids)
    changes = []
    for row in await _in_chunks(transaction, "SELECT id, state, state_at FROM collaborations WHERE id IN ({})", ids):
        standing = derive(events[row["id"]])
        if (standing.state, standing.since) != (row["state"], row["state_at"]):
            changes.append((standing.state, standing.since, row["id"]))
    if changes:
        await transaction.many("UPDATE collaborations SET state = ?, state_at = ? WHERE id = ?", changes)
        transaction.touched("collaborations", [row_id for _, _, row_id in changes])
    return len(changes)


async def _in_chunks(reader: Reader, statement: str, ids: Sequence[int]) -> list[Any]:
    rows: list[Any] = []
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        rows += await reader.all(statement.format(", ".join("?" * len(chunk))), chunk)
    return rows
