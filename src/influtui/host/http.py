"""The host's HTTP client for plugins: only announced hosts, time limits, budgets, few and patient retries, no secrets in words.

httpx is imported when the first call is made. A client belongs to its plugin's loop: it is used and closed there.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple
from urllib.parse import urlencode, urljoin, urlsplit

import msgspec

from influtui import __version__
from influtui.api import HostDenied, Parameter, RateLimited, Reply, Transient, UpstreamChanged
from influtui.host.budgets import Ledger
from influtui.secrets.redaction import redacted_bytes

if TYPE_CHECKING:
    import httpx

ATTEMPTS: Final = 3
FIRST_PAUSE_S: Final = 0.5
PATIENCE_S: Final = 5.0
"""A `Retry-After` up to this is waited for; a longer one is reported."""
LARGEST: Final = 5_000_000
"""Bytes of an answer. No page of accounts is near that."""
REMEMBERED: Final = 20_000_000
"""Bytes of answers of one page that are remembered, to be kept beside what was read from them."""


class _Call(NamedTuple):
    verb: Literal["GET", "POST"]
    parameters: Mapping[str, Parameter] | None
    headers: Mapping[str, str] | None
    body: bytes | None = None


class HostClient:
    """`influtui.api.Http` for one source."""

    def __init__(
        self,
        *,
        base_url: str,
        hosts: frozenset[str],
        ledger: Ledger,
        clock: Callable[[], int],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._base = base_url if base_url.endswith("/") else f"{base_url}/"
        base = urlsplit(self._base)
        self._origin = (base.scheme, base.netloc)
        self._hosts = hosts
        self._stands_in = base.hostname not in hosts
        """Whether the user has put another service in the place of the announced hosts: then it is in the place of all."""
        self._ledger = ledger
        self._clock = clock
        self._sleep = sleep
        self._bodies: list[bytes] = []
        self._client: httpx.AsyncClient | None = None

    async def get(
        self,
        path: str,
        parameters: Mapping[str, Parameter] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        method: str = "",
        key: str | None = None,
    ) -> Reply:
        """Ask the platform. What is worth another try is tried again; what is not comes back or is raised as its type."""
        return await self._ask(path, _Call("GET", parameters, headers), method, key, ATTEMPTS)

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
        """Ask with a body, likewise. A form exchanges secrets: it is sent once, and its answer is not remembered."""
        own = dict(headers or {})
        if form is not None:
            own["content-type"] = "application/x-www-form-urlencoded"
            call = _Call("POST", parameters, own, urlencode(form).encode())
            return await self._ask(path, call, method, key, 1, remembers=False)
        own["content-type"] = "application/json"
        call = _Call("POST", parameters, own, msgspec.json.encode(json))
        return await self._ask(path, call, method, key, ATTEMPTS)

    async def _ask(
        self, path: str, call: _Call, method: str, key: str | None, attempts: int, *, remembers: bool = True
    ) -> Reply:
        url = self._allowed(urljoin(self._base, self._below(path)))
        if any(name.lower() == "host" for name in call.headers or ()):
            raise HostDenied("the plugin sets the Host header, which would lead elsewhere than the address says")
        pause = FIRST_PAUSE_S
        for attempt in range(1, attempts + 1):
            last = attempt == attempts
            self._ledger.spend(method, key)
            try:
                reply = await self._once(url, call)
            except Transient:
                if last:
                    raise
                await self._sleep(random.uniform(pause / 2, pause))  # noqa: S311 - jitter, not a secret
                pause *= 2
                continue
            if reply.status != 429:
                if remembers:
                    self._remember(reply)
                return reply
            wait = self._told_to_wait(reply.headers)
            if last or wait is None or wait > PATIENCE_S:
                raise RateLimited(_wait_said(_host(url), wait), retry_after=wait)
            await self._sleep(wait)
        raise AssertionError("the last attempt returns or raises")

    def take_bodies(self) -> list[bytes]:
        """What was answered since this was asked last, without secrets; more than a page needs is not remembered."""
        taken, self._bodies = self._bodies, []
        return [redacted_bytes(body) for body in taken]

    def _remember(self, reply: Reply) -> None:
        if reply.status == 200 and sum(map(len, self._bodies)) + len(reply.body) <= REMEMBERED:
            self._bodies.append(reply.body)

    async def aclose(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _once(self, url: str, call: _Call) -> Reply:
        import httpx

        if self._client is None:
            self._client = httpx.AsyncClient(
                timeout=httpx.Timeout(10, connect=5),
                headers={"user-agent": f"influtui/{__version__}", "accept": "application/json"},
                follow_redirects=False,
            )
        host = _host(url)
        try:
            async with self._client.stream(
                call.verb, url, params=_pairs(call.parameters) or None, headers=call.headers, content=call.body
            ) as response:
                body = b""
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > LARGEST:
                        raise UpstreamChanged(f"{host} sent more than {LARGEST // 1_000_000} MB in one answer")
                headers = {name.lower(): value for name, value in response.headers.items()}
                status = response.status_code
        except httpx.TimeoutException as error:
            raise Transient(f"{host} did not answer in time", detail=type(error).__name__) from None
        except httpx.HTTPError as error:
            # The text of these errors can carry the whole URL with its parameters: only the kind is told.
            raise Transient(f"{host} could not be reached", detail=type(error).__name__) from None
        self._ledger.correct(headers)
        if status >= 500:
            raise Transient(f"{host} is out of order (status {status})")
        if 300 <= status < 400 and status != 304:
            raise UpstreamChanged(f"{host} has moved (status {status})", detail=_host(headers.get("location", "")))
        return Reply(status, headers, body)

    def _below(self, path: str) -> str:
        """`path` without its first parts where the base URL ends in them: people write a service's address either way."""
        parts = path.split("/")
        for length in range(len(parts) - 1, 0, -1):
            if parts[0] and self._base.endswith(f"/{'/'.join(parts[:length])}/"):
                return "/".join(parts[length:])
        return path

    def _allowed(self, url: str) -> str:
        parts = urlsplit(url)
        if (parts.scheme, parts.netloc) == self._origin:
            return url
        if parts.scheme == "https" and parts.netloc in (parts.hostname, f"{parts.hostname}:443"):
            if parts.hostname in self._hosts and self._stands_in:
                below = urljoin(self._base, self._below(parts.path.removeprefix("/")))
                return f"{below}?{parts.query}" if parts.query else below
            if parts.hostname in self._hosts:
                return url
        raise HostDenied(
            f"the plugin asked for {_host(url) or 'something that is no address'}, which it does not announce"
        )

    def _told_to_wait(self, headers: Mapping[str, str]) -> float | None:
        """Seconds until the platform wants to hear from us again, in whichever header and form it says so."""
        told = headers.get("retry-after") or headers.get("ratelimit-reset") or headers.get("x-ratelimit-reset")
        if not told:
            return None
        now = self._clock() / 1000
        try:
            seconds = float(told)
        except ValueError:
            moment = _moment(told)
            return None if moment is None else max(0.0, moment.timestamp() - now)
        # Some send a moment of the epoch instead of a number of seconds.
        return max(0.0, seconds - now if seconds > 1_000_000_000 else seconds)


def _pairs(parameters: Mapping[str, Parameter] | None) -> list[tuple[str, str | int | float | bool | None]]:
    """Parameters as pairs; a sequence repeats its name, and booleans are written in lower case as JSON has them."""
    pairs: list[tuple[str, str | int | float | bool | None]] = []
    for name, value in (parameters or {}).items():
        if isinstance(value, str | int):
            pairs.append((name, str(value).lower() if isinstance(value, bool) else value))
        else:
            pairs += [(name, each) for each in value]
    return pairs


def _moment(told: str) -> datetime | None:
    """A moment as HTTP writes it (RFC 9110), or as ISO 8601."""
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        with suppress(ValueError):
            moment = read(told)
            return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return None


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _wait_said(host: str, seconds: float | None) -> str:
    when = f"asks to wait {seconds:.0f} s" if seconds is not None else "does not say for how long"
    return f"{host} allows no more calls for now and {when}"
