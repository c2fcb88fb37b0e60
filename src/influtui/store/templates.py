"""Templates of one's own."""

from __future__ import annotations

from influtui.model.templates import Template
from influtui.store.database import Reader, Row


async def all_of_them(reader: Reader) -> list[Template]:
    """Every template of this workspace, by name."""
    return [_template(row) for row in await reader.all("SELECT * FROM templates ORDER BY name")]


async def named(reader: Reader, name: str) -> tuple[int, Template] | None:
    """The row id and the template of that name."""
    rows = await reader.all("SELECT * FROM templates WHERE name = ?", (name,))
    return (int(rows[0]["id"]), _template(rows[0])) if rows else None


def _template(row: Row) -> Template:
    return Template(name=row["name"], channel=row["channel"], subject=row["subject"], body=row["body"])
