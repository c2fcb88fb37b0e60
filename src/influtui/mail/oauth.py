"""Access tokens for mailboxes: asked for over SSH, without a browser on this machine, and renewed before they expire.

Two ways in: a device code that is typed in on any device (RFC 8628), or, where a provider gives none for mail, an address
that is opened anywhere and whose end is pasted back (RFC 8252, with PKCE). Nothing here keeps anything.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec

from influtui.mail.connecting import Unreachable, is_loopback, server_words
from influtui.model import records
from influtui.model.failures import Failure, NeedsConfiguration, WrongUsage
from influtui.secrets.tokens import Grant

PATIENCE_S: Final = 30.0
REDIRECT: Final = "http://127.0.0.1/"
"""Where the browser ends. Nothing listens there: its address is what is wanted."""
_SOONEST_POLL_S: Final = 1.0
_LIFETIME_S: Final = 3_600


class Provider(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where tokens of a provider come from."""

    base: str
    token: str
    scope: str
    register: str
    device: str | None = None
    authorize: str | None = None
    extra: dict[str, str] = {}


class DeviceCode(msgspec.Struct, frozen=True):
    """What a person types in, and where."""

    url: str
    code: str
    device_code: str
    interval_s: float
    expires_in_s: float


class Question(msgspec.Struct, frozen=True):
    """An address to open in a browser, and what proves that the answer belongs to it."""

    url: str
    verifier: str
    state: str


class Refusal(Failure):
    """The provider said no."""

    kind = "refused"

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


def provider(name: str, url: str | None = None) -> Provider:
    """A provider; `url` stands in for its address (another tenant, a test). Raises `NeedsConfiguration` for plain text."""
    found = _providers()[name]
    if url is None:
        return found
    parts = urlsplit(url)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise NeedsConfiguration(f"oauth_url {url} is not encrypted", hint="Give one that begins with https://.")
    base = url.rstrip("/")
    return msgspec.structs.replace(found, base=base, authorize=f"{base}/authorize" if found.authorize else None)


async def begin(of: Provider, client_id: str) -> DeviceCode:
    """Ask for a device code."""
    if of.device is None:
        raise WrongUsage("this provider gives no device code for mail")
    told = await _post(f"{of.base}{of.device}", {"client_id": client_id, "scope": of.scope})
    return DeviceCode(
        url=str(told.get("verification_uri_complete") or told.get("verification_uri") or told.get("verification_url")),
        code=str(told.get("user_code", "")),
        device_code=str(told.get("device_code", "")),
        interval_s=float(told.get("interval", 5)),
        expires_in_s=float(told.get("expires_in", 900)),
    )


async def wait(of: Provider, grant: Grant, asked: DeviceCode, *, now: Callable[[], int]) -> Grant:
    """Wait until the person has typed it in."""
    interval = max(asked.interval_s, _SOONEST_POLL_S)
    until = asked.expires_in_s
    while until > 0:
        await asyncio.sleep(interval)
        until -= max(interval, _SOONEST_POLL_S)
        try:
            return await _granted(
                of,
                grant,
                {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": asked.device_code},
                now,
            )
        except Refusal as refusal:
            if refusal.code == "slow_down":
                interval += 5
            elif refusal.code != "authorization_pending":
                raise
    raise Refusal("nobody typed the code in in time", code="expired_token")


def question(of: Provider, client_id: str, address: str) -> Question:
    """An address to open in any browser."""
    if of.authorize is None:
        raise WrongUsage("this provider gives device codes")
    verifier, state = _random(48), _random(16)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "client_id": client_id, "redirect_uri": REDIRECT, "response_type": "code", "scope": of.scope, "state": state,
        "code_challenge": challenge, "code_challenge_method": "S256", "login_hint": address, **of.extra,
    }  # fmt: skip
    return Question(url=f"{of.authorize}?{urlencode(asked)}", verifier=verifier, state=state)


async def answered(of: Provider, grant: Grant, asked: Question, pasted: str, *, now: Callable[[], int]) -> Grant:
    """Tokens for the address that the browser ended at."""
    told = parse_qs(urlsplit(pasted.strip()).query)
    if told.get("state") != [asked.state] or not told.get("code"):
        why = told.get("error", ["it holds no code, or one that was not asked for"])[0]
        raise WrongUsage(
            f"that is not the address of the answer: {server_words(why)}",
            hint=f"After agreeing, the browser shows an error at {REDIRECT}…: copy its whole address line.",
        )
    fields = {"grant_type": "authorization_code", "code": told["code"][0], "redirect_uri": REDIRECT}
    return await _granted(of, grant, {**fields, "code_verifier": asked.verifier}, now)


async def refreshed(of: Provider, grant: Grant, *, now: Callable[[], int]) -> Grant:
    """A new access token. Its refresh token may be a new one too: the old one is then worth nothing."""
    return await _granted(of, grant, {"grant_type": "refresh_token", "refresh_token": grant.refresh_token}, now)


async def _granted(of: Provider, grant: Grant, fields: Mapping[str, str], now: Callable[[], int]) -> Grant:
    client = {"client_id": grant.client_id}
    if grant.client_secret:
        client["client_secret"] = grant.client_secret
    told = await _post(f"{of.base}{of.token}", {**client, **fields})
    access = told.get("access_token")
    if not isinstance(access, str):
        raise Unreachable(f"{urlsplit(of.base).hostname} gave no access token", hint="Try again later.")
    lifetime = told.get("expires_in", _LIFETIME_S)
    return msgspec.structs.replace(
        grant,
        access_token=access,
        refresh_token=str(told.get("refresh_token") or grant.refresh_token),
        expires_at=now() + int(float(lifetime) * 1000),
    )


async def _post(url: str, fields: Mapping[str, str]) -> dict[str, Any]:
    import httpx  # a fifth of a second that only this needs

    where = urlsplit(url).hostname
    try:
        async with httpx.AsyncClient(timeout=PATIENCE_S, follow_redirects=False) as client:
            answer = await client.post(url, data=dict(fields), headers={"Accept": "application/json"})
    except httpx.HTTPError as error:
        raise Unreachable(f"{where} cannot be reached: {type(error).__name__}", hint="Try again later.") from None
    try:
        told = answer.json()
    except ValueError:
        told = {}
    if not isinstance(told, dict):
        told = {}
    if answer.status_code >= 500 or (answer.status_code >= 400 and "error" not in told):
        raise Unreachable(f"{where} answered {answer.status_code}", hint="Try again later.")
    if "error" in told:
        said = server_words(str(told.get("error_description") or told["error"]))
        raise Refusal(f"{where} refused: {said}", code=str(told["error"]))
    return told


def _random(octets: int) -> str:
    return base64.urlsafe_b64encode(os.urandom(octets)).rstrip(b"=").decode()


@cache
def _providers() -> dict[str, Provider]:
    text = (files("influtui.mail") / "data" / "oauth.toml").read_text("utf-8")
    return records.convert(tomllib.loads(text), dict[str, Provider])
