"""What the schema promises to the code that walks over it."""

from __future__ import annotations

from influtui.services.workspace import Workspace
from influtui.store import migrations
from influtui.store.undo_imports import KEPT


async def columns(workspace: Workspace, table: str) -> list[str]:
    return [row["name"] for row in await workspace.db.all("SELECT name FROM pragma_table_info(?)", (table,))]


async def test_what_an_undone_import_held_has_a_place_for_every_column(workspace: Workspace) -> None:
    for table in KEPT:
        assert await columns(workspace, table) == [
            "undone_by",
            *await columns(workspace, table.removeprefix("undone_")),
        ]


async def test_every_reference_can_be_followed_backwards_without_reading_a_whole_table(workspace: Workspace) -> None:
    references = await workspace.db.all(
        'SELECT m.name AS "table", f."from" AS "column" FROM sqlite_master m, pragma_foreign_key_list(m.name) f'
        " WHERE m.type = 'table'"
    )
    leading = await workspace.db.all(
        'SELECT m.name AS "table", c.name AS "column" FROM sqlite_master m, pragma_index_list(m.name) i,'
        " pragma_index_info(i.name) c WHERE m.type = 'table' AND c.seqno = 0"
        " UNION SELECT m.name, p.name FROM sqlite_master m, pragma_table_info(m.name) p WHERE p.pk = 1 AND m.type = 'table'"
    )
    assert {tuple(row) for row in references} <= {tuple(row) for row in leading}


def test_each_step_has_a_number_of_its_own() -> None:
    numbers = [step.number for step in migrations.steps()]
    assert numbers == sorted(set(numbers)), (
        "two steps bear one number: a database that took one would never take the other"
    )
