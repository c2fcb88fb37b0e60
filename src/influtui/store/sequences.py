"""Sequences and who is enrolled in them. How far somebody is, is read from the messages that the steps became."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from influtui.store.database import Reader, Row

GOING: Final = ("running", "paused")


async def going(reader: Reader, person: int, collaboration: int | None) -> list[Row]:
    """The enrolments of a person that have not ended, of one collaboration or of all."""
    also, values = ("", [person]) if collaboration is None else (" AND l.id = ?", [person, collaboration])
    return await reader.all(
        "SELECT e.id, e.state, e.account, e.sequence, l.id AS collaboration FROM enrolments e"
        " JOIN collaborations l ON l.id = e.collaboration_id"
        f" WHERE l.person_id = ? AND e.state IN ('running', 'paused'){also} ORDER BY e.id",
        values,
    )


async def waiting_letters(reader: Reader, enrolments: Sequence[int]) -> list[int]:
    """The letters of these enrolments that can still be held back."""
    marks = ", ".join("?" * len(enrolments))
    rows = await reader.all(
        "SELECT m.id FROM enrolment_steps s JOIN messages m ON m.id = s.message_id"
        f" WHERE s.enrolment_id IN ({marks}) AND m.state IN ('queued', 'deferred') ORDER BY m.id",
        list(enrolments),
    )
    return [int(row["id"]) for row in rows]
