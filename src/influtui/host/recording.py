"""Recordings: what a platform really answered to a source, to be played again in its contract tests.

Secrets are struck out before anything is written. What people wrote and are called stays, because the tests are about
that: whoever publishes a recording looks at it first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from influtui.api import Http, Parameter, Reply
from influtui.model import records
from influtui.secrets.redaction import redacted, redacted_bytes, redacted_tree
from influtui.secrets.secret import REDACTED


class Exchange(msgspec.Struct, frozen=True, omit_defaults=True):
    """One question and its answer: as JSON where it is that, else as text."""

    path: str
    parameters: dict[str, Any]
    status: int
    json: Any = None
    text: str | None = None

    def body(self) -> Any:
        """As the contract kit's `answer` gives it."""
        return self.text.encode() if self.text is not None else self.json


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for one search, and all that was answered."""

    source: str
    query: str
    limit: int
    at: str
    exchanges: tuple[Exchange, ...]

    def answer(self, path: str, parameters: Mapping[str, Parameter]) -> tuple[int, Any] | None:
        """The answer to this question; None where it was not asked then. What was struck out can be anything."""
        asked = _plain(parameters)
        for each in self.exchanges:
            hidden = {name for name, value in each.parameters.items() if REDACTED in str(value)}
            told, now = (
                {n: value for n, value in named.items() if n not in hidden} for named in (each.parameters, asked)
            )
            if each.path == path and told == now:
                return each.status, each.body()
        return None


def read(text: bytes) -> Recording:
    """A recording from its file. Raises `msgspec.DecodeError`."""
    return records.from_json(text, Recording)


class Recorder:
    """`influtui.api.Http` that notes what goes by. An exchange of secrets (a form) is not noted."""

    def __init__(self, http: Http) -> None:
        self._http = http
        self.exchanges: list[Exchange] = []

    async def get(self, path: str, parameters: Mapping[str, Parameter] | None = None, **more: Any) -> Reply:
        """As the host's client."""
        reply = await self._http.get(path, parameters, **more)
        self._note(path, parameters or {}, reply)
        return reply

    async def post(
        self,
        path: str,
        parameters: Mapping[str, Parameter] | None = None,
        *,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        **more: Any,
    ) -> Reply:
        """As the host's client. What a body of JSON asks stands with the parameters, as the contract kit has it."""
        reply = await self._http.post(path, parameters, json=json, form=form, **more)
        if form is None:
            asked = {name: value for name, value in (json or {}).items() if isinstance(value, str | int | list)}
            self._note(path, {**(parameters or {}), **asked}, reply)
        return reply

    def _note(self, path: str, parameters: Mapping[str, Parameter], reply: Reply) -> None:
        body = redacted_bytes(reply.body)
        try:
            json, text = msgspec.json.decode(body), None
        except (msgspec.DecodeError, UnicodeDecodeError):
            json, text = None, body.decode("utf-8", "replace")
        asked = redacted_tree(_plain(parameters))
        exchange = Exchange(redacted(path), asked, reply.status, json, text)
        if exchange not in self.exchanges:
            self.exchanges.append(exchange)


def _plain(parameters: Mapping[str, Parameter]) -> dict[str, Any]:
    return {name: value if isinstance(value, str | int) else list(value) for name, value in parameters.items()}
