"""What plugins cost is added up by day, for thirty days, whoever adds it."""

from __future__ import annotations

from influtui.model.times import Millis
from influtui.services.workspace import Workspace
from influtui.store import spending
from influtui.store.spending import DAY_MS, Cost

NOON = Millis(1_795_348_800_000)


async def test_what_two_sessions_add_is_one_sum_and_what_is_older_than_thirty_days_is_forgotten(
    workspace: Workspace,
) -> None:
    db = workspace.db
    days = (0, 0, 29, 31)
    for ago, cost in zip(days, (Cost(3, 1, 250), Cost(2, 0, 50), Cost(1, 0, 5), Cost(100, 0, 9)), strict=True):
        at = Millis(NOON - ago * DAY_MS)
        async with db.write(at, durability="normal") as transaction:
            await spending.add(transaction, "acme", cost, at)
    assert await spending.lately(db, NOON) == {"acme": Cost(6, 1, 305)}
    assert await spending.lately(db, Millis(NOON + 40 * DAY_MS)) == {}
    async with db.write(NOON, durability="normal") as transaction:
        await spending.add(transaction, "other", Cost(1, 0, 1), NOON)
    rows = await db.all("SELECT day FROM plugin_spending WHERE plugin = ? ORDER BY day", ("acme",))
    assert [NOON // DAY_MS - row["day"] for row in rows] == [29, 0]
