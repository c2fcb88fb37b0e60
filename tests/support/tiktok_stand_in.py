"""A stand-in of TikTok on loopback: TikTok One, the open API with its tokens, and oEmbed, with quotas, paging and bad days.

Built after the specs of TikTok One (v1.3) and of the open API (v2). No recorded answers of TikTok One or of the Display API
are public, so its shapes are those of the specs. Whatever a spec does not name is refused; failures stand inside HTTP 200
where TikTok puts them there; refresh tokens are good for once. The people are invented.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from stand_in import StandIn

TOKEN = "one-canary-4f5a6b7c8d9e0f1a2b3c4d5e6f708192"
ACCOUNT = "7102938475610293847"
KEY = "awx1clientkey"
SECRET = "secret-canary-0a1b2c3d4e5f60718293a4b5"
REFRESH = "rft.canary-0!0000"

DISCOVER = {
    "tto_tcm_account_id", "country_codes", "keyword_search", "min_followers", "max_followers", "min_median_views",
    "max_median_views", "languages", "follower_country_codes", "page", "page_size",
}  # fmt: skip
PARAMETERS = {
    "creator/discover/": DISCOVER,
    "creator/public/": {"tto_tcm_account_id", "handle_name"},
    "creator/public/video/list/": {"tto_tcm_account_id", "handle_name", "limit", "cursor"},
}
USER_FIELDS = {
    "open_id", "union_id", "avatar_url", "display_name", "bio_description", "profile_deep_link", "is_verified", "username",
    "follower_count", "following_count", "likes_count", "video_count",
}  # fmt: skip
LIBRARY_BODY = {"filters", "max_count", "search_id"}


@dataclass
class Person:
    """A creator of TikTok One."""

    name: str
    followers: int = 20_000
    bio: str = ""
    country: str = "DE"
    videos: list[dict[str, Any]] = field(default_factory=list)


def video(
    number: int, *, views: int | None = 1_000, likes: int = 80, at: int = 0, paid: str = "NONE"
) -> dict[str, Any]:
    """A video, as TikTok One has it. A number that is None is absent."""
    shown: dict[str, Any] = {
        "display_name": "x", "video_id": str(7_300_000_000_000_000_000 + number), "caption": f"video {number} #bread",
        "likes": likes, "comments": 15, "shares": 5, "favorites": 2, "create_time": at or 1_790_000_000 + number,
        "caption_hashtags": ["bread"], "mentioned_accounts": [], "collaboration_status": paid,
    }  # fmt: skip
    return shown | ({} if views is None else {"video_views": views})


def paid(name: str | None, brand: str, number: int) -> dict[str, Any]:
    """An entry of the commercial content library; some have no creator."""
    url = f"https://www.tiktok.com/@{name}/video/{7_200_000_000_000_000_000 + number}"
    entry: dict[str, Any] = {
        "id": f"v09044g{number:09d}", "label": "Paid partnership", "brand_names": [brand], "create_date": "20261101",
        "create_timestamp": 1_793_500_000 + number, "videos": [{"url": url, "cover_image_url": "https://cdn.example/1.jpeg"}],
    }  # fmt: skip
    return entry | ({"creator": {"username": name}} if name is not None else {})


class TikTokStandIn(StandIn):
    """The server, with its people."""

    def __init__(self, people: list[Person], library: list[dict[str, Any]] | None = None) -> None:
        super().__init__()
        self.people = {each.name: each for each in people}
        self.library = library or []
        self.embeds: dict[str, dict[str, Any]] = {}
        """By the address of a video."""
        self.refresh = REFRESH
        """The one refresh token that is good now."""
        self.renewals = 0
        self.access: set[str] = set()
        self.calls_left = 1_000
        """Of TikTok One; then code 40100 within HTTP 200."""
        self.library_left = 1_000
        self.research: list[dict[str, Any]] = []

    def body(self, method: str, parameters: dict[str, list[str]]) -> tuple[int, Any]:
        one = {name: values[0] for name, values in parameters.items()}
        if method.startswith("open_api/v1.3/tto/tcm/"):
            return 200, self._one(method.removeprefix("open_api/v1.3/tto/tcm/"), one)
        if method == "oembed":
            known = self.embeds.get(one.get("url", ""))
            return (200, known) if known else (400, {"code": 400, "message": "Something went wrong"})
        if method == "v2/oauth/token/":
            return self._token({name: values[0] for name, values in parse_qs(self.bodies[-1].decode()).items()})
        return self._open(method, one)

    # TikTok One

    def _one(self, path: str, one: dict[str, str]) -> dict[str, Any]:
        self.calls_left -= 1
        if self.sent[-1].get("access-token") != TOKEN:
            return failed(40105, "Access token is incorrect or has been revoked.")
        if self.calls_left < 0:
            return failed(40100, "Too many requests. Please retry in some time.")
        if path not in PARAMETERS or (unknown := one.keys() - PARAMETERS[path]):
            return failed(40002, f"unknown: {path if path not in PARAMETERS else unknown}")
        if one.get("tto_tcm_account_id") != ACCOUNT:
            return failed(40001, "No permission to operate this tto_tcm_account_id.")
        if path == "creator/discover/":
            return self._discover(one)
        person = self.people.get(one.get("handle_name", ""))
        if person is None:
            return failed(40007, "The creator does not exist.")
        if path == "creator/public/":
            labels = [{"label_id": "1", "label_name": "Food & Drink"}]
            more = {
                "bio": person.bio,
                "creator_id": f"71{len(person.name):017d}",
                "median_views": 900,
                "engagement_rate": 0.1,
            }
            return well(_shown(person) | more | {"content_labels": labels, "industry_labels": [], "currency": "EUR"})
        limit = int(one["limit"])
        info = {"has_more": len(person.videos) > limit, "cursor": limit}
        return well({"posts": person.videos[:limit], "page_info": info})

    def _discover(self, one: dict[str, str]) -> dict[str, Any]:
        if not one.get("country_codes"):
            return failed(40002, "country_codes: Missing data for required field.")
        countries = json.loads(one["country_codes"])
        words = one.get("keyword_search", "").casefold().split()
        found = [
            each
            for each in self.people.values()
            if each.country in countries
            and all(word in f"{each.name} {each.bio}".casefold() for word in words)
            and int(one.get("min_followers", 0)) <= each.followers <= int(one.get("max_followers", 10**12))
        ]
        page, size = int(one.get("page", 1)), int(one.get("page_size", 10))
        total = -(-len(found) // size)
        info = {"page": page, "page_size": size, "total_number": len(found), "total_page": total}
        return well({"creators": [_shown(each) for each in found[(page - 1) * size : page * size]], "page_info": info})

    # The open API

    def _token(self, form: dict[str, str]) -> tuple[int, Any]:
        if self.sent[-1].get("content-type") != "application/x-www-form-urlencoded":
            return 400, {"error": "invalid_request", "error_description": "wrong content type", "log_id": "1"}
        if (form.get("client_key"), form.get("client_secret")) != (KEY, SECRET):
            return 401, {"error": "invalid_client", "error_description": "Client authentication failed.", "log_id": "1"}
        life = {"expires_in": 7_200, "token_type": "Bearer"}
        if form.get("grant_type") == "client_credentials":
            self.access.add("clt.canary-access-token")
            return 200, {"access_token": "clt.canary-access-token", **life}
        if form.get("refresh_token") != self.refresh:
            said = "Refresh token is invalid or expired."
            return 400, {"error": "invalid_grant", "error_description": said, "log_id": "1"}
        self.renewals += 1
        self.refresh = f"rft.canary-{self.renewals}!{self.renewals:04d}"
        token = f"act.canary-{self.renewals}-access-token"
        self.access.add(token)
        return 200, {
            "access_token": token,
            "refresh_token": self.refresh,
            "open_id": "o1",
            "scope": "user.info.basic",
            **life,
        }

    def _open(self, method: str, one: dict[str, str]) -> tuple[int, Any]:
        token = self.sent[-1].get("authorization", "").removeprefix("Bearer ")
        if token not in self.access:
            return 401, refused("access_token_invalid", "The access token is invalid or not found in the request.")
        sent = json.loads(self.bodies[-1]) if self.bodies[-1] else {}
        app = token.startswith("clt.")
        fields = set(one.get("fields", "").split(","))
        if method == "v2/user/info/" and not app and self.verbs[-1] == "GET":
            if unknown := fields - USER_FIELDS:
                return 400, refused("invalid_params", f"unknown fields {unknown}")
            me = {
                "open_id": "o1", "username": "the.brand", "display_name": "The Brand", "bio_description": "we bake",
                "follower_count": 4_200, "following_count": 10, "video_count": 31, "likes_count": 99, "is_verified": False,
            }  # fmt: skip
            return 200, told({"user": {key: value for key, value in me.items() if key in fields}})
        if method == "v2/video/list/" and not app:
            own = [
                {"id": "73", "title": "loaf", "create_time": 1_790_000_000, "view_count": 500, "like_count": 50,
                 "comment_count": 5, "share_count": 1, "share_url": "https://www.tiktok.com/@the.brand/video/73"}
            ]  # fmt: skip
            return 200, told({"videos": own[: sent["max_count"]], "cursor": 1, "has_more": False})
        if method == "v2/research/adlib/commercial_content/query/" and app:
            return self._library(sent)
        if method == "v2/research/video/query/" and app:
            return 200, told(
                {"videos": self.research[: sent["max_count"]], "cursor": 100, "has_more": False, "search_id": "5"}
            )
        if method == "v2/research/user/info/" and app:
            return 200, told({"display_name": sent["username"].title(), "follower_count": 77})
        return 401, refused(
            "scope_not_authorized", "The user did not authorize the scope required for completing this request."
        )

    def _library(self, sent: dict[str, Any]) -> tuple[int, Any]:
        self.library_left -= 1
        if self.library_left < 0:
            return 200, refused("daily_quota_limit_exceeded", "Daily quota limit exceeded.")
        if unknown := sent.keys() - LIBRARY_BODY or not 1 <= sent["max_count"] <= 50:
            return 400, refused("invalid_params", str(unknown))
        wanted = sent["filters"].get("creator_usernames")
        entries = [each for each in self.library if not wanted or each.get("creator", {}).get("username") in wanted]
        start = int(sent.get("search_id", "0") or 0)
        end = start + sent["max_count"]
        more = "true" if end < len(entries) else "false"
        return 200, told({"commercial_contents": entries[start:end], "has_more": more, "search_id": str(end)})


def _shown(person: Person) -> dict[str, Any]:
    return {
        "handle_name": person.name, "display_name": person.name.title(), "profile_image": "https://cdn.example/p.jpeg",
        "followers_count": person.followers, "following_count": 12, "likes_count": 3, "videos_count": len(person.videos),
    }  # fmt: skip


def well(data: Any) -> dict[str, Any]:
    """An answer of TikTok One that went well."""
    return {"code": 0, "message": "OK", "request_id": "2026", "data": data}


def failed(code: int, message: str) -> dict[str, Any]:
    """One that failed: within HTTP 200."""
    return {"code": code, "message": message, "request_id": "2026", "data": {}}


def told(data: Any) -> dict[str, Any]:
    """An answer of the open API that went well."""
    return {"data": data, "error": {"code": "ok", "message": "", "log_id": "2026"}}


def refused(code: str, message: str) -> dict[str, Any]:
    """One that did not."""
    return {"data": {}, "error": {"code": code, "message": message, "log_id": datetime.now(UTC).strftime("%Y%m%d")}}
