"""A stand-in of one Mastodon server on loopback: the search and the statuses that need no account.

Built after the documented parameters of `/api/v2/search` and `/api/v1/accounts/:id/statuses`: others are refused, and
whoever is not logged in gets no further pages. The people are invented.
"""

from __future__ import annotations

from typing import Any

from stand_in import StandIn

SEARCH = {"q", "type", "limit", "account_id", "exclude_unreviewed", "following", "max_id", "min_id"}
STATUSES = {
    "limit",
    "exclude_replies",
    "exclude_reblogs",
    "only_media",
    "pinned",
    "max_id",
    "min_id",
    "since_id",
    "tagged",
}


def account(number: int, acct: str, **more: Any) -> dict[str, Any]:
    """One account."""
    name, _, server = acct.partition("@")
    return {
        "id": str(number), "username": name, "acct": acct, "display_name": name.title(), "locked": False, "bot": False,
        "discoverable": None, "group": False, "created_at": "2026-01-01T00:00:00.000Z", "note": "<p>vegan baking</p>",
        "url": f"https://{server or 'this.example'}/@{name}", "uri": f"https://{server or 'this.example'}/users/{name}",
        "followers_count": 1_000, "following_count": 10, "statuses_count": 5, "fields": [], "emojis": [], **more,
    }  # fmt: skip


def status(number: int, author: int, **more: Any) -> dict[str, Any]:
    """One post."""
    return {
        "id": str(number), "created_at": "2026-11-01T10:00:00.000Z", "account": {"id": str(author)}, "visibility": "public",
        "content": f"<p>post {number}</p>", "url": f"https://this.example/@x/{number}", "language": "de", "reblog": None,
        "favourites_count": 20, "replies_count": 5, "reblogs_count": 1, "quotes_count": 0, **more,
    }  # fmt: skip


LISTS = {"limit", "max_id", "min_id", "since_id"}


class MastodonStandIn(StandIn):
    """The server, with its people and their posts."""

    def __init__(self, accounts: list[dict[str, Any]], statuses: dict[str, list[dict[str, Any]]]) -> None:
        super().__init__()
        self.accounts = accounts
        self.statuses = statuses
        self.listed: dict[str, list[int]] = {}
        """Numbers of accounts, by the path of the list: `1/followers`, `11/favourited_by`."""
        self.tagged: dict[str, list[dict[str, Any]]] = {}
        """Posts by hashtag, the newest first."""
        self._link = ""
        self.trends: list[dict[str, Any]] = []

    def headers(self) -> dict[str, str]:
        link, self._link = self._link, ""
        return ({"link": link} if link else {}) | {
            "x-ratelimit-limit": "300",
            "x-ratelimit-remaining": str(300 - len(self.requests)),
        }

    def body(self, method: str, parameters: dict[str, list[str]]) -> tuple[int, Any]:
        limit = int(parameters.get("limit", ["20"])[0])
        if method == "api/v2/search" and parameters.keys() <= SEARCH:
            word = parameters["q"][0].casefold()
            found = [each for each in self.accounts if word in f"{each['acct']} {each['note']}".casefold()]
            return 200, {"accounts": found[: min(limit, 40)], "statuses": [], "hashtags": []}
        parts = method.split("/")
        if method == "api/v1/trends/tags" and parameters.keys() <= {"limit", "offset"}:
            return 200, self.trends
        if method == "api/v1/accounts/lookup" and parameters.keys() == {"acct"}:
            asked = parameters["acct"][0].removesuffix("@this.example")
            known = next((each for each in self.accounts if each["acct"] == asked), None)
            return (200, known) if known else (404, {"error": "Record not found"})
        if parts[:4] == ["api", "v1", "timelines", "tag"] and parameters.keys() <= LISTS:
            posts = self.tagged.get(parts[4], [])
            before = int(parameters.get("max_id", [10**9])[0])
            return 200, [each for each in posts if int(each["id"]) < before][: min(limit, 40)]
        if (numbers := self.listed.get("/".join(parts[3:]))) is not None and parameters.keys() <= LISTS:
            start = int(parameters.get("max_id", ["0"])[0])
            if start + limit < len(numbers):
                self._link = (
                    f'<{self.base_url}{method}?limit={limit}&max_id={start + limit}>; rel="next", <x>; rel="prev"'
                )
            known_ones = {int(each["id"]): each for each in self.accounts}
            return 200, [known_ones[number] for number in numbers[start : start + limit]]
        if parts[:3] == ["api", "v1", "accounts"] and parts[4:] == ["statuses"] and parameters.keys() <= STATUSES:
            return 200, self.statuses.get(parts[3], [])[: min(limit, 40)]
        return 401, {"error": "This method requires an authenticated user"}
