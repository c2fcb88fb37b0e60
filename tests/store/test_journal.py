"""The unit of work journals what it writes, so that nothing else is needed to take it back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from influtui.model.failures import Conflict
from influtui.services.workspace import Workspace
from influtui.store.journal import decoded, encoded, entries, key_of
from influtui.store.tables import NOUNS, WITHOUT_VERSION

VALUES = st.one_of(
    st.none(),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.binary(),
)


@given(st.dictionaries(st.sampled_from(["raw", "base64", "name", "rate"]), VALUES))
def test_the_journal_keeps_every_value_a_row_can_hold(columns: dict[str, Any]) -> None:
    returned = decoded(encoded(columns))
    assert returned == columns
    assert [type(value) for value in returned.values()] == [type(value) for value in columns.values()]


async def brand(workspace: Workspace, name: str = "Hat House") -> int:
    async with workspace.change("brand.new", "added a brand") as unit:
        return await unit.insert("brands", {"name": name, "created_at": unit.at})


async def test_every_journaled_table_has_the_columns_that_undo_relies_on(workspace: Workspace) -> None:
    for noun in NOUNS:
        columns = {row["name"] for row in await workspace.db.all("SELECT name FROM pragma_table_info(?)", (noun,))}
        assert set(key_of(noun)) <= columns, noun
        assert ("version" in columns) == (noun not in WITHOUT_VERSION), noun


async def test_an_act_that_changes_nothing_leaves_no_entry(workspace: Workspace) -> None:
    made = await brand(workspace)
    async with workspace.change("brand.edit", "renamed a brand") as unit:
        await unit.update("brands", made, {"name": "Hat House"})
    assert [entry.verb for entry in await entries(workspace.db)] == ["brand.new"]


async def test_an_act_that_fails_leaves_neither_rows_nor_entry(workspace: Workspace) -> None:
    async def fails() -> None:
        async with workspace.change("brand.new", "added a brand") as unit:
            await unit.insert("brands", {"name": "Hat House", "created_at": unit.at})
            raise RuntimeError("halfway")

    with pytest.raises(RuntimeError):
        await fails()
    assert await workspace.db.all("SELECT * FROM brands") == []
    assert await entries(workspace.db) == []


async def test_what_is_still_in_use_cannot_be_removed(workspace: Workspace) -> None:
    made = await brand(workspace)
    async with workspace.change("product.new", "added a product") as unit:
        await unit.insert(
            "products", {"brand_id": made, "sku": "H1", "name": "Hat", "currency": "EUR", "created_at": unit.at}
        )
    with pytest.raises(Conflict):
        async with workspace.change("brand.remove", "removed a brand") as unit:
            await unit.delete("brands", made)
    assert len(await workspace.db.all("SELECT * FROM brands")) == 1


async def test_an_act_in_many_transactions_is_one_entry(workspace: Workspace) -> None:
    made = await brand(workspace)
    async with workspace.change("creators.import", "importing", import_id=1) as unit:
        await unit.update("brands", made, {"name": "One"})
        entry = unit.entry
    async with workspace.change("creators.import", "importing", import_id=1, continues=entry) as unit:
        await unit.update("brands", made, {"name": "Two"})
        unit.summary = "imported 2 things"
    newest = (await entries(workspace.db))[0]
    assert (newest.id, newest.rows, newest.summary) == (entry, 2, "imported 2 things")
    seqs = await workspace.db.all("SELECT seq FROM journal_rows WHERE journal_id = ?", (entry,))
    assert [row[0] for row in seqs] == [1, 2]


async def test_only_known_tables_can_be_written(workspace: Workspace) -> None:
    with pytest.raises(ValueError, match="not a journaled table"):
        async with workspace.change("x", "x") as unit:
            await unit.insert("journal", {"actor": "me"})
