"""What a list has to know of its rows before it shows them."""

from __future__ import annotations

from influtui.store.database import Reader


async def rejected(reader: Reader, campaign: str) -> int:
    """How many people are rejected in the campaign of that code."""
    rows = await reader.all(
        "SELECT count(*) AS many FROM picks JOIN campaigns ON campaigns.id = picks.campaign_id"
        " WHERE campaigns.code = ? AND picks.verdict = 'rejected'",
        (campaign,),
    )
    return int(rows[0]["many"])
