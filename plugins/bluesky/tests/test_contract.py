"""Bluesky under the contract that every source is held to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from influtui.api import Parameter
from influtui.testing import Answer, SourceContract

PEOPLE = [f"did:plc:{number}" for number in range(5)]


def _view(did: str) -> dict[str, Any]:
    """An account by its DID, or its handle, which has the same number."""
    number = int(did.removesuffix(".example")[-1])
    return {
        "did": PEOPLE[number],
        "handle": f"baker{number}.example", "displayName": f"Baker {number}", "description": "hi@baker.example",
        "labels": [{"val": "bot", "neg": False}], "followersCount": 100 + number, "followsCount": 10 + number, "postsCount": 2,
    }  # fmt: skip


def _item(did: str, key: str) -> dict[str, Any]:
    return {
        "post": {
            "uri": f"at://{did}/app.bsky.feed.post/{key}", "author": {"did": did}, "indexedAt": "2026-11-01T00:00:00Z",
            "record": {"text": "hello", "createdAt": "2026-10-31T00:00:00Z", "langs": ["en"]},
            "likeCount": 7, "replyCount": 3, "repostCount": 2, "quoteCount": 1,
        }
    }  # fmt: skip


class TestBluesky(SourceContract):
    package = "influtui_bluesky"
    source = "bluesky"

    def answer(self, path: str, parameters: Mapping[str, Parameter]) -> Answer:
        if path.endswith("searchActors"):
            limit, start = int(str(parameters["limit"])), int(str(parameters.get("cursor", 0)))
            page: dict[str, Any] = {"actors": [_view(did) for did in PEOPLE[start : start + limit]]}
            return 200, page | ({"cursor": str(start + limit)} if start + limit < len(PEOPLE) else {})
        if path.endswith("getProfiles"):
            asked = parameters["actors"]
            assert isinstance(asked, list)
            return 200, {"profiles": [_view(did) for did in asked]}
        return 200, {"feed": [_item(str(parameters["actor"]), key) for key in ("a", "b")]}
