"""Instagram under the contract that every source is held to, once for each way of asking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from influtui.api import Parameter
from influtui.testing import Answer, SourceContract

BRAND = "17841400000000001"
NAMES = ["anna.bakes", "ben_eats", "cleo.cooks", "dora_fries", "emil.grills"]


def discovered(name: str) -> dict[str, Any]:
    """The answer about one account."""
    number = NAMES.index(name)
    media = [
        {
            "id": f"{number}{each}", "caption": "bread", "permalink": f"https://www.instagram.com/p/{number}{each}/",
            "timestamp": f"2026-11-0{2 - each}T10:00:00+0000", "like_count": 50 + each, "comments_count": 3,
            "view_count": 900, "reposts_count": 2,
        }
        for each in range(2)
    ]  # fmt: skip
    view = {
        "id": f"1784140000000010{number}", "username": name, "name": name.title(), "website": "https://bakes.example/",
        "biography": "hello@bakes.example", "followers_count": 1_000 + number, "follows_count": 20, "media_count": 30,
        "media": {"data": media, "paging": {"cursors": {"after": "QVFIU"}}},
    }  # fmt: skip
    return {"business_discovery": view, "id": BRAND}


def listed(entries: list[Any], parameters: Mapping[str, Parameter], address: str) -> dict[str, Any]:
    """One page of a list, with cursors."""
    start, limit = int(str(parameters.get("after", 0))), int(str(parameters["limit"]))
    cursors = {"before": str(start), "after": str(start + limit)}
    more = start + limit < len(entries)
    paging = {"cursors": cursors} | (
        {"next": f"https://graph.facebook.com/{address}?access_token=EAAB"} if more else {}
    )
    return {"data": entries[start : start + limit], "paging": paging}


class OfInstagram(SourceContract):
    package = "influtui_instagram"
    source = "instagram"
    __test__ = False

    def answer(self, path: str, parameters: Mapping[str, Parameter]) -> Answer:
        assert "access_token" not in parameters
        fields = str(parameters.get("fields", ""))
        if path == "v26.0/me/accounts":
            linked = {"id": BRAND, "username": "the.brand"}
            return 200, {"data": [{"id": "1", "name": "The Brand", "instagram_business_account": linked}]}
        if path == f"v26.0/{BRAND}":
            name = fields.partition("username(")[2].partition(")")[0]
            return 200, discovered(name)
        if path == f"v26.0/{BRAND}/tags":
            tags = [
                {
                    "id": str(number), "username": name, "caption": "bread", "like_count": 4, "comments_count": 1,
                    "permalink": f"https://www.instagram.com/p/t{number}/", "timestamp": "2026-11-01T10:00:00+0000",
                }
                for number, name in enumerate(NAMES)
            ]  # fmt: skip
            return 200, listed(tags, parameters, path)
        insights = {"data": [{"name": "total_followers", "period": "lifetime", "total_value": {"value": 41_000}}]}
        creators = [
            {
                "id": str(number), "username": name, "biography": "bread", "country": "DE", "email": "hi@bakes.example",
                "category": "Food", "insights": insights,
            }
            for number, name in enumerate(NAMES)
        ]  # fmt: skip
        return 200, listed(creators, parameters, path)


class TestAccounts(OfInstagram):
    __test__ = True
    query = " ".join(f"@{name}" for name in NAMES)


class TestTagged(OfInstagram):
    __test__ = True
    query = "tagged"


class TestMarketplace(OfInstagram):
    __test__ = True
    query = "marketplace vegan baking"
    settings: ClassVar[Mapping[str, str | int | bool]] = {"user_id": BRAND, "advanced_access": True}
