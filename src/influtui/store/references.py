"""Which tables point at which: asked of the schema, so that undo and removal never forget a table added later."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from influtui.store.database import Reader


class Reference(NamedTuple):
    """A column of `table` that holds ids of another table's rows."""

    table: str
    column: str
    cascades: bool
    """Whether the row goes when the row it points at is removed."""


async def to(reader: Reader, table: str) -> list[Reference]:
    """Every reference to `table`, in the order of the tables' names."""
    rows = await reader.all(
        'SELECT m.name, f."from" AS col, f.on_delete FROM sqlite_master m, pragma_foreign_key_list(m.name) f'
        ' WHERE m.type = \'table\' AND f."table" = ? ORDER BY m.name, f."from"',
        (table,),
    )
    return [Reference(row["name"], row["col"], row["on_delete"] == "CASCADE") for row in rows]
