"""An answer that refuses, as the typed error that the host understands. No text of the answer reaches a person."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from influtui.api import (
    AuthInvalid,
    InvalidInput,
    NotFound,
    PluginError,
    QuotaExhausted,
    RateLimited,
    Reply,
    Transient,
    Unsupported,
    UpstreamChanged,
    read,
)
from influtui_youtube.wire import ErrorBody, Refusal

_KINDS: Final[dict[str, type[PluginError]]] = {
    kind.kind: kind
    for kind in (
        AuthInvalid, InvalidInput, NotFound, QuotaExhausted, RateLimited, Transient, Unsupported, UpstreamChanged,
    )
}  # fmt: skip


def refusal(reply: Reply, method: str, now: datetime) -> PluginError:
    """Why `method` was refused: by the reasons in the body where there are known ones, else by the status."""
    reasons = _reasons(reply)
    detail = f"{method}: status {reply.status} {' '.join(reasons)}".rstrip()
    for reason in reasons:
        if reason in _table():
            kind, message = _table()[reason]
            if kind is QuotaExhausted:
                return QuotaExhausted(message, resets_at=midnight_pacific(now), detail=detail)
            return kind(message, detail=detail)
    if reply.status == 401:
        return AuthInvalid("YouTube does not accept this API key", detail=detail)
    if reply.status == 403:
        return Unsupported("YouTube does not allow this with an API key (status 403)", detail=detail)
    return UpstreamChanged(f"YouTube answers with status {reply.status}", path=method, detail=detail)


def midnight_pacific(now: datetime) -> datetime | None:
    """When quotas begin anew: the next midnight in Los Angeles; None where this machine knows no time zones."""
    try:
        there = now.astimezone(ZoneInfo("America/Los_Angeles"))
    except ZoneInfoNotFoundError:
        return None
    tomorrow = there.date() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=there.tzinfo)


def _reasons(reply: Reply) -> list[str]:
    """The body's reasons, the one that says most first."""
    try:
        said = read(reply.body, Refusal, "YouTube").error
    except UpstreamChanged:
        return []
    if not isinstance(said, ErrorBody):
        return []
    return [
        each.reason for each in (*said.details, *said.errors) if each.reason.isascii() and each.reason.isidentifier()
    ]


@cache
def _table() -> dict[str, tuple[type[PluginError], str]]:
    table = tomllib.loads(files("influtui_youtube").joinpath("refusals.toml").read_text("utf-8"))
    return {reason: (_KINDS[kind], message) for kind, said in table.items() for reason, message in said.items()}
