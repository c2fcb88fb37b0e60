"""The three ways to TikTok: TikTok One, the open API and oEmbed, each with its envelope, its token and its refusals.

A failure can stand inside HTTP 200, so an answer is good only where its own code says so. Tokens travel in headers and in
bodies of forms, never in an address. After a refusal that more calls would only make worse, none is made by this object.
"""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final, TypeVar

from msgspec import Raw

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
    count,
    read,
)
from influtui_tiktok.wire import Business, Embed, Open, Token

T = TypeVar("T")

ONE: Final = "open_api/v1.3/tto/tcm/"
OPEN: Final = "https://open.tiktokapis.com/v2/"
EMBED: Final = "https://www.tiktok.com/oembed"

AT_ONCE: Final = 4
ATTEMPTS: Final = 3
PAUSE_S: Final = 0.5
EARLY_S: Final = 60
"""A token is not used in its last minute."""
USUAL_LIFE_S: Final = 7_200


class OutOfOrder(Transient):
    """Said within an answer that came. One that did not come has been tried again by the host already."""


class Unreadable(UpstreamChanged):
    """An answer that went well and whose content is odd: it costs what was asked about, and nothing else."""


class TikTokOne:
    """business-api.tiktok.com."""

    def __init__(self, ctx: SourceContext) -> None:
        self._ctx = ctx
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._closed: PluginError | None = None

    @property
    def connected(self) -> bool:
        """Whether there is what it takes to ask."""
        return bool(self._ctx.secrets.get("access_token") and self._ctx.settings.get("account_id"))

    async def get(self, path: str, parameters: Mapping[str, Parameter], kind: type[T], method: str) -> T:
        """The `data` of an answer as `kind`. What is out of order for the moment is tried again twice."""
        pause = PAUSE_S
        for _ in range(ATTEMPTS - 1):
            try:
                return await self._once(path, parameters, kind, method)
            except OutOfOrder:
                await asyncio.sleep(pause)
                pause *= 2
        return await self._once(path, parameters, kind, method)

    async def _once(self, path: str, parameters: Mapping[str, Parameter], kind: type[T], method: str) -> T:
        whose = "TikTok One; without one only pasted links of videos can be looked at"
        headers = {"access-token": _token(self._ctx, "access_token", whose)}
        asked = {"tto_tcm_account_id": self._account(), **parameters}
        async with self._at_once:
            if self._closed is not None:
                raise self._closed
            try:
                reply = await self._ctx.http.get(f"{ONE}{path}", asked, headers=headers, method=method)
                _status(reply, "TikTok One", method)
                answer = read(reply.body, Business, "TikTok One")
                if answer.code != 0:
                    raise refusal("business", str(answer.code), answer.message, method)
            except (AuthInvalid, QuotaExhausted, RateLimited) as error:
                self._closed = error
                raise
        return _content(answer.data, kind, "TikTok One")

    def _account(self) -> str:
        account = str(self._ctx.settings.get("account_id") or "").strip()
        if not account:
            raise ConfigError("TikTok One asks which of its accounts is looking", field="account_id")
        return account


class OpenApi:
    """open.tiktokapis.com: with the app's own token, or with that of the account that logged in."""

    def __init__(self, ctx: SourceContext) -> None:
        self._ctx = ctx
        self._tokens: dict[str, tuple[str, datetime]] = {}
        self._one = asyncio.Lock()

    async def own(self, path: str, fields: str, kind: type[T], method: str, body: Any = None) -> T:
        """About the account that logged in; with a `body` where the question has one."""
        return await self._asked("refresh_token", path, fields, kind, method, body)

    async def app(self, path: str, fields: str, kind: type[T], method: str, body: Any) -> T:
        """With the app's own token."""
        return await self._asked("client_credentials", path, fields, kind, method, body)

    async def _asked(self, grant: str, path: str, fields: str, kind: type[T], method: str, body: Any) -> T:
        headers = {"authorization": f"Bearer {await self._access(grant)}"}
        address, parameters = f"{OPEN}{path}", {"fields": fields}
        if body is None:
            reply = await self._ctx.http.get(address, parameters, headers=headers, method=method)
        else:
            reply = await self._ctx.http.post(address, parameters, json=body, headers=headers, method=method)
        try:
            answer = read(reply.body, Open, "TikTok")
        except UpstreamChanged:
            _status(reply, "TikTok", method)
            raise
        if answer.error.code != "ok":
            raise refusal("open", answer.error.code, answer.error.message, method)
        _status(reply, "TikTok", method)
        return _content(answer.data, kind, "TikTok")

    async def _access(self, grant: str) -> str:
        """A token that is good for now. One is got at a time."""
        async with self._one:
            known = self._tokens.get(grant)
            if known is None or known[1] <= self._ctx.clock():
                token = await (self._renewed() if grant == "refresh_token" else self._exchanged({"grant_type": grant}))
                life = timedelta(seconds=max(0, (count(token.expires_in) or USUAL_LIFE_S) - EARLY_S))
                known = self._tokens[grant] = token.access_token, self._ctx.clock() + life
            return known[0]

    async def _renewed(self) -> Token:
        """A token of the account that logged in. The refresh token that comes with it takes the place of the one spent."""
        _token(self._ctx, "refresh_token", "your own TikTok account")
        got: list[Token] = []

        async def exchange(newest: str) -> str:
            token = await self._exchanged({"grant_type": "refresh_token", "refresh_token": newest})
            got.append(token)
            return token.refresh_token or newest

        await self._ctx.keys.renew("refresh_token", exchange)
        return got[-1]

    async def _exchanged(self, form: Mapping[str, str]) -> Token:
        key = str(self._ctx.settings.get("client_key") or "").strip()
        if not key:
            raise ConfigError("this needs an app of yours at developers.tiktok.com", field="client_key")
        secret = _token(self._ctx, "client_secret", "your app at developers.tiktok.com")
        reply = await self._ctx.http.post(
            f"{OPEN}oauth/token/", form={"client_key": key, "client_secret": secret, **form}, method="token"
        )
        try:
            token = read(reply.body, Token, "TikTok's token endpoint")
        except UpstreamChanged:
            _status(reply, "TikTok", "token")
            raise
        if token.error:
            raise refusal("oauth", token.error, "", "token")
        _status(reply, "TikTok", "token")
        if not token.access_token or not token.access_token.isascii() or not token.access_token.isprintable():
            raise UpstreamChanged("TikTok's token endpoint gave no token", path="token: access_token")
        self._ctx.keys.learn(token.access_token)
        return token


async def embed(ctx: SourceContext, url: str) -> Embed:
    """What oEmbed says of a link. Raises `NotFound` for one that leads to nothing that TikTok shows."""
    reply = await ctx.http.get(EMBED, {"url": url}, method="embed")
    if reply.status in (400, 404):
        raise NotFound("the link leads to no video that TikTok shows: removed, private, or mistyped")
    _status(reply, "TikTok", "embed")
    return _content(reply.body, Embed, "TikTok's oEmbed")


def refusal(table: str, code: str, message: str, method: str) -> PluginError:
    """The error that a code of an envelope stands for."""
    detail = f"{method}: {code} {message}".strip()
    kind, say = _table()[table].get(code, ("", ""))
    if kind == "auth":
        return AuthInvalid(say, detail=detail)
    if kind == "permission":
        return Unsupported(say, detail=detail)
    if kind == "rate":
        return RateLimited(say, detail=detail)
    if kind == "quota":
        return QuotaExhausted(say, detail=detail)
    if kind == "not_found":
        return NotFound(say, detail=detail)
    if kind == "transient":
        return OutOfOrder(say, detail=detail)
    if kind == "input":
        return InvalidInput(f"{say}: {message or 'it does not say why'}", detail=detail)
    return UpstreamChanged(f"TikTok refuses with a code that is not known ({code:.40})", path=method, detail=detail)


def _content(data: bytes | Raw, kind: type[T], whose: str) -> T:
    try:
        return read(data, kind, whose)
    except UpstreamChanged as error:
        raise Unreadable(error.message, path=error.path) from None


def _status(reply: Reply, whose: str, method: str) -> None:
    """Raises for an answer that refuses by its status alone."""
    detail = f"{method}: status {reply.status}"
    if reply.status == 200:
        return
    if reply.status == 401:
        raise AuthInvalid(f"{whose} refuses the token", detail=detail)
    if reply.status == 403:
        raise RateLimited(f"{whose} refuses calls from this network (status 403)", detail=detail)
    raise UpstreamChanged(f"{whose} answers with status {reply.status}", path=method, detail=detail)


def _token(ctx: SourceContext, field: str, whose: str) -> str:
    token = ctx.secrets.get(field, "").strip()
    if not token:
        raise ConfigError(f"there is no {field.replace('_', ' ')} for {whose}", field=field)
    if not token.isascii() or not token.isprintable():
        raise AuthInvalid(f"the {field.replace('_', ' ')} holds characters that none has: it was not copied whole")
    return token


def next_midnight(now: datetime) -> datetime:
    """When daily quotas begin anew."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=1)


@cache
def _table() -> dict[str, dict[str, tuple[str, str]]]:
    table: dict[str, Any] = tomllib.loads(files("influtui_tiktok").joinpath("refusals.toml").read_text("utf-8"))
    return {name: {code: (said[0], said[1]) for code, said in rows.items()} for name, rows in table.items()}
