"""A platform in memory, for the contract kit: gives recorded answers, breaks them on demand, raises as the host's client does."""

from __future__ import annotations

import asyncio
import copy
import io
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, Final

import msgspec

from influtui.api import Parameter, RateLimited, Reply, Transient, UpstreamChanged

Answer = tuple[int, Any]
"""A status, and a body: bytes as they are, anything else as JSON."""

Fault = Callable[[Reply], Reply]

Path = tuple[str | int, ...]


class Platform:
    """`influtui.api.Http` for tests. `change` may put another reply in the place of call number `at` (from 0)."""

    def __init__(
        self,
        answer: Callable[[str, Mapping[str, Parameter]], Answer],
        *,
        change: Fault | None = None,
        at: int | None = None,
        hangs: bool = False,
    ) -> None:
        self._answer = answer
        self._change = change
        self._at = at
        self._hangs = hangs
        self.asked: list[tuple[str, dict[str, Parameter]]] = []
        self.counted: list[tuple[str, str | None]] = []
        """By call: what the budgets know it as, and the key that it spends."""

    async def get(
        self,
        path: str,
        parameters: Mapping[str, Parameter] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        method: str = "",
        key: str | None = None,
    ) -> Reply:
        """As the host's client: what is worth a type of its own is raised, all else comes back."""
        self.counted.append((method, key))
        return await self._replied(path, parameters or {})

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
        """Likewise. What the body asks stands with the parameters, so that `answer` sees it; secrets of a form do not."""
        self.counted.append((method, key))
        asked = {name: value for name, value in (json or {}).items() if isinstance(value, str | int | list)}
        named = {name: value for name, value in (form or {}).items() if name == "grant_type"}
        return await self._replied(path, {**(parameters or {}), **asked, **named})

    async def _replied(self, path: str, parameters: Mapping[str, Parameter]) -> Reply:
        number = len(self.asked)
        self.asked.append((path, dict(parameters)))
        if self._hangs:
            await asyncio.sleep(3_600)
        await asyncio.sleep(0)
        status, body = self._answer(path, parameters)
        reply = Reply(status, {}, body if isinstance(body, bytes) else msgspec.json.encode(body))
        if self._change is not None and number == self._at:
            reply = self._change(reply)
        if reply.status == 429:
            raise RateLimited("too many calls", retry_after=60)
        if reply.status >= 500:
            raise Transient(f"out of order (status {reply.status})")
        if 300 <= reply.status < 400:
            raise UpstreamChanged(f"moved (status {reply.status})")
        return reply


@contextmanager
def overheard() -> Iterator[io.StringIO]:
    """What is printed and logged in a block."""
    written = io.StringIO()
    listening = logging.StreamHandler(written)
    root = logging.getLogger()
    level = root.level
    root.addHandler(listening)
    root.setLevel(logging.DEBUG)
    try:
        with redirect_stdout(written), redirect_stderr(written):
            yield written
    finally:
        root.removeHandler(listening)
        root.setLevel(level)


def _lost(reply: Reply) -> Reply:
    raise Transient("the connection was lost")


FAULTS: Final[dict[str, Fault]] = {
    "401": lambda reply: Reply(401, {}, b'{"error":"AuthRequired"}'),
    "403": lambda reply: Reply(403, {}, b"<html>forbidden</html>"),
    "404": lambda reply: Reply(404, {}, b'{"error":"Not found"}'),
    "400 without JSON": lambda reply: Reply(400, {}, b"bad request"),
    "429": lambda reply: Reply(429, {}, b""),
    "500": lambda reply: Reply(500, {}, b"oops"),
    "302": lambda reply: Reply(302, {}, b""),
    "a login page": lambda reply: Reply(200, {}, b"<!doctype html><title>Log in</title>"),
    "an empty body": lambda reply: Reply(200, {}, b""),
    "half a body": lambda reply: Reply(200, {}, reply.body[: len(reply.body) // 2]),
    "a list for an object": lambda reply: Reply(200, {}, b"[]"),
    "an object for a list": lambda reply: Reply(200, {}, b"{}"),
    "null": lambda reply: Reply(200, {}, b"null"),
    "a lost connection": _lost,
    "403 with the usual body": lambda reply: Reply(403, {}, reply.body),
    "a status that nobody foresaw": lambda reply: Reply(451, {}, reply.body),
}
"""What platforms do on bad days."""

REFUSALS: Final = frozenset(
    {
        "401",
        "403",
        "429",
        "500",
        "302",
        "a lost connection",
        "403 with the usual body",
        "a status that nobody foresaw",
    }
)
"""Those after which a search has no answer: an empty page would say that there is nobody."""


def without_each_key(body: bytes) -> Iterator[tuple[Path, bytes]]:
    """The body once without each key that any object in it has."""
    try:
        whole = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return
    for path in list(_keys(whole, ())):
        changed = copy.deepcopy(whole)
        place = changed
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]
        yield path, msgspec.json.encode(changed)


def _keys(value: Any, path: Path) -> Iterator[Path]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key)
            yield from _keys(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _keys(inner, (*path, index))
