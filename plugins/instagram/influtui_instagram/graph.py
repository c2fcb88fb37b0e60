"""The Graph API as the source uses it: the version in every path, the token in a header, refusals told by their codes.

The token is never a parameter: addresses end up in logs, in errors and in `paging.next`. Whoever is refused for want of a
permission hears which one. After a refusal that more calls would only make worse, none is made by this object.
"""

from __future__ import annotations

import asyncio
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal, TypeVar

from influtui.api import (
    AuthInvalid,
    ConfigError,
    InvalidInput,
    NotFound,
    Parameter,
    PluginError,
    QuotaExhausted,
    RateLimited,
    Reply,
    SourceContext,
    Transient,
    Unsupported,
    UpstreamChanged,
    read,
    read_each,
)
from influtui_instagram.wire import NAME, PAGE_FIELDS, GraphError, Listing, PageAccount, Refusal, usages

T = TypeVar("T")

Question = Literal["accounts", "discovery", "me", "insights", "tags", "hashtag", "marketplace"]
"""What is asked, as the manifest's budgets and `permissions.toml` name it."""

ATTEMPTS: Final = 3
PAUSE_S: Final = 0.5
HEAVY: Final = 75.0
"""Percent of a limit from which calls are made one at a time."""
SPENT: Final = 95.0
"""Percent of a limit from which none is made: the last part is what keeps the app from being shut out."""
USUAL_WAIT_S: Final = 3_600.0

_VERSION: Final = re.compile(r"v\d{1,3}\.\d{1,2}")
_NAMED: Final = re.compile(
    r"\b(?:instagram_\w+|pages_\w+|business_management|ads_\w+|Instagram Public Content Access)\b"
)


class Graph:
    """One run's way to the Graph API."""

    def __init__(self, ctx: SourceContext, at_once: int) -> None:
        self._ctx = ctx
        self._at_once = asyncio.Semaphore(at_once)
        self._one = asyncio.Lock()
        self._heavy = False
        self._closed: PluginError | None = None
        self._user: str | None = None

    async def user(self) -> str:
        """The id of the brand's own account: a setting, else the one account that is linked to the token's Pages."""
        named = str(self._ctx.settings.get("user_id") or "").strip()
        if named:
            if not named.isascii() or not named.isdigit():
                raise ConfigError(
                    "the Instagram account's id is a number (not the Page's, not the @name)", field="user_id"
                )
            return named
        if self._user is None:
            self._user = await self._linked()
        return self._user

    async def get(
        self,
        path: str,
        parameters: Mapping[str, Parameter],
        kind: type[T],
        *,
        question: Question,
        key: str | None = None,
    ) -> T:
        """An answer as `kind`. What is out of order for the moment is tried again twice."""
        pause = PAUSE_S
        for _ in range(ATTEMPTS - 1):
            try:
                return read((await self._ask(path, parameters, question, key)).body, kind, NAME)
            except _WorthAnotherTry:
                await asyncio.sleep(pause)
                pause *= 2
        try:
            return read((await self._ask(path, parameters, question, key)).body, kind, NAME)
        except _WorthAnotherTry as error:
            raise Transient(error.message, detail=error.detail) from None

    async def _ask(self, path: str, parameters: Mapping[str, Parameter], question: Question, key: str | None) -> Reply:
        async with self._at_once:
            if self._heavy:
                async with self._one:
                    return await self._once(path, parameters, question, key)
            return await self._once(path, parameters, question, key)

    async def _once(self, path: str, parameters: Mapping[str, Parameter], question: Question, key: str | None) -> Reply:
        if self._closed is not None:
            raise self._closed
        try:
            reply = await self._ctx.http.get(
                f"{self._version()}/{path}",
                parameters,
                headers={"authorization": f"Bearer {self._token(question)}"},
                method=question,
                key=key,
            )
            wait = self._watched(reply)
            if reply.status != 200:
                raise refusal(reply, question, wait)
        except (AuthInvalid, QuotaExhausted, RateLimited) as error:
            self._closed = error
            raise
        return reply

    def _watched(self, reply: Reply) -> float:
        """Heed the rate headers; gives how long to wait where calls are refused already."""
        told = usages(dict(reply.headers))
        fullest = max((usage.percent for usage in told), default=0.0)
        wait = 60 * max((usage.estimated_time_to_regain_access for usage in told), default=0.0) or USUAL_WAIT_S
        self._heavy = fullest >= HEAVY
        if fullest >= SPENT:
            self._closed = RateLimited(
                f"{fullest:.0f} % of what Instagram allows this app is used, and nothing more is asked until it recovers",
                retry_after=wait,
            )
        return wait

    def _version(self) -> str:
        version = str(self._ctx.settings.get("version") or "")
        if not _VERSION.fullmatch(version):
            raise ConfigError("the Graph API's version is written like v26.0", field="version")
        return version

    def _token(self, question: Question) -> str:
        token = self._ctx.secrets.get("access_token", "").strip()
        if question == "marketplace":
            token = self._ctx.secrets.get("page_token", "").strip() or token
        if not token or not token.isascii() or not token.isprintable():
            raise ConfigError("there is no access token for Instagram", field="access_token")
        return token

    async def _linked(self) -> str:
        listing = await self.get("me/accounts", {"fields": PAGE_FIELDS, "limit": 100}, Listing, question="accounts")
        pages = read_each(listing.data, PageAccount)[0]
        linked = {page.instagram_business_account for page in pages if page.instagram_business_account is not None}
        if len(linked) == 1 and listing.goes_on is None:
            return next(iter(linked)).id
        if not linked:
            raise ConfigError(
                "no professional Instagram account is linked to a Facebook Page of the token's owner: link one, or name it",
                field="user_id",
            )
        if listing.goes_on is not None:
            raise ConfigError(
                "you have too many Pages to look through: say which Instagram account asks", field="user_id"
            )
        named = ", ".join(sorted(f"{each.id} (@{each.username})" if each.username else each.id for each in linked))
        raise ConfigError(
            f"several Instagram accounts are linked to your Pages, say which one asks: {named}", field="user_id"
        )


class _WorthAnotherTry(PluginError):
    """A refusal that Instagram itself calls transient."""


def refusal(reply: Reply, question: Question, wait: float = USUAL_WAIT_S) -> PluginError:
    """The error that an answer stands for, told by its code."""
    try:
        said = read(reply.body, Refusal, NAME).error
    except UpstreamChanged:
        return _unsigned(reply, question)
    detail = f"{question}: code {said.code}, subcode {said.error_subcode}: {said.message}"
    meaning = _meaning(said.code)
    kind = str(meaning.get("kind", ""))
    say = str(meaning.get("say", ""))
    if kind == "auth":
        why = meaning.get("subcodes", {}).get(str(said.error_subcode), "make a new one")
        return AuthInvalid(f"{say}: {why}", detail=detail)
    if kind == "permission":
        return Unsupported(f"{say}: {missing(said, question)}", detail=detail)
    if kind == "rate":
        whose = meaning.get("of", {}).get(str(said.code), "a")
        return RateLimited(f"{say} ({whose} limit)", retry_after=wait, detail=detail)
    if kind == "unknown_account":
        return NotFound(say, detail=detail)
    if kind == "blocked":
        return AuthInvalid(say, detail=detail)
    if said.is_transient or kind == "transient":
        return _WorthAnotherTry(say or "Instagram is out of order for the moment", detail=detail)
    if kind == "input":
        return InvalidInput(f"{say}: {said.message or 'it does not say why'}", detail=detail)
    if reply.status == 401:
        return AuthInvalid("Instagram refuses the token", detail=detail)
    return UpstreamChanged(
        f"Instagram refuses with a code that is not known (code {said.code})", path=question, detail=detail
    )


def missing(said: GraphError, question: Question) -> str:
    """Which permission is missing, in words: the one that the refusal names, else those that the question needs."""
    table = _table("permissions.toml")[question]
    named = sorted(set(_NAMED.findall(said.message)))
    if named:
        return f"the permission {', '.join(named)} is missing. {table['otherwise']}"
    return f"one of these permissions is missing: {', '.join(table['needs'])}. {table['otherwise']}"


def _unsigned(reply: Reply, question: Question) -> PluginError:
    """An answer that refuses without a body of the Graph API's: by its status."""
    detail = f"{question}: status {reply.status}"
    if reply.status == 401:
        return AuthInvalid("Instagram refuses the token", detail=detail)
    if reply.status == 403:
        return RateLimited("Instagram refuses calls from this network (status 403)", detail=detail)
    return UpstreamChanged(f"Instagram answers with status {reply.status}", path=question, detail=detail)


def _meaning(code: int | None) -> dict[str, Any]:
    for meaning in _table("errors.toml")["code"]:
        inside = any(low <= (code or 0) <= high for low, high in meaning.get("ranges", ()))
        if code in meaning["codes"] or inside:
            found: dict[str, Any] = meaning
            return found
    return {}


@cache
def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(files("influtui_instagram").joinpath(name).read_text("utf-8"))
