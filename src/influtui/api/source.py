"""A source: a platform that can be asked for creators.

Subclass `Source`, name its `id` as the manifest does, and implement `search`. A source does no I/O of its own: it asks
through `self.ctx.http`, which the host owns (allowed hosts, time limits, budgets, retries, redaction). One object serves
one run; nothing is kept between calls but the cursor.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Final, Protocol, cast

import msgspec

from influtui.api.errors import Unsupported, UpstreamChanged
from influtui.api.records import Page

Parameter = str | int | bool | Sequence[str]
"""A query parameter; a sequence repeats its name."""

SHOWN: Final = 80


class Reply(msgspec.Struct, frozen=True):
    """An HTTP answer. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON. Raises `UpstreamChanged` when it is something else (a login page, half an object)."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            start = self.body[:SHOWN].decode("utf-8", "replace")
            raise UpstreamChanged("the answer is not JSON", detail=f"status {self.status}: {start!r}") from error


class Http(Protocol):
    """The host's HTTP client, as a plugin sees it. `path` is relative to the source's base URL."""

    async def get(
        self,
        path: str,
        parameters: Mapping[str, Parameter] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        method: str = "",
        key: str | None = None,
    ) -> Reply:
        """Ask. Raises `RateLimited`, `QuotaExhausted`, `Transient` or `HostDenied`; every other answer comes back as it is.

        `method` is what the manifest's budgets call this call; `key` what a budget of distinct keys counts (a hashtag).
        """
        ...

    async def post(
        self,
        path: str,
        parameters: Mapping[str, Parameter] | None = None,
        *,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        method: str = "",
        key: str | None = None,
    ) -> Reply:
        """Ask with a body: `json` for questions that do not fit into an address, `form` for exchanging secrets.

        A form is sent once, because what is exchanged may be spent by it, and its answer is kept nowhere.
        """
        ...


class Keys(Protocol):
    """The host's keeping of secrets, as a plugin sees it."""

    def learn(self, value: str) -> None:
        """From now on the host strikes `value` out too: a token that was got for the secrets, and lasts for this run."""
        ...

    async def renew(self, key: str, exchange: Callable[[str], Awaitable[str]]) -> str:
        """Replace the secret field `key` by what `exchange` makes of it, and give that.

        One session of the workspace at a time, beginning with the value that stands there then: another may have renewed
        it. The new value is on disk before this returns, the old one until then, and neither a crash nor a cancellation
        leaves anything between the two. The manifest says `rotates = true` of such a field.
        """
        ...


class _NoKeys:
    """Where there is no host: nothing is kept."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._secrets = secrets

    def learn(self, value: str) -> None:
        return

    async def renew(self, key: str, exchange: Callable[[str], Awaitable[str]]) -> str:
        return await exchange(self._secrets.get(key, ""))


@dataclass(frozen=True)
class SourceContext:
    """What a source is made with. Fields may be added; none is ever taken away within one API version."""

    plugin: str
    http: Http
    settings: Mapping[str, str | int | bool]
    """The fields that the manifest announces, from the user's `config.toml`; no secrets."""
    clock: Callable[[], datetime]
    """The time now, aware. The only clock to use."""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The fields of kind `secret`. The host strikes their values out of whatever leaves the plugin in words."""
    keys: Keys = field(default=cast("Keys", None), repr=False)
    """For tokens that are renewed."""

    def __post_init__(self) -> None:
        if self.keys is None:
            object.__setattr__(self, "keys", _NoKeys(self.secrets))


class Source(ABC):
    """A platform that can be asked for creators."""

    id: ClassVar[str]
    """As the manifest's `[[source]]` has it."""

    def __init__(self, ctx: SourceContext) -> None:
        self.ctx = ctx

    @abstractmethod
    async def search(self, query: str, *, cursor: str | None, limit: int) -> Page:
        """One page of accounts that match `query`, at most `limit` of them.

        `cursor` is the `next` of the page before. An account that must not be shown goes to `skipped` with its reason.
        """

    async def profiles(self, handles: Sequence[str]) -> Page:
        """The accounts with these handles as they are now: for refreshing who is known already.

        Announced as a capability in the manifest. At most `page` handles are asked for at once. Who is not to be found
        any more, or not to be shown, goes to `skipped`. `next` is not used.
        """
        raise Unsupported(f"{self.id} cannot be asked for accounts by their handles")

    async def by_name(self, handles: Sequence[str], *, cursor: str | None, limit: int) -> Page:
        """One page of accounts that a question names, `limit` at a time, as `profiles` has them: for a `search` of handles.

        The cursor is how many were asked for.
        """
        start = int(cursor) if cursor and cursor.isdecimal() else 0
        page = await self.profiles(handles[start : start + limit])
        return msgspec.structs.replace(page, next=str(start + limit) if start + limit < len(handles) else None)
