"""Mastodon under the contract that every source is held to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from influtui.api import Parameter
from influtui.testing import Answer, PaneContract, SourceContract


def _account(number: int) -> dict[str, Any]:
    return {
        "id": str(number), "acct": f"baker{number}", "username": f"baker{number}", "display_name": "Baker",
        "note": "<p>vegan</p>", "url": f"https://this.example/@baker{number}", "uri": f"https://this.example/u/{number}",
        "followers_count": 100 + number, "following_count": 10, "statuses_count": 2, "discoverable": True,
        "fields": [{"name": "mail", "value": "hi@baker.example"}],
    }  # fmt: skip


class TestMastodon(SourceContract):
    package = "influtui_mastodon"
    source = "mastodon"

    def answer(self, path: str, parameters: Mapping[str, Parameter]) -> Answer:
        if path.endswith("search"):
            return 200, {"accounts": [_account(number) for number in range(int(str(parameters["limit"])))]}
        if path.endswith("lookup"):
            return 200, _account(int(str(parameters["acct"]).partition("@")[0][-1]))
        author = path.split("/")[3]
        statuses = [
            {
                "id": f"{author}{key}", "created_at": "2026-11-01T10:00:00.000Z", "account": {"id": author},
                "visibility": "public",
                "content": "<p>hello</p>", "url": "https://this.example/@x/1", "language": "en", "reblog": None,
                "favourites_count": 7, "replies_count": 3, "reblogs_count": 2, "quotes_count": 1,
            }
            for key in (1, 2)
        ]  # fmt: skip
        return 200, statuses


class TestTrends(PaneContract):
    package = "influtui_mastodon"
    pane = "mastodon-trends"

    def answer(self, path: str, parameters: Mapping[str, Parameter]) -> Answer:
        tags = [
            {
                "name": name, "url": f"https://this.example/tags/{name}",
                "history": [{"day": "1795305600", "accounts": str(number), "uses": str(2 * number)}] * 7,
            }
            for number, name in enumerate(("veganbaking", "sourdough", "rye"), start=3)
        ]  # fmt: skip
        return 200, tags
