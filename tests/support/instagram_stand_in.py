"""A stand-in of the Graph API on loopback: business discovery, tags, hashtags and the creator marketplace, with tokens,
permissions, paging, limits and bad days.

Built after the reference of v26.0. Expressions of fields are parsed, so that a name which breaks out of one is noticed; a
field or parameter that Meta does not list is refused with code 100, as the real service does. The people are invented.
"""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import dataclass, field
from typing import Any

from stand_in import StandIn

BRAND = "17841400000000001"
TOKEN = "EAABtokenOfTheBrandsOwner"
PAGE_TOKEN = "EAABtokenOfTheBrandsPage"

MEDIA = {
    "id", "caption", "media_type", "media_product_type", "permalink", "timestamp", "like_count", "comments_count",
    "view_count", "reposts_count", "thumbnail_url", "media_url", "username",
}  # fmt: skip
FIELDS = {
    "discovered": {
        "id", "username", "name", "biography", "website", "profile_picture_url", "followers_count", "follows_count",
        "media_count", "media",
    },
    "media": MEDIA,
    "tags": MEDIA - {"view_count", "reposts_count"},
    "hashtag": {
        "id", "caption", "children", "comments_count", "like_count", "media_type", "media_url", "permalink", "timestamp",
    },
    "marketplace": {
        "id", "username", "biography", "country", "email", "category", "is_account_verified", "portfolio_url", "insights",
    },
    "accounts": {"id", "name", "access_token", "instagram_business_account", "tasks"},
}  # fmt: skip
PARAMETERS = {
    "me/accounts": {"fields", "limit"},
    BRAND: {"fields"},
    f"{BRAND}/tags": {"fields", "limit", "after"},
    "insights": {"metric"},
    "ig_hashtag_search": {"user_id", "q"},
    "hashtag": {"user_id", "fields", "limit", "after"},
    f"{BRAND}/creator_marketplace_creators": {
        "fields", "limit", "after", "query", "creator_countries", "creator_min_followers", "creator_max_followers",
        "creator_interests", "creator_language", "similar_to_creators", "major_audience_countries",
        "has_public_contact_email",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """One field of an expression: `media.limit(20){id,caption}`."""

    name: str
    modifiers: tuple[tuple[str, str], ...] = ()
    inner: tuple[Field, ...] = ()


def fields_of(expression: str) -> tuple[Field, ...]:
    """An expression of fields, parsed. Raises `ValueError` where it is none."""
    found, rest = _fields(expression)
    if rest:
        raise ValueError(f"unexpected {rest[:20]!r}")
    return found


def _fields(text: str) -> tuple[tuple[Field, ...], str]:
    found: list[Field] = []
    while True:
        match = re.match(r"[a-z_]+", text)
        if match is None:
            raise ValueError(f"no field at {text[:20]!r}")
        text = text[match.end() :]
        modifiers: list[tuple[str, str]] = []
        while modifier := re.match(r"\.([a-z_]+)\(([^(){}]*)\)", text):
            modifiers.append((modifier[1], modifier[2]))
            text = text[modifier.end() :]
        inner: tuple[Field, ...] = ()
        if text.startswith("{"):
            inner, text = _fields(text[1:])
            if not text.startswith("}"):
                raise ValueError(f"no }} at {text[:20]!r}")
            text = text[1:]
        found.append(Field(match[0], tuple(modifiers), inner))
        if not text.startswith(","):
            return tuple(found), text
        text = text[1:]


def error(code: int, message: str, *, subcode: int | None = None, status: int = 400, **more: Any) -> tuple[int, Any]:
    """A refusal, as the Graph API writes them."""
    said = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A1b2", **more}
    return status, {"error": said | ({"error_subcode": subcode} if subcode else {})}


@dataclass
class Person:
    """One account."""

    name: str
    full_name: str = ""
    bio: str = ""
    followers: int = 1_000
    professional: bool = True
    posts: list[dict[str, Any]] = field(default_factory=list)

    @property
    def id(self) -> str:
        return f"17841{zlib.crc32(self.name.encode()):012d}"


def post(
    key: str, *, likes: int | None, comments: int = 0, at: str = "2026-11-01T10:00:00+0000", **more: Any
) -> dict[str, Any]:
    """One post; hidden likes are absent."""
    numbers = {"comments_count": comments} | ({} if likes is None else {"like_count": likes})
    link = f"https://www.instagram.com/p/{key}/"
    return {
        "id": key,
        "caption": f"post {key}",
        "permalink": link,
        "timestamp": at,
        "media_type": "IMAGE",
        **numbers,
        **more,
    }


class InstagramStandIn(StandIn):
    """The server, with its people."""

    root = "/v26.0/"

    def __init__(self, people: list[Person], tagged: list[dict[str, Any]] | None = None) -> None:
        super().__init__()
        self.people = {each.name: each for each in people}
        self.tagged = tagged or []
        self.hashtags: set[str] = set()
        self.own: list[dict[str, Any]] = []
        """The brand's own posts."""
        self.insights: dict[str, dict[str, int]] = {}
        """What is counted of them, by post."""
        self.refused: dict[str, tuple[int, Any]] = {}
        """By the end of a path: what it is refused with."""
        self.used = 5
        """Percent of the app's limit, as the rate headers say."""

    @property
    def base_url(self) -> str:
        return super().base_url.removesuffix("v26.0/")

    def headers(self) -> dict[str, str]:
        usage = {"call_count": self.used, "total_time": 3, "total_cputime": 2}
        business = [{"type": "instagram", **usage, "call_count": 1, "estimated_time_to_regain_access": 19}]
        return {"X-App-Usage": json.dumps(usage), "X-Business-Use-Case-Usage": json.dumps({"1234": business})}

    def body(self, method: str, parameters: dict[str, list[str]]) -> tuple[int, Any]:
        if self.sent[-1].get("authorization") not in (f"Bearer {TOKEN}", f"Bearer {PAGE_TOKEN}"):
            said = "Error validating access token: Session has expired"
            return error(190, said, subcode=463, error_user_title="Abgelaufen", status=401)
        for end, refusal in self.refused.items():
            if method.endswith(end):
                return refusal
        hashtag = re.fullmatch(r"\d+/(?:top|recent)_media", method)
        insights = re.fullmatch(r"\w+/insights", method)
        allowed = PARAMETERS.get("hashtag" if hashtag else "insights" if insights else method)
        if allowed is None:
            return error(2500, f"Unknown path components: /{method}")
        one = {name: values[0] for name, values in parameters.items()}
        if unknown := one.keys() - allowed:
            return error(100, f"(#100) Param {unknown} is not allowed")
        if insights:
            return self._insights(method.partition("/")[0], one["metric"].split(","))
        try:
            return self._answered(method, one, bool(hashtag))
        except ValueError as wrong:
            return error(100, f"(#100) {wrong}")

    def _answered(self, method: str, one: dict[str, str], of_hashtag: bool) -> tuple[int, Any]:
        if method == "ig_hashtag_search":
            self.hashtags.add(one["q"])
            known = zlib.crc32(one["q"].encode())
            return 200, {"data": [] if one["q"] == "nobodyusesthis" else [{"id": f"178{known:012d}"}]}
        fields = fields_of(one["fields"])
        if method == "me/accounts":
            _within(fields, "accounts")
            linked = {"id": BRAND, "username": "the.brand"}
            return 200, {"data": [{"id": "1", "name": "The Brand", "instagram_business_account": linked}, {"id": "2"}]}
        if of_hashtag:
            _within(fields, "hashtag")
            return 200, self._listed([post(f"H{number}", likes=number) for number in range(80)], one, method)
        if method == f"{BRAND}/tags":
            _within(fields, "tags")
            return 200, self._listed(self.tagged, one, method)
        if method == BRAND and fields[0].name == "business_discovery":
            return self._discovered(fields)
        if method == BRAND:
            _within(fields, "discovered")
            given = {"id": BRAND, "username": "the.brand", "followers_count": 4_000, "media_count": len(self.own)}
            return 200, given | {"media": {"data": self.own}}
        _within(fields, "marketplace")
        return 200, self._listed(self._market(), one, method)

    def _insights(self, key: str, metrics: list[str]) -> tuple[int, Any]:
        if key not in self.insights:
            said = "(#100) The requested resource does not exist: media posted before business account conversion"
            return error(100, said, subcode=2108006)
        known = self.insights[key]
        return 200, {
            "data": [{"name": each, "period": "lifetime", "values": [{"value": known[each]}]} for each in metrics]
        }

    def _discovered(self, fields: tuple[Field, ...]) -> tuple[int, Any]:
        (frame,) = fields
        if frame.name != "business_discovery" or [name for name, _ in frame.modifiers] != ["username"]:
            raise ValueError(f"{frame.name} is no business_discovery of one username")
        _within(frame.inner, "discovered")
        person = self.people.get(frame.modifiers[0][1])
        if person is None or not person.professional:
            title = "Kullanıcı bulunamadı"
            return error(110, "Invalid user id", subcode=2207013, error_user_title=title, is_transient=False)
        view = {
            "id": person.id, "username": person.name, "name": person.full_name, "biography": person.bio,
            "followers_count": person.followers, "follows_count": 12, "media_count": len(person.posts),
        }  # fmt: skip
        for media in (each for each in frame.inner if each.name == "media"):
            _within(media.inner, "media")
            asked = {each.name for each in media.inner}
            limit = int(dict(media.modifiers)["limit"])
            given = [{key: value for key, value in each.items() if key in asked} for each in person.posts[:limit]]
            view["media"] = {"data": given, "paging": {"cursors": {"after": "QVFI"}}}
        return 200, {"business_discovery": view, "id": BRAND}

    def _market(self) -> list[dict[str, Any]]:
        insights = {"data": [{"name": "total_followers", "period": "lifetime", "total_value": {"value": 41_000}}]}
        return [
            {
                "id": str(number),
                "username": f"market{number:02d}",
                "country": "BR",
                "category": "Food",
                "insights": insights,
            }
            for number in range(30)
        ]

    def _listed(self, entries: list[dict[str, Any]], one: dict[str, str], method: str) -> dict[str, Any]:
        """One page. `next` is an address that bears the token: whoever follows it gives the token away."""
        start, limit = int(one.get("after", "0")), int(one["limit"])
        if not 1 <= limit <= 100:
            raise ValueError("limit must be between 1 and 100")
        paging: dict[str, Any] = {"cursors": {"before": str(start), "after": str(start + limit)}}
        if start + limit < len(entries):
            paging["next"] = f"https://graph.facebook.com/v26.0/{method}?access_token={TOKEN}&after={start + limit}"
        return {"data": entries[start : start + limit], "paging": paging}


def _within(fields: tuple[Field, ...], kind: str) -> None:
    """Every field is one that Meta lists there."""
    if unknown := {each.name for each in fields} - FIELDS[kind]:
        raise ValueError(f"Tried accessing nonexisting field {sorted(unknown)}")
