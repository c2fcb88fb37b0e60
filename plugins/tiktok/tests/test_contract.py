"""TikTok under the contract that every source is held to, once for each way of asking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from influtui.api import Parameter
from influtui.testing import Answer, SourceContract

NAMES = ["anna.bakes", "ben_eats", "cleo.cooks", "dora_fries", "emil.grills"]
ONE = "open_api/v1.3/tto/tcm/creator/"
OPEN = "https://open.tiktokapis.com/v2/"


def creator(name: str) -> dict[str, Any]:
    number = NAMES.index(name)
    return {
        "handle_name": name, "display_name": name.title(), "bio": "hello@bakes.example", "creator_id": f"71{number}",
        "followers_count": 1_000 + number, "following_count": 20, "videos_count": 30,
        "content_labels": [{"label_id": "1", "label_name": "Food"}],
    }  # fmt: skip


def well(data: Any) -> Answer:
    return 200, {"code": 0, "message": "OK", "request_id": "1", "data": data}


def told(data: Any) -> Answer:
    return 200, {"data": data, "error": {"code": "ok", "message": "", "log_id": "1"}}


class OfTikTok(SourceContract):
    package = "influtui_tiktok"
    uncounted = ("embed", "token")
    source = "tiktok"
    __test__ = False
    settings: ClassVar[Mapping[str, str | int | bool]] = {
        "account_id": "71", "country": "DE", "client_key": "awx1", "research_eligible": True,
    }  # fmt: skip

    def answer(self, path: str, parameters: Mapping[str, Parameter]) -> Answer:
        if path == f"{ONE}discover/":
            page, size = int(str(parameters["page"])), int(str(parameters["page_size"]))
            info = {"page": page, "page_size": size, "total_page": -(-len(NAMES) // size)}
            return well(
                {"creators": [creator(name) for name in NAMES[(page - 1) * size : page * size]], "page_info": info}
            )
        if path == f"{ONE}public/":
            return well(creator(str(parameters["handle_name"])))
        if path == f"{ONE}public/video/list/":
            number = NAMES.index(str(parameters["handle_name"]))
            post = {
                "video_id": f"73{number}", "caption": "bread", "create_time": 1_790_000_000, "likes": 50, "comments": 3,
                "shares": 2, "video_views": 900, "collaboration_status": "NONE",
            }  # fmt: skip
            return well({"posts": [post], "page_info": {"has_more": False, "cursor": 20}})
        if path == f"{OPEN}oauth/token/":
            return 200, {"access_token": "clt.1234567", "expires_in": 7_200, "refresh_token": "rft.1234567"}
        if path == f"{OPEN}user/info/":
            return told(
                {"user": {"username": "anna.bakes", "display_name": "Anna", "follower_count": 12, "open_id": "o"}}
            )
        if path == f"{OPEN}video/list/":
            video = {"id": "73", "title": "loaf", "create_time": 1_790_000_000, "view_count": 9, "like_count": 1}
            return told({"videos": [video], "has_more": False, "cursor": 1})
        if path == "https://www.tiktok.com/oembed":
            name = str(parameters["url"]).split("@")[1].partition("/")[0]
            return 200, {"author_url": f"https://www.tiktok.com/@{name}", "author_name": name.title(), "title": "loaf"}
        if path == f"{OPEN}research/user/info/":
            return told({"display_name": "Anna", "follower_count": 12})
        start, size = int(str(parameters.get("search_id", 0))), int(str(parameters["max_count"]))
        more, onward = start + size < len(NAMES), str(start + size)
        names = NAMES[start : start + size]
        if path == f"{OPEN}research/video/query/":
            videos = [
                {"username": name, "id": 7_300 + NAMES.index(name), "like_count": 4, "view_count": 9} for name in names
            ]
            return told({"videos": videos, "has_more": more, "search_id": onward, "cursor": start + size})
        entries = [
            {"id": f"v{name}", "label": "Paid partnership", "brand_names": ["Acme"], "creator": {"username": name},
             "create_date": "20261101", "videos": [{"url": f"https://www.tiktok.com/@{name}/video/7"}]}
            for name in names
        ]  # fmt: skip
        return told({"commercial_contents": entries, "has_more": str(more).lower(), "search_id": onward})


class TestWords(OfTikTok):
    __test__ = True
    query = "vegan baking"


class TestAccounts(OfTikTok):
    __test__ = True
    query = " ".join(f"@{name}" for name in NAMES)


class TestLinks(OfTikTok):
    __test__ = True
    query = " ".join(f"https://www.tiktok.com/@{name}/video/123" for name in NAMES)
    settings: ClassVar[Mapping[str, str | int | bool]] = {}


class TestOwnAccount(OfTikTok):
    __test__ = True
    query = "me"


class TestPaid(OfTikTok):
    __test__ = True
    query = "paid brand:acme"


class TestResearch(OfTikTok):
    __test__ = True
    query = "research vegan baking"
