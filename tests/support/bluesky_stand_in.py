"""A stand-in of Bluesky's public interface on loopback: the methods we use, with paging, limits and bad days.

Built after the lexicons of `app.bsky.actor`, `app.bsky.feed` and `app.bsky.graph`:
parameters that those do not name, or values outside their bounds, are refused as the real service refuses them. The
people are invented.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import Any

from stand_in import StandIn

PARAMETERS = {
    "app.bsky.actor.searchActors": {"q", "term", "limit", "cursor"},
    "app.bsky.actor.getProfiles": {"actors"},
    "app.bsky.feed.getAuthorFeed": {"actor", "limit", "cursor", "filter", "includePins"},
    "app.bsky.graph.getFollowers": {"actor", "limit", "cursor", "sort"},
    "app.bsky.feed.getLikes": {"uri", "cid", "limit", "cursor"},
    "app.bsky.feed.getRepostedBy": {"uri", "cid", "limit", "cursor"},
    "app.bsky.feed.getPostThread": {"uri", "depth", "parentHeight"},
}
SEEN = "2026-11-22T11:00:00.000Z"


@dataclass
class Person:
    """One account."""

    handle: str
    name: str | None = None
    bio: str | None = None
    followers: int | None = 1_000
    labels: tuple[str, ...] = ()
    posts: list[dict[str, Any]] = field(default_factory=list)
    gone: bool = False
    """Found, but its profile is not given out."""

    @property
    def did(self) -> str:
        known = zlib.crc32(self.handle.encode())
        return "did:plc:unresolved" if self.handle == "handle.invalid" else f"did:plc:{known:012d}"

    def view(self, *, detailed: bool) -> dict[str, Any]:
        labels = [{"src": self.did, "uri": "at://x", "val": label, "cts": SEEN} for label in self.labels]
        view: dict[str, Any] = {"did": self.did, "handle": self.handle, "labels": labels, "indexedAt": SEEN}
        if self.name is not None:
            view["displayName"] = self.name
        if self.bio is not None:
            view["description"] = self.bio
        if detailed and self.followers is not None:
            view |= {"followersCount": self.followers, "followsCount": 12, "postsCount": len(self.posts)}
        return view


def post(
    person: str, key: str, *, likes: int, replies: int = 0, at: str = "2026-11-01T10:00:00Z", **more: Any
) -> dict[str, Any]:
    """One entry of a feed."""
    did = Person(person).did
    view = {
        "uri": f"at://{did}/app.bsky.feed.post/{key}", "cid": key, "author": {"did": did, "handle": person},
        "record": {"$type": "app.bsky.feed.post", "text": f"post {key}", "createdAt": at, "langs": ["en"]},
        "likeCount": likes, "replyCount": replies, "repostCount": 1, "quoteCount": 1, "indexedAt": at,
    }  # fmt: skip
    return {"post": view, **more}


class BlueskyStandIn(StandIn):
    """The server, with its people."""

    root = "/xrpc/"

    def __init__(self, people: list[Person]) -> None:
        super().__init__()
        self.people = people
        self.followers: dict[str, list[str]] = {}
        """Handles, by the account that they follow."""
        self.under: dict[tuple[str, str], list[str]] = {}
        """Handles, by what they did (`getLikes`, `getRepostedBy`, `getPostThread`) and the key of the post."""

    @property
    def base_url(self) -> str:
        return super().base_url.removesuffix("xrpc/")

    def headers(self) -> dict[str, str]:
        return {"ratelimit-limit": "3000", "ratelimit-remaining": str(3_000 - len(self.requests))}

    def body(self, method: str, parameters: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
        if method not in PARAMETERS:
            return 501, {"error": "MethodNotImplemented", "message": "Method Not Implemented"}
        unknown = parameters.keys() - PARAMETERS[method]
        limit = int(parameters.get("limit", ["25"])[0])
        if unknown or not 1 <= limit <= 100:
            return 400, {"error": "InvalidRequest", "message": f"Error: {unknown or limit} is not allowed"}
        if method.endswith("searchActors"):
            return 200, self._search(parameters, limit)
        if method.endswith("getProfiles"):
            return self._profiles(parameters)
        if method.endswith("getAuthorFeed"):
            return self._feed(parameters, limit)
        return 200, self._listed(method.rpartition(".")[2], parameters, limit)

    def _listed(self, method: str, parameters: dict[str, list[str]], limit: int) -> dict[str, Any]:
        if method == "getFollowers":
            names = self.followers.get(parameters["actor"][0], [])
        else:
            names = self.under.get((method, parameters["uri"][0].rpartition("/")[2]), [])
        known = {each.handle: each for each in self.people}
        views = [known[name].view(detailed=False) for name in names]
        if method == "getPostThread":
            gone = {"$type": "app.bsky.feed.defs#notFoundPost", "uri": "at://x", "notFound": True}
            return {"thread": {"post": {}, "replies": [gone, *({"post": {"author": view}} for view in views)]}}
        start = int(parameters.get("cursor", ["0"])[0])
        shown = views[start : start + limit]
        more = {"cursor": str(start + limit)} if start + limit < len(views) else {}
        if method == "getLikes":
            return {"uri": "at://x", "likes": [{"actor": view, "createdAt": SEEN} for view in shown], **more}
        return {"followers" if method == "getFollowers" else "repostedBy": shown, **more}

    def _search(self, parameters: dict[str, list[str]], limit: int) -> dict[str, Any]:
        words = parameters["q"][0].casefold().split()
        found = [
            each
            for each in self.people
            if all(word in f"{each.handle} {each.name} {each.bio}".casefold() for word in words)
        ]
        start = int(parameters.get("cursor", ["0"])[0])
        page: dict[str, Any] = {"actors": [each.view(detailed=False) for each in found[start : start + limit]]}
        if start + limit < len(found):
            page["cursor"] = str(start + limit)
        return page

    def _profiles(self, parameters: dict[str, list[str]]) -> tuple[int, dict[str, Any]]:
        actors = parameters.get("actors", [])
        if not 1 <= len(actors) <= 25:
            return 400, {"error": "InvalidRequest", "message": "Error: actors must not have more than 25 elements"}
        return 200, {
            "profiles": [
                each.view(detailed=True)
                for each in self.people
                if {each.did, each.handle} & set(actors) and not each.gone
            ]
        }

    def _feed(self, parameters: dict[str, list[str]], limit: int) -> tuple[int, dict[str, Any]]:
        person = next((each for each in self.people if parameters["actor"][0] in (each.did, each.handle)), None)
        if person is None:
            return 400, {"error": "InvalidRequest", "message": "Profile not found"}
        return 200, {"feed": person.posts[:limit]}
